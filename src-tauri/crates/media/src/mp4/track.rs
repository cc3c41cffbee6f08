//! The sample index of one track in memory, about as compact as the boxes of `stbl`.

use std::iter;

use super::{
    columns::{RunLengthColumn, VarintColumn, zigzag_decode, zigzag_encode},
    fragment::IndexedSample,
    sample_entries::SampleEntries,
};
use crate::{
    Error,
    clock::{MILLISECOND, nanoseconds},
    digest::{IndexDigest, SampleRecord},
    fmp4::{SampleGroups, SourceEdit, TrackNames, groups::GROUPINGS},
    handler::Handler,
    language::Language,
};

/// Longest distance of two samples: some readers take the values of `stts` as signed.
const MAX_DELTA: i64 = i32::MAX as i64;

/// One track of the movie.
#[derive(Debug)]
pub(crate) struct Mp4Track {
    pub(crate) handler: Handler,
    pub(crate) timescale: u32,
    pub(crate) language: Language,
    pub(crate) names: TrackNames,
    /// Played by default.
    pub(crate) enabled: bool,
    /// Tracks of one group other than 0 are alternatives (ISO/IEC 14496-12 8.3.2).
    pub(crate) alternate_group: u16,
    /// The last fields of `tkhd`: matrix, width, height.
    pub(crate) display: [u8; 44],
    pub(crate) edit: SourceEdit,
    /// Where the presentation ends, in its ticks, if it has several parts and the last one says.
    pub(crate) presentation_end: Option<i64>,
    /// What of it is presented, if the movie is a time range of the recording.
    pub(crate) cut: Option<CutEdit>,
    /// Difference between the movie's clock and the track's own at its first segment, in its ticks.
    pub(crate) timeline_shift: i64,
    /// Time at the start of the movie for which no track has media, in nanoseconds.
    pub(crate) start_offset: i64,
    pub(crate) sample_entries: SampleEntries,
    pub(crate) samples: u32,
    /// Distances to the next sample; [`Self::closed`] adds that of the last one.
    deltas: RunLengthColumn,
    /// Composition offsets, zigzag-encoded.
    offsets: RunLengthColumn,
    /// 1 for each sync sample, 0 for the others.
    syncs: RunLengthColumn,
    pub(crate) sync_samples: u32,
    sizes: RunLengthColumn,
    /// Distance of each chunk from the start of the one before, zigzag-encoded.
    chunk_offsets: VarintColumn,
    last_chunk_offset: u64,
    /// Number of samples of each chunk, and in the upper 32 bits the number of their sample entry.
    chunk_map: RunLengthColumn,
    pub(crate) chunks: u32,
    open_chunk: Option<Chunk>,
    /// Where the open chunk ends so far.
    chunk_end: u64,
    /// The group of each sample by type: 0 for none, else its description plus 1.
    groups: [RunLengthColumn; GROUPINGS.len()],
    pub(crate) digest: IndexDigest,
    pub(crate) times: Option<TrackTimes>,
    /// Time, size and position of the samples of the previous and the current segment, to find
    /// repetitions.
    recent: [Vec<(i64, u32, u64)>; 2],
}

/// A chunk that may still grow.
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

impl TrackTimes {
    /// Returns when the sample that is presented last ends.
    pub(crate) fn presentation_end(&self) -> i64 {
        let tail = self.end.saturating_sub(self.last_dts);
        self.last_pts.saturating_add(tail)
    }
}

/// What of a track is presented in a movie that is a time range of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CutEdit {
    /// Time before it, from the start of the range in nanoseconds.
    pub(crate) delay: i64,
    /// Composition times at which its presentation starts and ends, in its ticks.
    pub(crate) begin: i64,
    pub(crate) end: i64,
}

