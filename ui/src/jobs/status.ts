/**
 * Describes the status of a job in words.
 */
import type { JobView, ProgressView, WaitReason } from "../backend";
import { bytes, facts, percent, speed, timeLeft } from "../shared/format";
import { text } from "../text";

/** What a waiting job shows. */
const WAITING: Record<WaitReason, string> = {
  network: "job-waiting",
  login_page: "job-waiting-login",
  service: "job-waiting-site",
};

/** Returns the id of the message that names what a queued or running job is doing. */
export function activity({ state, progress }: JobView): string {
  if (state.is === "queued") return "job-queued";
  if (progress === null) return "job-resolving";
  if (progress.waiting_for !== null) return WAITING[progress.waiting_for];
  if (progress.stalled) return "job-stalled";
  return `job-${progress.stage}`;
}

/** Returns the bytes, speed and time left, as far as they are known. */
export function figures(progress: ProgressView): string {
  const { done_bytes: done, total_bytes: total } = progress;
  const moving = progress.stage === "fetching" && !progress.waiting && !progress.stalled;
  return facts([
    total === null
      ? text("bytes-so-far", { done: bytes(done) })
      : text("bytes-of", { done: bytes(done), total: bytes(Math.max(done, total)) }),
    moving && progress.bytes_per_second !== null ? speed(progress.bytes_per_second) : null,
    moving && progress.seconds_left !== null ? timeLeft(progress.seconds_left) : null,
  ]);
}

/** Returns the status of a job in a few words, for a list. */
export function status(job: JobView): string {
  const { state, progress } = job;
  switch (state.is) {
    case "queued":
    case "running": {
      const share = progress?.fraction ?? null;
      return facts([text(activity(job)), share === null ? null : percent(share)]);
    }
    case "paused":
      return paused(progress);
    case "failed":
      return text("others-failed");
    case "done":
      return bytes(state.finished.size_bytes);
  }
}

/** Returns that a job is paused, and at which percentage. */
export function paused(progress: ProgressView | null): string {
  const share = progress?.stage === "fetching" ? progress.fraction : null;
  return share === null ? text("job-paused") : text("job-paused-at", { percent: percent(share) });
}
