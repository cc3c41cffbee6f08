//! The control connection.

pub mod message;
pub mod session;
pub mod socket;
