//! Tracks the health of the segment hosts: decides which one to ask next, which one is in cooldown,
//! and when all of them have failed for too long.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use tokio::time::Instant;
use url::Url;

use super::limits::{
    DEAD_AFTER, FAILURES_BEFORE_COOLDOWN, INITIAL_COOLDOWN, MAX_COOLDOWN, MAX_RETRY_AFTER, PROBES,
    REFUSALS_BEFORE_LACKING, SAME_OUTAGE, SLOW_HOST_PENALTY,
};
use crate::error::{FetchError, HostFailure};

/// The health of all hosts, by origin.
#[derive(Debug, Default)]
pub(crate) struct Hosts {
    health: Mutex<HashMap<String, HostHealth>>,
    changed: Notify,
}

#[derive(Clone, Debug, Default)]
struct HostHealth {
    /// It has sent a segment.
    has_delivered: bool,
    /// It has sent any HTTP response.
    answered: bool,
    /// "Not found" answers since it last sent a segment. If it has sent none, without those for
    /// tentative segments.
    refusals: u32,
    /// Those of them that forbid, which says nothing about the segment.
    denials: u32,
    /// Failures since it last sent a segment or answered "not found".
    failures: u32,
    failing_since: Option<Instant>,
    last_failure: Option<Instant>,
    problem: Option<(HostFailure, String)>,
    /// Not asked until then; after that a few requests at a time probe it.
    cooldown_until: Option<Instant>,
    /// Number of cooldowns since it last sent a segment.
    cooldowns: u32,
    probes: u32,
    slow_until: Option<Instant>,
    /// Its certificate was rejected: it is never asked again.
    is_untrusted: bool,
}

/// The next step for a segment.
#[derive(Debug)]
pub(crate) enum NextHost<'h, 'u> {
    /// Ask this URL.
    Ask(HostPermit<'h, 'u>),
    /// All remaining hosts are in cooldown for this long, or until something changes.
    Wait(Duration),
    /// Every host has been failing for too long.
    Dead(FetchError),
    /// All usable hosts have been tried.
    Exhausted,
}

/// Permission to ask a URL once. If dropped without a result, the health stays as it was.
#[derive(Debug)]
pub(crate) struct HostPermit<'h, 'u> {
    hosts: &'h Hosts,
    url: &'u Url,
    is_probe: bool,
    /// Another host has said that there is no such segment: if this one says so too, that tells of the
    /// segment and not of the host.
    confirms_refusal: bool,
    asked_at: Instant,
}

/// The URLs of a segment that one mirror pass has tried.
#[derive(Debug, Default)]
pub(crate) struct TriedUrls<'u> {
    pub(crate) urls: Vec<&'u Url>,
    /// A host said that there is no such segment: ask others only if they are healthy.
    pub(crate) is_refused: bool,
}

