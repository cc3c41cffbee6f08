//! Progress of a run: the run updates a shared state, and readers look at it when they like.
//!
//! All that a person sees of it (bar, percentage, title, list, taskbar) is one [`ProgressView`], so
//! that no two of them can differ.

mod segments;
mod speed;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

pub(crate) use self::segments::ExpectedSegment;
use self::segments::SegmentProgress;
use self::speed::Speed;
use crate::saved;
use crate::view::{JobStage, LiveProgressView, ProgressView, WaitReason};

/// Without data for this long, the time left is not known any more, and the person is told.
const SILENT_AFTER: Duration = Duration::from_secs(5);
/// Without data for this long, the download waits.
const WAITING_AFTER: Duration = Duration::from_secs(20);
/// A failed request is not worth mentioning if data came from another one this shortly before.
const WAIT_SHOWN_AFTER: Duration = Duration::from_secs(2);

/// A stage without progress for this long is stalled.
const STALLED_AFTER: Duration = Duration::from_secs(30);
/// The last steps report nothing while they read a large file.
const FINISHING_STALLED_AFTER: Duration = Duration::from_mins(2);
/// If less of the recording is lost than this when a run goes on, the bar does not go back.
const MAX_HIDDEN_LOSS: f64 = 0.05;
/// Fewer bytes are no progress: a byte now and then keeps no job going.
const MIN_PROGRESS_BYTES: u64 = 2 << 10;

/// The progress of one run, shared between the run and the readers.
#[derive(Debug)]
pub(crate) struct Meter {
    state: Mutex<ProgressState>,
}

#[derive(Debug)]
struct ProgressState {
    stage: JobStage,
    segments: SegmentProgress,
    /// What is shown of the download.
    download: Shown,
    /// What is shown of a stage that moves or converts; `None` in the others.
    work: Option<Shown>,
    waiting_for: Option<WaitReason>,
    /// When something came of it last, and how many bytes had been received then.
    progressed: (Instant, u64),
    /// When the last data or answer came.
    heard: Instant,
    /// All bytes received or read, also of failed requests, for the speed.
    received: u64,
    speed: Speed,
    next_body: u64,
    /// Requests that wait until fewer requests run.
    queued_requests: usize,
    active_requests: usize,
    /// Since when all requests wait until fewer requests run.
    own_wait_since: Option<Instant>,
    /// What is recorded of a running stream.
    live: LiveProgressView,
}

/// The figures of one stage. They never go back while the stage lasts.
#[derive(Clone, Copy, Debug, Default)]
struct Shown {
    fraction: Option<f64>,
    bytes: u64,
    total_bytes: Option<u64>,
    is_exact: bool,
}

impl Meter {
    /// Creates the meter of a run that goes on where an earlier one ended.
    pub(crate) fn new(known: Option<saved::Progress>) -> Self {
        let now = Instant::now();
        Self {
            state: Mutex::new(ProgressState {
                stage: JobStage::Resolving,
                segments: SegmentProgress::default(),
                download: known.map(Shown::from).unwrap_or_default(),
                work: None,
                waiting_for: None,
                progressed: (now, 0),
                heard: now,
                received: 0,
                speed: Speed::default(),
                next_body: 0,
                queued_requests: 0,
                active_requests: 0,
                own_wait_since: None,
                live: LiveProgressView::default(),
            }),
        }
    }

    pub(crate) fn enter(&self, stage: JobStage) {
        self.lock().enter(stage, Instant::now());
    }

    /// Starts reading files of this many bytes in total, to convert or to move them.
    pub(crate) fn begin_reading(&self, stage: JobStage, total: u64) {
        let now = Instant::now();
        let mut meter = self.lock();
        meter.enter(stage, now);
        meter.work = Some(Shown {
            fraction: Some(0.0),
            bytes: 0,
            total_bytes: Some(total),
            is_exact: true,
        });
        meter.speed = Speed::default();
        meter.speed.start(now);
    }

