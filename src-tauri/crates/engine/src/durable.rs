//! Durable file operations: files are written atomically (completely or not at all) and survive a
//! power cut.

use std::fs::File;
use std::io::{self, Read as _, Write};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Error;

/// Prefix of incomplete files; a crash may leave such a file behind.
pub(crate) const TEMPORARY_PREFIX: &str = ".new-";
/// Largest JSON file that is read; we never write a larger one.
const MAX_JSON_BYTES: u64 = 64 << 20;

/// Atomically replaces `path` by `value` as JSON.
pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> io::Result<()> {
    write_bytes(path, &serde_json::to_vec(value)?)
}

/// Atomically replaces `path` by `bytes`.
pub(crate) fn write_bytes(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_parts(path, &[bytes])
}

/// Atomically replaces `path` by the concatenated `parts`. A symbolic link at `path` is replaced,
/// not followed.
pub(crate) fn write_parts(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let file = temporary(path, parts)?;
    file.persist(path).map_err(|error| error.error)?;
    sync_folder(parent(path)?)
}

/// Atomically writes a new file.
///
/// Fails with [`io::ErrorKind::AlreadyExists`] if the name is taken.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let (_, temporary) = temporary(path, &[bytes])?
        .keep()
        .map_err(|error| error.error)?;
    let written = rename_new(&temporary, path);
    if written.is_err() {
        std::fs::remove_file(&temporary)?;
    }
    written
}

/// Writes and syncs a temporary file with `parts`, in the folder of `path`.
fn temporary(path: &Path, parts: &[&[u8]]) -> io::Result<tempfile::NamedTempFile> {
    let mut file = tempfile::Builder::new()
        .prefix(TEMPORARY_PREFIX)
        .tempfile_in(parent(path)?)?;
    for part in parts {
        file.write_all(part)?;
    }
    file.as_file().sync_all()?;
    Ok(file)
}

/// Reads what [`write_json`] wrote; `None` if there is no such file.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> io::Result<Option<T>> {
    // Reading a pipe could block forever.
    match std::fs::metadata(path) {
        Ok(found) if found.is_file() => parse_json(File::open(path)?).map(Some),
        Ok(_) => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "it is no plain file",
        )),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads what [`write_json`] wrote.
pub(crate) fn parse_json<T: DeserializeOwned>(file: File) -> io::Result<T> {
    if file.metadata()?.len() > MAX_JSON_BYTES {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "too large to be ours",
        ));
    }
    let file = io::BufReader::new(file.take(MAX_JSON_BYTES));
    Ok(serde_json::from_reader(file)?)
}

/// Renames a finished file, but never replaces another file.
///
/// Fails with [`io::ErrorKind::AlreadyExists`] if the name is taken. On any error `from` stays and
/// no new file is left at `to`.
pub(crate) fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    let file = tempfile::TempPath::try_from_path(from)?;
    match file.persist_noclobber(to) {
        Ok(()) => {}
        Err(refused) => {
            // Dropping the handle would delete the movie.
            refused.path.keep().map_err(|error| error.error)?;
            if !may_be_unsupported(&refused.error) {
                return Err(refused.error);
            }
            reserve_and_replace(from, to)?;
        }
    }
    if let Err(error) = sync_folder(parent(to)?) {
        // The rename itself has succeeded.
        tracing::debug!(%error, "the folder cannot be synced");
    }
    Ok(())
}

/// Returns whether an error may mean that the file system cannot rename without replacing. Each
/// says so with another error, so only errors that clearly mean something else are excluded.
fn may_be_unsupported(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    !matches!(
        error.kind(),
        Kind::AlreadyExists
            | Kind::CrossesDevices
            | Kind::NotFound
            | Kind::ReadOnlyFilesystem
            | Kind::StorageFull
            | Kind::QuotaExceeded
    )
}

/// Reserves the name with an empty file and then replaces that, so that no other process can take
/// the name in between.
fn reserve_and_replace(from: &Path, to: &Path) -> io::Result<()> {
    drop(File::create_new(to)?);
    let renamed = std::fs::rename(from, to);
    if renamed.is_err() {
        // While it is empty it is ours to delete. Return the error of the rename.
        let is_empty = |found: std::fs::Metadata| found.is_file() && found.len() == 0;
        if std::fs::symlink_metadata(to).is_ok_and(is_empty) {
            let _ = std::fs::remove_file(to);
        }
    }
    renamed
}

/// Makes renames and new files within `folder` durable.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    // Windows cannot sync a folder and need not: NTFS journals renames.
    if cfg!(windows) {
        Ok(())
    } else {
        File::open(folder)?.sync_all()
    }
}

fn parent(path: &Path) -> io::Result<&Path> {
    path.parent()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a path without folder"))
}

/// Runs blocking disk work off the event loop.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::Internal(error.to_string()))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finished_file_never_replaces_another() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("new"), folder.path().join("old"));
        std::fs::write(&from, "new").unwrap();
        std::fs::write(&to, "old").unwrap();
        let refused = rename_new(&from, &to).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read_to_string(&to).unwrap(), "old");
        assert_eq!(std::fs::read_to_string(&from).unwrap(), "new");
        rename_new(&from, &folder.path().join("free")).unwrap();
        assert!(!from.exists());
    }

    #[test]
    fn a_failed_rename_leaves_no_file_at_the_target() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("film.mp4");
        // A folder cannot replace a file; this stands for any rename that fails.
        let from = folder.path().join("from");
        std::fs::create_dir(&from).unwrap();
        reserve_and_replace(&from, &to).unwrap_err();
        assert!(!to.exists());
        rename_new(&folder.path().join("nothing"), &to).unwrap_err();
        assert!(!to.exists());
    }

    #[test]
    fn a_new_file_is_written_once_and_an_error_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("film.en.vtt");
        write_new(&path, b"first").unwrap();
        let refused = write_new(&path, b"second").unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(&path).unwrap(), b"first");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn json_is_read_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        assert_eq!(read_json::<Vec<u32>>(&path).unwrap(), None);
        write_json(&path, &[1, 2, 3]).unwrap();
        assert_eq!(read_json::<Vec<u32>>(&path).unwrap(), Some(vec![1, 2, 3]));
    }
}
