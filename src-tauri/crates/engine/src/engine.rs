//! The public handle of the engine, used by the desktop app and the command line.

use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio_util::task::TaskTracker;
use ustream::{
    Access, Choice, Client, Endpoint, ProxyLogin, ProxySettings, RecordingRef, Target,
    TrafficRecorder,
};

use crate::catalog::{Catalog, ResolvedLink};
use crate::disk::durable::blocking;
use crate::error::Error;
use crate::fetch::online::OnlineCheck;
use crate::fetch::{Fetcher, SegmentSampler};
use crate::job::{
    DownloadRequest, JobId, JobSource, JobSpec, LiveRequest, NewJob, NewRemux, OutputLocation,
    Overrides,
};
use crate::job_stream::{JobStream, Publisher, Snapshot};
use crate::library::Library;
use crate::names::{self, Template};
use crate::part;
use crate::preview::preview;
use crate::queue::{Command, Queue, QueueSetup};
use crate::registry::{LoadedJobs, Registry};
use crate::report::{self, Report, ReportSubject};
use crate::route_file::RouteFile;
use crate::run::RunContext;
use crate::service::{Patience, Service};
use crate::view::{Failure, LiveChannelView, Preview, SavedRecordingView};

/// Default limit of concurrent requests: as many as browsers open; the service might block more.
const MAX_PARALLEL_REQUESTS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(15);

/// Default limit of running jobs: one download rarely uses the whole bandwidth, and three slow each
/// other down.
const MAX_CONCURRENT_JOBS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1);

/// Longest wait for the answer whether a channel is on air.
const ON_AIR_TIMEOUT: Duration = Duration::from_secs(5);

/// Longest wait for a window before the jobs are read without it.
const MAX_DEFERRAL: Duration = Duration::from_secs(3);

/// Configuration of an engine.
#[derive(Clone, Debug)]
pub struct Config {
    /// The real service, or a mock of it.
    pub endpoint: Endpoint,
    /// Where jobs are saved; `None` to keep them in memory only, as the command line does.
    pub data_dir: Option<PathBuf>,
    /// Read the jobs of earlier runs only when [`Engine::read_jobs`] is called, or a few seconds later: a
    /// window opens faster then.
    pub defers_jobs: bool,
    /// Where it is remembered how the service was reached; `None` to forget it at the end.
    pub cache_dir: Option<PathBuf>,
    /// Most concurrent requests over all jobs. The engine starts with eight and adds more while
    /// that increases the throughput.
    pub parallel: NonZeroUsize,
    /// Most bytes per second of segments over all jobs, if there is a limit; [`Engine::limit_rate`]
    /// changes it.
    pub rate_limit: Option<NonZeroU64>,
    /// Most jobs that run at once; [`Engine::run_at_once`] changes it.
    pub jobs_at_once: NonZeroUsize,
    /// Name or path of ffmpeg.
    pub ffmpeg: PathBuf,
    /// How long to wait for the network and the service.
    pub patience: Patience,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            endpoint: Endpoint::default(),
            data_dir: None,
            defers_jobs: false,
            cache_dir: None,
            parallel: MAX_PARALLEL_REQUESTS,
            rate_limit: None,
            jobs_at_once: MAX_CONCURRENT_JOBS,
            ffmpeg: PathBuf::from("ffmpeg"),
            patience: Patience::default(),
        }
    }
}

/// The engine. A clone is another handle to the same engine. When the last one is dropped or
/// [`Engine::shutdown`] is called, running jobs stop and keep what they have downloaded.
#[derive(Clone, Debug)]
pub struct Engine {
    service: Service,
    fetcher: Arc<Fetcher>,
    library: Arc<Library>,
    commands: mpsc::Sender<Command>,
    exact: watch::Receiver<Snapshot>,
    paced: watch::Receiver<Snapshot>,
    tasks: TaskTracker,
    route_file: Option<Arc<RouteFile>>,
    /// Starts the reading of the jobs.
    read_jobs: Arc<Notify>,
    /// `None` until they are read.
    unreadable_jobs: watch::Receiver<Option<usize>>,
    proxies: ProxySettings,
}

