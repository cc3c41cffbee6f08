/**
 * The one seam between the page and what does the work.
 */
import type { AccessView } from "./bindings/AccessView";
import type { Despite } from "./bindings/Despite";
import type { Failure } from "./bindings/Failure";
import type { FolderView } from "./bindings/FolderView";
import type { Preview } from "./bindings/Preview";
import type { SaveRequest } from "./bindings/SaveRequest";
import type { StartView } from "./bindings/StartView";
import type { Update } from "./bindings/Update";

export type { AccessView } from "./bindings/AccessView";
export type { Code } from "./bindings/Code";
export type { Despite } from "./bindings/Despite";
export type { Failure } from "./bindings/Failure";
export type { Finished } from "./bindings/Finished";
export type { FolderView } from "./bindings/FolderView";
export type { FormFieldView } from "./bindings/FormFieldView";
export type { GapView } from "./bindings/GapView";
export type { JobState } from "./bindings/JobState";
export type { JobView } from "./bindings/JobView";
export type { KeepView } from "./bindings/KeepView";
export type { Preview } from "./bindings/Preview";
export type { ProgressView } from "./bindings/ProgressView";
export type { RenditionView } from "./bindings/RenditionView";
export type { SaveRequest } from "./bindings/SaveRequest";
export type { QualityView } from "./bindings/QualityView";
export type { Stage } from "./bindings/Stage";
export type { StartView } from "./bindings/StartView";
export type { Update } from "./bindings/Update";

/** What the page asks for. Every promise that is refused is refused with a `Failure`. */
export interface Backend {
  /** What the window opens with. */
  start(): Promise<StartView>;
  /** What a link leads to. */
  resolve(link: string, access: AccessView): Promise<Preview>;
  /** Starts a job and answers its id. */
  download(request: SaveRequest): Promise<string>;
  /** Lets a job rest. */
  pause(id: string): Promise<void>;
  /** Goes on with a job, in spite of what stopped it where that is granted. */
  resume(id: string, access: AccessView, despite: Despite | null): Promise<void>;
  /** Takes a job off the list; `keep` leaves what it has on the disk. */
  remove(id: string, keep: boolean): Promise<void>;
  /** Shows every change of the jobs; the first update holds all of them. */
  watch(see: (update: Update) => void): Promise<void>;
  /** Lets the person choose a folder; nothing where they choose none. */
  pickFolder(): Promise<FolderView | null>;
  /** Shows a finished file in its folder. */
  reveal(id: string): Promise<void>;
  /** Plays a finished file. */
  open(id: string): Promise<void>;
}

/** An access that opens nothing. */
export function noAccess(): AccessView {
  return { password: null, form: {}, referrer: null };
}

/** A failure for whatever was thrown: the backend's own, or a mistake of this program. */
export function asFailure(thrown: unknown): Failure {
  return isFailure(thrown) ? thrown : { code: "internal", detail: String(thrown) };
}

function isFailure(thrown: unknown): thrown is Failure {
  return typeof thrown === "object" && thrown !== null && "code" in thrown && "detail" in thrown;
}
