//! Runs worlds: a service and an engine for each, many at the same time.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::num::{NonZeroU8, NonZeroUsize};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use engine::view::{Failure, Finished, JobView};
use engine::{Config, Endpoint, Engine, Extras, JobId, JobState, NewJob};
use fake_ustream::{FakeUstream, RuleId, SharedAssets};
use tokio::task::JoinSet;

use super::build::RECORDING;
use super::case::{Case, ChangeWhilePaused, OfferedFormat};
use super::clock;
use super::expected::ExpectedOutcome;
use super::reader::{self, MoviePackets};
use super::verdict::{JobEnding, Mismatch, Reported, judge};
use crate::mock_service::{file_names, job, original};

/// Number of worlds that run at the same time on one thread; their waits overlap.
const CONCURRENT_WORLDS: usize = 80;
/// In virtual time; longer than the longest retry budget, and than a whole recording that trickles.
const JOB_TIMEOUT: Duration = Duration::from_hours(4);

/// Results of all worlds.
#[derive(Debug, Default)]
pub(super) struct TruthSummary {
    pub(super) saved: u64,
    pub(super) failed: u64,
    /// Failed worlds, by kind of mistake.
    pub(super) wrong: BTreeMap<String, Vec<(u64, String)>>,
    /// Highest number of requests relative to the allowed number, in thousandths.
    pub(super) most_requests: u64,
}

/// Runs the worlds of these seeds on all processors.
pub(super) fn run(seeds: impl Iterator<Item = u64> + Send) -> TruthSummary {
    let assets = SharedAssets::new().unwrap();
    let seeds = Mutex::new(seeds);
    let next = || seeds.lock().unwrap_or_else(PoisonError::into_inner).next();
    let tally = Mutex::new(TruthSummary::default());
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let work = some(&assets, &next, &tally);
                clock::runtime().block_on(work);
            });
        }
    });
    tally.into_inner().unwrap_or_else(PoisonError::into_inner)
}

async fn some(assets: &SharedAssets, next: &impl Fn() -> Option<u64>, tally: &Mutex<TruthSummary>) {
    let mut worlds = JoinSet::new();
    let mut seeds = BTreeMap::new();
    loop {
        while worlds.len() < CONCURRENT_WORLDS {
            let Some(seed) = next() else {
                break;
            };
            let assets = assets.clone();
            let world = async move { world(&assets, &Case::random(seed)).await };
            seeds.insert(worlds.spawn(world).id(), seed);
        }
        let Some(ended) = worlds.join_next_with_id().await else {
            return;
        };
        let (id, outcome) = match ended {
            Ok((id, outcome)) => (id, outcome),
            Err(broken) => {
                let kind = "a panic";
                let detail = broken.to_string();
                (broken.id(), Err(Mismatch { kind, detail }))
            }
        };
        let seed = seeds.remove(&id).unwrap_or_default();
        let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
        match outcome {
            Ok(PassedWorld { is_saved, requests }) => {
                tally.saved += u64::from(is_saved);
                tally.failed += u64::from(!is_saved);
                tally.most_requests = tally.most_requests.max(requests);
            }
            Err(Mismatch { kind, detail }) => {
                // Printed at once, for long runs that are interrupted.
                let case = Case::random(seed);
                let line = format!("USTREAM_TRUTH_SEED={seed}: {kind}: {detail}\n    {case}\n");
                let _ = std::io::stderr().write_all(line.as_bytes());
                let list = tally.wrong.entry(kind.to_owned()).or_default();
                list.push((seed, detail));
            }
        }
    }
}

/// A world that passed.
#[derive(Debug)]
pub(super) struct PassedWorld {
    pub(super) is_saved: bool,
    /// Requests relative to the allowed number, in thousandths.
    pub(super) requests: u64,
}

/// One service and its rules that refuse connections.
struct RunningService {
    service: FakeUstream,
    down: Vec<RuleId>,
}

