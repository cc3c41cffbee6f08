//! Decides what to do on the control connection: events in, requests out. No I/O, no clock.

mod connect;
mod redirects;
mod stream_info;

use std::time::Duration;

use fastrand::Rng;
use serde_json::Value;

use self::connect::ConnectContext;
pub use self::connect::Transport;
pub use self::stream_info::StreamInfo;
use self::stream_info::StreamInfoBuilder;
use super::message::{self, Command, ModuleInfo, Reject, WHAT};
use super::stream::StreamState;
use crate::hosts::Host;
use crate::{Error, Lock, RecordingId};

/// One attempt may take this long; an answer usually takes one second.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(12);

/// Attempts in all, each from an entry host on.
const MAX_ATTEMPTS: usize = 3;

/// No attempt begins later: there are other ways to try.
const LAST_ATTEMPT_START: Duration = Duration::from_secs(18);

/// A host that has just failed is given this long, times the attempts so far.
const RETRY_PAUSE: Duration = Duration::from_millis(500);

/// How long the servers of the pieces may be named later than the pieces.
const SERVERS_GRACE: Duration = Duration::from_secs(5);

/// How long a list of hashes may be continued in a later message, where nobody has said how long
/// the recording is or the list ends before that.
const HASHES_GRACE: Duration = Duration::from_secs(3);

/// What is asked of the service.
#[derive(Clone)]
pub struct SessionQuery {
    /// The recording.
    pub recording: RecordingId,
    /// Its password.
    pub password: Option<String>,
    /// The answer of the sign-up form, as the JSON text it came in.
    pub hash: Option<String>,
    /// Address of the page that embeds it.
    pub referrer: Option<String>,
}

/// What happened on the connection.
#[derive(Debug)]
pub enum SessionEvent<'a> {
    /// It is open.
    Opened,
    /// It could not be opened.
    Failed(Error),
    /// The service said something.
    Frame(&'a str),
    /// The service said something too large.
    LimitExceeded(Error),
    /// It was closed from the other side.
    Closed,
    /// The API has answered that the recording is so many milliseconds long.
    Length(u64),
    /// [`Session::deadline`] has come.
    TimedOut,
}

/// What to do next.
#[derive(Debug)]
pub enum SessionAction {
    /// Drop the connection and open one to `{host}{path}`, after a pause.
    Connect {
        /// Over TLS.
        secure: bool,
        /// Where to.
        host: Host,
        /// Which path there.
        path: &'static str,
        /// How long to wait before.
        pause: Duration,
    },
    /// Say `connect` with these arguments, then wait.
    Send(Value),
    /// Poll there from now on.
    Listen {
        /// Over TLS.
        secure: bool,
        /// Where.
        host: Host,
        /// Which path there.
        path: &'static str,
        /// Name of the connection.
        connection: String,
    },
    /// Wait for the next event, at most until [`Session::deadline`].
    Wait,
    /// The recording is known.
    Done(Box<StreamInfo>),
    /// The answer of the sign-up form is missing, or was not accepted.
    NeedsHash,
    /// It cannot be had.
    Fail(Error),
}

/// One conversation about one recording.
pub struct Session {
    transport: Transport,
    query: SessionQuery,
    referrer: String,
    random: Rng,
    viewer_id: u64,
    attempt: usize,
    attempt_started: Duration,
    /// Number at the front of made-up host names, one for each attempt: it defeats caches.
    host_number: u32,
    redirects: usize,
    referrers: usize,
    visited: Vec<(Host, String)>,
    host: Option<Host>,
    /// Where to go when the host that the service named cannot be reached.
    fallback_host: Option<Host>,
    info: StreamInfoBuilder,
    last_error: Option<Error>,
}

impl Session {
    /// A conversation whose random numbers follow from `seed`.
    pub fn new(query: SessionQuery, transport: Transport, seed: u64) -> Self {
        let mut random = Rng::with_seed(seed);
        let referrer = query
            .referrer
            .clone()
            .unwrap_or_else(|| format!("https://video.ibm.com/recorded/{}", query.recording));
        Self {
            transport,
            query,
            referrer,
            viewer_id: random.u64(1..10_000_000_000),
            random,
            attempt: 0,
            attempt_started: Duration::ZERO,
            host_number: 0,
            redirects: 0,
            referrers: 0,
            visited: Vec::new(),
            host: None,
            fallback_host: None,
            info: StreamInfoBuilder::default(),
            last_error: None,
        }
    }

    /// The first thing to do.
    pub fn start(&mut self, now: Duration) -> SessionAction {
        self.attempt = 1;
        self.start_attempt(now)
    }

    /// When to report [`Event::TimedOut`].
    pub fn deadline(&self) -> Duration {
        let attempt = self.attempt_started + ATTEMPT_TIMEOUT;
        self.info
            .deadline(HASHES_GRACE, SERVERS_GRACE)
            .map_or(attempt, |at| at.min(attempt))
    }

