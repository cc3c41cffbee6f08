//! Reads tags from `onMetaData` (FLV E.5) in AMF0.

use std::io::{Read, Seek};

use super::{MAX_TEXT_BYTES, Tags, clean_text};
use crate::{
    Error,
    cursor::Cursor,
    flv::tag::{self, SCRIPT},
};

/// The metadata is searched in this many bytes at the start; its keyframe index can be large.
const METADATA_SEARCH_BYTES: u64 = 1 << 20;
/// Deepest nesting of values.
const MAX_DEPTH: u32 = 16;
/// Property names in the order of [`Tags::text_slots`].
const NAMES: [&[u8]; 4] = [b"title", b"artist", b"date", b"comment"];

pub(super) fn read<R: Read + Seek>(file: &mut R) -> Result<Tags, Error> {
    file.rewind()?;
    let mut start = Vec::new();
    file.take(METADATA_SEARCH_BYTES).read_to_end(&mut start)?;
    for tag in tag::FlvTags::new(&start)? {
        let tag = tag?;
        let body = Cursor::new("FLV", tag.body);
        if tag.kind == SCRIPT
            && let Some(tags) = metadata(body)?
        {
            return Ok(tags);
        }
    }
    Ok(Tags::default())
}

/// Reads a script tag; returns `None` if it is not `onMetaData`.
fn metadata(mut body: Cursor<'_>) -> Result<Option<Tags>, Error> {
    if body.u8()? != 2 || short_string(&mut body)? != b"onMetaData" {
        return Ok(None);
    }
    match body.u8()? {
        3 => {}
        // Ignore the count of an ECMA array: it is only a hint.
        8 => body.skip(4)?,
        _ => return Ok(None),
    }
    let mut tags = Tags::default();
    while let Some(name) = property_name(&mut body)? {
        let index = NAMES.iter().position(|known| *known == name);
        let mut value = body.clone();
        skip_value(&mut body, 0)?;
        let slot = index.and_then(|index| tags.text_slots().into_iter().nth(index));
        if let Some(slot) = slot
            && value.u8()? == 2
        {
            let bytes = short_string(&mut value)?;
            *slot = clean_text(bytes).filter(|text| text.len() <= MAX_TEXT_BYTES);
        }
    }
    Ok(Some(tags))
}

/// Reads the name of the next property; returns `None` at the end of the object or of the data.
fn property_name<'a>(cursor: &mut Cursor<'a>) -> Result<Option<&'a [u8]>, Error> {
    if cursor.is_empty() {
        return Ok(None);
    }
    let name = short_string(cursor)?;
    if name.is_empty() && cursor.rest().first().is_none_or(|mark| *mark == 9) {
        cursor.skip(cursor.rest().len().min(1))?;
        return Ok(None);
    }
    Ok(Some(name))
}

/// Reads a string with a length of 16 bits.
fn short_string<'a>(cursor: &mut Cursor<'a>) -> Result<&'a [u8], Error> {
    let length = cursor.u16()?;
    cursor.take(usize::from(length))
}

/// Skips a value (AMF 0, 2.2 to 2.18).
fn skip_value(cursor: &mut Cursor<'_>, depth: u32) -> Result<(), Error> {
    if depth > MAX_DEPTH {
        return Err(cursor.malformed("values nested too deeply"));
    }
    match cursor.u8()? {
        0 => cursor.skip(8),
        1 => cursor.skip(1),
        2 => short_string(cursor).map(drop),
        kind @ (3 | 8) => {
            if kind == 8 {
                cursor.skip(4)?;
            }
            while property_name(cursor)?.is_some() {
                skip_value(cursor, depth + 1)?;
            }
            Ok(())
        }
        5 | 6 => Ok(()),
        7 => cursor.skip(2),
        10 => {
            for _ in 0..cursor.u32()? {
                skip_value(cursor, depth + 1)?;
            }
            Ok(())
        }
        11 => cursor.skip(10),
        12 => {
            let length = cursor.u32()?;
            cursor.skip(usize::try_from(length).unwrap_or(usize::MAX))
        }
        kind => Err(cursor.malformed(format!("a value of type {kind}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flv::meta::{FlvMetadata, metadata as written};

    fn tags() -> Tags {
        Tags {
            title: Some("Füße".into()),
            comment: Some("https://example.org".into()),
            ..Tags::default()
        }
    }

    #[test]
    fn tags_are_read_as_they_were_written() {
        let keyframes = [(0, 8205), (1000, 90_000)];
        let metadata_values = FlvMetadata {
            keyframes: &keyframes,
            ..FlvMetadata::default()
        };
        let body = written(8192, &metadata_values, &tags());
        let read = metadata(Cursor::new("FLV", &body)).expect("valid");
        assert_eq!(read, Some(tags()));
        for length in 0..body.len() {
            let cut = metadata(Cursor::new("FLV", &body[..length]));
            if let Ok(Some(read)) = cut {
                assert!(
                    [None, tags().title].contains(&read.title),
                    "cut to {length}"
                );
            }
        }
    }

    #[test]
    fn values_of_every_kind_are_skipped() {
        let mut body = b"\x02\0\x0aonMetaData\x08\0\0\0\0".to_vec();
        for value in [
            &b"\0\x40\0\0\0\0\0\0\0"[..],
            b"\x01\x01",
            b"\x03\0\x01a\x05\0\0\x09",
            b"\x06",
            b"\x07\0\x01",
            b"\x0a\0\0\0\x02\x05\x02\0\x01x",
            b"\x0b\0\0\0\0\0\0\0\0\0\0",
            b"\x0c\0\0\0\x02ab",
        ] {
            body.extend_from_slice(b"\0\x05other");
            body.extend_from_slice(value);
        }
        body.extend_from_slice(b"\0\x05title\x02\0\x02hi\0\0\x09");
        let read = metadata(Cursor::new("FLV", &body)).expect("valid");
        assert_eq!(read.and_then(|tags| tags.title), Some("hi".into()));
        let nested = [
            b"\x02\0\x0aonMetaData\x03".to_vec(),
            b"\0\x01a\x03".repeat(40),
        ]
        .concat();
        assert!(metadata(Cursor::new("FLV", &nested)).is_err());
    }
}
