//! A case: pieces of a recording and what happens on the way, as bytes that a fuzzer may change.
//!
//! The pieces are told apart by a mark and not by lengths: bytes that are put in or left out then
//! change one piece and not all behind it.

use kit::segment::{OwnedSegment, shuffled};
use media::SegmentKind;

/// Stands before each piece.
const SEGMENT_MARK: &[u8] = b"<piece>";
/// More pieces than this only take time.
const MAX_SEGMENTS: usize = 12;

/// Pieces of a recording, in the order of presentation, and what happens on the way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FuzzInput {
    /// After how many pieces the program is killed and started again.
    pub kill_after: u8,
    /// In which order the pieces arrive.
    pub order: u8,
    /// The pieces.
    pub segments: Vec<OwnedSegment>,
}

impl FuzzInput {
    /// Reads a case. Any bytes are one.
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
            // The plan may have pieces that never came.
            *number += u64::from(flags >> 2 & 0x03);
            let part = if flags & 0x80 != 0 {
                SegmentKind::Init
            } else {
                *number += 1;
                SegmentKind::Media(*number - 1)
            };
            if part == SegmentKind::Init && input.contains(track, part) {
                continue;
            }
            input.segments.push(OwnedSegment {
                track,
                kind: part,
                start_ms: u64::from(start) * 500,
                data: data.to_vec(),
            });
        }
        input
    }

    /// The bytes that [`Self::read`] makes this case of, where its numbers follow each other.
    pub fn write(&self) -> Vec<u8> {
        let mut bytes = vec![self.kill_after, self.order];
        for piece in &self.segments {
            bytes.extend_from_slice(SEGMENT_MARK);
            let init = if piece.kind == SegmentKind::Init {
                0x80
            } else {
                0
            };
            let start = u8::try_from(piece.start_ms / 500).unwrap_or(u8::MAX);
            bytes.extend_from_slice(&[init | piece.track & 0x03, start]);
            bytes.extend_from_slice(&piece.data);
        }
        bytes
    }

    fn contains(&self, track: u8, part: SegmentKind) -> bool {
        self.segments
            .iter()
            .any(|piece| (piece.track, piece.kind) == (track, part))
    }

    /// The same pieces as those of one track, as an FLV has them.
    #[must_use]
    pub fn into_single_track(mut self) -> Self {
        let mut first_free = 0;
        for piece in &mut self.segments {
            piece.track = 0;
            let number = match piece.kind {
                SegmentKind::Init => 0,
                SegmentKind::Media(number) => number,
            };
            let number = number.max(first_free);
            piece.kind = SegmentKind::Media(number);
            first_free = number + 1;
        }
        self
    }

    /// Shuffles the segments, init segments first.
    pub fn shuffled(&self) -> Vec<OwnedSegment> {
        shuffled(&self.segments, u64::from(self.order))
    }
}

/// Cuts at each mark.
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
    fn a_case_comes_back_as_it_was_written() {
        let piece = |track, part, start_ms| OwnedSegment {
            track,
            kind: part,
            start_ms,
            data: vec![track; 9],
        };
        let input = FuzzInput {
            kill_after: 1,
            order: 7,
            segments: vec![
                piece(0, SegmentKind::Init, 0),
                piece(0, SegmentKind::Media(0), 0),
                piece(1, SegmentKind::Media(0), 500),
                piece(0, SegmentKind::Media(1), 2000),
            ],
        };
        assert_eq!(FuzzInput::read(&input.write()), input);
    }
}
