//! The part folder, which holds an unfinished movie. It is beside the final file, so that the last
//! rename is atomic.

pub(crate) mod files;
mod lock;
mod manifest;
mod moving;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use ustream::{ChannelId, MediaId, PlanChange, RecordingId, SegmentId, SegmentKind, SegmentPlan};

use self::lock::lock;
pub(crate) use self::manifest::{Extensions, MovieFileId, MovieSource};
use self::manifest::{FolderState, Manifest, PLAN, PendingRename, folder_state};
pub(crate) use self::moving::EarlierAttempt;
use crate::disk::durable;
use crate::disk::guarded::{self, OpenMode};
use crate::error::Error;
use crate::file_ending::FileEnding;
use crate::live_record::LiveRecord;
use crate::names::{self, NameLimit, NamePattern, StemSource};
use crate::platform;
use crate::saved::Finished;

/// Extension of a part folder.
pub(crate) const PART_EXTENSION: &str = "part";

// File names in a part folder: the output in progress, its journal, the MP4 and the MP3 that ffmpeg
// makes, and the prefix of segments that arrived early and are spooled to disk.
const MOVIE: &str = "film";
const JOURNAL: &str = "journal";
const CONVERTED: &str = "converted.mp4";
const CONVERTED_MP3: &str = "converted.mp3";
const SPOOLED: &str = "early-";

/// Most numbers that are tried for a free file name.
const MAX_NAME_NUMBER: u32 = 999;

/// Pauses before a folder is deleted anew in which our files are still listed.
const DELETE_PAUSES: [Duration; 4] = [
    Duration::from_millis(10),
    Duration::from_millis(100),
    Duration::from_secs(1),
    Duration::from_secs(2),
];

/// Most folders of one level that are searched for an earlier attempt.
const MAX_SEARCHED_FOLDERS: usize = 1_000;

/// Where a movie is to be saved.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Destination<'a> {
    pub(crate) folder: &'a Path,
    pub(crate) stem: &'a StemSource,
    pub(crate) extensions: &'a Extensions,
    /// What an earlier attempt has fetched in another folder; it is moved here.
    pub(crate) earlier: Option<&'a EarlierAttempt>,
}

/// What [`PartFolder::open`] finds.
#[derive(Debug)]
pub(crate) enum Opened {
    /// A part folder, new or from an earlier attempt.
    Folder(PartFolder),
    /// The movie was finished just before a crash.
    Finished(Box<SavedMovie>),
}

/// A movie under its final name.
#[derive(Debug)]
pub(crate) struct SavedMovie {
    pub(crate) path: PathBuf,
    pub(crate) finished: Finished,
    /// The part folder, which says that the movie is saved: removed only once the job file says so.
    /// `None` if the movie was there before the job.
    pub(crate) part: Option<PartFolder>,
}

/// One download's claim to one file name.
struct NameClaim<'a> {
    folder: &'a Path,
    target: &'a Path,
    source: &'a MovieSource,
    extensions: &'a Extensions,
}

/// Which movie a file name belongs to.
enum Owner {
    Nobody,
    Us,
    Another,
}

