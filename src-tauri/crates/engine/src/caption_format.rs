//! The choice of the format of caption files.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Format of the caption files beside a movie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CaptionFormat {
    /// `WebVTT`.
    #[default]
    Vtt,
    /// `SubRip`.
    Srt,
}

impl From<CaptionFormat> for media::CaptionFormat {
    fn from(format: CaptionFormat) -> Self {
        match format {
            CaptionFormat::Vtt => Self::WebVtt,
            CaptionFormat::Srt => Self::SubRip,
        }
    }
}
