//! The folder of an unfinished film: beside the finished one, so that the last rename is atomic.

pub(crate) mod files;
mod lock;
mod manifest;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use ustream::{PlanChange, RecordingId, SegmentId, SegmentKind, SegmentPlan};

use self::files::OpenMode;
use self::lock::lock;
pub(crate) use self::manifest::{Extensions, MovieFileId, MovieSource};
use self::manifest::{FolderState, Manifest, PLAN, PendingRename, folder_state};
use crate::durable::{self, TEMPORARY_PREFIX};
use crate::error::Error;
use crate::names;
use crate::saved::Finished;

/// Names in a part folder: the output in progress, what vouches for it, what ffmpeg makes of it,
/// and how those of segments begin that came before their turn.
const MOVIE: &str = "film";
const JOURNAL: &str = "journal";
const CONVERTED: &str = "converted.mp4";
const SPOOLED: &str = "early-";

/// More files of one name than this are somebody's mistake.
const MAX_NAME_NUMBER: u32 = 999;

/// Where a film shall go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Destination<'a> {
    pub(crate) folder: &'a Path,
    pub(crate) stem: &'a str,
    pub(crate) extensions: &'a Extensions,
}

/// What is found at a place.
#[derive(Debug)]
pub(crate) enum Opened {
    /// A part folder, new or from an earlier attempt.
    Folder(PartFolder),
    /// The film was finished just before a crash.
    Finished(SavedMovie),
}

/// A film that has its name.
#[derive(Debug)]
pub(crate) struct SavedMovie {
    pub(crate) path: PathBuf,
    pub(crate) finished: Finished,
    /// What is left of its making. It says that the film is saved, so it is removed only when that
    /// is known elsewhere.
    pub(crate) part: PartFolder,
}

/// What one film wants of one name.
struct NameClaim<'a> {
    folder: &'a Path,
    target: &'a Path,
    source: &'a MovieSource,
    extensions: &'a Extensions,
}

/// Whose a name is.
enum Owner {
    Nobody,
    Us,
    Another,
}

