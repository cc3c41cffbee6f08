//! Locks a part folder, so that one process at a time uses it.

use std::fs::File;
use std::path::Path;

use crate::disk;
use crate::error::Error;
use crate::platform;

/// Name of the lock file, which is locked by the process that saves the movie.
pub(super) const NAME: &str = "lock";

/// Locks a part folder until the file is closed.
pub(super) fn lock(folder: &Path) -> Result<File, Error> {
    let path = folder.join(NAME);
    // The system may still hold the lock of a killed process.
    let locked = disk::lock::lock(&path, platform::LOCK_RELEASE_TIME);
    locked
        .map_err(Error::disk(&path))?
        .ok_or_else(|| Error::InUse(folder.with_extension("")))
}
