//! The speed of a download, and the time that the rest takes.

use std::time::{Duration, Instant};

/// The speed is smoothed over about this time: shorter is jumpy, longer lags behind.
const SPEED_WINDOW: Duration = Duration::from_secs(4);
/// The time left is judged by a longer one, because it must not jump.
const TIME_LEFT_WINDOW: Duration = Duration::from_secs(15);
/// The time left is not estimated before this much time has passed.
const MIN_ESTIMATE_TIME: Duration = Duration::from_secs(5);
/// Closer samples would be noise.
const MIN_SAMPLE_TIME: Duration = Duration::from_millis(50);
/// The speed is steady if both windows see it within this factor. It stays so until they are
/// `UNSTEADY_FACTOR` apart: otherwise the time left would come and go.
const STEADY_FACTOR: f64 = 1.5;
const UNSTEADY_FACTOR: f64 = 3.0;
/// A longer time is no estimate that helps anybody.
const MAX_SECONDS_LEFT: f64 = 24.0 * 3600.0;

/// The smoothed speed of what is received.
#[derive(Debug, Default)]
pub(super) struct Speed {
    since: Option<Instant>,
    last: Option<(Instant, u64)>,
    /// Bytes per second over the short and the long window.
    short: f64,
    long: f64,
    is_steady: bool,
}

impl Speed {
    /// Starts to measure, unless it has been measured already.
    pub(super) fn start(&mut self, now: Instant) {
        self.since.get_or_insert(now);
    }

    /// Takes over how many bytes have been received in total.
    #[expect(clippy::cast_precision_loss, reason = "a speed for people")]
    pub(super) fn sample(&mut self, now: Instant, received: u64) {
        let Some((then, before)) = self.last else {
            self.last = Some((now, received));
            return;
        };
        let time = now.saturating_duration_since(then);
        if time < MIN_SAMPLE_TIME {
            return;
        }
        let current = received.saturating_sub(before) as f64 / time.as_secs_f64();
        for (speed, window) in [
            (&mut self.short, SPEED_WINDOW),
            (&mut self.long, TIME_LEFT_WINDOW),
        ] {
            // The first value cannot be smoothed.
            let weight = if *speed == 0.0 {
                1.0
            } else {
                1.0 - (-time.as_secs_f64() / window.as_secs_f64()).exp()
            };
            *speed += weight * (current - *speed);
        }
        let apart = (self.short / self.long).max(self.long / self.short);
        let most = if self.is_steady {
            UNSTEADY_FACTOR
        } else {
            STEADY_FACTOR
        };
        self.is_steady = apart <= most;
        self.last = Some((now, received));
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a speed is never negative"
    )]
    pub(super) fn bytes_per_second(&self) -> u64 {
        self.short as u64
    }

    /// The seconds that this many bytes take, if the speed is known and steady.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an estimate for people, of at most a day"
    )]
    pub(super) fn seconds_for(&self, now: Instant, bytes: u64) -> Option<u64> {
        let since = self.since?;
        let is_known = now.saturating_duration_since(since) >= MIN_ESTIMATE_TIME;
        if !is_known || !self.is_steady || self.long < 1.0 {
            return None;
        }
        let seconds = (bytes as f64 / self.long).ceil();
        (seconds <= MAX_SECONDS_LEFT).then_some(seconds as u64)
    }
}
