//! Requests to the service itself: each is repeated while its errors are temporary.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use ustream::{
    Access, CertificateProblem, Client, ProxyFailure, Reach, RecordingRef, Target, TrafficRecorder,
};

use crate::error::{NetworkFailure, network_failure};
use crate::fetch::limits::{
    MAX_LOOKUP_PAUSE, MAX_PAUSES, MAX_RETRY_AFTER, SERVICE_BUSY_TIMEOUT, SERVICE_DOWN_TIMEOUT,
    SERVICE_TRIES,
};
use crate::fetch::online::OnlineCheck;
use crate::fetch::retry::backoff;
use crate::platform;
use crate::progress::Meter;
use crate::view::WaitReason;

/// Pause between two questions whether a channel is on air.
const START_INTERVAL: Duration = Duration::from_secs(30);

/// How long to wait for what may pass by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Longest wait without a network; `None` waits as long as it takes.
    pub offline: Option<Duration>,
    /// Longest wait for a service that cannot be reached, or is silent.
    pub down: Duration,
    /// Whether looking up a link waits as jobs do. Otherwise it only waits for short pauses that the
    /// service asks for, since a person is watching who can try again.
    pub for_lookups: bool,
    /// How often it is asked whether a channel is on air whose stream is waited for. A quarter more or
    /// less is chosen at random, so that not everybody asks at the same moment.
    pub start_interval: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            offline: None,
            down: SERVICE_DOWN_TIMEOUT,
            for_lookups: false,
            start_interval: START_INTERVAL,
        }
    }
}

/// The client of the service, for all jobs: what one of them learns about the service holds for all.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    client: Client,
    online: Arc<OnlineCheck>,
    patience: Patience,
    state: Arc<Mutex<ServiceState>>,
}

/// What the last answers of the service say about the next request.
#[derive(Clone, Copy, Debug, Default)]
struct ServiceState {
    /// The end of the pause that it has asked for.
    resume_at: Option<Instant>,
    /// Since when it has not been reached.
    down_since: Option<Instant>,
    /// Since when there has been no network.
    offline_since: Option<Instant>,
    /// Since when it has been asking for pauses.
    busy_since: Option<Instant>,
    /// Whether it has ever given a good answer.
    has_answered: bool,
}

impl ServiceState {
    /// Returns whether requests have failed like this for as long as they may.
    fn is_over(&mut self, class: ErrorClass, patience: Patience) -> bool {
        let is_over = |since: &mut Option<Instant>, limit: Option<Duration>| {
            let since = *since.get_or_insert_with(Instant::now);
            limit.is_some_and(|limit| since.elapsed() >= limit)
        };
        match class {
            ErrorClass::Final => true,
            ErrorClass::Transient => false,
            ErrorClass::Busy(_) => is_over(&mut self.busy_since, Some(SERVICE_BUSY_TIMEOUT)),
            ErrorClass::Down => is_over(&mut self.down_since, Some(patience.down)),
            ErrorClass::Offline => is_over(&mut self.offline_since, patience.offline),
        }
    }

    /// Forgets what an answer disproves; `class` is that of its error, `None` if it was a good one.
    fn heard(&mut self, class: Option<ErrorClass>) {
        if class != Some(ErrorClass::Down) {
            self.down_since = None;
        }
        if class != Some(ErrorClass::Offline) {
            self.offline_since = None;
        }
        if class.is_none() {
            self.busy_since = None;
            self.has_answered = true;
        }
    }
}

impl Service {
    /// `online` is that of the segments, so that both ask once.
    pub(crate) fn new(client: Client, online: Arc<OnlineCheck>, patience: Patience) -> Self {
        Self {
            client,
            online,
            patience,
            state: Arc::default(),
        }
    }

    /// Returns the same service, whose requests `recorder` records.
    pub(crate) fn recorded_by(&self, recorder: &TrafficRecorder) -> Self {
        Self {
            client: self.client.recorded_by(recorder),
            ..self.clone()
        }
    }

    /// Returns the client, for requests that are not worth a wait.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Returns how often it is asked whether a channel is on air.
    pub(crate) fn start_interval(&self) -> Duration {
        self.patience.start_interval
    }

    /// Begins the attempts at a request of a job.
    pub(crate) fn for_job<'a>(&'a self, meter: &'a Meter) -> Retry<'a> {
        self.retry(RetryBudget::default(), Some(meter))
    }

