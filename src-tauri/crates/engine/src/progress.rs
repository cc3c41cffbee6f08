//! Progress of a run: the run updates a shared state, and readers look at it when they like.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::view::{JobStage, ProgressView, WaitReason};

/// Speed is smoothed over about this time: shorter is jumpy, longer lags behind.
const SPEED_WINDOW: Duration = Duration::from_secs(4);
/// The time left is not estimated before this much time has passed.
const MIN_ESTIMATE_TIME: Duration = Duration::from_secs(5);
/// Below this fraction of the recording, its size is estimated from the stated bit rate and not
/// from the segments received so far.
const TRUST_SEGMENTS_FROM: f64 = 0.05;

/// A stage without progress for this long is stalled.
const STALLED_AFTER: Duration = Duration::from_secs(30);
/// The last steps report nothing while they read a large file.
const FINISHING_STALLED_AFTER: Duration = Duration::from_mins(2);
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
    /// The fraction done, in a stage that does not count segments.
    fraction: Option<f64>,
    /// Duration of the segments done so far, summed over all tracks.
    done_ms: u64,
    total_ms: u64,
    /// Bytes of complete segments and of those being received.
    bytes: u64,
    estimated_bytes: Option<u64>,
    waiting_for: Option<WaitReason>,
    /// When something came of it last, and how many bytes had been received then.
    progressed: (Instant, u64),
    /// Whether this stage counts bytes.
    counts_bytes: bool,
    /// All bytes received, also of failed requests, for the speed.
    received: u64,
    speed: SmoothedSpeed,
}

#[derive(Debug)]
struct SmoothedSpeed {
    since: Option<Instant>,
    last: Option<(Instant, u64)>,
    bytes_per_second: f64,
}

impl Meter {
    pub(crate) fn new() -> Self {
        Self {
            state: Mutex::new(ProgressState {
                stage: JobStage::Resolving,
                fraction: None,
                done_ms: 0,
                total_ms: 0,
                bytes: 0,
                estimated_bytes: None,
                waiting_for: None,
                progressed: (Instant::now(), 0),
                counts_bytes: false,
                received: 0,
                speed: SmoothedSpeed {
                    since: None,
                    last: None,
                    bytes_per_second: 0.0,
                },
            }),
        }
    }

    pub(crate) fn enter(&self, stage: JobStage) {
        let mut meter = self.lock();
        meter.stage = stage;
        meter.fraction = None;
        meter.waiting_for = None;
        meter.mark_progress();
        meter.counts_bytes = stage == JobStage::Fetching;
    }

    /// Starts reading files of this many bytes in total, to convert or to move them.
    pub(crate) fn begin_reading(&self, stage: JobStage, total: u64) {
        self.enter(stage);
        let mut meter = self.lock();
        meter.counts_bytes = true;
        (meter.bytes, meter.estimated_bytes) = (0, Some(total));
        meter.speed.since = Some(Instant::now());
    }

    /// Sets how many bytes have been read so far.
    pub(crate) fn set_read(&self, done: u64) {
        let mut state = self.lock();
        if done > state.bytes {
            state.mark_progress();
        }
        state.received += done.saturating_sub(state.bytes);
        state.bytes = done;
        state.fraction = state.estimated_bytes.map(|total| share(done, total));
    }

    /// Starts fetching: the durations in total and already done, the bytes already here, and the
    /// estimated size in bytes.
    pub(crate) fn begin_fetch(
        &self,
        total_ms: u64,
        done_ms: u64,
        bytes: u64,
        estimated_bytes: Option<u64>,
    ) {
        self.enter(JobStage::Fetching);
        let mut state = self.lock();
        (
            state.total_ms,
            state.done_ms,
            state.bytes,
            state.estimated_bytes,
        ) = (total_ms, done_ms, bytes, estimated_bytes);
        state.speed.since = Some(Instant::now());
    }

    /// Counts a segment that has been received, or is known not to exist.
    pub(crate) fn segment_settled(&self, duration_ms: u64) {
        let mut state = self.lock();
        state.mark_progress();
        state.done_ms = state
            .done_ms
            .saturating_add(duration_ms)
            .min(state.total_ms);
    }

    /// Shows that nothing can be fetched for this reason, until bytes arrive.
    pub(crate) fn wait_for(&self, reason: WaitReason) {
        self.lock().set_waiting_for(Some(reason));
    }

