//! A line with a distance and a width, where loopback has neither.

use std::pin::Pin;
use std::str::FromStr;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// Bytes that may leave at once: what a network card holds.
const BURST_BYTES: usize = 16 * 1024;

/// How far and how wide the line to the service is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetworkLink {
    /// From a question to the first byte of its answer.
    pub round_trip: Duration,
    /// What one connection carries, in bytes a second.
    pub bytes_per_second: u64,
}

impl FromStr for NetworkLink {
    type Err = anyhow::Error;

    /// Reads `50,20`: milliseconds there and back, and Mbit/s for each connection.
    fn from_str(text: &str) -> anyhow::Result<Self> {
        let (round_trip, width) = text
            .split_once(',')
            .ok_or_else(|| anyhow::anyhow!("a line is told as MILLISECONDS,MBIT"))?;
        let bits: u64 = width.trim().parse()?;
        anyhow::ensure!(bits > 0, "a line carries something");
        Ok(Self {
            round_trip: Duration::from_millis(round_trip.trim().parse()?),
            bytes_per_second: bits * 1_000_000 / 8,
        })
    }
}

/// Lets the bytes of one connection leave no faster than the line carries them.
pub(crate) struct RateLimiter {
    link: NetworkLink,
    /// When the line is free again.
    free_at: Instant,
    sleep: Pin<Box<Sleep>>,
}

impl RateLimiter {
    pub(crate) fn new(link: NetworkLink) -> Self {
        let free_at = Instant::now();
        Self {
            link,
            free_at,
            sleep: Box::pin(sleep_until(free_at)),
        }
    }

    /// How many of so many bytes may leave now.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, bytes: usize) -> Poll<usize> {
        if self.free_at > Instant::now() {
            self.sleep.as_mut().reset(self.free_at);
            ready!(self.sleep.as_mut().poll(cx));
        }
        Poll::Ready(bytes.min(BURST_BYTES))
    }

    pub(crate) fn record_sent(&mut self, bytes: usize) {
        let nanoseconds = (bytes as u64).saturating_mul(1_000_000_000) / self.link.bytes_per_second;
        // Timers are late by up to a millisecond or two: that is made good, long silence is not.
        let earliest = Instant::now() - Duration::from_millis(20);
        self.free_at = self.free_at.max(earliest) + Duration::from_nanos(nanoseconds);
    }
}
