//! Where a segment is by the plan, and where its media is by its own clock.

use media::{Content, ContentSpan};

/// Less than this between two segments is rounding, or the encoder's pause.
pub(crate) const ROUNDING_MS: i64 = 1_000;

/// The media of one segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "a time tells its unit")]
pub(crate) struct SegmentTiming {
    /// Where the plan has the segment.
    pub(crate) start_ms: u64,
    /// When its first sample is decoded, on the clock of the segment.
    pub(crate) first_ms: i64,
    /// Where its last sample ends, on the same clock.
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

    /// That of all tracks together; `None` where the container does not tell.
    pub(crate) fn of(content: &Content, start_ms: u64) -> Option<Self> {
        let spans = &content.spans;
        Some(Self {
            start_ms,
            first_ms: spans.iter().map(|span| span.first_ms).min()?,
            end_ms: spans.iter().map(|span| span.end_ms).max()?,
        })
    }

    /// From the plan's time to the clock of the segment.
    pub(crate) fn offset_ms(&self) -> i64 {
        self.first_ms
            .saturating_sub(i64::try_from(self.start_ms).unwrap_or(i64::MAX))
    }

    /// From its first sample to the end of its last.
    pub(crate) fn length_ms(&self) -> i64 {
        self.end_ms.saturating_sub(self.first_ms).max(0)
    }

    /// Whether both segments have the same distance between the plan's time and their clock.
    pub(crate) fn has_same_offset(&self, other: &Self) -> bool {
        let most = ROUNDING_MS.max(self.length_ms() / 2).unsigned_abs();
        self.offset_ms().abs_diff(other.offset_ms()) <= most
    }

    /// Whether, by the clock of the other segment, most of its media belongs to another place. A
    /// segment that lacks its beginning is no such one.
    pub(crate) fn is_misplaced(&self, other: &Self) -> bool {
        let start_ms = i64::try_from(self.start_ms).unwrap_or(i64::MAX);
        let first_ms = start_ms.saturating_add(other.offset_ms());
        let end_ms = first_ms.saturating_add(self.length_ms().max(other.length_ms()));
        let inside = end_ms.min(self.end_ms) - first_ms.max(self.first_ms);
        !self.has_same_offset(other) && inside <= self.length_ms() / 2
    }
}

/// Whether the first segment seems to carry the content of another place: the two behind it agree,
/// and on their clock there is room for another one before them. A clock that has started again
/// behind the first segment leaves none, as long as it starts near 0.
pub(crate) fn is_first_misplaced([first, second, third]: [&SegmentTiming; 3]) -> bool {
    let planned_ms = second.start_ms.saturating_sub(first.start_ms);
    let room_ms = i64::try_from(planned_ms).unwrap_or(i64::MAX) - ROUNDING_MS;
    second.has_same_offset(third) && first.is_misplaced(second) && second.first_ms >= room_ms
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
    fn media_of_another_place_is_told_from_media_that_begins_late() {
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
    fn a_first_segment_of_another_place_is_told_from_a_clock_that_starts_again() {
        let is_elsewhere = |starts: [i64; 3]| {
            let [first, second, third] = starts;
            let timings = [
                timing(0, first),
                timing(6000, second),
                timing(12_000, third),
            ];
            is_first_misplaced(timings.each_ref())
        };
        assert!(is_elsewhere([60_000, 6000, 12_000]));
        assert!(!is_elsewhere([0, 6000, 12_000]));
        assert!(!is_elsewhere([60_000, 0, 6000]), "it starts again");
        assert!(!is_elsewhere([60_000, 6000, 90_000]), "nobody agrees");
    }
}
