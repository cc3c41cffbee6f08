/**
 * The qualities of a video that can be chosen, and the estimated size of each.
 */
import type { ContainerChoice, Preview, Quality, RenditionView } from "../backend";
import { bytes, facts } from "../shared/format";
import { text } from "../text";

/** One entry of the list of qualities. */
export interface QualityOption {
  /** The backend's form of this quality. */
  quality: Quality;
  /** The text of the entry. */
  label: string;
  /** Estimated size of the file. */
  aboutBytes: number | null;
  /** Height in lines, if it is known. */
  height: number | null;
}

/** Returns the qualities that can be chosen for a container, best first and sound alone last; at least
 *  one. */
export function qualityOptions(preview: Preview, keep: ContainerChoice): QualityOption[] {
  const fitting = preview.renditions.filter(
    (rendition) => keep === "mp4" || !preview.has_flv || rendition.container === "flv",
  );
  const heights = new Map<number, RenditionView>();
  for (const rendition of fitting) {
    if (rendition.height !== null && !heights.has(rendition.height)) {
      heights.set(rendition.height, rendition);
    }
  }
  const videos = [...heights].sort(([one], [other]) => other - one);
  if (videos.length === 0) {
    const aboutBytes = fitting[0]?.about_bytes ?? preview.about_bytes;
    return [{ quality: "best", label: "", aboutBytes, height: null }];
  }
  const options = videos.map<QualityOption>(([height, rendition], index) => {
    const best = index === 0;
    const estimate = best && keep === "mp4" ? preview.about_bytes : null;
    const aboutBytes = estimate ?? rendition.about_bytes;
    const label = facts([
      text("quality-height", { height: String(height) }),
      aboutBytes === null ? null : text("ready-size", { size: bytes(aboutBytes) }),
    ]);
    return { quality: best ? "best" : { height }, label, aboutBytes, height };
  });
  const sound = keep === "mp4" ? fitting.find(({ audio_only }) => audio_only) : undefined;
  if (sound) {
    const aboutBytes = sound.about_bytes;
    const label = facts([
      text("settings-most.audio"),
      aboutBytes === null ? null : text("ready-size", { size: bytes(aboutBytes) }),
    ]);
    options.push({ quality: "audio", label, aboutBytes, height: null });
  }
  return options;
}

/** Returns the index of the option that fits the setting for all videos best. */
export function initialOption(all: QualityOption[], quality: Quality): number {
  const sound = all.findIndex((option) => option.quality === "audio");
  if (quality === "audio") return Math.max(sound, 0);
  const options = sound === -1 ? all : all.slice(0, sound);
  if (quality === "smallest") return options.length - 1;
  if (typeof quality === "string") return 0;
  const fitting = options.findIndex(
    ({ quality: own }) => typeof own === "object" && own.height <= quality.height,
  );
  // The best is chosen by name, not by its height. If all are higher, the smallest fits best.
  const best = options[0]?.height ?? null;
  if (best !== null && best <= quality.height) return 0;
  return fitting === -1 ? options.length - 1 : fitting;
}
