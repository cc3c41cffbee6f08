//! What the pieces of a recording are: outlives addresses that expire.

mod identity;
pub(crate) mod timeline;

use std::ops::Range;

use serde::{Deserialize, Serialize};
use url::Url;

pub use self::identity::{HashListing, PlanChange};
use self::timeline::SegmentTimeline;
use crate::{Container, FileKind, RecordingId, RenditionId, RenditionTrack};

/// How good a picture is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quality {
    /// The best there is.
    #[default]
    Best,
    /// The smallest picture there is.
    Smallest,
    /// The best that is not higher than this many lines; the smallest where all are higher.
    Height(u32),
    /// Sound only.
    Audio,
}

/// Which container a person wants to keep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContainerChoice {
    /// One MP4, whatever the pieces are.
    #[default]
    Mp4,
    /// What the service stores: the FLV where there is one.
    Original,
}

/// Which sound is wanted, of a recording that has several. Languages are tags of BCP 47: `en` is
/// `en-US` too, and `en-GB` is `en` where nothing is nearer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AudioChoice {
    /// The one that plays unasked.
    #[default]
    Usual,
    /// This language, and no other.
    Only(String),
    /// This language, or the usual one where it is not there.
    Prefer(String),
    /// One of each language, where they come in pieces of their own.
    All,
}

/// What a person chose.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The picture.
    pub quality: Quality,
    /// The container.
    pub keep: ContainerChoice,
    /// The sound.
    #[serde(default)]
    pub audio: AudioChoice,
}

/// Which piece of a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentKind {
    /// The initialisation piece.
    Init,
    /// The media piece of this number.
    Media(u64),
}

/// Name of a piece within its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SegmentId {
    /// Index into [`SegmentPlan::tracks`].
    pub track: u8,
    /// Which piece of that track.
    pub kind: SegmentKind,
}

/// How sure it is that a piece exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// The service lists it: its absence is a hole.
    Sure,
    /// Past the last that is listed: its absence is the end of the track, not an error.
    Tentative,
}

/// One piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Its name.
    pub id: SegmentId,
    /// Where it starts, from the start of the recording.
    pub start_ms: u64,
    /// How long it lasts; 0 for an initialisation piece.
    pub duration_ms: u64,
    /// Whether it must exist.
    pub presence: Presence,
}

/// Where a piece lies today. Never saved: addresses expire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SegmentLocation {
    /// Addresses that all have it, best first; none where the service no longer lists it.
    pub urls: Vec<Url>,
    /// Which bytes of what lies there it is; all where there is none.
    pub byte_range: Option<ByteRange>,
}

/// Some bytes of a file (RFC 9110 14).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByteRange {
    /// Which bytes; never none.
    pub bytes: Range<u64>,
    /// Size of the file in bytes, where it is known.
    pub total_bytes: Option<u64>,
    /// Tells this version of the file from another (RFC 9110 8.8).
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

/// What the pieces of one rendition are, never where they lie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentPlan {
    /// The recording.
    pub recording: RecordingId,
    /// The rendition.
    pub rendition: RenditionId,
    /// What its pieces are.
    pub container: Container,
    /// Its rows of pieces.
    pub tracks: Vec<RenditionTrack>,
    /// All pieces: those that start together stand together, an initialisation piece first.
    pub segments: Vec<Segment>,
    /// What tells this version of the recording from another; `None` in plans of earlier versions
    /// of this program and for single files, whose template holds their size and version.
    #[serde(default)]
    pub listing: Option<HashListing>,
    /// How long the recording is said to be, as [`crate::Recording::stated_ms`] has it.
    #[serde(default)]
    pub stated_ms: Option<u64>,
}

impl SegmentPlan {
    /// Returns what the file is, if the recording is one finished file.
    pub fn file_kind(&self) -> Option<FileKind> {
        let is_flv = self.rendition.0 == FileKind::Flv.extension();
        let kind = if is_flv { FileKind::Flv } else { FileKind::Mp4 };
        (self.container == Container::File).then_some(kind)
    }

    /// Whether its pieces are found by templates and hashes, and not in playlists or in a file.
    pub fn has_templates(&self) -> bool {
        let is_template = |track: &RenditionTrack| track.template.contains('%');
        self.container != Container::File && self.tracks.iter().all(is_template)
    }
}

/// The pieces of `tracks`, side by side in the order of time, initialisation pieces in front.
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
            presence: timeline.presence(number, length_ms),
        })
    });
    inits.chain(media).collect()
}

#[cfg(test)]
mod tests;
