//! Which segments of a running stream are asked for, and when. No I/O, no clock.
//!
//! A segment is asked for when it should be there. If it is not, the stream may have paused, or just
//! this segment may be missing: so it is asked for again after half its length, in turns with the next
//! one, and the pauses grow as long as nothing comes. A server is thus asked for what it does not have
//! a few times in a minute at most.

use std::collections::BTreeMap;
use std::time::Duration;

/// How often a segment is asked for that its servers do not have, though they have later ones.
const MAX_TRIES: u32 = 4;

/// The same if its servers have segments this many places behind it.
const MAX_LATE_TRIES: u32 = 2;
const LATE: usize = 8;

/// Longest pause between two requests while nothing comes.
const MAX_PAUSE: Duration = Duration::from_secs(20);

/// The segments that were announced and are not here yet. Times are from the start of the recording.
#[derive(Debug)]
pub(super) struct Schedule {
    segment: Duration,
    /// By the place in the list of all segments.
    waiting: BTreeMap<usize, Waiting>,
    /// Requests in a row that found nothing.
    refusals: u32,
    /// While nothing comes, no request is made before.
    quiet_until: Duration,
    /// Segments that are being asked for.
    asked: usize,
    /// The last segment that was refused: the next one is asked for in turn with it.
    refused_last: Option<usize>,
    /// The latest segment that is here, or that is known to be there.
    latest: Option<usize>,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    due: Duration,
    tries: u32,
    /// It may never have been there, or not be there any more: it is asked for once.
    is_doubtful: bool,
    is_asked: bool,
}

/// What becomes of a segment that its servers do not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is asked for again.
    Later,
    /// Later ones are here, so it will not come any more.
    Missing,
}

impl Schedule {
    /// Segments are this long.
    pub(super) fn new(segment: Duration) -> Self {
        Self {
            segment,
            waiting: BTreeMap::new(),
            refusals: 0,
            quiet_until: Duration::ZERO,
            asked: 0,
            refused_last: None,
            latest: None,
        }
    }

    /// Adds a segment. One that is doubtful may never have been there, or not be there any more.
    pub(super) fn expect(&mut self, index: usize, due: Duration, is_doubtful: bool) {
        let waiting = Waiting {
            due,
            tries: 0,
            is_doubtful,
            is_asked: false,
        };
        self.waiting.insert(index, waiting);
    }

    /// Sets anew when segments should be there that were not asked for yet.
    pub(super) fn reschedule(&mut self, due_of: impl Fn(usize) -> Option<Duration>) {
        let untried = self.waiting.iter_mut().filter(|(_, it)| it.tries == 0);
        for (index, waiting) in untried {
            waiting.due = due_of(*index).unwrap_or(waiting.due);
        }
    }

    /// Says that the segments up to this one have been sent.
    pub(super) fn sent(&mut self, index: usize) {
        self.latest = self.latest.max(Some(index));
    }

    /// Lets all segments be asked for now: the stream has ended, and what is there will not change.
    pub(super) fn hurry(&mut self, now: Duration) {
        for waiting in self.waiting.values_mut() {
            waiting.due = waiting.due.min(now);
        }
    }

    /// Forgets the segments of which this is true, unless they are being asked for.
    pub(super) fn forget(&mut self, is_gone: impl Fn(usize) -> bool) {
        self.waiting
            .retain(|index, waiting| waiting.is_asked || !is_gone(*index));
    }

    /// Returns the next segment to ask for, at most `parallel` at once.
    pub(super) fn next(&mut self, now: Duration, parallel: usize) -> Option<usize> {
        if self.asked >= self.limit(parallel) || now < self.quiet_until {
            return None;
        }
        let index = self.candidate(now)?;
        let waiting = self.waiting.get_mut(&index)?;
        waiting.is_asked = true;
        self.asked += 1;
        Some(index)
    }

    /// Returns when [`Self::next`] may return another one, if nothing happens before; `None` if only the
    /// end of a request allows another one.
    pub(super) fn wake_at(&self, parallel: usize) -> Option<Duration> {
        let waiting = self.waiting.values().filter(|it| !it.is_asked);
        let due = waiting.map(|it| it.due).min()?;
        (self.asked < self.limit(parallel)).then(|| due.max(self.quiet_until))
    }

