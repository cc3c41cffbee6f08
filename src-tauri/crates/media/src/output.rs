//! The file that is being made, written at exact places.

use std::io::{self, BufWriter, IoSlice, Read, Seek, SeekFrom, Write};

use crate::Error;

/// What is written field by field goes out in writes of this many bytes.
const BUFFER: usize = 256 * 1024;

/// An output and where it ends.
#[derive(Debug)]
pub(crate) struct Output<O> {
    inner: O,
    end: u64,
}

impl<O: Read + Write + Seek> Output<O> {
    /// `end` is where the journal says that the last piece ends, not where the output happens to.
    pub(crate) fn new(inner: O, end: u64) -> Self {
        Self { inner, end }
    }

    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// Leaves a hole before what comes next. It costs no disk where files can be sparse.
    pub(crate) fn skip_to(&mut self, position: u64) {
        self.end = self.end.max(position);
    }

    /// Appends slices, in as few writes as the system takes them.
    pub(crate) fn append(&mut self, mut slices: &mut [IoSlice<'_>]) -> Result<(), Error> {
        self.inner.seek(SeekFrom::Start(self.end))?;
        IoSlice::advance_slices(&mut slices, 0);
        while !slices.is_empty() {
            match self.inner.write_vectored(slices) {
                Ok(0) => return Err(std::io::Error::from(std::io::ErrorKind::WriteZero).into()),
                Ok(written) => {
                    self.end += written as u64;
                    IoSlice::advance_slices(&mut slices, written);
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.inner.flush()?;
        Ok(())
    }

    /// Overwrites what stands at `position`.
    pub(crate) fn write_at(&mut self, position: u64, bytes: &[u8]) -> Result<(), Error> {
        self.inner.seek(SeekFrom::Start(position))?;
        self.inner.write_all(bytes)?;
        self.inner.flush()?;
        self.end = self.end.max(position.saturating_add(bytes.len() as u64));
        Ok(())
    }

    /// Writes from `position` on what `fill` makes, a bounded part of it in memory at a time.
    pub(crate) fn stream_at(
        &mut self,
        position: u64,
        fill: impl FnOnce(&mut BufWriter<&mut O>) -> io::Result<()>,
    ) -> Result<(), Error> {
        self.inner.seek(SeekFrom::Start(position))?;
        let mut buffered = BufWriter::with_capacity(BUFFER, &mut self.inner);
        fill(&mut buffered)?;
        buffered.flush()?;
        drop(buffered);
        self.end = self.end.max(self.inner.stream_position()?);
        Ok(())
    }

    pub(crate) fn read_at<const N: usize>(&mut self, position: u64) -> Result<[u8; N], Error> {
        let mut bytes = [0; N];
        self.inner.seek(SeekFrom::Start(position))?;
        self.inner.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// Appends what stands at `position`, up to `length` bytes of it, to `bytes`.
    pub(crate) fn read_into(
        &mut self,
        bytes: &mut Vec<u8>,
        position: u64,
        length: u64,
    ) -> Result<(), Error> {
        self.inner.seek(SeekFrom::Start(position))?;
        Read::by_ref(&mut self.inner)
            .take(length)
            .read_to_end(bytes)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// Takes a few bytes at a time, as a full pipe would.
    struct Slow(Cursor<Vec<u8>>);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.write(bytes.get(..3).unwrap_or(bytes))
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl Read for Slow {
        fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
            self.0.read(bytes)
        }
    }

    impl Seek for Slow {
        fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
            self.0.seek(to)
        }
    }

    #[test]
    fn short_writes_lose_and_repeat_nothing() {
        let mut output = Output::new(Slow(Cursor::default()), 2);
        let mut slices = [&b""[..], b"hello", b"", b" slow ", b"world"].map(IoSlice::new);
        output.append(&mut slices).expect("in memory");
        assert_eq!(output.end(), 18);
        assert_eq!(output.inner.0.into_inner(), b"\0\0hello slow world");
    }
}
