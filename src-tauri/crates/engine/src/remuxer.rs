//! The choice of the program that makes the MP4.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Who makes the MP4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Remuxer {
    /// This program, in one pass beside the download.
    #[default]
    Builtin,
    /// ffmpeg, after the original has been written.
    Ffmpeg,
}
