//! Reads the first bytes of a tag body: codec and role (FLV 10.1, E.4.2.1, E.4.3.1; Enhanced
//! RTMP v1).

use crate::{
    Error, TrackKind,
    codec::{
        aac::AudioSpecificConfig,
        adts::{AdtsConfig, AdtsHeader},
        avc::AvcConfig,
    },
    cursor::Cursor,
    refused,
};

/// `FrameType` of a seekable frame.
const KEYFRAME: u8 = 1;
/// `FrameType` of a command to the player; the tag holds no frame.
const COMMAND: u8 = 5;

/// The codec of the media in a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// H.264 with length-prefixed NAL units.
    Avc,
    /// AAC without ADTS headers.
    Aac,
    /// MPEG audio, layer III.
    Mp3,
    /// A codec that can only be copied from FLV to FLV; its name.
    Other(&'static str),
}

impl Codec {
    /// Returns the codec that the first byte of a tag body names.
    pub(crate) fn from_first_byte(kind: TrackKind, first_byte: u8) -> Self {
        match kind {
            TrackKind::Audio => audio_codec(first_byte >> 4),
            TrackKind::Video if first_byte & 0x80 != 0 => Self::Other("enhanced FLV video"),
            TrackKind::Video => video_codec(first_byte & 0x0f),
        }
    }

    /// Returns its name for error messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Avc => "H.264",
            Self::Aac => "AAC",
            Self::Mp3 => "MP3",
            Self::Other(name) => name,
        }
    }
}

/// The body of an audio or video tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FlvPacket<'a> {
    pub(crate) kind: TrackKind,
    pub(crate) codec: Codec,
    pub(crate) role: PacketRole,
    /// The header that was before an AAC frame, which FLV does not allow but some writers keep.
    pub(crate) adts: Option<AdtsConfig>,
    /// The bytes after the headers that this module reads.
    pub(crate) data: &'a [u8],
}

/// What a packet holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PacketRole {
    /// The codec configuration: `avcC` or `AudioSpecificConfig`.
    Config,
    /// A frame; `composition_offset` in milliseconds.
    Frame { sync: bool, composition_offset: i32 },
    /// No media: a command, an end of sequence, or an empty body.
    NoMedia,
}

