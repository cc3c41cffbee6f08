//! Limits the memory that the bodies of all requests hold, in bytes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::limits::MAX_BODY_MEMORY_BYTES;

/// The memory budget that all bodies share.
///
/// A body waits for free memory before it grows. The oldest one never waits, so one request can
/// always complete and free its memory; the sum is at most [`MAX_BODY_MEMORY_BYTES`] plus one
/// body.
#[derive(Debug, Default)]
pub(crate) struct BodyMemory {
    reservations: Mutex<Reservations>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct Reservations {
    next: u64,
    bytes: BTreeMap<u64, u64>,
}

impl Reservations {
    fn sum(&self) -> u64 {
        self.bytes.values().sum()
    }
}

/// The reservation of one body; dropping it frees the memory.
#[derive(Debug)]
pub(crate) struct MemoryReservation {
    memory: Arc<BodyMemory>,
    number: u64,
}

impl BodyMemory {
    /// Starts a reservation of 0 bytes.
    pub(crate) fn reserve(self: &Arc<Self>) -> MemoryReservation {
        let mut reservations = self.lock();
        let number = reservations.next;
        reservations.next += 1;
        reservations.bytes.insert(number, 0);
        MemoryReservation {
            memory: Arc::clone(self),
            number,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Reservations> {
        // Each statement leaves the state valid, so a poisoned lock can still be used.
        self.reservations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl MemoryReservation {
    /// Waits until this body may hold `bytes`.
    pub(crate) async fn grow_to(&mut self, bytes: u64) {
        loop {
            let freed = self.memory.freed.notified();
            tokio::pin!(freed);
            // Memory that is freed before the `await` below is not missed.
            freed.as_mut().enable();
            if self.try_grow(bytes) {
                return;
            }
            freed.await;
        }
    }

    /// Gives back what the body no longer needs.
    pub(crate) fn shrink_to(&mut self, bytes: u64) {
        if let Some(own) = self.memory.lock().bytes.get_mut(&self.number) {
            *own = bytes.min(*own);
        }
        self.memory.freed.notify_waiters();
    }

    fn try_grow(&self, bytes: u64) -> bool {
        let mut reservations = self.memory.lock();
        let own = reservations.bytes.get(&self.number).copied().unwrap_or(0);
        let others = reservations.sum() - own;
        let is_oldest = reservations.bytes.keys().next() == Some(&self.number);
        let is_granted =
            bytes <= own || is_oldest || others.saturating_add(bytes) <= MAX_BODY_MEMORY_BYTES;
        if is_granted {
            reservations.bytes.insert(self.number, own.max(bytes));
        }
        is_granted
    }
}

impl Drop for MemoryReservation {
    fn drop(&mut self) {
        self.memory.lock().bytes.remove(&self.number);
        self.memory.freed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const BRIEF: Duration = Duration::from_millis(10);

    #[tokio::test(start_paused = true)]
    async fn bodies_wait_for_memory_and_the_oldest_does_not() {
        let memory = Arc::new(BodyMemory::default());
        let (mut oldest, mut second, mut third) =
            (memory.reserve(), memory.reserve(), memory.reserve());
        oldest.grow_to(MAX_BODY_MEMORY_BYTES / 2).await;
        second.grow_to(MAX_BODY_MEMORY_BYTES / 2).await;
        let third_waits = tokio::time::timeout(BRIEF, third.grow_to(1)).await;
        assert!(third_waits.is_err(), "no memory is left for a third");
        oldest.grow_to(MAX_BODY_MEMORY_BYTES * 2).await;
        drop(oldest);
        third.grow_to(1).await;
        second.shrink_to(1);
        third.grow_to(MAX_BODY_MEMORY_BYTES / 2).await;
        second.grow_to(MAX_BODY_MEMORY_BYTES * 2).await;
    }

    #[tokio::test(start_paused = true)]
    async fn the_next_oldest_continues_when_the_oldest_has_ended() {
        let memory = Arc::new(BodyMemory::default());
        let (mut oldest, mut second) = (memory.reserve(), memory.reserve());
        oldest.grow_to(MAX_BODY_MEMORY_BYTES).await;
        let waiting = async {
            second.grow_to(MAX_BODY_MEMORY_BYTES * 2).await;
        };
        tokio::pin!(waiting);
        assert!(tokio::time::timeout(BRIEF, &mut waiting).await.is_err());
        drop(oldest);
        assert!(tokio::time::timeout(BRIEF, waiting).await.is_ok());
    }
}
