//! Whether the disk has room for the film.

use std::io;
use std::path::Path;

use ustream::Recording;

use crate::assemble::Assembly;
use crate::error::Error;
use crate::make::Make;

/// Never taken: room for the index of the film, and for the system to go on working.
const RESERVE_BYTES: u64 = 32 << 20;

/// About how many bytes are still to come, where the service tells enough to reckon.
pub(crate) fn still_to_come(
    recording: &Recording,
    make: &Make,
    assembly: &Assembly,
) -> Option<u64> {
    let rendition = recording.rendition(&make.plan.rendition)?;
    let film = recording.about_bytes(rendition)?;
    let (_, here) = assembly.have();
    Some(film.saturating_mul(make.files()).saturating_sub(here))
}

/// Fails where so many more bytes cannot have room.
pub(crate) fn check(folder: &Path, needed: Option<u64>) -> Result<(), Error> {
    let needed_bytes = needed.unwrap_or(0).saturating_add(RESERVE_BYTES);
    match fs4::available_space(folder) {
        Ok(free_bytes) if free_bytes < needed_bytes => Err(Error::NoRoom {
            folder: folder.to_owned(),
            needed_bytes,
            free_bytes,
        }),
        Ok(_) => Ok(()),
        Err(error) => {
            // Some disks do not tell. A full one will say so when it is written to.
            tracing::debug!(%error, "how much room there is, is not known");
            Ok(())
        }
    }
}

/// Fails as a full disk does while there is still room to end well.
pub(crate) fn watch(folder: &Path) -> io::Result<()> {
    match fs4::available_space(folder) {
        Ok(free) if free < RESERVE_BYTES => Err(io::ErrorKind::StorageFull.into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_larger_than_any_disk_is_refused_with_both_numbers() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(check(folder.path(), None).is_ok());
        match check(folder.path(), Some(u64::MAX / 2)) {
            Err(Error::NoRoom {
                needed_bytes,
                free_bytes,
                ..
            }) => assert!(free_bytes > 0 && free_bytes < needed_bytes),
            other => panic!("{other:?}"),
        }
    }
}
