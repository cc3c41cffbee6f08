//! Demuxes a media segment: one or more pairs of `moof` and `mdat`; ignores other boxes.

use std::ops::Range;

use super::{
    data_ranges::{DataRanges, outside},
    groups::FragmentGroups,
    init::{Init, SampleDefaults},
    restarts,
    run::{RunStart, TrackRun},
};
use crate::{
    Content, Error, Fact, FactKind,
    boxes::read::{self, ParsedBox, children, top_level, version_and_flags},
    clock::{MILLISECOND, nanoseconds, ticks},
    cursor::Cursor,
};

/// Largest number of samples in a segment: a run without fields per sample could claim 2³².
pub(super) const MAX_SAMPLES: u32 = 1 << 20;

/// The samples of one track in a media segment.
#[derive(Debug)]
pub struct DemuxedTrack<'a> {
    /// The bytes that go into the output: all of `mdat` if the track has it alone, else its runs.
    pub(crate) data: DataRanges,
    /// The samples of the track, run by run.
    pub(crate) runs: Vec<TrackRun<'a>>,
    /// Where the clock was moved inside the segment, with times from its first sample.
    pub(crate) facts: Vec<Fact>,
}

/// Finds the samples of the track of `init` in a media segment.
pub fn demux<'a>(segment: &'a [u8], init: &Init) -> Result<DemuxedTrack<'a>, Error> {
    let mut bodies = Vec::new();
    let mut moofs = Vec::new();
    for found in top_level(segment) {
        let found = found?;
        match &found.kind {
            b"mdat" => {
                let start = usize::try_from(found.body.position()).unwrap_or(usize::MAX);
                bodies.push(start..start.saturating_add(found.body.rest().len()));
            }
            b"moof" => moofs.push(found),
            _ => {}
        }
    }
    let mut demuxer = FragmentDemuxer {
        segment,
        init,
        mdat_bodies: &bodies,
        segment_offset: None,
        next_dts: 0,
        samples: 0,
        has_other_tracks: false,
        runs: Vec::new(),
        shift: 0,
        first_dts: None,
        facts: Vec::new(),
    };
    let mut shifts = restarts::shifts(&moofs, init)?.into_iter();
    for moof in &moofs {
        demuxer.moof(moof, shifts.next().unwrap_or(0))?;
    }
    let FragmentDemuxer {
        has_other_tracks,
        runs,
        facts,
        ..
    } = demuxer;
    let ranges = if has_other_tracks {
        let ranges = runs.iter().map(|run| run_range(run, &bodies));
        ranges.collect::<Result<_, _>>()?
    } else {
        bodies
    };
    Ok(DemuxedTrack {
        data: DataRanges::new(ranges),
        runs,
        facts,
    })
}

/// Returns the byte range of a run, which must lie in one `mdat`.
fn run_range(run: &TrackRun<'_>, bodies: &[Range<usize>]) -> Result<Range<usize>, Error> {
    let (end, _) = run.end()?;
    let index = |position| usize::try_from(position).unwrap_or(usize::MAX);
    let range = index(run.position)..index(end);
    let behind = bodies.partition_point(|body| body.start <= range.start);
    behind
        .checked_sub(1)
        .and_then(|index| bodies.get(index))
        .filter(|body| range.end <= body.end)
        .map(|_| range)
        .ok_or_else(|| outside(run.position))
}

struct FragmentDemuxer<'a, 'i> {
    segment: &'a [u8],
    init: &'i Init,
    /// The bodies of the `mdat` boxes.
    mdat_bodies: &'i [Range<usize>],
    /// Offset of the segment in the file from whose start its positions count.
    segment_offset: Option<u64>,
    next_dts: i64,
    samples: u32,
    /// The segment contains fragments of other tracks.
    has_other_tracks: bool,
    runs: Vec<TrackRun<'a>>,
    /// What is added to the decode times of the track, in nanoseconds.
    shift: i64,
    /// Decode time of its first sample.
    first_dts: Option<i64>,
    facts: Vec<Fact>,
}

/// `tfhd`, with defaults from `trex` (ISO/IEC 14496-12 8.8.7).
#[derive(Clone, Copy, Debug)]
pub(super) struct TrackFragmentHeader {
    pub(super) track_id: u32,
    pub(super) base: Option<u64>,
    pub(super) base_is_moof: bool,
    pub(super) defaults: SampleDefaults,
}

/// A track fragment of a `moof`.
struct TrackFragment<'a> {
    traf: ParsedBox<'a>,
    header: TrackFragmentHeader,
    is_ours: bool,
}

