//! Collects the facts of a movie while its segments are placed on one clock.

use super::fragment::track_of;
use crate::{
    Fact, FactKind, TableFragment, TrackKind,
    clock::{BorderMoves, ClockMove, MILLISECOND, Span},
    fact::FactList,
};

/// The facts of the segments so far, in movie time.
#[derive(Debug, Default)]
pub(crate) struct MovieFacts {
    /// Time on the movie's clock at which the movie starts, in nanoseconds.
    origin: Option<i64>,
    /// Where the media ends so far, on the same clock.
    end: i64,
    list: FactList,
    /// Samples of the segments added last that are not in the movie, and why.
    skipped: Vec<Skipped>,
    moves: BorderMoves,
}

/// Samples of one segment that are not in the movie for the same reason.
#[derive(Debug)]
struct Skipped {
    kind: FactKind,
    track: TrackKind,
    samples: u64,
    /// Time of the first one on the movie's clock, in nanoseconds.
    first: i64,
}

impl MovieFacts {
    /// Adds the facts of the segments that are presented at the same time.
    ///
    /// `spans` are theirs, on the clock of the movie; the movie starts `start_offset` nanoseconds
    /// before the first of all. A segment without samples starts where those before end.
    pub(crate) fn add_segments(
        &mut self,
        segments: &[TableFragment],
        spans: &[Span],
        start_offset: i64,
    ) {
        if let Some(first) = spans.iter().map(|span| span.first).min() {
            let origin = first.saturating_sub(start_offset);
            self.origin.get_or_insert(origin);
        }
        if !spans.is_empty() {
            let facts = segments.iter().flat_map(|segment| &segment.facts);
            self.moves.end_segment(facts);
        }
        for segment in segments {
            let own = spans
                .iter()
                .filter(|span| span.key & 0x7f == segment.track & 0x7f);
            let start = own.map(|span| span.first).min().unwrap_or(self.end);
            let start_ms = self.movie_ms(start);
            self.list.add_segment(&segment.facts, start_ms);
        }
        let ends = spans.iter().map(|span| span.end);
        self.end = ends.max().map_or(self.end, |end| end.max(self.end));
    }

    /// Counts a sample of the segments added last that is not in the movie; `time` is in nanoseconds
    /// on the movie's clock.
    pub(crate) fn skip(&mut self, kind: FactKind, track: TrackKind, time: i64) {
        let mut skipped = self.skipped.iter_mut();
        match skipped.find(|skipped| skipped.kind == kind && skipped.track == track) {
            Some(skipped) => skipped.samples += 1,
            None => self.skipped.push(Skipped {
                kind,
                track,
                samples: 1,
                first: time,
            }),
        }
    }

    /// Adds what [`Self::skip`] counted. `frame_duration` returns the duration of one sample of a
    /// track in nanoseconds.
    pub(crate) fn end_segments(&mut self, frame_duration: impl Fn(TrackKind) -> i64) {
        for skipped in std::mem::take(&mut self.skipped) {
            let count = i64::try_from(skipped.samples).unwrap_or(i64::MAX);
            let duration = frame_duration(skipped.track).saturating_mul(count);
            let fact = Fact {
                kind: skipped.kind,
                track: Some(skipped.track),
                samples: skipped.samples,
                at_ms: 0,
                duration_ms: (duration / MILLISECOND).max(0).unsigned_abs(),
            };
            self.add(skipped.first, fact);
        }
    }

    /// Adds a fact that shows only between segments, at `time` nanoseconds on the movie's clock.
    pub(crate) fn add(&mut self, time: i64, fact: Fact) {
        let at_ms = self.movie_ms(time);
        self.list.add(Fact { at_ms, ..fact });
    }

    /// Adds that the clocks of tracks were moved where the segments added last start; `spans` are
    /// theirs. To be called before those are added.
    pub(crate) fn add_moves(&mut self, moves: &[ClockMove], spans: &[Span]) {
        for moved in self.moves.news(moves) {
            if let Some(span) = spans.iter().find(|span| span.key == moved.key) {
                let at_ms = self.movie_ms(span.first);
                self.moves.add(Fact {
                    at_ms,
                    ..moved.fact(track_of(moved.key))
                });
            }
        }
    }

    pub(crate) fn into_vec(mut self) -> Vec<Fact> {
        for fact in self.moves.into_facts() {
            self.list.add(fact);
        }
        self.list.into_vec()
    }

    fn movie_ms(&self, time: i64) -> u64 {
        let since_start = time.saturating_sub(self.origin.unwrap_or(time));
        (since_start / MILLISECOND).max(0).unsigned_abs()
    }
}
