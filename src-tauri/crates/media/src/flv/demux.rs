//! Takes an FLV piece apart into decoder set-ups and samples.

use super::{
    packet::{self, Codec, FlvPacket, PacketRole},
    tag::{AUDIO, FlvTag, FlvTags, TAG_HEADER, VIDEO},
    times::FlvTimestamps,
};
use crate::{
    Content, Error, Sample, TrackKind,
    codec::{avc, mp3},
    content::ContentCounter,
    cursor::Cursor,
    timestamps,
};

/// What a piece holds, in the order in which it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemuxEvent<'a> {
    /// How the samples that follow are coded.
    Config {
        /// Whose set-up this is.
        kind: TrackKind,
        /// The coding.
        codec: Codec,
        /// `avcC`, `AudioSpecificConfig`, or the first four bytes of an MP3 frame.
        data: &'a [u8],
    },
    /// One frame; its times are in ticks of the source: milliseconds in an FLV.
    Sample(Sample<'a>),
}

/// Reads a whole piece: an FLV file or bare tags.
///
/// Fails with [`Error::Unsupported`] at codecs that only FLV carries.
pub fn demux(piece: &[u8]) -> Result<FlvDemuxer<'_>, Error> {
    Ok(FlvDemuxer {
        tags: FlvTags::new(piece)?,
        times: FlvTimestamps::new(piece)?,
        mp3: None,
        pending: None,
    })
}

/// Reads a whole piece, and the first picture behind each set-up unit by unit: one that cannot be
/// decoded tells of damage on the way.
pub(crate) fn probe(piece: &[u8]) -> Result<Content, Error> {
    let mut prefix = None;
    let mut tally = ContentCounter::default();
    for event in demux(piece)? {
        match event? {
            DemuxEvent::Config {
                codec: Codec::Avc,
                data,
                ..
            } => prefix = data.get(4).map(|lengths| (lengths & 3) + 1),
            DemuxEvent::Sample(sample) => {
                tally.add(sample.kind, sample.dts);
                if sample.kind == TrackKind::Video
                    && let Some(prefix) = prefix.take()
                {
                    avc::check_nal_units(Cursor::new("H.264", sample.data), prefix)?;
                }
            }
            DemuxEvent::Config { .. } => {}
        }
    }
    tally.content(timestamps::FLV.timescale, false)
}

/// The events of a piece.
#[derive(Debug)]
pub struct FlvDemuxer<'a> {
    tags: FlvTags<'a>,
    times: FlvTimestamps,
    /// The fixed part of the MP3 frame header seen last.
    mp3: Option<mp3::Mp3Header>,
    /// A sample behind the set-up that was read from it.
    pending: Option<Sample<'a>>,
}

impl<'a> FlvDemuxer<'a> {
    fn event(&mut self, tag: &FlvTag<'a>) -> Result<Option<DemuxEvent<'a>>, Error> {
        let Some(packet) = packet_of(tag)? else {
            return Ok(None);
        };
        let FlvPacket {
            kind,
            codec,
            role,
            data,
        } = packet;
        if role == PacketRole::NoMedia {
            return Ok(None);
        }
        if let Codec::Other(name) = codec {
            return Err(Error::Unsupported(name.into()));
        }
        let PacketRole::Frame {
            sync,
            composition_offset,
        } = role
        else {
            return Ok(Some(DemuxEvent::Config { kind, codec, data }));
        };
        let dts = self.times.next(kind, tag);
        let sample = Sample {
            kind,
            dts,
            composition_offset,
            sync,
            data,
        };
        if codec == Codec::Mp3
            && let Some((header, bytes)) = mp3::Mp3Header::read(data)
            && self.mp3.replace(header) != Some(header)
        {
            self.pending = Some(sample);
            return Ok(Some(DemuxEvent::Config {
                kind,
                codec,
                data: bytes,
            }));
        }
        Ok(Some(DemuxEvent::Sample(sample)))
    }
}

impl<'a> Iterator for FlvDemuxer<'a> {
    type Item = Result<DemuxEvent<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(sample) = self.pending.take() {
            return Some(Ok(DemuxEvent::Sample(sample)));
        }
        loop {
            let event = match self.tags.next()? {
                Ok(tag) => self.event(&tag),
                Err(error) => Err(error),
            };
            if let Some(event) = event.transpose() {
                return Some(event);
            }
        }
    }
}

/// The media of a tag, where it has any.
pub(crate) fn packet_of<'a>(tag: &FlvTag<'a>) -> Result<Option<FlvPacket<'a>>, Error> {
    let body = Cursor::within("FLV", tag.body, tag.offset + TAG_HEADER as u64);
    match tag.kind {
        VIDEO => packet::video(body),
        AUDIO => packet::audio(body),
        _ => Ok(None),
    }
}
