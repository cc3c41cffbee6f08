//! Opens the files of a part folder, which may be in a directory that other users can write to.
//!
//! If another user puts something else under one of our file names, it is refused: a symbolic or
//! hard link, a pipe, a device, a file of another user.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::path::Path;

use super::{CONVERTED, JOURNAL, MOVIE, SPOOLED, lock, manifest::PLAN};
use crate::durable::TEMPORARY_PREFIX;

/// What a file is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OpenMode {
    Read,
    /// Reads and writes; creates the file if it does not exist.
    Write,
}

/// Opens a file of a part folder.
///
/// Fails with [`io::ErrorKind::InvalidData`] if it is not a regular file of ours.
pub(crate) fn open(path: &Path, access: OpenMode) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    if access == OpenMode::Write {
        options.write(true).create(true).truncate(false);
    }
    system::carefully(&mut options);
    let file = options.open(path).map_err(|error| {
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
        None => system::wait_again(&file).map(|()| file),
    }
}

/// Creates a file of a part folder and replaces what has its name.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(path)
}

/// Creates a part folder that other users cannot read. An existing one stays as it is.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    match system::new_folder().create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Returns whether a file in a part folder is one that this program makes.
pub(super) fn is_own_name(name: &str) -> bool {
    [MOVIE, JOURNAL, CONVERTED, PLAN, lock::NAME].contains(&name)
        || name.starts_with(SPOOLED)
        || name.starts_with(TEMPORARY_PREFIX)
}

/// Returns whether a name is a plain file name, which cannot lead out of its folder.
pub(super) fn is_plain_name(name: &str) -> bool {
    let mut components = Path::new(name).components();
    let is_one = matches!(
        (components.next(), components.next()),
        (Some(std::path::Component::Normal(first)), None) if first == name
    );
    is_one && !name.contains(['/', '\\', '\0']) && !(cfg!(windows) && name.contains(':'))
}

/// Returns why a folder cannot be a part folder of ours, or `None` if it can.
///
/// Compares its owner with that of a new temporary file beside it, not with the user of this
/// process: the two differ on file systems without owners and on network drives.
pub(super) fn suspicion(folder: &Path) -> io::Result<Option<String>> {
    let found = fs::symlink_metadata(folder)?;
    if !found.is_dir() {
        return Ok(Some(format!("it is {}", FileProblem::of_kind(&found).0)));
    }
    let beside = parent(folder);
    let new = tempfile::tempfile_in(beside)?.metadata()?;
    if !system::same_owner(&found, &new) {
        return Ok(Some("it belongs to somebody else".to_owned()));
    }
    if !system::same_disk(&found, &fs::metadata(beside)?) {
        return Ok(Some("it lies on another disk".to_owned()));
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if !is_own_name(&name) {
            continue;
        }
        let metadata = match entry.metadata() {
            Ok(metadata) => metadata,
            // Another process of this program has just deleted it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        if let Some(problem) = FileProblem::of(&metadata, &found) {
            return Ok(Some(format!("{name} in it is {}", problem.0)));
        }
    }
    Ok(None)
}

/// What a file is instead of a regular file of ours.
struct FileProblem(&'static str);

impl FileProblem {
    fn of(file: &Metadata, folder: &Metadata) -> Option<Self> {
        if !file.is_file() {
            Some(Self::of_kind(file))
        } else if !system::same_owner(file, folder) {
            Some(Self("somebody else's"))
        } else if system::has_other_names(file) {
            Some(Self("a file that has another name too"))
        } else {
            None
        }
    }

    fn of_kind(found: &Metadata) -> Self {
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
fn parent(path: &Path) -> &Path {
    path.parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

#[cfg(unix)]
mod system {
    use std::fs::DirBuilder;
    use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};

    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

    use super::{File, Metadata, OpenOptions, io};

    /// Does not follow symbolic links, and does not wait for the other end of a pipe.
    pub(super) fn carefully(options: &mut OpenOptions) {
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        options.custom_flags(flags.bits().cast_signed());
    }

    /// Clears the non-blocking flag that [`carefully`] has set.
    pub(super) fn wait_again(file: &File) -> io::Result<()> {
        let flags = fcntl_getfl(file)?;
        Ok(fcntl_setfl(file, flags - OFlags::NONBLOCK)?)
    }

    pub(super) fn new_folder() -> DirBuilder {
        let mut builder = DirBuilder::new();
        builder.mode(0o700);
        builder
    }

    pub(super) fn same_owner(one: &Metadata, other: &Metadata) -> bool {
        one.uid() == other.uid()
    }

    pub(super) fn same_disk(one: &Metadata, other: &Metadata) -> bool {
        one.dev() == other.dev()
    }

    pub(super) fn has_other_names(file: &Metadata) -> bool {
        file.nlink() > 1
    }
}

/// Owners and hard links are not checked here: on Windows, access control lists decide who can
/// write where, and only administrators can create links.
#[cfg(not(unix))]
mod system {
    use std::fs::DirBuilder;

    use super::{File, Metadata, OpenOptions, io};

    #[cfg(windows)]
    pub(super) fn carefully(options: &mut OpenOptions) {
        use std::os::windows::fs::OpenOptionsExt as _;
        /// Opens a link itself rather than its target; it is then refused as it is not a regular
        /// file.
        const FILE_FLAG_OPEN_REPARSE_POINT: u32 = 0x0020_0000;
        options.custom_flags(FILE_FLAG_OPEN_REPARSE_POINT);
    }

    #[cfg(not(windows))]
    pub(super) fn carefully(_: &mut OpenOptions) {}

    #[expect(clippy::unnecessary_wraps, reason = "other systems may refuse")]
    pub(super) fn wait_again(_: &File) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn new_folder() -> DirBuilder {
        DirBuilder::new()
    }

    pub(super) fn same_owner(_: &Metadata, _: &Metadata) -> bool {
        true
    }

    pub(super) fn same_disk(_: &Metadata, _: &Metadata) -> bool {
        true
    }

    pub(super) fn has_other_names(_: &Metadata) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_name_leads_nowhere_else() {
        for name in ["film", "Film (2).mp4", "..film", "ä.flv"] {
            assert!(is_plain_name(name), "{name}");
        }
        for name in [
            "",
            ".",
            "..",
            "/",
            "/etc/passwd",
            "../film",
            "a/b",
            "./film",
            "film/",
            "a\\b",
            "a\0b",
        ] {
            assert!(!is_plain_name(name), "{name:?}");
        }
    }

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