    /// Begins the attempts to look up what a person or a script has asked for.
    pub(crate) fn for_lookup(&self) -> Retry<'_> {
        let budget = if self.patience.for_lookups {
            RetryBudget::default()
        } else {
            RetryBudget::for_pauses(MAX_LOOKUP_PAUSE)
        };
        self.retry(budget, None)
    }

    /// Begins the attempts at what a movie can do without. It may come from another host, whose
    /// troubles are not those of the service.
    pub(crate) fn for_extra<'a>(&'a self, meter: &'a Meter) -> Retry<'a> {
        Retry {
            is_of_service: false,
            ..self.retry(RetryBudget::for_pauses(MAX_RETRY_AFTER), Some(meter))
        }
    }

    fn retry<'a>(&'a self, budget: RetryBudget, meter: Option<&'a Meter>) -> Retry<'a> {
        Retry {
            service: self,
            budget,
            meter,
            is_of_service: true,
        }
    }

    /// Returns the true cause of an error: a log-in page of the network in place of every host, the
    /// clock of this computer, or a proxy that only a PAC file names.
    async fn explained(&self, error: ustream::Error) -> ustream::Error {
        use ustream::Error as Cause;
        let problem = match &error {
            Cause::Untrusted { certificate, .. } => Some(certificate.problem),
            _ => None,
        };
        let may_be_login_page = match &error {
            Cause::Misdirected(_) | Cause::Malformed { .. } | Cause::NoRendition => true,
            Cause::Status { status, .. } => *status == 511,
            _ => problem.is_some_and(CertificateProblem::is_of_login_page),
        };
        if may_be_login_page && self.online.reach_now().await == Reach::LoginPage {
            return Cause::LoginPage;
        }
        let may_be_clock = problem == Some(CertificateProblem::OutOfDate);
        if may_be_clock && self.client.is_clock_wrong().await {
            return Cause::WrongClock;
        }
        match self.client.unread_proxy_script() {
            Some(script) if self.is_cut_off(&error) => Cause::ProxyScript(script),
            _ => error,
        }
    }

    /// Returns whether the service has never been reached although there is a network.
    fn is_cut_off(&self, error: &ustream::Error) -> bool {
        !self.state().has_answered
            && match ErrorClass::of(error) {
                ErrorClass::Down => true,
                ErrorClass::Offline => platform::has_route(),
                _ => false,
            }
    }

    /// Makes all requests wait for this time.
    fn pause(&self, pause: Duration) {
        let until = Some(Instant::now() + pause);
        let mut state = self.state();
        state.resume_at = until.max(state.resume_at);
    }

    fn remaining_pause(&self) -> Duration {
        let resume_at = self.state().resume_at;
        resume_at.map_or(Duration::ZERO, |at| at.duration_since(Instant::now()))
    }

    fn state(&self) -> MutexGuard<'_, ServiceState> {
        // Each change under this lock is complete in itself.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The attempts at one request.
pub(crate) struct Retry<'a> {
    service: &'a Service,
    budget: RetryBudget,
    /// Shows that the job waits.
    meter: Option<&'a Meter>,
    /// Whether the answers say something about the service itself.
    is_of_service: bool,
}

impl Retry<'_> {
    /// Repeats the request that `send` makes while its errors are temporary.
    pub(crate) async fn run<T, A>(
        mut self,
        mut send: impl FnMut() -> A,
    ) -> Result<T, ustream::Error>
    where
        A: Future<Output = Result<T, ustream::Error>>,
    {
        loop {
            self.wait_for_pause().await;
            if let Some(answer) = self.settle(send().await).await? {
                return Ok(answer);
            }
        }
    }

    /// Finds the recording that a target leads to. One that the target names itself takes no request,
    /// so it says nothing about the service.
    pub(crate) async fn find(
        self,
        target: &Target,
        access: &Access,
    ) -> Result<RecordingRef, ustream::Error> {
        if let Some(found) = RecordingRef::named_by(target) {
            return Ok(found);
        }
        let client = &self.service.client;
        self.run(|| client.find_recording(target, access)).await
    }

    /// Returns the answer of an attempt; `None`, after a wait, if another attempt is worth it.
    pub(crate) async fn settle<T>(
        &mut self,
        result: Result<T, ustream::Error>,
    ) -> Result<Option<T>, ustream::Error> {
        match result {
            Ok(answer) => {
                if self.is_of_service {
                    self.service.state().heard(None);
                }
                if let Some(meter) = self.meter {
                    meter.stop_waiting();
                }
                Ok(Some(answer))
            }
            Err(error) => self.wait_after(error).await.map(|()| None),
        }
    }

    /// Waits until the pause is over that the service has asked for. Call it before each attempt.
    pub(crate) async fn wait_for_pause(&self) {
        loop {
            let pause = self.service.remaining_pause();
            if pause.is_zero() {
                return;
            }
            self.show_waiting(WaitReason::Service);
            // Not all jobs at the same moment.
            tokio::time::sleep(pause + backoff(1)).await;
        }
    }

    /// Waits after a failed attempt; returns its error if another attempt is not worth it.
    async fn wait_after(&mut self, error: ustream::Error) -> Result<(), ustream::Error> {
        let error = if self.is_of_service {
            self.service.explained(error).await
        } else {
            error
        };
        let mut class = ErrorClass::of(&error);
        let pause = self.budget.next_delay(class);
        let may_wait = pause.is_some() && class == ErrorClass::Offline;
        let is_lookup = may_wait && !matches!(error, ustream::Error::LoginPage);
        if is_lookup && self.service.online.reach().await == Reach::Service {
            // A name that is not known although the service can be reached: one of its hosts is gone.
            class = ErrorClass::Down;
        }
        let is_over = self.is_of_service && {
            let mut state = self.service.state();
            state.heard(Some(class));
            pause.is_none() || state.is_over(class, self.service.patience)
        };
        let Some(pause) = pause.filter(|_| !is_over) else {
            return Err(error);
        };
        tracing::info!(%error, ?pause, "asking the service again");
        let reason = match (class, &error) {
            (_, ustream::Error::LoginPage) => WaitReason::LoginPage,
            (ErrorClass::Offline, _) => WaitReason::Network,
            _ => WaitReason::Service,
        };
        self.warn_of_wait(reason);
        self.show_waiting(reason);
        if self.is_of_service && matches!(class, ErrorClass::Busy(_)) {
            self.service.pause(pause);
        } else {
            tokio::time::sleep(pause).await;
        }
        Ok(())
    }

    fn show_waiting(&self, reason: WaitReason) {
        if let Some(meter) = self.meter {
            meter.wait_for(reason);
        }
    }

    /// Says once that the lookup waits; a job shows it by itself.
    fn warn_of_wait(&self, reason: WaitReason) {
        if self.meter.is_some() || self.budget.tries > 1 {
            return;
        }
        match reason {
            WaitReason::Network => {
                tracing::warn!("there is no connection to the internet; waiting for it");
            }
            WaitReason::LoginPage => tracing::warn!(
                "the network asks to log in: open any web page in a browser; waiting for it"
            ),
            WaitReason::Service
            | WaitReason::Mirror
            | WaitReason::Segments
            | WaitReason::Stream
            | WaitReason::StreamStart => {}
        }
    }
}

