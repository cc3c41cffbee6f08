//! Reads the samples of one `trun` (ISO/IEC 14496-12 8.8.8).

use super::{
    groups::{FragmentGroups, SampleGroups},
    init::SampleDefaults,
};
use crate::{Error, Sample, TrackKind, boxes::read::version_and_flags, cursor::Cursor};

const DATA_OFFSET: u32 = 0x1;
const FIRST_FLAGS: u32 = 0x4;
const DURATIONS: u32 = 0x100;
const SIZES: u32 = 0x200;
const FLAGS: u32 = 0x400;
const COMPOSITION_OFFSETS: u32 = 0x800;
/// `sample_is_non_sync_sample` (8.8.3).
const NOT_SYNC: u32 = 0x1_0000;

/// Samples with contiguous data.
#[derive(Clone, Debug)]
pub struct TrackRun<'a> {
    segment: &'a [u8],
    kind: TrackKind,
    /// Index of the track's sample entry, counted from 0.
    pub(crate) description: u32,
    entries: Cursor<'a>,
    flags: u32,
    defaults: SampleDefaults,
    first_flags: Option<u32>,
    groups: FragmentGroups,
    /// [`Init::has_sync_flags`](super::Init).
    pub(super) has_sync_flags: bool,
    left: u32,
    /// Position in the segment of the next sample's data.
    pub(super) position: u64,
    dts: i64,
}

/// The state before a run.
pub(super) struct RunStart<'t> {
    pub(super) defaults: SampleDefaults,
    pub(super) groups: &'t FragmentGroups,
    /// Data offsets count from here.
    pub(super) base: u64,
    /// Where the data of the previous run ends.
    pub(super) position: u64,
    pub(super) dts: i64,
}

/// A sample of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimedSample<'a> {
    /// The sample; times are in ticks of the track.
    pub sample: Sample<'a>,
    /// Duration in ticks of the track.
    pub duration: u32,
    /// Position of its data in the segment.
    pub position: usize,
    /// The sample groups that it is in.
    pub groups: SampleGroups,
}

/// The fields of a sample, explicit or default.
struct SampleFields {
    duration: u32,
    size: u32,
    flags: u32,
    composition_offset: i32,
}

impl<'a> TrackRun<'a> {
    /// Reads the header of a `trun` of a track of this kind.
    pub(super) fn read(
        segment: &'a [u8],
        mut trun: Cursor<'a>,
        kind: TrackKind,
        before: &RunStart<'_>,
    ) -> Result<Self, Error> {
        let (_, flags) = version_and_flags(&mut trun)?;
        let left = trun.u32()?;
        let mut position = before.position;
        if flags & DATA_OFFSET != 0 {
            let offset = i64::from(trun.i32()?);
            // A wrong offset leads outside the segment, which the samples are checked for.
            position = before.base.wrapping_add_signed(offset);
        }
        let first_flags = if flags & FIRST_FLAGS != 0 {
            Some(trun.u32()?)
        } else {
            None
        };
        Ok(Self {
            segment,
            kind,
            description: before.defaults.description.saturating_sub(1),
            entries: trun,
            flags,
            defaults: before.defaults,
            first_flags,
            groups: before.groups.clone(),
            has_sync_flags: true,
            left,
            position,
            dts: before.dts,
        })
    }

    pub(super) fn samples(&self) -> u32 {
        self.left
    }

    /// Returns the position of the end of its data, and its end time.
    pub(super) fn end(&self) -> Result<(u64, i64), Error> {
        let mut run = self.clone();
        while run.left > 0 {
            let fields = run.fields()?;
            run.left -= 1;
            run.advance(&fields)?;
        }
        Ok((run.position, run.dts))
    }

    fn fields(&mut self) -> Result<SampleFields, Error> {
        let mut fields = SampleFields {
            duration: self.defaults.duration,
            size: self.defaults.size,
            // The first sample's flags replace the defaults; flags per sample have precedence.
            flags: self.first_flags.take().unwrap_or(self.defaults.flags),
            composition_offset: 0,
        };
        for (flag, field) in [
            (DURATIONS, &mut fields.duration),
            (SIZES, &mut fields.size),
            (FLAGS, &mut fields.flags),
        ] {
            if self.flags & flag != 0 {
                *field = self.entries.u32()?;
            }
        }
        // Signed in both versions: some writers put negative offsets into version 0.
        if self.flags & COMPOSITION_OFFSETS != 0 {
            fields.composition_offset = self.entries.i32()?;
        }
        Ok(fields)
    }

    fn advance(&mut self, fields: &SampleFields) -> Result<(), Error> {
        self.position = self.position.saturating_add(u64::from(fields.size));
        self.dts = self
            .dts
            .checked_add(i64::from(fields.duration))
            .ok_or_else(|| self.entries.malformed("a time beyond reason"))?;
        Ok(())
    }

    fn sample(&mut self) -> Result<TimedSample<'a>, Error> {
        let fields = self.fields()?;
        let position = usize::try_from(self.position).unwrap_or(usize::MAX);
        let Some(data) = self
            .segment
            .get(position..)
            .and_then(|rest| rest.get(..fields.size as usize))
        else {
            return Err(self.entries.malformed("a sample lies outside the piece"));
        };
        let sample = Sample {
            kind: self.kind,
            dts: self.dts,
            composition_offset: fields.composition_offset,
            sync: !self.has_sync_flags || fields.flags & NOT_SYNC == 0,
            data,
        };
        self.advance(&fields)?;
        Ok(TimedSample {
            sample,
            duration: fields.duration,
            position,
            groups: self.groups.next(),
        })
    }
}

impl<'a> Iterator for TrackRun<'a> {
    type Item = Result<TimedSample<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let sample = self.sample();
        if sample.is_err() {
            self.left = 0;
        }
        Some(sample)
    }
}
