/**
 * Which sound can be chosen, of a video that has several.
 */
import type { AudioView } from "../backend";

/** As a list has it: `usual`, `all`, or the tag of a language. */
export function valueOf(audio: AudioView): string {
  return typeof audio === "string" ? audio : audio.prefer;
}

/** What the backend is told of a line of a list. */
export function audioOf(value: string): AudioView {
  return value === "usual" || value === "all" ? value : { prefer: value };
}

/** The line that what is set for all videos comes to, of a video that has these languages. */
export function usualSound(
  { languages, holds_all_sounds }: { languages: string[]; holds_all_sounds: boolean },
  audio: AudioView,
): string {
  if (typeof audio === "string") return audio === "all" && !holds_all_sounds ? "usual" : audio;
  const wanted = audio.prefer.toLowerCase();
  const base = (tag: string) => tag.toLowerCase().split("-")[0];
  const same = languages.find((tag) => tag.toLowerCase() === wanted);
  return same ?? languages.find((tag) => base(tag) === base(wanted)) ?? "usual";
}
