/**
 * Reads the part of a video that is to be saved, and how much of it that is.
 */

/** A part, in milliseconds from the start of the video. Without `to_ms` it goes to the end. */
export interface Part {
  from_ms: number;
  to_ms?: number;
}

/** What is wrong with the times of a part: the attribute of the message `part` that says so. */
export type PartProblem = "wrong" | "empty" | "beyond";

const TIME = /^(?:(?:(\d{1,7}):)?(\d{1,7}):)?(\d{1,7})(?:\.(\d{1,3}))?$/;

/** Reads `90`, `1:30` or `1:02:00.5` in milliseconds; null if it is none of these. */
function time(typed: string): number | null {
  const found = TIME.exec(typed);
  if (found === null) return null;
  const [, hours, minutes, seconds = "", fraction = ""] = found;
  const below = [hours === undefined ? undefined : minutes, minutes && seconds];
  if (below.some((part) => part !== undefined && (part.length > 2 || Number(part) >= 60))) {
    return null;
  }
  const whole = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60 + Number(seconds);
  return whole * 1000 + Number(fraction.padEnd(3, "0"));
}

/**
 * Reads the times that were typed. An empty one is the start or the end; null is the whole video.
 * `length` is that of the video, in milliseconds.
 */
export function readPart(
  from: string,
  to: string,
  length: number | null,
): Part | PartProblem | null {
  const [start, end] = [from, to].map((typed) => typed.trim());
  const from_ms = start ? time(start) : 0;
  const to_ms = end ? time(end) : undefined;
  if (from_ms === null || to_ms === null) return "wrong";
  if (to_ms !== undefined && to_ms <= from_ms) return "empty";
  if (length !== null && from_ms >= length) return "beyond";
  if (to_ms === undefined) return from_ms === 0 ? null : { from_ms };
  return { from_ms, to_ms };
}

/** Returns how long a part of a video of this length is, in milliseconds; null if that is unknown. */
export function partLength({ from_ms, to_ms }: Part, length: number | null): number | null {
  const end = Math.min(to_ms ?? Infinity, length ?? Infinity);
  return end === Infinity ? null : end - from_ms;
}
