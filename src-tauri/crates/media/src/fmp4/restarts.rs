//! Finds where the clock starts again or jumps inside a media segment, by the `tfdt` of its fragments.
//!
//! All tracks of the segment are then moved by the same time, so that they stay together and none
//! overlaps what it has.

use super::{
    demux::{TrackFragmentHeader, decode_time},
    init::{Init, OtherTrack, SampleDefaults},
    outline::{FragmentOutline, outline},
};
use crate::{
    Error,
    boxes::read::{ParsedBox, children, top_level},
    clock::{MAX_JUMP, MAX_OVERLAP, ROUNDING_TOLERANCE, nanoseconds},
};

/// Returns what to add to the decode times of each `moof`, in nanoseconds; nothing if the clock never
/// changes.
pub(super) fn shifts(moofs: &[ParsedBox<'_>], init: &Init) -> Result<Vec<i64>, Error> {
    let own = OtherTrack {
        track_id: init.track_id,
        timescale: init.timescale,
        defaults: init.defaults,
    };
    let mut tracks = init.other_tracks.clone();
    tracks.push(own);
    if !may_change(moofs, &tracks)? {
        return Ok(Vec::new());
    }
    let mut fragments = Vec::new();
    for (number, moof) in moofs.iter().enumerate() {
        for fragment in outline(moof, &tracks)? {
            fragments.extend(TimedFragment::of(number, &fragment, &tracks));
        }
    }
    let mut shifts = vec![0; moofs.len()];
    let mut ends: Vec<TimedFragment> = Vec::new();
    let mut shift = 0;
    for (index, fragment) in fragments.iter().enumerate() {
        if ends.iter().any(|end| end.breaks_before(fragment, shift)) {
            let behind = fragments.get(index..).unwrap_or_default();
            shift = joined_shift(&ends, behind).unwrap_or(shift);
        }
        let here = fragment.shifted(shift);
        match ends.iter_mut().find(|end| end.track_id == here.track_id) {
            Some(end) => *end = here,
            None => ends.push(here),
        }
        if let Some(rest) = shifts.get_mut(fragment.moof..) {
            rest.fill(shift);
        }
    }
    Ok(shifts)
}

/// Returns whether a media segment states a time for each of its first fragments. One without `tfdt`
/// just follows the samples before it (ISO/IEC 14496-12 8.8.12).
pub(crate) fn states_time(segment: &[u8]) -> bool {
    let Ok(Some(moof)) = top_level(segment).find(*b"moof") else {
        return true;
    };
    let lacks_time = |child: Result<ParsedBox<'_>, Error>| {
        let traf = child.ok().filter(|child| child.kind == *b"traf");
        traf.is_some_and(|traf| matches!(decode_time(&traf.body), Ok(None)))
    };
    !children(&moof).any(lacks_time)
}

/// Returns whether the stated time of any track falls or jumps, without looking at samples.
fn may_change(moofs: &[ParsedBox<'_>], tracks: &[OtherTrack]) -> Result<bool, Error> {
    let mut lasts: Vec<(u32, u64)> = Vec::new();
    if moofs.len() < 2 {
        return Ok(false);
    }
    for moof in moofs {
        for child in children(&moof.body) {
            let child = child?;
            if child.kind != *b"traf" {
                continue;
            }
            let tfhd = children(&child.body).require(*b"tfhd")?;
            let header = TrackFragmentHeader::read(tfhd, |_| SampleDefaults::default())?;
            let Some((time, _)) = decode_time(&child.body)? else {
                continue;
            };
            let id = header.track_id;
            let mut known = tracks.iter();
            let Some(timescale) = known
                .find(|track| track.track_id == id)
                .map(|track| track.timescale)
                .filter(|timescale| *timescale > 0)
            else {
                continue;
            };
            let Some((_, last)) = lasts.iter_mut().find(|(other, _)| *other == id) else {
                lasts.push((id, time));
                continue;
            };
            let jump = time.saturating_sub(*last) / u64::from(timescale);
            if time <= *last || jump > MAX_JUMP.unsigned_abs() / 1_000_000_000 {
                return Ok(true);
            }
            *last = time;
        }
    }
    Ok(false)
}

/// The time of a track fragment, in nanoseconds.
#[derive(Clone, Copy, Debug)]
struct TimedFragment {
    /// Index of its `moof`.
    moof: usize,
    track_id: u32,
    start: i64,
    end: i64,
}

impl TimedFragment {
    /// Returns `None` if its time is not stated, or its timescale is not known.
    fn of(moof: usize, fragment: &FragmentOutline, tracks: &[OtherTrack]) -> Option<Self> {
        let track_id = fragment.track_id;
        let track = tracks.iter().find(|track| track.track_id == track_id)?;
        let time = |ticks: u64| {
            let ticks = i64::try_from(ticks).ok()?;
            nanoseconds(ticks, track.timescale).filter(|_| track.timescale > 0)
        };
        let start = time(fragment.start?)?;
        let end = start.saturating_add(time(fragment.duration)?);
        Some(Self {
            moof,
            track_id,
            start,
            end,
        })
    }

    fn shifted(self, shift: i64) -> Self {
        Self {
            start: self.start.saturating_add(shift),
            end: self.end.saturating_add(shift),
            ..self
        }
    }

    /// Returns whether the clock changes between this fragment and the next one of its track.
    fn breaks_before(&self, next: &Self, shift: i64) -> bool {
        let overlap = MAX_OVERLAP.min(self.end.saturating_sub(self.start) / 2);
        let start = next.start.saturating_add(shift);
        self.track_id == next.track_id
            && (start < self.end.saturating_sub(overlap)
                || start > self.end.saturating_add(MAX_JUMP))
    }
}

/// Returns the shift with which the fragments behind a change start where their tracks end: by the
/// first track if all agree within rounding, else so that no track overlaps.
fn joined_shift(ends: &[TimedFragment], behind: &[TimedFragment]) -> Option<i64> {
    let needed = ends.iter().filter_map(|end| {
        let mut own = behind.iter();
        let next = own.find(|next| next.track_id == end.track_id)?;
        Some((end.track_id, end.end.saturating_sub(next.start)))
    });
    let needed: Vec<_> = needed.collect();
    let (_, reference) = needed.iter().min_by_key(|(track_id, _)| *track_id)?;
    let largest = needed.iter().map(|(_, shift)| *shift).max()?;
    let is_rounding = largest.saturating_sub(*reference) <= ROUNDING_TOLERANCE;
    Some(if is_rounding { *reference } else { largest })
}
