//! The half for Linux and macOS.

use std::borrow::Cow;
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{
    DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
};
use std::path::Path;
use std::time::Duration;

use rustix::fs::{CWD, OFlags, RenameFlags, fcntl_getfl, fcntl_setfl, renameat_with};
use rustix::io::Errno;
use rustix::process::{Resource, geteuid, getrlimit};
use tokio::process::Command;

use super::FAT32_LARGEST_FILE;

/// How long the system may still hold the locks of a process that has ended.
pub(crate) const LOCK_RELEASE_TIME: Duration = Duration::ZERO;

/// What the length of a file name is counted in: the file systems of macOS count UTF-16 units, those
/// of Linux bytes.
pub(crate) const COUNTS_NAMES_IN_UTF16: bool = cfg!(target_os = "macos");

/// Longest file name that the kernel passes on to any file system. Some drivers of Linux state the
/// bytes that their longest name may have in the worst case instead.
const NAME_MAX: u64 = 255;

/// Returns how long a file name in `folder` may be, if the file system says so.
pub(crate) fn longest_name(folder: &Path) -> Option<usize> {
    let longest = rustix::fs::statvfs(folder).ok()?.f_namemax;
    // Some FUSE drivers leave it empty.
    let known = (longest > 0).then(|| longest.min(NAME_MAX))?;
    usize::try_from(known).ok()
}

/// Returns how many bytes a file in `folder` may have, if the file system or the shell (`ulimit -f`)
/// sets a limit that we know of.
pub(crate) fn largest_file(folder: &Path) -> Option<u64> {
    let on_disk = is_fat(folder).then_some(FAT32_LARGEST_FILE);
    let for_process = getrlimit(Resource::Fsize).current;
    on_disk.into_iter().chain(for_process).min()
}

#[cfg(target_os = "macos")]
fn is_fat(folder: &Path) -> bool {
    let Ok(found) = rustix::fs::statfs(folder) else {
        return false;
    };
    let name = found.f_fstypename.iter().map(|byte| byte.cast_unsigned());
    name.take_while(|byte| *byte != 0).eq(*b"msdos")
}

#[cfg(not(target_os = "macos"))]
fn is_fat(folder: &Path) -> bool {
    /// `MSDOS_SUPER_MAGIC`: of FAT12, FAT16 and FAT32.
    const MSDOS: u64 = 0x4d44;
    rustix::fs::statfs(folder).is_ok_and(|found| u64::try_from(found.f_type) == Ok(MSDOS))
}

/// Returns whether an error means that a file name or a path is too long.
pub(crate) fn is_name_too_long(error: &io::Error) -> bool {
    Errno::from_io_error(error) == Some(Errno::NAMETOOLONG)
}

/// Returns whether an error always means that the file system refuses a name: it is too long, or has
/// letters that the file system cannot store.
pub(crate) fn means_bad_name(error: &io::Error) -> bool {
    let refusals = [Errno::NAMETOOLONG, Errno::ILSEQ];
    Errno::from_io_error(error).is_some_and(|errno| refusals.contains(&errno))
}

/// The same for an error of making a new file or folder: FAT, exFAT and NTFS then say "invalid
/// argument", and SMB "no such file", although the folder around it is there.
pub(crate) fn may_mean_bad_name(error: &io::Error, new: &Path) -> bool {
    let folder_exists = || new.parent().is_some_and(Path::is_dir);
    match Errno::from_io_error(error) {
        Some(Errno::INVAL) => true,
        Some(Errno::NOENT) => folder_exists(),
        _ => means_bad_name(error),
    }
}

/// On macOS the standard library asks for `F_FULLFSYNC`, because a plain `fsync` there leaves the
/// data in the drive's cache. Network drives refuse that, so they get the plain one.
pub(crate) fn sync(file: &File, sync: fn(&File) -> io::Result<()>) -> io::Result<()> {
    match sync(file) {
        Err(error) if cannot_sync(&error) => unless_unsupported(Ok(rustix::fs::fsync(file)?)),
        synced => synced,
    }
}

