//! A sparse file in memory, which can be read while a muxer writes it.

use std::{
    collections::BTreeMap,
    io::{Error, ErrorKind, Read, Result, Seek, SeekFrom, Write},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

const PAGE: u64 = 4096;
/// Far more than any test writes; stops a muxer that never ends.
const MAX_PAGES: usize = 8192;

/// A sparse file; clones share its bytes, each with a position of its own.
#[derive(Clone, Debug, Default)]
pub struct MemoryFile {
    file: Arc<Mutex<MemoryFileState>>,
    position: u64,
}

#[derive(Debug, Default)]
struct MemoryFileState {
    pages: BTreeMap<u64, Vec<u8>>,
    length: u64,
}

impl MemoryFile {
    fn file(&self) -> MutexGuard<'_, MemoryFileState> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns its length in bytes.
    pub fn length(&self) -> u64 {
        self.file().length
    }

    /// Truncates or extends it with zeros, as `ftruncate` does.
    pub fn set_length(&self, length: u64) {
        let mut file = self.file();
        file.pages.retain(|&start, _| start < length);
        if let Some((&start, page)) = file.pages.iter_mut().next_back() {
            let kept = usize::try_from(length - start).unwrap_or(usize::MAX);
            if let Some(cut) = page.get_mut(kept..) {
                cut.fill(0);
            }
        }
        file.length = length;
    }

    /// Reads a byte range, which must lie within the file.
    pub fn read_range(&self, start: u64, length: u64) -> Vec<u8> {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        assert!(
            start.saturating_add(length as u64) <= self.length(),
            "{length} bytes at {start} lie behind the end"
        );
        let mut bytes = vec![0; length];
        let mut reader = self.clone();
        reader.position = start;
        reader.read_exact(&mut bytes).expect("within the file");
        bytes
    }

    /// Returns the length and a CRC-32 of all that is not zero.
    pub fn fingerprint(&self) -> (u64, u32) {
        let file = self.file();
        let mut hash = crc32fast::Hasher::new();
        for (start, page) in &file.pages {
            if page.iter().any(|byte| *byte != 0) {
                hash.update(&start.to_be_bytes());
                hash.update(page);
            }
        }
        (file.length, hash.finalize())
    }
}

/// Returns the start of the page that holds a position, the offset within that page, and how many
/// bytes it has from there on.
fn page_position(position: u64) -> (u64, usize, usize) {
    let within = usize::try_from(position % PAGE).unwrap_or(0);
    let left = usize::try_from(PAGE).unwrap_or(0) - within;
    (position - position % PAGE, within, left)
}

impl Read for MemoryFile {
    fn read(&mut self, bytes: &mut [u8]) -> Result<usize> {
        let file = self.file();
        let (start, within, left) = page_position(self.position);
        let there = file.length.saturating_sub(self.position);
        let count = bytes
            .len()
            .min(left)
            .min(usize::try_from(there).unwrap_or(usize::MAX));
        match file.pages.get(&start) {
            Some(page) => bytes[..count].copy_from_slice(&page[within..within + count]),
            None => bytes[..count].fill(0),
        }
        drop(file);
        self.position += count as u64;
        Ok(count)
    }
}

impl Write for MemoryFile {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let (start, within, left) = page_position(self.position);
        let count = bytes.len().min(left);
        let mut file = self.file();
        let pages = file.pages.len();
        let page = file.pages.entry(start).or_default();
        if page.is_empty() {
            if pages >= MAX_PAGES {
                return Err(Error::from(ErrorKind::StorageFull));
            }
            page.resize(within + left, 0);
        }
        page[within..within + count].copy_from_slice(&bytes[..count]);
        file.length = file.length.max(self.position + count as u64);
        drop(file);
        self.position += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

impl Seek for MemoryFile {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(distance) => self.length().checked_add_signed(distance),
            SeekFrom::Current(distance) => self.position.checked_add_signed(distance),
        };
        self.position = position.ok_or_else(|| Error::from(ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_was_written_across_pages_and_holes() {
        let mut output = MemoryFile::default();
        output.seek(SeekFrom::Start(4090)).expect("in memory");
        output.write_all(b"across pages").expect("in memory");
        output.seek(SeekFrom::Start(1 << 33)).expect("in memory");
        output.write_all(b"far").expect("in memory");
        assert_eq!(output.length(), (1 << 33) + 3);
        assert_eq!(output.read_range(4088, 16), b"\0\0across pages\0\0");
        output.set_length(4097);
        output.set_length(4200);
        assert_eq!(output.read_range(4090, 8), b"across \0");
    }
}
