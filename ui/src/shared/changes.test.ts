import { expect, test } from "vitest";
import type { FactView, Finished } from "../backend";
import { setLanguage } from "../text";
import { changes } from "./changes";

const fact = { samples: 12, at_ms: 3_723_000, duration_ms: 260 };
const finished: Finished = {
  file: "film.mp4",
  size_bytes: 1,
  duration_ms: 1,
  gaps: [],
  missing: [],
};

test("says what was lost, left out or changed", async () => {
  await setLanguage("en");
  const known: FactView[] = [
    { what: "samples_lost", track: "audio", ...fact },
    { what: "samples_lost", track: "video", ...fact },
    { what: "samples_lost", ...fact, duration_ms: 0 },
    { what: "left_out", name: "MP2 audio", ...fact },
    { what: "gap_shortened", ...fact, duration_ms: 72_000_000 },
  ];
  const said = changes({
    ...finished,
    facts: known,
    lost: { bytes: 2_000_000, left_out: ["tx3g"] },
  });
  const plain = said.map((sentence) =>
    sentence.replace(/[\u2068\u2069]/g, "").replace(/\u00a0/g, " "),
  );
  expect(plain).toEqual([
    "2 MB of the file can’t be read: it is cut off or damaged there.",
    "Lost sound: 0.3 sec at 1:02:03",
    "Lost picture: 0.3 sec at 1:02:03",
    "Lost: 0.1 sec at 1:02:03",
    "Left out: MP2 audio",
    "The pause at 1:02:03 was too long for a file. It is 20 hr 0 min shorter now.",
    "Left out: tx3g",
  ]);
});

test("says nothing of a file that is as its source, and not everything of one with many faults", () => {
  expect(changes(finished)).toEqual([]);
  const many: FactView[] = Array.from({ length: 900 }, () => ({ what: "moved", ...fact }));
  const said = changes({ ...finished, facts: many });
  expect(said).toHaveLength(51);
  expect(said.at(-1)).toBe("…");
});
