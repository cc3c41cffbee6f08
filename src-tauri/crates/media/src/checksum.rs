//! The checksum of a finished file, by which damage is found years later.

use std::{
    io::{Read, Seek, SeekFrom},
    ops::{ControlFlow, Range},
};

use crc32fast::Hasher;

use crate::{Error, TableFragment, check::mp3, origin};

/// Bytes that are read at once.
const BUFFER_BYTES: usize = 256 << 10;
/// Bytes between two calls of `on_read`.
const STEP_BYTES: u64 = 8 << 20;

/// The CRC-32 of a byte range of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RangeChecksum {
    /// The byte range.
    pub range: Range<u64>,
    /// CRC-32 of its bytes.
    pub crc32: u32,
}

impl RangeChecksum {
    /// Returns the checksum of the media that segments added to the output, without reading it.
    /// Returns `None` if there is none, or if the output has other bytes between them.
    pub fn of_media(fragments: &[TableFragment]) -> Option<Self> {
        let written = fragments.iter();
        let mut written: Vec<_> = written.filter(|it| it.output_bytes() > 0).collect();
        written.sort_by_key(|fragment| fragment.output_start);
        let start = written.first()?.output_start;
        let (mut end, mut hasher) = (start, Hasher::new());
        for fragment in written {
            if fragment.output_start != end {
                return None;
            }
            let bytes = fragment.output_bytes();
            hasher.combine(&Hasher::new_with_initial_len(fragment.checksum, bytes));
            end = fragment.output_end;
        }
        Some(Self {
            range: start..end,
            crc32: hasher.finalize(),
        })
    }

    /// Returns the checksum of the frames of an MP3, which is read; `None` if the file is none.
    ///
    /// Fails with [`Error::Input`] if reading fails.
    pub fn of_mp3<F: Read + Seek>(mut file: F) -> Result<Option<Self>, Error> {
        let Some(mp3::Mp3Start(start)) = mp3::find_start(&mut file)? else {
            return Ok(None);
        };
        let end = file.seek(SeekFrom::End(0)).map_err(Error::Input)?;
        let mut hasher = Hasher::new();
        read_range(&mut file, start..end, &mut hasher)?;
        Ok(Some(Self {
            range: start..end,
            crc32: hasher.finalize(),
        }))
    }

    /// Returns the checksum of the whole file, of which only what lies outside this range is read.
    /// Those of an FLV and of an MP3 begin with this range: the note of [`origin`](crate::origin) is
    /// before it.
    ///
    /// Fails with [`Error::Input`] if the file is shorter than the range.
    pub fn extended<F: Read + Seek>(&self, mut file: F) -> Result<Self, Error> {
        let end = file.seek(SeekFrom::End(0)).map_err(Error::Input)?;
        let is_behind = origin::is_flv(&mut file)? || mp3::find_start(&mut file)?.is_some();
        let start = if is_behind { self.range.start } else { 0 };
        let mut hasher = Hasher::new();
        read_range(&mut file, start..self.range.start, &mut hasher)?;
        let length = self.range.end.saturating_sub(self.range.start);
        hasher.combine(&Hasher::new_with_initial_len(self.crc32, length));
        read_range(&mut file, self.range.end..end, &mut hasher)?;
        Ok(Self {
            range: start..end,
            crc32: hasher.finalize(),
        })
    }

