//! The half for Windows. Error numbers are those of `winerror.h`.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::io;
use std::os::windows::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::windows::fs::OpenOptionsExt as _;
use std::path::{Component, Path, Prefix};
use std::time::Duration;

use tokio::process::Command;

use super::FAT32_LARGEST_FILE;

const ERROR_PATH_NOT_FOUND: i32 = 3;
const ERROR_ACCESS_DENIED: i32 = 5;
const ERROR_BAD_UNIT: i32 = 20;
const ERROR_NOT_READY: i32 = 21;
const ERROR_SHARING_VIOLATION: i32 = 32;
const ERROR_LOCK_VIOLATION: i32 = 33;
const ERROR_BAD_NETPATH: i32 = 53;
const ERROR_DEV_NOT_EXIST: i32 = 55;
const ERROR_UNEXP_NET_ERR: i32 = 59;
const ERROR_NETNAME_DELETED: i32 = 64;
const ERROR_BAD_NET_NAME: i32 = 67;
const ERROR_BUFFER_OVERFLOW: i32 = 111;
const ERROR_INVALID_NAME: i32 = 123;
const ERROR_BAD_PATHNAME: i32 = 161;
const ERROR_FILENAME_EXCED_RANGE: i32 = 206;
const ERROR_DELETE_PENDING: i32 = 303;
const ERROR_NO_SUCH_DEVICE: i32 = 433;
const ERROR_FILE_INVALID: i32 = 1006;
const ERROR_IO_DEVICE: i32 = 1117;
const ERROR_DEVICE_NOT_CONNECTED: i32 = 1167;
const ERROR_DEVICE_REMOVED: i32 = 1617;
const WSAHOST_NOT_FOUND: i32 = 11001;
const WSANO_DATA: i32 = 11004;

/// How long the system may still hold the locks of a process that has ended: the documentation of
/// `LockFileEx` does not say when it releases them.
pub(crate) const LOCK_RELEASE_TIME: Duration = Duration::from_secs(2);

/// What the length of a file name is counted in: UTF-16 units.
pub(crate) const COUNTS_NAMES_IN_UTF16: bool = true;

/// Returns how long a file name in `folder` may be, if the file system says so.
pub(crate) fn longest_name(folder: &Path) -> Option<usize> {
    let mut longest = 0;
    let root = volume_root(folder)?;
    winsafe::GetVolumeInformation(Some(&root), None, None, Some(&mut longest), None, None).ok()?;
    usize::try_from(longest).ok().filter(|longest| *longest > 0)
}

/// Returns how many bytes a file in `folder` may have, if its file system sets a limit that we know
/// of.
pub(crate) fn largest_file(folder: &Path) -> Option<u64> {
    let mut name = String::new();
    let root = volume_root(folder)?;
    winsafe::GetVolumeInformation(Some(&root), None, None, None, None, Some(&mut name)).ok()?;
    // FAT, FAT12, FAT16 and FAT32, but not exFAT.
    name.starts_with("FAT").then_some(FAT32_LARGEST_FILE)
}

/// Returns the root of the volume of a path, as the system wants it: `C:\` or `\\server\share\`.
fn volume_root(path: &Path) -> Option<String> {
    let path = std::path::absolute(path).ok()?;
    let Some(Component::Prefix(prefix)) = path.components().next() else {
        return None;
    };
    match prefix.kind() {
        Prefix::Disk(letter) | Prefix::VerbatimDisk(letter) => {
            Some(format!("{}:\\", char::from(letter)))
        }
        Prefix::UNC(server, share) | Prefix::VerbatimUNC(server, share) => {
            let (server, share) = (server.to_str()?, share.to_str()?);
            Some(format!("\\\\{server}\\{share}\\"))
        }
        _ => None,
    }
}

/// Returns whether an error means that a file name or a path is too long.
pub(crate) fn is_name_too_long(error: &io::Error) -> bool {
    let too_long = [ERROR_BUFFER_OVERFLOW, ERROR_FILENAME_EXCED_RANGE];
    let number = error.raw_os_error();
    number.is_some_and(|number| too_long.contains(&number))
}

/// Returns whether an error always means that the file system refuses a name.
pub(crate) fn means_bad_name(error: &io::Error) -> bool {
    let refusals = [ERROR_INVALID_NAME, ERROR_BAD_PATHNAME];
    let number = error.raw_os_error();
    is_name_too_long(error) || number.is_some_and(|number| refusals.contains(&number))
}

