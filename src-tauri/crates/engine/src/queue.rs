//! The task that owns all jobs: it handles commands, ended runs and a timer.
//!
//! A new state is written to the registry before it is shown, so what the user sees survives a
//! crash.

mod job;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::{Id, JoinError, JoinHandle, JoinSet};
use tokio::time::sleep;
use ustream::TrafficRecorder;

use self::job::{ActiveRun, Job};
use crate::disk::durable::blocking;
use crate::error::Error;
use crate::job::{JobEvent, JobId, JobSource, JobSpec, Overrides};
use crate::job_stream::Publisher;
use crate::live_record::LiveEnd;
use crate::names;
use crate::outcome::{Outcome, Stopped};
use crate::part::{self, SavedMovie};
use crate::registry::{JobRecord, Registry};
use crate::report::ReportSubject;
use crate::run::{self, Continuation, RunContext, RunEnd};
use crate::saved::{Failure, JobState};

/// How often progress is published.
const TICK: Duration = Duration::from_millis(100);
/// The same while only streams are recorded: that may go on for days, and nobody waits for it.
const RECORDING_TICK: Duration = Duration::from_secs(1);

/// Failed jobs whose conversation with the service is kept for a report: at most 6 MB each.
const MAX_CONVERSATIONS: usize = 8;

/// Receives the reply to a command.
type ReplySender<T> = oneshot::Sender<Result<T, Error>>;

/// A request from the engine's handle to the queue.
#[derive(Debug)]
pub(crate) enum Command {
    Add {
        spec: Box<JobSpec>,
        overrides: Overrides,
        reply: ReplySender<JobId>,
    },
    Pause {
        id: JobId,
        reply: ReplySender<()>,
    },
    /// Ends the recording of a running stream, and saves it. Returns whether there is something to save.
    StopAndSave {
        id: JobId,
        reply: ReplySender<bool>,
    },
    Resume {
        id: JobId,
        overrides: Overrides,
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
    /// Restarts the job with another output folder.
    Relocate {
        id: JobId,
        folder: PathBuf,
        overrides: Overrides,
        reply: ReplySender<()>,
    },
    /// Returns what a report about the job is made of.
    Report {
        id: JobId,
        reply: ReplySender<(Option<TrafficRecorder>, ReportSubject)>,
    },
    /// Sets how many jobs may run at once.
    RunAtOnce(NonZeroUsize),
    /// Sets the ffmpeg for jobs that start from now on.
    UseFfmpeg(PathBuf),
    Shutdown,
}

/// What the queue starts with.
pub(crate) struct QueueSetup {
    pub(crate) context: RunContext,
    pub(crate) registry: Registry,
    /// The jobs of an earlier run, as they are read.
    pub(crate) saved: JoinHandle<Vec<(JobId, JobRecord)>>,
    /// How many jobs may run at once.
    pub(crate) at_once: NonZeroUsize,
}

/// All jobs and their runs.
pub(crate) struct Queue {
    at_once: NonZeroUsize,
    jobs: Vec<Job>,
    /// `None` once they are among `jobs`.
    saved: Option<JoinHandle<Vec<(JobId, JobRecord)>>>,
    runs: JoinSet<RunResult>,
    context: Arc<RunContext>,
    registry: Registry,
    publisher: Publisher,
    /// Sent after the next snapshot is published, so that no caller reads an older one afterwards.
    pending_replies: Vec<PendingReply>,
}

type PendingReply = Box<dyn FnOnce() + Send>;
type RunResult = Outcome<RunEnd>;

impl Queue {
    pub(crate) fn new(start: QueueSetup, publisher: Publisher) -> Self {
        let QueueSetup {
            context,
            registry,
            saved,
            at_once,
        } = start;
        Self {
            at_once,
            pending_replies: Vec::new(),
            jobs: Vec::new(),
            saved: Some(saved),
            runs: JoinSet::new(),
            context: Arc::new(context),
            registry,
            publisher,
        }
    }

