//! How long pieces take, and so which one dawdles.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// So many of the last pieces say how fast the line is now.
const WINDOW: usize = 32;
/// Fewer say nothing: the first of a film may all be of its sound, and those of the picture, which
/// are many times as large, still be on their way.
const MIN_SAMPLES: usize = 16;
/// A piece that takes this many times as long as nearly all of its peers dawdles.
const HEDGE_FACTOR: u32 = 2;
/// No piece is called slow before this: a second request costs a round trip too.
const MIN_HEDGE_DELAY: Duration = Duration::from_millis(250);
/// Until enough is known.
const DEFAULT_HEDGE_DELAY: Duration = Duration::from_secs(5);
/// Second requests that may be asked at once, and what each piece that comes adds to that: on a
/// line that is slow for all of them, asking twice would only make it slower.
const MAX_HEDGE_TOKENS: f64 = 4.0;
const HEDGE_TOKENS_PER_SEGMENT: f64 = 0.1;

/// The pace of the pieces of all jobs.
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

    /// A piece came after so long.
    pub(crate) fn record(&self, after: Duration) {
        let mut state = self.state();
        if state.recent.len() == WINDOW {
            state.recent.pop_front();
        }
        state.recent.push_back(after);
        state.hedge_tokens = (state.hedge_tokens + HEDGE_TOKENS_PER_SEGMENT).min(MAX_HEDGE_TOKENS);
    }

    /// After how long a piece dawdles.
    pub(crate) fn hedge_delay(&self) -> Duration {
        let state = self.state();
        if state.recent.len() < MIN_SAMPLES {
            return DEFAULT_HEDGE_DELAY;
        }
        let mut sorted: Vec<_> = state.recent.iter().copied().collect();
        sorted.sort_unstable();
        // Pieces of sound are smaller than those of the picture: the slower ones are the peers.
        let nearly_all = sorted.get(sorted.len() * 9 / 10).copied();
        (nearly_all.unwrap_or(DEFAULT_HEDGE_DELAY) * HEDGE_FACTOR).max(MIN_HEDGE_DELAY)
    }

    /// Whether a second request may be asked now; it is counted.
    pub(crate) fn try_hedge(&self) -> bool {
        let mut state = self.state();
        let allows = state.hedge_tokens >= 1.0;
        if allows {
            state.hedge_tokens -= 1.0;
        }
        allows
    }

    fn state(&self) -> MutexGuard<'_, LatencyState> {
        // Every field is whole after every line, so a panic elsewhere spoils nothing.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_dawdles_by_the_measure_of_its_slower_peers() {
        let pace = LatencyTracker::new();
        assert_eq!(pace.hedge_delay(), DEFAULT_HEDGE_DELAY);
        for number in 0..WINDOW {
            let sound = number % 2 == 0;
            pace.record(Duration::from_millis(if sound { 100 } else { 1000 }));
        }
        assert_eq!(pace.hedge_delay(), Duration::from_secs(2));
        for _ in 0..WINDOW {
            pace.record(Duration::from_millis(5));
        }
        assert_eq!(pace.hedge_delay(), MIN_HEDGE_DELAY);
    }

    #[test]
    fn pieces_of_the_picture_do_not_dawdle_because_those_of_the_sound_were_first() {
        let pace = LatencyTracker::new();
        for _ in 0..8 {
            pace.record(Duration::from_millis(60));
        }
        assert_eq!(pace.hedge_delay(), DEFAULT_HEDGE_DELAY);
        for _ in 0..8 {
            pace.record(Duration::from_millis(800));
        }
        assert_eq!(pace.hedge_delay(), Duration::from_millis(1600));
    }

    #[test]
    fn second_requests_stay_few() {
        let pace = LatencyTracker::new();
        let allowed = |pace: &LatencyTracker| (0..10).filter(|_| pace.try_hedge()).count();
        assert_eq!(allowed(&pace), 4);
        for _ in 0..21 {
            pace.record(Duration::from_secs(1));
        }
        assert_eq!(allowed(&pace), 2);
    }
}
