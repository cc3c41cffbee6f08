//! Reads the samples of a track from its sample tables (ISO/IEC 14496-12 8.6.1, 8.7).
//!
//! Lenient: missing or short tables end the track or mean defaults. Reads the rows in place, without
//! decoding whole tables into memory.

use std::sync::Arc;

use crate::{
    Error,
    boxes::read::{children, version_and_flags},
    cursor::Cursor,
    fmp4::groups::{self, GROUPINGS},
};

/// Largest number of samples: more than a movie of a week has. Tracks of uncompressed audio have
/// more, because their samples are a few bytes each.
const MAX_SAMPLES: u32 = 1 << 24;

/// One sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TableSample {
    /// Position of its data in the file.
    pub(super) position: u64,
    pub(super) size: u32,
    /// In ticks of the track, like the other times.
    pub(super) dts: u64,
    pub(super) duration: u32,
    pub(super) composition_offset: i32,
    pub(super) sync: bool,
    /// The group of each type of [`GROUPINGS`], counted from 1; 0 for none.
    pub(super) groups: [u32; GROUPINGS.len()],
    /// Counted from 1.
    pub(super) description: u32,
}

/// Samples that were skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct DiscardedSamples {
    pub(super) bytes: u64,
    pub(super) samples: u64,
    /// In ticks of the track.
    pub(super) duration: u64,
}

/// Iterates over the sample tables of a track.
#[derive(Clone, Debug, Default)]
pub(super) struct SampleTable {
    durations: RunCursor,
    offsets: RunCursor,
    /// `None` if all samples are sync samples.
    syncs: Option<SyncCursor>,
    sizes: SizeCursor,
    chunks: ChunkCursor,
    groups: [GroupCursor; GROUPINGS.len()],
    /// Number of samples left.
    left: u32,
    number: u32,
    dts: u64,
    next: Option<TableSample>,
}

impl SampleTable {
    /// Finds the tables in `stbl`, which is inside `moov`.
    pub(super) fn read(moov: &Cursor<'_>, stbl: &Cursor<'_>) -> Result<Self, Error> {
        let find = |kind| children(stbl).find(kind);
        let base = moov.position();
        // Fragmented movies may have no tables.
        let (Some(sizes), Some(stsc)) = (
            find(*b"stsz")?
                .map(|body| (body, false))
                .or(find(*b"stz2")?.map(|body| (body, true))),
            find(*b"stsc")?,
        ) else {
            return Ok(Self::default());
        };
        let (sizes, left) = SizeCursor::read(sizes, base)?;
        if left > MAX_SAMPLES {
            return Err(Error::Unsupported(format!(
                "a track of {left} samples, as sound without coding has them"
            )));
        }
        let chunk_offsets = match find(*b"stco")? {
            Some(stco) => RowCursor::read(stco, base, 4)?,
            None => match find(*b"co64")? {
                Some(co64) => RowCursor::read(co64, base, 8)?,
                None => RowCursor::default(),
            },
        };
        let runs = |body: Option<Cursor<'_>>| match body {
            Some(body) => RunCursor::read(body, base),
            None => Ok(RunCursor::default()),
        };
        let mut table = Self {
            durations: runs(find(*b"stts")?)?,
            offsets: runs(find(*b"ctts")?)?,
            syncs: find(*b"stss")?
                .map(|body| SyncCursor::read(body, base))
                .transpose()?,
            sizes,
            chunks: ChunkCursor::new(chunk_offsets, RowCursor::read(stsc, base, 12)?),
            groups: GROUPINGS.map(|grouping| GroupCursor {
                runs: groups::runs(stbl, grouping.kind).map(Into::into),
                ..GroupCursor::default()
            }),
            left,
            ..Self::default()
        };
        table.durations.repeat = true;
        Ok(table)
    }

    /// Returns the next sample without advancing.
    pub(super) fn peek(&mut self, moov: &[u8]) -> Option<TableSample> {
        if self.next.is_none() {
            self.next = self.read_sample(moov);
        }
        self.next
    }

    /// Advances to the next sample.
    pub(super) fn advance(&mut self) {
        self.next = None;
    }

    /// Skips all remaining samples, and sums them up.
    pub(super) fn discard_rest(&mut self, moov: &[u8]) -> DiscardedSamples {
        let mut discarded = DiscardedSamples::default();
        while let Some(sample) = self.peek(moov) {
            discarded.bytes = discarded.bytes.saturating_add(u64::from(sample.size));
            discarded.samples += 1;
            let duration = u64::from(sample.duration);
            discarded.duration = discarded.duration.saturating_add(duration);
            self.advance();
        }
        discarded
    }

    /// Returns whether the table groups its samples by the type with this index in [`GROUPINGS`].
    pub(super) fn has_groups(&self, grouping: usize) -> bool {
        let cursor = self.groups.get(grouping);
        cursor.is_some_and(|cursor| cursor.runs.is_some())
    }

    fn read_sample(&mut self, moov: &[u8]) -> Option<TableSample> {
        self.left = self.left.checked_sub(1)?;
        self.number = self.number.wrapping_add(1);
        let size = self.sizes.next(moov)?;
        let (position, description) = self.chunks.locate(moov, size)?;
        let duration = self.durations.next(moov);
        let sample = TableSample {
            position,
            size,
            dts: self.dts,
            duration,
            // Signed in both versions: some writers put negative offsets into version 0.
            composition_offset: self.offsets.next(moov).cast_signed(),
            sync: self
                .syncs
                .as_mut()
                .is_none_or(|syncs| syncs.holds(moov, self.number)),
            groups: self.groups.each_mut().map(GroupCursor::next),
            description,
        };
        self.dts = self.dts.saturating_add(u64::from(duration));
        Some(sample)
    }
}

