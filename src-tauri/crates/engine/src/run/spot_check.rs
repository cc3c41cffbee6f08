//! Compares some segments of an unfinished movie with what the servers send now, to find out
//! whether the recording has changed.

use media::SegmentFingerprint;
use tokio::time::Instant;
use ustream::{PlanChange, Recording, SegmentId, SegmentKind, SegmentPlan};

use super::attempt::Attempt;
use crate::assemble::{HeldSegment, media_kind};
use crate::error::{Error, FetchError};
use crate::fetch::limits::HEALTH_CHECK_TIMEOUT;
use crate::fetch::retry::Effort;
use crate::fetch::{FetchOutcome, RequestBudget, SegmentRequest};
use crate::outcome::Outcome;

/// Number of segments that are compared if nothing else suggests a change.
const DEFAULT_SAMPLES: usize = 2;
/// Number of segments that are compared if paths, hashes or the duration differ.
const MOVED_SAMPLES: usize = 8;
/// Passes over the samples. All but the first happen only if the listing has changed and no sample
/// could be fetched.
const EFFORTS: [Effort; 3] = [Effort::First, Effort::Last, Effort::Last];

/// What is needed to fetch samples.
#[derive(Clone, Copy)]
pub(super) struct SpotCheck<'a> {
    pub(super) attempt: &'a Attempt,
    pub(super) recording: &'a Recording,
    pub(super) plan: &'a SegmentPlan,
    pub(super) budget: &'a RequestBudget,
    pub(super) format: Option<media::SegmentFormat>,
}

/// Result of comparing one segment.
enum Comparison {
    Same,
    Different,
    /// No host has the segment.
    Absent,
    /// The segment could not be fetched.
    Unknown(FetchError),
}

impl SpotCheck<'_> {
    /// Fetches some of the saved segments once more and compares them.
    ///
    /// If the listing has changed, at least one must be fetched and be the same; else this returns
    /// the error of the last that could not be fetched.
    pub(super) async fn is_unchanged(
        &self,
        here: &[HeldSegment],
        change: PlanChange,
    ) -> Outcome<bool> {
        let most = match change {
            PlanChange::Same => DEFAULT_SAMPLES,
            PlanChange::Unverified => MOVED_SAMPLES,
            PlanChange::Different => return Ok(false),
        };
        let chosen = spread(here, most);
        let mut is_any_same = chosen.is_empty() || change == PlanChange::Same;
        let mut failure = None;
        for effort in EFFORTS {
            for (id, mark) in &chosen {
                let compared = self.compare((*id, *mark), effort);
                match self.attempt.unless_cancelled(compared).await?? {
                    Comparison::Different => {
                        tracing::warn!(?id, "another segment lies there now");
                        return Ok(false);
                    }
                    Comparison::Same => is_any_same = true,
                    Comparison::Absent => {}
                    Comparison::Unknown(error) => failure = Some(error),
                }
            }
            if is_any_same {
                return Ok(true);
            }
        }
        match failure {
            Some(error) => Err(Error::from(error).into()),
            None => Ok(false),
        }
    }

    /// Returns whether a saved segment can be fetched once more. If so, the hosts work, and the
    /// problem is with the segments that fail.
    pub(super) async fn are_hosts_healthy(&self, here: &[HeldSegment]) -> Outcome<bool> {
        let Some((id, mark)) = spread(here, 1).pop() else {
            return Ok(false);
        };
        let compared = self.compare((id, mark), Effort::Last);
        let compared = async {
            tokio::select! {
                compared = compared => matches!(compared, Ok(Comparison::Same)),
                () = self.until_silent() => false,
            }
        };
        self.attempt.unless_cancelled(compared).await
    }

    /// Waits until nothing has come for [`HEALTH_CHECK_TIMEOUT`]. A body that is slow because of the
    /// limit of the speed is a sign of life.
    async fn until_silent(&self) {
        let start = Instant::now();
        let silence = || {
            let silence = self.attempt.meter.silence();
            silence.map_or_else(|| start.elapsed(), |silence| silence.min(start.elapsed()))
        };
        loop {
            let left = HEALTH_CHECK_TIMEOUT.saturating_sub(silence());
            if left.is_zero() {
                return;
            }
            tokio::time::sleep(left).await;
        }
    }

    async fn compare(
        &self,
        (id, mark): (SegmentId, SegmentFingerprint),
        effort: Effort,
    ) -> Result<Comparison, Error> {
        let place = self.recording.locate(self.plan, id);
        let mut segments = self.plan.segments.iter();
        let segment = segments.find(|segment| segment.id == id);
        let request = SegmentRequest {
            id,
            urls: &place.urls,
            byte_range: place.byte_range.as_ref(),
            format: self.format,
            kind: media_kind(id.kind),
            duration_ms: segment.map_or(0, |segment| segment.duration_ms),
            // Any host will do.
            not_found_confirmations: usize::MAX,
            is_tentative: false,
            is_end_probe: false,
            is_comparison: true,
            sampler: &self.attempt.sampler,
        };
        let fetcher = &self.attempt.context.fetcher;
        let means = (self.budget, &*self.attempt.meter);
        match fetcher.fetch(request, effort, means).await {
            Ok(FetchOutcome::Body(body)) if SegmentFingerprint::of(&body.bytes) == mark => {
                Ok(Comparison::Same)
            }
            Ok(FetchOutcome::Body(_) | FetchOutcome::Absent(FetchError::Replaced { .. })) => {
                Ok(Comparison::Different)
            }
            Err(error @ FetchError::AllHostsFailed { .. }) => Err(error.into()),
            Ok(FetchOutcome::Absent(_)) => Ok(Comparison::Absent),
            Err(error) => Ok(Comparison::Unknown(error)),
        }
    }
}

/// Picks up to `most` media segments, spread evenly over those that are here.
fn spread(here: &[HeldSegment], most: usize) -> Vec<(SegmentId, SegmentFingerprint)> {
    let here = here.iter().filter(|held| held.id.kind != SegmentKind::Init);
    let mut here: Vec<_> = here.map(|held| (held.id, held.source)).collect();
    here.sort_by_key(|(id, _)| (id.kind, id.track));
    let last = here.len().saturating_sub(1);
    let steps = most.saturating_sub(1).max(1);
    let mut indices: Vec<usize> = (0..most).map(|step| step * last / steps).collect();
    indices.dedup();
    let chosen = indices.into_iter().filter_map(|index| here.get(index));
    chosen.copied().collect()
}

#[cfg(test)]
mod tests {
    use media::Content;

    use super::*;

    #[test]
    fn samples_are_spread_from_the_first_to_the_last_segment() {
        let here: Vec<_> = (0..9)
            .map(|number| {
                let kind = SegmentKind::Media(number);
                HeldSegment {
                    id: SegmentId { track: 0, kind },
                    start_ms: 0,
                    content: Content::default(),
                    source: SegmentFingerprint::default(),
                }
            })
            .collect();
        let numbers = |most| -> Vec<SegmentKind> {
            let chosen = spread(&here, most).into_iter();
            chosen.map(|(id, _)| id.kind).collect()
        };
        assert_eq!(numbers(2), [0, 8].map(SegmentKind::Media));
        assert_eq!(numbers(3), [0, 4, 8].map(SegmentKind::Media));
        assert_eq!(numbers(20).len(), 9);
        assert!(spread(&[], 2).is_empty());
    }
}
