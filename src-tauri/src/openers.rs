//! Opens finished files in other programs, and moves them to the system's trash.

use std::path::{Path, PathBuf};

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

/// Moves files to the trash, and leaves out those that are not there.
pub(crate) fn discard(files: Vec<PathBuf>) -> Result<(), trash::Error> {
    let there = files.into_iter().filter(|file| file.is_file());
    trash::delete_all(there)
}