    /// Sets how many bytes have been read so far.
    pub(crate) fn set_read(&self, done: u64) {
        let mut state = self.lock();
        let Some(work) = &mut state.work else { return };
        let new = done.saturating_sub(work.bytes);
        work.bytes = done;
        work.fraction = work.total_bytes.map(|total| share(done, total));
        state.received += new;
        if new > 0 {
            state.mark_progress(Instant::now());
        }
    }

    /// Starts fetching: the durations in total and already done, the bytes already here, and the
    /// size in bytes that the service states.
    pub(crate) fn begin_fetch(&self, total_ms: u64, done: (u64, u64), stated_bytes: Option<u64>) {
        let segments = SegmentProgress::new(total_ms, done, stated_bytes);
        self.lock().begin_fetch(segments, Instant::now());
    }

    /// Starts recording a running stream, whose length is not known; `done_bytes` are here already, and
    /// the first of them were sent at this time.
    pub(crate) fn begin_recording(&self, done_bytes: u64, since_unix_s: i64) {
        let mut state = self.lock();
        let now = Instant::now();
        state.begin_fetch(SegmentProgress::new(0, (0, done_bytes), None), now);
        state.stage = JobStage::Recording;
        state.live.since_unix_s = since_unix_s;
    }

    /// Sets how much of a running stream is recorded.
    pub(crate) fn set_recorded(&self, recorded_ms: u64) {
        self.lock().live.recorded_ms = recorded_ms;
    }

    /// Returns whether a running stream is recorded now, or its start is waited for.
    pub(crate) fn is_recording(&self) -> bool {
        let state = self.lock();
        let waits = state.waiting_for == Some(WaitReason::StreamStart);
        state.stage == JobStage::Recording || waits
    }

    /// Returns whether something is recorded of a stream that is recorded now.
    pub(crate) fn has_recorded(&self) -> bool {
        let state = self.lock();
        state.stage == JobStage::Recording && state.live.recorded_ms > 0
    }

    /// Counts what a running stream has sent and what did not come.
    pub(crate) fn add_missing(&self, duration_ms: u64) {
        let live = &mut self.lock().live;
        live.missing_ms = live.missing_ms.saturating_add(duration_ms);
    }

    /// Counts that a running stream was started again.
    pub(crate) fn add_restart(&self) {
        self.lock().live.restarts += 1;
    }

    /// Counts a segment that is known not to exist.
    pub(crate) fn segment_absent(&self, duration_ms: u64) {
        let now = Instant::now();
        let mut state = self.lock();
        state.mark_progress(now);
        state.segments.settle(duration_ms);
    }

    /// Shows that nothing can be fetched for this reason, until bytes arrive.
    pub(crate) fn wait_for(&self, reason: WaitReason) {
        self.lock().set_waiting_for(Some(reason), Instant::now());
    }

    /// Shows that the wait is over.
    pub(crate) fn stop_waiting(&self) {
        self.lock().set_waiting_for(None, Instant::now());
    }

