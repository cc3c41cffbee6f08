//! What is written to the file system, and how.
//!
//! 1. [`durable`]: files that are complete or not there, and survive a power cut.
//! 2. [`guarded`]: opens our files, but nothing that others have put in their place.
//! 3. [`lock`]: one process at a time.
//! 4. [`space`]: whether there is enough free space.

pub(crate) mod durable;
pub(crate) mod guarded;
pub(crate) mod lock;
pub(crate) mod space;

use std::fs::File;
use std::io;
use std::path::Path;

use crate::platform;

/// Atomically replaces the file at `path` by `bytes`: after a crash it has the old or the new
/// content.
pub fn replace_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    durable::write_bytes(path, bytes)
}

/// Returns how many bytes a file in `folder` may have, if its file system sets a limit that we know
/// of: FAT32 takes none of 4 GiB or more.
pub fn largest_file(folder: &Path) -> Option<u64> {
    platform::largest_file(folder)
}

/// Makes what was written to `file` durable. The file must have been opened for writing.
pub fn sync_data(file: &File) -> io::Result<()> {
    platform::sync_data(file)
}
