//! What must hold for any bytes that `media` and `ustream` are given, whoever made them.
//!
//! The fuzzers of `tests/fuzz` and the quick tests of this package run the same functions. They
//! panic where a promise is broken, and read what was made with a reader of their own:
//!
//! 1. [`Input`]: a case as bytes, and back.
//! 2. [`mutate`]: changes a case where containers are touchy.
//! 3. [`Target`]: what is done with a case, and what must be true after it.
//! 4. [`Answer`]: the same for what the network says.

mod assembly;
mod flv;
mod input;
mod journal;
mod mp4;
mod mutate;
mod network;
mod target;

pub use input::FuzzInput;
pub use mutate::mutate;
pub use network::NetworkTarget;
pub use target::Target;
