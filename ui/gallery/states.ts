/**
 * The states of the window, each with the steps that lead to it.
 */
import {
  done,
  FakeBackend,
  job,
  keptChannel,
  preview,
  progressAt,
  recordingAt,
  restingAt,
} from "../src/backend/fake";
import type {
  Code,
  FactView,
  Failure,
  MissingView,
  ResolvedLinkView,
  WaitReason,
} from "../src/backend";

/** The steps from the first screen to a state. */
export interface State {
  /** Prepares the backend before the window opens. */
  before?: (fake: FakeBackend) => void;
  /** What the backend does when the window is open. */
  beside?: (fake: FakeBackend) => void;
  /** The link that is entered. */
  link?: string;
  /** The buttons that are pressed then, by the ids of their labels, or by the labels themselves. */
  press?: string[];
  /** What the backend does then. */
  after?: (fake: FakeBackend) => void;
}

const recorded = (number: number): string => `https://video.ibm.com/recorded/${number}`;

const MAIN = recorded(112470631);
const CHANNEL = "https://video.ibm.com/channel/id/6540154";

/** A text longer than any field, from right to left. */
const LONG = "مرحبا بكم في البث المباشر ".repeat(20).trim();

/** Lets the folder be on a disk that takes no file of 4 GiB. */
function onFat(fake: FakeBackend) {
  const { folder } = fake.starting;
  fake.starting.folder = { ...folder, free_bytes: 1e12, largest_file_bytes: 2 ** 32 - 1 };
}

/** Makes every link lead to a recording with these properties. */
function resolvesTo(change: Parameters<typeof preview>[0]) {
  return (fake: FakeBackend) => {
    const resolved: ResolvedLinkView = { is: "one", preview: preview(change) };
    fake.resolve = () => Promise.resolve(resolved);
  };
}

/** Offers a newer version of the app. */
function offersUpdate(fake: FakeBackend) {
  fake.starting.can_update = true;
  fake.release = { version: "0.2.0", notes: "- Saves faster.\n- Speaks Hungarian." };
}

/** Refuses every link with this code. */
function refused(code: Code): State {
  const detail = code === "other_site" ? "www.example.org" : `a cause of ${code}`;
  const failure: Failure = { code, detail };
  return {
    before: (fake) => {
      fake.resolve = () => Promise.reject<ResolvedLinkView>(failure);
    },
    link: MAIN,
  };
}

/** Saves the recording, then changes its job. */
function saving(change: Parameters<typeof job>[0]): State {
  return {
    link: MAIN,
    press: ["ready-save"],
    after: (fake) => fake.put(job(change)),
  };
}

/** Lets every link lead to a channel without recordings. */
function isChannel(fake: FakeBackend, is_on_air: boolean) {
  fake.onAir = {
    id: "6540154",
    link: CHANNEL,
    title: "Launch day, live",
    owner: "spacechannel",
    thumbnail: null,
    is_on_air,
  };
}

const isOnAir = (fake: FakeBackend) => isChannel(fake, true);
const isOffAir = (fake: FakeBackend) => isChannel(fake, false);

/** Records a stream for an hour. */
function recording(change: Parameters<typeof recordingAt>[1]): State {
  return {
    before: isOnAir,
    link: CHANNEL,
    press: ["live.record"],
    after: (fake) => {
      fake.put({ ...fake.job("job-1"), progress: recordingAt(3_723_000, change) });
    },
  };
}

/** Saves the recording, then lets its job wait. */
function waits(waiting_for: WaitReason): State {
  return saving({ progress: restingAt(0.42, { waiting: true, waiting_for }) });
}