/// What an error means for the next attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ErrorClass {
    /// Another attempt does not help.
    Final,
    /// Temporary: try again with growing pauses.
    Transient,
    /// Overload: try again after the time that the service asks for.
    Busy(Option<Duration>),
    /// The service cannot be reached, or is silent.
    Down,
    /// This computer is offline.
    Offline,
}

impl ErrorClass {
    fn of(error: &ustream::Error) -> Self {
        match error {
            ustream::Error::Network(source) => match network_failure(source) {
                NetworkFailure::Permanent
                | NetworkFailure::Untrusted(_)
                | NetworkFailure::Proxy(ProxyFailure::Login | ProxyFailure::Refused) => Self::Final,
                NetworkFailure::Interrupted => Self::Transient,
                NetworkFailure::Down
                | NetworkFailure::Refused
                | NetworkFailure::Proxy(ProxyFailure::Down) => Self::Down,
                NetworkFailure::Offline => Self::Offline,
            },
            ustream::Error::Proxy(ProxyFailure::Down) if platform::has_route() => Self::Down,
            ustream::Error::Proxy(ProxyFailure::Down) | ustream::Error::LoginPage => Self::Offline,
            ustream::Error::Timeout(_) => Self::Down,
            ustream::Error::Status { status, .. } if *status >= 500 => Self::Transient,
            ustream::Error::Busy { retry_after } => Self::Busy(*retry_after),
            _ => Self::Final,
        }
    }
}

/// Returns whether another attempt may succeed where this one has failed.
pub(crate) fn is_temporary(error: &ustream::Error) -> bool {
    ErrorClass::of(error) != ErrorClass::Final
}

/// How often one request is repeated.
#[derive(Clone, Copy, Debug, Default)]
struct RetryBudget {
    /// Attempts so far; those without an answer only grow the pauses.
    tries: u32,
    /// If set, only pauses up to this length are kept, and nothing else is repeated.
    only_pauses: Option<Duration>,
}

impl RetryBudget {
    fn for_pauses(max: Duration) -> Self {
        Self {
            tries: 0,
            only_pauses: Some(max),
        }
    }

