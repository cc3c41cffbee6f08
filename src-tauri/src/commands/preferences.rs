//! Commands for folders and settings.

use std::path::PathBuf;

use engine::view::{FolderView, SettingsView, StartView};
use engine::{Engine, Template};
use tauri::{AppHandle, State, WebviewWindow};

use super::{CommandResult, blocking, dialog_path, file_dialog, internal_error};
use crate::arguments::Arguments;
use crate::folders::Folders;
use crate::keychain::{FormAnswers, Keychain};
use crate::menu;
use crate::messages::Messages;
use crate::settings::SettingsStore;
use crate::updates::Updates;

#[tauri::command]
pub(crate) async fn start(
    app: AppHandle,
    arguments: State<'_, Arguments>,
    folders: State<'_, Folders>,
    store: State<'_, SettingsStore>,
    updates: State<'_, Updates>,
) -> CommandResult<StartView> {
    Ok(StartView {
        link: arguments.link().map(ToOwned::to_owned),
        folder: folders.current(),
        lost_folder: folders.lost.clone(),
        settings: store.get().view,
        version: app.package_info().version.to_string(),
        can_update: updates.are_possible(),
    })
}

#[tauri::command]
pub(crate) fn folder(folders: State<'_, Folders>) -> FolderView {
    folders.current()
}

#[tauri::command]
pub(crate) async fn pick_folder(
    window: WebviewWindow,
    folders: State<'_, Folders>,
    store: State<'_, SettingsStore>,
) -> CommandResult<Option<FolderView>> {
    let picked = choose_folder(&window, &folders, &store).await?;
    Ok(picked.map(|(_, view)| view))
}

/// Lets the user choose where videos are saved from now on.
pub(super) async fn choose_folder(
    window: &WebviewWindow,
    folders: &Folders,
    store: &SettingsStore,
) -> CommandResult<Option<(PathBuf, FolderView)>> {
    let dialog = file_dialog(window, "folder-label").set_directory(folders.current_path());
    let Some(path) = dialog_path(|then| dialog.pick_folder(then)).await? else {
        return Ok(None);
    };
    // If it cannot be saved, the user sees the old folder at the next start and can choose again.
    let saved = store.change(|settings| settings.folder = Some(path.clone()));
    if let Err(failure) = saved {
        tracing::warn!(?failure, "the folder cannot be saved");
    }
    let view = folders.choose(path.clone());
    Ok(Some((path, view)))
}

#[tauri::command]
pub(crate) async fn configure(
    app: AppHandle,
    engine: State<'_, Engine>,
    store: State<'_, SettingsStore>,
    messages: State<'_, Messages>,
    settings: SettingsView,
) -> CommandResult<()> {
    settings
        .template
        .parse::<Template>()
        .map_err(internal_error)?;
    let before = store.get().view;
    let is_form_forgotten = before.remember_form && !settings.remember_form;
    let is_proxy_forgotten = before.remember_proxy && !settings.remember_proxy;
    if before.language != settings.language {
        messages.set_language(settings.language.as_deref());
        menu::show(&app);
    }
    let saved = store.change(|all| all.view = settings);
    let settings = store.get();
    engine.limit_rate(settings.rate_limit());
    engine.run_at_once(settings.jobs_at_once()).await?;
    if is_form_forgotten {
        blocking(|| Keychain::of_forms()?.forget())
            .await?
            .map_err(internal_error)?;
    }
    if is_proxy_forgotten {
        blocking(|| Keychain::of_proxy()?.forget())
            .await?
            .map_err(internal_error)?;
    }
    saved
}

#[tauri::command]
pub(crate) fn name_example(template: String) -> CommandResult<String> {
    let template: Template = template.parse().map_err(internal_error)?;
    Ok(template.example())
}

/// Returns the name that a file with this ending gets of what the user typed; `None` if nothing
/// usable is left.
#[tauri::command]
pub(crate) fn file_name(typed: String, ending: String) -> Option<String> {
    engine::typed_name(&typed, &ending)
}

/// Returns the version of the ffmpeg that would be used.
#[tauri::command]
pub(crate) async fn ffmpeg(store: State<'_, SettingsStore>) -> CommandResult<Option<String>> {
    Ok(engine::ffmpeg_version(&store.get().ffmpeg()).await.ok())
}

#[tauri::command]
pub(crate) async fn pick_ffmpeg(
    window: WebviewWindow,
    engine: State<'_, Engine>,
    store: State<'_, SettingsStore>,
) -> CommandResult<Option<String>> {
    let dialog = file_dialog(&window, "settings-ffmpeg");
    let Some(path) = dialog_path(|then| dialog.pick_file(then)).await? else {
        return Ok(None);
    };
    let version = engine::ffmpeg_version(&path)
        .await
        .map_err(internal_error)?;
    let saved = store.change(|settings| settings.ffmpeg = Some(path.clone()));
    engine.use_ffmpeg(path).await?;
    saved?;
    Ok(Some(version))
}

#[tauri::command]
pub(crate) async fn remembered(store: State<'_, SettingsStore>) -> CommandResult<FormAnswers> {
    if !store.get().view.remember_form {
        return Ok(FormAnswers::new());
    }
    blocking(|| Keychain::of_forms()?.answers())
        .await?
        .map_err(internal_error)
}

#[tauri::command]
pub(crate) async fn remember(form: FormAnswers) -> CommandResult<()> {
    blocking(|| Keychain::of_forms()?.keep(form))
        .await?
        .map_err(internal_error)
}

/// Sets name and password of the proxy that has asked for them; `keep` stores them in the keychain.
#[tauri::command]
pub(crate) async fn log_in_to_proxy(
    engine: State<'_, Engine>,
    name: String,
    password: String,
    keep: bool,
) -> CommandResult<()> {
    let login = engine.log_in_to_proxy(&name, &password);
    if let Some(login) = login.filter(|_| keep) {
        blocking(move || Keychain::of_proxy()?.keep_proxy_login(&login))
            .await?
            .map_err(internal_error)?;
    }
    Ok(())
}
