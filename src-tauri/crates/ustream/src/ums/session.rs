//! The state machine of the control connection: events in, actions out. No I/O, no clock.
//!
//! About a recording it collects what is said until that is complete. About the running stream of a
//! channel it hands on each message and goes on.

mod connect;
mod live;
mod redirects;
mod stream_info;

use std::time::Duration;

use fastrand::Rng;
use serde_json::Value;

use self::connect::ConnectContext;
pub use self::connect::Transport;
use self::live::Following;
pub use self::live::LiveNews;
pub use self::stream_info::StreamInfo;
use self::stream_info::StreamInfoBuilder;
use super::message::{self, Command, ModuleInfo, Reject, WHAT};
use super::route::ClusterRoute;
use super::stream::StreamState;
use crate::hosts::Host;
use crate::redacted::RedactedText;
use crate::{Error, Lock, MediaId};

/// Timeout of one attempt; the service usually responds within a second.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(12);

/// Attempts in all, each starting at an entry host.
const MAX_ATTEMPTS: usize = 3;

/// No attempt starts later than this: other strategies remain.
const LAST_ATTEMPT_START: Duration = Duration::from_secs(18);

/// Pause before an attempt, multiplied by the number of attempts before it.
const RETRY_PAUSE: Duration = Duration::from_millis(500);

/// How long to wait for the servers after the segments are known.
const SERVERS_GRACE: Duration = Duration::from_secs(5);

/// How long to wait for more hashes if the length is unknown, or greater than the list covers.
const HASHES_GRACE: Duration = Duration::from_secs(3);

/// What the session asks for. `Debug` is left out: it holds secrets.
#[derive(Clone)]
pub struct SessionQuery {
    /// The recording, or the channel of a running stream.
    pub media: MediaId,
    /// Password of the recording.
    pub password: Option<String>,
    /// Hash of the sign-up form, as the JSON text in which it came.
    pub hash: Option<String>,
    /// URL of the page that embeds the recording.
    pub referrer: Option<String>,
}

/// An event on the connection.
#[derive(Debug)]
pub enum SessionEvent<'a> {
    /// The connection is open.
    Opened,
    /// The connection could not be opened, or a request failed.
    Failed(Error),
    /// The service sent a frame.
    Frame(&'a str),
    /// The service sent more than the limits allow.
    LimitExceeded(Error),
    /// The service closed the connection.
    Closed,
    /// The API states this length of the recording, in milliseconds.
    Length(u64),
    /// [`Session::deadline`] has passed.
    TimedOut,
    /// The news of the last [`SessionAction::News`] were taken.
    Taken,
}

/// What to do next.
#[derive(Debug)]
pub enum SessionAction {
    /// Drop the connection and, after a pause, open one to `{host}{path}`.
    Connect {
        /// Whether to use TLS.
        secure: bool,
        /// Host to connect to.
        host: Host,
        /// Path of the URL.
        path: &'static str,
        /// Pause before.
        pause: Duration,
        /// Host to which another connection is opened at the same time, to the same path. Nothing is
        /// sent on it unless the next `Connect` goes to exactly this host; else it is dropped then.
        ahead: Option<Host>,
    },
    /// Send `connect` with these arguments, then wait.
    Send(Value),
    /// Poll this URL from now on.
    Listen {
        /// Whether to use TLS.
        secure: bool,
        /// Host to poll.
        host: Host,
        /// Path of the URL.
        path: &'static str,
        /// Id of the connection, for the query.
        connection: String,
    },
    /// Wait for the next event, at most until [`Session::deadline`].
    Wait,
    /// Of a running stream: take these news, then report [`SessionEvent::Taken`] at once.
    News(LiveNews),
    /// The session is complete.
    Done(Box<StreamInfo>),
    /// The hash of the sign-up form is missing, or was not accepted.
    NeedsHash,
    /// The session has failed.
    Fail(Error),
}

impl SessionAction {
    /// Returns it with this pause before, if it connects.
    fn after(mut self, length: Duration) -> Self {
        if let Self::Connect { pause, .. } = &mut self {
            *pause = length;
        }
        self
    }
}

