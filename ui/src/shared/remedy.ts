/**
 * What a person can do about each failure: the button that is offered first.
 */
import type { Code } from "../backend";

/** The first button beside a failure, or what is asked for in its place. */
export type Remedy =
  /** The same once more. */
  | "again"
  /** The same, later. */
  | "check-again"
  /** This link leads nowhere. */
  | "other-link"
  /** From the start, without what there is. */
  | "start-over"
  /** Nothing but telling us. */
  | "copy"
  /** The text in the paste field is at fault. */
  | "paste"
  /** Answers to the owner's form. */
  | "form"
  /** A password. */
  | "password"
  /** The address of the owner's page. */
  | "page";

const REMEDIES: Record<Code, Remedy> = {
  not_a_link: "paste",
  other_site: "paste",
  offline: "again",
  site_down: "again",
  page_down: "again",
  busy: "again",
  bad_answer: "again",
  not_found: "other-link",
  still_live: "check-again",
  not_recorded: "other-link",
  needs_form: "form",
  form_refused: "form",
  needs_password: "password",
  wrong_password: "password",
  members_only: "other-link",
  region: "other-link",
  embed_only: "page",
  locked: "other-link",
  changed: "start-over",
  pieces_missing: "again",
  low_space: "again",
  disk_full: "again",
  no_write: "again",
  drive_gone: "again",
  in_use: "again",
  ffmpeg_missing: "again",
  convert_failed: "again",
  check_failed: "again",
  bad_film: "again",
  unsupported: "copy",
  internal: "copy",
};

/** What is offered first for `code`. */
export function remedy(code: Code): Remedy {
  return REMEDIES[code];
}
