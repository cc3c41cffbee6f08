//! Follows the playlists of a running stream: a task reads those of the chosen rendition again and again
//! (RFC 8216 6.3.4).

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, join_all, select};
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};
use url::Url;

use super::super::Client;
use super::super::playlists::{PlaylistBudget, PlaylistError};
use crate::hls::{MediaPlaylist, Playlist, WHAT};
use crate::recording::{Playlists, SourceKind};
use crate::ums::session::StreamInfo;
use crate::{ChannelId, Error, Recording};

/// Playlists are not read more often than this.
const MIN_INTERVAL: Duration = Duration::from_secs(1);

/// Longest target duration that is kept; six seconds are usual.
const MAX_INTERVAL: Duration = Duration::from_secs(30);

/// Longest pause behind failures.
const MAX_PAUSE: Duration = Duration::from_secs(20);

/// Longest pause that is kept if the service asks for one.
const MAX_STATED_PAUSE: Duration = Duration::from_mins(5);

/// Refusals in a row before the service is asked for other URLs: they expire.
const MAX_REFUSALS: u32 = 3;

/// Attempts to read the playlists that are wanted, before others will do.
const MAX_ATTEMPTS: u32 = 5;

/// Reads behind the end of the stream, until nothing is added any more.
const LAST_READS: u32 = 3;

/// News that wait for a slow caller. If there are more, the playlists are not read on.
const MAX_WAITING: usize = 16;

/// What a follower learns.
#[derive(Debug)]
pub(super) enum PlaylistNews {
    /// The playlists as they are now.
    Listed(Playlists),
    /// They cannot be read. The follower goes on.
    Failed(Error),
    /// Nothing is added to them any more.
    Ended,
}

/// What a follower is to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Order {
    /// URLs of the master playlist, the preferred one first.
    addresses: Vec<String>,
    /// Counts the messages that have named them.
    told: u64,
    /// Names of the media playlists that are read; if empty, all.
    wanted: Vec<String>,
    /// The service says that the stream is over.
    is_over: bool,
}

/// The task, and the way to it.
pub(super) struct PlaylistFollower {
    orders: watch::Sender<Order>,
    news: mpsc::Receiver<PlaylistNews>,
    task: JoinHandle<()>,
}

impl Drop for PlaylistFollower {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl PlaylistFollower {
    /// Starts the task. It notifies `renewal` if it needs other URLs.
    pub(super) fn start(client: Client, channel: ChannelId, renewal: Arc<Notify>) -> Self {
        let (sender, news) = mpsc::channel(MAX_WAITING);
        let (orders, received) = watch::channel(Order::default());
        let reader = PlaylistReader {
            client,
            channel,
            renewal,
            orders: received,
            news: sender,
            refusals: 0,
            failures: 0,
        };
        // It ends when nobody takes its news, or gives orders.
        let task = tokio::spawn(async move { drop(reader.run().await) });
        Self { orders, news, task }
    }

    /// Takes over the URLs of the master playlist, as a message names them.
    pub(super) fn set_addresses(&self, addresses: Vec<String>) {
        self.orders.send_modify(|order| {
            order.addresses = addresses;
            order.told += 1;
            order.is_over = false;
        });
    }

    /// Says which media playlists are read from now on.
    pub(super) fn want(&self, names: Vec<String>) {
        self.orders.send_modify(|order| order.wanted = names);
    }

    /// Says that the stream is over: the playlists are read to their end, then
    /// [`PlaylistNews::Ended`] is told.
    pub(super) fn finish(&self) {
        self.orders.send_modify(|order| order.is_over = true);
    }

    /// Waits for news. Cancel-safe.
    pub(super) async fn next(&mut self) -> Option<PlaylistNews> {
        self.news.recv().await
    }
}

/// Nobody takes the news any more, or gives orders.
struct Abandoned;

/// The result of reading all playlists that are wanted, once.
struct Round {
    /// Some have changed.
    is_news: bool,
    /// All have changed.
    is_complete: bool,
    is_ended: bool,
    target: Duration,
    error: Option<Error>,
    stated_pause: Option<Duration>,
}

/// What runs in the task.
struct PlaylistReader {
    client: Client,
    channel: ChannelId,
    renewal: Arc<Notify>,
    orders: watch::Receiver<Order>,
    news: mpsc::Sender<PlaylistNews>,
    /// Refusals in a row, and failures of any kind.
    refusals: u32,
    failures: u32,
}

impl PlaylistReader {
    async fn run(mut self) -> Result<(), Abandoned> {
        loop {
            let order = self.orders.borrow_and_update().clone();
            if order.addresses.is_empty() {
                self.orders.changed().await.map_err(|_| Abandoned)?;
                continue;
            }
            let started = Instant::now();
            match self.fetch_all(&order).await {
                Ok(playlists) => {
                    (self.failures, self.refusals) = (0, 0);
                    self.tell(PlaylistNews::Listed(playlists.clone())).await?;
                    self.read_on(&order, playlists, started).await?;
                }
                Err(error) => {
                    if is_refusal(&error) {
                        self.renewal.notify_one();
                    }
                    let pause = self.pause_after(&error, MIN_INTERVAL, None);
                    self.tell(PlaylistNews::Failed(error)).await?;
                    if order.is_over {
                        self.tell(PlaylistNews::Ended).await?;
                    }
                    self.wait_for_order(&order, started + pause).await?;
                }
            }
        }
    }

