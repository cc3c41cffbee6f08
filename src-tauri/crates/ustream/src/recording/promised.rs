//! What the service promises of a recording: how long it is, what its renditions hold, and which
//! of them cannot be had.

use serde::{Deserialize, Serialize};

/// Who states a length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LengthSource {
    /// The API's `length`, in seconds.
    Api,
    /// `videoLength` on the control connection, in milliseconds.
    Control,
    /// The sum of a playlist's segments.
    Playlist,
}

/// A length whose unit is known from where it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatedLength {
    /// Who states it.
    pub source: LengthSource,
    /// The length.
    pub duration_ms: u64,
}

/// What the service states that a rendition holds: by codecs, content types or picture sizes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Promises {
    /// It has video.
    pub video: bool,
    /// It has audio.
    pub audio: bool,
}

/// A rendition, or a track of one, that the service names and that cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostRendition {
    /// `1080p`, or the language of an audio track, else the name of its template or playlist.
    pub name: String,
    /// Picture height, where it is stated.
    pub height: Option<u32>,
    /// It has video; else it is an audio track.
    pub has_video: bool,
    /// Language of an audio track, where it is stated.
    pub language: Option<String>,
    /// The service would play this audio track where nobody chooses.
    pub is_default: bool,
    /// Why it cannot be had, in plain words.
    pub reason: String,
}

/// The length that a person is shown: of several that are stated the one of the source that knows
/// best.
pub(super) fn shown(stated: &[StatedLength]) -> Option<u64> {
    let of = |source| stated.iter().find(|it| it.source == source);
    [
        LengthSource::Control,
        LengthSource::Api,
        LengthSource::Playlist,
    ]
    .into_iter()
    .find_map(of)
    .map(|it| it.duration_ms)
}
