/**
 * Describes the status of a job in words.
 */
import type { JobState, JobView, ProgressView, WaitReason } from "../backend";
import {
  bytes,
  clock,
  facts,
  percent,
  seconds,
  speed,
  timeLeft,
  timeOfDay,
} from "../shared/format";
import { text } from "../text";

/** The message that a waiting job shows. */
export const WAITING: Record<WaitReason, string> = {
  network: "job-waiting",
  login_page: "job-waiting-login",
  service: "job-waiting-site",
  mirror: "job-waiting-mirror",
  stream: "job-waiting-stream",
  stream_start: "live.soon",
  segments: "job-waiting-segments",
};

/** Returns the id of the message that names what a queued or running job is doing. */
export function activity({ state, progress }: JobView): string {
  if (state.is === "queued") return "job-queued";
  if (progress === null) return "job-resolving";
  if (progress.waiting_for !== null) return WAITING[progress.waiting_for];
  if (progress.stalled) return "job-stalled";
  return `job-${progress.stage}`;
}

/** Returns the id of the sentence that explains what a job is doing. */
export function explanation(activity: string): string {
  return activity === "live.soon" ? "live.soon_hint" : `${activity}.body`;
}

/** Returns for how long no data has come, if that is to be told. */
function silence(progress: ProgressView | null): string | null {
  const silent = progress?.silent_seconds ?? null;
  return silent === null ? null : text("job-fetching.silent", { time: seconds(silent) });
}

/** Returns the speed and the time left as far as they are known, or for how long no data has come;
 *  null if the job does nothing that has a speed. */
export function pace(progress: ProgressView): string | null {
  const { stage, waiting, bytes_per_second: rate, seconds_left: left } = progress;
  if (waiting || stage === "resolving" || stage === "finishing") return null;
  const known = [rate === null ? null : speed(rate), left === null ? null : timeLeft(left)];
  return silence(progress) ?? facts(known);
}

/** Returns how much is here of how much, in a stage that counts bytes. */
export function sizes(progress: ProgressView): string {
  const { stage, done_bytes, total_bytes, total_is_exact } = progress;
  const isWork = stage === "converting" || stage === "encoding";
  if (stage === "finishing" || (isWork && total_bytes === null)) return "";
  const done = bytes(done_bytes);
  if (progress.live !== undefined) {
    const { recorded_ms, since_unix_s } = progress.live;
    const since = text("live.since", { time: timeOfDay(since_unix_s) });
    return facts([clock(recorded_ms), done, since]);
  }
  if (total_bytes !== null) {
    return text(total_is_exact ? "bytes-of" : "bytes-of.about", {
      done,
      total: bytes(total_bytes),
    });
  }
  return done_bytes === 0 ? "" : text("bytes-so-far", { done });
}

/** Returns the status of a job in a few words, for a list. */
export function status(job: JobView): string {
  const { state, progress } = job;
  const share = progress?.fraction ?? null;
  const part = share === null ? null : percent(share);
  switch (state.is) {
    case "queued":
      return text("job-queued");
    case "running": {
      const left = progress?.seconds_left ?? null;
      const doing = silence(progress) ?? text(activity(job));
      return facts([left === null ? doing : null, part, left === null ? null : timeLeft(left)]);
    }
    case "paused":
      return paused(progress);
    case "failed":
      return text(`failure-${state.failure.code}`);
    case "done":
      return bytes(state.finished.size_bytes);
  }
}

/** Returns that a video is being saved already, and how far that is; or that it has been saved. */
export function savingNow({ state, progress }: JobView): string {
  if (state.is === "done") return text("saved-heading");
  const stopped = state.is === "paused" || state.is === "failed";
  if (stopped) return text("unfinished-heading", { count: 1 });
  const share = progress?.fraction ?? null;
  return share === null
    ? text("saving-now.plain")
    : text("saving-now", { percent: percent(share) });
}

/** Returns that a job is paused, and at which percentage. */
export function paused(progress: ProgressView | null): string {
  const isDownload = progress?.stage === "fetching" || progress?.stage === "resolving";
  const share = isDownload ? progress.fraction : null;
  return share === null ? text("job-paused") : text("job-paused.at", { percent: percent(share) });
}

/** Returns how many of the videos that are saved together are saved, and how many failed. */
export function batchStatus(batch: JobView[]): string {
  const total = batch.length;
  const count = (is: JobState["is"]) => batch.filter(({ state }) => state.is === is).length;
  const [saved, failed] = [count("done"), count("failed")];
  if (saved === total) return text("batch-saved.all", { total });
  return facts([
    text("batch-saved", { saved, total }),
    failed === 0 ? null : text("batch-saved.failed", { count: failed }),
  ]);
}
