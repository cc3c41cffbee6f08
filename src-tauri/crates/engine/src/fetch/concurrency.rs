//! How many requests may be on their way at once: as many as the line and the service take.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// What browsers and other downloaders begin with.
const INITIAL_LIMIT: usize = 8;
/// One step up.
const LIMIT_STEP: usize = 4;
/// Shorter samples of the speed say more about the moment than about the line; longer ones keep a
/// film of a minute waiting for connections that it could have.
const SAMPLE_TIME: Duration = Duration::from_secs(1);
/// A step up is kept where it makes the whole this much faster.
const MIN_SPEEDUP: f64 = 1.08;
/// A place that is given back is taken again within this where somebody waits for it.
const REFILL_GRACE: Duration = Duration::from_millis(250);
/// After a step that did not pay, or a request to slow down, the width is left alone for so long.
const HOLD_TIME: Duration = Duration::from_secs(30);

/// A gate that lets so many requests through at once.
///
/// It starts at eight, opens by four while that makes the whole faster, and closes by half where a
/// host says that it is too much.
#[derive(Debug)]
pub(crate) struct ConcurrencyLimiter {
    max_limit: usize,
    /// Bytes that ever came, also of pieces that are still coming: whole pieces come in bursts.
    bytes: AtomicU64,
    state: Mutex<LimiterState>,
    free: Notify,
}

#[derive(Debug)]
struct LimiterState {
    limit: usize,
    active: usize,
    /// When the last place was given back while all were taken.
    last_full: Option<Instant>,
    /// When and since how many bytes the speed of this width is being measured.
    sample: Option<ThroughputSample>,
    /// Bytes a second before the last step up, while it is not known whether that paid.
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

/// A place in the gate; dropping it lets the next one through.
#[derive(Debug)]
pub(crate) struct Slot<'a>(&'a ConcurrencyLimiter);

