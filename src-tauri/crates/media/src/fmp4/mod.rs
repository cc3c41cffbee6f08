//! Demuxes fragmented MP4 (ISO/IEC 14496-12): an init segment, then media segments.

mod data_ranges;
mod demux;
mod init;
mod init_journal;
mod roll;
mod run;
#[cfg(test)]
mod tests;

pub use demux::{DemuxedTrack, demux};
pub(crate) use demux::{probe, sniff};
pub use init::Init;
pub(crate) use init::SourceEdit;
pub use run::{TimedSample, TrackRun};
