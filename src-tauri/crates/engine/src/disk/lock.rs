//! Locks a file, so that one process at a time does something.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::guarded::{self, OpenMode};

/// Pause between two attempts.
const PAUSE: Duration = Duration::from_millis(50);

/// Locks the file at `path` until the returned one is closed, and creates it if it does not exist.
/// Returns `None` if another still holds the lock after `patience`.
pub(crate) fn lock(path: &Path, patience: Duration) -> io::Result<Option<File>> {
    let file = guarded::open(path, OpenMode::Write)?;
    let started = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::WouldBlock) if started.elapsed() < patience => thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => return Ok(None),
            // Some file systems have no locks; two processes at once are unlikely there.
            Err(TryLockError::Error(error)) => {
                tracing::debug!(%error, "no lock");
                return Ok(Some(file));
            }
        }
    }
}
