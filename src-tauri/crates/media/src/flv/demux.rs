//! Demuxes an FLV segment into codec configurations and samples.

use super::{
    aac_config::{self, AAC_CONFIG_TAG, METADATA_NAME},
    packet::{self, Codec, FlvPacket, PacketRole},
    tag::{AUDIO, FlvTag, FlvTags, SCRIPT, TAG_HEADER, VIDEO},
    times::FlvTimestamps,
};
use crate::{
    Content, Error, Fact, Sample, TrackKind,
    codec::{adts::AdtsConfig, avc, mp3},
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
    /// The AAC configuration of samples for which the movie states none anywhere, as an
    /// `AudioSpecificConfig`.
    AssumedConfig(&'a [u8]),
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
        segment,
        mp3: None,
        aac: AacState::default(),
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
            DemuxEvent::Config { .. } | DemuxEvent::AssumedConfig(_) => {}
        }
    }
    counter.content(timestamps::FLV.timescale, false)
}

/// Iterates over the events of a segment.
#[derive(Debug)]
pub(crate) struct FlvDemuxer<'a> {
    tags: FlvTags<'a>,
    times: FlvTimestamps,
    segment: &'a [u8],
    /// Fields of the last MP3 frame header.
    mp3: Option<mp3::Mp3Header>,
    aac: AacState,
    /// The sample whose configuration was returned first.
    pending: Option<Sample<'a>>,
}

/// What is known of the AAC configuration in the segment.
#[derive(Debug, Default)]
struct AacState {
    /// A tag has stated it, or there was nothing to assume.
    is_settled: bool,
    /// The configuration of the last ADTS header.
    adts: Option<AdtsConfig>,
    /// The segment has metadata, from which it may be assumed.
    has_metadata: bool,
}

impl<'a> FlvDemuxer<'a> {
    /// Returns what was changed of the timestamps.
    pub(crate) fn clock_facts(&self) -> Vec<Fact> {
        self.times.facts().to_vec()
    }

    /// Returns what is added to the timestamps of video and of audio at the end, in milliseconds.
    pub(crate) fn end_shifts_ms(&self) -> [i64; 2] {
        self.times.end_shifts_ms()
    }

    /// Returns the configuration of an AAC frame if no tag has stated it and it is new.
    fn aac_config(&mut self, packet: &FlvPacket<'a>) -> Option<DemuxEvent<'a>> {
        if self.aac.is_settled {
            return None;
        }
        if let Some(config) = packet.adts {
            let is_new = self.aac.adts.replace(config) != Some(config);
            return is_new.then(|| DemuxEvent::Config {
                kind: packet.kind,
                codec: packet.codec,
                data: config_bytes(config),
            });
        }
        self.aac.is_settled = true;
        let config = self.aac.has_metadata.then_some(self.segment);
        let config = config.and_then(aac_config::from_metadata)?;
        Some(DemuxEvent::AssumedConfig(config_bytes(config)))
    }

    fn event(&mut self, tag: &FlvTag<'a>) -> Result<Option<DemuxEvent<'a>>, Error> {
        if tag.kind == SCRIPT {
            self.aac.has_metadata |= tag.body.starts_with(METADATA_NAME);
        }
        let Some(packet) = packet_of(tag)? else {
            return Ok(None);
        };
        let FlvPacket {
            kind,
            codec,
            role,
            data,
            ..
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
            self.aac.is_settled |= codec == Codec::Aac;
            return Ok(Some(DemuxEvent::Config { kind, codec, data }));
        };
        let dts = self.times.next(tag);
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
        if codec == Codec::Aac
            && let Some(config) = self.aac_config(&packet)
        {
            self.pending = Some(sample);
            return Ok(Some(config));
        }
        Ok(Some(DemuxEvent::Sample(sample)))
    }
}

/// Returns the `AudioSpecificConfig`.
fn config_bytes(config: AdtsConfig) -> &'static [u8] {
    let body = aac_config::tag_body(config);
    body.get(AAC_CONFIG_TAG.len()..).unwrap_or_default()
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
