/**
 * A report of a problem: what is in it is shown before it is saved.
 */
import { getContext, setContext } from "svelte";
import type { Backend, ReportSubject, ReportView } from "../backend";
import { announcer } from "./announcer.svelte";
import { Controller } from "./controller.svelte";
import { text } from "../text";

const KEY = Symbol("backend of reports");

/** Whether a job is about a recording of the service: one about a movie file has its path for a link. */
export const isOfService = (link: string) => /^https?:|\.har$/i.test(link);

/** Lets every component below this one prepare reports. */
export function provideReports(backend: Backend) {
  setContext(KEY, backend);
}

/** Returns a report about a subject; must be called while a component is created. */
export function reportAbout(subject: () => ReportSubject): Report {
  return new Report(getContext<Backend>(KEY), subject);
}

export class Report extends Controller {
  /** What is in it; null until it is prepared. */
  view: ReportView | null = $state.raw(null);
  hidesTitles = $state(false);
  preparing = $state(false);
  saved = $state(false);

  readonly #subject: () => ReportSubject;

  constructor(backend: Backend, subject: () => ReportSubject) {
    super(backend);
    this.#subject = subject;
  }

  /** Prepares it, or prepares it anew. */
  async prepare() {
    this.preparing = true;
    this.saved = false;
    announcer.say(text("report.busy"));
    this.view = await this.call(this.backend.prepareReport(this.#subject(), this.hidesTitles));
    this.preparing = false;
  }

  /** Hides or shows the titles in it. */
  async hideTitles(hides: boolean) {
    this.hidesTitles = hides;
    await this.prepare();
  }

  /** Forgets what was prepared: the subject has changed. */
  reset() {
    this.view = null;
    this.saved = false;
  }

  async save() {
    if (this.view === null) return;
    this.saved = (await this.call(this.backend.saveReport(this.view.id))) ?? false;
    if (this.saved) announcer.say(text("report.saved"));
  }
}
