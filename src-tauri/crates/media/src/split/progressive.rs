//! Converts the samples of a progressive MP4 to small fragments of one track each, in time order.
//!
//! The fragments state all times, flags and descriptions explicitly, so that nothing changes.

use std::io::{Read, Seek};

use super::{input::InputFile, mp4::SplitTrack, table::TableSample};
use crate::{
    Error, Fact, FactKind,
    boxes::write::{boxed, full_box, put_count, put32, put64},
    cursor::Cursor,
    fact::FactList,
    fmp4::groups::{GROUPINGS, Grouping},
};

/// Largest size of a segment, unless it is a single sample.
const SEGMENT_BYTES: u64 = 1 << 20;
/// Longest duration of a segment, so that tracks with few bytes do not run ahead.
const SEGMENT_SECONDS: u64 = 2;
/// Largest sample: twice an uncompressed 8K frame.
const MAX_SAMPLE_BYTES: u32 = 256 << 20;
/// Flags of a sync sample: it depends on no other (ISO/IEC 14496-12 8.8.3.1).
const SYNC: u32 = 0x0200_0000;
/// Flags of other samples: depends on others, is no sync sample.
const NO_SYNC: u32 = 0x0101_0000;

/// The segment in the buffer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct TrackSegment {
    /// Index of the track.
    pub(super) track: usize,
    pub(super) start_ms: u64,
    /// The clock of the file starts again here.
    pub(super) restarts: bool,
}

/// Reads the samples of all tracks in time order.
#[derive(Debug)]
pub(super) struct ProgressiveReader {
    file_bytes: u64,
    returned_bytes: u64,
    lost_bytes: u64,
    /// Samples beyond the end of the file.
    lost: FactList,
    /// Start of the index on the clock of the movie, and end of its samples so far.
    index_start_ms: u64,
    elapsed_ms: u64,
    /// No sample of the index has been returned, and it is not the first.
    is_new_index: bool,
    /// Positions count from here.
    file_start: u64,
    samples: Vec<TableSample>,
}

impl ProgressiveReader {
    pub(super) fn new(file_bytes: u64) -> Self {
        Self {
            file_bytes,
            returned_bytes: 0,
            lost_bytes: 0,
            lost: FactList::default(),
            index_start_ms: 0,
            elapsed_ms: 0,
            is_new_index: false,
            file_start: 0,
            samples: Vec::new(),
        }
    }

    /// Starts with another index, whose samples are shown `start_ms` after the start of the movie
    /// and whose positions count from `file_start`.
    pub(super) fn begin_index(&mut self, start_ms: u64, file_start: u64) {
        self.index_start_ms = start_ms;
        self.is_new_index = true;
        self.file_start = file_start;
    }

    /// Time from the start of the movie to the end of the samples so far.
    pub(super) fn elapsed_ms(&self) -> u64 {
        self.elapsed_ms
    }

    pub(super) fn done(&self) -> u64 {
        self.returned_bytes.saturating_add(self.lost_bytes)
    }

    pub(super) fn lost(&self) -> u64 {
        self.lost_bytes
    }

    pub(super) fn lost_samples(&self) -> Vec<Fact> {
        self.lost.clone().into_vec()
    }

