//! What operating systems do differently for the window.

use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tauri::{AppHandle, Builder, Manager as _, RunEvent, Runtime, Wry};

use crate::after_saving::PowerAction;
#[cfg(target_os = "windows")]
use crate::{page_events::PageEvents, page_health::answers};

/// Whether the system shows the menu of an app outside of its window.
pub(crate) const HAS_MENU_BAR: bool = cfg!(target_os = "macos");

/// Whether `dbus_id` sets the name by which a second start finds the first.
pub(crate) const INSTANCES_HAVE_IDS: bool = cfg!(target_os = "linux");

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

/// Calls `handler` each time the process of the page has ended: the window is blank then.
#[cfg(target_os = "linux")]
pub(crate) fn on_page_lost(builder: Builder<Wry>, handler: fn(&AppHandle)) -> Builder<Wry> {
    use webkit2gtk::WebViewExt as _;

    let plugin = tauri::plugin::Builder::<Wry>::new("page-process").on_webview_ready(
        move |webview: tauri::Webview| {
            let app = webview.app_handle().clone();
            let connected = webview.with_webview(move |platform| {
                let lost = move |_: &webkit2gtk::WebView, _| handler(&app);
                platform.inner().connect_web_process_terminated(lost);
            });
            if let Err(error) = connected {
                tracing::warn!(%error, "a lost page will not be noticed");
            }
        },
    );
    builder.plugin(plugin.build())
}

#[cfg(target_os = "macos")]
pub(crate) fn on_page_lost(builder: Builder<Wry>, handler: fn(&AppHandle)) -> Builder<Wry> {
    builder.on_web_content_process_terminate(move |webview| handler(webview.app_handle()))
}

/// The web view of Windows tells this only to unsafe code, so the page is asked regularly: a page
/// that is lost has been replaced by one of the web view's own.
#[cfg(target_os = "windows")]
pub(crate) fn on_page_lost(builder: Builder<Wry>, handler: fn(&AppHandle)) -> Builder<Wry> {
    /// Time between two questions.
    const INTERVAL: std::time::Duration = std::time::Duration::from_secs(5);
    /// So many in a row have to go unanswered, because a busy page answers late.
    const MOST_UNANSWERED: u32 = 3;

    let plugin = tauri::plugin::Builder::<Wry>::new("page-process").setup(move |app, _| {
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            let mut unanswered = 0;
            loop {
                tokio::time::sleep(INTERVAL).await;
                let is_lost = app.state::<PageEvents>().is_watched() && !answers(&app).await;
                unanswered = if is_lost { unanswered + 1 } else { 0 };
                if unanswered == MOST_UNANSWERED {
                    handler(&app);
                }
            }
        });
        Ok(())
    });
    builder.plugin(plugin.build())
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

/// Returns the program that lets the computer sleep or shut down, with its arguments. Each asks the
/// system as its own menu does, so other programs can object and nobody else is logged out unasked.
#[cfg(target_os = "linux")]
fn power_command(action: PowerAction) -> (&'static str, &'static [&'static str]) {
    match action {
        PowerAction::Sleep => ("systemctl", &["suspend"]),
        PowerAction::ShutDown => ("systemctl", &["poweroff"]),
    }
}

#[cfg(target_os = "windows")]
fn power_command(action: PowerAction) -> (&'static str, &'static [&'static str]) {
    // `rundll32` passes no arguments to the function of the system, which then hibernates.
    const SLEEP: &str = "Add-Type -AssemblyName System.Windows.Forms; \
        [void][System.Windows.Forms.Application]::SetSuspendState('Suspend', $false, $false)";
    match action {
        PowerAction::Sleep => (
            "powershell.exe",
            &["-NoProfile", "-NonInteractive", "-Command", SLEEP],
        ),
        PowerAction::ShutDown => ("shutdown.exe", &["/s", "/t", "0"]),
    }
}

#[cfg(target_os = "macos")]
fn power_command(action: PowerAction) -> (&'static str, &'static [&'static str]) {
    match action {
        PowerAction::Sleep => ("pmset", &["sleepnow"]),
        PowerAction::ShutDown => (
            "osascript",
            &["-e", "tell application \"System Events\" to shut down"],
        ),
    }
}

/// Lets the computer sleep or shut down. Fails if the system does not allow it. Blocks until the system
/// has answered.
pub(crate) fn run_power_action(action: PowerAction) -> io::Result<()> {
    let (program, arguments) = power_command(action);
    let mut command = Command::new(program);
    hide_console(&mut command);
    let output = command.args(arguments).stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let problem = format!("{program}: {}: {}", output.status, said.trim());
    Err(io::Error::other(problem))
}

/// Keeps a console window from flashing up.
#[cfg(target_os = "windows")]
fn hide_console(command: &mut Command) {
    use std::os::windows::process::CommandExt as _;

    const CREATE_NO_WINDOW: u32 = 0x0800_0000;
    command.creation_flags(CREATE_NO_WINDOW);
}

#[cfg(not(target_os = "windows"))]
fn hide_console(_: &mut Command) {}
