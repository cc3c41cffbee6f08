//! Fragmented MP4 representations: the boxes of the fixtures, unchanged, or with rewritten times
//! and sizes if the movie repeats or is filled (ISO/IEC 14496-12 8.8).

use anyhow::{Context, ensure};
use bytes::{BufMut, Bytes, BytesMut};

use super::{FIXTURE_UNITS, Filler, FixtureFrame, UNIT_MS, UnitRange};

/// A box: its type and its bytes, header included.
struct TopLevelBox {
    kind: [u8; 4],
    whole: Bytes,
}

/// Returns the boxes side by side in `bytes`.
fn top_level_boxes(bytes: &Bytes) -> anyhow::Result<Vec<TopLevelBox>> {
    let mut rest = bytes.clone();
    let mut found = Vec::new();
    while !rest.is_empty() {
        let size = usize::try_from(u32_at(&rest, 0)?)?;
        let kind = rest
            .get(4..8)
            .context("cut inside a box header")?
            .try_into()?;
        ensure!((8..=rest.len()).contains(&size), "a box of {size} bytes");
        found.push(TopLevelBox {
            kind,
            whole: rest.split_to(size),
        });
    }
    Ok(found)
}

/// Returns offset and size of the box at the end of `path`.
fn find(bytes: &Bytes, path: &[&[u8; 4]]) -> anyhow::Result<(usize, usize)> {
    let mut within = bytes.clone();
    let mut offset = 0;
    let mut size = bytes.len();
    for kind in path {
        let mut inner = offset;
        let atom = top_level_boxes(&within)?
            .into_iter()
            .find(|atom| {
                let hit = atom.kind == **kind;
                inner += if hit { 0 } else { atom.whole.len() };
                hit
            })
            .with_context(|| format!("no {} box", String::from_utf8_lossy(*kind)))?;
        size = atom.whole.len();
        within = atom.whole.slice(8..);
        offset = inner + 8;
    }
    Ok((offset.saturating_sub(8), size))
}

fn u32_at(bytes: &[u8], at: usize) -> anyhow::Result<u32> {
    let word = bytes.get(at..at + 4).context("cut inside a number")?;
    Ok(u32::from_be_bytes(word.try_into()?))
}

/// One fragment of two seconds.
#[derive(Debug)]
struct FixtureFragment {
    /// All bytes, as in the fixture.
    whole: Bytes,
    moof: Bytes,
    media: Bytes,
    /// Offset of the sequence number in `moof`.
    sequence_position: usize,
    /// Offset of the 64-bit start time in `moof`.
    start_position: usize,
    /// Offset of each sample's size in `moof`.
    size_positions: Vec<usize>,
    /// Composition time offset of each sample, in ticks.
    composition_offsets: Vec<u32>,
    /// Duration of each sample, in ticks.
    sample_ticks: u32,
}

impl FixtureFragment {
    fn of(index: &[Bytes], moof: Bytes, mdat: &Bytes) -> anyhow::Result<Self> {
        let (mfhd, _) = find(&moof, &[b"moof", b"mfhd"])?;
        let (tfdt, _) = find(&moof, &[b"moof", b"traf", b"tfdt"])?;
        ensure!(moof.get(tfdt + 8) == Some(&1), "a start time of 32 bits");
        let (trun, _) = find(&moof, &[b"moof", b"traf", b"trun"])?;
        let flags = u32_at(&moof, trun + 8)? & 0x00FF_FFFF;
        ensure!(
            flags & 0x0000_0201 == 0x0201 && flags & 0x0000_0500 == 0,
            "trun flags {flags:x}"
        );
        // After version, flags and count: data offset, first sample's flags where stated, then
        // for each sample its size and, where stated, its composition offset.
        let first = trun + 20 + if flags & 4 == 0 { 0 } else { 4 };
        let stride = if flags & 0x800 == 0 { 4 } else { 8 };
        let count = usize::try_from(u32_at(&moof, trun + 12)?)?;
        let sizes_at: Vec<usize> = (0..count).map(|sample| first + sample * stride).collect();
        let later = |at: &usize| match stride {
            8 => u32_at(&moof, at + 4),
            _ => Ok(0),
        };
        let shown_later = sizes_at.iter().map(later).collect::<Result<_, _>>()?;
        let (tfhd, _) = find(&moof, &[b"moof", b"traf", b"tfhd"])?;
        let flags = u32_at(&moof, tfhd + 8)?;
        ensure!(flags & 0xb == 8, "tfhd flags {flags:x}");
        let mut whole = BytesMut::new();
        for part in index.iter().chain([&moof, mdat]) {
            whole.extend_from_slice(part);
        }
        Ok(Self {
            whole: whole.freeze(),
            media: mdat.slice(8..),
            sequence_position: mfhd + 12,
            start_position: tfdt + 12,
            size_positions: sizes_at,
            composition_offsets: shown_later,
            sample_ticks: u32_at(&moof, tfhd + 16)?,
            moof,
        })
    }

