//! Playlists and what they name, all at once: they expire while one looks at them.

use std::collections::HashMap;
use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::{Either, select};
use url::Url;

use super::Client;
use super::ways::Told;
use crate::hls::{self, LARGEST_PLAYLIST, Master, Media, Playlist, Variant, WHAT};
use crate::http::{self, Limit};
use crate::recording::Playlists;
use crate::ums::Outcome;
use crate::ums::polling::{self, Line};
use crate::ums::session::{Question, StreamInfo, Way};
use crate::{Error, RecordingId, hosts};

/// One playlist may take this long; it is asked for twice where the server stumbles.
const PATIENCE: Duration = Duration::from_secs(15);

/// Playlists that are on their way at once.
const PARALLEL: usize = 8;

/// Handshakes: one more where playlists have expired before they were fetched.
const MOST_HANDSHAKES: u32 = 2;

const LIMIT: Limit = Limit {
    what: WHAT,
    bytes: LARGEST_PLAYLIST,
};

/// What came of all playlists.
struct Fetched {
    playlists: Playlists,
    /// Why one that was named could not be had.
    problem: Option<Error>,
}

impl Client {
    /// Asks as the player for HLS does, and fetches what it is told of.
    pub(super) async fn playlists(&self, question: Question) -> Result<Told, Error> {
        let id = question.recording;
        let mut handshakes = 1;
        loop {
            let asked = polling::ask(&self.control, question.clone(), Way::Playlists).await?;
            let (stream, line) = match asked {
                (Outcome::Known(stream), line) => (stream, line),
                (Outcome::NeedsHash, _) => return Ok(Told::NeedsHash),
            };
            if stream.stored.playlists.is_empty() {
                let has_files = !stream.stored.files.is_empty();
                return Ok(if has_files {
                    Told::Files(stream)
                } else {
                    Told::Pieces(stream)
                });
            }
            let fetching = self.fetch_all(id, &stream);
            let Fetched { playlists, problem } = while_kept(line, fetching).await;
            let Some(problem) = problem else {
                return Ok(Told::Playlists(stream, playlists));
            };
            if handshakes < MOST_HANDSHAKES && !is_settled(&problem) {
                tracing::info!(%problem, "playlists could not be had; asking anew");
                handshakes += 1;
                continue;
            }
            if playlists.renditions().is_empty() {
                return Err(problem);
            }
            tracing::warn!(%problem, "a playlist is left out");
            return Ok(Told::Playlists(stream, playlists));
        }
    }

    /// The first master playlist that can be had, and all that it names.
    async fn fetch_all(&self, id: RecordingId, stream: &StreamInfo) -> Fetched {
        let mut problem = None;
        for address in &stream.stored.playlists {
            match self.fetch_master(address).await {
                Ok((_, Playlist::Master(master))) => return self.fetch_named(id, master).await,
                Ok((url, Playlist::Media(media))) => {
                    let playlists = Playlists::new(id, alone(url), |_| Some(media.clone()));
                    return Fetched {
                        playlists,
                        problem: None,
                    };
                }
                Err(error) => {
                    problem.get_or_insert(error);
                }
            }
        }
        Fetched {
            playlists: Playlists::default(),
            problem: Some(problem.unwrap_or(Error::NoRendition)),
        }
    }

    async fn fetch_master(&self, address: &str) -> Result<(Url, Playlist), Error> {
        let url = Url::parse(address).map_err(|error| Error::Malformed {
            what: WHAT,
            problem: format!("an address that is none: {error}"),
        })?;
        let playlist = self.fetch_playlist(&url).await?;
        Ok((url, playlist))
    }

    /// All media playlists, each once, side by side.
    async fn fetch_named(&self, id: RecordingId, master: Master) -> Fetched {
        let streams = master.variants.iter().map(|it| &it.url);
        let mut urls: Vec<Url> = streams
            .chain(master.sounds.iter().filter_map(|it| it.url.as_ref()))
            .cloned()
            .collect();
        urls.sort_unstable();
        urls.dedup();
        let fetched = urls.into_iter().map(async |url| {
            let media = match self.fetch_playlist(&url).await {
                Ok(Playlist::Media(media)) => Ok(media),
                Ok(Playlist::Master(_)) => Err(Error::Malformed {
                    what: WHAT,
                    problem: "it names no pieces".to_owned(),
                }),
                Err(error) => Err(error),
            };
            (url, media)
        });
        let mut fetched = futures_util::stream::iter(fetched).buffer_unordered(PARALLEL);
        let mut known: HashMap<Url, Media> = HashMap::new();
        let mut problem = None;
        while let Some((url, media)) = fetched.next().await {
            match media {
                Ok(media) => {
                    known.insert(url, media);
                }
                Err(error) => {
                    tracing::debug!(path = url.path(), %error, "no playlist");
                    problem.get_or_insert(error);
                }
            }
        }
        // A playlist may be named twice.
        let playlists = Playlists::new(id, master, |url| known.get(url).cloned());
        Fetched { playlists, problem }
    }

    async fn fetch_playlist(&self, url: &Url) -> Result<Playlist, Error> {
        // A playlist is no segment: what others may rent room on is not asked for one.
        if !hosts::is_site_url(url) {
            let host = crate::loose::words(url.host_str().unwrap_or("nowhere"));
            return Err(Error::Astray(format!("its playlist lies on {host}")));
        }
        let asked = http::get(&self.control, url.as_str(), LIMIT);
        let answer = tokio::time::timeout(PATIENCE, asked).await;
        let answer = answer.unwrap_or(Err(Error::Silent(WHAT)))?;
        if !answer.status.is_success() {
            return Err(super::refused(&answer));
        }
        hls::read(&answer.body, &answer.url)
    }
}

/// What playlists tell holds as long as the connection is polled.
async fn while_kept<T>(line: Line, fetching: impl Future<Output = T>) -> T {
    match select(pin!(fetching), pin!(line.keep())).await {
        Either::Left((fetched, _)) => fetched,
        Either::Right((never, _)) => match never {},
    }
}

/// A new handshake would not change it.
fn is_settled(problem: &Error) -> bool {
    matches!(
        problem,
        Error::Unsupported(_) | Error::Astray(_) | Error::TooLarge { .. }
    )
}

/// The one stream of a playlist that nobody else names.
fn alone(url: Url) -> Master {
    Master {
        variants: vec![Variant {
            url,
            width: None,
            height: None,
            bitrate_kbps: None,
            sounds: None,
            is_sound: false,
        }],
        sounds: Vec::new(),
    }
}
