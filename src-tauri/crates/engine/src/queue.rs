//! The one task that owns the jobs: commands in, ended runs, a tick.
//!
//! The registry is written before a new state is shown, so what a person sees is what a crash
//! would find.

mod job;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::MissedTickBehavior;

use self::job::{ActiveRun, Job};
use crate::durable::blocking;
use crate::error::Error;
use crate::job::{JobEvent, JobId, JobSpec, Overrides};
use crate::job_stream::Snapshot;
use crate::outcome::{Outcome, Stopped};
use crate::part::{self, SavedMovie};
use crate::registry::{JobRecord, Registry};
use crate::run::{self, RunContext};
use crate::saved::{Failure, JobState};
use crate::view::JobView;

/// How often progress is looked at.
const TICK: Duration = Duration::from_millis(100);

/// Where a command's answer goes.
type ReplySender<T> = oneshot::Sender<Result<T, Error>>;

/// What the handle asks of the queue.
#[derive(Debug)]
pub(crate) enum Command {
    Add {
        spec: JobSpec,
        permit: Overrides,
        reply: ReplySender<JobId>,
    },
    Pause {
        id: JobId,
        reply: ReplySender<()>,
    },
    Resume {
        id: JobId,
        permit: Overrides,
        reply: ReplySender<()>,
    },
    Remove {
        id: JobId,
        keep: bool,
        reply: ReplySender<()>,
    },
    Path {
        id: JobId,
        reply: ReplySender<Option<PathBuf>>,
    },
    /// Saves it to another folder, from the start.
    Relocate {
        id: JobId,
        folder: PathBuf,
        permit: Overrides,
        reply: ReplySender<()>,
    },
    /// So many jobs may run from now on.
    RunAtOnce(NonZeroUsize),
    /// This is the ffmpeg from now on.
    UseFfmpeg(PathBuf),
    Shutdown,
}

/// What the queue begins with.
pub(crate) struct QueueSetup {
    pub(crate) context: RunContext,
    pub(crate) registry: Registry,
    pub(crate) saved: Vec<(JobId, JobRecord)>,
    /// How many jobs may run.
    pub(crate) at_once: NonZeroUsize,
}

/// All jobs and their runs.
pub(crate) struct Queue {
    at_once: NonZeroUsize,
    jobs: Vec<Job>,
    runs: JoinSet<RunResult>,
    context: Arc<RunContext>,
    registry: Registry,
    snapshot: watch::Sender<Snapshot>,
    /// Given once what they tell of can be seen, so that nobody reads an older snapshot after.
    pending_replies: Vec<PendingReply>,
}

type PendingReply = Box<dyn FnOnce() + Send>;
type RunResult = Outcome<SavedMovie>;

impl Queue {
    pub(crate) fn new(start: QueueSetup, snapshot: watch::Sender<Snapshot>) -> Self {
        let QueueSetup {
            context: means,
            registry,
            saved,
            at_once,
        } = start;
        let jobs = saved
            .into_iter()
            .map(|(id, record)| Job::new(id, record, Overrides::default()));
        let jobs = jobs.collect();
        let mut queue = Self {
            at_once,
            pending_replies: Vec::new(),
            jobs,
            runs: JoinSet::new(),
            context: Arc::new(means),
            registry,
            snapshot,
        };
        queue.publish();
        queue
    }