    /// Counts a request that waits until fewer requests run. While all of them do, the silence is
    /// ours.
    pub(crate) fn queue_request(&self) -> QueuedRequest<'_> {
        let mut state = self.lock();
        state.queued_requests += 1;
        state.update_own_wait(Instant::now());
        QueuedRequest(self)
    }

    /// Returns for how long no data has come of a download.
    pub(crate) fn silence(&self) -> Option<Duration> {
        self.lock().silence(Instant::now())
    }

    /// Returns for how long no data has come, if it is not known what the download waits for.
    pub(crate) fn unexplained_silence(&self) -> Option<Duration> {
        let state = self.lock();
        let silence = state.silence(Instant::now())?;
        state.waiting_for.is_none().then_some(silence)
    }

    pub(crate) fn set_fraction(&self, fraction: f64) {
        let mut state = self.lock();
        let fraction = Some(fraction.clamp(0.0, 1.0));
        let work = state.work.get_or_insert_default();
        if work.fraction != fraction {
            work.fraction = fraction;
            state.mark_progress(Instant::now());
        }
    }

    /// Starts counting a body; its bytes are subtracted again unless [kept](BodyProgress::keep).
    /// `None` for a segment that is here already and is fetched again to be compared.
    pub(crate) fn incoming(&self, segment: Option<ExpectedSegment>) -> BodyProgress<'_> {
        let mut state = self.lock();
        state.next_body += 1;
        BodyProgress {
            meter: self,
            number: state.next_body,
            segment,
        }
    }

    /// Returns the progress of a run.
    pub(crate) fn view(&self) -> ProgressView {
        self.lock().view(Instant::now())
    }

    /// Returns the progress of a job that does not run now: it has no speed and waits for nothing.
    pub(crate) fn view_at_rest(&self) -> ProgressView {
        let mut state = self.lock();
        state.update_download();
        state.shown().at_rest(state.stage)
    }

    /// Returns how much has been downloaded; `None` if nothing has.
    pub(crate) fn downloaded(&self) -> Option<saved::Progress> {
        let mut state = self.lock();
        state.update_download();
        state.download.saved()
    }

    fn lock(&self) -> MutexGuard<'_, ProgressState> {
        // Each statement leaves the state valid, so a poisoned lock can still be used.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the progress of a job that has not run since the app was started.
pub(crate) fn view_of(saved: saved::Progress) -> ProgressView {
    Shown::from(saved).at_rest(JobStage::Fetching)
}

/// A request that waits until fewer requests run; dropping it ends the wait.
#[derive(Debug)]
pub(crate) struct QueuedRequest<'a>(&'a Meter);

/// A request that runs; dropping it ends it.
#[derive(Debug)]
pub(crate) struct ActiveRequest<'a>(&'a Meter);

impl<'a> QueuedRequest<'a> {
    /// Counts the request as running.
    pub(crate) fn start(self) -> ActiveRequest<'a> {
        self.0.lock().active_requests += 1;
        ActiveRequest(self.0)
    }
}

impl Drop for QueuedRequest<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.queued_requests -= 1;
        state.update_own_wait(Instant::now());
    }
}

impl Drop for ActiveRequest<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.active_requests -= 1;
        state.update_own_wait(Instant::now());
    }
}

/// The bytes of one body that is being received.
#[derive(Debug)]
pub(crate) struct BodyProgress<'a> {
    meter: &'a Meter,
    number: u64,
    segment: Option<ExpectedSegment>,
}

impl BodyProgress<'_> {
    pub(crate) fn add(&mut self, bytes: u64) {
        let body = self.segment.map(|segment| (self.number, segment));
        self.meter.lock().receive(body, bytes, Instant::now());
    }

    /// Counts the body as complete. From now on its bytes stay.
    pub(crate) fn keep(self) {
        if self.segment.is_some() {
            self.meter.lock().segments.keep_body(self.number);
        }
    }
}

impl Drop for BodyProgress<'_> {
    fn drop(&mut self) {
        // A body that was kept is not known any more.
        self.meter.lock().segments.drop_body(self.number);
    }
}

impl ProgressState {
    fn enter(&mut self, stage: JobStage, now: Instant) {
        self.update_download();
        self.stage = stage;
        self.waiting_for = None;
        // ffmpeg reports a fraction only. What was downloaded is still here.
        self.work = matches!(stage, JobStage::Converting | JobStage::Encoding).then(|| Shown {
            bytes: self.download.bytes,
            ..Shown::default()
        });
        self.heard = now;
        self.mark_progress(now);
    }

    /// A later pass of the same run goes on with what is shown and with the silence of the one
    /// before it.
    fn begin_fetch(&mut self, segments: SegmentProgress, now: Instant) {
        let (heard, waiting_for) = (self.heard, self.waiting_for);
        let is_later_pass = self.stage == JobStage::Fetching;
        self.enter(JobStage::Fetching, now);
        if is_later_pass {
            (self.heard, self.waiting_for) = (heard, waiting_for);
        }
        self.segments = segments;
        // What was on its way when an earlier run ended is lost. More than that is told.
        let before = self.download.fraction.unwrap_or(0.0);
        let here = self.segments.fraction().unwrap_or(0.0);
        if !is_later_pass && before - here > MAX_HIDDEN_LOSS {
            self.download = Shown::default();
        }
        self.speed.start(now);
    }

