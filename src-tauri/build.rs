//! Gives every command of ours a permission, so that the window may call exactly what its
//! capability names.

/// Every command of `src/commands.rs`; a test compares this list with the handler's.
const COMMANDS: &[&str] = &[
    "start",
    "resolve",
    "download",
    "pause",
    "resume",
    "remove",
    "watch",
    "pick_folder",
    "reveal",
    "open",
];

fn main() {
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    let attributes = tauri_build::Attributes::new().app_manifest(manifest);
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}
