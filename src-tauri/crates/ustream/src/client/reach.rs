//! Checks whether the service can be reached.

use std::time::Duration;

use super::Client;

/// Timeout for opening a connection and receiving any response.
const REACH_TIMEOUT: Duration = Duration::from_secs(6);

impl Client {
    /// Returns whether the API's host responds at all, that is, whether this computer is online.
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