impl Hosts {
    /// Picks the healthiest of `urls` that has not been tried yet; of equals the first.
    pub(crate) fn next<'u>(
        &self,
        urls: &'u [Url],
        tried: &TriedUrls<'_>,
        now: Instant,
    ) -> NextHost<'_, 'u> {
        let mut all = self.lock();
        let usable = usable(&all, urls);
        let picked = if usable.known.is_empty() {
            pick_lacking_host(&all, &usable.on_lacking_hosts, tried, now)
        } else {
            pick(&all, &usable, tried, now)
        };
        match picked {
            HostChoice::Ask(url) => NextHost::Ask(self.permit(url, tried, now)),
            HostChoice::Probe(url) => {
                all.entry(origin(url)).or_default().probes += 1;
                let mut permit = self.permit(url, tried, now);
                permit.is_probe = true;
                NextHost::Ask(permit)
            }
            HostChoice::Wait(pause) => NextHost::Wait(pause),
            HostChoice::Dead => NextHost::Dead(problem_of(&all, urls)),
            HostChoice::Exhausted => NextHost::Exhausted,
        }
    }

    /// Picks as [`Self::next`] does, but includes hosts in cooldown and hosts that seem not to have
    /// the recording.
    pub(crate) fn any_host<'u>(
        &self,
        urls: &'u [Url],
        tried: &TriedUrls<'_>,
        now: Instant,
    ) -> Option<HostPermit<'_, 'u>> {
        let all = self.lock();
        let UsableUrls {
            known,
            on_lacking_hosts,
        } = usable(&all, urls);
        let unknown = HostHealth::default();
        let of = |url: &Url| all.get(&origin(url)).unwrap_or(&unknown);
        let untried = known.iter().chain(&on_lacking_hosts).copied();
        let untried = untried.filter(|url| !tried.urls.contains(url));
        // One that forbids everything can't confirm that there is no such segment.
        let untried = untried.filter(|url| !tried.is_refused || !of(url).denies_everything());
        let best = untried.min_by_key(|url| {
            let health = of(url);
            // One that fails may work again; one that has lost its segments rarely does.
            let is_unreachable = health.failures > 0 && !health.answered;
            let (denies, refuses) = (health.denies_everything(), health.is_refusing());
            (is_unreachable, denies, refuses, health.rank(now))
        })?;
        Some(self.permit(best, tried, now))
    }

    /// Returns whether "not found" from this URL counts: its host has sent segments or, while none
    /// of the hosts has, is the first in the list that does not forbid everything.
    pub(crate) fn is_authoritative(&self, url: &Url, urls: &[Url]) -> bool {
        let all = self.lock();
        let delivers = |url: &Url| {
            all.get(&origin(url))
                .is_some_and(|health| health.has_delivered)
        };
        delivers(url)
            || (!urls.iter().any(delivers)
                && believed(&all, urls).map(Url::host_str) == Some(url.host_str()))
    }

    /// Returns whether another host has recently been faster than the host of this URL.
    pub(crate) fn is_slow(&self, url: &Url, now: Instant) -> bool {
        let all = self.lock();
        let until = all.get(&origin(url)).and_then(|health| health.slow_until);
        until.is_some_and(|until| now < until)
    }

    /// Records that another host answered faster than this one.
    pub(crate) fn mark_slow(&self, url: &Url, now: Instant) {
        self.lock().entry(origin(url)).or_default().slow_until = Some(now + SLOW_HOST_PENALTY);
        self.changed.notify_waiters();
    }

    /// Completes when the health of any host changes.
    pub(crate) fn changed(&self) -> Notified<'_> {
        self.changed.notified()
    }

    /// Returns a permit for a second request to the same host, in parallel to a late one.
    pub(crate) fn same_host<'u>(&self, url: &'u Url, now: Instant) -> HostPermit<'_, 'u> {
        self.permit(url, &TriedUrls::default(), now)
    }

    fn permit<'u>(&self, url: &'u Url, tried: &TriedUrls<'_>, now: Instant) -> HostPermit<'_, 'u> {
        HostPermit {
            hosts: self,
            url,
            is_probe: false,
            confirms_refusal: tried.is_refused,
            asked_at: now,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, HostHealth>> {
        // Each statement leaves the state valid, so a poisoned lock can still be used.
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'u> HostPermit<'_, 'u> {
    pub(crate) fn url(&self) -> &'u Url {
        self.url
    }

    /// Returns whether this request finds out if a host works again after its cooldown.
    #[cfg(test)]
    fn is_probe(&self) -> bool {
        self.is_probe
    }

    /// Records that the host sent a segment.
    pub(crate) fn delivered(mut self) {
        let is_plain = self.url.scheme() == "http";
        let host = self.url.host_str().unwrap_or_default();
        self.settle(|health| {
            if is_plain && !health.has_delivered {
                tracing::warn!(host, "segments come over an unencrypted connection");
            }
            *health = HostHealth {
                has_delivered: true,
                answered: true,
                slow_until: health.slow_until,
                probes: health.probes,
                ..HostHealth::default()
            };
        });
    }

    /// Records that the host answered "not found". For a tentative segment, which may not exist, or one
    /// that another host does not have either, that does not tell that a host which has sent none lacks
    /// the recording.
    pub(crate) fn refused(mut self, refusal: &FetchError, is_tentative: bool, now: Instant) {
        let tells_nothing = is_tentative || self.confirms_refusal;
        self.settle(|health| {
            health.answered = true;
            if health.has_delivered || !tells_nothing {
                health.refusals = health.refusals.saturating_add(1);
                let denials = u32::from(refusal.is_denial());
                health.denials = health.denials.saturating_add(denials);
            }
            health.failures = 0;
            health.failing_since = None;
            if health.lacks_recording() {
                // It may only have been asked for missing segments, so probe it now and then.
                if health.cooldown_until.is_none_or(|until| until <= now) {
                    health.start_cooldown(now);
                }
            } else {
                health.cooldown_until = None;
                health.cooldowns = 0;
            }
        });
    }

    /// Records that the host could not be reached, or did not answer with a segment.
    pub(crate) fn failed(mut self, error: &FetchError, now: Instant) {
        let cause = error.host_failure();
        let text = match error {
            FetchError::Network { source, .. } => ustream::refused_certificate(source)
                .map_or_else(|| error.to_string(), |certificate| certificate.issuer()),
            error => error.to_string(),
        };
        let problem = Some((cause, text));
        let asked_at = self.asked_at;
        self.settle(|health| health.fail(cause, error, asked_at, now));
        let mut all = self.hosts.lock();
        all.entry(origin(self.url)).or_default().problem = problem;
    }

    fn settle(&mut self, change: impl FnOnce(&mut HostHealth)) {
        let mut all = self.hosts.lock();
        let health = all.entry(origin(self.url)).or_default();
        change(health);
        if std::mem::take(&mut self.is_probe) {
            health.probes = health.probes.saturating_sub(1);
        }
        drop(all);
        self.hosts.changed.notify_waiters();
    }
}