    /// Takes over the jobs of an earlier run. Nothing is published before.
    async fn load(&mut self) {
        if let Some(saved) = self.saved.take() {
            // Reading fails only if the runtime shuts down.
            let saved = saved.await.unwrap_or_default().into_iter();
            let jobs = saved.map(|(id, record)| Job::new(id, record, Overrides::default()));
            self.jobs.extend(jobs);
        }
        self.publish();
    }

    /// Runs until it is shut down or all handles are dropped.
    pub(crate) async fn run_loop(mut self, mut commands: mpsc::Receiver<Command>) {
        self.load().await;
        self.recover().await;
        self.publish();
        loop {
            let tick = self.tick();
            tokio::select! {
                command = commands.recv() => match command {
                    None | Some(Command::Shutdown) => break,
                    Some(command) => self.handle(command).await,
                },
                Some(ended) = self.runs.join_next_with_id() => self.run_ended(ended).await,
                () = sleep(tick), if !self.runs.is_empty() => self.note_discoveries().await,
            }
            self.start_next().await;
            self.publish();
        }
        // Cancel the runs without changing their state, so that they continue at the next start.
        for active in self.jobs.iter().filter_map(|job| job.active.as_ref()) {
            active.cancel.cancel();
        }
        while let Some(ended) = self.runs.join_next_with_id().await {
            // A run may have finished meanwhile.
            self.run_ended(ended).await;
        }
        self.save_progress().await;
        self.publish();
    }

    fn tick(&self) -> Duration {
        let is_download = |job: &Job| job.active.is_some() && !job.is_recording();
        if self.jobs.iter().any(is_download) {
            TICK
        } else {
            RECORDING_TICK
        }
    }

    /// Saves how far the jobs have come whose runs have just been cancelled.
    async fn save_progress(&mut self) {
        let running = |job: &&mut Job| job.record.state == JobState::Running;
        let ids = self.jobs.iter_mut().filter(running).map(|job| {
            job.note_progress();
            job.id.clone()
        });
        for id in ids.collect::<Vec<_>>() {
            // Without it, the figures are missing until the job goes on.
            let _ = self.save(&id).await;
        }
    }

    async fn handle(&mut self, command: Command) {
        match command {
            Command::Add {
                spec,
                overrides,
                reply,
            } => {
                let added = self.add(*spec, overrides).await;
                self.queue_reply(reply, added);
            }
            Command::Pause { id, reply } => {
                let paused = self.pause(&id).await;
                self.queue_reply(reply, paused);
            }
            Command::StopAndSave { id, reply } => {
                let stopped = self.job(&id).map(|job| {
                    let active = job.active.as_ref().filter(|_| job.has_recorded());
                    active.map(|active| active.stop.cancel()).is_some()
                });
                self.queue_reply(reply, stopped);
            }
            Command::Resume {
                id,
                overrides,
                reply,
            } => {
                let resumed = self.resume(&id, overrides).await;
                self.queue_reply(reply, resumed);
            }
            Command::Remove { id, keep, reply } => self.remove(&id, keep, reply).await,
            Command::Path { id, reply } => {
                let path = self.job(&id).map(|job| job.record.file.clone());
                self.queue_reply(reply, path);
            }
            Command::Report { id, reply } => {
                let subject = self.job(&id).map(|job| job.report_subject());
                self.queue_reply(reply, subject);
            }
            Command::Relocate {
                id,
                folder,
                overrides,
                reply,
            } => {
                let relocated = self.relocate(&id, folder, overrides).await;
                self.queue_reply(reply, relocated);
            }
            // Running jobs keep the one they started with.
            Command::UseFfmpeg(ffmpeg) => {
                let context = RunContext::clone(&self.context);
                self.context = Arc::new(RunContext { ffmpeg, ..context });
            }
            // Running jobs continue, even if there are more than the new limit.
            Command::RunAtOnce(at_once) => self.at_once = at_once,
            Command::Shutdown => {}
        }
    }

