//! Limits how many requests a run may make, whatever goes wrong.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use ustream::SegmentId;

use super::limits::{EXTRA_REQUESTS, EXTRA_REQUESTS_PER_SEGMENT};

/// The requests of one run: one for each segment, and extra ones that all segments share.
#[derive(Debug)]
pub(crate) struct RequestBudget {
    requested: Mutex<HashSet<SegmentId>>,
    extra: AtomicU64,
}

impl RequestBudget {
    /// Creates the budget of a plan with this many segments.
    pub(crate) fn new(segments: usize) -> Self {
        let segments = u64::try_from(segments).unwrap_or(u64::MAX);
        let extra = segments
            .saturating_mul(EXTRA_REQUESTS_PER_SEGMENT)
            .saturating_add(EXTRA_REQUESTS);
        Self {
            requested: Mutex::default(),
            extra: AtomicU64::new(extra),
        }
    }

    /// Takes one request for this segment from the budget; returns false if none is left.
    pub(crate) fn try_take(&self, id: SegmentId) -> bool {
        let mut requested = self
            .requested
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        requested.insert(id) || self.try_take_extra()
    }

    /// Gives one request back, because it reached no server.
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
    fn each_segment_has_one_request_and_shares_the_extra_ones() {
        let budget = RequestBudget::new(2);
        let id = |number| SegmentId {
            track: 0,
            kind: SegmentKind::Media(number),
        };
        let allowed = (0..1000).filter(|_| budget.try_take(id(0))).count();
        let extra = 2 * EXTRA_REQUESTS_PER_SEGMENT + EXTRA_REQUESTS;
        assert_eq!(allowed as u64, 1 + extra);
        assert!(budget.try_take(id(1)), "its first request is not shared");
        assert!(!budget.try_take(id(1)));
        budget.refund();
        assert!(budget.try_take(id(0)));
    }
}
