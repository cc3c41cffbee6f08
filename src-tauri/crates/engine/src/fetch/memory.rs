//! How much memory the bodies of all requests take: bounded by bytes, however many there are.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::limits::MAX_BODY_MEMORY;

/// The memory that bodies share.
///
/// A body waits for room before it grows. The oldest one never waits, so there is always one that
/// comes to its end and makes room; the sum is at most [`BODIES_IN_MEMORY`] and one body more.
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

/// The share of one body; dropping it makes room for others.
#[derive(Debug)]
pub(crate) struct MemoryReservation {
    memory: Arc<BodyMemory>,
    number: u64,
}

impl BodyMemory {
    /// A share of nothing.
    pub(crate) fn reserve(self: &Arc<Self>) -> MemoryReservation {
        let mut shares = self.lock();
        let number = shares.next;
        shares.next += 1;
        shares.bytes.insert(number, 0);
        MemoryReservation {
            memory: Arc::clone(self),
            number,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Reservations> {
        // Every field is whole after every line, so a panic elsewhere spoils nothing.
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
            // Room that is made before this waits is remembered.
            freed.as_mut().enable();
            if self.try_grow(bytes) {
                return;
            }
            freed.await;
        }
    }

    fn try_grow(&self, bytes: u64) -> bool {
        let mut shares = self.memory.lock();
        let own = shares.bytes.get(&self.number).copied().unwrap_or(0);
        let others = shares.sum() - own;
        let is_oldest = shares.bytes.keys().next() == Some(&self.number);
        let takes = bytes <= own || is_oldest || others.saturating_add(bytes) <= MAX_BODY_MEMORY;
        if takes {
            shares.bytes.insert(self.number, own.max(bytes));
        }
        takes
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

    const WAITS: Duration = Duration::from_millis(10);

    #[tokio::test(start_paused = true)]
    async fn bodies_wait_for_room_and_the_oldest_does_not() {
        let memory = Arc::new(BodyMemory::default());
        let (mut oldest, mut second, mut third) =
            (memory.reserve(), memory.reserve(), memory.reserve());
        oldest.grow_to(MAX_BODY_MEMORY / 2).await;
        second.grow_to(MAX_BODY_MEMORY / 2).await;
        let waits = tokio::time::timeout(WAITS, third.grow_to(1)).await;
        assert!(waits.is_err(), "there is no room for a third");
        oldest.grow_to(MAX_BODY_MEMORY * 2).await;
        drop(oldest);
        third.grow_to(1).await;
        second.grow_to(MAX_BODY_MEMORY * 2).await;
    }

    #[tokio::test(start_paused = true)]
    async fn the_next_oldest_goes_on_when_the_oldest_has_ended() {
        let memory = Arc::new(BodyMemory::default());
        let (mut oldest, mut second) = (memory.reserve(), memory.reserve());
        oldest.grow_to(MAX_BODY_MEMORY).await;
        let waiting = async {
            second.grow_to(MAX_BODY_MEMORY * 2).await;
        };
        tokio::pin!(waiting);
        assert!(tokio::time::timeout(WAITS, &mut waiting).await.is_err());
        drop(oldest);
        assert!(tokio::time::timeout(WAITS, waiting).await.is_ok());
    }
}