    /// Marks jobs as done whose movie got its final name before a crash, but whose registry record
    /// was not updated any more.
    async fn recover(&mut self) {
        let known = |job: &Job| Some((job.id.clone(), job.record.discovery.as_ref()?.part.clone()));
        let mut parts: Vec<_> = self.jobs.iter().filter_map(known).collect();
        // Of thousands of jobs nearly all are saved, and have no part folder any more.
        let look = move || {
            parts.retain(|(_, part)| part.exists());
            Ok(parts)
        };
        let parts = blocking(look).await.unwrap_or_default();
        // One after the other: the search locks the part folder, and two jobs may share one.
        for (id, part) in parts {
            // An error here shows up again when the job continues.
            if let Ok(Some(saved)) = blocking(move || SavedMovie::find(&part)).await {
                self.finish(&id, saved).await;
            }
        }
    }

    /// Saves that a job is done, and only then removes its part folder.
    async fn finish(&mut self, id: &JobId, mut saved: SavedMovie) {
        let Ok(job) = self.job(id) else { return };
        saved.finished.subfolder = subfolder(&job.record.spec.output.folder, &saved.path);
        if let JobState::Done { finished } = &job.record.state {
            // Only the job file knows it.
            let next = &finished.continued_by;
            saved.finished.continued_by.clone_from(next);
            if *finished != saved.finished {
                // The part folder of that name belongs to another movie by now.
                return;
            }
        }
        job.record.file = Some(saved.path.clone());
        let finish = JobEvent::Finish(saved.finished.clone());
        if self.change(id, finish).await.is_ok() {
            let remove = move || {
                saved.remove_part_folder();
                Ok(())
            };
            // A folder that cannot be removed is found at the next start.
            let _ = blocking(remove).await;
        }
    }

    async fn add(&mut self, spec: JobSpec, overrides: Overrides) -> Result<JobId, Error> {
        // Keep the list's order over a restart, even if the clock has been set back.
        let now_ms = jiff::Timestamp::now().as_millisecond();
        let last_ms = self.jobs.iter().map(|job| job.record.added_ms).max();
        let added_ms = last_ms.map_or(now_ms, |last| now_ms.max(last.saturating_add(1)));
        let record = JobRecord::new(spec, added_ms);
        let job = Job::new(JobId::random(), record, overrides);
        let id = job.id.clone();
        self.jobs.push(job);
        let saved = self.save(&id).await;
        if saved.is_err() {
            self.jobs.pop();
        }
        saved.map(|()| id)
    }

    /// Adds the job that records a stream further, in another file. Returns its id, or `None` if nobody
    /// wants it any more.
    async fn go_on(&mut self, id: &JobId, continuation: Continuation) -> Option<String> {
        let Continuation { request, open } = continuation;
        let job = self.job(id).ok()?;
        if job.record.state != JobState::Running || job.removal.is_some() {
            return None;
        }
        let overrides = job.overrides.clone();
        let mut spec = job.record.spec.clone();
        let (before, part) = (names::part_suffix(request.part() - 1), request.part());
        spec.output.stem = spec.output.stem.map(|stem| {
            let first = stem.strip_suffix(&before).unwrap_or(&stem);
            format!("{first}{}", names::part_suffix(part))
        });
        let known = job.record.discovery.as_ref();
        spec.title = known.map(|known| known.title.clone()).or(spec.title);
        spec.thumbnail = known
            .and_then(|known| known.thumbnail.clone())
            .or(spec.thumbnail);
        spec.source = JobSource::Live(request);
        match self.add(spec, overrides).await {
            Ok(id) => {
                self.job(&id).ok()?.open_stream = Some(open);
                Some(id.to_string())
            }
            Err(error) => {
                tracing::warn!(%error, "the stream is not recorded further");
                None
            }
        }
    }

    async fn pause(&mut self, id: &JobId) -> Result<(), Error> {
        if let Some(active) = &self.job(id)?.active {
            active.cancel.cancel();
        }
        self.change(id, JobEvent::Pause).await
    }

