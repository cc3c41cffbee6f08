//! The clock of a live stream. It counts segments: a test advances it, or it runs by itself.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

/// A handle to the clock of one live stream; clones are handles to the same clock.
#[derive(Clone, Debug)]
pub struct LiveClock(Arc<ClockState>);

#[derive(Debug)]
struct ClockState {
    /// Segments by which it was advanced.
    advanced: watch::Sender<u64>,
    /// The time that each segment takes, if it runs by itself.
    segment_time: Option<Duration>,
    started: OnceLock<Instant>,
}

impl LiveClock {
    /// Creates a clock that stands still until [`Self::advance`].
    pub fn manual() -> Self {
        Self::new(None)
    }

    /// Creates a clock that counts a segment each time so much time has passed; at least a
    /// millisecond. It starts when the first client connects, so that what a client gets does not
    /// depend on how long it takes to start.
    pub fn running(segment_time: Duration) -> Self {
        Self::new(Some(segment_time.max(Duration::from_millis(1))))
    }

    fn new(segment_time: Option<Duration>) -> Self {
        Self(Arc::new(ClockState {
            advanced: watch::Sender::new(0),
            segment_time,
            started: OnceLock::new(),
        }))
    }

    /// Moves it on by this many segments.
    pub fn advance(&self, segments: u64) {
        self.0
            .advanced
            .send_modify(|advanced| *advanced = advanced.saturating_add(segments));
    }

    /// Returns how many segments have passed since it started.
    pub fn now(&self) -> u64 {
        let advanced = *self.0.advanced.borrow();
        advanced.saturating_add(self.run_by_itself())
    }

    /// Starts it, if it runs by itself and has not started yet.
    pub(crate) fn start(&self) {
        self.0.started.get_or_init(Instant::now);
        // Wakes those who wait for a clock that stood still.
        self.0.advanced.send_modify(|_| {});
    }

    /// Waits until more than this many segments have passed.
    pub(crate) async fn wait_beyond(&self, segments: u64) {
        let mut advanced = self.0.advanced.subscribe();
        while self.now() <= segments {
            tokio::select! {
                // The sender is part of this clock: it is never gone.
                _ = advanced.changed() => {}
                () = self.next_segment() => {}
            }
        }
    }

    /// Waits until it has counted the next segment by itself.
    async fn next_segment(&self) {
        match (self.0.segment_time, self.0.started.get()) {
            (Some(time), Some(started)) => {
                let next = u32::try_from(self.run_by_itself() + 1).unwrap_or(u32::MAX);
                tokio::time::sleep_until(*started + time * next).await;
            }
            _ => std::future::pending().await,
        }
    }

    fn run_by_itself(&self) -> u64 {
        let (Some(time), Some(started)) = (self.0.segment_time, self.0.started.get()) else {
            return 0;
        };
        let segments = started.elapsed().as_nanos() / time.as_nanos().max(1);
        u64::try_from(segments).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_clock_runs_from_its_start_on_and_can_be_advanced() {
        let clock = LiveClock::running(Duration::from_millis(200));
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert_eq!(clock.now(), 0);
        let waiting = {
            let clock = clock.clone();
            tokio::spawn(async move { clock.wait_beyond(2).await })
        };
        tokio::task::yield_now().await;
        let started = Instant::now();
        clock.start();
        waiting.await.unwrap();
        assert_eq!(clock.now(), 3);
        assert!(started.elapsed() >= Duration::from_millis(600));
        clock.advance(4);
        assert_eq!(clock.now(), 7);
    }
}
