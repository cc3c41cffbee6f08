//! The length by the API, which is asked at the same time as the control connection: it tells
//! whether the list of segments is complete.

use tokio::sync::watch;

/// The length, once the API has said it.
#[derive(Clone, Debug)]
pub struct LengthNews {
    source: watch::Receiver<Option<u64>>,
    is_told: bool,
}

impl LengthNews {
    /// A length that is still to come, in milliseconds, and where it is put in.
    pub fn pending() -> (watch::Sender<Option<u64>>, Self) {
        let (sender, source) = watch::channel(None);
        let is_told = false;
        (sender, Self { source, is_told })
    }

    /// A length that is known already, or never will be.
    pub fn of(length_ms: Option<u64>) -> Self {
        let (_, source) = watch::channel(length_ms);
        let is_told = false;
        Self { source, is_told }
    }

    /// The length that is known at this moment, in milliseconds.
    pub fn known(&self) -> Option<u64> {
        *self.source.borrow()
    }

    /// Waits for the length, once; for ever where it does not come. Nothing is lost where the
    /// wait is given up.
    pub(super) async fn told(&mut self) -> u64 {
        if !self.is_told {
            let length = self.source.wait_for(Option::is_some).await;
            let length = length.ok().and_then(|length| *length);
            self.is_told = true;
            if let Some(length) = length {
                return length;
            }
        }
        std::future::pending().await
    }
}
