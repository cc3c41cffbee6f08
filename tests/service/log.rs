//! The log of requests, and of the segments that were served completely.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

/// One request, or one `connect` of a control connection.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LoggedRequest {
    /// The requested host.
    pub host: String,
    /// HTTP method; `CONNECT` for a control connection's first message, `CLOSE` for its end without
    /// one.
    pub method: String,
    /// Path with query.
    pub path: String,
    /// Whether it came over TLS.
    pub tls: bool,
    /// The number of its connection.
    pub connection: u64,
    /// Status of the response; `None` while it is pending or if the connection was cut.
    pub status: Option<u16>,
    /// `args[0]` of a control connection's `connect`.
    pub connect: Option<Value>,
    /// The `Cookie` header.
    pub cookie: Option<String>,
    /// The `Referer` header.
    pub referer: Option<String>,
    /// The `Accept-Encoding` header.
    pub accept_encoding: Option<String>,
}

/// Which segments of a recording were served to the last byte.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// How often each chunk of each representation was served. The key is the representation as in
    /// addresses, with its extension: `2/1.flv`, `2.m4v`.
    pub chunks: BTreeMap<String, BTreeMap<u64, u32>>,
    /// How often the init segment of each representation was served.
    pub inits: BTreeMap<String, u32>,
}

impl Coverage {
    /// Returns the representations of which anything was served.
    pub fn representations(&self) -> BTreeSet<&str> {
        self.chunks.keys().map(String::as_str).collect()
    }

    /// Returns the chunks of a representation that were never served completely.
    pub fn missing(&self, representation: &str, first: u64, count: u64) -> Vec<u64> {
        let served = self.chunks.get(representation);
        let all = first..first.saturating_add(count);
        all.filter(|chunk| served.is_none_or(|served| !served.contains_key(chunk)))
            .collect()
    }
}

#[derive(Debug, Default)]
struct LogEntries {
    requests: Vec<LoggedRequest>,
    served: BTreeMap<u64, Coverage>,
}

/// The log of one service.
#[derive(Debug, Default)]
pub(crate) struct Log(Mutex<LogEntries>);

impl Log {
    /// Logs a request; returns the number for [`Self::record_status`].
    pub(crate) fn record_request(&self, request: LoggedRequest) -> usize {
        let mut entries = self.entries();
        entries.requests.push(request);
        entries.requests.len() - 1
    }

    /// Logs the status of a response.
    pub(crate) fn record_status(&self, number: usize, status: u16) {
        if let Some(request) = self.entries().requests.get_mut(number) {
            request.status = Some(status);
        }
    }

    /// Logs a chunk, or without a number an init segment, as completely served.
    pub(crate) fn record_segment(
        &self,
        recording: u64,
        representation: String,
        chunk: Option<u64>,
    ) {
        let mut entries = self.entries();
        let coverage = entries.served.entry(recording).or_default();
        let count = match chunk {
            Some(chunk) => coverage
                .chunks
                .entry(representation)
                .or_default()
                .entry(chunk)
                .or_default(),
            None => coverage.inits.entry(representation).or_default(),
        };
        *count = count.saturating_add(1);
    }

    pub(crate) fn requests(&self) -> Vec<LoggedRequest> {
        self.entries().requests.clone()
    }

    pub(crate) fn coverage(&self, recording: u64) -> Coverage {
        self.entries()
            .served
            .get(&recording)
            .cloned()
            .unwrap_or_default()
    }

    fn entries(&self) -> MutexGuard<'_, LogEntries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