    /// Fills the buffer with a fragment of the track whose next sample is the earliest.
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
                    let sample = track.table.peek(moov)?;
                    Some((milliseconds(sample.dts, track.timescale), index))
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
                self.write(input, track, buffer)?;
                if let Some(last) = self.samples.last() {
                    let end = last.dts.saturating_add(u64::from(last.duration));
                    let end_ms = milliseconds(end, track.timescale);
                    let end_ms = end_ms.saturating_add(self.index_start_ms);
                    self.elapsed_ms = self.elapsed_ms.max(end_ms);
                }
                return Ok(Some(TrackSegment {
                    track: index,
                    start_ms: start_ms.saturating_add(self.index_start_ms),
                    restarts: std::mem::take(&mut self.is_new_index),
                }));
            }
        }
    }

    /// Collects the samples of a segment. Ends the track where the file is truncated.
    fn collect_samples(&mut self, moov: &[u8], track: &mut SplitTrack) -> Result<(), Error> {
        self.samples.clear();
        let max_ticks = u64::from(track.timescale).saturating_mul(SEGMENT_SECONDS);
        let mut bytes = 0_u64;
        while let Some(mut sample) = track.table.peek(moov) {
            sample.position = sample.position.saturating_add(self.file_start);
            let size = u64::from(sample.size);
            if sample.size > MAX_SAMPLE_BYTES {
                let cursor = Cursor::within("MP4", &[], sample.position);
                return Err(cursor.malformed(format!("a sample of {size} bytes")));
            }
            if sample.position.saturating_add(size) > self.file_bytes {
                let lost = track.table.discard_rest(moov);
                self.lost_bytes = self.lost_bytes.saturating_add(lost.bytes);
                let start_ms = milliseconds(sample.dts, track.timescale);
                self.lost.add(Fact {
                    kind: FactKind::SamplesLost,
                    track: Some(track.kind),
                    samples: lost.samples,
                    at_ms: start_ms.saturating_add(self.index_start_ms),
                    duration_ms: milliseconds(lost.duration, track.timescale),
                });
                break;
            }
            if let (Some(first), Some(last)) = (self.samples.first(), self.samples.last()) {
                let full = bytes.saturating_add(size) > SEGMENT_BYTES;
                let long = sample.dts.saturating_sub(first.dts) >= max_ticks;
                // Keep samples with the same time together: in two segments, the second one would
                // be taken for a repetition.
                if sample.description != last.description || ((full || long) && last.duration > 0) {
                    break;
                }
            }
            bytes = bytes.saturating_add(size);
            self.samples.push(sample);
            track.table.advance();
        }
        self.returned_bytes = self.returned_bytes.saturating_add(bytes);
        // Tracks may share some media, but a broken index could multiply the file without bound.
        if self.returned_bytes > self.file_bytes.saturating_mul(4) {
            return Err(Cursor::new("MP4", &[]).malformed("the samples lie on top of each other"));
        }
        Ok(())
    }

    /// Writes `moof` and `mdat` of the samples.
    fn write<R: Read + Seek>(
        &mut self,
        input: &mut InputFile<R>,
        track: &SplitTrack,
        buffer: &mut Vec<u8>,
    ) -> Result<(), Error> {
        buffer.clear();
        fragment(buffer, track, &self.samples);
        let bytes: u64 = self
            .samples
            .iter()
            .map(|sample| u64::from(sample.size))
            .sum();
        put32(buffer, u32::try_from(bytes + 8).unwrap_or(u32::MAX));
        buffer.extend_from_slice(b"mdat");
        // Read samples that are contiguous in the file at once.
        let mut samples = self.samples.iter().peekable();
        while let Some(sample) = samples.next() {
            let mut length = u64::from(sample.size);
            while let Some(next) =
                samples.next_if(|next| sample.position.checked_add(length) == Some(next.position))
            {
                length += u64::from(next.size);
            }
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            input.read_all(sample.position, length, buffer)?;
        }
        Ok(())
    }
}

/// Appends the `moof` of the samples; an `mdat` with their bytes must follow.
fn fragment(out: &mut Vec<u8>, track: &SplitTrack, samples: &[TableSample]) {
    let first = samples.first();
    let mut data_offset = 0;
    let start = out.len();
    boxed(out, *b"moof", |out| {
        full_box(out, *b"mfhd", 0, 0, |out| put32(out, 0));
        boxed(out, *b"traf", |out| {
            // Flags: default-base-is-moof, sample-description-index-present.
            full_box(out, *b"tfhd", 0, 0x2_0002, |out| {
                put32(out, track.id);
                put32(out, first.map_or(1, |sample| sample.description));
            });
            full_box(out, *b"tfdt", 1, 0, |out| {
                put64(out, first.map_or(0, |sample| sample.dts));
            });
            // Data offset, then duration, size, flags and composition offset of each sample.
            full_box(out, *b"trun", 1, 0xf01, |out| {
                put_count(out, samples.len());
                data_offset = out.len();
                put32(out, 0);
                for sample in samples {
                    put32(out, sample.duration);
                    put32(out, sample.size);
                    put32(out, if sample.sync { SYNC } else { NO_SYNC });
                    put32(out, sample.composition_offset.cast_unsigned());
                }
            });
            for (number, grouping) in GROUPINGS.iter().enumerate() {
                if track.table.has_groups(number) {
                    sample_groups(out, number, *grouping, samples);
                }
            }
        });
    });
    let media = u32::try_from(out.len() - start + 8).unwrap_or(u32::MAX);
    if let Some(slot) = out.get_mut(data_offset..data_offset + 4) {
        slot.copy_from_slice(&media.to_be_bytes());
    }
}

/// Appends the `sbgp` of one type of groups; their descriptions are in the init segment.
fn sample_groups(out: &mut Vec<u8>, number: usize, grouping: Grouping, samples: &[TableSample]) {
    let group = |sample: &TableSample| sample.groups.get(number).copied().unwrap_or(0);
    let runs: Vec<_> = samples
        .chunk_by(|one, next| group(one) == group(next))
        .collect();
    full_box(out, *b"sbgp", 0, 0, |out| {
        out.extend_from_slice(&grouping.kind);
        put_count(out, runs.len());
        for run in runs {
            put_count(out, run.len());
            put32(out, run.first().map_or(0, group));
        }
    });
}

/// Converts ticks to milliseconds.
pub(super) fn milliseconds(ticks: u64, timescale: u32) -> u64 {
    let time = u128::from(ticks) * 1000 / u128::from(timescale.max(1));
    u64::try_from(time).unwrap_or(u64::MAX)
}
