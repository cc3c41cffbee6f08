//! `plan.json` of a part folder: which movie the folder belongs to, and whether it was renamed.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use ustream::{PlanChange, SegmentPlan};

use super::files::{self, is_plain_name};
use super::{CONVERTED, CONVERTED_MP3, MOVIE, exists, lock};
use crate::disk::durable;
use crate::disk::guarded::{self, OpenMode};
use crate::error::Error;
use crate::file_ending::FileEnding;
use crate::live_record::LiveRecord;
use crate::saved::{Finished, PLAN_SCHEMA};
use crate::time_range::TimeRange;

/// File name of the manifest.
pub(super) const PLAN: &str = "plan.json";

/// Content of `plan.json`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    schema: u32,
    #[serde(rename = "endings")]
    extensions: Extensions,
    plan: MovieSource,
    /// Written before the rename of the finished movie, so that it can be recovered after a crash.
    #[serde(default)]
    pub(super) intent: Option<PendingRename>,
}

/// What a movie is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum MovieSource {
    /// The segments that hold a part of a recording. An earlier version of this program cannot read it
    /// and leaves it alone.
    Range { range: TimeRange, plan: SegmentPlan },
    /// The segments of a running stream so far.
    Live { live: LiveRecord, plan: SegmentPlan },
    /// Segments of a recording.
    Plan(SegmentPlan),
    /// Files on this computer.
    Files { films: Vec<MovieFileId> },
}

/// An input file as it was when it was opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MovieFileId {
    /// Its path for display: not every path is valid Unicode.
    pub(crate) path: String,
    pub(crate) size_bytes: u64,
}

/// File name extensions, without the dot. They differ if the movie is remuxed afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Extensions {
    /// Extension of what is written first.
    pub(crate) written: String,
    /// Extension of the finished file.
    pub(crate) finished: String,
}

/// A movie that is about to be renamed.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PendingRename {
    /// File name within the part folder; gone after the rename.
    pub(super) film: String,
    pub(super) finished: Finished,
}

impl Extensions {
    /// Returns whether files with the other extensions are made in the same way. What was begun as
    /// `.mp4` can go on as `.m4a` or `.mp3`: the same is downloaded.
    fn is_same_kind(&self, other: &Self) -> bool {
        let is_flv = |extension: &String| extension == FileEnding::Flv.as_str();
        is_flv(&self.written) == is_flv(&other.written)
            && is_flv(&self.finished) == is_flv(&other.finished)
    }
}

impl MovieSource {
    /// Returns whether it makes the same movie; the number of segments may differ.
    fn is_same_movie(&self, other: &Self) -> bool {
        match (self.plan(), other.plan()) {
            (Some(plan), Some(other_plan)) => {
                let is_same_rendition = plan.rendition == other_plan.rendition;
                let is_same_recording = plan.media == other_plan.media;
                is_same_recording && is_same_rendition && self.range() == other.range()
            }
            _ => self == other,
        }
    }

    /// Returns whether a download of the older plan can be resumed.
    fn compare(&self, older: &Self) -> PlanChange {
        // A stream goes on, whatever its segments are now.
        let is_live = |source: &Self| matches!(source, Self::Live { .. });
        if is_live(self) && is_live(older) && self.is_same_movie(older) {
            return PlanChange::Same;
        }
        match (self.plan(), older.plan()) {
            (Some(plan), Some(older_plan)) if self.range() == older.range() => {
                plan.compare(older_plan)
            }
            _ if self == older => PlanChange::Same,
            _ => PlanChange::Different,
        }
    }

    fn plan(&self) -> Option<&SegmentPlan> {
        match self {
            Self::Plan(plan) | Self::Range { plan, .. } | Self::Live { plan, .. } => Some(plan),
            Self::Files { .. } => None,
        }
    }

    fn range(&self) -> Option<TimeRange> {
        match self {
            Self::Range { range, .. } => Some(*range),
            Self::Plan(_) | Self::Live { .. } | Self::Files { .. } => None,
        }
    }
}

impl Manifest {
    pub(super) fn matches(&self, source: &MovieSource, extensions: &Extensions) -> bool {
        self.extensions.is_same_kind(extensions) && self.plan.is_same_movie(source)
    }

    /// Returns why the manifest cannot be ours: a file name in it leads out of the folder or to
    /// another file.
    ///
    /// `folder` is the part folder; the name of the movie begins with its stem.
    fn suspicion(&self, folder: &Path) -> Option<String> {
        let intent = self.intent.as_ref()?;
        let file = Path::new(&intent.finished.file);
        let has = |ending: &String| {
            file.extension()
                .is_some_and(|found| found == ending.as_str())
        };
        let stem = folder.file_stem().unwrap_or_default().to_string_lossy();
        let is_ours = is_plain_name(&intent.finished.file)
            // Some file systems normalise Unicode names, so only ASCII stems are compared.
            && (!stem.is_ascii() || intent.finished.file.starts_with(&*stem))
            && (has(&self.extensions.written) || has(&self.extensions.finished))
            && [MOVIE, CONVERTED, CONVERTED_MP3].contains(&intent.film.as_str());
        (!is_ours).then(|| "its plan names a file that is not its own".to_owned())
    }

