//! The health of the hosts that hold segments: which is asked next, which is left alone for a
//! while, and when there is nobody left to ask.

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
    /// It has answered at all.
    answered: bool,
    /// "Not found" since it last sent a segment.
    refusals: u32,
    /// Failures since it last sent a segment or said "not found".
    failures: u32,
    failing_since: Option<Instant>,
    last_failure: Option<Instant>,
    problem: Option<(HostFailure, String)>,
    /// It is left alone until then; after that a few requests at a time probe it.
    cooldown_until: Option<Instant>,
    /// How often it was left alone since it last sent a segment.
    cooldowns: u32,
    probes: u32,
    slow_until: Option<Instant>,
    /// Its certificate was refused: it is never asked again.
    is_untrusted: bool,
}

/// What to do next for a segment.
#[derive(Debug)]
pub(crate) enum NextHost<'h, 'u> {
    /// Ask this address.
    Ask(HostPermit<'h, 'u>),
    /// All hosts that could be asked rest for this long, or until something changes.
    Wait(Duration),
    /// Every host has been failing for too long.
    Dead(FetchError),
    /// All hosts that can be asked have been asked.
    Exhausted,
}

/// The permission to ask an address once. Dropped without a result, it counts for nothing.
#[derive(Debug)]
pub(crate) struct HostPermit<'h, 'u> {
    hosts: &'h Hosts,
    url: &'u Url,
    is_probe: bool,
}

/// What is known of the addresses of a segment that has been asked for.
#[derive(Debug, Default)]
pub(crate) struct TriedUrls<'u> {
    pub(crate) urls: Vec<&'u Url>,
    /// A host said that there is no such segment: others are asked only if they are well.
    pub(crate) is_refused: bool,
}

