//! What a part folder says of itself: whose it is, and how far its film came.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use ustream::{PlanChange, SegmentPlan};

use super::files::{self, OpenMode, is_plain_name};
use super::{CONVERTED, MOVIE, exists, lock};
use crate::durable::{self, TEMPORARY_PREFIX};
use crate::error::Error;
use crate::saved::{Finished, PLAN_SCHEMA};

/// What the folder belongs to.
pub(super) const PLAN: &str = "plan.json";

/// What a part folder belongs to.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    schema: u32,
    endings: Extensions,
    plan: MovieSource,
    /// Written before the finished film gets its name: after a crash, the name says what happened.
    #[serde(default)]
    pub(super) intent: Option<PendingRename>,
}

/// What a film is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum MovieSource {
    /// Pieces of a recording.
    Plan(SegmentPlan),
    /// Films on this computer.
    Files { films: Vec<MovieFileId> },
}

/// A film as it was when it was opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MovieFileId {
    /// Where it is, for people: not every path is text.
    pub(crate) path: String,
    pub(crate) size_bytes: u64,
}

/// Endings of file names, without the dot. They differ where another program makes the film.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Extensions {
    /// Of what our own muxer writes.
    pub(crate) written: String,
    /// Of the finished file.
    pub(crate) finished: String,
}

/// A film that is about to get its name.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PendingRename {
    /// Name of the film within the part folder: gone once it has been renamed.
    pub(super) film: String,
    pub(super) finished: Finished,
}

impl MovieSource {
    /// Whether it makes the same film, though there may be more or less of it.
    fn is_same_movie(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Plan(plan), Self::Plan(other)) => {
                plan.recording == other.recording && plan.rendition == other.rendition
            }
            (one, other) => one == other,
        }
    }

    /// Whether what was made of the older can be gone on with.
    fn compare(&self, older: &Self) -> PlanChange {
        match (self, older) {
            (Self::Plan(plan), Self::Plan(older)) => plan.compare(older),
            (one, older) if one == older => PlanChange::Same,
            _ => PlanChange::Different,
        }
    }
}

impl Manifest {
    pub(super) fn matches(&self, material: &MovieSource, endings: &Extensions) -> bool {
        self.endings == *endings && self.plan.is_same_movie(material)
    }

    /// Why it cannot be ours: a name in it would lead out of the folder, or to another file.
    ///
    /// `folder` is the part folder, from whose name that of the movie is made.
    fn suspicion(&self, folder: &Path) -> Option<String> {
        let intent = self.intent.as_ref()?;
        let file = Path::new(&intent.finished.file);
        let has = |ending: &String| {
            file.extension()
                .is_some_and(|found| found == ending.as_str())
        };
        let stem = folder.file_stem().unwrap_or_default().to_string_lossy();
        let is_ours = is_plain_name(&intent.finished.file)
            // Some disks spell letters with marks in another way than they were told to.
            && (!stem.is_ascii() || intent.finished.file.starts_with(&*stem))
            && (has(&self.endings.written) || has(&self.endings.finished))
            && [MOVIE, CONVERTED].contains(&intent.film.as_str());
        (!is_ours).then(|| "its plan names a file that is not its own".to_owned())
    }

    /// The plan, where it is of a recording.
    pub(super) fn into_plan(self) -> Option<SegmentPlan> {
        match self.plan {
            MovieSource::Plan(plan) => Some(plan),
            MovieSource::Files { .. } => None,
        }
    }
}

/// Compares with the plan of the earlier attempt and saves this one, unless it must be compared
/// by its bytes first.
pub(super) fn update(
    folder: &Path,
    material: &MovieSource,
    endings: &Extensions,
) -> Result<PlanChange, Error> {
    if let FolderState::Owned(older) = folder_state(folder)? {
        match material.compare(&older.plan) {
            PlanChange::Different => return Err(Error::Changed(folder.to_owned())),
            PlanChange::Unverified => return Ok(PlanChange::Unverified),
            PlanChange::Same if *material == older.plan => return Ok(PlanChange::Same),
            PlanChange::Same => {}
        }
    }
    replace(folder, material, endings)?;
    Ok(PlanChange::Same)
}

