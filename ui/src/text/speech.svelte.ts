/**
 * The language that is spoken now. Whatever was written with it is written anew when it changes.
 */
import { FluentBundle, FluentResource } from "@fluent/bundle";
import { ENGLISH, english, figures, load, match, type Language } from "./catalogues";

interface Speech {
  language: Language;
  /** The locale of numbers and dates. */
  figures: string;
  bundle: FluentBundle;
}

function speech(language: Language, catalogue: string, wanted: readonly string[]): Speech {
  const locale = figures(language, wanted);
  const bundle = new FluentBundle(locale);
  const mistakes = bundle.addResource(new FluentResource(catalogue));
  if (mistakes.length > 0) throw mistakes[0];
  return { language, figures: locale, bundle };
}

let now = $state.raw(speech(ENGLISH, english, navigator.languages));

/** Counts the calls of `speak`, so that a slow catalogue does not replace a later choice. */
let asked = 0;

/** What is spoken now. */
export function spoken(): Speech {
  return now;
}

/** Speaks the language of this tag; the computer's where it is null. */
export async function speak(tag: string | null): Promise<void> {
  asked += 1;
  const mine = asked;
  const language = match(tag === null ? navigator.languages : [tag]);
  const catalogue = await load(language.tag);
  if (mine !== asked) return;
  if (language.tag !== now.language.tag) now = speech(language, catalogue, navigator.languages);
  document.documentElement.lang = language.tag;
  document.documentElement.dir = language.rightToLeft ? "rtl" : "ltr";
}
