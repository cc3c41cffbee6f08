//! Finds requests that bring next to nothing while others bring far more.
//!
//! A request is compared with those that run at the same time: if the whole line gets slow, none of
//! them is to blame. One that runs alone is compared with those before it.
//!
//! What a request waits for the limit of the speed is not counted. What has arrived meanwhile is read
//! at once afterwards, so no speed counts as higher than the limit.

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroU64;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::limits::{SLOWER_THAN_PEERS, SPEED_WINDOW, STALL_MIN_BYTES, STALL_WINDOW};

/// Number of recent bodies whose speed is remembered.
const RECENT: usize = 32;
/// With fewer recent bodies, a request that runs alone is not compared.
const MIN_RECENT: usize = 8;
/// Smaller bodies arrive in one packet, which says nothing about the speed.
const MIN_SAMPLE_BYTES: u64 = 4 << 10;
/// The speed of a running request is not known before this time.
const MIN_WINDOW: Duration = Duration::from_secs(1);
/// How often a request is looked at while nothing arrives.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// The speeds of all requests for segments, over all jobs, in bytes per second.
#[derive(Debug, Default)]
pub(crate) struct SpeedTracker {
    state: Mutex<SpeedState>,
}

#[derive(Debug, Default)]
struct SpeedState {
    next: u64,
    running: BTreeMap<u64, RunningRequest>,
    /// When the last bodies were complete, and how fast they came.
    recent: VecDeque<(Instant, f64)>,
    /// The limit of the speed in bytes per second.
    limit: Option<NonZeroU64>,
}

#[derive(Debug)]
struct RunningRequest {
    /// Later than the true start by the time that it has waited for the limit.
    started: Instant,
    /// Since when it waits for the limit.
    waits_since: Option<Instant>,
    bytes: u64,
    window_start: Instant,
    window_bytes: u64,
    /// Since when each window has been slow, and the speed in the last one.
    slow: Option<(Instant, f64)>,
}

/// Measures one request; dropping it ends the measurement.
#[derive(Debug)]
pub(crate) struct SpeedGauge<'a> {
    tracker: &'a SpeedTracker,
    number: u64,
    worth_a_wait: Duration,
}

impl SpeedTracker {
    /// Starts to measure a request, whose body is not given up if its rest takes no longer than
    /// `worth_a_wait`.
    pub(crate) fn start(&self, worth_a_wait: Duration) -> SpeedGauge<'_> {
        let now = Instant::now();
        let mut state = self.lock();
        let number = state.next;
        state.next += 1;
        let request = RunningRequest {
            started: now,
            waits_since: None,
            bytes: 0,
            window_start: now,
            window_bytes: 0,
            slow: None,
        };
        state.running.insert(number, request);
        SpeedGauge {
            tracker: self,
            number,
            worth_a_wait,
        }
    }

    /// Sets the limit of the speed, in bytes per second.
    pub(crate) fn limit(&self, limit: Option<NonZeroU64>) {
        self.lock().limit = limit;
    }

    fn lock(&self) -> MutexGuard<'_, SpeedState> {
        // Each statement leaves the state valid, so a poisoned lock can still be used.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request waits for the limit; dropping it ends the wait.
#[derive(Debug)]
pub(crate) struct LimitWait<'a>(&'a SpeedGauge<'a>);

impl SpeedGauge<'_> {
    /// Stops the clock of the request while it waits for the limit.
    pub(crate) fn wait_for_limit(&self) -> LimitWait<'_> {
        if let Some(request) = self.tracker.lock().running.get_mut(&self.number) {
            request.waits_since = Some(Instant::now());
        }
        LimitWait(self)
    }

    /// Returns how long the request has taken, without its waits for the limit.
    pub(crate) fn elapsed(&self) -> Duration {
        let state = self.tracker.lock();
        let request = state.running.get(&self.number);
        request.map_or(Duration::ZERO, |request| request.now() - request.started)
    }

    /// Counts bytes that have arrived.
    pub(crate) fn add(&self, bytes: u64) {
        if let Some(request) = self.tracker.lock().running.get_mut(&self.number) {
            request.bytes += bytes;
            request.window_bytes += bytes;
        }
    }

    /// Begins anew after a time in which this program did not read.
    pub(crate) fn restart(&self) {
        if let Some(request) = self.tracker.lock().running.get_mut(&self.number) {
            (request.window_start, request.window_bytes) = (Instant::now(), 0);
            request.slow = None;
        }
    }

    /// Records the speed of a complete body.
    pub(crate) fn finish(&self) {
        let now = Instant::now();
        let mut state = self.tracker.lock();
        let Some(request) = state.running.get(&self.number) else {
            return;
        };
        if request.bytes < MIN_SAMPLE_BYTES {
            return;
        }
        let speed = state.limited(speed(request.bytes, request.now() - request.started));
        if state.recent.len() == RECENT {
            state.recent.pop_front();
        }
        state.recent.push_back((now, speed));
    }

    /// Waits until the request is slow.
    pub(crate) async fn until_slow(&self) {
        while self.tracker.lock().look(self.number).is_none() {
            tokio::time::sleep(LOOK_INTERVAL).await;
        }
    }

    /// Returns whether the request is to be given up: it has been slow for long, and the rest of the
    /// body (`None` if its size is not known) would take long, too.
    pub(crate) fn is_stalled(&self, left_bytes: Option<u64>) -> bool {
        let mut state = self.tracker.lock();
        let Some((since, speed)) = state.look(self.number) else {
            return false;
        };
        let now = state
            .running
            .get(&self.number)
            .map_or(since, RunningRequest::now);
        let is_soon_done =
            left_bytes.is_some_and(|left| as_f64(left) <= speed * self.worth_a_wait.as_secs_f64());
        now - since >= STALL_WINDOW && !is_soon_done
    }
}

