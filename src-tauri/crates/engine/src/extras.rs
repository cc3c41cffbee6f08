//! Fetches what belongs to a movie besides video and audio: cover, chapters, captions, metadata.
//!
//! A job does not fail because of these, and waits for them only while the service asks for a pause:
//! what cannot be fetched is logged and left out.

mod captions;
mod sidecars;
mod thumbnail;

use std::time::Duration;

use media::{Captions, Cover};
use serde::{Deserialize, Serialize};
use ustream::{Chapter, Recording};

pub(crate) use self::captions::FetchedCaptions;
pub(crate) use self::sidecars::Sidecars;
pub(crate) use self::thumbnail::Thumbnail;
use crate::caption_format::CaptionFormat;
use crate::progress::Meter;
use crate::service::Service;
use crate::time_range::TimeRange;

/// Longest wait for the cover and the chapters.
const METADATA_TIMEOUT: Duration = Duration::from_secs(5);

/// What to save besides video and audio.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each can be wanted without the others"
)]
#[serde(default)]
pub struct Extras {
    /// The thumbnail as the cover of the MP4.
    pub cover: bool,
    /// The thumbnail as a file: `film.jpg`.
    pub thumbnail: bool,
    /// Captions: one file per language, such as `film.en.vtt`, and tracks in an MP4 that this
    /// program makes.
    pub captions: bool,
    /// Format of the caption files.
    pub caption_format: CaptionFormat,
    /// Metadata of the recording as a file of its own: `film.info.json`.
    pub info: bool,
}

impl Default for Extras {
    /// Only the cover, which costs one small request.
    fn default() -> Self {
        Self {
            cover: true,
            thumbnail: false,
            captions: false,
            caption_format: CaptionFormat::default(),
            info: false,
        }
    }
}

/// What players show of a movie besides video and audio.
#[derive(Debug, Default)]
pub(crate) struct MovieMetadata {
    pub(crate) cover: Option<Cover>,
    pub(crate) chapters: Vec<media::Chapter>,
    pub(crate) captions: Vec<Captions>,
    /// The thumbnail, if it is to be kept beside the movie.
    pub(crate) thumbnail: Option<Thumbnail>,
}

impl MovieMetadata {
    /// Fetches cover and chapters. Each is left out if it does not arrive in time.
    pub(crate) async fn fetch(
        (service, meter): (&Service, &Meter),
        recording: &Recording,
        (wanted, range): (Extras, Option<TimeRange>),
    ) -> Self {
        let thumbnail = async {
            if !(wanted.cover || wanted.thumbnail) {
                return None;
            }
            let fetched = Thumbnail::fetch((service, meter), recording).await;
            fetched.unwrap_or_else(|error| {
                tracing::info!(%error, "no cover");
                None
            })
        };
        let list = || in_time(service.client().chapters(recording.id), "the chapters");
        let chapters = service.for_extra(meter).run(list);
        let (thumbnail, chapters) = tokio::join!(thumbnail, chapters);
        let chapters = chapters.unwrap_or_else(|error| {
            tracing::debug!(%error, "no chapters");
            Vec::new()
        });
        let image = thumbnail.as_ref().filter(|_| wanted.cover);
        let cover = image.and_then(Thumbnail::cover);
        let refused = image.filter(|_| cover.is_none());
        if let Some(image) = refused {
            let extension = image.extension();
            tracing::warn!(
                "an MP4 cannot hold the cover, a .{extension}: it is kept beside the film"
            );
        }
        let is_kept = wanted.thumbnail || refused.is_some();
        Self {
            cover,
            chapters: of_range(chapters, range).into_iter().map(chapter).collect(),
            captions: Vec::new(),
            thumbnail: thumbnail.filter(|_| is_kept),
        }
    }
}

/// Fails if `answer` does not arrive within [`METADATA_TIMEOUT`].
async fn in_time<T>(
    answer: impl Future<Output = Result<T, ustream::Error>>,
    what: &'static str,
) -> Result<T, ustream::Error> {
    let answer = tokio::time::timeout(METADATA_TIMEOUT, answer).await;
    answer.unwrap_or(Err(ustream::Error::Timeout(what)))
}

/// Returns the chapters of a range, with times from its start. That in which it starts is the first.
fn of_range(mut chapters: Vec<Chapter>, range: Option<TimeRange>) -> Vec<Chapter> {
    let Some(range) = range else { return chapters };
    let starts_later = |chapter: &Chapter| chapter.start_ms > range.from_ms();
    let later = chapters.iter().position(starts_later);
    let first = later.unwrap_or(chapters.len()).saturating_sub(1);
    let moved = chapters.drain(first..).filter_map(|chapter| {
        let start_ms = range.moved_ms(chapter.start_ms)?;
        Some(Chapter {
            start_ms,
            ..chapter
        })
    });
    moved.collect()
}

fn chapter(Chapter { title, start_ms }: Chapter) -> media::Chapter {
    media::Chapter { start_ms, title }
}
