//! What is odd about a recording beyond its usual fields: wrong lengths, hash lists in several
//! messages, unusable rows, segments that are not what they should be, broken playlists.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::http::StatusCode;
use serde_json::Value;

/// What is odd about a recording. The default is nothing.
#[derive(Clone, Debug, Default)]
pub struct Oddities {
    /// Text that the API states as the length, in place of the true one.
    pub api_length: Option<String>,
    /// Milliseconds that the control connection states, in place of the true ones.
    pub frame_length_ms: Option<u64>,
    /// The messages that list the hashes; none: as [`crate::Frames`] says.
    pub messages: Vec<HashListMessage>,
    /// Rows that the formats have besides the usual ones, as they stand in the message.
    pub extra_representations: Vec<ExtraRepresentation>,
    /// Segments that are not what they should be.
    pub segment_faults: Vec<SegmentFault>,
    /// What is odd about its playlists.
    pub playlists: PlaylistOddities,
    /// The finished file ends after so many units of two seconds.
    pub file_units: Option<u64>,
    /// The media of each unit is that of the unit so many places farther, at the times of its own
    /// place: another recording of the same shape.
    pub shifted_units: u64,
    /// Tells its path from that of other versions of the recording.
    pub path_version: u64,
    /// Tells its hashes from those of other versions of the recording.
    pub hash_version: u64,
}

/// One message with a part of the hash list.
#[derive(Clone, Debug)]
pub struct HashListMessage {
    /// Which of the keys, by their position in the list.
    pub keys: std::ops::Range<usize>,
    /// How long after the message before it is sent.
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

/// A row besides the usual ones.
#[derive(Clone, Debug)]
pub struct ExtraRepresentation {
    /// `flv/segmented` or `mp4/segmented`.
    pub format: &'static str,
    /// The row.
    pub representation: Value,
    /// It stands before the usual ones.
    pub first: bool,
}

/// A segment that is not what it should be.
#[derive(Clone, Debug)]
pub struct SegmentFault {
    /// The row as the log names it (`2.m4v`, `2/1.flv`); every row where there is none.
    pub representation: Option<String>,
    /// Which segment; none: the initialisation segment.
    pub chunk: Option<u64>,
    /// What comes instead.
    pub substitute: Substitute,
    /// How often, before the segment itself comes; for good where there is none.
    pub times: Option<u32>,
}

/// What comes in place of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Substitute {
    /// This status.
    Status(StatusCode),
    /// A web page.
    Html,
    /// Nothing, with status 200.
    EmptyBody,
    /// The beginning, with status 200: so many thousandths of it.
    Truncated(u16),
    /// All of it, its beginning set to zero.
    ZeroedStart,
    /// As many bytes of noise.
    Noise,
    /// A segment of the right container with no media in it.
    NoMedia,
    /// The media of the segment of this number.
    OtherSegment(u64),
}

/// What is odd about playlists.
#[derive(Clone, Debug, Default)]
pub struct PlaylistOddities {
    /// Segments whose entry has no address.
    pub no_address: BTreeSet<u64>,
    /// Media playlists, by their number from 1, that state a key.
    pub encrypted: BTreeSet<usize>,
    /// Media playlists without an initialisation segment though their rows need one.
    pub no_map: BTreeSet<usize>,
}
