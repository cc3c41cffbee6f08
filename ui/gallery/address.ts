/**
 * The address of one state of the window: `state.html?state=ready&theme=dark&language=ar`.
 */

/** The colour schemes that a view can have. */
export const THEMES = ["light", "dark"] as const;
/** The languages of the tests: English, one with long words, one from right to left. */
export const LANGUAGES = ["en", "de", "ar"] as const;

/** One state in one theme and language. */
export interface View {
  state: string;
  /** Null for the system's. */
  theme: string | null;
  /** Tag of the catalogue. */
  language: string;
}

/** Returns the address of a view. */
export function addressOf({ state, theme, language }: View): string {
  const query = new URLSearchParams({ state, language });
  if (theme !== null) query.set("theme", theme);
  return `state.html?${query}`;
}

/** Reads the view from the query of an address. */
export function viewAt(search: string): View {
  const query = new URLSearchParams(search);
  return {
    state: query.get("state") ?? "empty",
    theme: query.get("theme"),
    language: query.get("language") ?? "en",
  };
}
