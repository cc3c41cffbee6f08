//! The way of news about a running stream from the session, which runs in a task, to the caller.

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::message::WHAT;
use super::session::LiveNews;
use crate::Error;

/// News that wait for a slow caller: hours of them. If there are more, the connection is not read
/// until some are taken.
const MAX_WAITING: usize = 256;

/// News and when they came.
#[derive(Debug)]
pub(crate) struct FeedItem {
    pub(crate) news: LiveNews,
    pub(crate) at: Instant,
}

/// The sending end.
#[derive(Clone, Debug)]
pub(crate) struct FeedSender(mpsc::Sender<FeedItem>);

/// Creates a feed.
pub(crate) fn feed() -> (FeedSender, mpsc::Receiver<FeedItem>) {
    let (sender, receiver) = mpsc::channel(MAX_WAITING);
    (FeedSender(sender), receiver)
}

impl FeedSender {
    /// Hands news on. Fails if nobody waits for them any more, which ends the session.
    pub(super) async fn tell(&self, news: LiveNews) -> Result<(), Error> {
        let at = Instant::now();
        let sent = self.0.send(FeedItem { news, at }).await;
        sent.map_err(|_| Error::Timeout(WHAT))
    }
}
