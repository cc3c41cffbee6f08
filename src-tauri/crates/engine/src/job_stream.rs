//! Job updates for a reader: complete views of the changed jobs, at a limited rate.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::view::{JobView, Update};

/// Progress updates come at most this often; more than ten per second cannot be seen.
const MIN_UPDATE_INTERVAL: Duration = Duration::from_millis(100);

/// For people, progress moves at most this often: figures that flicker cannot be read.
const PACE: Duration = Duration::from_secs(1);

/// What the queue publishes: all jobs, in their order. A job that has not changed is the same [`Arc`], so
/// that a list of thousands costs little.
pub(crate) type Snapshot = Arc<Vec<Arc<JobView>>>;

/// Publishes the jobs: as they are, and at a pace for people.
#[derive(Debug)]
pub(crate) struct Publisher {
    exact: watch::Sender<Snapshot>,
    paced: watch::Sender<Snapshot>,
    is_first: bool,
    /// When the progress of all jobs was last taken over into `paced`.
    beat: Option<Instant>,
}

impl Default for Publisher {
    fn default() -> Self {
        Self {
            exact: watch::channel(Snapshot::default()).0,
            paced: watch::channel(Snapshot::default()).0,
            is_first: true,
            beat: None,
        }
    }
}

impl Publisher {
    pub(crate) fn exact(&self) -> watch::Receiver<Snapshot> {
        self.exact.subscribe()
    }

    pub(crate) fn paced(&self) -> watch::Receiver<Snapshot> {
        self.paced.subscribe()
    }

    pub(crate) fn publish(&mut self, jobs: Vec<Arc<JobView>>) {
        let now = Instant::now();
        let is_due = self.beat.is_none_or(|beat| now - beat >= PACE);
        if is_due {
            self.beat = Some(now);
        }
        let shown = self.paced.borrow().clone();
        let earlier = JobFinder::new(&shown);
        let paced = jobs.iter().enumerate().map(|(index, job)| {
            let before = earlier.find(index, &job.id);
            let before = before.filter(|before| !is_due && differs_in_figures_only(before, job));
            Arc::clone(before.unwrap_or(job))
        });
        // Readers wait for the first, even if it has no job.
        let is_first = std::mem::take(&mut self.is_first);
        replace(&self.paced, paced.collect(), is_first);
        replace(&self.exact, jobs, is_first);
    }
}

/// Finds jobs by their id, which are mostly at the same place as in another list.
struct JobFinder<'a> {
    jobs: &'a [Arc<JobView>],
    by_id: OnceCell<HashMap<&'a str, &'a Arc<JobView>>>,
}

impl<'a> JobFinder<'a> {
    fn new(jobs: &'a [Arc<JobView>]) -> Self {
        Self {
            jobs,
            by_id: OnceCell::new(),
        }
    }

    fn find(&self, index: usize, id: &str) -> Option<&'a Arc<JobView>> {
        if let Some(job) = self.jobs.get(index).filter(|job| job.id == id) {
            return Some(job);
        }
        let all = || self.jobs.iter().map(|job| (job.id.as_str(), job)).collect();
        self.by_id.get_or_init(all).get(id).copied()
    }
}

fn is_same(one: &Arc<JobView>, other: &Arc<JobView>) -> bool {
    Arc::ptr_eq(one, other) || one == other
}

/// Returns whether two views of a job tell the same except for the figures.
fn differs_in_figures_only(before: &JobView, now: &JobView) -> bool {
    let activity = |job: &JobView| {
        job.progress.as_ref().map(|progress| {
            let is_silent = progress.silent_seconds.is_some();
            let waits = (progress.waiting_for, progress.stalled, is_silent);
            (progress.stage, waits)
        })
    };
    before.state == now.state
        && before.title == now.title
        && before.link == now.link
        && before.folder == now.folder
        && activity(before) == activity(now)
}