impl Engine {
    /// Starts the engine. Must be called within a tokio runtime.
    ///
    /// Fails if the jobs' folder cannot be read or the system has no usable TLS configuration.
    pub fn open(config: Config) -> Result<Self, Error> {
        let client = Client::new(&config.endpoint)?;
        let route_file = config
            .cache_dir
            .map(|folder| Arc::new(RouteFile::open(&folder, client.clone())));
        let max_offline = config.patience.offline;
        let online = Arc::new(OnlineCheck::new(client.clone()));
        let limits = (config.parallel, config.rate_limit);
        let fetcher = Fetcher::new(&client, Arc::clone(&online), limits, max_offline);
        let service = Service::new(client, online, config.patience);
        let registry = Registry::open(config.data_dir.as_deref())?;
        let paths = registry.list()?;
        let (unreadable, unreadable_jobs) = watch::channel(None);
        let read_jobs = Arc::new(Notify::new());
        let read_now = Arc::clone(&read_jobs);
        let saved = tokio::spawn(async move {
            if config.defers_jobs {
                // If nobody asks for them, they are read all the same.
                let _ = tokio::time::timeout(MAX_DEFERRAL, read_now.notified()).await;
            }
            // Reading fails only if the runtime shuts down.
            let read = tokio::task::spawn_blocking(|| LoadedJobs::read(paths)).await;
            let loaded = read.unwrap_or_default();
            // Nobody may be interested.
            let _ = unreadable.send(Some(loaded.unreadable));
            loaded.jobs
        });
        let fetcher = Arc::new(fetcher);
        let library = Arc::<Library>::default();
        let context = RunContext {
            service: service.clone(),
            fetcher: Arc::clone(&fetcher),
            library: Arc::clone(&library),
            ffmpeg: config.ffmpeg,
        };
        let (commands, inbox) = mpsc::channel(16);
        let publisher = Publisher::default();
        let (exact, paced) = (publisher.exact(), publisher.paced());
        let tasks = TaskTracker::new();
        let start = QueueSetup {
            context,
            registry,
            saved,
            at_once: config.jobs_at_once,
        };
        tasks.spawn(Queue::new(start, publisher).run_loop(inbox));
        Ok(Self {
            service,
            fetcher,
            library,
            commands,
            exact,
            paced,
            tasks,
            route_file,
            read_jobs,
            unreadable_jobs,
            proxies: config.endpoint.proxies().clone(),
        })
    }

    /// Reads the jobs of earlier runs now, if [that was deferred](Config::defers_jobs). Whatever else is
    /// asked of the jobs waits until they are read.
    pub fn read_jobs(&self) {
        self.read_jobs.notify_one();
    }

    /// Returns how many job files could not be read at the start; they are kept under other names. Waits
    /// until all are read.
    pub async fn unreadable_jobs_count(&self) -> usize {
        let mut count = self.unreadable_jobs.clone();
        // It fails if the runtime shuts down.
        let known = count.wait_for(Option::is_some).await;
        known.ok().and_then(|count| *count).unwrap_or(0)
    }

    /// Returns the recordings that are saved whole in a folder or below it, under whatever names.
    pub async fn saved_recordings(
        &self,
        folder: PathBuf,
    ) -> Result<Vec<SavedRecordingView>, Error> {
        let library = Arc::clone(&self.library);
        blocking(move || Ok(library.recordings(&folder))).await
    }

    /// Returns what a link leads to; of a channel, its newest recording. Saves nothing.
    pub async fn resolve(&self, link: &str, access: &Access) -> Result<Preview, Error> {
        let target = read_link(link)?;
        let access = access.for_target(&target);
        let found = self.service.for_lookup().find(&target, &access).await?;
        self.preview(found, &access).await
    }

    /// Returns what a link leads to, or the list if it leads to several recordings. Saves nothing.
    pub async fn resolve_link(&self, link: &str, access: &Access) -> Result<ResolvedLink, Error> {
        let target = read_link(link)?;
        let access = access.for_target(&target);
        if let Some(found) = RecordingRef::named_by(&target) {
            let preview = self.preview(found, &access).await?;
            return Ok(ResolvedLink::Recording(Box::new(preview)));
        }
        let resolve = || self.service.client().resolve(&target, &access);
        Ok(match self.service.for_lookup().run(resolve).await? {
            ustream::ResolvedLink::Recording(found) => {
                ResolvedLink::Recording(Box::new(self.preview(found, &access).await?))
            }
            ustream::ResolvedLink::Collection(catalog) => {
                let service = self.service.clone();
                ResolvedLink::Collection(Box::new(Catalog::new(catalog, &target, service)))
            }
        })
    }

