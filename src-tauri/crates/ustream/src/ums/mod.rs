//! The control connection ("Ustream Media Server"): one `connect` goes in, what a recording is
//! made of comes out, usually after being sent on to another host once.

mod api_length;
pub mod message;
pub mod polling;
pub mod session;
pub mod socket;
pub mod stream;

pub use api_length::ApiLength;
use session::StreamInfo;

/// What a conversation came to.
#[derive(Debug)]
pub enum SessionOutcome {
    /// The recording is known.
    Known(Box<StreamInfo>),
    /// The answer of the sign-up form is missing, or was not accepted.
    NeedsHash,
}
