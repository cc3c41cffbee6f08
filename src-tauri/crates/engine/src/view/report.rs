//! What is in a report, before it is saved.

use serde::Serialize;
use ts_rs::TS;

/// What is in a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ReportView {
    /// Tells it from other reports; set by the window.
    pub id: u32,
    /// Number of requests and responses.
    pub requests: u32,
    /// The hosts that were asked.
    pub hosts: Vec<HostCount>,
    /// Size of the file.
    #[ts(type = "number")]
    pub size_bytes: u64,
    /// Passwords, tokens, cookies and answers to forms that were hidden.
    pub hidden_secrets: u32,
    /// E-mail and IP addresses that were hidden.
    pub hidden_addresses: u32,
    /// Titles that were hidden, if the user asked for it.
    pub hidden_titles: u32,
    /// The error at the end, in English; `null` if the link leads to a recording.
    pub error: Option<String>,
}

/// How often a host was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct HostCount {
    /// Name.
    pub host: String,
    /// Number of requests.
    pub requests: u32,
}