impl ConcurrencyLimiter {
    /// Never lets more than `most` through.
    pub(crate) fn new(most: NonZeroUsize) -> Self {
        Self {
            max_limit: most.get(),
            bytes: AtomicU64::new(0),
            state: Mutex::new(LimiterState {
                limit: INITIAL_LIMIT.min(most.get()),
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

    /// The most that it will ever let through.
    pub(crate) fn max_limit(&self) -> usize {
        self.max_limit
    }

    /// Waits for a place.
    pub(crate) async fn acquire(&self) -> Slot<'_> {
        loop {
            {
                let mut state = self.state();
                if state.active < state.limit {
                    state.active += 1;
                    // One place given back may have woken us while a wider gate has more.
                    if state.active < state.limit {
                        self.free.notify_one();
                    }
                    return Slot(self);
                }
            }
            // A place that becomes free before this waits is remembered by the notification.
            self.free.notified().await;
        }
    }

    /// Counts bytes as they come.
    pub(crate) fn add_bytes(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Counts a piece that came whole, and opens the gate while that pays.
    pub(crate) fn segment_arrived(&self, now: Instant) {
        let mut state = self.state();
        if !state.is_full(now) || state.hold_until.is_some_and(|until| now < until) {
            // A gate that nobody waits at says nothing of the line.
            state.sample = None;
            return;
        }
        let limit = state.limit;
        let sample = state.sample.get_or_insert(ThroughputSample {
            since: now,
            bytes: 0,
            segments: 0,
        });
        sample.segments += 1;
        // New connections begin slowly: each has carried about a piece by then.
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
            reason = "a speed, compared within percents"
        )]
        let speed = bytes as f64 / elapsed.as_secs_f64();
        state.sample = None;
        match state.speed_before_step {
            Some(before) if speed < before * MIN_SPEEDUP => {
                state.limit = limit.saturating_sub(LIMIT_STEP).max(1);
                state.speed_before_step = None;
                state.hold_until = Some(now + HOLD_TIME);
            }
            _ if limit < self.max_limit => {
                state.limit = (limit + LIMIT_STEP).min(self.max_limit);
                state.last_full = None;
                state.speed_before_step = Some(speed);
                tracing::debug!(width = state.limit, speed, "the gate opens");
                self.free.notify_one();
            }
            _ => {
                state.speed_before_step = None;
                state.hold_until = Some(now + HOLD_TIME);
            }
        }
    }

    /// A host says that it is too much. All that are on their way hear the same: it counts once.
    pub(crate) fn back_off(&self, now: Instant) {
        const SAME_ANSWER_WINDOW: Duration = Duration::from_secs(1);
        let mut state = self.state();
        if state
            .reduced_at
            .is_some_and(|then| now.saturating_duration_since(then) < SAME_ANSWER_WINDOW)
        {
            return;
        }
        state.limit = (state.limit / 2).max(1);
        state.reduced_at = Some(now);
        state.sample = None;
        state.speed_before_step = None;
        state.hold_until = Some(now + HOLD_TIME);
        tracing::debug!(width = state.limit, "the gate closes by half");
    }

    fn state(&self) -> MutexGuard<'_, LimiterState> {
        // Every field is whole after every line, so a panic elsewhere spoils nothing.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LimiterState {
    /// Pieces come in bursts: a place may be free for the moment until the next one takes it.
    fn is_full(&self, now: Instant) -> bool {
        let briefly = |then: Instant| now.saturating_duration_since(then) < REFILL_GRACE;
        self.active >= self.limit || self.last_full.is_some_and(briefly)
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        if state.active >= state.limit {
            state.last_full = Some(Instant::now());
        }
        state.active = state.active.saturating_sub(1);
        if state.active < state.limit {
            self.0.free.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(most: usize) -> ConcurrencyLimiter {
        ConcurrencyLimiter::new(NonZeroUsize::new(most).expect("not zero"))
    }

    async fn full(width: &ConcurrencyLimiter) -> Vec<Slot<'_>> {
        let mut turns = Vec::new();
        while let Ok(turn) = tokio::time::timeout(Duration::from_millis(1), width.acquire()).await {
            turns.push(turn);
        }
        turns
    }

    /// Pieces that come at this speed for one sample.
    fn pieces_at(width: &ConcurrencyLimiter, now: &mut Instant, bytes_per_second: u64) {
        for _ in 0..=40 {
            width.add_bytes(bytes_per_second / 20);
            width.segment_arrived(*now);
            *now += Duration::from_millis(50);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn it_opens_while_that_pays_and_goes_back_when_it_does_not() {
        let width = gate(20);
        let mut now = Instant::now();
        let turns = full(&width).await;
        assert_eq!(turns.len(), 8);
        pieces_at(&width, &mut now, 1_000_000);
        let more = full(&width).await;
        assert_eq!(more.len(), 4, "it tries twelve");
        pieces_at(&width, &mut now, 1_250_000);
        let yet_more = full(&width).await;
        assert_eq!(yet_more.len(), 4, "twelve paid, it tries sixteen");
        pieces_at(&width, &mut now, 1_260_000);
        drop((turns, more, yet_more));
        assert_eq!(full(&width).await.len(), 12, "sixteen did not pay");
    }

    #[tokio::test(start_paused = true)]
    async fn it_closes_by_half_once_for_many_that_hear_the_same() {
        let width = gate(16);
        let now = Instant::now();
        for _ in 0..8 {
            width.back_off(now);
        }
        assert_eq!(full(&width).await.len(), 4);
        for second in 1..9 {
            width.back_off(now + Duration::from_secs(2 * second));
        }
        assert_eq!(full(&width).await.len(), 1, "one is always let through");
    }

    #[tokio::test(start_paused = true)]
    async fn it_never_lets_more_through_than_it_was_told() {
        let width = gate(3);
        let turns = full(&width).await;
        assert_eq!(turns.len(), 3);
        let mut now = Instant::now();
        for _ in 0..5 {
            pieces_at(&width, &mut now, 1_000_000);
            now += HOLD_TIME;
        }
        assert!(full(&width).await.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn pieces_that_come_in_bursts_do_not_hide_that_somebody_waits() {
        let width = gate(12);
        let mut turns = full(&width).await;
        for _ in 0..40 {
            // Two are counted before the next one takes the place of the first.
            width.add_bytes(100_000);
            width.segment_arrived(Instant::now());
            turns.pop();
            width.segment_arrived(Instant::now());
            turns.extend(full(&width).await);
            tokio::time::advance(Duration::from_millis(50)).await;
        }
        assert_eq!(turns.len(), 12);
    }

    #[tokio::test(start_paused = true)]
    async fn a_place_that_is_given_back_is_taken_by_who_waits() {
        let width = gate(1);
        let first = width.acquire().await;
        let waiting = async {
            let _second = width.acquire().await;
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
}
