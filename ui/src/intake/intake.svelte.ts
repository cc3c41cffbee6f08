/**
 * From a pasted text to jobs: the link, what it leads to, and what opens its locks.
 */
import {
  asFailure,
  noAccess,
  type AccessView,
  type AudioView,
  type Backend,
  type Failure,
  type KeepView,
  type Preview,
  type QualityView,
} from "../backend";
import type { Settings } from "../settings/settings.svelte";
import { bytes, day, duration, facts } from "../shared/format";
import { remedy } from "../shared/remedy";
import { voice } from "../shared/voice.svelte";
import { text } from "../text";
import { Choice } from "./choice.svelte";
import { linksIn } from "./links";

/** What stands in front while there is no job. */
export type Step =
  | { at: "paste"; failure: Failure | null }
  | { at: "looking" }
  | { at: "refused"; failure: Failure }
  | { at: "ready"; preview: Preview }
  | { at: "choose"; choice: Choice }
  | { at: "several"; links: string[]; choice: Choice | null };

/** What a person chose before saving. */
export interface Wish {
  /** Name of the file without its ending; none where the template names it. */
  stem: string | null;
  /** Which container. */
  keep: KeepView;
  /** Which picture. */
  quality: QualityView;
  /** Which sound. */
  audio: AudioView;
}

/** A job that was started. */
export interface Started {
  id: string;
  title: string;
  link: string;
  access: AccessView;
}

/** The title, or the number where there is none. */
export function titleOf(video: { title: string | null; recording: string | null }): string {
  return video.title ?? text("ready-untitled", { recording: video.recording ?? "" });
}

/** Channel, date, length and size, as far as they are known. */
export function factsOf(
  video: { owner?: string | null; date_unix_s: number | null; duration_ms: number | null },
  aboutBytes: number | null = null,
): string {
  return facts([
    video.owner,
    video.date_unix_s === null ? null : day(video.date_unix_s),
    video.duration_ms === null ? null : duration(video.duration_ms),
    aboutBytes === null ? null : text("ready-size", { size: bytes(aboutBytes) }),
  ]);
}

/** The screen before there is a job. */
export class Intake {
  /** What is pasted; kept until it is saved. */
  link = $state("");
  /** What stands in front. */
  step: Step = $state.raw({ at: "paste", failure: null });
  /** A copied link that may be meant. */
  offer: string | null = $state(null);
  /** What was brought to open a lock, in memory only. */
  access: AccessView = $state.raw(noAccess());
  /** A job is being started. */
  starting = $state(false);
  /** Why the last start failed. */
  trouble: Failure | null = $state.raw(null);

  readonly #backend: Backend;
  readonly #settings: Settings;
  /** Counts the questions asked, so that an answer nobody waits for any more is dropped. */
  #asked = 0;
  /** Copied links that were offered before. */
  readonly #offered: string[] = [];
  /** The answers to a form that are to be kept once they have opened it. */
  #remember = false;

  constructor(backend: Backend, settings: Settings) {
    this.#backend = backend;
    this.#settings = settings;
  }

  /** Nothing is half done here. */
  get idle(): boolean {
    return this.step.at === "paste" && this.link.trim() === "";
  }

  /** Looks up whatever a person brought: a link, or several. */
  bring(words: string) {
    const links = linksIn(words);
    this.offer = null;
    this.link = words;
    if (links.length > 1) this.step = { at: "several", links, choice: null };
    else void this.resolve();
  }

  /** Takes the text on the clipboard. */
  async paste() {
    this.bring((await this.#backend.pasted().catch(() => null)) ?? "");
  }

  /** Offers a copied link, once, unless it is known already. */
  async lookAtClipboard(known: (link: string) => boolean) {
    if (!this.idle) return;
    const link = await this.#backend.copied().catch(() => null);
    if (link === null || !this.idle || this.#offered.includes(link) || known(link)) return;
    this.suggest(link);
  }

  /** Offers a link. */
  suggest(link: string) {
    this.#offered.push(link);
    this.offer = link;
    voice.say(text("copied-heading.said"));
  }

  /** Asks where the link leads, with what was brought so far. */
  async resolve() {
    const asked = ++this.#asked;
    voice.hush();
    this.trouble = null;
    this.step = { at: "looking" };
    voice.say(text("looking-heading"));
    try {
      const lead = await this.#backend.resolve(this.link, this.access);
      if (asked !== this.#asked) return;
      this.#keepAnswers();
      if (lead.is === "one") {
        const { preview } = lead;
        this.step = { at: "ready", preview };
        const known = factsOf(preview, preview.about_bytes);
        voice.say(text("ready-said", { title: titleOf(preview), facts: known }));
      } else {
        this.step = { at: "choose", choice: new Choice(this.#backend, lead.catalog) };
      }
    } catch (thrown) {
      if (asked !== this.#asked) return;
      this.#refuse(asFailure(thrown));
    }
  }

  /** Tries again with what opens the lock. */
  unlock(access: AccessView, remember: boolean) {
    this.access = access;
    this.#remember = remember;
    void this.resolve();
  }

  /** Goes on with what is ticked. */
  proceed(choice: Choice) {
    this.step = { at: "several", links: choice.links, choice };
  }

  /** Back to the link, which is kept. */
  back() {
    this.#asked += 1;
    voice.hush();
    this.trouble = null;
    this.access = noAccess();
    this.step = { at: "paste", failure: null };
  }

  /** Back to the list. */
  backTo(choice: Choice) {
    this.trouble = null;
    this.step = { at: "choose", choice };
  }

  /** Empties the screen for the next link. */
  clear() {
    this.back();
    this.link = "";
  }

  /** Starts a job of what is shown; answers what was started. */
  save(preview: Preview, wish: Wish): Promise<Started[]> {
    // As it was pasted, but of a channel the recording that was shown: a newer one may come.
    const link = preview.newest_of_channel ? preview.link : this.link;
    const stem = wish.stem?.trim() || preview.file_stem;
    return this.#start([link], { ...wish, stem }, this.access);
  }

  /** Starts a job for each link, under its own name; answers what was started. */
  saveAll(links: string[], choice: Choice | null, wish: Wish): Promise<Started[]> {
    const referrer = this.access.referrer ?? choice?.page ?? null;
    return this.#start(links, wish, { ...this.access, referrer });
  }

  async #start(links: string[], wish: Wish, access: AccessView): Promise<Started[]> {
    const { folder } = this.#settings;
    if (this.starting || folder === null) return [];
    this.starting = true;
    this.trouble = null;
    const started: Started[] = [];
    try {
      for (const link of links) {
        const { stem, ...chosen } = wish;
        const request = { link, folder: folder.id, file_stem: stem, access, ...chosen };
        const id = await this.#backend.download(request);
        started.push({ id, title: stem ?? link, link, access });
      }
    } catch (thrown) {
      this.trouble = asFailure(thrown);
      voice.warn(text(`failure-${this.trouble.code}`));
    } finally {
      this.starting = false;
    }
    return started;
  }

  #keepAnswers() {
    if (!this.#remember) return;
    this.#remember = false;
    // A keychain that is locked or missing keeps nobody from the video.
    const kept = this.#backend.remember(this.access.form);
    kept.then(
      () => this.#settings.change({ remember_form: true }),
      () => {},
    );
  }

  #refuse(failure: Failure) {
    this.step = remedy(failure.code).paste ? { at: "paste", failure } : { at: "refused", failure };
    voice.warn(text(`failure-${failure.code}`));
  }
}
