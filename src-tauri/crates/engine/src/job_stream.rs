//! Job updates for a reader: complete views of the changed jobs, at a limited rate.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::view::{JobView, Update};

/// Progress updates come at most this often; more than ten per second cannot be seen.
const MIN_UPDATE_INTERVAL: Duration = Duration::from_millis(100);

/// What the queue publishes: all jobs, in their order.
pub(crate) type Snapshot = Arc<Vec<JobView>>;

/// A reader's own view of the jobs. The first update holds everything.
#[derive(Debug)]
pub struct JobStream {
    jobs: watch::Receiver<Snapshot>,
    seen: HashMap<String, JobView>,
    last: Option<Instant>,
}

impl JobStream {
    pub(crate) fn new(mut jobs: watch::Receiver<Snapshot>) -> Self {
        jobs.mark_changed();
        Self {
            jobs,
            seen: HashMap::new(),
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
    fn has_state_change(&self, snapshot: &[JobView]) -> bool {
        let known = |job: &JobView| {
            self.seen
                .get(&job.id)
                .is_some_and(|seen| seen.state == job.state)
        };
        snapshot.len() != self.seen.len() || !snapshot.iter().all(known)
    }

    fn difference(&mut self, snapshot: &[JobView]) -> Update {
        let changed: Vec<JobView> = snapshot
            .iter()
            .filter(|job| self.seen.get(&job.id) != Some(job))
            .cloned()
            .collect();
        let now: HashMap<String, JobView> = snapshot
            .iter()
            .map(|job| (job.id.clone(), job.clone()))
            .collect();
        let removed = self
            .seen
            .keys()
            .filter(|id| !now.contains_key(*id))
            .cloned()
            .collect();
        self.seen = now;
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
            newest_of_channel: false,
            folder: String::new(),
            state: JobState::Queued,
            progress: None,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_gets_everything_first_and_then_only_what_changed() {
        let (send, receive) = watch::channel(Snapshot::default());
        let mut stream = JobStream::new(receive);
        assert_eq!(stream.next().await, Some(Update::default()));
        send.send_replace(Arc::new(vec![job("a", "one"), job("b", "two")]));
        assert_eq!(stream.next().await.unwrap().changed.len(), 2);
        send.send_replace(Arc::new(vec![job("b", "three")]));
        let update = stream.next().await.unwrap();
        assert_eq!(
            (update.changed, update.removed),
            (vec![job("b", "three")], vec!["a".into()])
        );
        drop(send);
        assert_eq!(stream.next().await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_state_change_is_returned_at_once() {
        let (send, receive) = watch::channel(Arc::new(vec![job("a", "1")]));
        let mut stream = JobStream::new(receive);
        stream.next().await;
        let start = Instant::now();
        let done = JobView {
            state: JobState::Paused,
            ..job("a", "1")
        };
        send.send_replace(Arc::new(vec![done.clone()]));
        assert_eq!(stream.next().await.unwrap().changed, vec![done]);
        assert_eq!(start.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_of_changes_comes_as_one_update() {
        let (send, receive) = watch::channel(Arc::new(vec![job("a", "0")]));
        let mut stream = JobStream::new(receive);
        stream.next().await;
        let start = Instant::now();
        for title in ["1", "2", "3"] {
            send.send_replace(Arc::new(vec![job("a", title)]));
        }
        assert_eq!(stream.next().await.unwrap().changed, vec![job("a", "3")]);
        assert!(start.elapsed() >= MIN_UPDATE_INTERVAL);
    }
}
