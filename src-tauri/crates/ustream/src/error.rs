//! The errors of the crate.

use std::sync::Arc;
use std::time::Duration;

use crate::{Lock, ProxyFailure, RefusedCertificate, TargetError, ums};

/// Why a recording cannot be found or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The text holds no target.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// A lock keeps the recording from being read.
    #[error("the recording is locked: {0}")]
    Locked(Lock),
    /// The service says that the recording does not exist or was removed. Holds its id, its URL or
    /// the service's words.
    #[error("there is no such recording: {0}")]
    NotFound(String),
    /// The recording is still being broadcast.
    #[error("the stream is still running")]
    StillLive,
    /// The channel has no recording.
    #[error("there is no recording")]
    NotRecorded,
    /// The channel is not broadcasting.
    #[error("the channel is off air")]
    OffAir,
    /// The service accepted the request but sent nothing useful in time. Names who was asked.
    #[error("the service did not answer in time ({0})")]
    Timeout(&'static str),
    /// The service could not be reached.
    #[error("the service could not be reached")]
    Network(#[source] Arc<reqwest::Error>),
    /// The certificate of a host was refused: another server may be answering in its place.
    #[error("the certificate of {host} is not trusted: {certificate}")]
    Untrusted {
        /// The host that was asked.
        host: String,
        /// The certificate.
        certificate: Box<RefusedCertificate>,
    },
    /// The proxy that requests go through fails.
    #[error("{0}")]
    Proxy(ProxyFailure),
    /// The service cannot be reached directly, and this PAC file, which names the proxy, cannot be
    /// evaluated here.
    #[error("the proxy is chosen by {0}, which cannot be evaluated here")]
    ProxyScript(String),
    /// The network answers in place of the service, with a page on which one has to log in.
    #[error("the network asks to log in")]
    LoginPage,
    /// The service's certificate is not valid at the time that this computer's clock shows, which is
    /// more than a day off.
    #[error("the clock of this computer is more than a day off")]
    WrongClock,
    /// No TLS connection can be made, since this computer has no usable certificate store.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// The service responded with an HTTP error status.
    #[error("{host} answered {status}")]
    Status {
        /// The host that responded.
        host: String,
        /// HTTP status code.
        status: u16,
    },
    /// A page of another site, which may embed a recording, could not be read.
    #[error("the page on {host} could not be read: {source}")]
    Page {
        /// Host of the site.
        host: String,
        /// Why it could not be read.
        source: Box<Self>,
    },
    /// The service asks for a pause (HTTP 429, or 503 with `Retry-After`).
    #[error("the service asks us to slow down")]
    Busy {
        /// Length of the pause, if stated.
        retry_after: Option<Duration>,
    },
    /// A response does not have the known form.
    #[error("{what} makes no sense: {problem}")]
    Malformed {
        /// Which response.
        what: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// A response exceeds its size limit.
    #[error("{what} is larger than {limit_bytes} bytes")]
    TooLarge {
        /// Which response.
        what: &'static str,
        /// The limit.
        limit_bytes: usize,
    },
    /// The service redirects in a circle or to a host that is not its own.
    #[error("the service sends us astray: {0}")]
    Misdirected(String),
    /// The segments are encrypted.
    #[error("the segments are encrypted")]
    Encrypted,
    /// The recording uses a feature that is not supported; names it.
    #[error("not supported: {0}")]
    Unsupported(String),
    /// The recording has audio in several languages, but not in the requested one.
    #[error("there is no sound in {wanted}; there is {}", .there.join(", "))]
    NoAudio {
        /// The requested language, as a BCP 47 tag.
        wanted: String,
        /// The languages that the recording has.
        there: Vec<String>,
    },
    /// A recorded conversation does not help.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// No rendition fits the choice, or none is in a known format.
    #[error("there is no rendition that fits")]
    NoRendition,
}

/// Why a recorded conversation does not lead to a recording.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    Unreadable(String),
    /// The file is no HTTP Archive.
    #[error("{0}")]
    NotHar(String),
    /// No recording is played in it.
    #[error("no video of the service is played in this file")]
    NoRecording,
    /// The browser has not kept the messages of the control connection, as Firefox never does.
    #[error("the browser has not kept what the service said; use Chrome or Edge")]
    NoMessages,
    /// A running stream is played in it.
    #[error("a running stream is played in this file, and no recording")]
    OfChannel,
    /// The servers refuse its addresses.
    #[error("the addresses in this file have expired")]
    Expired,
}

impl Error {
    /// Returns whether every other strategy would fail in the same way.
    pub(crate) fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Locked(_)
                | Self::NotFound(_)
                | Self::Busy { .. }
                | Self::TooLarge { .. }
                // A request without TLS would be answered by the server with the bad certificate.
                | Self::Untrusted { .. }
                | Self::Proxy(ProxyFailure::Login | ProxyFailure::Refused)
        )
    }

    /// Returns how much the error tells the user, higher is more: first what the service says about
    /// the recording, then what is wrong with a response, then that there was none.
    pub(crate) fn precedence(&self) -> u8 {
        match self {
            error if error.is_final() => 5,
            Self::StillLive | Self::Encrypted | Self::Unsupported(_) => 4,
            Self::NotRecorded | Self::OffAir | Self::NoRendition | Self::NoAudio { .. } => 3,
            // A malformed response on the control connection may come from any web server.
            Self::Malformed { what, .. } if *what != ums::message::WHAT => 3,
            Self::Malformed { .. } | Self::Misdirected(_) => 2,
            Self::Status { .. } => 1,
            _ => 0,
        }
    }

    /// Returns whether the same request may succeed later.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Network(_) | Self::Timeout(_) | Self::Busy { .. } => true,
            Self::Proxy(failure) => *failure == ProxyFailure::Down,
            Self::Status { status, .. } => *status >= 500,
            _ => false,
        }
    }

    /// Returns a copy. Errors that cannot be copied become [`Error::Timeout`].
    pub(crate) fn duplicate(&self) -> Self {
        match self {
            Self::StillLive => Self::StillLive,
            Self::NotRecorded => Self::NotRecorded,
            Self::OffAir => Self::OffAir,
            Self::NoRendition => Self::NoRendition,
            Self::Encrypted => Self::Encrypted,
            Self::Unsupported(what) => Self::Unsupported(what.clone()),
            Self::Misdirected(problem) => Self::Misdirected(problem.clone()),
            Self::NotFound(words) => Self::NotFound(words.clone()),
            Self::Locked(lock) => Self::Locked(lock.clone()),
            Self::Status { host, status } => Self::Status {
                host: host.clone(),
                status: *status,
            },
            Self::Busy { retry_after } => Self::Busy {
                retry_after: *retry_after,
            },
            Self::Malformed { what, problem } => Self::Malformed {
                what,
                problem: problem.clone(),
            },
            Self::TooLarge { what, limit_bytes } => Self::TooLarge {
                what,
                limit_bytes: *limit_bytes,
            },
            Self::Untrusted { host, certificate } => Self::Untrusted {
                host: host.clone(),
                certificate: certificate.clone(),
            },
            Self::Proxy(failure) => Self::Proxy(*failure),
            Self::ProxyScript(script) => Self::ProxyScript(script.clone()),
            Self::LoginPage => Self::LoginPage,
            Self::WrongClock => Self::WrongClock,
            Self::Tls(error) => Self::Tls(error.clone()),
            Self::Timeout(what) => Self::Timeout(what),
            Self::Network(cause) => Self::Network(Arc::clone(cause)),
            Self::Session(error) => Self::Session(error.clone()),
            Self::Target(_) | Self::Page { .. } | Self::NoAudio { .. } => {
                Self::Timeout("the service")
            }
        }
    }
}
