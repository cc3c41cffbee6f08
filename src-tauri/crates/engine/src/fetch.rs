//! Segments from the hosts: one request after another until a whole, plausible body is here.

mod body;
mod budget;
mod hosts;
pub(crate) mod limits;
mod memory;
mod online;
mod pace;
pub(crate) mod retry;
mod stretch;
mod width;

use std::num::NonZeroUsize;
use std::sync::Arc;

use media::{Part, Source};
use tokio::time::Instant;
use url::Url;
use ustream::{Client, SegmentId, Stretch};

pub(crate) use self::body::Body;
pub(crate) use self::budget::Budget;
use self::hosts::{Asked, Hosts, Next, Turn};
use self::limits::HOSTS_PER_ROUND;
use self::memory::Memory;
use self::online::Online;
use self::pace::Pace;
use self::width::Width;
use crate::error::{FetchError, Reach, reach, root};
use crate::progress::Meter;

/// Fetches segments for all jobs, at most so many at once.
#[derive(Debug)]
pub(crate) struct Fetcher {
    http: reqwest::Client,
    width: Width,
    pace: Pace,
    hosts: Hosts,
    memory: Arc<Memory>,
    online: Online,
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SegmentRequest<'a> {
    /// Tells it from the other segments of the run.
    pub(crate) id: SegmentId,
    /// Where it lies, best first.
    pub(crate) urls: &'a [Url],
    /// Which bytes of what lies there; all where there is none.
    pub(crate) stretch: Option<&'a Stretch>,
    /// What a body must look like; nothing where it only makes sense with others.
    pub(crate) source: Option<Source>,
    pub(crate) part: Part,
    /// How long it lasts: bounds its size.
    pub(crate) duration_ms: u64,
    /// From how many hosts that ought to know "not found" must be heard, where there are so many.
    pub(crate) confirmations: u32,
    /// Nothing but "not found" tells where the recording ends: it is asked for once more.
    pub(crate) tells_the_end: bool,
}

/// What became of a request.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The whole body.
    Body(Body),
    /// There is no such segment, in the words of a host.
    Absent(FetchError),
}

/// What the requests of one segment share.
#[derive(Clone, Copy)]
struct Means<'a> {
    request: SegmentRequest<'a>,
    budget: &'a Budget,
    meter: &'a Meter,
    rests: Rests,
}

/// What to do while all hosts of a segment rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rests {
    /// Wait until one of them may be asked.
    Wait,
    /// Pass the segment over.
    PassOver,
    /// Ask all the same: what failed may have been the segments.
    Ignore,
}

impl Fetcher {
    /// `client` tells whether the service can be reached when no host of segments can.
    pub(crate) fn new(client: Client, most: NonZeroUsize) -> Self {
        Self {
            http: client.http().clone(),
            width: Width::new(most),
            pace: Pace::new(),
            hosts: Hosts::default(),
            memory: Arc::default(),
            online: Online::new(client),
        }
    }

    /// How many requests may ever be on their way at once.
    pub(crate) fn parallel(&self) -> usize {
        self.width.most()
    }

    /// Asks the hosts one after the other, the healthiest first. Returns the first body; else
    /// "absent" where a host says so that ought to know; else the most telling reason.
    async fn round(&self, means: Means<'_>) -> Result<Outcome, FetchError> {
        let request = means.request;
        let mut asked = Asked::default();
        let mut reason: Option<FetchError> = None;
        let mut refusal = None;
        let mut refusals = 0;
        for _ in 0..HOSTS_PER_ROUND {
            let Some(turn) = self.next(means, &asked).await? else {
                break;
            };
            if !means.budget.allows(request.id) {
                reason.get_or_insert(FetchError::TooManyRequests);
                break;
            }
            let url = turn.url();
            asked.urls.push(url);
            let error = match self.race(turn, means, &mut asked).await {
                Ok(body) => return Ok(Outcome::Body(body)),
                Err(error @ (FetchError::Offline { .. } | FetchError::Dead { .. })) => {
                    return Err(error);
                }
                Err(error) => error,
            };
            tracing::debug!(%url, %error, "no segment from there");
            if error.is_refusal() && self.hosts.ought_to_know(url, request.urls) {
                // A host that denies all has not looked for this segment.
                let enough = request.confirmations + u32::from(error.is_denial());
                asked.is_refused = true;
                refusal = Some(error);
                refusals += 1;
                if refusals >= enough {
                    break;
                }
            } else if reason
                .as_ref()
                .is_none_or(|known| known.tells_less_than(&error))
            {
                reason = Some(error);
            }
        }
        match refusal {
            Some(refusal) => Ok(Outcome::Absent(refusal)),
            None => Err(reason.unwrap_or(FetchError::NoAddress)),
        }
    }

