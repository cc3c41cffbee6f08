//! Finds out whether this computer is online, by asking the service and not a segment host.

use std::fmt;

use tokio::sync::Mutex;
use tokio::time::Instant;
use ustream::{Client, Reach};

use super::limits::ONLINE_CACHE_TIME;

/// Shared by all jobs; caches the answer for [`ONLINE_CACHE_TIME`].
pub(crate) struct OnlineCheck {
    client: Client,
    known: Mutex<Option<(Instant, Reach)>>,
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
        if let Some((asked, reach)) = *known
            && asked.elapsed() < ONLINE_CACHE_TIME
        {
            return reach;
        }
        let reach = self.client.reach().await;
        *known = Some((Instant::now(), reach));
        reach
    }

    /// Returns the same as it is now, for an error that must not be told wrongly.
    pub(crate) async fn reach_now(&self) -> Reach {
        let reach = self.client.reach().await;
        *self.known.lock().await = Some((Instant::now(), reach));
        reach
    }
}
