//! Opens our files in folders that other users may be able to write to.
//!
//! If another user puts something else under one of our file names, it is refused: a symbolic or
//! hard link, a pipe, a device, a file of another user.

use std::fs::{self, File, Metadata};
use std::io;
use std::path::Path;

use crate::platform;

/// What a file is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OpenMode {
    Read,
    /// Reads and writes.
    Change,
    /// Reads and writes; creates the file if it does not exist.
    Write,
}

/// Opens a file of a part folder.
///
/// Fails with [`io::ErrorKind::InvalidData`] if it is not a regular file of ours.
pub(crate) fn open(path: &Path, access: OpenMode) -> io::Result<File> {
    let mut options = File::options();
    options
        .read(true)
        .write(access != OpenMode::Read)
        .create(access == OpenMode::Write)
        .truncate(false);
    platform::open_carefully(&mut options);
    let opened = platform::retry_open(|| options.open(path));
    let file = opened.map_err(|error| {
        match fs::symlink_metadata(path) {
            // The system's error would be misleading: "too many levels of links", or "no such
            // device" for a pipe.
            Ok(found) if !found.is_file() => foreign(&FileProblem::of_kind(&found)),
            _ => error,
        }
    })?;
    let folder = fs::symlink_metadata(parent(path))?;
    match FileProblem::of(&file.metadata()?, &folder) {
        Some(problem) => Err(foreign(&problem)),
        None => platform::block_again(&file).map(|()| file),
    }
}

/// Creates a file of a part folder and replaces what has its name.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    remove_if_there(path)?;
    File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(path)
}

/// Deletes a file. It is no error if there is none.
pub(crate) fn remove_if_there(path: &Path) -> io::Result<()> {
    match platform::retry_change(|| fs::remove_file(path)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// What a file is instead of a regular file of ours.
pub(crate) struct FileProblem(pub(crate) &'static str);

impl FileProblem {
    pub(crate) fn of(file: &Metadata, folder: &Metadata) -> Option<Self> {
        if !file.is_file() {
            Some(Self::of_kind(file))
        } else if !platform::same_owner(file, folder) {
            Some(Self("somebody else's"))
        } else if platform::has_other_names(file) {
            Some(Self("a file that has another name too"))
        } else {
            None
        }
    }

    pub(crate) fn of_kind(found: &Metadata) -> Self {
        Self(if found.is_symlink() {
            "a link"
        } else if found.is_dir() {
            "a folder"
        } else {
            "no plain file"
        })
    }
}

fn foreign(problem: &FileProblem) -> io::Error {
    let FileProblem(problem) = problem;
    io::Error::new(io::ErrorKind::InvalidData, format!("it is {problem}"))
}

/// Returns the folder of a path; for a bare file name, the current folder.
pub(crate) fn parent(path: &Path) -> &Path {
    path.parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_made_where_there_is_none_and_kept_where_there_is_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("film");
        assert_eq!(
            open(&path, OpenMode::Read).unwrap_err().kind(),
            io::ErrorKind::NotFound
        );
        open(&path, OpenMode::Write).unwrap();
        fs::write(&path, "bytes").unwrap();
        open(&path, OpenMode::Write).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"bytes");
        create(&path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_plain_file_of_ours_is_neither_opened_nor_waited_for() {
        use rustix::fs::{CWD, FileType, Mode, mknodat};

        let folder = tempfile::tempdir().unwrap();
        let victim = folder.path().join("victim");
        fs::write(&victim, "precious").unwrap();
        let path = |name: &str| folder.path().join(name);
        std::os::unix::fs::symlink(&victim, path("link")).unwrap();
        std::os::unix::fs::symlink(path("nowhere"), path("dangling")).unwrap();
        fs::hard_link(&victim, path("second")).unwrap();
        mknodat(CWD, path("pipe"), FileType::Fifo, Mode::RWXU, 0).unwrap();
        fs::create_dir(path("folder")).unwrap();
        std::os::unix::fs::symlink("/dev/null", path("device")).unwrap();
        for name in ["link", "dangling", "second", "pipe", "folder", "device"] {
            for access in [OpenMode::Read, OpenMode::Write] {
                let refused = open(&path(name), access).unwrap_err();
                assert_eq!(refused.kind(), io::ErrorKind::InvalidData, "{name}");
            }
        }
        assert!(!path("nowhere").exists());
        for name in ["link", "dangling", "second", "pipe"] {
            create(&path(name)).unwrap();
        }
        assert_eq!(fs::read(&victim).unwrap(), b"precious");
    }
}