    fn receive(&mut self, body: Option<(u64, ExpectedSegment)>, bytes: u64, now: Instant) {
        if bytes == 0 {
            return;
        }
        self.received += bytes;
        self.waiting_for = None;
        self.heard = now;
        if let Some((number, segment)) = body {
            self.segments.add(number, segment, bytes);
        }
        if self.received - self.progressed.1 >= MIN_PROGRESS_BYTES {
            self.mark_progress(now);
        }
    }

    fn set_waiting_for(&mut self, reason: Option<WaitReason>, now: Instant) {
        if self.waiting_for.is_some() != reason.is_some() {
            self.progressed = (now, self.received);
        }
        self.waiting_for = reason;
    }

    fn mark_progress(&mut self, now: Instant) {
        self.progressed = (now, self.received);
        self.heard = now;
    }

    /// Notes whether all requests wait until fewer requests run. That time is no silence.
    fn update_own_wait(&mut self, now: Instant) {
        let waits = self.queued_requests > 0 && self.active_requests == 0;
        match self.own_wait_since {
            None if waits => self.own_wait_since = Some(now),
            Some(since) if !waits => {
                let waited = now.saturating_duration_since(since);
                self.heard = (self.heard + waited).min(now);
                self.progressed.0 = (self.progressed.0 + waited).min(now);
                self.own_wait_since = None;
            }
            None | Some(_) => {}
        }
    }

    /// Returns for how long no data has come of a download.
    fn silence(&self, now: Instant) -> Option<Duration> {
        let is_fetching = self.stage == JobStage::Fetching;
        let now = self.own_wait_since.unwrap_or(now);
        is_fetching.then(|| now.saturating_duration_since(self.heard))
    }

    /// Returns what the job waits for, if that is to be shown.
    fn shown_wait(&self, now: Instant) -> Option<WaitReason> {
        let Some(silence) = self.silence(now) else {
            return self.waiting_for;
        };
        match self.waiting_for {
            // The line has been checked, and what comes may be the log-in page itself.
            Some(reason @ (WaitReason::Network | WaitReason::LoginPage)) => Some(reason),
            Some(reason) if silence >= WAIT_SHOWN_AFTER => Some(reason),
            None if silence >= WAITING_AFTER => Some(WaitReason::Network),
            _ => None,
        }
    }

    /// Returns whether nothing has come of this stage for longer than usual.
    fn is_stalled(&self, now: Instant) -> bool {
        let usual = match self.stage {
            JobStage::Resolving | JobStage::Fetching | JobStage::Recording => STALLED_AFTER,
            JobStage::Moving | JobStage::Finishing | JobStage::Converting | JobStage::Encoding => {
                FINISHING_STALLED_AFTER
            }
        };
        let now = self.own_wait_since.unwrap_or(now);
        now.saturating_duration_since(self.progressed.0) >= usual
    }

    /// Moves the figures of the download forward.
    fn update_download(&mut self) {
        if self.stage == JobStage::Recording {
            let bytes = self.segments.bytes();
            self.download.advance(None, bytes, (None, false));
        }
        if self.stage != JobStage::Fetching {
            return;
        }
        let (total, is_exact) = self.segments.total_bytes();
        self.download.advance(
            self.segments.fraction(),
            self.segments.bytes(),
            (total, is_exact),
        );
    }

    fn shown(&self) -> Shown {
        let is_work = matches!(
            self.stage,
            JobStage::Moving | JobStage::Converting | JobStage::Encoding
        );
        self.work.filter(|_| is_work).unwrap_or(self.download)
    }

