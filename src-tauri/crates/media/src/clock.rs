//! Places the segments of a movie on one clock.
//!
//! Most recordings keep one clock over all segments, and their times stay unchanged. If the time
//! falls, the source clock was restarted: the segment is moved to the end of the one before, all
//! its tracks by the same distance. If segments between them are missing, it is moved to its
//! planned start instead, so that a gap remains.
//!
//! In an FLV, the clock of one track may change alone (`restarts`).
//!
//! Tracks with their own segments may count from different origins. If they are farther apart than
//! their planned starts allow, each track first gets a shift of its own (`align`).

mod align;
mod moves;
mod restarts;

use std::collections::BTreeMap;

pub(crate) use self::moves::{BorderMoves, ClockMove};

use crate::{
    Error, SegmentKind,
    cursor::{Cursor, put_signed},
    timestamps::{self, TimestampFormat, WRAP_WINDOW_S},
};

/// Times in this module are in nanoseconds: finer than a tick of any track, with a range of 292
/// years.
pub(crate) const MILLISECOND: i64 = 1_000_000;
/// Tracks whose ends differ by at most this where two segments meet differ by rounding only; it is
/// less than half an audio frame.
pub(crate) const ROUNDING_TOLERANCE: i64 = 10 * MILLISECOND;
/// A segment may overlap the one before by this much without being taken for a restart.
pub(crate) const MAX_OVERLAP: i64 = 1000 * MILLISECOND;
/// A jump ahead by more than this, plus what is missing, is a restart and not a gap.
pub(crate) const MAX_JUMP: i64 = WRAP_WINDOW_S * 1000 * MILLISECOND;

/// A longer distance of two samples is a pause, unless all are as long.
const MAX_FRAME_SECONDS: i64 = 2;

/// The time span of one track in one segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// Identifies the track in the movie; the lowest key is the reference for the others.
    pub(crate) key: u8,
    /// Decode time of the first sample.
    pub(crate) first: i64,
    /// End of the last sample.
    pub(crate) end: i64,
    /// Mean duration of the samples; 0 if there is only one.
    pub(crate) frame_duration: i64,
    /// What was added to the times at the end, because the clock changed inside the segment. The next
    /// one goes on with that clock.
    pub(crate) inner_shift: i64,
}

/// Distances between samples that are too long for the duration of one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pauses {
    count: usize,
    ticks: i64,
}

impl Pauses {
    /// Counts the distance of two samples if it is one, in ticks of `timescale`.
    pub(crate) fn add(&mut self, distance: i64, timescale: u32) {
        if distance > MAX_FRAME_SECONDS * i64::from(timescale) {
            self.count += 1;
            self.ticks = self.ticks.saturating_add(distance);
        }
    }
}

/// A span with the planned start of its segment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlannedSpan {
    pub(crate) span: Span,
    /// Presentation time of the first sample, on the clock of the segment.
    pub(crate) first_pts: i64,
    /// Planned start, in milliseconds from the start of the recording.
    pub(crate) start_ms: u64,
}

impl Span {
    /// Returns the span of `samples` samples with these first and last decode times, in ticks of
    /// `timescale`; `tail` is the duration of the last sample.
    ///
    /// If the container does not store that duration (`tail` 0), the mean of the others is used:
    /// the distance of two samples alone has a rounding error.
    pub(crate) fn new(
        key: u8,
        [first, last]: [i64; 2],
        samples: usize,
        tail: u32,
        timescale: u32,
    ) -> Result<Self, Error> {
        let time = |count| {
            nanoseconds(count, timescale).ok_or_else(|| Error::Malformed {
                format: "media",
                problem: "a time beyond 146 years".into(),
                offset: 0,
            })
        };
        let (first, last) = (time(first)?, time(last)?);
        let steps = i64::try_from(samples.saturating_sub(1)).unwrap_or(i64::MAX);
        let frame = last
            .saturating_sub(first)
            .checked_div(steps)
            .unwrap_or(0)
            .max(0);
        let tail = if tail > 0 {
            time(i64::from(tail))?
        } else {
            frame
        };
        Ok(Self {
            key,
            first,
            end: last.saturating_add(tail),
            frame_duration: frame,
            inner_shift: 0,
        })
    }

    /// Returns the span moved by `offset` nanoseconds.
    pub(crate) fn shifted(self, offset: i64) -> Self {
        Self {
            first: self.first.saturating_add(offset),
            end: self.end.saturating_add(offset),
            ..self
        }
    }

