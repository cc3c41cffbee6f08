//! Compares what was fetched of a recording with what was expected. This is the only place that
//! decides whether a movie is complete.
//!
//! Expected are the segments of the plan, the duration that the service states, and the tracks that
//! the rendition states. `missing` distinguishes missing segments from those past the end of the
//! recording, `content` checks the timestamps of the fetched segments, and [`Shortfall`] is the
//! difference.

mod content;
mod missing;

use std::collections::HashSet;

use media::{Summary, TrackKind};
use ustream::{
    Choice, Container, Presence, Recording, Segment, SegmentId, SegmentKind, SegmentPlan,
};

pub(super) use self::content::Misplaced;
pub(super) use self::missing::merged_spans;
use self::missing::{last_start_ms, missing_segments, missing_span};
use crate::assemble::HeldSegment;
use crate::download_plan::DownloadPlan;
use crate::saved::{Fact, Gap, Missing};
use crate::shortfall::{ACCEPTABLE_LOSS_MS, Shortfall};
use crate::time_range::TimeRange;

/// What was expected.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expectation<'a> {
    pub(super) recording: &'a Recording,
    pub(super) plan: &'a SegmentPlan,
    pub(super) choice: &'a Choice,
    /// The part of the recording that is wanted.
    pub(super) range: Option<TimeRange>,
}

/// What was fetched.
#[derive(Clone, Copy, Debug)]
pub(super) struct Received<'a> {
    /// Segments of the plan that were not fetched.
    pub(super) outstanding: &'a [Segment],
    /// Segments that do not exist according to the service.
    pub(super) absent: &'a HashSet<SegmentId>,
    /// Segments that hold no media.
    pub(super) empty: &'a HashSet<SegmentId>,
    /// Segments whose content belongs to another place in the recording.
    pub(super) misplaced: &'a HashSet<SegmentId>,
    /// The fetched segments.
    pub(super) held: &'a [HeldSegment],
}

impl<'a> Expectation<'a> {
    /// Returns what `make` expects of the recording.
    pub(super) fn of(recording: &'a Recording, download: &'a DownloadPlan) -> Self {
        Self {
            recording,
            plan: &download.plan,
            choice: &download.choice,
            range: download.range(),
        }
    }

    /// Returns the missing segments: those that were not fetched and are not past the end.
    pub(super) fn missing_segments(&self, came: Received<'_>) -> Vec<Segment> {
        let mut missing = missing_segments(&self.plan.segments, came, self.stated_end_ms());
        // The others only help to place and to decode what is wanted.
        missing.retain(|segment| self.range.is_none_or(|range| range.needs(segment)));
        missing
    }

    /// Returns what the movie will lack.
    pub(super) fn shortfall(&self, came: Received<'_>) -> Shortfall {
        let holes = self.missing_segments(came);
        let is_file = self.plan.container == Container::File;
        let stated_ms = self.stated_end_ms();
        let last_ms = last_start_ms(&self.plan.segments, came.outstanding);
        let span = |segment: &Segment| missing_span(segment, stated_ms, last_ms);
        let mut gaps: Vec<Gap> = holes.iter().filter_map(span).collect();
        if !is_file {
            gaps.extend(self.gap_after_last_segment());
            let misplaced = self.plan.segments.iter();
            let misplaced = misplaced.filter(|segment| came.misplaced.contains(&segment.id));
            gaps.extend(misplaced.filter_map(span));
            gaps.extend(content::gaps(self.plan, came.held));
        }
        if let Some(range) = self.range {
            gaps.retain_mut(|gap| clip(gap, range));
        }
        Shortfall {
            gaps: merged_spans(gaps),
            missing: self.missing(&holes, came),
            shorter_than_stated_ms: None,
            lost: Vec::new(),
            whole_ms: self.whole_ms(),
        }
    }

    /// Returns how long all that is wanted is, as stated or else by its segments.
    fn whole_ms(&self) -> Option<u64> {
        let end_ms = self
            .stated_end_ms()
            .unwrap_or_else(|| self.segments_end_ms());
        let whole_ms = match self.range {
            Some(range) => range.length_ms(end_ms),
            None => end_ms,
        };
        (whole_ms > 0).then_some(whole_ms)
    }

    /// Returns the end of the last segment; 0 if there is none.
    fn segments_end_ms(&self) -> u64 {
        let ends = self.plan.segments.iter();
        let ends = ends.map(|segment| segment.start_ms.saturating_add(segment.duration_ms));
        ends.max().unwrap_or(0)
    }

    /// Adds missing tracks, lost frames and the duration of the finished movie.
    pub(super) fn add_summary(&self, shortfall: &mut Shortfall, summary: &Summary) {
        self.add_duration(shortfall, summary.duration_ms);
        let facts: Vec<_> = summary.facts.iter().map(Fact::from).collect();
        shortfall.add_lost(&facts);
        let has = |kind| summary.tracks.iter().any(|track| track.kind == kind);
        shortfall.missing.extend(self.missing_tracks(has));
    }

