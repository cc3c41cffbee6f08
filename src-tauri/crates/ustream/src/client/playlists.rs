//! Fetches HLS playlists: the master playlist and all media playlists that it names, at once, since
//! their URLs expire.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::{Either, select};
use url::Url;

use super::Client;
use super::strategies::{StrategyOutcome, more_specific};
use crate::hls::{
    self, MAX_PLAYLIST_BYTES, MasterPlaylist, MediaPlaylist, Playlist, Variant, WHAT,
};
use crate::http::{self, BodyLimit};
use crate::recording::Playlists;
use crate::ums::polling::{self, PollingConnection};
use crate::ums::session::{SessionQuery, StreamInfo, Transport};
use crate::ums::{ApiLength, SessionOutcome};
use crate::{Error, MediaId, Promises, hosts};

/// Timeout for one playlist.
const PLAYLIST_TIMEOUT: Duration = Duration::from_secs(15);

/// Media playlists that are fetched concurrently.
const MAX_PARALLEL: usize = 4;

/// Attempts to fetch a playlist after connection and server errors.
const MAX_ATTEMPTS: u32 = 4;

/// Attempts to fetch a playlist that has no end or cannot be parsed.
const MAX_READS: u32 = 2;

/// Pause before the second attempt; doubled before each further one.
const RETRY_PAUSE: Duration = Duration::from_millis(500);

/// Longest pause between attempts. Playlists expire, so a longer one needs a new handshake.
const MAX_RETRY_PAUSE: Duration = Duration::from_secs(5);

/// Handshakes in all: a second one in case playlists expired before they were fetched.
const MAX_HANDSHAKES: u32 = 2;

/// Largest sum of all playlists of a recording.
const MAX_BYTES: usize = 24 << 20;

/// Most segments in all media playlists of a recording.
const MAX_SEGMENTS: usize = 200_000;

impl Client {
    /// Asks the control connection as an HLS player does, and fetches the playlists that it names.
    pub(super) async fn playlists(&self, query: SessionQuery) -> Result<StrategyOutcome, Error> {
        let id = query.media;
        let mut incomplete: Option<StrategyOutcome> = None;
        for handshake in 1.. {
            // Playlists are complete: no need to wait for the length.
            let length = ApiLength::of(None);
            let asked =
                polling::ask(&self.control, query.clone(), Transport::Playlists, length).await;
            let (stream, connection) = match asked {
                Ok((SessionOutcome::Known(stream), connection)) => (stream, connection),
                Ok((SessionOutcome::NeedsHash, _)) => return Ok(StrategyOutcome::NeedsHash),
                Err(error) => return incomplete.ok_or(error),
            };
            if stream.stored.playlists.is_empty() {
                let has_files = !stream.stored.files.is_empty();
                return Ok(if has_files {
                    StrategyOutcome::Files(stream)
                } else {
                    StrategyOutcome::Segments(stream)
                });
            }
            let fetching = self.fetch_all(id, &stream);
            let (playlists, problem) = match while_polling(connection, fetching).await {
                Ok(playlists) => {
                    let lost = playlists.lost().into_iter();
                    let errors = lost.map(|lost| lost.error.duplicate());
                    let problem =
                        errors.max_by_key(|error| (!is_permanent(error), error.precedence()));
                    (playlists, problem)
                }
                Err(error) => (Playlists::default(), Some(error)),
            };
            let is_empty = playlists.renditions().is_empty();
            let outcome = (!is_empty).then(|| StrategyOutcome::Playlists(stream, playlists));
            let Some(problem) = problem else {
                return outcome.ok_or(Error::NoRendition);
            };
            if handshake >= MAX_HANDSHAKES || is_permanent(&problem) {
                let outcome = outcome.or(incomplete);
                if outcome.is_some() {
                    tracing::warn!(%problem, "a playlist is left out");
                }
                return outcome.ok_or(problem);
            }
            tracing::info!(%problem, "playlists could not be had; asking anew");
            self.note(format_args!("no playlists ({problem}); asking anew"));
            incomplete = outcome.or(incomplete);
        }
        Err(Error::NoRendition)
    }

