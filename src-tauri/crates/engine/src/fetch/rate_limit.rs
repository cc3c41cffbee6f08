//! Limits how many bytes per second the bodies of all jobs bring together, so that something is left
//! for others on the same line.

use std::num::{NonZeroU64, NonZeroUsize};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::limits::{BYTES_PER_REQUEST, ONE_REQUEST_BELOW, RATE_BURST, RATE_SLICE};

/// A token bucket that all bodies share.
///
/// A body asks for its bytes in slices and reads on only when it has them, so that TCP slows the
/// server down. Bodies take turns, first come, first served.
#[derive(Debug)]
pub(crate) struct RateLimiter {
    bucket: Mutex<Bucket>,
    /// Held by the body whose turn it is.
    turn: tokio::sync::Mutex<()>,
    changed: Notify,
}

#[derive(Debug)]
struct Bucket {
    /// In bytes per second.
    limit: Option<NonZeroU64>,
    /// The bucket holds what the limit brings from this time until now.
    empty_at: Instant,
}

/// What a body may do now.
enum Turn {
    /// Take this many bytes.
    Take(usize),
    Wait(Duration),
}

impl RateLimiter {
    /// `limit` is in bytes per second.
    pub(crate) fn new(limit: Option<NonZeroU64>) -> Self {
        Self {
            bucket: Mutex::new(Bucket {
                limit,
                empty_at: Instant::now(),
            }),
            turn: tokio::sync::Mutex::new(()),
            changed: Notify::new(),
        }
    }

    /// Changes the limit, also for those that wait.
    pub(crate) fn set(&self, limit: Option<NonZeroU64>) {
        {
            let mut bucket = self.bucket();
            if bucket.limit == limit {
                return;
            }
            *bucket = Bucket {
                limit,
                empty_at: Instant::now(),
            };
        }
        self.changed.notify_waiters();
    }

    /// Returns the limit in bytes per second.
    pub(crate) fn limit(&self) -> Option<NonZeroU64> {
        self.bucket().limit
    }

    /// Waits until some of `wanted` bytes may pass, and returns how many: at least one, unless none
    /// are wanted.
    pub(crate) async fn take(&self, wanted: usize) -> usize {
        if self.limit().is_none() {
            return wanted;
        }
        let _turn = self.turn.lock().await;
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // A change before the wait below is not missed.
            changed.as_mut().enable();
            let pause = match self.bucket().take(wanted, Instant::now()) {
                Turn::Take(bytes) => return bytes,
                Turn::Wait(pause) => pause,
            };
            // After a change or the pause, look again.
            let _ = tokio::time::timeout(pause, changed).await;
        }
    }

    fn bucket(&self) -> MutexGuard<'_, Bucket> {
        // Each statement leaves the bucket valid, so a poisoned lock can still be used.
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bucket {
    fn take(&mut self, wanted: usize, now: Instant) -> Turn {
        let Some(limit) = self.limit else {
            return Turn::Take(wanted);
        };
        let slice = u128::from(limit.get()) * RATE_SLICE.as_millis() / 1000;
        let slice = usize::try_from(slice).unwrap_or(usize::MAX);
        let bytes = wanted.min(slice.max(1));
        if let Some(earliest) = now.checked_sub(RATE_BURST) {
            // A slice of one byte may take longer than the burst.
            let earliest = earliest.min(now.checked_sub(time_of(bytes, limit)).unwrap_or(earliest));
            self.empty_at = self.empty_at.max(earliest);
        }
        let due = self.empty_at + time_of(bytes, limit);
        if due > now {
            return Turn::Wait(due - now);
        }
        self.empty_at = due;
        Turn::Take(bytes)
    }
}

/// Returns how long so many bytes take.
fn time_of(bytes: usize, limit: NonZeroU64) -> Duration {
    let nanos = (bytes as u64).saturating_mul(1_000_000_000);
    Duration::from_nanos(nanos.div_ceil(limit.get()))
}