    /// Returns the channel that a link leads to, if it leads to one: its stream can be recorded. Asks once
    /// and waits for nothing: what else is asked of the link waits, and says why.
    pub async fn live_channel(&self, link: &str) -> Result<Option<LiveChannelView>, Error> {
        let target = read_link(link)?;
        let asked = self.service.client().live_channel(&target);
        let asked = tokio::time::timeout(ON_AIR_TIMEOUT, asked).await;
        let channel = asked.unwrap_or(Ok(None))?;
        Ok(channel.map(|found| LiveChannelView {
            id: found.channel.to_string(),
            link: Target::Channel(found.channel).link(),
            title: names::display_text(found.title.as_deref()),
            owner: names::display_text(found.owner.as_deref()),
            thumbnail: found.thumbnail.map(String::from),
            is_on_air: found.is_on_air == Some(true),
        }))
    }

    /// Returns whether an earlier run has left an unfinished recording of this channel's stream where a job
    /// with this output and template would go on with it.
    pub async fn has_unfinished_stream(
        &self,
        link: &str,
        output: &OutputLocation,
        template: &Template,
    ) -> Result<bool, Error> {
        let Target::Channel(channel) = read_link(link)? else {
            return Ok(false);
        };
        let (folder, depth) = (output.folder.clone(), output.name_depth(template));
        let find = move || Ok(part::earlier_live(&folder, channel, depth).is_some());
        blocking(find).await
    }

    async fn preview(&self, found: RecordingRef, access: &Access) -> Result<Preview, Error> {
        let describe = || self.service.client().recording(found, access);
        let recording = self.service.for_lookup().run(describe).await?;
        Ok(preview(found, &recording))
    }

    /// Looks up a link like [`Self::resolve`], fetches the first segments of the best rendition, and
    /// returns what was sent and received, without secrets. An error on the way is part of it.
    pub async fn report(&self, link: &str, access: &Access, hides_titles: bool) -> Report {
        let recorder = TrafficRecorder::default();
        report::add_secrets(&recorder, access);
        let service = self.service.recorded_by(&recorder);
        let outcome = self.look_into(&service, link, access, &recorder).await;
        let failure = outcome.err().map(|error| Failure::from(&error));
        let subject = ReportSubject {
            link: public_link(link),
            failure: failure.map(|failure| (failure.code, failure.detail)),
            settings: Vec::new(),
            folders: Vec::new(),
        };
        report_of(recorder, subject, hides_titles).await
    }

    async fn look_into(
        &self,
        service: &Service,
        link: &str,
        access: &Access,
        recorder: &TrafficRecorder,
    ) -> Result<(), Error> {
        let target = read_link(link)?;
        let access = access.for_target(&target);
        let found = service.for_lookup().find(&target, &access).await?;
        let describe = || service.client().recording(found, &access);
        let recording = service.for_lookup().run(describe).await?;
        let plan = recording.plan(&Choice::default())?;
        let sampler = SegmentSampler::new(recorder.clone());
        Ok(report::sample(&self.fetcher, (&recording, &plan), &sampler).await?)
    }