/// Saves a plan in place of the one of the earlier attempt.
pub(super) fn replace(
    folder: &Path,
    material: &MovieSource,
    endings: &Extensions,
) -> Result<(), Error> {
    let frozen = Manifest {
        schema: PLAN_SCHEMA,
        endings: endings.clone(),
        plan: material.clone(),
        intent: None,
    };
    write(folder, &frozen)
}

/// Says that the film is about to get its name.
pub(super) fn set_pending_rename(folder: &Path, intent: PendingRename) -> Result<(), Error> {
    let FolderState::Owned(mut frozen) = folder_state(folder)? else {
        return Err(Error::Internal("the plan of a part folder is gone".into()));
    };
    frozen.intent = Some(intent);
    write(folder, &frozen)
}

/// The intent is there and the film is not here any more: it has its name.
///
/// Name and size are believed: the movie had been read back and synced before the intent was
/// written, and nothing has written to it since but somebody else.
pub(super) fn finished(folder: &Path) -> Result<Option<Finished>, Error> {
    let FolderState::Owned(frozen) = folder_state(folder)? else {
        return Ok(None);
    };
    let Some(intent) = frozen.intent else {
        return Ok(None);
    };
    let named = folder.with_file_name(&intent.finished.file);
    let there = fs::symlink_metadata(&named)
        .is_ok_and(|file| file.is_file() && file.len() == intent.finished.size_bytes);
    let has_its_name = there && !exists(&folder.join(&intent.film));
    Ok(has_its_name.then_some(intent.finished))
}

fn write(folder: &Path, frozen: &Manifest) -> Result<(), Error> {
    let path = folder.join(PLAN);
    durable::write_json(&path, frozen).map_err(Error::disk(&path))
}

/// What a folder of that name is.
pub(super) enum FolderState {
    /// Nothing of value: no folder, or one that a crash left before anything was fetched.
    Free,
    Owned(Box<Manifest>),
    /// Somebody else's folder, or a damaged plan, and why it is taken for one: it is left alone.
    Foreign(String),
}

pub(super) fn folder_state(folder: &Path) -> Result<FolderState, Error> {
    if !exists(folder) {
        return Ok(FolderState::Free);
    }
    match files::suspicion(folder) {
        Ok(None) => {}
        Ok(Some(reason)) => return Ok(FolderState::Foreign(reason)),
        // Tidied away meanwhile.
        Err(error) if error.kind() == io::ErrorKind::NotFound && !exists(folder) => {
            return Ok(FolderState::Free);
        }
        Err(error) => return Err(Error::disk(folder)(error)),
    }
    let path = folder.join(PLAN);
    match read(&path) {
        Ok(Some(frozen)) => Ok(match frozen.suspicion(folder) {
            None => FolderState::Owned(Box::new(frozen)),
            Some(reason) => FolderState::Foreign(reason),
        }),
        Ok(None) if holds_nothing(folder) => Ok(FolderState::Free),
        Ok(None) => Ok(FolderState::Foreign("it has no plan".to_owned())),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(Error::Disk {
            path,
            source: error,
        }),
        Err(error) => Ok(FolderState::Foreign(format!(
            "its plan cannot be read: {error}"
        ))),
    }
}

fn read(path: &Path) -> io::Result<Option<Manifest>> {
    match files::open(path, OpenMode::Read) {
        Ok(file) => {
            let manifest: Manifest = durable::parse_json(file)?;
            if manifest.schema > PLAN_SCHEMA {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("it is of a newer version ({})", manifest.schema),
                ));
            }
            Ok(Some(manifest))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Holds nothing but what is made before the plan.
fn holds_nothing(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| {
        entries.all(|entry| {
            entry.is_ok_and(|entry| {
                let name = entry.file_name();
                name == lock::NAME || name.to_string_lossy().starts_with(TEMPORARY_PREFIX)
            })
        })
    })
}
