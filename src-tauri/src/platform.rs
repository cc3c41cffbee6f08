//! What operating systems do differently for the window.

use std::path::PathBuf;

use tauri::{AppHandle, Manager as _, RunEvent, Runtime};

/// Whether the system shows the menu of an app outside of its window.
pub(crate) const HAS_MENU_BAR: bool = cfg!(target_os = "macos");

/// Returns the links that the system opens in the running app. Linux and Windows start the app
/// again instead, with the link as its argument.
#[cfg(target_os = "macos")]
pub(crate) fn opened_links(event: &RunEvent) -> Vec<String> {
    let RunEvent::Opened { urls } = event else {
        return Vec::new();
    };
    let link = |url: &tauri::Url| crate::arguments::bare(url.as_str()).to_owned();
    urls.iter().map(link).collect()
}

#[cfg(not(target_os = "macos"))]
pub(crate) fn opened_links(_: &RunEvent) -> Vec<String> {
    Vec::new()
}

/// Returns the program that an update may replace: an `AppImage` on Linux, what our installer has
/// installed on Windows, the program of an app bundle on macOS. All other packages are updated by a
/// package manager, or by hand.
#[cfg(target_os = "linux")]
pub(crate) fn replaceable_program<R: Runtime>(app: &AppHandle<R>) -> Option<PathBuf> {
    app.env().appimage.map(PathBuf::from)
}

#[cfg(target_os = "windows")]
pub(crate) fn replaceable_program<R: Runtime>(_: &AppHandle<R>) -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    // The portable archive has no uninstaller.
    program
        .with_file_name("uninstall.exe")
        .is_file()
        .then_some(program)
}

#[cfg(target_os = "macos")]
pub(crate) fn replaceable_program<R: Runtime>(_: &AppHandle<R>) -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    let folders: Vec<_> = program.iter().rev().skip(1).take(3).collect();
    let is_in_bundle = matches!(folders[..], [macos, contents, bundle]
        if macos == "MacOS" && contents == "Contents" && bundle.to_string_lossy().ends_with(".app"));
    // Gatekeeper runs an app that was not moved out of its download folder from a read-only copy.
    let is_copy = program.iter().any(|folder| folder == "AppTranslocation");
    (is_in_bundle && !is_copy).then_some(program)
}
