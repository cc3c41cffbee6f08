//! Which pieces there are, from the numbers under which the service lists their hashes.

use std::collections::{BTreeMap, HashMap};

use crate::ums::message::WHAT;
use crate::ums::stream::StreamFormat;
use crate::{Error, Presence};

/// Eleven days of five seconds: a list that reaches farther is a mistake or an attack.
const MOST_SEGMENTS: u64 = 200_000;

/// Pieces are seconds long, never hours.
const LONGEST_SEGMENT_MS: u64 = 3_600_000;

/// Stated lengths are rounded to whole seconds by some sources.
const ROUNDING_MS: u64 = 1000;

/// Distance of the numbers in every list that has been seen.
const DEFAULT_INTERVAL: u64 = 10;

/// The numbers of a format's pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SegmentTimeline {
    first: u64,
    /// The last that is listed: it exists, and up to an interval more may.
    last: u64,
    interval: u64,
    chunk_time_ms: u64,
}

impl SegmentTimeline {
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
        if last - first >= MOST_SEGMENTS {
            return Err(malformed("the list of pieces is endless"));
        }
        let chunk_time_ms = format
            .chunk_time_ms
            .filter(|length| (1..=LONGEST_SEGMENT_MS).contains(length))
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

    /// The last hash serves segments up to where the next hash would stand; how many of them
    /// there are is found out by asking. Those that begin well within the length that is stated
    /// are expected.
    pub(crate) fn presence(&self, number: u64, length_ms: Option<u64>) -> Presence {
        let starts_ms = self.start_ms(number).saturating_add(ROUNDING_MS);
        if number <= self.last || length_ms.is_some_and(|length| starts_ms < length) {
            Presence::Sure
        } else {
            Presence::Tentative
        }
    }

    /// The numbers of all segments that may exist: to the end of the last interval. What the
    /// list of hashes cannot hold has no address, whatever length is stated.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = u64> + use<> {
        let first = self.first;
        (0..self.listed_count()).map_while(move |index| first.checked_add(index))
    }

    /// The same from 0 on, where the beginning of the list is lacking: what it is too short for the
    /// length is what a list from 0 on would have more. Those segments belong to the recording,
    /// though nobody says where they lie.
    pub(crate) fn extended_to_zero(self, length_ms: Option<u64>) -> Self {
        // Lengths are rounded, and a recording that was trimmed does not begin at 0 either.
        const ROUNDED: u64 = 1;
        let wanted = self.expected_count(length_ms);
        let lacking = wanted.saturating_sub(self.listed_count());
        let end = self.last.saturating_add(self.interval);
        let is_lacking =
            lacking > ROUNDED && self.first >= self.interval && (self.last..=end).contains(&wanted);
        let first = if is_lacking { 0 } else { self.first };
        Self { first, ..self }
    }

    /// Segments that the list of hashes covers.
    fn listed_count(&self) -> u64 {
        (self.last - self.first).saturating_add(self.interval)
    }

    /// Segments that a recording of this length has.
    fn expected_count(&self, length_ms: Option<u64>) -> u64 {
        length_ms.map_or(0, |length| length.div_ceil(self.chunk_time_ms))
    }

    /// Whether the list covers less than the length that is stated.
    fn is_shorter_than(&self, length_ms: u64) -> bool {
        let covered_ms = self.listed_count().saturating_mul(self.chunk_time_ms);
        covered_ms.saturating_add(ROUNDING_MS) < length_ms
    }
}

/// Whether the list of hashes covers less than the length that is stated.
pub(crate) fn ends_too_early(format: &StreamFormat, length_ms: Option<u64>) -> bool {
    let timeline = SegmentTimeline::of_format(format);
    timeline.is_ok_and(|timeline| length_ms.is_some_and(|length| timeline.is_shorter_than(length)))
}

/// Whether a hash seems to be missing in the midst of the list: two are farther from each other
/// than most are.
pub(crate) fn has_gap(format: &StreamFormat) -> bool {
    widest_gap(format) > interval(&format.hashes)
}

/// Whether hashes are farther from each other than in any list that has been seen.
pub(crate) fn is_sparse(format: &StreamFormat) -> bool {
    widest_gap(format) > DEFAULT_INTERVAL
}

fn widest_gap(format: &StreamFormat) -> u64 {
    let hashes = &format.hashes;
    let pairs = hashes.keys().zip(hashes.keys().skip(1));
    pairs.map(|(number, next)| next - number).max().unwrap_or(0)
}

/// The most common distance of the numbers; of several the widest, for a piece too many that is
/// asked for costs less than one too few.
fn interval(hashes: &BTreeMap<u64, String>) -> u64 {
    let mut times: HashMap<u64, u32> = HashMap::new();
    for (number, next) in hashes.keys().zip(hashes.keys().skip(1)) {
        *times.entry(next - number).or_default() += 1;
    }
    times
        .into_iter()
        .max_by_key(|&(distance, times)| (times, distance))
        .map_or(DEFAULT_INTERVAL, |(distance, _)| distance)
}
