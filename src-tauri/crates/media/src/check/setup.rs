//! Sample entries and what decoders are set up with (ISO/IEC 14496-12 8.5.2, 14496-14, 14496-15).

use std::io::{Read, Seek};

use super::reader::{Found, Reader, malformed};
use crate::{
    Error,
    codec::{aac::Aac, avc::Avc},
    cursor::Cursor,
    digest::Told,
    fmp4::boxes::{BoxIn, children, name, version_and_flags},
};

/// Of a first sample with more units than this, the first ones are looked at.
const MOST_UNITS: usize = 1024;
/// Object types of sound that is not MPEG-4's and set up by its frames (ISO/IEC 14496-1 table 5
/// and its registration authority): MPEG-2 AAC, MPEG audio, AC-3, E-AC-3, DTS, Opus.
const OTHER_SOUND: [u8; 12] = [
    0x66, 0x67, 0x68, 0x69, 0x6b, 0xa5, 0xa6, 0xa9, 0xaa, 0xab, 0xac, 0xad,
];

/// Unit types of parameter sets (H.264 table 7-1).
const SEQUENCE: u8 = 7;
const PICTURE: u8 = 8;

/// What `stsd` says.
#[derive(Clone, Debug)]
pub(super) struct Setup {
    /// Name of the first entry.
    pub(super) codec: String,
    pub(super) entries: u32,
    /// Bytes in which each entry's samples tell how long their units are, where they do.
    units: Vec<Option<u8>>,
}

/// Reads every sample entry; `references` is how many places its data may lie in.
pub(super) fn descriptions<R: Read + Seek>(
    reader: &mut Reader<R>,
    found: &Found,
    references: u16,
) -> Result<Setup, Error> {
    let bytes = reader.leaf(found)?;
    parse(Cursor::within("MP4", &bytes, found.body.start), references)
}

fn parse(mut stsd: Cursor<'_>, references: u16) -> Result<Setup, Error> {
    let version = version_and_flags(&mut stsd)?;
    let count = stsd.u32()?;
    let mut codec = None;
    let mut units = Vec::new();
    for found in children(&stsd) {
        let found = found?;
        codec.get_or_insert_with(|| name(found.kind));
        units.push(entry(found, references)?);
    }
    if version != (0, 0) || units.len() != count as usize {
        return Err(stsd.fail(format!("{count} sample entries, {} are there", units.len())));
    }
    let codec = codec.ok_or_else(|| stsd.fail("a track without a sample entry"))?;
    Ok(Setup {
        codec,
        entries: count,
        units,
    })
}

/// Reads a sample entry; answers in how many bytes its samples tell how long their units are,
/// where they do.
fn entry(found: BoxIn<'_>, references: u16) -> Result<Option<u8>, Error> {
    let BoxIn { kind, mut body, .. } = found;
    let reserved: [u8; 6] = body.array()?;
    let reference = body.u16()?;
    if reserved != [0; 6] || !(1..=references).contains(&reference) {
        return Err(body.fail("a sample entry of data that is nowhere"));
    }
    match &kind {
        b"avc1" | b"avc3" => avc(&mut body).map(Some),
        b"mp4a" => sound(&mut body).map(|()| None),
        _ => Ok(None),
    }
}

/// Whether a film with these sample entries, as they stand in `stsd`, can pass: asked before they
/// go into one, so that a bad one fails with its piece and not at the end.
pub(crate) fn readable(entries: &Cursor<'_>) -> Result<(), Error> {
    for found in children(entries) {
        entry(found?, 1)?;
    }
    Ok(())
}

