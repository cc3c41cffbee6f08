import { describe, expect, it } from "vitest";
import type { Code, JobStage } from "../backend";
import { WAITING, explanation } from "../jobs/status";
import { RECOVERY } from "../shared/recovery";
import catalogue from "./en.ftl?raw";
import { has } from ".";

/** A record, so that the compiler reports a missing code. */
const CODES: Record<Code, true> = {
  not_a_link: true,
  other_site: true,
  offline: true,
  wifi_login: true,
  dns_failing: true,
  connection_refused: true,
  proxy_login: true,
  proxy_refused: true,
  proxy_down: true,
  proxy_script: true,
  untrusted: true,
  wrong_clock: true,
  no_certificates: true,
  site_down: true,
  page_down: true,
  busy: true,
  stalled: true,
  bad_answer: true,
  not_found: true,
  still_live: true,
  not_recorded: true,
  needs_form: true,
  form_refused: true,
  needs_password: true,
  wrong_password: true,
  session_unreadable: true,
  session_expired: true,
  members_only: true,
  region: true,
  embed_only: true,
  locked: true,
  changed: true,
  pieces_missing: true,
  low_space: true,
  disk_full: true,
  quota_full: true,
  file_too_large: true,
  no_write: true,
  read_only: true,
  folder_full: true,
  own_folder: true,
  bad_name: true,
  drive_gone: true,
  file_held: true,
  in_use: true,
  ffmpeg_missing: true,
  convert_failed: true,
  check_failed: true,
  bad_film: true,
  no_sound: true,
  no_part: true,
  other_ending: true,
  encrypted: true,
  unsupported: true,
  internal: true,
};
const codes = Object.keys(CODES) as Code[];

const STAGES: Record<JobStage, true> = {
  resolving: true,
  fetching: true,
  finishing: true,
  converting: true,
  encoding: true,
  moving: true,
  recording: true,
};

/** The source of the page, as text. */
const sources = Object.entries(
  import.meta.glob("../**/*.{ts,svelte}", { query: "?raw", import: "default", eager: true }),
)
  .filter(([path]) => !path.endsWith(".test.ts"))
  .map(([, source]) => String(source))
  .join("\n");

describe("the catalogue", () => {
  it.each(codes)("says what %s means and what to do", (code) => {
    expect(has(`failure-${code}`)).toBe(true);
    expect(has(`failure-${code}.body`)).toBe(true);
    expect(RECOVERY[code]).toBeTruthy();
  });

  const stages = [...Object.keys(STAGES), "queued", "stalled"].map((stage) => `job-${stage}`);
  it.each([...stages, ...Object.values(WAITING)])("says what %s is", (activity) => {
    expect(has(activity)).toBe(true);
    expect(has(explanation(activity))).toBe(true);
  });

  it("has every message that the page uses", () => {
    const used = [...sources.matchAll(/text\(\s*"([\w.-]+)"/g)].map(([, id]) => id ?? "");
    expect(used.length).toBeGreaterThan(40);
    expect(used.filter((id) => !has(id))).toEqual([]);
  });

  it("has no unused message, and at most 230", () => {
    const ids = [...catalogue.matchAll(/^([a-z][\w-]*) =/gm)].map(([, id]) => id ?? "");
    // The shell uses those of `menu-` and `shell-`, and tests that they are there.
    const built = /^(failure|job|menu|shell)-/;
    const unused = ids.filter((id) => !built.test(id) && !sources.includes(`"${id}`));
    expect(unused).toEqual([]);
    expect(ids.length).toBeLessThanOrEqual(230);
  });
});