/// Does nothing where the file system cannot sync a folder.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    unless_unsupported(File::open(folder)?.sync_all())
}

/// Many file systems cannot sync a folder: SMB, and some that run as programs (FUSE).
fn unless_unsupported(synced: io::Result<()>) -> io::Result<()> {
    match synced {
        Err(error) if cannot_sync(&error) => {
            tracing::debug!(%error, "this file system cannot be synced");
            Ok(())
        }
        synced => synced,
    }
}

fn cannot_sync(error: &io::Error) -> bool {
    let unsupported = [Errno::INVAL, Errno::NOTSUP, Errno::NOTTY, Errno::NOSYS];
    Errno::from_io_error(error).is_some_and(|errno| unsupported.contains(&errno))
}

pub(crate) fn replace(from: &Path, to: &Path) -> io::Result<()> {
    Ok(rustix::fs::rename(from, to)?)
}

/// Falls back to a reserved name where the file system cannot rename without replacing.
pub(crate) fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // Each file system says in another way that it cannot rename without replacing.
        Err(errno) if may_be_unsupported(errno) => reserve_and_replace(from, to),
        renamed => Ok(renamed?),
    }
}

/// Returns whether an error may mean that the file system cannot rename without replacing: only
/// those that clearly mean something else are excluded.
fn may_be_unsupported(errno: Errno) -> bool {
    let others = [
        Errno::EXIST,
        Errno::XDEV,
        Errno::NOENT,
        Errno::ROFS,
        Errno::NOSPC,
        Errno::DQUOT,
    ];
    !others.contains(&errno)
}

/// Reserves the name with an empty file and then replaces that, so that no other process can take
/// the name in between.
fn reserve_and_replace(from: &Path, to: &Path) -> io::Result<()> {
    drop(File::create_new(to)?);
    let renamed = fs::rename(from, to);
    if renamed.is_err() {
        // While it is empty it is ours to delete. Return the error of the rename.
        let is_empty = |found: Metadata| found.is_file() && found.len() == 0;
        if fs::symlink_metadata(to).is_ok_and(is_empty) {
            let _ = fs::remove_file(to);
        }
    }
    renamed
}

/// Returns whether another program keeps the file for itself, which no program can here.
pub(crate) fn is_held(_: &io::Error) -> bool {
    false
}

/// Returns whether a file cannot be renamed or deleted because it is open, which it always can here.
pub(crate) fn refuses_change(_: &io::Error) -> bool {
    false
}

/// Returns whether an error means that the drive or the network folder is gone.
pub(crate) fn is_drive_gone(error: &io::Error) -> bool {
    let gone = [
        Errno::IO,
        Errno::NODEV,
        Errno::NOTCONN,
        Errno::STALE,
        Errno::NXIO,
        Errno::HOSTDOWN,
    ];
    Errno::from_io_error(error).is_some_and(|errno| gone.contains(&errno))
}

/// Returns whether an error of a connection means that the host's name cannot be looked up. The
/// standard library reports `getaddrinfo`'s errors without a number.
pub(crate) fn is_lookup_failure(error: &io::Error) -> bool {
    error.raw_os_error().is_none() && error.kind() != io::ErrorKind::Other
}

/// Returns the path in the form that every system call takes, whatever its length.
#[expect(clippy::unnecessary_wraps, reason = "other systems may fail")]
pub(crate) fn full_path(path: &Path) -> io::Result<Cow<'_, Path>> {
    Ok(Cow::Borrowed(path))
}

/// Returns whether a file name means more than a name to the system.
pub(crate) fn is_special_name(_: &str) -> bool {
    false
}

/// Does not follow symbolic links, and does not wait for the other end of a pipe.
pub(crate) fn open_carefully(options: &mut OpenOptions) {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    options.custom_flags(flags.bits().cast_signed());
}

/// Clears the non-blocking flag that [`open_carefully`] has set.
pub(crate) fn block_again(file: &File) -> io::Result<()> {
    let flags = fcntl_getfl(file)?;
    Ok(fcntl_setfl(file, flags - OFlags::NONBLOCK)?)
}

