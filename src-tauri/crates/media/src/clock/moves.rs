//! Says which changes of a clock between two segments are told.

use super::MILLISECOND;
use crate::{Fact, FactKind, TrackKind};

/// A change of the clock inside a segment and that behind it differ by at most this.
const ROUNDING_MS: u64 = 1000;
/// Fewer segments that start a clock again may have been joined.
const MIN_RESTARTING_SEGMENTS: usize = 6;
/// More changes inside one segment explain any behind it.
const MAX_INSIDE: usize = 10;

/// A track whose clock restarts or jumps between two segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClockMove {
    pub(crate) key: u8,
    /// What is added to its times from here on, besides what was before.
    pub(crate) distance: i64,
}

impl ClockMove {
    /// Returns the fact of a track of this kind; its time is not set.
    pub(crate) fn fact(self, track: TrackKind) -> Fact {
        Fact {
            kind: FactKind::Moved,
            track: Some(track),
            samples: 0,
            at_ms: 0,
            duration_ms: (self.distance / MILLISECOND).unsigned_abs(),
        }
    }
}

/// The changes of the clocks between segments that are told.
#[derive(Clone, Debug, Default)]
pub(crate) struct BorderMoves {
    inside: MovedInside,
    /// Segments behind another one.
    borders: usize,
    /// Those of them at which a clock changes.
    moved: usize,
    facts: Vec<Fact>,
}

impl BorderMoves {
    /// Returns the changes at the start of a segment that are to be told; see [`Self::add`].
    pub(crate) fn news(&mut self, moves: &[ClockMove]) -> Vec<ClockMove> {
        let news = moves.iter().copied();
        let news = news.filter(|moved| moved.distance.abs() >= MILLISECOND);
        let news = news.filter(|moved| !self.inside.explains(*moved));
        let news: Vec<_> = news.collect();
        self.moved += usize::from(!news.is_empty());
        news
    }

    /// Tells a change.
    pub(crate) fn add(&mut self, fact: Fact) {
        self.facts.push(fact);
    }

    /// Takes note of what was changed inside of the segment, if it has media.
    pub(crate) fn end_segment<'f>(&mut self, facts: impl Iterator<Item = &'f Fact>) {
        self.inside = MovedInside::of(facts);
        self.borders += 1;
    }

    /// Returns the facts. Where most segments start the clock again, that is how the recording is
    /// made: it is told once for each track.
    pub(crate) fn into_facts(self) -> Vec<Fact> {
        let Self {
            borders,
            moved,
            facts,
            ..
        } = self;
        if moved < MIN_RESTARTING_SEGMENTS || moved <= borders / 2 {
            return facts;
        }
        let mut first: Vec<Fact> = Vec::new();
        for fact in facts {
            if first.iter().all(|known| known.track != fact.track) {
                first.push(fact);
            }
        }
        first
    }
}

/// The changes of the clocks inside the segment before: the next one starts on the clock with which
/// that one ends.
#[derive(Clone, Debug, Default)]
struct MovedInside {
    distances_ms: Vec<u64>,
}

impl MovedInside {
    /// Collects the changes that are among the facts of a segment.
    fn of<'f>(facts: impl Iterator<Item = &'f Fact>) -> Self {
        let moved = facts.filter(|fact| fact.kind == FactKind::Moved);
        let distances_ms = moved
            .map(|fact| fact.duration_ms)
            .take(MAX_INSIDE)
            .collect();
        Self { distances_ms }
    }

    /// Returns whether this change behind the segment is that of its own clock.
    fn explains(&self, moved: ClockMove) -> bool {
        let count = self.distances_ms.len();
        let distance = moved.distance / MILLISECOND;
        // Which of them go back and which ahead is not told: any choice, of some of them.
        let choices = 3_u32.pow(u32::try_from(count).unwrap_or(0));
        count == MAX_INSIDE
            || count > 0
                && (0..choices).any(|mut choice| {
                    let sum = self.distances_ms.iter().fold(0_i64, |sum, distance| {
                        let sign = i64::from(choice % 3) - 1;
                        choice /= 3;
                        sum.saturating_add(sign.saturating_mul(distance.cast_signed()))
                    });
                    sum.abs_diff(distance) <= ROUNDING_MS
                })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_that_start_again_with_every_segment_are_told_once() {
        let change = [ClockMove {
            key: 0,
            distance: 6000 * MILLISECOND,
        }];
        let told = |segments: usize, every: usize| {
            let mut borders = BorderMoves::default();
            for number in 0..segments {
                let is_moved = number > 0 && number.is_multiple_of(every);
                let changes: &[ClockMove] = if is_moved { &change } else { &[] };
                for moved in borders.news(changes) {
                    borders.add(moved.fact(TrackKind::Video));
                }
                borders.end_segment([].iter());
            }
            borders.into_facts().len()
        };
        assert_eq!([told(2, 1), told(6, 1), told(100, 1)], [1, 5, 1]);
        assert_eq!([told(100, 2), told(100, 10)], [49, 9]);
    }

    #[test]
    fn a_change_behind_a_segment_that_began_inside_it_is_known() {
        let fact = |duration_ms| Fact {
            duration_ms,
            ..ClockMove {
                key: 0,
                distance: 0,
            }
            .fact(TrackKind::Video)
        };
        let is_explained = |inside: &[u64], distance_ms: i64| {
            let facts: Vec<_> = inside.iter().map(|inside| fact(*inside)).collect();
            MovedInside::of(facts.iter()).explains(ClockMove {
                key: 0,
                distance: distance_ms * MILLISECOND,
            })
        };
        assert!(!is_explained(&[], 6000));
        assert!(is_explained(&[6000], 6020) && is_explained(&[6000], -5980));
        assert!(!is_explained(&[6000], 9000));
        assert!(is_explained(&[6000, 20_000], 26_000));
        assert!(is_explained(&[6000, 20_000], -14_000));
        assert!(is_explained(&[6000, 20_000], 20_000));
        assert!(!is_explained(&[6000, 20_000], 10_000));
        assert!(is_explained(&[5; 30], 10_000));
    }
}
