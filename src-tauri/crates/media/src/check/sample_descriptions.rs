//! Verifies sample entries and codec configurations (ISO/IEC 14496-12 8.5.2, 14496-14, 14496-15).

use std::io::{Read, Seek};

use super::reader::{BoxReader, LocatedBox, malformed};
use crate::{
    Error,
    boxes::{
        FourCc,
        read::{ParsedBox, children, name, version_and_flags},
    },
    codec::{
        aac::{AudioSpecificConfig, stated_object_type},
        avc::AvcConfig,
    },
    cursor::Cursor,
    digest::SampleRecord,
};

/// Only the first NAL units of a sample are inspected, up to this many.
const MAX_NAL_UNITS: usize = 1024;

/// The contents of `stsd`.
#[derive(Clone, Debug)]
pub(super) struct SampleDescriptions {
    /// Four-character code of the first entry.
    pub(super) codec: String,
    pub(super) entries: u32,
    /// Size of the NAL unit lengths for each entry; `None` if it is not AVC.
    nal_length_sizes: Vec<Option<u8>>,
    /// CRC-32 of the entries.
    pub(super) checksum: u32,
}

/// Reads all sample entries; `references` is the number of data references in `dref`.
pub(super) fn descriptions<R: Read + Seek>(
    reader: &mut BoxReader<R>,
    found: &LocatedBox,
    references: u16,
) -> Result<SampleDescriptions, Error> {
    let bytes = reader.read_body(found)?;
    parse(Cursor::within("MP4", &bytes, found.body.start), references)
}

fn parse(mut stsd: Cursor<'_>, references: u16) -> Result<SampleDescriptions, Error> {
    let version = version_and_flags(&mut stsd)?;
    let count = stsd.u32()?;
    let checksum = crc32fast::hash(stsd.rest());
    let mut codec = None;
    let mut nal_length_sizes = Vec::new();
    for found in children(&stsd) {
        let found = found?;
        codec.get_or_insert_with(|| name(found.kind));
        nal_length_sizes.push(entry(found, references)?);
    }
    let found = nal_length_sizes.len();
    if version != (0, 0) || found != count as usize {
        return Err(stsd.malformed(format!("{count} sample entries, {found} are there")));
    }
    let codec = codec.ok_or_else(|| stsd.malformed("a track without a sample entry"))?;
    Ok(SampleDescriptions {
        codec,
        entries: count,
        nal_length_sizes,
        checksum,
    })
}

/// Reads a sample entry; for AVC, returns the size of the NAL unit lengths.
fn entry(found: ParsedBox<'_>, references: u16) -> Result<Option<u8>, Error> {
    let ParsedBox { kind, mut body, .. } = found;
    body.skip(6)?;
    if !(1..=references).contains(&body.u16()?) {
        return Err(body.malformed("a sample entry of data that is nowhere"));
    }
    match &kind {
        b"avc1" | b"avc3" => avc(&mut body).map(Some),
        b"mp4a" => audio(&mut body).map(|()| None),
        _ => Ok(None),
    }
}

/// Verifies sample entries before they are used, so that a malformed one fails with its segment and
/// not when the movie is finished.
pub(crate) fn check_sample_entries(entries: &Cursor<'_>) -> Result<(), Error> {
    for found in children(entries) {
        entry(found?, 1)?;
    }
    Ok(())
}

impl SampleDescriptions {
    /// Verifies that the NAL units fill at least one of these samples. Single broken frames may
    /// come from the source; if all are broken, the positions are wrong.
    pub(super) fn check_samples<R: Read + Seek>(
        &self,
        reader: &mut BoxReader<R>,
        samples: &[SampleRecord],
    ) -> Result<(), Error> {
        let mut first = None;
        for sample in samples {
            match self.check_sample(reader, sample) {
                Ok(()) => return Ok(()),
                Err(Error::Io(error)) => return Err(Error::Io(error)),
                Err(problem) => first = first.or(Some(problem)),
            }
        }
        first.map_or(Ok(()), Err)
    }

    fn check_sample<R: Read + Seek>(
        &self,
        reader: &mut BoxReader<R>,
        sample: &SampleRecord,
    ) -> Result<(), Error> {
        let entry = sample.sample_entry.saturating_sub(1) as usize;
        let Some(prefix) = self.nal_length_sizes.get(entry).copied().flatten() else {
            return Ok(());
        };
        let end = sample.position.saturating_add(u64::from(sample.size));
        let mut at = sample.position;
        for _ in 0..MAX_NAL_UNITS {
            if at == end {
                return Ok(());
            }
            let mut bytes = [0; 4];
            let field = bytes.get_mut(4 - usize::from(prefix)..).unwrap_or_default();
            if end - at < u64::from(prefix) {
                return Err(malformed(at, "a unit without its length"));
            }
            match field {
                [a] => [*a] = reader.array(at)?,
                [a, b] => [*a, *b] = reader.array(at)?,
                [a, b, c] => [*a, *b, *c] = reader.array(at)?,
                [a, b, c, d] => [*a, *b, *c, *d] = reader.array(at)?,
                _ => return Ok(()),
            }
            let length = u64::from(u32::from_be_bytes(bytes));
            // A length of 0 here is probably the upper half of a longer length field.
            if length == 0 && at == sample.position {
                return Err(malformed(at, "a sample that starts with an empty unit"));
            }
            at = at.saturating_add(u64::from(prefix)).saturating_add(length);
            if at > end {
                return Err(malformed(at, "a unit beyond its sample"));
            }
        }
        Ok(())
    }
}

