/**
 * What a person can do about each failure: what is asked for in place, and the buttons.
 */
import type { Code } from "../backend";

/** What opens a lock. */
export type Ask =
  /** Answers to the owner's form. */
  | "form"
  /** A password. */
  | "password"
  /** The address of the owner's page. */
  | "page";

/** What a button does. */
export type Action =
  /** The same once more. */
  | "again"
  /** The same, later. */
  | "check-again"
  /** Another link in place of this one. */
  | "other-link"
  /** From the start, without what there is. */
  | "start-over"
  /** The page of the video, in the browser. */
  | "browse"
  /** The same in another folder. */
  | "other-folder"
  /** What there is, without what is missing. */
  | "keep-gaps"
  /** Though the disk seems to be too full. */
  | "save-anyway"
  /** The file, though it did not pass the check. */
  | "keep-anyway"
  /** The film as it was before it was to become an MP4. */
  | "show-original"
  /** The app, ended and started again. */
  | "restart"
  /** The details, for whoever is asked for help. */
  | "copy";

/** The words of the catalogue for each button. */
export const WORDS: Record<Action, string> = {
  again: "do-again",
  "check-again": "do-check-again",
  "other-link": "do-other-link",
  "start-over": "do-start-over",
  browse: "do-browse",
  "other-folder": "folder-choose",
  "keep-gaps": "do-keep-gaps",
  "save-anyway": "do-save-anyway",
  "keep-anyway": "do-keep-anyway",
  "show-original": "do-show-original",
  restart: "do-restart",
  copy: "details-copy",
};

/** What is offered: something asked for, or buttons, the first of which is the main one. */
export interface Remedy {
  /** The text in the paste field is at fault. */
  paste?: true;
  asks?: Ask;
  actions: readonly Action[];
}

const REMEDIES: Record<Code, Remedy> = {
  not_a_link: { paste: true, actions: [] },
  other_site: { paste: true, actions: [] },
  offline: { actions: ["again"] },
  site_down: { actions: ["again"] },
  page_down: { actions: ["again", "browse"] },
  busy: { actions: ["again"] },
  bad_answer: { actions: ["again"] },
  not_found: { actions: ["browse"] },
  still_live: { actions: ["check-again"] },
  not_recorded: { actions: ["other-link"] },
  needs_form: { asks: "form", actions: [] },
  form_refused: { asks: "form", actions: [] },
  needs_password: { asks: "password", actions: [] },
  wrong_password: { asks: "password", actions: [] },
  members_only: { actions: ["browse"] },
  region: { actions: ["other-link"] },
  embed_only: { asks: "page", actions: [] },
  locked: { actions: ["browse"] },
  changed: { actions: ["start-over"] },
  pieces_missing: { actions: ["again", "keep-gaps"] },
  low_space: { actions: ["other-folder", "again", "save-anyway"] },
  disk_full: { actions: ["other-folder", "again"] },
  no_write: { actions: ["other-folder", "again"] },
  drive_gone: { actions: ["again", "other-folder"] },
  in_use: { actions: ["again"] },
  ffmpeg_missing: { actions: ["again"] },
  convert_failed: { actions: ["show-original", "again"] },
  check_failed: { actions: ["again", "keep-anyway"] },
  bad_film: { actions: ["again"] },
  no_sound: { actions: ["other-link"] },
  unsupported: { actions: ["copy"] },
  internal: { actions: ["restart", "copy"] },
};

/** What is offered for `code`. */
export function remedy(code: Code): Remedy {
  return REMEDIES[code];
}
