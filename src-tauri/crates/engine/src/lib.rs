//! Moves segments from the service into one file, and remembers how far it came.
//!
//! In the order of the data:
//!
//! 1. [`Engine`]: the handle that a window or a command line holds.
//! 2. [`view`]: everything that leaves the engine for a page: small, whole snapshots.

pub mod view;
