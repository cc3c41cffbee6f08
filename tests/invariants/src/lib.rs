//! Properties that hold for any bytes that `media` and `ustream` are given.
//!
//! The fuzzers of `tests/fuzz` and the quick tests of this package run the same functions. These
//! panic if a property is violated. The readers of FLV and MP4 here share no code with `media`, so
//! that a fault there is not repeated here:
//!
//! 1. [`FuzzInput`]: segments and what happens to them, from bytes and back.
//! 2. [`mutate`]: changes the bytes that decide how a container is read.
//! 3. [`Target`]: runs `media` on an input and checks the result.
//! 4. [`NetworkTarget`]: runs `ustream` on responses of the network and checks the result.
//! 5. [`FilmChanges`]: cuts, repeats and restarts of a known film, whose frames must all survive.

mod assembly;
mod captions;
mod film;
mod flv;
mod input;
mod journal;
mod mp4;
mod mutate;
mod network;
mod target;

pub use film::{FILM_MS, FilmChanges, FilmFormat};
pub use input::FuzzInput;
pub use mutate::mutate;
pub use network::NetworkTarget;
pub use target::Target;
