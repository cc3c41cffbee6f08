//! Puts the pieces of a film on one clock.
//!
//! Most recordings keep one clock over all their pieces, and nothing is changed. Where the clock
//! falls, it has started again: the piece is moved to the end of the one before, both of its
//! tracks by the same distance, or, where pieces between are missing, to where the plan says it
//! starts, so that what is missing stays a gap.
//!
//! Tracks that come in pieces of their own may count from different zeros. Where theirs lie
//! farther apart than the plan's starts allow, each track is moved by a distance of its own first.

mod align;

use std::collections::BTreeMap;

use crate::{
    Error, SegmentKind,
    cursor::{Cursor, put_signed},
    timestamps::{TimestampFormat, WRAP_WINDOW_S},
};

/// Time here is in nanoseconds: fine enough for a tick of any track, and 292 years long.
pub(crate) const MILLISECOND: i64 = 1_000_000;
/// Tracks that agree this well where two pieces meet differ by their rounding: it is less than
/// half a frame of sound.
const ROUNDING_TOLERANCE: i64 = 10 * MILLISECOND;
/// The clock of one piece may overlap the one before by this much without having started again.
const MAX_OVERLAP: i64 = 1000 * MILLISECOND;
/// A jump ahead by more than this, beyond what is missing, is another clock and not a gap.
const MAX_JUMP: i64 = WRAP_WINDOW_S * 1000 * MILLISECOND;

/// The stretch of time that one track has in one piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// Tells the tracks of the film apart; the lowest is the one that others are measured by.
    pub(crate) key: u8,
    /// Decode time of its first sample.
    pub(crate) first: i64,
    /// Where its last sample ends.
    pub(crate) end: i64,
    /// Mean distance of its samples; 0 where a single one does not tell.
    pub(crate) frame_duration: i64,
}

/// A stretch with what the plan says of its piece.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlannedSpan {
    pub(crate) span: Span,
    /// When its first sample is shown, on the clock of its piece.
    pub(crate) first_pts: i64,
    pub(crate) start_ms: u64,
}

impl Span {
    /// The span of `samples` from the first to the last decode time, in ticks of `timescale`.
    ///
    /// Where the container does not tell how long the last one is (`tail` 0), it is taken to be
    /// as long as the others are on the mean: a single distance is off by its rounding.
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
        })
    }

    /// Appends itself in the layout of the journal.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.push(self.key);
        for time in [self.first, self.end, self.frame_duration] {
            put_signed(out, time);
        }
    }

    /// Reads what [`Self::write`] appended.
    pub(crate) fn read(cursor: &mut Cursor<'_>) -> Result<Self, Error> {
        Ok(Self {
            key: cursor.u8()?,
            first: cursor.signed()?,
            end: cursor.signed()?,
            frame_duration: cursor.signed()?,
        })
    }
}

/// The pieces that are shown at the same time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SegmentGroup<'s> {
    pub(crate) kind: SegmentKind,
    pub(crate) spans: &'s [PlannedSpan],
}

impl SegmentGroup<'_> {
    /// Where the plan lets the first of them start.
    pub(crate) fn start_ms(&self) -> u64 {
        let starts = self.spans.iter().map(|planned| planned.start_ms);
        starts.min().unwrap_or(0)
    }
}

/// Answers, segment by segment in the order of presentation, what must be added to its times.
#[derive(Debug, Default)]
pub(crate) struct MovieClock {
    /// How the source counts time, where it does so in few enough bits to wrap.
    timestamp_format: Option<TimestampFormat>,
    /// Whether each track may count from a zero of its own.
    separate_tracks: bool,
    offset: i64,
    tracks: BTreeMap<u8, AlignedTrack>,
    previous: Option<PreviousSegment>,
}

/// What is known of a track.
#[derive(Clone, Copy, Debug)]
struct AlignedTrack {
    /// From its own clock to the one that it shares with the others.
    shift: i64,
    /// Its last piece, on the film's clock, and where the plan lets that start.
    first: i64,
    end: i64,
    /// How long one of its samples is; 0 where none has told.
    frame_duration: i64,
    kind: SegmentKind,
    planned_start: i64,
}

