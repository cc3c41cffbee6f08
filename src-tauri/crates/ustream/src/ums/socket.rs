//! Runs a session over a websocket. The state machine is in [`super::session`]; the network and the
//! clock are here.
//!
//! The connection is an upgraded one of the HTTP client (RFC 6455 4.1), so its proxy, trusted
//! certificates and timeouts apply; only the framing comes from another library.

mod text_as_binary;

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use futures_util::{SinkExt as _, StreamExt as _};
use har::Direction;
use reqwest::header::{
    CONNECTION, HeaderMap, ORIGIN, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION,
    UPGRADE,
};
use reqwest::{StatusCode, Upgraded};
use serde_json::json;
use tokio::sync::oneshot;
use tokio::time::Instant;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::CapacityError;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{self, Message};

use self::text_as_binary::TextAsBinary;
use super::message::{MAX_FRAME_BYTES, WHAT};
use super::read_budget::ReadBudget;
use super::route::RouteMemory;
use super::session::{Session, SessionAction, SessionEvent, SessionQuery, Transport};
use super::{ApiLength, FeedSender, SessionOutcome};
use crate::hosts::Host;
use crate::http_client::HttpClient;
use crate::redacted::RedactedText;
use crate::traffic::Exchange;
use crate::{Error, http};

/// Most frames in one session about a recording: three are usual, viewer counts may come each second.
const MAX_FRAMES: usize = 500;

/// Timeout of the closing handshake.
const CLOSE_TIMEOUT: Duration = Duration::from_millis(500);

/// An open websocket, and what is recorded of it.
struct Socket {
    stream: WebSocketStream<TextAsBinary<Upgraded>>,
    exchange: Exchange,
}

/// Asks the control connection about a recording. Fails with the error of the session.
///
/// While it connects to the entry, it connects to where the last session ended, too. That connection
/// is used only if the service then names the same host.
pub(crate) async fn ask(
    http: &HttpClient,
    query: SessionQuery,
    length: ApiLength,
    routes: &RouteMemory,
) -> Result<SessionOutcome, Error> {
    let session = Session::new(query, Transport::Socket, fastrand::u64(..));
    let mut session = session.with_route(routes.route());
    let action = session.start(Duration::ZERO);
    let (preconnection, opening) = Preconnection::of(http, &action).unzip();
    let connection = SocketConnection {
        preconnection,
        ..SocketConnection::new(http, length, ReadBudget::of_session(MAX_FRAMES))
    };
    let asked = run(&mut session, action, connection);
    let asked = match opening {
        None => asked.await,
        Some(opening) => match select(pin!(asked), pin!(opening)).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right(((), asked)) => asked.await,
        },
    };
    // With what opens a lock, it is asked again soon.
    if matches!(asked, Ok(_) | Err(Error::Locked(_))) {
        routes.set(session.route());
    }
    asked
}

/// Asks about a running stream, and hands on what is said until the other end of `feed` is dropped.
///
/// Returns [`SessionOutcome::NeedsHash`], or fails with the error of the session: once the stream was
/// described, only with one that the service states.
pub(crate) async fn follow(
    http: &HttpClient,
    query: SessionQuery,
    feed: FeedSender,
) -> Result<SessionOutcome, Error> {
    let mut session = Session::new(query, Transport::Socket, fastrand::u64(..));
    let action = session.start(Duration::ZERO);
    let connection = SocketConnection {
        feed: Some(feed),
        ..SocketConnection::new(http, ApiLength::of(None), ReadBudget::of_live_session())
    };
    run(&mut session, action, connection).await
}

async fn run(
    session: &mut Session,
    mut action: SessionAction,
    mut connection: SocketConnection<'_>,
) -> Result<SessionOutcome, Error> {
    loop {
        action = match action {
            SessionAction::Connect {
                host,
                path,
                pause,
                ahead,
                ..
            } => {
                if ahead.is_none() {
                    // The service has named a host: a connection to another one is of no use.
                    connection.preconnection.take_if(|ahead| ahead.host != host);
                }
                connection.connect(session, &host, path, pause).await
            }
            SessionAction::Send(arguments) => {
                let command = json!({"cmd": "connect", "args": [arguments]});
                connection.send(session, command.to_string()).await
            }
            // `Listen` occurs in long polling only.
            SessionAction::Wait | SessionAction::Listen { .. } => connection.wait(session).await,
            SessionAction::News(news) => {
                if let Some(feed) = &connection.feed {
                    feed.tell(news).await?;
                }
                session.handle(SessionEvent::Taken, connection.started.elapsed())
            }
            SessionAction::Done(info) => {
                connection.close().await;
                return Ok(SessionOutcome::Known(info));
            }
            SessionAction::NeedsHash => return Ok(SessionOutcome::NeedsHash),
            SessionAction::Fail(error) => return Err(error),
        }
    }
}