    /// Shows that the wait is over.
    pub(crate) fn stop_waiting(&self) {
        self.lock().set_waiting_for(None);
    }

    pub(crate) fn set_fraction(&self, fraction: f64) {
        let mut state = self.lock();
        let fraction = Some(fraction.clamp(0.0, 1.0));
        if state.fraction != fraction {
            state.mark_progress();
        }
        state.fraction = fraction;
    }

    /// Starts counting a body; its bytes are subtracted again unless [kept](BodyProgress::keep).
    pub(crate) fn incoming(&self) -> BodyProgress<'_> {
        BodyProgress {
            meter: self,
            bytes: 0,
            kept: false,
        }
    }

    pub(crate) fn view(&self) -> ProgressView {
        self.lock().view(Instant::now())
    }

    fn lock(&self) -> MutexGuard<'_, ProgressState> {
        // Each statement leaves the state valid, so a poisoned lock can still be used.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The bytes of one body that is being received.
#[derive(Debug)]
pub(crate) struct BodyProgress<'a> {
    meter: &'a Meter,
    bytes: u64,
    kept: bool,
}

impl BodyProgress<'_> {
    pub(crate) fn add(&mut self, bytes: u64) {
        self.bytes += bytes;
        let mut state = self.meter.lock();
        state.bytes += bytes;
        state.received += bytes;
        state.waiting_for = None;
        if state.received - state.progressed.1 >= MIN_PROGRESS_BYTES {
            state.mark_progress();
        }
    }

    pub(crate) fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for BodyProgress<'_> {
    fn drop(&mut self) {
        if !self.kept {
            let mut state = self.meter.lock();
            state.bytes = state.bytes.saturating_sub(self.bytes);
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "estimates for people: sizes are far below 2^52 and never negative"
)]
impl ProgressState {
    fn set_waiting_for(&mut self, reason: Option<WaitReason>) {
        if self.waiting_for.is_some() != reason.is_some() {
            self.mark_progress();
        }
        self.waiting_for = reason;
    }

    fn mark_progress(&mut self) {
        self.progressed = (Instant::now(), self.received);
    }

    /// Returns whether nothing has come of this stage for longer than usual.
    fn is_stalled(&self, now: Instant) -> bool {
        let usual = match self.stage {
            JobStage::Resolving | JobStage::Fetching => STALLED_AFTER,
            JobStage::Moving | JobStage::Finishing | JobStage::Converting => {
                FINISHING_STALLED_AFTER
            }
        };
        self.waiting_for.is_none() && now.saturating_duration_since(self.progressed.0) >= usual
    }

    fn view(&mut self, now: Instant) -> ProgressView {
        let share = (self.total_ms > 0).then(|| self.done_ms as f64 / self.total_ms as f64);
        let fetching = self.stage == JobStage::Fetching;
        let counts_bytes = self.counts_bytes;
        let total_bytes = match share {
            Some(share) if share >= TRUST_SEGMENTS_FROM => Some((self.bytes as f64 / share) as u64),
            _ => self.estimated_bytes,
        };
        self.speed.sample(now, self.received);
        let speed = self.speed.bytes_per_second;
        let is_stable = self
            .speed
            .since
            .is_some_and(|since| now - since >= MIN_ESTIMATE_TIME);
        let stalled = self.is_stalled(now);
        let seconds_left = match total_bytes {
            Some(total)
                if counts_bytes
                    && is_stable
                    && self.waiting_for.is_none()
                    && !stalled
                    && speed >= 1.0 =>
            {
                Some((total.saturating_sub(self.bytes) as f64 / speed).ceil() as u64)
            }
            _ => None,
        };
        ProgressView {
            stage: self.stage,
            fraction: if fetching { share } else { self.fraction },
            done_bytes: self.bytes,
            total_bytes: total_bytes.map(|total| total.max(self.bytes)),
            bytes_per_second: (counts_bytes && self.received > 0).then_some(speed as u64),
            seconds_left,
            waiting: self.waiting_for.is_some(),
            waiting_for: self.waiting_for,
            stalled,
        }
    }
}

/// Returns the fraction `done / total`, at most 1.
#[expect(clippy::cast_precision_loss, reason = "a share for people")]
fn share(done: u64, total: u64) -> f64 {
    (done as f64 / total.max(1) as f64).min(1.0)
}

