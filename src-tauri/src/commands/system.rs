//! What is handed over to the desktop, and the way out.

use std::path::{Path, PathBuf};

use engine::Engine;
use tauri::{AppHandle, State, WebviewWindow};

use super::{CommandResult, blocking, internal_error, parse_job_id};
use crate::desktop::DesktopIntegration;

#[tauri::command]
pub(crate) async fn reveal(engine: State<'_, Engine>, id: String) -> CommandResult<()> {
    let file = finished_file(&engine, &id).await?;
    open_externally(file, |file| {
        // Where no file manager can mark the file, its folder is shown.
        tauri_plugin_opener::reveal_item_in_dir(file).or_else(|error| match file.parent() {
            Some(folder) if file.exists() => tauri_plugin_opener::open_path(folder, None::<&str>),
            _ => Err(error),
        })
    })
    .await
}

#[tauri::command]
pub(crate) async fn open(engine: State<'_, Engine>, id: String) -> CommandResult<()> {
    let file = finished_file(&engine, &id).await?;
    open_externally(file, |file| {
        tauri_plugin_opener::open_path(file, None::<&str>)
    })
    .await
}

/// Opens the page of a video. The address is put together from what the link means: the page of
/// the window cannot have anything else opened than pages of the web.
#[tauri::command]
pub(crate) async fn browse(link: String) -> CommandResult<()> {
    let address = engine::read_link(&link)?.link();
    blocking(move || tauri_plugin_opener::open_url(address, None::<&str>))
        .await?
        .map_err(internal_error)
}

#[tauri::command]
pub(crate) fn close(
    window: WebviewWindow,
    desk: State<'_, DesktopIntegration>,
) -> CommandResult<()> {
    desk.allow_close();
    window.close().map_err(internal_error)
}

#[tauri::command]
pub(crate) fn restart(app: AppHandle, desk: State<'_, DesktopIntegration>) {
    desk.allow_close();
    app.request_restart();
}

/// The finished file of a job.
async fn finished_file(engine: &Engine, id: &str) -> CommandResult<PathBuf> {
    let path = engine.path(&parse_job_id(id)?).await;
    path.ok_or_else(|| internal_error("this job has no finished file"))
}

/// Gives a file to another program. That may wait for the desktop.
async fn open_externally(
    file: PathBuf,
    to: impl FnOnce(&Path) -> Result<(), tauri_plugin_opener::Error> + Send + 'static,
) -> CommandResult<()> {
    blocking(move || to(&file)).await?.map_err(internal_error)
}
