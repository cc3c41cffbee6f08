//! Starts and ends the desktop app: sets up Tauri, the engine and the window.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use engine::view::AppEvent;
use engine::{Config, Engine};
use tauri::{
    App, AppHandle, Manager, RunEvent, Url, WebviewWindowBuilder, WindowEvent, async_runtime,
};
use tauri_plugin_dialog::{DialogExt, MessageDialogKind};
use tauri_plugin_window_state::StateFlags;

use crate::after_saving::PowerCountdown;
use crate::arguments::Arguments;
use crate::channel_keeper::{self, ChannelKeeper};
use crate::commands::clipboard::Clipboard;
use crate::commands::links::OpenCatalog;
use crate::commands::reports::{PreparedReport, SessionFolder};
use crate::commands::{jobs, kept, links, preferences, reports, system};
use crate::desktop::{self, DesktopIntegration, WINDOW};
use crate::folders::Folders;
use crate::keychain::Keychain;
use crate::menu;
use crate::messages::Messages;
use crate::notifications;
use crate::page_events::PageEvents;
use crate::page_health;
use crate::platform;
use crate::settings::SettingsStore;
use crate::thumbnails::{self, Thumbnails};
use crate::updates::{UpdateSource, Updates};

/// Id of the running app on the session bus: Flatpak grants names that begin with that of the package.
const INSTANCE: &str = "io.github.ustream_dl";
/// Id of the running app with a mock service.
const MOCK_INSTANCE: &str = "io.github.ustream_dl.practice";
/// Where Microsoft offers the web view of Windows, as its documentation names it.
const WEBVIEW_DOWNLOAD: &str = "https://go.microsoft.com/fwlink/p/?LinkId=2124703";

/// Runs the app until its window is closed.
#[expect(
    clippy::exit,
    reason = "`generate_context!` contains a call, for a thread that panics"
)]
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(message) => {
            // If there is no terminal to print to, the message is lost.
            let _ = message.print();
            return ExitCode::from(u8::try_from(message.exit_code()).unwrap_or(2));
        }
    };
    let code = builder(arguments).build(tauri::generate_context!()).map(
        // The event loop ends the process itself, after `RunEvent::Exit`.
        |app| app.run_return(on_run_event),
    );
    match code {
        Ok(code) => u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from),
        Err(_) => ExitCode::FAILURE,
    }
}

fn builder(arguments: Arguments) -> tauri::Builder<tauri::Wry> {
    let mut builder = tauri::Builder::default();
    // A second start shows the window of the first. With the mock service, the app may run next to a
    // real one.
    let id = if arguments.uses_mock_service() {
        MOCK_INSTANCE
    } else {
        INSTANCE
    };
    let instance = tauri_plugin_single_instance::Builder::new().dbus_id(id);
    let instance = instance.callback(|app, arguments, _| {
        focus_window(app);
        forward_link(app, arguments);
    });
    if platform::INSTANCES_HAVE_IDS || !arguments.uses_mock_service() {
        builder = builder.plugin(instance.build());
    }
    platform::on_page_lost(builder, page_health::reload)
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_notification::init())
        .plugin(tauri_plugin_updater::Builder::new().build())
        .plugin(
            tauri_plugin_window_state::Builder::new()
                .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
                .build(),
        )
        .manage(arguments)
        .manage(PageEvents::default())
        .manage(DesktopIntegration::default())
        .manage(PowerCountdown::new(platform::run_power_action))
        .manage(Thumbnails::default())
        .manage(OpenCatalog::default())
        .manage(PreparedReport::default())
        .manage(Clipboard::default())
        .register_asynchronous_uri_scheme_protocol(thumbnails::SCHEME, thumbnails::respond)
        .on_menu_event(|app, event| menu::on_event(app, &event))
        .on_window_event(|window, event| {
            if let WindowEvent::CloseRequested { api, .. } = event
                && ask_before_close(window.app_handle())
            {
                api.prevent_close();
            }
        })
        .setup(|app| {
            if let Err(error) = set_up(app) {
                show_startup_error(app.handle(), error.as_ref());
            }
            Ok(())
        })
        .invoke_handler(tauri::generate_handler![
            links::resolve,
            links::more,
            links::saved_here,
            kept::kept_channels,
            kept::keep_channel,
            kept::set_saves,
            kept::forget_channel,
            links::copied,
            links::pasted,
            jobs::download,
            jobs::remux,
            jobs::pause,
            jobs::stop_and_save,
            jobs::resume,
            jobs::relocate,
            jobs::remove,
            jobs::watch,
            preferences::start,
            preferences::folder,
            preferences::pick_folder,
            preferences::configure,
            preferences::name_example,
            preferences::file_name,
            preferences::ffmpeg,
            preferences::pick_ffmpeg,
            preferences::remembered,
            preferences::remember,
            preferences::log_in_to_proxy,
            system::reveal,
            system::open,
            system::index_folder,
            system::copy_path,
            system::delete_file,
            system::check,
            reports::prepare_report,
            reports::prepare_job_report,
            reports::save_report,
            reports::pick_session,
            reports::keep_session,
            system::browse,
            system::close,
            system::restart,
            system::cancel_countdown,
            system::find_update,
            system::install_update,
        ])
}