/// A sample to be added to the index.
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
            names: TrackNames::default(),
            enabled: true,
            alternate_group: 0,
            display: display((0, 0)),
            edit: SourceEdit::default(),
            presentation_end: None,
            cut: None,
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
            groups: Default::default(),
            digest: IndexDigest::default(),
            times: None,
            recent: [Vec::new(), Vec::new()],
        }
    }

    /// Starts the next segment.
    pub(crate) fn begin_segment(&mut self) {
        let [before, now] = &mut self.recent;
        std::mem::swap(before, now);
        now.clear();
    }

    /// Returns the position of a sample in the previous segment with this time and size. Live servers
    /// repeat the end of a segment at the start of the next.
    ///
    /// `time` is on the clock of the segments, before it is rounded to ticks of the track.
    pub(crate) fn find_repeated(&mut self, time: i64, sample: &IndexedSample) -> Option<u64> {
        let [before, now] = &mut self.recent;
        now.push((time, sample.size, sample.position));
        find(before, time, sample.size)
    }

    /// Returns the position of a sample in the last segment with this time and size, before the
    /// next segment is started. `time` as in [`Self::find_repeated`].
    pub(crate) fn find_in_last_segment(&self, time: i64, sample: &IndexedSample) -> Option<u64> {
        let [_, last] = &self.recent;
        find(last, time, sample.size)
    }

    /// Appends a sample. Raises its decode time if it is not after that of the sample before; video
    /// keeps its presentation time.
    pub(crate) fn push(&mut self, sample: StoredSample) -> Result<(), Error> {
        let mut pts = sample.dts.saturating_add(sample.composition_offset);
        let mut dts = sample.dts;
        if let Some(times) = &mut self.times {
            let earliest = times.last_dts.checked_add(1);
            dts = dts.max(earliest.ok_or_else(|| malformed("a time beyond 63 bits"))?);
            if self.handler == Handler::Audio {
                // Audio is presented in decode order.
                pts = pts.max(dts);
            }
            let delta = dts.saturating_sub(times.last_dts);
            if delta > MAX_DELTA {
                return Err(malformed("a gap is longer than an MP4 can tell"));
            }
            self.deltas.push(delta.unsigned_abs());
            times.last_dts = dts;
            // Until it is stated: a segment of which nothing is presented states no end.
            times.end = times.end.max(dts.saturating_add(1));
            times.first_pts = times.first_pts.min(pts);
            times.last_pts = times.last_pts.max(pts);
        } else {
            self.times = Some(TrackTimes {
                first_dts: dts,
                last_dts: dts,
                first_pts: pts,
                last_pts: pts,
                end: dts.saturating_add(1),
            });
        }
        let offset = i32::try_from(pts.saturating_sub(dts))
            .map_err(|_| malformed("a composition offset beyond 32 bits"))?;
        self.samples = self
            .samples
            .checked_add(1)
            .ok_or_else(|| malformed("more samples than an MP4 can count"))?;
        self.offsets.push(zigzag_encode(i64::from(offset)));
        self.sizes.push(u64::from(sample.size));
        self.syncs.push(u64::from(sample.sync));
        self.sync_samples += u32::from(sample.sync);
        self.add_to_chunk(&sample);
        let first = self.times.map_or(dts, |times| times.first_dts);
        self.digest.add(SampleRecord {
            position: sample.position,
            size: sample.size,
            dts: dts.saturating_sub(first).unsigned_abs(),
            composition_offset: offset,
            sync: sample.sync,
            sample_entry: sample.description,
        });
        Ok(())
    }

    /// Sets the sample groups of the sample that was pushed last.
    pub(crate) fn set_groups(&mut self, groups: SampleGroups) {
        for (column, group) in self.groups.iter_mut().zip(groups.0) {
            column.push(group.map_or(0, |group| u64::from(group) + 1));
        }
    }

    fn add_to_chunk(&mut self, sample: &StoredSample) {
        // A repetition that was left out is still in the file: it interrupts the chunk.
        let follows = !sample.opens_chunk && self.chunk_end == sample.position;
        self.chunk_end = sample.position.saturating_add(u64::from(sample.size));
        match &mut self.open_chunk {
            Some(chunk) if follows && chunk.description == sample.description => {
                chunk.samples += 1;
            }
            _ => {
                self.close_chunk();
                let distance = sample.position.wrapping_sub(self.last_chunk_offset);
                self.chunk_offsets
                    .push(zigzag_encode(distance.cast_signed()));
                self.last_chunk_offset = sample.position;
                self.chunks += 1;
                self.open_chunk = Some(Chunk {
                    samples: 1,
                    description: sample.description,
                });
            }
        }
    }

    fn close_chunk(&mut self) {
        if let Some(chunk) = self.open_chunk.take() {
            // The column takes 63 bits: the number of the sample entry is far below 2³¹.
            let value = (u64::from(chunk.description) << 32) | u64::from(chunk.samples);
            self.chunk_map.push(value);
        }
    }

    /// Completes the tables after the last sample.
    pub(crate) fn closed(mut self) -> Self {
        self.close_chunk();
        if let Some(times) = self.times {
            let tail = times.end.saturating_sub(times.last_dts);
            self.deltas.push(tail.max(1).unsigned_abs());
        }
        self
    }

    /// Sets where the last sample ends; it is at least one tick long.
    pub(crate) fn end_at(&mut self, end: i64) {
        if let Some(times) = &mut self.times {
            times.end = end.clamp(
                times.last_dts.saturating_add(1),
                times.last_dts.saturating_add(MAX_DELTA),
            );
        }
    }

    /// Duration from the first sample to the end of the last.
    pub(crate) fn length_ms(&self) -> u64 {
        let time = nanoseconds(self.length(), self.timescale).unwrap_or(0);
        (time / MILLISECOND).max(0).unsigned_abs()
    }

    /// Returns whether the times of the samples are ones that can be read again.
    pub(crate) fn is_in_range(&self) -> bool {
        nanoseconds(self.length(), self.timescale).is_some()
    }

    /// Duration from the first sample to the end of the last, in ticks.
    pub(crate) fn length(&self) -> i64 {
        let length = |times: TrackTimes| times.end.saturating_sub(times.first_dts);
        self.times.map_or(0, length)
    }

    /// Number of [`Self::deltas`].
    pub(crate) fn delta_runs(&self) -> u32 {
        self.deltas.count()
    }

    /// Runs of equal distances from each sample to the next.
    pub(crate) fn deltas(&self) -> impl Iterator<Item = (u32, u32)> {
        u32_runs(self.deltas.iter())
    }

    /// Runs of samples of equal size.
    pub(crate) fn size_runs(&self) -> impl Iterator<Item = (u32, u32)> {
        u32_runs(self.sizes.iter())
    }

    /// Number of [`Self::offsets`].
    pub(crate) fn offset_runs(&self) -> u32 {
        self.offsets.count()
    }

    /// Runs of equal composition offsets.
    pub(crate) fn offsets(&self) -> impl Iterator<Item = (u32, i32)> {
        // They fit into 32 bits when they were pushed.
        let offset = |value| i32::try_from(zigzag_decode(value)).unwrap_or(0);
        let runs = self.offsets.iter();
        runs.map(move |(times, value)| (times, offset(value)))
    }

    /// Numbers of the sync samples, counted from 1.
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

    /// Number of [`Self::chunk_map`].
    pub(crate) fn chunk_map_runs(&self) -> u32 {
        self.chunk_map.count()
    }

    /// Runs of chunks with equally many samples of the same sample entry: number of chunks, samples
    /// per chunk, number of the entry.
    pub(crate) fn chunk_map(&self) -> impl Iterator<Item = [u32; 3]> {
        let low = |value: u64| u32::try_from(value & u64::from(u32::MAX)).unwrap_or(0);
        self.chunk_map
            .iter()
            .map(move |(chunks, value)| [chunks, low(value), low(value >> 32)])
    }

    /// Number of [`Self::groups`].
    pub(crate) fn group_runs(&self, grouping: usize) -> u32 {
        self.groups.get(grouping).map_or(0, RunLengthColumn::count)
    }

    /// Runs of samples in the same group of the type with this index in [`GROUPINGS`].
    pub(crate) fn groups(&self, grouping: usize) -> impl Iterator<Item = (u32, Option<u16>)> {
        let group = |value: u64| u16::try_from(value.checked_sub(1)?).ok();
        let columns = self.groups.iter().skip(grouping).take(1);
        columns
            .flat_map(RunLengthColumn::iter)
            .map(move |(times, value)| (times, group(value)))
    }

    /// Returns the samples of a [`Self::closed`] track, with their durations and groups.
    pub(crate) fn stored_samples(&self) -> impl Iterator<Item = (StoredSample, u32, SampleGroups)> {
        let first_dts = self.times.map_or(0, |times| times.first_dts);
        let durations = expand(self.deltas());
        let times = durations.scan(first_dts, |next, duration| {
            let dts = *next;
            *next = dts.saturating_add(i64::from(duration));
            Some((dts, duration))
        });
        let chunks = self
            .chunk_map()
            .flat_map(|[chunks, samples, entry]| iter::repeat_n((samples, entry), chunks as usize));
        let in_chunks = chunks
            .zip(self.chunk_offsets())
            .flat_map(|((samples, entry), start)| {
                (0..samples).map(move |number| (start, number == 0, entry))
            });
        let sizes = expand(self.size_runs());
        let places = in_chunks
            .zip(sizes)
            .scan(0, |next, ((start, opens_chunk, entry), size)| {
                let position = if opens_chunk { start } else { *next };
                *next = position.saturating_add(u64::from(size));
                Some((position, opens_chunk, entry, size))
            });
        let groups = self.groups.each_ref().map(RunLengthColumn::values);
        let groups = groups.map(Iterator::fuse);
        let groups = iter::repeat(()).scan(groups, |columns, ()| {
            let group = |value: u64| u16::try_from(value.checked_sub(1)?).ok();
            let groups = columns
                .each_mut()
                .map(|column| column.next().and_then(group));
            Some(SampleGroups(groups))
        });
        let rest = expand(self.offsets()).zip(self.syncs.values()).zip(groups);
        times.zip(places).zip(rest).map(
            |(((dts, duration), place), ((composition_offset, sync), groups))| {
                let (position, opens_chunk, description, size) = place;
                let sample = StoredSample {
                    dts,
                    composition_offset: i64::from(composition_offset),
                    sync: sync != 0,
                    size,
                    position,
                    description,
                    opens_chunk,
                };
                (sample, duration, groups)
            },
        )
    }

    /// Bytes that the tables take in the index.
    pub(crate) fn table_bytes(&self) -> u64 {
        let runs = [self.deltas.count(), self.offsets.count()];
        let groups = self.groups.iter().map(RunLengthColumn::count);
        let pairs: u64 = runs.into_iter().chain(groups).map(u64::from).sum();
        let words = u64::from(self.sync_samples) + u64::from(self.samples);
        // `stco` or `co64` with `stsc`: at most 20 bytes per chunk.
        pairs * 8 + words * 4 + u64::from(self.chunks) * 20
    }
}

/// Repeats the value of each run.
fn expand<T: Copy>(runs: impl Iterator<Item = (u32, T)>) -> impl Iterator<Item = T> {
    runs.flat_map(|(times, value)| iter::repeat_n(value, times as usize))
}

/// Finds the sample with this time and size; returns its position.
fn find(samples: &[(i64, u32, u64)], time: i64, size: u32) -> Option<u64> {
    if samples.last().is_none_or(|&(last, ..)| time > last) {
        return None;
    }
    let found = samples.binary_search_by_key(&(time, size), |&(time, size, _)| (time, size));
    let (.., position) = samples.get(found.ok()?)?;
    Some(*position)
}

/// Converts runs of numbers that fit into 32 bits when they were pushed.
fn u32_runs(runs: impl Iterator<Item = (u32, u64)>) -> impl Iterator<Item = (u32, u32)> {
    runs.map(|(times, value)| (times, u32::try_from(value).unwrap_or(u32::MAX)))
}

/// Returns the last fields of `tkhd` for an unrotated picture of this size (ISO/IEC 14496-12 8.3.2).
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
