//! The user's choice, and the plan of a rendition: its segments without URLs, since URLs expire.
//!
//! The serialized names are part of saved jobs.

mod identity;

use std::ops::Range;

use serde::{Deserialize, Serialize};
use url::Url;

pub use self::identity::{HashListing, PlanChange};
use crate::ums::timeline::SegmentTimeline;
use crate::{Container, FileKind, MediaId, RenditionId, RenditionTrack, TrackKind};

/// The requested video quality.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Quality {
    /// The best available.
    #[default]
    Best,
    /// The lowest available.
    Smallest,
    /// The best with at most this many lines; the lowest if all have more.
    Height(u32),
    /// Audio only.
    Audio,
}

/// The requested container.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ContainerChoice {
    /// An MP4, whatever the container of the segments.
    #[default]
    Mp4,
    /// The container that the service stores: FLV if there is one.
    Original,
}

/// The requested audio of a recording that has several. Languages are BCP 47 tags: `en` also matches
/// `en-US`, and `en-GB` matches `en` if nothing is closer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum AudioChoice {
    /// The default of the service.
    #[default]
    Usual,
    /// Only this language.
    Only(String),
    /// This language, or the default if it is missing.
    Prefer(String),
    /// One of each language, if they are separate from the video; else the default.
    All,
}

/// What the user chose.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Video quality.
    pub quality: Quality,
    /// Container.
    pub keep: ContainerChoice,
    /// Audio.
    #[serde(default)]
    pub audio: AudioChoice,
}

/// Which segment of a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentKind {
    /// The init segment.
    Init,
    /// The media segment of this number. Numbers of a track ascend, but need not start at 0.
    Media(u64),
}

/// Identifies a segment within its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SegmentId {
    /// Index into [`SegmentPlan::tracks`].
    pub track: u8,
    /// Which segment of that track.
    pub kind: SegmentKind,
}

/// Whether a segment must exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// The service lists it or states a length that includes it: if it is missing, it is a gap.
    Sure,
    /// Behind the last listed one: if it is missing, the track has ended.
    Tentative,
}

/// One segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Its id.
    pub id: SegmentId,
    /// Start in milliseconds from the start of the recording. Estimated for a single file; if the
    /// length of the recording is unknown, KiB instead of milliseconds.
    pub start_ms: u64,
    /// Length in milliseconds; 0 for an init segment.
    pub duration_ms: u64,
    /// Whether it must exist.
    pub presence: Presence,
}

/// Where the bytes of a segment are now. Never saved: URLs expire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SegmentLocation {
    /// URLs that all have it, the preferred one first; empty if the service no longer lists it.
    pub urls: Vec<Url>,
    /// Its byte range within the resource; `None` for the whole resource.
    pub byte_range: Option<ByteRange>,
}

/// A byte range of a resource (RFC 9110 14).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByteRange {
    /// Offsets of the bytes, not empty.
    pub bytes: Range<u64>,
    /// Size of the resource in bytes, if known.
    pub total_bytes: Option<u64>,
    /// Validator of this version of the resource, for `If-Range` (RFC 9110 8.8).
    pub validator: Option<String>,
}

impl ByteRange {
    pub(crate) fn new(bytes: Range<u64>) -> Self {
        Self {
            bytes,
            total_bytes: None,
            validator: None,
        }
    }
}

/// The segments of one rendition, without their URLs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentPlan {
    /// The recording or the running stream: a member `recording` or `channel` with its number.
    #[serde(flatten)]
    pub media: MediaId,
    /// The rendition.
    pub rendition: RenditionId,
    /// Container of its segments.
    pub container: Container,
    /// Its tracks.
    pub tracks: Vec<RenditionTrack>,
    /// All segments: init segments first, then by start, segments of the same start in the order of
    /// the tracks.
    pub segments: Vec<Segment>,
    /// Identifies this version of the recording. `None` in plans of earlier versions of this
    /// program, and for single files, whose template holds size and validator.
    #[serde(default)]
    pub listing: Option<HashListing>,
    /// Stated length in milliseconds, see [`crate::Recording::stated_ms`].
    #[serde(default)]
    pub stated_ms: Option<u64>,
}

/// Returns whether all of the tracks are audio.
pub(crate) fn are_audio(tracks: &[RenditionTrack]) -> bool {
    tracks.iter().all(|track| track.kind == TrackKind::Audio)
}

impl SegmentPlan {
    /// Returns what the file is, if the recording is one finished file.
    pub fn file_kind(&self) -> Option<FileKind> {
        let is_flv = self.rendition.0 == FileKind::Flv.extension();
        let kind = if is_flv { FileKind::Flv } else { FileKind::Mp4 };
        (self.container == Container::File).then_some(kind)
    }

    /// Returns whether it has no track with video.
    pub fn is_audio_only(&self) -> bool {
        are_audio(&self.tracks)
    }

    /// Returns whether the URLs of its segments are built from templates and hashes, that is, it is
    /// neither from playlists nor a single file.
    pub fn has_templates(&self) -> bool {
        let is_template = |track: &RenditionTrack| track.template.contains('%');
        self.container != Container::File && self.tracks.iter().all(is_template)
    }
}

/// Lists the segments of `tracks`: init segments first, then media segments by time.
pub(crate) fn segments(
    timeline: &SegmentTimeline,
    tracks: &[RenditionTrack],
    length_ms: Option<u64>,
) -> Vec<Segment> {
    let timeline = timeline.extended_to_zero(length_ms);
    let numbered = || (0_u8..).zip(tracks);
    let inits = numbered()
        .filter(|(_, track)| track.init_template.is_some())
        .map(|(track, _)| {
            let id = SegmentId {
                track,
                kind: SegmentKind::Init,
            };
            Segment {
                id,
                start_ms: 0,
                duration_ms: 0,
                presence: Presence::Sure,
            }
        });
    let media = timeline.numbers().flat_map(|number| {
        numbered().map(move |(track, _)| Segment {
            id: SegmentId {
                track,
                kind: SegmentKind::Media(number),
            },
            start_ms: timeline.start_ms(number),
            duration_ms: timeline.chunk_time_ms(),
            presence: if timeline.is_expected(number, length_ms) {
                Presence::Sure
            } else {
                Presence::Tentative
            },
        })
    });
    inits.chain(media).collect()
}

#[cfg(test)]
mod tests;
