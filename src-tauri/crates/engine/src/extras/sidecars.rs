//! The files beside a movie: captions, metadata, thumbnail.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use media::ImageKind;
use serde_json::{Value, json};
use ustream::{Chapter, Recording};

use super::{Extras, FetchedCaptions, Thumbnail, of_range};
use crate::dates::utc_date;
use crate::disk::durable::{self, blocking};
use crate::error::Error;
use crate::names::NameLimit;
use crate::part::SavedMovie;
use crate::platform;
use crate::progress::Meter;
use crate::saved::{Finished, UnconvertedCaptions};
use crate::service::Service;
use crate::time_range::TimeRange;

/// A file to write beside a movie.
pub(super) struct Sidecar {
    /// What follows the stem of the movie and a dot: `en.vtt`.
    pub(super) ending: String,
    pub(super) bytes: Vec<u8>,
    /// For captions that are kept as the service has them: how many of their cues the converted file
    /// lacks, or 0 if there is none.
    pub(super) left_out: Option<usize>,
}

impl Sidecar {
    pub(super) fn new(ending: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self {
            ending: ending.into(),
            bytes,
            left_out: None,
        }
    }
}

/// Files to write beside a movie.
pub(crate) struct Sidecars(Vec<Sidecar>);

impl Sidecars {
    /// Fetches the captions, the metadata and the thumbnail that `extras` asks for.
    ///
    /// `captions` and `thumbnail` were fetched for the MP4. If some captions are missing, all are
    /// fetched again. The thumbnail is also kept if it could not be the cover.
    pub(crate) async fn fetch(
        (service, meter): (&Service, &Meter),
        recording: &Recording,
        (extras, range): (Extras, Option<TimeRange>),
        (captions, thumbnail): (Option<&FetchedCaptions>, Option<&Thumbnail>),
    ) -> Self {
        let mut files = Vec::new();
        if extras.captions {
            let format = extras.caption_format.into();
            files = match captions.filter(|captions| captions.is_complete) {
                Some(captions) => captions.files(format),
                None => FetchedCaptions::fetch((service, meter), recording, range)
                    .await
                    .files(format),
            };
        }
        if extras.info {
            let list = || service.client().chapters(recording.id);
            let chapters = service.for_extra(meter).run(list).await;
            let chapters = chapters
                .inspect_err(|error| tracing::debug!(%error, "no chapters"))
                .unwrap_or_default();
            // Of the captions alone.
            let captions: Vec<_> = files.iter().map(|file| file.ending.as_str()).collect();
            let chapters = of_range(chapters, range);
            let info = info((recording, range), &chapters, &captions);
            files.push(Sidecar::new("info.json", info.to_string().into_bytes()));
        }
        if let Some(thumbnail) = thumbnail {
            files.push(thumbnail.file());
        } else if extras.thumbnail {
            let fetched = Thumbnail::fetch((service, meter), recording).await;
            let fetched = fetched.unwrap_or_else(|error| {
                tracing::warn!(%error, "the picture could not be fetched");
                None
            });
            files.extend(fetched.map(|thumbnail| thumbnail.file()));
        }
        Self(files)
    }

    /// Returns which of the files are wanted and not there yet, for a movie that was saved before.
    pub(crate) fn lacking(wanted: Extras, movie: &Path) -> Extras {
        let format = media::CaptionFormat::from(wanted.caption_format);
        let stem = movie
            .file_stem()
            .map(|stem| format!("{}.", stem.to_string_lossy()));
        let is_caption = |name: &str| {
            let behind = stem.as_deref().and_then(|stem| name.strip_prefix(stem));
            let ending = behind.and_then(|behind| behind.strip_suffix(format.extension()));
            let language = ending.and_then(|ending| ending.strip_suffix('.'));
            language.is_some_and(|language| !language.contains('.'))
        };
        let beside_it = movie.parent().into_iter().flat_map(|folder| {
            // If the folder cannot be read, the files are fetched and found to be there.
            let entries = std::fs::read_dir(folder).into_iter().flatten();
            entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        });
        let is_there = |ending: &str| beside(movie, ending).exists();
        let has_thumbnail = || ImageKind::ALL.iter().any(|kind| is_there(kind.extension()));
        Extras {
            captions: wanted.captions && !beside_it.into_iter().any(|name| is_caption(&name)),
            info: wanted.info && !is_there("info.json"),
            thumbnail: wanted.thumbnail && !has_thumbnail(),
            ..wanted
        }
    }

    /// Writes them beside a saved movie. Never overwrites a file.
    pub(crate) async fn write(self, mut saved: SavedMovie) -> Result<SavedMovie, Error> {
        if self.0.is_empty() {
            return Ok(saved);
        }
        blocking(move || {
            for file in self.0 {
                match write_beside(&saved.path, &file.ending, &file.bytes) {
                    Ok(path) => add_written(&mut saved.finished, name(&path), file.left_out),
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

fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// Adds a file that was written to what is said of the movie.
fn add_written(finished: &mut Finished, file: String, left_out: Option<usize>) {
    if let Some(left_out) = left_out {
        let file = file.clone();
        finished
            .unconverted
            .push(UnconvertedCaptions { file, left_out });
    }
    finished.beside.push(file);
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