impl NameClaim<'_> {
    /// Returns the part folder of that name, or `None` if the name belongs to another movie.
    ///
    /// Retries while another process takes the same name: it has made the folder but not yet
    /// written its plan.
    fn take(&self) -> Result<Option<PartFolder>, Error> {
        const LOOKS: u32 = 100;
        const PAUSE: Duration = Duration::from_millis(20);
        for _ in 0..LOOKS {
            let owner = self.owner()?;
            if matches!(owner, Owner::Another) {
                return Ok(None);
            }
            files::make_folder(self.folder).map_err(Error::new_name(self.folder))?;
            match PartFolder::enter(self.folder.to_owned(), self.target.to_owned()) {
                Ok(part) => {
                    // Another process may have used and left it since `owner` was called above.
                    if matches!(self.owner()?, Owner::Nobody | Owner::Us) {
                        return Ok(Some(part));
                    }
                }
                Err(Error::InUse(_)) if matches!(owner, Owner::Nobody) => thread::sleep(PAUSE),
                // Another process found the name taken and deleted the folder.
                Err(Error::Disk { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Err(Error::InUse(self.folder.with_extension("")))
    }

    fn owner(&self) -> Result<Owner, Error> {
        Ok(match folder_state(self.folder)? {
            FolderState::Free if exists(self.target) => {
                // Left by a crash after the movie was finished; harmless if it cannot be deleted.
                let _ = delete_folder(self.folder);
                Owner::Another
            }
            FolderState::Free => Owner::Nobody,
            FolderState::Owned(manifest) if manifest.matches(self.source, self.extensions) => {
                Owner::Us
            }
            FolderState::Owned(_) => Owner::Another,
            FolderState::Foreign(reason) => {
                let folder = self.folder.display();
                tracing::warn!(%folder, reason, "left alone; another name is used");
                Owner::Another
            }
        })
    }
}

/// A locked part folder.
#[derive(Debug)]
pub(crate) struct PartFolder {
    folder: PathBuf,
    target: PathBuf,
    change: PlanChange,
    /// Lock file: keeps other processes out while it is open.
    _lock: File,
}

impl PartFolder {
    /// Opens the part folder of `source` at `place`, or makes one under the next free name.
    ///
    /// A name that the file system refuses is made shorter or plainer until it takes it.
    pub(crate) fn open(place: Destination<'_>, source: &MovieSource) -> Result<Opened, Error> {
        fs::create_dir_all(place.folder).map_err(Error::disk(place.folder))?;
        let elsewhere = place
            .earlier
            .and_then(|earlier| Some((earlier, earlier.part_folder(source, place.extensions)?)));
        let elsewhere = elsewhere
            .as_ref()
            .map(|(earlier, part)| (*earlier, part.as_path()));
        let mut limit = NameLimit::of(place.folder);
        let mut stem = place.stem.stem(limit);
        loop {
            let refused = match Self::open_as(&stem, place, source, elsewhere) {
                Err(error @ Error::NameRefused { .. }) => error,
                opened => return opened,
            };
            let Some(next) = next_stem(&stem, place.stem, &mut limit, &refused) else {
                return Err(refused);
            };
            tracing::warn!(error = %refused, %next, "the disk refuses the name; another is tried");
            stem = next;
        }
    }

    fn open_as(
        stem: &str,
        place: Destination<'_>,
        source: &MovieSource,
        elsewhere: Option<(&EarlierAttempt, &Path)>,
    ) -> Result<Opened, Error> {
        for number in 1..=MAX_NAME_NUMBER {
            let stem = names::numbered(stem, number);
            let target = place
                .folder
                .join(format!("{stem}.{}", place.extensions.finished));
            let folder = place.folder.join(format!("{stem}.{PART_EXTENSION}"));
            let claim = NameClaim {
                folder: &folder,
                target: &target,
                source,
                extensions: place.extensions,
            };
            if let Some((earlier, old)) = elsewhere
                && matches!(claim.owner()?, Owner::Nobody | Owner::Us)
            {
                earlier.bring(old, &folder)?;
            }
            if let Some(part) = claim.take()? {
                return part.load(source, place.extensions);
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

    fn load(mut self, source: &MovieSource, extensions: &Extensions) -> Result<Opened, Error> {
        self.remove_temporaries()?;
        if let Some(finished) = manifest::finished(&self.folder)? {
            return Ok(Opened::Finished(Box::new(self.saved(finished))));
        }
        self.change = manifest::update(&self.folder, source, extensions)?;
        Ok(Opened::Folder(self))
    }

    /// Returns how the plan compares with that of the earlier attempt. A plan with other addresses
    /// is saved only by [`save_moved_plan`].
    pub(crate) fn change(&self) -> PlanChange {
        self.change
    }

    fn saved(self, finished: Finished) -> SavedMovie {
        SavedMovie {
            path: self.folder.with_file_name(&finished.file),
            finished,
            part: Some(self),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.folder
    }

    /// Returns whether the finished movie is a file for audio alone.
    pub(crate) fn is_audio_file(&self) -> bool {
        let extension = self.target.extension();
        extension.is_some_and(|found| found == FileEnding::M4a.as_str())
    }

    /// Changes the extension of the finished movie.
    pub(crate) fn with_extension(mut self, extension: &str) -> Self {
        self.target.set_extension(extension);
        self
    }

    /// Renames the finished movie to its final name. Never overwrites: if the name was taken
    /// meanwhile, the next free number is used.
    pub(crate) fn finish(self, film: &Path, mut finished: Finished) -> Result<SavedMovie, Error> {
        let mut target = self.target.clone();
        let length = guarded::open(film, OpenMode::Read).and_then(|film| film.metadata());
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

    /// Deletes the folder. Files in it that are not ours stay, and the folder with them.
    pub(crate) fn remove(self) -> Result<(), Error> {
        let Self {
            folder,
            _lock: lock,
            ..
        } = self;
        // Windows cannot delete an open file.
        drop(lock);
        delete_folder(&folder)
    }

    /// Deletes temporary files of writes that a crash interrupted.
    fn remove_temporaries(&self) -> Result<(), Error> {
        for entry in fs::read_dir(&self.folder).map_err(Error::disk(&self.folder))? {
            let entry = entry.map_err(Error::disk(&self.folder))?;
            if files::is_temporary_name(&entry.file_name().to_string_lossy()) {
                durable::remove_file(&entry.path()).map_err(Error::disk(&entry.path()))?;
            }
        }
        Ok(())
    }
}

impl SavedMovie {
    /// Returns the movie of a part folder that was renamed before a crash, so that its job is not
    /// done.
    pub(crate) fn find(folder: &Path) -> Result<Option<Self>, Error> {
        // Check before locking: most folders are gone, and foreign ones must not get a lock file.
        let Some(finished) = manifest::finished(folder)? else {
            return Ok(None);
        };
        let target = folder.with_file_name(&finished.file);
        Ok(Some(
            PartFolder::enter(folder.to_owned(), target)?.saved(finished),
        ))
    }

    /// Deletes the part folder.
    pub(crate) fn remove_part_folder(self) {
        let Some(part) = self.part else { return };
        // The movie is saved, so the job does not fail.
        if let Err(error) = part.remove() {
            tracing::warn!(%error, "the part folder stays");
        }
    }
}

/// Returns the stem to try after the file system has refused `stem`: a shorter one if that was too
/// long for it, then one without unusual letters.
fn next_stem(
    stem: &str,
    made_of: &StemSource,
    limit: &mut NameLimit,
    refused: &Error,
) -> Option<String> {
    if matches!(refused, Error::NameRefused { source, .. } if platform::is_name_too_long(source)) {
        while let Some(lower) = limit.lower() {
            *limit = lower;
            let shorter = made_of.stem(lower);
            if shorter != stem {
                return Some(shorter);
            }
        }
    }
    Some(made_of.plain_stem(*limit)).filter(|plain| plain != stem)
}

/// Returns the part folders in `folder` that can be read, with their manifests.
fn part_folders(folder: &Path) -> impl Iterator<Item = (PathBuf, Box<Manifest>)> {
    // An unreadable folder is skipped; making a part folder in it fails later with the cause.
    let entries = fs::read_dir(folder).into_iter().flatten();
    let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
    let parts = paths.filter(|path| {
        path.extension()
            .is_some_and(|found| found == PART_EXTENSION)
    });
    parts.filter_map(|path| match folder_state(&path) {
        Ok(FolderState::Owned(manifest)) => Some((path, manifest)),
        _ => None,
    })
}

/// Returns the stem under which an earlier attempt at `source` began in `folder`, if it is one of
/// those names.
pub(crate) fn earlier_stem(
    folder: &Path,
    source: &MovieSource,
    extensions: &Extensions,
    names: &NamePattern,
) -> Option<String> {
    let parts = part_folders(folder).filter(|(_, manifest)| manifest.matches(source, extensions));
    let mut stems = parts.filter_map(|(path, _)| Some(path.file_stem()?.to_str()?.to_owned()));
    stems.find(|stem| names.matches(stem))
}

/// Returns the plan of an earlier attempt at `recording`, of any rendition, in `folder` or in folders
/// up to `depth` below it.
pub(crate) fn earlier_plan(
    folder: &Path,
    recording: RecordingId,
    depth: usize,
) -> Option<SegmentPlan> {
    folders_below(folder, depth).iter().find_map(|folder| {
        let mut plans = part_folders(folder).filter_map(|(_, manifest)| manifest.into_plan());
        plans.find(|plan| plan.media.recording() == Some(recording))
    })
}

/// A stream that an earlier run has recorded, in its part folder.
pub(crate) struct EarlierLive {
    /// The folder that the part folder is in.
    pub(crate) folder: PathBuf,
    pub(crate) stem: String,
    pub(crate) live: LiveRecord,
    pub(crate) plan: SegmentPlan,
    pub(crate) extensions: Extensions,
}

/// Returns what an earlier run has recorded of the stream of `channel`, in `folder` or in folders up to
/// `depth` below it.
pub(crate) fn earlier_live(folder: &Path, channel: ChannelId, depth: usize) -> Option<EarlierLive> {
    folders_below(folder, depth).iter().find_map(|folder| {
        let mut found = part_folders(folder).filter_map(|(path, manifest)| {
            let (live, plan, extensions) = manifest.into_live()?;
            Some(EarlierLive {
                folder: folder.clone(),
                stem: path.file_stem()?.to_str()?.to_owned(),
                live,
                plan,
                extensions,
            })
        });
        found.find(|earlier| earlier.plan.media == MediaId::Channel(channel))
    })
}

/// Returns `folder` and the folders up to `depth` below it, the nearest first.
fn folders_below(folder: &Path, depth: usize) -> Vec<PathBuf> {
    let mut all = vec![folder.to_owned()];
    let mut level = all.clone();
    for _ in 0..depth {
        level = level.iter().flat_map(|folder| folders_in(folder)).collect();
        level.truncate(MAX_SEARCHED_FOLDERS);
        all.extend_from_slice(&level);
    }
    all
}

/// Returns the folders in `folder`, without part folders and links.
fn folders_in(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let entries = entries.filter_map(Result::ok);
    let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let paths = folders.map(|entry| entry.path());
    paths.filter(|path| path.extension().is_none_or(|found| found != PART_EXTENSION))
}

/// Saves a plan with new addresses for the same segments in its part folder.
pub(crate) fn save_moved_plan(
    folder: &Path,
    source: &MovieSource,
    extensions: &Extensions,
) -> Result<(), Error> {
    manifest::replace(folder, source, extensions)
}

/// Deletes a part folder that is not in use. A folder that is not ours is left alone.
pub(crate) fn discard(folder: &Path) -> Result<(), Error> {
    if !matches!(folder_state(folder)?, FolderState::Owned(_)) {
        return Ok(());
    }
    drop(lock(folder)?);
    delete_folder(folder)
}

/// Deletes our files in a part folder, the plan last: a crash meanwhile leaves a folder that still has
/// its plan, or an empty one. The folder stays if it holds anything else.
fn delete_folder(folder: &Path) -> Result<(), Error> {
    delete_with(folder, || platform::retry_change(|| fs::remove_dir(folder)))
}

fn delete_with(folder: &Path, mut remove_dir: impl FnMut() -> io::Result<()>) -> Result<(), Error> {
    // Never delete through a symbolic link.
    let found = fs::symlink_metadata(folder).map_err(Error::disk(folder))?;
    if !found.is_dir() {
        let not_ours = io::ErrorKind::NotADirectory.into();
        return Err(Error::disk(folder)(not_ours));
    }
    let mut pauses = DELETE_PAUSES.into_iter();
    loop {
        delete_own_files(folder)?;
        match remove_dir() {
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => {}
            removed => return removed.map_err(Error::disk(folder)),
        }
        if own_files(folder)?.is_empty() {
            let folder = folder.display();
            tracing::warn!(%folder, "it holds files that are not ours, so it stays with them");
            return Ok(());
        }
        let Some(pause) = pauses.next() else {
            let not_empty = io::ErrorKind::DirectoryNotEmpty.into();
            return Err(Error::disk(folder)(not_empty));
        };
        // Windows lists a deleted file until every program has closed it.
        thread::sleep(pause);
    }
}

/// Returns the names of our files in a part folder.
fn own_files(folder: &Path) -> Result<Vec<OsString>, Error> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::disk(folder))? {
        let name = entry.map_err(Error::disk(folder))?.file_name();
        if files::is_own_name(&name.to_string_lossy()) {
            names.push(name);
        }
    }
    Ok(names)
}

fn delete_own_files(folder: &Path) -> Result<(), Error> {
    let names = own_files(folder)?.into_iter();
    let others = names.filter(|name| name != PLAN);
    for name in others.chain([OsString::from(PLAN)]) {
        guarded::remove_if_there(&folder.join(name)).map_err(Error::disk(folder))?;
    }
    Ok(())
}

/// Returns the path of the output in progress.
pub(crate) fn output(folder: &Path) -> PathBuf {
    folder.join(MOVIE)
}

/// Returns the path of the journal, which lists the segments in the output.
pub(crate) fn journal(folder: &Path) -> PathBuf {
    folder.join(JOURNAL)
}

/// Returns the path of the MP4 that ffmpeg makes of the output.
pub(crate) fn converted(folder: &Path) -> PathBuf {
    folder.join(CONVERTED)
}

/// Returns the path of the MP3 that ffmpeg makes of the output.
pub(crate) fn converted_mp3(folder: &Path) -> PathBuf {
    folder.join(CONVERTED_MP3)
}

/// Returns the path of a segment that is spooled to disk.
pub(crate) fn spooled(folder: &Path, id: SegmentId) -> PathBuf {
    let segment = match id.kind {
        SegmentKind::Init => "init".to_owned(),
        SegmentKind::Media(number) => number.to_string(),
    };
    folder.join(format!("{SPOOLED}{}-{segment}", id.track))
}

/// Returns whether the name is taken, be it by a dangling link.
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
