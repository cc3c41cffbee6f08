//! Disk manners: how a file is written for good, whole or not at all, and is still there after a
//! power cut.

use std::fs::File;
use std::io::{self, Read as _, Write};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Error;

/// How the name of a file begins that is not whole yet: a crash may leave it behind.
pub(crate) const TEMPORARY_PREFIX: &str = ".new-";
/// No file of ours is larger; a larger one is not ours.
const MAX_JSON_BYTES: u64 = 64 << 20;

/// Replaces `path` by `value` as JSON, whole or not at all.
pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> io::Result<()> {
    write_bytes(path, &serde_json::to_vec(value)?)
}

/// Replaces `path` by `bytes`, whole or not at all.
pub(crate) fn write_bytes(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_parts(path, &[bytes])
}

/// Replaces `path` by `parts`, one behind the other, whole or not at all. A link of that name is
/// replaced, not followed.
pub(crate) fn write_parts(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let file = temporary(path, parts)?;
    file.persist(path).map_err(|error| error.error)?;
    sync_folder(parent(path)?)
}

/// Writes a file that is not there yet, whole or not at all.
///
/// Fails with [`io::ErrorKind::AlreadyExists`] where the name is taken.
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

/// A file beside `path` that holds `parts` for good.
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

/// Reads what [`write_json`] wrote; nothing where there is no such file.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> io::Result<Option<T>> {
    // A pipe would be waited for without end.
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

/// Gives a finished file its name, never that of another file.
///
/// Fails with [`io::ErrorKind::AlreadyExists`] where the name is taken. Whatever fails, `from`
/// stays and nothing is left under the name of `to`.
pub(crate) fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    let file = tempfile::TempPath::try_from_path(from)?;
    match file.persist_noclobber(to) {
        Ok(()) => {}
        Err(refused) => {
            // Dropping the handle would delete the film.
            refused.path.keep().map_err(|error| error.error)?;
            if !may_be_unsupported(&refused.error) {
                return Err(refused.error);
            }
            reserve_and_replace(from, to)?;
        }
    }
    if let Err(error) = sync_folder(parent(to)?) {
        // It has its name; the disk does not promise more.
        tracing::debug!(%error, "the folder cannot be synced");
    }
    Ok(())
}

/// Some disks cannot rename without replacing, and each says so in its own way. What says clearly
/// that no rename can succeed is no such answer.
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

/// Takes the name first, by an empty file, and then replaces that: nobody else can have taken it
/// in between.
fn reserve_and_replace(from: &Path, to: &Path) -> io::Result<()> {
    drop(File::create_new(to)?);
    let renamed = std::fs::rename(from, to);
    if renamed.is_err() {
        // It is ours as long as it is empty. The first error says why there is no movie.
        let is_empty = |found: std::fs::Metadata| found.is_file() && found.len() == 0;
        if std::fs::symlink_metadata(to).is_ok_and(is_empty) {
            let _ = std::fs::remove_file(to);
        }
    }
    renamed
}

/// Makes renames and new files within `folder` last.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    // Windows keeps no handle to a folder and needs none: its renames are journalled.
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

/// Runs disk work beside the event loop.
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
    fn a_finished_file_never_takes_the_place_of_another() {
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
    fn a_rename_that_fails_leaves_nothing_under_the_name() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("film.mp4");
        // A folder cannot take the place of a file: as good as a film that is held open.
        let from = folder.path().join("from");
        std::fs::create_dir(&from).unwrap();
        reserve_and_replace(&from, &to).unwrap_err();
        assert!(!to.exists());
        rename_new(&folder.path().join("nothing"), &to).unwrap_err();
        assert!(!to.exists());
    }

    #[test]
    fn a_new_file_is_written_once_and_leaves_nothing_where_it_cannot_be() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("film.en.vtt");
        write_new(&path, b"first").unwrap();
        let refused = write_new(&path, b"second").unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(&path).unwrap(), b"first");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn json_comes_back_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        assert_eq!(read_json::<Vec<u32>>(&path).unwrap(), None);
        write_json(&path, &[1, 2, 3]).unwrap();
        assert_eq!(read_json::<Vec<u32>>(&path).unwrap(), Some(vec![1, 2, 3]));
    }
}
