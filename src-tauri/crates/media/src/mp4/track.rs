//! The index of one track, as compact as the boxes that it becomes.

use super::{
    columns::{RunLengthColumn, VarintColumn, zigzag_decode, zigzag_encode},
    fragment::IndexedSample,
    sample_entries::SampleEntries,
};
use crate::{
    Error,
    clock::{MILLISECOND, nanoseconds},
    digest::{IndexDigest, SampleRecord},
    fmp4::SourceEdit,
    handler::Handler,
    language::Language,
};

/// Longest distance of two samples: above it, readers that take `stts` as signed see a fall.
const MAX_DELTA: i64 = i32::MAX as i64;

/// One track of the movie.
#[derive(Debug)]
pub(crate) struct Mp4Track {
    pub(crate) handler: Handler,
    pub(crate) timescale: u32,
    pub(crate) language: Language,
    /// It is shown without being chosen.
    pub(crate) enabled: bool,
    /// Of the tracks of one group, other than 0, one is shown at a time (ISO/IEC 14496-12 8.3.2).
    pub(crate) alternate_group: u16,
    /// The tail of `tkhd`: matrix, width, height.
    pub(crate) display: [u8; 44],
    pub(crate) edit: SourceEdit,
    /// How far its first segment was moved, in its ticks: as far as the movie's clock is from its own.
    pub(crate) timeline_shift: i64,
    /// How long the movie has nothing before any of its tracks, in nanoseconds: what is missing
    /// at its start.
    pub(crate) start_offset: i64,
    pub(crate) sample_entries: SampleEntries,
    pub(crate) samples: u32,
    /// Distances to the next sample; that of the last one comes when the track is closed.
    deltas: RunLengthColumn,
    /// Composition offsets, folded.
    offsets: RunLengthColumn,
    /// Whether decoding can start from each sample.
    syncs: RunLengthColumn,
    pub(crate) sync_samples: u32,
    sizes: RunLengthColumn,
    /// How far each chunk starts from the one before, folded.
    chunk_offsets: VarintColumn,
    last_chunk_offset: u64,
    /// Samples of each chunk, and in the upper half the number of their sample entry.
    chunk_map: RunLengthColumn,
    pub(crate) chunks: u32,
    open_chunk: Option<Chunk>,
    /// Where the sample behind the last one would lie in its chunk.
    chunk_end: u64,
    /// How many others a start at each sample needs, where the source says how many.
    rolls: RunLengthColumn,
    pub(crate) digest: IndexDigest,
    pub(crate) times: Option<TrackTimes>,
    /// Times, sizes and places of the segment before and of this one, by which repetitions are known.
    recent: [Vec<(i64, u32, u64)>; 2],
}

/// Samples that lie one behind the other, the last of which may still come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Chunk {
    samples: u32,
    /// Counted from 1.
    description: u32,
}

/// First and last times of a track, in its ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TrackTimes {
    pub(crate) first_dts: i64,
    pub(crate) last_dts: i64,
    pub(crate) first_pts: i64,
    pub(crate) last_pts: i64,
    /// Where the last sample ends.
    pub(crate) end: i64,
}

/// A sample on its way into the index.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StoredSample {
    pub(crate) dts: i64,
    pub(crate) composition_offset: i64,
    pub(crate) sync: bool,
    pub(crate) size: u32,
    pub(crate) position: u64,
    /// Counted from 1.
    pub(crate) description: u32,
    pub(crate) opens_chunk: bool,
}

impl Mp4Track {
    pub(crate) fn new(handler: impl Into<Handler>, timescale: u32) -> Self {
        Self {
            handler: handler.into(),
            timescale: timescale.max(1),
            language: Language::UNDETERMINED,
            enabled: true,
            alternate_group: 0,
            display: display((0, 0)),
            edit: SourceEdit::default(),
            timeline_shift: 0,
            start_offset: 0,
            sample_entries: SampleEntries::default(),
            samples: 0,
            deltas: RunLengthColumn::default(),
            offsets: RunLengthColumn::default(),
            syncs: RunLengthColumn::default(),
            sync_samples: 0,
            sizes: RunLengthColumn::default(),
            chunk_offsets: VarintColumn::default(),
            last_chunk_offset: 0,
            chunk_map: RunLengthColumn::default(),
            chunks: 0,
            open_chunk: None,
            chunk_end: 0,
            rolls: RunLengthColumn::default(),
            digest: IndexDigest::default(),
            times: None,
            recent: [Vec::new(), Vec::new()],
        }
    }

    /// From here on samples come from another segment.
    pub(crate) fn begin_segment(&mut self) {
        let [before, now] = &mut self.recent;
        std::mem::swap(before, now);
        now.clear();
    }

