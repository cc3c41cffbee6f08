/**
 * The texts of the window in the current language. Components take every text from here.
 */
import type { FluentVariable } from "@fluent/bundle";
import { current } from "./language.svelte";

export { languages, type Language } from "./catalogues";
export { setLanguage } from "./language.svelte";

/** Returns the locale of numbers and dates in the current language. */
export function locale(): string {
  return current().numbers;
}

/** Tells whether the catalogue has the message `id`, or the attribute of `id.attribute`. */
export function has(id: string): boolean {
  return pattern(id) !== undefined;
}

/** Returns the text of `id`, or of `id.attribute`, with its variables filled in. Returns an unknown
 *  id as it is, so that it is noticed. */
export function text(id: string, variables?: Record<string, FluentVariable>): string {
  const found = pattern(id);
  return found === undefined ? id : current().bundle.formatPattern(found, variables);
}

function pattern(id: string) {
  const [name = id, attribute] = id.split(".");
  const message = current().bundle.getMessage(name);
  return (attribute === undefined ? message?.value : message?.attributes[attribute]) ?? undefined;
}
