//! The length by the API, which is asked at the same time as the control connection: it tells
//! whether the list of segments is complete.

use tokio::sync::watch;

/// The length, once the API has said it.
#[derive(Clone, Debug)]
pub struct ApiLength {
    source: watch::Receiver<Option<u64>>,
    is_received: bool,
}

impl ApiLength {
    /// A length that is still to come, in milliseconds, and where it is put in.
    pub fn channel() -> (watch::Sender<Option<u64>>, Self) {
        let (sender, source) = watch::channel(None);
        let is_told = false;
        (
            sender,
            Self {
                source,
                is_received: is_told,
            },
        )
    }

    /// A length that is known already, or never will be.
    pub fn of(length_ms: Option<u64>) -> Self {
        let (_, source) = watch::channel(length_ms);
        let is_received = false;
        Self {
            source,
            is_received,
        }
    }

    /// The length that is known at this moment, in milliseconds.
    pub fn known(&self) -> Option<u64> {
        *self.source.borrow()
    }

    /// Waits for the length, once; for ever where it does not come. Nothing is lost where the
    /// wait is given up.
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
