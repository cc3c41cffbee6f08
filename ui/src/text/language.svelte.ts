/**
 * The language of the window. Text on the screen is replaced when it changes.
 */
import { FluentBundle, FluentResource } from "@fluent/bundle";
import { ENGLISH, english, load, match, numberLocale, type Language } from "./catalogues";

interface Current {
  language: Language;
  /** The locale of numbers and dates. */
  numbers: string;
  bundle: FluentBundle;
}

function prepare(language: Language, catalogue: string, preferred: readonly string[]): Current {
  const numbers = numberLocale(language, preferred);
  const bundle = new FluentBundle(numbers);
  const errors = bundle.addResource(new FluentResource(catalogue));
  if (errors.length > 0) throw errors[0];
  return { language, numbers, bundle };
}

let now = $state.raw(prepare(ENGLISH, english, navigator.languages));

/** Number of the newest call of `setLanguage`; the catalogues of older ones are dropped. */
let request = 0;

/** Returns the current language with its messages. */
export function current(): Current {
  return now;
}

/** Sets the language by its tag, or the computer's if it is null. */
export async function setLanguage(tag: string | null): Promise<void> {
  request += 1;
  const mine = request;
  const language = match(tag === null ? navigator.languages : [tag]);
  const catalogue = await load(language.tag);
  if (mine !== request) return;
  if (language.tag !== now.language.tag) now = prepare(language, catalogue, navigator.languages);
  document.documentElement.lang = language.tag;
  document.documentElement.dir = language.rightToLeft ? "rtl" : "ltr";
}
