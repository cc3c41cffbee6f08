/**
 * The one catalogue, and the only way to its words.
 */
import { FluentBundle, FluentResource, type FluentVariable } from "@fluent/bundle";
import english from "./en.ftl?raw";

/** The language the window speaks; numbers and dates follow it. */
export const language = "en";

/** What stands in a message's `{ $places }`. */
export type Places = Record<string, FluentVariable>;

const bundle = new FluentBundle(language);
const mistakes = bundle.addResource(new FluentResource(english));
if (mistakes.length > 0) throw mistakes[0];

/** Tells whether the catalogue holds `id`, or the attribute of `id.attribute`. */
export function has(id: string): boolean {
  return pattern(id) !== undefined;
}

/** The words of `id`, or of `id.attribute`. A missing id is shown as it is, so that it is seen. */
export function text(id: string, places?: Places): string {
  const found = pattern(id);
  return found === undefined ? id : bundle.formatPattern(found, places);
}

function pattern(id: string) {
  const [name = id, attribute] = id.split(".");
  const message = bundle.getMessage(name);
  return (attribute === undefined ? message?.value : message?.attributes[attribute]) ?? undefined;
}
