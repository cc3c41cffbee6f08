//! The index of one track, as compact as the boxes that it becomes.

use crate::{
    Error, TrackKind,
    clock::{MILLISECOND, nanoseconds},
    fmp4::Edit,
};

/// Longest distance of two samples: above it, readers that take `stts` as signed see a fall.
const LONGEST_DELTA: i64 = i32::MAX as i64;

/// One track of the film.
#[derive(Debug)]
pub(crate) struct Track {
    pub(crate) kind: TrackKind,
    pub(crate) timescale: u32,
    /// Packed ISO 639-2 code.
    pub(crate) language: u16,
    /// The tail of `tkhd`: matrix, width, height.
    pub(crate) display: [u8; 44],
    pub(crate) edit: Edit,
    /// How far its first piece was moved, in its ticks: as far as the film's clock is from its own.
    pub(crate) moved: i64,
    /// How long the film has nothing before any of its tracks, in nanoseconds: what is missing
    /// at its start.
    pub(crate) lead: i64,
    /// The sample entries, each once.
    pub(crate) entries: Vec<Vec<u8>>,
    /// Runs of equal distances, without that of the last sample.
    pub(crate) deltas: Vec<(u32, u32)>,
    /// Runs of equal composition offsets.
    pub(crate) offsets: Vec<(u32, i32)>,
    /// Numbers of the samples that decoding can start from, the first being 1.
    pub(crate) syncs: Vec<u32>,
    pub(crate) sizes: Vec<u32>,
    pub(crate) chunks: Vec<Chunk>,
    /// Where the sample behind the last one would lie in its chunk.
    chunk_end: u64,
    /// Runs of samples that need as many others besides, where the source says how many.
    pub(crate) rolls: Vec<(u32, Option<i16>)>,
    pub(crate) times: Option<Times>,
    /// Times and sizes of the piece before and of this one, by which repetitions are known.
    recent: [Vec<(i64, u32)>; 2],
}

/// Samples that lie one behind the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chunk {
    pub(crate) position: u64,
    pub(crate) samples: u32,
    /// Counted from 1.
    pub(crate) description: u32,
}

/// First and last times of a track, in its ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Times {
    pub(crate) first_dts: i64,
    pub(crate) last_dts: i64,
    pub(crate) first_pts: i64,
    pub(crate) last_pts: i64,
    /// Where the last sample ends.
    pub(crate) end: i64,
}

/// A sample on its way into the index.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) dts: i64,
    pub(crate) composition_offset: i64,
    pub(crate) sync: bool,
    pub(crate) size: u32,
    pub(crate) position: u64,
    /// Counted from 1.
    pub(crate) description: u32,
    pub(crate) opens_chunk: bool,
}

impl Track {
    pub(crate) fn new(kind: TrackKind, timescale: u32) -> Self {
        Self {
            kind,
            timescale: timescale.max(1),
            language: UNDETERMINED,
            display: display((0, 0)),
            edit: Edit::default(),
            moved: 0,
            lead: 0,
            entries: Vec::new(),
            deltas: Vec::new(),
            offsets: Vec::new(),
            syncs: Vec::new(),
            sizes: Vec::new(),
            chunks: Vec::new(),
            chunk_end: 0,
            rolls: Vec::new(),
            times: None,
            recent: [Vec::new(), Vec::new()],
        }
    }

    /// The number of a sample entry, which is added where it is new.
    pub(crate) fn description(&mut self, entry: &[u8]) -> u32 {
        let found = self.entries.iter().position(|known| known == entry);
        let index = found.unwrap_or_else(|| {
            self.entries.push(entry.to_vec());
            self.entries.len() - 1
        });
        u32::try_from(index + 1).unwrap_or(u32::MAX)
    }

    /// From here on samples come from another piece.
    pub(crate) fn begin_piece(&mut self) {
        let [before, now] = &mut self.recent;
        std::mem::swap(before, now);
        now.clear();
    }

    /// Whether the piece before had this sample already; live servers repeat tails.
    ///
    /// `time` is on the clock of the pieces, before any rounding to ticks.
    pub(crate) fn repeats(&mut self, time: i64, size: u32) -> bool {
        let [before, now] = &mut self.recent;
        let repeats = before.last().is_some_and(|&(last, _)| time <= last)
            && before.binary_search(&(time, size)).is_ok();
        now.push((time, size));
        repeats
    }

