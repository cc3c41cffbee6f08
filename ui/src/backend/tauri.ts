/**
 * The backend of the real window: Tauri commands and one channel. No other file imports Tauri.
 */
import { Channel, invoke } from "@tauri-apps/api/core";
import type { Backend, Update } from "./index";

/** The commands of the shell, one for one. */
export const tauri: Backend = {
  start: () => invoke("start"),
  resolve: (link, access) => invoke("resolve", { link, access }),
  download: (request) => invoke("download", { request }),
  pause: (id) => invoke("pause", { id }),
  resume: (id, access, despite) => invoke("resume", { id, access, despite }),
  remove: (id, keep) => invoke("remove", { id, keep }),
  watch: (see) => invoke("watch", { channel: new Channel<Update>(see) }),
  pickFolder: () => invoke("pick_folder"),
  reveal: (id) => invoke("reveal", { id }),
  open: (id) => invoke("open", { id }),
};