/// Lets a temporary file have the mode that the umask gives to new files.
pub(crate) fn follow_umask(builder: &mut tempfile::Builder<'_, '_>) {
    builder.permissions(Permissions::from_mode(0o666));
}

/// Returns a builder of folders that other users cannot read.
pub(crate) fn private_folder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

/// Returns whether two files belong to the same user.
pub(crate) fn same_owner(one: &Metadata, other: &Metadata) -> bool {
    one.uid() == other.uid()
}

/// Returns whether a file belongs to the user of this process.
pub(crate) fn belongs_to_user(file: &Metadata) -> bool {
    file.uid() == geteuid().as_raw()
}

/// Returns whether two files are on the same disk.
pub(crate) fn same_disk(one: &Metadata, other: &Metadata) -> bool {
    one.dev() == other.dev()
}

/// Returns whether a file has further names.
pub(crate) fn has_other_names(file: &Metadata) -> bool {
    file.nlink() > 1
}

/// Starts a program without a console window of its own; there is none here.
pub(crate) fn hide_console(_: &mut Command) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_rename_leaves_no_file_at_the_target() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("film.mp4");
        // A folder cannot replace a file; this stands for any rename that fails.
        let from = folder.path().join("from");
        fs::create_dir(&from).unwrap();
        reserve_and_replace(&from, &to).unwrap_err();
        assert!(!to.exists());
        rename_new(&folder.path().join("nothing"), &to).unwrap_err();
        assert!(!to.exists());
    }

    #[test]
    fn what_a_file_system_cannot_sync_is_no_error() {
        for errno in [Errno::INVAL, Errno::NOTSUP, Errno::NOTTY, Errno::NOSYS] {
            assert!(unless_unsupported(Err(errno.into())).is_ok(), "{errno}");
        }
        for errno in [Errno::IO, Errno::NOSPC, Errno::ROFS] {
            assert!(unless_unsupported(Err(errno.into())).is_err(), "{errno}");
        }
        // The kernel itself refuses to sync this folder.
        sync_folder(Path::new("/proc")).unwrap();
    }

    #[test]
    fn a_refused_name_is_told_from_a_folder_that_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let (here, gone) = (folder.path().join("a"), folder.path().join("gone/a"));
        for errno in [Errno::INVAL, Errno::ILSEQ, Errno::NAMETOOLONG, Errno::NOENT] {
            assert!(may_mean_bad_name(&errno.into(), &here), "{errno}");
        }
        assert!(!may_mean_bad_name(&Errno::NOENT.into(), &gone));
        for errno in [Errno::ACCESS, Errno::ROFS, Errno::NOSPC, Errno::IO] {
            assert!(!may_mean_bad_name(&errno.into(), &here), "{errno}");
        }
        // Anything may be invalid where no name is new.
        assert!(!means_bad_name(&Errno::INVAL.into()));
    }

    #[test]
    fn a_file_system_says_how_long_its_names_may_be() {
        let folder = tempfile::tempdir().unwrap();
        let longest = longest_name(folder.path()).unwrap();
        fs::write(folder.path().join("a".repeat(longest)), "").unwrap();
        let refused = fs::write(folder.path().join("a".repeat(longest + 1)), "").unwrap_err();
        assert!(is_name_too_long(&refused));
        assert_eq!(longest_name(&folder.path().join("nothing")), None);
    }

    #[test]
    fn a_drive_that_is_gone_is_told_from_one_that_refuses() {
        for errno in [
            Errno::IO,
            Errno::NODEV,
            Errno::NOTCONN,
            Errno::STALE,
            Errno::NXIO,
        ] {
            assert!(is_drive_gone(&errno.into()), "{errno}");
        }
        for errno in [Errno::ACCESS, Errno::ROFS, Errno::NOSPC, Errno::NAMETOOLONG] {
            assert!(!is_drive_gone(&errno.into()), "{errno}");
        }
    }
}
