//! Segments that wait for their turn, for an output that takes them in order.
//!
//! From such an output nothing can be taken away again. So a segment whose timestamps leave those
//! of the one before waits until those behind it are here: where they come back, it carries the
//! content of another place and is not taken.

use std::collections::BTreeMap;

use media::{Content, SegmentFingerprint};

use crate::timing::{SegmentTiming, is_first_misplaced};

/// So many segments behind one whose clock jumps tell whether it jumps for good.
const LOOKAHEAD: usize = 3;

/// Pieces before their turn, for an output that takes them in order.
#[derive(Debug, Default)]
pub(super) struct ReorderBuffer {
    /// Index of the segment whose turn it is.
    pub(super) next_index: usize,
    pub(super) segments: BTreeMap<usize, BufferedSegment>,
    /// Of those in memory.
    pub(super) buffered_bytes: usize,
    /// Of the segment that was taken last.
    pub(super) last_timing: Option<SegmentTiming>,
    /// A first segment that may be on another clock: it is dropped once, and taken where it is the
    /// same again.
    suspect: Option<SegmentFingerprint>,
}

/// A segment in the line.
#[derive(Debug)]
pub(super) struct BufferedSegment {
    pub(super) body: BufferedBody,
    /// `None` where its bytes do not tell.
    pub(super) timing: Option<SegmentTiming>,
    pub(super) content: Content,
    /// Which version of it was fetched.
    pub(super) source: SegmentFingerprint,
}

#[derive(Debug)]
pub(super) enum BufferedBody {
    Memory(Vec<u8>),
    /// In the part folder, under its final name.
    Disk,
}

/// What to do where the next piece is not here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GapPolicy {
    Stop,
    Skip,
}

/// What leaves the line.
#[derive(Debug)]
pub(super) enum ReorderStep {
    /// This segment, whose turn it is.
    Take(usize, BufferedBody),
    /// This segment, which carries the content of another place. Its turn stays.
    Drop(usize, BufferedBody),
    /// Nothing for now.
    Wait,
}

/// What the timestamps of the next segment say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PositionVerdict {
    Fits,
    Misplaced,
    Unknown,
}

impl ReorderBuffer {
    /// Puts a segment into the line.
    pub(super) fn insert(&mut self, index: usize, waiting: BufferedSegment) {
        if let BufferedBody::Memory(body) = &waiting.body {
            self.buffered_bytes += body.len();
        }
        self.segments.insert(index, waiting);
    }

    /// Takes the next piece out of the line; `end` is the number of all segments.
    pub(super) fn next_step(&mut self, holes: GapPolicy, end: usize) -> ReorderStep {
        if holes == GapPolicy::Skip {
            self.next_index = self
                .segments
                .keys()
                .next()
                .map_or(end, |first| self.next_index.max(*first));
        }
        let verdict = self.verdict(self.next_index, self.last_timing, (holes, end));
        if verdict == PositionVerdict::Unknown {
            return ReorderStep::Wait;
        }
        let index = self.next_index;
        let Some(BufferedSegment {
            body: early,
            timing,
            source,
            ..
        }) = self.remove(index)
        else {
            return ReorderStep::Wait;
        };
        if verdict == PositionVerdict::Misplaced {
            self.suspect.get_or_insert(source);
            return ReorderStep::Drop(index, early);
        }
        self.next_index += 1;
        self.last_timing = timing.or(self.last_timing);
        ReorderStep::Take(index, early)
    }

    /// Takes out those that carry the content of another place, whether it is their turn or not.
    pub(super) fn remove_misplaced(&mut self, end: usize) -> Vec<(usize, BufferedBody)> {
        let mut last = self.last_timing;
        let mut misplaced = Vec::new();
        for (index, waiting) in &self.segments {
            if self.verdict(*index, last, (GapPolicy::Skip, end)) == PositionVerdict::Misplaced {
                misplaced.push(*index);
            } else {
                last = waiting.timing.or(last);
            }
        }
        let misplaced = misplaced.into_iter();
        misplaced
            .filter_map(|index| {
                let BufferedSegment {
                    body: early,
                    source,
                    ..
                } = self.remove(index)?;
                self.suspect.get_or_insert(source);
                Some((index, early))
            })
            .collect()
    }

    fn remove(&mut self, index: usize) -> Option<BufferedSegment> {
        let waiting = self.segments.remove(&index)?;
        if let BufferedBody::Memory(body) = &waiting.body {
            self.buffered_bytes -= body.len();
        }
        Some(waiting)
    }

    /// `last` is the timing of the segment before; `end` is the number of all segments.
    fn verdict(
        &self,
        at: usize,
        last: Option<SegmentTiming>,
        (holes, end): (GapPolicy, usize),
    ) -> PositionVerdict {
        let Some(BufferedSegment {
            timing: Some(own),
            source,
            ..
        }) = self.segments.get(&at)
        else {
            return PositionVerdict::Fits;
        };
        let Some(last) = last else {
            return self.verdict_of_first((at, own, source), holes, end);
        };
        if !own.is_misplaced(&last) {
            return PositionVerdict::Fits;
        }
        let behind = at + 1..end.min(at + 1 + LOOKAHEAD);
        for index in behind {
            match self.segments.get(&index).map(|it| it.timing) {
                None if holes == GapPolicy::Stop => return PositionVerdict::Unknown,
                Some(Some(next)) if next.has_same_offset(&last) => {
                    return PositionVerdict::Misplaced;
                }
                Some(Some(next)) if next.has_same_offset(own) => return PositionVerdict::Fits,
                _ => {}
            }
        }
        PositionVerdict::Fits
    }

