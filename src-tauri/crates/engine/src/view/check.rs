//! What a check of a saved movie found.

use serde::Serialize;
use ts_rs::TS;

use super::{FactView, TrackKindView};

/// What a check of a movie found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct MovieCheckView {
    /// Size of the file.
    #[ts(type = "number")]
    pub size_bytes: u64,
    /// Duration of what can be read, in milliseconds.
    #[ts(type = "number")]
    pub duration_ms: u64,
    /// Tracks that can be read.
    pub tracks: Vec<CheckedTrackView>,
    /// How the result is known.
    pub proof: ProofView,
    /// What is damaged or missing; empty if the movie is whole.
    pub damage: Vec<DamageView>,
}

/// A track of a checked movie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct CheckedTrackView {
    /// Video or audio.
    pub kind: TrackKindView,
    /// Code of its sample entry, `avc1`, or name of its FLV codec.
    pub codec: String,
}

/// How the result of a check is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ProofView {
    /// All bytes were compared with the checksum that is noted in the file: any change is found.
    Checksum,
    /// The file has no checksum. Its index and all its frames were read, as far as frames can be
    /// recognised as damaged.
    Frames,
}

/// One thing that is damaged or missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "damage", rename_all = "snake_case")]
pub enum DamageView {
    /// The bytes are not those that were saved.
    Changed,
    /// The file cannot be read as a movie.
    Unreadable {
        /// Why, in English.
        problem: String,
    },
    /// Media that the file should have and that is not there or not readable: it was cut off.
    BytesLost {
        /// How much.
        #[ts(type = "number")]
        bytes: u64,
    },
    /// Frames that are damaged or lost.
    Frames(FactView),
    /// It is shorter than what was saved, or than its `.info.json` says.
    Shorter {
        /// By so many milliseconds.
        #[ts(type = "number")]
        by_ms: u64,
    },
    /// A file of captions that its `.info.json` lists is not beside it.
    CaptionsMissing {
        /// Name of the file.
        file: String,
    },
    /// Its `.info.json` cannot be read.
    InfoUnreadable,
}

impl MovieCheckView {
    /// Returns whether nothing is damaged or missing.
    pub fn is_whole(&self) -> bool {
        self.damage.is_empty()
    }
}
