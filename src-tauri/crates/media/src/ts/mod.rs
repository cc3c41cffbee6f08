//! Demuxes HLS segments: MPEG-TS and packed audio (ISO/IEC 13818-1, RFC 8216).
//!
//! `packet` finds the packets, `psi` selects the streams, and `stream` reassembles their PES
//! packets. `video` and `audio` split those into frames; `demux` merges both. The bytes at the two
//! ends of a segment may belong to frames that continue in its neighbours. They are returned too,
//! so that segments can be demuxed in any order and joined at the end.

pub(crate) mod audio;
mod cut;
mod demux;
mod foreign_audio;
mod frames;
mod losses;
mod packed_audio;
mod packet;
mod pes;
mod psi;
pub(crate) mod stream;
pub(crate) mod video;

pub(crate) use cut::tables;
pub use cut::take_incomplete;
pub(crate) use demux::{MarkedEvent, OtherAudio, TrackEdges};
pub use demux::{TsDemuxer, TsSegment};
pub(crate) use frames::{FrameTime, Missing, StreamItem};
pub(crate) use losses::missing_between;

use crate::{
    Content, Error, content::ContentCounter, cursor::Cursor, flv::DemuxEvent, timestamps::TS,
};
use packet::{PACKET_SIZE, TsPackets};

/// A stream that does not start with a packet is searched for in this many bytes.
pub(crate) const SEARCHED_BYTES: usize = 16 << 10;

/// Demuxes a segment and counts its samples. The demuxer resynchronises after damage, so a segment
/// cut at its end is detected only by an incomplete last packet or packed audio frame.
pub(crate) fn probe(data: &[u8]) -> Result<Content, Error> {
    let mut demuxer = TsDemuxer::default();
    let media = demuxer.demux(data)?;
    let is_packed = packed_audio::read(data).is_some();
    let is_whole = match TsPackets::new(data).filter(|_| !is_packed) {
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

/// Returns the distance between two packets in bytes; `None` if there are no packets.
pub(crate) fn packet_size(data: &[u8]) -> Option<usize> {
    TsPackets::new(data).map(|packets| packets.stride())
}

/// Returns whether a body starts like an HLS segment.
pub(crate) fn sniff(data: &[u8]) -> bool {
    starts_with_packets(data) || packed_audio::read(data).is_some() || has_packets(data)
}

/// Returns whether a file starts like a transport stream, perhaps inside of a packet or behind
/// other data. `start` are its first [`SEARCHED_BYTES`].
pub(crate) fn is_stream(start: &[u8]) -> bool {
    starts_with_packets(start) || has_packets(start)
}

/// Returns whether packets start near the start of the data.
fn has_packets(data: &[u8]) -> bool {
    let start = data.get(..SEARCHED_BYTES).unwrap_or(data);
    TsPackets::find_within(start).is_some()
}

/// Returns where the data behind the ID3 tags at the start of a file begins, as far as `start`
/// tells; 0 if there is none.
pub(crate) fn id3_end(start: &[u8]) -> u64 {
    packed_audio::id3_length(start).unwrap_or(0)
}

/// Returns whether there is a packet at the start, or after the arrival time of M2TS. Further on,
/// text may have the letter `G` (0x47) at the distance of packets.
fn starts_with_packets(data: &[u8]) -> bool {
    let start = data.get(..PACKET_SIZE * 6).unwrap_or(data);
    let first = TsPackets::new(start).and_then(|mut packets| packets.next());
    first.is_some_and(|packet| matches!(packet.start, 0 | 4))
}