    fn verdict_of_first(
        &self,
        (at, own, source): (usize, &SegmentTiming, &SegmentFingerprint),
        holes: GapPolicy,
        end: usize,
    ) -> PositionVerdict {
        if self.suspect.as_ref() == Some(source) {
            return PositionVerdict::Fits;
        }
        let behind = |index| self.segments.get(&index).map(|it| it.timing);
        match (behind(at + 1), behind(at + 2)) {
            (Some(Some(second)), Some(Some(third))) => {
                if is_first_misplaced([own, &second, &third]) {
                    PositionVerdict::Misplaced
                } else {
                    PositionVerdict::Fits
                }
            }
            (Some(Some(second)), None) if own.has_same_offset(&second) => PositionVerdict::Fits,
            (None, _) | (_, None) if holes == GapPolicy::Stop && at + 2 < end => {
                PositionVerdict::Unknown
            }
            _ => PositionVerdict::Fits,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENGTH_MS: u64 = 6000;

    /// The line with segments of which each starts at this time of its clock.
    fn line(starts_ms: &[i64]) -> ReorderBuffer {
        let mut line = ReorderBuffer::default();
        for (index, first_ms) in starts_ms.iter().enumerate() {
            let timing = SegmentTiming {
                start_ms: index as u64 * LENGTH_MS,
                first_ms: *first_ms,
                end_ms: first_ms + 6000,
            };
            line.insert(
                index,
                BufferedSegment {
                    body: BufferedBody::Memory(vec![0; 10]),
                    timing: Some(timing),
                    content: Content::default(),
                    source: SegmentFingerprint::default(),
                },
            );
        }
        line
    }

    /// Indices that are taken, and those that are dropped.
    fn run(line: &mut ReorderBuffer, holes: GapPolicy, end: usize) -> (Vec<usize>, Vec<usize>) {
        let (mut taken, mut dropped) = (Vec::new(), Vec::new());
        loop {
            match line.next_step(holes, end) {
                ReorderStep::Take(index, _) => taken.push(index),
                ReorderStep::Drop(index, _) => dropped.push(index),
                ReorderStep::Wait => return (taken, dropped),
            }
        }
    }

    #[test]
    fn a_segment_of_another_place_is_dropped_and_those_behind_it_wait_for_the_right_one() {
        let mut line = line(&[0, 6000, 30_000, 18_000, 24_000]);
        assert_eq!(run(&mut line, GapPolicy::Stop, 5), (vec![0, 1], vec![2]));
        assert_eq!((line.next_index, line.buffered_bytes), (2, 20));
        assert_eq!(run(&mut line, GapPolicy::Skip, 5), (vec![3, 4], vec![]));
        assert_eq!(line.buffered_bytes, 0);
    }

    #[test]
    fn a_first_segment_that_seems_to_be_of_another_place_is_taken_where_it_comes_again() {
        let mut again = line(&[60_000, 6000, 12_000]);
        let first = again.segments.remove(&0).unwrap();
        let mut line = line(&[60_000, 6000, 12_000]);
        assert_eq!(run(&mut line, GapPolicy::Stop, 3), (vec![], vec![0]));
        line.insert(0, first);
        assert_eq!(run(&mut line, GapPolicy::Stop, 3), (vec![0, 1, 2], vec![]));
    }

    #[test]
    fn behind_a_hole_a_segment_of_another_place_is_dropped_before_its_turn() {
        let mut line = line(&[0, 6000, 12_000, 0, 24_000]);
        line.remove(1);
        let nothing = (vec![], vec![]);
        assert_eq!(
            run(&mut line, GapPolicy::Stop, 5),
            nothing,
            "is it the right one?"
        );
        let dropped = line.remove_misplaced(5).into_iter();
        assert_eq!(dropped.map(|(index, _)| index).collect::<Vec<_>>(), [3]);
        assert_eq!(line.buffered_bytes, 30);
        assert_eq!(run(&mut line, GapPolicy::Skip, 5), (vec![0, 2, 4], vec![]));
    }

    #[test]
    fn a_clock_that_jumps_for_good_is_followed_once_that_is_known() {
        for starts in [
            [0, 6000, 0, 6000, 12_000],
            [0, 6000, 90_000, 96_000, 102_000],
            [0, 0, 0, 0, 0],
        ] {
            let mut line = line(&starts);
            assert_eq!(run(&mut line, GapPolicy::Stop, 5).0, [0, 1, 2, 3, 4]);
        }
        let mut line = line(&[0, 6000, 0]);
        assert_eq!(
            run(&mut line, GapPolicy::Stop, 5).0,
            [0, 1],
            "nobody knows yet"
        );
        assert_eq!(run(&mut line, GapPolicy::Skip, 5).0, [2]);
    }
}