    /// Returns the plan, if it is of a recording.
    pub(super) fn into_plan(self) -> Option<SegmentPlan> {
        match self.plan {
            MovieSource::Plan(plan) | MovieSource::Range { plan, .. } => Some(plan),
            MovieSource::Live { .. } | MovieSource::Files { .. } => None,
        }
    }

    /// Returns the stream and its segments, if it is of a stream.
    pub(super) fn into_live(self) -> Option<(LiveRecord, SegmentPlan, Extensions)> {
        match self.plan {
            MovieSource::Live { live, plan } => Some((live, plan, self.extensions)),
            _ => None,
        }
    }
}

/// Compares the plan with that of the earlier attempt and saves it, unless segments must be
/// compared first.
pub(super) fn update(
    folder: &Path,
    source: &MovieSource,
    extensions: &Extensions,
) -> Result<PlanChange, Error> {
    if let FolderState::Owned(older) = folder_state(folder)? {
        match source.compare(&older.plan) {
            PlanChange::Different => return Err(Error::Changed(folder.to_owned())),
            PlanChange::Unverified => return Ok(PlanChange::Unverified),
            PlanChange::Same if *source == older.plan && *extensions == older.extensions => {
                return Ok(PlanChange::Same);
            }
            PlanChange::Same => {}
        }
    }
    replace(folder, source, extensions)?;
    Ok(PlanChange::Same)
}

/// Saves a plan in place of the one of the earlier attempt.
pub(super) fn replace(
    folder: &Path,
    source: &MovieSource,
    extensions: &Extensions,
) -> Result<(), Error> {
    let manifest = Manifest {
        schema: PLAN_SCHEMA,
        extensions: extensions.clone(),
        plan: source.clone(),
        intent: None,
    };
    write(folder, &manifest)
}

/// Saves that the movie is about to be renamed.
pub(super) fn set_pending_rename(folder: &Path, intent: PendingRename) -> Result<(), Error> {
    let FolderState::Owned(mut manifest) = folder_state(folder)? else {
        return Err(Error::Internal("the plan of a part folder is gone".into()));
    };
    manifest.intent = Some(intent);
    write(folder, &manifest)
}

/// Returns the movie if a rename was pending and has happened.
///
/// Only name and size are compared: the movie was read back and synced before the rename was saved.
pub(super) fn finished(folder: &Path) -> Result<Option<Finished>, Error> {
    let FolderState::Owned(manifest) = folder_state(folder)? else {
        return Ok(None);
    };
    let Some(intent) = manifest.intent else {
        return Ok(None);
    };
    let named = folder.with_file_name(&intent.finished.file);
    let there = fs::symlink_metadata(&named)
        .is_ok_and(|file| file.is_file() && file.len() == intent.finished.size_bytes);
    let has_its_name = there && !exists(&folder.join(&intent.film));
    Ok(has_its_name.then_some(intent.finished))
}

fn write(folder: &Path, manifest: &Manifest) -> Result<(), Error> {
    let path = folder.join(PLAN);
    durable::write_json(&path, manifest).map_err(Error::disk(&path))
}

/// Whether a folder can be used as a part folder.
pub(super) enum FolderState {
    /// There is no folder, or a crash left it before anything was fetched.
    Free,
    Owned(Box<Manifest>),
    /// A foreign folder, or an unreadable plan, with the reason: it is left alone.
    Foreign(String),
}

pub(super) fn folder_state(folder: &Path) -> Result<FolderState, Error> {
    if !exists(folder) {
        return Ok(FolderState::Free);
    }
    match files::suspicion(folder) {
        Ok(None) => {}
        Ok(Some(reason)) => return Ok(FolderState::Foreign(reason)),
        // Another process has deleted it meanwhile.
        Err(error) if error.kind() == io::ErrorKind::NotFound && !exists(folder) => {
            return Ok(FolderState::Free);
        }
        Err(error) => return Err(Error::disk(folder)(error)),
    }
    let path = folder.join(PLAN);
    match read(&path) {
        Ok(Some(manifest)) => Ok(match manifest.suspicion(folder) {
            None => FolderState::Owned(Box::new(manifest)),
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
    match guarded::open(path, OpenMode::Read) {
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

/// Returns whether the folder holds only files that are created before the plan.
fn holds_nothing(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| {
        entries.all(|entry| {
            entry.is_ok_and(|entry| {
                let name = entry.file_name();
                name == lock::NAME || files::is_temporary_name(&name.to_string_lossy())
            })
        })
    })
}
