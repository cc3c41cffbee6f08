//! Moves an unfinished movie to another folder, so that the download goes on there.
//!
//! On the same disk the part folder is renamed. Otherwise our files in it are copied, the journal
//! last, and deleted only then: a crash meanwhile leaves the old folder whole, and a copy whose journal
//! is shorter, which is made again.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::manifest::PLAN;
use super::{CONVERTED, Extensions, JOURNAL, MovieSource, delete_folder, exists, files};
use super::{folders_below, lock, part_folders};
use crate::disk::guarded::{self, OpenMode, parent};
use crate::disk::space::{self, SpaceNeed};
use crate::error::Error;
use crate::platform;
use crate::progress::Meter;
use crate::view::JobStage;

/// Bytes that are copied at a time.
const CHUNK_BYTES: usize = 1 << 20;

/// What an earlier attempt has fetched in another folder.
#[derive(Clone, Debug)]
pub(crate) struct EarlierAttempt {
    /// The folder that its part folder is in, or above it.
    pub(crate) folder: PathBuf,
    /// How many folders there may be between the two, at most.
    pub(crate) depth: usize,
    /// Another job uses that part folder too, so it is copied.
    pub(crate) is_shared: bool,
    pub(crate) meter: Arc<Meter>,
    pub(crate) cancel: CancellationToken,
}

impl EarlierAttempt {
    /// Returns the part folder of the movie, if there is one that can be read.
    pub(super) fn part_folder(
        &self,
        source: &MovieSource,
        extensions: &Extensions,
    ) -> Option<PathBuf> {
        let folders = folders_below(&self.folder, self.depth);
        let mut parts = folders.iter().flat_map(|folder| part_folders(folder));
        let found = parts.find(|(_, manifest)| manifest.matches(source, extensions));
        if found.is_none() {
            let folder = self.folder.display();
            tracing::warn!(%folder, "nothing of this video is there; it is fetched from the start");
        }
        Some(found?.0)
    }

    /// Moves the part folder `old` to `new`, unless as much of the movie is there already.
    ///
    /// `new` must be free, or a part folder of the same movie. What cannot be read in `old` is fetched
    /// again.
    pub(super) fn bring(&self, old: &Path, new: &Path) -> Result<(), Error> {
        // The same folder may have several paths.
        if same_file::is_same_file(old, new).unwrap_or(false) {
            return Ok(());
        }
        // Fails if another process works in it. Windows renames no folder with an open file in it, so
        // the lock is taken again to copy.
        drop(lock_unless_read_only(old)?);
        if journal_bytes(new) >= journal_bytes(old) && exists(&new.join(PLAN)) {
            self.remove(old);
            return Ok(());
        }
        if exists(new) {
            drop(lock::lock(new)?);
            delete_folder(new)?;
        }
        let names = match own_files(old) {
            Ok(names) => names,
            Err(error) => {
                let folder = old.display();
                tracing::warn!(%folder, %error, "it cannot be read; all is fetched again");
                return Ok(());
            }
        };
        if !self.is_shared && names.has_only_ours {
            match platform::rename_new(old, new) {
                Ok(()) => {
                    // The rename itself has succeeded.
                    let _ = platform::sync_folder(parent(new));
                    return Ok(());
                }
                Err(error) => tracing::debug!(%error, "not the same disk: the files are copied"),
            }
        }
        let is_complete = {
            let _held = lock_unless_read_only(old)?;
            self.copy(old, new, &names.ours)?
        };
        // What cannot be read now may be readable another time.
        if is_complete {
            self.remove(old);
        }
        Ok(())
    }

    /// Deletes the old part folder; all of it is in the new one.
    fn remove(&self, old: &Path) {
        if self.is_shared {
            return;
        }
        if let Err(error) = delete_folder(old) {
            tracing::warn!(%error, "the old part folder stays");
        }
    }

