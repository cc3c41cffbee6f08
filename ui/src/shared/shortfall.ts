/**
 * In which ways a movie differs from what was expected of it, in words.
 */
import type { Finished, MissingView } from "../backend";
import { text } from "../text";
import { clock, duration, facts, language } from "./format";

/** What a saved movie and a failure both tell. */
type Shortfall = Partial<Pick<Finished, "gaps" | "missing" | "shorter_than_stated_ms">>;

/** More places than anybody looks up. */
const MOST_PLACES = 20;

/** How much time is missing in gaps, in milliseconds. */
export function missingTime({ gaps = [] }: Shortfall): number {
  return gaps.reduce((sum, gap) => sum + gap.duration_ms, 0);
}

/** Whether anything of the recording itself is missing. */
export function isIncomplete(of: Shortfall): boolean {
  const lacks = of.missing?.some(({ what }) => what !== "rendition") ?? false;
  return lacks || missingTime(of) > 0 || (of.shorter_than_stated_ms ?? 0) > 0;
}

/** A sentence for each way. */
export function shortfall({
  gaps = [],
  missing = [],
  shorter_than_stated_ms,
}: Shortfall): string[] {
  const sentences = missing.map(sentence);
  if (gaps.length > 0) {
    const places = gaps.slice(0, MOST_PLACES).map((gap) => clock(gap.start_ms));
    if (gaps.length > MOST_PLACES) places.push("…");
    sentences.push(text("saved-gaps.body", { times: facts(places) }));
  }
  if (shorter_than_stated_ms !== undefined) {
    // Less than a second still is something.
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
