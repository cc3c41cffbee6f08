//! Runs a session over long polling: `connect` is a GET request with its arguments in the query,
//! then one request follows the other, and the service responds when it has a message.
//!
//! The state machine is in [`super::session`]; the network and the clock are here.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::{Arc, Once};
use std::time::Duration;

use futures_util::future::{Either, select};
use serde_json::Value;
use tokio::sync::Notify;
use tokio::time::Instant;
use url::Url;

use super::message::{MAX_FRAME_BYTES, WHAT};
use super::read_budget::ReadBudget;
use super::session::{Session, SessionAction, SessionEvent, SessionQuery, Transport};
use super::{ApiLength, FeedSender, SessionOutcome};
use crate::Error;
use crate::hosts::Host;
use crate::http::{self, BodyLimit};
use crate::http_client::HttpClient;

/// Timeout of one poll. The service drops a connection that is not polled for longer, and
/// invalidates its playlists (observed).
const POLL_TIMEOUT: Duration = Duration::from_secs(10);

/// Shortest time between two polls, in case responses come at once and say nothing new.
const MIN_POLL_INTERVAL: Duration = Duration::from_millis(500);

/// Most responses in one session about a recording; five are usual.
const MAX_ANSWERS: usize = 100;

const LIMIT: BodyLimit = BodyLimit {
    what: WHAT,
    bytes: MAX_FRAME_BYTES,
};

/// Asks the control connection about a recording.
///
/// Playlists in the outcome are valid while the connection is
/// [kept alive](PollingConnection::keep_alive). Fails with the error of the session.
pub(crate) async fn ask(
    http: &HttpClient,
    query: SessionQuery,
    transport: Transport,
    length: ApiLength,
) -> Result<(SessionOutcome, PollingConnection), Error> {
    let session = Session::new(query, transport, fastrand::u64(..));
    let connection = PollingConnection::new(http, ReadBudget::of_session(MAX_ANSWERS));
    run((session, length), connection).await
}

/// Asks about a running stream, and hands on what is said until the other end of `feed` is dropped.
/// Connects anew whenever `renewal` is notified: what the service says then has other URLs.
///
/// Returns and fails like [`super::socket::follow`].
pub(crate) async fn follow(
    http: &HttpClient,
    (query, transport): (SessionQuery, Transport),
    feed: FeedSender,
    renewal: Arc<Notify>,
) -> Result<SessionOutcome, Error> {
    let session = Session::new(query, transport, fastrand::u64(..));
    let connection = PollingConnection {
        feed: Some(feed),
        renewal,
        ..PollingConnection::new(http, ReadBudget::of_live_session())
    };
    let (outcome, _) = run((session, ApiLength::of(None)), connection).await?;
    Ok(outcome)
}

async fn run(
    (mut session, mut length): (Session, ApiLength),
    mut connection: PollingConnection,
) -> Result<(SessionOutcome, PollingConnection), Error> {
    let mut action = session.start(Duration::ZERO);
    loop {
        action = match action {
            SessionAction::Connect {
                secure,
                host,
                path,
                pause,
                ahead: _,
            } => {
                connection.set_host(secure, &host, path);
                tokio::time::sleep(pause).await;
                session.handle(SessionEvent::Opened, connection.started.elapsed())
            }
            SessionAction::Send(arguments) => connection.connect(&mut session, &arguments).await,
            SessionAction::Listen {
                secure,
                host,
                path,
                connection: id,
            } => {
                connection.listen(secure, &host, path, &id);
                SessionAction::Wait
            }
            SessionAction::Wait => connection.poll(&mut session, &mut length).await,
            SessionAction::News(news) => {
                if let Some(feed) = &connection.feed {
                    feed.tell(news).await?;
                }
                session.handle(SessionEvent::Taken, connection.started.elapsed())
            }
            SessionAction::Done(info) => return Ok((SessionOutcome::Known(info), connection)),
            SessionAction::NeedsHash => return Ok((SessionOutcome::NeedsHash, connection)),
            SessionAction::Fail(error) => return Err(error),
        }
    }
}

/// A connection as the service defines it: an id under which the client polls.
#[derive(Debug)]
pub(crate) struct PollingConnection {
    http: HttpClient,
    /// URL of the `connect` request.
    connect_url: Option<Url>,
    /// URL that is polled for messages.
    poll_url: Option<Url>,
    /// No poll starts earlier.
    next_poll: Option<Instant>,
    budget: ReadBudget,
    /// Of a session about a running stream.
    feed: Option<FeedSender>,
    /// Notified if the connection is of no use any more.
    renewal: Arc<Notify>,
    started: Instant,
}

impl PollingConnection {
    fn new(http: &HttpClient, budget: ReadBudget) -> Self {
        Self {
            http: http.clone(),
            connect_url: None,
            poll_url: None,
            next_poll: None,
            budget,
            feed: None,
            renewal: Arc::default(),
            started: Instant::now(),
        }
    }

