//! When a kept channel is looked at again. The clock is passed in.

use std::time::Duration;

use super::KeptChannel;

/// About how long the window waits until it looks at a channel again.
pub const LOOK_INTERVAL: Duration = Duration::from_hours(4);

/// A channel is not looked at more often, however often a program is started.
pub const MIN_LOOK_INTERVAL: Duration = Duration::from_mins(30);

/// Shortest and longest pause between two channels, in milliseconds.
const PAUSE_MS: (u64, u64) = (2_000, 6_000);

/// Returns [`LOOK_INTERVAL`], up to a tenth shorter or longer: not all programs ask at the same
/// moment.
pub fn look_interval() -> Duration {
    LOOK_INTERVAL.mul_f64(0.9 + 0.2 * fastrand::f64())
}

/// Returns the pause before the next channel is looked at.
pub fn pause_between_channels() -> Duration {
    Duration::from_millis(fastrand::u64(PAUSE_MS.0..=PAUSE_MS.1))
}

/// Returns the time in seconds since 1970.
pub fn now_unix_s() -> i64 {
    jiff::Timestamp::now().as_second()
}

impl KeptChannel {
    /// Returns whether the last look was at least `interval` ago.
    pub fn is_due(&self, now_unix_s: i64, interval: Duration) -> bool {
        let Some(looked_unix_s) = self.looked_unix_s else {
            return true;
        };
        let since_s = u64::try_from(now_unix_s.saturating_sub(looked_unix_s));
        // The clock was set back: nobody knows how long ago it was.
        since_s.map_or(true, |since_s| since_s >= interval.as_secs())
    }
}
