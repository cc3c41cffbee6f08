//! Support for the tests of several crates: segments, and what they are assembled into.
//!
//! A test fails where these functions panic.
//!
//! 1. [`segment`]: segments that own their bytes.
//! 2. [`memory_file`]: a sparse file in memory.
//! 3. [`assembly`]: pushes segments with crashes in between, and finishes the movie.
//! 4. [`ts`]: MPEG transport streams, written packet by packet.
#![expect(
    clippy::missing_panics_doc,
    reason = "all of it panics where a test must fail"
)]

pub mod assembly;
pub mod memory_file;
pub mod segment;
pub mod ts;
