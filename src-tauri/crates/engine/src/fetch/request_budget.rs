//! Limits how many requests a run may make, whatever goes wrong.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ustream::SegmentId;

use super::limits::{EXTRA_REQUESTS, EXTRA_REQUESTS_PER_SEGMENT};

/// The requests of one run: some for each segment, and others that all segments share.
#[derive(Debug)]
pub(crate) struct RequestBudget {
    left: Mutex<RequestsLeft>,
}

#[derive(Debug)]
struct RequestsLeft {
    /// Of segments that have been requested. No other segment can use them up.
    own: HashMap<SegmentId, u64>,
    shared: u64,
}

impl Default for RequestBudget {
    fn default() -> Self {
        Self {
            left: Mutex::new(RequestsLeft {
                own: HashMap::new(),
                shared: EXTRA_REQUESTS,
            }),
        }
    }
}

impl RequestBudget {
    /// Takes one request for this segment from the budget; returns false if none is left.
    pub(crate) fn try_take(&self, id: SegmentId) -> bool {
        let mut left = self.lock();
        let own = match left.own.entry(id) {
            Entry::Vacant(entry) => {
                entry.insert(EXTRA_REQUESTS_PER_SEGMENT);
                return true;
            }
            Entry::Occupied(entry) => entry.into_mut(),
        };
        let from = if *own > 0 { own } else { &mut left.shared };
        let is_left = *from > 0;
        *from = from.saturating_sub(1);
        is_left
    }

    /// Gives one request back, because it reached no server.
    pub(crate) fn refund(&self) {
        self.lock().shared += 1;
    }

    /// Lets others use what a segment has left, because it has arrived.
    pub(crate) fn release(&self, id: SegmentId) {
        let mut left = self.lock();
        let unused = left.own.get_mut(&id).map_or(0, std::mem::take);
        left.shared += unused;
    }

    fn lock(&self) -> MutexGuard<'_, RequestsLeft> {
        // Each statement leaves the state valid, so a poisoned lock can still be used.
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use ustream::SegmentKind;

    use super::*;

    fn id(number: u64) -> SegmentId {
        SegmentId {
            track: 0,
            kind: SegmentKind::Media(number),
        }
    }

    fn taken(budget: &RequestBudget, id: SegmentId) -> u64 {
        (0..1000).filter(|_| budget.try_take(id)).count() as u64
    }

    #[test]
    fn no_segment_uses_up_the_requests_of_another() {
        let budget = RequestBudget::default();
        let own = 1 + EXTRA_REQUESTS_PER_SEGMENT;
        assert_eq!(taken(&budget, id(0)), own + EXTRA_REQUESTS);
        assert_eq!(taken(&budget, id(1)), own, "its own ones are not shared");
        budget.refund();
        assert!(budget.try_take(id(0)));
    }

    #[test]
    fn what_a_segment_has_left_is_shared_once() {
        let budget = RequestBudget::default();
        assert!(budget.try_take(id(0)));
        budget.release(id(0));
        budget.release(id(0));
        let all = 1 + EXTRA_REQUESTS + 2 * EXTRA_REQUESTS_PER_SEGMENT;
        assert_eq!(taken(&budget, id(1)), all);
        assert!(!budget.try_take(id(0)));
    }
}
