//! One job of the queue: its saved record, and its run.

use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

use tokio::task::Id;
use tokio_util::sync::CancellationToken;
use ustream::TrafficRecorder;

use super::ReplySender;
use crate::error::Error;
use crate::fetch::SegmentSampler;
use crate::job::{JobId, JobSource, LiveRequest, Overrides};
use crate::progress::{self, Meter};
use crate::registry::JobRecord;
use crate::report::{self, ReportSubject};
use crate::run::{Attempt, Discovery, OpenStream, RunContext};
use crate::saved::JobState;
use crate::view::{JobView, ProgressView};

/// A job with its state in memory.
pub(super) struct Job {
    pub(super) id: JobId,
    pub(super) record: JobRecord,
    pub(super) overrides: Overrides,
    pub(super) active: Option<ActiveRun>,
    /// What the current or the last run has heard from the service.
    pub(super) recorder: Option<TrafficRecorder>,
    /// Progress of the current or the last run.
    pub(super) meter: Option<Arc<Meter>>,
    /// Set while the job is being removed: whether to keep its part folder, and the reply.
    pub(super) removal: Option<(bool, ReplySender<()>)>,
    /// The stream that the file before has left open, until the job starts.
    pub(super) open_stream: Option<OpenStream>,
    /// What was published last; `None` if it may have changed since.
    pub(super) view: Option<Arc<JobView>>,
}

/// A run that has not ended yet, though it may have been cancelled.
pub(super) struct ActiveRun {
    pub(super) task: Id,
    pub(super) cancel: CancellationToken,
    /// Ends the recording of a running stream.
    pub(super) stop: CancellationToken,
    pub(super) discovery: Arc<OnceLock<Discovery>>,
}

impl Job {
    pub(super) fn new(id: JobId, record: JobRecord, overrides: Overrides) -> Self {
        Self {
            id,
            record,
            overrides,
            active: None,
            recorder: None,
            meter: None,
            removal: None,
            open_stream: None,
            view: None,
        }
    }

    /// Returns whether it records a running stream.
    pub(super) fn is_live(&self) -> bool {
        matches!(self.record.spec.source, JobSource::Live(_))
    }

    /// Returns whether its run has recorded something of a stream.
    pub(super) fn has_recorded(&self) -> bool {
        self.meter
            .as_ref()
            .is_some_and(|meter| meter.has_recorded())
    }

    /// Returns whether it records a stream at this moment, or waits for one.
    pub(super) fn is_recording(&self) -> bool {
        let meter = self.meter.as_ref().filter(|_| self.is_live());
        meter.is_some_and(|meter| meter.is_recording())
    }

    /// Returns whether a run has failed only because the stream has ended before anything came of it that
    /// this file is to hold.
    pub(super) fn is_over(&self, error: &Error) -> bool {
        let is_next_file = matches!(
            &self.record.spec.source,
            JobSource::Live(request) if request.follows.is_some()
        );
        is_next_file && matches!(error, Error::Service(ustream::Error::OffAir))
    }

    pub(super) fn is_running(&self, task: Id) -> bool {
        self.active
            .as_ref()
            .is_some_and(|active| active.task == task)
    }

    /// Returns the part folder of an earlier attempt that is not in the output folder: the job has
    /// been moved since.
    pub(super) fn part_elsewhere(&self) -> Option<&Path> {
        let part = &self.record.discovery.as_ref()?.part;
        let spec = &self.record.spec;
        let below = part.parent()?.strip_prefix(&spec.output.folder);
        let is_in_output = below.is_ok_and(|below| below.components().count() <= spec.name_depth());
        (!is_in_output).then_some(part)
    }

