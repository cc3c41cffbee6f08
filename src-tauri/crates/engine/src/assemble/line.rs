//! Segments that wait for their turn, for an output that takes them in order.
//!
//! From such an output nothing can be taken away again. So a segment whose timestamps leave those
//! of the one before waits until those behind it are here: where they come back, it carries the
//! content of another place and is not taken.

use std::collections::BTreeMap;

use media::{Content, SourceMark};

use crate::timing::{Timing, is_first_elsewhere};

/// So many segments behind one whose clock jumps tell whether it jumps for good.
const LOOKED_AT: usize = 3;

/// Pieces before their turn, for an output that takes them in order.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// Index of the segment whose turn it is.
    pub(super) next: usize,
    pub(super) waiting: BTreeMap<usize, Waiting>,
    /// Of those in memory.
    pub(super) early_bytes: usize,
    /// Of the segment that was taken last.
    pub(super) last: Option<Timing>,
    /// A first segment that may be on another clock: it is dropped once, and taken where it is the
    /// same again.
    doubted: Option<SourceMark>,
}

/// A segment in the line.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) early: Early,
    /// `None` where its bytes do not tell.
    pub(super) timing: Option<Timing>,
    pub(super) content: Content,
    /// Which version of it was fetched.
    pub(super) source: SourceMark,
}

#[derive(Debug)]
pub(super) enum Early {
    Memory(Vec<u8>),
    /// In the part folder, under its final name.
    Disk,
}

/// What to do where the next piece is not here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holes {
    Stop,
    Skip,
}

/// What leaves the line.
#[derive(Debug)]
pub(super) enum Step {
    /// This segment, whose turn it is.
    Take(usize, Early),
    /// This segment, which carries the content of another place. Its turn stays.
    Drop(usize, Early),
    /// Nothing for now.
    Wait,
}

/// What the timestamps of the next segment say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Fits,
    IsMisplaced,
    Unknown,
}

impl Line {
    /// Puts a segment into the line.
    pub(super) fn put(&mut self, index: usize, waiting: Waiting) {
        if let Early::Memory(body) = &waiting.early {
            self.early_bytes += body.len();
        }
        self.waiting.insert(index, waiting);
    }

    /// Takes the next piece out of the line; `end` is the number of all segments.
    pub(super) fn step(&mut self, holes: Holes, end: usize) -> Step {
        if holes == Holes::Skip {
            self.next = self
                .waiting
                .keys()
                .next()
                .map_or(end, |first| self.next.max(*first));
        }
        let verdict = self.verdict(self.next, self.last, (holes, end));
        if verdict == Verdict::Unknown {
            return Step::Wait;
        }
        let index = self.next;
        let Some(Waiting {
            early,
            timing,
            source,
            ..
        }) = self.remove(index)
        else {
            return Step::Wait;
        };
        if verdict == Verdict::IsMisplaced {
            self.doubted.get_or_insert(source);
            return Step::Drop(index, early);
        }
        self.next += 1;
        self.last = timing.or(self.last);
        Step::Take(index, early)
    }

    /// Takes out those that carry the content of another place, whether it is their turn or not.
    pub(super) fn drop_misplaced(&mut self, end: usize) -> Vec<(usize, Early)> {
        let mut last = self.last;
        let mut misplaced = Vec::new();
        for (index, waiting) in &self.waiting {
            if self.verdict(*index, last, (Holes::Skip, end)) == Verdict::IsMisplaced {
                misplaced.push(*index);
            } else {
                last = waiting.timing.or(last);
            }
        }
        let misplaced = misplaced.into_iter();
        misplaced
            .filter_map(|index| {
                let Waiting { early, source, .. } = self.remove(index)?;
                self.doubted.get_or_insert(source);
                Some((index, early))
            })
            .collect()
    }

    fn remove(&mut self, index: usize) -> Option<Waiting> {
        let waiting = self.waiting.remove(&index)?;
        if let Early::Memory(body) = &waiting.early {
            self.early_bytes -= body.len();
        }
        Some(waiting)
    }

    /// `last` is the timing of the segment before; `end` is the number of all segments.
    fn verdict(&self, at: usize, last: Option<Timing>, (holes, end): (Holes, usize)) -> Verdict {
        let Some(Waiting {
            timing: Some(own),
            source,
            ..
        }) = self.waiting.get(&at)
        else {
            return Verdict::Fits;
        };
        let Some(last) = last else {
            return self.verdict_of_first((at, own, source), holes, end);
        };
        if !own.is_elsewhere(&last) {
            return Verdict::Fits;
        }
        let behind = at + 1..end.min(at + 1 + LOOKED_AT);
        for index in behind {
            match self.waiting.get(&index).map(|it| it.timing) {
                None if holes == Holes::Stop => return Verdict::Unknown,
                Some(Some(next)) if next.is_near(&last) => return Verdict::IsMisplaced,
                Some(Some(next)) if next.is_near(own) => return Verdict::Fits,
                _ => {}
            }
        }
        Verdict::Fits
    }

