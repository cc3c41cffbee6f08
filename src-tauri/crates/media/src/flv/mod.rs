//! Flash Video in and out (Adobe Flash Video File Format 10.1).

mod demux;
pub(crate) mod meta;
pub(crate) mod packet;
mod state;
pub(crate) mod tag;
mod times;
pub(crate) mod write;

pub(crate) use demux::probe;
pub use demux::{DemuxEvent, FlvDemuxer, demux};
pub use packet::Codec;
