//! FLV demuxer and muxer (Adobe Flash Video File Format Specification 10.1).

mod aac_config;
mod demux;
mod disorder;
pub(crate) mod meta;
pub(crate) mod packet;
mod restarts;
mod select;
mod state;
pub(crate) mod tag;
mod times;
pub(crate) mod write;

pub use demux::DemuxEvent;
pub(crate) use demux::{demux, probe};
pub use packet::Codec;
