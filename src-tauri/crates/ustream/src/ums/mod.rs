//! The control connection ("Ustream Media Server", UMS), over a websocket or long polling.
//!
//! The client sends one `connect` command; the service replies with messages that describe how the
//! recording is stored, usually after redirecting to another host once. The protocol is not
//! documented: everything here comes from observed traffic, unless a comment says otherwise.

mod api_length;
pub mod message;
pub(crate) mod polling;
pub mod route;
pub mod session;
pub(crate) mod socket;
pub mod stream;
pub(crate) mod timeline;

pub(crate) use api_length::ApiLength;
use session::StreamInfo;

/// The result of a session that did not fail.
#[derive(Debug)]
pub(crate) enum SessionOutcome {
    /// What the service says about the recording.
    Known(Box<StreamInfo>),
    /// The hash of the sign-up form is missing, or was not accepted.
    NeedsHash,
}
