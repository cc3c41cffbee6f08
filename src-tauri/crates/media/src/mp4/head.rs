//! The first bytes of the file: `ftyp`, bytes reserved for the index, and the header of `mdat`.
//!
//! Players and web servers want the index at the front, but it is known last. The reserved bytes
//! are a hole in the file and cost no disk space. If they do not suffice, the index goes to the end.

use std::io::{IoSlice, Read, Seek, Write};

use super::{captions, fragment::SegmentTables};
use crate::{
    Error, MovieSpec, Mp4Brand, TableFragment, TrackKind,
    boxes::write::{boxed, put32, put64},
    cursor::Cursor,
    handler::Handler,
    mp4::track::Mp4Track,
    segment_writer::SegmentWriter,
};

/// Size of the `mdat` header, with a 64-bit size field: it is written before the size is known.
pub(crate) const MDAT_HEADER_BYTES: u64 = 16;
/// Size of `ftyp`, the same for all brands: which one it is becomes known last.
const FILE_TYPE_BYTES: u64 = 32;
/// `mdat` starts at a multiple of the block size that file systems use.
const BLOCK_BYTES: u64 = 4096;
/// Upper bound for the reserved bytes, however long the service says the recording is: about 60
/// hours.
const MAX_RESERVED_BYTES: u64 = 128 << 20;
/// Enough for the boxes around the sample tables of two tracks, with the largest codec
/// configurations.
const MIN_RESERVED_BYTES: u64 = 8192;
/// Index bytes per second for a track without a segment so far: 60 video frames, or audio at 96 kHz.
const UNSEEN_VIDEO_BYTES_PER_SECOND: u64 = 60 * 12 + 40;
const UNSEEN_AUDIO_BYTES_PER_SECOND: u64 = 94 * 4 + 40;
/// Least index bytes per second for video, 30 frames: a recording may begin with a still image, so
/// that its first segment has few frames. At 1 Mbit/s this is a third of a percent of the file.
const MIN_VIDEO_BYTES_PER_SECOND: u64 = 30 * 12 + 40;

/// Positions in the head of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileHead {
    /// Where the bytes reserved for the index start.
    pub(crate) reserved_start: u64,
    /// Where the header of `mdat` starts and the reserved bytes end.
    pub(crate) mdat: u64,
}

impl FileHead {
    /// Appends the head to an empty output.
    pub(crate) fn write<O>(output: &mut SegmentWriter<O>, reserved: u64) -> Result<Self, Error>
    where
        O: Read + Write + Seek,
    {
        let reserved_start = FILE_TYPE_BYTES;
        let mdat = (reserved_start + reserved.clamp(MIN_RESERVED_BYTES, MAX_RESERVED_BYTES))
            .next_multiple_of(BLOCK_BYTES);
        let head = Self {
            reserved_start,
            mdat,
        };
        // Whether there is video is known at the end, when the head is written again.
        output.append(&mut [IoSlice::new(&head.header_bytes(Mp4Brand::Movie))])?;
        output.skip_to(mdat);
        output.append(&mut [IoSlice::new(&mdat_header(MDAT_HEADER_BYTES))])?;
        Ok(head)
    }

    /// Returns the head of an output that an earlier attempt began, from a fragment of its journal.
    /// The file itself is not read: the head is written again at the end.
    pub(crate) fn from_fragment(fragment: &TableFragment) -> Result<Self, Error> {
        let base = SegmentTables::read(&fragment.tables)?.base;
        let reserved_start = FILE_TYPE_BYTES;
        let head = Self {
            reserved_start,
            mdat: base.mdat,
        };
        let max_mdat = (reserved_start + MAX_RESERVED_BYTES).next_multiple_of(BLOCK_BYTES);
        let is_valid = head.mdat.is_multiple_of(BLOCK_BYTES)
            && (reserved_start + MIN_RESERVED_BYTES..=max_mdat).contains(&head.mdat);
        if is_valid && head.end() <= fragment.output_start {
            return Ok(head);
        }
        Err(Cursor::new("journal", &fragment.tables).malformed("the head has no place"))
    }

    /// Where the media starts.
    pub(crate) fn end(self) -> u64 {
        self.mdat + MDAT_HEADER_BYTES
    }

    /// Returns `ftyp` and the header of the `free` box that covers the reserved bytes.
    pub(crate) fn header_bytes(self, brand: Mp4Brand) -> Vec<u8> {
        let mut start = file_type(brand);
        put32(
            &mut start,
            u32::try_from(self.mdat - self.reserved_start).unwrap_or(u32::MAX),
        );
        start.extend_from_slice(b"free");
        start
    }
}

/// Returns the `ftyp` box (ISO/IEC 14496-12 4.3), which has [`FILE_TYPE_BYTES`] bytes.
pub(crate) fn file_type(brand: Mp4Brand) -> Vec<u8> {
    let (major, compatible) = match brand {
        // `iso4` allows negative composition offsets.
        Mp4Brand::Movie => (b"isom", b"isomiso2iso4mp41"),
        Mp4Brand::Audio => (b"M4A ", b"M4A isomiso2mp42"),
    };
    let mut bytes = Vec::new();
    boxed(&mut bytes, *b"ftyp", |out| {
        out.extend_from_slice(major);
        put32(out, 0x200);
        out.extend_from_slice(compatible);
    });
    bytes
}

/// Returns the header of an `mdat` of `size` bytes, header included.
pub(crate) fn mdat_header(size: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    put32(&mut bytes, 1);
    bytes.extend_from_slice(b"mdat");
    put64(&mut bytes, size);
    bytes
}

/// Estimates the size of the index from the first segment.
///
/// `tracks` is the index of that segment alone; `unseen` are the expected tracks that it lacks.
pub(crate) fn reserved_bytes(movie: &MovieSpec, tracks: &[Mp4Track], unseen: &[TrackKind]) -> u64 {
    let segment_ms = tracks
        .iter()
        .map(Mp4Track::length_ms)
        .max()
        .unwrap_or(0)
        .max(1);
    let planned = u64::from(movie.segment_count).saturating_mul(segment_ms);
    let movie_ms = movie.duration_ms.unwrap_or(planned).max(segment_ms);
    let seen: u64 = tracks
        .iter()
        .map(|track| {
            let scaled = track.table_bytes().saturating_mul(movie_ms);
            let least = match track.handler {
                Handler::Video => MIN_VIDEO_BYTES_PER_SECOND.saturating_mul(movie_ms) / 1000,
                Handler::Audio | Handler::Text => 0,
            };
            scaled.div_ceil(segment_ms).max(least)
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
    // Add a tenth: later segments may have more samples.
    (tables.saturating_add(tables / 10))
        .saturating_add(MIN_RESERVED_BYTES)
        .saturating_add(crate::tags::mp4::max_bytes(&movie.tags))
        .saturating_add(captions::max_index_bytes(&movie.captions))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_brand_takes_the_same_place() {
        for brand in [Mp4Brand::Movie, Mp4Brand::Audio] {
            assert_eq!(file_type(brand).len() as u64, FILE_TYPE_BYTES);
        }
    }
}
