//! The control connection ("Ustream Media Server", UMS), over a websocket or long polling.
//!
//! The client sends one `connect` command; the service replies with messages that describe how the
//! recording or the running stream of a channel is stored, usually after redirecting to another host
//! once. Of a running stream they go on. The protocol is not documented: everything here comes from observed traffic, unless a comment says otherwise.

mod api_length;
mod live_feed;
pub mod message;
pub(crate) mod polling;
mod read_budget;
pub mod route;
pub mod session;
pub(crate) mod socket;
pub mod stream;
pub(crate) mod timeline;

pub(crate) use api_length::ApiLength;
pub(crate) use live_feed::{FeedItem, FeedSender, feed};
use session::StreamInfo;

/// The result of a session that did not fail.
#[derive(Debug)]
pub(crate) enum SessionOutcome {
    /// What the service says about the recording.
    Known(Box<StreamInfo>),
    /// The hash of the sign-up form is missing, or was not accepted.
    NeedsHash,
}
