//! The samples of an index as small fragments, one track at a time, in the order of time.
//!
//! Samples, times, flags and descriptions stay as they are: a fragment tells each of them outright.

use std::io::{Read, Seek};

use super::{input::InputFile, mp4::SplitTrack, table::TableSample};
use crate::{
    Error,
    boxes::write::{boxed, full_box, put_count, put32, put64},
    cursor::Cursor,
};

/// A segment is about this large at the most, one large sample aside.
const SEGMENT_BYTES: u64 = 1 << 20;
/// A segment of a thin track ends here, so that the tracks stay side by side.
const SEGMENT_SECONDS: u64 = 2;
/// An uncompressed picture of 8K takes half of this; larger samples are damage.
const MAX_SAMPLE_BYTES: u32 = 256 << 20;
/// A sample that decoding can start from depends on none; another does (ISO/IEC 14496-12 8.8.3.1).
const SYNC: u32 = 0x0200_0000;
const NO_SYNC: u32 = 0x0101_0000;

/// What is in the buffer now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TrackSegment {
    /// Index of the track.
    pub(super) track: usize,
    pub(super) start_ms: u64,
}

/// How far the samples of all tracks have been given.
#[derive(Debug)]
pub(super) struct ProgressiveReader {
    file_bytes: u64,
    given_bytes: u64,
    lost_bytes: u64,
    samples: Vec<TableSample>,
}

impl ProgressiveReader {
    pub(super) fn new(file_bytes: u64) -> Self {
        Self {
            file_bytes,
            given_bytes: 0,
            lost_bytes: 0,
            samples: Vec::new(),
        }
    }

    pub(super) fn done(&self) -> u64 {
        self.given_bytes.saturating_add(self.lost_bytes)
    }

    pub(super) fn lost(&self) -> u64 {
        self.lost_bytes
    }

    /// Leaves a fragment of the track that is furthest behind in the buffer.
    pub(super) fn fill<R: Read + Seek>(
        &mut self,
        input: &mut InputFile<R>,
        moov: &[u8],
        tracks: &mut [SplitTrack],
        buffer: &mut Vec<u8>,
    ) -> Result<Option<TrackSegment>, Error> {
        loop {
            let next = tracks
                .iter_mut()
                .enumerate()
                .filter_map(|(index, track)| {
                    let row = track.table.peek(moov)?;
                    Some((milliseconds(row.dts, track.timescale), index))
                })
                .min();
            let Some((start_ms, index)) = next else {
                return Ok(None);
            };
            let Some(track) = tracks.get_mut(index) else {
                return Ok(None);
            };
            self.collect_samples(moov, track)?;
            if !self.samples.is_empty() {
                self.write(input, track.id, buffer)?;
                return Ok(Some(TrackSegment {
                    track: index,
                    start_ms,
                }));
            }
        }
    }

    /// Collects the samples of a segment. Where the file is cut, the track ends.
    fn collect_samples(&mut self, moov: &[u8], track: &mut SplitTrack) -> Result<(), Error> {
        self.samples.clear();
        let longest = u64::from(track.timescale).saturating_mul(SEGMENT_SECONDS);
        let mut bytes = 0_u64;
        while let Some(row) = track.table.peek(moov) {
            let size = u64::from(row.size);
            if row.size > MAX_SAMPLE_BYTES {
                let place = Cursor::within("MP4", &[], row.position);
                return Err(place.malformed(format!("a sample of {size} bytes")));
            }
            if row.position.saturating_add(size) > self.file_bytes {
                self.lost_bytes = self
                    .lost_bytes
                    .saturating_add(track.table.discard_rest(moov));
                break;
            }
            if let (Some(first), Some(last)) = (self.samples.first(), self.samples.last()) {
                let full = bytes.saturating_add(size) > SEGMENT_BYTES;
                let long = row.dts.saturating_sub(first.dts) >= longest;
                // Samples of one time stay together: apart they would look like a repetition.
                if row.description != last.description || ((full || long) && last.duration > 0) {
                    break;
                }
            }
            bytes = bytes.saturating_add(size);
            self.samples.push(row);
            track.table.advance();
        }
        self.given_bytes = self.given_bytes.saturating_add(bytes);
        // Tracks may share what they hold, but not over and over.
        if self.given_bytes > self.file_bytes.saturating_mul(4) {
            return Err(Cursor::new("MP4", &[]).malformed("the samples lie on top of each other"));
        }
        Ok(())
    }

    /// Writes `moof` and `mdat` of the samples.
    fn write<R: Read + Seek>(
        &mut self,
        input: &mut InputFile<R>,
        track_id: u32,
        buffer: &mut Vec<u8>,
    ) -> Result<(), Error> {
        buffer.clear();
        fragment(buffer, track_id, &self.samples);
        let bytes: u64 = self.samples.iter().map(|row| u64::from(row.size)).sum();
        put32(buffer, u32::try_from(bytes + 8).unwrap_or(u32::MAX));
        buffer.extend_from_slice(b"mdat");
        // Neighbours in the file are read in one go.
        let mut rows = self.samples.iter().peekable();
        while let Some(row) = rows.next() {
            let mut length = u64::from(row.size);
            while let Some(next) =
                rows.next_if(|next| row.position.checked_add(length) == Some(next.position))
            {
                length += u64::from(next.size);
            }
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            input.read_all(row.position, length, buffer)?;
        }
        Ok(())
    }
}

/// Appends the `moof` of the samples; their bytes follow it in an `mdat`.
fn fragment(out: &mut Vec<u8>, track_id: u32, rows: &[TableSample]) {
    let first = rows.first();
    let mut data_offset = 0;
    let start = out.len();
    boxed(out, *b"moof", |out| {
        full_box(out, *b"mfhd", 0, 0, |out| put32(out, 0));
        boxed(out, *b"traf", |out| {
            // Positions count from the `moof`; the description is told.
            full_box(out, *b"tfhd", 0, 0x2_0002, |out| {
                put32(out, track_id);
                put32(out, first.map_or(1, |row| row.description));
            });
            full_box(out, *b"tfdt", 1, 0, |out| {
                put64(out, first.map_or(0, |row| row.dts));
            });
            // Position, then duration, size, flags and composition offset of each sample.
            full_box(out, *b"trun", 1, 0xf01, |out| {
                put_count(out, rows.len());
                data_offset = out.len();
                put32(out, 0);
                for row in rows {
                    put32(out, row.duration);
                    put32(out, row.size);
                    put32(out, if row.sync { SYNC } else { NO_SYNC });
                    put32(out, row.composition_offset.cast_unsigned());
                }
            });
        });
    });
    let media = u32::try_from(out.len() - start + 8).unwrap_or(u32::MAX);
    if let Some(slot) = out.get_mut(data_offset..data_offset + 4) {
        slot.copy_from_slice(&media.to_be_bytes());
    }
}

/// Ticks of a timescale in milliseconds.
pub(super) fn milliseconds(ticks: u64, timescale: u32) -> u64 {
    let time = u128::from(ticks) * 1000 / u128::from(timescale.max(1));
    u64::try_from(time).unwrap_or(u64::MAX)
}
