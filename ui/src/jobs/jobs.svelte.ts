/**
 * The jobs as the backend last reported them, and what the user can do to one.
 */
import { SvelteMap } from "svelte/reactivity";
import {
  asFailure,
  noAccess,
  type AccessView,
  type Override,
  type Failure,
  type Finished,
  type FolderView,
  type JobState,
  type JobView,
  type MovieCheckView,
  type Update,
} from "../backend";
import { announcer } from "../shared/announcer.svelte";
import { Controller } from "../shared/controller.svelte";
import { keyMap, keySet } from "../shared/keyed";
import { text } from "../text";
import { batchStatus } from "./status";

/** A job that was started and that the backend has not reported yet. */
export interface StartedJob {
  id: string;
  title: string;
  /** The name of its thumbnail. */
  thumbnail: string | null;
  link: string;
  access: AccessView;
}

/** Returns the title of a job. Until it is known, the number in the link: a bare address tells a
 *  person nothing. */
function nameOf({ title, link }: Pick<JobView, "title" | "link">): string {
  if (title !== link) return title;
  const last = link.split(/[/\\]/).findLast((part) => part !== "") ?? link;
  return /^https?:/.test(link) ? text("ready-untitled", { recording: last }) : last;
}

/** Returns the file of a job that has saved the whole video; a part does not make it saved. */
export function wholeFile({ state }: JobView): Finished | undefined {
  return state.is === "done" && !state.finished.range ? state.finished : undefined;
}

/** Tells whether a job is being done, or waits for its turn. */
function isActive({ state }: JobView): boolean {
  return state.is === "running" || state.is === "queued";
}

export class Jobs extends Controller {
  /** Every job by its id, in the order in which they were started. */
  readonly all = new SvelteMap<string, JobView>();
  /** Id of the job that is shown in front; null if another screen is. */
  front: string | null = $state(null);
  /** Whether the user is asked to confirm that the job in front is cancelled. */
  confirming = $state(false);
  /** Ids of paused jobs of an earlier run, until the user has decided about them. */
  unfinished: string[] = $state.raw([]);
  /** The job that the user has just cancelled; `kept` if it can be resumed. */
  removed: { title: string; id: string; kept: boolean } | null = $state.raw(null);
  /** The finished file that could not be shown or played. */
  notOpened: { id: string; failure: Failure } | null = $state.raw(null);
  /** The finished file that is to be deleted: the user is asked, or told why it was not. */
  deleting: { id: string; failure: Failure | null } | null = $state.raw(null);
  /** The finished file that is being checked, or was checked last. */
  checked: { id: string; file: string; result: MovieCheckView | null } | null = $state.raw(null);

  /** Ids of the jobs that were started or resumed since nothing was being saved the last time. */
  #batch: string[] = $state.raw([]);
  /** What was sent to unlock each job's video. In memory only. */
  readonly #accesses = new SvelteMap<string, AccessView>();
  /** What to do once the locked video of a job is saved: only then is it known what unlocks it. */
  readonly #onUnlocked = new SvelteMap<string, () => void>();
  /** Whether the first update, which holds all jobs, has come. */
  #reported = false;

  /** How many videos are being saved, or wait for their turn. */
  get active(): number {
    return [...this.all.values()].filter(isActive).length;
  }

  /** Whether a video is being saved, or waits for its turn. */
  get busy(): boolean {
    return this.active > 0;
  }

  /** The jobs whose videos are saved together: one by one, but without a time between in which nothing
   *  is saved. */
  get batch(): JobView[] {
    return this.#batch.flatMap((id) => this.all.get(id) ?? []);
  }

  /** Returns what was sent to unlock this job's video. */
  access(id: string): AccessView {
    return this.#accesses.get(id) ?? noAccess();
  }

  /** Adds jobs that were just started and shows the first of them. */
  add(started: StartedJob[]) {
    this.#join(started.map(({ id }) => id).filter((id) => !this.all.has(id)));
    for (const { id, title, thumbnail, link, access } of started) {
      this.#accesses.set(id, access);
      if (this.all.has(id)) continue;
      const state: JobState = { is: "running" };
      const newest_of_channel = false;
      this.all.set(id, {
        id,
        link,
        title: nameOf({ title, link }),
        thumbnail,
        newest_of_channel,
        folder: "",
        state,
        progress: null,
      });
    }
    this.show(started[0]?.id ?? null);
  }

