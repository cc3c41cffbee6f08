/**
 * A list of videos behind one link (a channel, or a page that embeds several), and which of them
 * are selected.
 */
import { SvelteSet } from "svelte/reactivity";
import type { Backend, CatalogView, EntryView } from "../backend";
import { Controller } from "../shared/controller.svelte";

export class Collection extends Controller {
  /** The part of the list that was loaded so far. */
  entries: EntryView[] = $state.raw([]);
  /** Links of the selected entries. */
  readonly selected = new SvelteSet<string>();
  /** Whether there is more to load. */
  open = $state(true);
  /** Whether the next part is being loaded. */
  loading = $state(false);

  /** When each recording was saved that is in the folder, in seconds since 1970, by its id. */
  savedHere: Readonly<Record<string, number | null>> = $state.raw({});

  /** Number of the channel whose list it is; null for a page of another site. */
  readonly channel: string | null;
  /** Address of the page that embeds the videos. */
  readonly page: string | null;
  readonly #total: number | null;

  constructor(backend: Backend, { channel, total, entries, page }: CatalogView) {
    super(backend);
    this.channel = channel;
    this.page = page;
    this.#total = total;
    this.entries = entries;
    this.open = total === null || entries.length < total;
  }

  /** The number of videos; null if it is not known yet. */
  get total(): number | null {
    return this.#total ?? (this.open ? null : this.entries.length);
  }

  /** The selected links, in the order of the list. */
  get links(): string[] {
    return this.entries.map(({ link }) => link).filter((link) => this.selected.has(link));
  }

  /** Total duration of the selected videos, as far as it is known. */
  get selectedMs(): number {
    return this.entries
      .filter(({ link }) => this.selected.has(link))
      .reduce((sum, { duration_ms }) => sum + (duration_ms ?? 0), 0);
  }

  /** Looks for recordings that are in the folder already. */
  async lookForSaved() {
    const saved = (await this.call(this.backend.savedHere())) ?? [];
    const files = saved.map(({ recording, saved_unix_s: at }) => [recording, at] as const);
    this.savedHere = Object.fromEntries(files);
  }

  /** Selects or deselects one video. */
  select(link: string, selected: boolean) {
    if (selected) this.selected.add(link);
    else this.selected.delete(link);
  }

  /** Selects exactly these videos. */
  selectOnly(links: string[]) {
    this.selected.clear();
    for (const link of links) this.selected.add(link);
  }

  /** Loads the next part of the list; it is null after the last. */
  async more() {
    if (this.loading) return;
    this.loading = true;
    const next = await this.call(this.backend.more());
    this.loading = false;
    if (this.failure !== null) return;
    // A channel lists a video twice if another was published between two parts.
    const known = this.entries.map(({ link }) => link);
    const fresh = (next ?? []).filter(({ link }) => !known.includes(link));
    this.entries = [...this.entries, ...fresh];
    const all = this.#total !== null && this.entries.length >= this.#total;
    this.open = next !== null && !all;
  }
}
