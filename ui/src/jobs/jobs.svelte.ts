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

/** What has just been started. */
interface Begun {
  id: string;
  title: string;
  link: string;
  access: AccessView;
}

/** All jobs, and the one in front. */
export class Jobs {
  /** Every job by its id, in the order in which they came. */
  readonly all = new SvelteMap<string, JobView>();
  /** The job in front; something else stands there where it is none. */
  front: string | null = $state(null);
  /** Why the last thing asked of a job could not be done. */
  trouble: Failure | null = $state.raw(null);
  /** The jobs that an earlier run of the app left unfinished, until a person has said what to do. */
  unfinished: string[] = $state.raw([]);
  /** The job that was stopped just now; `kept` tells whether it is still there. */
  stopped: { title: string; id: string; kept: boolean } | null = $state.raw(null);

  readonly #backend: Backend;
  /** What was brought to open each job's lock, in memory only. */
  readonly #accesses = new SvelteMap<string, AccessView>();
  #met = false;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** What was brought to open this job's lock. */
  access(id: string): AccessView {
    return this.#accesses.get(id) ?? noAccess();
  }

  /** Brings jobs that were just started in front; the next update shows them as they are. */
  begin(started: Begun[]) {
    for (const { id, title, link, access } of started) {
      this.#accesses.set(id, access);
      if (this.all.has(id)) continue;
      const state: JobState = { is: "running" };
      const newest_of_channel = false;
      this.all.set(id, { id, link, title, newest_of_channel, folder: "", state, progress: null });
    }
    this.show(started[0]?.id ?? null);
  }

  /** Brings a job in front. */
  show(id: string | null) {
    this.trouble = null;
    this.stopped = null;
    this.unfinished = [];
    this.front = id;
  }

  /** Back to the intake; the job goes on. */
  leave() {
    this.show(null);
  }

  /** The job that has saved what this link leads to. */
  savedBefore(link: string): JobView | undefined {
    return [...this.all.values()].find((job) => job.state.is === "done" && job.link === link);
  }

  /** Whether there is a job of this link. */
  knows(link: string): boolean {
    return [...this.all.values()].some((job) => job.link === link);
  }

  /** Lets a job rest. */
  pause(id: string): Promise<boolean> {
    return this.#attempt(this.#backend.pause(id));
  }

  /** Goes on with a job. */
  resume(id: string, despite: Despite | null = null): Promise<boolean> {
    return this.#attempt(this.#backend.resume(id, this.access(id), despite));
  }

  /** Asks the network at once, instead of when it is its turn. */
  async hurry(id: string) {
    if (await this.pause(id)) await this.resume(id);
  }

  /** Goes on with what an earlier run left. */
  async resumeAll(ids: string[]) {
    for (const id of ids) await this.resume(id);
    this.show(ids[0] ?? null);
  }

  /** Goes on with a job, with what opens its lock. */
  unlock(id: string, access: AccessView): Promise<boolean> {
    this.#accesses.set(id, access);
    return this.resume(id);
  }

  /** Keeps what a job has for later. */
  async keep({ id, title, state }: JobView) {
    const rests = state.is === "paused" || state.is === "failed";
    if (!rests && !(await this.pause(id))) return;
    this.show(null);
    this.stopped = { id, title, kept: true };
    voice.say(text("stopped-heading.kept"));
  }

  /** Takes a job off the list and deletes what it has. */
  async delete({ id, title }: JobView): Promise<boolean> {
    const gone = await this.#attempt(this.#backend.remove(id, false));
    if (gone) {
      this.show(null);
      this.stopped = { id, title, kept: false };
      voice.say(text("stopped-heading.deleted"));
    }
    return gone;
  }

  /** Takes a saved video off the list; the file stays. */
  forget(id: string): Promise<boolean> {
    return this.#attempt(this.#backend.remove(id, true));
  }

  /** Takes over what changed. */
  see({ changed, removed }: Update) {
    for (const job of changed) this.all.set(job.id, job);
    for (const id of removed) {
      this.all.delete(id);
      this.#accesses.delete(id);
      if (this.front === id) this.front = null;
    }
    if (!this.#met) this.#meet();
  }

  /** What rests when the window opens was left by an earlier run. */
  #meet() {
    this.#met = true;
    if (this.front !== null) return;
    const resting = [...this.all.values()].filter((job) => job.state.is === "paused");
    this.unfinished = resting.map(({ id }) => id);
  }

  async #attempt(action: Promise<void>): Promise<boolean> {
    this.trouble = null;
    try {
      await action;
      return true;
    } catch (thrown) {
      this.trouble = asFailure(thrown);
      voice.warn(text(`failure-${this.trouble.code}`));
      return false;
    }
  }
}