impl SmoothedSpeed {
    #[expect(clippy::cast_precision_loss, reason = "a speed for people")]
    fn sample(&mut self, now: Instant, received: u64) {
        let Some((then, before)) = self.last else {
            self.last = Some((now, received));
            return;
        };
        let seconds = (now - then).as_secs_f64();
        // Closer samples would be noise; keep the last value.
        if seconds < 0.05 {
            return;
        }
        let current = received.saturating_sub(before) as f64 / seconds;
        let weight = 1.0 - (-seconds / SPEED_WINDOW.as_secs_f64()).exp();
        // The first value cannot be smoothed.
        let weight = if self.bytes_per_second == 0.0 {
            1.0
        } else {
            weight
        };
        self.bytes_per_second += weight * (current - self.bytes_per_second);
        self.last = Some((now, received));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interrupted_body_is_not_counted_as_done() {
        let meter = Meter::new();
        meter.begin_fetch(1000, 0, 0, None);
        let mut broken = meter.incoming();
        broken.add(70);
        assert_eq!(meter.view().done_bytes, 70);
        drop(broken);
        assert_eq!(meter.view().done_bytes, 0);
        let mut whole = meter.incoming();
        whole.add(30);
        whole.keep();
        assert_eq!(meter.view().done_bytes, 30);
    }

    #[test]
    fn the_total_is_first_estimated_from_the_bit_rate_and_then_from_the_segments() {
        let meter = Meter::new();
        meter.begin_fetch(100_000, 0, 0, Some(5_000));
        assert_eq!(meter.view().total_bytes, Some(5_000));
        let mut body = meter.incoming();
        body.add(1_000);
        body.keep();
        meter.segment_settled(10_000);
        let view = meter.view();
        assert_eq!(view.total_bytes, Some(10_000));
        assert_eq!(view.fraction, Some(0.1));
        assert_eq!(view.seconds_left, None, "five seconds have not passed");
    }

    #[test]
    fn converting_a_local_file_counts_the_bytes_read() {
        let meter = Meter::new();
        meter.begin_reading(JobStage::Converting, 4_000);
        meter.set_read(1_000);
        let view = meter.view();
        assert_eq!(
            (view.stage, view.fraction),
            (JobStage::Converting, Some(0.25))
        );
        assert_eq!((view.done_bytes, view.total_bytes), (1_000, Some(4_000)));
        meter.enter(JobStage::Finishing);
        assert_eq!(meter.view().bytes_per_second, None);
    }

    #[test]
    fn a_stage_without_progress_is_stalled_unless_it_is_known_what_it_waits_for() {
        let meter = Meter::new();
        let later = |seconds| Instant::now() + Duration::from_secs(seconds);
        assert!(!meter.lock().view(later(29)).stalled);
        assert!(meter.lock().view(later(31)).stalled, "also while resolving");
        meter.begin_fetch(1000, 0, 0, None);
        meter.incoming().add(MIN_PROGRESS_BYTES - 1);
        let (before, received) = meter.lock().progressed;
        assert_eq!(received, 0, "a few bytes are no progress");
        assert!(meter.lock().view(before + STALLED_AFTER).stalled);
        meter.incoming().add(1);
        assert!(!meter.lock().view(before + STALLED_AFTER).stalled);
        meter.wait_for(WaitReason::Network);
        let view = meter.lock().view(later(3600));
        assert!(view.waiting && !view.stalled);
        meter.enter(JobStage::Finishing);
        assert!(!meter.lock().view(later(119)).stalled);
        assert!(meter.lock().view(later(121)).stalled);
    }

    #[test]
    fn the_time_left_follows_the_smoothed_speed() {
        let meter = Meter::new();
        meter.begin_fetch(100_000, 50_000, 5_000, None);
        let start = Instant::now();
        let mut state = meter.lock();
        state.view(start);
        for second in 1..=30u32 {
            state.received += 1_000;
            let now = start + Duration::from_secs(second.into());
            state.progressed = (now, state.received);
            state.view(now);
        }
        let view = state.view(start + Duration::from_secs(30));
        assert_eq!(view.bytes_per_second, Some(1_000));
        assert_eq!(view.seconds_left, Some(5));
    }
}
