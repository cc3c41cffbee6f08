//! What of a track goes on from piece to piece.

use super::{track_code, track_kind};
use crate::{
    Error, TrackKind,
    cursor::{Cursor, put_signed, put_varint},
    ts::{Open, Time},
};

/// The sample before may be longer than the piece shows.
const EXTENDS: u8 = 1;
/// The piece ends in a packet that is known to have more bytes.
const CUT: u8 = 2;
/// The piece holds nothing of the track but what goes on.
const THROUGH: u8 = 4;
/// The end of the piece can be told to go on in the next.
const FOLLOWED: u8 = 8;
/// A sample whose time is known starts in the remainder.
const TIMED: u8 = 16;

/// Bytes in the media of the piece that are in no sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bytes {
    /// From the start of the media of the piece.
    pub(crate) position: u64,
    pub(crate) length: u64,
}

/// The two ends of a track in a piece, as [`Open`] tells them.
///
/// The bytes themselves lie in the output: a journal of a long film keeps none of them in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Edge {
    pub(crate) kind: TrackKind,
    /// Continuity counter of the first packet.
    pub(crate) first: u8,
    /// Continuity counter of the last packet, where what follows can be told to follow.
    pub(crate) last: Option<u8>,
    pub(crate) extends: bool,
    pub(crate) cut: bool,
    pub(crate) through: bool,
    pub(crate) next: Option<Time>,
    pub(crate) head: Bytes,
    pub(crate) remainder: Bytes,
}

impl Edge {
    /// `put` says where it has put bytes.
    pub(crate) fn new<'a>(open: &Open<'a>, put: &mut impl FnMut(&'a [u8]) -> Bytes) -> Self {
        Self {
            kind: open.kind,
            first: open.first,
            last: open.last,
            extends: open.ends.extends,
            cut: open.cut,
            through: open.through,
            next: open.ends.next,
            head: put(&open.ends.head),
            remainder: put(&open.ends.remainder),
        }
    }

    /// Appends itself in the layout of the journal.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let flags = [
            (EXTENDS, self.extends),
            (CUT, self.cut),
            (THROUGH, self.through),
            (FOLLOWED, self.last.is_some()),
            (TIMED, self.next.is_some()),
        ];
        let flags = flags.into_iter().filter(|(_, is)| *is);
        out.push(track_code(self.kind));
        out.push(flags.fold(0, |all, (flag, _)| all | flag));
        out.push(self.first << 4 | self.last.unwrap_or(0));
        if let Some(next) = self.next {
            put_signed(out, next.dts);
            put_signed(out, i64::from(next.composition_offset));
        }
        for bytes in [self.head, self.remainder] {
            put_varint(out, bytes.length);
            if bytes.length > 0 {
                put_varint(out, bytes.position);
            }
        }
    }

    /// Reads what [`Self::write`] appended.
    pub(crate) fn read(cursor: &mut Cursor<'_>) -> Result<Self, Error> {
        let kind = track_kind(cursor.u8()?);
        let flags = cursor.u8()?;
        let counters = cursor.u8()?;
        let mut next = None;
        if flags & TIMED != 0 {
            let dts = cursor.signed()?;
            let composition_offset =
                i32::try_from(cursor.signed()?).map_err(|_| cursor.fail("a composition offset"))?;
            next = Some(Time {
                dts,
                composition_offset,
            });
        }
        let mut bytes = || -> Result<Bytes, Error> {
            let length = cursor.varint()?;
            let position = if length > 0 { cursor.varint()? } else { 0 };
            Ok(Bytes { position, length })
        };
        Ok(Self {
            kind,
            first: counters >> 4,
            last: (flags & FOLLOWED != 0).then_some(counters & 0x0f),
            extends: flags & EXTENDS != 0,
            cut: flags & CUT != 0,
            through: flags & THROUGH != 0,
            next,
            head: bytes()?,
            remainder: bytes()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_comes_back_as_it_was_written() {
        let edge = Edge {
            kind: TrackKind::Audio,
            first: 15,
            last: Some(3),
            extends: false,
            cut: true,
            through: false,
            next: Some(Time {
                dts: -9000,
                composition_offset: 7,
            }),
            head: Bytes {
                position: 1 << 20,
                length: 300,
            },
            remainder: Bytes::default(),
        };
        let plain = Edge {
            last: None,
            next: None,
            extends: true,
            ..edge
        };
        for edge in [edge, plain] {
            let mut bytes = Vec::new();
            edge.write(&mut bytes);
            let mut cursor = Cursor::new("journal", &bytes);
            assert_eq!(Edge::read(&mut cursor).expect("whole"), edge);
            assert!(cursor.is_empty());
        }
    }
}
