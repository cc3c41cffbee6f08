//! Reads an archive of bounded size.

use std::io::{self, Read};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::model::{Content, Direction, Har, Log, WebSocketMessage};

/// Largest file that is read: a browser keeps the bodies of all segments that it has played.
pub const MAX_FILE_BYTES: u64 = 128 << 20;

/// Why a file is not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It cannot be read from the disk.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It has more than [`MAX_FILE_BYTES`].
    #[error("the file is larger than {} MB", MAX_FILE_BYTES >> 20)]
    TooLarge,
    /// It is not an HTTP Archive.
    #[error("this is not an HTTP Archive: {0}")]
    NotHar(#[source] serde_json::Error),
}

impl Har {
    /// Reads an archive. Bodies of more than 8 MiB are left out.
    pub fn read(reader: impl Read) -> Result<Self, ReadError> {
        let mut limited = io::BufReader::new(reader).take(MAX_FILE_BYTES + 1);
        let read = serde_json::from_reader(&mut limited);
        if limited.limit() == 0 {
            return Err(ReadError::TooLarge);
        }
        let har: Self = read.map_err(|error| {
            if error.is_io() {
                ReadError::Io(error.into())
            } else {
                ReadError::NotHar(error)
            }
        })?;
        Ok(har)
    }

    /// Creates an archive of a log.
    pub fn new(log: Log) -> Self {
        Self { log }
    }

    /// Returns the archive as indented JSON, so that a person can look through it.
    pub fn to_json(&self) -> String {
        // Cannot fail: all keys are strings, and no number is written as anything else.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

impl Content {
    /// Returns the bytes of the body; `None` if it was not kept or is not what `encoding` says.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        let text = self.text.as_ref()?;
        match self.encoding.as_deref() {
            Some("base64") => BASE64_STANDARD.decode(text.as_bytes()).ok(),
            _ => Some(text.clone().into_bytes()),
        }
    }

    /// Keeps a body: as text if it is UTF-8, else as base64. `size` is that of the whole body.
    pub fn of(mime_type: String, bytes: &[u8], size: usize) -> Self {
        let (text, encoding) = match std::str::from_utf8(bytes) {
            Ok(text) => (text.to_owned(), None),
            Err(_) => (BASE64_STANDARD.encode(bytes), Some("base64".to_owned())),
        };
        Self {
            size: i64::try_from(size).unwrap_or(i64::MAX),
            mime_type,
            text: Some(text),
            encoding,
        }
    }
}

impl WebSocketMessage {
    /// Returns the text of a message from the service. The service sends some texts as binary data.
    pub fn received_text(&self) -> Option<String> {
        if self.direction != Direction::Receive {
            return None;
        }
        if self.opcode == 1 {
            return Some(self.data.clone());
        }
        let bytes = BASE64_STANDARD.decode(self.data.as_bytes()).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_of_a_browser_is_read_without_what_we_do_not_use() {
        let chromium = r#"{"log": {
            "version": "1.2", "creator": {"name": "WebInspector", "version": "537.36"},
            "pages": [{"id": "page_1", "pageTimings": {"onLoad": 3.5}}],
            "entries": [{
                "_connectionId": "1", "_initiator": {"type": "script"}, "_resourceType": "websocket",
                "cache": {}, "pageref": "page_1",
                "request": {"method": "GET", "url": "wss://r1-1-7-recorded-ws-live.ums.ustream.tv/1/ustream",
                    "httpVersion": "HTTP/1.1", "headers": [{"name": "Upgrade", "value": "websocket"}],
                    "queryString": [], "cookies": [{"name": "a", "value": "b", "expires": "x"}],
                    "headersSize": -1, "bodySize": 0},
                "response": {"status": 101, "statusText": "", "httpVersion": "HTTP/1.1", "headers": [],
                    "cookies": [], "content": {"size": 0, "mimeType": "x-unknown"}, "redirectURL": "",
                    "headersSize": -1, "bodySize": -1, "_transferSize": 0, "_error": null},
                "serverIPAddress": "127.0.0.1", "startedDateTime": "2026-11-30T06:00:00.000Z",
                "time": 12.25, "timings": {"blocked": -1, "send": 0, "wait": 1.5, "receive": 0},
                "_webSocketMessages": [
                    {"type": "send", "time": 1764482400.1, "opcode": 1, "data": "{}"},
                    {"type": "receive", "time": 1764482400.2, "opcode": 2, "data": "eyJhIjoxfQ=="},
                    {"type": "error", "time": 1764482400.3, "opcode": -1, "data": ""}
                ]
            }]
        }}"#;
        let har = Har::read(chromium.as_bytes()).unwrap();
        let entry = &har.log.entries[0];
        let messages = entry.web_socket_messages.as_ref().unwrap();
        let texts: Vec<_> = messages
            .iter()
            .map(WebSocketMessage::received_text)
            .collect();
        assert_eq!(
            texts,
            [None, Some("{\"a\":1}".to_owned()), Some(String::new())]
        );
        let again = Har::read(har.to_json().as_bytes()).unwrap();
        assert_eq!(again, har);
        assert!(!har.to_json().contains("127.0.0.1"));
    }

    #[test]
    fn what_is_no_archive_is_refused() {
        for text in ["", "[]", "{}", "{\"log\": 7}", "<html>"] {
            let read = Har::read(text.as_bytes());
            assert!(matches!(read, Err(ReadError::NotHar(_))), "{text}");
        }
    }

    #[test]
    fn a_body_survives_whatever_its_bytes() {
        for bytes in [b"caf\xc3\xa9".as_slice(), b"\x00\xff\xfe", b""] {
            let content = Content::of("x/y".to_owned(), bytes, bytes.len());
            assert_eq!(content.bytes().unwrap(), bytes);
        }
    }
}
