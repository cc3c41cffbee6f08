//! Serves a recorded conversation again: each request gets the answer that it got then.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts as _, Request};
use axum::http::{HeaderName, Response, StatusCode, header};
use axum::response::IntoResponse;
use har::{Direction, Entry, Har, WebSocketMessage};
use url::Url;

use crate::wire::ResetHandle;

/// Longest wait before an answer or a message, whatever the recording says.
const MAX_PAUSE: Duration = Duration::from_secs(15);

/// Longest message that is made up.
const MAX_FILLER_BYTES: u64 = 64 << 20;

/// A recorded conversation.
#[derive(Debug)]
pub(crate) struct Replay {
    entries: Vec<RecordedEntry>,
    /// How often each entry was served.
    served: Mutex<Vec<usize>>,
    /// Waits are multiplied by this.
    pace: f64,
}

#[derive(Debug)]
struct RecordedEntry {
    method: String,
    /// The host without the random number of control hosts.
    host: String,
    path: String,
    query: BTreeMap<String, String>,
    entry: Entry,
}

impl Replay {
    /// Prepares a conversation whose waits are multiplied by `pace`.
    pub(crate) fn new(har: Har, pace: f64) -> Self {
        let entries: Vec<_> = har.log.entries.into_iter().filter_map(recorded).collect();
        Self {
            served: Mutex::new(vec![0; entries.len()]),
            entries,
            pace,
        }
    }

    /// Returns the names of all hosts in it.
    pub(crate) fn hosts(har: &Har) -> Vec<String> {
        let urls = har.log.entries.iter();
        let urls = urls.filter_map(|entry| Url::parse(&entry.request.url).ok());
        let mut hosts: Vec<_> = urls
            .filter_map(|url| url.host_str().map(str::to_owned))
            .collect();
        hosts.sort_unstable();
        hosts.dedup();
        hosts
    }

    /// Answers a request as in the recording.
    pub(crate) async fn answer(
        self: &std::sync::Arc<Self>,
        host: &str,
        request: Request,
        reset: &ResetHandle,
    ) -> Response<Body> {
        let Some(index) = self.find(host, &request) else {
            return (StatusCode::NOT_FOUND, "not in the recording").into_response();
        };
        let recorded = &self.entries[index];
        // A connection that was opened ahead and not used has no messages.
        if recorded.entry.response.status == 101 {
            let upgrade =
                WebSocketUpgrade::from_request_parts(&mut request.into_parts().0, &()).await;
            let messages = recorded.entry.web_socket_messages.clone();
            let (messages, pace) = (messages.unwrap_or_default(), self.pace);
            return match upgrade {
                Ok(upgrade) => upgrade.on_upgrade(async move |socket| {
                    converse(socket, messages, pace).await;
                }),
                Err(rejection) => rejection.into_response(),
            };
        }
        self.pause(recorded.entry.time / 1000.0).await;
        let recorded = &recorded.entry.response;
        let Some(status) = u16::try_from(recorded.status)
            .ok()
            .and_then(|status| StatusCode::from_u16(status).ok())
        else {
            reset.reset();
            return std::future::pending().await;
        };
        let mut response = Response::builder().status(status);
        for header in &recorded.headers {
            if let Ok(name) = header.name.parse::<HeaderName>()
                && is_kept(&name)
            {
                response = response.header(name, &header.value);
            }
        }
        let body = recorded.content.bytes().unwrap_or_default();
        let response = response.body(Body::from(body));
        response.unwrap_or_else(|_| StatusCode::BAD_GATEWAY.into_response())
    }

    /// Returns the entry that a request gets: of those for its method, host and path the one with
    /// the most parameters in common, then the one that was served the least, then the first.
    fn find(&self, host: &str, request: &Request) -> Option<usize> {
        let host = without_number(host);
        let (path, query) = (request.uri().path(), query_of(request.uri().query()));
        let mut served = self.served.lock().unwrap_or_else(PoisonError::into_inner);
        let matches = self.entries.iter().enumerate().filter(|(_, entry)| {
            entry.method == request.method().as_str() && entry.host == host && entry.path == path
        });
        let (index, _) = matches.max_by_key(|(index, entry)| {
            let shared = query
                .iter()
                .filter(|(name, value)| entry.query.get(*name) == Some(value));
            let is_last = usize::from(served[*index] > 0);
            (
                shared.count(),
                std::cmp::Reverse(is_last),
                // Of those that were served, the last one again; of the others, the first.
                if is_last == 1 {
                    *index
                } else {
                    usize::MAX - index
                },
            )
        })?;
        served[index] += 1;
        Some(index)
    }

    async fn pause(&self, seconds: f64) {
        pause(seconds * self.pace).await;
    }
}

fn recorded(entry: Entry) -> Option<RecordedEntry> {
    let url = Url::parse(&entry.request.url).ok()?;
    Some(RecordedEntry {
        method: entry.request.method.clone(),
        host: without_number(url.host_str()?),
        path: url.path().to_owned(),
        query: query_of(url.query()),
        entry,
    })
}

fn query_of(query: Option<&str>) -> BTreeMap<String, String> {
    let pairs = query.into_iter().flat_map(|query| query.split('&'));
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Removes the random number of a control host: `r12-1-345-recorded-ws-live.…`.
fn without_number(host: &str) -> String {
    let random = host.strip_prefix('r').and_then(|rest| rest.split_once('-'));
    match random {
        Some((number, rest))
            if !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit()) =>
        {
            format!("r-{rest}")
        }
        _ => host.to_owned(),
    }
}

/// Returns whether a header means the same for the body as it is recorded.
fn is_kept(name: &HeaderName) -> bool {
    let of_transfer = [
        header::CONNECTION,
        header::CONTENT_ENCODING,
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
    ];
    !of_transfer.contains(name)
}

/// Sends the messages of the service in their order; each message of the client is waited for.
async fn converse(mut socket: WebSocket, messages: Vec<WebSocketMessage>, pace: f64) {
    let mut previous = messages.first().map_or(0.0, |first| first.time);
    for message in messages {
        match message.direction {
            Direction::Send => match socket.recv().await {
                Some(Ok(Message::Text(_) | Message::Binary(_))) => {}
                _ => return,
            },
            Direction::Receive => {
                pause((message.time - previous) * pace).await;
                let text = match message.size_bytes {
                    Some(size) => filler(size),
                    None => message.received_text().unwrap_or_default(),
                };
                if socket.send(Message::text(text)).await.is_err() {
                    return;
                }
            }
        }
        previous = message.time;
    }
    // The service leaves it to the client to end the connection.
    while let Some(Ok(_)) = socket.recv().await {}
}

/// Returns a message of this size, since its content is not known.
fn filler(size_bytes: u64) -> String {
    let size = usize::try_from(size_bytes.min(MAX_FILLER_BYTES)).unwrap_or_default();
    format!("\"{}\"", "x".repeat(size.saturating_sub(2)))
}

async fn pause(seconds: f64) {
    if seconds > 0.0 {
        let pause = Duration::try_from_secs_f64(seconds).unwrap_or(MAX_PAUSE);
        tokio::time::sleep(pause.min(MAX_PAUSE)).await;
    }
}
