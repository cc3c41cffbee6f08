//! `udta` with the text that players show: title, artist, date, comment.

use super::boxes::{boxed, full_box, put32};
use crate::Tags;

/// Well-known type of UTF-8 text in a `data` box.
const TEXT: u32 = 1;

/// Appends `udta/meta/ilst`; nothing where there is no text.
pub(crate) fn write(out: &mut Vec<u8>, tags: &Tags) {
    // The first byte of these names is 0xA9, the copyright sign in Mac Roman.
    let fields = [
        (*b"\xa9nam", &tags.title),
        (*b"\xa9ART", &tags.artist),
        (*b"\xa9day", &tags.date),
        (*b"\xa9cmt", &tags.comment),
    ];
    if fields.iter().all(|(_, text)| text.is_none()) {
        return;
    }
    boxed(out, *b"udta", |out| {
        full_box(out, *b"meta", 0, 0, |out| {
            full_box(out, *b"hdlr", 0, 0, |out| {
                out.extend_from_slice(b"\0\0\0\0mdirappl\0\0\0\0\0\0\0\0\0");
            });
            boxed(out, *b"ilst", |out| {
                for (name, text) in fields {
                    let Some(text) = text else { continue };
                    boxed(out, name, |out| {
                        boxed(out, *b"data", |out| {
                            put32(out, TEXT);
                            put32(out, 0);
                            out.extend_from_slice(text.as_bytes());
                        });
                    });
                }
            });
        });
    });
}
