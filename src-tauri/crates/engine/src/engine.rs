//! The handle that a window or a command line holds.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::task::TaskTracker;
use ustream::{Access, Client, Endpoint, RecordingRef, Target};

use crate::catalog::{Catalog, ResolvedLink};
use crate::error::Error;
use crate::fetch::Fetcher;
use crate::job::{DownloadRequest, JobId, JobSource, JobSpec, NewJob, NewRemux, Overrides};
use crate::job_stream::{JobStream, Snapshot};
use crate::preview::preview;
use crate::queue::{Command, Queue, QueueSetup};
use crate::registry::{LoadedJobs, Registry};
use crate::run::RunContext;
use crate::view::Preview;

/// Browsers open no more to one host, and the service may take offence at more.
const MAX_PARALLEL_REQUESTS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(15);

/// Two: one film alone rarely fills a line, three only slow each other down.
const MAX_CONCURRENT_JOBS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1);

/// What an engine works with.
#[derive(Clone, Debug)]
pub struct Config {
    /// The real service, or a practice one.
    pub endpoint: Endpoint,
    /// Where jobs are remembered; nowhere, for a command line.
    pub data_dir: Option<PathBuf>,
    /// The most pieces on their way at once, over all jobs. It begins with eight, and takes as many
    /// as make it faster and the service bears.
    pub parallel: NonZeroUsize,
    /// The most jobs that run at once; [`Engine::run_at_once`] changes it.
    pub jobs_at_once: NonZeroUsize,
    /// ffmpeg, by name or by path.
    pub ffmpeg: PathBuf,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            endpoint: Endpoint::default(),
            data_dir: None,
            parallel: MAX_PARALLEL_REQUESTS,
            jobs_at_once: MAX_CONCURRENT_JOBS,
            ffmpeg: PathBuf::from("ffmpeg"),
        }
    }
}

/// The engine. A clone is another handle to the same one; when the last is dropped, or
/// [`Engine::shutdown`] is called, running jobs stop where they are and keep what they have.
#[derive(Clone, Debug)]
pub struct Engine {
    client: Client,
    commands: mpsc::Sender<Command>,
    snapshot: watch::Receiver<Snapshot>,
    tasks: TaskTracker,
    unreadable_jobs: usize,
}

impl Engine {
    /// Starts the engine. Must be called within a tokio runtime.
    ///
    /// Fails where the jobs' folder cannot be read, or the system has no usable TLS set-up.
    pub fn open(config: Config) -> Result<Self, Error> {
        let client = Client::new(&config.endpoint)?;
        let fetcher = Arc::new(Fetcher::new(client.clone(), config.parallel));
        let registry = Registry::open(config.data_dir.as_deref())?;
        let LoadedJobs {
            jobs,
            unreadable: set_aside,
        } = registry.load()?;
        let means = RunContext {
            client: client.clone(),
            fetcher,
            ffmpeg: config.ffmpeg,
        };
        let (commands, inbox) = mpsc::channel(16);
        let (sender, snapshot) = watch::channel(Snapshot::default());
        let tasks = TaskTracker::new();
        let start = QueueSetup {
            context: means,
            registry,
            saved: jobs,
            at_once: config.jobs_at_once,
        };
        tasks.spawn(Queue::new(start, sender).run_loop(inbox));
        Ok(Self {
            client,
            commands,
            snapshot,
            tasks,
            unreadable_jobs: set_aside,
        })
    }

    /// How many jobs could not be read when it was opened; their files are kept under other names.
    pub fn unreadable_jobs_count(&self) -> usize {
        self.unreadable_jobs
    }

    /// Says what a link leads to: of a channel, its newest recording. Saves nothing.
    pub async fn resolve(&self, link: &str, access: &Access) -> Result<Preview, Error> {
        let target = read_link(link)?;
        let access = access.on_the_page_of(&target);
        let found = self.client.find_recording(&target, &access).await?;
        self.preview(found, &access).await
    }

    /// The same, and lets a person choose where there are several. Saves nothing.
    pub async fn resolve_link(&self, link: &str, access: &Access) -> Result<ResolvedLink, Error> {
        let target = read_link(link)?;
        let access = access.on_the_page_of(&target);
        Ok(match self.client.resolve(&target, &access).await? {
            ustream::ResolvedLink::Recording(found) => {
                ResolvedLink::Recording(Box::new(self.preview(found, &access).await?))
            }
            ustream::ResolvedLink::Collection(catalog) => {
                ResolvedLink::Collection(Catalog::new(*catalog, &target))
            }
        })
    }

