/**
 * The backend of the real window: Tauri commands and a channel. No other file imports Tauri.
 */
import { Channel, convertFileSrc, invoke } from "@tauri-apps/api/core";
import type { Backend, AppEvent } from "./index";

/** Calls the shell's command of the same name. */
export const tauri: Backend = {
  start: () => invoke("start"),
  resolve: (link, access, recordings) => invoke("resolve", { link, access, recordings }),
  more: () => invoke("more"),
  savedHere: () => invoke("saved_here"),
  keptChannels: () => invoke("kept_channels"),
  keepChannel: (link) => invoke("keep_channel", { link }),
  setSaves: (id, saves) => invoke("set_saves", { id, saves }),
  forgetChannel: (id) => invoke("forget_channel", { id }),
  download: (request) => invoke("download", { request }),
  remux: () => invoke("remux"),
  pause: (id) => invoke("pause", { id }),
  stopAndSave: (id) => invoke("stop_and_save", { id }),
  resume: (id, access, despite) => invoke("resume", { id, access, despite }),
  relocate: (id, access) => invoke("relocate", { id, access }),
  remove: (id, keep) => invoke("remove", { id, keep }),
  watch: (see) => invoke("watch", { channel: new Channel<AppEvent>(see) }),
  folder: () => invoke("folder"),
  pickFolder: () => invoke("pick_folder"),
  configure: (settings) => invoke("configure", { settings }),
  fileName: (typed, ending) => invoke("file_name", { typed, ending }),
  nameExample: (template) => invoke("name_example", { template }),
  pickFfmpeg: () => invoke("pick_ffmpeg"),
  ffmpeg: () => invoke("ffmpeg"),
  copied: () => invoke("copied"),
  pasted: () => invoke("pasted"),
  remembered: () => invoke("remembered"),
  remember: (form) => invoke("remember", { form }),
  logInToProxy: (name, password, keep) => invoke("log_in_to_proxy", { name, password, keep }),
  reveal: (id) => invoke("reveal", { id }),
  open: (id) => invoke("open", { id }),
  indexFolder: () => invoke("index_folder"),
  copyPath: (id) => invoke("copy_path", { id }),
  deleteFile: (id) => invoke("delete_file", { id }),
  check: (id) => invoke("check", { id }),
  prepareReport: (subject, hideTitles) =>
    "job" in subject
      ? invoke("prepare_job_report", { id: subject.job, hideTitles })
      : invoke("prepare_report", { ...subject, hideTitles }),
  saveReport: (id) => invoke("save_report", { id }),
  pickSession: () => invoke("pick_session"),
  keepSession: (content) => invoke("keep_session", content),
  browse: (link) => invoke("browse", { link }),
  close: () => invoke("close"),
  cancelCountdown: () => invoke("cancel_countdown"),
  restart: () => invoke("restart"),
  findUpdate: () => invoke("find_update"),
  installUpdate: () => invoke("install_update"),
  coverAddress: (name) => convertFileSrc(name, "thumb"),
};
