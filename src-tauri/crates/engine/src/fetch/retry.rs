//! The only place where fetching loops: how often, how long apart, and when to believe a "no".

use std::time::Duration;

use crate::error::FetchError;
use crate::fetch::{Fetcher, Outcome, Wanted};
use crate::progress::Meter;

/// Tries for a piece that fails: with the pauses between them about twelve seconds of patience.
const TRIES: u32 = 6;
const FIRST_PAUSE: Duration = Duration::from_millis(400);
const LONGEST_PAUSE: Duration = Duration::from_secs(8);
/// More patience than this belongs to the person, not to us.
const LONGEST_BUSY: Duration = Duration::from_mins(1);

impl Fetcher {
    /// Fetches a piece, as often as it is worth; the last real reason comes out.
    pub(crate) async fn fetch(
        &self,
        wanted: Wanted<'_>,
        meter: &Meter,
    ) -> Result<Outcome, FetchError> {
        let mut tries = 0;
        let mut absent = 0;
        loop {
            tries += 1;
            let pause = match self.ask(wanted, meter).await {
                Ok(Outcome::Absent(refusal)) => {
                    absent += 1;
                    if absent >= wanted.doubts {
                        return Ok(Outcome::Absent(refusal));
                    }
                    if tries >= TRIES {
                        return Err(refusal);
                    }
                    backoff(absent)
                }
                Ok(body @ Outcome::Body(_)) => return Ok(body),
                Err(error) if tries >= TRIES || !may_pass(&error) => return Err(error),
                Err(FetchError::Busy { retry_after, .. }) => retry_after
                    .unwrap_or_else(|| backoff(tries + 2))
                    .min(LONGEST_BUSY),
                Err(_) => backoff(tries),
            };
            if tries > 1 {
                meter.waiting(true);
            }
            tokio::time::sleep(pause).await;
        }
    }
}

/// Whether the same question may get another answer.
fn may_pass(error: &FetchError) -> bool {
    match error {
        FetchError::Network { source, .. } => !source.is_builder() && !source.is_redirect(),
        FetchError::Status { status, .. } => *status >= 500 || *status == 408,
        FetchError::Busy { .. } | FetchError::NotMedia { .. } => true,
        FetchError::NoAddress => false,
    }
}

/// Doubles with each try; a part of it is chance, so that pieces do not come back all at once.
fn backoff(tries: u32) -> Duration {
    let doubled = FIRST_PAUSE.saturating_mul(1 << tries.saturating_sub(1).min(8));
    doubled
        .min(LONGEST_PAUSE)
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
                pause >= FIRST_PAUSE / 2 && pause <= LONGEST_PAUSE,
                "{tries}: {pause:?}"
            );
        }
        assert!(backoff(5) > backoff(1));
    }

    #[test]
    fn a_refusal_is_final_and_a_bad_moment_is_not() {
        let status = |status| FetchError::Status {
            host: String::new(),
            status,
        };
        assert!(!may_pass(&status(400)));
        assert!(may_pass(&status(503)));
        assert!(!may_pass(&FetchError::NoAddress));
    }
}
