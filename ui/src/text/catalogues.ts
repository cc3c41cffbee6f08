/**
 * The languages of the window, and which of them fits the user's preferences.
 */
import english from "./en.ftl?raw";

/** A language of the window. */
export interface Language {
  /** BCP 47 tag, which is also the name of the catalogue's file. */
  tag: string;
  /** Name in the language itself. */
  name: string;
  /** Set if it is written from right to left. */
  rightToLeft?: true;
}

/** The language that is used if none fits. */
export const ENGLISH: Language = { tag: "en", name: "English" };

/** All languages, in the order of their tags. */
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

/** Loaders of the other catalogues. English is in the first script, so that it is always there. */
const others = import.meta.glob<string>(["./*.ftl", "!./en.ftl"], {
  query: "?raw",
  import: "default",
});

/** Loads the catalogue of a language, as text. */
export async function load(tag: string): Promise<string> {
  return (await others[`./${tag}.ftl`]?.()) ?? english;
}

/** The English catalogue, as text. */
export { english };

/** Returns the first of the preferred languages that the window has: the same tag, or the same base
 *  language (`pt-BR` for `pt` and `pt-PT`, `zh-CN` for `zh-TW`). */
export function match(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const found =
      languages.find((language) => language.tag.toLowerCase() === tag.toLowerCase()) ??
      languages.find((language) => family(language.tag) === family(tag));
    if (found !== undefined) return found;
  }
  return ENGLISH;
}

/** Returns the locale for numbers and dates: the computer's (`en-GB`) if it has the same language
 *  and script, else the default of the language. */
export function numberLocale({ tag }: Language, preferred: readonly string[]): string {
  const own = preferred.find(
    (other) => family(other) === family(tag) && script(other) === script(tag),
  );
  // Latin digits, because positions, heights and file names use them in every language.
  return new Intl.Locale(own ?? tag, { numberingSystem: "latn" }).toString();
}

function family(tag: string): string | undefined {
  return tag.toLowerCase().split("-")[0];
}

function script(tag: string): string | undefined {
  try {
    return new Intl.Locale(tag).maximize().script;
  } catch {
    // The system may name a locale that is no language tag, such as `C`.
    return undefined;
  }
}
