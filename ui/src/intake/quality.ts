/**
 * Which pictures can be chosen, and about how large each is.
 */
import type { KeepView, Preview, QualityView, RenditionView } from "../backend";
import { bytes, facts } from "../shared/format";
import { text } from "../text";

/** One line of the list of qualities. */
export interface Option {
  /** What the backend is told. */
  quality: QualityView;
  /** What the person reads. */
  label: string;
  /** About how large the file is. */
  aboutBytes: number | null;
  /** Its lines, where they are known. */
  height: number | null;
}

/** What can be chosen for a container, best first. The first is always the best there is. */
export function options(preview: Preview, keep: KeepView): Option[] {
  const fitting = preview.renditions.filter(
    (rendition) => keep === "mp4" || !preview.has_flv || rendition.container === "flv",
  );
  const heights = new Map<number, RenditionView>();
  for (const rendition of fitting) {
    if (rendition.height !== null && !heights.has(rendition.height)) {
      heights.set(rendition.height, rendition);
    }
  }
  const pictures = [...heights].sort(([one], [other]) => other - one);
  if (pictures.length === 0) {
    const aboutBytes = fitting[0]?.about_bytes ?? preview.about_bytes;
    return [{ quality: "best", label: "", aboutBytes, height: null }];
  }
  return pictures.map(([height, rendition], index) => {
    const best = index === 0;
    const usual = best && keep === "mp4" ? preview.about_bytes : null;
    const aboutBytes = usual ?? rendition.about_bytes;
    const label = facts([
      text("quality-height", { height: String(height) }),
      aboutBytes === null ? null : text("ready-size", { size: bytes(aboutBytes) }),
    ]);
    return { quality: best ? "best" : { height }, label, aboutBytes, height };
  });
}

/** Which of the options is meant by what is set for all videos. */
export function usual(choices: Option[], quality: QualityView): number {
  if (quality === "smallest") return choices.length - 1;
  if (typeof quality === "string") return 0;
  const fitting = choices.findIndex(
    ({ quality: own }) => typeof own === "object" && own.height <= quality.height,
  );
  // All are higher: the smallest comes nearest. The best is not told by its height.
  const best = choices[0]?.height ?? null;
  if (best !== null && best <= quality.height) return 0;
  return fitting === -1 ? choices.length - 1 : fitting;
}