    /// Where the segment before has a sample of this time and size; live servers repeat tails.
    ///
    /// `time` is on the clock of the segments, before any rounding to ticks.
    pub(crate) fn find_repeated(&mut self, time: i64, sample: &IndexedSample) -> Option<u64> {
        let [before, now] = &mut self.recent;
        now.push((time, sample.size, sample.position));
        let is_behind = before.last().is_some_and(|&(last, ..)| time <= last);
        let wanted = (time, sample.size);
        let found = before.binary_search_by_key(&wanted, |&(time, size, _)| (time, size));
        let (.., position) = before.get(found.ok()?).filter(|_| is_behind)?;
        Some(*position)
    }

    /// Appends a sample. One that would not come after the one before is moved behind it; a
    /// picture is still shown when it was to be shown.
    pub(crate) fn push(&mut self, entry: StoredSample) -> Result<(), Error> {
        let mut pts = entry.dts.saturating_add(entry.composition_offset);
        let mut dts = entry.dts;
        if let Some(times) = &mut self.times {
            let earliest = times.last_dts.checked_add(1);
            dts = dts.max(earliest.ok_or_else(|| malformed("a time beyond 63 bits"))?);
            if self.handler == Handler::Audio {
                // Sound is heard in the order in which it is decoded.
                pts = pts.max(dts);
            }
            let delta = dts.saturating_sub(times.last_dts);
            if delta > MAX_DELTA {
                return Err(malformed("a gap is longer than an MP4 can tell"));
            }
            self.deltas.push(delta.unsigned_abs());
            times.last_dts = dts;
            times.first_pts = times.first_pts.min(pts);
            times.last_pts = times.last_pts.max(pts);
        } else {
            self.times = Some(TrackTimes {
                first_dts: dts,
                last_dts: dts,
                first_pts: pts,
                last_pts: pts,
                end: dts,
            });
        }
        let offset = i32::try_from(pts.saturating_sub(dts))
            .map_err(|_| malformed("a composition offset beyond 32 bits"))?;
        self.samples = self
            .samples
            .checked_add(1)
            .ok_or_else(|| malformed("more samples than an MP4 can count"))?;
        self.offsets.push(zigzag_encode(i64::from(offset)));
        self.sizes.push(u64::from(entry.size));
        self.syncs.push(u64::from(entry.sync));
        self.sync_samples += u32::from(entry.sync);
        self.add_to_chunk(&entry);
        let first = self.times.map_or(dts, |times| times.first_dts);
        self.digest.add(SampleRecord {
            position: entry.position,
            size: entry.size,
            dts: dts.saturating_sub(first).unsigned_abs(),
            composition_offset: offset,
            sync: entry.sync,
            sample_entry: entry.description,
        });
        Ok(())
    }

    /// Says of the sample that was pushed last how many others a start there needs.
    pub(crate) fn roll(&mut self, roll: Option<i16>) {
        self.rolls.push(encode_roll(roll));
    }

    fn add_to_chunk(&mut self, entry: &StoredSample) {
        // What was left out before it, as a repetition, still lies in the file.
        let follows = !entry.opens_chunk && self.chunk_end == entry.position;
        self.chunk_end = entry.position.saturating_add(u64::from(entry.size));
        match &mut self.open_chunk {
            Some(chunk) if follows && chunk.description == entry.description => {
                chunk.samples += 1;
            }
            _ => {
                self.close_chunk();
                let distance = entry.position.wrapping_sub(self.last_chunk_offset);
                self.chunk_offsets
                    .push(zigzag_encode(distance.cast_signed()));
                self.last_chunk_offset = entry.position;
                self.chunks += 1;
                self.open_chunk = Some(Chunk {
                    samples: 1,
                    description: entry.description,
                });
            }
        }
    }

    fn close_chunk(&mut self) {
        if let Some(chunk) = self.open_chunk.take() {
            // Sample entries are in memory: far fewer than the 31 bits that are left can count.
            let shape = (u64::from(chunk.description) << 32) | u64::from(chunk.samples);
            self.chunk_map.push(shape);
        }
    }

    /// No sample comes any more: the tables are whole.
    pub(crate) fn closed(mut self) -> Self {
        self.close_chunk();
        if let Some(times) = self.times {
            let tail = times.end.saturating_sub(times.last_dts);
            self.deltas.push(tail.max(1).unsigned_abs());
        }
        self
    }

    /// Says where the last sample ends; it is at least one tick long.
    pub(crate) fn end_at(&mut self, end: i64) {
        if let Some(times) = &mut self.times {
            times.end = end.clamp(
                times.last_dts.saturating_add(1),
                times.last_dts.saturating_add(MAX_DELTA),
            );
        }
    }

