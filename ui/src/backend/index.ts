/**
 * The one seam between the page and what does the work.
 */
import type { AccessView } from "./bindings/AccessView";
import type { Despite } from "./bindings/Despite";
import type { EntryView } from "./bindings/EntryView";
import type { Failure } from "./bindings/Failure";
import type { FolderView } from "./bindings/FolderView";
import type { LeadView } from "./bindings/LeadView";
import type { News } from "./bindings/News";
import type { SaveRequest } from "./bindings/SaveRequest";
import type { SettingsView } from "./bindings/SettingsView";
import type { StartView } from "./bindings/StartView";

export type { AccessView } from "./bindings/AccessView";
export type { CatalogView } from "./bindings/CatalogView";
export type { Code } from "./bindings/Code";
export type { Despite } from "./bindings/Despite";
export type { EntryView } from "./bindings/EntryView";
export type { Failure } from "./bindings/Failure";
export type { Finished } from "./bindings/Finished";
export type { FolderView } from "./bindings/FolderView";
export type { FormFieldView } from "./bindings/FormFieldView";
export type { GapView } from "./bindings/GapView";
export type { JobState } from "./bindings/JobState";
export type { JobView } from "./bindings/JobView";
export type { KeepView } from "./bindings/KeepView";
export type { LeadView } from "./bindings/LeadView";
export type { MakerView } from "./bindings/MakerView";
export type { MissingView } from "./bindings/MissingView";
export type { News } from "./bindings/News";
export type { Preview } from "./bindings/Preview";
export type { ProgressView } from "./bindings/ProgressView";
export type { RenditionView } from "./bindings/RenditionView";
export type { SaveRequest } from "./bindings/SaveRequest";
export type { AudioView } from "./bindings/AudioView";
export type { QualityView } from "./bindings/QualityView";
export type { SettingsView } from "./bindings/SettingsView";
export type { Stage } from "./bindings/Stage";
export type { StartView } from "./bindings/StartView";
export type { Update } from "./bindings/Update";

/** What the page asks for. Every promise that is refused is refused with a `Failure`. */
export interface Backend {
  /** What the window opens with. */
  start(): Promise<StartView>;
  /** What a link leads to. */
  resolve(link: string, access: AccessView): Promise<LeadView>;
  /** The next part of the list that `resolve` last led to; nothing after the last. */
  more(): Promise<EntryView[] | null>;
  /** Starts a job and answers its id. */
  download(request: SaveRequest): Promise<string>;
  /** Lets the person choose a film on this computer, starts the job that makes an MP4 of it and
   *  answers its id; nothing where they choose none. */
  remux(): Promise<string | null>;
  /** Lets a job rest. */
  pause(id: string): Promise<void>;
  /** Goes on with a job, in spite of what stopped it where that is granted. */
  resume(id: string, access: AccessView, despite: Despite | null): Promise<void>;
  /** Lets the person choose a folder, and goes on with a job there; nothing where they choose
   *  none. */
  relocate(id: string, access: AccessView): Promise<FolderView | null>;
  /** Takes a job off the list; `keep` leaves what it has on the disk. */
  remove(id: string, keep: boolean): Promise<void>;
  /** Shows what happens from now on; the first news hold all jobs. */
  watch(see: (news: News) => void): Promise<void>;
  /** Where videos are saved, with the room there is now. */
  folder(): Promise<FolderView>;
  /** Lets the person choose a folder; nothing where they choose none. */
  pickFolder(): Promise<FolderView | null>;
  /** Keeps what the person has set. */
  configure(settings: SettingsView): Promise<void>;
  /** What a file would be called by this template; refused where it is none. */
  nameExample(template: string): Promise<string>;
  /** Lets the person choose an ffmpeg and answers what it calls itself; nothing where they choose
   *  none. */
  pickFfmpeg(): Promise<string | null>;
  /** What the ffmpeg that would be used calls itself; nothing where there is none. */
  ffmpeg(): Promise<string | null>;
  /** The link on the clipboard, where there is one of a video of the service. */
  copied(): Promise<string | null>;
  /** The text on the clipboard, for a person who asks to paste it. */
  pasted(): Promise<string | null>;
  /** The answers to sign-up forms that are kept on this computer. */
  remembered(): Promise<Record<string, string>>;
  /** Keeps the answers to a sign-up form on this computer. */
  remember(form: Record<string, string>): Promise<void>;
  /** Shows a finished file in its folder. */
  reveal(id: string): Promise<void>;
  /** Plays a finished file. */
  open(id: string): Promise<void>;
  /** Opens the page of a video in the browser. */
  browse(link: string): Promise<void>;
  /** Closes the window, whatever is being saved. */
  close(): Promise<void>;
  /** Ends the app and starts it again. */
  restart(): Promise<void>;
  /** The address under which the page shows a preview picture. */
  picture(name: string): string;
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
