//! Whether this computer is connected at all: told by the service, not by one host of segments.

use std::fmt;

use tokio::sync::Mutex;
use tokio::time::Instant;
use ustream::Client;

use super::limits::ONLINE_CACHE_TIME;

/// Asks at most once in a while, for everybody.
pub(crate) struct OnlineCheck {
    client: Client,
    known: Mutex<Option<(Instant, bool)>>,
}

impl fmt::Debug for OnlineCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Online").finish_non_exhaustive()
    }
}

impl OnlineCheck {
    pub(crate) fn new(client: Client) -> Self {
        Self {
            client,
            known: Mutex::new(None),
        }
    }

    /// Whether the service can be reached: then a host whose name is unknown does not exist.
    pub(crate) async fn reaches_service(&self) -> bool {
        let mut known = self.known.lock().await;
        if let Some((asked, reaches)) = *known
            && asked.elapsed() < ONLINE_CACHE_TIME
        {
            return reaches;
        }
        let reaches = self.client.reaches_service().await;
        *known = Some((Instant::now(), reaches));
        reaches
    }
}
