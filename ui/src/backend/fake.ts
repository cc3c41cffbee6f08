/**
 * A scripted backend: what each link leads to is written here, and time passes by `tick()`.
 */
import type {
  AccessView,
  Backend,
  Failure,
  FolderView,
  JobState,
  JobView,
  Preview,
  ProgressView,
  SaveRequest,
  StartView,
  Update,
} from "./index";

const MB = 1_000_000;
const SIZE = 560 * MB;
const FAST = 8.2 * MB;

/** How fast the clock of a running fake goes. */
const TICK_MS = 400;

/** A recording that can be saved. */
export function film(change: Partial<Preview> = {}): Preview {
  return {
    recording: "112470631",
    link: "https://video.ibm.com/recorded/112470631",
    newest_of_channel: false,
    title: "Launch day – full stream",
    owner: "Acme Space Channel",
    date_unix_s: 1_463_054_400,
    duration_ms: 6_120_000,
    renditions: [
      rendition("flv-720", "flv", 720, 1_300 * MB),
      rendition("mp4-720", "fmp4", 720, SIZE),
      rendition("mp4-360", "fmp4", 360, 210 * MB),
    ],
    about_bytes: SIZE,
    file_stem: "Launch day – full stream",
    has_flv: true,
    ...change,
  };
}

function rendition(id: string, container: string, height: number, about_bytes: number) {
  const width = Math.round((height * 16) / 9);
  return { id, container, width, height, bitrate_kbps: null, about_bytes, segments: 1020 };
}

const FORM: Failure = {
  code: "needs_form",
  detail: "the channel's sign-up form has not been answered",
  fields: [
    { name: "name", label: "Your name", required: true },
    { name: "email", label: "E-mail", required: true },
    { name: "company", label: "Company", required: false },
  ],
};

/** What a link leads to, told by the number in it. */
function script(link: string, access: AccessView): Preview | Failure {
  const number = /\d{6,}/.exec(link)?.[0];
  switch (number) {
    case "112470631":
      return film();
    case "6540154":
      return film({ newest_of_channel: true });
    case "112470632":
      return access.form["email"] ? film({ recording: number }) : FORM;
    case "134300001":
      if (access.password === "open sesame") return film({ recording: number, has_flv: false });
      return access.password === null
        ? { code: "needs_password", detail: "passwordLock" }
        : { code: "wrong_password", detail: "passwordLock: refused" };
    case "134300003":
      return { code: "not_found", detail: "GET /recorded/134300003: 404 Not Found" };
    case "134300004":
      return access.referrer === null
        ? { code: "embed_only", detail: "referrerLock" }
        : film({ recording: number });
    case "134300021":
      return film({ recording: number, about_bytes: 900_000 * MB, renditions: [] });
  }
  return link.includes("://")
    ? { code: "other_site", detail: new URL(link).host }
    : { code: "not_a_link", detail: "there is no link in that text" };
}

const DOWNLOADS: FolderView = { id: "downloads", name: "Downloads", free_bytes: 84_000 * MB };
const DRIVE: FolderView = { id: "drive", name: "Films", free_bytes: 2_000_000 * MB };

/** The backend of tests and of `npm run fake`. */
export class FakeBackend implements Backend {
  /** What the app was started with. */
  link: string | null = null;
  /** The downloads that were asked for. */
  readonly asked: SaveRequest[] = [];
  /** The finished files that were shown or played. */
  readonly opened: string[] = [];
  /** What the next download is refused with. */
  refusal: Failure | null = null;

  readonly #jobs = new Map<string, JobView>();
  #see: (update: Update) => void = () => {};

  /** A fake whose time passes by itself. */
  static running(link: string): FakeBackend {
    const fake = new FakeBackend();
    fake.link = link || null;
    setInterval(() => fake.tick(0.02), TICK_MS);
    return fake;
  }

  start(): Promise<StartView> {
    return Promise.resolve({ link: this.link, folder: DOWNLOADS, version: "0.1.0" });
  }

  async resolve(link: string, access: AccessView): Promise<Preview> {
    await Promise.resolve();
    const answer = script(link, access);
    if ("code" in answer) throw answer;
    return answer;
  }

  async download(request: SaveRequest): Promise<string> {
    await Promise.resolve();
    if (this.refusal) throw this.refusal;
    this.asked.push(request);
    const id = `job-${this.asked.length}`;
    this.put({
      id,
      link: request.link,
      title: request.file_stem,
      newest_of_channel: false,
      folder: request.folder === DRIVE.id ? DRIVE.name : DOWNLOADS.name,
      state: { is: "running" },
      progress: this.#progress(0),
    });
    return id;
  }

  pause(id: string): Promise<void> {
    return this.#turn(id, { is: "paused" });
  }

  resume(id: string): Promise<void> {
    return this.#turn(id, { is: "running" });
  }

  remove(id: string): Promise<void> {
    this.#jobs.delete(id);
    this.#see({ changed: [], removed: [id] });
    return Promise.resolve();
  }

  watch(see: (update: Update) => void): Promise<void> {
    this.#see = see;
    see({ changed: [...this.#jobs.values()], removed: [] });
    return Promise.resolve();
  }

  pickFolder(): Promise<FolderView | null> {
    return Promise.resolve(DRIVE);
  }

  reveal(id: string): Promise<void> {
    return this.open(id);
  }

  open(id: string): Promise<void> {
    this.opened.push(id);
    return Promise.resolve();
  }

  /** Lets the running jobs get on by a share of the whole. */
  tick(share: number) {
    for (const job of this.#jobs.values()) {
      if (job.state.is !== "running" || job.progress === null) continue;
      const fraction = (job.progress.fraction ?? 0) + share;
      if (fraction < 1) this.put({ ...job, progress: this.#progress(fraction) });
      else this.put({ ...job, state: this.#done(job), progress: null });
    }
  }

  /** Shows a job as it is now. */
  put(job: JobView) {
    this.#jobs.set(job.id, job);
    this.#see({ changed: [job], removed: [] });
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

  #progress(fraction: number): ProgressView {
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

  #done(job: JobView): JobState {
    const finished = {
      file: `${job.title}.mp4`,
      size_bytes: SIZE,
      duration_ms: 6_120_000,
      gaps: [],
    };
    return { is: "done", finished };
  }
}