    /// Takes the mean duration of the samples without `pauses`, for a container that does not store
    /// durations: a gap between two samples says nothing of the others.
    pub(crate) fn without_pauses(self, samples: usize, pauses: Pauses, timescale: u32) -> Self {
        let steps = samples.saturating_sub(1).saturating_sub(pauses.count);
        let steps = i64::try_from(steps).unwrap_or(i64::MAX);
        let Some(idle) = nanoseconds(pauses.ticks, timescale) else {
            return self;
        };
        if pauses.count == 0 || steps == 0 {
            return self;
        }
        let last = self.end.saturating_sub(self.frame_duration);
        let length = last.saturating_sub(self.first).saturating_sub(idle);
        let frame = (length / steps).max(0);
        Self {
            end: last.saturating_add(frame),
            frame_duration: frame,
            ..self
        }
    }

    /// Appends the span in the layout of the journal.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.push(self.key);
        // The duration is negative if another number follows.
        let frame = match self.inner_shift {
            0 => self.frame_duration,
            _ => -1 - self.frame_duration,
        };
        for time in [self.first, self.end, frame] {
            put_signed(out, time);
        }
        if self.inner_shift != 0 {
            put_signed(out, self.inner_shift);
        }
    }

    /// Reads what [`Self::write`] appended.
    pub(crate) fn read(cursor: &mut Cursor<'_>) -> Result<Self, Error> {
        let mut span = Self {
            key: cursor.u8()?,
            first: cursor.signed()?,
            end: cursor.signed()?,
            frame_duration: cursor.signed()?,
            inner_shift: 0,
        };
        if span.frame_duration < 0 {
            span.frame_duration = -1 - span.frame_duration;
            span.inner_shift = cursor.signed()?;
        }
        Ok(span)
    }
}

/// The segments of all tracks that are presented at the same time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SegmentGroup<'s> {
    pub(crate) kind: SegmentKind,
    pub(crate) spans: &'s [PlannedSpan],
}

impl SegmentGroup<'_> {
    /// Returns the earliest planned start.
    pub(crate) fn start_ms(&self) -> u64 {
        let starts = self.spans.iter().map(|planned| planned.start_ms);
        starts.min().unwrap_or(0)
    }
}

/// Computes what to add to the times of each segment, in the order of presentation.
#[derive(Debug, Default)]
pub(crate) struct MovieClock {
    /// How the timestamps of the source count; `None` if they do not wrap.
    timestamp_format: Option<TimestampFormat>,
    /// Whether each track may count from its own origin.
    separate_tracks: bool,
    /// What to add to the times of the last segment, besides the shift of the track.
    offset: i64,
    tracks: BTreeMap<u8, AlignedTrack>,
    previous: Option<PreviousSegment>,
    /// The segment placed last is on another timeline than those before.
    restarted: bool,
    /// The tracks in the segment placed last whose clock has changed.
    moves: Vec<ClockMove>,
}

/// The last segment of a track, its times on the clock of the movie.
#[derive(Clone, Copy, Debug)]
struct AlignedTrack {
    /// From the track's own clock to the one that all tracks share.
    shift: i64,
    /// The same at its end.
    end_shift: i64,
    first: i64,
    end: i64,
    /// Duration of one sample; 0 if unknown.
    frame_duration: i64,
    kind: SegmentKind,
    planned_start: i64,
}

/// The segments placed last, their times on the clock of the movie.
#[derive(Clone, Copy, Debug)]
struct PreviousSegment {
    kind: SegmentKind,
    start_ms: u64,
    first: i64,
    end: i64,
}

impl MovieClock {
    /// Makes the clock for segments that hold all tracks.
    pub(crate) fn new(timestamp_format: Option<TimestampFormat>) -> Self {
        Self {
            timestamp_format,
            ..Self::default()
        }
    }

    /// Makes the clock for tracks with their own segments.
    pub(crate) fn for_separate_tracks() -> Self {
        Self {
            separate_tracks: true,
            ..Self::default()
        }
    }

