//! Why a recording cannot be found.

use std::sync::Arc;
use std::time::Duration;

use crate::{Lock, TargetError, ums};

/// Why a recording cannot be found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The text points at nothing.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// A lock is in the way.
    #[error("the recording is locked: {0:?}")]
    Locked(Lock),
    /// The service says that there is no such recording, or that it was removed.
    #[error("there is no such recording: {0}")]
    NotFound(String),
    /// It is still being broadcast.
    #[error("the stream is still running")]
    StillLive,
    /// The channel keeps no recording.
    #[error("there is no recording")]
    NotRecorded,
    /// The service listens but says nothing useful in time.
    #[error("the service did not answer in time ({0})")]
    Timeout(&'static str),
    /// The service could not be reached.
    #[error("the service could not be reached")]
    Network(#[source] Arc<reqwest::Error>),
    /// The certificate of a host was refused: somebody else may be answering in its place.
    #[error("the certificate of {host} is not trusted: {problem}")]
    Untrusted {
        /// Who was asked.
        host: String,
        /// What is wrong with the certificate.
        problem: String,
    },
    /// The service answered with an HTTP error.
    #[error("{host} answered {status}")]
    Status {
        /// Who answered.
        host: String,
        /// HTTP status code.
        status: u16,
    },
    /// The page of another site, which may embed a recording, could not be read.
    #[error("the page on {host} could not be read: {source}")]
    Page {
        /// Which site.
        host: String,
        /// Why.
        source: Box<Self>,
    },
    /// The service asks to be left alone for a while.
    #[error("the service asks us to slow down")]
    Busy {
        /// How long, where it says so.
        retry_after: Option<Duration>,
    },
    /// The answer is not what the service is known to say.
    #[error("{what} makes no sense: {problem}")]
    Malformed {
        /// Which answer.
        what: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// The answer is larger than any honest one.
    #[error("{what} is larger than {limit_bytes} bytes")]
    TooLarge {
        /// Which answer.
        what: &'static str,
        /// The most that is read of it.
        limit_bytes: usize,
    },
    /// The service sends us in circles, or to a host that is not its own.
    #[error("the service sends us astray: {0}")]
    Misdirected(String),
    /// The pieces are in a form that is not taken here, named.
    #[error("not supported: {0}")]
    Unsupported(String),
    /// It has sounds in several languages, and not in the one that is wanted.
    #[error("there is no sound in {wanted}; there is {}", .there.join(", "))]
    NoAudio {
        /// The language.
        wanted: String,
        /// The languages that there are.
        there: Vec<String>,
    },
    /// No rendition fits the choice, or none is in a form that is known here.
    #[error("there is no rendition that fits")]
    NoRendition,
}

impl Error {
    /// Whether another way to the recording would be answered the same.
    pub(crate) fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Locked(_)
                | Self::NotFound(_)
                | Self::Busy { .. }
                | Self::TooLarge { .. }
                // A way without TLS would be answered by whoever showed the certificate.
                | Self::Untrusted { .. }
        )
    }

    /// How much it tells a person: what the service said of the recording, before what was wrong
    /// with an answer, before that there was none.
    pub(crate) fn precedence(&self) -> u8 {
        match self {
            error if error.is_final() => 5,
            Self::StillLive | Self::Unsupported(_) => 4,
            Self::NotRecorded | Self::NoRendition | Self::NoAudio { .. } => 3,
            // An answer of the control connection may be that of any web server.
            Self::Malformed { what, .. } if *what != ums::message::WHAT => 3,
            Self::Malformed { .. } | Self::Misdirected(_) => 2,
            Self::Status { .. } => 1,
            _ => 0,
        }
    }

    /// Whether the same question may be answered later.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Network(_) | Self::Timeout(_) | Self::Busy { .. } => true,
            Self::Status { status, .. } => *status >= 500,
            _ => false,
        }
    }

    /// The same error once more; of one that cannot be copied what a person is told of it.
    pub(crate) fn duplicate(&self) -> Self {
        match self {
            Self::StillLive => Self::StillLive,
            Self::NotRecorded => Self::NotRecorded,
            Self::NoRendition => Self::NoRendition,
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
            Self::Untrusted { host, problem } => Self::Untrusted {
                host: host.clone(),
                problem: problem.clone(),
            },
            Self::Timeout(what) => Self::Timeout(what),
            Self::Network(cause) => Self::Network(Arc::clone(cause)),
            Self::Target(_) | Self::Page { .. } | Self::NoAudio { .. } => {
                Self::Timeout("the service")
            }
        }
    }
}