/// The same for an error of making a new file or folder: Windows says "path not found" for a name
/// that is too long for the system call.
pub(crate) fn may_mean_bad_name(error: &io::Error, new: &Path) -> bool {
    let folder_exists = || new.parent().is_some_and(Path::is_dir);
    means_bad_name(error) || error.raw_os_error() == Some(ERROR_PATH_NOT_FOUND) && folder_exists()
}

/// Needs a file that was opened for writing.
pub(crate) fn sync(file: &File, sync: fn(&File) -> io::Result<()>) -> io::Result<()> {
    sync(file)
}

/// Windows cannot sync a folder and need not: NTFS journals renames.
#[expect(clippy::unnecessary_wraps, reason = "other systems may fail")]
pub(crate) fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

pub(crate) fn replace(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::rename(from, to)
}

/// Renames with `MoveFileExW` and without `MOVEFILE_REPLACE_EXISTING`, which the standard library
/// lacks.
pub(crate) fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    let (from, to) = (full_path(from)?, full_path(to)?);
    let file = tempfile::TempPath::try_from_path(from)?;
    match file.persist_noclobber(&to) {
        Ok(()) => Ok(()),
        Err(refused) => {
            // Dropping the path would delete the movie.
            refused.path.keep().map_err(|error| error.error)?;
            Err(refused.error)
        }
    }
}

/// Returns whether another program keeps the file for itself.
pub(crate) fn is_held(error: &io::Error) -> bool {
    let held = [
        ERROR_SHARING_VIOLATION,
        ERROR_LOCK_VIOLATION,
        ERROR_DELETE_PENDING,
    ];
    error
        .raw_os_error()
        .is_some_and(|number| held.contains(&number))
}

/// Returns whether a file cannot be renamed or deleted because it is open. Windows then also says
/// "access denied".
pub(crate) fn refuses_change(error: &io::Error) -> bool {
    is_held(error) || error.raw_os_error() == Some(ERROR_ACCESS_DENIED)
}

/// Returns whether an error means that the drive or the network folder is gone.
pub(crate) fn is_drive_gone(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(
            ERROR_BAD_UNIT
                | ERROR_NOT_READY
                | ERROR_BAD_NETPATH
                | ERROR_DEV_NOT_EXIST
                | ERROR_UNEXP_NET_ERR
                | ERROR_NETNAME_DELETED
                | ERROR_BAD_NET_NAME
                | ERROR_NO_SUCH_DEVICE
                | ERROR_FILE_INVALID
                | ERROR_IO_DEVICE
                | ERROR_DEVICE_NOT_CONNECTED
                | ERROR_DEVICE_REMOVED
        )
    )
}

/// Returns whether an error of a connection means that the host's name cannot be looked up.
pub(crate) fn is_lookup_failure(error: &io::Error) -> bool {
    error
        .raw_os_error()
        .is_some_and(|number| (WSAHOST_NOT_FOUND..=WSANO_DATA).contains(&number))
}