/// Returns how many requests share a limit in bytes per second: with more, each would bring a trickle
/// only. Two bridge the pause between two segments; of a very low limit that pause takes no part.
pub(crate) fn requests_within(limit: NonZeroU64) -> NonZeroUsize {
    if limit.get() < ONE_REQUEST_BELOW {
        return NonZeroUsize::MIN;
    }
    let requests = limit.get().div_ceil(BYTES_PER_REQUEST).max(2);
    let requests = usize::try_from(requests).unwrap_or(usize::MAX);
    NonZeroUsize::new(requests).unwrap_or(NonZeroUsize::MIN)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    /// As much as a connection brings at a time.
    const CHUNK_BYTES: usize = 16 << 10;

    fn limit(bytes_per_second: u64) -> Option<NonZeroU64> {
        NonZeroU64::new(bytes_per_second)
    }

    /// When how many bytes passed.
    type Passed = Arc<Mutex<Vec<(Instant, u64)>>>;

    /// Starts a body without end, which comes as fast as it is read.
    fn body(limiter: &Arc<RateLimiter>) -> (Passed, tokio::task::JoinHandle<()>) {
        let passed = Passed::default();
        let (limiter, log) = (Arc::clone(limiter), Arc::clone(&passed));
        let reading = tokio::spawn(async move {
            loop {
                let mut left = CHUNK_BYTES;
                while left > 0 {
                    let bytes = limiter.take(left).await;
                    left -= bytes;
                    log.lock().unwrap().push((Instant::now(), bytes as u64));
                }
                // A body that is not limited would never let time pass.
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        });
        (passed, reading)
    }

    fn bytes_between(passed: &Passed, start: Instant, end: Instant) -> u64 {
        let passed = passed.lock().unwrap();
        let within = passed.iter().filter(|(at, _)| *at > start && *at <= end);
        within.map(|(_, bytes)| bytes).sum()
    }

    /// Asserts that the mean is the limit within 5 %, and that no second is above 1.2 times of it.
    fn assert_obeyed(bodies: &[Passed], start: Instant, seconds: u64, limit: u64) {
        let sum = |start, end| -> u64 {
            let each = bodies.iter().map(|body| bytes_between(body, start, end));
            each.sum()
        };
        let all = sum(start, start + SECOND * u32::try_from(seconds).unwrap());
        let expected = limit * seconds;
        assert!(
            all * 100 >= expected * 95 && all * 100 <= expected * 105,
            "{all} bytes instead of {expected}"
        );
        for step in 0..(seconds - 1) * 10 {
            let from = start + Duration::from_millis(step * 100);
            let second = sum(from, from + SECOND);
            assert!(second * 10 <= limit * 12, "{second} bytes in a second");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn two_jobs_share_the_limit_evenly() {
        for bytes_per_second in [8_000, 500_000, 2_500_000, 10_000_000] {
            let limiter = Arc::new(RateLimiter::new(limit(bytes_per_second)));
            let start = Instant::now();
            let ((one, first), (other, second)) = (body(&limiter), body(&limiter));
            tokio::time::sleep(SECOND * 30).await;
            assert_obeyed(
                &[Arc::clone(&one), Arc::clone(&other)],
                start,
                30,
                bytes_per_second,
            );
            let share = bytes_between(&one, start, start + SECOND * 30) * 100 / 30;
            let share = share / bytes_per_second;
            assert!((48..=52).contains(&share), "{share} %");
            first.abort();
            second.abort();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_is_made_up_for_by_a_burst_of_a_tenth_of_a_second_only() {
        let limiter = RateLimiter::new(limit(1_000_000));
        tokio::time::sleep(SECOND * 60).await;
        let start = Instant::now();
        let mut burst = 0;
        while start.elapsed().is_zero() {
            burst += limiter.take(CHUNK_BYTES).await;
        }
        assert!(burst <= 100_000 + CHUNK_BYTES, "{burst} bytes at once");
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_of_the_limit_takes_effect_at_once() {
        // A byte a minute would be the next one.
        let limiter = Arc::new(RateLimiter::new(limit(1)));
        let (passed, reading) = body(&limiter);
        tokio::time::sleep(SECOND / 2).await;
        for bytes_per_second in [1_000_000, 50_000, 4_000_000] {
            limiter.set(limit(bytes_per_second));
            let start = Instant::now();
            tokio::time::sleep(SECOND * 5).await;
            assert_obeyed(&[Arc::clone(&passed)], start, 5, bytes_per_second);
        }
        limiter.set(limit(1));
        tokio::time::sleep(SECOND / 2).await;
        limiter.set(None);
        let start = Instant::now();
        tokio::time::sleep(SECOND).await;
        let free = bytes_between(&passed, start, start + SECOND);
        assert!(free > 10_000_000, "{free} bytes without a limit");
        reading.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_of_less_than_a_segment_a_minute_is_obeyed() {
        const SEGMENT_BYTES: usize = 500_000;
        let limiter = RateLimiter::new(limit(1_000));
        let start = Instant::now();
        let mut left = SEGMENT_BYTES;
        while left > 0 {
            let before = Instant::now();
            left -= limiter.take(left.min(CHUNK_BYTES)).await;
            assert!(before.elapsed() < SECOND, "it comes in small steps");
        }
        let took = start.elapsed().as_secs();
        assert!((475..=525).contains(&took), "{took} s");
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_is_dropped_while_it_waits_gives_its_turn_on() {
        let limiter = Arc::new(RateLimiter::new(limit(1)));
        let (_, stuck) = body(&limiter);
        tokio::time::sleep(SECOND / 4).await;
        stuck.abort();
        let taken = tokio::time::timeout(SECOND * 2, limiter.take(10)).await;
        assert_eq!(taken, Ok(1));
    }

    #[test]
    fn a_low_limit_is_shared_by_few_requests() {
        let requests = |bytes| requests_within(limit(bytes).unwrap()).get();
        assert_eq!(requests(1), 1);
        assert_eq!(requests(8_000), 1);
        assert_eq!(requests(500_000), 2);
        assert_eq!(requests(2_500_000), 3);
        assert_eq!(requests(10_000_000), 10);
    }
}
