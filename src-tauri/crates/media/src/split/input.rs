//! Reads byte ranges of the input file.

use std::io::{Read, Seek, SeekFrom};

use crate::Error;

/// The buffer grows in steps of this size, so that a wrong length in the file does not allocate
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
        let start = out.len();
        let end = start.saturating_add(wanted);
        let mut filled = start;
        while filled < end {
            if filled == out.len() {
                out.resize(end.min(filled.saturating_add(ALLOCATION_STEP)), 0);
            }
            match self.inner.read(out.get_mut(filled..).unwrap_or_default()) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::Input(error)),
            }
        }
        out.truncate(filled);
        let read = filled - start;
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
