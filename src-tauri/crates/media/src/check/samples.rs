//! Verifies the sample tables against each other and against the file (ISO/IEC 14496-12 8.6.1, 8.7).
//!
//! Reads all tables in parallel, sample by sample, each through a buffer, so that memory use does
//! not depend on the length of the movie.

use std::{
    io::{Read, Seek},
    ops::Range,
};

use super::{
    media_ranges::MediaRanges,
    reader::{BoxReader, Children, LocatedBox, WindowReader, malformed},
};
use crate::{
    Error,
    boxes::read::name,
    digest::{IndexDigest, SampleRecord},
};

/// The contents of the first samples are inspected, up to this many.
pub(crate) const INSPECTED_SAMPLES: usize = 8;

/// What all tables agree on.
#[derive(Clone, Debug)]
pub(super) struct SampleTotals {
    pub(super) samples: u32,
    /// Sum of the distances, in ticks of the track.
    pub(super) duration: u64,
    /// Presentation end of the last sample, from the first decode time, in ticks.
    pub(super) end: i64,
    pub(super) digest: IndexDigest,
    /// The first [`INSPECTED_SAMPLES`].
    pub(super) first: Vec<SampleRecord>,
}

/// Reads every sample from the tables of `stbl` and claims its bytes in `media`.
pub(super) fn count<R: Read + Seek>(
    reader: &mut BoxReader<R>,
    stbl: &Children,
    entries: u32,
    media: &mut MediaRanges,
) -> Result<SampleTotals, Error> {
    let mut tables = TableReader::open(reader, stbl)?;
    tables.chunks.entries = entries;
    let mut totals = SampleTotals {
        samples: tables.sizes.count,
        duration: 0,
        end: 0,
        digest: IndexDigest::default(),
        first: Vec::new(),
    };
    let mut delta = 1;
    for number in 1..=totals.samples {
        // Decode times must increase; only the last sample may have a duration of 0.
        if delta == 0 {
            return Err(tables.times.rows.fail("decode time stands still"));
        }
        let sample = tables.sample(reader, number, totals.duration, media)?;
        delta = tables.times.next(reader)?;
        // Some readers take the distance as signed.
        if i32::try_from(delta).is_err() {
            return Err(tables.times.rows.fail("decode time falls"));
        }
        let pts = i64::try_from(sample.dts)
            .unwrap_or(i64::MAX)
            .saturating_add(i64::from(sample.composition_offset));
        totals.end = if number == 1 {
            pts
        } else {
            totals.end.max(pts)
        };
        totals.duration = totals.duration.saturating_add(u64::from(delta));
        totals.digest.add(sample);
        if totals.first.len() < INSPECTED_SAMPLES {
            totals.first.push(sample);
        }
    }
    totals.end = totals.end.saturating_add(i64::from(delta));
    tables.close(media)?;
    Ok(totals)
}

/// Reads all tables of one track, one sample at a time.
struct TableReader {
    sizes: SizeReader,
    times: RunReader,
    offsets: Option<RunReader>,
    syncs: Option<SyncReader>,
    chunks: ChunkReader,
}

impl TableReader {
    fn open<R: Read + Seek>(reader: &mut BoxReader<R>, stbl: &Children) -> Result<Self, Error> {
        let offsets = match stbl.optional(*b"ctts")? {
            Some(ctts) => Some(RunReader::new(RowReader::open(reader, ctts, 8)?)),
            None => None,
        };
        let syncs = match stbl.optional(*b"stss")? {
            Some(stss) => Some(SyncReader::open(reader, stss)?),
            None => None,
        };
        Ok(Self {
            sizes: SizeReader::open(reader, stbl.required(*b"stsz")?)?,
            times: RunReader::new(RowReader::open(reader, stbl.required(*b"stts")?, 8)?),
            offsets,
            syncs,
            chunks: ChunkReader::open(reader, stbl)?,
        })
    }

    fn sample<R: Read + Seek>(
        &mut self,
        reader: &mut BoxReader<R>,
        number: u32,
        dts: u64,
        media: &mut MediaRanges,
    ) -> Result<SampleRecord, Error> {
        let size = self.sizes.next(reader)?;
        let offset = match &mut self.offsets {
            Some(offsets) => offsets.next(reader)?.cast_signed(),
            None => 0,
        };
        let sync = match &mut self.syncs {
            Some(syncs) => syncs.take(reader, number)?,
            None => true,
        };
        Ok(SampleRecord {
            position: self.chunks.locate(reader, size, media)?,
            size,
            dts,
            composition_offset: offset,
            sync,
            sample_entry: self.chunks.description,
        })
    }

