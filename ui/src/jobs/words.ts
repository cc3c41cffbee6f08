/**
 * What a job is called and how far it is, in words.
 */
import type { JobView, ProgressView } from "../backend";
import { bytes, facts, left, percent, speed } from "../shared/format";
import { text } from "../text";

/** The catalogue's id of what a job is at. */
export function activity({ state, progress }: JobView): string {
  if (state.is === "queued") return "job-queued";
  if (progress === null) return "job-resolving";
  if (progress.waiting) return "job-waiting";
  return `job-${progress.stage}`;
}

/** Bytes, speed and time left, as far as they are known. */
export function measure(progress: ProgressView): string {
  const { done_bytes: done, total_bytes: total } = progress;
  const moving = progress.stage === "fetching" && !progress.waiting;
  return facts([
    total === null
      ? text("bytes-so-far", { done: bytes(done) })
      : text("bytes-of", { done: bytes(done), total: bytes(Math.max(done, total)) }),
    moving && progress.bytes_per_second !== null ? speed(progress.bytes_per_second) : null,
    moving && progress.seconds_left !== null ? left(progress.seconds_left) : null,
  ]);
}

/** Where a job stands, in a few words. */
export function standing(job: JobView): string {
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

/** That it rests, and how far it came. */
export function paused(progress: ProgressView | null): string {
  const share = progress?.stage === "fetching" ? progress.fraction : null;
  return share === null ? text("job-paused") : text("job-paused-at", { percent: percent(share) });
}
