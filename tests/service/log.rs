//! What the service was asked, and which pieces it handed out whole.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

/// One request, or one `connect` of a control connection.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LoggedRequest {
    /// The host that was meant.
    pub host: String,
    /// HTTP method; `CONNECT` for a control connection's first message.
    pub method: String,
    /// Path with query.
    pub path: String,
    /// It came over TLS.
    pub tls: bool,
    /// What was answered; none while the answer is pending, or where the connection was cut.
    pub status: Option<u16>,
    /// `args[0]` of a control connection's `connect`.
    pub connect: Option<Value>,
    /// Its `Cookie`.
    pub cookie: Option<String>,
    /// Its `Referer`.
    pub referer: Option<String>,
}

/// Which pieces of a recording were handed out to the last byte.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// How often each chunk of each row was; the key is the row as addresses name it, with its
    /// extension: `2/1.flv`, `2.m4v`.
    pub chunks: BTreeMap<String, BTreeMap<u64, u32>>,
    /// How often the initialisation piece of each row was.
    pub inits: BTreeMap<String, u32>,
}

impl Coverage {
    /// The rows of which anything was handed out.
    pub fn representations(&self) -> BTreeSet<&str> {
        self.chunks.keys().map(String::as_str).collect()
    }

    /// The chunks of a row that were never handed out whole.
    pub fn missing(&self, row: &str, first: u64, count: u64) -> Vec<u64> {
        let served = self.chunks.get(row);
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
    /// Notes a request; the number is for [`Self::answered`].
    pub(crate) fn record_request(&self, asked: LoggedRequest) -> usize {
        let mut entries = self.entries();
        entries.requests.push(asked);
        entries.requests.len() - 1
    }

    /// Notes the answer to a request.
    pub(crate) fn record_status(&self, number: usize, status: u16) {
        if let Some(asked) = self.entries().requests.get_mut(number) {
            asked.status = Some(status);
        }
    }

    /// Notes a chunk, or with no number an initialisation piece, as handed out whole.
    pub(crate) fn record_segment(&self, recording: u64, row: String, chunk: Option<u64>) {
        let mut entries = self.entries();
        let coverage = entries.served.entry(recording).or_default();
        let count = match chunk {
            Some(chunk) => coverage
                .chunks
                .entry(row)
                .or_default()
                .entry(chunk)
                .or_default(),
            None => coverage.inits.entry(row).or_default(),
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
