//! The folder of an unfinished film: beside the finished one, so that the last rename is atomic.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use ustream::{RecordingId, SegmentId, SegmentKind, SegmentPlan};

use crate::durable::{self, TEMPORARY};
use crate::error::Error;
use crate::names;
use crate::view::Finished;

/// More files of one name than this are somebody's mistake.
const MAX_NUMBER: u32 = 999;
/// What the folder belongs to.
const PLAN: &str = "plan.json";
/// Held by the process that is saving the film.
const LOCK: &str = "lock";

/// What a part folder belongs to.
#[derive(Debug, Serialize, Deserialize)]
struct Frozen {
    schema: u32,
    endings: Endings,
    plan: Material,
    /// Written before the finished film gets its name: after a crash, the name says what happened.
    #[serde(default)]
    intent: Option<Intent>,
}

/// What a film is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Material {
    /// Pieces of a recording.
    Plan(SegmentPlan),
    /// Films on this computer.
    Films { films: Vec<FilmId> },
}

/// A film as it was when it was opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FilmId {
    /// Where it is, for people: not every path is text.
    pub(crate) path: String,
    pub(crate) size_bytes: u64,
}

impl Material {
    /// Whether it makes the same film, though there may be more or less of it.
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Plan(plan), Self::Plan(other)) => {
                plan.recording == other.recording && plan.rendition == other.rendition
            }
            (one, other) => one == other,
        }
    }

    /// Whether what was made of the older can be gone on with.
    fn continues(&self, older: &Self) -> bool {
        match (self, older) {
            (Self::Plan(plan), Self::Plan(older)) => plan.continues(older),
            (one, older) => one == older,
        }
    }
}

/// A film that is about to get its name.
#[derive(Debug, Serialize, Deserialize)]
struct Intent {
    /// Name of the film within the part folder: gone once it has been renamed.
    film: String,
    finished: Finished,
}

/// Endings of file names, without the dot. They differ where another program makes the film.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Endings {
    /// Of what our own muxer writes.
    pub(crate) written: String,
    /// Of the finished file.
    pub(crate) finished: String,
}

/// Where a film shall go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) folder: &'a Path,
    pub(crate) stem: &'a str,
    pub(crate) endings: &'a Endings,
}

/// What is found at a place.
#[derive(Debug)]
pub(crate) enum Opened {
    /// A part folder, new or from an earlier attempt.
    Part(Part),
    /// The film was finished just before a crash.
    Finished(PathBuf, Finished),
}

/// A part folder that nobody else is using.
#[derive(Debug)]
pub(crate) struct Part {
    folder: PathBuf,
    target: PathBuf,
    /// Held, not read: it keeps other processes out.
    _lock: File,
}

impl Part {
    /// Opens the part folder of `material` at `place`, or makes one under the next free name.
    pub(crate) fn open(place: Place<'_>, material: &Material) -> Result<Opened, Error> {
        fs::create_dir_all(place.folder).map_err(Error::disk(place.folder))?;
        for number in 1..=MAX_NUMBER {
            let stem = names::numbered(place.stem, number);
            let target = place
                .folder
                .join(format!("{stem}.{}", place.endings.finished));
            let folder = place.folder.join(format!("{stem}.part"));
            let mine = match state(&folder)? {
                State::Free if taken(&target) => {
                    // A crash left it after the film was finished; one that stays does no harm.
                    let _ = take_away(&folder);
                    false
                }
                State::Free => true,
                State::Of(frozen) => frozen.is(material, place.endings),
                State::Foreign => false,
            };
            if mine {
                return Self::enter(folder, target, material, place.endings);
            }
        }
        Err(no_free_name(place.folder))
    }

    fn enter(
        folder: PathBuf,
        target: PathBuf,
        material: &Material,
        endings: &Endings,
    ) -> Result<Opened, Error> {
        fs::create_dir_all(&folder).map_err(Error::disk(&folder))?;
        let lock = lock(&folder)?;
        let part = Self {
            folder,
            target,
            _lock: lock,
        };
        part.sweep()?;
        if let Some(finished) = part.finished_before_a_crash()? {
            let named = part.target.with_file_name(&finished.file);
            part.remove()?;
            return Ok(Opened::Finished(named, finished));
        }
        part.freeze(material, endings)?;
        Ok(Opened::Part(part))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.folder
    }