    fn view(&mut self, now: Instant) -> ProgressView {
        self.update_download();
        self.speed.sample(now, self.received);
        let shown = self.shown();
        let waiting_for = self.shown_wait(now);
        let silence = self.silence(now).unwrap_or_default();
        let silent_seconds =
            (silence >= SILENT_AFTER && waiting_for.is_none()).then_some(silence.as_secs());
        let counts_bytes = match self.stage {
            JobStage::Fetching | JobStage::Recording => true,
            JobStage::Moving | JobStage::Converting | JobStage::Encoding => {
                shown.total_bytes.is_some()
            }
            JobStage::Resolving | JobStage::Finishing => false,
        };
        let stalled = waiting_for.is_none() && silent_seconds.is_none() && self.is_stalled(now);
        let is_moving = counts_bytes && waiting_for.is_none() && silent_seconds.is_none();
        let left_bytes = match self.stage {
            JobStage::Fetching => self.segments.total_bytes().0,
            JobStage::Recording => None,
            _ => shown.total_bytes,
        };
        let left_bytes = left_bytes.map(|total| total.saturating_sub(shown.bytes));
        ProgressView {
            bytes_per_second: (is_moving && self.received > 0)
                .then(|| self.speed.bytes_per_second()),
            seconds_left: left_bytes
                .filter(|_| is_moving && !stalled)
                .and_then(|left| self.speed.seconds_for(now, left)),
            waiting: waiting_for.is_some(),
            waiting_for,
            stalled,
            silent_seconds,
            live: (self.stage == JobStage::Recording).then_some(self.live),
            ..shown.at_rest(self.stage)
        }
    }
}

impl Shown {
    /// Takes over newer figures; none goes back. The total moves only if the estimate is off by more
    /// than a tenth, if more has come already, or once it is exact.
    fn advance(&mut self, fraction: Option<f64>, bytes: u64, total: (Option<u64>, bool)) {
        self.fraction = match (self.fraction, fraction) {
            (Some(before), Some(now)) => Some(before.max(now)),
            (before, now) => now.or(before),
        };
        self.bytes = self.bytes.max(bytes);
        let (Some(estimate), is_exact) = total else {
            return;
        };
        let estimate = estimate.max(self.bytes);
        let moves = self.total_bytes.is_none_or(|shown| {
            is_exact || shown < self.bytes || shown.abs_diff(estimate) > shown / 10
        });
        if moves {
            self.total_bytes = Some(estimate);
        }
        self.is_exact = is_exact;
    }

    fn saved(self) -> Option<saved::Progress> {
        (self.bytes > 0).then_some(saved::Progress {
            fraction: self.fraction,
            done_bytes: self.bytes,
            total_bytes: self.total_bytes,
        })
    }

    fn at_rest(self, stage: JobStage) -> ProgressView {
        ProgressView {
            stage,
            // How long the last steps take is not known.
            live: None,
            fraction: self.fraction.filter(|_| stage != JobStage::Finishing),
            done_bytes: self.bytes,
            total_bytes: self.total_bytes,
            total_is_exact: self.is_exact,
            bytes_per_second: None,
            seconds_left: None,
            waiting: false,
            waiting_for: None,
            stalled: false,
            silent_seconds: None,
        }
    }
}

impl From<saved::Progress> for Shown {
    fn from(saved: saved::Progress) -> Self {
        Self {
            // Whoever can write the file may have written anything.
            fraction: saved.fraction.map(|fraction| fraction.clamp(0.0, 1.0)),
            bytes: saved.done_bytes,
            total_bytes: saved.total_bytes.map(|total| total.max(saved.done_bytes)),
            is_exact: false,
        }
    }
}

/// Returns the fraction `done / total`, at most 1.
#[expect(clippy::cast_precision_loss, reason = "a share for people")]
fn share(done: u64, total: u64) -> f64 {
    (done as f64 / total.max(1) as f64).min(1.0)
}

#[cfg(test)]
mod tests;
