//! Segments from the hosts: one request after another until a whole, plausible body is here.

mod body;
mod byte_range;
mod concurrency;
mod hosts;
mod latency;
pub(crate) mod limits;
mod memory;
mod online;
mod request_budget;
pub(crate) mod retry;

use std::num::NonZeroUsize;
use std::sync::Arc;

use media::{SegmentFormat, SegmentKind};
use tokio::time::Instant;
use url::Url;
use ustream::{ByteRange, Client, SegmentId};

pub(crate) use self::body::Body;
use self::concurrency::ConcurrencyLimiter;
use self::hosts::{HostPermit, Hosts, NextHost, TriedUrls};
use self::latency::LatencyTracker;
use self::limits::HOSTS_PER_PASS;
use self::memory::BodyMemory;
use self::online::OnlineCheck;
pub(crate) use self::request_budget::RequestBudget;
use crate::error::{FetchError, NetworkFailure, innermost_cause, network_failure};
use crate::progress::Meter;

/// Fetches segments for all jobs, at most so many at once.
#[derive(Debug)]
pub(crate) struct Fetcher {
    http: reqwest::Client,
    concurrency: ConcurrencyLimiter,
    latency: LatencyTracker,
    hosts: Hosts,
    memory: Arc<BodyMemory>,
    online: OnlineCheck,
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SegmentRequest<'a> {
    /// Tells it from the other segments of the run.
    pub(crate) id: SegmentId,
    /// Where it lies, best first.
    pub(crate) urls: &'a [Url],
    /// Which bytes of what lies there; all where there is none.
    pub(crate) byte_range: Option<&'a ByteRange>,
    /// What a body must look like; nothing where it only makes sense with others.
    pub(crate) format: Option<SegmentFormat>,
    pub(crate) kind: SegmentKind,
    /// How long it lasts: bounds its size.
    pub(crate) duration_ms: u64,
    /// From how many hosts that ought to know "not found" must be heard, where there are so many.
    pub(crate) not_found_confirmations: u32,
    /// Nothing but "not found" tells where the recording ends: it is asked for once more.
    pub(crate) is_end_probe: bool,
}

/// What became of a request.
#[derive(Debug)]
pub(crate) enum FetchOutcome {
    /// The whole body.
    Body(Body),
    /// There is no such segment, in the words of a host.
    Absent(FetchError),
}

/// What the requests of one segment share.
#[derive(Clone, Copy)]
struct RequestContext<'a> {
    request: SegmentRequest<'a>,
    budget: &'a RequestBudget,
    meter: &'a Meter,
    rest_policy: RestPolicy,
}

/// What to do while all hosts of a segment rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RestPolicy {
    /// Wait until one of them may be asked.
    Wait,
    /// Pass the segment over.
    Skip,
    /// Ask all the same: what failed may have been the segments.
    Ignore,
}

impl Fetcher {
    /// `client` tells whether the service can be reached when no host of segments can.
    pub(crate) fn new(client: Client, most: NonZeroUsize) -> Self {
        Self {
            http: client.http().clone(),
            concurrency: ConcurrencyLimiter::new(most),
            latency: LatencyTracker::new(),
            hosts: Hosts::default(),
            memory: Arc::default(),
            online: OnlineCheck::new(client),
        }
    }

    /// How many requests may ever be on their way at once.
    pub(crate) fn parallel(&self) -> usize {
        self.concurrency.max_limit()
    }

    /// Asks the hosts one after the other, the healthiest first. Returns the first body; else
    /// "absent" where a host says so that ought to know; else the most telling reason.
    async fn mirror_pass(&self, means: RequestContext<'_>) -> Result<FetchOutcome, FetchError> {
        let request = means.request;
        let mut asked = TriedUrls::default();
        let mut reason: Option<FetchError> = None;
        let mut refusal = None;
        let mut refusals = 0;
        for _ in 0..HOSTS_PER_PASS {
            let Some(turn) = self.next_host(means, &asked).await? else {
                break;
            };
            if !means.budget.try_take(request.id) {
                reason.get_or_insert(FetchError::TooManyRequests);
                break;
            }
            let url = turn.url();
            asked.urls.push(url);
            let error = match self.hedged_request(turn, means, &mut asked).await {
                Ok(body) => return Ok(FetchOutcome::Body(body)),
                Err(error @ (FetchError::Offline { .. } | FetchError::AllHostsFailed { .. })) => {
                    return Err(error);
                }
                Err(error) => error,
            };
            tracing::debug!(%url, %error, "no segment from there");
            if error.is_refusal() && self.hosts.is_authoritative(url, request.urls) {
                // A host that denies all has not looked for this segment.
                let enough = request.not_found_confirmations + u32::from(error.is_denial());
                asked.is_refused = true;
                refusal = Some(error);
                refusals += 1;
                if refusals >= enough {
                    break;
                }
            } else if reason
                .as_ref()
                .is_none_or(|known| known.is_less_specific_than(&error))
            {
                reason = Some(error);
            }
        }
        match refusal {
            Some(refusal) => Ok(FetchOutcome::Absent(refusal)),
            None => Err(reason.unwrap_or(FetchError::NoAddress)),
        }
    }