    /// The finished film gets another ending.
    pub(crate) fn retarget(mut self, extension: &str) -> Self {
        self.target.set_extension(extension);
        self
    }

    /// Gives the finished film its name and takes the folder away. Never overwrites: where the
    /// name was taken meanwhile, the next free number is used.
    pub(crate) fn finish(
        self,
        film: &Path,
        mut finished: Finished,
    ) -> Result<(PathBuf, Finished), Error> {
        let mut target = self.target.clone();
        for number in 2..=MAX_NUMBER {
            finished.file = file_name(&target);
            self.intend(Intent {
                film: file_name(film),
                finished: finished.clone(),
            })?;
            match durable::rename_new(film, &target) {
                Ok(()) => {
                    // The film is saved: what cannot be tidied up is no failure.
                    if let Err(error) = self.remove() {
                        tracing::warn!(%error, "the part folder stays");
                    }
                    return Ok((target, finished));
                }
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
        take_away(&folder)
    }

    /// Temporaries of a write that a crash cut short.
    fn sweep(&self) -> Result<(), Error> {
        for entry in fs::read_dir(&self.folder).map_err(Error::disk(&self.folder))? {
            let entry = entry.map_err(Error::disk(&self.folder))?;
            if entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
                fs::remove_file(entry.path()).map_err(Error::disk(&entry.path()))?;
            }
        }
        Ok(())
    }

    fn intend(&self, intent: Intent) -> Result<(), Error> {
        let path = self.folder.join(PLAN);
        let State::Of(mut frozen) = state(&self.folder)? else {
            return Err(Error::Broken("the plan of a part folder is gone".into()));
        };
        frozen.intent = Some(intent);
        durable::write_json(&path, &frozen).map_err(Error::disk(&path))
    }

    /// The intent is there and the film is not here any more: it has its name.
    fn finished_before_a_crash(&self) -> Result<Option<Finished>, Error> {
        let State::Of(frozen) = state(&self.folder)? else {
            return Ok(None);
        };
        let Some(intent) = frozen.intent else {
            return Ok(None);
        };
        let named = self.target.with_file_name(&intent.finished.file);
        let there = fs::metadata(&named).is_ok_and(|file| file.len() == intent.finished.size_bytes);
        let has_its_name = there && !taken(&self.folder.join(&intent.film));
        Ok(has_its_name.then_some(intent.finished))
    }

    /// Compares with the plan of the earlier attempt and saves this one.
    fn freeze(&self, material: &Material, endings: &Endings) -> Result<(), Error> {
        let path = self.folder.join(PLAN);
        if let State::Of(older) = state(&self.folder)? {
            if !material.continues(&older.plan) {
                return Err(Error::Changed(self.folder.clone()));
            }
            if *material == older.plan {
                return Ok(());
            }
        }
        let frozen = Frozen {
            schema: 1,
            endings: endings.clone(),
            plan: material.clone(),
            intent: None,
        };
        durable::write_json(&path, &frozen).map_err(Error::disk(&path))
    }
}

impl Frozen {
    fn is(&self, material: &Material, endings: &Endings) -> bool {
        self.endings == *endings && self.plan.is(material)
    }
}

enum State {
    /// Nothing of value: no folder, or one that a crash left before anything was fetched.
    Free,
    Of(Box<Frozen>),
    /// Somebody else's folder, or a damaged plan: it is left alone.
    Foreign,
}

fn state(folder: &Path) -> Result<State, Error> {
    if !taken(folder) {
        return Ok(State::Free);
    }
    let path = folder.join(PLAN);
    match durable::read_json::<Frozen>(&path) {
        Ok(Some(frozen)) => Ok(State::Of(Box::new(frozen))),
        Ok(None) if holds_nothing(folder) => Ok(State::Free),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(Error::Disk {
            path,
            source: error,
        }),
        Ok(None) | Err(_) => Ok(State::Foreign),
    }
}

/// Holds nothing but what [`Part::enter`] makes before the plan.
fn holds_nothing(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| {
        entries.all(|entry| {
            entry.is_ok_and(|entry| {
                let name = entry.file_name();
                name == LOCK || name.to_string_lossy().starts_with(TEMPORARY)
            })
        })
    })
}

