//! The sample table against itself and against the file (ISO/IEC 14496-12 8.6.1, 8.7).

use std::ops::Range;

use crate::{
    Error,
    cursor::Cursor,
    fmp4::boxes::{children, version_and_flags},
};

/// What the tables agree on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counted {
    pub(super) samples: u64,
    /// In ticks of the track.
    pub(super) duration: u64,
}

/// Counts the samples in every table of `stbl` and finds each of them in `media`.
pub(super) fn count(stbl: &Cursor<'_>, media: &[Range<u64>]) -> Result<Counted, Error> {
    let sizes = Sizes::read(children(stbl).need(*b"stsz")?)?;
    let (timed, duration) = decode_times(children(stbl).need(*b"stts")?)?;
    let samples = u64::from(sizes.count);
    if timed != samples {
        return Err(stbl.fail(format!("stsz counts {samples} samples, stts {timed}")));
    }
    if let Some(ctts) = children(stbl).find(*b"ctts")? {
        let (offset, _) = runs(ctts)?;
        if offset != samples {
            return Err(stbl.fail(format!("stsz counts {samples} samples, ctts {offset}")));
        }
    }
    if let Some(stss) = children(stbl).find(*b"stss")? {
        sync_samples(stss, sizes.count)?;
    }
    let placed = places(stbl, sizes, media)?;
    if placed != samples {
        return Err(stbl.fail(format!(
            "stsz counts {samples} samples, the chunks hold {placed}"
        )));
    }
    Ok(Counted { samples, duration })
}

/// A table of full-box entries: the body behind their number, which the bytes must bear out.
fn table(mut body: Cursor<'_>, entry: usize) -> Result<(u32, Cursor<'_>), Error> {
    version_and_flags(&mut body)?;
    let count = body.u32()?;
    if (count as usize).checked_mul(entry) != Some(body.rest().len()) {
        return Err(body.fail(format!("{count} entries do not fill their table")));
    }
    Ok((count, body))
}

/// Sums of a table of counts and values.
fn runs(body: Cursor<'_>) -> Result<(u64, u64), Error> {
    let (entries, mut body) = table(body, 8)?;
    let (mut samples, mut total) = (0_u64, 0_u64);
    for _ in 0..entries {
        let count = u64::from(body.u32()?);
        let value = u64::from(body.u32()?);
        samples += count;
        total = total.saturating_add(count * value);
    }
    Ok((samples, total))
}

fn decode_times(body: Cursor<'_>) -> Result<(u64, u64), Error> {
    let (entries, mut rows) = table(body.clone(), 8)?;
    for _ in 0..entries {
        rows.skip(4)?;
        // Readers that take the distance as signed see the time fall.
        if rows.i32()? < 0 {
            return Err(rows.fail("decode time falls"));
        }
    }
    runs(body)
}

fn sync_samples(body: Cursor<'_>, samples: u32) -> Result<(), Error> {
    let (entries, mut body) = table(body, 4)?;
    let mut last = 0;
    for _ in 0..entries {
        let number = body.u32()?;
        if number <= last || number > samples {
            return Err(body.fail(format!("keyframe {number} after {last} of {samples}")));
        }
        last = number;
    }
    Ok(())
}

/// `stsz`: the sizes, one by one.
#[derive(Clone, Debug)]
struct Sizes<'a> {
    count: u32,
    equal: u32,
    table: Cursor<'a>,
}

impl<'a> Sizes<'a> {
    fn read(mut body: Cursor<'a>) -> Result<Self, Error> {
        version_and_flags(&mut body)?;
        let equal = body.u32()?;
        let count = body.u32()?;
        let bytes = if equal == 0 {
            (count as usize).checked_mul(4)
        } else {
            Some(0)
        };
        if bytes != Some(body.rest().len()) {
            return Err(body.fail(format!("{count} sizes do not fill their table")));
        }
        Ok(Self {
            count,
            equal,
            table: body,
        })
    }

    /// Bytes of the next `samples`.
    fn take(&mut self, samples: u32) -> Result<u64, Error> {
        if self.equal > 0 {
            return Ok(u64::from(self.equal) * u64::from(samples));
        }
        let mut bytes = 0;
        for _ in 0..samples {
            bytes += u64::from(self.table.u32()?);
        }
        Ok(bytes)
    }
}

/// Finds every chunk inside the media; answers how many samples they hold.
fn places(stbl: &Cursor<'_>, mut sizes: Sizes<'_>, media: &[Range<u64>]) -> Result<u64, Error> {
    let (short, body) = match children(stbl).find(*b"stco")? {
        Some(body) => (true, body),
        None => (false, children(stbl).need(*b"co64")?),
    };
    let (chunks, mut positions) = table(body, if short { 4 } else { 8 })?;
    let (entries, mut runs) = table(children(stbl).need(*b"stsc")?, 12)?;
    let mut next = if entries > 0 { Some(runs.u32()?) } else { None };
    let mut samples = 0;
    let mut held = 0_u64;
    for number in 1..=chunks {
        if next == Some(number) {
            samples = runs.u32()?;
            runs.skip(4)?;
            next = if runs.is_empty() {
                None
            } else {
                Some(runs.u32()?)
            };
        }
        let position = if short {
            u64::from(positions.u32()?)
        } else {
            positions.u64()?
        };
        let end = position.saturating_add(sizes.take(samples)?);
        if !media
            .iter()
            .any(|media| media.start <= position && end <= media.end)
        {
            return Err(positions.fail(format!("chunk {number} lies outside mdat")));
        }
        held += u64::from(samples);
    }
    if next.is_some() {
        return Err(runs.fail("stsc tells of more chunks than there are"));
    }
    Ok(held)
}
