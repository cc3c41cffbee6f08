//! The first bytes of the file: `ftyp`, room for the index, and the header of `mdat`.
//!
//! Players and web servers want the index in front, but it is known last. So room is kept for it,
//! which costs no disk while it is a hole; where it does not suffice the index goes to the end.

use std::io::{IoSlice, Read, Seek, Write};

use super::{
    boxes::{boxed, put32, put64},
    captions, tags,
};
use crate::{
    Error, Film, TrackKind, cursor::Cursor, fmp4::boxes, handler::Handler, mp4::track::Track,
    output::Output,
};

/// Bytes in the header of `mdat`: always with a 64-bit size, since it is written before its end.
pub(crate) const MDAT_HEADER: u64 = 16;
/// `mdat` starts at a multiple of the block size that file systems use.
const BLOCK: u64 = 4096;
/// More room than this is not kept, however long the service says the film is: about 60 hours.
const MOST_ROOM: u64 = 128 << 20;
/// Boxes of the movie and of two tracks around their tables, with the largest set-ups.
const FIXED: u64 = 8192;
/// Index bytes a second of a track whose pieces have not come: 60 pictures, or sound at 96 kHz.
const UNSEEN_VIDEO_RATE: u64 = 60 * 12 + 40;
const UNSEEN_AUDIO_RATE: u64 = 94 * 4 + 40;
/// Index bytes a second that pictures are given even where the first piece has few: films begin
/// with stills. Thirty pictures: a third of a percent of a film of 1 Mbit/s.
const LEAST_VIDEO_RATE: u64 = 30 * 12 + 40;
/// An `ftyp` or a `free` this far into a head was not written by this module.
const MOST_BOXES: u32 = 8;

/// Where the parts of the head are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// Where the room for the index starts.
    pub(crate) room: u64,
    /// Where the header of `mdat` starts; the room ends here.
    pub(crate) mdat: u64,
}

impl Head {
    /// Appends the head to an empty output.
    pub(crate) fn write<O>(output: &mut Output<O>, room: u64) -> Result<Self, Error>
    where
        O: Read + Write + Seek,
    {
        let mut start = Vec::new();
        boxed(&mut start, *b"ftyp", |out| {
            out.extend_from_slice(b"isom");
            put32(out, 0x200);
            // `iso4` brings negative composition offsets.
            out.extend_from_slice(b"isomiso2iso4mp41");
        });
        let free = start.len() as u64;
        let mdat = (free + room.clamp(FIXED, MOST_ROOM)).next_multiple_of(BLOCK);
        put32(&mut start, u32::try_from(mdat - free).unwrap_or(u32::MAX));
        start.extend_from_slice(b"free");
        output.append(&mut [IoSlice::new(&start)])?;
        output.skip_to(mdat);
        output.append(&mut [IoSlice::new(&mdat_header(MDAT_HEADER))])?;
        Ok(Self { room: free, mdat })
    }

    /// Reads the head of an output that an earlier attempt began; an index may stand in its room.
    pub(crate) fn read<O>(output: &mut Output<O>) -> Result<Self, Error>
    where
        O: Read + Write + Seek,
    {
        let mut position = 0_u64;
        let mut room = None;
        for _ in 0..MOST_BOXES {
            let bytes: [u8; 16] = output.read_at(position)?;
            let header = boxes::header(&mut Cursor::within("MP4", &bytes, position))?;
            match (&header.kind, room) {
                (b"mdat", Some(room)) => {
                    return Ok(Self {
                        room,
                        mdat: position,
                    });
                }
                (b"moov" | b"free", None) => room = Some(position),
                _ => {}
            }
            let length = header.body.and_then(|body| body.checked_add(header.before));
            position = match length.and_then(|length| position.checked_add(length)) {
                Some(next) if next < output.end() => next,
                _ => break,
            };
        }
        Err(Cursor::within("MP4", &[], position).fail("the output begins with another head"))
    }
}

/// The header of an `mdat` of this size, the header included.
pub(crate) fn mdat_header(size: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    put32(&mut bytes, 1);
    bytes.extend_from_slice(b"mdat");
    put64(&mut bytes, size);
    bytes
}

/// How much room the index will need, from the first piece that came.
///
/// `tracks` is the index of that piece alone; `unseen` are the tracks of the plan without one.
pub(crate) fn room(film: &Film, tracks: &[Track], unseen: &[TrackKind]) -> u64 {
    let piece_ms = tracks
        .iter()
        .map(Track::length_ms)
        .max()
        .unwrap_or(0)
        .max(1);
    let planned = u64::from(film.pieces).saturating_mul(piece_ms);
    let film_ms = film.duration_ms.unwrap_or(planned).max(piece_ms);
    let seen: u64 = tracks
        .iter()
        .map(|track| {
            let told = track.table_bytes().saturating_mul(film_ms);
            let least = match track.handler {
                Handler::Video => LEAST_VIDEO_RATE.saturating_mul(film_ms) / 1000,
                Handler::Audio | Handler::Text => 0,
            };
            told.div_ceil(piece_ms).max(least)
        })
        .sum();
    let unseen: u64 = unseen
        .iter()
        .map(|kind| match kind {
            TrackKind::Video => UNSEEN_VIDEO_RATE,
            TrackKind::Audio => UNSEEN_AUDIO_RATE,
        })
        .sum();
    let tables = seen.saturating_add(unseen.saturating_mul(film_ms) / 1000);
    // A tenth more than the first piece says.
    (tables.saturating_add(tables / 10))
        .saturating_add(FIXED)
        .saturating_add(tags::room(&film.tags))
        .saturating_add(captions::room(&film.captions))
}