    async fn preview(&self, found: RecordingRef, access: &Access) -> Result<Preview, Error> {
        let recording = self.client.recording(found, access).await?;
        Ok(preview(found, &recording))
    }

    /// Adds a job to the queue.
    pub async fn download(&self, job: NewJob) -> Result<JobId, Error> {
        let NewJob {
            link,
            choice,
            remux,
            output,
            template,
            extras,
            overrides,
        } = job;
        let target = read_link(&link)?;
        let spec = JobSpec {
            source: JobSource::Recording(DownloadRequest {
                target,
                choice,
                template,
                extras,
            }),
            remux,
            output,
        };
        self.add(spec, overrides).await
    }

    /// Adds a job that makes one MP4 of films on this computer. They are only read.
    pub async fn remux(&self, job: NewRemux) -> Result<JobId, Error> {
        let NewRemux {
            films,
            remux,
            output,
        } = job;
        let spec = JobSpec {
            source: JobSource::Files(films),
            remux,
            output,
        };
        self.add(spec, Overrides::default()).await
    }

    async fn add(&self, spec: JobSpec, overrides: Overrides) -> Result<JobId, Error> {
        self.send_command(|reply| Command::Add {
            spec,
            overrides,
            reply,
        })
        .await
    }

    /// Lets a job rest. What it has is kept.
    pub async fn pause(&self, id: &JobId) -> Result<(), Error> {
        self.send_command(|reply| Command::Pause {
            id: id.clone(),
            reply,
        })
        .await
    }

    /// Lets a resting or failed job go on.
    pub async fn resume(&self, id: &JobId, overrides: Overrides) -> Result<(), Error> {
        self.send_command(|reply| Command::Resume {
            id: id.clone(),
            overrides,
            reply,
        })
        .await
    }

    /// Saves a resting or failed job to another folder. What it has fetched is fetched again: a disk
    /// that is full or gone gives nothing away.
    pub async fn relocate(
        &self,
        id: &JobId,
        folder: PathBuf,
        overrides: Overrides,
    ) -> Result<(), Error> {
        self.send_command(|reply| Command::Relocate {
            id: id.clone(),
            folder,
            overrides,
            reply,
        })
        .await
    }

    /// Uses this ffmpeg from now on, where one is asked for.
    pub async fn use_ffmpeg(&self, program: PathBuf) -> Result<(), Error> {
        let sent = self.commands.send(Command::UseFfmpeg(program)).await;
        sent.map_err(|_| Error::Closed)
    }

    /// A picture from a server of the service, as [`view::Preview::thumbnail`] names it: at most
    /// 8 MiB of what nobody has looked at.
    ///
    /// [`view::Preview::thumbnail`]: crate::view::Preview::thumbnail
    pub async fn thumbnail(&self, address: &str) -> Result<Vec<u8>, Error> {
        Ok(self.client.thumbnail_at(address).await?)
    }

    /// Lets so many jobs run at once from now on. Those that run are never stopped for it.
    pub async fn run_at_once(&self, jobs: NonZeroUsize) -> Result<(), Error> {
        let sent = self.commands.send(Command::RunAtOnce(jobs)).await;
        sent.map_err(|_| Error::Closed)
    }

    /// Takes a job off the list; what it has fetched is deleted unless it is to be kept.
    /// A finished file always stays.
    pub async fn remove(&self, id: &JobId, keep: bool) -> Result<(), Error> {
        self.send_command(|reply| Command::Remove {
            id: id.clone(),
            keep,
            reply,
        })
        .await
    }

    /// Where the finished file of a job was saved; of one that ffmpeg could not convert, the
    /// original.
    pub async fn path(&self, id: &JobId) -> Option<PathBuf> {
        self.send_command(|reply| Command::Path {
            id: id.clone(),
            reply,
        })
        .await
        .ok()
        .flatten()
    }

    /// A reader of all jobs.
    pub fn job_stream(&self) -> JobStream {
        JobStream::new(self.snapshot.clone())
    }

    /// Stops all jobs where they are and waits until what they have is safe.
    pub async fn shutdown(&self) {
        // It may be down already.
        let _ = self.commands.send(Command::Shutdown).await;
        self.tasks.close();
        self.tasks.wait().await;
    }

    async fn send_command<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<Result<T, Error>>) -> Command,
    ) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        self.commands
            .send(command(reply))
            .await
            .map_err(|_| Error::Closed)?;
        answer.await.map_err(|_| Error::Closed)?
    }
}

/// What a link, or any text that holds one, points at. Asks nobody.
pub fn read_link(text: &str) -> Result<Target, Error> {
    Ok(text.parse().map_err(ustream::Error::Target)?)
}
