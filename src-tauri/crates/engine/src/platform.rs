//! What operating systems do differently: one half for Unix, one for Windows, with the same
//! functions.
//!
//! `docs/platforms.md` says why each of them is as it is.

#[cfg(feature = "halt-points")]
mod halt_points;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::fs::File;
use std::io;
use std::net::UdpSocket;
use std::path::Path;
use std::thread;
use std::time::Duration;

#[cfg(unix)]
use self::unix as system;
#[cfg(windows)]
use self::windows as system;

pub(crate) use self::system::{
    COUNTS_NAMES_IN_UTF16, LOCK_RELEASE_TIME, belongs_to_user, block_again, follow_umask,
    full_path, has_other_names, hide_console, is_drive_gone, is_held, is_lookup_failure,
    is_name_too_long, is_special_name, largest_file, longest_name, may_mean_bad_name,
    means_bad_name, open_carefully, private_folder, same_disk, same_owner,
};

/// Most bytes of a file on a FAT32 disk: 4 GiB − 1.
const FAT32_LARGEST_FILE: u64 = u32::MAX as u64;

/// How long to wait for another program that holds a file: a virus scanner, an indexer, a player.
const HELD_TIMEOUT: Duration = Duration::from_secs(10);
/// First pause between two attempts; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
/// Longest pause between two attempts.
const MAX_PAUSE: Duration = Duration::from_millis(500);

/// Repeats an attempt to open a file while another program keeps it for itself, for at most
/// [`HELD_TIMEOUT`].
pub(crate) fn retry_open<T>(attempt: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    before_change();
    retry_while(is_held, thread::sleep, attempt)
}

/// Repeats an attempt to rename, replace or delete a file while another program has it open, for at
/// most [`HELD_TIMEOUT`].
pub(crate) fn retry_change<T>(attempt: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    before_change();
    retry_while(system::refuses_change, thread::sleep, attempt)
}

/// Renames a file within its file system, but never replaces another.
///
/// Fails with [`io::ErrorKind::AlreadyExists`] if the name is taken. On any error `from` stays and
/// no new file is left at `to`.
pub(crate) fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    retry_change(|| system::rename_new(from, to))
}

/// Renames a file within its file system and replaces what has the name.
pub(crate) fn replace(from: &Path, to: &Path) -> io::Result<()> {
    retry_change(|| system::replace(from, to))
}

/// Makes the file's data and metadata durable. The file must have been opened for writing.
pub(crate) fn sync(file: &File) -> io::Result<()> {
    before_change();
    system::sync(file, File::sync_all)
}

/// Makes the file's data and size durable. The file must have been opened for writing.
pub(crate) fn sync_data(file: &File) -> io::Result<()> {
    before_change();
    system::sync(file, File::sync_data)
}

/// Makes renames and new files within `folder` durable, where the system can.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    before_change();
    system::sync_folder(folder)
}

/// Returns whether this computer has a route to the internet. Sends nothing: connecting a UDP socket
/// only looks up the route. The addresses are those for documentation (RFC 5737, RFC 3849).
pub(crate) fn has_route() -> bool {
    let routes = [
        ("0.0.0.0:0", "192.0.2.1:53"),
        ("[::]:0", "[2001:db8::1]:53"),
    ];
    routes.into_iter().any(|(local, remote)| {
        let socket = UdpSocket::bind(local);
        socket.and_then(|socket| socket.connect(remote)).is_ok()
    })
}

/// Is called before each change on the disk after which a crash must leave no damage.
pub(crate) fn before_change() {
    #[cfg(feature = "halt-points")]
    halt_points::reached();
}

fn retry_while<T>(
    is_held: impl Fn(&io::Error) -> bool,
    sleep: impl Fn(Duration),
    mut attempt: impl FnMut() -> io::Result<T>,
) -> io::Result<T> {
    let mut pause = FIRST_PAUSE;
    let mut waited = Duration::ZERO;
    loop {
        match attempt() {
            Err(error) if is_held(&error) && waited < HELD_TIMEOUT => {
                tracing::debug!(%error, "another program holds a file");
                sleep(pause);
                waited += pause;
                pause = (pause * 2).min(MAX_PAUSE);
            }
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn held() -> io::Error {
        io::ErrorKind::ResourceBusy.into()
    }

    fn attempts(failing: usize, error: fn() -> io::Error) -> (usize, Duration, io::Result<()>) {
        let (attempts, waited) = (Cell::new(0), Cell::new(Duration::ZERO));
        let result = retry_while(
            |error| error.kind() == io::ErrorKind::ResourceBusy,
            |pause| waited.set(waited.get() + pause),
            || {
                attempts.set(attempts.get() + 1);
                if attempts.get() > failing {
                    Ok(())
                } else {
                    Err(error())
                }
            },
        );
        (attempts.get(), waited.get(), result)
    }

    #[test]
    fn a_held_file_is_waited_for_within_a_bound() {
        let (count, waited, result) = attempts(5, held);
        assert!(result.is_ok());
        assert_eq!((count, waited), (6, Duration::from_millis(310)));
        let (_, waited, result) = attempts(usize::MAX, held);
        assert_eq!(result.unwrap_err().kind(), io::ErrorKind::ResourceBusy);
        assert!((HELD_TIMEOUT..HELD_TIMEOUT + MAX_PAUSE).contains(&waited));
    }

    #[test]
    fn other_errors_are_returned_at_once() {
        let (count, waited, result) = attempts(1, || io::ErrorKind::PermissionDenied.into());
        assert_eq!((count, waited), (1, Duration::ZERO));
        assert_eq!(result.unwrap_err().kind(), io::ErrorKind::PermissionDenied);
    }
}