    /// Works until it is shut down or nobody is left to ask.
    pub(crate) async fn run_loop(mut self, mut commands: mpsc::Receiver<Command>) {
        self.recover().await;
        self.publish();
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                command = commands.recv() => match command {
                    None | Some(Command::Shutdown) => break,
                    Some(command) => self.handle(command).await,
                },
                Some(ended) = self.runs.join_next_with_id() => self.run_ended(ended).await,
                _ = tick.tick(), if !self.runs.is_empty() => self.note_discoveries().await,
            }
            self.start_next().await;
            self.publish();
        }
        // A quit is a polite crash: what the runs have is safe, and they stay as they are.
        for active in self.jobs.iter().filter_map(|job| job.active.as_ref()) {
            active.cancel.cancel();
        }
        while let Some(ended) = self.runs.join_next_with_id().await {
            // A film that came out meanwhile is a fact.
            self.run_ended(ended).await;
        }
        self.publish();
    }

    async fn handle(&mut self, command: Command) {
        match command {
            Command::Add {
                spec,
                permit,
                reply,
            } => {
                let added = self.add(spec, permit).await;
                self.queue_reply(reply, added);
            }
            Command::Pause { id, reply } => {
                let paused = self.pause(&id).await;
                self.queue_reply(reply, paused);
            }
            Command::Resume { id, permit, reply } => {
                let resumed = self.resume(&id, permit).await;
                self.queue_reply(reply, resumed);
            }
            Command::Remove { id, keep, reply } => self.remove(&id, keep, reply).await,
            Command::Path { id, reply } => {
                let path = self.job(&id).map(|job| job.record.file.clone());
                self.queue_reply(reply, path);
            }
            Command::Relocate {
                id,
                folder,
                permit,
                reply,
            } => {
                let relocated = self.relocate(&id, folder, permit).await;
                self.queue_reply(reply, relocated);
            }
            // Those that run go on with the one they have.
            Command::UseFfmpeg(ffmpeg) => {
                let means = RunContext::clone(&self.context);
                self.context = Arc::new(RunContext { ffmpeg, ..means });
            }
            // Those that run go on: none is stopped for being one too many.
            Command::RunAtOnce(at_once) => self.at_once = at_once,
            Command::Shutdown => {}
        }
    }

    /// Makes good what a crash left between the name of a film and the word of it: the film is
    /// there, so the job is done.
    async fn recover(&mut self) {
        let known = |job: &Job| Some((job.id.clone(), job.record.discovery.as_ref()?.part.clone()));
        let parts: Vec<_> = self.jobs.iter().filter_map(known).collect();
        // One after the other: a folder is locked while it is looked at, and two may share one.
        for (id, part) in parts {
            // What cannot be looked at is found when the job goes on.
            if let Ok(Some(saved)) = blocking(move || SavedMovie::find(&part)).await {
                self.finish(&id, saved).await;
            }
        }
    }

    /// Makes a finish known for good, and only then takes away what else tells of it.
    async fn finish(&mut self, id: &JobId, saved: SavedMovie) {
        let Ok(job) = self.job(id) else { return };
        match &job.record.state {
            // The folder of that name may be another film's by now.
            JobState::Done { finished } if *finished != saved.finished => return,
            _ => job.record.file = Some(saved.path.clone()),
        }
        let finish = JobEvent::Finish(saved.finished.clone());
        if self.change(id, finish).await.is_ok() {
            let tidy = move || {
                saved.remove_part_folder();
                Ok(())
            };
            // A folder that stays is met at the next start.
            let _ = blocking(tidy).await;
        }
    }

    async fn add(&mut self, spec: JobSpec, permit: Overrides) -> Result<JobId, Error> {
        // The list keeps its order over a restart, also where the clock has been set back.
        let now_ms = jiff::Timestamp::now().as_millisecond();
        let last_ms = self.jobs.iter().map(|job| job.record.added_ms).max();
        let after = last_ms.map_or(now_ms, |last| now_ms.max(last.saturating_add(1)));
        let record = JobRecord::new(spec, after);
        let job = Job::new(JobId::random(), record, permit);
        let id = job.id.clone();
        self.jobs.push(job);
        let saved = self.save(&id).await;
        if saved.is_err() {
            self.jobs.pop();
        }
        saved.map(|()| id)
    }

    async fn pause(&mut self, id: &JobId) -> Result<(), Error> {
        if let Some(active) = &self.job(id)?.active {
            active.cancel.cancel();
        }
        self.change(id, JobEvent::Pause).await
    }

    async fn resume(&mut self, id: &JobId, permit: Overrides) -> Result<(), Error> {
        self.job(id)?.overrides = permit;
        self.change(id, JobEvent::Resume).await
    }

    /// What it has stays in the old folder until the disk of that lets go of it: a disk that is
    /// full or gone is why a person asks.
    async fn relocate(
        &mut self,
        id: &JobId,
        folder: PathBuf,
        permit: Overrides,
    ) -> Result<(), Error> {
        let job = self.job(id)?;
        if job.active.is_some() {
            return Err(Error::InUse(job.record.spec.output.folder.clone()));
        }
        if job.record.state.on(JobEvent::Resume).is_none() {
            return Ok(());
        }
        let old = job.record.discovery.as_mut().map(|discovery| {
            let name = discovery.part.file_name().map(ToOwned::to_owned);
            let elsewhere = folder.join(name.unwrap_or_default());
            std::mem::replace(&mut discovery.part, elsewhere)
        });
        job.record.spec.output.folder = folder;
        if let Some(old) = old
            && !self.is_shared(id, &old)
        {
            let discarded = blocking(move || part::discard(&old)).await;
            if let Err(error) = discarded {
                tracing::info!(%error, "the old part folder stays");
            }
        }
        self.resume(id, permit).await
    }

    /// Another job of the same recording may go on in the same folder.
    fn is_shared(&self, id: &JobId, part: &Path) -> bool {
        let others = self.jobs.iter().filter(|job| job.id != *id);
        let mut parts = others.filter_map(|job| Some(&job.record.discovery.as_ref()?.part));
        parts.any(|other| other == part)
    }

    async fn remove(&mut self, id: &JobId, keep: bool, reply: ReplySender<()>) {
        match self.job(id) {
            Err(error) => self.queue_reply(reply, Err(error)),
            Ok(job) => {
                let running = job
                    .active
                    .as_ref()
                    .map(|active| active.cancel.cancel())
                    .is_some();
                job.removal = Some((keep, reply));
                if !running {
                    self.delete_job(id).await;
                }
            }
        }
    }

    /// Takes a job that is not running off the list, and its part folder off the disk.
    async fn delete_job(&mut self, id: &JobId) {
        let Some(place) = self.jobs.iter().position(|job| job.id == *id) else {
            return;
        };
        let job = self.jobs.remove(place);
        let Some((keep, reply)) = job.removal else {
            return;
        };
        let registry = self.registry.clone();
        // A finished job's part folder is gone, and its name may be another's by now.
        let finished = matches!(job.record.state, JobState::Done { .. });
        let part = job.record.discovery.map(|discovery| discovery.part);
        let shared = part.as_ref().is_some_and(|part| self.is_shared(id, part));
        let gone = blocking(move || {
            registry.remove(&job.id)?;
            match part {
                Some(part) if !keep && !finished && !shared => part::discard(&part),
                _ => Ok(()),
            }
        });
        self.queue_reply(reply, gone.await);
    }

    async fn start_next(&mut self) {
        while self.runs.len() < self.at_once.get() {
            let next = self.jobs.iter().position(|job| {
                job.record.state == JobState::Queued
                    && job.active.is_none()
                    && job.removal.is_none()
            });
            let Some(place) = next else { return };
            let id = self.jobs[place].id.clone();
            if self.change(&id, JobEvent::Start).await.is_err() {
                // It is not queued any more: its state says why.
                continue;
            }
            let attempt = self.jobs[place].attempt(&self.context);
            let (cancel, discovery) = (attempt.cancel.clone(), attempt.discovery.clone());
            let meter = Some(Arc::clone(&attempt.meter));
            let task = self.runs.spawn(run::run(attempt)).id();
            let job = &mut self.jobs[place];
            job.meter = meter;
            job.active = Some(ActiveRun {
                task,
                cancel,
                discovery,
            });
        }
    }

    async fn run_ended(&mut self, ended: Result<(Id, RunResult), JoinError>) {
        self.note_discoveries().await;
        let (task, outcome) = match ended {
            Ok(ended) => ended,
            Err(broken) => (broken.id(), Err(Error::Internal(broken.to_string()).into())),
        };
        let Some(job) = self.jobs.iter_mut().find(|job| job.is_running(task)) else {
            return;
        };
        job.active = None;
        let id = job.id.clone();
        match outcome {
            Err(Stopped::Cancelled) => {}
            Ok(saved) => self.finish(&id, saved).await,
            Err(Stopped::Failed(error)) => {
                tracing::debug!(%error, "a run failed");
                if let Error::Convert { original, .. } = &error
                    && let Ok(job) = self.job(&id)
                {
                    job.record.file = Some(original.clone());
                }
                // A late failure loses, and a registry that cannot be written shows in the state.
                let _ = self
                    .change(&id, JobEvent::Fail(Failure::from(&error)))
                    .await;
            }
        }
        if self.job(&id).is_ok_and(|job| job.removal.is_some()) {
            self.delete_job(&id).await;
        }
    }

    /// Saves what runs have found out for good.
    async fn note_discoveries(&mut self) {
        let mut news = Vec::new();
        for job in &mut self.jobs {
            let discovery = job
                .active
                .as_ref()
                .and_then(|active| active.discovery.get());
            if let Some(discovery) = discovery
                && job.record.discovery.as_ref() != Some(discovery)
            {
                job.record.discovery = Some(discovery.clone());
                news.push(job.id.clone());
            }
        }
        for id in news {
            // The next transition writes it again; forgetting it costs one more question.
            let _ = self.save(&id).await;
        }
    }

    /// The only way from one state to the next: decided by the state, written, then shown.
    async fn change(&mut self, id: &JobId, event: JobEvent) -> Result<(), Error> {
        let job = self.job(id)?;
        // An event that comes too late changes nothing and harms nobody.
        let Some(state) = job.record.state.on(event) else {
            return Ok(());
        };
        job.record.state = state;
        let saved = self.save(id).await;
        if let Err(error) = &saved {
            let job = self.job(id)?;
            if !matches!(job.record.state, JobState::Done { .. }) {
                job.record.state = JobState::Failed {
                    failure: Failure::from(error),
                };
            }
        }
        saved
    }

    async fn save(&mut self, id: &JobId) -> Result<(), Error> {
        let record = self.job(id)?.record.clone();
        let (registry, id) = (self.registry.clone(), id.clone());
        blocking(move || registry.save(&id, &record)).await
    }

    fn job(&mut self, id: &JobId) -> Result<&mut Job, Error> {
        self.jobs
            .iter_mut()
            .find(|job| job.id == *id)
            .ok_or(Error::NoSuchJob)
    }

    fn queue_reply<T: Send + 'static>(&mut self, reply: ReplySender<T>, answer: Result<T, Error>) {
        // Who does not wait for the answer does not need it.
        self.pending_replies
            .push(Box::new(move || drop(reply.send(answer))));
    }

    fn publish(&mut self) {
        let jobs: Vec<JobView> = self.jobs.iter().map(Job::view).collect();
        self.snapshot.send_if_modified(|shown| {
            let news = **shown != jobs;
            if news {
                *shown = Arc::new(jobs);
            }
            news
        });
        for answer in self.pending_replies.drain(..) {
            answer();
        }
    }
}