impl Drop for SpeedGauge<'_> {
    fn drop(&mut self) {
        self.tracker.lock().running.remove(&self.number);
    }
}

impl Drop for LimitWait<'_> {
    fn drop(&mut self) {
        if let Some(request) = self.0.tracker.lock().running.get_mut(&self.0.number) {
            request.end_wait(Instant::now());
        }
    }
}

impl RunningRequest {
    /// Returns the time by the clock of the request, which stands still while it waits for the limit.
    fn now(&self) -> Instant {
        self.waits_since.unwrap_or_else(Instant::now)
    }

    /// Moves its times on by how long it has waited.
    fn end_wait(&mut self, now: Instant) {
        let Some(since) = self.waits_since.take() else {
            return;
        };
        let waited = now - since;
        self.started += waited;
        self.window_start += waited;
        if let Some((slow_since, _)) = &mut self.slow {
            *slow_since += waited;
        }
    }
}

impl SpeedState {
    /// Returns a measured speed, at most the limit.
    fn limited(&self, speed: f64) -> f64 {
        self.limit
            .map_or(speed, |limit| speed.min(as_f64(limit.get())))
    }

    /// Returns since when a request has been slow, and its speed; `None` if it is not.
    fn look(&mut self, number: u64) -> Option<(Instant, f64)> {
        let request = self.running.get(&number)?;
        let now = request.now();
        let window = now - request.window_start;
        if window < SPEED_WINDOW {
            return request.slow;
        }
        let own = speed(request.window_bytes, window);
        let floor = self.floor(number, request.window_start);
        let request = self.running.get_mut(&number)?;
        let since = request
            .slow
            .map_or(request.window_start, |(since, _)| since);
        request.slow = (own < floor).then_some((since, own));
        (request.window_start, request.window_bytes) = (now, 0);
        request.slow
    }

    /// Returns below which speed a request is slow.
    fn floor(&self, number: u64, since: Instant) -> f64 {
        let least = speed(STALL_MIN_BYTES, STALL_WINDOW);
        let running = self.running.iter().filter(|(other, _)| **other != number);
        let running = running.filter_map(|(_, request)| {
            let window = request.now() - request.window_start;
            (window >= MIN_WINDOW).then(|| speed(request.window_bytes, window))
        });
        let finished = self.recent.iter().filter(|(end, _)| *end >= since);
        let peers: Vec<f64> = running.chain(finished.map(|(_, speed)| *speed)).collect();
        let typical = match median(peers) {
            Some(typical) => typical,
            None if self.recent.len() < MIN_RECENT => return least,
            None => median(self.recent.iter().map(|(_, speed)| *speed).collect()).unwrap_or(least),
        };
        least.max(self.limited(typical) / SLOWER_THAN_PEERS)
    }
}

fn median(mut speeds: Vec<f64>) -> Option<f64> {
    speeds.sort_unstable_by(f64::total_cmp);
    speeds.get(speeds.len() / 2).copied()
}

/// Returns bytes per second; at most a thousand measurements a second make a difference.
fn speed(bytes: u64, time: Duration) -> f64 {
    as_f64(bytes) / time.as_secs_f64().max(0.001)
}