    /// Returns the start time, in ticks.
    fn start(&self) -> Option<u64> {
        let start = self
            .moof
            .get(self.start_position..self.start_position + 8)?;
        Some(u64::from_be_bytes(start.try_into().ok()?))
    }

    /// Returns its samples with shifted timestamps; `us` converts ticks to microseconds.
    fn frames(
        &self,
        is_video: bool,
        later: i64,
        us: impl Fn(i64) -> i64,
    ) -> Option<Vec<FixtureFrame>> {
        let mut ticks = self.start()?.checked_add_signed(later)?.cast_signed();
        let mut media = self.media.clone();
        let mut frames = Vec::with_capacity(self.size_positions.len());
        for (at, shown_later) in self.size_positions.iter().zip(&self.composition_offsets) {
            let size = usize::try_from(u32_at(&self.moof, *at).ok()?).ok()?;
            frames.push(FixtureFrame {
                is_video,
                dts_us: us(ticks),
                pts_us: us(ticks + i64::from(*shown_later)),
                data: (size <= media.len()).then(|| media.split_to(size))?,
            });
            ticks += i64::from(self.sample_ticks);
        }
        Some(frames)
    }

    /// Returns the fragment with shifted timestamps and filler after each sample.
    fn rewrite(&self, sequence: u64, later: i64, filler: &Filler) -> Option<Vec<Bytes>> {
        let filler_size = u32::try_from(filler.len()).ok()?;
        let mut moof = self.moof.to_vec();
        let mut sizes = Vec::with_capacity(self.size_positions.len());
        for at in &self.size_positions {
            let size = u32_at(&moof, *at).ok()?;
            sizes.push(usize::try_from(size).ok()?);
            put(
                &mut moof,
                *at,
                &size.checked_add(filler_size)?.to_be_bytes(),
            )?;
        }
        let start = self.start()?.checked_add_signed(later)?;
        put(&mut moof, self.start_position, &start.to_be_bytes())?;
        put(
            &mut moof,
            self.sequence_position,
            &u32::try_from(sequence).ok()?.to_be_bytes(),
        )?;

        let media_size = self.media.len() + sizes.len() * filler.len() + 8;
        let mut head = BytesMut::from(&*moof);
        head.put_u32(u32::try_from(media_size).ok()?);
        head.put_slice(b"mdat");
        let mut segments = vec![head.freeze()];
        if filler.len() == 0 {
            segments.push(self.media.clone());
            return Some(segments);
        }
        let mut media = self.media.clone();
        for size in sizes {
            segments.push((size <= media.len()).then(|| media.split_to(size))?);
            segments.push(filler.0.clone());
        }
        Some(segments)
    }
}

fn put(bytes: &mut [u8], at: usize, value: &[u8]) -> Option<()> {
    bytes
        .get_mut(at..at.checked_add(value.len())?)?
        .copy_from_slice(value);
    Some(())
}

/// One representation: its init segment and its fragments.
#[derive(Debug)]
pub(super) struct Fmp4Fixture {
    init: Bytes,
    timescale: u64,
    fragments: Vec<FixtureFragment>,
}

