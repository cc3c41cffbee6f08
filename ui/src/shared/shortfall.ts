/**
 * Describes in sentences what a movie lacks or how it differs from what was expected.
 */
import type { Failure, Finished, MissingView } from "../backend";
import { text } from "../text";
import { bytes, clock, duration, facts, language } from "./format";

/** What a finished file and a failure have in common. */
type Shortfall = Partial<Pick<Finished, "gaps" | "missing" | "shorter_than_stated_ms">>;

/** Most gaps that are listed. */
const MOST_PLACES = 20;

/** Returns the total length of all gaps, in milliseconds. */
export function missingTime({ gaps = [] }: Shortfall): number {
  return gaps.reduce((sum, gap) => sum + gap.duration_ms, 0);
}

/** Tells whether anything of the recording itself is missing; another quality does not count. */
export function isIncomplete(of: Shortfall): boolean {
  const lacks = of.missing?.some(({ what }) => what !== "rendition") ?? false;
  return lacks || missingTime(of) > 0 || (of.shorter_than_stated_ms ?? 0) > 0;
}

/** Returns one sentence for each difference. */
export function shortfall(of: Shortfall): string[] {
  const times = places(of);
  return sentences(of, times === "" ? null : text("saved-gaps.body", { times }));
}

/** Returns one sentence for each thing that a failed video lacks: its parts, or the room for it. */
export function lacking(failure: Failure): string[] {
  const { code, room, whole_ms } = failure;
  if (room) {
    const amounts = { needed: bytes(room.needed_bytes), there: bytes(room.there_bytes) };
    return [text(`failure-${code === "file_too_large" ? code : "low_space"}.room`, amounts)];
  }
  const missing = missingTime(failure);
  if (missing === 0 || whole_ms === undefined) return shortfall(failure);
  const share = text("failure-pieces_missing.share", {
    missing: duration(Math.max(missing, 1000)),
    total: duration(whole_ms),
    times: places(failure),
  });
  return sentences(failure, share);
}

/** Returns where the gaps are. */
function places({ gaps = [] }: Shortfall): string {
  const starts = gaps.slice(0, MOST_PLACES).map((gap) => clock(gap.start_ms));
  if (gaps.length > MOST_PLACES) starts.push("…");
  return facts(starts);
}

/** Returns the sentences about what is missing, with this one about the gaps. */
function sentences(
  { missing = [], shorter_than_stated_ms }: Shortfall,
  ofGaps: string | null,
): string[] {
  const sentences = missing.map(sentence);
  if (ofGaps !== null) sentences.push(ofGaps);
  if (shorter_than_stated_ms !== undefined) {
    // At least a second, because less would read as nothing.
    const shorter = duration(Math.max(shorter_than_stated_ms, 1000));
    sentences.push(text("saved-gaps.shorter", { duration: shorter }));
  }
  return sentences;
}

function sentence(missing: MissingView): string {
  switch (missing.what) {
    case "segments":
      return text("saved-gaps.segments", { count: missing.count, total: missing.total });
    case "empty_segments":
      return text("saved-gaps.empty", { count: missing.count });
    case "misplaced_segments":
      return text("saved-gaps.misplaced", { count: missing.count });
    case "track":
      if (missing.kind === "video") return text("saved-gaps.video");
      return missing.language === null
        ? text("saved-gaps.audio")
        : text("saved-gaps.language", { language: language(missing.language) });
    case "rendition":
      return text("saved-gaps.rendition", { wished: missing.wished });
  }
}