fn lock(folder: &Path) -> Result<File, Error> {
    let path = folder.join(LOCK);
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(Error::disk(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::InUse(folder.with_extension(""))),
        // Some disks know no locks; one person with one program is the usual case there.
        Err(TryLockError::Error(error)) => {
            tracing::debug!(%error, "no lock");
            Ok(file)
        }
    }
}

/// The stem under which an earlier attempt at `material` began in `folder`.
pub(crate) fn stem_of(folder: &Path, material: &Material, endings: &Endings) -> Option<String> {
    // A folder that cannot be read has nothing to go on with; making one there says why.
    let parts = fs::read_dir(folder)
        .ok()?
        .filter_map(Result::ok)
        .map(|entry| entry.path());
    let mut mine = parts.filter(|path| {
        path.extension().is_some_and(|ending| ending == "part")
            && matches!(state(path), Ok(State::Of(frozen)) if frozen.is(material, endings))
    });
    Some(mine.next()?.file_stem()?.to_str()?.to_owned())
}

/// The plan of an earlier attempt at `recording` in `folder`, whatever rendition it is of.
pub(crate) fn plan_of(folder: &Path, recording: RecordingId) -> Option<SegmentPlan> {
    // A folder that cannot be read has nothing to go on with; making one there says why.
    let parts = fs::read_dir(folder)
        .ok()?
        .filter_map(Result::ok)
        .map(|entry| entry.path());
    let mut parts = parts.filter(|path| path.extension().is_some_and(|ending| ending == "part"));
    parts.find_map(|path| match state(&path) {
        Ok(State::Of(frozen)) => match frozen.plan {
            Material::Plan(plan) if plan.recording == recording => Some(plan),
            _ => None,
        },
        _ => None,
    })
}

/// Deletes a part folder that is not in use. What is not ours is left alone.
pub(crate) fn discard(folder: &Path) -> Result<(), Error> {
    if !matches!(state(folder)?, State::Of(_)) {
        return Ok(());
    }
    drop(lock(folder)?);
    take_away(folder)
}

/// Deletes a part folder, its plan last: a crash on the way leaves a folder that still says what
/// it is, or an empty one.
fn take_away(folder: &Path) -> Result<(), Error> {
    let disk = || Error::disk(folder);
    for entry in fs::read_dir(folder).map_err(disk())? {
        let entry = entry.map_err(disk())?;
        if entry.file_name() != PLAN {
            fs::remove_file(entry.path()).map_err(disk())?;
        }
    }
    fs::remove_dir_all(folder).map_err(disk())
}

/// The output in progress.
pub(crate) fn output(folder: &Path) -> PathBuf {
    folder.join("film")
}

/// What vouches for the output.
pub(crate) fn journal(folder: &Path) -> PathBuf {
    folder.join("journal")
}

/// What ffmpeg makes of the output.
pub(crate) fn converted(folder: &Path) -> PathBuf {
    folder.join("converted.mp4")
}

/// Where a piece waits that came before its turn.
pub(crate) fn early(folder: &Path, id: SegmentId) -> PathBuf {
    let piece = match id.kind {
        SegmentKind::Init => "init".to_owned(),
        SegmentKind::Media(number) => number.to_string(),
    };
    folder.join(format!("early-{}-{piece}", id.track))
}

