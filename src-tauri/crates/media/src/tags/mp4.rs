//! `moov/udta/meta/ilst` (Apple's metadata, inside the `meta` of ISO/IEC 14496-12 8.11.1) and
//! `moov/udta/chpl`.

use std::{
    io::{Read, Seek, SeekFrom},
    ops::Range,
};

use super::{Chapter, Cover, MAX_COVER_BYTES, MAX_TEXT_BYTES, Tags, chapters, clean_text};
use crate::{
    Error,
    cursor::Cursor,
    fmp4::boxes::{self, FourCc},
    mp4::tags::{NAMES, UTF8, UTF16},
};

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
        let header = boxes::header(&mut Cursor::within("MP4", &head, start))?;
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
