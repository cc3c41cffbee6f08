//! Records requests and responses in memory, so that a failure can be reported as it happened.
//!
//! Nothing is hidden here: an archive must pass [`har::Redactor`] before it leaves the memory.

use std::fmt::Display;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime};

use har::{Content, Direction, Entry, Header, Log, Note, PostData, Response, WebSocketMessage};
use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION};

use crate::causes::causes;

/// Longest body that is kept; pages and answers of the service are shorter.
const MAX_BODY_BYTES: usize = 1 << 20;

/// Largest sum of the kept bodies and messages.
const MAX_BYTES: usize = 6 << 20;

/// Most requests; later ones are only counted.
const MAX_ENTRIES: usize = 1_000;

/// Most notes.
const MAX_NOTES: usize = 500;

/// Records what a client sends and receives. A clone records to the same archive.
#[derive(Clone, Debug)]
pub struct TrafficRecorder(Arc<Mutex<Traffic>>);

#[derive(Debug)]
struct Traffic {
    began: Instant,
    entries: Vec<(Instant, Entry)>,
    notes: Vec<Note>,
    /// Passwords and answers that were given, to be hidden.
    secrets: Vec<String>,
    bytes: usize,
    /// Requests beyond [`MAX_ENTRIES`].
    omitted: usize,
}

impl Default for TrafficRecorder {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Traffic {
            began: Instant::now(),
            entries: Vec::new(),
            notes: Vec::new(),
            secrets: Vec::new(),
            bytes: 0,
            omitted: 0,
        })))
    }
}

impl TrafficRecorder {
    /// Records a decision.
    pub fn note(&self, text: impl Display) {
        let mut traffic = self.traffic();
        if traffic.notes.len() < MAX_NOTES {
            let at_ms = traffic.began.elapsed().as_millis();
            traffic.notes.push(Note {
                at_ms: u64::try_from(at_ms).unwrap_or(u64::MAX),
                text: text.to_string(),
            });
        }
    }

    /// Remembers a password or an answer that may be sent, so that it can be hidden.
    pub fn add_secret(&self, secret: &str) {
        let mut traffic = self.traffic();
        if !traffic.secrets.iter().any(|known| known == secret) {
            traffic.secrets.push(secret.to_owned());
        }
    }

    /// Returns what was recorded so far, in the order of the starts, and the secrets to hide in it.
    pub fn take_down(&self) -> (Log, Vec<Note>, Vec<String>) {
        let traffic = self.traffic();
        let mut entries = traffic.entries.clone();
        entries.sort_by_key(|(started, _)| *started);
        let mut notes = traffic.notes.clone();
        if traffic.omitted > 0 {
            notes.push(Note {
                at_ms: notes.last().map_or(0, |last| last.at_ms),
                text: format!("{} more requests are left out", traffic.omitted),
            });
        }
        let log = Log {
            entries: entries.into_iter().map(|(_, entry)| entry).collect(),
            ..Log::default()
        };
        (log, notes, traffic.secrets.clone())
    }

    fn keep(&self, started: Instant, mut entry: Entry) {
        let mut traffic = self.traffic();
        if traffic.entries.len() >= MAX_ENTRIES {
            // The first requests and the last ones tell the most.
            let (_, left_out) = traffic.entries.remove(MAX_ENTRIES / 2);
            traffic.bytes -= size_of(&left_out);
            traffic.omitted += 1;
        }
        let size = size_of(&entry);
        if traffic.bytes + size > MAX_BYTES {
            entry.response.content.text = None;
            for message in entry.web_socket_messages.iter_mut().flatten() {
                let data = std::mem::take(&mut message.data);
                message.size_bytes.get_or_insert(data.len() as u64);
            }
            entry.comment = Some("left out, as the report would be too large".to_owned());
        } else {
            traffic.bytes += size;
        }
        traffic.entries.push((started, entry));
    }