    async fn tell(&self, news: PlaylistNews) -> Result<(), Abandoned> {
        self.news.send(news).await.map_err(|_| Abandoned)
    }

    /// Fetches the master playlist and all that it names. Fails if the video is lost, or what is recorded.
    async fn fetch_all(&self, order: &Order) -> Result<Playlists, Error> {
        let mut stream = StreamInfo::default();
        stream.stored.playlists.clone_from(&order.addresses);
        let playlists = self.client.fetch_all(self.channel.into(), &stream).await?;
        let source = SourceKind::Playlists(playlists.clone());
        let recording = Recording::from_source(self.channel, stream, source, None)?;
        if let Some(error) = recording.lost_video() {
            return Err(error);
        }
        let is_missing = |name: &String| playlists.media(name).is_none();
        if order.wanted.iter().any(is_missing) && self.failures < MAX_ATTEMPTS {
            let lost = playlists.lost().into_iter();
            let errors = lost.map(|lost| lost.error.duplicate());
            let error = errors.max_by_key(Error::precedence);
            return Err(error.unwrap_or(Error::NoRendition));
        }
        Ok(playlists)
    }

    /// Reads the media playlists until the master playlist has other URLs.
    async fn read_on(
        &mut self,
        order: &Order,
        mut playlists: Playlists,
        mut started: Instant,
    ) -> Result<(), Abandoned> {
        let mut wanted = self.wanted(&playlists);
        let mut round = Round::of(&playlists, &wanted);
        let mut last_reads = 0;
        loop {
            let is_over = self.orders.borrow().is_over;
            last_reads += u32::from(is_over);
            let is_still = last_reads > 1 && !round.is_news && round.error.is_none();
            if round.is_ended || is_still || last_reads > LAST_READS {
                return self.end(order).await;
            }
            let pause = match &round.error {
                Some(error) => self.pause_after(error, round.target / 2, round.stated_pause),
                None if is_over => MIN_INTERVAL,
                None => round.interval(),
            };
            let wake = started + pause;
            loop {
                let now = self.orders.borrow_and_update().clone();
                if self.needs_master(order, &now) {
                    return Ok(());
                }
                // At the end, what is still to come is there already.
                let is_news = now.is_over && !is_over && round.error.is_none();
                if is_news || Instant::now() >= wake {
                    break;
                }
                self.wait_for_change(wake).await?;
            }
            // Even if the end was told meanwhile.
            sleep_until(started + MIN_INTERVAL).await;
            started = Instant::now();
            wanted = self.wanted(&playlists);
            round = self.read_once(&mut playlists, &wanted).await;
            if round.is_news {
                self.tell(PlaylistNews::Listed(playlists.clone())).await?;
            }
            if round.error.is_none() {
                (self.failures, self.refusals) = (0, 0);
            }
        }
    }

    /// Says that nothing is added any more, and waits for other URLs.
    async fn end(&mut self, order: &Order) -> Result<(), Abandoned> {
        self.tell(PlaylistNews::Ended).await?;
        loop {
            self.orders.changed().await.map_err(|_| Abandoned)?;
            if self.orders.borrow_and_update().told != order.told {
                return Ok(());
            }
        }
    }

    /// Waits until this time, or until the order has changed.
    async fn wait_for_change(&mut self, wake: Instant) -> Result<(), Abandoned> {
        match select(pin!(self.orders.changed()), pin!(sleep_until(wake))).await {
            Either::Left((Err(_), _)) => Err(Abandoned),
            Either::Left((Ok(()), _)) | Either::Right(_) => Ok(()),
        }
    }