  /** Shows a job in front. */
  show(id: string | null) {
    this.failure = null;
    this.notOpened = null;
    this.checked = null;
    this.deleting = null;
    this.removed = null;
    this.unfinished = [];
    this.confirming = false;
    this.front = id;
  }

  /** Shows a job in front and asks whether it is to be cancelled. */
  askToCancel(id: string) {
    this.show(id);
    this.confirming = true;
  }

  /** Goes back to the intake; the job continues. */
  leave() {
    this.show(null);
  }

  /** Returns the finished job of this link, if any. */
  savedBefore(link: string): JobView | undefined {
    return [...this.all.values()].find((job) => wholeFile(job) && job.link === link);
  }

  /** The links of all videos that are saved as a whole. */
  get savedLinks(): ReadonlySet<string> {
    const saved = [...this.all.values()].filter(wholeFile);
    return keySet(saved.map(({ link }) => link));
  }

  /** The jobs that are not finished, by their links. */
  get unfinishedByLink(): ReadonlyMap<string, JobView> {
    const others = [...this.all.values()].filter(({ state }) => state.is !== "done");
    return keyMap(others, ({ link }) => link);
  }

  /** Returns the job of this link that is not finished, if any; `except` is the id of another one. */
  unfinishedOf(link: string, except?: string): JobView | undefined {
    return [...this.all.values()].find(
      (job) => job.state.is !== "done" && job.link === link && job.id !== except,
    );
  }

  /** Tells whether there is a job of this link. */
  knows(link: string): boolean {
    return [...this.all.values()].some((job) => job.link === link);
  }

  /** Pauses a job. */
  pause(id: string): Promise<boolean> {
    return this.succeeds(this.backend.pause(id));
  }

  /** Ends the recording of a running stream, and saves it. */
  stopAndSave(id: string): Promise<boolean> {
    return this.succeeds(this.backend.stopAndSave(id));
  }

  /** Resumes a job. */
  resume(id: string, despite: Override | null = null): Promise<boolean> {
    return this.succeeds(this.backend.resume(id, this.access(id), despite));
  }

  /** Retries at once a job that waits for the network. */
  async retryNow(id: string) {
    if (await this.pause(id)) await this.resume(id);
  }

  /** Resumes the jobs of an earlier run. */
  async resumeAll(ids: string[]) {
    for (const id of ids) await this.resume(id);
    this.show(ids[0] ?? null);
  }

  /** Resumes a job whose video is locked, with what unlocks it, and calls `then` if it does. */
  unlock(id: string, access: AccessView, then?: () => void): Promise<boolean> {
    this.#accesses.set(id, access);
    if (then) this.#onUnlocked.set(id, then);
    else this.#onUnlocked.delete(id);
    return this.resume(id);
  }

  /** Lets the user choose another folder and resumes a job there. Returns the folder, or null if
   *  none was chosen. */
  relocate(id: string): Promise<FolderView | null> {
    return this.call(this.backend.relocate(id, this.access(id)));
  }

  /** Cancels a job and keeps what was downloaded. */
  async keep({ id, title, state }: JobView) {
    const stopped = state.is === "paused" || state.is === "failed";
    if (!stopped && !(await this.pause(id))) return;
    this.show(null);
    this.removed = { id, title, kept: true };
    announcer.say(text("stopped-heading.kept"));
  }

  /** Cancels a job and deletes what was downloaded. */
  async delete({ id, title }: JobView): Promise<boolean> {
    const deleted = await this.succeeds(this.backend.remove(id, false));
    if (deleted) {
      this.show(null);
      this.removed = { id, title, kept: false };
      announcer.say(text("stopped-heading.deleted"));
    }
    return deleted;
  }

  /** Removes a finished job from the list and keeps its file. */
  forget(id: string): Promise<boolean> {
    return this.succeeds(this.backend.remove(id, true));
  }

