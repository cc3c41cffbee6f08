//! Limits how many requests a run may make, whatever goes wrong.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, MutexGuard, PoisonError};

use url::Url;
use ustream::SegmentId;

use super::limits::{EXTRA_REQUESTS, EXTRA_REQUESTS_PER_SEGMENT};

/// The requests of one run: some for each segment, and others that all segments share.
#[derive(Debug)]
pub(crate) struct RequestBudget {
    left: Mutex<RequestsLeft>,
}

/// Whether a request may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BudgetAnswer {
    Taken,
    /// This URL was asked before, and what is left is for those that were not.
    KeptForOthers,
    Exhausted,
}

#[derive(Debug)]
struct RequestsLeft {
    /// Of segments that have been requested. No other segment can use them up.
    own: HashMap<SegmentId, OwnRequests>,
    shared: u64,
}

#[derive(Debug)]
struct OwnRequests {
    left: u64,
    asked: Vec<Url>,
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
    /// Takes one request for this segment from the budget. One that repeats an earlier request leaves
    /// enough for the rest of `urls`: whatever happens on one host, the others are asked too.
    pub(crate) fn take(&self, id: SegmentId, url: &Url, urls: &[Url]) -> BudgetAnswer {
        let mut left = self.lock();
        let RequestsLeft { own, shared } = &mut *left;
        let own = match own.entry(id) {
            Entry::Vacant(entry) => {
                entry.insert(OwnRequests {
                    left: EXTRA_REQUESTS_PER_SEGMENT,
                    asked: vec![url.clone()],
                });
                return BudgetAnswer::Taken;
            }
            Entry::Occupied(entry) => entry.into_mut(),
        };
        let is_repeated = own.asked.contains(url);
        let kept = if is_repeated {
            let others = urls.iter().filter(|url| !own.asked.contains(url));
            u64::try_from(others.count()).unwrap_or(u64::MAX)
        } else {
            0
        };
        // The own ones are for hosts that were not asked yet, as long as there are others.
        if own.left > kept && !(is_repeated && *shared > 0) {
            own.left -= 1;
        } else if *shared > 0 {
            *shared -= 1;
        } else if own.left > 0 {
            return BudgetAnswer::KeptForOthers;
        } else {
            return BudgetAnswer::Exhausted;
        }
        if !is_repeated {
            own.asked.push(url.clone());
        }
        BudgetAnswer::Taken
    }

    /// Takes a request that is made in parallel to a late one; returns false if none is left that all
    /// segments share.
    pub(crate) fn try_take_shared(&self) -> bool {
        let shared = &mut self.lock().shared;
        let is_left = *shared > 0;
        *shared = shared.saturating_sub(1);
        is_left
    }

    /// Gives one request back, because it reached no server.
    pub(crate) fn refund(&self) {
        self.lock().shared += 1;
    }

    /// Lets others use what a segment has left, because it has arrived.
    pub(crate) fn release(&self, id: SegmentId) {
        let mut left = self.lock();
        let own = left.own.get_mut(&id);
        let unused = own.map_or(0, |own| std::mem::take(&mut own.left));
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

    fn urls(hosts: &[&str]) -> Vec<Url> {
        let urls = hosts.iter().map(|host| format!("https://{host}/1.m4v"));
        urls.map(|url| url.parse().unwrap()).collect()
    }

    fn taken(budget: &RequestBudget, id: SegmentId) -> u64 {
        let urls = urls(&["a"]);
        let takes = (0..1000).map(|_| budget.take(id, &urls[0], &urls));
        takes.filter(|it| *it == BudgetAnswer::Taken).count() as u64
    }

    #[test]
    fn no_segment_uses_up_the_requests_of_another() {
        let budget = RequestBudget::default();
        let own = 1 + EXTRA_REQUESTS_PER_SEGMENT;
        assert_eq!(taken(&budget, id(0)), own + EXTRA_REQUESTS);
        assert_eq!(taken(&budget, id(1)), own, "its own ones are not shared");
        budget.refund();
        assert_eq!(taken(&budget, id(0)), 1);
        assert!(!budget.try_take_shared());
    }

    #[test]
    fn a_host_that_fails_does_not_use_up_what_the_others_may_be_asked() {
        let budget = RequestBudget::default();
        let all = 1 + EXTRA_REQUESTS_PER_SEGMENT + EXTRA_REQUESTS;
        assert_eq!(taken(&budget, id(0)), all);
        let urls = urls(&["a", "b", "c"]);
        let take = |url: usize| budget.take(id(1), &urls[url], &urls);
        assert_eq!(take(0), BudgetAnswer::Taken);
        assert_eq!(take(0), BudgetAnswer::KeptForOthers);
        assert_eq!(take(1), BudgetAnswer::Taken);
        assert_eq!(take(1), BudgetAnswer::KeptForOthers);
        assert_eq!(take(2), BudgetAnswer::Taken);
        assert_eq!(take(2), BudgetAnswer::Exhausted);
    }

    #[test]
    fn what_a_segment_has_left_is_shared_once() {
        let budget = RequestBudget::default();
        let a = &urls(&["a"])[0];
        let taken_once = budget.take(id(0), a, std::slice::from_ref(a));
        assert_eq!(taken_once, BudgetAnswer::Taken);
        budget.release(id(0));
        budget.release(id(0));
        let all = 1 + EXTRA_REQUESTS + 2 * EXTRA_REQUESTS_PER_SEGMENT;
        assert_eq!(taken(&budget, id(1)), all);
        assert_eq!(taken(&budget, id(0)), 0);
    }
}
