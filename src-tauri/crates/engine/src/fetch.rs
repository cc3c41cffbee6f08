//! Pieces from the mirrors: one request after another until a whole, plausible body is here.

pub(crate) mod retry;

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use media::{Part, Source};
use reqwest::StatusCode;
use reqwest::header::RETRY_AFTER;
use tokio::sync::Semaphore;
use url::Url;

use crate::error::FetchError;
use crate::progress::Meter;

/// The largest honest piece: six seconds at 160 Mbit/s.
const MAX_PIECE_BYTES: usize = 128 << 20;
/// Room taken on a host's word before its bytes are here.
const MAX_TRUST_BYTES: usize = 16 << 20;

/// Fetches pieces for all jobs, at most so many at once.
#[derive(Debug)]
pub(crate) struct Fetcher {
    http: reqwest::Client,
    width: Semaphore,
    parallel: usize,
    /// How each origin did last time.
    standing: Mutex<HashMap<String, Standing>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// It has sent a piece: its "not found" counts.
    Good,
    /// It failed: it is asked after the others.
    Bad,
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    /// Where it lies, best first.
    pub(crate) urls: &'a [Url],
    /// What a body must look like.
    pub(crate) source: Source,
    pub(crate) part: Part,
    /// How often "not found" must be heard before it is believed, if more than once from all
    /// mirrors that can be reached: a mirror may be late.
    pub(crate) doubts: u32,
}

/// What became of a request.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The whole body.
    Body(Vec<u8>),
    /// There is no such piece, in the words of a mirror.
    Absent(FetchError),
}

impl Fetcher {
    pub(crate) fn new(http: reqwest::Client, parallel: usize) -> Self {
        let standing = Mutex::new(HashMap::new());
        Self {
            http,
            width: Semaphore::new(parallel),
            parallel,
            standing,
        }
    }

    /// How many requests may be on their way at once.
    pub(crate) fn parallel(&self) -> usize {
        self.parallel
    }

    /// Asks the mirrors once, each in its turn. Answers with the first body; else with "absent"
    /// where a mirror says so that ought to know; else with the first reason.
    async fn ask(&self, wanted: Wanted<'_>, meter: &Meter) -> Result<Outcome, FetchError> {
        let _turn = self.width.acquire().await;
        let mut reason = None;
        let mut absent = None;
        let mut ill = false;
        for url in self.best_first(wanted.urls) {
            match self.get(url, wanted, meter).await {
                Ok(body) => {
                    self.remember(url, Standing::Good);
                    return Ok(Outcome::Body(body));
                }
                Err(FetchError::Status {
                    host,
                    status: status @ (403 | 404 | 410),
                }) => {
                    let refusal = FetchError::Status { host, status };
                    if !self.ought_to_know(url, wanted.urls) {
                        reason.get_or_insert(refusal);
                    } else if wanted.doubts <= 1 {
                        return Ok(Outcome::Absent(refusal));
                    } else {
                        absent = Some(refusal);
                    }
                }
                Err(error) => {
                    tracing::debug!(%url, %error, "a mirror failed");
                    // A mirror that is up but ill may hold the piece that the others lack.
                    ill |= !is_unreachable(&error);
                    self.remember(url, Standing::Bad);
                    reason.get_or_insert(error);
                }
            }
        }
        match absent {
            Some(refusal) if !ill => Ok(Outcome::Absent(refusal)),
            refusal => Err(reason.or(refusal).unwrap_or(FetchError::NoAddress)),
        }
    }

    /// A mirror ought to know if it has sent pieces, or, before any has, if it is the first named.
    fn ought_to_know(&self, url: &Url, urls: &[Url]) -> bool {
        let standing = self.standing();
        let good = |url: &Url| standing.get(&origin(url)) == Some(&Standing::Good);
        good(url)
            || (!urls.iter().any(good) && urls.first().map(Url::host_str) == Some(url.host_str()))
    }

    async fn get(
        &self,
        url: &Url,
        wanted: Wanted<'_>,
        meter: &Meter,
    ) -> Result<Vec<u8>, FetchError> {
        let host = || url.host_str().unwrap_or_default().to_owned();
        let network = |source| FetchError::Network {
            host: host(),
            source,
        };
        let not_media = |problem| FetchError::NotMedia {
            host: host(),
            problem,
        };
        let mut response = self.http.get(url.clone()).send().await.map_err(network)?;
        refuse_errors(&response, host)?;
        let stated = response
            .content_length()
            .and_then(|length| usize::try_from(length).ok());
        let mut body = Vec::with_capacity(stated.unwrap_or(0).min(MAX_TRUST_BYTES));
        let mut incoming = meter.incoming();
        while let Some(chunk) = response.chunk().await.map_err(network)? {
            if body.len() + chunk.len() > MAX_PIECE_BYTES {
                return Err(not_media("it is too large"));
            }
            incoming.add(chunk.len() as u64);
            body.extend_from_slice(&chunk);
        }
        if stated.is_some_and(|stated| stated != body.len()) {
            return Err(not_media("it breaks off"));
        }
        if !media::looks_like(wanted.source, wanted.part, &body) {
            return Err(not_media("it is something else"));
        }
        incoming.keep();
        Ok(body)
    }

    fn best_first<'a>(&self, urls: &'a [Url]) -> Vec<&'a Url> {
        let standing = self.standing();
        let (later, sooner): (Vec<_>, Vec<_>) = urls
            .iter()
            .partition(|url| standing.get(&origin(url)) == Some(&Standing::Bad));
        sooner.into_iter().chain(later).collect()
    }

    fn remember(&self, url: &Url, how: Standing) {
        self.standing().insert(origin(url), how);
    }

    fn standing(&self) -> MutexGuard<'_, HashMap<String, Standing>> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_unreachable(error: &FetchError) -> bool {
    matches!(error, FetchError::Network { source, .. } if source.is_connect())
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

fn refuse_errors(
    response: &reqwest::Response,
    host: impl Fn() -> String,
) -> Result<(), FetchError> {
    match response.status() {
        StatusCode::OK => Ok(()),
        StatusCode::TOO_MANY_REQUESTS => {
            let seconds = response
                .headers()
                .get(RETRY_AFTER)
                .and_then(|value| value.to_str().ok());
            let retry_after = seconds.and_then(|text| text.trim().parse().ok());
            Err(FetchError::Busy {
                host: host(),
                retry_after: retry_after.map(Duration::from_secs),
            })
        }
        status => Err(FetchError::Status {
            host: host(),
            status: status.as_u16(),
        }),
    }
}
