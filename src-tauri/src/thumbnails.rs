//! Serves thumbnails to the page, which may not load anything from the network.
//!
//! The page requests a thumbnail by a name that it got with a recording. The engine fetches it, only
//! from servers of the service, and its image type is checked before it is passed on. It is kept in the
//! cache folder, so that the pictures of saved videos are there without the internet, too.

mod cache;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use engine::view::{EntryView, LiveChannelView, Preview, Update};
use engine::{Engine, ImageKind};
use tauri::http::{Request, Response, StatusCode, header};
use tauri::{AppHandle, Manager, UriSchemeContext, UriSchemeResponder, Wry, async_runtime};

/// The URL scheme of thumbnails.
pub(crate) const SCHEME: &str = "thumb";

/// More than the longest channel has; when it is reached, all names are dropped.
const MAX_NAMES: usize = 20_000;

/// The names of all thumbnails of this run, with their URLs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Thumbnails {
    addresses: Arc<Mutex<HashMap<String, String>>>,
}

impl Thumbnails {
    /// Replaces the thumbnail's URL in a preview by its name.
    pub(crate) fn with_thumbnail_name(&self, mut preview: Preview) -> Preview {
        let name = |address| self.name(&preview.recording, address);
        preview.thumbnail = preview.thumbnail.take().map(name);
        preview
    }

    /// Replaces the thumbnail URL of a channel that is on air by its name.
    pub(crate) fn with_name_of_channel(&self, mut channel: LiveChannelView) -> LiveChannelView {
        let name = |address| self.name("live", address);
        channel.thumbnail = channel.thumbnail.take().map(name);
        channel
    }

    /// Replaces the thumbnail URLs in the entries of a list by their names.
    pub(crate) fn with_thumbnail_names(&self, mut entries: Vec<EntryView>) -> Vec<EntryView> {
        for entry in &mut entries {
            let recording = entry.recording.as_deref().unwrap_or("channel");
            let name = |address| self.name(recording, address);
            entry.thumbnail = entry.thumbnail.take().map(name);
        }
        entries
    }

    /// Replaces the thumbnail URLs of jobs by their names.
    pub(crate) fn with_names_of_jobs(&self, mut update: Update) -> Update {
        for job in &mut update.changed {
            let name = |address| self.name(&job.id, address);
            job.thumbnail = job.thumbnail.take().map(name);
        }
        update
    }

    /// Returns the name for a URL. The same recording may have another thumbnail in a list.
    fn name(&self, recording: &str, address: String) -> String {
        let mut addresses = self
            .addresses
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if addresses.len() >= MAX_NAMES {
            addresses.clear();
        }
        let names = (0..).map(|number: u32| format!("{recording}-{number}"));
        let mut free = names.filter(|name| addresses.get(name).is_none_or(|it| *it == address));
        // There are more numbers than names, so a free one exists.
        let name = free.next().unwrap_or_default();
        addresses.insert(name.clone(), address);
        name
    }

    pub(crate) fn address(&self, name: &str) -> Option<String> {
        let addresses = self
            .addresses
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        addresses.get(name).cloned()
    }
}

/// Returns the file in which the picture at this address is kept, if it is.
pub(crate) fn kept_file(app: &AppHandle, address: &str) -> Option<PathBuf> {
    cached(app, address).filter(|path| path.is_file())
}

/// Returns where the picture at this address is kept.
fn cached(app: &AppHandle, address: &str) -> Option<PathBuf> {
    let folder = app.path().app_cache_dir().ok()?;
    Some(cache::path(&folder.join("thumbnails"), address))
}

/// Handles a request of the page for a thumbnail.
#[expect(
    clippy::needless_pass_by_value,
    reason = "Tauri passes the context by value"
)]
pub(crate) fn respond(
    context: UriSchemeContext<'_, Wry>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    let app = context.app_handle().clone();
    async_runtime::spawn(async move {
        let name = request.uri().path().trim_start_matches('/');
        let response = match thumbnail(&app, name).await {
            Some((kind, bytes)) => Response::builder()
                .header(header::CONTENT_TYPE, kind)
                .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
                .header(header::CACHE_CONTROL, "max-age=3600")
                .body(bytes),
            None => Response::builder()
                .status(StatusCode::NOT_FOUND)
                .body(Vec::new()),
        };
        // The headers above are valid literals, so the fallback is never used.
        responder.respond(response.unwrap_or_default());
    });
}

async fn thumbnail(app: &AppHandle, name: &str) -> Option<(&'static str, Vec<u8>)> {
    let address = app.state::<Thumbnails>().address(name)?;
    let cached = cached(app, &address);
    let kept = cached.clone();
    let kept = async_runtime::spawn_blocking(move || cache::read(&kept?)).await;
    if let Some(bytes) = kept.ok().flatten()
        && let Some(kind) = image_type(&bytes)
    {
        return Some((kind, bytes));
    }
    let bytes = app.state::<Engine>().thumbnail(&address).await;
    let bytes = bytes
        .inspect_err(|error| tracing::info!(%error, "the thumbnail cannot be fetched"))
        .ok()?;
    let kind = image_type(&bytes)?;
    if let Some(path) = cached {
        let bytes = bytes.clone();
        // The picture is shown even if it cannot be kept.
        async_runtime::spawn_blocking(move || cache::write(&path, &bytes));
    }
    Some((kind, bytes))
}

/// Returns the media type of an image that every web view can show.
fn image_type(bytes: &[u8]) -> Option<&'static str> {
    match ImageKind::of(bytes)? {
        ImageKind::Jpeg => Some("image/jpeg"),
        ImageKind::Png => Some("image/png"),
        ImageKind::Gif => Some("image/gif"),
        ImageKind::Webp => Some("image/webp"),
        ImageKind::Avif => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_names_have_a_url() {
        let thumbnails = Thumbnails::default();
        let small = thumbnails.name("7", "https://cdn.example/small".to_owned());
        let large = thumbnails.name("7", "https://cdn.example/large".to_owned());
        let again = thumbnails.name("7", "https://cdn.example/small".to_owned());
        assert_eq!(again, small);
        let address = thumbnails.address(&large);
        assert_eq!(address.as_deref(), Some("https://cdn.example/large"));
        for other in ["", "7", "https://cdn.example/small", "../7-0"] {
            assert_eq!(thumbnails.address(other), None);
        }
    }

    #[test]
    fn only_images_are_passed_on() {
        assert_eq!(image_type(b"\xff\xd8\xff\xe0 JFIF"), Some("image/jpeg"));
        assert_eq!(image_type(b"RIFF\0\0\0\0WEBPVP8 "), Some("image/webp"));
        for other in [
            &b"<svg onload=alert(1)>"[..],
            b"<html>",
            b"",
            b"GIF",
            b"RIFFWEBP",
        ] {
            assert_eq!(image_type(other), None);
        }
    }
}
