//! Reads what a `moof` says of its tracks without their data: times, and where the data is.

use std::ops::Range;

use super::{
    demux::{MAX_SAMPLES, TrackFragmentHeader, decode_time},
    groups::FragmentGroups,
    init::{OtherTrack, SampleDefaults},
    run::{RunStart, TrackRun},
};
use crate::{
    Error, TrackKind,
    boxes::read::{ParsedBox, children},
    cursor::Cursor,
};

/// A track fragment: the samples of one track in a `moof`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FragmentOutline {
    pub(crate) track_id: u32,
    /// Decode time of the first sample in ticks, if it is stated.
    pub(crate) start: Option<u64>,
    /// Duration of all samples in ticks.
    pub(crate) duration: u64,
    /// Byte range of the data, positions counted as those of `moof` are.
    pub(crate) data: Range<u64>,
    /// The position is stated from the start of the file (base-data-offset-present).
    pub(crate) is_absolute: bool,
}

/// Reads the track fragments of a `moof`; `tracks` holds the defaults of all tracks of the movie.
pub(crate) fn outline(
    moof: &ParsedBox<'_>,
    tracks: &[OtherTrack],
) -> Result<Vec<FragmentOutline>, Error> {
    let mut fragments = Vec::new();
    let (mut implied, mut is_absolute) = (moof.start, false);
    for child in children(&moof.body) {
        let child = child?;
        if child.kind != *b"traf" {
            continue;
        }
        let defaults = |id| tracks.iter().find(|track| track.track_id == id);
        let defaults = |id| defaults(id).map_or(SampleDefaults::default(), |track| track.defaults);
        let tfhd = children(&child.body).require(*b"tfhd")?;
        let header = TrackFragmentHeader::read(tfhd, defaults)?;
        let base = match header.base {
            Some(base) => base,
            None if header.base_is_moof => moof.start,
            None => implied,
        };
        // Without a base of its own, a fragment follows the one before.
        is_absolute = header.base.is_some() || is_absolute && !header.base_is_moof;
        let fragment = track_fragment(&child.body, &header, base)?;
        implied = fragment.data.end;
        fragments.push(FragmentOutline {
            is_absolute,
            ..fragment
        });
    }
    Ok(fragments)
}

fn track_fragment(
    traf: &Cursor<'_>,
    header: &TrackFragmentHeader,
    base: u64,
) -> Result<FragmentOutline, Error> {
    let start = decode_time(traf)?.map(|(ticks, _)| ticks);
    let groups = FragmentGroups::default();
    let mut data: Option<Range<u64>> = None;
    let mut duration = 0;
    let mut samples = 0_u32;
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
            dts: duration,
        };
        let run = TrackRun::read(&[], child.body.clone(), TrackKind::Video, &before)?;
        samples = samples.saturating_add(run.samples());
        if samples > MAX_SAMPLES {
            return Err(child
                .body
                .malformed(format!("{samples} samples in one piece")));
        }
        let first = run.position;
        let (end, next) = run.end()?;
        duration = next;
        let first = data.map_or(first, |data| data.start.min(first));
        data = Some(first..end);
    }
    Ok(FragmentOutline {
        track_id: header.track_id,
        start,
        duration: duration.max(0).unsigned_abs(),
        data: data.unwrap_or(base..base),
        is_absolute: false,
    })
}
