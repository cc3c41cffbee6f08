/**
 * Describes in sentences what a check has found to be damaged or missing.
 */
import type { DamageView } from "../backend";
import { sentence } from "../shared/changes";
import { bytes, span } from "../shared/format";
import { text } from "../text";

/** Most sentences that are listed. */
const MOST = 20;

/** Returns one sentence for each thing that is damaged or missing. */
export function damages(found: DamageView[]): string[] {
  const sentences = found.slice(0, MOST).map(describe);
  if (found.length > MOST) sentences.push("…");
  return sentences;
}

function describe(damage: DamageView): string {
  switch (damage.damage) {
    case "changed":
      return text("check-file.changed");
    case "unreadable":
      return text("check-file.unreadable");
    case "bytes_lost":
      return text("fact-lost.bytes", { size: bytes(damage.bytes) });
    case "frames":
      return sentence(damage);
    case "shorter":
      return text("check-file.shorter", { duration: span(damage.by_ms) });
    case "captions_missing":
      return text("check-file.gone", { file: damage.file });
    case "info_unreadable":
      return text("check-file.gone", { file: ".info.json" });
  }
}
