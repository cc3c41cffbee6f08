/**
 * What the user can do about each failure: a form to fill in, or buttons.
 */
import type { Code } from "../backend";

/** The labels of the buttons, by action. */
export const LABELS = {
  again: "do-again",
  "check-again": "do-check-again",
  /** Goes back to enter another link. */
  "other-link": "do-other-link",
  /** Deletes what was downloaded and starts over. */
  "start-over": "do-start-over",
  /** Opens the page of the video in the browser. */
  browse: "do-browse",
  /** Lets the user choose another folder and resumes there. */
  "other-folder": "folder-choose",
  /** Finishes the file without the missing segments. */
  "keep-gaps": "do-keep-gaps",
  /** Resumes although the disk seems to be too full. */
  "save-anyway": "do-save-anyway",
  /** Keeps the file although it failed the check. */
  "keep-anyway": "do-keep-anyway",
  /** Shows the original that could not be converted, in its folder. */
  "show-original": "do-show-original",
  restart: "do-restart",
  copy: "details-copy",
};

/** What a button does. */
export type Action = keyof typeof LABELS;

/** What is offered for one failure. */
interface Recovery {
  /** The link is wrong: the failure is shown at the field for the link. */
  fixLink?: true;
  /** What the user is asked for to unlock the video, or by a proxy; `page` is the address of the
   *  owner's page. */
  asks?: "form" | "password" | "page" | "proxy";
  /** The buttons; the first is the main one. */
  actions: readonly Action[];
}

/** What is offered for each failure. */
export const RECOVERY: Record<Code, Recovery> = {
  not_a_link: { fixLink: true, actions: [] },
  other_site: { fixLink: true, actions: [] },
  offline: { actions: ["again"] },
  wifi_login: { actions: ["again"] },
  dns_failing: { actions: ["again"] },
  connection_refused: { actions: ["again"] },
  proxy_login: { asks: "proxy", actions: [] },
  proxy_refused: { actions: ["again"] },
  proxy_down: { actions: ["again"] },
  proxy_script: { actions: ["again"] },
  untrusted: { actions: ["again"] },
  wrong_clock: { actions: ["again"] },
  site_down: { actions: ["again"] },
  page_down: { actions: ["again", "browse"] },
  busy: { actions: ["again"] },
  stalled: { actions: ["again", "keep-gaps"] },
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
  quota_full: { actions: ["again", "other-folder"] },
  file_too_large: { actions: ["other-folder", "save-anyway"] },
  no_write: { actions: ["other-folder", "again"] },
  read_only: { actions: ["other-folder", "again"] },
  folder_full: { actions: ["other-folder", "again"] },
  bad_name: { actions: ["other-folder", "again"] },
  drive_gone: { actions: ["again", "other-folder"] },
  file_held: { actions: ["again"] },
  in_use: { actions: ["again"] },
  ffmpeg_missing: { actions: ["again"] },
  convert_failed: { actions: ["show-original", "again"] },
  check_failed: { actions: ["again", "keep-anyway"] },
  bad_film: { actions: ["again"] },
  no_sound: { actions: ["other-link"] },
  other_ending: { actions: ["other-link"] },
  encrypted: { actions: ["other-link"] },
  unsupported: { actions: ["copy"] },
  internal: { actions: ["restart", "copy"] },
};
