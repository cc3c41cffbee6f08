//! Playlists and what they name, all at once: they expire while one looks at them.

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
use crate::{Error, Promises, RecordingId, hosts};

/// One playlist may take this long.
const PLAYLIST_TIMEOUT: Duration = Duration::from_secs(15);

/// Playlists that are on their way at once.
const MAX_PARALLEL: usize = 4;

/// Times that one playlist is asked for where its server stumbles.
const MAX_ATTEMPTS: u32 = 4;

/// Times that a playlist is looked at which has no end or cannot be read.
const MAX_READS: u32 = 2;

/// A server that has just stumbled is given this long, then twice as long each time.
const RETRY_PAUSE: Duration = Duration::from_millis(500);

/// Playlists expire: who asks for a longer pause is asked anew from the beginning.
const MAX_RETRY_PAUSE: Duration = Duration::from_secs(5);

/// Handshakes: one more where playlists have expired before they were fetched.
const MAX_HANDSHAKES: u32 = 2;

/// Bytes of all media playlists of a recording.
const MAX_BYTES: usize = 24 << 20;

/// Segments that all media playlists of a recording name.
const MAX_SEGMENTS: usize = 200_000;

impl Client {
    /// Asks as the player for HLS does, and fetches what it is told of.
    pub(super) async fn playlists(&self, question: SessionQuery) -> Result<StrategyOutcome, Error> {
        let id = question.recording;
        let mut incomplete: Option<StrategyOutcome> = None;
        for handshake in 1.. {
            // Playlists list everything: a length is not waited for.
            let length = ApiLength::of(None);
            let asked = polling::ask(
                &self.control,
                question.clone(),
                Transport::Playlists,
                length,
            )
            .await;
            let (stream, line) = match asked {
                Ok((SessionOutcome::Known(stream), line)) => (stream, line),
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
            let (playlists, problem) = match while_polling(line, fetching).await {
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
            let told = (!is_empty).then(|| StrategyOutcome::Playlists(stream, playlists));
            let Some(problem) = problem else {
                return told.ok_or(Error::NoRendition);
            };
            if handshake >= MAX_HANDSHAKES || is_permanent(&problem) {
                let told = told.or(incomplete);
                if told.is_some() {
                    tracing::warn!(%problem, "a playlist is left out");
                }
                return told.ok_or(problem);
            }
            tracing::info!(%problem, "playlists could not be had; asking anew");
            incomplete = told.or(incomplete);
        }
        Err(Error::NoRendition)
    }

    /// The first master playlist that can be had, and all that it names.
    async fn fetch_all(&self, id: RecordingId, stream: &StreamInfo) -> Result<Playlists, Error> {
        let mut problem: Option<Error> = None;
        let budget = PlaylistBudget::default();
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

    /// All media playlists, each once, side by side: audio first, which all videos need, then
    /// videos, the best first.
    async fn fetch_media_playlists(
        &self,
        id: RecordingId,
        master: MasterPlaylist,
        budget: &PlaylistBudget,
    ) -> Playlists {
        let mut streams: Vec<&Variant> = master.variants.iter().collect();
        streams.sort_by_key(|it| (Reverse(it.height), Reverse(it.bitrate_kbps)));
        let sounds = master
            .audio_renditions
            .iter()
            .filter_map(|it| it.url.as_ref());
        let mut seen = HashSet::new();
        let urls: Vec<Url> = sounds
            .chain(streams.iter().map(|it| &it.url))
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
        // A playlist may be named twice.
        Playlists::new(id, master, |url| {
            let fetched = known.get(url).cloned();
            fetched.unwrap_or_else(|| Err(Arc::new(Error::Timeout(WHAT))))
        })
    }

    /// Asks for a playlist until its server no longer stumbles, and looks twice at one that has
    /// no end.
    async fn fetch_playlist(&self, url: &Url, budget: &PlaylistBudget) -> Result<Playlist, Error> {
        // A playlist is no segment: what others may rent room on is not asked for one.
        if !hosts::is_site_url(url) {
            let host = crate::lenient_json::clean_text(url.host_str().unwrap_or("nowhere"));
            return Err(Error::Misdirected(format!("its playlist lies on {host}")));
        }
        let mut pause = RETRY_PAUSE;
        for attempt in 1.. {
            let PlaylistError { error, retry_after } = match self.read_playlist(url, budget).await {
                Ok(playlist) => return Ok(playlist),
                Err(refused) => refused,
            };
            let most = match &error {
                Error::Network(cause) if !cause.is_timeout() => MAX_ATTEMPTS,
                Error::Busy { .. } => MAX_ATTEMPTS,
                Error::Status { status, .. } if *status >= 500 => MAX_ATTEMPTS,
                Error::StillLive | Error::Malformed { .. } => MAX_READS,
                _ => 1,
            };
            let wait = retry_after.unwrap_or_default().max(pause);
            if attempt >= most || wait > MAX_RETRY_PAUSE {
                return Err(error);
            }
            tracing::debug!(path = url.path(), %error, "asking for a playlist again");
            tokio::time::sleep(wait).await;
            pause *= 2;
        }
        Err(Error::Timeout(WHAT))
    }

    async fn read_playlist(
        &self,
        url: &Url,
        budget: &PlaylistBudget,
    ) -> Result<Playlist, PlaylistError> {
        let mut retry_after = None;
        let asked = async {
            let response = self.control.get(url.clone()).send().await;
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
            let playlist = hls::read(&answer.body, &answer.url)?;
            budget.take(answer.body.len(), &playlist)?;
            Ok(playlist)
        });
        playlist.map_err(|error| PlaylistError { error, retry_after })
    }
}

/// Why a playlist was not given, and when it may be.
struct PlaylistError {
    error: Error,
    retry_after: Option<Duration>,
}

/// How much the playlists of one recording may still take.
struct PlaylistBudget {
    bytes: AtomicUsize,
    segments: AtomicUsize,
}

impl Default for PlaylistBudget {
    fn default() -> Self {
        Self {
            bytes: AtomicUsize::new(MAX_BYTES),
            segments: AtomicUsize::new(MAX_SEGMENTS),
        }
    }
}

impl PlaylistBudget {
    fn take(&self, bytes: usize, playlist: &Playlist) -> Result<(), Error> {
        let entries = match playlist {
            Playlist::Media(media) => media.segments.len(),
            Playlist::Master(_) => 0,
        };
        let take = |left: &AtomicUsize, much: usize| {
            left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(much))
                .is_ok()
        };
        if take(&self.bytes, bytes) && take(&self.segments, entries) {
            return Ok(());
        }
        Err(Error::Unsupported(
            "more and longer playlists than a recording has".to_owned(),
        ))
    }
}

/// What playlists tell holds as long as the connection is polled.
async fn while_polling<T>(line: PollingConnection, fetching: impl Future<Output = T>) -> T {
    match select(pin!(fetching), pin!(line.keep_alive())).await {
        Either::Left((fetched, _)) => fetched,
        Either::Right((never, _)) => match never {},
    }
}

/// A new handshake would not change it.
fn is_permanent(problem: &Error) -> bool {
    matches!(
        problem,
        Error::Unsupported(_) | Error::Misdirected(_) | Error::TooLarge { .. } | Error::StillLive
    )
}

/// The one stream of a playlist that nobody else names.
fn single_variant(url: Url) -> MasterPlaylist {
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
