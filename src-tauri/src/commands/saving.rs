//! The jobs.

use engine::view::{AccessView, Despite, FolderView, News, SaveRequest};
use engine::{Choice, Code, Engine, Extras, Failure, Films, NewJob, NewRemux, Output, Permit};
use tauri::ipc::Channel;
use tauri::{State, WebviewWindow};
use tauri_plugin_dialog::DialogExt;

use super::setting::pick;
use super::{Answer, job, mistake, picked};
use crate::feeds::Feeds;
use crate::folders::Folders;
use crate::settings::Store;

/// Films that an MP4 can be made of.
const FILMS: [&str; 8] = ["flv", "f4v", "mp4", "m4v", "m4a", "mov", "ts", "m2ts"];

#[tauri::command]
pub(crate) async fn download(
    engine: State<'_, Engine>,
    folders: State<'_, Folders>,
    store: State<'_, Store>,
    request: SaveRequest,
) -> Answer<String> {
    let settings = store.get();
    let folder = folders
        .path(&request.folder)
        .ok_or_else(|| mistake("there is no such folder"))?;
    let job = NewJob {
        link: request.link,
        access: request.access.into(),
        choice: Choice {
            quality: request.quality.into(),
            keep: request.keep.into(),
            audio: request.audio.into(),
        },
        remux: settings.remux(),
        output: Output {
            folder,
            stem: request.file_stem,
        },
        template: settings.template(),
        extras: Extras {
            captions: settings.view.captions,
            ..Extras::default()
        },
        gaps: false,
        space: false,
        unchecked: false,
    };
    Ok(engine.download(job).await?.to_string())
}

#[tauri::command]
pub(crate) async fn remux(
    window: WebviewWindow,
    engine: State<'_, Engine>,
    store: State<'_, Store>,
) -> Answer<Option<String>> {
    let dialog = window.dialog().file().set_parent(&window);
    let dialog = dialog.add_filter("FLV, MP4, TS", &FILMS);
    let Some(film) = picked(|then| dialog.pick_file(then)).await? else {
        return Ok(None);
    };
    let folder = film
        .parent()
        .ok_or_else(|| Failure::new(Code::BadFilm, film.display().to_string()))?;
    let output = Output {
        folder: folder.to_owned(),
        stem: None,
    };
    let job = NewRemux {
        films: Films {
            films: vec![film.clone()],
            ending: engine::Ending::default(),
        },
        remux: store.get().remux(),
        output,
    };
    Ok(Some(engine.remux(job).await?.to_string()))
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
        unchecked: despite == Some(Despite::Check),
    };
    Ok(engine.resume(&job(&id)?, permit).await?)
}

#[tauri::command]
pub(crate) async fn relocate(
    window: WebviewWindow,
    engine: State<'_, Engine>,
    folders: State<'_, Folders>,
    store: State<'_, Store>,
    id: String,
    access: AccessView,
) -> Answer<Option<FolderView>> {
    let id = job(&id)?;
    let Some((path, view)) = pick(&window, &folders, &store).await? else {
        return Ok(None);
    };
    let permit = Permit {
        access: access.into(),
        ..Permit::default()
    };
    engine.relocate(&id, path, permit).await?;
    Ok(Some(view))
}

#[tauri::command]
pub(crate) async fn remove(engine: State<'_, Engine>, id: String, keep: bool) -> Answer<()> {
    Ok(engine.remove(&job(&id)?, keep).await?)
}

#[tauri::command]
pub(crate) fn watch(engine: State<'_, Engine>, feeds: State<'_, Feeds>, channel: Channel<News>) {
    feeds.watch(engine.feed(), channel);
}
