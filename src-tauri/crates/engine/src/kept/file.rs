//! The file of the kept channels: read, changed and replaced while it is locked.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::KeptChannel;
use crate::disk::{durable, lock};
use crate::error::Error;
use crate::platform;

/// Name in the app's data folder.
const FILE_NAME: &str = "kept-channels.json";
/// Name of a file that could not be read.
const UNREADABLE_NAME: &str = "kept-channels.bad";
/// Locked while the list is changed.
const LOCK_NAME: &str = "kept-channels.lock";
/// Locked while the channels are looked at.
const RUN_LOCK_NAME: &str = "kept-channels.run";

/// Version of the file.
const SCHEMA: u32 = 1;

/// Longest wait for another process that changes the list, which takes it no longer than a write.
const CHANGE_PATIENCE: Duration = Duration::from_secs(10);

#[derive(Serialize, Deserialize)]
struct SavedList {
    schema: u32,
    channels: Vec<KeptChannel>,
}

/// Changes the list and writes it if it has changed. Also returns whether the file could not be read
/// and was renamed; the list was empty then.
pub(super) fn change<T>(
    folder: &Path,
    change: impl FnOnce(&mut Vec<KeptChannel>) -> T,
) -> Result<(T, bool), Error> {
    let problem = || Error::own_folder(folder);
    let _locked = lock_file(folder, LOCK_NAME, CHANGE_PATIENCE)?.ok_or_else(|| {
        let busy = io::Error::new(io::ErrorKind::WouldBlock, "the list of channels is locked");
        Error::own_folder(folder)(busy)
    })?;
    let path = folder.join(FILE_NAME);
    let read = read(&path).map_err(problem())?;
    let was_unreadable = read.is_none();
    if was_unreadable {
        let aside = folder.join(UNREADABLE_NAME);
        fs::rename(&path, &aside).map_err(problem())?;
        let aside = aside.display();
        tracing::warn!("the list of kept channels cannot be read; it is kept as {aside}");
    }
    let before = read.unwrap_or_default();
    let mut channels = before.clone();
    let result = change(&mut channels);
    if channels != before {
        let schema = SCHEMA;
        let list = SavedList { schema, channels };
        durable::write_json(&path, &list).map_err(problem())?;
    }
    Ok((result, was_unreadable))
}

/// Returns the lock under which the channels are looked at; `None` if another process holds it.
pub(super) fn lock_run(folder: &Path) -> Result<Option<File>, Error> {
    lock_file(folder, RUN_LOCK_NAME, platform::LOCK_RELEASE_TIME)
}

fn lock_file(folder: &Path, name: &str, patience: Duration) -> Result<Option<File>, Error> {
    fs::create_dir_all(folder)
        .and_then(|()| lock::lock(&folder.join(name), patience))
        .map_err(Error::own_folder(folder))
}

/// Returns the channels in the file; `None` if it makes no sense, or is of a later version.
fn read(path: &Path) -> io::Result<Option<Vec<KeptChannel>>> {
    use io::ErrorKind::{InvalidData, UnexpectedEof};
    match durable::read_json::<SavedList>(path) {
        Ok(None) => Ok(Some(Vec::new())),
        Ok(Some(list)) => Ok((list.schema == SCHEMA).then_some(list.channels)),
        Err(error) if matches!(error.kind(), InvalidData | UnexpectedEof) => Ok(None),
        Err(error) => Err(error),
    }
}
