//! `udta` with what players show: title, artist, date, comment, cover, chapters.

use super::boxes::{boxed, full_box, put32};
use crate::{
    Tags,
    tags::{CoverFormat, chapters},
};

/// Well-known types of what is in a `data` box.
pub(crate) const UTF8: u32 = 1;
pub(crate) const UTF16: u32 = 2;
const JPEG: u32 = 13;
const PNG: u32 = 14;
/// Names of title, artist, date and comment. The first byte is 0xA9, the copyright sign in Mac
/// Roman.
pub(crate) const NAMES: [[u8; 4]; 4] = [*b"\xa9nam", *b"\xa9ART", *b"\xa9day", *b"\xa9cmt"];

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