impl NameClaim<'_> {
    /// The part folder of that name, unless it or the name is another film's.
    ///
    /// Another film may take the same name at this very moment: it has the folder, but has not said
    /// yet what for.
    fn take(&self) -> Result<Option<PartFolder>, Error> {
        const LOOKS: u32 = 100;
        const PAUSE: Duration = Duration::from_millis(20);
        for _ in 0..LOOKS {
            let owner = self.owner()?;
            if matches!(owner, Owner::Another) {
                return Ok(None);
            }
            files::make_folder(self.folder).map_err(Error::disk(self.folder))?;
            match PartFolder::enter(self.folder.to_owned(), self.target.to_owned()) {
                Ok(part) => {
                    // It may have been taken, used and left since it was looked at.
                    if matches!(self.owner()?, Owner::Nobody | Owner::Us) {
                        return Ok(Some(part));
                    }
                }
                Err(Error::InUse(_)) if matches!(owner, Owner::Nobody) => thread::sleep(PAUSE),
                // Tidied away by another film that has found the name taken.
                Err(Error::Disk { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Err(Error::InUse(self.folder.with_extension("")))
    }

    fn owner(&self) -> Result<Owner, Error> {
        Ok(match folder_state(self.folder)? {
            FolderState::Free if exists(self.target) => {
                // A crash left it after the film was finished; one that stays does no harm.
                let _ = delete_folder(self.folder);
                Owner::Another
            }
            FolderState::Free => Owner::Nobody,
            FolderState::Owned(frozen) if frozen.matches(self.source, self.extensions) => Owner::Us,
            FolderState::Owned(_) => Owner::Another,
            FolderState::Foreign(reason) => {
                let folder = self.folder.display();
                tracing::warn!(%folder, reason, "left alone; another name is used");
                Owner::Another
            }
        })
    }
}

/// A part folder that nobody else is using.
#[derive(Debug)]
pub(crate) struct PartFolder {
    folder: PathBuf,
    target: PathBuf,
    change: PlanChange,
    /// Held, not read: it keeps other processes out.
    _lock: File,
}

impl PartFolder {
    /// Opens the part folder of `material` at `place`, or makes one under the next free name.
    pub(crate) fn open(place: Destination<'_>, material: &MovieSource) -> Result<Opened, Error> {
        fs::create_dir_all(place.folder).map_err(Error::disk(place.folder))?;
        for number in 1..=MAX_NAME_NUMBER {
            let stem = names::numbered(place.stem, number);
            let target = place
                .folder
                .join(format!("{stem}.{}", place.extensions.finished));
            let folder = place.folder.join(format!("{stem}.part"));
            let claim = NameClaim {
                folder: &folder,
                target: &target,
                source: material,
                extensions: place.extensions,
            };
            if let Some(part) = claim.take()? {
                return part.load(material, place.extensions);
            }
        }
        Err(no_free_name(place.folder))
    }

    fn enter(folder: PathBuf, target: PathBuf) -> Result<Self, Error> {
        Ok(Self {
            _lock: lock(&folder)?,
            folder,
            target,
            change: PlanChange::Same,
        })
    }

    fn load(mut self, material: &MovieSource, endings: &Extensions) -> Result<Opened, Error> {
        self.remove_temporaries()?;
        if let Some(finished) = manifest::finished(&self.folder)? {
            return Ok(Opened::Finished(self.saved(finished)));
        }
        self.change = manifest::update(&self.folder, material, endings)?;
        Ok(Opened::Folder(self))
    }

    /// How the plan compares with that of the earlier attempt. Where it has moved, it is saved only
    /// by [`confirm`].
    pub(crate) fn change(&self) -> PlanChange {
        self.change
    }

    fn saved(self, finished: Finished) -> SavedMovie {
        SavedMovie {
            path: self.folder.with_file_name(&finished.file),
            finished,
            part: self,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.folder
    }

    /// The finished film gets another ending.
    pub(crate) fn with_extension(mut self, extension: &str) -> Self {
        self.target.set_extension(extension);
        self
    }

    /// Gives the finished film its name. Never overwrites: where the name was taken meanwhile, the
    /// next free number is used.
    pub(crate) fn finish(self, film: &Path, mut finished: Finished) -> Result<SavedMovie, Error> {
        let mut target = self.target.clone();
        let length = files::open(film, OpenMode::Read).and_then(|film| film.metadata());
        if length.map_err(Error::disk(film))?.len() != finished.size_bytes {
            return Err(media::Error::Changed.into());
        }
        for number in 2..=MAX_NAME_NUMBER {
            finished.file = file_name(&target);
            let intent = PendingRename {
                film: file_name(film),
                finished: finished.clone(),
            };
            manifest::set_pending_rename(&self.folder, intent)?;
            match durable::rename_new(film, &target) {
                Ok(()) => return Ok(self.saved(finished)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    target = renumbered(&self.target, number);
                }
                Err(source) => {
                    return Err(Error::Disk {
                        path: target,
                        source,
                    });
                }
            }
        }
        Err(no_free_name(&target))
    }

    /// Takes the folder and all that is in it away.
    pub(crate) fn remove(self) -> Result<(), Error> {
        let Self {
            folder,
            _lock: lock,
            ..
        } = self;
        // Windows does not delete a file that is open.
        drop(lock);
        delete_folder(&folder)
    }

    /// Temporaries of a write that a crash cut short.
    fn remove_temporaries(&self) -> Result<(), Error> {
        for entry in fs::read_dir(&self.folder).map_err(Error::disk(&self.folder))? {
            let entry = entry.map_err(Error::disk(&self.folder))?;
            if entry
                .file_name()
                .to_string_lossy()
                .starts_with(TEMPORARY_PREFIX)
            {
                fs::remove_file(entry.path()).map_err(Error::disk(&entry.path()))?;
            }
        }
        Ok(())
    }
}

impl SavedMovie {
    /// The film of a part folder, where it has its name and a crash kept that from being known.
    pub(crate) fn find(folder: &Path) -> Result<Option<Self>, Error> {
        // Most folders are gone, and a look leaves no lock behind in those that are not ours.
        let Some(finished) = manifest::finished(folder)? else {
            return Ok(None);
        };
        let target = folder.with_file_name(&finished.file);
        Ok(Some(
            PartFolder::enter(folder.to_owned(), target)?.saved(finished),
        ))
    }

    /// Takes away what is left of the making.
    pub(crate) fn remove_part_folder(self) {
        // The film is saved: what cannot be tidied up is no failure.
        if let Err(error) = self.part.remove() {
            tracing::warn!(%error, "the part folder stays");
        }
    }
}

/// The part folders in `folder` that can be read, and what each is to become.
fn part_folders(folder: &Path) -> impl Iterator<Item = (PathBuf, Box<Manifest>)> {
    // A folder that cannot be read has nothing to go on with; making one there says why.
    let entries = fs::read_dir(folder).into_iter().flatten();
    let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
    let parts = paths.filter(|path| path.extension().is_some_and(|ending| ending == "part"));
    parts.filter_map(|path| match folder_state(&path) {
        Ok(FolderState::Owned(frozen)) => Some((path, frozen)),
        _ => None,
    })
}

/// The stem under which an earlier attempt at `material` began in `folder`.
pub(crate) fn earlier_stem(
    folder: &Path,
    material: &MovieSource,
    endings: &Extensions,
) -> Option<String> {
    let (path, _) = part_folders(folder).find(|(_, frozen)| frozen.matches(material, endings))?;
    Some(path.file_stem()?.to_str()?.to_owned())
}

/// The plan of an earlier attempt at `recording` in `folder`, whatever rendition it is of.
pub(crate) fn earlier_plan(folder: &Path, recording: RecordingId) -> Option<SegmentPlan> {
    let mut plans = part_folders(folder).filter_map(|(_, frozen)| frozen.into_plan());
    plans.find(|plan| plan.recording == recording)
}

/// Saves a plan that has moved in its part folder: its segments are the same.
pub(crate) fn save_moved_plan(
    folder: &Path,
    material: &MovieSource,
    endings: &Extensions,
) -> Result<(), Error> {
    manifest::replace(folder, material, endings)
}

/// Deletes a part folder that is not in use. What is not ours is left alone.
pub(crate) fn discard(folder: &Path) -> Result<(), Error> {
    if !matches!(folder_state(folder)?, FolderState::Owned(_)) {
        return Ok(());
    }
    drop(lock(folder)?);
    delete_folder(folder)
}

/// Deletes a part folder, its plan last: a crash on the way leaves a folder that still says what
/// it is, or an empty one.
fn delete_folder(folder: &Path) -> Result<(), Error> {
    let disk = || Error::disk(folder);
    // Nothing is deleted behind a link.
    if !fs::symlink_metadata(folder).map_err(disk())?.is_dir() {
        return Err(disk()(io::ErrorKind::NotADirectory.into()));
    }
    for entry in fs::read_dir(folder).map_err(disk())? {
        let entry = entry.map_err(disk())?;
        let name = entry.file_name();
        if name != PLAN && files::is_own_name(&name.to_string_lossy()) {
            fs::remove_file(entry.path()).map_err(disk())?;
        }
    }
    // It follows no link on its way.
    fs::remove_dir_all(folder).map_err(disk())
}

/// The output in progress.
pub(crate) fn output(folder: &Path) -> PathBuf {
    folder.join(MOVIE)
}

/// What vouches for the output.
pub(crate) fn journal(folder: &Path) -> PathBuf {
    folder.join(JOURNAL)
}

/// What ffmpeg makes of the output.
pub(crate) fn converted(folder: &Path) -> PathBuf {
    folder.join(CONVERTED)
}

/// Where a piece waits that came before its turn.
pub(crate) fn spooled(folder: &Path, id: SegmentId) -> PathBuf {
    let piece = match id.kind {
        SegmentKind::Init => "init".to_owned(),
        SegmentKind::Media(number) => number.to_string(),
    };
    folder.join(format!("{SPOOLED}{}-{piece}", id.track))
}

/// Whether anything has that name, be it a link that leads nowhere.
fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

fn renumbered(target: &Path, number: u32) -> PathBuf {
    let part = |text: Option<&std::ffi::OsStr>| {
        text.map(|text| text.to_string_lossy().into_owned())
            .unwrap_or_default()
    };
    let stem = names::numbered(&part(target.file_stem()), number);
    target.with_file_name(format!("{stem}.{}", part(target.extension())))
}

fn no_free_name(path: &Path) -> Error {
    let full = io::Error::new(io::ErrorKind::AlreadyExists, "too many files of this name");
    Error::disk(path)(full)
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
