//! End-to-end tests against the mock service, in the order of the data: find, save, resume, several
//! jobs, faults, local files, the command line; then checks of the repository itself.
#![expect(clippy::unwrap_used, reason = "a failed step fails its test")]

mod addresses;
mod audio_tracks;
mod batch;
mod bindings;
mod bundles;
// It runs `strace` and `timeout`, which macOS does not have.
#[cfg(target_os = "linux")]
mod bytes;
mod captions;
mod catalog;
mod causes;
mod check;
mod cli_behavior;
mod command_line;
mod control;
mod copies;
mod deliveries;
// Small, full and read-only disks are mounted by `unshare`, which only Linux has.
#[cfg(target_os = "linux")]
mod disk;
mod documents;
mod eras;
mod extras;
mod failures;
mod faults;
mod find;
mod hosts;
mod http;
mod keep;
mod kill;
mod layers;
mod listing;
mod live;
mod live_hls;
mod live_kills;
mod live_session;
#[cfg(target_os = "linux")]
mod long_recordings;
mod matrix;
mod mock_service;
mod movies;
mod mp3;
mod patience;
mod preconnect;
// Only Linux has these settings for one process.
#[cfg(target_os = "linux")]
mod proxy;
mod queue;
mod rate_limit;
mod remux;
mod resolving;
mod resume;
mod running_stream;
mod save;
mod secrets;
mod sessions;
mod stalls;
mod time_range;
mod trust;
mod truth;
mod versions;
#[cfg(windows)]
mod windows;

use std::path::Path;

/// Returns the root of the repository.
fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}
