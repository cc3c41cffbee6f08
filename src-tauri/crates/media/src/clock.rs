//! Puts the pieces of a film on one clock.
//!
//! Most recordings keep one clock over all their pieces, and nothing is changed. Where the clock
//! falls, it has started again: the piece is moved to the end of the one before, both of its
//! tracks by the same distance, or, where pieces between are missing, to where the plan says it
//! starts, so that what is missing stays a gap.

use std::collections::BTreeMap;

use crate::{
    Error, Part,
    cursor::{Cursor, put_signed},
    flv,
};

/// Time here is in nanoseconds: fine enough for a tick of any track, and 292 years long.
pub(crate) const MILLISECOND: i64 = 1_000_000;
/// Tracks that agree this well where two pieces meet differ by their rounding: it is less than
/// half a frame of sound.
const ROUNDING: i64 = 10 * MILLISECOND;
/// The clock of one piece may overlap the one before by this much without having started again.
const OVERLAP: i64 = 1000 * MILLISECOND;
/// A jump ahead by more than this, beyond what is missing, is another clock and not a gap.
const JUMP: i64 = flv::clock::WINDOW * MILLISECOND;

/// The stretch of time that one track has in one piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// Tells the tracks of the film apart; the lowest is the one that others are measured by.
    pub(crate) key: u8,
    /// Decode time of its first sample.
    pub(crate) first: i64,
    /// Where its last sample ends.
    pub(crate) end: i64,
    /// Mean distance of its samples.
    pub(crate) frame: i64,
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
            frame,
        })
    }

    /// Appends itself in the layout of the journal.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.push(self.key);
        for time in [self.first, self.end, self.frame] {
            put_signed(out, time);
        }
    }

    /// Reads what [`Self::write`] appended.
    pub(crate) fn read(cursor: &mut Cursor<'_>) -> Result<Self, Error> {
        Ok(Self {
            key: cursor.u8()?,
            first: cursor.signed()?,
            end: cursor.signed()?,
            frame: cursor.signed()?,
        })
    }
}

/// The pieces that are shown at the same time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment<'s> {
    pub(crate) part: Part,
    pub(crate) start_ms: u64,
    pub(crate) spans: &'s [Span],
}

/// Answers, segment by segment in the order of presentation, what must be added to its times.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    /// Whether the source counts time in few enough bits to wrap.
    wraps: bool,
    offset: i64,
    /// Where each track ends so far, on the film's clock.
    ends: BTreeMap<u8, i64>,
    previous: Option<Previous>,
}

#[derive(Clone, Copy, Debug)]
struct Previous {
    part: Part,
    start_ms: u64,
    first: i64,
    end: i64,
}

impl Clock {
    pub(crate) fn new(wraps: bool) -> Self {
        Self {
            wraps,
            ..Self::default()
        }
    }

    /// The offset of this segment.
    pub(crate) fn place(&mut self, segment: &Segment<'_>) -> i64 {
        let Some(first) = segment.spans.iter().map(|span| span.first).min() else {
            return self.offset;
        };
        if let Some(previous) = self.previous {
            self.offset = self.offset_after(previous, segment, first);
        }
        let offset = self.offset;
        let mut end = first;
        for span in segment.spans {
            self.ends.insert(span.key, span.end.saturating_add(offset));
            end = end.max(span.end);
        }
        self.previous = Some(Previous {
            part: segment.part,
            start_ms: segment.start_ms,
            first: first.saturating_add(offset),
            end: end.saturating_add(offset),
        });
        offset
    }

    fn offset_after(&self, previous: Previous, segment: &Segment<'_>, first: i64) -> i64 {
        let missing = missing(previous, segment);
        let overlap = OVERLAP.min(previous.end.saturating_sub(previous.first) / 2);
        let latest = previous.end.saturating_add(missing).saturating_add(JUMP);
        let goes_on = |offset: i64| {
            segment.spans.iter().all(|span| {
                let time = span.first.saturating_add(offset);
                let earliest = self.end_of(span, previous).saturating_sub(overlap);
                (earliest..=latest).contains(&time)
            })
        };
        if goes_on(self.offset) {
            return self.offset;
        }
        if self.wraps
            && let Some(wrapped) = self.wrapped(previous, first, missing)
            && goes_on(wrapped)
        {
            return wrapped;
        }
        let joined = self.joined(previous, segment);
        if missing == 0 {
            return joined;
        }
        let planned = previous
            .first
            .saturating_add(milliseconds(
                segment.start_ms.saturating_sub(previous.start_ms),
            ))
            .saturating_sub(first);
        planned.max(joined)
    }

    /// The offset if the clock has only run over its last bit.
    fn wrapped(&self, previous: Previous, first: i64, missing: i64) -> Option<i64> {
        let time = first.saturating_add(self.offset) / MILLISECOND;
        let near = previous.end.saturating_add(missing) / MILLISECOND;
        let shift = flv::clock::wrap_towards(time, near)?.checked_mul(MILLISECOND)?;
        self.offset.checked_add(shift)
    }