/// A session about one recording or running stream. It may use several connections.
pub struct Session {
    transport: Transport,
    query: SessionQuery,
    referrer: String,
    random: Rng,
    viewer_id: u64,
    attempt: usize,
    attempt_started: Duration,
    /// Random number in the host names of an attempt; defeats caches.
    host_number: u32,
    redirects: usize,
    referrers: usize,
    visited: Vec<(Host, String)>,
    host: Option<Host>,
    /// Used if the host that the service named cannot be reached.
    fallback_host: Option<Host>,
    info: StreamInfoBuilder,
    /// Set if it is about a running stream.
    following: Option<Following>,
    last_error: Option<Error>,
    /// What the session before has ended at.
    route: Option<ClusterRoute>,
}

impl Session {
    /// Creates a session whose random numbers derive from `seed`.
    pub fn new(query: SessionQuery, transport: Transport, seed: u64) -> Self {
        let mut random = Rng::with_seed(seed);
        let referrer = query.referrer.clone().unwrap_or_else(|| query.media.link());
        let following = match query.media {
            MediaId::Recording(_) => None,
            MediaId::Channel(_) => Some(Following::default()),
        };
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
            following,
            last_error: None,
            route: None,
        }
    }

    /// Opens a connection ahead to where this route leads, in the first attempt of a websocket.
    #[must_use]
    pub fn with_route(self, route: Option<ClusterRoute>) -> Self {
        Self { route, ..self }
    }

    /// Returns the route to the host that the session has come to; `None` if that is the entry, or a
    /// host whose name cannot be built.
    pub fn route(&self) -> Option<ClusterRoute> {
        let host = self.host.as_ref()?;
        let route = ClusterRoute::of_host(host, self.query.media, self.host_number)?;
        (*host != self.entry_host()).then_some(route)
    }

    /// Returns the first action. `now` is the time since the start of the session.
    pub fn start(&mut self, now: Duration) -> SessionAction {
        self.attempt = 1;
        let mut action = self.start_attempt(now);
        if let SessionAction::Connect { host, ahead, .. } = &mut action
            && self.transport == Transport::Socket
            && let Some(route) = &self.route
        {
            let guess = route.host(self.query.media, self.host_number);
            *ahead = Some(guess).filter(|guess| guess != host);
        }
        action
    }

    /// Returns when to report [`SessionEvent::TimedOut`], as time since the start of the session.
    pub fn deadline(&self) -> Duration {
        if let Some(silence) = self.silence_deadline() {
            return silence;
        }
        let attempt = self.attempt_started + ATTEMPT_TIMEOUT;
        self.info
            .deadline(HASHES_GRACE, SERVERS_GRACE)
            .map_or(attempt, |at| at.min(attempt))
    }

    /// Handles `event` and returns the next action. `now` is the time since the start of the session.
    pub fn handle(&mut self, event: SessionEvent<'_>, now: Duration) -> SessionAction {
        let action = self.react(event, now);
        self.in_turn(action)
    }

    fn react(&mut self, event: SessionEvent<'_>, now: Duration) -> SessionAction {
        match event {
            SessionEvent::Opened => {
                let context = ConnectContext {
                    viewer_id: self.viewer_id,
                    referrer: &self.referrer,
                    is_secure: self.is_secure(),
                    random: &mut self.random,
                };
                SessionAction::Send(self.transport.connect_arguments(&self.query, context))
            }
            SessionEvent::Frame(frame) => self.on_frame(frame, now),
            SessionEvent::LimitExceeded(error)
            | SessionEvent::Failed(error @ (Error::Busy { .. } | Error::Untrusted { .. }))
                if self.is_following() =>
            {
                self.reconnect(error, now)
            }
            SessionEvent::LimitExceeded(error)
            | SessionEvent::Failed(error @ Error::Busy { .. }) => SessionAction::Fail(error),
            // The next attempt may be without TLS and could reach the server with the bad certificate.
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
            SessionEvent::Taken => SessionAction::Wait,
            SessionEvent::TimedOut if now < self.deadline() => SessionAction::Wait,
            SessionEvent::TimedOut => {
                self.record_error(Error::Timeout(WHAT));
                self.retry_or_finish(now)
            }
        }
    }

    fn on_frame(&mut self, frame: &str, now: Duration) -> SessionAction {
        tracing::debug!("received: {}", RedactedText(frame));
        self.note_frame(now);
        let action = self.on_commands(frame, now);
        self.or_reconnect(action, now)
    }

    fn on_commands(&mut self, frame: &str, now: Duration) -> SessionAction {
        let commands = match message::parse(frame) {
            Ok(commands) => commands,
            Err(error @ Error::TooLarge { .. }) => {
                return self.react(SessionEvent::LimitExceeded(error), now);
            }
            Err(error) => {
                tracing::debug!(%error, "a frame makes no sense");
                self.record_error(error);
                return SessionAction::Wait;
            }
        };
        let mut listen = SessionAction::Wait;
        let mut is_closed = false;
        for command in commands {
            let action = match command {
                Command::ModuleInfo(info) => self.on_module_info(*info, now),
                Command::Reject(reasons) => self.on_reject(reasons, now),
                Command::Tracking(tracking) if self.transport != Transport::Socket => {
                    listen = self.on_tracking(tracking);
                    SessionAction::Wait
                }
                // A websocket reports its end itself.
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
            if !matches!(action, SessionAction::Wait) {
                return action;
            }
        }
        if is_closed {
            return self.retry_or_finish(now);
        }
        listen
    }

    fn on_module_info(&mut self, info: ModuleInfo, now: Duration) -> SessionAction {
        if self.following.is_some() {
            return self.follow(info, now);
        }
        // Segments that were announced before stay available.
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

    fn on_reject(&mut self, reasons: Vec<Reject>, now: Duration) -> SessionAction {
        let Some(reason) = reasons.into_iter().next() else {
            return SessionAction::Wait;
        };
        self.note_redirect(now);
        let lock = match reason {
            Reject::Cluster { name, host } => return self.on_cluster(name, host.as_deref()),
            Reject::Referrer { redirect_url } => return self.on_referrer(redirect_url),
            Reject::Hash => return SessionAction::NeedsHash,
            Reject::Nonexistent => {
                return SessionAction::Fail(Error::NotFound(self.query.media.to_string()));
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

    /// Starts an attempt at its entry host: the current one first, then the legacy one (since 2017).
    fn start_attempt(&mut self, now: Duration) -> SessionAction {
        let earlier = u32::try_from(self.attempt.saturating_sub(1)).unwrap_or(u32::MAX);
        let pause = RETRY_PAUSE.saturating_mul(earlier);
        self.attempt_started = now + pause;
        self.host_number = self.random_host_number();
        self.redirects = 0;
        self.fallback_host = None;
        self.visited.clear();
        self.info.reset_timers();
        self.go_to(self.entry_host()).after(pause)
    }

    fn random_host_number(&mut self) -> u32 {
        self.random.u32(10_000_000..100_000_000)
    }

    fn entry_host(&self) -> Host {
        self.transport
            .entry_host(self.attempt, &self.query, self.host_number)
    }

    /// Keeps the last error; a refused certificate is not replaced by later errors.
    fn record_error(&mut self, error: Error) {
        if !matches!(self.last_error, Some(Error::Untrusted { .. })) {
            self.last_error = Some(error);
        }
    }

    /// Finishes with what is known if that is enough, else starts another attempt or fails.
    fn retry_or_finish(&mut self, now: Duration) -> SessionAction {
        if self.is_following() {
            let error = self.take_error();
            return self.reconnect(error, now);
        }
        // A list that ends too early or has a gap is requested again once, then used as it is.
        let is_enough = self.info.is_complete() || self.attempt > 1;
        if self.info.is_usable() && is_enough {
            if !self.info.is_complete() {
                tracing::warn!("the service does not list all segments of the recording");
            }
            return SessionAction::Done(Box::new(self.info.take()));
        }
        if let Some(refusal) = self.info.unusable_reason() {
            return SessionAction::Fail(refusal);
        }
        if self.attempt >= MAX_ATTEMPTS || now >= LAST_ATTEMPT_START {
            return SessionAction::Fail(self.take_error());
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
