/**
 * How a view of one state is asked for: `state.html?state=ready&theme=dark&language=ar`.
 */

/** The colours a view can be forced into. */
export const THEMES = ["light", "dark"] as const;
/** The languages that are looked at: ours, one of long words, one from right to left. */
export const LANGUAGES = ["en", "de", "ar"] as const;

/** Which view of which state. */
export interface View {
  state: string;
  /** The system's where it is null. */
  theme: string | null;
  /** Tag of its catalogue. */
  language: string;
}

/** The address of a view. */
export function addressOf({ state, theme, language }: View): string {
  const wanted = new URLSearchParams({ state, language });
  if (theme !== null) wanted.set("theme", theme);
  return `state.html?${wanted}`;
}

/** The view that an address asks for. */
export function viewAt(search: string): View {
  const wanted = new URLSearchParams(search);
  return {
    state: wanted.get("state") ?? "empty",
    theme: wanted.get("theme"),
    language: wanted.get("language") ?? "en",
  };
}
