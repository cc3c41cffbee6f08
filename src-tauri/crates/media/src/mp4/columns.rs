//! Columns of an index, a byte or two for each value until they are written out.

use crate::cursor::{Cursor, put_varint};

/// Grows page by page: a vector that doubles would hold a long movie's column twice over.
const PAGE_BYTES: usize = 16 * 1024;
/// A page with less room than the longest number takes is full.
const MAX_VARINT_BYTES: usize = 10;

/// Numbers in the order in which they were pushed; small ones take a byte.
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
            // Each number is whole in its page, so that it only fails at the end.
            std::iter::from_fn(move || cursor.varint().ok())
        })
    }
}

/// Numbers of at most 63 bits, runs of equal ones told once.
#[derive(Debug, Default)]
pub(crate) struct RunLengthColumn {
    /// A number doubled; with the lowest bit set it comes as often as the next number says.
    packed: VarintColumn,
    /// The run that may still grow.
    open: Option<(u32, u64)>,
    /// Runs, the open one included.
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

    /// How many runs there are.
    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    /// How often each number comes in a row, and the number.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, u64)> {
        let mut packed = self.packed.iter();
        let closed = std::iter::from_fn(move || {
            let mark = packed.next()?;
            let times = if mark & 1 == 0 { 1 } else { packed.next()? };
            Some((u32::try_from(times).ok()?, mark >> 1))
        });
        closed.chain(self.open)
    }

    /// Every number, as often as it comes.
    pub(crate) fn values(&self) -> impl Iterator<Item = u64> {
        self.iter()
            .flat_map(|(times, value)| std::iter::repeat_n(value, times as usize))
    }
}

/// A number whose sign moves to its lowest bit, so that it stays small.
pub(crate) fn zigzag_encode(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

/// The number that [`folded`] made.
pub(crate) fn zigzag_decode(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn runs_give_back_what_was_pushed(
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
        fn folded_numbers_unfold(value in any::<i64>()) {
            prop_assert_eq!(zigzag_decode(zigzag_encode(value)), value);
        }
    }

    #[test]
    fn a_column_holds_little_more_than_its_bytes() {
        let mut packed = VarintColumn::default();
        for value in 0..100_000 {
            packed.push(value % 128);
        }
        let held: usize = packed.pages.iter().map(Vec::capacity).sum();
        assert!(held < 100_000 + PAGE_BYTES, "{held} bytes");
    }
}
