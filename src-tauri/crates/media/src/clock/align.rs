//! Aligns the clocks of tracks with their own segments.

use super::{
    MAX_JUMP, MILLISECOND, MovieClock, PlannedSpan, SegmentGroup, is_adjacent, milliseconds,
};
use crate::SegmentKind;

/// Tracks that start this close together, relative to their planned starts, are on one clock, and
/// their distance is intended. Segments are rarely longer.
pub(super) const MAX_START_DISTANCE: i64 = 10_000 * MILLISECOND;

impl MovieClock {
    /// Returns the spans on the clock that all tracks share, and the shift of each.
    pub(super) fn aligned(&self, segment: &SegmentGroup<'_>) -> Vec<(PlannedSpan, i64)> {
        if self.has_own_restarts() {
            return self.moved_alone(segment);
        }
        let reference = segment.spans.iter().min_by_key(|planned| {
            let key = planned.span.key;
            // The track that continues with the smallest jump; among new tracks the first.
            let jump = self.tracks.get(&key).map(|track| {
                let time = planned.span.first.saturating_add(track.shift);
                time.saturating_add(self.offset).abs_diff(track.end)
            });
            (jump.unwrap_or(u64::MAX), key)
        });
        let Some(reference) = reference.filter(|_| self.separate_tracks) else {
            return segment.spans.iter().map(|span| (*span, 0)).collect();
        };
        let reference_shift = self.reference_shift(reference);
        let shifted = |planned: &PlannedSpan| {
            let key = planned.span.key;
            let shift = if key == reference.span.key {
                reference_shift
            } else {
                self.shift_relative_to(
                    planned,
                    segment.kind,
                    &(reference.shifted(reference_shift), reference_shift),
                )
            };
            (planned.shifted(shift), shift)
        };
        segment.spans.iter().map(shifted).collect()
    }

    /// Returns the shift of the reference track of a segment.
    fn reference_shift(&self, reference: &PlannedSpan) -> i64 {
        if let Some(track) = self.tracks.get(&reference.span.key) {
            return track.shift;
        }
        let (Some((_, other)), Some(previous)) = (self.tracks.first_key_value(), self.previous)
        else {
            return 0;
        };
        // A new track without another in its segment is compared with its planned start.
        let time = reference.first_pts.saturating_add(other.shift);
        let expected = previous
            .expected_time(reference.start_ms)
            .saturating_sub(self.offset);
        if time.abs_diff(expected) <= MAX_JUMP.unsigned_abs() {
            other.shift
        } else {
            expected.saturating_sub(reference.first_pts)
        }
    }

    /// Returns the shift of a track in the same segment as the (already shifted) reference.
    fn shift_relative_to(
        &self,
        planned: &PlannedSpan,
        kind: SegmentKind,
        (reference, reference_shift): &(PlannedSpan, i64),
    ) -> i64 {
        let delay = milliseconds(planned.start_ms).saturating_sub(milliseconds(reference.start_ms));
        let agrees = |shift: i64| {
            let time = planned.span.first.saturating_add(shift);
            let expected = reference.span.first.saturating_add(delay);
            time.abs_diff(expected) <= MAX_START_DISTANCE.unsigned_abs()
        };
        let known = self.tracks.get(&planned.span.key);
        let kept = known.map_or(*reference_shift, |track| track.shift);
        let shifts = [kept, *reference_shift, 0];
        if let Some(shift) = shifts.into_iter().find(|shift| agrees(*shift)) {
            return shift;
        }
        match (known, self.tracks.get(&reference.span.key)) {
            // Both were in the segment before: keep the distance between their ends.
            (Some(known), Some(known_reference))
                if known.kind == known_reference.kind && is_adjacent(known.kind, kind) =>
            {
                let distance = known.end.saturating_sub(known_reference.end);
                reference
                    .span
                    .first
                    .saturating_add(distance)
                    .saturating_sub(planned.span.first)
            }
            _ => reference
                .first_pts
                .saturating_add(delay)
                .saturating_sub(planned.first_pts),
        }
    }
}

impl PlannedSpan {
    pub(super) fn shifted(self, shift: i64) -> Self {
        Self {
            span: self.span.shifted(shift),
            first_pts: self.first_pts.saturating_add(shift),
            ..self
        }
    }
}
