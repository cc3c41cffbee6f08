//! Fragmented MP4 in (ISO/IEC 14496-12): an initialisation piece, then media pieces.

pub(crate) mod boxes;
mod demux;
mod init;

pub(crate) use demux::{looks_like, probe};
pub use demux::{Media, Run, Timed, demux};
pub use init::Init;
pub(crate) use init::{Edit, edit};
