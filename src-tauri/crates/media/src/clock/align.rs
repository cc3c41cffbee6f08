//! Lets tracks that come in pieces of their own count from one zero.

use super::{
    MAX_JUMP, MILLISECOND, MovieClock, PlannedSpan, SegmentGroup, is_adjacent, milliseconds,
};
use crate::SegmentKind;

/// Tracks that start this close together in pieces of the same time are on one clock, and the
/// distance is meant; pieces are seldom longer.
pub(super) const MAX_START_DISTANCE: i64 = 10_000 * MILLISECOND;

impl MovieClock {
    /// The stretches on the clock that the tracks share, and by what each was moved to it.
    pub(super) fn aligned(&self, segment: &SegmentGroup<'_>) -> Vec<(PlannedSpan, i64)> {
        let lead = segment.spans.iter().min_by_key(|planned| {
            let key = planned.span.key;
            // The one that goes on most smoothly; among new ones the first.
            let jump = self.tracks.get(&key).map(|track| {
                let time = planned.span.first.saturating_add(track.shift);
                time.saturating_add(self.offset).abs_diff(track.end)
            });
            (jump.unwrap_or(u64::MAX), key)
        });
        let Some(lead) = lead.filter(|_| self.separate_tracks) else {
            return segment.spans.iter().map(|span| (*span, 0)).collect();
        };
        let lead_shift = self.reference_shift(lead);
        let moved = |planned: &PlannedSpan| {
            let key = planned.span.key;
            let shift = if key == lead.span.key {
                lead_shift
            } else {
                self.shift_relative_to(
                    planned,
                    segment.kind,
                    &(lead.shifted(lead_shift), lead_shift),
                )
            };
            (planned.shifted(shift), shift)
        };
        segment.spans.iter().map(moved).collect()
    }

    /// The shift of the track that the others of a segment are measured by.
    fn reference_shift(&self, lead: &PlannedSpan) -> i64 {
        if let Some(track) = self.tracks.get(&lead.span.key) {
            return track.shift;
        }
        let (Some((_, other)), Some(previous)) = (self.tracks.first_key_value(), self.previous)
        else {
            return 0;
        };
        // A track that is new and alone is held against the plan.
        let time = lead.first_pts.saturating_add(other.shift);
        let expected = previous
            .expected_time(lead.start_ms)
            .saturating_sub(self.offset);
        if time.abs_diff(expected) <= MAX_JUMP.unsigned_abs() {
            other.shift
        } else {
            expected.saturating_sub(lead.first_pts)
        }
    }

    /// The shift of a track whose piece is shown at the time of the lead's.
    fn shift_relative_to(
        &self,
        planned: &PlannedSpan,
        part: SegmentKind,
        lead: &(PlannedSpan, i64),
    ) -> i64 {
        let (lead, lead_shift) = lead;
        let wait = milliseconds(planned.start_ms).saturating_sub(milliseconds(lead.start_ms));
        let agrees = |shift: i64| {
            let time = planned.span.first.saturating_add(shift);
            let expected = lead.span.first.saturating_add(wait);
            time.abs_diff(expected) <= MAX_START_DISTANCE.unsigned_abs()
        };
        let known = self.tracks.get(&planned.span.key);
        let kept = known.map_or(*lead_shift, |track| track.shift);
        let shifts = [kept, *lead_shift, 0];
        if let Some(shift) = shifts.into_iter().find(|shift| agrees(*shift)) {
            return shift;
        }
        match (known, self.tracks.get(&lead.span.key)) {
            // Both have just ended: they go on with the distance between their ends.
            (Some(known), Some(lead_known))
                if known.kind == lead_known.kind && is_adjacent(known.kind, part) =>
            {
                let distance = known.end.saturating_sub(lead_known.end);
                lead.span
                    .first
                    .saturating_add(distance)
                    .saturating_sub(planned.span.first)
            }
            _ => lead
                .first_pts
                .saturating_add(wait)
                .saturating_sub(planned.first_pts),
        }
    }
}

impl PlannedSpan {
    fn shifted(mut self, shift: i64) -> Self {
        for time in [
            &mut self.span.first,
            &mut self.span.end,
            &mut self.first_pts,
        ] {
            *time = time.saturating_add(shift);
        }
        self
    }
}
