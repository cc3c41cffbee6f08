//! The reorder buffer: holds early segments for an output that must be written in order.
//!
//! Nothing can be removed from such an output. So a segment whose timestamps do not continue those
//! of the previous one is held back until the following ones have arrived. If those do continue
//! the previous one, it carries the content of another position and is dropped.

use std::collections::{BTreeMap, BTreeSet};

use media::{Content, SegmentFingerprint};

use crate::timing::{SegmentTiming, is_first_misplaced};

/// Number of following segments that decide whether a timestamp jump is permanent.
const LOOKAHEAD: usize = 3;

/// Early segments of an output that is written in order.
#[derive(Debug, Default)]
pub(super) struct ReorderBuffer {
    /// Index of the segment that is written next.
    pub(super) next_index: usize,
    pub(super) segments: BTreeMap<usize, BufferedSegment>,
    /// Bytes of the segments whose bodies are in memory.
    pub(super) buffered_bytes: usize,
    /// The timing of the segment that was taken last.
    pub(super) last_timing: Option<SegmentTiming>,
    /// Segments that will not come.
    absent: BTreeSet<usize>,
    /// A first segment whose timestamps do not fit: it is dropped once, and accepted if the same
    /// bytes arrive again.
    suspect: Option<SegmentFingerprint>,
}

/// A segment in the reorder buffer.
#[derive(Debug)]
pub(super) struct BufferedSegment {
    pub(super) body: BufferedBody,
    /// `None` if its timestamps cannot be read.
    pub(super) timing: Option<SegmentTiming>,
    pub(super) content: Content,
    /// Fingerprint of the bytes that were fetched.
    pub(super) source: SegmentFingerprint,
}

#[derive(Debug)]
pub(super) enum BufferedBody {
    Memory(Vec<u8>),
    /// In the part folder, under its final name.
    Disk,
}

/// What to do if the next segment is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GapPolicy {
    Stop,
    Skip,
}

/// What the reorder buffer releases.
#[derive(Debug)]
pub(super) enum ReorderStep {
    /// This segment is next.
    Take(usize, BufferedBody),
    /// Drop this segment: it carries the content of another position. It is still the next index.
    Drop(usize, BufferedBody),
    /// Nothing can be released yet.
    Wait,
}

/// What the timestamps say about the position of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PositionVerdict {
    Fits,
    Misplaced,
    Unknown,
}

impl ReorderBuffer {
    /// Adds a segment.
    pub(super) fn insert(&mut self, index: usize, waiting: BufferedSegment) {
        if let BufferedBody::Memory(body) = &waiting.body {
            self.buffered_bytes += body.len();
        }
        self.segments.insert(index, waiting);
    }

    /// Does not wait for a segment any more.
    pub(super) fn give_up(&mut self, index: usize) {
        if index >= self.next_index {
            self.absent.insert(index);
        }
    }

    /// Returns the next step; `end` is the number of all segments.
    pub(super) fn next_step(&mut self, gaps: GapPolicy, end: usize) -> ReorderStep {
        while self.absent.remove(&self.next_index) {
            self.next_index += 1;
        }
        if gaps == GapPolicy::Skip {
            self.next_index = self
                .segments
                .keys()
                .next()
                .map_or(end, |first| self.next_index.max(*first));
        }
        let verdict = self.verdict(self.next_index, self.last_timing, (gaps, end));
        if verdict == PositionVerdict::Unknown {
            return ReorderStep::Wait;
        }
        let index = self.next_index;
        let Some(BufferedSegment {
            body,
            timing,
            source,
            ..
        }) = self.remove(index)
        else {
            return ReorderStep::Wait;
        };
        if verdict == PositionVerdict::Misplaced {
            self.suspect.get_or_insert(source);
            return ReorderStep::Drop(index, body);
        }
        self.next_index += 1;
        self.last_timing = timing.or(self.last_timing);
        ReorderStep::Take(index, body)
    }

    /// Removes all segments that carry the content of another position, next in order or not.
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
                let BufferedSegment { body, source, .. } = self.remove(index)?;
                self.suspect.get_or_insert(source);
                Some((index, body))
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

