//! Compares where a segment is in the plan with the timestamps of its media.

use media::{Content, ContentSpan};

/// Smaller differences between two segments are rounding, or a pause of the encoder.
pub(crate) const ROUNDING_MS: i64 = 1_000;

/// The planned start of one segment, and the timestamps of its media.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "each name says its unit")]
pub(crate) struct SegmentTiming {
    /// Start of the segment in the plan.
    pub(crate) start_ms: u64,
    /// Decode timestamp of its first sample, on the clock of the segment.
    pub(crate) first_ms: i64,
    /// End of its last sample, on the same clock.
    pub(crate) end_ms: i64,
}

impl SegmentTiming {
    pub(crate) fn of_span(span: &ContentSpan, start_ms: u64) -> Self {
        Self {
            start_ms,
            first_ms: span.first_ms,
            end_ms: span.end_ms,
        }
    }

    /// The timing over all tracks; `None` if the container has no timestamps.
    pub(crate) fn of(content: &Content, start_ms: u64) -> Option<Self> {
        let spans = &content.spans;
        Some(Self {
            start_ms,
            first_ms: spans.iter().map(|span| span.first_ms).min()?,
            end_ms: spans.iter().map(|span| span.end_ms).max()?,
        })
    }

    /// Returns the difference between the clock of the segment and the plan's time.
    pub(crate) fn offset_ms(&self) -> i64 {
        self.first_ms
            .saturating_sub(i64::try_from(self.start_ms).unwrap_or(i64::MAX))
    }

    /// Returns whether the clock of the segment shows the plan's time, later than the clock of the first
    /// segment may: one that has just started again does not.
    pub(crate) fn is_at_its_place(&self) -> bool {
        self.offset_ms().abs() <= ROUNDING_MS && self.first_ms > ROUNDING_MS
    }

    /// Returns the time from its first sample to the end of its last.
    pub(crate) fn length_ms(&self) -> i64 {
        self.end_ms.saturating_sub(self.first_ms).max(0)
    }

    /// Returns whether both segments have the same offset, within rounding.
    pub(crate) fn has_same_offset(&self, other: &Self) -> bool {
        let tolerance = ROUNDING_MS.max(self.length_ms() / 2).unsigned_abs();
        self.offset_ms().abs_diff(other.offset_ms()) <= tolerance
    }

    /// Returns whether, on the clock of the other segment, most of its media belongs to another
    /// position. A segment that only lacks its beginning does not count.
    pub(crate) fn is_misplaced(&self, other: &Self) -> bool {
        let start_ms = i64::try_from(self.start_ms).unwrap_or(i64::MAX);
        let first_ms = start_ms.saturating_add(other.offset_ms());
        let end_ms = first_ms.saturating_add(self.length_ms().max(other.length_ms()));
        let inside = end_ms.min(self.end_ms) - first_ms.max(self.first_ms);
        !self.has_same_offset(other) && inside <= self.length_ms() / 2
    }
}

/// Returns whether the first segment seems to carry the content of another position: the next two
/// agree with each other, and on their clock there is time for another segment before them. If the
/// clock restarted near 0 after the first segment, there is none.
pub(crate) fn is_first_misplaced([first, second, third]: [&SegmentTiming; 3]) -> bool {
    let planned_ms = second.start_ms.saturating_sub(first.start_ms);
    let available_ms = i64::try_from(planned_ms).unwrap_or(i64::MAX) - ROUNDING_MS;
    second.has_same_offset(third) && first.is_misplaced(second) && second.first_ms >= available_ms
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A segment of six seconds.
    fn timing(start_ms: u64, first_ms: i64) -> SegmentTiming {
        SegmentTiming {
            start_ms,
            first_ms,
            end_ms: first_ms + 6000,
        }
    }

    #[test]
    fn media_of_another_position_is_distinguished_from_media_that_begins_late() {
        let one = timing(0, 1000);
        assert!(!timing(6000, 7000).is_misplaced(&one));
        assert!(timing(6000, 13_000).is_misplaced(&one));
        assert!(timing(6000, 1000).is_misplaced(&one));
        let late = SegmentTiming {
            first_ms: 11_500,
            ..timing(6000, 7000)
        };
        assert!(!late.has_same_offset(&one) && !late.is_misplaced(&one));
    }

    #[test]
    fn a_misplaced_first_segment_is_distinguished_from_a_clock_that_restarts() {
        let is_misplaced = |starts: [i64; 3]| {
            let [first, second, third] = starts;
            let timings = [
                timing(0, first),
                timing(6000, second),
                timing(12_000, third),
            ];
            is_first_misplaced(timings.each_ref())
        };
        assert!(is_misplaced([60_000, 6000, 12_000]));
        assert!(!is_misplaced([0, 6000, 12_000]));
        assert!(!is_misplaced([60_000, 0, 6000]), "the clock restarts");
        assert!(
            !is_misplaced([60_000, 6000, 90_000]),
            "the next two disagree"
        );
    }
}