    /// Goes on after `event`. `now` counts from any moment, but never back.
    pub fn handle(&mut self, event: SessionEvent<'_>, now: Duration) -> SessionAction {
        match event {
            SessionEvent::Opened => {
                let hello = ConnectContext {
                    viewer_id: self.viewer_id,
                    referrer: &self.referrer,
                    is_secure: self.is_secure(),
                    random: &mut self.random,
                };
                SessionAction::Send(self.transport.connect_arguments(&self.query, hello))
            }
            SessionEvent::Frame(frame) => self.on_frame(frame, now),
            SessionEvent::LimitExceeded(error)
            | SessionEvent::Failed(error @ Error::Busy { .. }) => SessionAction::Fail(error),
            // The next way may be without TLS: whoever showed the certificate could answer there.
            SessionEvent::Failed(error @ Error::Untrusted { .. })
                if self.transport != Transport::Socket =>
            {
                SessionAction::Fail(error)
            }
            SessionEvent::Failed(error) => {
                self.record_error(error);
                match self.fallback_host.take() {
                    Some(host) => self.go_to(host),
                    None => self.retry_or_finish(now),
                }
            }
            SessionEvent::Closed => self.retry_or_finish(now),
            SessionEvent::Length(length_ms) => {
                self.info.add_length(length_ms);
                self.done_or_wait()
            }
            SessionEvent::TimedOut if now < self.deadline() => SessionAction::Wait,
            SessionEvent::TimedOut => {
                self.record_error(Error::Timeout(WHAT));
                self.retry_or_finish(now)
            }
        }
    }

    fn on_frame(&mut self, frame: &str, now: Duration) -> SessionAction {
        let commands = match message::parse(frame) {
            Ok(commands) => commands,
            Err(error @ Error::TooLarge { .. }) => return SessionAction::Fail(error),
            Err(error) => {
                tracing::debug!(%error, "a frame makes no sense");
                self.record_error(error);
                return SessionAction::Wait;
            }
        };
        let mut listen = SessionAction::Wait;
        let mut is_closed = false;
        for command in commands {
            let request = match command {
                Command::ModuleInfo(info) => self.on_module_info(*info, now),
                Command::Reject(reasons) => self.on_reject(reasons),
                Command::Tracking(tracking) if self.transport != Transport::Socket => {
                    listen = self.on_tracking(tracking);
                    SessionAction::Wait
                }
                // A websocket closes itself.
                Command::Close if self.transport != Transport::Socket => {
                    is_closed = true;
                    SessionAction::Wait
                }
                Command::Tracking(_) | Command::Close => SessionAction::Wait,
                Command::Other(name) => {
                    tracing::debug!(name, "a command without meaning here");
                    SessionAction::Wait
                }
            };
            if !matches!(request, SessionAction::Wait) {
                return request;
            }
        }
        if is_closed {
            return self.retry_or_finish(now);
        }
        listen
    }

    fn on_module_info(&mut self, info: ModuleInfo, now: Duration) -> SessionAction {
        // It was told where the segments are: they are still there.
        if info.stream == Some(StreamState::Offline) && !self.info.is_usable() {
            return SessionAction::Fail(Error::NotRecorded);
        }
        self.info.add(info, now);
        self.done_or_wait()
    }

    fn done_or_wait(&mut self) -> SessionAction {
        if self.info.is_finished() {
            return SessionAction::Done(Box::new(self.info.take()));
        }
        SessionAction::Wait
    }

    fn on_reject(&mut self, reasons: Vec<Reject>) -> SessionAction {
        let Some(reason) = reasons.into_iter().next() else {
            return SessionAction::Wait;
        };
        let lock = match reason {
            Reject::Cluster { name, host } => return self.on_cluster(name, host.as_deref()),
            Reject::Referrer { redirect_url } => return self.on_referrer(redirect_url),
            Reject::Hash => return SessionAction::NeedsHash,
            Reject::Nonexistent => {
                return SessionAction::Fail(Error::NotFound(self.query.recording.to_string()));
            }
            Reject::Region => Lock::Region,
            Reject::Password => Lock::Password {
                wrong: self.query.password.is_some(),
            },
            Reject::Login => Lock::Login,
            Reject::Other(key) => Lock::Other(key),
        };
        SessionAction::Fail(Error::Locked(lock))
    }

    /// Begins an attempt at the entry host of its turn: today's first, then the one of 2017.
    fn start_attempt(&mut self, now: Duration) -> SessionAction {
        let earlier = u32::try_from(self.attempt.saturating_sub(1)).unwrap_or(u32::MAX);
        let pause = RETRY_PAUSE.saturating_mul(earlier);
        self.attempt_started = now + pause;
        self.host_number = self.random.u32(10_000_000..100_000_000);
        self.redirects = 0;
        self.fallback_host = None;
        self.visited.clear();
        self.info.reset_timers();
        let host = self
            .transport
            .entry_host(self.attempt, &self.query, self.host_number);
        let mut request = self.go_to(host);
        if let SessionAction::Connect { pause: wait, .. } = &mut request {
            *wait = pause;
        }
        request
    }

    /// Keeps what went wrong. A refused certificate stays the reason, whatever follows it.
    fn record_error(&mut self, error: Error) {
        if !matches!(self.last_error, Some(Error::Untrusted { .. })) {
            self.last_error = Some(error);
        }
    }

    /// The connection is of no more use: what is known may do, else another attempt may help.
    fn retry_or_finish(&mut self, now: Duration) -> SessionAction {
        // A list that ends too early or has a gap is asked for once more, then taken as it is.
        let is_enough = self.info.is_complete() || self.attempt > 1;
        if self.info.is_usable() && is_enough {
            if !self.info.is_complete() {
                tracing::warn!("the service does not list all pieces of the recording");
            }
            return SessionAction::Done(Box::new(self.info.take()));
        }
        if let Some(refusal) = self.info.unusable_reason() {
            return SessionAction::Fail(refusal);
        }
        if self.attempt >= MAX_ATTEMPTS || now >= LAST_ATTEMPT_START {
            return SessionAction::Fail(self.last_error.take().unwrap_or(Error::Timeout(WHAT)));
        }
        self.attempt += 1;
        self.start_attempt(now)
    }
}

fn misdirected(problem: &str) -> SessionAction {
    SessionAction::Fail(Error::Misdirected(problem.to_owned()))
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod transcripts;