/// A connection that is opened before the service names its host.
struct Preconnection {
    host: Host,
    opened: oneshot::Receiver<Socket>,
}

impl Preconnection {
    /// Returns the connection that an action wants ahead, and what opens it: that ends when it is
    /// open, has failed, or the other end is dropped.
    fn of<'a>(
        http: &'a HttpClient,
        action: &SessionAction,
    ) -> Option<(Self, impl Future<Output = ()> + 'a)> {
        let SessionAction::Connect {
            path,
            ahead: Some(host),
            ..
        } = action
        else {
            return None;
        };
        let (path, host) = (*path, host.clone());
        let (mut sender, opened) = oneshot::channel();
        let preconnection = Self {
            host: host.clone(),
            opened,
        };
        let opening = async move {
            let opening = pin!(open(http, &host, path));
            let opened = match select(opening, pin!(sender.closed())).await {
                Either::Left((opened, _)) => opened,
                Either::Right(_) => return,
            };
            match opened {
                // If the session has gone elsewhere meanwhile, the connection is closed here.
                Ok(socket) => drop(sender.send(socket)),
                Err(error) => tracing::debug!(%host, %error, "no connection ahead"),
            }
        };
        Some((preconnection, opening))
    }
}

/// The current socket, and what belongs to all sockets of the session.
struct SocketConnection<'a> {
    http: &'a HttpClient,
    length: ApiLength,
    socket: Option<Socket>,
    /// Until the service has named a host.
    preconnection: Option<Preconnection>,
    /// Host and path of the current socket if it was opened ahead and nothing has come over it yet.
    preconnected: Option<(Host, &'static str)>,
    budget: ReadBudget,
    /// Of a session about a running stream.
    feed: Option<FeedSender>,
    started: Instant,
}

impl<'a> SocketConnection<'a> {
    fn new(http: &'a HttpClient, length: ApiLength, budget: ReadBudget) -> Self {
        Self {
            http,
            length,
            socket: None,
            preconnection: None,
            preconnected: None,
            budget,
            feed: None,
            started: Instant::now(),
        }
    }

    async fn connect(
        &mut self,
        session: &mut Session,
        host: &Host,
        path: &'static str,
        pause: Duration,
    ) -> SessionAction {
        self.socket = None;
        tokio::time::sleep(pause).await;
        let deadline = self.started + session.deadline();
        let opened = tokio::time::timeout_at(deadline, self.open(host, path)).await;
        let event = match opened {
            Ok(Ok(socket)) => {
                self.socket = Some(socket);
                tracing::info!("the control connection is open: {host}");
                SessionEvent::Opened
            }
            Ok(Err(error)) => {
                tracing::debug!(%host, %error, "no control connection");
                SessionEvent::Failed(error)
            }
            Err(_) => SessionEvent::TimedOut,
        };
        session.handle(event, self.started.elapsed())
    }

    /// Opens a websocket, or takes the one that was opened ahead to exactly this host.
    async fn open(&mut self, host: &Host, path: &'static str) -> Result<Socket, Error> {
        self.preconnected = None;
        let ahead = match &self.preconnection {
            Some(ahead) if ahead.host == *host => self.preconnection.take(),
            _ => None,
        };
        let Some(ahead) = ahead else {
            return open(self.http, host, path).await;
        };
        // One that is not open yet may never be: a new connection is tried at the same time.
        let new = pin!(open(self.http, host, path));
        match select(ahead.opened, new).await {
            Either::Left((Ok(socket), _)) => {
                tracing::info!("the control connection was opened ahead: {host}");
                self.preconnected = Some((host.clone(), path));
                Ok(socket)
            }
            Either::Left((Err(_), new)) => new.await,
            Either::Right((opened, _)) => opened,
        }
    }

    /// Reports that the connection has ended. One that was opened ahead and ended before anything
    /// came is opened again: the service may close connections on which nothing is sent.
    async fn closed(&mut self, session: &mut Session) -> SessionAction {
        match self.preconnected.take() {
            Some((host, path)) => {
                Box::pin(self.connect(session, &host, path, Duration::ZERO)).await
            }
            None => session.handle(SessionEvent::Closed, self.started.elapsed()),
        }
    }

    async fn send(&mut self, session: &mut Session, text: String) -> SessionAction {
        let deadline = self.started + session.deadline();
        let Some(socket) = &mut self.socket else {
            return session.handle(SessionEvent::Closed, self.started.elapsed());
        };
        tracing::debug!("sent: {}", RedactedText(&text));
        socket.exchange.message(Direction::Send, &text);
        match tokio::time::timeout_at(deadline, socket.stream.send(Message::text(text))).await {
            Ok(Ok(())) => SessionAction::Wait,
            Ok(Err(_)) => self.closed(session).await,
            Err(_) => session.handle(SessionEvent::TimedOut, self.started.elapsed()),
        }
    }

