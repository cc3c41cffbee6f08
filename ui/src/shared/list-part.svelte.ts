/**
 * The part of a long list that is shown: the first entries, and more on demand, so that the page stays
 * quick however long the list is.
 */
import { tick } from "svelte";

/** How many entries are shown at first, and how many more by each press. */
export const FIRST = 20;
const MORE = 50;

export class ListPart {
  #most = $state(FIRST);

  /** Returns the entries that are shown. */
  of<T>(all: T[]): T[] {
    return all.slice(0, this.#most);
  }

  /** Shows more entries and focuses the first of them. */
  async grow(list: HTMLElement) {
    const before = list.children.length;
    this.#most += MORE;
    await tick();
    list.children[before]?.querySelector("button")?.focus();
  }
}
