//! Checks whether the disk has enough free space for the movie, and takes a file as large as it.

use std::io;
use std::path::Path;

use super::guarded;
use crate::error::Error;
use crate::platform;

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

/// Fails if the file system of `folder` takes no file of this size.
pub(crate) fn check_file_size(folder: &Path, movie: SpaceNeed) -> Result<(), Error> {
    match platform::largest_file(folder) {
        Some(limit_bytes) => compare_file_size(folder, movie, limit_bytes),
        None => Ok(()),
    }
}

fn compare_file_size(folder: &Path, movie: SpaceNeed, limit_bytes: u64) -> Result<(), Error> {
    let (needed_bytes, least_bytes) = match movie {
        SpaceNeed::Exact(bytes) => (bytes, bytes),
        SpaceNeed::Estimate(bytes) => (bytes, bytes / OVERESTIMATE),
        SpaceNeed::Unknown => (0, 0),
    };
    if needed_bytes <= limit_bytes {
        return Ok(());
    }
    Err(Error::FileTooLarge {
        folder: folder.to_owned(),
        needed_bytes,
        limit_bytes,
        may_fit: least_bytes <= limit_bytes,
    })
}

/// Returns whether a movie that fills the disk has in truth grown as large as a file may be there:
/// Windows says the same of both.
pub(crate) fn is_largest_file(movie: &Path) -> bool {
    let folder = guarded::parent(movie);
    let Some(limit_bytes) = platform::largest_file(folder) else {
        return false;
    };
    let free_bytes = fs4::available_space(folder).unwrap_or(0);
    let movie_bytes = std::fs::metadata(movie).map_or(0, |movie| movie.len());
    is_at_limit(movie_bytes, limit_bytes, free_bytes)
}

/// Returns whether a refused write was due to the size of the file, and not to a full disk.
fn is_at_limit(movie_bytes: u64, limit_bytes: u64, free_bytes: u64) -> bool {
    /// A write that is refused is no larger than this.
    const LARGEST_WRITE: u64 = 64 << 20;
    free_bytes > LARGEST_WRITE && movie_bytes.saturating_add(LARGEST_WRITE) > limit_bytes
}

/// What is left free by the recording of a running stream, so that the movie can be finished and the
/// computer goes on working.
pub(crate) const LEAST_FOR_RECORDING: u64 = 1 << 30;

/// Returns whether the recording of a stream at this rate should be finished: while there is room for a
/// gigabyte or five minutes of it.
pub(crate) fn is_low_for_recording(folder: &Path, bytes_per_second: u64) -> bool {
    const SECONDS: u64 = 5 * 60;
    let wanted = LEAST_FOR_RECORDING.max(bytes_per_second.saturating_mul(SECONDS));
    fs4::available_space(folder).is_ok_and(|free| free < wanted)
}

/// Returns the size at which the recording of a stream goes on in another file, because the file system
/// takes no larger one; `None` if it takes any.
pub(crate) fn largest_recording(folder: &Path) -> Option<u64> {
    platform::largest_file(folder).map(|limit| limit.saturating_sub(LEAST_FOR_RECORDING / 4))
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

    #[test]
    fn a_refused_write_is_blamed_on_the_size_only_near_the_limit_and_with_space_left() {
        const FAT: u64 = u32::MAX as u64;
        assert!(is_at_limit(FAT - (1 << 20), FAT, 1 << 30));
        assert!(is_at_limit(FAT, FAT, 1 << 30));
        assert!(!is_at_limit(FAT, FAT, 1 << 20), "the disk is full");
        assert!(!is_at_limit(1 << 30, FAT, 1 << 30), "far from the limit");
    }

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
    fn a_movie_larger_than_a_file_may_be_is_refused() {
        const LARGEST: u64 = 4096 * MB - 1;
        let code = |movie| {
            let refused = compare_file_size(Path::new("films"), movie, LARGEST).err();
            let failure = refused.map(Failure::from);
            failure.map(|failure| (failure.code, failure.may_fit, failure.detail))
        };
        assert_eq!(code(SpaceNeed::Unknown), None);
        assert_eq!(code(SpaceNeed::Exact(LARGEST)), None);
        let detail = "a file in films can have 4295 MB, and this video has about 4295 MB";
        assert_eq!(
            code(SpaceNeed::Exact(LARGEST + 1)),
            Some((Code::FileTooLarge, false, detail.to_owned()))
        );
        // Bit rates are often stated too high.
        let (_, may_fit, _) = code(SpaceNeed::Estimate(5000 * MB)).expect("refused");
        assert!(may_fit);
        let (_, may_fit, _) = code(SpaceNeed::Estimate(9000 * MB)).expect("refused");
        assert!(!may_fit);
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
