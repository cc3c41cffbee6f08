//! The running stream of a channel: opens its control connection, which a task then keeps. If the stream is
//! offered to HLS players only, another task reads its playlists.

mod playlists;

use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use self::playlists::{PlaylistFollower, PlaylistNews};
use super::playlists::is_permanent;
use super::strategies::more_specific;
use super::{Client, TITLE_TIMEOUT, final_error, locks_of, resolve, session_query};
use crate::api::{ApiResponse, ChannelInfo, Locks, VideoInfo};
use crate::ums::message::WHAT;
use crate::ums::session::{LiveNews, SessionQuery, Transport};
use crate::ums::stream::StreamState;
use crate::ums::{self, FeedItem, SessionOutcome, polling, socket};
use crate::{Access, ChannelId, Error, LiveUpdate, Lock, Recording, Rendition, hls};

/// How long to wait for the servers of the segments once these are known.
const SERVERS_GRACE: Duration = Duration::from_secs(5);

/// How long the control connection may still take once the API says that the channel is off air. It
/// sometimes says nothing at all then (observed).
const OFF_AIR_GRACE: Duration = Duration::from_secs(5);

/// How long the playlists of a stream may take until they are there, with the control connection.
const PLAYLISTS_TIMEOUT: Duration = Duration::from_mins(1);

/// Attempts to read the playlists of a stream before it is taken as one that cannot be read.
const MAX_FAILURES: u32 = 2;

/// What happens to a running stream.
#[derive(Debug)]
pub enum LiveEvent {
    /// The service has told something new, mostly the hashes of further segments, or their names in
    /// playlists.
    Updated(Box<LiveUpdate>),
    /// The connection is lost, or the attempt to connect again has failed, or to read the playlists
    /// anew. The next attempt follows after a pause of at most half a minute, or what the service asks
    /// for, without end: the caller decides when to give up, by dropping the [`LiveStream`]. It stays
    /// with its transport: in a network that has begun to refuse websockets, [opening](Client::live) the
    /// stream again finds the other one.
    Reconnecting(Error),
    /// The connection is back.
    Reconnected,
    /// The channel has gone off air. The connection stays: if it goes on air again, there is an
    /// [`Self::Updated`].
    Ended,
    /// The service refuses to go on, for instance with [`Error::Locked`] or [`Error::NotFound`]. No
    /// other event follows. The stream may be [opened](Client::live) again, and a plan goes on with
    /// the updates of that.
    Failed(Error),
}

/// The running stream of a channel.
///
/// A task keeps its control connection until this is dropped.
pub struct LiveStream {
    latest: LiveUpdate,
    /// What the API says of the channel.
    video: Option<VideoInfo>,
    client_started: Instant,
    feed: mpsc::Receiver<FeedItem>,
    task: JoinHandle<Result<SessionOutcome, Error>>,
    /// Of a stream that is offered as playlists.
    playlists: Option<PlaylistFollower>,
    failed: Option<Error>,
}

/// What is heard of a stream.
enum Heard {
    Connection(FeedItem),
    Playlists(PlaylistNews),
}

impl fmt::Debug for LiveStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("LiveStream");
        debug
            .field("channel", &self.latest.channel)
            .finish_non_exhaustive()
    }
}

impl Drop for LiveStream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Client {
    /// Opens the running stream of a channel: over a websocket, or by long polling if that fails, or as
    /// HLS playlists if it has no segmented format. Returns as soon as its segments are known.
    ///
    /// Fails with [`Error::OffAir`] if the channel does not broadcast, with [`Error::Locked`] if
    /// `access` does not open its lock, with [`Error::NotFound`] if it does not exist, else with the
    /// more specific error of all transports.
    pub async fn live(&self, channel: ChannelId, access: &Access) -> Result<LiveStream, Error> {
        Box::pin(self.live_unboxed(channel, access)).await
    }

    async fn live_unboxed(&self, channel: ChannelId, access: &Access) -> Result<LiveStream, Error> {
        let hash = self.known_hash(channel);
        let query = session_query(channel, hash.clone(), access);
        let (answer, opened) = self.ask_api_and_open(channel, query).await;
        let answer = answer.ok().map(|answer| answer.map(described));
        if let Some(ApiResponse::Removed(words)) = answer {
            return Err(Error::NotFound(words));
        }
        let opened = match opened {
            Ok(None) if locks_of(answer.as_ref()).is_some_and(Locks::is_login) => {
                return Err(Error::Locked(Lock::Login));
            }
            Ok(None) => self.open_with_form(channel, hash, access).await,
            Ok(Some(stream)) => Ok(stream),
            Err(error) => Err(error),
        };
        match (opened, answer) {
            (Ok(mut stream), answer) => {
                if let Some(ApiResponse::Available(video)) = answer {
                    stream.video = Some(video);
                }
                Ok(stream)
            }
            (Err(error), answer) => {
                Err(final_error(error, channel.into(), answer.as_ref(), access))
            }
        }
    }