    /// Polls until it is dropped, so that playlists stay valid. Stops after the first error.
    pub(crate) async fn keep_alive(mut self) -> Infallible {
        while let Some(url) = self.poll_url.take() {
            let poll_started = Instant::now();
            let answer = self.get(&url, poll_started + POLL_TIMEOUT).await;
            if answer.is_ok() {
                self.poll_url = Some(url);
            }
            tokio::time::sleep_until(poll_started + MIN_POLL_INTERVAL).await;
        }
        std::future::pending().await
    }

    fn set_host(&mut self, secure: bool, host: &Host, path: &str) {
        if !secure {
            warn_plain_http(host);
        }
        self.connect_url = url(secure, host, path);
        self.poll_url = None;
        self.next_poll = None;
    }

    fn listen(&mut self, secure: bool, host: &Host, path: &str, connection: &str) {
        self.poll_url = url(secure, host, path).map(|mut url| {
            url.query_pairs_mut()
                .append_pair("connectionId", connection);
            url
        });
    }

    async fn connect(&mut self, session: &mut Session, arguments: &Value) -> SessionAction {
        let Some(mut url) = self.connect_url.clone() else {
            return session.handle(SessionEvent::Closed, self.started.elapsed());
        };
        for (name, value) in arguments.as_object().into_iter().flatten() {
            let text = value.as_str().map(str::to_owned);
            let text = text.unwrap_or_else(|| value.to_string());
            url.query_pairs_mut().append_pair(name, &text);
        }
        let deadline = self.started + session.deadline();
        let answer = self.get(&url, deadline).await;
        self.report(session, answer)
    }

    async fn poll(&mut self, session: &mut Session, length: &mut ApiLength) -> SessionAction {
        let Some(url) = self.poll_url.clone() else {
            return session.handle(SessionEvent::Closed, self.started.elapsed());
        };
        let deadline = self.started + session.deadline();
        if let Some(next_poll) = self.next_poll {
            tokio::time::sleep_until(next_poll.min(deadline)).await;
        }
        let poll_started = Instant::now();
        self.next_poll = Some(poll_started + MIN_POLL_INTERVAL);
        let started = self.started;
        let renewal = Arc::clone(&self.renewal);
        let answer = {
            // The pending request is kept when the length arrives: its response would be lost.
            let mut get = pin!(self.get(&url, deadline.min(poll_started + POLL_TIMEOUT)));
            let mut renewed = pin!(renewal.notified());
            loop {
                let received = pin!(length.received());
                let news = select(get, received);
                let length_ms = match select(renewed.as_mut(), news).await {
                    Either::Left(((), _)) => {
                        return session.handle(SessionEvent::Closed, started.elapsed());
                    }
                    Either::Right((Either::Left((answer, _)), _)) => break answer,
                    Either::Right((Either::Right((length_ms, pending)), _)) => {
                        get = pending;
                        length_ms
                    }
                };
                let action = session.handle(SessionEvent::Length(length_ms), started.elapsed());
                if !matches!(action, SessionAction::Wait) {
                    return action;
                }
            }
        };
        self.report(session, answer)
    }

    /// Passes a response to the session.
    fn report(
        &mut self,
        session: &mut Session,
        answer: Result<String, PollError>,
    ) -> SessionAction {
        let now = self.started.elapsed();
        match answer {
            Ok(text) => match self.budget.take(text.len(), now) {
                Ok(()) => session.handle(SessionEvent::Frame(&text), now),
                Err(error) => session.handle(SessionEvent::LimitExceeded(error), now),
            },
            // The session continues to poll if its own deadline has not come.
            Err(PollError::TimedOut) => session.handle(SessionEvent::TimedOut, now),
            Err(PollError::Failed(error @ Error::TooLarge { .. })) => {
                session.handle(SessionEvent::LimitExceeded(error), now)
            }
            Err(PollError::Failed(error)) => {
                tracing::debug!(%error, "no answer to long polling");
                session.handle(SessionEvent::Failed(error), now)
            }
        }
    }

    async fn get(&mut self, url: &Url, until: Instant) -> Result<String, PollError> {
        let request = http::get_once(&self.http, url, LIMIT);
        let answer = match tokio::time::timeout_at(until, request).await {
            Err(_) => return Err(PollError::TimedOut),
            Ok(answer) => answer.map_err(PollError::Failed)?,
        };
        let host = answer.url.host_str().unwrap_or_default().to_owned();
        if !answer.status.is_success() {
            let status = answer.status.as_u16();
            return Err(PollError::Failed(Error::Status { host, status }));
        }
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        Ok(text)
    }
}

/// Logs once that the service is asked without TLS: anyone in between can read and forge messages.
fn warn_plain_http(host: &Host) {
    static WARNED: Once = Once::new();
    WARNED.call_once(|| {
        tracing::warn!(%host, "the service has not answered over TLS and is asked over plain HTTP");
    });
}

/// Why there is no response.
enum PollError {
    /// It did not arrive in time.
    TimedOut,
    Failed(Error),
}

fn url(secure: bool, host: &Host, path: &str) -> Option<Url> {
    let scheme = if secure { "https" } else { "http" };
    Url::parse(&format!("{scheme}://{host}{path}")).ok()
}
