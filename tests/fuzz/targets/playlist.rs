//! Reads any bytes as HLS playlists.
#![no_main]

use invariants::NetworkTarget;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| NetworkTarget::Playlist.run(bytes));