    /// Copies these files; returns whether all of them could be read to the end.
    fn copy(&self, old: &Path, new: &Path, names: &[String]) -> Result<bool, Error> {
        let total = names.iter().map(|name| size(&old.join(name))).sum();
        space::check(parent(new), SpaceNeed::Exact(total))?;
        self.meter.begin_reading(JobStage::Moving, total);
        files::make_folder(new).map_err(Error::new_name(new))?;
        let held = lock::lock(new)?;
        let copied = self.copy_files(old, new, names);
        if copied.is_err() {
            // Windows deletes no folder with an open file in it.
            drop(held);
            // Whatever was copied is of no use, and may fill the disk.
            if let Err(error) = delete_folder(new) {
                tracing::warn!(%error, "an incomplete copy stays");
            }
        }
        copied
    }

    fn copy_files(&self, old: &Path, new: &Path, names: &[String]) -> Result<bool, Error> {
        let mut done = 0;
        let mut is_complete = true;
        for name in names {
            let (from, to) = (old.join(name), new.join(name));
            let was_read = self.copy_file(&from, &to, &mut done);
            is_complete &= was_read.map_err(Error::disk(&to))?;
        }
        platform::sync_folder(new).map_err(Error::disk(new))?;
        Ok(is_complete)
    }

    /// Copies a file up to the first byte that cannot be read: what the journal lists behind that is
    /// found missing, and fetched again. Returns whether there was none.
    fn copy_file(&self, from: &Path, to: &Path, done: &mut u64) -> io::Result<bool> {
        let mut new = guarded::create(to)?;
        let read = match guarded::open(from, OpenMode::Read) {
            Ok(old) => self.copy_bytes((old, &mut new), done)?,
            Err(error) => Err(error),
        };
        if let Err(error) = &read {
            tracing::warn!(path = %from.display(), %error, "the rest of it is fetched again");
        }
        platform::sync(&new)?;
        Ok(read.is_ok())
    }

    /// The outer error is of writing, the inner one of reading.
    fn copy_bytes(
        &self,
        (mut old, new): (File, &mut File),
        done: &mut u64,
    ) -> io::Result<io::Result<()>> {
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            if self.cancel.is_cancelled() {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let length = match old.read(&mut chunk) {
                Ok(0) => return Ok(Ok(())),
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Ok(Err(error)),
            };
            new.write_all(&chunk[..length])?;
            *done += u64::try_from(length).unwrap_or(0);
            self.meter.set_read(*done);
        }
    }
}

/// The files in a part folder.
struct PartFiles {
    /// Those to copy, in the order in which a crash does the least harm.
    ours: Vec<String>,
    has_only_ours: bool,
}

/// Locks a part folder. On a disk that takes no new file, nobody else can work in it either.
fn lock_unless_read_only(part: &Path) -> Result<Option<File>, Error> {
    match lock::lock(part) {
        Err(Error::Disk { source, .. }) if files::takes_no_new_file(&source) => Ok(None),
        locked => locked.map(Some),
    }
}

fn own_files(part: &Path) -> io::Result<PartFiles> {
    let mut found = PartFiles {
        ours: Vec::new(),
        has_only_ours: true,
    };
    for entry in fs::read_dir(part)? {
        let name = entry?.file_name();
        match name.into_string() {
            Ok(name) if !files::is_own_name(&name) => found.has_only_ours = false,
            Ok(name) if is_worth_copying(&name) => found.ours.push(name),
            Ok(_) => {}
            Err(_) => found.has_only_ours = false,
        }
    }
    // With its plan a folder is known as ours, and without a journal nothing in it counts.
    found.ours.sort_by_key(|name| match name.as_str() {
        PLAN => 0,
        JOURNAL => 2,
        _ => 1,
    });
    Ok(found)
}

/// Returns whether the download needs a file in order to go on.
fn is_worth_copying(name: &str) -> bool {
    let is_made_again = name == lock::NAME || name == CONVERTED || files::is_temporary_name(name);
    !is_made_again
}

fn journal_bytes(part: &Path) -> u64 {
    size(&part.join(JOURNAL))
}

fn size(path: &Path) -> u64 {
    fs::symlink_metadata(path).map_or(0, |file| file.len())
}
