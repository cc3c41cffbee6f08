//! `moov/udta/meta/ilst` (Apple's metadata, inside the `meta` of ISO/IEC 14496-12 8.11.1) and
//! `moov/udta/chpl`.

use std::{
    io::{Read, Seek, SeekFrom},
    ops::Range,
};

use super::{
    Chapter, Cover, CoverFormat, MAX_COVER_BYTES, MAX_TEXT_BYTES, Tags, chapters, clean_text,
};
use crate::{
    Error,
    boxes::{
        FourCc, read,
        write::{boxed, full_box, put32},
    },
    cursor::Cursor,
};

/// Well-known types of what is in a `data` box.
const UTF8: u32 = 1;
const UTF16: u32 = 2;
const JPEG: u32 = 13;
const PNG: u32 = 14;
/// Names of title, artist, date and comment. The first byte is 0xA9, the copyright sign in Mac
/// Roman.
const NAMES: [[u8; 4]; 4] = [*b"\xa9nam", *b"\xa9ART", *b"\xa9day", *b"\xa9cmt"];
/// A file with more boxes in a row was not made to be read.
const MAX_BOXES: usize = 1 << 16;
/// 255 chapters with the longest titles.
const MAX_CHAPTERS_BYTES: usize = 128 << 10;
/// Type and locale in front of a value.
const VALUE_HEADER: u64 = 8;

pub(super) fn read<R: Read + Seek>(file: &mut R, length: u64) -> Result<Tags, Error> {
    let mut tags = Tags::default();
    let mut place = 0..length;
    for kind in [*b"moov", *b"udta", *b"meta", *b"ilst"] {
        let Some(found) = find(file, place, kind)? else {
            return Ok(tags);
        };
        place = found;
        if kind == *b"udta" {
            tags.chapters = chapters(file, &place)?;
        }
        if kind == *b"meta" && !bytes(file, &place, 8)?.ends_with(b"hdlr") {
            // Version and flags, which QuickTime leaves out.
            place.start = place.start.saturating_add(4).min(place.end);
        }
    }
    let mut walk = BoxWalker::new(place);
    while let Some((kind, item)) = walk.next(file)? {
        let Some(value) = find(file, item, *b"data")? else {
            continue;
        };
        if kind == *b"covr" && tags.cover.is_none() {
            let limit = MAX_COVER_BYTES + 1;
            tags.cover = Cover::new(bytes(file, &behind_header(&value), limit)?);
        }
        for (name, slot) in NAMES.iter().zip(tags.text_slots()) {
            if kind == *name && slot.is_none() {
                *slot = value_text(file, &value)?;
            }
        }
    }
    Ok(tags)
}

fn chapters<R: Read + Seek>(file: &mut R, udta: &Range<u64>) -> Result<Vec<Chapter>, Error> {
    let Some(list) = find(file, udta.clone(), *b"chpl")? else {
        return Ok(Vec::new());
    };
    let bytes = bytes(file, &list, MAX_CHAPTERS_BYTES)?;
    // A list that is broken is none; the other tags may be whole.
    Ok(chapters::read(&bytes).unwrap_or_default())
}

fn behind_header(value: &Range<u64>) -> Range<u64> {
    value.start.saturating_add(VALUE_HEADER).min(value.end)..value.end
}

fn value_text<R: Read + Seek>(file: &mut R, value: &Range<u64>) -> Result<Option<String>, Error> {
    let header = bytes(file, value, 4)?;
    let kind = Cursor::new("MP4", &header).u32()?;
    let value = behind_header(value);
    if value.end - value.start > MAX_TEXT_BYTES as u64 {
        return Ok(None);
    }
    let bytes = bytes(file, &value, MAX_TEXT_BYTES)?;
    Ok(match kind {
        UTF8 => clean_text(&bytes),
        UTF16 => {
            let units = bytes.chunks_exact(2).filter_map(|pair| pair.first_chunk());
            let units: Vec<_> = units.map(|pair| u16::from_be_bytes(*pair)).collect();
            String::from_utf16(&units)
                .ok()
                .and_then(|found| clean_text(found.as_bytes()))
        }
        _ => None,
    })
}

