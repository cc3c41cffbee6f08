//! Retries: how often a segment is requested, and with which pauses.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use tokio::time::Instant;

use super::limits::{
    INITIAL_BACKOFF, MAX_BACKOFF, PASSES_FIRST, PASSES_LAST, PASSES_NEEDED, STALLS_FIRST,
    STALLS_LAST, STALLS_NEEDED,
};
use crate::code::Code;
use crate::error::FetchError;
use crate::fetch::{
    FetchOutcome, Fetcher, RequestBudget, RequestContext, RestPolicy, SegmentRequest,
};
use crate::progress::Meter;
use crate::view::WaitReason;

/// How much effort a segment is worth now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effort {
    /// Other segments are waiting: give up soon, and try again at the end of the pass.
    First,
    /// All others have been received, so its hosts work, or did a moment ago.
    Last,
    /// No other segment can be read without it.
    Needed,
}

impl Effort {
    fn max_passes(self) -> u32 {
        match self {
            Self::First => PASSES_FIRST,
            Self::Last => PASSES_LAST,
            Self::Needed => PASSES_NEEDED,
        }
    }

    fn max_stalls(self) -> u32 {
        match self {
            Self::First => STALLS_FIRST,
            Self::Last => STALLS_LAST,
            Self::Needed => STALLS_NEEDED,
        }
    }
}

impl Fetcher {
    /// Fetches a segment, with as many retries as `effort` allows; returns the last real error.
    ///
    /// While offline, retries for as long as [`Fetcher::new`] was told: the user sees it and can
    /// cancel.
    pub(crate) async fn fetch(
        &self,
        request: SegmentRequest<'_>,
        effort: Effort,
        (budget, meter): (&RequestBudget, &Meter),
    ) -> Result<FetchOutcome, FetchError> {
        let fetched = self.fetch_within(request, effort, (budget, meter)).await;
        // One that did not come keeps them for the end of the pass.
        if matches!(fetched, Ok(FetchOutcome::Body(_))) {
            budget.release(request.id);
        }
        fetched
    }

    async fn fetch_within(
        &self,
        request: SegmentRequest<'_>,
        effort: Effort,
        (budget, meter): (&RequestBudget, &Meter),
    ) -> Result<FetchOutcome, FetchError> {
        let (mut passes, mut stalls, mut offline) = (0, 0, 0);
        let mut offline_since = None;
        let mut earlier = None;
        let mut unconfirmed = None;
        let has_broken = AtomicBool::new(false);
        // A segment that should exist must be reported absent twice.
        let needs_confirmation = effort == Effort::Last && request.not_found_confirmations > 1;
        let mut is_confirmed = !request.is_end_probe && !needs_confirmation;
        loop {
            let context = RequestContext {
                request,
                budget,
                meter,
                has_broken: &has_broken,
                rest_policy: match effort {
                    // Requests for other segments find out sooner whether the hosts work again.
                    Effort::First if passes > 0 => RestPolicy::Skip,
                    Effort::First | Effort::Needed => RestPolicy::Wait,
                    Effort::Last => RestPolicy::Ignore,
                },
            };
            let error = match self.mirror_pass(context).await {
                Ok(FetchOutcome::Absent(refusal)) if !is_confirmed => {
                    is_confirmed = true;
                    unconfirmed = Some(refusal);
                    tokio::time::sleep(backoff(1)).await;
                    continue;
                }
                Ok(outcome) => return Ok(outcome),
                // No request was made: what came before is the answer.
                Err(error @ (FetchError::NoAddress | FetchError::TooManyRequests)) => {
                    return match unconfirmed {
                        Some(refusal) => Ok(FetchOutcome::Absent(refusal)),
                        None => Err(earlier.unwrap_or(error)),
                    };
                }
                Err(error) => error,
            };
            let pause = if let FetchError::Offline { code, .. } = error {
                let since = *offline_since.get_or_insert_with(Instant::now);
                if self.max_offline.is_some_and(|max| since.elapsed() >= max) {
                    return Err(error);
                }
                offline += 1;
                meter.wait_for(match code {
                    Code::WifiLogin => WaitReason::LoginPage,
                    _ => WaitReason::Network,
                });
                backoff(offline)
            } else {
                offline_since = None;
                passes += 1;
                stalls += u32::from(matches!(error, FetchError::Stalled { .. }));
                let is_last = passes >= effort.max_passes() || stalls >= effort.max_stalls();
                if is_last || error.is_final() {
                    return Err(error);
                }
                if passes > 1 {
                    meter.wait_for(if error.is_of_segment() {
                        WaitReason::Segments
                    } else {
                        WaitReason::Mirror
                    });
                }
                earlier = Some(error);
                backoff(passes)
            };
            tokio::time::sleep(pause).await;
        }
    }
}

/// Returns a pause that doubles with each try, with jitter so that segments are not retried at once.
pub(crate) fn backoff(tries: u32) -> Duration {
    let doubled = INITIAL_BACKOFF.saturating_mul(1 << tries.saturating_sub(1).min(8));
    doubled
        .min(MAX_BACKOFF)
        .mul_f64(0.5 + fastrand::f64() / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stay_bounded() {
        for tries in 1..40 {
            let pause = backoff(tries);
            assert!(
                pause >= INITIAL_BACKOFF / 2 && pause <= MAX_BACKOFF,
                "{tries}: {pause:?}"
            );
        }
        assert!(backoff(5) > backoff(1));
    }
}
