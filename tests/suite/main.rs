//! Stories told from outside, in the order of the data: find, save, resume, several at once, trouble,
//! films that are already here, the command line; then what is agreed about the tree itself.
#![expect(clippy::unwrap_used, reason = "a story that cannot go on has failed")]

mod addresses;
mod audio_tracks;
mod batch;
mod bindings;
#[cfg(unix)]
mod bytes;
mod catalog;
mod cli_behavior;
mod command_line;
mod control;
mod deliveries;
mod disk;
mod documents;
mod extras;
mod failures;
mod faults;
mod find;
mod hosts;
mod kill;
mod layers;
mod listing;
#[cfg(target_os = "linux")]
mod long_recordings;
mod matrix;
mod mock_service;
mod movies;
mod proxy;
mod queue;
mod remux;
mod resume;
mod save;
mod trust;
mod truth;
mod versions;

use std::path::Path;

/// The root of the repository.
fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}