impl<'a> FragmentDemuxer<'a, '_> {
    /// Collects the runs of a `moof` whose decode times are moved by `shift` nanoseconds.
    fn moof(&mut self, moof: &ParsedBox<'a>, shift: i64) -> Result<(), Error> {
        let mut fragments = Vec::new();
        for child in children(&moof.body) {
            let child = child?;
            if child.kind == *b"traf" {
                fragments.push(self.track_fragment(child)?);
            }
        }
        if let [only] = fragments.as_mut_slice() {
            // Some packagers use another track ID in the fragment.
            only.is_ours |=
                self.init.track_count == 1 && self.init.other(only.header.track_id).is_none();
        }
        // Without a base, positions count from the end of the previous track fragment's data.
        let mut implied = moof.start;
        let runs = self.runs.len();
        let mut explicit: Option<(u64, Range<u64>)> = None;
        for fragment in &fragments {
            let header = &fragment.header;
            let base = match header.base {
                Some(base) => base,
                None if header.base_is_moof => moof.start,
                None => implied,
            };
            self.has_other_tracks |= !fragment.is_ours;
            let data = self.fragment(fragment, base, shift)?;
            if header.base.is_some() {
                let (_, all) = explicit.get_or_insert((base, data.clone()));
                *all = all.start.min(data.start)..all.end.max(data.end);
            }
            implied = data.end;
        }
        let Some((base, data)) = explicit else {
            return Ok(());
        };
        let offset = *self
            .segment_offset
            .get_or_insert_with(|| segment_offset(moof.start, base, &data, self.mdat_bodies));
        for run in self.runs.iter_mut().skip(runs) {
            // Writers do not mix explicit and implicit bases in one `moof`.
            run.position = run.position.wrapping_sub(offset);
        }
        Ok(())
    }

    fn track_fragment(&self, traf: ParsedBox<'a>) -> Result<TrackFragment<'a>, Error> {
        let tfhd = children(&traf.body).require(*b"tfhd")?;
        let init = self.init;
        let header = TrackFragmentHeader::read(tfhd, |id| {
            init.other(id).map_or(init.defaults, |other| other.defaults)
        })?;
        Ok(TrackFragment {
            traf,
            is_ours: header.track_id == init.track_id,
            header,
        })
    }

    /// Collects the runs of a track fragment if it is ours. Returns the byte range of its data.
    fn fragment(
        &mut self,
        fragment: &TrackFragment<'a>,
        base: u64,
        shift: i64,
    ) -> Result<Range<u64>, Error> {
        let TrackFragment {
            traf: ParsedBox { body: traf, .. },
            header,
            is_ours,
        } = fragment;
        let mut dts = self.next_dts;
        if let Some((time, tfdt)) = decode_time(traf)? {
            dts = i64::try_from(time).map_err(|_| tfdt.malformed("a time beyond reason"))?;
            dts = dts.saturating_add(ticks(shift, self.init.timescale));
            if *is_ours {
                self.set_shift(shift, dts);
            }
        }
        let mut groups = FragmentGroups::read(traf, &self.init.groups);
        let mut data: Option<Range<u64>> = None;
        for child in children(traf) {
            let child = child?;
            if child.kind != *b"trun" {
                continue;
            }
            let before = RunStart {
                defaults: header.defaults,
                groups: &groups,
                base,
                position: data.as_ref().map_or(base, |data| data.end),
                dts,
            };
            let mut run =
                TrackRun::read(self.segment, child.body.clone(), self.init.kind, &before)?;
            run.has_sync_flags = self.init.has_sync_flags;
            self.samples = self.samples.saturating_add(run.samples());
            // A sample takes at least one byte, in `mdat` or in `trun`.
            let limit = u32::try_from(self.segment.len()).unwrap_or(u32::MAX);
            if self.samples > MAX_SAMPLES.min(limit) {
                let count = run.samples();
                return Err(child
                    .body
                    .malformed(format!("{count} samples in one piece")));
            }
            groups.skip(run.samples());
            let position = run.position;
            let (end, next_dts) = run.end()?;
            dts = next_dts;
            let start = data.map_or(position, |data| data.start.min(position));
            data = Some(start..end);
            if *is_ours {
                self.runs.push(run);
            }
        }
        if *is_ours {
            self.next_dts = dts;
        }
        Ok(data.unwrap_or(base..base))
    }
}