impl Drop for HostPermit<'_, '_> {
    fn drop(&mut self) {
        if self.is_probe {
            self.settle(|_| {});
        }
    }
}

impl HostHealth {
    /// Sort key: healthy hosts first, then slow ones, then those that forbid everything, then those
    /// in cooldown; within each class first those that have sent segments.
    fn rank(&self, now: Instant) -> (bool, bool, bool, bool) {
        let is_slow = self.slow_until.is_some_and(|until| now < until);
        let (rests, denies) = (self.cooldown_until.is_some(), self.denies_everything());
        (rests, denies, is_slow, !self.has_delivered)
    }

    /// Returns whether its cooldown is over and it may be probed.
    fn is_due(&self, now: Instant) -> bool {
        self.probes < PROBES && self.cooldown_until.is_some_and(|until| until <= now)
    }

    fn has_failed_for_long(&self, now: Instant) -> bool {
        let since = self.failing_since;
        since.is_some_and(|since| now.saturating_duration_since(since) >= DEAD_AFTER)
    }

    fn lacks_recording(&self) -> bool {
        !self.has_delivered && self.is_refusing()
    }

    /// Returns whether it has only forbidden for a while, whatever it was asked for.
    fn denies_everything(&self) -> bool {
        self.is_refusing() && self.denials == self.refusals
    }

    /// Returns whether it has only answered "not found" for a while.
    fn is_refusing(&self) -> bool {
        self.refusals >= REFUSALS_BEFORE_LACKING
    }

    /// Records the failure of a request that was made at `asked_at`.
    fn fail(&mut self, cause: HostFailure, error: &FetchError, asked_at: Instant, now: Instant) {
        // A request may stall for longer than separate outages lie apart.
        let is_new = |then: Instant| asked_at.saturating_duration_since(then) > SAME_OUTAGE;
        if self.last_failure.is_none_or(is_new) {
            self.failing_since = None;
        }
        self.failing_since.get_or_insert(now);
        self.last_failure = Some(now);
        self.failures = self.failures.saturating_add(1);
        self.answered |= matches!(
            cause,
            HostFailure::Busy | HostFailure::Status | HostFailure::NotMedia
        );
        self.is_untrusted |= matches!(cause, HostFailure::Untrusted(_));
        let is_in_cooldown = self.cooldown_until.is_some_and(|until| now < until);
        if let FetchError::Busy { retry_after, .. } = error {
            let pause = retry_after.unwrap_or(self.next_cooldown());
            self.cooldown_until = Some(now + pause.min(MAX_RETRY_AFTER));
        } else if self.failures >= FAILURES_BEFORE_COOLDOWN && !is_in_cooldown {
            self.start_cooldown(now);
        }
    }

    /// Starts a cooldown, each time longer.
    fn start_cooldown(&mut self, now: Instant) {
        self.cooldown_until = Some(now + self.next_cooldown());
        self.cooldowns = self.cooldowns.saturating_add(1);
    }

    fn next_cooldown(&self) -> Duration {
        let doubled = INITIAL_COOLDOWN.saturating_mul(1 << self.cooldowns.min(8));
        doubled.min(MAX_COOLDOWN)
    }
}

/// The decision of [`Hosts::next`], before probes are counted.
enum HostChoice<'u> {
    Ask(&'u Url),
    Probe(&'u Url),
    Wait(Duration),
    Dead,
    Exhausted,
}

/// Picks the healthiest URL that has not been tried, or how long to wait for one.
fn pick<'u>(
    all: &HashMap<String, HostHealth>,
    usable: &UsableUrls<'u>,
    tried: &TriedUrls<'_>,
    now: Instant,
) -> HostChoice<'u> {
    let of = |url: &Url| all.get(&origin(url)).cloned().unwrap_or_default();
    let UsableUrls {
        known,
        on_lacking_hosts,
    } = usable;
    if known.iter().all(|url| of(url).has_failed_for_long(now)) {
        return HostChoice::Dead;
    }
    let untried = known.iter().chain(on_lacking_hosts);
    let untried = untried.filter(|url| !tried.urls.contains(*url));
    let mut untried: Vec<_> = untried.map(|url| (of(url), *url)).collect();
    untried.sort_by_key(|(health, _)| health.rank(now));
    let Some((best, url)) = untried.first() else {
        return HostChoice::Exhausted;
    };
    if best.cooldown_until.is_none() {
        return HostChoice::Ask(url);
    }
    if tried.is_refused {
        return HostChoice::Exhausted;
    }
    if let Some((_, url)) = untried.iter().find(|(health, _)| health.is_due(now)) {
        return HostChoice::Probe(url);
    }
    let waiting = untried.iter().filter(|(health, _)| health.probes < PROBES);
    let soonest = waiting
        .filter_map(|(health, _)| health.cooldown_until)
        .min();
    let wait = soonest.map_or(INITIAL_COOLDOWN, |until| {
        until.saturating_duration_since(now)
    });
    HostChoice::Wait(wait.clamp(Duration::from_millis(20), MAX_COOLDOWN))
}

