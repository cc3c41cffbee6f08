//! The extensions that a saved recording can have.

use serde::{Deserialize, Serialize};

/// Extension that the user asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileEnding {
    /// `.mp4`.
    Mp4,
    /// `.m4v`.
    M4v,
    /// `.m4a`, for audio alone.
    M4a,
    /// `.flv`, for an original.
    Flv,
}

impl FileEnding {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Mp4, Self::M4v, Self::M4a, Self::Flv];

    /// Returns the extension without its dot.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::M4v => "m4v",
            Self::M4a => "m4a",
            Self::Flv => "flv",
        }
    }
}
