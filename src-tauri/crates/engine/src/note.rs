//! The note that a finished movie holds: what it was made of, and the checksum of its bytes.

use std::fs::File;
use std::io::BufReader;
use std::ops::Range;

use media::{RangeChecksum, origin};
use serde::{Deserialize, Serialize};
use ustream::{MediaId, RecordingId, SegmentPlan, TrackKind};

use crate::error::Error;
use crate::time_range::TimeRange;

/// What a movie was made of, as it is noted in the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mark {
    /// A member `recording` or `channel` with its number.
    #[serde(flatten)]
    media: MediaId,
    /// `720p`, `audio`, or the name of the rendition if its height is not known.
    quality: String,
    /// Languages of the audio tracks, as far as they are stated, sorted.
    #[serde(default)]
    audio: Vec<String>,
    /// Duration of the movie in milliseconds.
    #[serde(default)]
    duration_ms: u64,
    /// The part of the recording that it is; `None` for all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    range: Option<TimeRange>,
}

impl Mark {
    /// Returns the mark of a movie of this plan, without its duration.
    pub(crate) fn of(plan: &SegmentPlan, quality: Option<&str>, range: Option<TimeRange>) -> Self {
        let tracks = plan.tracks.iter();
        let audio = tracks.filter(|track| track.kind != TrackKind::Video);
        let mut audio: Vec<String> = audio.filter_map(|track| track.language.clone()).collect();
        audio.sort_unstable();
        Self {
            media: plan.media,
            quality: quality.unwrap_or(&plan.rendition.0).to_owned(),
            audio,
            duration_ms: 0,
            range,
        }
    }

    /// Returns the mark with the duration of the movie, in milliseconds.
    pub(crate) fn with_duration(self, duration_ms: u64) -> Self {
        Self {
            duration_ms,
            ..self
        }
    }

    /// Returns the recording; `None` if it is of a stream that was running.
    pub(crate) fn recording(&self) -> Option<RecordingId> {
        self.media.recording()
    }

    pub(crate) fn duration_ms(&self) -> u64 {
        self.duration_ms
    }

    /// Returns whether it is of a whole recording.
    pub(crate) fn is_whole(&self) -> bool {
        self.range.is_none()
    }

    pub(crate) fn is_same_movie(&self, other: &Self) -> bool {
        self.media == other.media
            && self.quality == other.quality
            && self.audio == other.audio
            && self.range == other.range
    }
}

/// What is noted in a movie. Later versions must read it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Note {
    /// Of a whole movie of a recording, by which it is known again.
    #[serde(flatten)]
    pub(crate) mark: Option<Mark>,
    /// By which damage is found later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    checksum: Option<NotedChecksum>,
}

/// The checksum of a byte range of the file that holds the note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct NotedChecksum {
    #[serde(flatten)]
    range: Range<u64>,
    crc32: u32,
}

impl Note {
    /// Writes the note into a finished movie in its part folder, and returns the new size in bytes.
    /// `media` is the checksum of the media in it, as far as that is known.
    pub(crate) fn write(
        movie: &File,
        mark: Option<Mark>,
        media: Option<&RangeChecksum>,
    ) -> Result<u64, Error> {
        let checksum = media.map(|media| media.extended(movie)).transpose()?;
        let note = Self {
            mark,
            checksum: checksum.map(|RangeChecksum { range, crc32 }| NotedChecksum { range, crc32 }),
        };
        let text =
            serde_json::to_string(&note).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(origin::write(movie, &text)?)
    }

    /// Reads the note of a movie; `None` if it has none, or another program's.
    pub(crate) fn read(movie: &File) -> Result<Option<Self>, media::Error> {
        let note = origin::read(BufReader::new(movie))?;
        Ok(note.and_then(|note| serde_json::from_str(&note).ok()))
    }

    pub(crate) fn checksum(&self) -> Option<RangeChecksum> {
        let NotedChecksum { range, crc32 } = self.checksum.clone()?;
        Some(RangeChecksum { range, crc32 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_of_older_movies_are_read() {
        let old = r#"{"recording":7,"quality":"720p","audio":["en"],"duration_ms":60000}"#;
        let note: Note = serde_json::from_str(old).unwrap();
        assert!(note.mark.is_some() && note.checksum.is_none());
        assert_eq!(serde_json::to_string(&note).unwrap(), old);
    }

    #[test]
    fn a_movie_of_no_recording_has_a_checksum_alone() {
        let note = Note {
            mark: None,
            checksum: Some(NotedChecksum {
                range: 0..90,
                crc32: 7,
            }),
        };
        let text = serde_json::to_string(&note).unwrap();
        assert_eq!(text, r#"{"checksum":{"start":0,"end":90,"crc32":7}}"#);
        assert_eq!(serde_json::from_str::<Note>(&text).unwrap(), note);
    }
}