impl RunningService {
    async fn start(assets: &SharedAssets, case: &Case, meanwhile: ChangeWhilePaused) -> Self {
        let service = assets.start(case.world(meanwhile)).await.unwrap();
        let down = case.disturb(&service);
        Self { service, down }
    }

    fn engine(&self, parallel: u8) -> Engine {
        let authority = self.service.ca_pem().as_bytes();
        let endpoint = Endpoint::mock(self.service.address(), authority).unwrap();
        Engine::open(Config {
            endpoint,
            parallel: NonZeroUsize::from(NonZeroU8::new(parallel).unwrap()),
            ..Config::default()
        })
        .unwrap()
    }

    /// Returns the number of requests, refused connections included.
    fn requests(&self) -> u64 {
        let log = self.service.requests();
        let requests = log
            .iter()
            .filter(|request| request.method != "CONNECT")
            .count() as u64;
        let times_refused = |rule: &RuleId| u64::from(self.service.faults().times_applied(*rule));
        requests + self.down.iter().map(times_refused).sum::<u64>()
    }

    fn served_segments(&self) -> u64 {
        let coverage = self.service.coverage(RECORDING);
        coverage
            .chunks
            .values()
            .map(|representation| representation.len() as u64)
            .sum()
    }
}

/// Runs one world and judges its outcome.
pub(super) async fn world(assets: &SharedAssets, case: &Case) -> Result<PassedWorld, Mismatch> {
    let scratch = Path::new("/dev/shm");
    let folder = if scratch.is_dir() {
        tempfile::tempdir_in(scratch)
    } else {
        tempfile::tempdir()
    };
    let folder = folder.unwrap();
    let new_job = || NewJob {
        overrides: engine::Overrides {
            gaps: case.gaps,
            ..engine::Overrides::default()
        },
        extras: Extras {
            cover: case.cover,
            ..Extras::default()
        },
        ..if case.original { original } else { job }(RECORDING, folder.path())
    };
    let mut running = RunningService::start(assets, case, ChangeWhilePaused::Nothing).await;
    let mut requests_before = 0;
    let mut is_replaced = false;
    if let Some(interruption) = case.interruption
        && !interrupted(&running, case, new_job()).await
        // It may have been ending when it was interrupted.
        && saved_movie(folder.path()).is_none()
    {
        requests_before = running.requests();
        is_replaced = matches!(
            interruption.change,
            ChangeWhilePaused::Replaced | ChangeWhilePaused::Rehashed
        );
        running = RunningService::start(assets, case, interruption.change).await;
    } else if case.interruption.is_some() {
        // The run finished before the interruption: start the same again from the beginning.
        for name in file_names(folder.path()) {
            let path = folder.path().join(name);
            std::fs::remove_dir_all(&path)
                .or_else(|_| std::fs::remove_file(&path))
                .unwrap();
        }
        running = RunningService::start(assets, case, ChangeWhilePaused::Nothing).await;
    }
    let engine = running.engine(case.parallel);
    let ended = match engine.download(new_job()).await {
        Ok(id) => {
            let ended = ended(&engine, &id).await;
            ended.map(|ended| ended.map(|finished| (id, finished)))
        }
        Err(error) => Some(Err(Failure::from(error))),
    };
    let Some(ended) = ended else {
        let kind = "it does not end";
        return Err(Mismatch {
            kind,
            detail: String::new(),
        });
    };
    let path = match &ended {
        Ok((id, _)) => engine.path(id).await,
        Err(_) => None,
    };
    engine.shutdown().await;
    let expected = ExpectedOutcome::of(case, &running.service, is_replaced);
    let (ending, reported) = job_ending(case, &running.service, ended, path.as_deref())?;
    judge(&expected, &ending, &reported)?;
    if matches!(ending, JobEnding::Failed(..))
        && let Some(detail) = saved_movie(folder.path())
    {
        let kind = "a failure leaves a finished movie";
        return Err(Mismatch { kind, detail });
    }
    // Each run may make as many: a continued one asks again for every segment that was refused.
    let requests = requests_before.max(running.requests());
    let allowed = 3 * expected.planned + 200;
    if requests > allowed {
        let kind = "too many requests";
        let detail = format!("{requests}, not {allowed}; {ending:?}")
            .chars()
            .take(200)
            .collect();
        return Err(Mismatch { kind, detail });
    }
    Ok(PassedWorld {
        is_saved: matches!(ending, JobEnding::Done(_)),
        requests: requests * 1000 / allowed,
    })
}

