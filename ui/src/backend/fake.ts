/**
 * A scripted backend. `fake/script.ts` says what each link leads to; `tick()` advances the jobs.
 */
import { CHANNEL, COVER, entries, MB, script, SIZE } from "./fake/script";
import type {
  AccessView,
  Backend,
  DamageView,
  EntryView,
  Failure,
  FolderView,
  JobState,
  JobView,
  KeptChannelView,
  KeptChannelsView,
  LiveChannelView,
  ResolvedLinkView,
  AppEvent,
  MovieCheckView,
  ProgressView,
  ReleaseView,
  ReportSubject,
  ReportView,
  SaveRequest,
  SavedRecordingView,
  SettingsView,
  StartView,
  UpdateOutcome,
} from "./index";

export { preview } from "./fake/script";

/** Speed of a download, in bytes per second. */
const SPEED = 8.2 * MB;

/** Interval between two steps of a running fake. */
const TICK_MS = 400;

const DOWNLOADS: FolderView = {
  id: "downloads",
  name: "Downloads",
  free_bytes: 84_000 * MB,
  largest_file_bytes: null,
};
const DRIVE: FolderView = {
  id: "drive",
  name: "Films",
  free_bytes: 2_000_000 * MB,
  largest_file_bytes: null,
};

/** The default settings; the real ones are in the engine's `SettingsView::default`. */
const DEFAULT_SETTINGS: SettingsView = {
  keep: "mp4",
  quality: "best",
  audio: "usual",
  template: "{title}",
  captions: false,
  caption_format: "vtt",
  thumbnail: false,
  maker: "builtin",
  jobs_at_once: 2,
  rate_limit: null,
  language: null,
  remember_form: false,
  remember_proxy: false,
  find_updates: true,
  after_saving: "nothing",
  zoom_percent: 100,
};

/** The backend of the tests, the gallery and `npm run fake`. */
export class FakeBackend implements Backend {
  /** What the app starts with. */
  readonly starting: StartView = {
    link: null,
    folder: DOWNLOADS,
    lost_folder: null,
    settings: DEFAULT_SETTINGS,
    version: "0.1.0",
    can_update: false,
  };
  /** The requests for downloads, in their order. */
  readonly asked: SaveRequest[] = [];
  /** Ids of the jobs whose files were shown or played, and links of the pages that were opened. */
  readonly opened: string[] = [];
  /** If set, the next download is refused with it. */
  refusal: Failure | null = null;
  /** The text on the clipboard. */
  clipboard: string | null = null;
  /** The settings that were saved last. */
  settings: SettingsView = DEFAULT_SETTINGS;
  /** Version line of ffmpeg; null if there is none. */
  ffmpegVersion: string | null = "ffmpeg version 7.1";
  /** The saved answers to sign-up forms. */
  answers: Record<string, string> = {};
  /** The login that a proxy wants, before anything else is answered; null without a proxy. */
  proxyWants: { name: string; password: string } | null = null;
  /** The login that the proxy was given last. */
  proxyLogin: { name: string; password: string; keep: boolean } | null = null;
  /** Whether there is no trash for files. */
  noTrash = false;
  /** Whether the window was closed. */
  closed = false;
  /** The newer version of the app. */
  release: ReleaseView | null = null;
  /** How its installation ends. */
  outcome: UpdateOutcome = "installed";
  /** What a check of a saved file finds. */
  damage: DamageView[] = [];
  /** Whether the saved files are gone. */
  gone = false;
  /** What the last report was about. */
  reported: ReportSubject | null = null;
  /** Size of the last browser session that was dropped. */
  kept = 0;
  /** The recordings whose files are in the folder. */
  savedFiles: SavedRecordingView[] = [];
  /** The kept channels. */
  channels: KeptChannelView[] = [];
  /** Whether the list of kept channels could not be read. */
  channelsUnreadable = false;
  /** If set, every link leads to the stream of this channel, unless it is on air and its recordings are
   *  wanted. */
  onAir: LiveChannelView | null = null;
  /** If set, links are never resolved. */
  silent = false;

  readonly #jobs = new Map<string, JobView>();
  #see: (news: AppEvent) => void = () => {};
  #watch: () => void = () => {};
  /** Resolves when the page listens to events. */
  readonly watched = new Promise<void>((resolve) => {
    this.#watch = resolve;
  });
  #listed = 0;
  /** The file names of the links that were resolved. */
  readonly #names = new Map<string, string>();

