//! Commands that resolve links.

use engine::view::{
    AccessView, CatalogView, EntryView, Preview, ResolvedLinkView, SavedRecordingView,
};
use engine::{Access, Catalog, Code, Engine, ResolvedLink};
use tauri::State;
use tokio::sync::Mutex;

use super::CommandResult;
use super::clipboard::Clipboard;
use crate::folders::Folders;
use crate::settings::SettingsStore;
use crate::thumbnails::Thumbnails;

/// The list that the page is paging through, if the last link led to one.
#[derive(Default)]
pub(crate) struct OpenCatalog(pub(super) Mutex<Option<LockedCatalog>>);

/// A list, and what opens its channel.
pub(super) struct LockedCatalog {
    pub(super) catalog: Catalog,
    pub(super) access: Access,
}

#[tauri::command]
pub(crate) async fn resolve(
    engine: State<'_, Engine>,
    thumbnails: State<'_, Thumbnails>,
    store: State<'_, SettingsStore>,
    open: State<'_, OpenCatalog>,
    link: String,
    access: AccessView,
    recordings: bool,
) -> CommandResult<ResolvedLinkView> {
    // If it can't be found out, the recordings are looked for, and that says why.
    let channel = if recordings {
        None
    } else {
        engine.live_channel(&link).await.ok().flatten()
    };
    let channel = channel.map(|channel| thumbnails.with_name_of_channel(channel));
    if let Some(channel) = channel.clone().filter(|channel| channel.is_on_air) {
        return Ok(ResolvedLinkView::Live { channel });
    }
    let access = Access::from(access);
    let template = store.get().template();
    let one = |preview: Preview| {
        let file_stem = template.preview(&preview);
        let preview = thumbnails.with_thumbnail_name(preview);
        ResolvedLinkView::One {
            preview: Box::new(Preview {
                file_stem,
                ..preview
            }),
        }
    };
    let resolved = engine.resolve_link(&link, &access).await;
    if let (Err(error), Some(channel)) = (&resolved, channel)
        && error.code() == Code::NotRecorded
    {
        // There may never be a recording, but its next stream can be recorded.
        return Ok(ResolvedLinkView::Live { channel });
    }
    let mut catalog = match resolved? {
        ResolvedLink::Recording(preview) => return Ok(one(*preview)),
        ResolvedLink::Collection(catalog) => catalog,
    };
    let entries = catalog.next().await?.unwrap_or_default();
    if let ([only], Some(1)) = (entries.as_slice(), catalog.total()) {
        // A list with one entry is treated as that recording.
        let referrer = catalog.page().map(ToOwned::to_owned);
        let access = Access {
            referrer: access.referrer.clone().or(referrer),
            ..access
        };
        return Ok(one(engine.resolve(&only.link, &access).await?));
    }
    let view = CatalogView {
        channel: catalog.channel().map(|channel| channel.to_string()),
        total: catalog.total(),
        entries: thumbnails.with_thumbnail_names(entries),
        page: catalog.page().map(ToOwned::to_owned),
    };
    let catalog = *catalog;
    *open.0.lock().await = Some(LockedCatalog { catalog, access });
    Ok(ResolvedLinkView::Several { catalog: view })
}

#[tauri::command]
pub(crate) async fn more(
    thumbnails: State<'_, Thumbnails>,
    open: State<'_, OpenCatalog>,
) -> CommandResult<Option<Vec<EntryView>>> {
    let mut open = open.0.lock().await;
    let Some(open) = open.as_mut() else {
        return Ok(None);
    };
    let entries = open.catalog.next().await?;
    Ok(entries.map(|entries| thumbnails.with_thumbnail_names(entries)))
}

/// Returns the recordings that are in the folder where videos are saved, or below it.
#[tauri::command]
pub(crate) async fn saved_here(
    engine: State<'_, Engine>,
    folders: State<'_, Folders>,
) -> CommandResult<Vec<SavedRecordingView>> {
    Ok(engine.saved_recordings(folders.current_path()).await?)
}

/// Returns the link on the clipboard if it is one of the service. For privacy, the page gets no
/// other text.
#[tauri::command]
pub(crate) async fn copied(clipboard: State<'_, Clipboard>) -> CommandResult<Option<String>> {
    let text = clipboard.text().await?;
    let target = text.and_then(|text| engine::read_link(&text).ok());
    let own = target.filter(|target| target.embedding_page().is_none());
    Ok(own.map(|target| target.link()))
}

/// Returns the text on the clipboard, when the user asks to paste it.
#[tauri::command]
pub(crate) async fn pasted(clipboard: State<'_, Clipboard>) -> CommandResult<Option<String>> {
    /// Longer texts are ignored.
    const MAX_BYTES: usize = 100_000;
    Ok(clipboard
        .text()
        .await?
        .filter(|text| text.len() <= MAX_BYTES))
}