impl Fmp4Fixture {
    /// Reads a file with one track and one fragment for each unit.
    pub(super) fn of(file: &'static [u8]) -> anyhow::Result<Self> {
        let file = Bytes::from_static(file);
        let (at, size) = find(&file, &[b"moov"])?;
        let init = file.slice(..at + size);
        let (mdhd, _) = find(&file, &[b"moov", b"trak", b"mdia", b"mdhd"])?;
        ensure!(
            file.get(mdhd + 8) == Some(&0),
            "a media header of version 1"
        );
        let timescale = u64::from(u32_at(&file, mdhd + 20)?);
        let mut fragments = Vec::new();
        let mut index = Vec::new();
        let mut moof = None;
        for atom in top_level_boxes(&file.slice(init.len()..))? {
            match &atom.kind {
                b"moof" => moof = Some(atom.whole),
                b"mdat" => {
                    let moof = moof.take().context("media without a fragment")?;
                    fragments.push(FixtureFragment::of(&index, moof, &atom.whole)?);
                    index.clear();
                }
                _ => index.push(atom.whole),
            }
        }
        ensure!(
            fragments.len() as u64 == FIXTURE_UNITS,
            "{} fragments",
            fragments.len()
        );
        Ok(Self {
            init,
            timescale,
            fragments,
        })
    }

    /// Returns `ftyp` and `moov`.
    pub(super) fn init_segment(&self) -> Bytes {
        self.init.clone()
    }

    /// Returns the total size of all fragments.
    pub(super) fn coded_bytes(&self) -> u64 {
        self.fragments
            .iter()
            .map(|fragment| fragment.whole.len() as u64)
            .sum()
    }

    /// Returns the fragments of these units.
    pub(super) fn chunk(&self, range: UnitRange<'_>, filler: &Filler) -> Option<Vec<Bytes>> {
        let mut segments = Vec::new();
        for place in range.start..range.end {
            let (fragment, later) = self.fragment_at(range, place)?;
            if later == 0 && filler.len() == 0 {
                segments.push(fragment.whole.clone());
            } else {
                segments.extend(fragment.rewrite(place + 1, later, filler)?);
            }
        }
        Some(segments)
    }

    /// Returns the fragment at this place, and by how many ticks its timestamps are shifted.
    fn fragment_at(&self, range: UnitRange<'_>, place: u64) -> Option<(&FixtureFragment, i64)> {
        let (unit, shift) = range.fixture_unit(place);
        let ticks_a_unit = UNIT_MS * self.timescale / 1000;
        let later = shift.checked_mul(ticks_a_unit.cast_signed())?;
        Some((self.fragments.get(unit)?, later))
    }

    /// Returns the samples of these units.
    pub(super) fn frames(&self, range: UnitRange<'_>, is_video: bool) -> Option<Vec<FixtureFrame>> {
        let us = |ticks: i64| ticks * 1_000_000 / self.timescale.cast_signed();
        let mut frames = Vec::new();
        for place in range.start..range.end {
            let (fragment, later) = self.fragment_at(range, place)?;
            frames.extend(fragment.frames(is_video, later, us)?);
        }
        Some(frames)
    }

    /// Returns a fragment at this place without any sample.
    pub(super) fn fragment_without_samples(&self, place: u64) -> Option<Vec<Bytes>> {
        let start = place * UNIT_MS / 1000 * self.timescale;
        let sequence = u32::try_from(place + 1).ok()?;
        let mut out = BytesMut::new();
        for (size, kind) in [(88, b"moof"), (16, b"mfhd")] {
            out.put_u32(size);
            out.put_slice(kind);
        }
        out.put_u32(0);
        out.put_u32(sequence);
        out.put_u32(64);
        out.put_slice(b"traf");
        // Media starts at the fragment; track 1.
        for word in [16, u32::from_be_bytes(*b"tfhd"), 0x0002_0000, 1] {
            out.put_u32(word);
        }
        for word in [20, u32::from_be_bytes(*b"tfdt"), 0x0100_0000] {
            out.put_u32(word);
        }
        out.put_u64(start);
        for word in [20, u32::from_be_bytes(*b"trun"), 1, 0, 96] {
            out.put_u32(word);
        }
        out.put_u32(8);
        out.put_slice(b"mdat");
        Some(vec![out.freeze()])
    }
}
