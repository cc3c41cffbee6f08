//! Reads boxes from memory: headers, children, version and flags (ISO/IEC 14496-12 4.2).

use super::FourCc;
use crate::{Error, cursor::Cursor};

/// One box in memory.
#[derive(Clone, Debug)]
pub(crate) struct ParsedBox<'a> {
    pub(crate) kind: FourCc,
    /// Where its header starts in the segment or file.
    pub(crate) start: u64,
    /// What is behind the header.
    pub(crate) body: Cursor<'a>,
}

/// Where a box lies, read from its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BoxHeader {
    pub(crate) kind: FourCc,
    /// Bytes before the body.
    pub(crate) header_length: u64,
    /// `None`: to the end of what holds it.
    pub(crate) body_length: Option<u64>,
}

/// Reads the header of a box: 32-bit size, 64-bit size (1), or to the end (0).
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
        // A size below that of the header would let a reader stand still for ever.
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

/// The boxes at the top level of a segment, where the last may reach to the end.
pub(crate) fn top_level(segment: &[u8]) -> Boxes<'_> {
    Boxes {
        cursor: Cursor::new("MP4", segment),
        open_end: true,
    }
}

/// The boxes inside another.
pub(crate) fn children<'a>(body: &Cursor<'a>) -> Boxes<'a> {
    Boxes {
        cursor: body.clone(),
        open_end: false,
    }
}

/// Boxes, one after the other. Ends after the first error.
#[derive(Clone, Debug)]
pub(crate) struct Boxes<'a> {
    cursor: Cursor<'a>,
    open_end: bool,
}

impl<'a> Boxes<'a> {
    /// The first box of a kind.
    pub(crate) fn find(mut self, kind: FourCc) -> Result<Option<Cursor<'a>>, Error> {
        while let Some(found) = self.read()? {
            if found.kind == kind {
                return Ok(Some(found.body));
            }
        }
        Ok(None)
    }

    /// The first box of a kind, without which the others mean nothing.
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

/// Version and flags of a full box (ISO/IEC 14496-12 4.2.2).
pub(crate) fn version_and_flags(body: &mut Cursor<'_>) -> Result<(u8, u32), Error> {
    Ok((body.u8()?, body.u24()?))
}

/// A box's name in an error's words.
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
        assert_eq!(kinds(bytes).expect("whole"), [*b"free", *b"mdat"]);
    }

    #[test]
    fn sizes_smaller_than_a_header_are_errors_and_never_a_standstill() {
        for size in 2..8 {
            assert!(
                kinds(&[0, 0, 0, size, b'f', b'r', b'e', b'e', 0, 0]).is_err(),
                "{size}"
            );
        }
        assert!(kinds(b"\0\0\0\x01free\0\0\0\0\0\0\0\x0f").is_err());
    }

    #[test]
    fn a_box_inside_another_must_tell_its_size() {
        let body = Cursor::new("MP4", b"\0\0\0\0trakxx");
        assert!(children(&body).require(*b"trak").is_err());
    }
}