impl Hosts {
    /// Picks the healthiest of `urls` that has not been asked yet; of equals the first.
    pub(crate) fn next<'u>(
        &self,
        urls: &'u [Url],
        asked: &TriedUrls<'_>,
        now: Instant,
    ) -> NextHost<'_, 'u> {
        let mut all = self.lock();
        let usable = usable(&all, urls);
        let picked = if usable.known.is_empty() {
            pick_lacking_host(&all, &usable.on_lacking_hosts, asked, now)
        } else {
            pick(&all, &usable, asked, now)
        };
        match picked {
            HostChoice::Ask(url) => NextHost::Ask(self.permit(url, false)),
            HostChoice::Probe(url) => {
                all.entry(origin(url)).or_default().probes += 1;
                NextHost::Ask(self.permit(url, true))
            }
            HostChoice::Wait(pause) => NextHost::Wait(pause),
            HostChoice::Dead => NextHost::Dead(problem_of(&all, urls)),
            HostChoice::Exhausted => NextHost::Exhausted,
        }
    }

    /// Picks as [`Self::next`] does, and asks hosts that rest or seem not to have the recording,
    /// too.
    pub(crate) fn any_host<'u>(
        &self,
        urls: &'u [Url],
        asked: &TriedUrls<'_>,
        now: Instant,
    ) -> Option<HostPermit<'_, 'u>> {
        let all = self.lock();
        let UsableUrls {
            known,
            on_lacking_hosts: strangers,
        } = usable(&all, urls);
        let open = known.iter().chain(&strangers).copied();
        let open = open.filter(|url| !asked.urls.contains(url));
        let rank = |url: &&Url| all.get(&origin(url)).map(|health| health.rank(now));
        let best = open.min_by_key(|url| rank(url).unwrap_or((false, false, true)))?;
        Some(self.permit(best, false))
    }

    /// Whether "not found" from this address counts: its host sends segments or, before any of
    /// them does, is the first that is named.
    pub(crate) fn is_authoritative(&self, url: &Url, urls: &[Url]) -> bool {
        let all = self.lock();
        let delivers = |url: &Url| {
            all.get(&origin(url))
                .is_some_and(|health| health.has_delivered)
        };
        delivers(url)
            || (!urls.iter().any(delivers)
                && urls.first().map(Url::host_str) == Some(url.host_str()))
    }

    /// Whether the host of this address has been overtaken by another.
    pub(crate) fn is_slow(&self, url: &Url, now: Instant) -> bool {
        let all = self.lock();
        let until = all.get(&origin(url)).and_then(|health| health.slow_until);
        until.is_some_and(|until| now < until)
    }

    /// Another host answered sooner than this one.
    pub(crate) fn mark_slow(&self, url: &Url, now: Instant) {
        self.lock().entry(origin(url)).or_default().slow_until = Some(now + SLOW_HOST_PENALTY);
        self.changed.notify_waiters();
    }

    /// Completes when the health of any host changes.
    pub(crate) fn changed(&self) -> Notified<'_> {
        self.changed.notified()
    }

    /// Permission to ask an address once more beside a request that dawdles.
    pub(crate) fn same_host<'u>(&self, url: &'u Url) -> HostPermit<'_, 'u> {
        self.permit(url, false)
    }

    fn permit<'u>(&self, url: &'u Url, is_probe: bool) -> HostPermit<'_, 'u> {
        HostPermit {
            hosts: self,
            url,
            is_probe,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, HostHealth>> {
        // Every field is whole after every line, so a panic elsewhere spoils nothing.
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'u> HostPermit<'_, 'u> {
    pub(crate) fn url(&self) -> &'u Url {
        self.url
    }

    /// Its host rests, and this one request finds out whether it is well again.
    pub(crate) fn is_probe(&self) -> bool {
        self.is_probe
    }

    /// The host sent a segment.
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

    /// The host said that there is no such segment.
    pub(crate) fn refused(mut self, now: Instant) {
        self.settle(|health| {
            health.answered = true;
            health.refusals = health.refusals.saturating_add(1);
            health.failures = 0;
            health.failing_since = None;
            if health.lacks_recording() {
                // What it was asked for may be what nobody has: it is tried again now and then.
                if health.cooldown_until.is_none_or(|until| until <= now) {
                    health.start_cooldown(now);
                }
            } else {
                health.cooldown_until = None;
                health.cooldowns = 0;
            }
        });
    }

    /// The host could not be asked, or answered with something else than a segment.
    pub(crate) fn failed(mut self, error: &FetchError, now: Instant) {
        let cause = error.host_failure();
        let problem = Some((cause, error.to_string()));
        self.settle(|health| health.fail(cause, error, now));
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
    /// Healthy hosts first, then slow ones, then those that rest; in each class those first that
    /// have sent segments.
    fn rank(&self, now: Instant) -> (bool, bool, bool) {
        let is_slow = self.slow_until.is_some_and(|until| now < until);
        (self.cooldown_until.is_some(), is_slow, !self.has_delivered)
    }

    /// It has rested, and may be probed.
    fn is_due(&self, now: Instant) -> bool {
        self.probes < PROBES && self.cooldown_until.is_some_and(|until| until <= now)
    }

    fn has_failed_for_long(&self, now: Instant) -> bool {
        let since = self.failing_since;
        since.is_some_and(|since| now.saturating_duration_since(since) >= DEAD_AFTER)
    }

    fn lacks_recording(&self) -> bool {
        !self.has_delivered && self.refusals >= REFUSALS_BEFORE_LACKING
    }

    fn fail(&mut self, cause: HostFailure, error: &FetchError, now: Instant) {
        let is_new = |then: Instant| now.saturating_duration_since(then) > SAME_OUTAGE;
        if self.last_failure.is_none_or(is_new) {
            self.failing_since = None;
        }
        self.failing_since.get_or_insert(now);
        self.last_failure = Some(now);
        self.failures = self.failures.saturating_add(1);
        self.answered |= !matches!(cause, HostFailure::Unreachable | HostFailure::Untrusted);
        self.is_untrusted |= cause == HostFailure::Untrusted;
        let is_resting = self.cooldown_until.is_some_and(|until| now < until);
        if let FetchError::Busy { retry_after, .. } = error {
            let rest = retry_after.unwrap_or(self.next_cooldown());
            self.cooldown_until = Some(now + rest.min(MAX_RETRY_AFTER));
        } else if self.failures >= FAILURES_BEFORE_COOLDOWN && !is_resting {
            self.start_cooldown(now);
        }
    }

    /// Leaves the host alone for a while, each time longer.
    fn start_cooldown(&mut self, now: Instant) {
        self.cooldown_until = Some(now + self.next_cooldown());
        self.cooldowns = self.cooldowns.saturating_add(1);
    }

    fn next_cooldown(&self) -> Duration {
        let rest = INITIAL_COOLDOWN.saturating_mul(1 << self.cooldowns.min(8));
        rest.min(MAX_COOLDOWN)
    }
}

/// What [`Hosts::next`] does.
enum HostChoice<'u> {
    Ask(&'u Url),
    Probe(&'u Url),
    Wait(Duration),
    Dead,
    Exhausted,
}

/// The healthiest address that has not been asked, or how long to wait for one.
fn pick<'u>(
    all: &HashMap<String, HostHealth>,
    usable: &UsableUrls<'u>,
    asked: &TriedUrls<'_>,
    now: Instant,
) -> HostChoice<'u> {
    let of = |url: &Url| all.get(&origin(url)).cloned().unwrap_or_default();
    let UsableUrls {
        known,
        on_lacking_hosts: strangers,
    } = usable;
    if known.iter().all(|url| of(url).has_failed_for_long(now)) {
        return HostChoice::Dead;
    }
    let open = known.iter().chain(strangers);
    let open = open.filter(|url| !asked.urls.contains(*url));
    let mut open: Vec<_> = open.map(|url| (of(url), *url)).collect();
    open.sort_by_key(|(health, _)| health.rank(now));
    let Some((best, url)) = open.first() else {
        return HostChoice::Exhausted;
    };
    if best.cooldown_until.is_none() {
        return HostChoice::Ask(url);
    }
    if asked.is_refused {
        return HostChoice::Exhausted;
    }
    if let Some((_, url)) = open.iter().find(|(health, _)| health.is_due(now)) {
        return HostChoice::Probe(url);
    }
    let rests = open.iter().filter(|(health, _)| health.probes < PROBES);
    let soonest = rests.filter_map(|(health, _)| health.cooldown_until).min();
    let wait = soonest.map_or(INITIAL_COOLDOWN, |until| {
        until.saturating_duration_since(now)
    });
    HostChoice::Wait(wait.clamp(Duration::from_millis(20), MAX_COOLDOWN))
}

/// Where no host has the recording, by what they say: one of them is enough to hear it from, and
/// the others are probed, for they may have been asked for what nobody has.
fn pick_lacking_host<'u>(
    all: &HashMap<String, HostHealth>,
    strangers: &[&'u Url],
    asked: &TriedUrls<'_>,
    now: Instant,
) -> HostChoice<'u> {
    let Some(first) = strangers.first() else {
        return HostChoice::Dead;
    };
    if asked.is_refused {
        return HostChoice::Exhausted;
    }
    let is_due = |url: &Url| {
        all.get(&origin(url))
            .is_some_and(|health| health.is_due(now))
    };
    let mut open = strangers.iter().filter(|url| !asked.urls.contains(*url));
    let probed = open.clone().find(|url| *url != first && is_due(url));
    match (probed, open.next()) {
        (Some(url), _) => HostChoice::Probe(url),
        (None, Some(url)) => HostChoice::Ask(url),
        (None, None) => HostChoice::Exhausted,
    }
}

