//! Fetches segments over HTTP: asks one host after another until a complete, valid body arrives.

mod body;
mod byte_range;
mod concurrency;
mod extent;
mod hosts;
mod latency;
pub(crate) mod limits;
mod memory;
pub(crate) mod online;
mod rate_limit;
mod request_budget;
pub(crate) mod retry;
mod sampler;
mod speed;

use std::collections::HashSet;
use std::num::{NonZeroU64, NonZeroUsize};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use media::{SegmentFormat, SegmentKind};
use tokio::time::Instant;
use url::Url;
use ustream::{ByteRange, Client, HttpClient, Reach, RedactedUrl, SegmentId};

pub(crate) use self::body::Body;
use self::concurrency::ConcurrencyLimiter;
use self::hosts::{HostPermit, Hosts, NextHost, TriedUrls};
use self::latency::LatencyTracker;
use self::limits::{HEDGE_RECHECK, HOSTS_PER_PASS, WORTH_A_LONG_WAIT, WORTH_A_WAIT};
use self::memory::BodyMemory;
use self::online::OnlineCheck;
use self::rate_limit::RateLimiter;
use self::request_budget::BudgetAnswer;
pub(crate) use self::request_budget::RequestBudget;
pub(crate) use self::sampler::SegmentSampler;
use self::speed::{SpeedGauge, SpeedTracker};
use crate::code::Code;
use crate::error::{FetchError, NetworkFailure, innermost_cause, network_failure, offline_code};
use crate::progress::Meter;
use crate::view::WaitReason;

/// Fetches segments for all jobs, with a limit on concurrent requests and one of the speed.
#[derive(Debug)]
pub(crate) struct Fetcher {
    client: Client,
    http: HttpClient,
    concurrency: ConcurrencyLimiter,
    rate_limiter: RateLimiter,
    latency: LatencyTracker,
    speeds: SpeedTracker,
    hosts: Hosts,
    memory: Arc<BodyMemory>,
    online: Arc<OnlineCheck>,
    /// Longest wait without a network; `None` waits as long as it takes.
    max_offline: Option<Duration>,
}

/// The segment to fetch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SegmentRequest<'a> {
    /// Identifies the segment within the run.
    pub(crate) id: SegmentId,
    /// Where it can be fetched, best first.
    pub(crate) urls: &'a [Url],
    /// The byte range to fetch; `None` fetches the whole resource.
    pub(crate) byte_range: Option<&'a ByteRange>,
    /// The format that the body must have; `None` if a segment alone is not valid media.
    pub(crate) format: Option<SegmentFormat>,
    pub(crate) kind: SegmentKind,
    /// Its duration, which limits its size.
    pub(crate) duration_ms: u64,
    /// How many authoritative hosts must answer "not found", if that many exist.
    pub(crate) not_found_confirmations: usize,
    /// Behind the last segment that is listed, so it may not exist.
    pub(crate) is_tentative: bool,
    /// The end of the recording is only known from "not found", so ask a second time.
    pub(crate) is_end_probe: bool,
    /// The segment is here already and is fetched to be compared, which is no progress.
    pub(crate) is_comparison: bool,
    /// Chooses whether a report shows it.
    pub(crate) sampler: &'a SegmentSampler,
}

/// The result of fetching a segment.
#[derive(Debug)]
pub(crate) enum FetchOutcome {
    /// The complete body.
    Body(Body),
    /// There is no such segment; the error is the answer of a host.
    Absent(FetchError),
}

/// What all requests for one segment share.
#[derive(Clone, Copy)]
struct RequestContext<'a> {
    request: SegmentRequest<'a>,
    budget: &'a RequestBudget,
    meter: &'a Meter,
    rest_policy: RestPolicy,
    /// An earlier request for the segment broke off or stalled.
    has_broken: &'a AtomicBool,
}

/// The connection on which a request is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Connection {
    /// One that is open and idle, if there is one.
    Pooled,
    /// A new one: the server may have put the open ones on a slow path, or forgotten them.
    New,
}

/// What to do while all hosts of a segment are in cooldown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RestPolicy {
    /// Wait until one of them may be asked again.
    Wait,
    /// Skip the segment for now.
    Skip,
    /// Ask anyway: the segments may be broken and not the hosts.
    Ignore,
}

impl Fetcher {
    /// At most `max_parallel` requests run at once, and bring `rate_limit` bytes per second together.
    /// Without a network a segment is tried for `max_offline`, or as long as it takes.
    pub(crate) fn new(
        client: &Client,
        online: Arc<OnlineCheck>,
        (max_parallel, rate_limit): (NonZeroUsize, Option<NonZeroU64>),
        max_offline: Option<Duration>,
    ) -> Self {
        let speeds = SpeedTracker::default();
        speeds.limit(rate_limit);
        Self {
            client: client.clone(),
            http: client.http().clone(),
            concurrency: ConcurrencyLimiter::new(max_parallel, rate_limit),
            rate_limiter: RateLimiter::new(rate_limit),
            latency: LatencyTracker::new(),
            speeds,
            hosts: Hosts::default(),
            memory: Arc::default(),
            online,
            max_offline,
        }
    }

