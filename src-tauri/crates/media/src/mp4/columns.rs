//! Compressed columns of numbers, which hold the sample index in memory until it is written.

use crate::cursor::{Cursor, put_varint};

/// Size of a page. A single growing vector could take twice the memory while it doubles.
const PAGE_BYTES: usize = 16 * 1024;
/// Longest encoding of a number; a page with less space left is full.
const MAX_VARINT_BYTES: usize = 10;

/// Numbers in the order in which they were pushed, as varints.
#[derive(Debug, Default)]
pub(crate) struct VarintColumn {
    pages: Vec<Vec<u8>>,
}

impl VarintColumn {
    pub(crate) fn push(&mut self, value: u64) {
        match self.pages.last_mut() {
            Some(page) if page.len() <= PAGE_BYTES - MAX_VARINT_BYTES => put_varint(page, value),
            _ => {
                let mut page = Vec::with_capacity(PAGE_BYTES);
                put_varint(&mut page, value);
                self.pages.push(page);
            }
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = u64> {
        self.pages.iter().flat_map(|page| {
            let mut cursor = Cursor::new("index", page);
            // No number spans two pages, so this fails only at the end of the page.
            std::iter::from_fn(move || cursor.varint().ok())
        })
    }
}

/// Numbers of at most 63 bits; runs of equal ones are stored once.
#[derive(Debug, Default)]
pub(crate) struct RunLengthColumn {
    /// Each run as `value << 1`, or `value << 1 | 1` followed by its length.
    packed: VarintColumn,
    /// The run that may still grow: its length and value.
    open: Option<(u32, u64)>,
    /// Number of runs, including the open one.
    count: u32,
}

impl RunLengthColumn {
    pub(crate) fn push(&mut self, value: u64) {
        match &mut self.open {
            Some((times, open)) if *open == value && *times < u32::MAX => *times += 1,
            _ => {
                if let Some((times, closed)) = self.open.replace((1, value)) {
                    self.close(times, closed);
                }
                self.count = self.count.saturating_add(1);
            }
        }
    }

    fn close(&mut self, times: u32, value: u64) {
        self.packed.push((value << 1) | u64::from(times > 1));
        if times > 1 {
            self.packed.push(u64::from(times));
        }
    }

    /// Number of runs.
    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    /// Returns the length and the value of each run.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, u64)> {
        let mut packed = self.packed.iter();
        let closed = std::iter::from_fn(move || {
            let mark = packed.next()?;
            let times = if mark & 1 == 0 { 1 } else { packed.next()? };
            Some((u32::try_from(times).ok()?, mark >> 1))
        });
        closed.chain(self.open)
    }

    /// Returns all numbers in the order in which they were pushed.
    pub(crate) fn values(&self) -> impl Iterator<Item = u64> {
        self.iter()
            .flat_map(|(times, value)| std::iter::repeat_n(value, times as usize))
    }
}

/// Moves the sign to the lowest bit, so that small negative numbers have short varints.
pub(crate) fn zigzag_encode(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

/// Reverses [`zigzag_encode`].
pub(crate) fn zigzag_decode(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn runs_return_the_pushed_values(
            values in proptest::collection::vec((0_u64..1 << 63, 1_usize..5), 0..4000)
        ) {
            let mut runs = RunLengthColumn::default();
            let expected: Vec<_> = values
                .iter()
                .flat_map(|(value, times)| std::iter::repeat_n(*value, *times))
                .collect();
            for value in &expected {
                runs.push(*value);
            }
            prop_assert_eq!(runs.values().collect::<Vec<_>>(), expected);
            prop_assert_eq!(runs.iter().count(), runs.count() as usize);
        }

        #[test]
        fn zigzag_decoding_reverses_encoding(value in any::<i64>()) {
            prop_assert_eq!(zigzag_decode(zigzag_encode(value)), value);
        }
    }

    #[test]
    fn a_column_allocates_little_more_than_its_bytes() {
        let mut packed = VarintColumn::default();
        for value in 0..100_000 {
            packed.push(value % 128);
        }
        let held: usize = packed.pages.iter().map(Vec::capacity).sum();
        assert!(held < 100_000 + PAGE_BYTES, "{held} bytes");
    }
}
