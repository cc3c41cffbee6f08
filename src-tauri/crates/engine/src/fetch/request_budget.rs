//! How many requests a run may make, whatever goes wrong.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use ustream::SegmentId;

use super::limits::{EXTRA_REQUESTS, EXTRA_REQUESTS_PER_SEGMENT};

/// The requests of one run: one for each segment, and a number of further ones that all share.
#[derive(Debug)]
pub(crate) struct RequestBudget {
    asked: Mutex<HashSet<SegmentId>>,
    extra: AtomicU64,
}

impl RequestBudget {
    /// For a plan of so many segments.
    pub(crate) fn new(segments: usize) -> Self {
        let segments = u64::try_from(segments).unwrap_or(u64::MAX);
        let extra = segments
            .saturating_mul(EXTRA_REQUESTS_PER_SEGMENT)
            .saturating_add(EXTRA_REQUESTS);
        Self {
            asked: Mutex::default(),
            extra: AtomicU64::new(extra),
        }
    }

    /// Whether this segment may be asked for now; it is counted.
    pub(crate) fn try_take(&self, id: SegmentId) -> bool {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.insert(id) || self.try_take_extra()
    }

    /// The last request did not reach anybody.
    pub(crate) fn refund(&self) {
        self.extra.fetch_add(1, Ordering::Relaxed);
    }

    fn try_take_extra(&self) -> bool {
        let one_less = |left: u64| left.checked_sub(1);
        let order = Ordering::Relaxed;
        self.extra.fetch_update(order, order, one_less).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use ustream::SegmentKind;

    use super::*;

    #[test]
    fn every_segment_is_asked_for_once_and_the_rest_is_shared() {
        let budget = RequestBudget::new(2);
        let id = |number| SegmentId {
            track: 0,
            kind: SegmentKind::Media(number),
        };
        let allowed = (0..1000).filter(|_| budget.try_take(id(0))).count();
        let extra = 2 * EXTRA_REQUESTS_PER_SEGMENT + EXTRA_REQUESTS;
        assert_eq!(allowed as u64, 1 + extra);
        assert!(budget.try_take(id(1)), "its first request is its own");
        assert!(!budget.try_take(id(1)));
        budget.refund();
        assert!(budget.try_take(id(0)));
    }
}
