//! Verifies that the service behaves as documented and detects clients that make mistakes.

mod control;
mod eras;
mod faults;
mod live;
mod segments;
mod test_client;
mod website;
