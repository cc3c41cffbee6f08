//! Reads byte ranges of the input file.

use std::io::{Read, Seek, SeekFrom};

use crate::Error;

/// Most bytes that are allocated before they are read: a wrong length in the file does not allocate
/// memory for bytes that are not there.
const ALLOCATION_STEP: usize = 1 << 20;

/// The input file and its length.
#[derive(Debug)]
pub(super) struct InputFile<R> {
    inner: R,
    length: u64,
    /// Current position of the reader if known, to avoid needless seeks.
    position: Option<u64>,
}

impl<R: Read + Seek> InputFile<R> {
    pub(super) fn new(mut inner: R) -> Result<Self, Error> {
        let length = inner.seek(SeekFrom::End(0)).map_err(Error::Input)?;
        Ok(Self {
            inner,
            length,
            position: None,
        })
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Appends up to `wanted` bytes from `position`; fewer only at the end of the file. Returns how
    /// many.
    pub(super) fn read(
        &mut self,
        position: u64,
        wanted: usize,
        out: &mut Vec<u8>,
    ) -> Result<usize, Error> {
        if self.position != Some(position) {
            self.inner
                .seek(SeekFrom::Start(position))
                .map_err(Error::Input)?;
        }
        // Unknown after an error.
        self.position = None;
        out.reserve(wanted.min(ALLOCATION_STEP));
        // Grows the buffer as bytes come, and does not fill it with zeros before.
        let mut bytes = self.inner.by_ref().take(wanted as u64);
        let read = bytes.read_to_end(out).map_err(Error::Input)?;
        self.position = position.checked_add(read as u64);
        Ok(read)
    }

    /// Appends exactly `wanted` bytes.
    pub(super) fn read_all(
        &mut self,
        position: u64,
        wanted: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        if self.read(position, wanted, out)? == wanted {
            return Ok(());
        }
        // The file has become shorter since it was opened.
        Err(Error::Input(std::io::ErrorKind::UnexpectedEof.into()))
    }

    /// Returns up to `N` bytes for a header, which may be truncated.
    pub(super) fn peek<const N: usize>(&mut self, position: u64) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::with_capacity(N);
        self.read(position, N, &mut bytes)?;
        Ok(bytes)
    }
}
