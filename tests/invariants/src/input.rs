//! A case: pieces of a recording and what happens on the way, as bytes that a fuzzer may change.
//!
//! The pieces are told apart by a mark and not by lengths: bytes that are put in or left out then
//! change one piece and not all behind it.

use media::{Part, Piece};

/// Stands before each piece.
const MARK: &[u8] = b"<piece>";
/// More pieces than this only take time.
const MOST_PIECES: usize = 12;

/// A piece that owns its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnPiece {
    /// The track of the plan.
    pub track: u8,
    /// Which piece of that track.
    pub part: Part,
    /// Where the plan says it starts, in milliseconds.
    pub start_ms: u64,
    /// The whole body.
    pub data: Vec<u8>,
}

impl OwnPiece {
    /// As a muxer takes it.
    pub fn borrow(&self) -> Piece<'_> {
        Piece {
            track: self.track,
            kind: self.part,
            start_ms: self.start_ms,
            data: &self.data,
        }
    }
}

/// Pieces of a recording, in the order of presentation, and what happens on the way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input {
    /// After how many pieces the program is killed and started again.
    pub kill_after: u8,
    /// In which order the pieces arrive.
    pub order: u8,
    /// The pieces.
    pub pieces: Vec<OwnPiece>,
}

impl Input {
    /// Reads a case. Any bytes are one.
    pub fn read(bytes: &[u8]) -> Self {
        let mut bodies = split(bytes);
        let head = bodies.next().unwrap_or_default();
        let mut input = Self {
            kill_after: head.first().copied().unwrap_or(0),
            order: head.get(1).copied().unwrap_or(0),
            pieces: Vec::new(),
        };
        let mut next = [0_u64; 4];
        for body in bodies.take(MOST_PIECES) {
            let Some((&[flags, start], data)) = body.split_first_chunk::<2>() else {
                continue;
            };
            let track = flags & 0x03;
            let number = &mut next[usize::from(track)];
            // The plan may have pieces that never came.
            *number += u64::from(flags >> 2 & 0x03);
            let part = if flags & 0x80 != 0 {
                Part::Init
            } else {
                *number += 1;
                Part::Media(*number - 1)
            };
            if part == Part::Init && input.holds(track, part) {
                continue;
            }
            input.pieces.push(OwnPiece {
                track,
                part,
                start_ms: u64::from(start) * 500,
                data: data.to_vec(),
            });
        }
        input
    }

    /// The bytes that [`Self::read`] makes this case of, where its numbers follow each other.
    pub fn write(&self) -> Vec<u8> {
        let mut bytes = vec![self.kill_after, self.order];
        for piece in &self.pieces {
            bytes.extend_from_slice(MARK);
            let init = if piece.part == Part::Init { 0x80 } else { 0 };
            let start = u8::try_from(piece.start_ms / 500).unwrap_or(u8::MAX);
            bytes.extend_from_slice(&[init | piece.track & 0x03, start]);
            bytes.extend_from_slice(&piece.data);
        }
        bytes
    }

    fn holds(&self, track: u8, part: Part) -> bool {
        self.pieces
            .iter()
            .any(|piece| (piece.track, piece.part) == (track, part))
    }

    /// The same pieces as those of one track, as an FLV has them.
    #[must_use]
    pub fn of_one_track(mut self) -> Self {
        let mut first_free = 0;
        for piece in &mut self.pieces {
            piece.track = 0;
            let number = match piece.part {
                Part::Init => 0,
                Part::Media(number) => number,
            };
            let number = number.max(first_free);
            piece.part = Part::Media(number);
            first_free = number + 1;
        }
        self
    }

    /// The pieces in another order, initialisations first.
    pub fn shuffled(&self) -> Vec<OwnPiece> {
        let mut pieces = self.pieces.clone();
        fastrand::Rng::with_seed(u64::from(self.order)).shuffle(&mut pieces);
        pieces.sort_by_key(|piece| piece.part != Part::Init);
        pieces
    }
}

/// Cuts at each mark.
fn split(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let bytes = rest?;
        let at = bytes.windows(MARK.len()).position(|window| window == MARK);
        rest = at.map(|at| &bytes[at + MARK.len()..]);
        Some(&bytes[..at.unwrap_or(bytes.len())])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_comes_back_as_it_was_written() {
        let piece = |track, part, start_ms| OwnPiece {
            track,
            part,
            start_ms,
            data: vec![track; 9],
        };
        let input = Input {
            kill_after: 1,
            order: 7,
            pieces: vec![
                piece(0, Part::Init, 0),
                piece(0, Part::Media(0), 0),
                piece(1, Part::Media(0), 500),
                piece(0, Part::Media(1), 2000),
            ],
        };
        assert_eq!(Input::read(&input.write()), input);
    }
}
