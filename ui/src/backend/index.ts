/**
 * The interface between the page and the program that does the work.
 */
import type { AccessView } from "./bindings/AccessView";
import type { Override } from "./bindings/Override";
import type { EntryView } from "./bindings/EntryView";
import type { Failure } from "./bindings/Failure";
import type { KeptChannelsView } from "./bindings/KeptChannelsView";
import type { FolderView } from "./bindings/FolderView";
import type { ResolvedLinkView } from "./bindings/ResolvedLinkView";
import type { AppEvent } from "./bindings/AppEvent";
import type { MovieCheckView } from "./bindings/MovieCheckView";
import type { ReleaseView } from "./bindings/ReleaseView";
import type { ReportView } from "./bindings/ReportView";
import type { SaveRequest } from "./bindings/SaveRequest";
import type { SavedRecordingView } from "./bindings/SavedRecordingView";
import type { SettingsView } from "./bindings/SettingsView";
import type { StartView } from "./bindings/StartView";
import type { UpdateOutcome } from "./bindings/UpdateOutcome";

export type { AccessView } from "./bindings/AccessView";
export type { CatalogView } from "./bindings/CatalogView";
export type { Code } from "./bindings/Code";
export type { Override } from "./bindings/Override";
export type { EntryView } from "./bindings/EntryView";
export type { FactView } from "./bindings/FactView";
export type { Failure } from "./bindings/Failure";
export type { Finished } from "./bindings/Finished";
export type { FolderView } from "./bindings/FolderView";
export type { FormFieldView } from "./bindings/FormFieldView";
export type { KeptChannelView } from "./bindings/KeptChannelView";
export type { KeptChannelsView } from "./bindings/KeptChannelsView";
export type { AfterSaving } from "./bindings/AfterSaving";
export type { WaitReason } from "./bindings/WaitReason";
export type { JobState } from "./bindings/JobState";
export type { JobView } from "./bindings/JobView";
export type { Container } from "./bindings/Container";
export type { ContainerChoice } from "./bindings/ContainerChoice";
export type { LiveChannelView } from "./bindings/LiveChannelView";
export type { LiveStart } from "./bindings/LiveStart";
export type { ResolvedLinkView } from "./bindings/ResolvedLinkView";
export type { MissingView } from "./bindings/MissingView";
export type { AppEvent } from "./bindings/AppEvent";
export type { DamageView } from "./bindings/DamageView";
export type { MovieCheckView } from "./bindings/MovieCheckView";
export type { Preview } from "./bindings/Preview";
export type { ProgressView } from "./bindings/ProgressView";
export type { RangeView } from "./bindings/RangeView";
export type { ReleaseView } from "./bindings/ReleaseView";
export type { RenditionView } from "./bindings/RenditionView";
export type { ReportView } from "./bindings/ReportView";
export type { SaveRequest } from "./bindings/SaveRequest";
export type { SavedRecordingView } from "./bindings/SavedRecordingView";
export type { AudioChoice } from "./bindings/AudioChoice";
export type { Quality } from "./bindings/Quality";
export type { SettingsView } from "./bindings/SettingsView";
export type { JobStage } from "./bindings/JobStage";
export type { StartView } from "./bindings/StartView";
export type { Update } from "./bindings/Update";
export type { UpdateOutcome } from "./bindings/UpdateOutcome";

/** What a report is about. */
export type ReportSubject = { job: string } | { link: string; access: AccessView };