  /** Removes finished jobs from the list and keeps their files. */
  async forgetAll(ids: string[]) {
    for (const id of ids) if (!(await this.forget(id))) return;
  }

  /** Shows a finished file in its folder. */
  reveal(id: string): Promise<void> {
    return this.#open(id, this.backend.reveal(id));
  }

  /** Asks whether a finished file is to be deleted; null ends the question. */
  askToDelete(id: string | null) {
    this.deleting = id === null ? null : { id, failure: null };
  }

  /** Moves a finished file to the trash and removes its job. */
  async deleteFile(id: string, file: string) {
    try {
      await this.backend.deleteFile(id);
      this.deleting = null;
      announcer.say(text("delete-file.done", { file }));
    } catch (thrown) {
      this.deleting = { id, failure: asFailure(thrown) };
      announcer.warn(text("delete-file-failed"));
    }
  }

  /** Copies the path of a finished file. */
  copyPath(id: string): Promise<boolean> {
    return this.succeeds(this.backend.copyPath(id));
  }

  /** Plays a finished file. */
  play(id: string): Promise<void> {
    return this.#open(id, this.backend.open(id));
  }

  /** Makes a page of the videos in the folder where videos are saved, and opens it. */
  makePage(): Promise<boolean> {
    return this.succeeds(this.backend.indexFolder());
  }

  /** Checks whether a finished file is still whole. */
  async check(id: string, file: string): Promise<void> {
    this.notOpened = null;
    const check = { id, file, result: null };
    this.checked = check;
    announcer.say(text("check-file.running", { file }));
    try {
      const result = await this.backend.check(id);
      // Another check has begun, or the list was left.
      if (this.checked !== check) return;
      this.checked = { id, file, result };
      if (result.damage.length === 0) announcer.say(text("check-file.whole", { file }));
      else announcer.warn(text("check-file.damaged", { file }));
    } catch (thrown) {
      if (this.checked !== check) return;
      this.checked = null;
      this.notOpened = { id, failure: asFailure(thrown) };
      announcer.warn(text("saved-not-opened"));
    }
  }

  /** Takes over what the backend reports. */
  update({ changed, removed }: Update) {
    const wasBusy = this.busy;
    this.#join(changed.filter(isActive).map(({ id }) => id));
    for (const job of changed) {
      this.all.set(job.id, { ...job, title: nameOf(job) });
      if (job.state.is === "done") {
        this.#onUnlocked.get(job.id)?.();
        this.#onUnlocked.delete(job.id);
      }
    }
    for (const id of removed) {
      this.all.delete(id);
      this.#accesses.delete(id);
      this.#onUnlocked.delete(id);
      if (this.front === id) this.front = null;
    }
    if (!this.#reported) this.#findEarlier();
    const { batch } = this;
    if (wasBusy && !this.busy && batch.length > 1) announcer.say(batchStatus(batch));
  }

  /** Adds jobs to those that are saved together, before they count as busy. */
  #join(ids: string[]) {
    const known = keySet(this.#batch);
    const fresh = ids.filter((id) => !known.has(id));
    if (fresh.length > 0) this.#batch = this.busy ? [...this.#batch, ...fresh] : fresh;
  }

  /** Finds what was there before the page: the jobs that are being done if the page was loaded again,
   *  else the paused jobs that an earlier run of the app has left. */
  #findEarlier() {
    this.#reported = true;
    if (this.front !== null) return;
    const active = [...this.all.values()].filter(isActive);
    if (active.length > 0) {
      // Several are listed below the field for the link.
      this.front = active.length === 1 ? (active[0]?.id ?? null) : null;
      return;
    }
    const paused = [...this.all.values()].filter((job) => job.state.is === "paused");
    this.unfinished = paused.map(({ id }) => id);
  }

  async #open(id: string, pending: Promise<void>) {
    this.notOpened = null;
    try {
      await pending;
    } catch (thrown) {
      this.notOpened = { id, failure: asFailure(thrown) };
      announcer.warn(text("saved-not-opened"));
    }
  }
}
