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

/** What a failure is about, which its picture shows. */
export type FailureKind = "line" | "site" | "lock" | "disk" | "video" | "app";

/** What is offered for one failure. */
interface Recovery {
  kind: FailureKind;
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
  not_a_link: { kind: "video", fixLink: true, actions: [] },
  other_site: { kind: "video", fixLink: true, actions: [] },
  offline: { kind: "line", actions: ["again"] },
  wifi_login: { kind: "line", actions: ["again"] },
  dns_failing: { kind: "line", actions: ["again"] },
  connection_refused: { kind: "line", actions: ["again"] },
  proxy_login: { kind: "line", asks: "proxy", actions: [] },
  proxy_refused: { kind: "line", actions: ["again"] },
  proxy_down: { kind: "line", actions: ["again"] },
  proxy_script: { kind: "line", actions: ["again"] },
  untrusted: { kind: "line", actions: ["again"] },
  wrong_clock: { kind: "line", actions: ["again"] },
  no_certificates: { kind: "line", actions: ["restart"] },
  site_down: { kind: "site", actions: ["again"] },
  page_down: { kind: "site", actions: ["again", "browse"] },
  busy: { kind: "site", actions: ["again"] },
  stalled: { kind: "site", actions: ["again", "keep-gaps"] },
  bad_answer: { kind: "site", actions: ["again"] },
  not_found: { kind: "video", actions: ["browse"] },
  still_live: { kind: "video", actions: ["check-again"] },
  not_recorded: { kind: "video", actions: ["other-link"] },
  needs_form: { kind: "lock", asks: "form", actions: [] },
  form_refused: { kind: "lock", asks: "form", actions: [] },
  needs_password: { kind: "lock", asks: "password", actions: [] },
  wrong_password: { kind: "lock", asks: "password", actions: [] },
  session_unreadable: { kind: "video", actions: ["other-link"] },
  session_expired: { kind: "video", actions: ["other-link"] },
  members_only: { kind: "lock", actions: ["browse"] },
  region: { kind: "lock", actions: ["other-link"] },
  embed_only: { kind: "lock", asks: "page", actions: [] },
  locked: { kind: "lock", actions: ["browse"] },
  changed: { kind: "video", actions: ["start-over"] },
  pieces_missing: { kind: "video", actions: ["again", "keep-gaps"] },
  low_space: { kind: "disk", actions: ["other-folder", "save-anyway", "again"] },
  disk_full: { kind: "disk", actions: ["other-folder", "again"] },
  quota_full: { kind: "disk", actions: ["again", "other-folder"] },
  file_too_large: { kind: "disk", actions: ["other-folder", "save-anyway"] },
  no_write: { kind: "disk", actions: ["other-folder", "again"] },
  read_only: { kind: "disk", actions: ["other-folder", "again"] },
  folder_full: { kind: "disk", actions: ["other-folder", "again"] },
  own_folder: { kind: "disk", actions: ["restart"] },
  bad_name: { kind: "disk", actions: ["other-folder", "again"] },
  drive_gone: { kind: "disk", actions: ["again", "other-folder"] },
  file_held: { kind: "disk", actions: ["again"] },
  in_use: { kind: "video", actions: ["again"] },
  ffmpeg_missing: { kind: "app", actions: ["again"] },
  convert_failed: { kind: "video", actions: ["show-original", "again"] },
  check_failed: { kind: "video", actions: ["again", "keep-anyway"] },
  bad_film: { kind: "video", actions: ["again"] },
  no_sound: { kind: "video", actions: ["other-link"] },
  no_part: { kind: "video", actions: ["other-link"] },
  other_ending: { kind: "video", actions: ["other-link"] },
  encrypted: { kind: "lock", actions: ["other-link"] },
  unsupported: { kind: "video", actions: ["copy"] },
  internal: { kind: "app", actions: ["restart", "copy"] },
};
