//! A mock service and an engine that connects to it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use engine::view::{Finished, JobView};
use engine::{
    Choice, Config, ContainerChoice, Endpoint, Engine, Extras, Failure, JobId, JobState, NewJob,
    OutputLocation, Patience, Remuxer, Template,
};
use fake_ustream::{FakeUstream, NetworkLink, SharedAssets, World};

/// Maximum number of parallel requests of an engine.
pub(crate) const PARALLEL: usize = 8;
/// The main recording of the demo world.
pub(crate) const MAIN: u64 = 112_470_631;

/// A running mock service and the folder of its certificate authority.
pub(crate) struct MockService {
    pub(crate) service: FakeUstream,
    folder: tempfile::TempDir,
}

impl MockService {
    pub(crate) async fn demo() -> Self {
        Self::with(World::demo()).await
    }

    pub(crate) async fn with(world: World) -> Self {
        Self::with_link(world, None).await
    }

    pub(crate) async fn with_link(world: World, link: Option<NetworkLink>) -> Self {
        let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let assets = SharedAssets::new().unwrap();
        Self::of(assets.start_at(anywhere, world, link).await.unwrap())
    }

    /// Uses a service that runs already.
    pub(crate) fn of(service: FakeUstream) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), service.ca_pem()).unwrap();
        Self { service, folder }
    }

    /// Returns the path of the certificate authority to trust.
    pub(crate) fn ca_path(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    pub(crate) fn endpoint(&self) -> Endpoint {
        Endpoint::mock(self.service.address(), self.service.ca_pem().as_bytes()).unwrap()
    }

    /// Opens an engine that reports at once that the service is down, so that tests of that need not
    /// wait.
    pub(crate) fn engine(&self) -> Engine {
        self.engine_with_patience(Patience {
            down: Duration::ZERO,
            ..Patience::default()
        })
    }

    pub(crate) fn engine_with_patience(&self, patience: Patience) -> Engine {
        Engine::open(Config {
            endpoint: self.endpoint(),
            patience,
            ..Config::default()
        })
        .unwrap()
    }

    /// Opens an engine that keeps its jobs in this folder.
    pub(crate) fn engine_with_data(&self, data: &Path) -> Engine {
        Engine::open(Config {
            endpoint: self.endpoint(),
            data_dir: Some(data.to_owned()),
            ..Config::default()
        })
        .unwrap()
    }

    /// Like [`Self::engine_with_data`], but the jobs are read when they are asked for.
    pub(crate) fn engine_that_defers_jobs(&self, data: &Path) -> Engine {
        Engine::open(Config {
            endpoint: self.endpoint(),
            data_dir: Some(data.to_owned()),
            defers_jobs: true,
            ..Config::default()
        })
        .unwrap()
    }

    pub(crate) fn client(&self) -> ustream::Client {
        ustream::Client::new(&self.endpoint()).unwrap()
    }

    /// Saves a recording with a separate engine.
    pub(crate) async fn save(&self, job: NewJob) -> Result<(PathBuf, Finished), Failure> {
        let engine = self.engine();
        let id = engine.download(job).await?;
        let ended = wait_for_end(&engine, &id).await;
        let path = engine.path(&id).await;
        engine.shutdown().await;
        ended.map(|finished| (path.unwrap(), finished))
    }

    /// Asserts that every chunk of a representation was served, and none twice.
    pub(crate) fn assert_all_requested_once(&self, recording: u64, representation: &str) {
        self.assert_all_requested(recording, representation, 0);
    }

    /// Asserts that every chunk of a representation was served, and at most `in_flight` of them
    /// twice: those that were in flight when the run stopped.
    pub(crate) fn assert_all_requested(
        &self,
        recording: u64,
        representation: &str,
        in_flight: usize,
    ) {
        assert_eq!(
            self.service.missing_segments(recording, representation),
            Some(vec![]),
            "{representation}"
        );
        let coverage = self.service.coverage(recording);
        let twice: Vec<_> = coverage.chunks[representation]
            .iter()
            .filter(|(_, times)| **times > 1)
            .collect();
        assert!(
            twice.len() <= in_flight,
            "requested more than once: {twice:?}"
        );
    }
}

/// The default job: an MP4 of the best quality.
pub(crate) fn job(recording: u64, folder: &Path) -> NewJob {
    NewJob {
        link: link(recording),
        choice: Choice::default(),
        remux: Remuxer::Builtin,
        output: OutputLocation {
            folder: folder.to_owned(),
            stem: None,
        },
        template: Template::default(),
        extras: Extras::default(),
        ending: None,
        again: false,
        range: None,
        live: None,
        title: None,
        thumbnail: None,
        overrides: engine::Overrides::default(),
    }
}

/// The default job, but saved as the original container.
pub(crate) fn original(recording: u64, folder: &Path) -> NewJob {
    let choice = Choice {
        keep: ContainerChoice::Original,
        ..Choice::default()
    };
    NewJob {
        choice,
        ..job(recording, folder)
    }
}

pub(crate) fn link(recording: u64) -> String {
    format!("https://video.ibm.com/recorded/{recording}")
}

/// Waits until a job is done or has failed.
pub(crate) async fn wait_for_end(engine: &Engine, id: &JobId) -> Result<Finished, Failure> {
    let over = |job: &JobView| matches!(job.state, JobState::Done { .. } | JobState::Failed { .. });
    match wait_until(engine, id, over).await.state {
        JobState::Done { finished } => Ok(finished),
        JobState::Failed { failure } => Err(failure),
        other => panic!("not ended: {other:?}"),
    }
}

/// Waits until a job satisfies the condition.
pub(crate) async fn wait_until(
    engine: &Engine,
    id: &JobId,
    wanted: impl Fn(&JobView) -> bool,
) -> JobView {
    let mut job_stream = engine.job_stream();
    let mut last = None;
    let seen = async {
        loop {
            let update = job_stream.next().await.expect("the engine is gone");
            for job in update
                .changed
                .into_iter()
                .filter(|job| job.id == id.to_string())
            {
                if wanted(&job) {
                    return job;
                }
                last = Some(job);
            }
        }
    };
    // Longer than the longest test, a silent service; it only ends a hang.
    let seen = tokio::time::timeout(Duration::from_mins(5), seen).await;
    seen.unwrap_or_else(|_| panic!("the job never got there: {last:?}"))
}

/// Returns the sorted names of all files and folders in a folder.
pub(crate) fn file_names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Deletes a folder in which a run may just be making another file.
pub(crate) fn delete_folder(folder: &Path) {
    const MOST_ATTEMPTS: usize = 1000;
    let mut deleted = Ok(());
    for _ in 0..MOST_ATTEMPTS {
        deleted = std::fs::remove_dir_all(folder);
        if !folder.exists() {
            return;
        }
    }
    panic!("{} cannot be deleted: {deleted:?}", folder.display());
}

/// Returns whether a folder holds one unfinished movie and nothing else.
pub(crate) fn is_unfinished(folder: &Path) -> bool {
    let names = file_names(folder);
    names.len() == 1
        && Path::new(&names[0])
            .extension()
            .is_some_and(|ending| ending == "part")
}
