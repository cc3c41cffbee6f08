//! Which bytes of a media segment go into the file.

use std::ops::Range;

use crate::{Error, cursor::Cursor};

/// Stretches of a segment, in its order, none touching another.
#[derive(Clone, Debug, Default)]
pub(crate) struct DataRanges(Vec<DataRange>);

#[derive(Clone, Debug)]
struct DataRange {
    range: Range<usize>,
    /// Bytes in the stretches before.
    bytes_before: u64,
}

impl DataRanges {
    /// All of these ranges, each byte once.
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

    /// Where some bytes of the segment lie in the stretches, taken end to end.
    pub(crate) fn output_offset(&self, position: usize, length: usize) -> Result<u64, Error> {
        let behind = self
            .0
            .partition_point(|stretch| stretch.range.start <= position);
        behind
            .checked_sub(1)
            .and_then(|index| self.0.get(index))
            .filter(|stretch| position.saturating_add(length) <= stretch.range.end)
            .map(|stretch| stretch.bytes_before + (position - stretch.range.start) as u64)
            .ok_or_else(|| outside(position as u64))
    }

    /// The stretches themselves.
    pub(crate) fn slices<'a>(&self, segment: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        self.0
            .iter()
            .filter_map(|stretch| segment.get(stretch.range.clone()))
    }
}

/// Samples must lie in `mdat`: elsewhere they would be what a header is made of.
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
        for (position, length, place) in [(3, 6, 0), (8, 1, 5), (12, 3, 6), (14, 1, 8), (20, 0, 9)]
        {
            assert_eq!(data.output_offset(position, length).expect("inside"), place);
        }
        for (position, length) in [(0, 1), (8, 2), (9, 1), (14, 2), (20, 1), (25, 0)] {
            assert!(data.output_offset(position, length).is_err(), "{position}");
        }
    }
}