/// The rows of a table, as a byte range of the body of `moov`.
#[derive(Clone, Copy, Debug, Default)]
struct RowCursor {
    next: usize,
    end: usize,
    width: usize,
}

impl RowCursor {
    /// Finds the rows after version, flags and count. Limits the count to the rows that are there.
    fn read(mut body: Cursor<'_>, base: u64, width: usize) -> Result<Self, Error> {
        version_and_flags(&mut body)?;
        let count = body.u32()? as usize;
        Ok(Self::at(&body, base, count, width))
    }

    fn at(body: &Cursor<'_>, base: u64, count: usize, width: usize) -> Self {
        let next = usize::try_from(body.position().saturating_sub(base)).unwrap_or(usize::MAX);
        let count = count.min(body.rest().len() / width.max(1));
        Self {
            next,
            end: next.saturating_add(count.saturating_mul(width)),
            width,
        }
    }

    fn next<'m>(&mut self, moov: &'m [u8]) -> Option<&'m [u8]> {
        let row = self.peek(moov)?;
        self.next += self.width;
        Some(row)
    }

    fn peek<'m>(&self, moov: &'m [u8]) -> Option<&'m [u8]> {
        let end = self.next.checked_add(self.width)?;
        // A missing table has an empty range, also for rows of width 0.
        let has_row = self.next < self.end && end <= self.end;
        moov.get(self.next..end).filter(|_| has_row)
    }
}

fn field(row: &[u8], number: usize) -> Option<u32> {
    let bytes = row.get(number.checked_mul(4)?..)?.first_chunk()?;
    Some(u32::from_be_bytes(*bytes))
}

/// Reads `stts` or `ctts`: counts and values.
#[derive(Clone, Copy, Debug, Default)]
struct RunCursor {
    rows: RowCursor,
    left: u32,
    value: u32,
    /// The last value applies to samples after the end of the table, instead of 0.
    repeat: bool,
}

impl RunCursor {
    fn read(body: Cursor<'_>, base: u64) -> Result<Self, Error> {
        Ok(Self {
            rows: RowCursor::read(body, base, 8)?,
            ..Self::default()
        })
    }

    fn next(&mut self, moov: &[u8]) -> u32 {
        while self.left == 0 {
            let run = self.rows.next(moov);
            let Some((count, value)) = run.and_then(|run| Some((field(run, 0)?, field(run, 1)?)))
            else {
                return if self.repeat { self.value } else { 0 };
            };
            (self.left, self.value) = (count, value);
        }
        self.left -= 1;
        self.value
    }
}

/// Reads the sample groups of one type.
#[derive(Clone, Debug, Default)]
struct GroupCursor {
    runs: Option<Arc<[(u32, u32)]>>,
    run: usize,
    taken: u32,
}

