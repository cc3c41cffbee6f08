//! Reads boxes from memory: headers, children, version and flags (ISO/IEC 14496-12 4.2).

use super::FourCc;
use crate::{Error, cursor::Cursor};

/// One box in memory.
#[derive(Clone, Debug)]
pub(crate) struct ParsedBox<'a> {
    pub(crate) kind: FourCc,
    /// Position of its header in the segment or file.
    pub(crate) start: u64,
    /// The bytes after the header.
    pub(crate) body: Cursor<'a>,
}

/// The header of a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BoxHeader {
    pub(crate) kind: FourCc,
    /// Size of the header itself.
    pub(crate) header_length: u64,
    /// `None` if the box extends to the end of its container (size 0).
    pub(crate) body_length: Option<u64>,
}

/// Reads the header of a box: a 32-bit size, a 64-bit size (size 1), or to the end (size 0).
pub(crate) fn header(cursor: &mut Cursor<'_>) -> Result<BoxHeader, Error> {
    let start = cursor.clone();
    let size = cursor.u32()?;
    let kind = cursor.array()?;
    let (before, size) = match size {
        0 => (8, None),
        1 => (16, Some(cursor.u64()?)),
        _ => (8, Some(u64::from(size))),
    };
    let body = match size {
        // A size below that of the header would cause an endless loop.
        Some(size) => Some(
            size.checked_sub(before)
                .ok_or_else(|| start.malformed(format!("box {} of {size} bytes", name(kind))))?,
        ),
        None => None,
    };
    Ok(BoxHeader {
        kind,
        header_length: before,
        body_length: body,
    })
}

/// Iterates over the top-level boxes of a segment. The last one may extend to the end.
pub(crate) fn top_level(segment: &[u8]) -> Boxes<'_> {
    Boxes {
        cursor: Cursor::new("MP4", segment),
        open_end: true,
    }
}

/// Iterates over the children of a box.
pub(crate) fn children<'a>(body: &Cursor<'a>) -> Boxes<'a> {
    Boxes {
        cursor: body.clone(),
        open_end: false,
    }
}

/// Iterates over boxes; ends after the first error.
#[derive(Clone, Debug)]
pub(crate) struct Boxes<'a> {
    cursor: Cursor<'a>,
    open_end: bool,
}

impl<'a> Boxes<'a> {
    /// Returns the body of the first box of a kind.
    pub(crate) fn find(mut self, kind: FourCc) -> Result<Option<Cursor<'a>>, Error> {
        while let Some(found) = self.read()? {
            if found.kind == kind {
                return Ok(Some(found.body));
            }
        }
        Ok(None)
    }

    /// Returns the body of the first box of a kind; fails if there is none.
    pub(crate) fn require(self, kind: FourCc) -> Result<Cursor<'a>, Error> {
        let holder = self.cursor.clone();
        self.find(kind)?
            .ok_or_else(|| holder.malformed(format!("box {} is missing", name(kind))))
    }

    fn read(&mut self) -> Result<Option<ParsedBox<'a>>, Error> {
        if self.cursor.is_empty() {
            return Ok(None);
        }
        let start = self.cursor.position();
        let header = header(&mut self.cursor)?;
        let length = match header.body_length {
            Some(length) => usize::try_from(length).unwrap_or(usize::MAX),
            None if self.open_end => self.cursor.rest().len(),
            None => {
                return Err(self
                    .cursor
                    .malformed(format!("box {} is open", name(header.kind))));
            }
        };
        let body = self.cursor.sub_cursor(length)?;
        Ok(Some(ParsedBox {
            kind: header.kind,
            start,
            body,
        }))
    }
}

impl<'a> Iterator for Boxes<'a> {
    type Item = Result<ParsedBox<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.read().transpose();
        if let Some(Err(_)) = next {
            self.cursor = Cursor::new("MP4", &[]);
        }
        next
    }
}

/// Reads version and flags of a full box (ISO/IEC 14496-12 4.2.2).
pub(crate) fn version_and_flags(body: &mut Cursor<'_>) -> Result<(u8, u32), Error> {
    Ok((body.u8()?, body.u24()?))
}

/// Returns a four-character code as text for an error message.
pub(crate) fn name(kind: FourCc) -> String {
    kind.iter()
        .map(|byte| char::from(*byte))
        .flat_map(char::escape_default)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(bytes: &[u8]) -> Result<Vec<FourCc>, Error> {
        top_level(bytes)
            .map(|found| found.map(|found| found.kind))
            .collect()
    }

    #[test]
    fn sizes_of_64_bits_and_to_the_end_are_read() {
        let bytes = b"\0\0\0\x01free\0\0\0\0\0\0\0\x12xx\0\0\0\0mdatyyy";
        assert_eq!(kinds(bytes).expect("valid"), [*b"free", *b"mdat"]);
    }

    #[test]
    fn sizes_smaller_than_a_header_are_refused() {
        for size in 2..8 {
            assert!(
                kinds(&[0, 0, 0, size, b'f', b'r', b'e', b'e', 0, 0]).is_err(),
                "{size}"
            );
        }
        assert!(kinds(b"\0\0\0\x01free\0\0\0\0\0\0\0\x0f").is_err());
    }

    #[test]
    fn a_child_box_must_have_a_size() {
        let body = Cursor::new("MP4", b"\0\0\0\0trakxx");
        assert!(children(&body).require(*b"trak").is_err());
    }
}
