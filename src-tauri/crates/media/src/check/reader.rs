//! Reads boxes and byte ranges of an untrusted file, with bounded memory.

use std::{
    io::{Read, Seek, SeekFrom},
    ops::Range,
};

use crate::{
    Error,
    boxes::{
        FourCc,
        read::{self, name},
    },
    cursor::Cursor,
};

/// Size of the buffer through which each table is read.
const WINDOW_BYTES: usize = 64 * 1024;
/// Largest box that is read as a whole; `stsd` with many parameter sets is the largest in practice.
const MAX_LEAF_BYTES: u64 = 4 << 20;
/// Largest number of children of a box.
const MAX_CHILDREN: usize = 4096;

/// The file.
#[derive(Debug)]
pub(super) struct BoxReader<R> {
    file: R,
    pub(super) length: u64,
}

/// A box and the byte range of its body.
#[derive(Clone, Debug)]
pub(super) struct LocatedBox {
    pub(super) kind: FourCc,
    pub(super) body: Range<u64>,
}

/// The children of a box.
#[derive(Clone, Debug)]
pub(super) struct Children {
    /// Where the body of their parent starts.
    pub(super) parent_start: u64,
    pub(super) all: Vec<LocatedBox>,
}

pub(super) fn malformed(offset: u64, problem: impl Into<String>) -> Error {
    Error::Malformed {
        format: "MP4",
        problem: problem.into(),
        offset,
    }
}

impl<R: Read + Seek> BoxReader<R> {
    pub(super) fn new(file: R, length: u64) -> Self {
        Self { file, length }
    }

    fn read_exact_at(&mut self, position: u64, bytes: &mut [u8]) -> Result<(), Error> {
        self.file.seek(SeekFrom::Start(position))?;
        self.file.read_exact(bytes)?;
        Ok(())
    }

    /// Reads `N` bytes at a position.
    pub(super) fn array<const N: usize>(&mut self, position: u64) -> Result<[u8; N], Error> {
        let mut bytes = [0; N];
        if self.length.saturating_sub(position) < N as u64 {
            return Err(malformed(position, "the file ends inside a field"));
        }
        self.read_exact_at(position, &mut bytes)?;
        Ok(bytes)
    }

    /// Reads the whole body of a small box.
    pub(super) fn read_body(&mut self, found: &LocatedBox) -> Result<Vec<u8>, Error> {
        let length = found.body.end - found.body.start;
        if length > MAX_LEAF_BYTES {
            let problem = format!("box {} of {length} bytes", name(found.kind));
            return Err(malformed(found.body.start, problem));
        }
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
        self.read_exact_at(found.body.start, &mut bytes)?;
        Ok(bytes)
    }

    /// Reads the headers of the boxes that fill a byte range.
    pub(super) fn children(&mut self, range: Range<u64>) -> Result<Children, Error> {
        let mut all = Vec::new();
        let mut position = range.start;
        while position < range.end {
            let mut bytes = [0; 16];
            let left = range.end - position;
            let head = usize::try_from(left).map_or(16, |left| left.min(16));
            let head = bytes.get_mut(..head).unwrap_or_default();
            self.read_exact_at(position, head)?;
            let header = read::header(&mut Cursor::within("MP4", head, position))?;
            let start = position.saturating_add(header.header_length);
            // Only `mdat` may have size 0, which means to the end of the file.
            let open = header.kind == *b"mdat" && range.end == self.length;
            let end = match header.body_length {
                Some(length) => start.saturating_add(length),
                None if open => range.end,
                None => return Err(malformed(position, "a box without a size")),
            };
            if end > range.end {
                let missing = end - range.end;
                let problem = format!("box {} lacks {missing} bytes", name(header.kind));
                return Err(malformed(position, problem));
            }
            if all.len() == MAX_CHILDREN {
                return Err(malformed(position, "too many boxes"));
            }
            all.push(LocatedBox {
                kind: header.kind,
                body: start..end,
            });
            position = end;
        }
        Ok(Children {
            parent_start: range.start,
            all,
        })
    }

