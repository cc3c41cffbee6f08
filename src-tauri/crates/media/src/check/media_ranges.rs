//! Where the media lies, and that no byte of it belongs to two samples.

use std::{collections::BTreeMap, ops::Range};

use crate::Error;

use super::reader::malformed;

/// More stretches are not remembered. Chunks that lie end to end are one: a movie of days whose
/// tracks take turns every second stays below.
const MAX_RANGES: usize = 1 << 19;

/// The bodies of `mdat`, and what of them is taken.
#[derive(Debug, Default)]
pub(super) struct MediaRanges {
    bodies: Vec<Range<u64>>,
    /// Starts and ends of stretches that chunks fill.
    claimed: BTreeMap<u64, u64>,
}

impl MediaRanges {
    pub(super) fn new(bodies: Vec<Range<u64>>) -> Self {
        Self {
            bodies,
            claimed: BTreeMap::new(),
        }
    }

    /// Where the body ends that holds a place.
    pub(super) fn body_end(&self, position: u64) -> Option<u64> {
        let mut bodies = self.bodies.iter();
        let around = bodies.find(|body| (body.start..=body.end).contains(&position));
        around.map(|body| body.end)
    }

    /// Takes the place of a chunk, which must be free.
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
        // What it touches becomes one stretch with it.
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