/** Every kind of thing that a movie can lack. */
const ALL_FACTS: FactView[] = [
  { what: "samples_lost", track: "video", samples: 5, at_ms: 61_000, duration_ms: 200 },
  { what: "samples_lost", track: "audio", samples: 12, at_ms: 3_723_000, duration_ms: 260 },
  { what: "samples_lost", samples: 0, at_ms: 3_800_000, duration_ms: 0 },
  { what: "left_out", name: "MP2 audio", track: "audio", samples: 9, at_ms: 0, duration_ms: 0 },
  { what: "gap_shortened", samples: 0, at_ms: 4_000_000, duration_ms: 72_000_000 },
  { what: "moved", track: "video", samples: 0, at_ms: 4_100_000, duration_ms: 2_000 },
  { what: "repeated", samples: 50, at_ms: 4_200_000, duration_ms: 2_000 },
  { what: "configuration_missing", track: "audio", samples: 43, at_ms: 0, duration_ms: 1_000 },
];
const ALL_KINDS: MissingView[] = [
  { what: "segments", count: 2, total: 1530 },
  { what: "empty_segments", count: 3 },
  { what: "misplaced_segments", count: 1 },
  { what: "track", kind: "video", language: null },
  { what: "track", kind: "audio", language: null },
  { what: "track", kind: "audio", language: "fr" },
  { what: "rendition", wished: "1080p", reason: "its host answered 503" },
];

/** Saves the recording, then fails its job with this code. */
function failed(code: Code): State {
  const failure: Failure = { code, detail: `a cause of ${code}` };
  if (code === "low_space" || code === "file_too_large") {
    failure.may_fit = true;
    failure.room = { needed_bytes: 5_400_000_000, there_bytes: 4_294_967_295 };
  }
  if (code === "stalled") failure.gaps = [{ start_ms: 3_600_000, duration_ms: 12_000 }];
  if (code === "pieces_missing") {
    failure.gaps = [{ start_ms: 3_600_000, duration_ms: 12_000 }];
    failure.missing = ALL_KINDS.slice(0, 1);
    failure.shorter_than_stated_ms = 12_000;
    failure.whole_ms = 7_200_000;
  }
  return saving({ state: { is: "failed", failure } });
}

const at = progressAt(0.42);
const silentAt = restingAt(0.16, { silent_seconds: 8 });
const waitingForItsTurn = { state: { is: "queued" }, progress: null } as const;

/** Puts jobs of every group into the lists. */
function groups(fake: FakeBackend) {
  const failure: Failure = { code: "busy", detail: "429" };
  fake.put(job({ id: "a", title: "Launch day, part 1", progress: at }));
  fake.put(job({ id: "b", title: "Launch day, part 2", progress: silentAt }));
  fake.put(job({ id: "c", title: recorded(7), link: recorded(7), ...waitingForItsTurn }));
  fake.put(job({ id: "d", title: "Launch day, part 4", state: { is: "failed", failure } }));
  fake.put(job({ id: "e", title: "Launch day, part 5", state: { is: "failed", failure } }));
  fake.put(job({ id: "f", title: "Launch day, part 6", state: done("Launch day, part 6") }));
}

/** Failures before there is a job. */
const REFUSALS = [
  "offline",
  "site_down",
  "page_down",
  "busy",
  "bad_answer",
  "not_found",
  "still_live",
  "not_recorded",
  "members_only",
  "session_unreadable",
  "session_expired",
  "region",
  "locked",
  "no_sound",
  "no_part",
  "other_ending",
] as const;
/** Failures of a job. */
const FAILURES = [
  "stalled",
  "changed",
  "pieces_missing",
  "low_space",
  "disk_full",
  "quota_full",
  "file_too_large",
  "no_write",
  "read_only",
  "folder_full",
  "own_folder",
  "bad_name",
  "drive_gone",
  "file_held",
  "in_use",
  "ffmpeg_missing",
  "convert_failed",
  "check_failed",
  "bad_film",
  "encrypted",
  "unsupported",
  "internal",
] as const;

const finished = done("Launch day – full stream").finished;

