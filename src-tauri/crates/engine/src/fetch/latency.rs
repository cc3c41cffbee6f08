//! Tracks how long segments take, and from that when a request is late enough to be hedged.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Number of recent segments that the delay is computed from.
const WINDOW: usize = 32;
/// With fewer samples the default delay is used: the first segments may all be audio, while video
/// segments, which are many times as large, are still on their way.
const MIN_SAMPLES: usize = 16;
/// A request is hedged when it takes this many times as long as the 90th percentile.
const HEDGE_FACTOR: u32 = 2;
/// Never hedge earlier than this: the second request costs a round trip too.
const MIN_HEDGE_DELAY: Duration = Duration::from_millis(250);
/// Used while there are fewer than [`MIN_SAMPLES`].
const DEFAULT_HEDGE_DELAY: Duration = Duration::from_secs(5);
/// Hedged requests that may be sent in a burst. On a connection that is slow for all segments,
/// requesting them twice would only make it slower.
const MAX_HEDGE_TOKENS: f64 = 4.0;
/// What each received segment adds to the tokens.
const HEDGE_TOKENS_PER_SEGMENT: f64 = 0.1;

/// The recent latencies of segments, over all jobs.
#[derive(Debug)]
pub(crate) struct LatencyTracker {
    state: Mutex<LatencyState>,
}

#[derive(Debug)]
struct LatencyState {
    recent: VecDeque<Duration>,
    hedge_tokens: f64,
}

impl LatencyTracker {
    pub(crate) fn new() -> Self {
        Self {
            state: Mutex::new(LatencyState {
                recent: VecDeque::with_capacity(WINDOW),
                hedge_tokens: MAX_HEDGE_TOKENS,
            }),
        }
    }

    /// Records that a segment took this long, with its waits for the limit of the speed: while that
    /// holds segments back, a second request gains nothing sooner.
    pub(crate) fn record(&self, after: Duration) {
        let mut state = self.state();
        if state.recent.len() == WINDOW {
            state.recent.pop_front();
        }
        state.recent.push_back(after);
        state.hedge_tokens = (state.hedge_tokens + HEDGE_TOKENS_PER_SEGMENT).min(MAX_HEDGE_TOKENS);
    }

    /// Returns after how long a request is hedged.
    pub(crate) fn hedge_delay(&self) -> Duration {
        let state = self.state();
        if state.recent.len() < MIN_SAMPLES {
            return DEFAULT_HEDGE_DELAY;
        }
        let mut sorted: Vec<_> = state.recent.iter().copied().collect();
        sorted.sort_unstable();
        // Audio segments are smaller than video segments, so compare with the slower ones.
        let percentile_90 = sorted.get(sorted.len() * 9 / 10).copied();
        (percentile_90.unwrap_or(DEFAULT_HEDGE_DELAY) * HEDGE_FACTOR).max(MIN_HEDGE_DELAY)
    }

    /// Takes a token for a hedged request; returns false if none is left.
    pub(crate) fn try_hedge(&self) -> bool {
        let mut state = self.state();
        let has_token = state.hedge_tokens >= 1.0;
        if has_token {
            state.hedge_tokens -= 1.0;
        }
        has_token
    }

    fn state(&self) -> MutexGuard<'_, LatencyState> {
        // Each statement leaves the state valid, so a poisoned lock can still be used.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hedge_delay_is_measured_from_the_slower_segments() {
        let tracker = LatencyTracker::new();
        assert_eq!(tracker.hedge_delay(), DEFAULT_HEDGE_DELAY);
        for number in 0..WINDOW {
            let is_audio = number % 2 == 0;
            tracker.record(Duration::from_millis(if is_audio { 100 } else { 1000 }));
        }
        assert_eq!(tracker.hedge_delay(), Duration::from_secs(2));
        for _ in 0..WINDOW {
            tracker.record(Duration::from_millis(5));
        }
        assert_eq!(tracker.hedge_delay(), MIN_HEDGE_DELAY);
    }

    #[test]
    fn video_segments_are_not_hedged_because_audio_segments_came_first() {
        let tracker = LatencyTracker::new();
        for _ in 0..8 {
            tracker.record(Duration::from_millis(60));
        }
        assert_eq!(tracker.hedge_delay(), DEFAULT_HEDGE_DELAY);
        for _ in 0..8 {
            tracker.record(Duration::from_millis(800));
        }
        assert_eq!(tracker.hedge_delay(), Duration::from_millis(1600));
    }

    #[test]
    fn hedged_requests_stay_few() {
        let tracker = LatencyTracker::new();
        let allowed = |tracker: &LatencyTracker| (0..10).filter(|_| tracker.try_hedge()).count();
        assert_eq!(allowed(&tracker), 4);
        for _ in 0..21 {
            tracker.record(Duration::from_secs(1));
        }
        assert_eq!(allowed(&tracker), 2);
    }
}