    /// From the first sample to the end of the last.
    pub(crate) fn length_ms(&self) -> u64 {
        let length = |times: TrackTimes| times.end.saturating_sub(times.first_dts);
        let time = nanoseconds(self.times.map_or(0, length), self.timescale).unwrap_or(0);
        (time / MILLISECOND).max(0).unsigned_abs()
    }

    /// How many runs of equal distances there are.
    pub(crate) fn delta_runs(&self) -> u32 {
        self.deltas.count()
    }

    /// Runs of equal distances from each sample to the next.
    pub(crate) fn deltas(&self) -> impl Iterator<Item = (u32, u32)> {
        u32_runs(self.deltas.iter())
    }

    /// Runs of equal sizes.
    pub(crate) fn size_runs(&self) -> impl Iterator<Item = (u32, u32)> {
        u32_runs(self.sizes.iter())
    }

    /// How many runs of equal composition offsets there are.
    pub(crate) fn offset_runs(&self) -> u32 {
        self.offsets.count()
    }

    /// Runs of equal composition offsets.
    pub(crate) fn offsets(&self) -> impl Iterator<Item = (u32, i32)> {
        // They had 32 bits when they were pushed.
        let offset = |value| i32::try_from(zigzag_decode(value)).unwrap_or(0);
        let runs = self.offsets.iter();
        runs.map(move |(times, value)| (times, offset(value)))
    }

    /// Numbers of the samples that decoding can start from, the first being 1.
    pub(crate) fn syncs(&self) -> impl Iterator<Item = u32> {
        (1..)
            .zip(self.syncs.values())
            .filter_map(|(number, sync)| (sync != 0).then_some(number))
    }

    /// Where each chunk starts.
    pub(crate) fn chunk_offsets(&self) -> impl Iterator<Item = u64> {
        self.chunk_offsets.iter().scan(0_u64, |position, distance| {
            *position = position.wrapping_add(zigzag_decode(distance).cast_unsigned());
            Some(*position)
        })
    }

    /// How many runs of chunks of one shape there are.
    pub(crate) fn chunk_map_runs(&self) -> u32 {
        self.chunk_map.count()
    }

    /// Runs of chunks with as many samples of the same sample entry: how many chunks, samples of
    /// each, number of the entry.
    pub(crate) fn chunk_map(&self) -> impl Iterator<Item = [u32; 3]> {
        let low = |value: u64| u32::try_from(value & u64::from(u32::MAX)).unwrap_or(0);
        self.chunk_map
            .iter()
            .map(move |(chunks, shape)| [chunks, low(shape), low(shape >> 32)])
    }

    /// How many runs of samples with the same pre-roll there are.
    pub(crate) fn roll_runs(&self) -> u32 {
        self.rolls.count()
    }

    /// Runs of samples that need as many others besides.
    pub(crate) fn rolls(&self) -> impl Iterator<Item = (u32, Option<i16>)> {
        self.rolls
            .iter()
            .map(|(times, roll)| (times, decode_roll(roll)))
    }

    /// Bytes that the tables take in the index.
    pub(crate) fn table_bytes(&self) -> u64 {
        let runs = [
            self.deltas.count(),
            self.offsets.count(),
            self.rolls.count(),
        ];
        let pairs: u64 = runs.into_iter().map(u64::from).sum();
        let words = u64::from(self.sync_samples) + u64::from(self.samples);
        // stco or co64 with stsc: at most 20 bytes a chunk.
        pairs * 8 + words * 4 + u64::from(self.chunks) * 20
    }
}

/// Runs of numbers that had 32 bits when they were pushed.
fn u32_runs(runs: impl Iterator<Item = (u32, u64)>) -> impl Iterator<Item = (u32, u32)> {
    runs.map(|(times, value)| (times, u32::try_from(value).unwrap_or(u32::MAX)))
}

/// 0 is no pre-roll; the others follow.
fn encode_roll(roll: Option<i16>) -> u64 {
    roll.map_or(0, |roll| zigzag_encode(i64::from(roll)) + 1)
}

fn decode_roll(value: u64) -> Option<i16> {
    i16::try_from(zigzag_decode(value.checked_sub(1)?)).ok()
}

/// An upright picture of this size: the tail of `tkhd` (ISO/IEC 14496-12 8.3.2).
pub(crate) fn display((width, height): (u32, u32)) -> [u8; 44] {
    let fields = [
        0x1_0000,
        0,
        0,
        0,
        0x1_0000,
        0,
        0,
        0,
        0x4000_0000,
        width.min(0xffff) << 16,
        height.min(0xffff) << 16,
    ];
    let mut bytes = [0; 44];
    for (slot, field) in bytes.chunks_exact_mut(4).zip(fields) {
        slot.copy_from_slice(&u32::to_be_bytes(field));
    }
    bytes
}

fn malformed(problem: &str) -> Error {
    Error::Malformed {
        format: "MP4",
        problem: problem.into(),
        offset: 0,
    }
}
