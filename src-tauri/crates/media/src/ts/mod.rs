//! Demuxes HLS segments: MPEG-TS and packed audio (ISO/IEC 13818-1, RFC 8216).
//!
//! `packet` finds the packets, `psi` selects the streams, and `stream` reassembles their PES
//! packets. `video` and `audio` split those into frames; `demux` merges both. The bytes at the two
//! ends of a segment may belong to frames that continue in its neighbours. They are returned too,
//! so that segments can be demuxed in any order and joined at the end.

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

/// Demuxes a segment and counts its samples. The demuxer resynchronises after damage, so a segment
/// cut at its end is detected only by an incomplete last packet or packed audio frame.
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
    let mut counter = ContentCounter::default();
    for event in media.events() {
        if let DemuxEvent::Sample(sample) = event {
            counter.add(sample.kind, sample.dts);
        }
    }
    let has_partial_frames = media
        .edges()
        .any(|track| !track.edges.leading.is_empty() || !track.edges.remainder.is_empty());
    counter.content(TS.timescale, has_partial_frames)
}

/// Returns whether a body starts like an HLS segment.
pub(crate) fn sniff(data: &[u8]) -> bool {
    let first = TsPackets::new(data).and_then(|mut packets| packets.next());
    // Only accept a sync byte at the start, or after the arrival time of M2TS: text may have the
    // letter `G` (0x47) at the distance of packets further on.
    first.is_some_and(|packet| matches!(packet.start, 0 | 4)) || packed_audio::read(data).is_some()
}
