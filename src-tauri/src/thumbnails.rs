//! Preview pictures on their way to the page, which may load nothing from anywhere else.
//!
//! The page asks for a picture by the name it was given with a recording; the picture is fetched
//! by the engine, from servers of the service only, and looked at before it is handed on.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use engine::Engine;
use engine::view::{EntryView, Preview};
use tauri::http::{Request, Response, StatusCode, header};
use tauri::{AppHandle, Manager, UriSchemeContext, UriSchemeResponder, Wry, async_runtime};

/// The scheme of the pictures' addresses.
pub(crate) const SCHEME: &str = "thumb";

/// More than the longest channel has; older names are forgotten then.
const MAX_NAMES: usize = 20_000;

/// The names of the pictures of this run.
#[derive(Debug, Default)]
pub(crate) struct Thumbnails {
    addresses: Mutex<HashMap<String, String>>,
}

impl Thumbnails {
    /// The preview with its picture's name in place of the address.
    pub(crate) fn with_thumbnail_name(&self, mut preview: Preview) -> Preview {
        let name = |address| self.name(&preview.recording, address);
        preview.thumbnail = preview.thumbnail.take().map(name);
        preview
    }

    /// Entries of a list, likewise.
    pub(crate) fn with_thumbnail_names(&self, mut entries: Vec<EntryView>) -> Vec<EntryView> {
        for entry in &mut entries {
            let recording = entry.recording.as_deref().unwrap_or("channel");
            let name = |address| self.name(recording, address);
            entry.thumbnail = entry.thumbnail.take().map(name);
        }
        entries
    }

    /// A name for an address. The same recording may have another picture in a list.
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
        // There are more numbers than there are names.
        let name = free.next().unwrap_or_default();
        addresses.insert(name.clone(), address);
        name
    }

    fn address(&self, name: &str) -> Option<String> {
        let addresses = self
            .addresses
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        addresses.get(name).cloned()
    }
}

/// Answers the page's question for a picture.
#[expect(
    clippy::needless_pass_by_value,
    reason = "a handler of a scheme is given its context by value"
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
        // The headers above are literals.
        responder.respond(response.unwrap_or_default());
    });
}

async fn thumbnail(app: &AppHandle, name: &str) -> Option<(&'static str, Vec<u8>)> {
    let address = app.state::<Thumbnails>().address(name)?;
    let bytes = app.state::<Engine>().thumbnail(&address).await;
    let bytes = bytes
        .inspect_err(|error| tracing::info!(%error, "no picture"))
        .ok()?;
    Some((image_type(&bytes)?, bytes))
}

/// The media type of a picture that every web view shows, by its first bytes.
fn image_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_to_its_address_and_nothing_else_to_any() {
        let pictures = Thumbnails::default();
        let small = pictures.name("7", "https://cdn.example/small".to_owned());
        let large = pictures.name("7", "https://cdn.example/large".to_owned());
        let again = pictures.name("7", "https://cdn.example/small".to_owned());
        assert_eq!(again, small);
        let address = pictures.address(&large);
        assert_eq!(address.as_deref(), Some("https://cdn.example/large"));
        for other in ["", "7", "https://cdn.example/small", "../7-0"] {
            assert_eq!(pictures.address(other), None);
        }
    }

    #[test]
    fn only_pictures_are_handed_on() {
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