    async fn resume(&mut self, id: &JobId, overrides: Overrides) -> Result<(), Error> {
        self.job(id)?.overrides = overrides;
        self.change(id, JobEvent::Resume).await
    }

    /// Restarts a job in another folder. Its run moves the part folder there; that of files on this
    /// computer is removed, since its content is quickly made again.
    async fn relocate(
        &mut self,
        id: &JobId,
        folder: PathBuf,
        overrides: Overrides,
    ) -> Result<(), Error> {
        let job = self.job(id)?;
        if job.active.is_some() {
            return Err(Error::InUse(job.record.spec.output.folder.clone()));
        }
        if job.record.state.on(JobEvent::Resume).is_none() {
            return Ok(());
        }
        if !matches!(job.record.spec.source, JobSource::Files(_)) {
            job.record.spec.output.folder = folder;
            return self.resume(id, overrides).await;
        }
        let old = job.record.discovery.as_mut().map(|discovery| {
            let name = discovery.part.file_name().map(ToOwned::to_owned);
            let new_part = folder.join(name.unwrap_or_default());
            std::mem::replace(&mut discovery.part, new_part)
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
        self.resume(id, overrides).await
    }

    /// Returns whether another job (of the same recording) uses the same part folder.
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

    /// Removes a job that is not running from the list, and its part folder from the disk.
    async fn delete_job(&mut self, id: &JobId) {
        let Some(position) = self.jobs.iter().position(|job| job.id == *id) else {
            return;
        };
        let job = self.jobs.remove(position);
        let Some((keep, reply)) = job.removal else {
            return;
        };
        let registry = self.registry.clone();
        // The part folder of a finished job is gone; its name may belong to another job by now.
        let finished = matches!(job.record.state, JobState::Done { .. });
        let part = job.record.discovery.map(|discovery| discovery.part);
        let shared = part.as_ref().is_some_and(|part| self.is_shared(id, part));
        let removed = blocking(move || {
            registry.remove(&job.id)?;
            match part {
                Some(part) if !keep && !finished && !shared => part::discard(&part),
                _ => Ok(()),
            }
        });
        self.queue_reply(reply, removed.await);
    }

    /// Returns the job to start next. Those of running streams start at once, and take no other job's
    /// place: a stream does not wait.
    fn next_to_start(&self) -> Option<usize> {
        let running = self.jobs.iter().filter(|job| job.active.is_some());
        let is_full = running.filter(|job| !job.is_live()).count() >= self.at_once.get();
        self.jobs.iter().position(|job| {
            job.record.state == JobState::Queued
                && job.active.is_none()
                && job.removal.is_none()
                && (job.is_live() || !is_full)
        })
    }

    async fn start_next(&mut self) {
        while let Some(position) = self.next_to_start() {
            let id = self.jobs[position].id.clone();
            if self.change(&id, JobEvent::Start).await.is_err() {
                // The job has failed; its state says why.
                continue;
            }
            let mut attempt = self.jobs[position].attempt(&self.context);
            if let Some(part) = self.jobs[position].part_elsewhere()
                && let Some(folder) = part.parent()
            {
                attempt.moves_from = Some((folder.to_owned(), self.is_shared(&id, part)));
            }
            let (cancel, stop) = (attempt.cancel.clone(), attempt.stop.clone());
            let discovery = attempt.discovery.clone();
            let meter = Some(Arc::clone(&attempt.meter));
            let task = self.runs.spawn(run::run(attempt)).id();
            let job = &mut self.jobs[position];
            job.meter = meter;
            job.active = Some(ActiveRun {
                task,
                cancel,
                stop,
                discovery,
            });
        }
    }

    async fn run_ended(&mut self, ended: Result<(Id, RunResult), JoinError>) {
        self.note_discoveries().await;
        let (task, outcome) = match ended {
            Ok(ended) => ended,
            Err(error) => (error.id(), Err(Error::Internal(error.to_string()).into())),
        };
        let Some(job) = self.jobs.iter_mut().find(|job| job.is_running(task)) else {
            return;
        };
        job.active = None;
        job.view = None;
        let id = job.id.clone();
        match outcome {
            Err(Stopped::Cancelled) => {}
            Ok(RunEnd { mut saved, goes_on }) => {
                if let Some(continuation) = goes_on {
                    saved.finished.continued_by = self.go_on(&id, continuation).await;
                }
                self.finish(&id, saved).await;
            }
            Err(Stopped::Failed(error)) if job.is_over(&error) => {
                // Nobody waits for the reply.
                let (reply, _) = oneshot::channel();
                job.removal.get_or_insert((false, reply));
                self.end_with_file_before(&id).await;
            }
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
        self.forget_conversations();
    }

    /// Makes the file that this job was to go on with the last of its recording.
    async fn end_with_file_before(&mut self, id: &JobId) {
        let next = id.to_string();
        let before = self.jobs.iter_mut().find_map(|job| {
            let JobState::Done { finished } = &mut job.record.state else {
                return None;
            };
            (finished.continued_by.as_ref() == Some(&next)).then(|| {
                finished.continued_by = None;
                finished.live_end = Some(LiveEnd::Ended);
                job.view = None;
                job.id.clone()
            })
        });
        if let Some(before) = before {
            // The file is saved whatever its job says of the stream.
            let _ = self.save(&before).await;
        }
    }

    /// Forgets what the service has said in attempts that did not fail, and in all but the last that
    /// did.
    fn forget_conversations(&mut self) {
        let mut kept = 0;
        for job in self.jobs.iter_mut().rev() {
            let is_failed = matches!(job.record.state, JobState::Failed { .. });
            kept += usize::from(is_failed && job.recorder.is_some());
            if job.active.is_none() && (!is_failed || kept > MAX_CONVERSATIONS) {
                job.recorder = None;
            }
        }
    }

    /// Saves what the runs have found out, in the registry.
    async fn note_discoveries(&mut self) {
        let mut changed = Vec::new();
        for job in &mut self.jobs {
            let discovery = job
                .active
                .as_ref()
                .and_then(|active| active.discovery.get());
            if let Some(discovery) = discovery
                && job.record.discovery.as_ref() != Some(discovery)
            {
                job.record.discovery = Some(discovery.clone());
                changed.push(job.id.clone());
            }
        }
        for id in changed {
            // The next transition writes it again; losing it costs one more request.
            let _ = self.save(&id).await;
        }
    }

    /// Applies an event to a job and saves the new state, or sets `Failed` if it cannot be saved.
    async fn change(&mut self, id: &JobId, event: JobEvent) -> Result<(), Error> {
        let job = self.job(id)?;
        // An event that comes too late changes nothing.
        let Some(state) = job.record.state.on(event) else {
            return Ok(());
        };
        job.record.state = state;
        job.note_progress();
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

    /// Returns a job, which may then be changed.
    fn job(&mut self, id: &JobId) -> Result<&mut Job, Error> {
        let mut jobs = self.jobs.iter_mut();
        let job = jobs.find(|job| job.id == *id).ok_or(Error::NoSuchJob)?;
        job.view = None;
        Ok(job)
    }

    fn queue_reply<T: Send + 'static>(&mut self, reply: ReplySender<T>, result: Result<T, Error>) {
        // The receiver may be gone; then nobody needs the reply.
        self.pending_replies
            .push(Box::new(move || drop(reply.send(result))));
    }

    fn publish(&mut self) {
        self.publisher
            .publish(self.jobs.iter_mut().map(Job::view).collect());
        for send_reply in self.pending_replies.drain(..) {
            send_reply();
        }
    }
}

/// Returns the folders between the chosen one and the file, separated by slashes.
fn subfolder(chosen: &Path, file: &Path) -> Option<String> {
    let below = file.parent()?.strip_prefix(chosen).ok()?;
    let names = below.iter().map(|name| name.to_string_lossy());
    let names: Vec<_> = names.collect();
    (!names.is_empty()).then(|| names.join("/"))
}