    /// Asks the API and opens the control connection concurrently. The API may fail.
    async fn ask_api_and_open(
        &self,
        channel: ChannelId,
        query: SessionQuery,
    ) -> (
        Result<ApiResponse<ChannelInfo>, Error>,
        Result<Option<LiveStream>, Error>,
    ) {
        let api = pin!(self.channel_info(channel));
        let opening = pin!(self.open_live(channel, query));
        match select(api, opening).await {
            Either::Left((answer @ Ok(ApiResponse::Removed(_)), _)) => {
                (answer, Err(Error::NotFound(channel.to_string())))
            }
            Either::Left((answer, opening)) => {
                let is_off_air = matches!(&answer, Ok(ApiResponse::Available(it)) if !it.is_live);
                let opened = if is_off_air {
                    let opened = tokio::time::timeout(OFF_AIR_GRACE, opening).await;
                    opened.unwrap_or(Err(Error::OffAir))
                } else {
                    opening.await
                };
                (answer, opened)
            }
            Either::Right((opened, api)) => {
                let answer = tokio::time::timeout(TITLE_TIMEOUT, api).await;
                (answer.unwrap_or(Err(Error::Timeout("the API"))), opened)
            }
        }
    }

    /// Fills in the form of the channel and opens the stream with its hash.
    async fn open_with_form(
        &self,
        channel: ChannelId,
        tried: Option<String>,
        access: &Access,
    ) -> Result<LiveStream, Error> {
        let visited = self.visit(&resolve::channel_page_url(channel)).await.ok();
        let hash = self
            .other_hash(channel, (visited.as_ref(), tried), access)
            .await?;
        let query = session_query(channel, Some(hash), access);
        let opened = self.open_live(channel, query).await?;
        opened.ok_or_else(|| self.form_is_refused(channel, visited.as_ref()))
    }

    /// Opens the stream over the first transport that works; returns `None` if the hash of the
    /// sign-up form is missing or was not accepted.
    async fn open_live(
        &self,
        channel: ChannelId,
        query: SessionQuery,
    ) -> Result<Option<LiveStream>, Error> {
        let socket = self.open_over(Transport::Socket, channel, query.clone());
        let error = match socket.await {
            Err(error) if !error.is_final() => error,
            opened => return opened,
        };
        tracing::info!(%error, "no stream over the websocket; trying long polling");
        self.note(format_args!(
            "no stream over the websocket ({error}); trying long polling"
        ));
        let polled = self.open_over(Transport::Polling, channel, query.clone());
        let error = match polled.await {
            Err(later) if !later.is_final() => more_specific(error, later),
            opened => return opened,
        };
        tracing::info!(%error, "no segments of the stream; trying playlists");
        self.note(format_args!(
            "no segments of the stream ({error}); trying playlists"
        ));
        let opening = self.open_over(Transport::Playlists, channel, query);
        let opened = tokio::time::timeout(PLAYLISTS_TIMEOUT, opening).await;
        let opened = opened.unwrap_or(Err(Error::Timeout(hls::WHAT)));
        opened.map_err(|later| more_specific(error, later))
    }

    async fn open_over(
        &self,
        transport: Transport,
        channel: ChannelId,
        query: SessionQuery,
    ) -> Result<Option<LiveStream>, Error> {
        let (sender, feed) = ums::feed();
        let http = self.control.clone();
        let renewal = Arc::new(Notify::new());
        let playlists = (transport == Transport::Playlists)
            .then(|| PlaylistFollower::start(self.clone(), channel, Arc::clone(&renewal)));
        let task = tokio::spawn(async move {
            match transport {
                Transport::Socket => socket::follow(&http, query, sender).await,
                Transport::Polling | Transport::Playlists => {
                    polling::follow(&http, (query, transport), sender, renewal).await
                }
            }
        });
        let mut stream = LiveStream {
            latest: LiveUpdate::new(channel),
            video: None,
            client_started: self.memory.started.0,
            feed,
            task,
            playlists,
            failed: None,
        };
        Ok(stream.open().await?.then_some(stream))
    }
}

/// Returns what the API says of a channel in the form of what it says of a recording.
fn described(info: ChannelInfo) -> VideoInfo {
    VideoInfo {
        title: info.title,
        owner: info.owner,
        thumbnail: info.thumbnail,
        locks: info.locks,
        ..VideoInfo::default()
    }
}