impl GroupCursor {
    fn next(&mut self) -> u32 {
        let runs = self.runs.as_deref().unwrap_or_default();
        while let Some((count, group)) = runs.get(self.run) {
            if self.taken < *count {
                self.taken += 1;
                return *group;
            }
            self.run += 1;
            self.taken = 0;
        }
        0
    }
}

/// Reads `stss`: sample numbers in increasing order.
#[derive(Clone, Copy, Debug)]
struct SyncCursor(RowCursor);

impl SyncCursor {
    fn read(body: Cursor<'_>, base: u64) -> Result<Self, Error> {
        RowCursor::read(body, base, 4).map(Self)
    }

    /// Whether `number` is in the table. To be called in increasing order.
    fn holds(&mut self, moov: &[u8], number: u32) -> bool {
        while let Some(next) = self.0.peek(moov).and_then(|row| field(row, 0)) {
            if next > number {
                return false;
            }
            self.0.next(moov);
            if next == number {
                return true;
            }
        }
        false
    }
}

/// Reads `stsz` or `stz2`: the size of each sample.
#[derive(Clone, Copy, Debug, Default)]
struct SizeCursor {
    equal: u32,
    rows: RowCursor,
    /// 4, 8, 16 or 32.
    bits: u8,
    /// The second of two sizes in one byte.
    half: Option<u32>,
}

impl SizeCursor {
    fn read((mut body, compact): (Cursor<'_>, bool), base: u64) -> Result<(Self, u32), Error> {
        version_and_flags(&mut body)?;
        let first = body.u32()?;
        let count = body.u32()?;
        let (equal, bits) = if compact {
            (0, first.to_be_bytes()[3])
        } else {
            (first, 32)
        };
        let (width, rows) = match bits {
            4 => (1, count.div_ceil(2)),
            8 | 16 | 32 => (usize::from(bits / 8), count),
            _ => return Err(body.malformed(format!("sizes of {bits} bits"))),
        };
        let sizes = Self {
            equal,
            rows: RowCursor::at(&body, base, rows as usize, width),
            bits,
            half: None,
        };
        Ok((sizes, count))
    }

    fn next(&mut self, moov: &[u8]) -> Option<u32> {
        if self.equal > 0 {
            return Some(self.equal);
        }
        if let Some(half) = self.half.take() {
            return Some(half);
        }
        let row = self.rows.next(moov)?;
        let size = row
            .iter()
            .fold(0, |size, byte| (size << 8) | u32::from(*byte));
        if self.bits == 4 {
            self.half = Some(size & 0xf);
            return Some(size >> 4);
        }
        Some(size)
    }
}

/// Reads `stco` or `co64`, and `stsc`: the position of each sample.
#[derive(Clone, Copy, Debug, Default)]
struct ChunkCursor {
    chunk_offsets: RowCursor,
    chunk_map: RowCursor,
    number: u32,
    /// Samples per chunk from here on, and their description.
    chunk_layout: (u32, u32),
    left: u32,
    position: u64,
}

impl ChunkCursor {
    fn new(chunk_offsets: RowCursor, chunk_map: RowCursor) -> Self {
        Self {
            chunk_offsets,
            chunk_map,
            ..Self::default()
        }
    }

