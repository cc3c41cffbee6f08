//! Gives every command of ours a permission, so that the window may call exactly what its
//! capability names.

/// Every command of `src/commands.rs`; a test compares this list with the handler's.
const COMMANDS: &[&str] = &[
    "resolve",
    "more",
    "saved_here",
    "kept_channels",
    "keep_channel",
    "set_saves",
    "forget_channel",
    "copied",
    "pasted",
    "download",
    "remux",
    "pause",
    "stop_and_save",
    "resume",
    "relocate",
    "remove",
    "watch",
    "start",
    "folder",
    "pick_folder",
    "configure",
    "name_example",
    "file_name",
    "ffmpeg",
    "pick_ffmpeg",
    "remembered",
    "remember",
    "log_in_to_proxy",
    "reveal",
    "check",
    "open",
    "index_folder",
    "copy_path",
    "delete_file",
    "prepare_report",
    "prepare_job_report",
    "save_report",
    "pick_session",
    "keep_session",
    "browse",
    "close",
    "restart",
    "cancel_countdown",
    "find_update",
    "install_update",
];

fn main() {
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    let attributes = tauri_build::Attributes::new().app_manifest(manifest);
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}