    fn verdict_of_first(
        &self,
        (at, own, source): (usize, &Timing, &SourceMark),
        holes: Holes,
        end: usize,
    ) -> Verdict {
        if self.doubted.as_ref() == Some(source) {
            return Verdict::Fits;
        }
        let behind = |index| self.waiting.get(&index).map(|it| it.timing);
        match (behind(at + 1), behind(at + 2)) {
            (Some(Some(second)), Some(Some(third))) => {
                if is_first_elsewhere([own, &second, &third]) {
                    Verdict::IsMisplaced
                } else {
                    Verdict::Fits
                }
            }
            (Some(Some(second)), None) if own.is_near(&second) => Verdict::Fits,
            (None, _) | (_, None) if holes == Holes::Stop && at + 2 < end => Verdict::Unknown,
            _ => Verdict::Fits,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENGTH_MS: u64 = 6000;

    /// The line with segments of which each starts at this time of its clock.
    fn line(starts_ms: &[i64]) -> Line {
        let mut line = Line::default();
        for (index, first_ms) in starts_ms.iter().enumerate() {
            let timing = Timing {
                start_ms: index as u64 * LENGTH_MS,
                first_ms: *first_ms,
                end_ms: first_ms + 6000,
            };
            line.put(
                index,
                Waiting {
                    early: Early::Memory(vec![0; 10]),
                    timing: Some(timing),
                    content: Content::default(),
                    source: SourceMark::default(),
                },
            );
        }
        line
    }

    /// Indices that are taken, and those that are dropped.
    fn run(line: &mut Line, holes: Holes, end: usize) -> (Vec<usize>, Vec<usize>) {
        let (mut taken, mut dropped) = (Vec::new(), Vec::new());
        loop {
            match line.step(holes, end) {
                Step::Take(index, _) => taken.push(index),
                Step::Drop(index, _) => dropped.push(index),
                Step::Wait => return (taken, dropped),
            }
        }
    }

    #[test]
    fn a_segment_of_another_place_is_dropped_and_those_behind_it_wait_for_the_right_one() {
        let mut line = line(&[0, 6000, 30_000, 18_000, 24_000]);
        assert_eq!(run(&mut line, Holes::Stop, 5), (vec![0, 1], vec![2]));
        assert_eq!((line.next, line.early_bytes), (2, 20));
        assert_eq!(run(&mut line, Holes::Skip, 5), (vec![3, 4], vec![]));
        assert_eq!(line.early_bytes, 0);
    }

    #[test]
    fn a_first_segment_that_seems_to_be_of_another_place_is_taken_where_it_comes_again() {
        let mut again = line(&[60_000, 6000, 12_000]);
        let first = again.waiting.remove(&0).unwrap();
        let mut line = line(&[60_000, 6000, 12_000]);
        assert_eq!(run(&mut line, Holes::Stop, 3), (vec![], vec![0]));
        line.put(0, first);
        assert_eq!(run(&mut line, Holes::Stop, 3), (vec![0, 1, 2], vec![]));
    }

    #[test]
    fn behind_a_hole_a_segment_of_another_place_is_dropped_before_its_turn() {
        let mut line = line(&[0, 6000, 12_000, 0, 24_000]);
        line.remove(1);
        let nothing = (vec![], vec![]);
        assert_eq!(
            run(&mut line, Holes::Stop, 5),
            nothing,
            "is it the right one?"
        );
        let dropped = line.drop_misplaced(5).into_iter();
        assert_eq!(dropped.map(|(index, _)| index).collect::<Vec<_>>(), [3]);
        assert_eq!(line.early_bytes, 30);
        assert_eq!(run(&mut line, Holes::Skip, 5), (vec![0, 2, 4], vec![]));
    }

    #[test]
    fn a_clock_that_jumps_for_good_is_followed_once_that_is_known() {
        for starts in [
            [0, 6000, 0, 6000, 12_000],
            [0, 6000, 90_000, 96_000, 102_000],
            [0, 0, 0, 0, 0],
        ] {
            let mut line = line(&starts);
            assert_eq!(run(&mut line, Holes::Stop, 5).0, [0, 1, 2, 3, 4]);
        }
        let mut line = line(&[0, 6000, 0]);
        assert_eq!(run(&mut line, Holes::Stop, 5).0, [0, 1], "nobody knows yet");
        assert_eq!(run(&mut line, Holes::Skip, 5).0, [2]);
    }
}