    async fn wait(&mut self, session: &mut Session) -> SessionAction {
        let deadline = self.started + session.deadline();
        let received = match &mut self.socket {
            Some(socket) => {
                let next = pin!(tokio::time::timeout_at(deadline, socket.stream.next()));
                match select(next, pin!(self.length.received())).await {
                    Either::Left((received, _)) => received,
                    Either::Right((length_ms, _)) => {
                        return session
                            .handle(SessionEvent::Length(length_ms), self.started.elapsed());
                    }
                }
            }
            None => Ok(None),
        };
        let now = self.started.elapsed();
        let message = match received {
            Err(_) => return session.handle(SessionEvent::TimedOut, now),
            Ok(Some(Ok(message))) => message,
            Ok(Some(Err(tungstenite::Error::Capacity(error)))) => {
                if let (Some(socket), CapacityError::MessageTooLong { size, .. }) =
                    (&mut self.socket, error)
                {
                    socket.exchange.large_message(size);
                }
                return session.handle(SessionEvent::LimitExceeded(frame_too_large()), now);
            }
            Ok(Some(Err(_)) | None) => {
                self.socket = None;
                return self.closed(session).await;
            }
        };
        if let Err(error) = self.budget.take(message.len(), now) {
            return session.handle(SessionEvent::LimitExceeded(error), now);
        }
        match message {
            // Bytes that are not UTF-8 become replacement characters.
            Message::Binary(bytes) => {
                self.preconnected = None;
                let text = String::from_utf8_lossy(&bytes);
                if let Some(socket) = &mut self.socket {
                    socket.exchange.message(Direction::Receive, &text);
                }
                session.handle(SessionEvent::Frame(&text), now)
            }
            // The library answers pings; after a closing frame the stream ends.
            _ => SessionAction::Wait,
        }
    }

    async fn close(&mut self) {
        if let Some(socket) = &mut self.socket {
            // The result is complete: an error here does not matter.
            let _ = tokio::time::timeout(CLOSE_TIMEOUT, socket.stream.close(None)).await;
        }
    }
}

/// Opens a websocket to `wss://{host}{path}` (RFC 6455 4.1).
async fn open(http: &HttpClient, host: &Host, path: &str) -> Result<Socket, Error> {
    let key = generate_key();
    let request = http
        .get(format!("https://{host}{path}"))
        .header(CONNECTION, "Upgrade")
        .header(UPGRADE, "websocket")
        .header(SEC_WEBSOCKET_VERSION, "13")
        .header(SEC_WEBSOCKET_KEY, &key)
        .header(ORIGIN, "https://video.ibm.com");
    let response = http.send(request).await.map_err(http::error)?;
    http::log_answer(&response);
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        http::check(&response)?;
        let problem = format!("it answered {} instead of a websocket", response.status());
        return Err(Error::Malformed {
            what: WHAT,
            problem,
        });
    }
    if !accepts(response.headers(), &key) {
        let problem = "it did not accept the websocket".to_owned();
        return Err(Error::Malformed {
            what: WHAT,
            problem,
        });
    }
    let (upgraded, exchange) = response.upgrade().await.map_err(http::error)?;
    let config = WebSocketConfig::default()
        .max_message_size(Some(MAX_FRAME_BYTES))
        .max_frame_size(Some(MAX_FRAME_BYTES));
    let upgraded = TextAsBinary::new(upgraded);
    let stream = WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(config)).await;
    Ok(Socket { stream, exchange })
}

/// Returns whether the headers of the response accept the websocket (RFC 6455 4.1).
fn accepts(headers: &HeaderMap, key: &str) -> bool {
    let is_websocket = headers
        .get(UPGRADE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.eq_ignore_ascii_case("websocket"));
    let proof = derive_accept_key(key.as_bytes());
    is_websocket
        && headers
            .get(SEC_WEBSOCKET_ACCEPT)
            .is_some_and(|value| value == proof.as_str())
}

fn frame_too_large() -> Error {
    Error::TooLarge {
        what: WHAT,
        limit_bytes: MAX_FRAME_BYTES,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_response_to_our_key_opens_a_websocket() {
        // The example of RFC 6455 1.3.
        let key = "dGhlIHNhbXBsZSBub25jZQ==";
        let answer = |upgrade: &str, accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(UPGRADE, upgrade.parse().unwrap());
            headers.insert(SEC_WEBSOCKET_ACCEPT, accept.parse().unwrap());
            headers
        };
        assert!(accepts(
            &answer("WebSocket", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
            key
        ));
        assert!(!accepts(
            &answer("h2c", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
            key
        ));
        assert!(!accepts(&answer("websocket", "AAAA"), key));
        assert!(!accepts(&HeaderMap::new(), key));
    }
}
