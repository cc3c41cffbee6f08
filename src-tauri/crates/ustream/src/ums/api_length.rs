//! Passes the recording's length from the API to a running session.
//!
//! The API is asked at the same time as the control connection. The length tells whether the list
//! of segments is complete.

use tokio::sync::watch;

/// The receiving end of the length that the API states, in milliseconds.
#[derive(Clone, Debug)]
pub(crate) struct ApiLength {
    source: watch::Receiver<Option<u64>>,
    is_received: bool,
}

impl ApiLength {
    /// Creates a length that is not known yet, and the sender that sets it.
    pub(crate) fn channel() -> (watch::Sender<Option<u64>>, Self) {
        let (sender, source) = watch::channel(None);
        (
            sender,
            Self {
                source,
                is_received: false,
            },
        )
    }

    /// Creates a length that is known already; `None` if it will never be known.
    pub(crate) fn of(length_ms: Option<u64>) -> Self {
        let (_, source) = watch::channel(length_ms);
        Self {
            source,
            is_received: false,
        }
    }

    /// Waits for the length and returns it once, in milliseconds. Never completes if there is no
    /// length or it was returned before. Cancel-safe.
    pub(super) async fn received(&mut self) -> u64 {
        if !self.is_received {
            let length = self.source.wait_for(Option::is_some).await;
            let length = length.ok().and_then(|length| *length);
            self.is_received = true;
            if let Some(length) = length {
                return length;
            }
        }
        std::future::pending().await
    }
}
