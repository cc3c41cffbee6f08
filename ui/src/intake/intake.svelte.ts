/**
 * From a pasted text to jobs: finds the link, resolves it, unlocks the video and starts the job.
 */
import {
  asFailure,
  noAccess,
  type AccessView,
  type Backend,
  type Failure,
  type LiveChannelView,
  type LiveStart,
  type Preview,
  type SaveRequest,
} from "../backend";
import type { Jobs, StartedJob } from "../jobs/jobs.svelte";
import type { Settings } from "../settings/settings.svelte";
import { announcer } from "../shared/announcer.svelte";
import { Controller } from "../shared/controller.svelte";
import { bytes, duration, facts, recordingDay } from "../shared/format";
import { keyMap } from "../shared/keyed";
import { RECOVERY } from "../shared/recovery";
import { text } from "../text";
import { Collection } from "./collection.svelte";
import { linksIn } from "./links";

/** The screen that is shown while no job is in front. */
export type Step =
  | { at: "link"; failure: Failure | null }
  | { at: "resolving" }
  | { at: "refused"; failure: Failure }
  | { at: "ready"; preview: Preview }
  | { at: "live"; channel: LiveChannelView }
  | { at: "collection"; collection: Collection }
  /** `collection` is null if the links were pasted. */
  | { at: "batch"; links: string[]; collection: Collection | null };

/** A video that is to be saved. */
interface VideoToSave {
  link: string;
  /** The title that the user has seen; null if the link was pasted among others. */
  title: string | null;
  /** The name of the thumbnail that the user has seen. */
  thumbnail: string | null;
  /** Set if the user has seen that it is saved already. */
  again?: true;
}

/** What the user chose before saving. */
export type SaveChoices = Pick<
  SaveRequest,
  "file_stem" | "keep" | "quality" | "audio" | "again" | "ending" | "range" | "live"
>;

/** Returns the title of a video, or its number if it has none. */
export function titleOf(video: { title: string | null; recording: string | null }): string {
  return video.title ?? text("ready-untitled", { recording: video.recording ?? "" });
}

/** Returns the channel, date, duration and size, as far as they are known. */
export function factsOf(
  video: { owner?: string | null; date_unix_s: number | null; duration_ms: number | null },
  aboutBytes: number | null = null,
): string {
  return facts([
    video.owner,
    video.date_unix_s === null ? null : recordingDay(video.date_unix_s),
    video.duration_ms === null ? null : duration(video.duration_ms),
    aboutBytes === null ? null : text("ready-size", { size: bytes(aboutBytes) }),
  ]);
}

export class Intake extends Controller {
  /** The text in the field for the link; kept until the video is saved. */
  link = $state("");
  step: Step = $state.raw({ at: "link", failure: null });
  /** A copied link that is offered. */
  offer: string | null = $state(null);
  /** What was entered to unlock the video. In memory only. */
  access: AccessView = $state.raw(noAccess());
  /** Whether a job is being started. */
  starting = $state(false);

  readonly #settings: Settings;
  readonly #jobs: Jobs;
  /** Number of the newest request to resolve a link; the answers to older ones are dropped. */
  #request = 0;
  /** Copied links that were offered before. */
  readonly #offered: string[] = [];
  /** Whether to save the answers to a form once they have unlocked the video. */
  #remember = false;

  constructor(backend: Backend, settings: Settings, jobs: Jobs) {
    super(backend);
    this.#settings = settings;
    this.#jobs = jobs;
  }

  /** The link in what was pasted, without the text around it. */
  get subject(): string {
    return linksIn(this.link)[0] ?? this.link;
  }

  /** Whether the user has entered nothing yet. */
  get idle(): boolean {
    return this.step.at === "link" && this.link.trim() === "";
  }

  /** Returns the name that a file with this ending gets of what the user typed. What was typed is
   *  kept on failure: it is cleaned again when it is saved. */
  fileName(typed: string, ending: string): Promise<string | null> {
    return this.backend.fileName(typed, ending).catch(() => typed.trim() || null);
  }

  /** Resolves the link in a text, or prepares to save all links if there are several. */
  submit(words: string) {
    const links = linksIn(words);
    this.offer = null;
    this.link = words;
    if (links.length > 1) this.step = { at: "batch", links, collection: null };
    else void this.resolve();
  }

  /** Submits the text on the clipboard. */
  async paste() {
    const pasted = await this.call(this.backend.pasted());
    if (this.failure === null) this.submit(pasted ?? "");
  }

