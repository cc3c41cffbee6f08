//! Fragmented MP4 in (ISO/IEC 14496-12): an initialisation piece, then media pieces.

pub(crate) mod boxes;
mod data;
mod demux;
mod init;
mod keep;
mod roll;
mod run;
#[cfg(test)]
mod tests;

pub use demux::{Media, demux};
pub(crate) use demux::{probe, sniff};
pub(crate) use init::Edit;
pub use init::Init;
pub use run::{Run, TimedSample};
