//! The first bytes of the file: `ftyp`, room for the index, and the header of `mdat`.
//!
//! Players and web servers want the index in front, but it is known last. So room is kept for it,
//! which costs no disk while it is a hole; where it does not suffice the index goes to the end.

use std::io::{IoSlice, Read, Seek, Write};

use super::{captions, fragment::SegmentTables};
use crate::{
    Error, MovieSpec, TableFragment, TrackKind,
    boxes::write::{boxed, put32, put64},
    cursor::Cursor,
    handler::Handler,
    mp4::track::Mp4Track,
    segment_writer::SegmentWriter,
};

/// Bytes in the header of `mdat`: always with a 64-bit size, since it is written before its end.
pub(crate) const MDAT_HEADER_BYTES: u64 = 16;
/// `mdat` starts at a multiple of the block size that file systems use.
const BLOCK_BYTES: u64 = 4096;
/// More room than this is not kept, however long the service says the movie is: about 60 hours.
const MAX_RESERVED_BYTES: u64 = 128 << 20;
/// Boxes of the movie and of two tracks around their tables, with the largest codec configurations.
const MIN_RESERVED_BYTES: u64 = 8192;
/// Index bytes a second of a track whose segments have not come: 60 pictures, or sound at 96 kHz.
const UNSEEN_VIDEO_BYTES_PER_SECOND: u64 = 60 * 12 + 40;
const UNSEEN_AUDIO_BYTES_PER_SECOND: u64 = 94 * 4 + 40;
/// Index bytes a second that pictures are given even where the first segment has few: movies begin
/// with stills. Thirty pictures: a third of a percent of a movie of 1 Mbit/s.
const MIN_VIDEO_BYTES_PER_SECOND: u64 = 30 * 12 + 40;

/// Where the parts of the head are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileHead {
    /// Where the room for the index starts.
    pub(crate) reserved_start: u64,
    /// Where the header of `mdat` starts; the room ends here.
    pub(crate) mdat: u64,
}

impl FileHead {
    /// Appends the head to an empty output.
    pub(crate) fn write<O>(output: &mut SegmentWriter<O>, room: u64) -> Result<Self, Error>
    where
        O: Read + Write + Seek,
    {
        let room_start = file_type().len() as u64;
        let mdat = (room_start + room.clamp(MIN_RESERVED_BYTES, MAX_RESERVED_BYTES))
            .next_multiple_of(BLOCK_BYTES);
        let head = Self {
            reserved_start: room_start,
            mdat,
        };
        output.append(&mut [IoSlice::new(&head.header_bytes())])?;
        output.skip_to(mdat);
        output.append(&mut [IoSlice::new(&mdat_header(MDAT_HEADER_BYTES))])?;
        Ok(head)
    }

    /// The head of an output that an earlier attempt began, by what its segments say of it. Nothing
    /// is read back: whatever stands there by now, the head is written again at the end.
    pub(crate) fn from_fragment(fragment: &TableFragment) -> Result<Self, Error> {
        let base = SegmentTables::read(&fragment.tables)?.base;
        let room = file_type().len() as u64;
        let head = Self {
            reserved_start: room,
            mdat: base.mdat,
        };
        let most = (room + MAX_RESERVED_BYTES).next_multiple_of(BLOCK_BYTES);
        let is_ours = head.mdat.is_multiple_of(BLOCK_BYTES)
            && (room + MIN_RESERVED_BYTES..=most).contains(&head.mdat);
        if is_ours && head.end() <= fragment.output_start {
            return Ok(head);
        }
        Err(Cursor::new("journal", &fragment.tables).malformed("the head has no place"))
    }

    /// Where the media starts.
    pub(crate) fn end(self) -> u64 {
        self.mdat + MDAT_HEADER_BYTES
    }

    /// `ftyp`, and the header of the room as long as there is no index in it.
    pub(crate) fn header_bytes(self) -> Vec<u8> {
        let mut start = file_type();
        put32(
            &mut start,
            u32::try_from(self.mdat - self.reserved_start).unwrap_or(u32::MAX),
        );
        start.extend_from_slice(b"free");
        start
    }
}

/// What says that the file is an MP4.
pub(crate) fn file_type() -> Vec<u8> {
    let mut bytes = Vec::new();
    boxed(&mut bytes, *b"ftyp", |out| {
        out.extend_from_slice(b"isom");
        put32(out, 0x200);
        // `iso4` brings negative composition offsets.
        out.extend_from_slice(b"isomiso2iso4mp41");
    });
    bytes
}

/// The header of an `mdat` of this size, the header included.
pub(crate) fn mdat_header(size: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    put32(&mut bytes, 1);
    bytes.extend_from_slice(b"mdat");
    put64(&mut bytes, size);
    bytes
}

/// How much room the index will need, from the first segment that came.
///
/// `tracks` is the index of that segment alone; `unseen` are the tracks of the plan without one.
pub(crate) fn reserved_bytes(movie: &MovieSpec, tracks: &[Mp4Track], unseen: &[TrackKind]) -> u64 {
    let piece_ms = tracks
        .iter()
        .map(Mp4Track::length_ms)
        .max()
        .unwrap_or(0)
        .max(1);
    let planned = u64::from(movie.segment_count).saturating_mul(piece_ms);
    let movie_ms = movie.duration_ms.unwrap_or(planned).max(piece_ms);
    let seen: u64 = tracks
        .iter()
        .map(|track| {
            let told = track.table_bytes().saturating_mul(movie_ms);
            let least = match track.handler {
                Handler::Video => MIN_VIDEO_BYTES_PER_SECOND.saturating_mul(movie_ms) / 1000,
                Handler::Audio | Handler::Text => 0,
            };
            told.div_ceil(piece_ms).max(least)
        })
        .sum();
    let unseen: u64 = unseen
        .iter()
        .map(|kind| match kind {
            TrackKind::Video => UNSEEN_VIDEO_BYTES_PER_SECOND,
            TrackKind::Audio => UNSEEN_AUDIO_BYTES_PER_SECOND,
        })
        .sum();
    let tables = seen.saturating_add(unseen.saturating_mul(movie_ms) / 1000);
    // A tenth more than the first segment says.
    (tables.saturating_add(tables / 10))
        .saturating_add(MIN_RESERVED_BYTES)
        .saturating_add(crate::tags::mp4::max_bytes(&movie.tags))
        .saturating_add(captions::max_index_bytes(&movie.captions))
}