    /// `last` is the timing of the previous segment; `end` is the number of all segments.
    fn verdict(
        &self,
        at: usize,
        last: Option<SegmentTiming>,
        (gaps, end): (GapPolicy, usize),
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
            return self.verdict_of_first((at, own, source), gaps, end);
        };
        if !own.is_misplaced(&last) {
            return PositionVerdict::Fits;
        }
        let behind = at + 1..end.min(at + 1 + LOOKAHEAD);
        for index in behind {
            match self.segments.get(&index).map(|it| it.timing) {
                None if gaps == GapPolicy::Stop => return PositionVerdict::Unknown,
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
        gaps: GapPolicy,
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
            (None, _) | (_, None) if gaps == GapPolicy::Stop && at + 2 < end => {
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

    /// A buffer with segments whose first timestamps are these.
    fn buffer(starts_ms: &[i64]) -> ReorderBuffer {
        let mut buffer = ReorderBuffer::default();
        for (index, first_ms) in starts_ms.iter().enumerate() {
            let timing = SegmentTiming {
                start_ms: index as u64 * LENGTH_MS,
                first_ms: *first_ms,
                end_ms: first_ms + 6000,
            };
            buffer.insert(
                index,
                BufferedSegment {
                    body: BufferedBody::Memory(vec![0; 10]),
                    timing: Some(timing),
                    content: Content::default(),
                    source: SegmentFingerprint::default(),
                },
            );
        }
        buffer
    }

    /// Returns the indices that are taken, and those that are dropped.
    fn run(buffer: &mut ReorderBuffer, gaps: GapPolicy, end: usize) -> (Vec<usize>, Vec<usize>) {
        let (mut taken, mut dropped) = (Vec::new(), Vec::new());
        loop {
            match buffer.next_step(gaps, end) {
                ReorderStep::Take(index, _) => taken.push(index),
                ReorderStep::Drop(index, _) => dropped.push(index),
                ReorderStep::Wait => return (taken, dropped),
            }
        }
    }

    #[test]
    fn a_misplaced_segment_is_dropped_and_the_following_ones_wait_for_the_right_one() {
        let mut buffer = buffer(&[0, 6000, 30_000, 18_000, 24_000]);
        assert_eq!(run(&mut buffer, GapPolicy::Stop, 5), (vec![0, 1], vec![2]));
        assert_eq!((buffer.next_index, buffer.buffered_bytes), (2, 20));
        assert_eq!(run(&mut buffer, GapPolicy::Skip, 5), (vec![3, 4], vec![]));
        assert_eq!(buffer.buffered_bytes, 0);
    }

    #[test]
    fn a_first_segment_that_seems_misplaced_is_taken_if_it_arrives_again() {
        let mut again = buffer(&[60_000, 6000, 12_000]);
        let first = again.segments.remove(&0).unwrap();
        let mut buffer = buffer(&[60_000, 6000, 12_000]);
        assert_eq!(run(&mut buffer, GapPolicy::Stop, 3), (vec![], vec![0]));
        buffer.insert(0, first);
        assert_eq!(
            run(&mut buffer, GapPolicy::Stop, 3),
            (vec![0, 1, 2], vec![])
        );
    }

    #[test]
    fn a_misplaced_segment_after_a_gap_is_dropped_before_it_is_next() {
        let mut buffer = buffer(&[0, 6000, 12_000, 0, 24_000]);
        buffer.remove(1);
        let nothing = (vec![], vec![]);
        assert_eq!(
            run(&mut buffer, GapPolicy::Stop, 5),
            nothing,
            "it is not known yet whether it fits"
        );
        let dropped = buffer.remove_misplaced(5).into_iter();
        assert_eq!(dropped.map(|(index, _)| index).collect::<Vec<_>>(), [3]);
        assert_eq!(buffer.buffered_bytes, 30);
        assert_eq!(
            run(&mut buffer, GapPolicy::Skip, 5),
            (vec![0, 2, 4], vec![])
        );
    }

    #[test]
    fn a_permanent_timestamp_jump_is_accepted_once_it_is_confirmed() {
        for starts in [
            [0, 6000, 0, 6000, 12_000],
            [0, 6000, 90_000, 96_000, 102_000],
            [0, 0, 0, 0, 0],
        ] {
            let mut buffer = buffer(&starts);
            assert_eq!(run(&mut buffer, GapPolicy::Stop, 5).0, [0, 1, 2, 3, 4]);
        }
        let mut buffer = buffer(&[0, 6000, 0]);
        assert_eq!(
            run(&mut buffer, GapPolicy::Stop, 5).0,
            [0, 1],
            "it is not known yet"
        );
        assert_eq!(run(&mut buffer, GapPolicy::Skip, 5).0, [2]);
    }
}