    /// Adds how much shorter the finished movie is than stated.
    pub(super) fn add_duration(&self, shortfall: &mut Shortfall, duration_ms: u64) {
        shortfall.shorter_than_stated_ms = self.shorter_ms(duration_ms);
    }

    /// Returns whether a movie can be made of the fetched segments.
    ///
    /// Not if no media segment was fetched, or if byte ranges of a single file are missing: those
    /// cannot be mapped to gaps in time.
    pub(super) fn is_playable(&self, came: Received<'_>) -> bool {
        if self.plan.container == Container::File {
            return came.outstanding.is_empty();
        }
        let lacking: HashSet<SegmentId> = came.outstanding.iter().map(|it| it.id).collect();
        let is_media = |id: SegmentId| matches!(id.kind, SegmentKind::Media(_));
        let mut segments = self.plan.segments.iter();
        segments.any(|it| is_media(it.id) && !lacking.contains(&it.id))
    }

    fn stated_ms(&self) -> Option<u64> {
        self.recording.stated_ms()
    }

    /// Returns the stated duration as the end of the recording, or `None` if the service lists
    /// segments beyond it.
    pub(super) fn stated_end_ms(&self) -> Option<u64> {
        let listed = self.plan.segments.iter();
        let listed = listed.filter(|segment| segment.presence == Presence::Sure);
        let starts = listed.map(|segment| segment.start_ms).max().unwrap_or(0);
        self.stated_ms().filter(|stated| *stated > starts)
    }

    /// Returns how much shorter the movie is than stated, or `None` if rounding can explain it.
    fn shorter_ms(&self, duration_ms: u64) -> Option<u64> {
        let stated_ms = self.stated_ms()?;
        let stated_ms = self
            .range
            .map_or(stated_ms, |range| range.length_ms(stated_ms));
        let shorter = stated_ms.saturating_sub(duration_ms);
        (shorter > ACCEPTABLE_LOSS_MS).then_some(shorter)
    }

    /// Returns the time span between the end of the last segment and the stated end.
    fn gap_after_last_segment(&self) -> Option<Gap> {
        let start_ms = self.segments_end_ms();
        let is_whole = |range: TimeRange| range.to_ms().is_none_or(|to_ms| to_ms > start_ms);
        if !self.range.is_none_or(is_whole) {
            return None;
        }
        let duration_ms = self.stated_ms()?.saturating_sub(start_ms);
        (duration_ms > ACCEPTABLE_LOSS_MS).then_some(Gap {
            start_ms,
            duration_ms,
        })
    }

    fn missing(&self, holes: &[Segment], came: Received<'_>) -> Vec<Missing> {
        let mut missing = Vec::new();
        let in_holes = |set: &HashSet<SegmentId>| {
            let mut ids = holes.iter().map(|hole| hole.id);
            ids.by_ref().filter(|id| set.contains(id)).count()
        };
        let (empty, misplaced) = (in_holes(came.empty), in_holes(came.misplaced));
        let here = came.misplaced.len() - misplaced;
        let count = holes.len() - empty - misplaced;
        if count > 0 {
            let total = self.plan.segments.len();
            missing.push(Missing::Segments { count, total });
        }
        if empty > 0 {
            missing.push(Missing::EmptySegments { count: empty });
        }
        if misplaced + here > 0 {
            let count = misplaced + here;
            missing.push(Missing::MisplacedSegments { count });
        }
        missing.extend(self.substituted());
        missing
    }

    /// Returns the tracks that the rendition states but the movie does not have.
    fn missing_tracks(&self, has: impl Fn(TrackKind) -> bool) -> Vec<Missing> {
        let Some(rendition) = self.recording.rendition(&self.plan.rendition) else {
            return Vec::new();
        };
        let promises = [
            (rendition.promises.video, TrackKind::Video),
            (rendition.promises.audio, TrackKind::Audio),
        ];
        let lacks = promises.into_iter().filter(|(is, kind)| *is && !has(*kind));
        lacks
            .map(|(_, kind)| Missing::Track {
                kind: kind.into(),
                language: None,
            })
            .collect()
    }

    /// Returns the rendition that would have been chosen if it could have been fetched.
    fn substituted(&self) -> Option<Missing> {
        let wished = self.recording.substituted(self.choice, self.plan)?;
        Some(Missing::Rendition {
            wished: wished.name.clone(),
            reason: wished.reason.clone(),
        })
    }
}

/// Leaves of a gap what is in the range, counted from its start. Returns whether that is anything.
fn clip(gap: &mut Gap, range: TimeRange) -> bool {
    let end_ms = gap.start_ms.saturating_add(gap.duration_ms);
    let clipped = range.clipped_ms(gap.start_ms, end_ms);
    if let Some((start_ms, duration_ms)) = clipped {
        *gap = Gap {
            start_ms,
            duration_ms,
        };
    }
    clipped.is_some()
}

#[cfg(test)]
mod tests;
