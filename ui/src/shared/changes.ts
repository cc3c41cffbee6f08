/**
 * Describes in sentences what was lost, left out or changed on the way into a file.
 */
import type { FactView, Finished } from "../backend";
import { text } from "../text";
import { bytes, clock, span } from "./format";

/** Most facts that are listed. */
const MOST_FACTS = 50;

/** Returns one sentence for each fact; nothing for a file that is as its source. */
export function changes({ facts: known = [], lost }: Finished): string[] {
  const sentences = known.slice(0, MOST_FACTS).map(sentence);
  if (known.length > MOST_FACTS) sentences.push("…");
  if (lost !== undefined && lost.bytes > 0)
    sentences.unshift(text("fact-lost.bytes", { size: bytes(lost.bytes) }));
  const named = new Set(known.map((fact) => (fact.what === "left_out" ? fact.name : "")));
  for (const name of lost?.left_out ?? [])
    if (!named.has(name)) sentences.push(text("fact-left-out", { name }));
  return sentences;
}

/** Describes one fact. */
export function sentence(fact: FactView): string {
  const place = { duration: span(fact.duration_ms), time: clock(fact.at_ms) };
  switch (fact.what) {
    case "samples_lost":
    case "damaged":
      if (fact.track === undefined) return text("fact-lost", place);
      return text(fact.track === "video" ? "fact-lost.video" : "fact-lost.audio", place);
    case "left_out":
      return text("fact-left-out", { name: fact.name });
    case "gap_shortened":
      return text("fact-left-out.pause", place);
    case "moved":
      return text("fact-left-out.moved", place);
    case "repeated":
      return text("fact-left-out.repeated", place);
    case "configuration_missing":
      return text("fact-lost.unreadable", place);
  }
}