    /// Returns what was sent and received in the last attempt at a job, without secrets. If the
    /// program was started again since, its link is looked up anew.
    ///
    /// Fails if there is no such job.
    pub async fn job_report(&self, id: &JobId, hides_titles: bool) -> Result<Report, Error> {
        let (recorder, subject) = self
            .send_command(|reply| Command::Report {
                id: id.clone(),
                reply,
            })
            .await?;
        Ok(match recorder {
            Some(recorder) => {
                let link = public_link(&subject.link);
                report_of(recorder, ReportSubject { link, ..subject }, hides_titles).await
            }
            None => {
                self.report(&subject.link, &Access::default(), hides_titles)
                    .await
            }
        })
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
            ending,
            again,
            range,
            live,
            title,
            thumbnail,
            overrides,
        } = job;
        let target = read_link(&link)?;
        let request = DownloadRequest {
            target,
            choice,
            template,
            extras,
            ending,
            again,
            range,
        };
        let spec = JobSpec {
            source: match live {
                Some(live) => JobSource::Live(LiveRequest::new(live, request)),
                None => JobSource::Recording(request),
            },
            remux,
            output,
            title,
            thumbnail,
        };
        self.add(spec, overrides).await
    }

    /// Adds a job that makes one MP4 of files on this computer. They are only read.
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
            title: None,
            thumbnail: None,
        };
        self.add(spec, Overrides::default()).await
    }

    async fn add(&self, spec: JobSpec, overrides: Overrides) -> Result<JobId, Error> {
        self.send_command(|reply| Command::Add {
            spec: Box::new(spec),
            overrides,
            reply,
        })
        .await
    }

    /// Pauses a job. What it has fetched is kept.
    pub async fn pause(&self, id: &JobId) -> Result<(), Error> {
        self.send_command(|reply| Command::Pause {
            id: id.clone(),
            reply,
        })
        .await
    }

    /// Ends the recording of a running stream and saves what there is. Returns false, and does nothing, if
    /// nothing is recorded yet, or the job does something else.
    pub async fn stop_and_save(&self, id: &JobId) -> Result<bool, Error> {
        self.send_command(|reply| Command::StopAndSave {
            id: id.clone(),
            reply,
        })
        .await
    }

    /// Resumes a paused or failed job.
    pub async fn resume(&self, id: &JobId, overrides: Overrides) -> Result<(), Error> {
        self.send_command(|reply| Command::Resume {
            id: id.clone(),
            overrides,
            reply,
        })
        .await
    }

    /// Moves a paused or failed job to another folder, with what it has fetched. What cannot be read
    /// any more, because the drive is gone, is fetched again.
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

    /// Sets the ffmpeg that new runs use.
    pub async fn use_ffmpeg(&self, program: PathBuf) -> Result<(), Error> {
        let sent = self.commands.send(Command::UseFfmpeg(program)).await;
        sent.map_err(|_| Error::Closed)
    }

    /// Sets name and password for the proxy that was used last, from the next connection on. Returns
    /// what may be kept for [`Self::restore_proxy_login`]; `None` if no proxy is used.
    pub fn log_in_to_proxy(&self, name: &str, password: &str) -> Option<ProxyLogin> {
        self.proxies.log_in(name, password)
    }

    /// Uses name and password of a proxy again that were kept.
    pub fn restore_proxy_login(&self, login: ProxyLogin) {
        self.proxies.restore(login);
    }

    /// Fetches a thumbnail from a server of the service, by the address in
    /// [`view::Preview::thumbnail`]: at most 8 MiB, unverified.
    ///
    /// [`view::Preview::thumbnail`]: crate::view::Preview::thumbnail
    pub async fn thumbnail(&self, address: &str) -> Result<Vec<u8>, Error> {
        Ok(self.service.client().thumbnail_at(address).await?)
    }

    /// Sets how many jobs run at once. Those that already run are not stopped.
    pub async fn run_at_once(&self, jobs: NonZeroUsize) -> Result<(), Error> {
        let sent = self.commands.send(Command::RunAtOnce(jobs)).await;
        sent.map_err(|_| Error::Closed)
    }

    /// Sets how many bytes per second all jobs fetch together, from now on, or removes the limit.
    pub fn limit_rate(&self, limit: Option<NonZeroU64>) {
        self.fetcher.limit_rate(limit);
    }

    /// Removes a job from the list and, unless `keep` is set, deletes what it has fetched.
    /// A finished file always stays.
    pub async fn remove(&self, id: &JobId, keep: bool) -> Result<(), Error> {
        self.send_command(|reply| Command::Remove {
            id: id.clone(),
            keep,
            reply,
        })
        .await
    }

    /// Returns where the finished file of a job was saved; if ffmpeg could not convert it, the
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

    /// Returns a stream of snapshots of all jobs.
    pub fn job_stream(&self) -> JobStream {
        JobStream::new(self.exact.clone())
    }

    /// Returns the same for people: progress moves once a second, for all readers at the same
    /// moment, so that a window and its taskbar never show different figures.
    pub fn paced_job_stream(&self) -> JobStream {
        JobStream::new(self.paced.clone())
    }

    /// Cancels all runs and waits until what they have is on disk.
    pub async fn shutdown(&self) {
        self.read_jobs();
        // Fails if the engine has already been shut down.
        let _ = self.commands.send(Command::Shutdown).await;
        self.tasks.close();
        self.tasks.wait().await;
        if let Some(file) = &self.route_file {
            file.save();
        }
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

/// Hides the secrets on a thread of its own: that takes as long as the conversation is large.
async fn report_of(
    recorder: TrafficRecorder,
    subject: ReportSubject,
    hides_titles: bool,
) -> Report {
    let known = (recorder.clone(), subject.clone());
    let redacted = blocking(move || Ok(Report::of(&recorder, subject, hides_titles)));
    match redacted.await {
        Ok(report) => report,
        // The runtime is shutting down.
        Err(_) => Report::of(&known.0, known.1, hides_titles),
    }
}

/// Returns the link in a text for a report, without what stands around it and without a path.
fn public_link(text: &str) -> String {
    match read_link(text) {
        Ok(Target::Session(_)) => "session.har".to_owned(),
        Ok(target) => target.link(),
        Err(_) => String::new(),
    }
}

/// Parses a link, or any text that holds one. Makes no request.
pub fn read_link(text: &str) -> Result<Target, Error> {
    Ok(text.parse().map_err(ustream::Error::Target)?)
}
