//! Stories told from outside, in the order of the data: find, save, resume, several at once, trouble,
//! films that are already here, the command line; then what is agreed about the tree itself.
#![expect(clippy::unwrap_used, reason = "a story that cannot go on has failed")]

mod addresses;
mod batch;
mod bindings;
#[cfg(unix)]
mod bytes;
mod catalog;
mod command_line;
mod control;
mod disk;
mod documents;
mod extras;
mod faults;
mod films;
mod find;
mod hosts;
#[cfg(target_os = "linux")]
mod hours;
mod kill;
mod layers;
mod listing;
mod manners;
mod matrix;
mod practice;
mod proxy;
mod queue;
mod remux;
mod resume;
mod save;
mod sounds;
mod trouble;
mod trust;
mod truth;
mod versions;
mod ways;

use std::path::Path;

/// The root of the repository.
fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}
