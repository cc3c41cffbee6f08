/**
 * Converts a choice of audio between the backend's form and the value of a `select`.
 */
import type { AudioChoice } from "../backend";

/** The video's own audio, both as the backend's form and as the value of a `select`. */
export const DEFAULT_AUDIO = "usual";

/** Returns the value of a `select`: `DEFAULT_AUDIO`, `all`, or a language tag. */
export function valueOf(audio: AudioChoice): string {
  return typeof audio === "string" ? audio : languageOf(audio);
}

function languageOf(audio: Exclude<AudioChoice, string>): string {
  return "only" in audio ? audio.only : audio.prefer;
}

/** Returns the backend's form of a value of a `select`. */
export function audioOf(value: string): AudioChoice {
  return value === DEFAULT_AUDIO || value === "all" ? value : { prefer: value };
}

/** Returns the value to select first: the setting, as far as a video with these languages allows. */
export function initialAudio(
  { languages, holds_all_sounds }: { languages: string[]; holds_all_sounds: boolean },
  audio: AudioChoice,
): string {
  if (typeof audio === "string")
    return audio === "all" && !holds_all_sounds ? DEFAULT_AUDIO : audio;
  const wanted = languageOf(audio).toLowerCase();
  const base = (tag: string) => tag.toLowerCase().split("-")[0];
  const same = languages.find((tag) => tag.toLowerCase() === wanted);
  return same ?? languages.find((tag) => base(tag) === base(wanted)) ?? DEFAULT_AUDIO;
}