/// Whether anything has that name, be it a link that leads nowhere.
fn taken(path: &Path) -> bool {
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
mod tests {
    use ustream::{Container, Presence, RenditionId, Segment, Track, TrackKind};

    use super::*;

    fn plan(recording: u64) -> Material {
        let id = SegmentId {
            track: 0,
            kind: SegmentKind::Media(0),
        };
        Material::Plan(SegmentPlan {
            recording: RecordingId(recording),
            rendition: RenditionId("2/1/chunk_%_%.flv".into()),
            container: Container::Flv,
            tracks: vec![Track {
                kind: TrackKind::Both,
                template: "2/1/chunk_%_%.flv".into(),
                init_template: None,
                language: None,
            }],
            segments: vec![Segment {
                id,
                start_ms: 0,
                duration_ms: 6000,
                presence: Presence::Sure,
            }],
        })
    }

    fn endings(written: &str) -> Endings {
        Endings {
            written: written.into(),
            finished: "mp4".into(),
        }
    }

    fn open(folder: &Path, recording: u64) -> Result<Part, Error> {
        let place = Place {
            folder,
            stem: "film",
            endings: &endings("mp4"),
        };
        match Part::open(place, &plan(recording))? {
            Opened::Part(part) => Ok(part),
            Opened::Finished(path, _) => panic!("finished: {}", path.display()),
        }
    }

    fn finished(size_bytes: u64) -> Finished {
        Finished {
            file: String::new(),
            size_bytes,
            duration_ms: 1,
            ..Finished::default()
        }
    }

    #[test]
    fn the_same_film_goes_on_in_its_own_folder_and_another_takes_the_next_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = open(folder.path(), 1).unwrap().path().to_owned();
        assert_eq!(open(folder.path(), 1).unwrap().path(), path);
        let other = open(folder.path(), 2).unwrap();
        assert_eq!(other.path(), folder.path().join("film (2).part"));
        assert_eq!(other.target, folder.path().join("film (2).mp4"));
    }

    #[test]
    fn an_original_for_ffmpeg_and_an_mp4_of_our_own_do_not_mix() {
        let folder = tempfile::tempdir().unwrap();
        drop(open(folder.path(), 1).unwrap());
        let place = Place {
            folder: folder.path(),
            stem: "film",
            endings: &endings("flv"),
        };
        match Part::open(place, &plan(1)).unwrap() {
            Opened::Part(part) => assert_eq!(part.path(), folder.path().join("film (2).part")),
            Opened::Finished(path, _) => panic!("finished: {}", path.display()),
        }
        let found = stem_of(folder.path(), &plan(1), &endings("flv"));
        assert_eq!(found.as_deref(), Some("film (2)"));
    }

    #[test]
    fn two_programs_cannot_save_the_same_film_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let _part = open(folder.path(), 1).unwrap();
        assert!(matches!(open(folder.path(), 1), Err(Error::InUse(_))));
    }

    #[test]
    fn only_a_folder_of_ours_that_nobody_uses_is_discarded() {
        let folder = tempfile::tempdir().unwrap();
        let part = open(folder.path(), 1).unwrap();
        let path = part.path().to_owned();
        assert!(matches!(discard(&path), Err(Error::InUse(_))));
        drop(part);
        discard(&path).unwrap();
        assert!(!path.exists());
        fs::create_dir(&path).unwrap();
        fs::write(path.join("diary.txt"), "dear").unwrap();
        discard(&path).unwrap();
        assert!(path.join("diary.txt").exists());
    }

    #[test]
    fn a_folder_that_is_not_ours_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("film.part")).unwrap();
        fs::write(folder.path().join("film.part/diary.txt"), "dear").unwrap();
        let part = open(folder.path(), 1).unwrap();
        assert_eq!(part.target, folder.path().join("film (2).mp4"));
        assert!(folder.path().join("film.part/diary.txt").exists());
    }

    #[test]
    fn a_name_that_is_taken_meanwhile_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let part = open(folder.path(), 1).unwrap();
        fs::write(output(part.path()), "new").unwrap();
        fs::write(&part.target, "old").unwrap();
        let film = output(part.path());
        let (path, finished) = part.finish(&film, finished(3)).unwrap();
        assert_eq!(path, folder.path().join("film (2).mp4"));
        assert_eq!(finished.file, "film (2).mp4");
        assert_eq!(
            fs::read_to_string(folder.path().join("film.mp4")).unwrap(),
            "old"
        );
        assert!(!folder.path().join("film.part").exists());
    }

    #[test]
    fn a_crash_between_the_rename_and_the_cleaning_up_is_a_finish() {
        let folder = tempfile::tempdir().unwrap();
        let part = open(folder.path(), 1).unwrap();
        fs::write(&part.target, "new").unwrap();
        let mut done = finished(3);
        done.file = "film.mp4".into();
        part.intend(Intent {
            film: "film".into(),
            finished: done.clone(),
        })
        .unwrap();
        drop(part);
        let place = Place {
            folder: folder.path(),
            stem: "film",
            endings: &endings("mp4"),
        };
        match Part::open(place, &plan(1)).unwrap() {
            Opened::Finished(path, finished) => {
                assert_eq!((path, finished), (folder.path().join("film.mp4"), done));
            }
            Opened::Part(part) => panic!("not finished: {part:?}"),
        }
        assert!(!folder.path().join("film.part").exists());
    }
}
