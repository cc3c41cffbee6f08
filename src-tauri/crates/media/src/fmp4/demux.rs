//! A media piece: `moof` + `mdat`, once or several times, among boxes that do not matter here.

use std::ops::Range;

use super::{
    boxes::{BoxIn, children, top_level, version_and_flags},
    init::{Defaults, Init},
};
use crate::{Error, Sample, TrackKind, cursor::Cursor};

/// No piece of a few seconds has more samples; a run without bytes of its own could claim 2³².
const MOST_SAMPLES: u32 = 1 << 20;

/// What a media piece holds.
#[derive(Debug)]
pub struct Media<'a> {
    pub(crate) bodies: Bodies,
    /// The samples of the track, run by run.
    pub(crate) runs: Vec<Run<'a>>,
}

/// The bodies of the `mdat` boxes of a piece.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bodies(Vec<Range<usize>>);

impl Bodies {
    /// Where some bytes of the piece lie in the bodies, taken end to end.
    pub(crate) fn place(&self, position: usize, length: usize) -> Result<u64, Error> {
        let end = position.saturating_add(length);
        let mut before = 0_u64;
        for body in &self.0 {
            if body.start <= position && end <= body.end {
                return Ok(before + (position - body.start) as u64);
            }
            before += body.len() as u64;
        }
        Err(Cursor::within("MP4", &[], position as u64).fail("a sample lies outside mdat"))
    }

    /// The bodies themselves.
    pub(crate) fn slices<'a>(&self, piece: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        self.0.iter().filter_map(|body| piece.get(body.clone()))
    }
}

/// The samples of one `trun`.
#[derive(Clone, Debug)]
pub struct Run<'a> {
    piece: &'a [u8],
    kind: TrackKind,
    /// Which of the track's sample entries, counted from 0.
    pub(crate) description: u32,
    entries: Cursor<'a>,
    flags: u32,
    defaults: Defaults,
    first_flags: Option<u32>,
    left: u32,
    position: u64,
    dts: i64,
}

/// A sample of a run, with what only fragments tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timed<'a> {
    /// The sample; times are in ticks of the track.
    pub sample: Sample<'a>,
    /// How long it is shown.
    pub duration: u32,
    /// Where its bytes start in the piece.
    pub position: usize,
}

/// Finds the samples of the track of `init` in a media piece.
pub fn demux<'a>(piece: &'a [u8], init: &Init) -> Result<Media<'a>, Error> {
    let mut media = Media {
        bodies: Bodies::default(),
        runs: Vec::new(),
    };
    let mut state = State {
        piece,
        init,
        next_dts: 0,
        samples: 0,
    };
    for found in top_level(piece) {
        let found = found?;
        match &found.kind {
            b"mdat" => {
                let start = usize::try_from(found.body.position()).unwrap_or(usize::MAX);
                media
                    .bodies
                    .0
                    .push(start..start.saturating_add(found.body.rest().len()));
            }
            b"moof" => state.moof(&found, &mut media.runs)?,
            _ => {}
        }
    }
    Ok(media)
}

struct State<'a, 'i> {
    piece: &'a [u8],
    init: &'i Init,
    next_dts: i64,
    samples: u32,
}

/// `tfhd`, with its gaps filled from `trex` (ISO/IEC 14496-12 8.8.7).
struct FragmentHeader {
    track_id: u32,
    base: Option<u64>,
    base_is_moof: bool,
    defaults: Defaults,
}

impl<'a> State<'a, '_> {
    fn moof(&mut self, moof: &BoxIn<'a>, runs: &mut Vec<Run<'a>>) -> Result<(), Error> {
        let mut fragments = 0_u32;
        for child in children(&moof.body) {
            fragments += u32::from(child?.kind == *b"traf");
        }
        // Old writers count from the end of the track fragment before.
        let mut old_base = moof.start;
        for child in children(&moof.body) {
            let child = child?;
            if child.kind != *b"traf" {
                continue;
            }
            let header = fragment_header(children(&child.body).need(*b"tfhd")?, self.init)?;
            let base = match header.base {
                Some(base) => base,
                None if header.base_is_moof => moof.start,
                None => old_base,
            };
            // Some packagers number the track differently in the fragment; alone it is ours.
            if header.track_id == self.init.track_id || fragments == 1 {
                old_base = self.fragment(&child, &header, base, runs)?;
            } else {
                old_base = self.foreign_fragment(&child, &header, base)?;
            }
        }
        Ok(())
    }

    /// Collects the runs of a track fragment; answers where its data ends.
    fn fragment(
        &mut self,
        traf: &BoxIn<'a>,
        header: &FragmentHeader,
        base: u64,
        runs: &mut Vec<Run<'a>>,
    ) -> Result<u64, Error> {
        if let Some(mut tfdt) = children(&traf.body).find(*b"tfdt")? {
            let (version, _) = version_and_flags(&mut tfdt)?;
            let time = tfdt.versioned(version)?;
            self.next_dts = i64::try_from(time).map_err(|_| tfdt.fail("a time beyond reason"))?;
        }
        let mut position = base;
        for child in children(&traf.body) {
            let child = child?;
            if child.kind != *b"trun" {
                continue;
            }
            let mut run = self.run(child.body, header, base, position)?;
            let start = run.clone();
            for timed in &mut run {
                timed?;
            }
            self.next_dts = run.dts;
            position = run.position;
            runs.push(start);
        }
        Ok(position)
    }

    /// Where the data of another track's fragment ends.
    fn foreign_fragment(
        &mut self,
        traf: &BoxIn<'a>,
        header: &FragmentHeader,
        base: u64,
    ) -> Result<u64, Error> {
        let next_dts = self.next_dts;
        let end = self.fragment(traf, header, base, &mut Vec::new());
        self.next_dts = next_dts;
        end
    }

    /// Reads the head of a `trun` (ISO/IEC 14496-12 8.8.8).
    fn run(
        &mut self,
        mut trun: Cursor<'a>,
        header: &FragmentHeader,
        base: u64,
        position: u64,
    ) -> Result<Run<'a>, Error> {
        let (_, flags) = version_and_flags(&mut trun)?;
        let count = trun.u32()?;
        self.samples = self.samples.saturating_add(count);
        if self.samples > MOST_SAMPLES {
            return Err(trun.fail(format!("{count} samples in one piece")));
        }
        let mut start = position;
        if flags & 0x1 != 0 {
            let offset = i64::from(trun.i32()?);
            start = base
                .checked_add_signed(offset)
                .ok_or_else(|| trun.fail("data outside the piece"))?;
        }
        let first_flags = if flags & 0x4 != 0 {
            Some(trun.u32()?)
        } else {
            None
        };
        Ok(Run {
            piece: self.piece,
            kind: self.init.kind,
            description: header.defaults.description.saturating_sub(1),
            entries: trun,
            flags,
            defaults: header.defaults,
            first_flags,
            left: count,
            position: start,
            dts: self.next_dts,
        })
    }
}