    fn traffic(&self) -> MutexGuard<'_, Traffic> {
        // Each change under this lock is complete in itself.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request that is being recorded; it is kept when this is dropped. Without a recorder all
/// methods do nothing.
#[derive(Debug, Default)]
pub struct Exchange(Option<Box<OpenExchange>>);

#[derive(Debug)]
struct OpenExchange {
    recorder: TrafficRecorder,
    started: Instant,
    entry: Entry,
    /// Whether it is forgotten if it was dropped before there was an answer.
    is_optional: bool,
}

impl Exchange {
    /// Begins to record a request.
    pub(crate) fn begin(recorder: Option<&TrafficRecorder>, request: &reqwest::Request) -> Self {
        let Some(recorder) = recorder else {
            return Self::default();
        };
        let body = request.body().and_then(reqwest::Body::as_bytes);
        let post_data = body.map(|body| PostData {
            mime_type: header(request.headers(), &CONTENT_TYPE),
            text: String::from_utf8_lossy(body).into_owned(),
        });
        let entry = Entry {
            started_date_time: date_time(SystemTime::now()),
            request: har::Request {
                method: request.method().to_string(),
                url: request.url().to_string(),
                headers: headers(request.headers()),
                post_data,
                ..har::Request::default()
            },
            ..Entry::default()
        };
        Self(Some(Box::new(OpenExchange {
            recorder: recorder.clone(),
            started: Instant::now(),
            entry,
            is_optional: false,
        })))
    }

    /// Lets it be forgotten if it is dropped before there is an answer.
    pub(crate) fn optional(mut self) -> Self {
        if let Some(open) = &mut self.0 {
            open.is_optional = true;
        }
        self
    }

    /// Records the status and the headers of the response.
    pub(crate) fn answered(&mut self, response: &reqwest::Response) {
        let Some(open) = &mut self.0 else { return };
        let status = response.status();
        open.entry.timings.wait = milliseconds(open.started);
        open.entry.response = Response {
            status: i64::from(status.as_u16()),
            status_text: status.canonical_reason().unwrap_or_default().to_owned(),
            headers: headers(response.headers()),
            redirect_url: header(response.headers(), &LOCATION),
            content: Content {
                size: 0,
                mime_type: header(response.headers(), &CONTENT_TYPE),
                text: None,
                encoding: None,
            },
            ..Response::default()
        };
        if response.url().as_str() != open.entry.request.url {
            open.entry.comment = Some(format!("redirected to {}", response.url()));
        }
    }

    /// Records that there was no answer, or that it broke off.
    pub(crate) fn failed(&mut self, error: &reqwest::Error) {
        let Some(open) = &mut self.0 else { return };
        let causes: Vec<_> = causes(error).map(ToString::to_string).collect();
        open.entry.response.error = Some(causes.join(": "));
    }

    /// Records a body of text, after its content coding is undone; `size_bytes` is its whole size if
    /// only the beginning is passed. Of other bodies only the size is recorded: secrets could not be
    /// found in them.
    pub fn body(&mut self, bytes: &[u8], size_bytes: usize) {
        const TEXTS: [&str; 6] = [
            "text/",
            "json",
            "javascript",
            "xml",
            "mpegurl",
            "urlencoded",
        ];
        let Some(open) = &mut self.0 else { return };
        let kept = &bytes[..bytes.len().min(MAX_BODY_BYTES)];
        let content = &mut open.entry.response.content;
        let mime_type = std::mem::take(&mut content.mime_type);
        let media_type = mime_type.to_lowercase();
        let is_text = media_type.is_empty() || TEXTS.iter().any(|it| media_type.contains(it));
        if is_text {
            let text = String::from_utf8_lossy(kept);
            *content = Content::of(mime_type, text.as_bytes(), size_bytes);
        } else {
            content.size = i64::try_from(size_bytes).unwrap_or(i64::MAX);
            content.mime_type = mime_type;
            return;
        }
        if kept.len() < size_bytes && open.entry.comment.is_none() {
            open.entry.comment = Some(format!("the first {} of {size_bytes} bytes", kept.len()));
        }
    }

    /// Records the beginning of a media segment.
    pub fn media(&mut self, bytes: &[u8], size_bytes: usize) {
        let Some(open) = &mut self.0 else { return };
        let mime_type = std::mem::take(&mut open.entry.response.content.mime_type);
        open.entry.response.content = Content::of(mime_type, bytes, size_bytes);
    }

    /// Adds a remark about the body.
    pub fn comment(&mut self, text: impl Display) {
        if let Some(open) = &mut self.0 {
            open.entry.comment = Some(match open.entry.comment.take() {
                Some(earlier) => format!("{earlier}; {text}"),
                None => text.to_string(),
            });
        }
    }

