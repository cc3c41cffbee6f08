//! What a part folder says of itself: whose it is, and how far its film came.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use ustream::{PlanChange, SegmentPlan};

use super::{lock, taken};
use crate::durable::{self, TEMPORARY};
use crate::error::Error;
use crate::view::Finished;

/// What the folder belongs to.
pub(super) const PLAN: &str = "plan.json";
const SCHEMA: u32 = 1;

/// What a part folder belongs to.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Frozen {
    schema: u32,
    endings: Endings,
    plan: Material,
    /// Written before the finished film gets its name: after a crash, the name says what happened.
    #[serde(default)]
    pub(super) intent: Option<Intent>,
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

/// Endings of file names, without the dot. They differ where another program makes the film.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Endings {
    /// Of what our own muxer writes.
    pub(crate) written: String,
    /// Of the finished file.
    pub(crate) finished: String,
}

/// A film that is about to get its name.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Intent {
    /// Name of the film within the part folder: gone once it has been renamed.
    pub(super) film: String,
    pub(super) finished: Finished,
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
            (Self::Plan(plan), Self::Plan(older)) => plan.compare(older) != PlanChange::Different,
            (one, older) => one == older,
        }
    }
}

impl Frozen {
    pub(super) fn is(&self, material: &Material, endings: &Endings) -> bool {
        self.endings == *endings && self.plan.is(material)
    }

    /// The plan, where it is of a recording.
    pub(super) fn plan(self) -> Option<SegmentPlan> {
        match self.plan {
            Material::Plan(plan) => Some(plan),
            Material::Films { .. } => None,
        }
    }
}

/// Compares with the plan of the earlier attempt and saves this one.
pub(super) fn freeze(folder: &Path, material: &Material, endings: &Endings) -> Result<(), Error> {
    if let State::Of(older) = state(folder)? {
        if !material.continues(&older.plan) {
            return Err(Error::Changed(folder.to_owned()));
        }
        if *material == older.plan {
            return Ok(());
        }
    }
    let frozen = Frozen {
        schema: SCHEMA,
        endings: endings.clone(),
        plan: material.clone(),
        intent: None,
    };
    write(folder, &frozen)
}

/// Says that the film is about to get its name.
pub(super) fn intend(folder: &Path, intent: Intent) -> Result<(), Error> {
    let State::Of(mut frozen) = state(folder)? else {
        return Err(Error::Broken("the plan of a part folder is gone".into()));
    };
    frozen.intent = Some(intent);
    write(folder, &frozen)
}

/// The intent is there and the film is not here any more: it has its name.
pub(super) fn finished(folder: &Path) -> Result<Option<Finished>, Error> {
    let State::Of(frozen) = state(folder)? else {
        return Ok(None);
    };
    let Some(intent) = frozen.intent else {
        return Ok(None);
    };
    let named = folder.with_file_name(&intent.finished.file);
    let there = fs::metadata(&named).is_ok_and(|file| file.len() == intent.finished.size_bytes);
    let has_its_name = there && !taken(&folder.join(&intent.film));
    Ok(has_its_name.then_some(intent.finished))
}

fn write(folder: &Path, frozen: &Frozen) -> Result<(), Error> {
    let path = folder.join(PLAN);
    durable::write_json(&path, frozen).map_err(Error::disk(&path))
}

/// What a folder of that name is.
pub(super) enum State {
    /// Nothing of value: no folder, or one that a crash left before anything was fetched.
    Free,
    Of(Box<Frozen>),
    /// Somebody else's folder, or a damaged plan: it is left alone.
    Foreign,
}

pub(super) fn state(folder: &Path) -> Result<State, Error> {
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

/// Holds nothing but what is made before the plan.
fn holds_nothing(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| {
        entries.all(|entry| {
            entry.is_ok_and(|entry| {
                let name = entry.file_name();
                name == lock::NAME || name.to_string_lossy().starts_with(TEMPORARY)
            })
        })
    })
}
