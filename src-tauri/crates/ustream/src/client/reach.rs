//! Whether the service can be reached at all.

use std::time::Duration;

use super::Client;

/// The answer does not matter: a connection that is open by then is enough.
const REACH_TIMEOUT: Duration = Duration::from_secs(6);

impl Client {
    /// Whether the service's own host answers anything: then this computer is connected.
    pub async fn reaches_service(&self) -> bool {
        let asked = self
            .http
            .get("https://api.video.ibm.com/")
            .timeout(REACH_TIMEOUT);
        match asked.send().await {
            Ok(_) => true,
            Err(error) => !error.is_connect() && !error.is_timeout(),
        }
    }
}
