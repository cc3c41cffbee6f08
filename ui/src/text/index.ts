/**
 * The only way to the words of the window, in the language that is spoken now.
 */
import type { FluentVariable } from "@fluent/bundle";
import { spoken } from "./speech.svelte";

export { languages, type Language } from "./catalogues";
export { speak } from "./speech.svelte";

/** What stands in a message's `{ $places }`. */
export type Places = Record<string, FluentVariable>;

/** The locale of numbers and dates; it follows the words. */
export function locale(): string {
  return spoken().figures;
}

/** Tells whether the catalogue holds `id`, or the attribute of `id.attribute`. */
export function has(id: string): boolean {
  return pattern(id) !== undefined;
}

/** The words of `id`, or of `id.attribute`. A missing id is shown as it is, so that it is seen. */
export function text(id: string, places?: Places): string {
  const found = pattern(id);
  return found === undefined ? id : spoken().bundle.formatPattern(found, places);
}

function pattern(id: string) {
  const [name = id, attribute] = id.split(".");
  const message = spoken().bundle.getMessage(name);
  return (attribute === undefined ? message?.value : message?.attributes[attribute]) ?? undefined;
}
