//! Finding in the error of a request that a proxy is the cause.

use std::fmt;

use crate::causes::causes;

/// How a proxy fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProxyFailure {
    /// It asks for a name and a password, or refuses those that it got.
    Login,
    /// It does not connect to the host.
    Refused,
    /// It cannot be reached.
    Down,
}

impl fmt::Display for ProxyFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Login => "the proxy asks for a name and a password",
            Self::Refused => "the proxy refuses the connection",
            Self::Down => "the proxy cannot be reached",
        })
    }
}

/// The words of `hyper-util` for a failed proxy; its error types are private. The tests of the
/// command line with real proxies fail if they change.
const WORDS: [(&str, ProxyFailure); 7] = [
    (
        "tunnel error: proxy authorization required",
        ProxyFailure::Login,
    ),
    ("tunnel error: unsuccessful", ProxyFailure::Refused),
    (
        "tunnel error: failed to create underlying connection",
        ProxyFailure::Down,
    ),
    (
        "SOCKS error: server does not support user/pass authentication",
        ProxyFailure::Login,
    ),
    ("SOCKS error: credentials not accepted", ProxyFailure::Login),
    ("SOCKS error: connection not allowed", ProxyFailure::Refused),
    (
        "SOCKS error: failed to create underlying connection",
        ProxyFailure::Down,
    ),
];

/// Returns how the proxy failed that a request went through; `None` if it failed for another reason.
pub fn proxy_failure(error: &reqwest::Error) -> Option<ProxyFailure> {
    causes(error).map(ToString::to_string).find_map(|cause| {
        let found = WORDS.iter().find(|(words, _)| cause == *words);
        found.map(|(_, failure)| *failure)
    })
}
