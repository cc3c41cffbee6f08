//! Opens finished files in other programs.

use std::path::Path;

use tauri_plugin_opener::Error;

/// Shows a file in its folder. May block on the desktop.
pub(crate) fn reveal(file: &Path) -> Result<(), Error> {
    // If no file manager can select the file, open its folder.
    tauri_plugin_opener::reveal_item_in_dir(file).or_else(|error| match file.parent() {
        Some(folder) if file.exists() => tauri_plugin_opener::open_path(folder, None::<&str>),
        _ => Err(error),
    })
}

/// Plays a file. May block on the desktop.
pub(crate) fn play(file: &Path) -> Result<(), Error> {
    tauri_plugin_opener::open_path(file, None::<&str>)
}
