//! The bytes at both ends of a transport stream segment that belong to frames split across segments.

use super::{track_code, track_kind};
use crate::{
    Error, TrackKind,
    cursor::{Cursor, put_signed, put_varint},
    ts::{FrameTime, TrackEdges},
};

/// Flag of [`EdgeRecord::extends`].
const EXTENDS: u8 = 1;
/// Flag of [`EdgeRecord::is_cut`].
const IS_CUT: u8 = 2;
/// Flag of [`EdgeRecord::only_continuation`].
const ONLY_CONTINUATION: u8 = 4;
/// [`EdgeRecord::last_counter`] is known.
const HAS_LAST_COUNTER: u8 = 8;
/// [`EdgeRecord::next_time`] is known.
const HAS_NEXT_TIME: u8 = 16;
/// Flag of [`EdgeRecord::lost_before`].
const LOST_BEFORE: u8 = 32;
/// Flag of [`EdgeRecord::lost_after`].
const LOST_AFTER: u8 = 64;
/// Flag of [`EdgeRecord::is_head_torn`].
const IS_HEAD_TORN: u8 = 128;

/// A byte range of the segment's media that is in no sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct EdgeBytes {
    /// From the start of the segment's media.
    pub(crate) position: u64,
    pub(crate) length: u64,
}

/// Both ends of a track in a segment, made from [`TrackEdges`].
///
/// The bytes themselves are in the output, so that a long journal does not keep them in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own about one end of the track"
)]
pub(crate) struct EdgeRecord {
    pub(crate) kind: TrackKind,
    /// Continuity counter of the first packet.
    pub(crate) first_counter: u8,
    /// Continuity counter of the last packet, if the next segment may continue it.
    pub(crate) last_counter: Option<u8>,
    /// The last sample may continue in the next segment.
    pub(crate) extends: bool,
    /// The segment ends in a packet that is known to have more bytes.
    pub(crate) is_cut: bool,
    /// The segment holds nothing of the track but the continuation of a frame.
    pub(crate) only_continuation: bool,
    /// Data is missing before the first sample.
    pub(crate) lost_before: bool,
    /// Data is missing after the last sample.
    pub(crate) lost_after: bool,
    /// The segment starts inside of a frame of which a part is missing.
    pub(crate) is_head_torn: bool,
    /// Time of the sample that starts in the remainder.
    pub(crate) next_time: Option<FrameTime>,
    /// Bytes that belong to a frame of an earlier segment.
    pub(crate) head: EdgeBytes,
    /// Bytes after the last complete sample.
    pub(crate) remainder: EdgeBytes,
}

impl EdgeRecord {
    /// Creates a record; `put` stores bytes in the output and returns where.
    pub(crate) fn new<'a>(
        track: &TrackEdges<'a>,
        put: &mut impl FnMut(&'a [u8]) -> EdgeBytes,
    ) -> Self {
        Self {
            kind: track.kind,
            first_counter: track.first_counter,
            last_counter: track.last_counter,
            extends: track.edges.last_may_extend,
            is_cut: track.is_cut,
            only_continuation: track.only_continuation,
            lost_before: track.edges.lost_before,
            lost_after: track.edges.lost_after,
            is_head_torn: track.is_head_torn,
            next_time: track.edges.next,
            head: put(&track.edges.leading),
            remainder: put(&track.edges.remainder),
        }
    }

    /// Appends the record in the journal's encoding.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let flags = [
            (EXTENDS, self.extends),
            (IS_CUT, self.is_cut),
            (ONLY_CONTINUATION, self.only_continuation),
            (HAS_LAST_COUNTER, self.last_counter.is_some()),
            (HAS_NEXT_TIME, self.next_time.is_some()),
            (LOST_BEFORE, self.lost_before),
            (LOST_AFTER, self.lost_after),
            (IS_HEAD_TORN, self.is_head_torn),
        ];
        let flags = flags.into_iter().filter(|(_, is)| *is);
        out.push(track_code(self.kind));
        out.push(flags.fold(0, |all, (flag, _)| all | flag));
        out.push(self.first_counter << 4 | self.last_counter.unwrap_or(0));
        if let Some(next) = self.next_time {
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
        if flags & HAS_NEXT_TIME != 0 {
            let dts = cursor.signed()?;
            let composition_offset = i32::try_from(cursor.signed()?)
                .map_err(|_| cursor.malformed("a composition offset"))?;
            next = Some(FrameTime {
                dts,
                composition_offset,
            });
        }
        let mut bytes = || -> Result<EdgeBytes, Error> {
            let length = cursor.varint()?;
            let position = if length > 0 { cursor.varint()? } else { 0 };
            Ok(EdgeBytes { position, length })
        };
        Ok(Self {
            kind,
            first_counter: counters >> 4,
            last_counter: (flags & HAS_LAST_COUNTER != 0).then_some(counters & 0x0f),
            extends: flags & EXTENDS != 0,
            is_cut: flags & IS_CUT != 0,
            only_continuation: flags & ONLY_CONTINUATION != 0,
            lost_before: flags & LOST_BEFORE != 0,
            lost_after: flags & LOST_AFTER != 0,
            is_head_torn: flags & IS_HEAD_TORN != 0,
            next_time: next,
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
        let edge = EdgeRecord {
            kind: TrackKind::Audio,
            first_counter: 15,
            last_counter: Some(3),
            extends: false,
            is_cut: true,
            only_continuation: false,
            lost_before: false,
            lost_after: true,
            is_head_torn: false,
            next_time: Some(FrameTime {
                dts: -9000,
                composition_offset: 7,
            }),
            head: EdgeBytes {
                position: 1 << 20,
                length: 300,
            },
            remainder: EdgeBytes::default(),
        };
        let plain = EdgeRecord {
            last_counter: None,
            next_time: None,
            extends: true,
            lost_before: true,
            lost_after: false,
            is_head_torn: true,
            ..edge
        };
        for edge in [edge, plain] {
            let mut bytes = Vec::new();
            edge.write(&mut bytes);
            let mut cursor = Cursor::new("journal", &bytes);
            assert_eq!(EdgeRecord::read(&mut cursor).expect("valid"), edge);
            assert!(cursor.is_empty());
        }
    }
}