    /// Appends a sample. One that would not come after the one before is moved behind it; a
    /// picture is still shown when it was to be shown.
    pub(crate) fn push(&mut self, entry: Entry) -> Result<(), Error> {
        let mut pts = entry.dts.saturating_add(entry.composition_offset);
        let mut dts = entry.dts;
        if let Some(times) = &mut self.times {
            dts = dts.max(times.last_dts.saturating_add(1));
            if self.kind == TrackKind::Audio {
                // Sound is heard in the order in which it is decoded.
                pts = pts.max(dts);
            }
            let delta = dts.saturating_sub(times.last_dts);
            if delta > LONGEST_DELTA {
                return Err(malformed("a gap is longer than an MP4 can tell"));
            }
            add_run(&mut self.deltas, u32::try_from(delta).unwrap_or(u32::MAX));
            times.last_dts = dts;
            times.first_pts = times.first_pts.min(pts);
            times.last_pts = times.last_pts.max(pts);
        } else {
            self.times = Some(Times {
                first_dts: dts,
                last_dts: dts,
                first_pts: pts,
                last_pts: pts,
                end: dts,
            });
        }
        let offset = i32::try_from(pts.saturating_sub(dts))
            .map_err(|_| malformed("a composition offset beyond 32 bits"))?;
        add_run(&mut self.offsets, offset);
        self.sizes.push(entry.size);
        let number = u32::try_from(self.sizes.len())
            .map_err(|_| malformed("more samples than an MP4 can count"))?;
        if entry.sync {
            self.syncs.push(number);
        }
        self.place(&entry);
        Ok(())
    }

    /// Says of the sample that was pushed last how many others a start there needs.
    pub(crate) fn roll(&mut self, roll: Option<i16>) {
        add_run(&mut self.rolls, roll);
    }

    fn place(&mut self, entry: &Entry) {
        // What was left out before it, as a repetition, still lies in the file.
        let follows = !entry.opens_chunk && self.chunk_end == entry.position;
        self.chunk_end = entry.position.saturating_add(u64::from(entry.size));
        match self.chunks.last_mut() {
            Some(chunk) if follows && chunk.description == entry.description => {
                chunk.samples += 1;
            }
            _ => self.chunks.push(Chunk {
                position: entry.position,
                samples: 1,
                description: entry.description,
            }),
        }
    }

    /// Says where the last sample ends; it is at least one tick long.
    pub(crate) fn end_at(&mut self, end: i64) {
        if let Some(times) = &mut self.times {
            times.end = end.clamp(
                times.last_dts.saturating_add(1),
                times.last_dts.saturating_add(LONGEST_DELTA),
            );
        }
    }

    /// From the first sample to the end of the last.
    pub(crate) fn length_ms(&self) -> u64 {
        let length = |times: Times| times.end.saturating_sub(times.first_dts);
        let time = nanoseconds(self.times.map_or(0, length), self.timescale).unwrap_or(0);
        (time / MILLISECOND).max(0).unsigned_abs()
    }

    /// Bytes that the tables take in the index.
    pub(crate) fn table_bytes(&self) -> u64 {
        let runs = self.deltas.len() + self.offsets.len() + self.rolls.len();
        // stco or co64 with stsc: at most 20 bytes a chunk.
        let bytes = runs * 8 + (self.syncs.len() + self.sizes.len()) * 4 + self.chunks.len() * 20;
        bytes as u64
    }
}

/// `und`, packed as ISO/IEC 14496-12 8.4.2 has it.
const UNDETERMINED: u16 = 0x55c4;

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

fn add_run<T: PartialEq>(runs: &mut Vec<(u32, T)>, value: T) {
    match runs.last_mut() {
        Some((count, last)) if *last == value => *count += 1,
        _ => runs.push((1, value)),
    }
}

fn malformed(problem: &str) -> Error {
    Error::Malformed {
        format: "MP4",
        problem: problem.into(),
        offset: 0,
    }
}