    /// Waits until this time, or until other URLs are told.
    async fn wait_for_order(&mut self, order: &Order, wake: Instant) -> Result<(), Abandoned> {
        while Instant::now() < wake && self.orders.borrow().told == order.told {
            self.wait_for_change(wake).await?;
        }
        Ok(())
    }

    /// Returns whether the master playlist must be read again: it has another URL, or this one has
    /// stopped working.
    fn needs_master(&self, known: &Order, now: &Order) -> bool {
        now.told != known.told && (now.addresses != known.addresses || self.failures > 0)
    }

    /// Returns the media playlists that are read.
    fn wanted(&self, playlists: &Playlists) -> Vec<(String, Url)> {
        let order = self.orders.borrow();
        let all = || {
            let all = playlists.addresses();
            all.map(|(name, url)| (name.to_owned(), url.clone()))
        };
        let wanted: Vec<_> = all()
            .filter(|(name, _)| order.wanted.contains(name))
            .collect();
        if wanted.is_empty() {
            all().collect()
        } else {
            wanted
        }
    }

    /// Reads all that is wanted, once and at the same time.
    async fn read_once(&self, playlists: &mut Playlists, wanted: &[(String, Url)]) -> Round {
        let budget = PlaylistBudget::of(self.channel.into());
        let reads = wanted.iter().map(async |(_, url)| {
            match self.client.read_playlist(url, &budget).await {
                Ok(Playlist::Media(media)) => Ok(media),
                Ok(Playlist::Master(_)) => Err(PlaylistError {
                    error: Error::Malformed {
                        what: WHAT,
                        problem: "it names no segments".to_owned(),
                    },
                    retry_after: None,
                }),
                Err(refused) => Err(refused),
            }
        });
        let (mut changed, mut error, mut stated_pause) = (0, None, None);
        for ((name, _), read) in wanted.iter().zip(join_all(reads).await) {
            match read {
                Ok(media) => changed += usize::from(playlists.replace(name, media)),
                Err(refused) => {
                    let cause = refused.error;
                    tracing::debug!(name, error = %cause, "a playlist of the stream cannot be read");
                    error = Some(cause);
                    stated_pause = stated_pause.max(refused.retry_after);
                }
            }
        }
        Round {
            is_news: changed > 0,
            is_complete: changed == wanted.len(),
            error,
            stated_pause,
            ..Round::of(playlists, wanted)
        }
    }

    /// Counts a failure, and returns the pause behind it: from `shortest` on, it doubles. URLs that are
    /// refused again and again are asked for anew.
    fn pause_after(
        &mut self,
        error: &Error,
        shortest: Duration,
        stated: Option<Duration>,
    ) -> Duration {
        if is_refusal(error) {
            self.refusals += 1;
            if self.refusals.is_multiple_of(MAX_REFUSALS) {
                tracing::info!(%error, "the playlists have expired; asking for them anew");
                self.renewal.notify_one();
            }
        } else {
            self.refusals = 0;
        }
        // More doublings than this exceed the longest pause anyway.
        let doublings = self.failures.min(8);
        self.failures = self.failures.saturating_add(1);
        let pause = shortest.max(MIN_INTERVAL).saturating_mul(1 << doublings);
        let stated = match error {
            Error::Busy { retry_after } => stated.max(*retry_after),
            _ => stated,
        };
        let stated = stated.unwrap_or_default().min(MAX_STATED_PAUSE);
        pause.min(MAX_PAUSE).max(stated)
    }
}

impl Round {
    /// Returns what the playlists say that are here. They count as changed.
    fn of(playlists: &Playlists, wanted: &[(String, Url)]) -> Self {
        let media = || wanted.iter().filter_map(|(name, _)| playlists.media(name));
        let target_ms = media().map(|media: &MediaPlaylist| media.target_ms).max();
        let target = Duration::from_millis(target_ms.unwrap_or(0));
        Self {
            is_news: true,
            is_complete: true,
            is_ended: media().next().is_some() && media().all(|media| media.is_ended),
            target: target.clamp(MIN_INTERVAL, MAX_INTERVAL),
            error: None,
            stated_pause: None,
        }
    }

    /// Returns how long after its start the next one may start (RFC 8216 6.3.4).
    fn interval(&self) -> Duration {
        if self.is_complete {
            self.target
        } else {
            (self.target / 2).max(MIN_INTERVAL)
        }
    }
}

/// Returns whether the service says that there is nothing at a URL, or not any more.
fn is_refusal(error: &Error) -> bool {
    matches!(
        error,
        Error::Status {
            status: 401 | 403 | 404 | 410,
            ..
        }
    )
}