impl Setup {
    /// The units of a sample must fill it.
    pub(super) fn sample<R: Read + Seek>(
        &self,
        reader: &mut Reader<R>,
        told: Told,
    ) -> Result<(), Error> {
        let entry = told.description.saturating_sub(1) as usize;
        let Some(prefix) = self.units.get(entry).copied().flatten() else {
            return Ok(());
        };
        let end = told.position.saturating_add(u64::from(told.size));
        let mut at = told.position;
        for _ in 0..MOST_UNITS {
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
                [a, b, c, d] => [*a, *b, *c, *d] = reader.array(at)?,
                _ => return Ok(()),
            }
            let length = u64::from(u32::from_be_bytes(bytes));
            // Nor is it the upper half of a longer length.
            if length == 0 && at == told.position {
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

/// Reads a picture's entry; answers in how many bytes its units tell their length.
fn avc(body: &mut Cursor<'_>) -> Result<u8, Error> {
    body.skip(70)?;
    let boxes = inside(body)?;
    let mut avcc = boxes.one(*b"avcC")?;
    let record = avcc.clone();
    let [_, _, _, _, lengths, sets] = avcc.array()?;
    parameter_sets(&mut avcc, sets & 0x1f, Some(SEQUENCE))?;
    let pictures = avcc.u8()?;
    parameter_sets(&mut avcc, pictures, Some(PICTURE))?;
    if sets & 0x1f > 0 && Avc::read(record)?.size.is_none() {
        return Err(avcc.fail("a parameter set that cannot be read"));
    }
    // Behind the sets the High profiles tell their chroma format and bit depths, and have room
    // for more sets.
    if !avcc.is_empty() {
        avcc.skip(3)?;
        let extensions = avcc.u8()?;
        parameter_sets(&mut avcc, extensions, None)?;
    }
    if !avcc.is_empty() {
        return Err(avcc.fail("more than an avcC may hold"));
    }
    match lengths & 3 {
        2 => Err(avcc.fail("units with lengths of three bytes")),
        lengths => Ok(lengths + 1),
    }
}

/// Parameter sets behind their lengths; each must be a unit of its type.
fn parameter_sets(record: &mut Cursor<'_>, count: u8, unit_type: Option<u8>) -> Result<(), Error> {
    for _ in 0..count {
        let length = usize::from(record.u16()?);
        let mut set = record.part(length)?;
        // The highest bit is forbidden, the next two tell that the unit is needed.
        let header = set.u8()? & 0x9f;
        if set.is_empty() || unit_type.is_some_and(|wanted| wanted != header) {
            return Err(set.fail("another unit where a parameter set must be"));
        }
    }
    Ok(())
}

fn sound(body: &mut Cursor<'_>) -> Result<(), Error> {
    body.skip(20)?;
    let boxes = inside(body)?;
    elementary_stream(boxes.one(*b"esds")?)
}

/// The boxes of a sample entry.
struct Inside<'a> {
    place: Cursor<'a>,
    boxes: Vec<BoxIn<'a>>,
}

/// Reads all boxes of an entry, so that a broken one is found even where it says little.
fn inside<'a>(body: &Cursor<'a>) -> Result<Inside<'a>, Error> {
    Ok(Inside {
        place: body.clone(),
        boxes: children(body).collect::<Result<_, _>>()?,
    })
}

impl<'a> Inside<'a> {
    fn one(&self, kind: [u8; 4]) -> Result<Cursor<'a>, Error> {
        let found = self.boxes.iter().find(|child| child.kind == kind);
        let found = found.map(|child| child.body.clone());
        found.ok_or_else(|| self.place.fail(format!("box {} is missing", name(kind))))
    }
}

/// Reads the decoder configuration in `esds` (ISO/IEC 14496-1 7.2.6.5).
fn elementary_stream(mut esds: Cursor<'_>) -> Result<(), Error> {
    if version_and_flags(&mut esds)? != (0, 0) {
        return Err(esds.fail("esds of another version"));
    }
    let mut stream = descriptor(&mut esds, 3)?;
    stream.skip(2)?;
    let flags = stream.u8()?;
    if flags & 0x80 != 0 {
        stream.skip(2)?;
    }
    if flags & 0x40 != 0 {
        let length = usize::from(stream.u8()?);
        stream.skip(length)?;
    }
    if flags & 0x20 != 0 {
        stream.skip(2)?;
    }
    let mut config = descriptor(&mut stream, 4)?;
    let object_type = config.u8()?;
    // An audio stream.
    if config.u8()? >> 2 != 5 {
        return Err(config.fail("no stream of sound"));
    }
    config.skip(11)?;
    // MPEG-4 audio has its set-up here; the others carry it in their frames.
    if object_type == 0x40 {
        Aac::read(&descriptor(&mut config, 5)?)?;
    } else if !OTHER_SOUND.contains(&object_type) {
        return Err(config.fail(format!("sound of type {object_type:#x}")));
    }
    // What else there is must be whole too.
    for mut rest in [config, stream, esds] {
        while !rest.is_empty() {
            any_descriptor(&mut rest)?;
        }
    }
    Ok(())
}

/// The descriptor that must come next.
fn descriptor<'a>(cursor: &mut Cursor<'a>, wanted: u8) -> Result<Cursor<'a>, Error> {
    let (tag, body) = any_descriptor(cursor)?;
    if tag != wanted {
        return Err(body.fail(format!("descriptor {tag} where {wanted} must be")));
    }
    Ok(body)
}

/// The tag and the body of the next descriptor (ISO/IEC 14496-1 8.3.3).
fn any_descriptor<'a>(cursor: &mut Cursor<'a>) -> Result<(u8, Cursor<'a>), Error> {
    let tag = cursor.u8()?;
    let mut length = 0;
    for _ in 0..4 {
        let byte = cursor.u8()?;
        length = (length << 7) | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Ok((tag, cursor.part(length)?));
        }
    }
    Err(cursor.fail("a length of more than four bytes"))
}
