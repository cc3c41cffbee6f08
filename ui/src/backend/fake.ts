/**
 * A scripted backend: what each link leads to is written in `fake/script.ts`, and time passes by
 * `tick()`.
 */
import { CHANNEL, entries, MB, script, SIZE } from "./fake/script";
import type {
  AccessView,
  Backend,
  EntryView,
  Failure,
  FolderView,
  JobState,
  JobView,
  LeadView,
  News,
  ProgressView,
  SaveRequest,
  SettingsView,
  StartView,
} from "./index";

export { film } from "./fake/script";

const FAST = 8.2 * MB;

/** How fast the clock of a running fake goes. */
const TICK_MS = 400;

const DOWNLOADS: FolderView = { id: "downloads", name: "Downloads", free_bytes: 84_000 * MB };
const DRIVE: FolderView = { id: "drive", name: "Films", free_bytes: 2_000_000 * MB };

/** The settings of somebody who has set nothing. */
export const USUAL: SettingsView = {
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

/** The backend of tests, of the gallery and of `npm run fake`. */
export class FakeBackend implements Backend {
  /** What the app starts with. */
  readonly starting: StartView = {
    link: null,
    folder: DOWNLOADS,
    lost_folder: null,
    settings: USUAL,
    lost_jobs: 0,
    version: "0.1.0",
  };
  /** The downloads that were asked for. */
  readonly asked: SaveRequest[] = [];
  /** The finished files that were shown or played, and the pages that were opened. */
  readonly opened: string[] = [];
  /** What the next download is refused with. */
  refusal: Failure | null = null;
  /** What is on the clipboard. */
  clipboard: string | null = null;
  /** The settings as they were last kept. */
  settings: SettingsView = USUAL;
  /** The ffmpeg of this computer. */
  version: string | null = "ffmpeg version 7.1";
  /** The answers to forms that are kept. */
  answers: Record<string, string> = {};
  /** The window was closed. */
  closed = false;
  /** No question about a link is ever answered. */
  silent = false;

  readonly #jobs = new Map<string, JobView>();
  #see: (news: News) => void = () => {};
  #listed = 0;

  /** A fake whose time passes by itself. */
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

  async resolve(link: string, access: AccessView): Promise<LeadView> {
    await Promise.resolve();
    if (this.silent) return new Promise(() => {});
    const answer = script(link, access);
    if ("code" in answer) throw answer;
    this.#listed = CHANNEL.page;
    return answer;
  }

  more(): Promise<EntryView[] | null> {
    const rest = CHANNEL.total - this.#listed;
    if (rest <= 0) return Promise.resolve(null);
    const next = entries(this.#listed, Math.min(rest, CHANNEL.page));
    this.#listed += next.length;
    return Promise.resolve(next);
  }

  async download(request: SaveRequest): Promise<string> {
    await Promise.resolve();
    if (this.refusal) throw this.refusal;
    this.asked.push(request);
    const id = `job-${this.asked.length}`;
    const folder = request.folder === DRIVE.id ? DRIVE.name : DOWNLOADS.name;
    this.put(job({ id, link: request.link, title: request.file_stem ?? request.link, folder }));
    return id;
  }

  remux(): Promise<string | null> {
    const progress = { ...progressAt(0.3), stage: "converting" as const };
    this.put(job({ id: "remux", title: "old recording.flv", progress }));
    return Promise.resolve("remux");
  }

  pause(id: string): Promise<void> {
    return this.#turn(id, { is: "paused" });
  }

  resume(id: string): Promise<void> {
    return this.#turn(id, { is: "running" });
  }

  async relocate(id: string): Promise<FolderView | null> {
    await this.#turn(id, { is: "running" });
    return DRIVE;
  }

  remove(id: string): Promise<void> {
    this.#jobs.delete(id);
    this.tell({ is: "jobs", update: { changed: [], removed: [id] } });
    return Promise.resolve();
  }

  watch(see: (news: News) => void): Promise<void> {
    this.#see = see;
    this.tell({ is: "jobs", update: { changed: [...this.#jobs.values()], removed: [] } });
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

  ffmpeg(): Promise<string | null> {
    return Promise.resolve(this.version);
  }

  pickFfmpeg(): Promise<string | null> {
    this.version = "ffmpeg version 7.1";
    return Promise.resolve(this.version);
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

  reveal(id: string): Promise<void> {
    return this.open(id);
  }

  open(id: string): Promise<void> {
    this.opened.push(id);
    return Promise.resolve();
  }

  browse(link: string): Promise<void> {
    return this.open(link);
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }

  restart(): Promise<void> {
    return this.close();
  }

  picture(name: string): string {
    return name;
  }

  /** Lets the running jobs get on by a share of the whole. */
  tick(share: number) {
    for (const job of this.#jobs.values()) {
      if (job.state.is !== "running" || job.progress === null) continue;
      const fraction = (job.progress.fraction ?? 0) + share;
      if (fraction < 1) this.put({ ...job, progress: progressAt(fraction) });
      else this.put({ ...job, state: done(job.title), progress: null });
    }
  }

  /** Shows a job as it is now. */
  put(job: JobView) {
    this.#jobs.set(job.id, job);
    this.tell({ is: "jobs", update: { changed: [job], removed: [] } });
  }

  /** Lets the page hear something. */
  tell(news: News) {
    this.#see(news);
  }

  /** The job of this id, as last shown. */
  job(id: string): JobView {
    const job = this.#jobs.get(id);
    if (job === undefined) throw new Error(`there is no job ${id}`);
    return job;
  }

  #turn(id: string, state: JobState): Promise<void> {
    this.put({ ...this.job(id), state });
    return Promise.resolve();
  }
}

/** A job that runs. */
export function job(change: Partial<JobView> = {}): JobView {
  return {
    id: "job-1",
    link: "https://video.ibm.com/recorded/112470631",
    title: "Launch day – full stream",
    newest_of_channel: false,
    folder: DOWNLOADS.name,
    state: { is: "running" },
    progress: progressAt(0),
    ...change,
  };
}

/** How far a job is that fetches at the usual speed. */
export function progressAt(fraction: number): ProgressView {
  return {
    stage: "fetching",
    fraction,
    done_bytes: Math.round(SIZE * fraction),
    total_bytes: SIZE,
    bytes_per_second: FAST,
    seconds_left: fraction < 0.05 ? null : Math.round((SIZE * (1 - fraction)) / FAST),
    waiting: false,
  };
}

/** The state of a job that is done. */
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
