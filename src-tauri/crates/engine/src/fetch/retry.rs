//! The only place where fetching loops: how often and how long apart.

use std::time::Duration;

use tokio::time::Instant;

use super::limits::{
    FIRST_PAUSE, LONGEST_BUSY, LONGEST_PAUSE, ROUNDS_FIRST, ROUNDS_LAST, ROUNDS_NEEDED,
    SERVICE_DOWN, SERVICE_TRIES,
};
use crate::error::{FetchError, Reach, reach};
use crate::fetch::{Budget, Fetcher, Means, Outcome, Rests, SegmentRequest};
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
    fn rounds(self) -> u32 {
        match self {
            Self::First => ROUNDS_FIRST,
            Self::Last => ROUNDS_LAST,
            Self::Needed => ROUNDS_NEEDED,
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
        (budget, meter): (&Budget, &Meter),
    ) -> Result<Outcome, FetchError> {
        let (mut rounds, mut offline) = (0, 0);
        let mut earlier = None;
        // What ought to exist is asked for twice before it is missing for good.
        let is_last_word = effort == Effort::Last && request.confirmations > 1;
        let mut is_sure = !request.tells_the_end && !is_last_word;
        loop {
            let means = Means {
                request,
                budget,
                meter,
                rests: match effort {
                    // Another segment finds out sooner whether the hosts are well again.
                    Effort::First if rounds > 0 => Rests::PassOver,
                    Effort::First | Effort::Needed => Rests::Wait,
                    Effort::Last => Rests::Ignore,
                },
            };
            let error = match self.round(means).await {
                Ok(Outcome::Absent(_)) if !is_sure => {
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
                meter.waiting(true);
                backoff(offline)
            } else {
                rounds += 1;
                if rounds >= effort.rounds() || error.is_final() {
                    return Err(error);
                }
                if rounds > 1 {
                    meter.waiting(true);
                }
                earlier = Some(error);
                backoff(rounds)
            };
            tokio::time::sleep(pause).await;
        }
    }
}

/// Asks the service anew, as patiently as for a segment.
pub(crate) async fn outlast<T, A>(
    meter: &Meter,
    mut ask: impl FnMut() -> A,
) -> Result<T, ustream::Error>
where
    A: Future<Output = Result<T, ustream::Error>>,
{
    let mut patience = Patience::default();
    loop {
        let error = match ask().await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let Some(pause) = patience.pause(Trouble::of_service(&error)) else {
            return Err(error);
        };
        meter.waiting(true);
        tokio::time::sleep(pause).await;
    }
}

/// What an error says of the next try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    /// The same question gets the same answer.
    Final,
    /// It may pass.
    Passing,
    /// It passes after so long.
    Busy(Option<Duration>),
    /// Nobody is there.
    Down,
    /// Nobody can be there: the computer is not connected.
    Offline,
}

impl Trouble {
    fn of_service(error: &ustream::Error) -> Self {
        match error {
            ustream::Error::Network(source) => Self::of_network(source),
            ustream::Error::Status { status, .. } if *status >= 500 => Self::Passing,
            ustream::Error::Busy { retry_after } => Self::Busy(*retry_after),
            _ => Self::Final,
        }
    }

    fn of_network(error: &reqwest::Error) -> Self {
        match reach(error) {
            Reach::Never => Self::Final,
            Reach::Broken => Self::Passing,
            Reach::Down => Self::Down,
            Reach::Offline => Self::Offline,
        }
    }
}

/// How long one question is repeated.
#[derive(Clone, Copy, Debug, Default)]
struct Patience {
    /// Since somebody was there last.
    tries: u32,
    down_since: Option<Instant>,
}

impl Patience {
    /// How long to wait before the next try; `None` when it is not worth one.
    fn pause(&mut self, trouble: Trouble) -> Option<Duration> {
        match trouble {
            Trouble::Final => return None,
            Trouble::Passing | Trouble::Busy(_) => {
                self.down_since = None;
                self.tries += 1;
                if self.tries >= SERVICE_TRIES {
                    return None;
                }
            }
            Trouble::Down => {
                let since = *self.down_since.get_or_insert_with(Instant::now);
                if since.elapsed() >= SERVICE_DOWN {
                    return None;
                }
                self.tries = self.tries.saturating_add(1).min(SERVICE_TRIES - 1);
            }
            Trouble::Offline => {
                self.down_since = None;
                self.tries = self.tries.saturating_add(1).min(SERVICE_TRIES - 1);
            }
        }
        let pause = match trouble {
            Trouble::Busy(Some(retry_after)) => retry_after.min(LONGEST_BUSY),
            Trouble::Busy(None) => backoff(self.tries + 2),
            _ => backoff(self.tries),
        };
        Some(pause)
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

    fn tries(trouble: Trouble) -> u32 {
        let mut patience = Patience::default();
        (1..=100)
            .find(|_| patience.pause(trouble).is_none())
            .expect("it ends")
    }

    #[test]
    fn an_answer_that_is_an_error_is_asked_for_six_times() {
        assert_eq!(tries(Trouble::Passing), SERVICE_TRIES);
        assert_eq!(tries(Trouble::Busy(None)), SERVICE_TRIES);
        assert_eq!(tries(Trouble::Final), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_is_down_is_waited_for_and_a_missing_line_without_end() {
        let mut patience = Patience::default();
        let start = Instant::now();
        while let Some(pause) = patience.pause(Trouble::Down) {
            assert!(pause <= LONGEST_PAUSE);
            tokio::time::advance(pause).await;
        }
        let waited = start.elapsed();
        assert!(waited >= SERVICE_DOWN && waited < SERVICE_DOWN + LONGEST_PAUSE);
        for _ in 0..10_000 {
            let pause = patience.pause(Trouble::Offline).expect("without end");
            tokio::time::advance(pause).await;
        }
    }
}