    /// Creates an attempt whose conversation with the service is recorded.
    pub(super) fn attempt(&mut self, context: &RunContext) -> Attempt {
        let recorder = TrafficRecorder::default();
        report::add_secrets(&recorder, &self.overrides.access);
        let context = RunContext {
            service: context.service.recorded_by(&recorder),
            ..context.clone()
        };
        self.recorder = Some(recorder.clone());
        Attempt {
            spec: self.record.spec.clone(),
            overrides: self.overrides.clone(),
            context: Arc::new(context),
            meter: Arc::new(Meter::new(self.record.progress)),
            found: self.record.discovery.as_ref().and_then(|known| known.found),
            moves_from: self
                .overrides
                .continue_from
                .clone()
                .map(|from| (from, false)),
            discovery: Arc::default(),
            captions: Arc::default(),
            unverified: Arc::default(),
            thumbnail: Arc::default(),
            sampler: Arc::new(SegmentSampler::new(recorder)),
            cancel: CancellationToken::new(),
            stop: CancellationToken::new(),
            open_stream: Arc::new(Mutex::new(self.open_stream.take())),
        }
    }

    /// Returns what a report about the last attempt says; the recorder is `None` if there was none
    /// since the program started.
    pub(super) fn report_subject(&self) -> (Option<TrafficRecorder>, ReportSubject) {
        let spec = &self.record.spec;
        let known = self.record.discovery.as_ref();
        let failure = match &self.record.state {
            JobState::Failed { failure } => Some(failure),
            _ => None,
        };
        let settings = match &spec.source {
            JobSource::Recording(wanted)
            | JobSource::Live(LiveRequest {
                request: wanted, ..
            }) => vec![
                format!("{:?}", wanted.choice),
                format!("{:?}", spec.remux),
                format!("{:?}", wanted.extras),
            ],
            JobSource::Files(_) => Vec::new(),
        };
        let subject = ReportSubject {
            link: known.map_or_else(|| spec.source.label(), |known| known.link.clone()),
            failure: failure.map(|failure| (failure.code, failure.detail.clone())),
            settings,
            folders: vec![spec.output.folder.to_string_lossy().into_owned()],
        };
        (self.recorder.clone(), subject)
    }

    /// Returns what is published of it.
    pub(super) fn view(&mut self) -> Arc<JobView> {
        let view = match self.view.take() {
            Some(view) if self.active.is_none() => view,
            _ => Arc::new(self.new_view()),
        };
        self.view = Some(Arc::clone(&view));
        view
    }

    fn new_view(&self) -> JobView {
        let JobRecord {
            spec,
            state,
            discovery,
            ..
        } = &self.record;
        let known = discovery.as_ref();
        // A template may have put the file into a folder below the chosen one.
        let of_file = self.record.file.as_deref().and_then(Path::parent);
        let folder = of_file.unwrap_or(&spec.output.folder);
        let done = matches!(state, JobState::Done { .. });
        JobView {
            id: self.id.to_string(),
            link: known.map_or_else(|| spec.source.label(), |known| known.link.clone()),
            title: known
                .map(|known| known.title.clone())
                .or_else(|| spec.output.stem.clone())
                .or_else(|| spec.title.clone())
                .unwrap_or_else(|| spec.source.label()),
            thumbnail: known
                .map_or(&spec.thumbnail, |known| &known.thumbnail)
                .clone(),
            newest_of_channel: known
                .and_then(|known| known.found)
                .is_some_and(|found| found.newest),
            folder: folder
                .file_name()
                .unwrap_or(folder.as_os_str())
                .to_string_lossy()
                .into_owned(),
            state: state.clone().into(),
            progress: if done { None } else { self.progress() },
        }
    }

    fn progress(&self) -> Option<ProgressView> {
        match &self.meter {
            Some(meter) if self.record.state == JobState::Running => Some(meter.view()),
            Some(meter) => Some(meter.view_at_rest()),
            None => self.record.progress.map(progress::view_of),
        }
    }

    /// Takes over into the record how much has been downloaded.
    pub(super) fn note_progress(&mut self) {
        self.record.progress = match (&self.record.state, &self.meter) {
            (JobState::Done { .. }, _) => None,
            (_, Some(meter)) => meter.downloaded(),
            (_, None) => self.record.progress,
        };
    }
}