impl FragmentDemuxer<'_, '_> {
    /// Tells that the clock of the track is another one from this decode time on.
    fn set_shift(&mut self, shift: i64, dts: i64) {
        let first = *self.first_dts.get_or_insert(dts);
        let moved = shift.saturating_sub(std::mem::replace(&mut self.shift, shift));
        if moved == 0 {
            return;
        }
        let since = nanoseconds(dts.saturating_sub(first), self.init.timescale);
        let milliseconds = |time: i64| (time / MILLISECOND).unsigned_abs();
        self.facts.push(Fact {
            kind: FactKind::Moved,
            track: Some(self.init.kind),
            samples: 0,
            at_ms: milliseconds(since.unwrap_or(0).max(0)),
            duration_ms: milliseconds(moved),
        });
    }
}

/// Returns the offset of the segment in the file that it was cut from, for explicit bases, which
/// count from the start of that file (ISO/IEC 14496-12 8.8.7).
///
/// If `data` lies in an `mdat` as it is, the segment was not cut off. Else its start is taken for
/// that of the `mdat` after `moof`, or of the one before, where Flash Media Server puts it.
fn segment_offset(moof: u64, base: u64, data: &Range<u64>, bodies: &[Range<usize>]) -> u64 {
    let bodies = || bodies.iter().map(|body| body.start as u64..body.end as u64);
    let holds = |body: &Range<u64>| body.start <= data.start && data.end <= body.end;
    if base == moof || bodies().any(|body| body.start == data.start || holds(&body)) {
        return 0;
    }
    let length = data.end.saturating_sub(data.start);
    let fits = |body: &Range<u64>| length <= body.end - body.start;
    let next = bodies().find(|body| body.start > moof);
    let before = bodies().rfind(|body| body.end <= moof);
    let own = next.clone().filter(fits).or(before.filter(fits)).or(next);
    own.map_or(0, |body| data.start.wrapping_sub(body.start))
}

/// Returns the decode time that a `traf` states (ISO/IEC 14496-12 8.8.12), in ticks, and its box
/// behind it, for errors.
pub(super) fn decode_time<'b>(traf: &Cursor<'b>) -> Result<Option<(u64, Cursor<'b>)>, Error> {
    let Some(mut tfdt) = children(traf).find(*b"tfdt")? else {
        return Ok(None);
    };
    let (version, _) = version_and_flags(&mut tfdt)?;
    let ticks = tfdt.versioned(version)?;
    Ok(Some((ticks, tfdt)))
}

impl TrackFragmentHeader {
    /// Reads `tfhd`; `defaults` returns those of the track with this ID.
    pub(super) fn read(
        mut tfhd: Cursor<'_>,
        defaults: impl Fn(u32) -> SampleDefaults,
    ) -> Result<Self, Error> {
        let (_, flags) = version_and_flags(&mut tfhd)?;
        let track_id = tfhd.u32()?;
        let base = if flags & 0x1 != 0 {
            Some(tfhd.u64()?)
        } else {
            None
        };
        let mut defaults = defaults(track_id);
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
        Ok(Self {
            track_id,
            base,
            base_is_moof: flags & 0x2_0000 != 0,
            defaults,
        })
    }
}

/// Whether bytes look like the start of an init segment (`init`) or a media segment.
pub(crate) fn sniff(data: &[u8], init: bool) -> bool {
    let Ok(header) = read::header(&mut Cursor::new("MP4", data)) else {
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

/// Verifies the box structure of a segment and counts its samples. Their times are unknown without
/// the init segment.
pub(crate) fn probe(data: &[u8], init: bool) -> Result<Content, Error> {
    if init {
        return if Init::all(data)?.is_empty() {
            Err(Cursor::new("MP4", data).malformed("no track is set up"))
        } else {
            Ok(Content::default())
        };
    }
    let mut has_media = false;
    let mut samples = 0_u64;
    for found in top_level(data) {
        let found = found?;
        has_media |= found.kind == *b"mdat";
        if found.kind == *b"moof" {
            for child in children(&found.body) {
                let child = child?;
                if child.kind == *b"traf" {
                    children(&child.body).require(*b"tfhd")?;
                    samples = samples.saturating_add(sample_count(&child.body)?);
                }
            }
        }
    }
    if has_media {
        Ok(Content {
            samples,
            ..Content::default()
        })
    } else {
        Err(Cursor::new("MP4", data).malformed("box mdat is missing"))
    }
}

/// Counts the samples of a track fragment (ISO/IEC 14496-12 8.8.8).
fn sample_count(traf: &Cursor<'_>) -> Result<u64, Error> {
    let mut samples = 0_u64;
    for child in children(traf) {
        let mut child = child?;
        if child.kind == *b"trun" {
            version_and_flags(&mut child.body)?;
            samples = samples.saturating_add(u64::from(child.body.u32()?));
        }
    }
    Ok(samples)
}