    /// The host that is asked next; waits while all of them rest. `None` where all have been asked.
    async fn next<'u>(
        &self,
        means: Means<'u>,
        asked: &Asked<'u>,
    ) -> Result<Option<Turn<'_, 'u>>, FetchError> {
        let urls = means.request.urls;
        if urls.is_empty() {
            return Ok(None);
        }
        if means.rests == Rests::Ignore {
            return Ok(self.hosts.any(urls, asked, Instant::now()));
        }
        loop {
            let changed = self.hosts.changed();
            tokio::pin!(changed);
            // A change before this waits is remembered.
            changed.as_mut().enable();
            match self.hosts.next(urls, asked, Instant::now()) {
                Next::Ask(turn) => return Ok(Some(turn)),
                Next::Exhausted => return Ok(None),
                Next::Dead(error) => return Err(error),
                Next::Wait(_) if means.rests == Rests::PassOver || !asked.urls.is_empty() => {
                    return Ok(None);
                }
                Next::Wait(pause) => {
                    means.meter.waiting(true);
                    // Whether it was woken or the time has passed, it looks again.
                    let _ = tokio::time::timeout(pause, changed).await;
                }
            }
        }
    }

    /// Asks one address, and another beside it where the answer dawdles: another connection or
    /// host is often quick. The first body wins, the other request is dropped.
    async fn race<'u>(
        &self,
        turn: Turn<'_, 'u>,
        means: Means<'u>,
        asked: &mut Asked<'u>,
    ) -> Result<Body, FetchError> {
        let _place = self.width.turn().await;
        let url = turn.url();
        let first = self.ask(turn, means);
        tokio::pin!(first);
        tokio::select! {
            biased;
            outcome = &mut first => return outcome,
            () = self.dawdles(url) => {}
        }
        let Some(turn) = self.second(url, means, asked) else {
            return first.await;
        };
        let other = turn.url();
        tracing::debug!(%url, %other, "a segment dawdles and is asked for a second time");
        let second = self.ask(turn, means);
        tokio::pin!(second);
        tokio::select! {
            outcome = &mut first => match outcome {
                Ok(body) => Ok(body),
                Err(error) => second.await.map_err(|_| error),
            },
            outcome = &mut second => match outcome {
                Ok(body) => {
                    if other.host() != url.host() {
                        self.hosts.overtaken(url, Instant::now());
                    }
                    Ok(body)
                }
                Err(_) => first.await,
            },
        }
    }

    /// Waits until a segment dawdles and may be asked for a second time: by the measure of its
    /// peers, or because its host has just been overtaken by another.
    async fn dawdles(&self, url: &Url) {
        let was_slow = self.hosts.is_slow(url, Instant::now());
        let after = tokio::time::sleep(self.pace.dawdles_after());
        tokio::pin!(after);
        loop {
            let changed = self.hosts.changed();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if !was_slow && self.hosts.is_slow(url, Instant::now()) {
                return;
            }
            tokio::select! {
                () = &mut after => {
                    if self.pace.allows_a_second() {
                        return;
                    }
                    after.as_mut().reset(Instant::now() + self.pace.dawdles_after());
                }
                () = &mut changed => {}
            }
        }
    }

    /// Where a segment that dawdles is asked for: at another host that is well, else at the same.
    fn second<'u>(
        &self,
        url: &'u Url,
        means: Means<'u>,
        asked: &mut Asked<'u>,
    ) -> Option<Turn<'_, 'u>> {
        if !means.budget.allows(means.request.id) {
            return None;
        }
        match self.hosts.next(means.request.urls, asked, Instant::now()) {
            Next::Ask(turn) if !turn.is_probe() => {
                asked.urls.push(turn.url());
                Some(turn)
            }
            _ => Some(self.hosts.again(url)),
        }
    }

    /// One request; the health of its host is told of it.
    async fn ask(&self, turn: Turn<'_, '_>, means: Means<'_>) -> Result<Body, FetchError> {
        let asked = Instant::now();
        let error = match body::get(self, turn.url(), means.request, means.meter).await {
            Ok(body) => {
                turn.delivered();
                let now = Instant::now();
                self.pace.came(now - asked);
                self.width.came(now);
                return Ok(body);
            }
            Err(error) => error,
        };
        if error.is_refusal() {
            turn.refused(Instant::now());
            return Err(error);
        }
        // A segment without media says nothing of its host.
        if matches!(error, FetchError::NoMedia { .. }) {
            return Err(error);
        }
        if error.is_too_much() {
            self.width.too_much(Instant::now());
        }
        let error = match error {
            FetchError::Network { host, source } if reach(&source) == Reach::Offline => {
                if !self.online.reaches_service().await {
                    means.budget.give_back();
                    return Err(FetchError::Offline { host, source });
                }
                let problem = root(&source);
                FetchError::Unreachable { host, problem }
            }
            error => error,
        };
        turn.failed(&error, Instant::now());
        Err(error)
    }
}