/// The addresses of a segment that may be asked.
struct UsableUrls<'u> {
    known: Vec<&'u Url>,
    /// Those on hosts that do not have the recording, by what they say. They are asked now and
    /// then while the others rest.
    on_lacking_hosts: Vec<&'u Url>,
}

/// The addresses that may be asked: over TLS, or without where a host has never answered over TLS
/// and no host of the segment has shown a certificate that was refused.
fn usable<'u>(all: &HashMap<String, HostHealth>, urls: &'u [Url]) -> UsableUrls<'u> {
    let of = |url: &Url| all.get(&origin(url));
    // Whoever shows a wrong certificate would answer without TLS, too.
    let is_watched = urls
        .iter()
        .any(|url| of(url).is_some_and(|health| health.is_untrusted));
    let may_be_asked = |url: &&Url| {
        if of(url).is_some_and(|health| health.is_untrusted) {
            return false;
        }
        let Some(secure) = over_tls(url) else {
            return true;
        };
        if is_watched {
            return false;
        }
        let is_named = urls.contains(&secure);
        match of(&secure) {
            Some(health) if health.is_untrusted || health.answered => false,
            Some(health) => !is_named || health.failures > 0,
            None => !is_named,
        }
    };
    let is_stranger = |url: &&Url| of(url).is_some_and(HostHealth::lacks_recording);
    let (strangers, known) = urls.iter().filter(may_be_asked).partition(is_stranger);
    UsableUrls {
        known,
        on_lacking_hosts: strangers,
    }
}

/// The same address over TLS; nothing where it is already.
fn over_tls(url: &Url) -> Option<Url> {
    let mut secure = url.clone();
    (url.scheme() == "http" && secure.set_scheme("https").is_ok()).then_some(secure)
}

/// Why the first of these addresses failed whose host has failed.
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