#[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
fn as_f64(bytes: u64) -> f64 {
    bytes as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const WORTH: Duration = Duration::from_mins(2);

    /// Lets requests run for some seconds, each with this many bytes per second; returns after how
    /// many seconds the first one is slow and when it is given up.
    async fn run(
        gauges: &[(&SpeedGauge<'_>, u64)],
        left: Option<u64>,
        seconds: u64,
    ) -> (Option<u64>, Option<u64>) {
        let (mut slow, mut stalled) = (None, None);
        let Some((first, _)) = gauges.first() else {
            return (slow, stalled);
        };
        for second in 1..=seconds {
            tokio::time::advance(SECOND).await;
            for (gauge, bytes) in gauges {
                gauge.add(*bytes);
            }
            if first.is_stalled(left) {
                stalled.get_or_insert(second);
            }
            if first.tracker.lock().look(first.number).is_some() {
                slow.get_or_insert(second);
            }
        }
        (slow, stalled)
    }

    /// A tracker to which bodies of this speed have come.
    async fn after_bodies(bytes_per_second: u64) -> SpeedTracker {
        let tracker = SpeedTracker::default();
        for _ in 0..RECENT {
            let gauge = tracker.start(WORTH);
            tokio::time::advance(SECOND).await;
            gauge.add(bytes_per_second);
            gauge.finish();
        }
        tokio::time::advance(SECOND).await;
        tracker
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_slower_than_a_hundredth_of_its_peers_is_slow_and_then_given_up() {
        let tracker = SpeedTracker::default();
        let (slow, fast, other) = (
            tracker.start(WORTH),
            tracker.start(WORTH),
            tracker.start(WORTH),
        );
        let all = [(&slow, 900), (&fast, 100_000), (&other, 120_000)];
        assert_eq!(run(&all, None, 60).await, (Some(10), Some(30)));
        drop((slow, fast, other));
        let (slow, fast, other) = (
            tracker.start(WORTH),
            tracker.start(WORTH),
            tracker.start(WORTH),
        );
        let all = [(&slow, 1_300), (&fast, 100_000), (&other, 120_000)];
        assert_eq!(run(&all, None, 60).await, (None, None));
    }

    #[tokio::test(start_paused = true)]
    async fn a_byte_now_and_then_is_slow_without_any_peers() {
        let tracker = SpeedTracker::default();
        let gauge = tracker.start(WORTH);
        assert_eq!(
            run(&[(&gauge, 1)], Some(1_000_000), 60).await,
            (Some(10), Some(30))
        );
        let silent = tracker.start(WORTH);
        tokio::time::timeout(Duration::from_secs(11), silent.until_slow())
            .await
            .expect("silence is slow");
    }

    #[tokio::test(start_paused = true)]
    async fn a_line_that_gets_slow_for_all_requests_slows_none_of_them() {
        let tracker = after_bodies(1_000_000).await;
        let gauges: Vec<_> = (0..8).map(|_| tracker.start(WORTH)).collect();
        let all: Vec<_> = gauges.iter().map(|gauge| (gauge, 500)).collect();
        assert_eq!(run(&all, None, 300).await, (None, None));
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_runs_alone_is_compared_with_those_before_it() {
        let tracker = after_bodies(1_000_000).await;
        let gauge = tracker.start(WORTH);
        let left = Some(5_000_000);
        assert_eq!(
            run(&[(&gauge, 9_000)], left, 60).await,
            (Some(10), Some(30))
        );
        drop(gauge);
        // The rest would be here within two minutes.
        let gauge = tracker.start(WORTH);
        let left = Some(1_000_000);
        assert_eq!(run(&[(&gauge, 9_000)], left, 60).await, (Some(10), None));
        drop(gauge);
        let gauge = tracker.start(WORTH);
        assert_eq!(run(&[(&gauge, 11_000)], None, 60).await, (None, None));
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_waited_for_memory_begins_anew() {
        let tracker = after_bodies(1_000_000).await;
        let gauge = tracker.start(WORTH);
        tokio::time::advance(Duration::from_mins(5)).await;
        gauge.restart();
        assert!(!gauge.is_stalled(None));
        assert_eq!(run(&[(&gauge, 50_000)], None, 60).await, (None, None));
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_for_the_limit_is_no_time_of_the_request() {
        let tracker = after_bodies(1_000_000).await;
        tracker.limit(NonZeroU64::new(1_000));
        let gauge = tracker.start(WORTH);
        for _ in 0..600 {
            let wait = gauge.wait_for_limit();
            tokio::time::advance(SECOND).await;
            assert!(!gauge.is_stalled(Some(1_000_000)));
            drop(wait);
            gauge.add(1_000);
        }
        assert_eq!(gauge.elapsed(), Duration::ZERO);
        // The same request is slow if nothing comes while it does not wait.
        assert_eq!(
            run(&[(&gauge, 0)], None, 60).await,
            (Some(20), Some(40)),
            "the first window still has bytes"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_within_the_limit_is_not_slow_beside_one_that_reads_what_has_arrived() {
        let tracker = SpeedTracker::default();
        tracker.limit(NonZeroU64::new(1_000_000));
        let (own, held_back) = (tracker.start(WORTH), tracker.start(WORTH));
        // A gigabyte in no time of its own.
        let both = [(&own, 20_000), (&held_back, 1_000_000_000)];
        assert_eq!(run(&both, None, 60).await, (None, None));
        held_back.finish();
        drop(held_back);
        tracker.limit(None);
        assert_eq!(run(&[(&own, 20_000)], None, 60).await, (None, None));
        let trickle = tracker.start(WORTH);
        tracker.limit(NonZeroU64::new(1_000_000));
        let both = [(&trickle, 1_000), (&own, 1_000_000_000)];
        assert_eq!(run(&both, None, 60).await, (Some(10), Some(30)));
    }
}
