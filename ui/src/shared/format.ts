/**
 * Formats numbers for people, in their language. Words come from the catalogue, figures from `Intl`.
 */
import { locale, text } from "../text";

const SIZES = ["kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** Replaces spaces, so that a figure and its unit stay on one line. */
function joined(words: string): string {
  return words.replaceAll(" ", "\u00a0");
}

/** Formats a number and its unit, with one decimal below ten: `8.2 MB`, `560 MB`. */
function unit(value: number, name: string): string {
  const figures = new Intl.NumberFormat(locale(), {
    style: "unit",
    unit: name,
    unitDisplay: "short",
    maximumFractionDigits: value < 10 ? 1 : 0,
  });
  return joined(figures.format(value));
}

/** Scales bytes to the largest unit that keeps the number at one or above. */
function scaled(value: number): [number, string] {
  value /= 1000;
  let scale = 0;
  // Compared after rounding, so that 999.9 kB reads as 1 MB and never as 1,000 kB.
  while (Math.round(value) >= 1000 && scale < SIZES.length - 1) {
    value /= 1000;
    scale += 1;
  }
  return [value, SIZES[scale] ?? "kilobyte"];
}

/** Formats a size: `1.3 GB`. */
export function bytes(value: number): string {
  return unit(...scaled(value));
}

/** Formats a speed: `8.2 MB/s`. */
export function speed(bytesPerSecond: number): string {
  const [value, name] = scaled(bytesPerSecond);
  return unit(value, `${name}-per-second`);
}

/** Formats a moment of today: `17:05`. */
export function timeOfDay(unixSeconds: number): string {
  const format = new Intl.DateTimeFormat(locale(), { timeStyle: "short" });
  return joined(format.format(unixSeconds * 1000));
}

/** Formats a length: `1 hr 42 min`, `3 min 20 sec`, `12 sec`. */
export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const parts =
    seconds >= 3600
      ? [
          unit(Math.floor(seconds / 3600), "hour"),
          unit(Math.floor((seconds % 3600) / 60), "minute"),
        ]
      : seconds >= 60
        ? [unit(Math.floor(seconds / 60), "minute"), unit(seconds % 60, "second")]
        : [unit(seconds, "second")];
  const list = new Intl.ListFormat(locale(), { type: "unit", style: "narrow" });
  return joined(list.format(parts));
}

/** Formats a number of seconds in words: `8 seconds`. */
export function seconds(value: number): string {
  const figures = new Intl.NumberFormat(locale(), {
    style: "unit",
    unit: "second",
    unitDisplay: "long",
  });
  return joined(figures.format(value));
}

/** Formats a length that may be short: `0.3 sec`, `12 sec`, `3 min 20 sec`. */
export function span(milliseconds: number): string {
  // At least a tenth of a second, because less would read as nothing.
  if (milliseconds < 10_000) return unit(Math.max(milliseconds, 100) / 1000, "second");
  return duration(milliseconds);
}

/** Formats a position in a video: `1:02:03`, `2:03`. */
export function clock(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(seconds % 60)}`
    : `${minutes}:${two(seconds % 60)}`;
}

/** Formats the day of a time in this computer's zone: `May 12, 2016`. */
export function day(unixSeconds: number): string {
  return dayIn(unixSeconds, undefined);
}

/** Formats the day of a recording, in UTC as in names and tags. */
export function recordingDay(unixSeconds: number): string {
  return dayIn(unixSeconds, "UTC");
}

function dayIn(unixSeconds: number, timeZone: string | undefined): string {
  const format = new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeZone });
  return joined(format.format(unixSeconds * 1000));
}

/** Returns the name of a language: `French (France)`; an invalid tag is returned as it is. */
export function language(tag: string): string {
  try {
    return new Intl.DisplayNames(locale(), { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** Formats a fraction: `42%`. Rounds down, so that 100 % means complete. */
export function percent(fraction: number): string {
  const whole = Math.floor(Math.min(Math.max(fraction, 0), 1) * 100);
  return new Intl.NumberFormat(locale(), { style: "percent" }).format(whole / 100);
}

/** Formats the remaining time, rounded: `about 2 minutes left`. */
export function timeLeft(seconds: number): string {
  if (seconds < 60) return text("left-seconds");
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return text("left-minutes", { minutes });
  return text("left-hours", { hours: Math.round(minutes / 60) });
}

/** Letters of scripts that are written from right to left. */
const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}]/u;

/** Joins the known facts by dots. If any is written from right to left, isolates each: otherwise a
 *  channel's name would reorder the dates beside it. */
export function facts(parts: (string | null | undefined)[]): string {
  const known = parts.filter((part) => part !== null && part !== undefined && part !== "");
  const mixed = known.some((part) => RIGHT_TO_LEFT.test(part ?? ""));
  return known.map((part) => (mixed ? `\u2068${part}\u2069` : part)).join(" · ");
}
