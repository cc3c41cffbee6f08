//! What is saved of a running stream besides its segments: enough to finish the movie when the stream
//! is gone.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A stream that is or was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LiveRecord {
    /// Title, as the service gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    /// User name of the owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) owner: Option<String>,
    /// Address of the channel's page.
    pub(crate) link: String,
    /// Which file of the recording it is, counted from 1.
    #[serde(default = "first_part", skip_serializing_if = "is_first_part")]
    pub(crate) part: u32,
    /// When the start of the movie was sent, in milliseconds since 1970.
    pub(crate) origin_unix_ms: i64,
    /// The broadcasts so far, in their order. Each restart of the stream begins one, and each run that
    /// records it.
    pub(crate) broadcasts: Vec<BroadcastPlace>,
}

impl LiveRecord {
    /// Returns when the movie begins, as it is in file names: `2026-11-30 17.05`, on the clock of this
    /// computer, and which file of the recording it is. No disk takes a colon for sure.
    pub(crate) fn label(&self) -> Option<String> {
        let time = Timestamp::from_millisecond(self.origin_unix_ms).ok()?;
        let local = time.to_zoned(TimeZone::system());
        let time = local.strftime("%Y-%m-%d %H.%M");
        Some(match self.part {
            0 | 1 => time.to_string(),
            part => format!("{time}, part {part}"),
        })
    }
}

fn first_part() -> u32 {
    1
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_first_part(part: &u32) -> bool {
    *part == first_part()
}

/// Where a broadcast is in the movie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BroadcastPlace {
    /// Where its media segments begin in the list of all.
    pub(crate) first_index: usize,
    /// Added to the numbers of its segments.
    pub(crate) number_offset: u64,
    /// Added to their start, in milliseconds.
    pub(crate) start_offset_ms: u64,
    /// How much of its plan comes before what is recorded: subtracted from their start.
    #[serde(default)]
    pub(crate) skipped_ms: u64,
    /// Where the broadcast before ends in the movie.
    pub(crate) previous_end_ms: u64,
}

/// Why the recording of a running stream has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LiveEnd {
    /// The stream has ended.
    Ended,
    /// It has sent nothing for as long as it was to be waited for.
    Silent,
    /// The person has stopped it, or wanted no more of it.
    Asked,
    /// The disk takes no more.
    DiskFull,
    /// The file takes no more. The stream is recorded further in another one.
    FileFull,
    /// The stream was started again with other tracks, which this file cannot hold. It is recorded
    /// further in another one.
    Restarted,
}
