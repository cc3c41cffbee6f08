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
    return [{ quality: "best", label: "", aboutBytes }];
  }
  return pictures.map(([height, rendition], index) => {
    const best = index === 0;
    const usual = best && keep === "mp4" ? preview.about_bytes : null;
    const aboutBytes = usual ?? rendition.about_bytes;
    const label = facts([
      text("quality-height", { height: String(height) }),
      aboutBytes === null ? null : text("ready-size", { size: bytes(aboutBytes) }),
    ]);
    return { quality: best ? "best" : { height }, label, aboutBytes };
  });
}