    /// Returns the position and the description of the next sample.
    fn locate(&mut self, moov: &[u8], size: u32) -> Option<(u64, u32)> {
        while self.left == 0 {
            let offset = self.chunk_offsets.next(moov)?;
            self.position = offset
                .iter()
                .fold(0, |offset, byte| (offset << 8) | u64::from(*byte));
            self.number = self.number.checked_add(1)?;
            while let Some(row) = self.chunk_map.peek(moov)
                && field(row, 0)? <= self.number
            {
                self.chunk_layout = (field(row, 1)?, field(row, 2)?);
                self.chunk_map.next(moov);
            }
            self.left = self.chunk_layout.0;
        }
        self.left -= 1;
        let position = self.position;
        self.position = position.checked_add(u64::from(size))?;
        Some((position, self.chunk_layout.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boxes::write::{boxed, full_box, put_count, put32};

    fn numbers(out: &mut Vec<u8>, kind: [u8; 4], width: usize, numbers: &[u32]) {
        full_box(out, kind, 0, 0, |out| {
            put_count(out, numbers.len() / width);
            for number in numbers {
                put32(out, *number);
            }
        });
    }

    /// Reads five samples in two chunks; `sizes` appends the box with their sizes.
    fn samples(sizes: impl FnOnce(&mut Vec<u8>)) -> Vec<TableSample> {
        let mut moov = Vec::new();
        boxed(&mut moov, *b"stbl", |out| {
            numbers(out, *b"stts", 2, &[3, 10, 1, 20]);
            numbers(out, *b"ctts", 2, &[1, 5, 1, (-3_i32).cast_unsigned()]);
            numbers(out, *b"stss", 1, &[1, 4]);
            sizes(out);
            numbers(out, *b"stsc", 3, &[1, 2, 1, 2, 3, 2]);
            numbers(out, *b"stco", 1, &[100, 200]);
        });
        let moov_cursor = Cursor::new("MP4", &moov);
        let stbl = children(&moov_cursor)
            .require(*b"stbl")
            .expect("just written");
        let mut table = SampleTable::read(&moov_cursor, &stbl).expect("well-formed");
        let mut rows = Vec::new();
        while let Some(row) = table.peek(&moov) {
            rows.push(row);
            table.advance();
        }
        rows
    }

    fn plain(out: &mut Vec<u8>) {
        full_box(out, *b"stsz", 0, 0, |out| {
            for number in [0, 5, 1, 2, 3, 4, 5] {
                put32(out, number);
            }
        });
    }

    #[test]
    fn the_tables_give_position_time_and_flags_of_each_sample() {
        let rows = samples(plain);
        let of = |pick: fn(&TableSample) -> i64| rows.iter().map(pick).collect::<Vec<_>>();
        assert_eq!(
            of(|row| row.position.cast_signed()),
            [100, 101, 200, 203, 207]
        );
        assert_eq!(of(|row| row.size.into()), [1, 2, 3, 4, 5]);
        assert_eq!(of(|row| row.dts.cast_signed()), [0, 10, 20, 30, 50]);
        // After the end of the tables, the last duration repeats and the offset is 0.
        assert_eq!(of(|row| row.duration.into()), [10, 10, 10, 20, 20]);
        assert_eq!(of(|row| row.composition_offset.into()), [5, -3, 0, 0, 0]);
        assert_eq!(of(|row| row.sync.into()), [1, 0, 0, 1, 0]);
        assert_eq!(of(|row| row.description.into()), [1, 1, 2, 2, 2]);
    }

    #[test]
    fn compact_sizes_mean_the_same() {
        let compact = |bits: u32, bytes: &'static [u8]| {
            samples(move |out| {
                full_box(out, *b"stz2", 0, 0, |out| {
                    put32(out, bits);
                    put32(out, 5);
                    out.extend_from_slice(bytes);
                });
            })
        };
        let expected = samples(plain);
        assert_eq!(compact(4, &[0x12, 0x34, 0x50]), expected);
        assert_eq!(compact(8, &[1, 2, 3, 4, 5]), expected);
        assert_eq!(compact(16, &[0, 1, 0, 2, 0, 3, 0, 4, 0, 5]), expected);
    }

    #[test]
    fn a_track_without_chunk_offsets_has_no_samples() {
        let mut moov = Vec::new();
        boxed(&mut moov, *b"stbl", |out| {
            plain(out);
            // The first chunk of the row does not exist.
            numbers(out, *b"stsc", 3, &[u32::MAX, 2, 1]);
        });
        let moov_cursor = Cursor::new("MP4", &moov);
        let stbl = children(&moov_cursor)
            .require(*b"stbl")
            .expect("just written");
        let mut table = SampleTable::read(&moov_cursor, &stbl).expect("well-formed");
        assert_eq!(table.peek(&moov), None);
    }

    #[test]
    fn a_count_without_bytes_gives_no_samples() {
        let rows = samples(|out| {
            full_box(out, *b"stsz", 0, 0, |out| {
                for number in [0, 1 << 20, 9, 9] {
                    put32(out, number);
                }
            });
        });
        assert_eq!(rows.len(), 2);
    }
}
