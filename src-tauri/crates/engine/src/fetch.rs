//! Pieces from the mirrors: one request after another until a whole, plausible body is here.

mod body;
mod mirrors;
mod pace;
pub(crate) mod retry;
mod stretch;
mod width;

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};

use media::{Part, Source};
use tokio::time::Instant;
use url::Url;
use ustream::Stretch;

use self::mirrors::{Mirrors, Standing};
use self::pace::Pace;
use self::width::Width;
use crate::error::FetchError;
use crate::progress::Meter;

/// Fetches pieces for all jobs, at most so many at once.
#[derive(Debug)]
pub(crate) struct Fetcher {
    http: reqwest::Client,
    width: Width,
    pace: Pace,
    mirrors: Mirrors,
    /// How many pieces ever came.
    arrived: AtomicU64,
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    /// Where it lies, best first.
    pub(crate) urls: &'a [Url],
    /// Which bytes of what lies there; all where there is none.
    pub(crate) stretch: Option<&'a Stretch>,
    /// What a body must look like; nothing where it only makes sense with others.
    pub(crate) source: Option<Source>,
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
    pub(crate) fn new(http: reqwest::Client, most: NonZeroUsize) -> Self {
        Self {
            http,
            width: Width::new(most),
            pace: Pace::new(),
            mirrors: Mirrors::default(),
            arrived: AtomicU64::new(0),
        }
    }

    fn arrived(&self) -> u64 {
        self.arrived.load(Ordering::Relaxed)
    }

    /// How many requests may ever be on their way at once.
    pub(crate) fn parallel(&self) -> usize {
        self.width.most()
    }

    /// Asks the mirrors once; a second time beside it where the answer dawdles, since another
    /// connection or mirror is often quick. The first body wins, the other request is dropped.
    async fn ask(&self, wanted: Wanted<'_>, meter: &Meter) -> Result<Outcome, FetchError> {
        let _turn = self.width.turn().await;
        let first = self.tour(wanted, 0, meter);
        tokio::pin!(first);
        tokio::select! {
            biased;
            outcome = &mut first => return outcome,
            () = self.dawdles() => {}
        }
        tracing::debug!(part = ?wanted.part, "a piece dawdles and is asked for a second time");
        let second = self.tour(wanted, 1, meter);
        tokio::pin!(second);
        tokio::select! {
            outcome = &mut first => match outcome {
                Ok(Outcome::Body(_)) => outcome,
                _ => match second.await {
                    body @ Ok(Outcome::Body(_)) => body,
                    _ => outcome,
                },
            },
            outcome = &mut second => match outcome {
                Ok(Outcome::Body(_)) => outcome,
                _ => first.await,
            },
        }
    }

    /// Waits until a piece dawdles and may be asked for a second time.
    async fn dawdles(&self) {
        loop {
            tokio::time::sleep(self.pace.dawdles_after()).await;
            if self.pace.allows_a_second() {
                return;
            }
        }
    }

    /// Asks the mirrors, each in its turn, beginning with the one after the first `skip`. Answers
    /// with the first body; else with "absent" where a mirror says so that ought to know; else
    /// with the first reason.
    async fn tour(
        &self,
        wanted: Wanted<'_>,
        skip: usize,
        meter: &Meter,
    ) -> Result<Outcome, FetchError> {
        let mut reason: Option<FetchError> = None;
        let mut absent = None;
        let mut ill = false;
        let mut urls = self.mirrors.best_first(wanted.urls);
        let skip = skip % urls.len().max(1);
        urls.rotate_left(skip);
        for url in urls {
            let asked = Instant::now();
            match body::get(self, url, wanted, meter).await {
                Ok(body) => {
                    self.mirrors.remember(url, Standing::Good);
                    self.arrived.fetch_add(1, Ordering::Relaxed);
                    let now = Instant::now();
                    self.pace.came(now - asked);
                    self.width.came(now);
                    return Ok(Outcome::Body(body));
                }
                Err(refusal) if refusal.is_refusal() => {
                    if !self.mirrors.ought_to_know(url, wanted.urls) {
                        reason.get_or_insert(refusal);
                    } else if wanted.doubts <= 1 {
                        return Ok(Outcome::Absent(refusal));
                    } else {
                        absent = Some(refusal);
                    }
                }
                Err(error) => {
                    tracing::debug!(%url, %error, "a mirror failed");
                    if error.is_too_much() {
                        self.width.too_much(Instant::now());
                    }
                    // A mirror that is up but ill may hold the piece that the others lack.
                    ill |= !error.is_unreachable();
                    self.mirrors.remember(url, Standing::Bad);
                    // What a mirror says tells more than that another is down.
                    if reason.as_ref().is_none_or(FetchError::is_unreachable) {
                        reason = Some(error);
                    }
                }
            }
        }
        match absent {
            Some(refusal) if !ill => Ok(Outcome::Absent(refusal)),
            refusal => Err(reason.or(refusal).unwrap_or(FetchError::NoAddress)),
        }
    }
}
