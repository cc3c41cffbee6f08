//! How the window comes up and goes down.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use engine::{Config, Engine};
use tauri::{App, AppHandle, Manager, RunEvent, Url, WebviewWindowBuilder, async_runtime};
use tauri_plugin_dialog::{DialogExt, MessageDialogKind};
use tauri_plugin_window_state::StateFlags;

use crate::arguments::Arguments;
use crate::commands;
use crate::feeds::Feeds;
use crate::folders::Folders;

const WINDOW: &str = "main";

/// Runs the program until its window is closed.
#[expect(
    clippy::exit,
    reason = "`generate_context!` holds one, for a thread that breaks"
)]
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(message) => {
            // Nothing is left to be done where there is no terminal to say it on.
            let _ = message.print();
            return ExitCode::from(u8::try_from(message.exit_code()).unwrap_or(2));
        }
    };
    let code = builder(arguments).build(tauri::generate_context!()).map(
        // The event loop ends the process itself, after `RunEvent::Exit`.
        |app| app.run_return(|app, event| close(app, &event)),
    );
    match code {
        Ok(code) => u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from),
        Err(_) => ExitCode::FAILURE,
    }
}

fn builder(arguments: Arguments) -> tauri::Builder<tauri::Wry> {
    let mut builder = tauri::Builder::default();
    // Practice stands beside an app in earnest; else a second start shows the first one's window.
    if !arguments.is_practice() {
        builder = builder.plugin(tauri_plugin_single_instance::init(|app, _, _| show(app)));
    }
    builder
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init())
        .plugin(
            tauri_plugin_window_state::Builder::new()
                .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
                .build(),
        )
        .manage(arguments)
        .manage(Feeds::default())
        .setup(|app| {
            if let Err(error) = set_up(app) {
                refuse(app.handle(), error.as_ref());
            }
            Ok(())
        })
        .invoke_handler(tauri::generate_handler![
            commands::start,
            commands::resolve,
            commands::download,
            commands::pause,
            commands::resume,
            commands::remove,
            commands::watch,
            commands::pick_folder,
            commands::reveal,
            commands::open,
        ])
}

/// Starts the engine, then shows the window: the page may ask for anything at once.
fn set_up(app: &App) -> Result<(), Box<dyn Error>> {
    let arguments = app.state::<Arguments>();
    let paths = app.path();
    let (mut data, mut config) = (paths.app_data_dir()?, paths.app_config_dir()?);
    if arguments.is_practice() {
        // Practice leaves no trace among the jobs and settings in earnest.
        data.push("practice");
        config.push("practice");
    }
    let engine = Config {
        endpoint: arguments.endpoint()?,
        data_dir: Some(data),
        ..Config::default()
    };
    // The engine starts its tasks on the runtime it is opened in.
    app.manage(async_runtime::block_on(async { Engine::open(engine) })?);
    app.manage(Folders::open(config, downloads(app)?));
    open_window(app)?;
    Ok(())
}

/// The folder for downloads; some desktops name none.
fn downloads(app: &App) -> tauri::Result<PathBuf> {
    let paths = app.path();
    paths.download_dir().or_else(|_| {
        let home = paths.home_dir()?;
        let downloads = home.join("Downloads");
        Ok(if downloads.is_dir() { downloads } else { home })
    })
}

fn open_window(app: &App) -> tauri::Result<()> {
    for window in &app.config().app.windows {
        WebviewWindowBuilder::from_config(app.handle(), window)?
            // The page's title tells how far the video in front is.
            .on_document_title_changed(|window, title| {
                // A title that cannot be set is no loss: the page shows the same.
                let _ = window.set_title(&title);
            })
            .on_navigation(is_own_page)
            .build()?;
    }
    Ok(())
}

/// A link that is dropped on the window, or anything else, must not lead it away from the page.
fn is_own_page(url: &Url) -> bool {
    tauri::is_dev() || url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost")
}

/// Brings the window to the person who started the program a second time.
fn show(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(WINDOW) {
        // A desktop may refuse to raise a window; there is no other way then.
        let _ = window.unminimize().and_then(|()| window.set_focus());
    }
}

/// Says why the program cannot start, then ends it.
fn refuse(app: &AppHandle, error: &dyn Error) {
    let handle = app.clone();
    app.dialog()
        .message(error.to_string())
        .title(&app.package_info().name)
        .kind(MessageDialogKind::Error)
        .show(move |_| handle.exit(1));
}

/// Lets the engine put everything away before the process ends.
fn close(app: &AppHandle, event: &RunEvent) {
    if !matches!(event, RunEvent::Exit) {
        return;
    }
    async_runtime::block_on(async {
        app.state::<Feeds>().close().await;
        if let Some(engine) = app.try_state::<Engine>() {
            engine.shutdown().await;
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leads_the_window_away_from_its_page() {
        for own in ["tauri://localhost/", "http://tauri.localhost/index.html"] {
            assert!(is_own_page(&own.parse().unwrap()), "{own}");
        }
        for other in [
            "https://video.ibm.com/",
            "file:///etc/passwd",
            "https://tauri.localhost.example.org/",
        ] {
            let leads_away = is_own_page(&other.parse().unwrap());
            assert_eq!(leads_away, tauri::is_dev(), "{other}");
        }
    }
}
