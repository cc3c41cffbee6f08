//! Latency and bandwidth of a network link, which loopback lacks.

use std::pin::Pin;
use std::str::FromStr;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// Bytes that may be sent at once, as buffered by a network card.
const BURST_BYTES: usize = 16 * 1024;

/// Latency and bandwidth of the link to the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetworkLink {
    /// Time from a request to the first byte of its response.
    pub round_trip: Duration,
    /// Bandwidth of one connection, in bytes per second.
    pub bytes_per_second: u64,
}

impl FromStr for NetworkLink {
    type Err = anyhow::Error;

    /// Parses `50,20`: round trip in milliseconds, and Mbit/s for each connection.
    fn from_str(text: &str) -> anyhow::Result<Self> {
        let (round_trip, bandwidth) = text
            .split_once(',')
            .ok_or_else(|| anyhow::anyhow!("a link is given as MILLISECONDS,MBIT"))?;
        let bits: u64 = bandwidth.trim().parse()?;
        anyhow::ensure!(bits > 0, "the bandwidth of a link is at least 1 Mbit/s");
        Ok(Self {
            round_trip: Duration::from_millis(round_trip.trim().parse()?),
            bytes_per_second: bits * 1_000_000 / 8,
        })
    }
}

/// Waits for a part of a link's latency. Timers of the runtime are late by a millisecond or two, which
/// would add up over the round trips of a conversation.
pub(crate) async fn wait(latency: Duration) {
    if !latency.is_zero() {
        let waited = tokio::task::spawn_blocking(move || std::thread::sleep(latency));
        // It fails only if the runtime has ended.
        let _ = waited.await;
    }
}

/// Delays the bytes of one connection to the link's bandwidth.
pub(crate) struct RateLimiter {
    link: NetworkLink,
    /// When the link is free again.
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

    /// Returns how many of these bytes may be sent now.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, bytes: usize) -> Poll<usize> {
        if self.free_at > Instant::now() {
            self.sleep.as_mut().reset(self.free_at);
            ready!(self.sleep.as_mut().poll(cx));
        }
        Poll::Ready(bytes.min(BURST_BYTES))
    }

    pub(crate) fn record_sent(&mut self, bytes: usize) {
        let nanoseconds = (bytes as u64).saturating_mul(1_000_000_000) / self.link.bytes_per_second;
        // Timers are late by a millisecond or two: catch up on that, but not on a long idle time.
        let earliest = Instant::now() - Duration::from_millis(20);
        self.free_at = self.free_at.max(earliest) + Duration::from_nanos(nanoseconds);
    }
}
