//! Commands that open files and links in other programs, end the app, or update it.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use engine::Engine;
use engine::view::{JobState, MovieCheckView, ReleaseView, UpdateOutcome};
use tauri::{AppHandle, State, WebviewWindow};

use super::clipboard::Clipboard;
use super::{CommandResult, blocking, internal_error, parse_job_id};
use crate::after_saving;
use crate::desktop::DesktopIntegration;
use crate::folders::Folders;
use crate::openers;
use crate::settings::SettingsStore;
use crate::updates::Updates;

#[tauri::command]
pub(crate) async fn reveal(engine: State<'_, Engine>, id: String) -> CommandResult<()> {
    let file = finished_file(&engine, &id).await?;
    open_externally(file, openers::reveal).await
}

#[tauri::command]
pub(crate) async fn open(engine: State<'_, Engine>, id: String) -> CommandResult<()> {
    let file = finished_file(&engine, &id).await?;
    open_externally(file, openers::play).await
}

/// Moves the finished file of a job to the trash, with what was saved beside it, and removes the job
/// from the list.
#[tauri::command]
pub(crate) async fn delete_file(engine: State<'_, Engine>, id: String) -> CommandResult<()> {
    let movie = finished_file(&engine, &id).await?;
    let beside = names_beside(&engine, &id).await;
    let beside = beside.iter().filter_map(|name| Path::new(name).file_name());
    let mut files: Vec<PathBuf> = beside.map(|name| movie.with_file_name(name)).collect();
    files.push(movie);
    blocking(move || openers::discard(files))
        .await?
        .map_err(internal_error)?;
    Ok(engine.remove(&parse_job_id(&id)?, true).await?)
}

/// Returns the names of what was saved beside the finished file of a job.
async fn names_beside(engine: &Engine, id: &str) -> Vec<String> {
    let jobs = engine.job_stream().next().await;
    let mut jobs = jobs.into_iter().flat_map(|update| update.changed);
    match jobs.find(|job| job.id == id).map(|job| job.state) {
        Some(JobState::Done { finished }) => finished.beside,
        _ => Vec::new(),
    }
}

/// Writes a page that lists the movies of the folder where videos are saved, and opens it.
#[tauri::command]
pub(crate) async fn index_folder(folders: State<'_, Folders>) -> CommandResult<()> {
    let folder = folders.current_path();
    let index = blocking(move || engine::write_index(&folder)).await??;
    open_externally(index.page, openers::play).await
}

/// Copies the path of the finished file of a job: the page never gets a path.
#[tauri::command]
pub(crate) async fn copy_path(
    engine: State<'_, Engine>,
    clipboard: State<'_, Clipboard>,
    id: String,
) -> CommandResult<()> {
    let file = finished_file(&engine, &id).await?;
    clipboard.put(file.display().to_string()).await
}

/// Checks whether the finished file of a job is still whole.
#[tauri::command]
pub(crate) async fn check(engine: State<'_, Engine>, id: String) -> CommandResult<MovieCheckView> {
    let file = finished_file(&engine, &id).await?;
    let checked = blocking(move || {
        // Until its window is closed: nobody asks to stop it.
        engine::check_movie(&file, |_| ControlFlow::Continue(()))
    });
    let checked = checked.await??;
    checked.ok_or_else(|| internal_error("the check was stopped"))
}

/// Opens the web page of a video. The URL is rebuilt from the parsed link, so that the page cannot
/// open anything but web pages.
#[tauri::command]
pub(crate) async fn browse(link: String) -> CommandResult<()> {
    let url = engine::read_link(&link)?.link();
    blocking(move || tauri_plugin_opener::open_url(url, None::<&str>))
        .await?
        .map_err(internal_error)
}

#[tauri::command]
pub(crate) fn close(
    window: WebviewWindow,
    desktop: State<'_, DesktopIntegration>,
) -> CommandResult<()> {
    desktop.allow_close();
    window.close().map_err(internal_error)
}

#[tauri::command]
pub(crate) fn restart(app: AppHandle, desktop: State<'_, DesktopIntegration>) {
    desktop.allow_close();
    app.request_restart();
}

/// Lets the computer go on although everything is saved.
#[tauri::command]
pub(crate) fn cancel_countdown(app: AppHandle) {
    after_saving::cancel(&app);
}

/// Returns the newer version of the app; `None` if there is none, or the user does not want to know.
#[tauri::command]
pub(crate) async fn find_update(
    app: AppHandle,
    updates: State<'_, Updates>,
    store: State<'_, SettingsStore>,
) -> CommandResult<Option<ReleaseView>> {
    if !store.get().view.find_updates {
        return Ok(None);
    }
    Ok(updates.find(&app).await)
}

/// Installs the version that `find_update` has found, unless a video is being saved.
#[tauri::command]
pub(crate) async fn install_update(
    updates: State<'_, Updates>,
    desktop: State<'_, DesktopIntegration>,
) -> CommandResult<UpdateOutcome> {
    let is_busy = || desktop.must_confirm_close();
    Ok(updates.install(is_busy).await)
}

/// Returns the finished file of a job.
async fn finished_file(engine: &Engine, id: &str) -> CommandResult<PathBuf> {
    let path = engine.path(&parse_job_id(id)?).await;
    path.ok_or_else(|| internal_error("this job has no finished file"))
}

/// Opens a file with another program, which may block on the desktop.
async fn open_externally(
    file: PathBuf,
    to: impl FnOnce(&Path) -> Result<(), tauri_plugin_opener::Error> + Send + 'static,
) -> CommandResult<()> {
    blocking(move || to(&file)).await?.map_err(internal_error)
}