    /// Fails if a table has more samples than `stsz`.
    fn close(mut self, media: &mut MediaRanges) -> Result<(), Error> {
        self.times.close()?;
        if let Some(offsets) = &self.offsets {
            offsets.close()?;
        }
        if let Some(syncs) = &self.syncs {
            syncs.close()?;
        }
        self.chunks.close(media)
    }
}

/// Reads the rows of a table.
#[derive(Debug)]
struct RowReader {
    name: String,
    window: WindowReader,
    left: u32,
}

impl RowReader {
    /// Opens a table of rows of `row` bytes each. Fails unless they fill the box.
    fn open<R: Read + Seek>(
        reader: &mut BoxReader<R>,
        found: &LocatedBox,
        row: u64,
    ) -> Result<Self, Error> {
        let mut window = WindowReader::new(found.body.clone());
        let version = window.read_u32(reader)?;
        let signed = found.kind == *b"ctts" && version == 1 << 24;
        let left = window.read_u32(reader)?;
        let rows = Self {
            name: name(found.kind),
            window,
            left,
        };
        if version != 0 && !signed {
            return Err(rows.fail("another version"));
        }
        if u64::from(left) * row != found.body.end - rows.window.position() {
            return Err(rows.fail(&format!("{left} rows do not fill it")));
        }
        Ok(rows)
    }

    fn fail(&self, problem: &str) -> Error {
        malformed(self.window.position(), format!("{}: {problem}", self.name))
    }

    /// Starts the next row.
    fn next(&mut self) -> Result<(), Error> {
        match self.left.checked_sub(1) {
            Some(left) => self.left = left,
            None => return Err(self.fail("fewer samples than sizes")),
        }
        Ok(())
    }

    fn close(&self) -> Result<(), Error> {
        if self.left > 0 {
            return Err(self.fail("more samples than sizes"));
        }
        Ok(())
    }
}

/// Reads a table of counts and values: `stts`, `ctts`.
#[derive(Debug)]
struct RunReader {
    rows: RowReader,
    left: u32,
    value: u32,
}

impl RunReader {
    fn new(rows: RowReader) -> Self {
        Self {
            rows,
            left: 0,
            value: 0,
        }
    }

    fn next<R: Read + Seek>(&mut self, reader: &mut BoxReader<R>) -> Result<u32, Error> {
        if self.left == 0 {
            self.rows.next()?;
            self.left = self.rows.window.read_u32(reader)?;
            self.value = self.rows.window.read_u32(reader)?;
        }
        match self.left.checked_sub(1) {
            Some(left) => self.left = left,
            None => return Err(self.rows.fail("a run of no samples")),
        }
        Ok(self.value)
    }

    fn close(&self) -> Result<(), Error> {
        if self.left > 0 {
            return Err(self.rows.fail("more samples than sizes"));
        }
        self.rows.close()
    }
}

/// Reads `stsz`.
#[derive(Debug)]
struct SizeReader {
    count: u32,
    /// The size of all samples, or 0 if each has its own.
    equal: u32,
    window: WindowReader,
}

impl SizeReader {
    fn open<R: Read + Seek>(reader: &mut BoxReader<R>, found: &LocatedBox) -> Result<Self, Error> {
        let mut window = WindowReader::new(found.body.clone());
        let version = window.read_u32(reader)?;
        let equal = window.read_u32(reader)?;
        let count = window.read_u32(reader)?;
        let rows = if equal == 0 { u64::from(count) * 4 } else { 0 };
        if version != 0 || rows != found.body.end - window.position() {
            let problem = format!("stsz: {count} sizes do not fill it");
            return Err(malformed(window.position(), problem));
        }
        Ok(Self {
            count,
            equal,
            window,
        })
    }

    fn next<R: Read + Seek>(&mut self, reader: &mut BoxReader<R>) -> Result<u32, Error> {
        if self.equal > 0 {
            return Ok(self.equal);
        }
        self.window.read_u32(reader)
    }
}

/// Reads `stss`: sample numbers in increasing order.
#[derive(Debug)]
struct SyncReader {
    rows: RowReader,
    next: Option<u32>,
}

impl SyncReader {
    fn open<R: Read + Seek>(reader: &mut BoxReader<R>, found: &LocatedBox) -> Result<Self, Error> {
        let mut syncs = Self {
            rows: RowReader::open(reader, found, 4)?,
            next: Some(0),
        };
        syncs.step(reader)?;
        Ok(syncs)
    }

    fn step<R: Read + Seek>(&mut self, reader: &mut BoxReader<R>) -> Result<(), Error> {
        let last = self.next.take();
        if self.rows.left > 0 {
            self.rows.next()?;
            self.next = Some(self.rows.window.read_u32(reader)?);
            if self.next <= last {
                return Err(self.rows.fail("the numbers do not rise"));
            }
        }
        Ok(())
    }

