/**
 * Which jobs of a long list are shown.
 */
import type { JobState, JobView } from "../backend";

/** The sections of the list, in their order. */
export const SECTIONS = ["saving", "waiting", "stopped", "saved"] as const;
export type Section = (typeof SECTIONS)[number];

const SECTION_OF: Record<JobState["is"], Section> = {
  running: "saving",
  queued: "waiting",
  paused: "stopped",
  failed: "stopped",
  done: "saved",
};

/** Returns the section in which a job is listed. */
export function sectionOf({ state }: JobView): Section {
  return SECTION_OF[state.is];
}

export class JobFilter {
  /** What is sought in titles and file names. */
  words = $state("");
  /** The only section that is shown; null for all. */
  section: Section | null = $state(null);

  readonly #sought = $derived(this.words.trim().toLocaleLowerCase());

  /** Whether some jobs may be left out. */
  get narrows(): boolean {
    return this.#sought !== "" || this.section !== null;
  }

  /** Tells whether a job is shown. */
  matches(job: JobView): boolean {
    if (this.section !== null && sectionOf(job) !== this.section) return false;
    if (this.#sought === "") return true;
    const file = job.state.is === "done" ? job.state.finished.file : "";
    return `${job.title}\n${file}`.toLocaleLowerCase().includes(this.#sought);
  }
}
