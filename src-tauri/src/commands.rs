//! What the page may ask for. Each command reads its arguments, asks the engine once and answers
//! with a value or a [`Failure`].
#![expect(
    clippy::needless_pass_by_value,
    reason = "Tauri hands its state over by value, and `map_err` its error"
)]

use std::path::{Path, PathBuf};

use engine::view::{AccessView, Despite, FolderView, Preview, SaveRequest, StartView, Update};
use engine::{
    Choice, Code, Engine, Extras, Failure, JobId, NewJob, Output, Permit, Remux, Template,
};
use tauri::ipc::Channel;
use tauri::{AppHandle, State, WebviewWindow};
use tauri_plugin_dialog::DialogExt;
use tokio::sync::oneshot;

use crate::arguments::Arguments;
use crate::feeds::Feeds;
use crate::folders::Folders;

type Answer<T> = Result<T, Failure>;

#[tauri::command]
pub(crate) fn start(
    app: AppHandle,
    arguments: State<'_, Arguments>,
    folders: State<'_, Folders>,
) -> StartView {
    StartView {
        link: arguments.link.clone(),
        folder: folders.current(),
        version: app.package_info().version.to_string(),
    }
}

#[tauri::command]
pub(crate) async fn resolve(
    engine: State<'_, Engine>,
    link: String,
    access: AccessView,
) -> Answer<Preview> {
    Ok(engine.resolve(&link, &access.into()).await?)
}

#[tauri::command]
pub(crate) async fn download(
    engine: State<'_, Engine>,
    folders: State<'_, Folders>,
    request: SaveRequest,
) -> Answer<String> {
    let SaveRequest {
        link,
        folder,
        file_stem,
        keep,
        quality,
        access,
    } = request;
    let folder = folders
        .path(&folder)
        .ok_or_else(|| mistake("there is no such folder"))?;
    let job = NewJob {
        link,
        access: access.into(),
        choice: Choice {
            quality: quality.into(),
            keep: keep.into(),
        },
        remux: Remux::default(),
        output: Output {
            folder,
            stem: Some(file_stem),
        },
        template: Template::default(),
        extras: Extras::default(),
        gaps: false,
        space: false,
    };
    Ok(engine.download(job).await?.to_string())
}

#[tauri::command]
pub(crate) async fn pause(engine: State<'_, Engine>, id: String) -> Answer<()> {
    Ok(engine.pause(&job(&id)?).await?)
}

#[tauri::command]
pub(crate) async fn resume(
    engine: State<'_, Engine>,
    id: String,
    access: AccessView,
    despite: Option<Despite>,
) -> Answer<()> {
    let permit = Permit {
        access: access.into(),
        gaps: despite == Some(Despite::Gaps),
        space: despite == Some(Despite::Space),
    };
    Ok(engine.resume(&job(&id)?, permit).await?)
}

#[tauri::command]
pub(crate) async fn remove(engine: State<'_, Engine>, id: String, keep: bool) -> Answer<()> {
    Ok(engine.remove(&job(&id)?, keep).await?)
}

#[tauri::command]
pub(crate) fn watch(
    window: WebviewWindow,
    engine: State<'_, Engine>,
    feeds: State<'_, Feeds>,
    channel: Channel<Update>,
) {
    feeds.watch(window.label(), engine.feed(), channel);
}

#[tauri::command]
pub(crate) async fn pick_folder(
    window: WebviewWindow,
    folders: State<'_, Folders>,
) -> Answer<Option<FolderView>> {
    let (answer, picked) = oneshot::channel();
    let dialog = window.dialog().file().set_parent(&window);
    dialog.pick_folder(move |folder| {
        // Nobody waits any more where the window has gone.
        let _ = answer.send(folder);
    });
    let Some(folder) = picked.await.ok().flatten() else {
        return Ok(None);
    };
    let folder = folder.into_path().map_err(mistake)?;
    // A folder that could not be remembered is in sight at the next start, and chosen again.
    let (view, _remembered) = folders.choose(folder);
    Ok(Some(view))
}

#[tauri::command]
pub(crate) async fn reveal(engine: State<'_, Engine>, id: String) -> Answer<()> {
    let file = finished(&engine, &id).await?;
    hand_over(file, |file| {
        // Where no file manager can mark the file, its folder is shown.
        tauri_plugin_opener::reveal_item_in_dir(file).or_else(|error| match file.parent() {
            Some(folder) if file.exists() => tauri_plugin_opener::open_path(folder, None::<&str>),
            _ => Err(error),
        })
    })
    .await
}

#[tauri::command]
pub(crate) async fn open(engine: State<'_, Engine>, id: String) -> Answer<()> {
    let file = finished(&engine, &id).await?;
    hand_over(file, |file| {
        tauri_plugin_opener::open_path(file, None::<&str>)
    })
    .await
}

/// The finished file of a job.
async fn finished(engine: &Engine, id: &str) -> Answer<PathBuf> {
    let path = engine.path(&job(id)?).await;
    path.ok_or_else(|| mistake("this job has no finished file"))
}

/// Gives a file to another program. That may wait for the desktop, so it has a thread of its own.
async fn hand_over(
    file: PathBuf,
    to: impl FnOnce(&Path) -> Result<(), tauri_plugin_opener::Error> + Send + 'static,
) -> Answer<()> {
    tauri::async_runtime::spawn_blocking(move || to(&file))
        .await
        .map_err(mistake)?
        .map_err(mistake)
}

fn job(id: &str) -> Answer<JobId> {
    id.parse().map_err(mistake)
}

/// A mistake of this program, or of the desktop around it.
fn mistake(cause: impl ToString) -> Failure {
    Failure {
        code: Code::Internal,
        detail: cause.to_string(),
        fields: Vec::new(),
    }
}
