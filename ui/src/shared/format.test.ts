import { expect, it } from "vitest";
import {
  bytes,
  clock,
  duration,
  facts,
  percent,
  recordingDay,
  seconds,
  speed,
  timeLeft,
} from "./format";

/** Removes non-breaking spaces and direction isolates. */
const plain = (words: string) => words.replaceAll("\u00a0", " ").replace(/[\u2068\u2069]/g, "");

it.each([
  [0, "0 kB"],
  [300, "0.3 kB"],
  [999_960, "1 MB"],
  [8_240_000, "8.2 MB"],
  [1_300_000_000, "1.3 GB"],
  [84e9, "84 GB"],
])("writes %d bytes as %s", (value, words) => {
  expect(plain(bytes(value))).toBe(words);
});

it("writes a speed with its unit", () => {
  expect(plain(speed(8_200_000))).toBe("8.2 MB/s");
});

it.each([
  [12_000, "12 sec"],
  [200_000, "3 min 20 sec"],
  [6_120_000, "1 hr 42 min"],
])("writes a length of %d ms as %s", (value, words) => {
  expect(plain(duration(value))).toBe(words);
});

it("writes seconds in words", () => {
  expect(plain(seconds(8))).toBe("8 seconds");
});

it("writes a position as a player does", () => {
  expect(clock(3_723_000)).toBe("1:02:03");
  expect(clock(63_000)).toBe("1:03");
});

it("dates a recording in UTC, whatever the zone of the computer", () => {
  const [first, last] = [1_463_011_200, 1_463_097_599];
  expect(plain(recordingDay(first))).toBe("May 12, 2016");
  expect(recordingDay(last)).toBe(recordingDay(first));
});

it("says 100% only when complete", () => {
  expect(percent(0.9999)).toBe("99%");
  expect(percent(1)).toBe("100%");
});

it.each([
  [20, "less than a minute left"],
  [61, "about 1 minute left"],
  [130, "about 2 minutes left"],
  [7300, "about 2 hours left"],
])("rounds %d seconds left", (seconds, words) => {
  expect(plain(timeLeft(seconds))).toBe(words);
});

it("isolates facts of another writing direction", () => {
  expect(facts(["Acme", "1 hr"])).toBe("Acme · 1 hr");
  expect(facts(["Acme", null, "", "قناة"])).toBe("\u2068Acme\u2069 · \u2068قناة\u2069");
});