    /// Finds out what can be reached while segments do not come.
    pub(crate) async fn reach(&self) -> Reach {
        self.online.reach_now().await
    }

    /// Sets how many bytes per second all bodies bring together, also those that are on their way.
    pub(crate) fn limit_rate(&self, limit: Option<NonZeroU64>) {
        self.speeds.limit(limit);
        self.concurrency.limit_rate(limit);
        self.rate_limiter.set(limit);
    }

    /// The maximum number of concurrent requests.
    pub(crate) fn parallel(&self) -> usize {
        self.concurrency.max_limit()
    }

    /// Asks the hosts one after the other, the healthiest first. Returns the first body, else
    /// "absent" if enough authoritative hosts say so, else the most specific error.
    async fn mirror_pass(&self, context: RequestContext<'_>) -> Result<FetchOutcome, FetchError> {
        let request = context.request;
        let mut tried = TriedUrls::default();
        let mut best_error: Option<FetchError> = None;
        let mut refusal = None;
        let mut refusing = HashSet::new();
        for _ in 0..HOSTS_PER_PASS * names_per_host(request.urls) {
            let Some(permit) = self.next_host(context, &tried).await? else {
                break;
            };
            let url = permit.url();
            tried.urls.push(url);
            let answer = context.budget.take(request.id, url, request.urls);
            if answer != BudgetAnswer::Taken {
                best_error.get_or_insert(FetchError::TooManyRequests);
            }
            match answer {
                BudgetAnswer::Taken => {}
                BudgetAnswer::KeptForOthers => continue,
                BudgetAnswer::Exhausted => break,
            }
            let error = match self.hedged_request(permit, context, &mut tried).await {
                Ok(body) => return Ok(FetchOutcome::Body(body)),
                Err(error @ (FetchError::Offline { .. } | FetchError::AllHostsFailed { .. })) => {
                    return Err(error);
                }
                Err(error) => error,
            };
            tracing::debug!(url = %RedactedUrl(url), %error, "the host did not deliver the segment");
            if error.is_refusal() && self.hosts.is_authoritative(url, request.urls) {
                // A host that forbids everything says nothing about this segment.
                let denial = usize::from(error.is_denial());
                let needed = request.not_found_confirmations.saturating_add(denial);
                tried.is_refused = true;
                refusal = Some(error);
                // A host may be asked for several names of one segment.
                refusing.insert(url.host_str());
                if refusing.len() >= needed {
                    break;
                }
            } else if best_error
                .as_ref()
                .is_none_or(|known| known.is_less_specific_than(&error))
            {
                best_error = Some(error);
            }
        }
        match refusal {
            Some(refusal) => Ok(FetchOutcome::Absent(refusal)),
            None => Err(best_error.unwrap_or(FetchError::NoAddress)),
        }
    }

