//! Commands that start and control jobs.

use engine::view::{AccessView, AppEvent, FolderView, LiveStart, Override, SaveRequest};
use engine::{
    Choice, Code, Engine, Extras, Failure, LiveOptions, MovieFiles, NewJob, NewRemux,
    OutputLocation, Overrides,
};
use tauri::ipc::Channel;
use tauri::{State, WebviewWindow};

use super::preferences::choose_folder;
use super::{CommandResult, dialog_path, file_dialog, internal_error, parse_job_id};
use crate::folders::Folders;
use crate::page_events::PageEvents;
use crate::settings::SettingsStore;
use crate::thumbnails::Thumbnails;

/// Extensions of movie files that can be converted to MP4.
const MOVIE_EXTENSIONS: [&str; 8] = ["flv", "f4v", "mp4", "m4v", "m4a", "mov", "ts", "m2ts"];

#[tauri::command]
pub(crate) async fn download(
    engine: State<'_, Engine>,
    folders: State<'_, Folders>,
    store: State<'_, SettingsStore>,
    thumbnails: State<'_, Thumbnails>,
    request: SaveRequest,
) -> CommandResult<String> {
    let settings = store.get();
    let folder = folders
        .path(&request.folder)
        .ok_or_else(|| internal_error("there is no such folder"))?;
    let job = NewJob {
        link: request.link,
        choice: Choice {
            quality: request.quality,
            keep: request.keep,
            audio: request.audio,
        },
        remux: settings.view.maker,
        output: OutputLocation {
            folder,
            stem: request.file_stem,
        },
        template: settings.template(),
        extras: Extras {
            captions: settings.view.captions,
            caption_format: settings.view.caption_format,
            thumbnail: settings.view.thumbnail,
            ..Extras::default()
        },
        ending: request.ending,
        again: request.again,
        range: request.range,
        live: request.live.map(|start| LiveOptions {
            from_now: start == LiveStart::Now,
            waits: start == LiveStart::ItsStart,
            ..LiveOptions::default()
        }),
        title: request.title,
        thumbnail: request.thumbnail.and_then(|name| thumbnails.address(&name)),
        overrides: Overrides {
            access: request.access.into(),
            ..Overrides::default()
        },
    };
    Ok(engine.download(job).await?.to_string())
}

#[tauri::command]
pub(crate) async fn remux(
    window: WebviewWindow,
    engine: State<'_, Engine>,
    store: State<'_, SettingsStore>,
) -> CommandResult<Option<String>> {
    let dialog = file_dialog(&window, "remux-open").add_filter("FLV, MP4, TS", &MOVIE_EXTENSIONS);
    let Some(file) = dialog_path(|then| dialog.pick_file(then)).await? else {
        return Ok(None);
    };
    let folder = file
        .parent()
        .ok_or_else(|| Failure::new(Code::BadMovie, file.display().to_string()))?;
    let output = OutputLocation {
        folder: folder.to_owned(),
        stem: None,
    };
    let job = NewRemux {
        films: MovieFiles {
            films: vec![file.clone()],
            ending: engine::Mp4Extension::default(),
        },
        remux: store.get().view.maker,
        output,
    };
    Ok(Some(engine.remux(job).await?.to_string()))
}

#[tauri::command]
pub(crate) async fn pause(engine: State<'_, Engine>, id: String) -> CommandResult<()> {
    Ok(engine.pause(&parse_job_id(&id)?).await?)
}

/// Ends the recording of a running stream and saves it.
#[tauri::command]
pub(crate) async fn stop_and_save(engine: State<'_, Engine>, id: String) -> CommandResult<()> {
    let id = parse_job_id(&id)?;
    if !engine.stop_and_save(&id).await? {
        // There is nothing to save yet.
        engine.pause(&id).await?;
    }
    Ok(())
}

#[tauri::command]
pub(crate) async fn resume(
    engine: State<'_, Engine>,
    id: String,
    access: AccessView,
    despite: Option<Override>,
) -> CommandResult<()> {
    let overrides = Overrides {
        access: access.into(),
        gaps: despite == Some(Override::Gaps),
        space: despite == Some(Override::Space),
        unchecked: despite == Some(Override::Check),
        continue_from: None,
    };
    Ok(engine.resume(&parse_job_id(&id)?, overrides).await?)
}

#[tauri::command]
pub(crate) async fn relocate(
    window: WebviewWindow,
    engine: State<'_, Engine>,
    folders: State<'_, Folders>,
    store: State<'_, SettingsStore>,
    id: String,
    access: AccessView,
) -> CommandResult<Option<FolderView>> {
    let id = parse_job_id(&id)?;
    let Some((path, view)) = choose_folder(&window, &folders, &store).await? else {
        return Ok(None);
    };
    let overrides = Overrides {
        access: access.into(),
        ..Overrides::default()
    };
    engine.relocate(&id, path, overrides).await?;
    Ok(Some(view))
}

#[tauri::command]
pub(crate) async fn remove(engine: State<'_, Engine>, id: String, keep: bool) -> CommandResult<()> {
    Ok(engine.remove(&parse_job_id(&id)?, keep).await?)
}

#[tauri::command]
pub(crate) async fn watch(
    engine: State<'_, Engine>,
    page_events: State<'_, PageEvents>,
    thumbnails: State<'_, Thumbnails>,
    channel: Channel<AppEvent>,
) -> CommandResult<()> {
    // The page has painted its first screen.
    engine.read_jobs();
    let thumbnails = thumbnails.inner().clone();
    let named = move |update| thumbnails.with_names_of_jobs(update);
    page_events.watch(engine.paced_job_stream(), named, channel);
    let count = engine.unreadable_jobs_count().await;
    if count > 0 {
        page_events.send(AppEvent::LostJobs { count });
    }
    Ok(())
}
