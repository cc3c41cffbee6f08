//! Checks whether the disk has enough free space for the movie.

use std::io;
use std::path::Path;

use crate::error::Error;

/// Largest reserve.
const MAX_RESERVE_BYTES: u64 = 32 << 20;

/// Smallest reserve: for journals, and for what the system writes meanwhile.
const MIN_RESERVE_BYTES: u64 = 1 << 20;

/// The index of a movie is smaller than the movie divided by this.
const INDEX_DIVISOR: u64 = 16;

/// Estimated size divided by the least real size: bit rates are often stated too high.
const OVERESTIMATE: u64 = 2;

/// Returns how many bytes to leave free beside a movie of this size: for its index, and for the
/// system.
pub(crate) fn reserve(movie_bytes: u64) -> u64 {
    let index = MIN_RESERVE_BYTES.saturating_add(movie_bytes / INDEX_DIVISOR);
    index.min(MAX_RESERVE_BYTES)
}

/// How much is still to be written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SpaceNeed {
    /// Exactly this many bytes.
    Exact(u64),
    /// About this many bytes.
    Estimate(u64),
    /// Of unknown size.
    Unknown,
}

/// Fails if the disk of `folder` has too little free space for `need`.
pub(crate) fn check(folder: &Path, need: SpaceNeed) -> Result<(), Error> {
    match fs4::available_space(folder) {
        Ok(free_bytes) => compare(folder, need, free_bytes),
        Err(error) => {
            // Some file systems do not report free space. If the disk is full, a write fails.
            tracing::debug!(%error, "how much room there is, is not known");
            Ok(())
        }
    }
}

fn compare(folder: &Path, need: SpaceNeed, free_bytes: u64) -> Result<(), Error> {
    let (bytes, is_estimate) = match need {
        SpaceNeed::Exact(bytes) => (bytes, false),
        SpaceNeed::Estimate(bytes) => (bytes, true),
        SpaceNeed::Unknown => (0, false),
    };
    let needed_bytes = bytes.saturating_add(reserve(bytes));
    if free_bytes >= needed_bytes {
        return Ok(());
    }
    let least_bytes = bytes / OVERESTIMATE;
    let may_fit = is_estimate && free_bytes >= least_bytes.saturating_add(reserve(least_bytes));
    Err(Error::LowSpace {
        folder: folder.to_owned(),
        needed_bytes,
        free_bytes,
        is_full: free_bytes < reserve(0),
        may_fit,
    })
}

/// Fails with [`io::ErrorKind::StorageFull`] while there is still enough space to finish a movie
/// that has grown to `movie_bytes`.
pub(crate) fn check_reserve(folder: &Path, movie_bytes: u64) -> io::Result<()> {
    match fs4::available_space(folder) {
        Ok(free) if free < reserve(movie_bytes) => Err(io::ErrorKind::StorageFull.into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Code, Failure};

    const MB: u64 = 1 << 20;

    fn refused(need: SpaceNeed, free_bytes: u64) -> Option<Failure> {
        compare(Path::new("films"), need, free_bytes)
            .err()
            .map(Failure::from)
    }

    #[test]
    fn a_movie_larger_than_any_disk_is_refused_with_both_numbers() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(check(folder.path(), SpaceNeed::Unknown).is_ok());
        match check(folder.path(), SpaceNeed::Estimate(u64::MAX / 2)) {
            Err(Error::LowSpace {
                needed_bytes,
                free_bytes,
                ..
            }) => assert!(free_bytes > 0 && free_bytes < needed_bytes),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_small_movie_needs_little_more_than_its_own_room() {
        assert!(refused(SpaceNeed::Estimate(MB / 10), 20 * MB).is_none());
        assert!(refused(SpaceNeed::Unknown, 20 * MB).is_none());
        assert_eq!(reserve(u64::MAX), 32 * MB);
    }

    #[test]
    fn going_on_is_advised_only_if_it_can_help() {
        let code = |need, free| refused(need, free).map(|failure| (failure.code, failure.may_fit));
        // Bit rates are often stated too high.
        assert_eq!(
            code(SpaceNeed::Estimate(1000 * MB), 900 * MB),
            Some((Code::LowSpace, true))
        );
        assert_eq!(
            code(SpaceNeed::Estimate(1000 * MB), 300 * MB),
            Some((Code::LowSpace, false))
        );
        // The size of a file on this computer is exact.
        assert_eq!(
            code(SpaceNeed::Exact(1000 * MB), 900 * MB),
            Some((Code::LowSpace, false))
        );
        // Even the first write would fill the disk.
        assert_eq!(
            code(SpaceNeed::Estimate(MB), MB / 2),
            Some((Code::DiskFull, false))
        );
    }
}