#[derive(Clone, Copy, Debug)]
struct PreviousSegment {
    kind: SegmentKind,
    start_ms: u64,
    first: i64,
    end: i64,
}

impl MovieClock {
    /// The clock of pieces that hold all tracks.
    pub(crate) fn new(timestamp_format: Option<TimestampFormat>) -> Self {
        Self {
            timestamp_format,
            ..Self::default()
        }
    }

    /// The clock of tracks that come in pieces of their own.
    pub(crate) fn for_separate_tracks() -> Self {
        Self {
            separate_tracks: true,
            ..Self::default()
        }
    }

    /// The offset of this segment, for all tracks that count from one zero.
    pub(crate) fn place(&mut self, segment: &SegmentGroup<'_>) -> i64 {
        let shifted = self.aligned(segment);
        let spans = || shifted.iter().map(|(planned, _)| planned.span);
        let Some(first) = spans().map(|span| span.first).min() else {
            return self.offset;
        };
        let part = segment.kind;
        let start_ms = segment.start_ms();
        if let Some(previous) = self.previous {
            let spans: Vec<_> = shifted.iter().map(|(planned, _)| *planned).collect();
            let shifted = SegmentGroup {
                kind: part,
                spans: &spans,
            };
            self.offset = self.offset_after(previous, &shifted, first);
        }
        let offset = self.offset;
        let mut end = first;
        for (PlannedSpan { span, start_ms, .. }, shift) in shifted {
            let known = self
                .tracks
                .get(&span.key)
                .map_or(0, |track| track.frame_duration);
            let frame = if span.frame_duration > 0 {
                span.frame_duration
            } else {
                known
            };
            let mut span_end = span.end;
            if !self.has_sample_durations() {
                // A sample alone in its piece is as long as those before.
                span_end = span_end.max(span.first.saturating_add(frame));
            }
            end = end.max(span_end);
            let track = AlignedTrack {
                shift,
                first: span.first.saturating_add(offset),
                end: span_end.saturating_add(offset),
                frame_duration: frame,
                kind: part,
                planned_start: milliseconds(start_ms),
            };
            self.tracks.insert(span.key, track);
        }
        self.previous = Some(PreviousSegment {
            kind: part,
            start_ms,
            first: first.saturating_add(offset),
            end: end.saturating_add(offset),
        });
        offset
    }

    /// What must be added to the times that a track has in the segment placed last.
    pub(crate) fn offset_of(&self, key: u8) -> i64 {
        let shift = self.tracks.get(&key).map_or(0, |track| track.shift);
        self.offset.saturating_add(shift)
    }

    /// Whether the source says how long a sample is; those whose clocks wrap do not.
    fn has_sample_durations(&self) -> bool {
        self.timestamp_format.is_none()
    }

    fn offset_after(
        &self,
        previous: PreviousSegment,
        segment: &SegmentGroup<'_>,
        first: i64,
    ) -> i64 {
        let missing = missing_time(previous, segment);
        let latest = previous
            .end
            .saturating_add(missing)
            .saturating_add(MAX_JUMP);
        let goes_on = |offset: i64| {
            segment.spans.iter().all(|planned| {
                let time = planned.span.first.saturating_add(offset);
                time <= latest && self.follows_previous(time, planned, previous)
            })
        };
        if goes_on(self.offset) {
            return self.offset;
        }
        if let Some(wrapped) = self.wrapped_offset(previous, first, missing)
            && goes_on(wrapped)
        {
            return wrapped;
        }
        let joined = self.joined_offset(previous, segment);
        if missing == 0 {
            return joined;
        }
        let planned = previous
            .expected_time(segment.start_ms())
            .saturating_sub(first);
        planned.max(joined)
    }