    /// While nothing comes, one request at a time tells whether something comes again.
    fn limit(&self, parallel: usize) -> usize {
        if self.refusals > 0 { 1 } else { parallel }
    }

    /// Counts a segment that is here.
    pub(super) fn arrived(&mut self, index: usize) {
        if self.waiting.remove(&index).is_some_and(|it| it.is_asked) {
            self.asked -= 1;
        }
        self.refusals = 0;
        self.quiet_until = Duration::ZERO;
        self.refused_last = None;
        self.latest = self.latest.max(Some(index));
    }

    /// Counts a segment that its servers do not have.
    pub(super) fn refused(&mut self, index: usize, now: Duration) -> Verdict {
        let Some(waiting) = self.waiting.get_mut(&index) else {
            return Verdict::Missing;
        };
        if std::mem::take(&mut waiting.is_asked) {
            self.asked -= 1;
        }
        waiting.tries += 1;
        if self.latest > Some(index) {
            // The stream goes on, and this segment is late or missing.
            waiting.due = now + self.segment;
            let most = if waiting.is_doubtful {
                1
            } else if self.latest >= Some(index.saturating_add(LATE)) {
                MAX_LATE_TRIES
            } else {
                MAX_TRIES
            };
            if waiting.tries < most {
                return Verdict::Later;
            }
            self.waiting.remove(&index);
            return Verdict::Missing;
        }
        waiting.due = now + self.segment / 2;
        self.refusals = self.refusals.saturating_add(1);
        self.refused_last = Some(index);
        self.quiet_until = now + self.pause();
        Verdict::Later
    }

    /// Counts a segment that could not be fetched for another reason: it is asked for again.
    pub(super) fn failed(&mut self, index: usize, now: Duration) {
        let pause = self.segment;
        if let Some(waiting) = self.waiting.get_mut(&index) {
            if std::mem::take(&mut waiting.is_asked) {
                self.asked -= 1;
            }
            waiting.tries = waiting.tries.max(1);
            waiting.due = now + pause;
        }
    }

    /// Returns whether no segment is waited for.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Returns how many requests in a row have found nothing.
    pub(super) fn refusals(&self) -> u32 {
        self.refusals
    }

    /// Returns the segment to ask for: the first one that is due, but the one that was refused last
    /// only in turn with the one behind it.
    fn candidate(&self, now: Duration) -> Option<usize> {
        let mut due = self
            .waiting
            .iter()
            .filter(|(_, it)| !it.is_asked && it.due <= now);
        let (first, waiting) = due.next()?;
        if self.refused_last == Some(*first)
            && waiting.tries > 1
            && let Some((second, _)) = due.next()
        {
            return Some(*second);
        }
        Some(*first)
    }