/// Reads an AVC sample entry; returns the size of the NAL unit lengths.
///
/// Ignores bytes after the parameter sets and after the record, as decoders do: encoders leave all
/// sorts of data there.
fn avc(body: &mut Cursor<'_>) -> Result<u8, Error> {
    body.skip(70)?;
    let record = children(body).require(*b"avcC")?;
    let [_, _, _, _, lengths, sets] = record.clone().array()?;
    if sets & 0x1f > 0 && AvcConfig::read(record.clone())?.size.is_none() {
        return Err(record.malformed("a parameter set that cannot be read"));
    }
    Ok((lengths & 3) + 1)
}

fn audio(body: &mut Cursor<'_>) -> Result<(), Error> {
    body.skip(20)?;
    elementary_stream(children(body).require(*b"esds")?).map(drop)
}

/// Returns the audio object type of an `mp4a` sample entry of MPEG-4 audio (ISO/IEC 14496-3 1.5.1).
pub(crate) fn audio_object_type(entry: &[u8]) -> Option<u32> {
    let found = children(&Cursor::new("MP4", entry)).next()?.ok()?;
    mp4a_codec(found.body).ok()?.audio_object_type
}

/// Reads what an `mp4a` sample entry says of its codec.
fn mp4a_codec(mut entry: Cursor<'_>) -> Result<AudioCodec, Error> {
    entry.skip(28)?;
    elementary_stream(children(&entry).require(*b"esds")?)
}

/// Returns what kind of codec the samples of a sample entry have: those of one kind may share a
/// track. The first part is the four-character code without the variants that say where parameter
/// sets are; the second is the object type of `mp4a`.
pub(crate) fn codec_kind(entry: &[u8]) -> (FourCc, Option<u8>) {
    let Some(Ok(found)) = children(&Cursor::new("MP4", entry)).next() else {
        return (*b"    ", None);
    };
    match &found.kind {
        b"avc3" => (*b"avc1", None),
        b"hev1" => (*b"hvc1", None),
        b"mp4a" => {
            let codec = mp4a_codec(found.body).ok();
            (*b"mp4a", codec.map(|codec| codec.object_type))
        }
        _ => (found.kind, None),
    }
}

/// Reads the decoder configuration in `esds`; returns the object type of the codec (ISO/IEC 14496-1 7.2.6.5).
///
/// Ignores the lengths of the outer descriptors, as other readers do: some writers get them wrong.
fn elementary_stream(mut esds: Cursor<'_>) -> Result<AudioCodec, Error> {
    version_and_flags(&mut esds)?;
    descriptor(&mut esds, 3)?;
    esds.skip(2)?;
    let flags = esds.u8()?;
    if flags & 0x80 != 0 {
        esds.skip(2)?;
    }
    if flags & 0x40 != 0 {
        let length = usize::from(esds.u8()?);
        esds.skip(length)?;
    }
    if flags & 0x20 != 0 {
        esds.skip(2)?;
    }
    descriptor(&mut esds, 4)?;
    let object_type = esds.u8()?;
    esds.skip(12)?;
    let mut codec = AudioCodec {
        object_type,
        audio_object_type: None,
    };
    // MPEG-4 audio has its configuration here; other codecs have it in their frames.
    if object_type == 0x40 {
        let length = descriptor(&mut esds, 5)?;
        let specific = esds.sub_cursor(length)?;
        AudioSpecificConfig::read(&specific)?;
        codec.audio_object_type = stated_object_type(&specific);
    }
    Ok(codec)
}

/// What `esds` says of the codec.
#[derive(Clone, Copy, Debug)]
struct AudioCodec {
    /// ISO/IEC 14496-1 table 5.
    object_type: u8,
    /// ISO/IEC 14496-3 1.5.1, for MPEG-4 audio.
    audio_object_type: Option<u32>,
}

/// Reads the tag of the next descriptor, which must be `wanted`, and returns its stated length
/// (ISO/IEC 14496-1 8.3.3).
fn descriptor(cursor: &mut Cursor<'_>, wanted: u8) -> Result<usize, Error> {
    let tag = cursor.u8()?;
    if tag != wanted {
        return Err(cursor.malformed(format!("descriptor {tag} where {wanted} must be")));
    }
    let mut length = 0;
    for _ in 0..4 {
        let byte = cursor.u8()?;
        length = (length << 7) | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Ok(length);
        }
    }
    Err(cursor.malformed("a length of more than four bytes"))
}