    /// Records a message of a websocket.
    pub(crate) fn message(&mut self, direction: Direction, text: &str) {
        let Some(open) = &mut self.0 else { return };
        let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        // As browsers write the address of a websocket.
        if let Some(rest) = open.entry.request.url.strip_prefix("https://") {
            open.entry.request.url = format!("wss://{rest}");
        }
        let messages = open.entry.web_socket_messages.get_or_insert_default();
        messages.push(WebSocketMessage {
            direction,
            time: since_1970.unwrap_or_default().as_secs_f64(),
            opcode: 1,
            data: text.to_owned(),
            size_bytes: None,
        });
    }

    /// Records that a message of the service was too large to be read.
    pub(crate) fn large_message(&mut self, size_bytes: usize) {
        self.message(Direction::Receive, "");
        let open = self.0.as_mut();
        let messages = open.and_then(|open| open.entry.web_socket_messages.as_mut());
        if let Some(message) = messages.and_then(|messages| messages.last_mut()) {
            message.size_bytes = Some(size_bytes as u64);
        }
    }

    pub(crate) fn is_recorded(&self) -> bool {
        self.0.is_some()
    }

    /// Forgets the request.
    pub fn discard(&mut self) {
        self.0 = None;
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let Some(open) = self.0.take() else { return };
        let OpenExchange {
            recorder,
            started,
            mut entry,
            is_optional,
        } = *open;
        if is_optional && entry.response.status == 0 && entry.response.error.is_none() {
            return;
        }
        entry.time = milliseconds(started);
        entry.timings.receive = entry.time - entry.timings.wait;
        recorder.keep(started, entry);
    }
}

/// Returns the size of the body and the messages of an entry.
fn size_of(entry: &Entry) -> usize {
    let body = entry.response.content.text.as_ref().map_or(0, String::len);
    let messages = entry.web_socket_messages.iter().flatten();
    let messages = messages.map(|message| message.data.len());
    body + messages.sum::<usize>()
}

fn headers(map: &HeaderMap) -> Vec<Header> {
    let all = map.iter().map(|(name, value)| Header {
        name: name.to_string(),
        value: String::from_utf8_lossy(value.as_bytes()).into_owned(),
    });
    all.collect()
}

fn header(map: &HeaderMap, name: &reqwest::header::HeaderName) -> String {
    let value = map.get(name).map(reqwest::header::HeaderValue::as_bytes);
    String::from_utf8_lossy(value.unwrap_or_default()).into_owned()
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

/// Returns a time as ISO 8601 has it, in UTC with milliseconds.
fn date_time(time: SystemTime) -> String {
    match Timestamp::try_from(time) {
        Ok(time) => format!("{time:.3}"),
        // The clock is set to a year that no calendar has.
        Err(_) => "1970-01-01T00:00:00.000Z".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(url: &str) -> reqwest::Request {
        reqwest::Client::new().get(url).build().unwrap()
    }

    #[test]
    fn requests_are_kept_in_the_order_of_their_starts_and_within_bounds() {
        crate::install_cryptography();
        let recorder = TrafficRecorder::default();
        let first = Exchange::begin(Some(&recorder), &request("https://video.ibm.com/1"));
        let mut second = Exchange::begin(Some(&recorder), &request("https://video.ibm.com/2"));
        second.body(&vec![b'a'; 2 << 20], 2 << 20);
        drop(second);
        drop(first);
        for number in 3..10 {
            let mut exchange = Exchange::begin(
                Some(&recorder),
                &request(&format!("https://video.ibm.com/{number}")),
            );
            exchange.body(&vec![b'b'; 1 << 20], 1 << 20);
        }
        let mut dropped = Exchange::begin(Some(&recorder), &request("https://video.ibm.com/no"));
        dropped.discard();
        drop(dropped);
        let (log, ..) = recorder.take_down();
        let urls: Vec<_> = log
            .entries
            .iter()
            .map(|it| it.request.url.clone())
            .collect();
        let expected: Vec<_> = (1..10)
            .map(|it| format!("https://video.ibm.com/{it}"))
            .collect();
        assert_eq!(urls, expected);
        let comment = log.entries[1].comment.as_deref().unwrap();
        assert_eq!(comment, "the first 1048576 of 2097152 bytes");
        let kept = log
            .entries
            .iter()
            .filter_map(|it| it.response.content.text.as_ref());
        assert_eq!(kept.map(String::len).sum::<usize>(), MAX_BYTES);
    }

    #[test]
    fn times_are_in_the_form_of_the_format() {
        let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_millis(1_764_482_400_250);
        assert_eq!(date_time(time), "2025-11-30T06:00:00.250Z");
    }
}