    /// Reads the range of a file and returns whether it has this checksum. `on_read` gets the number
    /// of bytes that are done, and may stop it: the result is `None` then. A file that ends within
    /// the range has another checksum. The range of an MP3 is where its frames are now: another
    /// program may have changed the tags before and behind them.
    pub fn verify<F: Read + Seek>(
        &self,
        mut file: F,
        mut on_read: impl FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Option<bool>, Error> {
        let end = file.seek(SeekFrom::End(0)).map_err(Error::Input)?;
        let range = match mp3::find_start(&mut file)? {
            Some(mp3::Mp3Start(start)) => {
                let length = self.range.end.saturating_sub(self.range.start);
                start..start.saturating_add(length)
            }
            None => self.range.clone(),
        };
        if range.end > end || range.start > range.end {
            return Ok(Some(false));
        }
        let mut hasher = Hasher::new();
        let mut is_stopped = false;
        let mut start = range.start;
        while start < range.end && !is_stopped {
            let next = range.end.min(start.saturating_add(STEP_BYTES));
            read_range(&mut file, start..next, &mut hasher)?;
            start = next;
            is_stopped = on_read(start - range.start).is_break();
        }
        Ok((!is_stopped).then(|| hasher.finalize() == self.crc32))
    }
}

/// Reads a range into the hasher.
fn read_range<F: Read + Seek>(
    file: &mut F,
    range: Range<u64>,
    hasher: &mut Hasher,
) -> Result<(), Error> {
    file.seek(SeekFrom::Start(range.start))
        .map_err(Error::Input)?;
    let mut left = range.end.saturating_sub(range.start);
    let most = usize::try_from(left).map_or(BUFFER_BYTES, |left| left.min(BUFFER_BYTES));
    let mut buffer = vec![0; most];
    while left > 0 {
        let count = usize::try_from(left).map_or(most, |left| left.min(most));
        let part = buffer.get_mut(..count).unwrap_or_default();
        file.read_exact(part).map_err(Error::Input)?;
        hasher.update(part);
        left -= count as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor as Memory;

    use super::*;
    use crate::{SegmentKind, id3::build::mp3};

    fn fragments(bytes: &[u8], ranges: &[Range<usize>]) -> Vec<TableFragment> {
        let fragment = |range: &Range<usize>| {
            let start = range.start as u64;
            let kind = SegmentKind::Media(start);
            TableFragment::for_byte_range(kind, 0, start, &bytes[range.clone()])
        };
        ranges.iter().map(fragment).collect()
    }

    #[test]
    fn the_checksum_of_a_file_is_known_without_reading_its_media() {
        let bytes: Vec<u8> = (0..5000_u16).map(|it| (it % 251) as u8).collect();
        let parts = fragments(&bytes, &[2000..4000, 100..100, 100..2000]);
        let media = RangeChecksum::of_media(&parts).expect("media");
        assert_eq!(media.range, 100..4000);
        assert_eq!(media.crc32, crc32fast::hash(&bytes[100..4000]));
        let whole = media.extended(Memory::new(&bytes)).expect("a file");
        assert_eq!(whole.range, 0..5000);
        assert_eq!(whole.crc32, crc32fast::hash(&bytes));
    }

    #[test]
    fn there_is_none_of_media_with_other_bytes_between() {
        let bytes = [7; 100];
        assert_eq!(
            RangeChecksum::of_media(&fragments(&bytes, &[0..10, 20..30])),
            None
        );
        assert_eq!(RangeChecksum::of_media(&[]), None);
    }

    #[test]
    fn the_frames_of_an_mp3_are_known_again_behind_another_tag() {
        let saved = mp3(100);
        let checksum = RangeChecksum::of_mp3(Memory::new(&saved)).expect("readable");
        let checksum = checksum.expect("an MP3");
        let extended = checksum.extended(Memory::new(&saved)).expect("readable");
        assert_eq!(extended, checksum);
        let verify = |bytes: &[u8]| {
            let verified = checksum.verify(Memory::new(bytes), |_| ControlFlow::Continue(()));
            verified.expect("readable")
        };
        assert_eq!(verify(&saved), Some(true));
        let mut tagged = mp3(3000);
        tagged.extend_from_slice(b"TAG");
        assert_eq!(verify(&tagged), Some(true));
        let middle = tagged.len() - 500;
        tagged[middle] ^= 1;
        assert_eq!(verify(&tagged), Some(false));
        assert_eq!(verify(&saved[..saved.len() - 1]), Some(false));
        let movie = RangeChecksum::of_mp3(Memory::new([0; 100])).expect("readable");
        assert_eq!(movie, None);
    }

    #[test]
    fn a_changed_byte_or_a_missing_end_gives_another_checksum() {
        let bytes: Vec<u8> = (0..200).collect();
        let checksum = RangeChecksum {
            range: 20..180,
            crc32: crc32fast::hash(&bytes[20..180]),
        };
        let verify = |bytes: &[u8]| {
            let verified = checksum.verify(Memory::new(bytes), |_| ControlFlow::Continue(()));
            verified.expect("readable")
        };
        assert_eq!(verify(&bytes), Some(true));
        for position in 0..200 {
            let mut changed = bytes.clone();
            changed[position] ^= 1;
            let is_outside = !(20..180).contains(&position);
            assert_eq!(verify(&changed), Some(is_outside), "{position}");
        }
        assert_eq!(verify(&bytes[..179]), Some(false));
        let stopped = checksum.verify(Memory::new(&bytes), |_| ControlFlow::Break(()));
        assert_eq!(stopped.expect("readable"), None);
    }
}