/// Starts the engine, then opens the window, because the page may invoke any command at once.
fn set_up(app: &App) -> Result<(), Box<dyn Error>> {
    let arguments = app.state::<Arguments>();
    let paths = app.path();
    let (mut data, mut config) = (paths.app_data_dir()?, paths.app_config_dir()?);
    let mut cache = paths.app_cache_dir().ok();
    if arguments.uses_mock_service() {
        // Keep jobs and settings of the mock service apart from the real ones.
        data.push("practice");
        config.push("practice");
        cache = cache.map(|cache| cache.join("practice"));
    }
    let store = SettingsStore::open(config);
    let settings = store.get();
    app.manage(Messages::new(settings.view.language.as_deref()));
    if tauri::webview_version().is_err() {
        show_missing_webview(app.handle());
        return Ok(());
    }
    let engine = Config {
        endpoint: arguments.endpoint()?,
        data_dir: Some(data.clone()),
        defers_jobs: true,
        cache_dir: cache,
        rate_limit: settings.rate_limit(),
        jobs_at_once: settings.jobs_at_once(),
        ffmpeg: settings.ffmpeg(),
        ..Config::default()
    };
    // The engine spawns its tasks on the current runtime.
    let engine = async_runtime::block_on(async { Engine::open(engine) })?;
    if settings.view.remember_proxy {
        restore_proxy_login(engine.clone());
    }
    app.manage(engine);
    app.manage(SessionFolder(data.join("sessions")));
    app.manage(Folders::new(settings.folder, downloads(app)?));
    app.manage(store);
    let source = arguments.practice_updates().map(UpdateSource::from);
    let source = source.or_else(UpdateSource::of_build);
    app.manage(Updates::new(app.handle(), source));
    notifications::listen(app.handle(), focus_window);
    desktop::follow(app.handle());
    app.manage(ChannelKeeper::in_folder(&data));
    channel_keeper::follow(app.handle());
    menu::show(app.handle());
    open_window(app)?;
    page_health::expect_page(app.handle());
    Ok(())
}

/// Uses the login of a proxy that the keychain holds. The window does not wait for it: the user may
/// have to unlock the keychain.
fn restore_proxy_login(engine: Engine) {
    async_runtime::spawn_blocking(move || {
        match Keychain::of_proxy().and_then(|keychain| keychain.proxy_login()) {
            Ok(Some(login)) => engine.restore_proxy_login(login),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "the login of the proxy cannot be read"),
        }
    });
}

/// Returns the folder for downloads; some desktops do not define one.
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
            // The page's title shows the progress.
            .on_document_title_changed(|window, title| {
                // Ignore errors: the page shows the same.
                let _ = window.set_title(&title);
            })
            .on_navigation(is_own_page)
            .build()?;
    }
    Ok(())
}

/// Returns whether a URL belongs to the page; nothing, such as a dropped link, may navigate away.
fn is_own_page(url: &Url) -> bool {
    tauri::is_dev() || url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost")
}

/// Raises the window when the user has started the app a second time.
fn focus_window(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(WINDOW) {
        // A desktop may refuse to raise a window; nothing else can be done then.
        let _ = window.unminimize().and_then(|()| window.set_focus());
    }
}

/// Sends the link of a second start to the page of the first.
fn forward_link(app: &AppHandle, arguments: Vec<String>) {
    let link = Arguments::try_parse_from(arguments)
        .ok()
        .and_then(|arguments| arguments.link().map(ToOwned::to_owned));
    if let Some(link) = link {
        app.state::<PageEvents>().open_link(link);
    }
}

/// Shows why the app cannot start, then ends it.
fn show_startup_error(app: &AppHandle, error: &(dyn Error + 'static)) {
    let handle = app.clone();
    let (title, message) = match (
        error.downcast_ref::<engine::Error>(),
        app.try_state::<Messages>(),
    ) {
        (Some(error), Some(messages)) => messages.failure(&error.into()),
        _ => (app.package_info().name.clone(), error.to_string()),
    };
    app.dialog()
        .message(message)
        .title(title)
        .kind(MessageDialogKind::Error)
        .show(move |_| handle.exit(1));
}

/// Says that Windows lacks the web view, offers to get it, then ends the app.
fn show_missing_webview(app: &AppHandle) {
    let handle = app.clone();
    let then = move |wants_it| {
        if wants_it {
            // The dialog has said what to look for.
            let _ = tauri_plugin_opener::open_url(WEBVIEW_DOWNLOAD, None::<&str>);
        }
        handle.exit(1);
    };
    let messages = app.state::<Messages>();
    messages.ask(app, "shell-no_webview", "shell-get", then);
}

/// While a video is being saved, lets the page ask the user before the window closes. Returns false
/// if it may close now, also if there is no page to ask.
fn ask_before_close(app: &AppHandle) -> bool {
    let desktop = app.try_state::<DesktopIntegration>();
    let asks = desktop.is_some_and(|desktop| desktop.must_confirm_close())
        && app.state::<PageEvents>().send(AppEvent::Closing);
    if asks {
        page_health::close_unless_answered(app);
    }
    asks
}

fn on_run_event(app: &AppHandle, event: RunEvent) {
    match event {
        // Quitting by the menu or the keyboard sends no close request to the window.
        RunEvent::ExitRequested {
            api, code: None, ..
        } if app.get_webview_window(WINDOW).is_some() && ask_before_close(app) => {
            api.prevent_exit();
        }
        RunEvent::Exit => desktop::shut_down(app),
        event => {
            for link in platform::opened_links(&event) {
                app.state::<PageEvents>().open_link(link);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_cannot_navigate_away_from_its_page() {
        for own in ["tauri://localhost/", "http://tauri.localhost/index.html"] {
            assert!(is_own_page(&own.parse().unwrap()), "{own}");
        }
        for other in [
            "https://video.ibm.com/",
            "file:///etc/passwd",
            "https://tauri.localhost.example.org/",
        ] {
            let is_allowed = is_own_page(&other.parse().unwrap());
            assert_eq!(is_allowed, tauri::is_dev(), "{other}");
        }
    }
}
