//! How long pieces take, and so which one dawdles.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// So many of the last pieces say how fast the line is now.
const REMEMBERED: usize = 32;
/// Fewer say nothing: the first of a film may all be of its sound, and those of the picture, which
/// are many times as large, still be on their way.
const ENOUGH: usize = 16;
/// A piece that takes this many times as long as nearly all of its peers dawdles.
const MANY_TIMES: u32 = 2;
/// No piece is called slow before this: a second request costs a round trip too.
const SOON: Duration = Duration::from_millis(250);
/// Until enough is known.
const AT_FIRST: Duration = Duration::from_secs(5);
/// Second requests that may be asked at once, and what each piece that comes adds to that: on a
/// line that is slow for all of them, asking twice would only make it slower.
const MOST_ALLOWANCE: f64 = 4.0;
const ALLOWANCE_A_PIECE: f64 = 0.1;

/// The pace of the pieces of all jobs.
#[derive(Debug)]
pub(crate) struct Pace {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    last: VecDeque<Duration>,
    allowance: f64,
}

impl Pace {
    pub(crate) fn new() -> Self {
        Self {
            state: Mutex::new(State {
                last: VecDeque::with_capacity(REMEMBERED),
                allowance: MOST_ALLOWANCE,
            }),
        }
    }

    /// A piece came after so long.
    pub(crate) fn came(&self, after: Duration) {
        let mut state = self.state();
        if state.last.len() == REMEMBERED {
            state.last.pop_front();
        }
        state.last.push_back(after);
        state.allowance = (state.allowance + ALLOWANCE_A_PIECE).min(MOST_ALLOWANCE);
    }

    /// After how long a piece dawdles.
    pub(crate) fn dawdles_after(&self) -> Duration {
        let state = self.state();
        if state.last.len() < ENOUGH {
            return AT_FIRST;
        }
        let mut sorted: Vec<_> = state.last.iter().copied().collect();
        sorted.sort_unstable();
        // Pieces of sound are smaller than those of the picture: the slower ones are the peers.
        let nearly_all = sorted.get(sorted.len() * 9 / 10).copied();
        (nearly_all.unwrap_or(AT_FIRST) * MANY_TIMES).max(SOON)
    }

    /// Whether a second request may be asked now; it is counted.
    pub(crate) fn allows_a_second(&self) -> bool {
        let mut state = self.state();
        let allows = state.allowance >= 1.0;
        if allows {
            state.allowance -= 1.0;
        }
        allows
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every field is whole after every line, so a panic elsewhere spoils nothing.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_dawdles_by_the_measure_of_its_slower_peers() {
        let pace = Pace::new();
        assert_eq!(pace.dawdles_after(), AT_FIRST);
        for number in 0..REMEMBERED {
            let sound = number % 2 == 0;
            pace.came(Duration::from_millis(if sound { 100 } else { 1000 }));
        }
        assert_eq!(pace.dawdles_after(), Duration::from_secs(2));
        for _ in 0..REMEMBERED {
            pace.came(Duration::from_millis(5));
        }
        assert_eq!(pace.dawdles_after(), SOON);
    }

    #[test]
    fn pieces_of_the_picture_do_not_dawdle_because_those_of_the_sound_were_first() {
        let pace = Pace::new();
        for _ in 0..8 {
            pace.came(Duration::from_millis(60));
        }
        assert_eq!(pace.dawdles_after(), AT_FIRST);
        for _ in 0..8 {
            pace.came(Duration::from_millis(800));
        }
        assert_eq!(pace.dawdles_after(), Duration::from_millis(1600));
    }

    #[test]
    fn second_requests_stay_few() {
        let pace = Pace::new();
        let allowed = |pace: &Pace| (0..10).filter(|_| pace.allows_a_second()).count();
        assert_eq!(allowed(&pace), 4);
        for _ in 0..21 {
            pace.came(Duration::from_secs(1));
        }
        assert_eq!(allowed(&pace), 2);
    }
}
