//! Tells the user that a video is saved while the window is not in front, and what is new in a channel.

use engine::view::{Finished, JobView};
use engine::{Engine, JobId, KeptChannel, PendingRecording};
use tauri::{AppHandle, Manager as _, async_runtime};
use tauri_plugin_notification::{
    Action, ActionPerformed, ActionType, ActiveNotification, NotificationExt as _,
};

use crate::messages::Messages;
use crate::openers;
use crate::thumbnails;

/// The kind of notification that has the actions of a saved video.
const SAVED: &str = "saved";
/// Id of the action that plays the file.
const PLAY: &str = "play";
/// Id of the action that shows the file in its folder.
const REVEAL: &str = "reveal";
/// A click on the notification itself, as the plugin names it.
const CLICK: &str = "tap";
/// Where the id of the job is kept in a notification.
const JOB: &str = "job";

/// The message that says what is new in a channel.
const NEW: &str = "choose-channel.kept_new";
/// The message that says that a channel is on air.
const ON_AIR: &str = "live";
/// Most titles in one notification, newest first.
const MAX_TITLES: usize = 3;

/// The messages of the notifications.
#[cfg(test)]
pub(crate) const USED_IDS: &[&str] = &["saved-play", "saved-reveal", NEW, ON_AIR];

/// Handles the actions of notifications; `focus` brings the window to the front.
pub(crate) fn listen(app: &AppHandle, focus: fn(&AppHandle)) {
    let handle = app.clone();
    let listening = app.notification().on_action(move |performed| {
        if performed.action_id() == CLICK {
            focus(&handle);
        } else {
            open(&handle, performed);
        }
    });
    if let Err(error) = listening {
        tracing::warn!(%error, "notifications have no actions");
    }
}

/// Shows that a job is done.
pub(crate) fn show_saved(app: &AppHandle, job: &JobView, finished: &Finished) {
    let messages = app.state::<Messages>();
    let action = |id, message| Action::builder(id, messages.text(message, [])).build();
    let actions = vec![action(PLAY, "saved-play"), action(REVEAL, "saved-reveal")];
    let kind = ActionType::builder(SAVED).actions(actions).build();
    let names = [
        ("file", finished.file.as_str()),
        ("folder", job.folder.as_str()),
    ];
    let mut notification = app
        .notification()
        .builder()
        .title(&job.title)
        .body(messages.text("saved-said", names))
        .action_type_id(SAVED)
        .extra(JOB, &job.id);
    let picture = job.thumbnail.as_deref();
    if let Some(picture) = picture.and_then(|address| thumbnails::kept_file(app, address)) {
        notification = notification.icon(picture.to_string_lossy());
    }
    // The titles are in the language of now.
    let shown = app.notification().register_action_types(vec![kind]);
    if let Err(error) = shown.and_then(|()| notification.show()) {
        tracing::info!(%error, "the notification cannot be shown");
    }
}

/// Shows what is new in a channel that only tells of it.
pub(crate) fn show_new(app: &AppHandle, channel: &KeptChannel, new: &[PendingRecording]) {
    let titles: Vec<_> = new
        .iter()
        .map(|new| new.title.clone().unwrap_or_else(|| new.link()))
        .rev()
        .take(MAX_TITLES)
        .collect();
    let mut titles = titles.join(" · ");
    if new.len() > MAX_TITLES {
        titles.push_str(" · …");
    }
    let words = app.state::<Messages>().text(NEW, [("titles", &titles)]);
    show_of_channel(app, channel, words);
}

/// Shows that a channel is on air that only tells of it.
pub(crate) fn show_on_air(app: &AppHandle, channel: &KeptChannel) {
    let words = app.state::<Messages>().text(ON_AIR, []);
    show_of_channel(app, channel, words);
}

fn show_of_channel(app: &AppHandle, channel: &KeptChannel, words: String) {
    let notification = app.notification().builder();
    let notification = notification.title(channel.title.as_ref().unwrap_or(&channel.link));
    if let Err(error) = notification.body(words).show() {
        tracing::info!(%error, "the notification cannot be shown");
    }
}

/// Opens the file of a notification as its action says.
fn open(app: &AppHandle, performed: &ActionPerformed) {
    let to = match performed.action_id() {
        PLAY => openers::play,
        REVEAL => openers::reveal,
        _ => return,
    };
    let job = performed.notification().and_then(job_of);
    let (Some(id), Some(engine)) = (job, app.try_state::<Engine>()) else {
        return;
    };
    let engine = engine.inner().clone();
    async_runtime::spawn(async move {
        let Some(file) = engine.path(&id).await else {
            return;
        };
        let opened = async_runtime::spawn_blocking(move || to(&file)).await;
        if let Ok(Err(error)) = opened {
            tracing::warn!(%error, "the saved file cannot be opened");
        }
    });
}

fn job_of(notification: &ActiveNotification) -> Option<JobId> {
    notification.extra().get(JOB)?.as_str()?.parse().ok()
}