/// Returns how a job ended and what it reported.
fn job_ending(
    case: &Case,
    service: &FakeUstream,
    ended: Result<(JobId, Finished), Failure>,
    path: Option<&Path>,
) -> Result<(JobEnding, Reported), Mismatch> {
    match ended {
        Ok((_, finished)) => {
            let reported = Reported {
                gaps: finished.gaps,
                missing: finished.missing,
                shorter_ms: finished.shorter_than_stated_ms,
            };
            let Some(file) = path.and_then(|path| std::fs::read(path).ok()) else {
                let kind = "saved without a file";
                return Err(Mismatch {
                    kind,
                    detail: finished.file,
                });
            };
            Ok((JobEnding::Done(movie(case, service, &file)?), reported))
        }
        Err(failure) => {
            let reported = Reported {
                gaps: failure.gaps,
                missing: failure.missing,
                shorter_ms: failure.shorter_than_stated_ms,
            };
            Ok((JobEnding::Failed(failure.code, failure.detail), reported))
        }
    }
}

fn movie(case: &Case, service: &FakeUstream, file: &[u8]) -> Result<MoviePackets, Mismatch> {
    if case.format == OfferedFormat::FileMp4 && case.original {
        // Fragments were written in order of arrival: the same bytes contain the same packets.
        if service.file(RECORDING).as_deref() != Some(file) {
            let kind = "an original with other bytes";
            return Err(Mismatch {
                kind,
                detail: String::new(),
            });
        }
        let expected = ExpectedOutcome::of(case, service, false);
        let slots = expected
            .track_sets
            .into_iter()
            .flat_map(|track_set| track_set.tracks)
            .flatten();
        let video = slots.filter(|slot| slot.requirement != super::expected::Requirement::Not);
        let video = video.flat_map(|slot| slot.video).collect();
        return Ok(MoviePackets {
            video,
            audio: Vec::new(),
        });
    }
    reader::read(file).map_err(|detail| Mismatch {
        kind: "a movie that cannot be read",
        detail,
    })
}

/// Returns the name of a finished movie in the folder.
fn saved_movie(folder: &Path) -> Option<String> {
    let is_movie = |name: &String| name.ends_with("mp4") || name.ends_with("flv");
    file_names(folder).into_iter().find(is_movie)
}

/// Runs a job until this many segments have arrived, and stops it. Returns whether it had already
/// ended.
async fn interrupted(running: &RunningService, case: &Case, new_job: NewJob) -> bool {
    let after = case.interruption.map_or(0, |it| it.after);
    let engine = running.engine(case.parallel);
    let Ok(id) = engine.download(new_job).await else {
        return true;
    };
    let enough = async {
        while running.served_segments() < after {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let is_over = tokio::select! {
        () = enough => false,
        _ = ended(&engine, &id) => true,
    };
    engine.shutdown().await;
    is_over
}

/// Waits until a job is done or has failed. Returns `None` after a timeout.
async fn ended(engine: &Engine, id: &JobId) -> Option<Result<Finished, Failure>> {
    let mut feed = engine.job_stream();
    let name = id.to_string();
    let end = async {
        loop {
            let update = feed.next().await?;
            let is_this_job = |job: &JobView| job.id == name;
            match update
                .changed
                .into_iter()
                .find(is_this_job)
                .map(|job| job.state)
            {
                Some(JobState::Done { finished }) => return Some(Ok(finished)),
                Some(JobState::Failed { failure }) => return Some(Err(failure)),
                _ => {}
            }
        }
    };
    tokio::time::timeout(JOB_TIMEOUT, end).await.ok().flatten()
}
