//! What belongs to a film beside picture and sound: its cover, captions, and what is known of it.
//!
//! None of it is worth failing or waiting long for: what cannot be had is left out, and logged.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use media::Cover;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use ustream::{Chapter, Client, Recording};

use crate::durable::{self, blocking};
use crate::error::Error;
use crate::part::Saved;

/// A picture that takes longer is not worth it.
const PATIENCE_FOR_COVER: Duration = Duration::from_secs(5);

/// Longer lists of captions than any recording has.
const MOST_CAPTIONS: usize = 64;

/// What a person wants beside picture and sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Extras {
    /// The preview picture in the MP4.
    pub cover: bool,
    /// Captions as files of their own, one a language: `film.en.vtt`.
    pub captions: bool,
    /// What is known of the recording as a file of its own: `film.info.json`.
    pub info: bool,
}

impl Default for Extras {
    /// What costs next to nothing.
    fn default() -> Self {
        Self {
            cover: true,
            captions: false,
            info: false,
        }
    }
}

/// The preview picture, where there is one and it comes in time.
pub(crate) async fn cover(client: &Client, recording: &Recording) -> Option<Cover> {
    let url = recording.thumbnail.as_ref()?;
    let picture = tokio::time::timeout(PATIENCE_FOR_COVER, client.picture(url)).await;
    let cover = match picture {
        Ok(Ok(picture)) => Cover::new(picture),
        Ok(Err(error)) => {
            tracing::debug!(%error, "no cover");
            None
        }
        Err(_) => None,
    };
    if cover.is_none() {
        tracing::info!("the film gets no cover");
    }
    cover
}

/// Files that are to lie beside a film: what follows its stem, and what they hold.
pub(crate) struct Sidecars(Vec<(String, Vec<u8>)>);

impl Sidecars {
    /// Fetches what is wanted and can be had.
    pub(crate) async fn fetch(client: &Client, recording: &Recording, extras: Extras) -> Self {
        let mut files = Vec::new();
        if extras.captions {
            files.extend(captions(client, recording).await);
        }
        if extras.info {
            let chapters = client.chapters(recording.id).await;
            let chapters = chapters
                .inspect_err(|error| tracing::debug!(%error, "no chapters"))
                .unwrap_or_default();
            let languages = files.iter().map(|(ending, _)| ending.as_str());
            let info = info(recording, &chapters, &languages.collect::<Vec<_>>());
            files.push(("info.json".to_owned(), info.to_string().into_bytes()));
        }
        Self(files)
    }

    /// Writes them beside a film that has its name. A file that is there already stays as it is.
    pub(crate) async fn write(self, mut saved: Saved) -> Result<Saved, Error> {
        if self.0.is_empty() {
            return Ok(saved);
        }
        blocking(move || {
            for (ending, bytes) in self.0 {
                let path = beside(&saved.path, &ending);
                match durable::write_new(&path, &bytes) {
                    Ok(()) => saved.finished.beside.extend(name(&path)),
                    Err(error) => {
                        tracing::warn!(path = %path.display(), %error, "not written");
                    }
                }
            }
            Ok(saved)
        })
        .await
    }
}

/// `folder/stem.ending` of `folder/stem.mp4`. A stem may hold dots of its own.
fn beside(film: &Path, ending: &str) -> PathBuf {
    film.with_extension(ending)
}

fn name(path: &Path) -> Option<String> {
    Some(path.file_name()?.to_string_lossy().into_owned())
}

async fn captions(client: &Client, recording: &Recording) -> Vec<(String, Vec<u8>)> {
    let ready = match client.captions(recording.id).await {
        Ok(ready) => ready,
        Err(error) => {
            tracing::warn!(%error, "no captions");
            return Vec::new();
        }
    };
    if ready.is_empty() {
        tracing::info!("the recording has no captions");
    }
    let mut files = Vec::new();
    for caption in ready.iter().take(MOST_CAPTIONS) {
        match client.caption_text(recording.id, caption).await {
            Ok(text) => files.push((format!("{}.vtt", caption.tag()), text.into_bytes())),
            Err(error) => tracing::warn!(language = caption.tag(), %error, "no captions"),
        }
    }
    files
}

/// What is known of a recording, under the names that users of yt-dlp know.
fn info(recording: &Recording, chapters: &[Chapter], captions: &[&str]) -> Value {
    let date = recording
        .date_unix_s
        .and_then(|date| Timestamp::from_second(date).ok())
        .map(|time| time.to_zoned(TimeZone::UTC).strftime("%Y%m%d").to_string());
    let formats = recording.renditions.iter().map(|rendition| {
        json!({
            "format_id": rendition.id.0,
            "width": rendition.width,
            "height": rendition.height,
            "tbr": rendition.bitrate_kbps,
        })
    });
    let ends = chapters.iter().skip(1).map(|next| Some(next.start_ms));
    let ends = ends.chain([recording.duration_ms]);
    let chapters = chapters.iter().zip(ends).map(|(chapter, end_ms)| {
        json!({
            "title": chapter.title,
            "start_time": seconds(Some(chapter.start_ms)),
            "end_time": seconds(end_ms),
        })
    });
    json!({
        "_type": "video",
        "extractor": "ustream",
        "extractor_key": "Ustream",
        "id": recording.id.to_string(),
        "title": recording.title,
        "description": recording.description,
        "uploader": recording.owner,
        "timestamp": recording.date_unix_s,
        "upload_date": date,
        "duration": seconds(recording.duration_ms),
        "thumbnail": recording.thumbnail.as_ref().map(ToString::to_string),
        "webpage_url": recording.link(),
        "formats": formats.collect::<Vec<_>>(),
        "chapters": chapters.collect::<Vec<_>>(),
        "captions": captions,
    })
}

/// As a number of seconds with three decimals.
fn seconds(milliseconds: Option<u64>) -> Option<f64> {
    milliseconds.map(|milliseconds| Duration::from_millis(milliseconds).as_secs_f64())
}
