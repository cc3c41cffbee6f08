/**
 * What a person has set, and where videos are saved: kept at once, shown everywhere.
 */
import {
  asFailure,
  type Backend,
  type Failure,
  type FolderView,
  type SettingsView,
  type StartView,
} from "../backend";
import { voice } from "../shared/voice.svelte";
import { speak, text } from "../text";

/** What is set before it is known what is set. */
const USUAL: SettingsView = {
  keep: "mp4",
  quality: "best",
  audio: "usual",
  template: "{title}",
  captions: false,
  maker: "builtin",
  jobs_at_once: 2,
  language: null,
  remember_form: false,
};

/** The settings of this computer. */
export class Settings {
  /** What is set. */
  view: SettingsView = $state.raw(USUAL);
  /** Where videos are saved. */
  folder: FolderView | null = $state.raw(null);
  /** Name of the folder that was set and is not there. */
  lostFolder: string | null = $state(null);
  /** Part of the list could not be read. */
  lostJobs = $state(false);
  /** What the ffmpeg of this computer calls itself. */
  ffmpeg: string | null = $state(null);
  /** The app's version. */
  version = $state("");
  /** Why something could not be kept or chosen. */
  trouble: Failure | null = $state.raw(null);

  readonly #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Takes over what the app started with. */
  async begin({ settings, folder, lost_folder, lost_jobs, version }: StartView) {
    this.view = settings;
    this.folder = folder;
    this.lostFolder = lost_folder;
    this.lostJobs = lost_jobs > 0;
    this.version = version;
    if (settings.language !== null) await speak(settings.language);
  }

  /** Sets something. */
  async change(part: Partial<SettingsView>) {
    this.trouble = null;
    this.view = { ...this.view, ...part };
    if (part.language !== undefined) void speak(part.language);
    await this.#attempt(this.#backend.configure(this.view));
  }

  /** Lets the person choose another folder. */
  async changeFolder() {
    this.trouble = null;
    const folder = await this.#attempt(this.#backend.pickFolder());
    if (folder) this.moveTo(folder);
  }

  /** Saves videos to a folder that was chosen. */
  moveTo(folder: FolderView) {
    this.folder = folder;
    this.lostFolder = null;
  }

  /** Looks at how much room there is now. */
  async look() {
    this.folder = (await this.#backend.folder().catch(() => null)) ?? this.folder;
  }

  /** Looks for ffmpeg. */
  async findFfmpeg() {
    this.ffmpeg = await this.#backend.ffmpeg().catch(() => null);
  }

  /** Lets the person choose an ffmpeg. */
  async pickFfmpeg() {
    this.trouble = null;
    this.ffmpeg = (await this.#attempt(this.#backend.pickFfmpeg())) ?? this.ffmpeg;
  }

  async #attempt<T>(action: Promise<T>): Promise<T | null> {
    try {
      return await action;
    } catch (thrown) {
      this.trouble = asFailure(thrown);
      voice.warn(text(`failure-${this.trouble.code}`));
      return null;
    }
  }
}
