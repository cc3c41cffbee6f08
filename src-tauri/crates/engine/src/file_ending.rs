//! The extensions that a saved recording can have.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Extension that the user asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FileEnding {
    /// `.mp4`.
    Mp4,
    /// `.m4v`.
    M4v,
    /// `.m4a`, for audio alone.
    M4a,
    /// `.mp3`, for audio alone, which ffmpeg encodes again.
    Mp3,
    /// `.flv`, for an original.
    Flv,
}

impl FileEnding {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Mp4, Self::M4v, Self::M4a, Self::Mp3, Self::Flv];

    /// Returns the extension without its dot.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::M4v => "m4v",
            Self::M4a => "m4a",
            Self::Mp3 => "mp3",
            Self::Flv => "flv",
        }
    }
}