    /// Whether a piece that starts at this time of the film comes after what was there.
    fn follows_previous(
        &self,
        time: i64,
        planned: &PlannedSpan,
        previous: PreviousSegment,
    ) -> bool {
        let half = previous.end.saturating_sub(previous.first) / 2;
        let overlap = MAX_OVERLAP.min(half);
        match self.tracks.get(&planned.span.key) {
            Some(track) if track.kind == previous.kind => time >= track.end.saturating_sub(overlap),
            // It was missing for a while, in which only the others and the plan can tell how time
            // went on; one of them is enough.
            Some(track) => {
                let gone = milliseconds(planned.start_ms).saturating_sub(track.planned_start);
                let expected = track.first.saturating_add(gone);
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

    /// The offset if the clock has only run over its last bit.
    fn wrapped_offset(&self, previous: PreviousSegment, first: i64, missing: i64) -> Option<i64> {
        let counter = self.timestamp_format?;
        let time = ticks(first.saturating_add(self.offset), counter.timescale);
        let near = ticks(previous.end.saturating_add(missing), counter.timescale);
        let shift = counter.wrap_towards(time, near)?;
        let shift = nanoseconds(shift, counter.timescale)?;
        self.offset.checked_add(shift)
    }

    /// The offset that lets the segment start where the one before ends: by its leading track
    /// where all agree within their rounding, else so that none overlaps. Where a last frame is
    /// longer than the mean only the other track knows it.
    fn joined_offset(&self, previous: PreviousSegment, segment: &SegmentGroup<'_>) -> i64 {
        let spans = || segment.spans.iter().map(|planned| &planned.span);
        let offset = |span: &Span| self.end_of(span, previous).saturating_sub(span.first);
        let Some(leading) = spans().min_by_key(|span| span.key).map(offset) else {
            return self.offset;
        };
        let largest = spans().map(offset).max().unwrap_or(leading);
        if largest.saturating_sub(leading) <= ROUNDING_TOLERANCE {
            leading
        } else {
            largest
        }
    }

    /// Where a track ends so far, or would if it were not missing in the segment before.
    fn end_of(&self, span: &Span, previous: PreviousSegment) -> i64 {
        let Some(track) = self.tracks.get(&span.key) else {
            return previous.end;
        };
        let mut end = track.end;
        if track.frame_duration == 0 && !self.has_sample_durations() {
            // Or as those behind; another time than the next it has at least.
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
    /// Where the film is when the plan is here.
    fn expected_time(&self, start_ms: u64) -> i64 {
        let distance = milliseconds(start_ms).saturating_sub(milliseconds(self.start_ms));
        self.first.saturating_add(distance)
    }
}

/// Whether the plan has nothing between two parts.
fn is_adjacent(one: SegmentKind, next: SegmentKind) -> bool {
    match (one, next) {
        (SegmentKind::Media(one), SegmentKind::Media(next)) => next <= one.saturating_add(1),
        _ => true,
    }
}

/// How much the plan has between two segments that are not neighbours.
fn missing_time(previous: PreviousSegment, segment: &SegmentGroup<'_>) -> i64 {
    if is_adjacent(previous.kind, segment.kind) {
        return 0;
    }
    previous
        .expected_time(segment.start_ms())
        .saturating_sub(previous.end)
        .max(0)
}

/// Milliseconds in nanoseconds.
pub(crate) fn milliseconds(count: u64) -> i64 {
    i64::try_from(count)
        .unwrap_or(i64::MAX)
        .saturating_mul(MILLISECOND)
}

/// `ticks` of a timescale in nanoseconds; `None` beyond 146 years, so that sums stay in range.
/// Clocks that count from 1904 do occur.
pub(crate) fn nanoseconds(ticks: i64, timescale: u32) -> Option<i64> {
    let value = i128::from(ticks) * 1_000_000_000 / i128::from(timescale.max(1));
    let value = i64::try_from(value).ok()?;
    (value.unsigned_abs() < 1 << 62).then_some(value)
}

/// The nearest tick of a timescale.
pub(crate) fn ticks(nanoseconds: i64, timescale: u32) -> i64 {
    let scaled = i128::from(nanoseconds) * i128::from(timescale);
    let rounded = (scaled + 500_000_000).div_euclid(1_000_000_000);
    i64::try_from(rounded).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
