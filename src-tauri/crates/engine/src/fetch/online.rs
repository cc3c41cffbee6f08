//! Finds out whether this computer is online, by asking the service and not a segment host.

use std::fmt;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;
use ustream::{Client, Reach};

use super::limits::{MAX_ONLINE_CACHE_TIME, ONLINE_CACHE_TIME};

/// Shared by all jobs; caches the answer for [`ONLINE_CACHE_TIME`] or longer.
pub(crate) struct OnlineCheck {
    client: Client,
    known: Mutex<Option<KnownReach>>,
}

#[derive(Clone, Copy)]
struct KnownReach {
    asked_at: Instant,
    reach: Reach,
    /// How often in a row the service itself has answered.
    found: u32,
}

impl KnownReach {
    /// What is known after one more answer.
    fn after(earlier: Option<Self>, reach: Reach) -> Self {
        let found = earlier.map_or(0, |it| it.found).saturating_add(1);
        Self {
            asked_at: Instant::now(),
            reach,
            found: if reach == Reach::Service { found } else { 0 },
        }
    }

    /// Returns for how long the answer is used. While segments keep failing and the service answers
    /// each time, it is the hosts of the segments that fail, and the service is asked less often.
    fn cache_time(&self) -> Duration {
        let longer = ONLINE_CACHE_TIME.saturating_mul(self.found.max(1));
        longer.min(MAX_ONLINE_CACHE_TIME)
    }
}

impl fmt::Debug for OnlineCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnlineCheck").finish_non_exhaustive()
    }
}

impl OnlineCheck {
    pub(crate) fn new(client: Client) -> Self {
        Self {
            client,
            known: Mutex::new(None),
        }
    }

    /// Returns what answers in place of the service. If it is the service itself, a host name that
    /// does not resolve is wrong.
    pub(crate) async fn reach(&self) -> Reach {
        let mut known = self.known.lock().await;
        if let Some(known) = *known
            && known.asked_at.elapsed() < known.cache_time()
        {
            return known.reach;
        }
        let reach = self.client.reach().await;
        *known = Some(KnownReach::after(*known, reach));
        reach
    }

    /// Returns the same as it is now, for an error that must not be told wrongly.
    pub(crate) async fn reach_now(&self) -> Reach {
        let reach = self.client.reach().await;
        let mut known = self.known.lock().await;
        *known = Some(KnownReach::after(*known, reach));
        reach
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_service_is_asked_less_often_while_it_is_always_found() {
        let mut known = None;
        let mut cache_times = |reach| -> Vec<Duration> {
            let next = |_| {
                let after = KnownReach::after(known, reach);
                known = Some(after);
                after.cache_time()
            };
            (0..10).map(next).collect()
        };
        let found = cache_times(Reach::Service);
        assert_eq!(found[0], ONLINE_CACHE_TIME);
        assert!(found.is_sorted() && found[1] > found[0], "{found:?}");
        assert_eq!(found[9], MAX_ONLINE_CACHE_TIME);
        for reach in [Reach::Nothing, Reach::LoginPage] {
            assert_eq!(cache_times(reach), [ONLINE_CACHE_TIME; 10], "{reach:?}");
        }
        assert_eq!(cache_times(Reach::Service)[0], ONLINE_CACHE_TIME);
    }
}
