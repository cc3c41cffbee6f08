//! Fetches what belongs to a movie besides video and audio: cover, chapters, captions, metadata.
//!
//! A job does not fail because of these, and waits for them only while the service asks for a pause:
//! what cannot be fetched is logged and left out.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use media::{Captions, Cover, ImageKind};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use ustream::{Chapter, Recording};

use crate::dates::utc_date;
use crate::disk::durable::{self, blocking};
use crate::error::Error;
use crate::names::NameLimit;
use crate::part::SavedMovie;
use crate::platform;
use crate::progress::Meter;
use crate::service::Service;
use crate::time_range::TimeRange;

/// Longest wait for the cover and the chapters.
const METADATA_TIMEOUT: Duration = Duration::from_secs(5);

/// Longest wait for captions, with pauses that the service asks for; longer than for the cover,
/// because the user asked for them.
const CAPTIONS_TIMEOUT: Duration = Duration::from_mins(2);

/// Most captions that are fetched of one recording; more than any real recording has.
const MAX_CAPTIONS: usize = 64;
/// Most bytes of captions in all languages: they stay in memory while the movie is assembled.
const MAX_CAPTION_BYTES: usize = 32 << 20;

/// What to save besides video and audio.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Extras {
    /// The thumbnail as the cover of the MP4.
    pub cover: bool,
    /// Captions: one file per language, such as `film.en.vtt`, and tracks in an MP4 that this
    /// program makes.
    pub captions: bool,
    /// Metadata of the recording as a file of its own: `film.info.json`.
    pub info: bool,
}