/// Reads the body of a video tag; `None` if it is empty.
pub(crate) fn video(mut body: Cursor<'_>) -> Result<Option<FlvPacket<'_>>, Error> {
    if body.is_empty() {
        return Ok(None);
    }
    let first = body.u8()?;
    if first & 0x80 != 0 {
        return enhanced(first, body).map(Some);
    }
    let mut packet = FlvPacket {
        kind: TrackKind::Video,
        codec: video_codec(first & 0x0f),
        role: PacketRole::Frame {
            sync: first >> 4 == KEYFRAME,
            composition_offset: 0,
        },
        adts: None,
        data: body.rest(),
    };
    if first >> 4 == COMMAND {
        packet.role = PacketRole::NoMedia;
    } else if packet.codec == Codec::Avc {
        let packet_type = body.u8()?;
        let composition_offset = si24(body.u24()?);
        packet.data = body.rest();
        packet.role = match packet_type {
            0 => PacketRole::Config,
            1 => PacketRole::Frame {
                sync: first >> 4 == KEYFRAME,
                composition_offset,
            },
            _ => PacketRole::NoMedia,
        };
    }
    Ok(Some(packet.no_media_if_empty()))
}

/// Reads the body of an audio tag; `None` if it is empty.
pub(crate) fn audio(mut body: Cursor<'_>) -> Result<Option<FlvPacket<'_>>, Error> {
    if body.is_empty() {
        return Ok(None);
    }
    let codec = audio_codec(body.u8()? >> 4);
    let mut role = PacketRole::Frame {
        sync: true,
        composition_offset: 0,
    };
    if codec == Codec::Aac && body.u8()? == 0 {
        role = PacketRole::Config;
    }
    let mut packet = FlvPacket {
        kind: TrackKind::Audio,
        codec,
        role,
        adts: None,
        data: body.rest(),
    };
    if codec == Codec::Aac
        && role != PacketRole::Config
        && let Some(header) = AdtsHeader::read(packet.data)
        && header.frame_length == packet.data.len()
        && header.raw_blocks == 1
    {
        packet.adts = Some(header.config);
        packet.data = packet.data.get(header.header_size..).unwrap_or_default();
    }
    Ok(Some(packet.no_media_if_empty()))
}

impl FlvPacket<'_> {
    /// Fails if the packet is a codec configuration that cannot be read: when its segment is
    /// pushed, not only when the file is finished.
    pub(crate) fn check_config(&self, offset: u64) -> Result<(), Error> {
        match (self.role, self.codec) {
            (PacketRole::Config, Codec::Avc) => {
                AvcConfig::read(Cursor::within("avcC", self.data, offset)).map(drop)
            }
            (PacketRole::Config, Codec::Aac) => {
                AudioSpecificConfig::read(&Cursor::within("AAC", self.data, offset)).map(drop)
            }
            _ => Ok(()),
        }
    }

    fn no_media_if_empty(mut self) -> Self {
        if self.data.is_empty() {
            self.role = PacketRole::NoMedia;
        }
        self
    }
}

fn enhanced(first: u8, mut body: Cursor<'_>) -> Result<FlvPacket<'_>, Error> {
    let codec = match &body.array::<4>()? {
        b"hvc1" => Codec::Other(refused::FLV_HEVC),
        b"av01" => Codec::Other(refused::FLV_AV1),
        b"vp09" => Codec::Other(refused::FLV_VP9),
        _ => Codec::Other("enhanced FLV video"),
    };
    let sync = (first >> 4) & 0x07 == KEYFRAME;
    let role = match first & 0x0f {
        0 => PacketRole::Config,
        1 => PacketRole::Frame {
            sync,
            composition_offset: si24(body.u24()?),
        },
        3 => PacketRole::Frame {
            sync,
            composition_offset: 0,
        },
        _ => PacketRole::NoMedia,
    };
    let packet = FlvPacket {
        kind: TrackKind::Video,
        codec,
        role,
        adts: None,
        data: body.rest(),
    };
    Ok(packet.no_media_if_empty())
}

fn video_codec(id: u8) -> Codec {
    match id {
        7 => Codec::Avc,
        2 => Codec::Other("Sorenson H.263"),
        3 => Codec::Other("Screen Video"),
        4 => Codec::Other("VP6"),
        5 => Codec::Other("VP6 with alpha"),
        6 => Codec::Other("Screen Video 2"),
        _ => Codec::Other("unknown FLV video"),
    }
}

fn audio_codec(id: u8) -> Codec {
    match id {
        10 => Codec::Aac,
        2 | 14 => Codec::Mp3,
        0 | 3 => Codec::Other("PCM"),
        1 => Codec::Other("ADPCM"),
        4..=6 => Codec::Other("Nellymoser"),
        7 | 8 => Codec::Other("G.711"),
        11 => Codec::Other("Speex"),
        _ => Codec::Other("unknown FLV audio"),
    }
}

/// Sign-extends `CompositionTime`, a signed 24-bit field (E.4.3.1).
fn si24(value: u32) -> i32 {
    (value << 8).cast_signed() >> 8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn video_packet(body: &[u8]) -> Option<FlvPacket<'_>> {
        video(Cursor::new("FLV", body)).expect("whole")
    }

    #[test]
    fn composition_times_may_be_negative() {
        let packet = video_packet(&[0x27, 1, 0xff, 0xff, 0xd8, 9]).expect("a packet");
        assert_eq!(
            packet.role,
            PacketRole::Frame {
                sync: false,
                composition_offset: -40
            }
        );
        assert_eq!(packet.data, [9]);
    }

    #[test]
    fn commands_and_ends_of_sequence_are_not_frames() {
        for body in [&[0x57, 0][..], &[0x52, 1], &[0x17, 2, 0, 0, 0]] {
            assert_eq!(
                video_packet(body).expect("a packet").role,
                PacketRole::NoMedia,
                "{body:?}"
            );
        }
        assert_eq!(video_packet(&[]), None);
    }

    #[test]
    fn an_avc_packet_without_its_composition_time_is_malformed() {
        assert!(video(Cursor::new("FLV", &[0x17, 1, 0])).is_err());
    }

    #[test]
    fn legacy_codecs_have_their_names() {
        assert_eq!(
            video_packet(&[0x12, 1]).expect("a packet").codec.name(),
            "Sorenson H.263"
        );
        let speex = audio(Cursor::new("FLV", &[0xb2, 1]))
            .expect("whole")
            .expect("a packet");
        assert_eq!(speex.codec.name(), "Speex");
    }
}