    /// Returns how long to wait after the last refusal.
    fn pause(&self) -> Duration {
        let doublings = self.refusals.saturating_sub(2).min(8);
        (self.segment / 2 * (1 << doublings)).min(MAX_PAUSE.max(self.segment / 2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEGMENT: Duration = Duration::from_secs(5);

    fn at(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    fn schedule(due: impl IntoIterator<Item = f64>) -> Schedule {
        let mut schedule = Schedule::new(SEGMENT);
        for (index, due) in due.into_iter().enumerate() {
            schedule.expect(index, at(due), false);
        }
        schedule
    }

    #[test]
    fn what_is_there_already_is_asked_for_at_once_and_the_rest_when_it_is_due() {
        let mut schedule = schedule([0.0, 0.0, 0.0, 5.0]);
        assert_eq!(schedule.next(at(0.0), 2), Some(0));
        assert_eq!(schedule.next(at(0.0), 2), Some(1));
        assert_eq!(schedule.next(at(0.0), 2), None, "two at once");
        assert_eq!(schedule.wake_at(2), None, "there is nothing to wake up for");
        schedule.arrived(1);
        assert_eq!(schedule.next(at(0.1), 2), Some(2));
        schedule.arrived(0);
        schedule.arrived(2);
        assert_eq!(schedule.next(at(4.9), 2), None);
        assert_eq!(schedule.wake_at(8), Some(at(5.0)));
        assert_eq!(schedule.next(at(5.0), 2), Some(3));
        schedule.arrived(3);
        assert!(schedule.is_empty());
    }

    #[test]
    fn a_missing_segment_is_given_up_when_later_ones_have_come() {
        let mut schedule = schedule((0..40).map(|number| f64::from(number) * 5.0));
        let (mut now, mut asked, mut missing) = (at(0.0), Vec::new(), None);
        while missing.is_none() && now < at(150.0) {
            match schedule.next(now, 8) {
                Some(3) => {
                    asked.push(now);
                    let verdict = schedule.refused(3, now);
                    missing = (verdict == Verdict::Missing).then_some(now);
                }
                Some(index) => schedule.arrived(index),
                None => now = schedule.wake_at(8).unwrap_or(now + SEGMENT),
            }
        }
        assert!(
            missing.is_some_and(|at| at < Duration::from_mins(1)),
            "{asked:?}"
        );
        assert!(asked.len() <= 6, "{asked:?}");
    }

    #[test]
    fn a_stream_that_pauses_is_asked_a_few_times_in_a_minute_and_goes_on_at_once() {
        let mut schedule = schedule((0..20).map(|number| f64::from(number) * 5.0));
        let (mut now, mut refused) = (at(0.0), 0);
        // From the third segment on nothing comes for five minutes.
        let resumes = at(310.0);
        let mut came = Vec::new();
        while !schedule.is_empty() && now < at(600.0) {
            match schedule.next(now, 8) {
                Some(index) if index >= 2 && now < resumes => {
                    refused += 1;
                    assert_eq!(schedule.refused(index, now), Verdict::Later);
                }
                Some(index) => {
                    schedule.arrived(index);
                    came.push(index);
                }
                None => now = schedule.wake_at(8).unwrap_or(now + SEGMENT),
            }
        }
        assert!(refused <= 25, "{refused}");
        assert_eq!(came.len(), 20, "nothing is given up meanwhile");
        assert!(now <= resumes + MAX_PAUSE + SEGMENT, "{now:?}");
    }

    #[test]
    fn a_new_edge_moves_what_was_not_asked_for_yet() {
        let mut schedule = schedule([0.0, 50.0]);
        assert_eq!(schedule.next(at(0.0), 8), Some(0));
        schedule.failed(0, at(1.0));
        schedule.reschedule(|index| (index == 1).then_some(at(10.0)).or(Some(at(90.0))));
        assert_eq!(schedule.next(at(6.0), 8), Some(0), "it failed once");
        assert_eq!(schedule.next(at(10.0), 8), Some(1));
    }

    #[test]
    fn what_was_sent_before_is_given_up_at_once_if_it_is_gone() {
        let mut schedule = Schedule::new(SEGMENT);
        for index in 0..4 {
            schedule.expect(index, at(0.0), index < 2);
        }
        schedule.sent(3);
        assert_eq!(schedule.next(at(0.0), 1), Some(0));
        assert_eq!(schedule.refused(0, at(0.1)), Verdict::Missing);
        assert_eq!(schedule.next(at(0.1), 1), Some(1), "no pause");
        assert_eq!(schedule.refused(1, at(0.2)), Verdict::Missing);
        assert_eq!(schedule.next(at(0.2), 1), Some(2));
        assert_eq!(
            schedule.refused(2, at(0.3)),
            Verdict::Later,
            "it was announced"
        );
        assert_eq!(schedule.next(at(0.3), 1), Some(3));
    }

    #[test]
    fn at_the_end_all_that_was_announced_is_asked_for_until_nothing_comes() {
        let mut schedule = schedule((0..9).map(|number| f64::from(number) * 5.0));
        schedule.hurry(at(1.0));
        for index in 0..4 {
            assert_eq!(schedule.next(at(1.0), 1), Some(index));
            schedule.arrived(index);
        }
        assert_eq!(schedule.next(at(1.0), 1), Some(4));
        assert_eq!(schedule.refused(4, at(1.0)), Verdict::Later);
        schedule.forget(|index| index > 5);
        assert_eq!(schedule.wake_at(8), Some(at(3.5)));
        assert_eq!(schedule.next(at(3.5), 1), Some(4));
    }
}