/** All states by their names. */
export const states: Record<string, State> = {
  empty: {},
  "copied-link": {
    before: (fake) => {
      fake.clipboard = MAIN;
    },
  },
  "lost-folder": {
    before: (fake) => {
      fake.starting.lost_folder = "Old drive";
    },
    after: (fake) => fake.tell({ is: "lost_jobs", count: 1 }),
  },
  update: { before: offersUpdate },
  "update-refused": {
    before: (fake) => {
      offersUpdate(fake);
      fake.outcome = "refused";
    },
    press: ["update-install"],
  },
  "not-a-link": { link: "hello" },
  "other-site": { link: "https://www.example.org/holiday" },
  resolving: {
    before: (fake) => {
      fake.silent = true;
      fake.starting.link = MAIN;
    },
  },
  choose: { link: CHANNEL },
  "choose-saved": {
    before: (fake) => {
      const link = recorded(112470630);
      fake.put(job({ id: "old", link, state: { is: "done", finished }, progress: null }));
    },
    link: CHANNEL,
    press: ["choose-all.new"],
  },
  "choose-short": {
    before: (fake) => {
      fake.starting.folder = { ...fake.starting.folder, free_bytes: 9e9 };
    },
    link: CHANNEL,
    press: ["choose-all", "choose-continue"],
  },
  "choose-kept": {
    before: (fake) => {
      fake.channels = [keptChannel()];
    },
    link: CHANNEL,
  },
  "choose-ready": { link: CHANNEL, press: ["choose-all", "choose-continue"] },
  "needs-form": { link: recorded(112470632) },
  "form-refused": {
    before: (fake) => {
      fake.starting.settings = { ...fake.starting.settings, remember_form: true };
      fake.answers = { name: "Ada", email: "taken@example.org" };
    },
    link: recorded(112470632),
    press: ["form-send"],
  },
  "needs-password": { link: recorded(134300001) },
  "wrong-password": refused("wrong_password"),
  "proxy-login": {
    before: (fake) => {
      fake.proxyWants = { name: "ada", password: "sesame" };
    },
    link: MAIN,
  },
  "embed-only": { link: recorded(134300004) },
  live: { before: isOnAir, link: CHANNEL },
  "live-soon": { before: isOffAir, link: CHANNEL },
  "recording-soon": { before: isOffAir, link: CHANNEL, press: ["live.soon_record"] },
  recording: recording({}),
  "recording-paused": recording({ waiting: true, waiting_for: "stream", bytes_per_second: null }),
  "recorded-until-full": saving({
    state: {
      is: "done",
      finished: { ...done("Launch day (2026-11-30 17.05)").finished, live_end: "disk_full" },
    },
    progress: null,
  }),
  "recorded-in-parts": saving({
    state: {
      is: "done",
      finished: {
        ...done("Launch day (2026-11-30 17.05)").finished,
        live_end: "file_full",
        continued_by: "job-2",
      },
    },
    progress: null,
  }),
  ready: { link: MAIN },
  "ready-choices": { link: MAIN, press: ["MP4"] },
  "ready-part": { link: MAIN, press: ["MP4", "part"] },
  "ready-audio": { link: recorded(112470633), press: ["MP4"] },
  "ready-sound": {
    before: (fake) => {
      fake.starting.settings = { ...fake.starting.settings, quality: "audio" };
    },
    link: MAIN,
    press: ["M4A"],
  },
  "ready-markup-title": {
    before: resolvesTo({ title: "<img src=x onerror=alert(1)>" }),
    link: MAIN,
  },
  "ready-long-title": { before: resolvesTo({ title: LONG, file_stem: LONG }), link: MAIN },
  "low-space": { link: recorded(134300021) },
  "too-large": { before: onFat, link: recorded(134300021) },
  "already-saved": {
    before: (fake) => fake.put(job({ id: "old", state: { is: "done", finished }, progress: null })),
    link: MAIN,
  },
  "being-saved": {
    beside: (fake) => fake.put(job({ id: "first", progress: progressAt(0.55) })),
    link: MAIN,
  },
  "being-saved-twice": {
    link: MAIN,
    press: ["ready-save"],
    after: (fake) => {
      const failure: Failure = { code: "in_use", detail: "the part folder is locked" };
      fake.put(job({ id: "first", progress: progressAt(0.55) }));
      fake.put(job({ state: { is: "failed", failure } }));
    },
  },
  queued: saving({ state: { is: "queued" }, progress: null }),
  downloading: saving({ progress: at }),
  "downloading-two": {
    link: MAIN,
    press: ["ready-save"],
    after: (fake) => {
      fake.put(job({ progress: progressAt(0.07) }));
      fake.put(job({ id: "job-2", title: "Launch day, part 2", progress: progressAt(0.07) }));
    },
  },
  silent: saving({ progress: restingAt(0.42, { silent_seconds: 8 }) }),
  "weak-network": waits("network"),
  "wifi-login": waits("login_page"),
  "waiting-site": waits("service"),
  "waiting-mirror": waits("mirror"),
  "waiting-segments": waits("segments"),
  stalled: saving({ progress: restingAt(0.42, { stalled: true }) }),
  paused: saving({ state: { is: "paused" }, progress: restingAt(0.42) }),
  "getting-ready-again": saving({ progress: restingAt(0.16, { stage: "resolving" }) }),
  finishing: saving({ progress: restingAt(1, { stage: "finishing", fraction: null }) }),
  converting: { press: ["remux-open"] },
  encoding: saving({ progress: { ...at, stage: "encoding", total_bytes: null } }),
  moving: saving({ progress: { ...at, stage: "moving" } }),
  done: saving({ state: { is: "done", finished }, progress: null }),
  "done-with-gaps": saving({
    state: {
      is: "done",
      finished: { ...finished, gaps: [{ start_ms: 3_600_000, duration_ms: 12_000 }] },
    },
    progress: null,
  }),
  "done-incomplete": saving({
    state: { is: "done", finished: { ...finished, missing: ALL_KINDS } },
    progress: null,
  }),
  "done-with-captions": saving({
    state: {
      is: "done",
      finished: {
        ...finished,
        unconverted: [
          { file: "Launch day – full stream.en.ttml", left_out: 2 },
          { file: "Launch day – full stream.de.stl", left_out: 0 },
        ],
      },
    },
    progress: null,
  }),
  "done-part": saving({
    state: {
      is: "done",
      finished: {
        ...finished,
        range: { from_ms: 3_720_000, to_ms: null, is_clamped: true, is_widened: false },
      },
    },
  }),
  "done-with-changes": saving({
    state: {
      is: "done",
      finished: { ...finished, facts: ALL_FACTS, lost: { bytes: 320_000, left_out: ["tx3g"] } },
    },
    progress: null,
  }),
  "saved-damaged": {
    before: (fake) => {
      fake.put(job({ id: "old", state: { is: "done", finished }, progress: null }));
      fake.damage = [
        { damage: "changed" },
        ...ALL_FACTS.slice(0, 2).map((fact) => ({ damage: "frames", ...fact }) as const),
        { damage: "bytes_lost", bytes: 320_000 },
        { damage: "captions_missing", file: "Launch day.en.vtt" },
      ];
    },
    press: ["saved-list", "⋯", "check-file"],
  },
  "cancel-asked": { link: MAIN, press: ["ready-save", "job-cancel"] },
  "stopped-kept": { link: MAIN, press: ["ready-save", "job-cancel", "stop-keep"] },
  "stopped-deleted": { link: MAIN, press: ["ready-save", "job-cancel", "stop-delete"] },
  "quit-while-busy": {
    link: MAIN,
    press: ["ready-save"],
    after: (fake) => fake.tell({ is: "closing" }),
  },
  countdown: {
    link: MAIN,
    press: ["ready-save"],
    after: (fake) => fake.tell({ is: "countdown", action: "shut_down", seconds: 60 }),
  },
  "unfinished-at-start": {
    before: (fake) => fake.put(job({ state: { is: "paused" }, progress: restingAt(0.16) })),
  },
  settings: { press: ["settings-heading"] },
  "settings-advanced": { press: ["settings-heading", "settings-advanced", "help-heading"] },
  "settings-captions": {
    before: (fake) => {
      fake.starting.settings = { ...fake.starting.settings, captions: true };
    },
    press: ["settings-heading", "settings-advanced"],
  },
  "settings-kept": {
    before: (fake) => {
      fake.channels = [
        keptChannel(),
        keptChannel({ id: "2", title: LONG, saves: false, looked_unix_s: null }),
        keptChannel({ id: "3", title: null, failed: "not_found" }),
      ];
      fake.channelsUnreadable = true;
    },
    press: ["settings-heading", "choose-channel.kept"],
  },
  "settings-kept-none": { press: ["settings-heading", "choose-channel.kept"] },
  "settings-without-ffmpeg": {
    before: (fake) => {
      fake.ffmpegVersion = null;
    },
    press: ["settings-heading", "settings-advanced"],
  },
  groups: { before: groups },
  "groups-done": {
    before: groups,
    after: (fake) => {
      const failure: Failure = { code: "busy", detail: "429" };
      for (const id of ["a", "b"]) fake.put({ ...fake.job(id), state: done(fake.job(id).title) });
      fake.put({ ...fake.job("c"), state: { is: "failed", failure } });
    },
  },
  "row-menu": { before: groups, press: ["⋯"] },
  "saved-many": {
    before: (fake) => {
      for (let number = 1; number <= 2000; number += 1) {
        const title = `Launch day, part ${number}`;
        fake.put(job({ id: `job-${number}`, title, state: done(title), progress: null }));
      }
    },
    press: ["saved-list"],
  },
  "delete-asked": {
    before: (fake) => fake.put(job({ id: "old", state: { is: "done", finished }, progress: null })),
    press: ["saved-list", "⋯", "delete-file"],
  },
  "saved-removed": {
    before: (fake) => {
      for (const id of ["a", "b", "c"]) fake.put(job({ id, state: done(id), progress: null }));
    },
    press: ["saved-list", "⋯", "saved-list-forget"],
  },
  "clear-asked": {
    before: (fake) => {
      for (const id of ["a", "b", "c"]) fake.put(job({ id, state: done(id), progress: null }));
    },
    press: ["saved-list", "saved-list-forget.all"],
  },
  /** As many as a channel may have. */
  "jobs-long": {
    before: (fake) => {
      for (let number = 0; number < 2000; number += 1) {
        const id = `job-${number}`;
        const title = `Launch day, part ${number}`;
        if (number < 3) fake.put(job({ id, title, progress: at }));
        else if (number < 1000)
          fake.put(job({ id, title, state: { is: "queued" }, progress: null }));
        else fake.put(job({ id, title, state: done(title), progress: null }));
      }
    },
    press: ["saved-list"],
  },
  "many-jobs": {
    before: (fake) => {
      for (let number = 0; number < 200; number += 1) {
        const id = `job-${number}`;
        const title = `Launch day, part ${number}`;
        if (number < 5) fake.put(job({ id, title, progress: at }));
        else fake.put(job({ id, title, state: done(title), progress: null }));
      }
    },
  },
  report: { ...refused("bad_answer"), press: ["details", "report"] },
  "report-settings": {
    ...refused("not_found"),
    press: ["settings-heading", "help-heading", "report"],
  },
  ...Object.fromEntries(REFUSALS.map((code) => [`failed-${code}`, refused(code)])),
  ...Object.fromEntries(FAILURES.map((code) => [`failed-${code}`, failed(code)])),
};
