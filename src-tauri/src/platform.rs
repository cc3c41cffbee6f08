//! What operating systems do differently for the window.

use tauri::RunEvent;

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
