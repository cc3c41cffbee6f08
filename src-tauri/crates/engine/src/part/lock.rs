//! Locks a part folder, so that one process at a time uses it.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::disk::guarded::{self, OpenMode};
use crate::error::Error;
use crate::platform;

/// Name of the lock file, which is locked by the process that saves the movie.
pub(super) const NAME: &str = "lock";

/// Pause between two attempts while the system may still hold the lock of a killed process.
const PAUSE: Duration = Duration::from_millis(50);

/// Locks a part folder until the file is closed.
pub(super) fn lock(folder: &Path) -> Result<File, Error> {
    let path = folder.join(NAME);
    let file = guarded::open(&path, OpenMode::Write).map_err(Error::disk(&path))?;
    let started = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if started.elapsed() < platform::LOCK_RELEASE_TIME => {
                thread::sleep(PAUSE);
            }
            Err(TryLockError::WouldBlock) => return Err(Error::InUse(folder.with_extension(""))),
            // Some file systems have no locks; two processes at once are unlikely there.
            Err(TryLockError::Error(error)) => {
                tracing::debug!(%error, "no lock");
                return Ok(file);
            }
        }
    }
}