    /// Fetches the first master playlist that can be read, and the media playlists that it names.
    pub(super) async fn fetch_all(
        &self,
        id: MediaId,
        stream: &StreamInfo,
    ) -> Result<Playlists, Error> {
        let mut problem: Option<Error> = None;
        let budget = PlaylistBudget::of(id);
        for address in &stream.stored.playlists {
            match self.fetch_master(address, &budget).await {
                Ok((_, Playlist::Master(master))) => {
                    return Ok(self.fetch_media_playlists(id, master, &budget).await);
                }
                Ok((url, Playlist::Media(media))) => {
                    let media = Arc::new(media);
                    return Ok(Playlists::new(id, single_variant(url), |_| {
                        Ok(Arc::clone(&media))
                    }));
                }
                Err(error) => {
                    let known = problem.take();
                    problem = Some(match known {
                        Some(known) => more_specific(known, error),
                        None => error,
                    });
                }
            }
        }
        Err(problem.unwrap_or(Error::NoRendition))
    }

    async fn fetch_master(
        &self,
        address: &str,
        budget: &PlaylistBudget,
    ) -> Result<(Url, Playlist), Error> {
        let url = Url::parse(address).map_err(|error| Error::Malformed {
            what: WHAT,
            problem: format!("an address that is none: {error}"),
        })?;
        let playlist = self.fetch_playlist(&url, budget).await?;
        Ok((url, playlist))
    }

    /// Fetches all media playlists, each once: audio first, since all variants need it, then the
    /// variants, the best first.
    async fn fetch_media_playlists(
        &self,
        id: MediaId,
        master: MasterPlaylist,
        budget: &PlaylistBudget,
    ) -> Playlists {
        let mut variants: Vec<&Variant> = master.variants.iter().collect();
        variants.sort_by_key(|it| (Reverse(it.height), Reverse(it.bitrate_kbps)));
        let audio = master
            .audio_renditions
            .iter()
            .filter_map(|it| it.url.as_ref());
        let mut seen = HashSet::new();
        let urls: Vec<Url> = audio
            .chain(variants.iter().map(|it| &it.url))
            .filter(|url| seen.insert(*url))
            .cloned()
            .collect();
        let fetched = urls.into_iter().map(async |url| {
            let media = match self.fetch_playlist(&url, budget).await {
                Ok(Playlist::Media(media)) => Ok(Arc::new(media)),
                Ok(Playlist::Master(_)) => Err(Error::Malformed {
                    what: WHAT,
                    problem: "it names no segments".to_owned(),
                }),
                Err(error) => Err(error),
            };
            (url, media.map_err(Arc::new))
        });
        let mut fetched = futures_util::stream::iter(fetched).buffer_unordered(MAX_PARALLEL);
        let mut known: HashMap<Url, Result<Arc<MediaPlaylist>, Arc<Error>>> = HashMap::new();
        while let Some((url, media)) = fetched.next().await {
            if let Err(error) = &media {
                tracing::debug!(path = url.path(), %error, "no playlist");
            }
            known.insert(url, media);
        }
        // Cloned, since a playlist may be named twice.
        Playlists::new(id, master, |url| {
            let fetched = known.get(url).cloned();
            fetched.unwrap_or_else(|| Err(Arc::new(Error::Timeout(WHAT))))
        })
    }

    /// Fetches a playlist, with retries after errors that may pass.
    async fn fetch_playlist(&self, url: &Url, budget: &PlaylistBudget) -> Result<Playlist, Error> {
        let mut pause = RETRY_PAUSE;
        for attempt in 1.. {
            let PlaylistError { error, retry_after } = match self.read_playlist(url, budget).await {
                Ok(playlist) => return Ok(playlist),
                Err(refused) => refused,
            };
            let max_attempts = match &error {
                Error::Network(cause) if !cause.is_timeout() => MAX_ATTEMPTS,
                Error::Busy { .. } => MAX_ATTEMPTS,
                Error::Status { status, .. } if *status >= 500 => MAX_ATTEMPTS,
                Error::StillLive | Error::Malformed { .. } => MAX_READS,
                _ => 1,
            };
            let wait = retry_after.unwrap_or_default().max(pause);
            if attempt >= max_attempts || wait > MAX_RETRY_PAUSE {
                return Err(error);
            }
            tracing::debug!(path = url.path(), %error, "asking for a playlist again");
            tokio::time::sleep(wait).await;
            pause *= 2;
        }
        Err(Error::Timeout(WHAT))
    }

