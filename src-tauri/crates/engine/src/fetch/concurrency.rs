//! Adapts how many requests run at once to what the connection and the service can take.

use std::num::{NonZeroU64, NonZeroUsize};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::rate_limit::requests_within;

/// Requests that run at once at first; browsers and other downloaders start similarly.
const INITIAL_LIMIT: usize = 8;
/// The limit grows by this much at a time.
const LIMIT_STEP: usize = 4;
/// How long the throughput is measured for one step. Shorter samples measure noise; with longer
/// ones a recording of a minute would end before it gets the connections that it could have.
const SAMPLE_TIME: Duration = Duration::from_secs(1);
/// A step up is kept if the total throughput grows by this factor.
const MIN_SPEEDUP: f64 = 1.08;
/// If requests are waiting, a released slot is taken again within this time.
const REFILL_GRACE: Duration = Duration::from_millis(250);
/// How long the limit is held after a step without gain, or after a server asked to slow down.
const HOLD_TIME: Duration = Duration::from_secs(30);
/// From this share of the limit of the speed on, it is that limit which holds the throughput back.
const HELD_BACK: f64 = 0.9;

/// Limits the number of requests that run at once.
///
/// The limit starts at eight, grows by four while that raises the throughput, and is halved when a
/// host reports overload. With a limit of the speed it is lower, and does not grow once that is reached.
#[derive(Debug)]
pub(crate) struct ConcurrencyLimiter {
    max_limit: usize,
    /// Bytes received so far, also of unfinished segments, because segments complete in bursts.
    bytes: AtomicU64,
    state: Mutex<LimiterState>,
    free: Notify,
}

#[derive(Debug)]
struct LimiterState {
    limit: usize,
    /// The limit of the speed, in bytes per second.
    rate_limit: Option<NonZeroU64>,
    active: usize,
    /// When a slot was last released while all were taken.
    last_full: Option<Instant>,
    /// The running throughput measurement at this limit.
    sample: Option<ThroughputSample>,
    /// Bytes per second before the last step up, until that step has been judged.
    speed_before_step: Option<f64>,
    hold_until: Option<Instant>,
    reduced_at: Option<Instant>,
}

#[derive(Clone, Copy, Debug)]
struct ThroughputSample {
    since: Instant,
    bytes: u64,
    segments: usize,
}

/// Permission to run one request; dropping it lets the next one start.
#[derive(Debug)]
pub(crate) struct Slot<'a>(&'a ConcurrencyLimiter);

impl ConcurrencyLimiter {
    /// `max_limit` is never exceeded.
    pub(crate) fn new(max_limit: NonZeroUsize, rate_limit: Option<NonZeroU64>) -> Self {
        Self {
            max_limit: max_limit.get(),
            bytes: AtomicU64::new(0),
            state: Mutex::new(LimiterState {
                limit: INITIAL_LIMIT.min(max_limit.get()),
                rate_limit,
                active: 0,
                last_full: None,
                sample: None,
                speed_before_step: None,
                hold_until: None,
                reduced_at: None,
            }),
            free: Notify::new(),
        }
    }

    /// Returns the most requests that may ever run at once under the limit of the speed.
    pub(crate) fn max_limit(&self) -> usize {
        self.state().within_rate(self.max_limit)
    }

    /// Sets the limit of the speed, in bytes per second. Requests that run are not stopped.
    pub(crate) fn limit_rate(&self, rate_limit: Option<NonZeroU64>) {
        let mut state = self.state();
        state.rate_limit = rate_limit;
        state.sample = None;
        state.speed_before_step = None;
        self.free.notify_one();
    }

