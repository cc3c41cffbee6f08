//! The distinct sample entries of a track (`stsd`).

use std::collections::HashMap;

use crate::Error;

/// Largest total size, enough for thousands of changes: the check reads all of `stsd` into memory.
const MAX_BYTES: usize = 2 << 20;

/// Sample entries in the order of `stsd`, and their numbers, counted from 1.
#[derive(Debug, Default)]
pub(crate) struct SampleEntries {
    pub(crate) all: Vec<Vec<u8>>,
    numbers: HashMap<Vec<u8>, u32>,
    /// Number that was returned last.
    last: u32,
    bytes: usize,
}

impl SampleEntries {
    /// Returns the number of an entry, and adds it if it is new.
    pub(crate) fn number(&mut self, entry: &[u8]) -> Result<u32, Error> {
        // Most samples have the same entry as the one before.
        let last = (self.last as usize).checked_sub(1);
        let last = last.and_then(|last| self.all.get(last));
        if last.is_none_or(|last| last != entry) {
            self.last = match self.numbers.get(entry) {
                Some(number) => *number,
                None => self.add(entry)?,
            };
        }
        Ok(self.last)
    }

    fn add(&mut self, entry: &[u8]) -> Result<u32, Error> {
        self.bytes = self.bytes.saturating_add(entry.len());
        if self.bytes > MAX_BYTES {
            let problem = "a track with more set-ups than a film can hold";
            return Err(Error::Unsupported(problem.into()));
        }
        self.all.push(entry.to_vec());
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.numbers.insert(entry.to_vec(), number);
        Ok(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_keeps_its_number() {
        let mut entries = SampleEntries::default();
        let numbers: Vec<_> = [b"one", b"two", b"two", b"one", b"ten", b"two"]
            .into_iter()
            .map(|entry| entries.number(entry).expect("few"))
            .collect();
        assert_eq!(numbers, [1, 2, 2, 1, 3, 2]);
        assert_eq!(entries.all, [b"one", b"two", b"ten"]);
    }

    #[test]
    fn more_sample_entries_than_a_movie_can_hold_are_refused() {
        let mut entries = SampleEntries::default();
        let entry = |number: u32| [&[0; 1020][..], &number.to_be_bytes()].concat();
        for number in 0..2048 {
            assert_eq!(entries.number(&entry(number)).expect("fits"), number + 1);
        }
        let refused = entries.number(&entry(2048));
        assert!(matches!(refused, Err(Error::Unsupported(_))));
    }
}
