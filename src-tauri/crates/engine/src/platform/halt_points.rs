//! Lets a test halt the process before one of its changes on the disk, so that it can be killed just
//! there, on every system.

use std::io::Write as _;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// Environment variable with the number of the change, counted from 1.
const VARIABLE: &str = "USTREAM_DL_HALT_AT";

/// Line on stderr that says that the process has halted.
const MESSAGE: &[u8] = b"halted\n";

/// Counts a change; if it is the wanted one, halts its thread for ever.
pub(super) fn reached() {
    static WANTED: OnceLock<Option<u64>> = OnceLock::new();
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let wanted = WANTED.get_or_init(|| std::env::var(VARIABLE).ok()?.parse().ok());
    let count = COUNT.fetch_add(1, Ordering::SeqCst) + 1;
    if *wanted == Some(count) {
        // If nobody reads it, nobody kills the process, and the test fails.
        let _ = std::io::stderr().write_all(MESSAGE);
        loop {
            thread::park();
        }
    }
}
