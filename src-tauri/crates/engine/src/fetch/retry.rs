//! The only place where fetching loops: how often, how long apart, and when to believe a "no".

use std::time::Duration;

use tokio::time::Instant;

use crate::error::{FetchError, Reach, reach};
use crate::fetch::{Fetcher, Outcome, Wanted};
use crate::progress::Meter;

/// Tries for a piece that fails: with the pauses between them about twelve seconds of patience.
const TRIES: u32 = 6;
const FIRST_PAUSE: Duration = Duration::from_millis(400);
const LONGEST_PAUSE: Duration = Duration::from_secs(8);
/// More patience than this belongs to the person, not to us.
const LONGEST_BUSY: Duration = Duration::from_mins(1);
/// A server that cannot be reached is being started again, or is gone. A computer that is not
/// connected waits without end: its person knows.
const LONGEST_DOWN: Duration = Duration::from_mins(5);

impl Fetcher {
    /// Fetches a piece, as often as it is worth; the last real reason comes out.
    pub(crate) async fn fetch(
        &self,
        wanted: Wanted<'_>,
        meter: &Meter,
    ) -> Result<Outcome, FetchError> {
        let mut patience = Patience::default();
        let mut absent = 0;
        let mut others = self.arrived();
        loop {
            let error = match self.ask(wanted, meter).await {
                Ok(body @ Outcome::Body(_)) => return Ok(body),
                Ok(Outcome::Absent(refusal)) => {
                    absent += 1;
                    if absent >= wanted.doubts {
                        return Ok(Outcome::Absent(refusal));
                    }
                    refusal
                }
                Err(error) => error,
            };
            let mut trouble = Trouble::of(&error);
            // Where nothing comes at all, it is not the piece that is ill but the line.
            let arrived = self.arrived();
            if trouble == Trouble::Broken && std::mem::replace(&mut others, arrived) == arrived {
                trouble = Trouble::Down;
            }
            let Some(pause) = patience.pause(trouble) else {
                return Err(error);
            };
            if patience.tries > 1 {
                meter.waiting(true);
            }
            tokio::time::sleep(pause).await;
        }
    }
}

/// Asks the service anew, as patiently as for a piece.
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
    /// The connection broke on the way; it may pass.
    Broken,
    /// It passes after so long.
    Busy(Option<Duration>),
    /// Nobody is there.
    Down,
    /// Nobody can be there: the computer is not connected.
    Offline,
}

impl Trouble {
    fn of(error: &FetchError) -> Self {
        match error {
            FetchError::Network { source, .. } => Self::of_network(source),
            FetchError::Status { status, .. } => Self::of_status(*status),
            FetchError::Busy { retry_after, .. } => Self::Busy(*retry_after),
            FetchError::NotMedia { .. } | FetchError::Replaced { .. } => Self::Passing,
            FetchError::NoAddress => Self::Final,
        }
    }

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
            Reach::Broken => Self::Broken,
            Reach::Down => Self::Down,
            Reach::Offline => Self::Offline,
        }
    }

    fn of_status(status: u16) -> Self {
        // A mirror that does not have a piece yet may be late.
        match status {
            401 | 403 | 404 | 408 | 410 | 500.. => Self::Passing,
            _ => Self::Final,
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
            Trouble::Passing | Trouble::Broken | Trouble::Busy(_) => {
                self.down_since = None;
                self.tries += 1;
                if self.tries >= TRIES {
                    return None;
                }
            }
            Trouble::Down => {
                let since = *self.down_since.get_or_insert_with(Instant::now);
                if since.elapsed() >= LONGEST_DOWN {
                    return None;
                }
                self.tries = self.tries.saturating_add(1).min(TRIES - 1);
            }
            Trouble::Offline => {
                self.down_since = None;
                self.tries = self.tries.saturating_add(1).min(TRIES - 1);
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

    #[test]
    fn a_refusal_is_final_and_a_bad_moment_is_not() {
        let status = |status| {
            Trouble::of(&FetchError::Status {
                host: String::new(),
                status,
            })
        };
        assert_eq!(status(400), Trouble::Final);
        assert_eq!(status(503), Trouble::Passing);
        assert_eq!(Trouble::of(&FetchError::NoAddress), Trouble::Final);
    }

    fn tries(trouble: Trouble) -> u32 {
        let mut patience = Patience::default();
        (1..=100)
            .find(|_| patience.pause(trouble).is_none())
            .expect("it ends")
    }

    #[test]
    fn an_answer_that_is_an_error_is_asked_for_six_times() {
        assert_eq!(tries(Trouble::Passing), TRIES);
        assert_eq!(tries(Trouble::Busy(None)), TRIES);
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
        assert!(waited >= LONGEST_DOWN && waited < LONGEST_DOWN + LONGEST_PAUSE);
        for _ in 0..10_000 {
            let pause = patience.pause(Trouble::Offline).expect("without end");
            tokio::time::advance(pause).await;
        }
    }
}
