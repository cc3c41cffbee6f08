/**
 * The settings and the folder that videos are saved to. A change is saved at once.
 */
import type { AfterSaving, Backend, FolderView, SettingsView, StartView } from "../backend";
import { Controller } from "../shared/controller.svelte";
import { setLanguage } from "../text";

/** The bounds of the size of the text, in percent. */
const [SMALLEST, LARGEST] = [50, 200];

export class Settings extends Controller {
  /** The settings, as the backend has them. */
  view: SettingsView;
  /** The folder that videos are saved to. */
  folder: FolderView;
  /** Name of the chosen folder, if it does not exist any more. */
  lostFolder: string | null;
  /** Version line of the ffmpeg that would be used; null if none was found. */
  ffmpeg: string | null = $state(null);
  /** File name that `tryTemplate` made; null if the template is invalid. */
  example: string | null = $state("");
  /** What was last typed for a proxy. In memory only. */
  proxyLogin: { name: string; password: string } | null = $state.raw(null);
  /** Whether a part of the list of jobs could not be read. */
  lostJobs = $state(false);
  /** Version of the app. */
  readonly version: string;
  /** Whether the app can update itself. */
  readonly canUpdate: boolean;

  /** The template that was tried last. */
  #tried = "";

  constructor(backend: Backend, started: StartView) {
    super(backend);
    this.view = $state.raw(started.settings);
    this.folder = $state.raw(started.folder);
    this.lostFolder = $state(started.lost_folder);
    this.version = started.version;
    this.canUpdate = started.can_update;
  }

  /** Changes some settings and saves them. */
  async change(part: Partial<SettingsView>) {
    this.view = { ...this.view, ...part };
    if (part.language !== undefined) void setLanguage(part.language);
    await this.succeeds(this.backend.configure(this.view));
  }

  /** Takes over what the backend has chosen for the time when everything is saved. */
  setAfterSaving(after_saving: AfterSaving) {
    this.view = { ...this.view, after_saving };
  }

  /** Makes all text larger by so many percent, or smaller; 0 goes back to the usual size. */
  async zoom(percent: number) {
    const wanted = percent === 0 ? 100 : this.view.zoom_percent + percent;
    await this.change({ zoom_percent: Math.min(Math.max(wanted, SMALLEST), LARGEST) });
  }

  /** Shows the file name that a template makes, and saves the template if it is valid. */
  async tryTemplate(template: string) {
    this.#tried = template;
    const example = await this.backend.nameExample(template).catch(() => null);
    if (template !== this.#tried) return;
    this.example = example;
    if (example !== null && template !== this.view.template) await this.change({ template });
  }

  /** Lets the user choose another folder. */
  async changeFolder() {
    const folder = await this.call(this.backend.pickFolder());
    if (folder) this.moveTo(folder);
  }

  /** Takes over a folder that the user has chosen. */
  moveTo(folder: FolderView) {
    this.folder = folder;
    this.lostFolder = null;
  }

  /** Updates the free space. Keeps the last known one on failure: the user asked for nothing. */
  async refreshFolder() {
    this.folder = await this.backend.folder().catch(() => this.folder);
  }

  /** Looks for ffmpeg. A failure is shown as not found. */
  async findFfmpeg() {
    this.ffmpeg = await this.backend.ffmpeg().catch(() => null);
  }

  /** Lets the user choose an ffmpeg. */
  async pickFfmpeg() {
    this.ffmpeg = (await this.call(this.backend.pickFfmpeg())) ?? this.ffmpeg;
  }

  /** Returns the remembered answers to sign-up forms; none on failure: the user can type them. */
  rememberedAnswers(): Promise<Record<string, string>> {
    return this.backend.remembered().catch(() => ({}));
  }

  /** Saves answers to a sign-up form, to fill in the next one. */
  async rememberAnswers(form: Record<string, string>) {
    if (await this.succeeds(this.backend.remember(form)))
      await this.change({ remember_form: true });
  }

  /** Gives name and password to the proxy that has asked for them; `keep` stores them. */
  async logInToProxy(login: { name: string; password: string }, keep: boolean) {
    this.proxyLogin = login;
    const kept = await this.succeeds(this.backend.logInToProxy(login.name, login.password, keep));
    if (kept && keep !== this.view.remember_proxy) await this.change({ remember_proxy: keep });
  }
}
