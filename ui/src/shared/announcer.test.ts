import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { announcer } from "./announcer.svelte";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("takes back what was announced when a reader has had the time to hear it", () => {
  announcer.say("Looking for the video…");
  vi.advanceTimersByTime(6_000);
  announcer.warn("This video is no longer there");
  vi.advanceTimersByTime(6_000);
  expect(announcer.status).toBeNull();
  expect(announcer.alert?.words).toBe("This video is no longer there");
  announcer.say("25% downloaded");
  vi.advanceTimersByTime(6_000);
  expect(announcer.alert).toBeNull();
  expect(announcer.status?.words).toBe("25% downloaded");
});

it("announces the same words again as something new", () => {
  announcer.say("Copied");
  const first = announcer.status;
  announcer.say("Copied");
  expect(announcer.status).not.toBe(first);
  expect(announcer.status).toEqual(first);
});
