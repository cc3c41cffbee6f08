//! Further oddities of a recording: wrong lengths, hash lists in several messages, unusable
//! representations, wrong content of segments, broken playlists.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::http::StatusCode;
use serde_json::Value;

/// Further oddities of a recording. The default has none.
#[derive(Clone, Debug, Default)]
pub struct Oddities {
    /// Text that the API states as the length, instead of the true one.
    pub api_length: Option<String>,
    /// Milliseconds that the control connection states, instead of the true ones.
    pub frame_length_ms: Option<u64>,
    /// The messages that list the hashes; if empty, [`crate::MessageStyle`] applies.
    pub messages: Vec<HashListMessage>,
    /// Additional representations in the formats, as JSON in the message.
    pub extra_representations: Vec<ExtraRepresentation>,
    /// Segments with wrong content.
    pub segment_faults: Vec<SegmentFault>,
    /// Oddities of its playlists.
    pub playlists: PlaylistOddities,
    /// The single file ends after this many units of two seconds.
    pub file_units: Option<u64>,
    /// The media of each unit is that of the unit this many places later, with the timestamps of
    /// its own place: another recording of the same form.
    pub shifted_units: u64,
    /// Distinguishes its path from that of other versions of the recording.
    pub path_version: u64,
    /// Distinguishes its hashes from those of other versions of the recording.
    pub hash_version: u64,
}

/// One message with a part of the hash list.
#[derive(Clone, Debug)]
pub struct HashListMessage {
    /// Which of the keys, by their position in the list.
    pub keys: std::ops::Range<usize>,
    /// Delay after the message before it.
    pub after: Duration,
    /// How it writes the path.
    pub path_style: PathStyle,
    /// The scheme that it names for the path.
    pub scheme: &'static str,
}

/// How a message writes the path of the segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathStyle {
    /// As in all recorded messages: no slash in front, one at the end.
    Default,
    /// Without the slash at the end.
    NoSlash,
    /// With a slash in front, too.
    LeadingSlash,
    /// Named twice.
    Twice,
}

/// An additional representation.
#[derive(Clone, Debug)]
pub struct ExtraRepresentation {
    /// `flv/segmented` or `mp4/segmented`.
    pub format: &'static str,
    /// The representation, as the message has it.
    pub representation: Value,
    /// Whether it is listed before the others.
    pub first: bool,
}

/// A segment that is replaced by something else.
#[derive(Clone, Debug)]
pub struct SegmentFault {
    /// The representation as the log names it (`2.m4v`, `2/1.flv`); `None` means every one.
    pub representation: Option<String>,
    /// Segment number; `None` means the init segment.
    pub chunk: Option<u64>,
    /// What is served instead.
    pub substitute: Substitute,
    /// How often, before the segment itself is served; `None` means permanently.
    pub times: Option<u32>,
}

/// What is served in place of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Substitute {
    /// This status.
    Status(StatusCode),
    /// A web page.
    Html,
    /// An empty body with status 200.
    EmptyBody,
    /// The beginning with status 200: this many thousandths of it.
    Truncated(u16),
    /// The whole segment with its beginning set to zero.
    ZeroedStart,
    /// Noise of the same length.
    Noise,
    /// A segment of the right container without media.
    NoMedia,
    /// The media of the segment of this number.
    OtherSegment(u64),
}

/// Oddities of playlists.
#[derive(Clone, Debug, Default)]
pub struct PlaylistOddities {
    /// Segments whose entry has no address.
    pub no_address: BTreeSet<u64>,
    /// Media playlists, by their number from 1, that state a key.
    pub encrypted: BTreeSet<usize>,
    /// Media playlists without an init segment although their representations need one.
    pub no_map: BTreeSet<usize>,
}
