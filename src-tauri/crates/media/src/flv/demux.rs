//! Demuxes an FLV segment into codec configurations and samples.

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

/// An item of a demuxed segment, in stream order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemuxEvent<'a> {
    /// The codec configuration of the samples that follow.
    Config {
        /// The track that it belongs to.
        kind: TrackKind,
        /// The codec.
        codec: Codec,
        /// `avcC`, `AudioSpecificConfig`, or the first four bytes of an MP3 frame.
        data: &'a [u8],
    },
    /// One frame; its times are in milliseconds from an FLV, in ticks of 90 kHz from MPEG-TS.
    Sample(Sample<'a>),
}

/// Demuxes a segment: an FLV file, or tags without a file header.
///
/// Fails with [`Error::Unsupported`] at a codec other than H.264, AAC and MP3.
pub(crate) fn demux(segment: &[u8]) -> Result<FlvDemuxer<'_>, Error> {
    Ok(FlvDemuxer {
        tags: FlvTags::new(segment)?,
        times: FlvTimestamps::new(segment)?,
        mp3: None,
        pending: None,
    })
}

/// Demuxes a segment and counts its samples. Checks the NAL units of the first video frame after
/// each configuration as well, to detect damage.
pub(crate) fn probe(segment: &[u8]) -> Result<Content, Error> {
    let mut length_size = None;
    let mut counter = ContentCounter::default();
    for event in demux(segment)? {
        match event? {
            DemuxEvent::Config {
                codec: Codec::Avc,
                data,
                ..
            } => length_size = data.get(4).map(|sizes| (sizes & 3) + 1),
            DemuxEvent::Sample(sample) => {
                counter.add(sample.kind, sample.dts);
                if sample.kind == TrackKind::Video
                    && let Some(length_size) = length_size.take()
                {
                    avc::check_nal_units(Cursor::new("H.264", sample.data), length_size)?;
                }
            }
            DemuxEvent::Config { .. } => {}
        }
    }
    counter.content(timestamps::FLV.timescale, false)
}

/// Iterates over the events of a segment.
#[derive(Debug)]
pub(crate) struct FlvDemuxer<'a> {
    tags: FlvTags<'a>,
    times: FlvTimestamps,
    /// Fields of the last MP3 frame header.
    mp3: Option<mp3::Mp3Header>,
    /// The sample whose configuration was returned first.
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

/// Reads the packet in a tag; `None` for script data and empty tags.
pub(crate) fn packet_of<'a>(tag: &FlvTag<'a>) -> Result<Option<FlvPacket<'a>>, Error> {
    let body = Cursor::within("FLV", tag.body, tag.offset + TAG_HEADER as u64);
    match tag.kind {
        VIDEO => packet::video(body),
        AUDIO => packet::audio(body),
        _ => Ok(None),
    }
}
