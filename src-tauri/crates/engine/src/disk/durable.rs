//! Durable file operations: files are written atomically (completely or not at all) and survive a
//! power cut.

use std::fs::File;
use std::io::{self, Read as _, Write};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::guarded::{self, OpenMode, parent};
use crate::error::Error;
use crate::platform;

/// Prefix of incomplete files; a crash may leave such a file behind.
pub(crate) const TEMPORARY_PREFIX: &str = ".new-";
/// Largest JSON file that is written or read.
const MAX_JSON_BYTES: u64 = 64 << 20;

/// Atomically replaces `path` by `value` as JSON. Fails with [`io::ErrorKind::FileTooLarge`] if
/// [`read_json`] would not read it.
pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> io::Result<()> {
    let bytes = serde_json::to_vec(value)?;
    if u64::try_from(bytes.len()).is_ok_and(|size| size > MAX_JSON_BYTES) {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    write_bytes(path, &bytes)
}

/// Atomically replaces `path` by `bytes`.
pub(crate) fn write_bytes(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_parts(path, &[bytes])
}

/// Atomically replaces `path` by the concatenated `parts`. A symbolic link at `path` is replaced,
/// not followed.
pub(crate) fn write_parts(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    publish(path, (parts, Readers::User), |temporary| {
        platform::replace(temporary, path)?;
        platform::sync_folder(parent(path))
    })
}

/// Atomically writes a new file, for everybody whom the umask allows to read it, as a movie is.
///
/// Fails with [`io::ErrorKind::AlreadyExists`] if the name is taken.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let content: (&[&[u8]], _) = (&[bytes], Readers::Umask);
    publish(path, content, |temporary| rename_new(temporary, path))
}

/// Who may read a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Readers {
    /// Only the user.
    User,
    /// Those whom the umask allows.
    Umask,
}

/// Writes a temporary file beside `path` and renames it. If that fails, no file is left.
fn publish(
    path: &Path,
    content: (&[&[u8]], Readers),
    rename: impl FnOnce(&Path) -> io::Result<()>,
) -> io::Result<()> {
    // Windows refuses to rename a file that is open without sharing.
    let mut temporary = temporary(path, content)?.into_temp_path();
    let renamed = rename(&temporary);
    temporary.disable_cleanup(renamed.is_ok());
    renamed
}

/// Writes and syncs a temporary file with `parts`, in the folder of `path`.
fn temporary(
    path: &Path,
    (parts, readers): (&[&[u8]], Readers),
) -> io::Result<tempfile::NamedTempFile> {
    platform::before_change();
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY_PREFIX);
    if readers == Readers::Umask {
        platform::follow_umask(&mut builder);
    }
    let mut file = builder.tempfile_in(platform::full_path(parent(path))?)?;
    for part in parts {
        file.write_all(part)?;
    }
    platform::sync(file.as_file())?;
    Ok(file)
}

/// Reads what [`write_json`] wrote; `None` if there is no such file.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> io::Result<Option<T>> {
    // Reading a pipe could block forever.
    match std::fs::metadata(path) {
        Ok(found) if found.is_file() => {
            parse_json(platform::retry_open(|| File::open(path))?).map(Some)
        }
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
    platform::rename_new(from, to)?;
    if let Err(error) = platform::sync_folder(parent(to)) {
        // The rename itself has succeeded.
        tracing::debug!(%error, "the folder cannot be synced");
    }
    Ok(())
}

/// Deletes a file.
pub(crate) fn remove_file(path: &Path) -> io::Result<()> {
    platform::retry_change(|| std::fs::remove_file(path))
}

/// Syncs a finished file.
pub(crate) fn sync_file(path: &Path) -> io::Result<()> {
    // Windows syncs only what was opened for writing.
    platform::sync(&guarded::open(path, OpenMode::Change)?)
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