fn fragment_header(mut tfhd: Cursor<'_>, init: &Init) -> Result<FragmentHeader, Error> {
    let (_, flags) = version_and_flags(&mut tfhd)?;
    let track_id = tfhd.u32()?;
    let base = if flags & 0x1 != 0 {
        Some(tfhd.u64()?)
    } else {
        None
    };
    let mut defaults = init.defaults;
    for (flag, field) in [
        (0x2, &mut defaults.description),
        (0x8, &mut defaults.duration),
        (0x10, &mut defaults.size),
        (0x20, &mut defaults.flags),
    ] {
        if flags & flag != 0 {
            *field = tfhd.u32()?;
        }
    }
    Ok(FragmentHeader {
        track_id,
        base,
        base_is_moof: flags & 0x2_0000 != 0,
        defaults,
    })
}

impl<'a> Run<'a> {
    fn sample(&mut self) -> Result<Timed<'a>, Error> {
        let Defaults {
            mut duration,
            mut size,
            mut flags,
            ..
        } = self.defaults;
        if self.flags & 0x100 != 0 {
            duration = self.entries.u32()?;
        }
        if self.flags & 0x200 != 0 {
            size = self.entries.u32()?;
        }
        if self.flags & 0x400 != 0 {
            flags = self.entries.u32()?;
        }
        // Signed in both versions: writers of version 0 are known to put negative offsets there.
        let composition_offset = if self.flags & 0x800 != 0 {
            self.entries.i32()?
        } else {
            0
        };
        flags = self.first_flags.take().unwrap_or(flags);
        let position = usize::try_from(self.position).unwrap_or(usize::MAX);
        let Some(data) = self
            .piece
            .get(position..)
            .and_then(|rest| rest.get(..size as usize))
        else {
            return Err(self.entries.fail("a sample lies outside the piece"));
        };
        let sample = Sample {
            kind: self.kind,
            dts: self.dts,
            composition_offset,
            // Sound can always be started; its flags are often left unset.
            sync: self.kind == TrackKind::Audio || flags & 0x1_0000 == 0,
            data,
        };
        self.position = self.position.saturating_add(u64::from(size));
        self.dts = self
            .dts
            .checked_add(i64::from(duration))
            .ok_or_else(|| self.entries.fail("a time beyond reason"))?;
        Ok(Timed {
            sample,
            duration,
            position,
        })
    }
}

impl<'a> Iterator for Run<'a> {
    type Item = Result<Timed<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let sample = self.sample();
        if sample.is_err() {
            self.left = 0;
        }
        Some(sample)
    }
}

/// Whether bytes start as an initialisation or a media piece does.
pub(crate) fn looks_like(data: &[u8], init: bool) -> bool {
    let Ok(header) = super::boxes::header(&mut Cursor::new("MP4", data)) else {
        return false;
    };
    match &header.kind {
        b"ftyp" => true,
        b"moov" | b"styp" | b"sidx" | b"moof" | b"emsg" | b"prft" | b"free" => {
            init == (header.kind == *b"moov") || !init
        }
        _ => false,
    }
}

/// Reads what a piece tells without the defaults of its track: its boxes, and those in `moof`.
pub(crate) fn probe(data: &[u8], init: bool) -> Result<(), Error> {
    if init {
        let Some(_) = Init::parse(data)? else {
            return Err(Cursor::new("MP4", data).fail("box moov is missing"));
        };
        return Ok(());
    }
    let mut has_media = false;
    for found in top_level(data) {
        let found = found?;
        has_media |= found.kind == *b"mdat";
        if found.kind == *b"moof" {
            for child in children(&found.body) {
                let child = child?;
                if child.kind == *b"traf" {
                    children(&child.body).need(*b"tfhd")?;
                }
            }
        }
    }
    if has_media {
        Ok(())
    } else {
        Err(Cursor::new("MP4", data).fail("box mdat is missing"))
    }
}
