/**
 * What the user can do to a job from its row in a list.
 */
import type { JobView } from "../backend";
import type { ButtonAction } from "../shared/buttons";
import { LABELS, RECOVERY } from "../shared/recovery";
import { text } from "../text";
import type { Jobs } from "./jobs.svelte";

/** Returns the action that fits the state of an unfinished job; null if it can only be waited for. */
export function mainAction({ id, state, progress }: JobView, jobs: Jobs): ButtonAction | null {
  const resume = () => void jobs.resume(id);
  if (state.is === "paused") return { label: text("job-continue"), act: resume };
  if (state.is === "failed") {
    const retry = retryOf(state.failure.code);
    if (retry !== undefined) return { label: text(LABELS[retry]), act: resume };
    return { label: text("saving-show"), act: () => jobs.show(id) };
  }
  if (progress?.stage === "finishing") return null;
  if (state.is === "running" && progress?.stage === "recording")
    return { label: text("live.stop"), act: () => void jobs.stopAndSave(id) };
  return { label: text("job-pause"), act: () => void jobs.pause(id) };
}

/** Returns the other actions for an unfinished job. */
export function moreActions({ id, link, state, progress }: JobView, jobs: Jobs): ButtonAction[] {
  const actions: ButtonAction[] = [];
  const add = (label: string, act: () => void) => actions.push({ label: text(label), act });
  const waits = progress?.waiting && progress.stage !== "recording";
  if (state.is === "running" && waits) add("do-try-now", () => void jobs.retryNow(id));
  if (state.is !== "failed" || retryOf(state.failure.code)) add("saving-show", () => jobs.show(id));
  if (/^https?:/.test(link)) add("do-browse", () => void jobs.browse(link));
  if (progress?.stage !== "finishing") add("job-cancel", () => jobs.askToCancel(id));
  return actions;
}

/** Tells whether a job failed and can be tried again without an answer of the user. */
export function isRetryable({ state }: JobView): boolean {
  return state.is === "failed" && retryOf(state.failure.code) !== undefined;
}

/** Returns the action of a failure that tries again without anything else, if it has one. */
function retryOf(code: keyof typeof RECOVERY) {
  return RECOVERY[code].actions.find((action) => action === "again" || action === "check-again");
}
