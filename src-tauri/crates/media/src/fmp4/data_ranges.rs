//! The byte ranges of a media segment that go into the output.

use std::ops::Range;

use crate::{Error, cursor::Cursor};

/// Byte ranges of a segment, sorted and not adjacent.
#[derive(Clone, Debug, Default)]
pub(crate) struct DataRanges(Vec<DataRange>);

#[derive(Clone, Debug)]
struct DataRange {
    range: Range<usize>,
    /// Total length of the ranges before.
    bytes_before: u64,
}

impl DataRanges {
    /// Merges ranges that overlap or touch.
    pub(crate) fn new(mut ranges: Vec<Range<usize>>) -> Self {
        ranges.sort_by_key(|range| (range.start, range.end));
        let mut data: Vec<DataRange> = Vec::new();
        for range in ranges {
            match data.last_mut() {
                Some(last) if range.start <= last.range.end => {
                    last.range.end = last.range.end.max(range.end);
                }
                last => {
                    let before = last.map_or(0, |last| last.bytes_before + last.range.len() as u64);
                    data.push(DataRange {
                        range,
                        bytes_before: before,
                    });
                }
            }
        }
        Self(data)
    }

    /// Returns the position of some bytes of the segment in the concatenation of all ranges.
    pub(crate) fn output_offset(&self, position: usize, length: usize) -> Result<u64, Error> {
        let behind = self.0.partition_point(|data| data.range.start <= position);
        behind
            .checked_sub(1)
            .and_then(|index| self.0.get(index))
            .filter(|data| position.saturating_add(length) <= data.range.end)
            .map(|data| data.bytes_before + (position - data.range.start) as u64)
            .ok_or_else(|| outside(position as u64))
    }

    /// Returns the bytes of each range.
    pub(crate) fn slices<'a>(&self, segment: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        self.0
            .iter()
            .filter_map(|data| segment.get(data.range.clone()))
    }
}

/// Returns the error for a sample outside `mdat`, whose bytes would be those of a header.
pub(super) fn outside(position: u64) -> Error {
    Cursor::within("MP4", &[], position).malformed("a sample lies outside mdat")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_goes_into_the_file_once() {
        let data = DataRanges::new(vec![12..15, 3..5, 4..8, 8..9, 20..20, 13..14]);
        let segment: Vec<u8> = (0..30).collect();
        let slices: Vec<_> = data.slices(&segment).collect();
        assert_eq!(
            slices,
            [&[3, 4, 5, 6, 7, 8][..], &[12, 13, 14], &[]] as [&[u8]; 3]
        );
        for (position, length, offset) in [(3, 6, 0), (8, 1, 5), (12, 3, 6), (14, 1, 8), (20, 0, 9)]
        {
            assert_eq!(
                data.output_offset(position, length).expect("inside"),
                offset
            );
        }
        for (position, length) in [(0, 1), (8, 2), (9, 1), (14, 2), (20, 1), (25, 0)] {
            assert!(data.output_offset(position, length).is_err(), "{position}");
        }
    }
}