fn replace(snapshot: &watch::Sender<Snapshot>, jobs: Vec<Arc<JobView>>, is_first: bool) {
    snapshot.send_if_modified(|shown| {
        let mut pairs = shown.iter().zip(&jobs);
        let changed =
            is_first || shown.len() != jobs.len() || !pairs.all(|(one, other)| is_same(one, other));
        if changed {
            *shown = Arc::new(jobs);
        }
        changed
    });
}

/// A reader's own view of the jobs. The first update holds everything.
#[derive(Debug)]
pub struct JobStream {
    jobs: watch::Receiver<Snapshot>,
    seen: Snapshot,
    last: Option<Instant>,
}

impl JobStream {
    /// `jobs` must be older than the first snapshot.
    pub(crate) fn new(jobs: watch::Receiver<Snapshot>) -> Self {
        Self {
            jobs,
            seen: Snapshot::default(),
            last: None,
        }
    }

    /// Waits for the next change; `None` when the engine has been dropped.
    ///
    /// A state change is returned at once; mere progress waits for a minimum interval.
    pub async fn next(&mut self) -> Option<Update> {
        loop {
            self.jobs.changed().await.ok()?;
            let snapshot = self.next_snapshot().await;
            let update = self.difference(&snapshot);
            let first = self.last.is_none();
            if first || !update.changed.is_empty() || !update.removed.is_empty() {
                self.last = Some(Instant::now());
                return Some(update);
            }
        }
    }

    /// Returns the newest snapshot, as soon as it is due.
    async fn next_snapshot(&mut self) -> Snapshot {
        loop {
            let snapshot = self.jobs.borrow_and_update().clone();
            let due = self.last.map(|last| last + MIN_UPDATE_INTERVAL);
            let Some(due) = due.filter(|_| !self.has_state_change(&snapshot)) else {
                return snapshot;
            };
            tokio::select! {
                () = tokio::time::sleep_until(due) => return self.jobs.borrow_and_update().clone(),
                // When the engine has been dropped, the last snapshot is still returned when due.
                Ok(()) = self.jobs.changed() => {}
            }
        }
    }

    /// Returns whether a snapshot differs from the last one in more than progress.
    fn has_state_change(&self, snapshot: &Snapshot) -> bool {
        let seen = JobFinder::new(&self.seen);
        let mut jobs = snapshot.iter().enumerate();
        snapshot.len() != self.seen.len()
            || !jobs.all(|(index, job)| {
                let seen = seen.find(index, &job.id);
                seen.is_some_and(|seen| seen.state == job.state)
            })
    }

