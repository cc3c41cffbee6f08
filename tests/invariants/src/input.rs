//! The input of a fuzzer: segments of a recording and what happens to them, read from any bytes.
//!
//! A mark separates the segments, not a length: inserted or removed bytes then change one segment
//! and not all behind it.

use kit::segment::{OwnedSegment, shuffled};
use media::SegmentKind;

/// Precedes each segment.
const SEGMENT_MARK: &[u8] = b"<piece>";
/// More segments than this cost time and find nothing new.
const MAX_SEGMENTS: usize = 12;

/// Segments of a recording in the order of presentation, and what happens to them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FuzzInput {
    /// After how many segments the program is killed and started again.
    pub kill_after: u8,
    /// Seed of the order in which the segments arrive.
    pub order: u8,
    /// The segments.
    pub segments: Vec<OwnedSegment>,
}

impl FuzzInput {
    /// Reads an input. Any bytes are valid.
    pub fn read(bytes: &[u8]) -> Self {
        let mut bodies = split(bytes);
        let head = bodies.next().unwrap_or_default();
        let mut input = Self {
            kill_after: head.first().copied().unwrap_or(0),
            order: head.get(1).copied().unwrap_or(0),
            segments: Vec::new(),
        };
        let mut next = [0_u64; 4];
        for body in bodies.take(MAX_SEGMENTS) {
            let Some((&[flags, start], data)) = body.split_first_chunk::<2>() else {
                continue;
            };
            let track = flags & 0x03;
            let number = &mut next[usize::from(track)];
            // Some segments of the plan may be missing.
            *number += u64::from(flags >> 2 & 0x03);
            let kind = if flags & 0x80 != 0 {
                SegmentKind::Init
            } else {
                *number += 1;
                SegmentKind::Media(*number - 1)
            };
            if kind == SegmentKind::Init && input.contains(track, kind) {
                continue;
            }
            input.segments.push(OwnedSegment {
                track,
                kind,
                start_ms: u64::from(start) * 500,
                data: data.to_vec(),
            });
        }
        input
    }

    /// Returns bytes of which [`Self::read`] makes the same input, if its segments are numbered
    /// without gaps.
    pub fn write(&self) -> Vec<u8> {
        let mut bytes = vec![self.kill_after, self.order];
        for segment in &self.segments {
            bytes.extend_from_slice(SEGMENT_MARK);
            let init = if segment.kind == SegmentKind::Init {
                0x80
            } else {
                0
            };
            let start = u8::try_from(segment.start_ms / 500).unwrap_or(u8::MAX);
            bytes.extend_from_slice(&[init | segment.track & 0x03, start]);
            bytes.extend_from_slice(&segment.data);
        }
        bytes
    }

    fn contains(&self, track: u8, kind: SegmentKind) -> bool {
        self.segments
            .iter()
            .any(|segment| (segment.track, segment.kind) == (track, kind))
    }

    /// Moves all segments to track 0, for formats whose segments hold all tracks.
    #[must_use]
    pub fn into_single_track(mut self) -> Self {
        let mut first_free = 0;
        for segment in &mut self.segments {
            segment.track = 0;
            let number = match segment.kind {
                SegmentKind::Init => 0,
                SegmentKind::Media(number) => number,
            };
            let number = number.max(first_free);
            segment.kind = SegmentKind::Media(number);
            first_free = number + 1;
        }
        self
    }

    /// Shuffles the segments, init segments first.
    pub fn shuffled(&self) -> Vec<OwnedSegment> {
        shuffled(&self.segments, u64::from(self.order))
    }
}

/// Splits at each mark.
fn split(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let bytes = rest?;
        let at = bytes
            .windows(SEGMENT_MARK.len())
            .position(|window| window == SEGMENT_MARK);
        rest = at.map(|at| &bytes[at + SEGMENT_MARK.len()..]);
        Some(&bytes[..at.unwrap_or(bytes.len())])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_was_written() {
        let segment = |track, kind, start_ms| OwnedSegment {
            track,
            kind,
            start_ms,
            data: vec![track; 9],
        };
        let input = FuzzInput {
            kill_after: 1,
            order: 7,
            segments: vec![
                segment(0, SegmentKind::Init, 0),
                segment(0, SegmentKind::Media(0), 0),
                segment(1, SegmentKind::Media(0), 500),
                segment(0, SegmentKind::Media(1), 2000),
            ],
        };
        assert_eq!(FuzzInput::read(&input.write()), input);
    }
}