    /// The host that is asked next; waits while all of them rest. `None` where all have been asked.
    async fn next_host<'u>(
        &self,
        means: RequestContext<'u>,
        asked: &TriedUrls<'u>,
    ) -> Result<Option<HostPermit<'_, 'u>>, FetchError> {
        let urls = means.request.urls;
        if urls.is_empty() {
            return Ok(None);
        }
        if means.rest_policy == RestPolicy::Ignore {
            return Ok(self.hosts.any_host(urls, asked, Instant::now()));
        }
        loop {
            let changed = self.hosts.changed();
            tokio::pin!(changed);
            // A change before this waits is remembered.
            changed.as_mut().enable();
            match self.hosts.next(urls, asked, Instant::now()) {
                NextHost::Ask(turn) => return Ok(Some(turn)),
                NextHost::Exhausted => return Ok(None),
                NextHost::Dead(error) => return Err(error),
                NextHost::Wait(_)
                    if means.rest_policy == RestPolicy::Skip || !asked.urls.is_empty() =>
                {
                    return Ok(None);
                }
                NextHost::Wait(pause) => {
                    means.meter.set_waiting(true);
                    // Whether it was woken or the time has passed, it looks again.
                    let _ = tokio::time::timeout(pause, changed).await;
                }
            }
        }
    }

    /// Asks one address, and another beside it where the answer dawdles: another connection or
    /// host is often quick. The first body wins, the other request is dropped.
    async fn hedged_request<'u>(
        &self,
        turn: HostPermit<'_, 'u>,
        means: RequestContext<'u>,
        asked: &mut TriedUrls<'u>,
    ) -> Result<Body, FetchError> {
        let _place = self.concurrency.acquire().await;
        let url = turn.url();
        let first = self.request_once(turn, means);
        tokio::pin!(first);
        tokio::select! {
            biased;
            outcome = &mut first => return outcome,
            () = self.wait_until_hedge(url) => {}
        }
        let Some(turn) = self.hedge_host(url, means, asked) else {
            return first.await;
        };
        let other = turn.url();
        tracing::debug!(%url, %other, "a segment dawdles and is asked for a second time");
        let second = self.request_once(turn, means);
        tokio::pin!(second);
        tokio::select! {
            outcome = &mut first => match outcome {
                Ok(body) => Ok(body),
                Err(error) => second.await.map_err(|_| error),
            },
            outcome = &mut second => match outcome {
                Ok(body) => {
                    if other.host() != url.host() {
                        self.hosts.mark_slow(url, Instant::now());
                    }
                    Ok(body)
                }
                Err(_) => first.await,
            },
        }
    }

    /// Waits until a segment dawdles and may be asked for a second time: by the measure of its
    /// peers, or because its host has just been overtaken by another.
    async fn wait_until_hedge(&self, url: &Url) {
        let was_slow = self.hosts.is_slow(url, Instant::now());
        let after = tokio::time::sleep(self.latency.hedge_delay());
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
                    if self.latency.try_hedge() {
                        return;
                    }
                    after.as_mut().reset(Instant::now() + self.latency.hedge_delay());
                }
                () = &mut changed => {}
            }
        }
    }

    /// Where a segment that dawdles is asked for: at another host that is well, else at the same.
    fn hedge_host<'u>(
        &self,
        url: &'u Url,
        means: RequestContext<'u>,
        asked: &mut TriedUrls<'u>,
    ) -> Option<HostPermit<'_, 'u>> {
        if !means.budget.try_take(means.request.id) {
            return None;
        }
        match self.hosts.next(means.request.urls, asked, Instant::now()) {
            NextHost::Ask(turn) if !turn.is_probe() => {
                asked.urls.push(turn.url());
                Some(turn)
            }
            _ => Some(self.hosts.same_host(url)),
        }
    }

    /// One request; the health of its host is told of it.
    async fn request_once(
        &self,
        turn: HostPermit<'_, '_>,
        means: RequestContext<'_>,
    ) -> Result<Body, FetchError> {
        let asked = Instant::now();
        let error = match body::get(self, turn.url(), means.request, means.meter).await {
            Ok(body) => {
                turn.delivered();
                let now = Instant::now();
                self.latency.record(now - asked);
                self.concurrency.segment_arrived(now);
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
        if error.is_overload() {
            self.concurrency.back_off(Instant::now());
        }
        let error = match error {
            FetchError::Network { host, source }
                if network_failure(&source) == NetworkFailure::Offline =>
            {
                if !self.online.reaches_service().await {
                    means.budget.refund();
                    return Err(FetchError::Offline { host, source });
                }
                let problem = innermost_cause(&source);
                FetchError::Unreachable { host, problem }
            }
            error => error,
        };
        turn.failed(&error, Instant::now());
        Err(error)
    }
}