/// Returns the URL whose host is believed while none has sent a segment: the first, but for those
/// that forbid everything.
fn believed<'u>(
    all: &HashMap<String, HostHealth>,
    urls: impl IntoIterator<Item = &'u Url, IntoIter: Clone>,
) -> Option<&'u Url> {
    let mut urls = urls.into_iter();
    let first = urls.clone().next();
    let denies = |url: &Url| {
        let health = all.get(&origin(url));
        health.is_some_and(HostHealth::denies_everything)
    };
    urls.find(|url| !denies(url)).or(first)
}

/// Picks a URL when every host seems to lack the recording: asks the first one for the answer, and
/// probes the others, which may only have been asked for missing segments.
fn pick_lacking_host<'u>(
    all: &HashMap<String, HostHealth>,
    urls: &[&'u Url],
    tried: &TriedUrls<'_>,
    now: Instant,
) -> HostChoice<'u> {
    let Some(first) = believed(all, urls.iter().copied()) else {
        return HostChoice::Dead;
    };
    if tried.is_refused {
        return HostChoice::Exhausted;
    }
    let is_due = |url: &Url| {
        all.get(&origin(url))
            .is_some_and(|health| health.is_due(now))
    };
    let untried = || urls.iter().filter(|url| !tried.urls.contains(*url));
    let probed = untried().find(|url| **url != first && is_due(url));
    let next = untried().find(|url| **url == first).or(untried().next());
    match (probed, next) {
        (Some(url), _) => HostChoice::Probe(url),
        (None, Some(url)) => HostChoice::Ask(url),
        (None, None) => HostChoice::Exhausted,
    }
}

/// The URLs of a segment that may be asked.
struct UsableUrls<'u> {
    known: Vec<&'u Url>,
    /// Those on hosts that seem to lack the recording. They are asked now and then while the others
    /// are in cooldown.
    on_lacking_hosts: Vec<&'u Url>,
}

/// Returns the URLs that may be asked: those over TLS, and plain ones if their host has never
/// answered over TLS and no host of the segment has shown a certificate that was rejected.
fn usable<'u>(all: &HashMap<String, HostHealth>, urls: &'u [Url]) -> UsableUrls<'u> {
    let of = |url: &Url| all.get(&origin(url));
    // An attacker with a wrong certificate could answer plain requests, too.
    let has_untrusted_host = urls
        .iter()
        .any(|url| of(url).is_some_and(|health| health.is_untrusted));
    let may_be_asked = |url: &&Url| {
        if of(url).is_some_and(|health| health.is_untrusted) {
            return false;
        }
        let Some(secure) = over_tls(url) else {
            return true;
        };
        if has_untrusted_host {
            return false;
        }
        let is_listed = urls.contains(&secure);
        match of(&secure) {
            Some(health) if health.is_untrusted || health.answered => false,
            Some(health) => !is_listed || health.failures > 0,
            None => !is_listed,
        }
    };
    let is_lacking = |url: &&Url| of(url).is_some_and(HostHealth::lacks_recording);
    let (on_lacking_hosts, known) = urls.iter().filter(may_be_asked).partition(is_lacking);
    UsableUrls {
        known,
        on_lacking_hosts,
    }
}

/// Returns the same URL over TLS, or `None` if it uses TLS already.
fn over_tls(url: &Url) -> Option<Url> {
    let mut secure = url.clone();
    (url.scheme() == "http" && secure.set_scheme("https").is_ok()).then_some(secure)
}

/// Returns the error of the first of these hosts that has failed.
fn problem_of(all: &HashMap<String, HostHealth>, urls: &[Url]) -> FetchError {
    let problem = urls.iter().find_map(|url| {
        let (cause, problem) = all.get(&origin(url))?.problem.clone()?;
        let host = url.host_str().unwrap_or_default().to_owned();
        Some(FetchError::AllHostsFailed {
            host,
            cause,
            problem,
        })
    });
    problem.unwrap_or(FetchError::NoAddress)
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

#[cfg(test)]
mod tests;
