/**
 * A list of videos behind one link (a channel, or a page that embeds several), and which of them
 * are selected.
 */
import { SvelteSet } from "svelte/reactivity";
import type { Backend, CatalogView, EntryView } from "../backend";
import { Controller } from "../shared/controller.svelte";
import { keySet } from "../shared/keyed";

function sumOf(entries: EntryView[], value: (entry: EntryView) => number | null): number {
  return entries.reduce((sum, entry) => sum + (value(entry) ?? 0), 0);
}

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
    return this.#selectedEntries.map(({ link }) => link);
  }

  /** The selected videos, in the order of the list. */
  get #selectedEntries(): EntryView[] {
    return this.entries.filter(({ link }) => this.selected.has(link));
  }

  /** Total duration of the selected videos, as far as it is known. */
  get selectedMs(): number {
    return sumOf(this.#selectedEntries, ({ duration_ms }) => duration_ms);
  }

  /** About how large the selected videos are together, in bytes; null if no size is stated. One whose
   *  size is not stated counts by its duration, as the others do. */
  get selectedBytes(): number | null {
    const selected = this.#selectedEntries;
    const sized = selected.filter(({ about_bytes }) => about_bytes !== null);
    if (sized.length === 0) return null;
    const stated = sumOf(sized, ({ about_bytes }) => about_bytes);
    const timed = sized.filter(({ duration_ms }) => duration_ms !== null);
    const timedMs = sumOf(timed, ({ duration_ms }) => duration_ms);
    const perMs = timedMs > 0 ? sumOf(timed, ({ about_bytes }) => about_bytes) / timedMs : 0;
    const unsized = selected.filter(({ about_bytes }) => about_bytes === null);
    return stated + perMs * sumOf(unsized, ({ duration_ms }) => duration_ms);
  }

  /** The selected links, the oldest first; those without a date keep their places at the end. */
  get linksByDate(): string[] {
    const date = ({ date_unix_s }: EntryView) => date_unix_s ?? Infinity;
    const sorted = this.#selectedEntries.toSorted((one, other) => {
      const [first, second] = [date(one), date(other)];
      return first === second ? 0 : first - second;
    });
    return sorted.map(({ link }) => link);
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

  /** Loads the rest of the list, until it is complete, fails, or `stop` aborts it. */
  async loadAll(stop: AbortSignal) {
    while (this.open && !this.loading && !stop.aborted) {
      await this.more();
      if (this.failure !== null) return;
    }
  }

  /** Loads the next part of the list; it is null after the last. */
  async more() {
    if (this.loading) return;
    this.loading = true;
    const next = await this.call(this.backend.more());
    this.loading = false;
    if (this.failure !== null) return;
    // A channel lists a video twice if another was published between two parts.
    const known = keySet(this.entries.map(({ link }) => link));
    const fresh = (next ?? []).filter(({ link }) => !known.has(link));
    this.entries = [...this.entries, ...fresh];
    const all = this.#total !== null && this.entries.length >= this.#total;
    this.open = next !== null && !all;
  }
}
