//! Locks a part folder, so that one process at a time uses it.

use std::fs::{File, TryLockError};
use std::path::Path;

use crate::disk::guarded::{self, OpenMode};
use crate::error::Error;

/// Name of the lock file, which is locked by the process that saves the movie.
pub(super) const NAME: &str = "lock";

/// Locks a part folder until the file is closed.
pub(super) fn lock(folder: &Path) -> Result<File, Error> {
    let path = folder.join(NAME);
    let file = guarded::open(&path, OpenMode::Write).map_err(Error::disk(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::InUse(folder.with_extension(""))),
        // Some file systems have no locks; two processes at once are unlikely there.
        Err(TryLockError::Error(error)) => {
            tracing::debug!(%error, "no lock");
            Ok(file)
        }
    }
}
