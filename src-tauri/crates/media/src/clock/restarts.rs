//! Moves single tracks of segments that hold all tracks, where only their clock has changed.
//!
//! If the times of one track fall or jump from one segment to the next while those of another go
//! on, the first one is moved to its own end. If those of all fall, all are moved by the same time.

use super::{
    MAX_JUMP, MAX_OVERLAP, MILLISECOND, MovieClock, PlannedSpan, PreviousSegment, SegmentGroup,
    is_adjacent,
};

/// Overlaps of two segments up to this are disorder of the frames, if they are also shorter than
/// the longest of them.
const MAX_DISORDER: i64 = 100 * MILLISECOND;

impl MovieClock {
    /// Returns the spans on the clock that all tracks share, and the shift of each.
    pub(super) fn moved_alone(&self, segment: &SegmentGroup<'_>) -> Vec<(PlannedSpan, i64)> {
        let kept = |planned: &PlannedSpan| self.shift_of(planned.span.key);
        let shifts = self.own_shifts(segment);
        let shifts = shifts.unwrap_or_else(|| segment.spans.iter().map(kept).collect());
        let spans = segment.spans.iter().zip(shifts);
        spans
            .map(|(planned, shift)| (planned.shifted(shift), shift))
            .collect()
    }

    fn shift_of(&self, key: u8) -> i64 {
        self.tracks.get(&key).map_or(0, |track| track.end_shift)
    }

    /// Returns new shifts if the clock of any track has changed.
    fn own_shifts(&self, segment: &SegmentGroup<'_>) -> Option<Vec<i64>> {
        let previous = self.previous?;
        if !is_adjacent(previous.kind, segment.kind) {
            return None;
        }
        let follows = |planned: &PlannedSpan, shift: i64| {
            let time = planned.span.first.saturating_add(shift);
            self.follows(planned.span.key, time.saturating_add(self.offset), previous)
        };
        let spans = || segment.spans.iter();
        let goes_on = |planned: &PlannedSpan| {
            follows(planned, self.shift_of(planned.span.key)) && !self.runs_ahead(planned, segment)
        };
        let kept: Vec<_> = spans().map(goes_on).collect();
        if kept.iter().all(|kept| *kept) {
            return None;
        }
        if !kept.contains(&true) {
            return self.shifts_after_restart(segment);
        }
        let others: Vec<_> = spans()
            .zip(&kept)
            .filter(|(_, kept)| **kept)
            .map(|(planned, _)| self.shift_of(planned.span.key))
            .collect();
        let shift = |(planned, kept): (&PlannedSpan, &bool)| {
            if *kept {
                return self.shift_of(planned.span.key);
            }
            // Back on the clock of another track, or on one of its own.
            let shared = others.iter().copied().find(|shift| {
                let end = self.needed(planned).saturating_sub(self.offset);
                follows(planned, *shift) && shift.abs_diff(end) <= MAX_OVERLAP.unsigned_abs()
            });
            shared.unwrap_or_else(|| self.needed(planned).saturating_sub(self.offset))
        };
        Some(spans().zip(&kept).map(shift).collect())
    }

    /// Returns the shifts if no track goes on: the ones so far or none, whichever puts the tracks
    /// next to each other; if neither does, those that let each track go on at its own end.
    fn shifts_after_restart(&self, segment: &SegmentGroup<'_>) -> Option<Vec<i64>> {
        let known = || {
            let spans = segment.spans.iter();
            spans.filter(|planned| self.tracks.contains_key(&planned.span.key))
        };
        let spread = |shift: &dyn Fn(u8) -> i64| {
            let needed = || {
                known().map(|planned| {
                    let needed = self.needed(planned);
                    needed.saturating_sub(shift(planned.span.key))
                })
            };
            let (least, most) = (needed().min(), needed().max());
            most.unwrap_or(0).saturating_sub(least.unwrap_or(0))
        };
        let [new, kept] = [spread(&|_| 0), spread(&|key| self.shift_of(key))];
        if kept <= new.min(MAX_OVERLAP) {
            return None;
        }
        if new <= MAX_OVERLAP {
            return Some(vec![0; segment.spans.len()]);
        }
        let reference = known().min_by_key(|planned| planned.span.key)?;
        let reference = self.needed(reference);
        let shift = |planned: &PlannedSpan| {
            if self.tracks.contains_key(&planned.span.key) {
                self.needed(planned).saturating_sub(reference)
            } else {
                0
            }
        };
        Some(segment.spans.iter().map(shift).collect())
    }

    /// Returns what to add to the times of a span so that it starts where its track ends so far.
    fn needed(&self, planned: &PlannedSpan) -> i64 {
        let end = self.tracks.get(&planned.span.key);
        end.map_or(0, |track| track.end)
            .saturating_sub(planned.span.first)
    }

    /// Returns whether a track goes on at this movie time.
    fn follows(&self, key: u8, time: i64, previous: PreviousSegment) -> bool {
        self.tracks.get(&key).is_none_or(|track| {
            track.kind != previous.kind
                || time >= track.end.saturating_sub(self.allowed_overlap(previous))
                    && time <= track.end.saturating_add(MAX_JUMP)
        })
    }

    /// Returns by how much a track may overlap its segment before without being moved: its last
    /// frame, and what is disorder; of a short segment, half of it. It is the same for all tracks,
    /// so that they stay together.
    pub(super) fn allowed_overlap(&self, previous: PreviousSegment) -> i64 {
        let half = previous.end.saturating_sub(previous.first) / 2;
        let durations = self.tracks.values().map(|track| track.frame_duration);
        let frame = durations.max().unwrap_or(0);
        frame.saturating_add(frame.min(MAX_DISORDER)).min(half)
    }

    /// Returns whether a track jumps ahead alone: it has no gap if it stays ahead of the others up
    /// to the end of the segment. One that was behind, as the last picture stood for seconds, only
    /// catches up.
    fn runs_ahead(&self, planned: &PlannedSpan, segment: &SegmentGroup<'_>) -> bool {
        let jump = |planned: &PlannedSpan| {
            let track = self.tracks.get(&planned.span.key)?;
            let moved = track.end_shift.saturating_add(self.offset);
            let first = planned.span.first.saturating_add(moved);
            let end = planned.span.end.saturating_add(moved);
            Some(TrackJump {
                gap: first.saturating_sub(track.end),
                length: end.saturating_sub(track.end),
                // The length of the last frame is a guess.
                last: end.saturating_sub(planned.span.frame_duration),
            })
        };
        let others = segment.spans.iter();
        let mut others = others.filter(|other| other.span.key != planned.span.key);
        let (Some(own), Some(other)) = (jump(planned), others.next().and_then(jump)) else {
            return false;
        };
        let ahead = own.length.saturating_sub(other.length);
        let lead = own.last.saturating_sub(other.last);
        own.gap > MAX_OVERLAP && other.gap <= MAX_OVERLAP && ahead.min(lead) > own.gap / 2
    }
}

/// How a track goes on in the next segment, in nanoseconds on the clock of the movie.
#[derive(Clone, Copy, Debug)]
struct TrackJump {
    /// From the end of the track so far to its first frame.
    gap: i64,
    /// From there to its end.
    length: i64,
    /// When its last frame starts.
    last: i64,
}