  /** Returns a fake that advances by itself. */
  static running(link: string): FakeBackend {
    const fake = new FakeBackend();
    fake.starting.link = link || null;
    setInterval(() => fake.tick(0.02), TICK_MS);
    return fake;
  }

  start(): Promise<StartView> {
    this.settings = this.starting.settings;
    return Promise.resolve(this.starting);
  }

  async resolve(link: string, access: AccessView, recordings = false): Promise<ResolvedLinkView> {
    await Promise.resolve();
    if (this.onAir !== null && !recordings) return { is: "live", channel: this.onAir };
    if (this.silent) return new Promise(() => {});
    const { proxyWants: wants, proxyLogin: given } = this;
    if (wants && (given?.name !== wants.name || given.password !== wants.password))
      throw { code: "proxy_login", detail: "proxy.example:3128" } satisfies Failure;
    const result = script(link, access);
    if ("code" in result) throw result;
    if (result.is === "one") {
      for (const name of [link, result.preview.link]) {
        this.#names.set(name, result.preview.file_stem);
      }
    }
    this.#listed = CHANNEL.page;
    return result;
  }

  more(): Promise<EntryView[] | null> {
    const rest = CHANNEL.total - this.#listed;
    if (rest <= 0) return Promise.resolve(null);
    const next = entries(this.#listed, Math.min(rest, CHANNEL.page));
    this.#listed += next.length;
    return Promise.resolve(next);
  }

  savedHere(): Promise<SavedRecordingView[]> {
    return Promise.resolve(this.savedFiles);
  }

  keptChannels(): Promise<KeptChannelsView> {
    const { channels, channelsUnreadable: was_unreadable } = this;
    return Promise.resolve({ channels, was_unreadable });
  }

  async keepChannel(link: string | null): Promise<void> {
    await Promise.resolve();
    if (this.refusal) throw this.refusal;
    const kept = keptChannel();
    this.channels = [...this.channels, link === null ? kept : { ...kept, link }];
  }

  setSaves(id: string, saves: boolean): Promise<void> {
    this.channels = this.channels.map((kept) => (kept.id === id ? { ...kept, saves } : kept));
    return Promise.resolve();
  }

  forgetChannel(id: string): Promise<void> {
    this.channels = this.channels.filter((kept) => kept.id !== id);
    return Promise.resolve();
  }

  async download(request: SaveRequest): Promise<string> {
    await Promise.resolve();
    if (this.refusal) throw this.refusal;
    this.asked.push(request);
    const id = `job-${this.asked.length}`;
    const folder = request.folder === DRIVE.id ? DRIVE.name : DOWNLOADS.name;
    const { link, file_stem } = request;
    const title = file_stem ?? this.#names.get(link) ?? request.title ?? link;
    const waiting = restingAt(0, {
      stage: "resolving",
      fraction: null,
      total_bytes: null,
      waiting: true,
      waiting_for: "stream_start",
    });
    const progress =
      request.live === undefined
        ? {}
        : { progress: request.live === "its_start" ? waiting : recordingAt(0) };
    this.put(job({ id, link: request.link, title, folder, ...progress }));
    return id;
  }

  remux(): Promise<string | null> {
    const progress = { ...progressAt(0.3), stage: "converting" as const };
    this.put(job({ id: "remux", title: "old recording.flv", thumbnail: null, progress }));
    return Promise.resolve("remux");
  }

  pause(id: string): Promise<void> {
    const { progress } = this.job(id);
    if (progress) this.put({ ...this.job(id), progress: restingAt(progress.fraction ?? 0) });
    return this.#setState(id, { is: "paused" });
  }

  stopAndSave(id: string): Promise<void> {
    const { title } = this.job(id);
    const state = done(title);
    this.put({
      ...this.job(id),
      state: { ...state, finished: { ...state.finished, live_end: "asked" } },
      progress: null,
    });
    return Promise.resolve();
  }

  resume(id: string): Promise<void> {
    return this.#setState(id, { is: "running" });
  }

  async relocate(id: string): Promise<FolderView | null> {
    await this.#setState(id, { is: "running" });
    return DRIVE;
  }

  remove(id: string): Promise<void> {
    this.#jobs.delete(id);
    this.tell({ is: "jobs", update: { changed: [], removed: [id] } });
    return Promise.resolve();
  }

  watch(see: (news: AppEvent) => void): Promise<void> {
    this.#see = see;
    this.tell({ is: "jobs", update: { changed: [...this.#jobs.values()], removed: [] } });
    this.#watch();
    return Promise.resolve();
  }

  folder(): Promise<FolderView> {
    return Promise.resolve(this.starting.folder);
  }

  pickFolder(): Promise<FolderView | null> {
    this.starting.folder = DRIVE;
    return Promise.resolve(DRIVE);
  }

  configure(settings: SettingsView): Promise<void> {
    this.settings = settings;
    return Promise.resolve();
  }

  nameExample(template: string): Promise<string> {
    if (!/\{(title|id)\}/.test(template)) {
      return Promise.reject<string>({ code: "internal", detail: "no template" } satisfies Failure);
    }
    const facts = { title: "Launch day", owner: "Acme Space", date: "2016-05-12", quality: "720p" };
    const filled = Object.entries(facts).reduce(
      (name, [field, value]) => name.replaceAll(`{${field}}`, value),
      template,
    );
    return Promise.resolve(filled.replaceAll("{id}", "112470631"));
  }

  fileName(typed: string, ending: string): Promise<string | null> {
    const stem = typed.trim().replace(new RegExp(`(?<=.)\\.${ending}$`, "i"), "");
    return Promise.resolve(stem.replaceAll(":", "-").replaceAll("?", "") || null);
  }

  ffmpeg(): Promise<string | null> {
    return Promise.resolve(this.ffmpegVersion);
  }

  pickFfmpeg(): Promise<string | null> {
    this.ffmpegVersion = "ffmpeg version 7.1";
    return Promise.resolve(this.ffmpegVersion);
  }

  copied(): Promise<string | null> {
    const link = this.clipboard;
    return Promise.resolve(link?.includes("video.ibm.com") ? link : null);
  }

  pasted(): Promise<string | null> {
    return Promise.resolve(this.clipboard);
  }

  remembered(): Promise<Record<string, string>> {
    return Promise.resolve(this.settings.remember_form ? this.answers : {});
  }

  remember(form: Record<string, string>): Promise<void> {
    this.answers = form;
    return Promise.resolve();
  }

  logInToProxy(name: string, password: string, keep: boolean): Promise<void> {
    this.proxyLogin = { name, password, keep };
    return Promise.resolve();
  }

  indexFolder(): Promise<void> {
    return this.open("index.html");
  }

  reveal(id: string): Promise<void> {
    return this.open(id);
  }

  open(id: string): Promise<void> {
    this.opened.push(id);
    return Promise.resolve();
  }

  copyPath(id: string): Promise<void> {
    this.clipboard = `/home/ada/Videos/${id}.mp4`;
    return Promise.resolve();
  }

  deleteFile(id: string): Promise<void> {
    if (this.noTrash) {
      return Promise.reject<undefined>({ code: "internal", detail: "no trash" } satisfies Failure);
    }
    return this.remove(id);
  }

  async check(): Promise<MovieCheckView> {
    await Promise.resolve();
    if (this.gone) throw { code: "bad_film", detail: "no such file" } satisfies Failure;
    const { damage } = this;
    return { size_bytes: SIZE, duration_ms: 3_723_000, tracks: [], proof: "checksum", damage };
  }

  prepareReport(subject: ReportSubject, hideTitles: boolean): Promise<ReportView> {
    this.reported = subject;
    return Promise.resolve({
      id: 1,
      requests: 5,
      hosts: [
        { host: "api.video.ibm.com", requests: 1 },
        { host: "r1-1-112470631-recorded-ws-live.ums.services.video.ibm.com", requests: 4 },
      ],
      size_bytes: 43_720,
      hidden_secrets: 7,
      hidden_addresses: 1,
      hidden_titles: hideTitles ? 1 : 0,
      error: "the recording is locked",
    });
  }

  saveReport(id: number): Promise<boolean> {
    return Promise.resolve(id === 1);
  }

  pickSession(): Promise<string | null> {
    return Promise.resolve("/home/ada/session.har");
  }

  keepSession(content: ArrayBuffer): Promise<string> {
    this.kept = content.byteLength;
    return Promise.resolve("/home/ada/session.har");
  }

  browse(link: string): Promise<void> {
    return this.open(link);
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }

  cancelCountdown(): Promise<void> {
    this.tell({ is: "countdown_ended", after_saving: "nothing", failure: null });
    return Promise.resolve();
  }

  restart(): Promise<void> {
    return this.close();
  }

  findUpdate(): Promise<ReleaseView | null> {
    return Promise.resolve(this.settings.find_updates ? this.release : null);
  }

  installUpdate(): Promise<UpdateOutcome> {
    return Promise.resolve(this.outcome);
  }

  coverAddress(name: string): string {
    return name;
  }

  /** Advances the running jobs by a fraction of the whole. */
  tick(share: number) {
    for (const job of this.#jobs.values()) {
      if (job.state.is !== "running" || job.progress === null) continue;
      const fraction = (job.progress.fraction ?? 0) + share;
      if (fraction < 1) this.put({ ...job, progress: progressAt(fraction) });
      else this.put({ ...job, state: done(job.title), progress: null });
    }
  }

  /** Adds or replaces a job. */
  put(job: JobView) {
    this.#jobs.set(job.id, job);
    this.tell({ is: "jobs", update: { changed: [job], removed: [] } });
  }

  /** Sends news to the page. */
  tell(news: AppEvent) {
    this.#see(news);
  }

  /** Returns a job by its id. */
  job(id: string): JobView {
    const job = this.#jobs.get(id);
    if (job === undefined) throw new Error(`there is no job ${id}`);
    return job;
  }

  #setState(id: string, state: JobState): Promise<void> {
    this.put({ ...this.job(id), state });
    return Promise.resolve();
  }
}

/** Returns a kept channel. */
export function keptChannel(change: Partial<KeptChannelView> = {}): KeptChannelView {
  return {
    id: "6540154",
    link: "https://video.ibm.com/channel/id/6540154",
    title: "Acme Space",
    folder: DOWNLOADS.name,
    saves: true,
    added_unix_s: 1_479_859_200,
    looked_unix_s: 1_479_859_200,
    failed: null,
    ...change,
  };
}

/** Returns a running job. */
export function job(change: Partial<JobView> = {}): JobView {
  return {
    id: "job-1",
    link: "https://video.ibm.com/recorded/112470631",
    title: "Launch day – full stream",
    thumbnail: COVER,
    newest_of_channel: false,
    folder: DOWNLOADS.name,
    state: { is: "running" },
    progress: progressAt(0),
    ...change,
  };
}

/** Returns the progress of a download. */
export function progressAt(fraction: number): ProgressView {
  return {
    stage: "fetching",
    fraction,
    done_bytes: Math.round(SIZE * fraction),
    total_bytes: SIZE,
    total_is_exact: false,
    bytes_per_second: SPEED,
    seconds_left: fraction < 0.05 ? null : Math.round((SIZE * (1 - fraction)) / SPEED),
    waiting: false,
    waiting_for: null,
    stalled: false,
    silent_seconds: null,
  };
}

/** Returns the progress of a stream of which this much is recorded. */
export function recordingAt(recorded_ms: number, change: Partial<ProgressView> = {}): ProgressView {
  return {
    ...progressAt(0),
    stage: "recording",
    fraction: null,
    live: { recorded_ms, since_unix_s: 1_764_521_100, restarts: 0, missing_ms: 0 },
    done_bytes: recorded_ms * 250,
    total_bytes: null,
    seconds_left: null,
    ...change,
  };
}

/** Returns the progress of a download that does not get on: it has no speed and no time left. */
export function restingAt(fraction: number, change: Partial<ProgressView> = {}): ProgressView {
  return { ...progressAt(fraction), bytes_per_second: null, seconds_left: null, ...change };
}

/** Returns the state of a finished job. */
export function done(title: string): JobState & { is: "done" } {
  const finished = {
    file: `${title}.mp4`,
    size_bytes: SIZE,
    duration_ms: 6_120_000,
    gaps: [],
    missing: [],
    saved_unix_s: 1_479_859_200,
  };
  return { is: "done", finished };
}