    /// Returns the host to ask next, or `None` if all have been tried. Waits while all of them are
    /// in cooldown, if the policy says so.
    async fn next_host<'u>(
        &self,
        context: RequestContext<'u>,
        tried: &TriedUrls<'u>,
    ) -> Result<Option<HostPermit<'_, 'u>>, FetchError> {
        let urls = context.request.urls;
        if urls.is_empty() {
            return Ok(None);
        }
        if context.rest_policy == RestPolicy::Ignore {
            return Ok(self.hosts.any_host(urls, tried, Instant::now()));
        }
        loop {
            let changed = self.hosts.changed();
            tokio::pin!(changed);
            // A change before the wait below is not missed.
            changed.as_mut().enable();
            match self.hosts.next(urls, tried, Instant::now()) {
                NextHost::Ask(permit) => return Ok(Some(permit)),
                NextHost::Exhausted => return Ok(None),
                NextHost::Dead(error) => return Err(error),
                NextHost::Wait(_)
                    if context.rest_policy == RestPolicy::Skip || !tried.urls.is_empty() =>
                {
                    return Ok(None);
                }
                NextHost::Wait(pause) => {
                    context.meter.wait_for(WaitReason::Mirror);
                    // After a change or the pause, look again.
                    let _ = tokio::time::timeout(pause, changed).await;
                }
            }
        }
    }

    /// Asks one URL and, if that takes long, sends a second request in parallel: another connection
    /// or host is often faster. The first body wins, the other request is dropped.
    async fn hedged_request<'u>(
        &self,
        permit: HostPermit<'_, 'u>,
        context: RequestContext<'u>,
        tried: &mut TriedUrls<'u>,
    ) -> Result<Body, FetchError> {
        let queued = context.meter.queue_request();
        let _slot = self.concurrency.acquire().await;
        let _active = queued.start();
        let url = permit.url();
        let (connection, worth_a_wait) = if context.has_broken.load(Ordering::Relaxed) {
            (Connection::New, WORTH_A_LONG_WAIT)
        } else {
            (Connection::Pooled, WORTH_A_WAIT)
        };
        let gauge = self.speeds.start(worth_a_wait);
        let first = self.request_once(permit, connection, (context, &gauge));
        tokio::pin!(first);
        let is_slow = tokio::select! {
            biased;
            outcome = &mut first => return outcome,
            () = self.wait_until_hedge(url, &gauge) => false,
            () = gauge.until_slow() => true,
        };
        let Some(permit) = self.hedge_host(url, context, tried) else {
            return first.await;
        };
        let other = permit.url();
        tracing::debug!(
            url = %RedactedUrl(url),
            other = %RedactedUrl(other),
            "a segment is late and requested a second time"
        );
        let connection = if is_slow || other.host() == url.host() {
            Connection::New
        } else {
            Connection::Pooled
        };
        let second_gauge = self.speeds.start(worth_a_wait);
        let second = self.request_once(permit, connection, (context, &second_gauge));
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

    /// Waits until a second request may be sent: the segment is late compared with others, or its
    /// host has just turned out slower than another. What the first one waits for the limit of the
    /// speed is not late.
    async fn wait_until_hedge(&self, url: &Url, gauge: &SpeedGauge<'_>) {
        let was_slow = self.hosts.is_slow(url, Instant::now());
        let mut due = self.latency.hedge_delay();
        loop {
            let changed = self.hosts.changed();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if !was_slow && self.hosts.is_slow(url, Instant::now()) {
                return;
            }
            let elapsed = gauge.elapsed();
            if elapsed >= due {
                if self.latency.try_hedge() {
                    return;
                }
                due = elapsed + self.latency.hedge_delay();
            }
            // While the first request waits, `elapsed` stands still.
            let pause = due.saturating_sub(elapsed).max(HEDGE_RECHECK);
            let _ = tokio::time::timeout(pause, changed).await;
        }
    }

    /// Returns where to send the second request: to another healthy host, else to the same one.
    fn hedge_host<'u>(
        &self,
        url: &'u Url,
        context: RequestContext<'u>,
        tried: &mut TriedUrls<'u>,
    ) -> Option<HostPermit<'_, 'u>> {
        if !context.budget.try_take_shared() {
            return None;
        }
        let now = Instant::now();
        let urls = context.request.urls;
        let other = match self.hosts.next(urls, tried, now) {
            // Also one that may work again: the first request goes on meanwhile.
            NextHost::Ask(permit) => Some(permit),
            _ if context.rest_policy == RestPolicy::Ignore => self.hosts.any_host(urls, tried, now),
            _ => None,
        };
        match other {
            Some(permit) => {
                tried.urls.push(permit.url());
                Some(permit)
            }
            None => Some(self.hosts.same_host(url, now)),
        }
    }

    /// Makes one request and records the result in the health of its host.
    async fn request_once(
        &self,
        permit: HostPermit<'_, '_>,
        connection: Connection,
        (context, gauge): (RequestContext<'_>, &SpeedGauge<'_>),
    ) -> Result<Body, FetchError> {
        let started = Instant::now();
        let (to, progress) = ((permit.url(), connection), (context.meter, gauge));
        let error = match body::get(self, to, context.request, progress).await {
            Ok(body) => {
                let now = Instant::now();
                tracing::debug!(
                    "{} in {} ms",
                    RedactedUrl(permit.url()),
                    (now - started).as_millis()
                );
                permit.delivered();
                self.latency.record(now - started);
                self.concurrency.segment_arrived(now);
                return Ok(body);
            }
            Err(error) => error,
        };
        if matches!(
            error,
            FetchError::Network { .. } | FetchError::Stalled { .. }
        ) {
            context.has_broken.store(true, Ordering::Relaxed);
        }
        if error.is_refusal() {
            permit.refused(&error, context.request.is_tentative, Instant::now());
            return Err(error);
        }
        // A segment without media says nothing about its host.
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
                let problem = innermost_cause(&source);
                let code = match self.online.reach().await {
                    Reach::Service => None,
                    Reach::LoginPage => Some(Code::WifiLogin),
                    Reach::Nothing => Some(offline_code(&source)),
                };
                match code {
                    None => FetchError::Unreachable { host, problem },
                    Some(code) => {
                        context.budget.refund();
                        return Err(FetchError::Offline {
                            host,
                            problem,
                            code,
                        });
                    }
                }
            }
            error if error.may_be_login_page() && self.online.reach().await == Reach::LoginPage => {
                context.budget.refund();
                return Err(FetchError::Offline {
                    host: permit.url().host_str().unwrap_or_default().to_owned(),
                    problem: error.to_string(),
                    code: Code::WifiLogin,
                });
            }
            error => error,
        };
        permit.failed(&error, Instant::now());
        Err(error)
    }
}

/// Returns how many of these URLs differ in the name of the file only, at least one.
fn names_per_host(urls: &[Url]) -> usize {
    let is_first = |url: &&Url| urls.first().map(Url::origin) == Some(url.origin());
    urls.iter().filter(is_first).count().max(1)
}

#[cfg(test)]
mod tests;