    fn difference(&mut self, snapshot: &Snapshot) -> Update {
        let seen = JobFinder::new(&self.seen);
        let changed = snapshot.iter().enumerate().filter(|(index, job)| {
            let seen = seen.find(*index, &job.id);
            !seen.is_some_and(|seen| is_same(seen, job))
        });
        let changed = changed.map(|(_, job)| JobView::clone(job)).collect();
        let now = JobFinder::new(snapshot);
        let removed = self.seen.iter().enumerate();
        let removed = removed.filter(|(index, job)| now.find(*index, &job.id).is_none());
        let removed = removed.map(|(_, job)| job.id.clone()).collect();
        self.seen = Arc::clone(snapshot);
        Update { changed, removed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::JobState;

    fn job(id: &str, title: &str) -> JobView {
        JobView {
            id: id.into(),
            link: String::new(),
            title: title.into(),
            thumbnail: None,
            newest_of_channel: false,
            folder: String::new(),
            state: JobState::Queued,
            progress: None,
        }
    }

    fn snapshot(jobs: impl IntoIterator<Item = JobView>) -> Snapshot {
        Arc::new(jobs.into_iter().map(Arc::new).collect())
    }

    /// Returns a stream, and what sends its snapshots, of which this is the first.
    fn stream(jobs: impl IntoIterator<Item = JobView>) -> (watch::Sender<Snapshot>, JobStream) {
        let (send, receive) = watch::channel(Snapshot::default());
        send.send_replace(snapshot(jobs));
        (send, JobStream::new(receive))
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_comes_before_the_jobs_are_read() {
        let mut publisher = Publisher::default();
        let mut stream = JobStream::new(publisher.exact());
        let early = tokio::time::timeout(Duration::from_secs(9), stream.next());
        assert!(early.await.is_err());
        publisher.publish(Vec::new());
        assert_eq!(stream.next().await, Some(Update::default()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_job_that_has_moved_in_the_list_has_not_changed() {
        let (send, mut stream) = stream([job("a", "1"), job("b", "2")]);
        stream.next().await;
        send.send_replace(snapshot([job("c", "3"), job("b", "2"), job("a", "4")]));
        let update = stream.next().await.unwrap();
        assert_eq!(update.changed, [job("c", "3"), job("a", "4")]);
        assert!(update.removed.is_empty());
        send.send_replace(snapshot([job("b", "2")]));
        let update = stream.next().await.unwrap();
        assert_eq!(
            (update.changed, update.removed),
            (vec![], vec!["c".into(), "a".into()])
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_gets_everything_first_and_then_only_what_changed() {
        let (send, mut stream) = stream([]);
        assert_eq!(stream.next().await, Some(Update::default()));
        send.send_replace(snapshot([job("a", "one"), job("b", "two")]));
        assert_eq!(stream.next().await.unwrap().changed.len(), 2);
        send.send_replace(snapshot([job("b", "three")]));
        let update = stream.next().await.unwrap();
        assert_eq!(
            (update.changed, update.removed),
            (vec![job("b", "three")], vec!["a".into()])
        );
        drop(send);
        assert_eq!(stream.next().await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn all_readers_of_the_paced_jobs_see_the_same_figures_once_a_second() {
        let mut publisher = Publisher::default();
        let (one, other, exact) = (publisher.paced(), publisher.paced(), publisher.exact());
        let at = |done_bytes, state| JobView {
            state,
            progress: Some(crate::progress::view_of(crate::saved::Progress {
                fraction: None,
                done_bytes,
                total_bytes: None,
            })),
            ..job("a", "one")
        };
        let bytes = |reader: &watch::Receiver<Snapshot>| {
            let jobs = reader.borrow();
            jobs[0].progress.as_ref().unwrap().done_bytes
        };
        let mut changes = Vec::new();
        for now in 0..=30 {
            publisher.publish(vec![Arc::new(at(now, JobState::Running))]);
            assert_eq!(bytes(&one), bytes(&other));
            assert_eq!(bytes(&exact), now);
            if changes.last() != Some(&bytes(&one)) {
                changes.push(bytes(&one));
            }
            tokio::time::advance(Duration::from_millis(100)).await;
        }
        assert_eq!(changes, [0, 10, 20, 30]);
        publisher.publish(vec![Arc::new(at(31, JobState::Running))]);
        publisher.publish(vec![Arc::new(at(32, JobState::Paused))]);
        assert_eq!(bytes(&one), 32, "a new state comes at once");
    }

    #[tokio::test(start_paused = true)]
    async fn a_state_change_is_returned_at_once() {
        let (send, mut stream) = stream([job("a", "1")]);
        stream.next().await;
        let start = Instant::now();
        let done = JobView {
            state: JobState::Paused,
            ..job("a", "1")
        };
        send.send_replace(snapshot([done.clone()]));
        assert_eq!(stream.next().await.unwrap().changed, vec![done]);
        assert_eq!(start.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_of_changes_comes_as_one_update() {
        let (send, mut stream) = stream([job("a", "0")]);
        stream.next().await;
        let start = Instant::now();
        for title in ["1", "2", "3"] {
            send.send_replace(snapshot([job("a", title)]));
        }
        assert_eq!(stream.next().await.unwrap().changed, vec![job("a", "3")]);
        assert!(start.elapsed() >= MIN_UPDATE_INTERVAL);
    }
}
