/**
 * The jobs as the backend last showed them, and what a person can do to one.
 */
import { SvelteMap } from "svelte/reactivity";
import {
  asFailure,
  noAccess,
  type AccessView,
  type Backend,
  type Despite,
  type Failure,
  type JobState,
  type JobView,
  type Update,
} from "../backend";
import { voice } from "../shared/voice.svelte";
import { text } from "../text";

/** All jobs, and the one in front. */
export class Jobs {
  /** Every job by its id, in the order in which they came. */
  readonly all = new SvelteMap<string, JobView>();
  /** The job in front; the intake stands there where it is none. */
  front: string | null = $state(null);
  /** Why the last thing asked of a job could not be done. */
  trouble: Failure | null = $state.raw(null);

  readonly #backend: Backend;
  /** What was brought to open each job's lock, in memory only. */
  readonly #accesses = new SvelteMap<string, AccessView>();

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Follows the backend's jobs from now on. */
  watch(): Promise<void> {
    return this.#backend.watch((update) => this.#see(update));
  }

  /** What was brought to open this job's lock. */
  access(id: string): AccessView {
    return this.#accesses.get(id) ?? noAccess();
  }

  /** Brings a job that was just started in front; the next update shows it as it is. */
  begin(id: string, { title, link, access }: { title: string; link: string; access: AccessView }) {
    this.#accesses.set(id, access);
    if (!this.all.has(id)) {
      const state: JobState = { is: "running" };
      const newest_of_channel = false;
      this.all.set(id, { id, link, title, newest_of_channel, folder: "", state, progress: null });
    }
    this.front = id;
  }

  /** Brings a job in front. */
  show(id: string) {
    this.trouble = null;
    this.front = id;
  }

  /** Back to the intake; the job goes on. */
  leave() {
    this.trouble = null;
    this.front = null;
  }

  /** Lets a job rest. */
  pause(id: string): Promise<void> {
    return this.#attempt(this.#backend.pause(id));
  }

  /** Goes on with a job. */
  resume(id: string, despite: Despite | null = null): Promise<void> {
    return this.#attempt(this.#backend.resume(id, this.access(id), despite));
  }

  /** Goes on with a job, with what opens its lock. */
  unlock(id: string, access: AccessView): Promise<void> {
    this.#accesses.set(id, access);
    return this.resume(id);
  }

  /** Takes a job off the list and deletes what it has. */
  delete(id: string): Promise<void> {
    return this.#attempt(this.#backend.remove(id, false));
  }

  /** Takes a saved video off the list; the file stays. */
  forget(id: string): Promise<void> {
    return this.#attempt(this.#backend.remove(id, true));
  }

  /** Shows the saved file in its folder. */
  reveal(id: string): Promise<void> {
    return this.#backend.reveal(id);
  }

  /** Plays the saved file. */
  open(id: string): Promise<void> {
    return this.#backend.open(id);
  }

  async #attempt(action: Promise<void>) {
    this.trouble = null;
    try {
      await action;
    } catch (thrown) {
      this.trouble = asFailure(thrown);
      voice.warn(text(`failure-${this.trouble.code}`));
    }
  }

  #see({ changed, removed }: Update) {
    for (const job of changed) this.all.set(job.id, job);
    for (const id of removed) {
      this.all.delete(id);
      this.#accesses.delete(id);
      if (this.front === id) this.front = null;
    }
  }
}
