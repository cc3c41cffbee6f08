//! Retries: how often a segment or a request to the service is repeated, and with which pauses.

use std::time::Duration;

use tokio::time::Instant;

use super::limits::{
    INITIAL_BACKOFF, MAX_BACKOFF, MAX_RETRY_AFTER, PASSES_FIRST, PASSES_LAST, PASSES_NEEDED,
    SERVICE_DOWN_TIMEOUT, SERVICE_TRIES,
};
use crate::error::{FetchError, NetworkFailure, network_failure};
use crate::fetch::{
    FetchOutcome, Fetcher, RequestBudget, RequestContext, RestPolicy, SegmentRequest,
};
use crate::progress::Meter;

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
}

impl Fetcher {
    /// Fetches a segment, with as many retries as `effort` allows; returns the last real error.
    ///
    /// While offline, retries forever: the user sees it and can cancel.
    pub(crate) async fn fetch(
        &self,
        request: SegmentRequest<'_>,
        effort: Effort,
        (budget, meter): (&RequestBudget, &Meter),
    ) -> Result<FetchOutcome, FetchError> {
        let (mut passes, mut offline) = (0, 0);
        let mut earlier = None;
        // A segment that should exist must be reported absent twice.
        let needs_confirmation = effort == Effort::Last && request.not_found_confirmations > 1;
        let mut is_confirmed = !request.is_end_probe && !needs_confirmation;
        loop {
            let context = RequestContext {
                request,
                budget,
                meter,
                rest_policy: match effort {
                    // Requests for other segments find out sooner whether the hosts work again.
                    Effort::First if passes > 0 => RestPolicy::Skip,
                    Effort::First | Effort::Needed => RestPolicy::Wait,
                    Effort::Last => RestPolicy::Ignore,
                },
            };
            let error = match self.mirror_pass(context).await {
                Ok(FetchOutcome::Absent(_)) if !is_confirmed => {
                    is_confirmed = true;
                    tokio::time::sleep(backoff(1)).await;
                    continue;
                }
                Ok(outcome) => return Ok(outcome),
                // No request was made: the earlier error is the reason.
                Err(error @ (FetchError::NoAddress | FetchError::TooManyRequests)) => {
                    return Err(earlier.unwrap_or(error));
                }
                Err(error) => error,
            };
            let pause = if matches!(error, FetchError::Offline { .. }) {
                offline += 1;
                meter.set_waiting(true);
                backoff(offline)
            } else {
                passes += 1;
                if passes >= effort.max_passes() || error.is_final() {
                    return Err(error);
                }
                if passes > 1 {
                    meter.set_waiting(true);
                }
                earlier = Some(error);
                backoff(passes)
            };
            tokio::time::sleep(pause).await;
        }
    }
}

/// Repeats a request to the service while its errors are temporary.
pub(crate) async fn retry_service<T, A>(
    meter: &Meter,
    mut send: impl FnMut() -> A,
) -> Result<T, ustream::Error>
where
    A: Future<Output = Result<T, ustream::Error>>,
{
    let mut budget = RetryBudget::default();
    loop {
        let error = match send().await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let Some(pause) = budget.next_delay(ErrorClass::of_service(&error)) else {
            return Err(error);
        };
        meter.set_waiting(true);
        tokio::time::sleep(pause).await;
    }
}

/// What an error means for the next try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ErrorClass {
    /// Retrying does not help.
    Final,
    /// Temporary: retry with a growing pause.
    Transient,
    /// Overload: retry after the time that the server asks for.
    Busy(Option<Duration>),
    /// The server cannot be reached.
    Down,
    /// This computer is offline.
    Offline,
}

impl ErrorClass {
    fn of_service(error: &ustream::Error) -> Self {
        match error {
            ustream::Error::Network(source) => Self::of_network(source),
            ustream::Error::Status { status, .. } if *status >= 500 => Self::Transient,
            ustream::Error::Busy { retry_after } => Self::Busy(*retry_after),
            _ => Self::Final,
        }
    }

    fn of_network(error: &reqwest::Error) -> Self {
        match network_failure(error) {
            NetworkFailure::Permanent => Self::Final,
            NetworkFailure::Interrupted => Self::Transient,
            NetworkFailure::Down => Self::Down,
            NetworkFailure::Offline => Self::Offline,
        }
    }
}

/// How often and how long one request is repeated.
#[derive(Clone, Copy, Debug, Default)]
struct RetryBudget {
    /// Tries so far; while the server cannot be reached it only grows the pauses.
    tries: u32,
    down_since: Option<Instant>,
}

impl RetryBudget {
    /// Returns the pause before the next try, or `None` to give up.
    fn next_delay(&mut self, class: ErrorClass) -> Option<Duration> {
        match class {
            ErrorClass::Final => return None,
            ErrorClass::Transient | ErrorClass::Busy(_) => {
                self.down_since = None;
                self.tries += 1;
                if self.tries >= SERVICE_TRIES {
                    return None;
                }
            }
            ErrorClass::Down => {
                let since = *self.down_since.get_or_insert_with(Instant::now);
                if since.elapsed() >= SERVICE_DOWN_TIMEOUT {
                    return None;
                }
                self.tries = self.tries.saturating_add(1).min(SERVICE_TRIES - 1);
            }
            ErrorClass::Offline => {
                self.down_since = None;
                self.tries = self.tries.saturating_add(1).min(SERVICE_TRIES - 1);
            }
        }
        let pause = match class {
            ErrorClass::Busy(Some(retry_after)) => retry_after.min(MAX_RETRY_AFTER),
            ErrorClass::Busy(None) => backoff(self.tries + 2),
            _ => backoff(self.tries),
        };
        Some(pause)
    }
}

/// Returns a pause that doubles with each try, with jitter so that segments are not retried at once.
fn backoff(tries: u32) -> Duration {
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

    fn tries(class: ErrorClass) -> u32 {
        let mut budget = RetryBudget::default();
        (1..=100)
            .find(|_| budget.next_delay(class).is_none())
            .expect("it ends")
    }

    #[test]
    fn a_request_that_is_answered_with_an_error_is_made_six_times() {
        assert_eq!(tries(ErrorClass::Transient), SERVICE_TRIES);
        assert_eq!(tries(ErrorClass::Busy(None)), SERVICE_TRIES);
        assert_eq!(tries(ErrorClass::Final), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn retries_end_when_the_server_is_down_and_never_while_offline() {
        let mut budget = RetryBudget::default();
        let start = Instant::now();
        while let Some(pause) = budget.next_delay(ErrorClass::Down) {
            assert!(pause <= MAX_BACKOFF);
            tokio::time::advance(pause).await;
        }
        let waited = start.elapsed();
        assert!(waited >= SERVICE_DOWN_TIMEOUT && waited < SERVICE_DOWN_TIMEOUT + MAX_BACKOFF);
        for _ in 0..10_000 {
            let pause = budget
                .next_delay(ErrorClass::Offline)
                .expect("retried forever");
            tokio::time::advance(pause).await;
        }
    }
}