impl Default for Extras {
    /// Only the cover, which costs one small request.
    fn default() -> Self {
        Self {
            cover: true,
            captions: false,
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
    /// The cover, if it is of a kind that no MP4 can hold.
    pub(crate) picture: Option<Picture>,
}

/// A picture that is kept beside the movie.
#[derive(Debug)]
pub(crate) struct Picture {
    kind: ImageKind,
    data: Vec<u8>,
}

impl Picture {
    /// Recognises the images of the web that are neither JPEG nor PNG.
    fn new(data: Vec<u8>) -> Option<Self> {
        let kind = ImageKind::of(&data)?;
        let fits_into_mp4 = matches!(kind, ImageKind::Jpeg | ImageKind::Png);
        (!fits_into_mp4).then_some(Self { kind, data })
    }
}

impl MovieMetadata {
    /// Fetches cover and chapters. Each is left out if it does not arrive in time.
    pub(crate) async fn fetch(
        (service, meter): (&Service, &Meter),
        recording: &Recording,
        (wanted, range): (Extras, Option<TimeRange>),
    ) -> Self {
        let client = service.client();
        let cover = async {
            let url = recording.thumbnail.as_ref().filter(|_| wanted.cover)?;
            let fetch = || in_time(client.thumbnail(url), "the picture");
            Some(service.for_extra(meter).run(fetch).await)
        };
        let list = || in_time(client.chapters(recording.id), "the chapters");
        let chapters = service.for_extra(meter).run(list);
        let (cover, chapters) = tokio::join!(cover, chapters);
        let picture = cover.and_then(|picture| {
            picture
                .inspect_err(|error| tracing::info!(%error, "no cover"))
                .ok()
        });
        let chapters = chapters.unwrap_or_else(|error| {
            tracing::debug!(%error, "no chapters");
            Vec::new()
        });
        let (cover, picture) = picture.map_or((None, None), cover_or_picture);
        Self {
            cover,
            chapters: of_range(chapters, range).into_iter().map(chapter).collect(),
            captions: Vec::new(),
            picture,
        }
    }
}

/// Returns the thumbnail as the cover of the MP4, or else as a picture beside it.
fn cover_or_picture(data: Vec<u8>) -> (Option<Cover>, Option<Picture>) {
    if let Some(cover) = Cover::new(&*data) {
        return (Some(cover), None);
    }
    let picture = Picture::new(data);
    if let Some(Picture { kind, .. }) = &picture {
        let extension = kind.extension();
        tracing::warn!("an MP4 cannot hold the cover, a .{extension}: it is kept beside the film");
    } else {
        tracing::warn!("the cover is of an unknown kind and is left out");
    }
    (None, picture)
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

/// Files to write beside a movie: the extension that follows its stem, and the content.
pub(crate) struct Sidecars(Vec<(String, Vec<u8>)>);

impl Sidecars {
    /// Fetches the captions and metadata that `extras` asks for.
    ///
    /// `texts` are the captions that were fetched for the MP4. If some are missing, all are fetched
    /// again. `picture` is a cover that the MP4 cannot hold.
    pub(crate) async fn fetch(
        (service, meter): (&Service, &Meter),
        recording: &Recording,
        (extras, range): (Extras, Option<TimeRange>),
        (texts, picture): (Option<&CaptionTexts>, Option<&Picture>),
    ) -> Self {
        let mut files = Vec::new();
        if extras.captions {
            if let Some(texts) = texts.filter(|texts| texts.is_complete) {
                files.extend(texts.files());
            } else {
                let texts = CaptionTexts::fetch((service, meter), recording, range).await;
                files.extend(texts.files());
            }
        }
        if extras.info {
            let list = || service.client().chapters(recording.id);
            let chapters = service.for_extra(meter).run(list).await;
            let chapters = chapters
                .inspect_err(|error| tracing::debug!(%error, "no chapters"))
                .unwrap_or_default();
            // Of the captions alone.
            let languages = files.iter().map(|(ending, _)| ending.as_str());
            let chapters = of_range(chapters, range);
            let info = info(
                (recording, range),
                &chapters,
                &languages.collect::<Vec<_>>(),
            );
            files.push(("info.json".to_owned(), info.to_string().into_bytes()));
        }
        if let Some(Picture { kind, data }) = picture {
            files.push((kind.extension().to_owned(), data.clone()));
        }
        Self(files)
    }

    /// Returns which of the files are wanted and not there yet, for a movie that was saved before.
    pub(crate) fn lacking(wanted: Extras, movie: &Path) -> Extras {
        let stem = movie
            .file_stem()
            .map(|stem| format!("{}.", stem.to_string_lossy()));
        let is_caption = |name: &str| {
            let behind = stem.as_deref().and_then(|stem| name.strip_prefix(stem));
            let language = behind.and_then(|behind| behind.strip_suffix(".vtt"));
            language.is_some_and(|language| !language.contains('.'))
        };
        let beside_it = movie.parent().into_iter().flat_map(|folder| {
            // If the folder cannot be read, the files are fetched and found to be there.
            let entries = std::fs::read_dir(folder).into_iter().flatten();
            entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        });
        Extras {
            captions: wanted.captions && !beside_it.into_iter().any(|name| is_caption(&name)),
            info: wanted.info && !beside(movie, "info.json").exists(),
            ..wanted
        }
    }

    /// Writes them beside a saved movie. Never overwrites a file.
    pub(crate) async fn write(self, mut saved: SavedMovie) -> Result<SavedMovie, Error> {
        if self.0.is_empty() {
            return Ok(saved);
        }
        blocking(move || {
            for (ending, bytes) in self.0 {
                match write_beside(&saved.path, &ending, &bytes) {
                    Ok(path) => saved.finished.beside.extend(name(&path)),
                    Err((path, error)) => {
                        tracing::warn!(path = %path.display(), %error, "not written");
                    }
                }
            }
            Ok(saved)
        })
        .await
    }
}

/// Writes a file beside the movie, with a shorter stem if the file system does not take the whole one
/// with this ending.
fn write_beside(movie: &Path, ending: &str, bytes: &[u8]) -> Result<PathBuf, (PathBuf, io::Error)> {
    let path = beside(movie, ending);
    let error = match durable::write_new(&path, bytes) {
        Ok(()) => return Ok(path),
        Err(error) => error,
    };
    let lower = NameLimit::default().lower();
    let stem = movie.file_stem().and_then(|stem| stem.to_str());
    match (stem, lower) {
        (Some(stem), Some(lower)) if platform::is_name_too_long(&error) => {
            let short = movie.with_file_name(format!("{}.{ending}", lower.cut(stem)));
            match durable::write_new(&short, bytes) {
                Ok(()) => Ok(short),
                Err(error) => Err((short, error)),
            }
        }
        _ => Err((path, error)),
    }
}

/// Returns `folder/stem.ending` for `folder/stem.mp4`. The stem may hold dots.
fn beside(movie: &Path, ending: &str) -> PathBuf {
    movie.with_extension(ending)
}

fn name(path: &Path) -> Option<String> {
    Some(path.file_name()?.to_string_lossy().into_owned())
}

/// Captions of a recording, as the service sends them.
#[derive(Debug)]
pub(crate) struct CaptionTexts {
    /// Language tag and `WebVTT` text, the default captions first.
    all: Vec<(String, String)>,
    /// No request failed.
    is_complete: bool,
}

impl CaptionTexts {
    /// Fetches all captions of the recording that can be fetched.
    async fn fetch(
        (service, meter): (&Service, &Meter),
        recording: &Recording,
        range: Option<TimeRange>,
    ) -> Self {
        let range = range.map(media::TimeRange::from);
        let client = service.client();
        let mut texts = Self {
            all: Vec::new(),
            is_complete: true,
        };
        let list = || client.captions(recording.id);
        let ready = match service.for_extra(meter).run(list).await {
            Ok(ready) => ready,
            Err(error) => {
                tracing::warn!(%error, "no captions");
                texts.is_complete = false;
                return texts;
            }
        };
        if ready.is_empty() {
            tracing::info!("the recording has no captions");
        }
        let mut left = MAX_CAPTION_BYTES;
        for caption in ready.iter().take(MAX_CAPTIONS) {
            let language = caption.tag();
            let fetch = || client.caption_text(recording.id, caption);
            match service.for_extra(meter).run(fetch).await {
                Ok(text) if text.len() <= left => {
                    left -= text.len();
                    let text = match range {
                        Some(range) => range.cut_web_vtt(&text),
                        None => text,
                    };
                    texts.all.push((language.to_owned(), text));
                }
                Ok(_) => tracing::warn!(language, "more captions than any film has"),
                Err(error) => {
                    tracing::warn!(language, %error, "no captions");
                    texts.is_complete = false;
                }
            }
        }
        texts
    }

    /// Fetches the captions. Returns `None` if that takes too long.
    pub(crate) async fn fetch_with_timeout(
        service: (&Service, &Meter),
        recording: &Recording,
        range: Option<TimeRange>,
    ) -> Option<Self> {
        let texts = Self::fetch(service, recording, range);
        let texts = tokio::time::timeout(CAPTIONS_TIMEOUT, texts).await;
        texts
            .inspect_err(|_| tracing::warn!("the captions do not come in time for the MP4"))
            .ok()
    }

    /// Returns the caption tracks of an MP4.
    pub(crate) fn tracks(&self) -> Vec<Captions> {
        let read = |(language, text): &(String, String)| {
            let captions = Captions::web_vtt(language, text);
            if captions.is_none() {
                tracing::info!(language, "captions without words");
            }
            captions
        };
        self.all.iter().filter_map(read).collect()
    }

    /// Returns extension and content of the files beside the movie.
    fn files(&self) -> impl Iterator<Item = (String, Vec<u8>)> {
        let file = |(language, text): &(String, String)| {
            (format!("{language}.vtt"), text.clone().into_bytes())
        };
        self.all.iter().map(file)
    }
}

/// Returns the metadata of a recording, with the field names of yt-dlp's `.info.json`.
fn info(
    (recording, range): (&Recording, Option<TimeRange>),
    chapters: &[Chapter],
    captions: &[&str],
) -> Value {
    let start_s = range.map_or(0, |range| range.from_ms() / 1000);
    let date_unix_s = recording.date_unix_s;
    let date_unix_s = date_unix_s.and_then(|date| date.checked_add_unsigned(start_s));
    let duration_ms = match range {
        Some(range) => recording.duration_ms.map(|end| range.length_ms(end)),
        None => recording.duration_ms,
    };
    let date = date_unix_s.and_then(utc_date);
    let date = date.map(|day| day.strftime("%Y%m%d").to_string());
    let formats = recording.renditions.iter().map(|rendition| {
        json!({
            "format_id": rendition.id.0,
            "width": rendition.width,
            "height": rendition.height,
            "tbr": rendition.bitrate_kbps,
        })
    });
    let ends = chapters.iter().skip(1).map(|next| Some(next.start_ms));
    let ends = ends.chain([duration_ms]);
    let chapters = chapters.iter().zip(ends).map(|(chapter, end_ms)| {
        json!({
            "title": chapter.title,
            "start_time": seconds(Some(chapter.start_ms)),
            "end_time": seconds(end_ms),
        })
    });
    let mut info = json!({
        "_type": "video",
        "extractor": "ustream",
        "extractor_key": "Ustream",
        "id": recording.id.to_string(),
        "title": recording.title,
        "description": recording.description,
        "uploader": recording.owner,
        "timestamp": date_unix_s,
        "upload_date": date,
        "duration": seconds(duration_ms),
        "thumbnail": recording.thumbnail.as_ref().map(ToString::to_string),
        "webpage_url": recording.link(),
        "formats": formats.collect::<Vec<_>>(),
        "chapters": chapters.collect::<Vec<_>>(),
        "captions": captions,
    });
    if let (Some(range), Some(info)) = (range, info.as_object_mut()) {
        let (start, end) = (seconds(Some(range.from_ms())), seconds(range.to_ms()));
        info.insert("section_start".to_owned(), json!(start));
        info.insert("section_end".to_owned(), json!(end));
    }
    info
}

/// Converts milliseconds to seconds.
fn seconds(milliseconds: Option<u64>) -> Option<f64> {
    milliseconds.map(|milliseconds| Duration::from_millis(milliseconds).as_secs_f64())
}
