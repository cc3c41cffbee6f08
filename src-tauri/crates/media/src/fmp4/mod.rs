//! Demuxes fragmented MP4 (ISO/IEC 14496-12): an init segment, then media segments.

mod data_ranges;
mod demux;
pub(crate) mod groups;
mod init;
mod init_journal;
mod left_out;
mod names;
mod outline;
mod quicktime;
mod restarts;
mod run;
#[cfg(test)]
mod tests;

pub use demux::{DemuxedTrack, demux};
pub(crate) use demux::{probe, sniff};
pub use groups::SampleGroups;
pub use init::Init;
pub(crate) use init::{OtherTrack, SourceEdit};
pub(crate) use left_out::left_out;
pub(crate) use names::{TrackNames, title as track_title};
pub(crate) use outline::{FragmentOutline, outline};
pub(crate) use restarts::states_time;
pub use run::{TimedSample, TrackRun};
