//! Reads and writes `moov/udta/meta/ilst` (Apple's metadata, inside the `meta` of ISO/IEC 14496-12
//! 8.11.1) and `moov/udta/chpl`.

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

/// Well-known types of values in a `data` box.
const UTF8: u32 = 1;
const UTF16: u32 = 2;
const JPEG: u32 = 13;
const PNG: u32 = 14;
/// Items of title, artist, date and comment. The first byte is the copyright sign in Mac Roman.
pub(super) const NAMES: [[u8; 4]; 4] = [*b"\xa9nam", *b"\xa9ART", *b"\xa9day", *b"\xa9cmt"];
/// Largest number of sibling boxes that are searched.
const MAX_BOXES: usize = 1 << 16;
/// Largest `chpl`: 255 chapters with the longest titles are less.
const MAX_CHAPTERS_BYTES: usize = 128 << 10;
/// Size of type and locale before a value.
const VALUE_HEADER_BYTES: u64 = 8;

pub(super) fn read<R: Read + Seek>(file: &mut R, length: u64) -> Result<Tags, Error> {
    let mut tags = Tags::default();
    let mut range = 0..length;
    for kind in [*b"moov", *b"udta", *b"meta", *b"ilst"] {
        let Some(found) = find(file, range, kind)? else {
            return Ok(tags);
        };
        range = found;
        if kind == *b"moov" {
            tags.created = creation_time(file, &range)?;
        }
        if kind == *b"udta" {
            tags.chapters = chapters(file, &range)?;
        }
        if kind == *b"meta" && !bytes(file, &range, 8)?.ends_with(b"hdlr") {
            // Skip version and flags, which QuickTime does not write.
            range.start = range.start.saturating_add(4).min(range.end);
        }
    }
    let mut items = BoxWalker::new(range);
    while let Some((kind, item)) = items.next(file)? {
        let Some(value) = find(file, item, *b"data")? else {
            continue;
        };
        if kind == *b"covr" && tags.cover.is_none() {
            let limit = MAX_COVER_BYTES + 1;
            tags.cover = Cover::new(bytes(file, &value_range(&value), limit)?);
        }
        for (name, slot) in NAMES.iter().zip(tags.text_slots()) {
            if kind == *name && slot.is_none() {
                *slot = value_text(file, &value)?;
            }
        }
    }
    Ok(tags)
}

/// Reads the creation time in `mvhd` (ISO/IEC 14496-12 8.2.2); 0 means that it is not known.
fn creation_time<R: Read + Seek>(file: &mut R, moov: &Range<u64>) -> Result<Option<u64>, Error> {
    let Some(header) = find(file, moov.clone(), *b"mvhd")? else {
        return Ok(None);
    };
    let bytes = bytes(file, &header, 12)?;
    let mut body = Cursor::within("MP4", &bytes, header.start);
    let (version, _) = read::version_and_flags(&mut body)?;
    Ok(Some(body.versioned(version)?).filter(|time| *time > 0))
}

fn chapters<R: Read + Seek>(file: &mut R, udta: &Range<u64>) -> Result<Vec<Chapter>, Error> {
    let Some(list) = find(file, udta.clone(), *b"chpl")? else {
        return Ok(Vec::new());
    };
    let bytes = bytes(file, &list, MAX_CHAPTERS_BYTES)?;
    // Ignore a broken list: the other tags may be valid.
    Ok(chapters::read(&bytes).unwrap_or_default())
}

fn value_range(data: &Range<u64>) -> Range<u64> {
    data.start.saturating_add(VALUE_HEADER_BYTES).min(data.end)..data.end
}

fn value_text<R: Read + Seek>(file: &mut R, value: &Range<u64>) -> Result<Option<String>, Error> {
    let header = bytes(file, value, 4)?;
    let kind = Cursor::new("MP4", &header).u32()?;
    let value = value_range(value);
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

/// Reads the start of a byte range, at most `limit` bytes.
fn bytes<R: Read + Seek>(file: &mut R, range: &Range<u64>, limit: usize) -> Result<Vec<u8>, Error> {
    file.seek(SeekFrom::Start(range.start))?;
    let length = (range.end.saturating_sub(range.start)).min(limit as u64);
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Finds the first box of a kind; returns the range of its body.
fn find<R: Read + Seek>(
    file: &mut R,
    range: Range<u64>,
    wanted: FourCc,
) -> Result<Option<Range<u64>>, Error> {
    let mut boxes = BoxWalker::new(range);
    while let Some((kind, body)) = boxes.next(file)? {
        if kind == wanted {
            return Ok(Some(body));
        }
    }
    Ok(None)
}

/// Iterates over the boxes in a byte range of the file.
struct BoxWalker {
    range: Range<u64>,
    left: usize,
}

impl BoxWalker {
    fn new(range: Range<u64>) -> Self {
        Self {
            range,
            left: MAX_BOXES,
        }
    }

    fn next<R: Read + Seek>(
        &mut self,
        file: &mut R,
    ) -> Result<Option<(FourCc, Range<u64>)>, Error> {
        if self.range.is_empty() || self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let head = bytes(file, &self.range, 16)?;
        let start = self.range.start;
        let header = read::header(&mut Cursor::within("MP4", &head, start))?;
        let start = start.saturating_add(header.header_length);
        let end = match header.body_length {
            Some(body) => start.saturating_add(body),
            None => self.range.end,
        };
        if start > end || end > self.range.end {
            // The box is truncated: stop here.
            return Ok(None);
        }
        self.range.start = end;
        Ok(Some((header.kind, start..end)))
    }
}

/// Appends `udta` with `chpl` and `meta/ilst`, or nothing if there are no tags.
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
            // Locale: any country and language.
            put32(out, 0);
            out.extend_from_slice(data);
        });
    });
}

/// Returns an upper bound for the size of `udta`.
pub(crate) fn max_bytes(tags: &Tags) -> u64 {
    let mut bytes = Vec::new();
    let cover = tags.cover.as_ref().map_or(0, |cover| cover.data().len());
    let texts = Tags {
        cover: None,
        ..tags.clone()
    };
    write(&mut bytes, &texts);
    // Allow for the boxes around the cover.
    bytes.len() as u64 + cover as u64 + 128
}
