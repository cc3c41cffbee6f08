//! Derives the segments of a format from the numbers under which the service lists their hashes.

use std::collections::{BTreeMap, HashMap};

use super::message::WHAT;
use super::stream::StreamFormat;
use crate::Error;

/// Eleven days of segments of five seconds; a longer list is refused as a mistake or an attack.
pub(crate) const MAX_SEGMENTS: u64 = 200_000;

/// Segments last seconds; a stated length above an hour is refused.
const MAX_SEGMENT_MS: u64 = 3_600_000;

/// Tolerance for stated lengths: some sources round to whole seconds.
const ROUNDING_MS: u64 = 1000;

/// Distance between listed numbers in every list observed so far.
const DEFAULT_INTERVAL: u64 = 10;

/// The numbers and times of a format's media segments. All segments have the same length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SegmentTimeline {
    first: u64,
    /// The last listed number. Its segment exists, and up to `interval - 1` more may.
    last: u64,
    interval: u64,
    chunk_time_ms: u64,
}

impl SegmentTimeline {
    /// Reads the timeline of `format`; fails if its list or its segment length is unusable.
    pub(crate) fn of_format(format: &StreamFormat) -> Result<Self, Error> {
        let malformed = |problem: &str| Error::Malformed {
            what: WHAT,
            problem: problem.to_owned(),
        };
        let (Some((&first, _)), Some((&last, _))) = (
            format.hashes.first_key_value(),
            format.hashes.last_key_value(),
        ) else {
            return Err(malformed("no pieces are listed"));
        };
        if last - first >= MAX_SEGMENTS {
            return Err(malformed("the list of pieces is endless"));
        }
        let chunk_time_ms = format
            .chunk_time_ms
            .filter(|length| (1..=MAX_SEGMENT_MS).contains(length))
            .ok_or_else(|| malformed("the length of a piece is missing or absurd"))?;
        Ok(Self {
            first,
            last,
            interval: interval(&format.hashes),
            chunk_time_ms,
        })
    }

    pub(crate) fn chunk_time_ms(&self) -> u64 {
        self.chunk_time_ms
    }

    pub(crate) fn start_ms(&self, number: u64) -> u64 {
        number
            .saturating_sub(self.first)
            .saturating_mul(self.chunk_time_ms)
    }

    /// Returns whether segment `number` must exist: it is covered by the list, or begins more than
    /// [`ROUNDING_MS`] before the stated length.
    ///
    /// The last hash also serves the segments up to where the next hash would stand. How many of
    /// those exist is found out by fetching them.
    pub(crate) fn is_expected(&self, number: u64, length_ms: Option<u64>) -> bool {
        let start_ms = self.start_ms(number).saturating_add(ROUNDING_MS);
        number <= self.last || length_ms.is_some_and(|length| start_ms < length)
    }

    /// Returns the numbers of all segments that may exist, to the end of the last interval. Later
    /// segments have no hash and therefore no address, whatever length is stated.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = u64> + use<> {
        let first = self.first;
        (0..self.listed_count()).map_while(move |index| first.checked_add(index))
    }

    /// Returns the same timeline starting at 0 if the beginning of the list is missing, that is, if
    /// a list from 0 on would have exactly the stated length.
    ///
    /// The added segments belong to the recording, but their addresses are unknown.
    pub(crate) fn extended_to_zero(self, length_ms: Option<u64>) -> Self {
        // Stated lengths are rounded; a trimmed recording does not begin at 0 either.
        const ROUNDING_SEGMENTS: u64 = 1;
        let expected = self.expected_count(length_ms);
        let missing = expected.saturating_sub(self.listed_count());
        let end = self.last.saturating_add(self.interval);
        let is_start_missing = missing > ROUNDING_SEGMENTS
            && self.first >= self.interval
            && (self.last..=end).contains(&expected);
        let first = if is_start_missing { 0 } else { self.first };
        Self { first, ..self }
    }

    /// Returns how many segments the list of hashes covers.
    fn listed_count(&self) -> u64 {
        (self.last - self.first).saturating_add(self.interval)
    }

    /// Returns how many segments a recording of this length has; 0 if it is not known.
    fn expected_count(&self, length_ms: Option<u64>) -> u64 {
        length_ms.map_or(0, |length| length.div_ceil(self.chunk_time_ms))
    }

    /// Returns whether the list covers less than the stated length, rounding allowed.
    fn is_shorter_than(&self, length_ms: u64) -> bool {
        let covered_ms = self.listed_count().saturating_mul(self.chunk_time_ms);
        covered_ms.saturating_add(ROUNDING_MS) < length_ms
    }
}

/// Returns whether the list of hashes covers less than the stated length.
pub(crate) fn ends_too_early(format: &StreamFormat, length_ms: Option<u64>) -> bool {
    let timeline = SegmentTimeline::of_format(format);
    timeline.is_ok_and(|timeline| length_ms.is_some_and(|length| timeline.is_shorter_than(length)))
}

/// Returns whether a hash seems to be missing inside the list: two neighbours are farther apart
/// than most are.
pub(crate) fn has_gap(format: &StreamFormat) -> bool {
    widest_gap(format) > interval(&format.hashes)
}

/// Returns whether neighbouring hashes are farther apart than in any list observed so far.
pub(crate) fn is_sparse(format: &StreamFormat) -> bool {
    widest_gap(format) > DEFAULT_INTERVAL
}

fn widest_gap(format: &StreamFormat) -> u64 {
    let hashes = &format.hashes;
    let pairs = hashes.keys().zip(hashes.keys().skip(1));
    pairs.map(|(number, next)| next - number).max().unwrap_or(0)
}

/// Returns the most common distance between listed numbers, the widest in case of a tie: asking for
/// one segment too many costs less than missing one.
pub(crate) fn interval(hashes: &BTreeMap<u64, String>) -> u64 {
    let mut counts: HashMap<u64, u32> = HashMap::new();
    for (number, next) in hashes.keys().zip(hashes.keys().skip(1)) {
        *counts.entry(next - number).or_default() += 1;
    }
    counts
        .into_iter()
        .max_by_key(|&(distance, count)| (count, distance))
        .map_or(DEFAULT_INTERVAL, |(distance, _)| distance)
}