    /// Reads the children of a box. Fails if the name of one differs from a known name by a single
    /// bit: it is probably damaged, and readers would ignore the box. Allows other unknown boxes.
    pub(super) fn known(
        &mut self,
        parent: &LocatedBox,
        known: &[&FourCc],
    ) -> Result<Children, Error> {
        let children = self.children(parent.body.clone())?;
        for child in &children.all {
            let distance = |name: &FourCc| {
                let different = u32::from_be_bytes(*name) ^ u32::from_be_bytes(child.kind);
                different.count_ones()
            };
            if !known.contains(&&child.kind) && known.iter().any(|name| distance(name) == 1) {
                let problem = format!("box {} in {}", name(child.kind), name(parent.kind));
                return Err(malformed(child.body.start, problem));
            }
        }
        Ok(children)
    }
}

impl Children {
    /// Returns the only box of a kind; fails if there is none or more than one.
    pub(super) fn required(&self, kind: FourCc) -> Result<&LocatedBox, Error> {
        self.optional(kind)?
            .ok_or_else(|| malformed(self.parent_start, format!("box {} is missing", name(kind))))
    }

    /// Returns the only box of a kind, if any; fails if there is more than one.
    pub(super) fn optional(&self, kind: FourCc) -> Result<Option<&LocatedBox>, Error> {
        let mut found = self.of(kind);
        let first = found.next();
        match found.next() {
            Some(second) => {
                let problem = format!("a second {}", name(kind));
                Err(malformed(second.body.start, problem))
            }
            None => Ok(first),
        }
    }

    /// Returns all boxes of a kind.
    pub(super) fn of(&self, kind: FourCc) -> impl Iterator<Item = &LocatedBox> {
        self.all.iter().filter(move |child| child.kind == kind)
    }
}

/// Reads a byte range from start to end through a buffer.
#[derive(Debug)]
pub(super) struct WindowReader {
    buffer: Vec<u8>,
    at: usize,
    /// What is not in the buffer yet.
    rest: Range<u64>,
}

impl WindowReader {
    pub(super) fn new(range: Range<u64>) -> Self {
        Self {
            buffer: Vec::new(),
            at: 0,
            rest: range,
        }
    }

    /// Position in the file of the next byte.
    pub(super) fn position(&self) -> u64 {
        let held = self.buffer.len().saturating_sub(self.at) as u64;
        self.rest.start.saturating_sub(held)
    }

    pub(super) fn array<const N: usize, R: Read + Seek>(
        &mut self,
        reader: &mut BoxReader<R>,
    ) -> Result<[u8; N], Error> {
        loop {
            let held = self.buffer.get(self.at..).unwrap_or_default();
            if let Some(bytes) = held.first_chunk::<N>() {
                self.at += N;
                return Ok(*bytes);
            }
            if self.rest.is_empty() {
                return Err(malformed(self.position(), "a table ends inside a row"));
            }
            self.fill(reader)?;
        }
    }

    pub(super) fn read_u32<R: Read + Seek>(
        &mut self,
        reader: &mut BoxReader<R>,
    ) -> Result<u32, Error> {
        self.array(reader).map(u32::from_be_bytes)
    }

    fn fill<R: Read + Seek>(&mut self, reader: &mut BoxReader<R>) -> Result<(), Error> {
        self.buffer.drain(..self.at);
        self.at = 0;
        let left = self.rest.end - self.rest.start;
        let part = usize::try_from(left).map_or(WINDOW_BYTES, |left| left.min(WINDOW_BYTES));
        let held = self.buffer.len();
        self.buffer.resize(held + part, 0);
        let into = self.buffer.get_mut(held..).unwrap_or_default();
        reader.read_exact_at(self.rest.start, into)?;
        self.rest.start += part as u64;
        Ok(())
    }
}
