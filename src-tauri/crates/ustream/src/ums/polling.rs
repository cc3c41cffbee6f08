//! Drives a session over long polling: `connect` as a query, then one request after the other,
//! each answered when there is news. The only place where it meets the network and the clock.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Once;
use std::time::Duration;

use futures_util::future::{Either, select};
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use super::message::{MAX_FRAME_BYTES, WHAT};
use super::session::{Session, SessionAction, SessionEvent, SessionQuery, Transport};
use super::{ApiLength, SessionOutcome};
use crate::Error;
use crate::hosts::Host;
use crate::http::{self, BodyLimit};

/// A connection that is not polled for longer than this is given up by the service, and what it
/// told with it.
const POLL_TIMEOUT: Duration = Duration::from_secs(10);

/// Answers that come quicker than this and say nothing new are not asked for at once again.
const MIN_POLL_INTERVAL: Duration = Duration::from_millis(500);

/// Answers of one conversation: five polls are usual.
const MAX_ANSWERS: usize = 100;

/// Bytes of one conversation.
const MAX_BYTES: usize = 4 * MAX_FRAME_BYTES;

const LIMIT: BodyLimit = BodyLimit {
    what: WHAT,
    bytes: MAX_FRAME_BYTES,
};

/// Asks the control connection about a recording. What it tells holds while the line is
/// [kept](Line::keep).
pub(crate) async fn ask(
    http: &reqwest::Client,
    question: SessionQuery,
    way: Transport,
    mut length: ApiLength,
) -> Result<(SessionOutcome, PollingConnection), Error> {
    let mut session = Session::new(question, way, fastrand::u64(..));
    let mut line = PollingConnection {
        http: http.clone(),
        connect_url: None,
        poll_url: None,
        answers: 0,
        bytes: 0,
        started: Instant::now(),
    };
    let mut request = session.start(Duration::ZERO);
    loop {
        request = match request {
            SessionAction::Connect {
                secure,
                host,
                path,
                pause,
            } => {
                line.set_host(secure, &host, path);
                tokio::time::sleep(pause).await;
                session.handle(SessionEvent::Opened, line.started.elapsed())
            }
            SessionAction::Send(arguments) => line.connect(&mut session, &arguments).await,
            SessionAction::Listen {
                secure,
                host,
                path,
                connection,
            } => {
                line.listen(secure, &host, path, &connection);
                SessionAction::Wait
            }
            SessionAction::Wait => line.poll(&mut session, &mut length).await,
            SessionAction::Done(info) => return Ok((SessionOutcome::Known(info), line)),
            SessionAction::NeedsHash => return Ok((SessionOutcome::NeedsHash, line)),
            SessionAction::Fail(error) => return Err(error),
        }
    }
}

/// A connection in the sense of the service: a name under which it is polled.
#[derive(Debug)]
pub(crate) struct PollingConnection {
    http: reqwest::Client,
    /// Where `connect` goes.
    connect_url: Option<Url>,
    /// Where news come from.
    poll_url: Option<Url>,
    answers: usize,
    bytes: usize,
    started: Instant,
}

impl PollingConnection {
    /// Goes on polling, so that what was told stays valid, until it is dropped.
    pub(crate) async fn keep_alive(mut self) -> Infallible {
        while let Some(url) = self.poll_url.take() {
            let asked = Instant::now();
            let answer = self.get(&url, asked + POLL_TIMEOUT).await;
            if answer.is_ok() {
                self.poll_url = Some(url);
            }
            tokio::time::sleep_until(asked + MIN_POLL_INTERVAL).await;
        }
        std::future::pending().await
    }

    fn set_host(&mut self, secure: bool, host: &Host, path: &str) {
        if !secure {
            warn_plain_http(host);
        }
        self.connect_url = url(secure, host, path);
        self.poll_url = None;
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
        let asked = Instant::now();
        let deadline = self.started + session.deadline();
        let started = self.started;
        let answer = {
            // An answer that is on its way is not given up for the length: it would be lost.
            let mut get = pin!(self.get(&url, deadline.min(asked + POLL_TIMEOUT)));
            loop {
                let length_ms = match select(get, pin!(length.received())).await {
                    Either::Left((answer, _)) => break answer,
                    Either::Right((length_ms, pending)) => {
                        get = pending;
                        length_ms
                    }
                };
                let request = session.handle(SessionEvent::Length(length_ms), started.elapsed());
                if !matches!(request, SessionAction::Wait) {
                    return request;
                }
            }
        };
        let request = self.report(session, answer);
        if matches!(request, SessionAction::Wait) {
            tokio::time::sleep_until((asked + MIN_POLL_INTERVAL).min(deadline)).await;
        }
        request
    }

    /// Tells the session what came.
    fn report(
        &mut self,
        session: &mut Session,
        answer: Result<String, PollError>,
    ) -> SessionAction {
        let now = self.started.elapsed();
        match answer {
            Ok(_) if self.answers > MAX_ANSWERS || self.bytes > MAX_BYTES => {
                let limit_bytes = MAX_BYTES;
                let error = Error::TooLarge {
                    what: WHAT,
                    limit_bytes,
                };
                session.handle(SessionEvent::LimitExceeded(error), now)
            }
            Ok(text) => session.handle(SessionEvent::Frame(&text), now),
            // It polls on where the session has not waited for long enough.
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
        let asked = http::get_once(&self.http, url, LIMIT);
        let answer = match tokio::time::timeout_at(until, asked).await {
            Err(_) => return Err(PollError::TimedOut),
            Ok(answer) => answer.map_err(PollError::Failed)?,
        };
        self.answers += 1;
        self.bytes = self.bytes.saturating_add(answer.body.len());
        let host = answer.url.host_str().unwrap_or_default().to_owned();
        if !answer.status.is_success() {
            let status = answer.status.as_u16();
            return Err(PollError::Failed(Error::Status { host, status }));
        }
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        Ok(text)
    }
}

/// Says once that the service is asked without TLS: anybody on the line can read along and answer.
fn warn_plain_http(host: &Host) {
    static SAID: Once = Once::new();
    SAID.call_once(|| {
        tracing::warn!(%host, "the service has not answered over TLS and is asked over plain HTTP");
    });
}

/// Why there is no answer.
enum PollError {
    /// It did not come in time.
    TimedOut,
    Failed(Error),
}

fn url(secure: bool, host: &Host, path: &str) -> Option<Url> {
    let scheme = if secure { "https" } else { "http" };
    Url::parse(&format!("{scheme}://{host}{path}")).ok()
}
