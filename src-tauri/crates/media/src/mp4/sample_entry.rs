//! Builds sample entries for FLV and TS sources, which have none (ISO/IEC 14496-12 8.5.2, 14496-14
//! 5.6, 14496-15).

use crate::{
    Error,
    boxes::write::{boxed, full_box, put16, put32},
    check::check_sample_entries,
    codec::{aac::AudioSpecificConfig, avc::AvcConfig, mp3},
    cursor::Cursor,
    flv::Codec,
};

/// Object type of AAC in `esds` (ISO/IEC 14496-1 table 5).
const AAC_OBJECT: u8 = 0x40;

/// A sample entry and the properties of its track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SampleEntry {
    /// The box in `stsd`.
    pub(crate) bytes: Vec<u8>,
    /// `None` for video.
    pub(crate) clock: Option<AudioClock>,
    pub(crate) size: Option<(u32, u32)>,
}

/// Sample rate of audio, and the samples in one frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AudioClock {
    pub(crate) rate: u32,
    pub(crate) frame: u32,
}

/// Builds the sample entry for a codec configuration of an FLV or TS source.
///
/// Fails if the finished movie would not pass the check with it.
pub(crate) fn build_sample_entry(codec: Codec, data: &[u8]) -> Result<SampleEntry, Error> {
    let entry = build_unchecked(codec, data)?;
    check_sample_entries(&Cursor::new("MP4", &entry.bytes))?;
    Ok(entry)
}

fn build_unchecked(codec: Codec, data: &[u8]) -> Result<SampleEntry, Error> {
    match codec {
        Codec::Avc => video(data),
        Codec::Aac => {
            let aac = AudioSpecificConfig::read(&Cursor::new("AAC", data))?;
            let clock = AudioClock {
                rate: aac.sample_rate,
                frame: aac.frame_samples,
            };
            Ok(audio(clock, aac.channels, AAC_OBJECT, data))
        }
        Codec::Mp3 => {
            let (header, _) = mp3::Mp3Header::read(data).ok_or_else(|| {
                Cursor::new("MP3", data).malformed("a frame header cannot be read")
            })?;
            let clock = AudioClock {
                rate: header.sample_rate,
                frame: header.frame_samples,
            };
            Ok(audio(clock, header.channels, header.object_type(), &[]))
        }
        Codec::Other(name) => Err(Error::Unsupported(name.into())),
    }
}

fn video(avcc: &[u8]) -> Result<SampleEntry, Error> {
    let size = AvcConfig::read(Cursor::new("avcC", avcc))?.size;
    let (width, height) = size.unwrap_or_default();
    let mut bytes = Vec::new();
    boxed(&mut bytes, *b"avc1", |out| {
        // Reserved, then the index of the data reference.
        out.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 1]);
        out.extend_from_slice(&[0; 16]);
        for length in [width, height] {
            put16(out, u16::try_from(length).unwrap_or(0));
        }
        // 72 dpi in both directions.
        put32(out, 0x0048_0000);
        put32(out, 0x0048_0000);
        put32(out, 0);
        // One frame per sample, no compressor name, a depth of 24 bits.
        put16(out, 1);
        out.extend_from_slice(&[0; 32]);
        put16(out, 24);
        put16(out, u16::MAX);
        // Copied unchanged: rebuilding it would lose the extension fields of the High profiles.
        boxed(out, *b"avcC", |out| out.extend_from_slice(avcc));
    });
    Ok(SampleEntry {
        bytes,
        clock: None,
        size,
    })
}

fn audio(clock: AudioClock, channels: u16, object_type: u8, specific: &[u8]) -> SampleEntry {
    let mut bytes = Vec::new();
    boxed(&mut bytes, *b"mp4a", |out| {
        out.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 1]);
        out.extend_from_slice(&[0; 8]);
        put16(out, if channels == 0 { 2 } else { channels });
        put16(out, 16);
        put32(out, 0);
        // 16.16 cannot hold rates over 65535: write 0, decoders take the rate from `esds`.
        let rate = u16::try_from(clock.rate).unwrap_or(0);
        put32(out, u32::from(rate) << 16);
        full_box(out, *b"esds", 0, 0, |out| {
            descriptor(out, object_type, specific);
        });
    });
    SampleEntry {
        bytes,
        clock: Some(clock),
        size: None,
    }
}

/// The elementary stream descriptor (ISO/IEC 14496-1 7.2.6.5).
fn descriptor(out: &mut Vec<u8>, object_type: u8, specific: &[u8]) {
    let specific_length = if specific.is_empty() {
        0
    } else {
        5 + specific.len()
    };
    let config_length = 13 + specific_length;
    tag(out, 0x03, 3 + 5 + config_length + 5 + 1);
    // ES_ID and flags: 0.
    out.extend_from_slice(&[0; 3]);
    tag(out, 0x04, config_length);
    out.push(object_type);
    // streamType 5 (audio), upStream 0, reserved 1.
    out.push(0x15);
    // Buffer size and bit rates: unknown.
    out.extend_from_slice(&[0; 11]);
    if !specific.is_empty() {
        tag(out, 0x05, specific.len());
        out.extend_from_slice(specific);
    }
    // SLConfigDescriptor, predefined 2: reserved for MP4 (ISO/IEC 14496-14 3.1.2).
    tag(out, 0x06, 1);
    out.push(2);
}

/// Appends the tag of a descriptor and its length in four bytes, the most common form.
fn tag(out: &mut Vec<u8>, tag: u8, length: usize) {
    out.push(tag);
    let length = u32::try_from(length).unwrap_or(0);
    for shift in [21, 14, 7] {
        out.push(0x80 | ((length >> shift) & 0x7f).to_le_bytes()[0]);
    }
    out.push((length & 0x7f).to_le_bytes()[0]);
}
