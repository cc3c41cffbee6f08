//! The reported gaps of a movie or a failure, as positions of segments.

use std::collections::BTreeSet;

use engine::view::{GapView, MissingView};

use super::expected::ExpectedOutcome;
use super::verdict::{
    MatchedSegments, Mismatch, ROUNDING_MS, Reported, TOLERATED_GAP_MS, mismatch,
};

/// Reported gaps, as positions of segments.
pub(super) struct ReportedPlaces {
    pub(super) places: BTreeSet<u64>,
    end_ms: u64,
    pub(super) empty: usize,
    pub(super) misplaced: usize,
    gaps: Vec<GapView>,
    pub(super) shorter_ms: Option<u64>,
    /// The report assumes that the beginning of the recording is missing.
    pub(super) is_from_zero: bool,
}

impl ReportedPlaces {
    /// `may_lack_beginning`: a gap at the start may be the segments before the first listed one.
    pub(super) fn of(
        expected: &ExpectedOutcome,
        reported: &Reported,
        may_lack_beginning: bool,
    ) -> Self {
        let mut report = Self {
            places: BTreeSet::new(),
            end_ms: 0,
            empty: 0,
            misplaced: 0,
            gaps: reported.gaps.clone(),
            shorter_ms: reported.shorter_ms,
            is_from_zero: false,
        };
        // If numbers start above 0 and a longer recording is stated, the unlisted beginning may be
        // missing; times then count from there.
        let unlisted_ms = expected.first * expected.segment_ms;
        let beginning = reported.gaps.first().filter(|gap| gap.start_ms == 0);
        report.is_from_zero = may_lack_beginning
            && expected.may_lack_beginning
            && beginning.is_some_and(|gap| gap.duration_ms >= unlisted_ms);
        let origin_ms = if report.is_from_zero { unlisted_ms } else { 0 };
        for gap in &reported.gaps {
            let start = gap.start_ms.saturating_sub(origin_ms);
            let end = (gap.start_ms + gap.duration_ms).saturating_sub(origin_ms);
            let span = start..end;
            report.end_ms = report.end_ms.max(span.end);
            report.places.extend(expected.covered(&span));
        }
        for missing in &reported.missing {
            match missing {
                MissingView::EmptySegments { count } => report.empty += count,
                MissingView::MisplacedSegments { count } => report.misplaced += count,
                MissingView::Segments { .. }
                | MissingView::Track { .. }
                | MissingView::Rendition { .. } => {}
            }
        }
        report
    }

    /// Verifies that everything reported as missing is missing.
    pub(super) fn check_only_missing(
        &self,
        expected: &ExpectedOutcome,
        lacking: &BTreeSet<u64>,
        foreign: &BTreeSet<u64>,
    ) -> Result<(), Mismatch> {
        let stated = expected.stated_ms.unwrap_or(0).max(expected.length_ms);
        let end = expected.length_ms.div_ceil(expected.segment_ms);
        for place in &self.places {
            // Whether there are more segments cannot be known if no server tells.
            let may_exist = expected.is_hopeless && *place < expected.reach;
            let is_stated = place * expected.segment_ms < stated;
            let is_past = *place >= end && (is_stated || may_exist);
            if !(lacking.contains(place) || foreign.contains(place) || is_past) {
                return mismatch(
                    "reported as missing, but present",
                    format!("segment {place}; {:?}", self.gaps),
                );
            }
        }
        Ok(())
    }

    /// Returns whether the movie is shorter than stated, which the report must then say.
    pub(super) fn is_short(
        &self,
        expected: &ExpectedOutcome,
        found: &MatchedSegments,
        end_ms: u64,
    ) -> Result<bool, Mismatch> {
        let stated = expected.stated_ms.unwrap_or(0);
        let by = stated.saturating_sub(end_ms);
        let Some(shorter_ms) = self.shorter_ms else {
            let unreported = stated.saturating_sub(end_ms.max(self.end_ms));
            if unreported > TOLERATED_GAP_MS + ROUNDING_MS && !self.is_from_zero {
                return mismatch(
                    "shorter than stated without a report",
                    format!("by {unreported} ms"),
                );
            }
            return Ok(by > TOLERATED_GAP_MS + ROUNDING_MS);
        };
        let ms = expected.segment_ms;
        let is_there = |place: usize| {
            found
                .present
                .iter()
                .any(|track| track.get(place) == Some(&true))
        };
        let places = found.present.iter().map(Vec::len).max().unwrap_or(0);
        let first = (0..places).find(|place| is_there(*place)).unwrap_or(0) as u64 * ms;
        let inside = (0..places).filter(|place| is_there(*place)).count() as u64 * ms;
        let origin_ms = if self.is_from_zero {
            expected.first * ms
        } else {
            0
        };
        let lengths = [
            end_ms + origin_ms,
            end_ms,
            end_ms.saturating_sub(first),
            inside.min(expected.length_ms),
            // A segment with the media of another one, shorter than its own would be.
            inside.min(expected.length_ms) + found.foreign_ms,
        ];
        // Listed segments beyond another stated length are reported as a gap.
        let is_reported_to_the_end = self.end_ms + TOLERATED_GAP_MS + ROUNDING_MS >= stated;
        let mut all = expected.all_stated_ms.iter();
        let fits = |of: u64, length: u64| {
            of.saturating_sub(length).abs_diff(shorter_ms) <= ROUNDING_MS + 100
                && (of == stated || is_reported_to_the_end)
        };
        if !all.any(|of| lengths.iter().any(|length| fits(*of, *length))) {
            return mismatch(
                "shorter by a wrong length",
                format!("{shorter_ms} ms of {stated} ms, {lengths:?}"),
            );
        }
        Ok(by > TOLERATED_GAP_MS + ROUNDING_MS)
    }
}
