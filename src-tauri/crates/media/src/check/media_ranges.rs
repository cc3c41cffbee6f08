//! Verifies that chunks lie in `mdat` and do not overlap.

use std::{collections::BTreeMap, ops::Range};

use crate::Error;

use super::reader::malformed;

/// Largest number of byte ranges in memory; overlaps with further ones are not detected. Adjacent
/// chunks count as one range, so a movie of days stays below.
const MAX_RANGES: usize = 1 << 19;

/// The bodies of the `mdat` boxes, and the ranges claimed by chunks.
#[derive(Debug, Default)]
pub(super) struct MediaRanges {
    bodies: Vec<Range<u64>>,
    /// Start and end of each claimed range.
    claimed: BTreeMap<u64, u64>,
}

impl MediaRanges {
    pub(super) fn new(bodies: Vec<Range<u64>>) -> Self {
        Self {
            bodies,
            claimed: BTreeMap::new(),
        }
    }

    /// Returns the end of the body that contains a position.
    pub(super) fn body_end(&self, position: u64) -> Option<u64> {
        let mut bodies = self.bodies.iter();
        let around = bodies.find(|body| (body.start..=body.end).contains(&position));
        around.map(|body| body.end)
    }

    /// Claims the bytes of a chunk. Fails if another chunk has claimed any of them.
    pub(super) fn claim(&mut self, chunk: &Range<u64>) -> Result<(), Error> {
        if chunk.is_empty() {
            return Ok(());
        }
        let Range { mut start, mut end } = *chunk;
        let before = self.claimed.range(..end).next_back();
        if let Some((&other, &other_end)) = before
            && other_end > start
        {
            let problem = format!("two chunks lie over each other from {}", other.max(start));
            return Err(malformed(start, problem));
        }
        // Merge adjacent ranges.
        if let Some((&other, &other_end)) = before
            && other_end == start
        {
            self.claimed.remove(&other);
            start = other;
        }
        if let Some(behind) = self.claimed.remove(&end) {
            end = behind;
        }
        if self.claimed.len() < MAX_RANGES {
            self.claimed.insert(start, end);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_that_touch_are_one_range_and_none_may_overlap() {
        let mut media = MediaRanges::default();
        for chunk in [10..20, 30..40, 20..30, 0..10, 60..70] {
            media.claim(&chunk).expect("free");
        }
        assert_eq!(media.claimed, BTreeMap::from([(0, 40), (60, 70)]));
        for chunk in [0..1, 39..41, 50..61, 65..66, 55..80, 0..100, 69..75] {
            assert!(media.claim(&chunk).is_err(), "{chunk:?}");
        }
        media.claim(&(5..5)).expect("takes nothing");
        media.claim(&(40..60)).expect("free");
        assert_eq!(media.claimed, BTreeMap::from([(0, 70)]));
    }
}