/** The calls of the page. A refused call rejects with a `Failure`. */
export interface Backend {
  /** Returns what the window opens with. */
  start(): Promise<StartView>;
  /** Finds out what a link leads to; of a channel that is on air, its stream unless its recordings are
   *  wanted. */
  resolve(link: string, access: AccessView, recordings: boolean): Promise<ResolvedLinkView>;
  /** Returns the next part of the list that `resolve` returned last; null after the last part. */
  more(): Promise<EntryView[] | null>;
  /** Returns the recordings that are saved where videos are saved now. */
  savedHere(): Promise<SavedRecordingView[]>;
  /** Returns the channels whose new recordings are saved, or told of. */
  keptChannels(): Promise<KeptChannelsView>;
  /** Keeps the channel with this link from now on; null for the one whose list `resolve` returned last. */
  keepChannel(link: string | null): Promise<void>;
  /** Chooses whether new recordings of a kept channel are saved, or only told of. */
  setSaves(id: string, saves: boolean): Promise<void>;
  /** Does not keep a channel any more. */
  forgetChannel(id: string): Promise<void>;
  /** Starts a job and returns its id. */
  download(request: SaveRequest): Promise<string>;
  /** Lets the user choose a movie file, starts the job that makes an MP4 of it and returns its id;
   *  null if they choose none. */
  remux(): Promise<string | null>;
  /** Pauses a job. */
  pause(id: string): Promise<void>;
  /** Ends the recording of a running stream, and saves it. */
  stopAndSave(id: string): Promise<void>;
  /** Resumes a job; `despite` allows what stopped it. */
  resume(id: string, access: AccessView, despite: Override | null): Promise<void>;
  /** Lets the user choose a folder, resumes a job there and returns the folder; null if they choose
   *  none. */
  relocate(id: string, access: AccessView): Promise<FolderView | null>;
  /** Removes a job from the list; `keep` leaves its files on the disk. */
  remove(id: string, keep: boolean): Promise<void>;
  /** Calls `see` with all news from now on; the first news hold all jobs. */
  watch(see: (news: AppEvent) => void): Promise<void>;
  /** Returns the folder that videos are saved to, with its free space. */
  folder(): Promise<FolderView>;
  /** Lets the user choose a folder and returns it; null if they choose none. */
  pickFolder(): Promise<FolderView | null>;
  /** Saves the settings. */
  configure(settings: SettingsView): Promise<void>;
  /** Returns an example of a file name by this template; refuses an invalid one. */
  nameExample(template: string): Promise<string>;
  /** Returns the name that a file with this ending gets of what the user typed, without the ending;
   *  null if nothing usable is left. */
  fileName(typed: string, ending: string): Promise<string | null>;
  /** Lets the user choose an ffmpeg and returns its version line; null if they choose none. */
  pickFfmpeg(): Promise<string | null>;
  /** Returns the version line of the ffmpeg that would be used; null if there is none. */
  ffmpeg(): Promise<string | null>;
  /** Returns the link on the clipboard; null if it is not one of the service. */
  copied(): Promise<string | null>;
  /** Returns the text on the clipboard, for a user who asked to paste it. */
  pasted(): Promise<string | null>;
  /** Returns the answers to sign-up forms that are saved on this computer. */
  remembered(): Promise<Record<string, string>>;
  /** Saves the answers to a sign-up form on this computer. */
  remember(form: Record<string, string>): Promise<void>;
  /** Gives name and password to the proxy that has asked for them; `keep` saves them on this
   *  computer. */
  logInToProxy(name: string, password: string, keep: boolean): Promise<void>;
  /** Shows a finished file in its folder. */
  reveal(id: string): Promise<void>;
  /** Plays a finished file. */
  open(id: string): Promise<void>;
  /** Writes a page of the videos in the folder where videos are saved, and opens it. */
  indexFolder(): Promise<void>;
  /** Copies the path of a finished file. */
  copyPath(id: string): Promise<void>;
  /** Moves a finished file to the trash, with what was saved beside it, and removes the job. */
  deleteFile(id: string): Promise<void>;
  /** Checks whether a finished file is still whole. */
  check(id: string): Promise<MovieCheckView>;
  /** Prepares a report about a job, or about a link that is looked up for it, and returns what is in
   *  it. It is kept until the next one. */
  prepareReport(subject: ReportSubject, hideTitles: boolean): Promise<ReportView>;
  /** Lets the user choose where the prepared report with this id is saved; returns false if they choose
   *  nothing. */
  saveReport(id: number): Promise<boolean>;
  /** Lets the user choose the file of a browser session and returns its path, which is resolved like a
   *  link; null if they choose none. */
  pickSession(): Promise<string | null>;
  /** Keeps the content of a file that was dropped on the window, and returns a path as
   *  `pickSession` does. */
  keepSession(content: ArrayBuffer): Promise<string>;
  /** Opens the page of a video in the browser. */
  browse(link: string): Promise<void>;
  /** Closes the window, even if a video is being saved. */
  close(): Promise<void>;
  /** Cancels that the computer sleeps or shuts down when everything is saved. */
  cancelCountdown(): Promise<void>;
  /** Restarts the app. */
  restart(): Promise<void>;
  /** Returns the newer version of the app; null if there is none, or the settings forbid to look. */
  findUpdate(): Promise<ReleaseView | null>;
  /** Installs the version that `findUpdate` has found; then the app must restart. */
  installUpdate(): Promise<UpdateOutcome>;
  /** Returns the address of a cover, for an `img`. */
  coverAddress(name: string): string;
}

/** Returns an access without password, form and referrer. */
export function noAccess(): AccessView {
  return { password: null, form: {}, referrer: null };
}

/** Returns the failure that a call was refused with; anything else thrown is an internal error. */
export function asFailure(thrown: unknown): Failure {
  return isFailure(thrown) ? thrown : { code: "internal", detail: String(thrown) };
}

function isFailure(thrown: unknown): thrown is Failure {
  return typeof thrown === "object" && thrown !== null && "code" in thrown && "detail" in thrown;
}