/// The first bytes of a place, at most `limit` of them.
fn bytes<R: Read + Seek>(file: &mut R, place: &Range<u64>, limit: usize) -> Result<Vec<u8>, Error> {
    file.seek(SeekFrom::Start(place.start))?;
    let length = (place.end.saturating_sub(place.start)).min(limit as u64);
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The body of the first box of a kind.
fn find<R: Read + Seek>(
    file: &mut R,
    place: Range<u64>,
    wanted: FourCc,
) -> Result<Option<Range<u64>>, Error> {
    let mut walk = BoxWalker::new(place);
    while let Some((kind, body)) = walk.next(file)? {
        if kind == wanted {
            return Ok(Some(body));
        }
    }
    Ok(None)
}

/// Goes from box to box by their headers.
struct BoxWalker {
    place: Range<u64>,
    left: usize,
}

impl BoxWalker {
    fn new(place: Range<u64>) -> Self {
        Self {
            place,
            left: MAX_BOXES,
        }
    }

    fn next<R: Read + Seek>(
        &mut self,
        file: &mut R,
    ) -> Result<Option<(FourCc, Range<u64>)>, Error> {
        if self.place.is_empty() || self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let head = bytes(file, &self.place, 16)?;
        let start = self.place.start;
        let header = read::header(&mut Cursor::within("MP4", &head, start))?;
        let start = start.saturating_add(header.header_length);
        let end = match header.body_length {
            Some(body) => start.saturating_add(body),
            None => self.place.end,
        };
        if start > end || end > self.place.end {
            // Cut, and with it all that would follow.
            return Ok(None);
        }
        self.place.start = end;
        Ok(Some((header.kind, start..end)))
    }
}

/// Appends `udta` with `chpl` and `meta/ilst`; nothing where there are no tags.
pub(crate) fn write(out: &mut Vec<u8>, tags: &Tags) {
    let texts = [&tags.title, &tags.artist, &tags.date, &tags.comment];
    let has_items = texts.iter().any(|text| text.is_some()) || tags.cover.is_some();
    if !has_items && tags.chapters.is_empty() {
        return;
    }
    boxed(out, *b"udta", |out| {
        if !tags.chapters.is_empty() {
            full_box(out, *b"chpl", 1, 0, |out| {
                chapters::write(out, &tags.chapters);
            });
        }
        if !has_items {
            return;
        }
        full_box(out, *b"meta", 0, 0, |out| {
            full_box(out, *b"hdlr", 0, 0, |out| {
                out.extend_from_slice(b"\0\0\0\0mdirappl\0\0\0\0\0\0\0\0\0");
            });
            boxed(out, *b"ilst", |out| {
                for (name, text) in NAMES.into_iter().zip(texts) {
                    if let Some(text) = text {
                        put_value(out, name, UTF8, text.as_bytes());
                    }
                }
                if let Some(cover) = &tags.cover {
                    let kind = match cover.kind() {
                        CoverFormat::Jpeg => JPEG,
                        CoverFormat::Png => PNG,
                    };
                    put_value(out, *b"covr", kind, cover.data());
                }
            });
        });
    });
}

fn put_value(out: &mut Vec<u8>, name: [u8; 4], kind: u32, data: &[u8]) {
    boxed(out, name, |out| {
        boxed(out, *b"data", |out| {
            put32(out, kind);
            // For any country and language.
            put32(out, 0);
            out.extend_from_slice(data);
        });
    });
}

/// Bytes that the tags take at most.
pub(crate) fn max_bytes(tags: &Tags) -> u64 {
    let mut bytes = Vec::new();
    let cover = tags.cover.as_ref().map_or(0, |cover| cover.data().len());
    let texts = Tags {
        cover: None,
        ..tags.clone()
    };
    write(&mut bytes, &texts);
    // The boxes around texts and cover, where there are only some of them.
    bytes.len() as u64 + cover as u64 + 128
}
