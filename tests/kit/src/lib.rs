//! Support for the tests of several crates: segments, and what they are assembled into.
//!
//! A test fails where these functions panic.
//!
//! 1. [`segment`]: segments that own their bytes.
//! 2. [`memory_file`]: an output in memory.
#![expect(
    clippy::missing_panics_doc,
    reason = "all of it panics where a test must fail"
)]

pub mod memory_file;
pub mod segment;
