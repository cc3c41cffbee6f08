//! What a track calls itself: the name of its handler, and a title in its user data.

use crate::{
    Error,
    boxes::read::children,
    cursor::{Cursor, put_length_prefixed},
};

/// Longest name in bytes; a longer one is cut.
const MAX_NAME_BYTES: usize = 255;
/// Bytes of `hdlr` before the name: version and flags, one field, the type, three fields.
const HANDLER_FIELDS_BYTES: usize = 24;

/// The names of a track; empty if it has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TrackNames {
    /// Name of the handler in `hdlr` (ISO/IEC 14496-12 8.4.3).
    pub(crate) handler: String,
    /// Text of `udta/name`, as QuickTime has it: without a header or a terminating zero.
    pub(crate) title: String,
}

impl TrackNames {
    /// Reads the names of a track from `trak` and its `mdia`. Ignores those that are no UTF-8.
    pub(crate) fn read(trak: &Cursor<'_>, mdia: &Cursor<'_>) -> Self {
        let hdlr = children(mdia).find(*b"hdlr").ok().flatten();
        let udta = children(trak).find(*b"udta").ok().flatten();
        Self {
            handler: hdlr.map(handler_name).unwrap_or_default(),
            title: udta
                .and_then(|udta| title(&udta))
                .map(text)
                .unwrap_or_default(),
        }
    }

    /// Appends the names in the layout of the journal.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        put_length_prefixed(out, self.handler.as_bytes());
        put_length_prefixed(out, self.title.as_bytes());
    }

    /// Reads what [`Self::write`] appended.
    pub(crate) fn restore(cursor: &mut Cursor<'_>) -> Result<Self, Error> {
        Ok(Self {
            handler: text(cursor.length_prefixed()?),
            title: text(cursor.length_prefixed()?),
        })
    }
}

/// Returns the body of `name` in the user data of a track.
pub(crate) fn title<'b>(udta: &Cursor<'b>) -> Option<&'b [u8]> {
    let name = children(udta).find(*b"name").ok().flatten()?;
    Some(name.rest())
}

fn handler_name(mut hdlr: Cursor<'_>) -> String {
    if hdlr.skip(HANDLER_FIELDS_BYTES).is_err() {
        return String::new();
    }
    match hdlr.rest() {
        // QuickTime counts the bytes in place of a zero behind them.
        [count, counted @ ..] if usize::from(*count) == counted.len() => text(counted),
        terminated => text(terminated),
    }
}

/// Returns text up to its first zero, without control characters.
fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0);
    let bytes = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let end = text.floor_char_boundary(MAX_NAME_BYTES);
    let kept = text.get(..end).unwrap_or_default();
    kept.chars().filter(|letter| !letter.is_control()).collect()
}
