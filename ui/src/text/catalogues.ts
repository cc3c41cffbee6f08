/**
 * Which languages there are, and which of them suits a person.
 */
import english from "./en.ftl?raw";

/** A language that the window speaks. */
export interface Language {
  /** Its BCP 47 tag, which is also the name of its catalogue. */
  tag: string;
  /** What it calls itself. */
  name: string;
  /** It is written from right to left. */
  rightToLeft?: true;
}

/** The language of whoever understands none of ours. */
export const ENGLISH: Language = { tag: "en", name: "English" };

/** Every language with a catalogue, by its own name, in the order of their tags. */
export const languages: readonly Language[] = [
  { tag: "ar", name: "العربية", rightToLeft: true },
  { tag: "de", name: "Deutsch" },
  ENGLISH,
  { tag: "es", name: "Español" },
  { tag: "fr", name: "Français" },
  { tag: "hu", name: "Magyar" },
  { tag: "it", name: "Italiano" },
  { tag: "ja", name: "日本語" },
  { tag: "ko", name: "한국어" },
  { tag: "nl", name: "Nederlands" },
  { tag: "pl", name: "Polski" },
  { tag: "pt-BR", name: "Português (Brasil)" },
  { tag: "zh-CN", name: "简体中文" },
];

/** English is in the first script, so that there are always words; the others are fetched. */
const others = import.meta.glob<string>(["./*.ftl", "!./en.ftl"], {
  query: "?raw",
  import: "default",
});

/** The catalogue of a language, as text. */
export async function load(tag: string): Promise<string> {
  return (await others[`./${tag}.ftl`]?.()) ?? english;
}

/** The catalogue that needs no loading. */
export { english };

/** The first of the wanted languages that there is: the very same, or else a sister of it
 *  (`pt` and `pt-PT` are understood by readers of `pt-BR`, `zh-TW` by readers of `zh-CN`). */
export function match(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const found =
      languages.find((language) => language.tag.toLowerCase() === tag.toLowerCase()) ??
      languages.find((language) => family(language.tag) === family(tag));
    if (found !== undefined) return found;
  }
  return ENGLISH;
}

/** How a language writes numbers and dates: as the computer is set where that is the same
 *  language in the same script (`en-GB`), else as is usual for it. */
export function figures({ tag }: Language, wanted: readonly string[]): string {
  const own = wanted.find(
    (other) => family(other) === family(tag) && script(other) === script(tag),
  );
  // Latin digits, because places in the film, heights and file names have no others.
  return new Intl.Locale(own ?? tag, { numberingSystem: "latn" }).toString();
}

function family(tag: string): string | undefined {
  return tag.toLowerCase().split("-")[0];
}

function script(tag: string): string | undefined {
  try {
    return new Intl.Locale(tag).maximize().script;
  } catch {
    // The system may name what is no language tag, such as `C`.
    return undefined;
  }
}
