/**
 * Several videos behind one link, and which of them are wanted.
 */
import { SvelteSet } from "svelte/reactivity";
import {
  asFailure,
  type Backend,
  type CatalogView,
  type EntryView,
  type Failure,
} from "../backend";

/** A list to choose from. */
export class Choice {
  /** What has come of the list so far. */
  entries: EntryView[] = $state.raw([]);
  /** The links of those that are wanted. */
  readonly ticked = new SvelteSet<string>();
  /** The list goes on. */
  open = $state(true);
  /** The next part is on its way. */
  loading = $state(false);
  /** Why the next part did not come. */
  trouble: Failure | null = $state.raw(null);

  /** They are of a channel, not of a page. */
  readonly ofChannel: boolean;
  /** The page of another site that embeds them. */
  readonly page: string | null;
  readonly #total: number | null;
  readonly #backend: Backend;

  constructor(backend: Backend, { of_channel, total, entries, page }: CatalogView) {
    this.#backend = backend;
    this.ofChannel = of_channel;
    this.page = page;
    this.#total = total;
    this.entries = entries;
    this.open = total === null || entries.length < total;
  }

  /** How many there are, as far as it is known. */
  get total(): number | null {
    return this.#total ?? (this.open ? null : this.entries.length);
  }

  /** The links that are wanted, in the order of the list. */
  get links(): string[] {
    return this.entries.map(({ link }) => link).filter((link) => this.ticked.has(link));
  }

  /** How long all that is wanted is, as far as it is known. */
  get tickedMs(): number {
    return this.entries
      .filter(({ link }) => this.ticked.has(link))
      .reduce((sum, { duration_ms }) => sum + (duration_ms ?? 0), 0);
  }

  /** Wants one, or no longer. */
  tick(link: string, wanted: boolean) {
    if (wanted) this.ticked.add(link);
    else this.ticked.delete(link);
  }

  /** Wants all that have come so far, or none. */
  tickAll(wanted: boolean) {
    this.ticked.clear();
    if (wanted) for (const { link } of this.entries) this.ticked.add(link);
  }

  /** Fetches the next part of the list. */
  async more() {
    if (this.loading) return;
    this.loading = true;
    this.trouble = null;
    try {
      const next = await this.#backend.more();
      // A channel may list a video twice where one is added meanwhile.
      const known = this.entries.map(({ link }) => link);
      const fresh = (next ?? []).filter(({ link }) => !known.includes(link));
      this.entries = [...this.entries, ...fresh];
      const all = this.#total !== null && this.entries.length >= this.#total;
      this.open = next !== null && !all;
    } catch (thrown) {
      this.trouble = asFailure(thrown);
    } finally {
      this.loading = false;
    }
  }
}