    /// Whether a sample is a sync sample. To be called for each sample in order.
    fn take<R: Read + Seek>(
        &mut self,
        reader: &mut BoxReader<R>,
        number: u32,
    ) -> Result<bool, Error> {
        let sync = self.next == Some(number);
        if sync {
            self.step(reader)?;
        }
        Ok(sync)
    }

    fn close(&self) -> Result<(), Error> {
        if self.next.is_some() {
            return Err(self.rows.fail("a keyframe behind the last sample"));
        }
        self.rows.close()
    }
}

/// Reads `stco` or `co64`, and `stsc`.
#[derive(Debug)]
struct ChunkReader {
    chunk_offsets: RowReader,
    /// `stco`.
    short: bool,
    /// `stsc`.
    chunk_map: RowReader,
    /// Number of the first chunk of the next row of `stsc`.
    next_first: u32,
    /// Number of the current chunk, its number of samples and their sample entry.
    number: u32,
    samples: u32,
    description: u32,
    /// Number of sample entries.
    entries: u32,
    /// Byte range of the current chunk as far as it is read.
    chunk: Range<u64>,
    /// End of the `mdat` that contains the chunk.
    limit: u64,
    /// Samples of the chunk that are not read yet.
    left: u32,
}

impl ChunkReader {
    fn open<R: Read + Seek>(reader: &mut BoxReader<R>, stbl: &Children) -> Result<Self, Error> {
        let short = stbl.optional(*b"co64")?.is_none();
        let (kind, row) = if short { (*b"stco", 4) } else { (*b"co64", 8) };
        if !short && stbl.optional(*b"stco")?.is_some() {
            let problem = "stco beside co64";
            return Err(malformed(stbl.required(*b"stco")?.body.start, problem));
        }
        let chunk_offsets = RowReader::open(reader, stbl.required(kind)?, row)?;
        let mut chunk_map = RowReader::open(reader, stbl.required(*b"stsc")?, 12)?;
        let mut next_first = 0;
        if chunk_map.left > 0 {
            next_first = chunk_map.window.read_u32(reader)?;
        }
        Ok(Self {
            chunk_offsets,
            short,
            chunk_map,
            next_first,
            number: 0,
            samples: 0,
            description: 0,
            entries: 0,
            chunk: 0..0,
            limit: 0,
            left: 0,
        })
    }

    /// Returns the position of the next sample.
    fn locate<R: Read + Seek>(
        &mut self,
        reader: &mut BoxReader<R>,
        size: u32,
        media: &mut MediaRanges,
    ) -> Result<u64, Error> {
        if self.left == 0 {
            media.claim(&self.chunk)?;
            self.open_chunk(reader, media)?;
        }
        self.left -= 1;
        let position = self.chunk.end;
        self.chunk.end = position.saturating_add(u64::from(size));
        if self.chunk.end > self.limit {
            return Err(self.chunk_offsets.fail("a chunk lies outside mdat"));
        }
        Ok(position)
    }

    fn open_chunk<R: Read + Seek>(
        &mut self,
        reader: &mut BoxReader<R>,
        media: &MediaRanges,
    ) -> Result<(), Error> {
        self.chunk_offsets.next()?;
        self.number += 1;
        if self.chunk_map.left > 0 && self.next_first == self.number {
            self.chunk_map.next()?;
            self.samples = self.chunk_map.window.read_u32(reader)?;
            self.description = self.chunk_map.window.read_u32(reader)?;
            if self.chunk_map.left > 0 {
                self.next_first = self.chunk_map.window.read_u32(reader)?;
            }
            if self.samples == 0 || !(1..=self.entries).contains(&self.description) {
                return Err(self
                    .chunk_map
                    .fail("a chunk without samples or sample entry"));
            }
            if self.chunk_map.left > 0 && self.next_first <= self.number {
                return Err(self.chunk_map.fail("the chunks do not rise"));
            }
        }
        // No row applies to the first chunk.
        if self.samples == 0 {
            return Err(self
                .chunk_map
                .fail("the first row is not for the first chunk"));
        }
        self.left = self.samples;
        let window = &mut self.chunk_offsets.window;
        let position = if self.short {
            u64::from(window.read_u32(reader)?)
        } else {
            u64::from_be_bytes(window.array(reader)?)
        };
        self.chunk = position..position;
        self.limit = media
            .body_end(position)
            .ok_or_else(|| self.chunk_offsets.fail("a chunk lies outside mdat"))?;
        Ok(())
    }

    fn close(&mut self, media: &mut MediaRanges) -> Result<(), Error> {
        media.claim(&self.chunk)?;
        if self.left > 0 {
            return Err(self.chunk_map.fail("more samples than sizes"));
        }
        self.chunk_offsets.close()?;
        self.chunk_map.close()
    }
}