    /// Waits for a free slot.
    pub(crate) async fn acquire(&self) -> Slot<'_> {
        loop {
            {
                let mut state = self.state();
                let limit = state.limit();
                if state.active < limit {
                    state.active += 1;
                    // One released slot may have woken us while a raised limit has more.
                    if state.active < limit {
                        self.free.notify_one();
                    }
                    return Slot(self);
                }
            }
            // `Notify` stores a slot that is released before this awaits.
            self.free.notified().await;
        }
    }

    /// Counts received bytes.
    pub(crate) fn add_bytes(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Counts a complete segment, and raises the limit while that raises the throughput.
    pub(crate) fn segment_arrived(&self, now: Instant) {
        let mut state = self.state();
        if !state.is_full(now) || state.hold_until.is_some_and(|until| now < until) {
            // If no request waits, the throughput says nothing about the connection.
            state.sample = None;
            return;
        }
        let limit = state.limit();
        let sample = state.sample.get_or_insert(ThroughputSample {
            since: now,
            bytes: 0,
            segments: 0,
        });
        sample.segments += 1;
        // New connections start slowly; start measuring when each has carried about one segment.
        if sample.segments <= limit {
            (sample.since, sample.bytes) = (now, self.bytes());
            return;
        }
        let elapsed = now.saturating_duration_since(sample.since);
        if elapsed < SAMPLE_TIME || sample.segments < limit * 2 {
            return;
        }
        let bytes = self.bytes().saturating_sub(sample.bytes);
        #[expect(
            clippy::cast_precision_loss,
            reason = "a throughput, compared within percents"
        )]
        let speed = bytes as f64 / elapsed.as_secs_f64();
        state.sample = None;
        if state.is_held_back(speed) {
            state.speed_before_step = None;
            return;
        }
        match state.speed_before_step {
            Some(before) if speed < before * MIN_SPEEDUP => {
                state.limit = limit.saturating_sub(LIMIT_STEP).max(1);
                state.speed_before_step = None;
                state.hold_until = Some(now + HOLD_TIME);
            }
            _ if limit < state.within_rate(self.max_limit) => {
                state.limit = (limit + LIMIT_STEP).min(self.max_limit);
                state.last_full = None;
                state.speed_before_step = Some(speed);
                tracing::debug!(limit = state.limit, speed, "more requests at once");
                self.free.notify_one();
            }
            _ => {
                state.speed_before_step = None;
                state.hold_until = Some(now + HOLD_TIME);
            }
        }
    }

    /// Halves the limit because a host reported overload. All running requests may get the same
    /// answer, so answers close together count once.
    pub(crate) fn back_off(&self, now: Instant) {
        const SAME_ANSWER_WINDOW: Duration = Duration::from_secs(1);
        let mut state = self.state();
        if state
            .reduced_at
            .is_some_and(|then| now.saturating_duration_since(then) < SAME_ANSWER_WINDOW)
        {
            return;
        }
        state.limit = (state.limit() / 2).max(1);
        state.reduced_at = Some(now);
        state.sample = None;
        state.speed_before_step = None;
        state.hold_until = Some(now + HOLD_TIME);
        tracing::debug!(limit = state.limit, "fewer requests at once");
    }

    fn state(&self) -> MutexGuard<'_, LimiterState> {
        // Each statement leaves the state valid, so a poisoned lock can still be used.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LimiterState {
    /// Returns how many requests may run at once now.
    fn limit(&self) -> usize {
        self.within_rate(self.limit)
    }

    /// Returns so many requests, or as many as the limit of the speed carries.
    fn within_rate(&self, requests: usize) -> usize {
        let carried = self.rate_limit.map(|limit| requests_within(limit).get());
        carried.map_or(requests, |carried| requests.min(carried))
    }

    /// Returns whether a throughput in bytes per second is what the limit of the speed lets through,
    /// which says nothing about the connection.
    #[expect(clippy::cast_precision_loss, reason = "compared within percents")]
    fn is_held_back(&self, speed: f64) -> bool {
        self.rate_limit
            .is_some_and(|limit| speed >= limit.get() as f64 * HELD_BACK)
    }

    /// Segments complete in bursts, so a slot may be free briefly before the next request takes it.
    fn is_full(&self, now: Instant) -> bool {
        let briefly = |then: Instant| now.saturating_duration_since(then) < REFILL_GRACE;
        self.active >= self.limit() || self.last_full.is_some_and(briefly)
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        if state.active >= state.limit() {
            state.last_full = Some(Instant::now());
        }
        state.active = state.active.saturating_sub(1);
        if state.active < state.limit() {
            self.0.free.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limiter(max_limit: usize) -> ConcurrencyLimiter {
        ConcurrencyLimiter::new(NonZeroUsize::new(max_limit).expect("not zero"), None)
    }

    async fn full(limiter: &ConcurrencyLimiter) -> Vec<Slot<'_>> {
        let mut slots = Vec::new();
        while let Ok(slot) = tokio::time::timeout(Duration::from_millis(1), limiter.acquire()).await
        {
            slots.push(slot);
        }
        slots
    }

    /// Reports segments at this throughput for one sample.
    fn segments_at(limiter: &ConcurrencyLimiter, now: &mut Instant, bytes_per_second: u64) {
        for _ in 0..=40 {
            limiter.add_bytes(bytes_per_second / 20);
            limiter.segment_arrived(*now);
            *now += Duration::from_millis(50);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_limit_rises_while_the_throughput_grows_and_falls_back_otherwise() {
        let limiter = limiter(20);
        let mut now = Instant::now();
        let slots = full(&limiter).await;
        assert_eq!(slots.len(), 8);
        segments_at(&limiter, &mut now, 1_000_000);
        let more = full(&limiter).await;
        assert_eq!(more.len(), 4, "it tries twelve");
        segments_at(&limiter, &mut now, 1_250_000);
        let yet_more = full(&limiter).await;
        assert_eq!(yet_more.len(), 4, "twelve are faster, it tries sixteen");
        segments_at(&limiter, &mut now, 1_260_000);
        drop((slots, more, yet_more));
        assert_eq!(full(&limiter).await.len(), 12, "sixteen are not faster");
    }

    #[tokio::test(start_paused = true)]
    async fn the_limit_is_halved_once_for_many_answers_at_the_same_time() {
        let limiter = limiter(16);
        let now = Instant::now();
        for _ in 0..8 {
            limiter.back_off(now);
        }
        assert_eq!(full(&limiter).await.len(), 4);
        for second in 1..9 {
            limiter.back_off(now + Duration::from_secs(2 * second));
        }
        assert_eq!(full(&limiter).await.len(), 1, "one is always allowed");
    }

    #[tokio::test(start_paused = true)]
    async fn the_maximum_is_never_exceeded() {
        let limiter = limiter(3);
        let slots = full(&limiter).await;
        assert_eq!(slots.len(), 3);
        let mut now = Instant::now();
        for _ in 0..5 {
            segments_at(&limiter, &mut now, 1_000_000);
            now += HOLD_TIME;
        }
        assert!(full(&limiter).await.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn segments_in_bursts_do_not_hide_waiting_requests() {
        let limiter = limiter(12);
        let mut slots = full(&limiter).await;
        for _ in 0..40 {
            // Two segments are counted before the next request takes the slot of the first.
            limiter.add_bytes(100_000);
            limiter.segment_arrived(Instant::now());
            slots.pop();
            limiter.segment_arrived(Instant::now());
            slots.extend(full(&limiter).await);
            tokio::time::advance(Duration::from_millis(50)).await;
        }
        assert_eq!(slots.len(), 12);
    }

    #[tokio::test(start_paused = true)]
    async fn a_released_slot_goes_to_a_waiting_request() {
        let limiter = limiter(1);
        let first = limiter.acquire().await;
        let waiting = async {
            let _second = limiter.acquire().await;
        };
        tokio::pin!(waiting);
        assert!(
            tokio::time::timeout(Duration::from_secs(1), &mut waiting)
                .await
                .is_err()
        );
        drop(first);
        assert!(
            tokio::time::timeout(Duration::from_secs(1), waiting)
                .await
                .is_ok()
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_of_the_speed_allows_fewer_requests_and_lets_them_go_when_it_ends() {
        let limiter = limiter(16);
        limiter.limit_rate(NonZeroU64::new(2_500_000));
        let slots = full(&limiter).await;
        assert_eq!(slots.len(), 3);
        assert_eq!(limiter.max_limit(), 3);
        limiter.limit_rate(None);
        let more = full(&limiter).await;
        assert_eq!(slots.len() + more.len(), INITIAL_LIMIT);
        limiter.limit_rate(NonZeroU64::new(1));
        drop(slots);
        assert!(full(&limiter).await.is_empty(), "five still run");
        drop(more);
        assert_eq!(full(&limiter).await.len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_throughput_at_the_limit_of_the_speed_is_no_reason_for_more_requests() {
        let limiter = limiter(16);
        limiter.limit_rate(NonZeroU64::new(12_000_000));
        let slots = full(&limiter).await;
        assert_eq!(slots.len(), 8);
        let mut now = Instant::now();
        segments_at(&limiter, &mut now, 11_900_000);
        assert!(full(&limiter).await.is_empty());
        // A line that is slower than the limit may be slow for a single connection only.
        segments_at(&limiter, &mut now, 6_000_000);
        assert_eq!(full(&limiter).await.len(), 4);
    }
}
