//! Why a recording cannot be found.

use std::time::Duration;

use crate::{Lock, TargetError};

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
    Silent(&'static str),
    /// The service could not be reached.
    #[error("the service could not be reached")]
    Network(#[source] reqwest::Error),
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
    Astray(String),
    /// The pieces are in a form that is not taken here, named.
    #[error("not supported: {0}")]
    Unsupported(String),
    /// It has sounds in several languages, and not in the one that is wanted.
    #[error("there is no sound in {wanted}; there is {}", .there.join(", "))]
    NoSound {
        /// The language.
        wanted: String,
        /// The languages that there are.
        there: Vec<String>,
    },
    /// No rendition fits the choice, or none is in a form that is known here.
    #[error("there is no rendition that fits")]
    NoRendition,
}
