/**
 * From a pasted text to a job: the link, what it leads to, and what opens its locks.
 */
import {
  asFailure,
  noAccess,
  type AccessView,
  type Backend,
  type Failure,
  type FolderView,
  type KeepView,
  type Preview,
  type QualityView,
} from "../backend";
import { day, bytes, duration, facts } from "../shared/format";
import { remedy } from "../shared/remedy";
import { voice } from "../shared/voice.svelte";
import { text } from "../text";

/** What stands in front while there is no job. */
export type Step =
  | { at: "paste"; failure: Failure | null }
  | { at: "looking" }
  | { at: "refused"; failure: Failure }
  | { at: "ready"; preview: Preview };

/** What a person chose before saving. */
export interface Wish {
  /** Name of the file without its ending. */
  stem: string;
  /** Which container. */
  keep: KeepView;
  /** Which picture. */
  quality: QualityView;
}

/** The title, or the number where there is none. */
export function titleOf(preview: Preview): string {
  return preview.title ?? text("ready-untitled", { recording: preview.recording });
}

/** Channel, date, length and size, as far as they are known. */
export function factsOf(preview: Preview, aboutBytes: number | null): string {
  return facts([
    preview.owner,
    preview.date_unix_s === null ? null : day(preview.date_unix_s),
    preview.duration_ms === null ? null : duration(preview.duration_ms),
    aboutBytes === null ? null : text("ready-size", { size: bytes(aboutBytes) }),
  ]);
}

/** The screen before there is a job. */
export class Intake {
  /** What is pasted; kept until it is saved. */
  link = $state("");
  /** What stands in front. */
  step: Step = $state.raw({ at: "paste", failure: null });
  /** Where it will be saved. */
  folder: FolderView | null = $state.raw(null);
  /** What was brought to open a lock, in memory only. */
  access: AccessView = $state.raw(noAccess());
  /** A job is being started. */
  starting = $state(false);
  /** Why the last start failed. */
  trouble: Failure | null = $state.raw(null);

  readonly #backend: Backend;
  /** Counts the questions asked, so that an answer nobody waits for any more is dropped. */
  #asked = 0;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Fills in what the app was started with. */
  async start() {
    const { link, folder } = await this.#backend.start();
    this.folder = folder;
    this.link ||= link ?? "";
  }

  /** Asks where the link leads, with what was brought so far. */
  async resolve() {
    const asked = ++this.#asked;
    voice.hush();
    this.trouble = null;
    this.step = { at: "looking" };
    voice.say(text("looking-heading"));
    try {
      const preview = await this.#backend.resolve(this.link, this.access);
      if (asked !== this.#asked) return;
      this.step = { at: "ready", preview };
      const known = factsOf(preview, preview.about_bytes);
      voice.say(text("ready-said", { title: titleOf(preview), facts: known }));
    } catch (thrown) {
      if (asked !== this.#asked) return;
      this.#refuse(asFailure(thrown));
    }
  }

  /** Tries again with what opens the lock. */
  unlock(access: AccessView) {
    this.access = access;
    void this.resolve();
  }

  /** Back to the link, which is kept. */
  back() {
    this.#asked += 1;
    voice.hush();
    this.trouble = null;
    this.access = noAccess();
    this.step = { at: "paste", failure: null };
  }

  /** Empties the screen for the next link. */
  clear() {
    this.back();
    this.link = "";
  }

  /** Lets the person choose another folder. */
  async changeFolder() {
    try {
      this.folder = (await this.#backend.pickFolder()) ?? this.folder;
    } catch (thrown) {
      this.#stumble(asFailure(thrown));
    }
  }

  /** Starts the job and answers its id; nothing where it could not be started. */
  async save(preview: Preview, wish: Wish): Promise<string | null> {
    if (this.starting || this.folder === null) return null;
    this.starting = true;
    this.trouble = null;
    const request = {
      // As it was pasted, but of a channel the recording that was shown: a newer one may come.
      link: preview.newest_of_channel ? preview.link : this.link,
      folder: this.folder.id,
      file_stem: wish.stem.trim() || preview.file_stem,
      keep: wish.keep,
      quality: wish.quality,
      access: this.access,
    };
    try {
      return await this.#backend.download(request);
    } catch (thrown) {
      this.#stumble(asFailure(thrown));
      return null;
    } finally {
      this.starting = false;
    }
  }

  #refuse(failure: Failure) {
    this.step =
      remedy(failure.code) === "paste" ? { at: "paste", failure } : { at: "refused", failure };
    voice.warn(text(`failure-${failure.code}`));
  }

  #stumble(failure: Failure) {
    this.trouble = failure;
    voice.warn(text(`failure-${failure.code}`));
  }
}
