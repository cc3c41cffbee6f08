//! Commands for kept channels: those whose new recordings and streams are saved by
//! themselves.

use engine::view::KeptChannelsView;
use engine::{
    Access, ChannelId, Choice, Engine, Extras, FoundChannel, KeptChannels, NewKeptChannel,
    SaveOptions, now_unix_s,
};
use tauri::State;

use super::links::OpenCatalog;
use super::{CommandResult, blocking, internal_error};
use crate::channel_keeper::ChannelKeeper;
use crate::folders::Folders;
use crate::settings::{Settings, SettingsStore};

#[tauri::command]
pub(crate) async fn kept_channels(
    keeper: State<'_, ChannelKeeper>,
) -> CommandResult<KeptChannelsView> {
    let keeper = keeper.inner().clone();
    Ok(blocking(move || keeper.view()).await??)
}

/// Keeps the channel with this link, or the one whose list is open. What it lists or sends now is not saved.
#[tauri::command]
pub(crate) async fn keep_channel(
    engine: State<'_, Engine>,
    keeper: State<'_, ChannelKeeper>,
    folders: State<'_, Folders>,
    store: State<'_, SettingsStore>,
    open: State<'_, OpenCatalog>,
    link: Option<String>,
) -> CommandResult<()> {
    let opened = if let Some(link) = link {
        Some((link, Access::default()))
    } else {
        let opened = open.0.lock().await;
        opened
            .as_ref()
            .map(|open| (open.catalog.link().to_owned(), open.access.clone()))
    };
    let (link, access) = opened.ok_or_else(|| internal_error("there is no list"))?;
    // From the beginning: the page may have read a part of the open one only.
    let found = FoundChannel::read(&engine, &link, &access).await?;
    let new = NewKeptChannel {
        found: found.ok_or_else(|| internal_error("the link leads to no channel any more"))?,
        wants_all: false,
        saves: true,
        options: save_options(&store.get(), &folders),
    };
    change(&keeper, move |channels| channels.add(new, now_unix_s())).await
}

/// Chooses whether the new recordings and streams of a channel are saved, or the user is only told of them.
#[tauri::command]
pub(crate) async fn set_saves(
    keeper: State<'_, ChannelKeeper>,
    id: String,
    saves: bool,
) -> CommandResult<()> {
    let channel = parse_channel(&id)?;
    change(&keeper, move |channels| {
        channels.set_saves(channel, saves).map(drop)
    })
    .await
}

/// Does not keep a channel any more.
#[tauri::command]
pub(crate) async fn forget_channel(
    keeper: State<'_, ChannelKeeper>,
    id: String,
) -> CommandResult<()> {
    let channel = parse_channel(&id)?;
    change(&keeper, move |channels| channels.remove(channel).map(drop)).await
}

async fn change(
    keeper: &ChannelKeeper,
    change: impl FnOnce(&KeptChannels) -> Result<(), engine::Error> + Send + 'static,
) -> CommandResult<()> {
    let channels = keeper.channels().clone();
    Ok(blocking(move || change(&channels)).await??)
}

/// Returns the settings of now: they hold for the channel until it is added again.
fn save_options(settings: &Settings, folders: &Folders) -> SaveOptions {
    let view = &settings.view;
    SaveOptions {
        folder: folders.current_path(),
        choice: Choice {
            quality: view.quality,
            keep: view.keep,
            audio: view.audio.clone(),
        },
        remux: view.maker,
        template: settings.template(),
        extras: Extras {
            captions: view.captions,
            ..Extras::default()
        },
        ending: None,
    }
}

fn parse_channel(id: &str) -> CommandResult<ChannelId> {
    id.parse().map(ChannelId).map_err(internal_error)
}