    /// Fetches a playlist once.
    pub(super) async fn read_playlist(
        &self,
        url: &Url,
        budget: &PlaylistBudget,
    ) -> Result<Playlist, PlaylistError> {
        let mut retry_after = None;
        // Playlists come from the service's own hosts only, never from a CDN shared with others.
        if !hosts::is_site_url(url) {
            let host = crate::lenient_json::clean_text(url.host_str().unwrap_or("nowhere"));
            let error = Error::Misdirected(format!("its playlist lies on {host}"));
            return Err(PlaylistError { error, retry_after });
        }
        let asked = async {
            let response = self.control.send(self.control.get(url.clone())).await;
            let response = response.map_err(http::error)?;
            retry_after = http::retry_after(&response);
            let bytes = MAX_PLAYLIST_BYTES;
            http::read(response, BodyLimit { what: WHAT, bytes }).await
        };
        let answer = tokio::time::timeout(PLAYLIST_TIMEOUT, asked).await;
        let answer = answer.unwrap_or(Err(Error::Timeout(WHAT)));
        let playlist = answer.and_then(|answer| {
            if !answer.status.is_success() {
                return Err(super::status_error(&answer));
            }
            let playlist = if budget.is_of_stream {
                hls::read_running(&answer.body, &answer.url)?
            } else {
                hls::read(&answer.body, &answer.url)?
            };
            budget.take(answer.body.len(), &playlist)?;
            Ok(playlist)
        });
        playlist.map_err(|error| PlaylistError { error, retry_after })
    }
}

/// Why a playlist could not be fetched, and the pause that the server asks for.
pub(super) struct PlaylistError {
    pub(super) error: Error,
    pub(super) retry_after: Option<Duration>,
}

/// What the playlists of one recording, or one look at those of a running stream, may still take.
pub(super) struct PlaylistBudget {
    bytes: AtomicUsize,
    segments: AtomicUsize,
    /// Whether playlists without an end are read.
    is_of_stream: bool,
}

impl PlaylistBudget {
    /// Returns the budget of a recording, or of the running stream of a channel.
    pub(super) fn of(id: MediaId) -> Self {
        Self {
            bytes: AtomicUsize::new(MAX_BYTES),
            segments: AtomicUsize::new(MAX_SEGMENTS),
            is_of_stream: matches!(id, MediaId::Channel(_)),
        }
    }

    /// Subtracts one playlist; fails if the budget is exceeded.
    pub(super) fn take(&self, bytes: usize, playlist: &Playlist) -> Result<(), Error> {
        let segments = match playlist {
            Playlist::Media(media) => media.segments.len(),
            Playlist::Master(_) => 0,
        };
        let take = |left: &AtomicUsize, amount: usize| {
            left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(amount))
                .is_ok()
        };
        if take(&self.bytes, bytes) && take(&self.segments, segments) {
            return Ok(());
        }
        Err(Error::Unsupported(
            "more and longer playlists than a recording has".to_owned(),
        ))
    }
}

/// Polls `connection` during `fetching`: the service invalidates the playlists when polling stops.
async fn while_polling<T>(connection: PollingConnection, fetching: impl Future<Output = T>) -> T {
    match select(pin!(fetching), pin!(connection.keep_alive())).await {
        Either::Left((fetched, _)) => fetched,
        Either::Right((never, _)) => match never {},
    }
}

/// Returns whether a new handshake would fail in the same way.
pub(super) fn is_permanent(problem: &Error) -> bool {
    matches!(
        problem,
        Error::Encrypted
            | Error::Unsupported(_)
            | Error::Misdirected(_)
            | Error::TooLarge { .. }
            | Error::StillLive
    )
}

/// Wraps a media playlist that the service names directly into a master playlist.
pub(super) fn single_variant(url: Url) -> MasterPlaylist {
    MasterPlaylist {
        variants: vec![Variant {
            url,
            width: None,
            height: None,
            bitrate_kbps: None,
            audio_group: None,
            is_audio_only: false,
            promises: Promises::default(),
        }],
        audio_renditions: Vec::new(),
    }
}
