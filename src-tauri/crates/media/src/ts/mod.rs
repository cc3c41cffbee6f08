//! MPEG-TS in, and packed audio: the pieces of HLS (ISO/IEC 13818-1, RFC 8216).
//!
//! [`packet`] finds the packets, [`psi`] the streams of the film, and a [`stream`] puts its PES
//! packets together. [`video`] and [`sound`] cut the bytes of those into frames; [`demux`] has
//! both. What lies at the two ends of a piece may belong to frames of its neighbours: it is
//! handed out too, so that pieces can be taken in any order and be joined at the end.

pub(crate) mod audio;
mod cut;
mod demux;
mod frames;
mod packed_audio;
mod packet;
mod pes;
mod psi;
pub(crate) mod stream;
pub(crate) mod video;

pub use cut::take_incomplete;
pub(crate) use demux::TrackEdges;
pub use demux::{TsDemuxer, TsSegment};
pub(crate) use frames::{FrameTime, StreamItem};

use crate::{
    Content, Error, content::ContentCounter, cursor::Cursor, flv::DemuxEvent, timestamps::TS,
};
use packet::TsPackets;

/// Reads a piece to its end. A stream finds its step again anywhere, so what was cut off its end
/// shows only in that a packet, or a frame of packed sound, is not whole.
pub(crate) fn probe(data: &[u8]) -> Result<Content, Error> {
    let mut demuxer = TsDemuxer::default();
    let media = demuxer.demux(data)?;
    let is_whole = match TsPackets::new(data).filter(|_| packed_audio::read(data).is_none()) {
        Some(packets) => packets.are_whole(),
        None => media.audio_is_whole(),
    };
    if !is_whole {
        return Err(Cursor::new("MPEG-TS", data).malformed("it breaks off"));
    }
    let mut tally = ContentCounter::default();
    for event in media.events() {
        if let DemuxEvent::Sample(sample) = event {
            tally.add(sample.kind, sample.dts);
        }
    }
    let goes_on = media
        .edges()
        .any(|open| !open.edges.leading.is_empty() || !open.edges.remainder.is_empty());
    tally.content(TS.timescale, goes_on)
}

/// Whether a body starts as a piece of HLS does.
pub(crate) fn sniff(data: &[u8]) -> bool {
    let first = TsPackets::new(data).and_then(|mut packets| packets.next());
    // Text may have its letters in step somewhere; packets of M2TS start behind a time.
    first.is_some_and(|packet| matches!(packet.start, 0 | 4)) || packed_audio::read(data).is_some()
}