    /// Places a segment; returns what to add to its times, without the shift of each track.
    pub(crate) fn place(&mut self, segment: &SegmentGroup<'_>) -> i64 {
        let shifted = self.aligned(segment);
        self.moves.clear();
        let before = self.offset;
        let spans = || shifted.iter().map(|(planned, _)| planned.span);
        let Some(first) = spans().map(|span| span.first).min() else {
            return self.offset;
        };
        let kind = segment.kind;
        let start_ms = segment.start_ms();
        self.restarted = false;
        if let Some(previous) = self.previous {
            let spans: Vec<_> = shifted.iter().map(|(planned, _)| *planned).collect();
            let shifted = SegmentGroup {
                kind,
                spans: &spans,
            };
            self.offset = self.offset_after(previous, &shifted, first);
        }
        let offset = self.offset;
        // A wrap of the timestamps is no change of the clock.
        let moved = if self.restarted {
            offset.saturating_sub(before)
        } else {
            0
        };
        let mut end = first;
        for (PlannedSpan { span, start_ms, .. }, shift) in shifted {
            let known = self.tracks.get(&span.key).copied();
            if let Some(known) = known {
                let distance = shift.saturating_sub(known.end_shift).saturating_add(moved);
                self.add_move(span.key, distance);
            }
            let known = known.map_or(0, |track| track.frame_duration);
            let frame = if span.frame_duration > 0 {
                span.frame_duration
            } else {
                known
            };
            let mut span_end = span.end;
            if !self.has_sample_durations() {
                // A single sample in a segment gets the duration of those before.
                span_end = span_end.max(span.first.saturating_add(frame));
            }
            end = end.max(span_end);
            let track = AlignedTrack {
                shift,
                end_shift: shift.saturating_add(span.inner_shift),
                first: span.first.saturating_add(offset),
                end: span_end.saturating_add(offset),
                frame_duration: frame,
                kind,
                planned_start: milliseconds(start_ms),
            };
            self.tracks.insert(span.key, track);
        }
        self.previous = Some(PreviousSegment {
            kind,
            start_ms,
            first: first.saturating_add(offset),
            end: end.saturating_add(offset),
        });
        offset
    }

    /// Returns the tracks in the segment placed last whose clock has changed.
    pub(crate) fn moves(&self) -> &[ClockMove] {
        &self.moves
    }

    fn add_move(&mut self, key: u8, distance: i64) {
        let is_wrap = self.timestamp_format.is_some_and(|format| {
            let distance = ticks(distance, format.timescale);
            format.is_wrap(distance)
        });
        if distance != 0 && !is_wrap {
            self.moves.push(ClockMove { key, distance });
        }
    }

    /// Returns whether the segment placed last is on another timeline than those before.
    pub(crate) fn restarted(&self) -> bool {
        self.restarted
    }

    /// Moves the segment placed last by `distance` nanoseconds.
    pub(crate) fn move_last(&mut self, distance: i64) {
        self.offset = self.offset.saturating_add(distance);
        for moved in &mut self.moves {
            moved.distance = moved.distance.saturating_add(distance);
        }
        let Some(previous) = &mut self.previous else {
            return;
        };
        let kind = previous.kind;
        let moved = self.tracks.values_mut().filter(|track| track.kind == kind);
        let times = moved.flat_map(|track| [&mut track.first, &mut track.end]);
        for time in times.chain([&mut previous.first, &mut previous.end]) {
            *time = time.saturating_add(distance);
        }
    }

    /// Returns what to add to the times of a track in the segment placed last.
    pub(crate) fn offset_of(&self, key: u8) -> i64 {
        let shift = self.tracks.get(&key).map_or(0, |track| track.shift);
        self.offset.saturating_add(shift)
    }

    /// Returns what to add to the times of a track in the segment behind the one placed last, if its
    /// clock goes on.
    pub(crate) fn next_offset_of(&self, key: u8) -> i64 {
        let shift = self.tracks.get(&key).map_or(0, |track| track.end_shift);
        self.offset.saturating_add(shift)
    }

    /// Returns whether the clock of one track may change alone.
    fn has_own_restarts(&self) -> bool {
        self.timestamp_format == Some(timestamps::FLV)
    }

    /// Returns whether the source stores sample durations; formats whose timestamps wrap do not.
    fn has_sample_durations(&self) -> bool {
        self.timestamp_format.is_none()
    }

    /// Returns the offset of a segment after `previous`; `first` is its earliest decode time.
    fn offset_after(
        &mut self,
        previous: PreviousSegment,
        segment: &SegmentGroup<'_>,
        first: i64,
    ) -> i64 {
        let missing = missing_time(previous, segment);
        let latest = previous
            .end
            .saturating_add(missing)
            .saturating_add(MAX_JUMP);
        let continues = |offset: i64| {
            segment.spans.iter().all(|planned| {
                let time = planned.span.first.saturating_add(offset);
                time <= latest && self.follows_previous(time, planned, previous)
            })
        };
        if continues(self.offset) {
            return self.offset;
        }
        if let Some(wrapped) = self.wrapped_offset(previous, first, missing)
            && continues(wrapped)
        {
            return wrapped;
        }
        self.restarted = true;
        let joined = self.joined_offset(previous, segment);
        if missing == 0 {
            return joined;
        }
        let planned = previous
            .expected_time(segment.start_ms())
            .saturating_sub(first);
        planned.max(joined)
    }

