//! The only place where fetching loops: how often and how long apart.

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
    /// Others are waiting: it is passed over soon, and asked for again at the end.
    First,
    /// All others are here, so its hosts are well, or were a moment ago.
    Last,
    /// None of the others can be read without it.
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
    /// Fetches a segment, as often as it is worth; the last real reason comes out.
    ///
    /// Waits as long as this computer is not connected: the person sees it and can stop.
    pub(crate) async fn fetch(
        &self,
        request: SegmentRequest<'_>,
        effort: Effort,
        (budget, meter): (&RequestBudget, &Meter),
    ) -> Result<FetchOutcome, FetchError> {
        let (mut rounds, mut offline) = (0, 0);
        let mut earlier = None;
        // What ought to exist is asked for twice before it is missing for good.
        let is_last_word = effort == Effort::Last && request.not_found_confirmations > 1;
        let mut is_sure = !request.is_end_probe && !is_last_word;
        loop {
            let means = RequestContext {
                request,
                budget,
                meter,
                rest_policy: match effort {
                    // Another segment finds out sooner whether the hosts are well again.
                    Effort::First if rounds > 0 => RestPolicy::Skip,
                    Effort::First | Effort::Needed => RestPolicy::Wait,
                    Effort::Last => RestPolicy::Ignore,
                },
            };
            let error = match self.mirror_pass(means).await {
                Ok(FetchOutcome::Absent(_)) if !is_sure => {
                    is_sure = true;
                    tokio::time::sleep(backoff(1)).await;
                    continue;
                }
                Ok(outcome) => return Ok(outcome),
                // Nobody could be asked: what was said before is the reason.
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
                rounds += 1;
                if rounds >= effort.max_passes() || error.is_final() {
                    return Err(error);
                }
                if rounds > 1 {
                    meter.set_waiting(true);
                }
                earlier = Some(error);
                backoff(rounds)
            };
            tokio::time::sleep(pause).await;
        }
    }
}

/// Asks the service anew, as patiently as for a segment.
pub(crate) async fn retry_service<T, A>(
    meter: &Meter,
    mut ask: impl FnMut() -> A,
) -> Result<T, ustream::Error>
where
    A: Future<Output = Result<T, ustream::Error>>,
{
    let mut patience = RetryBudget::default();
    loop {
        let error = match ask().await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let Some(pause) = patience.next_delay(ErrorClass::of_service(&error)) else {
            return Err(error);
        };
        meter.set_waiting(true);
        tokio::time::sleep(pause).await;
    }
}

/// What an error says of the next try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ErrorClass {
    /// The same question gets the same answer.
    Final,
    /// It may pass.
    Transient,
    /// It passes after so long.
    Busy(Option<Duration>),
    /// Nobody is there.
    Down,
    /// Nobody can be there: the computer is not connected.
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

/// How long one question is repeated.
#[derive(Clone, Copy, Debug, Default)]
struct RetryBudget {
    /// Since somebody was there last.
    tries: u32,
    down_since: Option<Instant>,
}

impl RetryBudget {
    /// How long to wait before the next try; `None` when it is not worth one.
    fn next_delay(&mut self, trouble: ErrorClass) -> Option<Duration> {
        match trouble {
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
        let pause = match trouble {
            ErrorClass::Busy(Some(retry_after)) => retry_after.min(MAX_RETRY_AFTER),
            ErrorClass::Busy(None) => backoff(self.tries + 2),
            _ => backoff(self.tries),
        };
        Some(pause)
    }
}

/// Doubles with each try; a part of it is chance, so that pieces do not come back all at once.
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

    fn tries(trouble: ErrorClass) -> u32 {
        let mut patience = RetryBudget::default();
        (1..=100)
            .find(|_| patience.next_delay(trouble).is_none())
            .expect("it ends")
    }

    #[test]
    fn an_answer_that_is_an_error_is_asked_for_six_times() {
        assert_eq!(tries(ErrorClass::Transient), SERVICE_TRIES);
        assert_eq!(tries(ErrorClass::Busy(None)), SERVICE_TRIES);
        assert_eq!(tries(ErrorClass::Final), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_is_down_is_waited_for_and_a_missing_line_without_end() {
        let mut patience = RetryBudget::default();
        let start = Instant::now();
        while let Some(pause) = patience.next_delay(ErrorClass::Down) {
            assert!(pause <= MAX_BACKOFF);
            tokio::time::advance(pause).await;
        }
        let waited = start.elapsed();
        assert!(waited >= SERVICE_DOWN_TIMEOUT && waited < SERVICE_DOWN_TIMEOUT + MAX_BACKOFF);
        for _ in 0..10_000 {
            let pause = patience
                .next_delay(ErrorClass::Offline)
                .expect("without end");
            tokio::time::advance(pause).await;
        }
    }
}
