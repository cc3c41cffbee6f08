/**
 * The window: its controllers, which screen is in front, and the news of the backend.
 */
import type { AfterSaving, Backend, AppEvent, ReportSubject, StartView } from "./backend";
import { Intake } from "./intake/intake.svelte";
import { Jobs } from "./jobs/jobs.svelte";
import { KeptChannels } from "./kept/kept.svelte";
import { Settings } from "./settings/settings.svelte";
import { announcer } from "./shared/announcer.svelte";
import { Controller } from "./shared/controller.svelte";
import { percent } from "./shared/format";
import { painted } from "./shared/painted";
import { isOfService, provideReports } from "./shared/report.svelte";
import { setLanguage, text } from "./text";
import { Updates } from "./updates/updates.svelte";

export class AppWindow extends Controller {
  readonly settings: Settings;
  readonly jobs: Jobs;
  readonly intake: Intake;
  readonly kept: KeptChannels;
  readonly updates: Updates;
  settingsOpen = $state(false);
  /** Whether the job in front was done already when the settings were opened. */
  #wasDone = $state(false);
  /** Whether the user is asked to confirm that the window closes. */
  closing = $state(false);

  /** What the computer does soon unless the user cancels; null if nothing. */
  countdown: { action: "sleep" | "shut_down"; seconds: number } | null = $state.raw(null);

  private constructor(backend: Backend, started: StartView) {
    super(backend);
    this.settings = new Settings(backend, started);
    this.jobs = new Jobs(backend);
    this.intake = new Intake(backend, this.settings, this.jobs);
    this.kept = new KeptChannels(backend);
    this.updates = new Updates(backend);
  }

  /** Starts the backend and opens the window with its answer. Throws if it refuses. */
  static async open(backend: Backend): Promise<AppWindow> {
    announcer.clear();
    const started = await backend.start();
    const { language } = started.settings;
    if (language !== null) await setLanguage(language);
    const window = new AppWindow(backend, started);
    void window.#listen(started.link);
    return window;
  }

  /** The job in front, if any. */
  get job() {
    return this.jobs.front === null ? undefined : this.jobs.all.get(this.jobs.front);
  }

  /** Whether the job in front has been done since the settings were opened, which hide it. */
  get savedMeanwhile(): boolean {
    return this.settingsOpen && !this.#wasDone && this.job?.state.is === "done";
  }

  openSettings() {
    this.#wasDone = this.job?.state.is === "done";
    this.settingsOpen = true;
  }

  closeSettings() {
    this.settingsOpen = false;
  }

  /** The title of the window: the name of the app, or the job in front and its progress. */
  get title(): string {
    const { job } = this;
    const share = job?.progress?.fraction ?? null;
    if (job === undefined) return text("app-name");
    if (job.state.is !== "running" || share === null) return job.title;
    return text("job-title", { percent: percent(share), title: job.title });
  }

  /** Whether a link can be resolved at once, because no other screen is in front. */
  get #idle(): boolean {
    return !this.settingsOpen && !this.closing && this.job === undefined && this.intake.idle;
  }

  /** Whether something is being asked or entered, which a link from outside must not end. A job in front
   *  goes on below. */
  get #isAsking(): boolean {
    const asks = this.job?.state.is === "failed" || this.jobs.confirming;
    return this.settingsOpen || this.closing || !this.intake.idle || asks;
  }

  /** The newer version of the app to offer: none while a video is being saved. */
  get update() {
    const { release, installing } = this.updates;
    const hidden = this.closing || this.settingsOpen || (this.jobs.busy && !installing);
    return hidden ? null : release;
  }

  /** Resolves the link in a text, and leaves whatever screen is in front. */
  submit(words: string) {
    if (words.trim() === "") return;
    this.failure = null;
    this.settingsOpen = false;
    this.jobs.leave();
    this.intake.clear();
    this.intake.submit(words);
  }

  /** What a report can be made about: the job in front, or the link that was entered last. */
  get subject(): ReportSubject | undefined {
    if (this.job) return isOfService(this.job.link) ? { job: this.job.id } : undefined;
    const { subject, access } = this.intake;
    return subject.trim() === "" ? undefined : { link: subject, access };
  }

  /** Lets all components prepare reports; must be called while the window is created. */
  provide() {
    provideReports(this.backend);
  }

  /** Lets the user choose the file of a browser session, and resolves it. */
  async openSession() {
    const path = await this.call(this.backend.pickSession());
    if (path !== null) this.submit(path);
  }

  /** Resolves a browser session whose file was dropped on the window. */
  async dropSession(file: File) {
    const path = await this.call(file.arrayBuffer().then((it) => this.backend.keepSession(it)));
    if (path !== null) this.submit(path);
  }

  /** Offers the link on the clipboard if no other screen is in front. */
  async checkClipboard() {
    if (this.#idle) await this.intake.checkClipboard();
  }

  /** Closes the window although a video is being saved. */
  close() {
    return this.succeeds(this.backend.close());
  }

  /** Keeps the window open. */
  stay() {
    this.failure = null;
    this.closing = false;
  }

  /** Lets the computer go on. */
  cancelCountdown() {
    return this.succeeds(this.backend.cancelCountdown());
  }

  /** Listens for news, and resolves the link that the app was started with. */
  async #listen(link: string | null) {
    // Thousands of jobs take a moment, and the first screen can be used without them.
    await painted();
    await this.succeeds(this.backend.watch((news) => this.#receive(news)));
    if (link !== null) this.intake.submit(link);
    await this.checkClipboard();
    if (this.settings.canUpdate) await this.updates.find();
  }

  #receive(news: AppEvent) {
    if (news.is === "jobs") this.jobs.update(news.update);
    else if (news.is === "countdown") this.#count(news.action, news.seconds);
    else if (news.is === "countdown_ended") {
      this.countdown = null;
      this.settings.setAfterSaving(news.after_saving);
      if (news.failure) this.failure = news.failure;
    } else if (news.is === "lost_jobs") this.settings.lostJobs = news.count > 0;
    else if (news.is === "closing") this.closing = true;
    else if (news.is === "settings") this.openSettings();
    else if (this.#isAsking) this.intake.suggest(news.link);
    else this.submit(news.link);
  }

  #count(action: AfterSaving, seconds: number) {
    if (action === "sleep" || action === "shut_down") this.countdown = { action, seconds };
  }
}
