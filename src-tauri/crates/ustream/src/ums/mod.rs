//! The control connection ("Ustream Media Server"): one `connect` goes in, what a recording is
//! made of comes out, usually after being sent on to another host once.

pub mod message;
pub mod session;
pub mod socket;
pub mod stream;
