//! The one door to the service, and the only I/O in the crate besides the socket.

use crate::{Access, ChannelId, Endpoint, Error, Recording, RecordingId, Target};

/// Talks to the service. A clone is another handle to the same client.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
}

/// What a target leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The recording.
    pub recording: RecordingId,
    /// The channel it was found through, where it is known.
    pub channel: Option<ChannelId>,
    /// The target was a channel, and this is its newest recording.
    pub newest: bool,
}

impl Client {
    /// A client for `endpoint`.
    pub fn new(endpoint: &Endpoint) -> Result<Self, Error> {
        Ok(Self { http: endpoint.http().build().map_err(Error::Network)? })
    }

    /// Follows a target to one recording; of a channel, the newest.
    pub async fn find(&self, target: &Target, access: &Access) -> Result<Found, Error> {
        let _ = (target, access, &self.http);
        Err(Error::NotRecorded)
    }

    /// Everything about one recording, with the addresses of its pieces as they are now.
    pub async fn recording(&self, found: Found, access: &Access) -> Result<Recording, Error> {
        let _ = (found, access);
        Err(Error::NotRecorded)
    }
}
