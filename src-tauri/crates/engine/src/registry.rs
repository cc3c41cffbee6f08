//! Saves the jobs: one small file for each, written at each change of state, never on progress.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::disk::{durable, guarded};
use crate::error::Error;
use crate::job::{JobId, JobSpec};
use crate::run::Discovery;
use crate::saved::{JOB_SCHEMA, JobState, Progress};

/// What is saved of a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct JobRecord {
    schema: u32,
    /// When it was added, in milliseconds since 1970: the order of the list.
    pub(crate) added_ms: i64,
    pub(crate) spec: JobSpec,
    pub(crate) state: JobState,
    pub(crate) discovery: Option<Discovery>,
    /// The finished file.
    pub(crate) file: Option<PathBuf>,
    /// How far it had come at the last change of state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) progress: Option<Progress>,
}

impl JobRecord {
    pub(crate) fn new(spec: JobSpec, added_ms: i64) -> Self {
        let state = JobState::Queued;
        Self {
            schema: JOB_SCHEMA,
            added_ms,
            spec,
            state,
            discovery: None,
            file: None,
            progress: None,
        }
    }
}

/// The jobs of an earlier run.
#[derive(Debug, Default)]
pub(crate) struct LoadedJobs {
    /// The jobs, oldest first.
    pub(crate) jobs: Vec<(JobId, JobRecord)>,
    /// How many files could not be read.
    pub(crate) unreadable: usize,
}

/// The folder of job files; `None` on the command line, which saves no jobs.
#[derive(Clone, Debug)]
pub(crate) struct Registry {
    folder: Option<PathBuf>,
}

impl Registry {
    /// Opens the registry below `data`.
    pub(crate) fn open(data: Option<&Path>) -> Result<Self, Error> {
        let folder = data.map(|data| data.join("jobs"));
        if let Some(folder) = &folder {
            fs::create_dir_all(folder)
                // Found out now, and not when the first job is to be saved.
                .and_then(|()| tempfile::tempfile_in(folder))
                .map_err(Error::own_folder(folder))?;
        }
        Ok(Self { folder })
    }

    /// Returns the paths of the job files.
    pub(crate) fn list(&self) -> Result<Vec<PathBuf>, Error> {
        let Some(folder) = &self.folder else {
            return Ok(Vec::new());
        };
        let entries = fs::read_dir(folder).map_err(Error::own_folder(folder))?;
        let paths: Result<Vec<_>, _> = entries.map(|entry| entry.map(|it| it.path())).collect();
        let mut paths = paths.map_err(Error::own_folder(folder))?;
        paths.retain(|path| path.extension().is_some_and(|found| found == "json"));
        Ok(paths)
    }

    pub(crate) fn save(&self, id: &JobId, record: &JobRecord) -> Result<(), Error> {
        let Some(folder) = &self.folder else {
            return Ok(());
        };
        let path = folder.join(file_name(id));
        durable::write_json(&path, record).map_err(Error::own_folder(folder))
    }

    pub(crate) fn remove(&self, id: &JobId) -> Result<(), Error> {
        let Some(folder) = &self.folder else {
            return Ok(());
        };
        let path = folder.join(file_name(id));
        guarded::remove_if_there(&path).map_err(Error::own_folder(folder))
    }
}

impl LoadedJobs {
    /// Reads job files, oldest job first. Those that were queued or running are paused: only the user
    /// resumes them. A file that cannot be read is renamed to `.bad` and the rest is loaded.
    pub(crate) fn read(paths: Vec<PathBuf>) -> Self {
        let mut loaded = Self::default();
        for path in paths {
            let Some((id, mut record)) = read(&path) else {
                loaded.unreadable += 1;
                // If the rename fails, the file is skipped at the next start too.
                let _ = fs::rename(&path, path.with_extension("bad"));
                continue;
            };
            if matches!(record.state, JobState::Queued | JobState::Running) {
                record.state = JobState::Paused;
            }
            loaded.jobs.push((id, record));
        }
        loaded.jobs.sort_by_key(|(_, record)| record.added_ms);
        loaded
    }
}

fn file_name(id: &JobId) -> String {
    format!("{id}.json")
}

fn read(path: &Path) -> Option<(JobId, JobRecord)> {
    let id = path.file_stem()?.to_str()?.parse().ok()?;
    let record = durable::read_json::<JobRecord>(path).ok()??;
    (record.schema == JOB_SCHEMA).then_some((id, record))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extras::Extras;
    use crate::job::{DownloadRequest, JobSource, MovieFiles, Mp4Extension, OutputLocation};
    use crate::remuxer::Remuxer;

    fn record() -> JobRecord {
        let spec = JobSpec {
            source: JobSource::Recording(DownloadRequest {
                target: ustream::Target::Recording(ustream::RecordingId(1)),
                choice: ustream::Choice::default(),
                template: "{date} {title}".parse().unwrap(),
                extras: Extras::default(),
                ending: None,
                again: false,
                range: None,
            }),
            remux: Remuxer::Builtin,
            output: OutputLocation {
                folder: "Downloads".into(),
                stem: None,
            },
            title: None,
            thumbnail: None,
        };
        JobRecord::new(spec, 7)
    }

    #[test]
    fn what_was_running_rests_after_a_restart() {
        let data = tempfile::tempdir().unwrap();
        let registry = Registry::open(Some(data.path())).unwrap();
        let id = JobId::random();
        let running = JobRecord {
            state: JobState::Running,
            ..record()
        };
        registry.save(&id, &running).unwrap();
        let paused = JobRecord {
            state: JobState::Paused,
            ..record()
        };
        assert_eq!(
            LoadedJobs::read(registry.list().unwrap()).jobs,
            [(id.clone(), paused)]
        );
        registry.remove(&id).unwrap();
        assert!(LoadedJobs::read(registry.list().unwrap()).jobs.is_empty());
    }

    #[test]
    fn a_folder_that_cannot_be_used_is_named_as_the_own_one() {
        let data = tempfile::tempdir().unwrap();
        fs::write(data.path().join("jobs"), "a file in its place").unwrap();
        let Err(error) = Registry::open(Some(data.path())) else {
            panic!("the jobs have no folder");
        };
        let failure = crate::view::Failure::from(error);
        assert_eq!(failure.code, crate::code::Code::OwnFolder);
        assert_eq!(
            failure.detail,
            data.path().join("jobs").display().to_string()
        );
    }

    #[test]
    fn an_order_for_films_on_this_computer_comes_back_as_one() {
        let data = tempfile::tempdir().unwrap();
        let registry = Registry::open(Some(data.path())).unwrap();
        let mut saved = record();
        saved.state = JobState::Paused;
        saved.spec.source = JobSource::Files(MovieFiles {
            films: vec!["a.flv".into(), "b.flv".into()],
            ending: Mp4Extension::M4v,
        });
        let id = JobId::random();
        registry.save(&id, &saved).unwrap();
        assert_eq!(
            LoadedJobs::read(registry.list().unwrap()).jobs,
            [(id, saved)]
        );
    }

    #[test]
    fn one_bad_file_is_set_aside_and_the_others_are_there() {
        let data = tempfile::tempdir().unwrap();
        let registry = Registry::open(Some(data.path())).unwrap();
        let bad = data.path().join("jobs/0123456789abcdef.json");
        fs::write(&bad, "{\"schema\":").unwrap();
        registry.save(&JobId::random(), &record()).unwrap();
        let loaded = LoadedJobs::read(registry.list().unwrap());
        assert_eq!((loaded.jobs.len(), loaded.unreadable), (1, 1));
        assert!(!bad.exists() && bad.with_extension("bad").exists());
    }
}