    /// Returns the pause before the next attempt, or `None` to give up.
    fn next_delay(&mut self, class: ErrorClass) -> Option<Duration> {
        let is_short =
            |max: Duration| matches!(class, ErrorClass::Busy(Some(pause)) if pause <= max);
        self.tries += 1;
        if let Some(max) = self.only_pauses
            && (!is_short(max) || self.tries >= MAX_PAUSES)
        {
            return None;
        }
        match class {
            ErrorClass::Final => return None,
            ErrorClass::Transient if self.tries >= SERVICE_TRIES => return None,
            ErrorClass::Transient => {}
            _ => self.tries = self.tries.min(SERVICE_TRIES - 1),
        }
        Some(match class {
            ErrorClass::Busy(Some(retry_after)) => retry_after.min(MAX_RETRY_AFTER),
            ErrorClass::Busy(None) => backoff(self.tries + 2),
            _ => backoff(self.tries),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(patience: Patience) -> Service {
        let client = Client::new(&ustream::Endpoint::default()).unwrap();
        let online = Arc::new(OnlineCheck::new(client.clone()));
        Service::new(client, online, patience)
    }

    fn busy(seconds: u64) -> ErrorClass {
        ErrorClass::Busy(Some(Duration::from_secs(seconds)))
    }

    #[test]
    fn a_request_that_is_answered_with_an_error_is_made_six_times() {
        let tries = |class| {
            let mut budget = RetryBudget::default();
            (1..=100).find(|_| budget.next_delay(class).is_none())
        };
        assert_eq!(tries(ErrorClass::Transient), Some(SERVICE_TRIES));
        assert_eq!(tries(ErrorClass::Final), Some(1));
        for class in [ErrorClass::Down, ErrorClass::Offline, busy(5)] {
            assert_eq!(tries(class), None, "{class:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn each_kind_of_trouble_has_its_own_bound_for_all_requests_together() {
        let half_a_minute = Duration::from_secs(30);
        let patience = Patience {
            offline: Some(half_a_minute),
            ..Patience::default()
        };
        for (class, bound) in [
            (ErrorClass::Down, SERVICE_DOWN_TIMEOUT),
            (busy(5), SERVICE_BUSY_TIMEOUT),
            (ErrorClass::Offline, half_a_minute),
        ] {
            let mut state = ServiceState::default();
            assert!(!state.is_over(class, patience), "{class:?}");
            tokio::time::advance(bound.mul_f64(0.9)).await;
            assert!(!state.is_over(class, patience), "{class:?}");
            tokio::time::advance(bound.mul_f64(0.1)).await;
            assert!(state.is_over(class, patience), "{class:?}");
            state.heard(None);
            assert!(!state.is_over(class, patience), "{class:?}");
        }
        let mut state = ServiceState::default();
        for _ in 0..100 {
            assert!(!state.is_over(ErrorClass::Offline, Patience::default()));
            tokio::time::advance(Duration::from_hours(1)).await;
        }
    }

    #[test]
    fn another_kind_of_trouble_ends_the_first() {
        let mut state = ServiceState::default();
        let patience = Patience::default();
        assert!(!state.is_over(ErrorClass::Down, patience));
        assert!(!state.is_over(busy(1), patience));
        state.heard(Some(ErrorClass::Transient));
        assert!(state.down_since.is_none() && state.busy_since.is_some());
    }

    #[test]
    fn a_person_who_watches_waits_for_short_pauses_only() {
        let brief = || RetryBudget::for_pauses(MAX_LOOKUP_PAUSE);
        let mut budget = brief();
        let pauses = std::iter::from_fn(|| budget.next_delay(busy(5))).count();
        assert_eq!(pauses, 2, "not forever");
        for class in [
            busy(60),
            ErrorClass::Busy(None),
            ErrorClass::Offline,
            ErrorClass::Down,
            ErrorClass::Transient,
        ] {
            assert_eq!(brief().next_delay(class), None, "{class:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_that_one_request_is_asked_for_is_kept_by_all() {
        let service = service(Patience {
            for_lookups: true,
            ..Patience::default()
        });
        let busy = ustream::Error::Busy {
            retry_after: Some(Duration::from_secs(5)),
        };
        service.for_lookup().wait_after(busy).await.unwrap();
        let start = Instant::now();
        service.clone().for_lookup().wait_for_pause().await;
        assert!(start.elapsed() >= Duration::from_secs(5));
        service.for_lookup().wait_for_pause().await;
        assert!(start.elapsed() < Duration::from_secs(7));
    }

    #[tokio::test(start_paused = true)]
    async fn the_trouble_of_an_extra_counts_for_nothing_else() {
        let service = service(Patience::default());
        let meter = Meter::new(None);
        let busy = || ustream::Error::Busy {
            retry_after: Some(Duration::from_secs(5)),
        };
        let start = Instant::now();
        let mut extra = service.for_extra(&meter);
        extra.wait_after(busy()).await.unwrap();
        assert!(start.elapsed() >= Duration::from_secs(5), "it waits itself");
        extra.wait_after(busy()).await.unwrap();
        extra.wait_after(busy()).await.unwrap_err();
        let silent = ustream::Error::Timeout("x");
        let refused = service.for_extra(&meter).wait_after(silent).await;
        refused.unwrap_err();
        assert!(service.remaining_pause().is_zero());
        let state = *service.state();
        assert!(state.down_since.is_none() && state.busy_since.is_none());
    }
}