    /// The offset that lets the segment start where the one before ends: by its leading track
    /// where all agree within their rounding, else so that none overlaps. Where a last frame is
    /// longer than the mean only the other track knows it.
    fn joined(&self, previous: Previous, segment: &Segment<'_>) -> i64 {
        let offset = |span: &Span| self.end_of(span, previous).saturating_sub(span.first);
        let Some(leading) = segment.spans.iter().min_by_key(|span| span.key).map(offset) else {
            return self.offset;
        };
        let largest = segment.spans.iter().map(offset).max().unwrap_or(leading);
        if largest.saturating_sub(leading) <= ROUNDING {
            leading
        } else {
            largest
        }
    }

    fn end_of(&self, span: &Span, previous: Previous) -> i64 {
        self.ends.get(&span.key).copied().unwrap_or(previous.end)
    }
}

/// How much the plan has between two segments that are not neighbours.
fn missing(previous: Previous, segment: &Segment<'_>) -> i64 {
    let neighbours = match (previous.part, segment.part) {
        (Part::Media(one), Part::Media(next)) => next <= one.saturating_add(1),
        _ => true,
    };
    if neighbours {
        return 0;
    }
    let planned = milliseconds(segment.start_ms.saturating_sub(previous.start_ms));
    planned
        .saturating_sub(previous.end.saturating_sub(previous.first))
        .max(0)
}

fn milliseconds(count: u64) -> i64 {
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
mod tests {
    use super::*;

    fn span(key: u8, first_ms: i64, end_ms: i64) -> Span {
        Span {
            key,
            first: first_ms * MILLISECOND,
            end: end_ms * MILLISECOND,
            frame: 40 * MILLISECOND,
        }
    }

    fn place(clock: &mut Clock, number: u64, spans: &[Span]) -> i64 {
        let segment = Segment {
            part: Part::Media(number),
            start_ms: number * 2000,
            spans,
        };
        clock.place(&segment) / MILLISECOND
    }

    #[test]
    fn a_clock_that_goes_on_is_left_alone_over_gaps_too() {
        let mut clock = Clock::new(false);
        assert_eq!(place(&mut clock, 0, &[span(0, 90_000, 92_000)]), 0);
        assert_eq!(place(&mut clock, 1, &[span(0, 92_000, 94_000)]), 0);
        assert_eq!(place(&mut clock, 9, &[span(0, 108_000, 110_000)]), 0);
    }

    #[test]
    fn a_restarted_piece_follows_the_one_before() {
        let mut clock = Clock::new(false);
        place(&mut clock, 0, &[span(0, 0, 2000), span(1, 5, 2010)]);
        assert_eq!(
            place(&mut clock, 1, &[span(0, 0, 2000), span(1, 5, 2010)]),
            2000
        );
        assert_eq!(
            place(&mut clock, 2, &[span(0, 0, 2000), span(1, 5, 2010)]),
            4000
        );
    }

    #[test]
    fn tracks_that_end_far_apart_do_not_overlap_after_a_restart() {
        let mut clock = Clock::new(false);
        place(&mut clock, 0, &[span(0, 0, 2000), span(1, 0, 2500)]);
        assert_eq!(
            place(&mut clock, 1, &[span(0, 0, 2000), span(1, 0, 2000)]),
            2500
        );
    }

    #[test]
    fn what_is_missing_before_a_restarted_piece_stays_a_gap() {
        let mut clock = Clock::new(false);
        place(&mut clock, 0, &[span(0, 0, 2000)]);
        assert_eq!(place(&mut clock, 3, &[span(0, 0, 2000)]), 6000);
    }

    #[test]
    fn a_track_that_was_missing_for_long_comes_back_in_its_place() {
        let mut clock = Clock::new(false);
        place(&mut clock, 0, &[span(0, 0, 2000), span(1, 0, 2000)]);
        for number in 1..1000 {
            let start = i64::try_from(number).expect("small") * 2000;
            assert_eq!(
                place(&mut clock, number, &[span(0, start, start + 2000)]),
                0
            );
        }
        let both = [span(0, 2_000_000, 2_002_000), span(1, 2_000_000, 2_002_000)];
        assert_eq!(place(&mut clock, 1000, &both), 0);
    }

    #[test]
    fn a_wrap_between_pieces_is_no_restart() {
        let top = 1 << 24;
        let mut clock = Clock::new(true);
        place(&mut clock, 0, &[span(0, top - 2000, top)]);
        assert_eq!(place(&mut clock, 1, &[span(0, 10, 2010)]), top);
        assert_eq!(place(&mut clock, 2, &[span(0, 2010, 4010)]), top);
    }

    #[test]
    fn ticks_and_nanoseconds_agree() {
        for timescale in [1, 1000, 12_800, 44_100, 90_000, 705_600] {
            for count in [0, 1, 1023, 44_101, 1 << 32] {
                let time = nanoseconds(count, timescale).expect("within 146 years");
                assert_eq!(ticks(time, timescale), count, "{count} of {timescale}");
            }
        }
        assert_eq!(nanoseconds(i64::MAX, 90_000), None);
    }
}
