//! Writes the output file: appends segments with their checksums, and overwrites header and index.

use std::io::{self, BufWriter, IoSlice, Read, Seek, SeekFrom, Write};

use crate::{Error, SegmentFingerprint};

/// Bytes of the write buffer of [`SegmentWriter::stream_at`].
const BUFFER_SIZE: usize = 256 * 1024;

/// An output and where it ends.
#[derive(Debug)]
pub(crate) struct SegmentWriter<O> {
    inner: O,
    end: u64,
    /// Expected length of the output: `end` without a hole that was only skipped to.
    length: u64,
    /// Start of the segment in progress; `checksum` is that of its bytes so far.
    segment_start: u64,
    checksum: crc32fast::Hasher,
    has_journal: bool,
}

/// The byte range that one segment added to the output, and its CRC-32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WrittenRange {
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) checksum: u32,
}

impl<O: Read + Write + Seek> SegmentWriter<O> {
    /// Makes a writer that appends at the end of the last segment in the journal; `None` if there
    /// is no journal.
    pub(crate) fn new(inner: O, journal_end: Option<u64>) -> Self {
        let end = journal_end.unwrap_or(0);
        Self {
            inner,
            end,
            length: end,
            segment_start: end,
            checksum: crc32fast::Hasher::new(),
            has_journal: journal_end.is_some(),
        }
    }

    /// Returns the fingerprint of a segment. Only a journal needs it: without one, the default.
    pub(crate) fn fingerprint(&self, segment: &[u8]) -> SegmentFingerprint {
        if self.has_journal {
            SegmentFingerprint::of(segment)
        } else {
            SegmentFingerprint::default()
        }
    }

    /// Starts a segment: all bytes appended from here belong to it.
    pub(crate) fn begin_segment(&mut self) {
        self.segment_start = self.end;
        self.checksum.reset();
    }

    /// Returns what was appended since [`Self::begin_segment`].
    pub(crate) fn end_segment(&mut self) -> WrittenRange {
        WrittenRange {
            start: self.segment_start,
            end: self.end,
            checksum: self.checksum.clone().finalize(),
        }
    }

    /// Fails with [`Error::Changed`] if the output is longer or shorter than what was written to
    /// it: appending would leave a hole, or overwrite what another program has written.
    pub(crate) fn ensure_unchanged(&mut self) -> Result<(), Error> {
        if self.inner.seek(SeekFrom::End(0))? == self.length {
            Ok(())
        } else {
            Err(Error::Changed)
        }
    }

    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// Leaves a hole up to `position`. It takes no disk space if the file system has sparse files.
    pub(crate) fn skip_to(&mut self, position: u64) {
        self.end = self.end.max(position);
    }

    /// Appends slices in as few write calls as possible.
    pub(crate) fn append(&mut self, mut slices: &mut [IoSlice<'_>]) -> Result<(), Error> {
        self.ensure_unchanged()?;
        for slice in slices.iter() {
            self.checksum.update(slice);
        }
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
        self.length = self.end;
        Ok(())
    }

    /// Overwrites the bytes at `position`.
    pub(crate) fn write_at(&mut self, position: u64, bytes: &[u8]) -> Result<(), Error> {
        self.inner.seek(SeekFrom::Start(position))?;
        self.inner.write_all(bytes)?;
        self.inner.flush()?;
        self.extend_to(position.saturating_add(bytes.len() as u64));
        Ok(())
    }

    /// Writes the output of `fill` at `position` through a buffer of bounded size.
    pub(crate) fn stream_at(
        &mut self,
        position: u64,
        fill: impl FnOnce(&mut BufWriter<&mut O>) -> io::Result<()>,
    ) -> Result<(), Error> {
        self.inner.seek(SeekFrom::Start(position))?;
        let mut buffered = BufWriter::with_capacity(BUFFER_SIZE, &mut self.inner);
        fill(&mut buffered)?;
        buffered.flush()?;
        drop(buffered);
        let position = self.inner.stream_position()?;
        self.extend_to(position);
        Ok(())
    }

    fn extend_to(&mut self, position: u64) {
        self.end = self.end.max(position);
        self.length = self.length.max(position);
    }

    /// Appends up to `length` bytes of the output, from `position`, to `bytes`.
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

    /// Takes at most three bytes per write.
    struct ShortWriter(Cursor<Vec<u8>>);

    impl Write for ShortWriter {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.write(bytes.get(..3).unwrap_or(bytes))
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl Read for ShortWriter {
        fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
            self.0.read(bytes)
        }
    }

    impl Seek for ShortWriter {
        fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
            self.0.seek(to)
        }
    }

    #[test]
    fn short_writes_neither_lose_nor_repeat_bytes() {
        let mut output = SegmentWriter::new(ShortWriter(Cursor::new(vec![0; 2])), Some(2));
        let mut slices = [&b""[..], b"hello", b"", b" slow ", b"world"].map(IoSlice::new);
        output.append(&mut slices).expect("in memory");
        assert_eq!(output.end(), 18);
        let written = WrittenRange {
            start: 2,
            end: 18,
            checksum: crc32fast::hash(b"hello slow world"),
        };
        assert_eq!(output.end_segment(), written);
        assert_eq!(output.inner.0.into_inner(), b"\0\0hello slow world");
    }

    #[test]
    fn appending_fails_if_another_program_changed_the_length() {
        for length in [0, 4, 6] {
            let mut output = SegmentWriter::new(Cursor::new(Vec::new()), Some(0));
            let append = |output: &mut SegmentWriter<Cursor<Vec<u8>>>| {
                output.append(&mut [IoSlice::new(b"hello")])
            };
            append(&mut output).expect("in memory");
            output.inner.get_mut().resize(length, 0);
            assert!(matches!(append(&mut output), Err(Error::Changed)));
            output.inner.get_mut().resize(5, 0);
            append(&mut output).expect("as it was left");
        }
    }

    #[test]
    fn the_checksum_of_a_segment_covers_only_its_bytes() {
        let mut output = SegmentWriter::new(Cursor::new(Vec::new()), Some(0));
        output
            .append(&mut [IoSlice::new(b"head")])
            .expect("in memory");
        output.skip_to(10);
        output.begin_segment();
        output
            .append(&mut [IoSlice::new(b"media")])
            .expect("in memory");
        let media = WrittenRange {
            start: 10,
            end: 15,
            checksum: crc32fast::hash(b"media"),
        };
        assert_eq!(output.end_segment(), media);
        output.begin_segment();
        let nothing = WrittenRange {
            start: 15,
            end: 15,
            checksum: 0,
        };
        assert_eq!(output.end_segment(), nothing);
        assert_eq!(output.fingerprint(b"media").checksum, media.checksum);
    }

    #[test]
    fn without_a_journal_no_segment_has_a_fingerprint() {
        let output = SegmentWriter::new(Cursor::new(Vec::new()), None);
        assert_eq!(output.fingerprint(b"media"), SegmentFingerprint::default());
    }
}