/// Returns the path in the form that every system call takes, whatever its length: `\\?\C:\…`. The
/// standard library does this by itself for long paths; libraries that call the system do not.
pub(crate) fn full_path(path: &Path) -> io::Result<Cow<'_, Path>> {
    let path = std::path::absolute(path)?;
    let Some(Component::Prefix(prefix)) = path.components().next() else {
        return Ok(Cow::Owned(path));
    };
    let (start, skipped) = match prefix.kind() {
        Prefix::Disk(_) => (r"\\?\", 0),
        // `\\server\share` becomes `\\?\UNC\server\share`.
        Prefix::UNC(..) => (r"\\?\UNC\", 2),
        _ => return Ok(Cow::Owned(path)),
    };
    let rest: Vec<u16> = path.as_os_str().encode_wide().skip(skipped).collect();
    let mut full = OsString::from(start);
    full.push(OsString::from_wide(&rest));
    Ok(Cow::Owned(full.into()))
}

/// Returns whether a file name means more than a name to the system: a colon separates the name of
/// a stream.
pub(crate) fn is_special_name(name: &str) -> bool {
    name.contains(':')
}

/// Opens a link itself rather than its target; it is then refused as it is not a regular file.
pub(crate) fn open_carefully(options: &mut OpenOptions) {
    const FILE_FLAG_OPEN_REPARSE_POINT: u32 = 0x0020_0000;
    options.custom_flags(FILE_FLAG_OPEN_REPARSE_POINT);
}

/// Undoes what [`open_carefully`] has set beyond the opening; nothing here.
#[expect(clippy::unnecessary_wraps, reason = "other systems may fail")]
pub(crate) fn block_again(_: &File) -> io::Result<()> {
    Ok(())
}

/// Does nothing: a new file has the access control list of its folder.
pub(crate) fn follow_umask(_: &mut tempfile::Builder<'_, '_>) {}

/// Returns a builder of folders. Access control lists of the folder around it decide who can read
/// it.
pub(crate) fn private_folder() -> DirBuilder {
    DirBuilder::new()
}

/// Owners are not compared: access control lists decide who can write where.
pub(crate) fn same_owner(_: &Metadata, _: &Metadata) -> bool {
    true
}

/// Owners are not compared, as above.
pub(crate) fn belongs_to_user(_: &Metadata) -> bool {
    true
}

/// Disks are not compared: only administrators can mount one in a folder.
pub(crate) fn same_disk(_: &Metadata, _: &Metadata) -> bool {
    true
}

/// Hard links are not looked for: they need the right to write to the file.
pub(crate) fn has_other_names(_: &Metadata) -> bool {
    false
}

/// Starts a program without a console window of its own, which would flash up over the app.
pub(crate) fn hide_console(command: &mut Command) {
    const CREATE_NO_WINDOW: u32 = 0x0800_0000;
    command.creation_flags(CREATE_NO_WINDOW);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform;

    #[test]
    fn a_path_of_any_length_has_a_full_form() {
        let full = |path: &str| full_path(Path::new(path)).unwrap().into_owned();
        assert_eq!(full(r"C:\films\a.mp4"), Path::new(r"\\?\C:\films\a.mp4"));
        assert_eq!(
            full("C:/films/./b/../a.mp4"),
            Path::new(r"\\?\C:\films\a.mp4")
        );
        assert_eq!(
            full(r"\\nas\films\a.mp4"),
            Path::new(r"\\?\UNC\nas\films\a.mp4")
        );
        assert_eq!(full(r"\\?\C:\a.mp4"), Path::new(r"\\?\C:\a.mp4"));
        assert!(full("a.mp4").is_absolute());
    }

    #[test]
    fn a_file_in_a_folder_of_300_characters_is_renamed() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("d".repeat(150)).join("e".repeat(150));
        std::fs::create_dir_all(&deep).unwrap();
        let (from, to) = (deep.join("film"), deep.join("film.mp4"));
        std::fs::write(&from, "whole").unwrap();
        platform::rename_new(&from, &to).unwrap();
        assert_eq!(std::fs::read_to_string(&to).unwrap(), "whole");
    }

    #[test]
    fn a_file_that_another_program_holds_is_renamed_once_it_is_let_go() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("film"), folder.path().join("film.mp4"));
        std::fs::write(&from, "whole").unwrap();
        // Shared with nobody, as some scanners do.
        let holder = OpenOptions::new()
            .read(true)
            .share_mode(0)
            .open(&from)
            .unwrap();
        let letting_go = std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_secs(1));
            drop(holder);
        });
        platform::rename_new(&from, &to).unwrap();
        letting_go.join().unwrap();
        assert_eq!(std::fs::read_to_string(&to).unwrap(), "whole");
        assert!(!from.exists());
    }

    #[test]
    fn a_volume_has_a_root_and_says_how_long_names_may_be() {
        // Windows may change the case of what it resolves.
        let root = |path: &str| volume_root(Path::new(path)).unwrap().to_ascii_lowercase();
        assert_eq!(root(r"c:\films\new"), r"c:\");
        assert_eq!(root(r"\\?\C:\films"), r"c:\");
        assert_eq!(root(r"\\nas\films\new"), r"\\nas\films\");
        let folder = tempfile::tempdir().unwrap();
        assert!(longest_name(folder.path()).is_some_and(|longest| longest >= 200));
        assert_eq!(largest_file(folder.path()), None);
    }

    #[test]
    fn numbers_of_the_system_have_their_meaning() {
        let error = io::Error::from_raw_os_error;
        for number in [11001, 11002, 11003, 11004] {
            assert!(is_lookup_failure(&error(number)), "{number}");
        }
        assert!(!is_lookup_failure(&error(10061)));
        for number in [21, 53, 433, 1167] {
            assert!(is_drive_gone(&error(number)), "{number}");
        }
        for number in [39, 112] {
            assert_eq!(error(number).kind(), io::ErrorKind::StorageFull, "{number}");
        }
        for number in [111, 206] {
            assert!(is_name_too_long(&error(number)), "{number}");
        }
        for number in [123, 161, 206] {
            assert!(means_bad_name(&error(number)), "{number}");
        }
        assert_eq!(error(19).kind(), io::ErrorKind::ReadOnlyFilesystem);
        assert_eq!(error(223).kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(error(1142).kind(), io::ErrorKind::TooManyLinks);
        assert_eq!(error(1295).kind(), io::ErrorKind::QuotaExceeded);
    }
}