  /** Offers the link on the clipboard, once, unless there is a job of it. A failure is not shown:
   *  the user has not asked for this. */
  async checkClipboard() {
    if (!this.idle) return;
    const link = await this.backend.copied().catch(() => null);
    if (link === null || !this.idle || this.#offered.includes(link)) return;
    if (!this.#jobs.knows(link)) this.suggest(link);
  }

  /** Offers a link. */
  suggest(link: string) {
    this.#offered.push(link);
    this.offer = link;
    announcer.say(text("copied-heading.said"));
  }

  /** Resolves the link, with what was entered to unlock the video. Of a channel that is on air, it
   *  resolves to the stream, unless the recordings are wanted. */
  async resolve(recordings = false) {
    const request = ++this.#request;
    announcer.clear();
    this.failure = null;
    this.step = { at: "resolving" };
    announcer.say(text("looking-heading"));
    try {
      const resolved = await this.backend.resolve(this.link, this.access, recordings);
      if (request !== this.#request) return;
      if (this.#remember) void this.#settings.rememberAnswers(this.access.form);
      this.#remember = false;
      announcer.clear();
      if (resolved.is === "one") {
        const { preview } = resolved;
        this.step = { at: "ready", preview };
        const known = factsOf(preview, preview.about_bytes);
        announcer.say(text("ready-said", { title: titleOf(preview), facts: known }));
      } else if (resolved.is === "live") {
        this.step = { at: "live", channel: resolved.channel };
        announcer.say(text(resolved.channel.is_on_air ? "live" : "live.soon"));
      } else {
        const collection = new Collection(this.backend, resolved.catalog);
        this.step = { at: "collection", collection };
      }
    } catch (thrown) {
      if (request !== this.#request) return;
      const failure = asFailure(thrown);
      const at = RECOVERY[failure.code].fixLink ? "link" : "refused";
      this.step = { at, failure };
      announcer.warn(text(`failure-${failure.code}`));
    }
  }

  /** Resolves the link again, with what unlocks the video. */
  unlock(access: AccessView, remember: boolean) {
    this.access = access;
    this.#remember = remember;
    void this.resolve();
  }

  /** Prepares to save the selected videos of a collection. */
  proceed(collection: Collection) {
    this.step = { at: "batch", links: collection.links, collection };
  }

  /** Goes back to the link, which is kept. */
  back() {
    this.#request += 1;
    announcer.clear();
    this.failure = null;
    this.access = noAccess();
    this.step = { at: "link", failure: null };
  }

  /** Goes back to a collection. */
  backTo(collection: Collection) {
    this.failure = null;
    this.step = { at: "collection", collection };
  }

  /** Empties everything for the next link. */
  clear() {
    this.back();
    this.link = "";
  }

  /** Starts a job for the previewed video. */
  save(preview: Preview, choices: SaveChoices): Promise<void> {
    // The link as it was pasted, except for a channel: its newest recording may change meanwhile.
    const link = preview.newest_of_channel ? preview.link : this.link;
    const typed = choices.file_stem?.trim() ?? "";
    // A name that was not changed is made by the template, with the chosen quality.
    const file_stem = typed === "" || typed === preview.file_stem ? null : typed;
    const { thumbnail } = preview;
    const video = { link, title: titleOf(preview), thumbnail };
    return this.#start([video], { ...choices, file_stem }, this.access);
  }

  /** Starts recording the stream of a channel. */
  record({ link, title, thumbnail }: LiveChannelView, live: LiveStart): Promise<void> {
    const { quality, keep, audio } = this.#settings.view;
    const choices = { file_stem: null, keep, quality, audio, live };
    return this.#start([{ link, title: title ?? link, thumbnail }], choices, this.access);
  }

  /** Starts a job for each link. */
  saveAll(links: string[], collection: Collection | null, choices: SaveChoices): Promise<void> {
    const referrer = this.access.referrer ?? collection?.page ?? null;
    const entries = keyMap(collection?.entries ?? [], ({ link }) => link);
    const saved = this.#jobs.savedLinks;
    const videos = links.map((link) => {
      const entry = entries.get(link);
      const title = entry ? titleOf(entry) : null;
      const again = entry !== undefined && saved.has(link);
      const thumbnail = entry?.thumbnail ?? null;
      return { link, title, thumbnail, ...(again ? { again } : {}) };
    });
    return this.#start(videos, choices, { ...this.access, referrer });
  }

  /** Lets the user choose a movie file and starts the job that makes an MP4 of it. */
  async remux() {
    const id = await this.call(this.backend.remux());
    if (id !== null) this.#jobs.show(id);
  }

  async #start(videos: VideoToSave[], choices: SaveChoices, access: AccessView) {
    if (this.starting) return;
    this.starting = true;
    const folder = this.#settings.folder.id;
    const started: StartedJob[] = [];
    /** The first of those that are being saved already. */
    let known: string | undefined;
    const unfinished = this.#jobs.unfinishedByLink;
    for (const { link, title, thumbnail, ...video } of videos) {
      const before = unfinished.get(link);
      if (before) {
        known ??= before.id;
        continue;
      }
      const seen = { title, ...(thumbnail === null ? {} : { thumbnail }) };
      const request = { link, folder, access, ...seen, ...choices, ...video };
      const id = await this.call(this.backend.download(request));
      if (id === null) break;
      const name = choices.file_stem ?? title ?? link;
      started.push({ id, title: name, thumbnail, link, access });
    }
    this.starting = false;
    if (started.length > 0) this.#jobs.add(started);
    else if (known !== undefined) this.#jobs.show(known);
    if (this.failure === null) this.clear();
  }
}