    /// Returns whether a segment that starts at this movie time comes after the previous ones.
    fn follows_previous(
        &self,
        time: i64,
        planned: &PlannedSpan,
        previous: PreviousSegment,
    ) -> bool {
        let half = previous.end.saturating_sub(previous.first) / 2;
        let overlap = if self.has_own_restarts() {
            self.allowed_overlap(previous)
        } else {
            MAX_OVERLAP.min(half)
        };
        match self.tracks.get(&planned.span.key) {
            Some(track) if track.kind == previous.kind => time >= track.end.saturating_sub(overlap),
            // The track was missing for a while: either the other tracks or the planned starts
            // must show that this time comes after.
            Some(track) => {
                let elapsed = milliseconds(planned.start_ms).saturating_sub(track.planned_start);
                let expected = track.first.saturating_add(elapsed);
                time >= track.end.saturating_sub(overlap)
                    && (time >= previous.first.saturating_add(half)
                        || time >= expected.saturating_sub(MAX_OVERLAP))
            }
            None => {
                let expected = previous.expected_time(planned.start_ms);
                time >= previous.end.saturating_sub(overlap)
                    || time.abs_diff(expected) <= MAX_OVERLAP.unsigned_abs()
            }
        }
    }

    /// Returns the offset if the timestamps have wrapped.
    fn wrapped_offset(&self, previous: PreviousSegment, first: i64, missing: i64) -> Option<i64> {
        let format = self.timestamp_format?;
        let time = ticks(first.saturating_add(self.offset), format.timescale);
        let expected = ticks(previous.end.saturating_add(missing), format.timescale);
        let shift = format.wrap_towards(time, expected)?;
        let shift = nanoseconds(shift, format.timescale)?;
        self.offset.checked_add(shift)
    }

    /// Returns the offset that lets the segment start at the end of the one before: by the track
    /// with the lowest key if all agree within rounding, else so that no track overlaps. (If the
    /// last frame of a track is longer than the mean, only the end of another track shows it.)
    fn joined_offset(&self, previous: PreviousSegment, segment: &SegmentGroup<'_>) -> i64 {
        let spans = || segment.spans.iter().map(|planned| &planned.span);
        let offset = |span: &Span| self.end_of(span, previous).saturating_sub(span.first);
        let Some(reference) = spans().min_by_key(|span| span.key).map(offset) else {
            return self.offset;
        };
        let largest = spans().map(offset).max().unwrap_or(reference);
        if largest.saturating_sub(reference) <= ROUNDING_TOLERANCE {
            reference
        } else {
            largest
        }
    }

    /// Returns where a track ends so far, or the segment before if the track is missing there.
    fn end_of(&self, span: &Span, previous: PreviousSegment) -> i64 {
        let Some(track) = self.tracks.get(&span.key) else {
            return previous.end;
        };
        let mut end = track.end;
        if track.frame_duration == 0 && !self.has_sample_durations() {
            // A single sample: it gets the duration of those after it, and at least 1 ms, so that
            // two samples never have the same time.
            end = end.saturating_add(span.frame_duration.max(MILLISECOND));
        }
        if track.kind == previous.kind {
            end
        } else {
            end.max(previous.end)
        }
    }
}

impl PreviousSegment {
    /// Returns the movie time of a planned start.
    fn expected_time(&self, start_ms: u64) -> i64 {
        let distance = milliseconds(start_ms).saturating_sub(milliseconds(self.start_ms));
        self.first.saturating_add(distance)
    }
}

/// Returns whether the plan has no segment between these two.
fn is_adjacent(one: SegmentKind, next: SegmentKind) -> bool {
    match (one, next) {
        (SegmentKind::Media(one), SegmentKind::Media(next)) => next <= one.saturating_add(1),
        _ => true,
    }
}

/// Returns the planned time between two segments; 0 if no segment between them is missing.
fn missing_time(previous: PreviousSegment, segment: &SegmentGroup<'_>) -> i64 {
    if is_adjacent(previous.kind, segment.kind) {
        return 0;
    }
    previous
        .expected_time(segment.start_ms())
        .saturating_sub(previous.end)
        .max(0)
}

/// Converts milliseconds to nanoseconds.
pub(crate) fn milliseconds(count: u64) -> i64 {
    i64::try_from(count)
        .unwrap_or(i64::MAX)
        .saturating_mul(MILLISECOND)
}

/// Converts ticks of a timescale to nanoseconds. Returns `None` beyond 146 years, so that sums
/// stay in range; clocks that count from 1904 do occur.
pub(crate) fn nanoseconds(ticks: i64, timescale: u32) -> Option<i64> {
    let value = i128::from(ticks) * 1_000_000_000 / i128::from(timescale.max(1));
    let value = i64::try_from(value).ok()?;
    (value.unsigned_abs() < 1 << 62).then_some(value)
}

/// Converts nanoseconds to the nearest tick of a timescale.
pub(crate) fn ticks(nanoseconds: i64, timescale: u32) -> i64 {
    let scaled = i128::from(nanoseconds) * i128::from(timescale);
    let rounded = (scaled + 500_000_000).div_euclid(1_000_000_000);
    i64::try_from(rounded).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