impl LiveStream {
    /// Waits until the segments are known, and a little longer for their servers. Returns `false` if
    /// the hash of the sign-up form is missing.
    async fn open(&mut self) -> Result<bool, Error> {
        let mut failures = 0;
        while !self.latest.is_usable() {
            match self.hear().await {
                Some(Heard::Playlists(PlaylistNews::Failed(error))) => {
                    failures += 1;
                    if failures >= MAX_FAILURES || is_permanent(&error) {
                        return Err(error);
                    }
                }
                Some(Heard::Playlists(PlaylistNews::Ended)) => return Err(Error::OffAir),
                Some(heard) => drop(self.apply(heard)),
                None => return self.ended().await.map(|()| false),
            }
        }
        self.recording()?;
        if self.latest.playlists.is_some() {
            return Ok(true);
        }
        // It has segments, even if it was asked for playlists.
        self.playlists = None;
        let until = Instant::now() + SERVERS_GRACE;
        while self.latest.stream.sites.is_empty() {
            // A stream that fails meanwhile is reported by `next`.
            match tokio::time::timeout_at(until, self.feed.recv()).await {
                Ok(Some(item)) => drop(self.apply(Heard::Connection(item))),
                Ok(None) | Err(_) => break,
            }
        }
        Ok(true)
    }

    /// Waits for the connection or the playlists. Cancel-safe.
    async fn hear(&mut self) -> Option<Heard> {
        let Some(playlists) = &mut self.playlists else {
            return self.feed.recv().await.map(Heard::Connection);
        };
        match select(pin!(self.feed.recv()), pin!(playlists.next())).await {
            Either::Left((item, _)) => item.map(Heard::Connection),
            Either::Right((news, _)) => news.map(Heard::Playlists),
        }
    }

    /// Says which rendition is recorded: only its playlists are read from now on. It may be called again.
    pub fn follow(&self, rendition: &Rendition) {
        if let Some(playlists) = &self.playlists {
            let names = rendition.tracks.iter().map(|track| track.template.clone());
            playlists.want(names.collect());
        }
    }

    /// Waits for the end of the task. It succeeds if the hash of the sign-up form is missing.
    async fn ended(&mut self) -> Result<(), Error> {
        match (&mut self.task).await {
            Ok(Ok(SessionOutcome::NeedsHash)) => Ok(()),
            Ok(Err(error)) => Err(error),
            // It never completes, and it only fails to be joined if it panics.
            Ok(Ok(SessionOutcome::Known(_))) | Err(_) => Err(Error::Timeout(WHAT)),
        }
    }

    /// Waits for the next event. Cancel-safe. What happens between two calls is kept.
    pub async fn next(&mut self) -> LiveEvent {
        loop {
            if let Some(error) = &self.failed {
                return LiveEvent::Failed(error.duplicate());
            }
            if let Some(heard) = self.hear().await {
                if let Some(event) = self.apply(heard) {
                    return event;
                }
                continue;
            }
            self.failed = Some(match self.ended().await {
                Ok(()) => Error::Locked(Lock::Other("hash".to_owned())),
                Err(error) => error,
            });
        }
    }

    /// Takes over what was heard.
    fn apply(&mut self, heard: Heard) -> Option<LiveEvent> {
        let item = match heard {
            Heard::Connection(item) => item,
            Heard::Playlists(PlaylistNews::Listed(playlists)) => {
                self.latest.playlists = Some(playlists);
                self.latest.at = self.client_started.elapsed();
                return Some(LiveEvent::Updated(Box::new(self.latest.clone())));
            }
            Heard::Playlists(PlaylistNews::Failed(error)) => {
                return Some(LiveEvent::Reconnecting(error));
            }
            Heard::Playlists(PlaylistNews::Ended) => return Some(LiveEvent::Ended),
        };
        match (item.news, &self.playlists) {
            (LiveNews::Update(info), Some(playlists)) => {
                if let Some(StreamState::Stored(stored)) = &info.stream
                    && !stored.playlists.is_empty()
                {
                    playlists.set_addresses(stored.playlists.clone());
                }
                let at = self.latest.at;
                self.latest.take(*info, at);
                None
            }
            (LiveNews::Update(info), None) => {
                let at = item.at.saturating_duration_since(self.client_started);
                let is_news = self.latest.take(*info, at);
                is_news.then(|| LiveEvent::Updated(Box::new(self.latest.clone())))
            }
            // What is still to come is read before the end is told.
            (LiveNews::OffAir, Some(playlists)) => {
                playlists.finish();
                None
            }
            (LiveNews::OffAir, None) => Some(LiveEvent::Ended),
            (LiveNews::Lost(error), _) => Some(LiveEvent::Reconnecting(error)),
            (LiveNews::Back, _) => Some(LiveEvent::Reconnected),
        }
    }

    /// Returns the channel.
    pub fn channel(&self) -> ChannelId {
        self.latest.channel
    }

    /// Returns what is known now, as the newest [`LiveEvent::Updated`] does.
    pub fn latest(&self) -> &LiveUpdate {
        &self.latest
    }

    /// Returns the stream in the form of a recording, with title, owner, thumbnail and the renditions
    /// to choose from. Fails like [`Recording::new`].
    pub fn recording(&self) -> Result<Recording, Error> {
        self.latest.described_by(self.video.clone())
    }
}
