//! Looks at the kept channels when the app starts and every few hours while it is open. What is new
//! goes to the queue, or the user is told of it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use engine::view::{JobState, JobView, KeptChannelView, KeptChannelsView, Update};
use engine::{
    Access, ChannelId, Code, Engine, Error, Failure, JobStream, KeptChannel, KeptChannels,
    LOOK_INTERVAL, MIN_LOOK_INTERVAL, Overrides, PendingRecording, RecordingId, SaveEnd, Target,
    look_interval, now_unix_s, pause_between_channels, read_link,
};
use tauri::{AppHandle, Manager as _, async_runtime};

use crate::folders;
use crate::notifications;

/// How often the clock is read: a computer that was asleep looks soon after it wakes.
const TICK: Duration = Duration::from_mins(5);

/// The list of kept channels, and what this run of the app knows of them. A clone is another handle.
#[derive(Clone, Debug)]
pub(crate) struct ChannelKeeper {
    channels: KeptChannels,
    failures: Arc<Mutex<HashMap<ChannelId, FailedLook>>>,
}

/// A look that has failed.
#[derive(Clone, Copy, Debug)]
struct FailedLook {
    code: Code,
    at_unix_s: i64,
}

/// What a round over the channels was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Round {
    Looked,
    NothingDue,
    /// Another process is looking.
    Elsewhere,
}

/// Looks at the channels and follows their jobs until the engine shuts down.
pub(crate) fn follow(app: &AppHandle) {
    let keeper = app.state::<ChannelKeeper>().inner().clone();
    let stream = app.state::<Engine>().job_stream();
    async_runtime::spawn(keeper.clone().note_ends(stream));
    async_runtime::spawn(keeper.keep_looking(app.clone()));
}

impl ChannelKeeper {
    /// Uses the list in the app's data folder.
    pub(crate) fn in_folder(data: &Path) -> Self {
        Self {
            channels: KeptChannels::in_folder(data),
            failures: Arc::default(),
        }
    }

    pub(crate) fn channels(&self) -> &KeptChannels {
        &self.channels
    }

    /// Returns all kept channels. Blocks on the disk.
    pub(crate) fn view(&self) -> Result<KeptChannelsView, Error> {
        let kept = self.channels.list()?;
        let failures = self.failures();
        let channels = kept.into_iter().map(|kept| KeptChannelView {
            id: kept.channel.to_string(),
            failed: failures.get(&kept.channel).map(|failed| failed.code),
            link: kept.link,
            title: kept.title,
            folder: folders::name(&kept.options.folder),
            saves: kept.saves,
            added_unix_s: kept.added_unix_s,
            looked_unix_s: kept.looked_unix_s,
        });
        Ok(KeptChannelsView {
            channels: channels.collect(),
            was_unreadable: self.channels.was_unreadable(),
        })
    }

    async fn keep_looking(self, app: AppHandle) {
        let mut interval = MIN_LOOK_INTERVAL;
        loop {
            match self.look_at_all(&app, interval).await {
                Err(Error::Closed) => return,
                Err(error) => tracing::warn!(%error, "the kept channels cannot be looked at"),
                Ok(Round::Looked) => interval = look_interval(),
                // The shorter interval is that of the start.
                Ok(Round::NothingDue) => interval = interval.max(LOOK_INTERVAL),
                Ok(Round::Elsewhere) => {}
            }
            tokio::time::sleep(TICK).await;
        }
    }

    /// Looks at the channels that are due, one after the other.
    async fn look_at_all(&self, app: &AppHandle, interval: Duration) -> Result<Round, Error> {
        let now = now_unix_s();
        let due: Vec<_> = {
            let kept = self.on_disk(KeptChannels::list).await?;
            kept.into_iter()
                .filter(|kept| kept.is_due(now, interval) && !self.has_just_failed(kept, now))
                .collect()
        };
        if due.is_empty() {
            return Ok(Round::NothingDue);
        }
        let Some(_run) = self.on_disk(KeptChannels::start_run).await? else {
            return Ok(Round::Elsewhere);
        };
        for (number, kept) in due.iter().enumerate() {
            if number > 0 {
                tokio::time::sleep(pause_between_channels()).await;
            }
            self.look_at(app, kept).await?;
        }
        Ok(Round::Looked)
    }

    /// Looks at one channel. Fails only if the engine or the list does.
    async fn look_at(&self, app: &AppHandle, kept: &KeptChannel) -> Result<(), Error> {
        let engine = app.state::<Engine>();
        let looked = self.channels.look(&engine, kept, &Access::default()).await;
        let found = match looked {
            Ok(found) => found,
            Err(Error::Closed) => return Err(Error::Closed),
            Err(error) => {
                tracing::info!(%error, link = kept.link, "a kept channel cannot be read");
                let code = Failure::from(error).code;
                let at_unix_s = now_unix_s();
                let failed = FailedLook { code, at_unix_s };
                self.failures().insert(kept.channel, failed);
                return Ok(());
            }
        };
        self.failures().remove(&kept.channel);
        if kept.saves {
            self.save(&engine, kept, found).await
        } else {
            if !found.is_empty() {
                notifications::show_new(app, kept, &found);
            }
            Ok(())
        }
    }

    /// Adds a job for each recording, or resumes the one that has failed.
    async fn save(
        &self,
        engine: &Engine,
        kept: &KeptChannel,
        found: Vec<PendingRecording>,
    ) -> Result<(), Error> {
        let jobs = engine.job_stream().next().await.ok_or(Error::Closed)?;
        let jobs: HashMap<_, _> = jobs
            .changed
            .into_iter()
            .filter_map(|job| Some((recording_of(&job)?, job)))
            .collect();
        let overrides = Overrides {
            access: kept.access(&Access::default()),
            ..Overrides::default()
        };
        for found in found {
            match jobs.get(&found.recording).map(|job| (&job.id, &job.state)) {
                None => {
                    engine.download(kept.job(&found, overrides.clone())).await?;
                }
                Some((id, JobState::Failed { .. })) => {
                    if let Ok(id) = id.parse() {
                        engine.resume(&id, overrides.clone()).await?;
                    }
                }
                // The user has saved it already.
                Some((_, JobState::Done { .. })) => {
                    self.note_end(found.recording, SaveEnd::Saved).await;
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// Notes how the jobs end, whoever has added them.
    async fn note_ends(self, mut updates: JobStream) {
        let mut jobs = JobEnds::default();
        while let Some(update) = updates.next().await {
            for (recording, end) in jobs.apply(update) {
                self.note_end(recording, end).await;
            }
        }
    }

    async fn note_end(&self, recording: RecordingId, end: SaveEnd) {
        let noted = self.on_disk(move |channels| channels.note_end(recording, end));
        if let Err(error) = noted.await {
            tracing::warn!(%error, "the end of a job of a kept channel cannot be noted");
        }
    }

    /// Does something with the list on a thread that may block.
    async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&KeptChannels) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let channels = self.channels.clone();
        let done = async_runtime::spawn_blocking(move || work(&channels)).await;
        done.map_err(|error| Error::Internal(error.to_string()))?
    }

    fn has_just_failed(&self, kept: &KeptChannel, now_unix_s: i64) -> bool {
        let failures = self.failures();
        failures.get(&kept.channel).is_some_and(|failed| {
            let since_s = now_unix_s.abs_diff(failed.at_unix_s);
            since_s < MIN_LOOK_INTERVAL.as_secs()
        })
    }

    fn failures(&self) -> MutexGuard<'_, HashMap<ChannelId, FailedLook>> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Finds out which jobs have just ended.
#[derive(Debug, Default)]
struct JobEnds {
    /// `None` before the first update, whose failures were noted by an earlier run of the app.
    jobs: Option<HashMap<String, (RecordingId, JobState)>>,
}

impl JobEnds {
    /// Returns the recordings whose jobs have ended with an update.
    fn apply(&mut self, update: Update) -> Vec<(RecordingId, SaveEnd)> {
        let is_first = self.jobs.is_none();
        let jobs = self.jobs.get_or_insert_default();
        let mut ends = Vec::new();
        for job in update.changed {
            let Some(recording) = recording_of(&job) else {
                continue;
            };
            let before = jobs.insert(job.id, (recording, job.state.clone()));
            let is_new = before.is_none_or(|(_, before)| before != job.state);
            match job.state {
                JobState::Done { .. } if is_new => ends.push((recording, SaveEnd::Saved)),
                JobState::Failed { failure } if is_new && !is_first => {
                    ends.push((recording, SaveEnd::Failed(failure.code)));
                }
                _ => {}
            }
        }
        for id in update.removed {
            let removed = jobs.remove(&id);
            ends.extend(removed.map(|(recording, _)| (recording, SaveEnd::Removed)));
        }
        ends
    }
}

fn recording_of(job: &JobView) -> Option<RecordingId> {
    match read_link(&job.link) {
        Ok(Target::Recording(recording)) => Some(recording),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(id: &str, recording: u64, state: JobState) -> JobView {
        JobView {
            id: id.to_owned(),
            link: format!("https://video.ibm.com/recorded/{recording}"),
            title: String::new(),
            thumbnail: None,
            newest_of_channel: false,
            folder: String::new(),
            state,
            progress: None,
        }
    }

    fn failed(code: Code) -> JobState {
        JobState::Failed {
            failure: Failure::new(code, ""),
        }
    }

    fn done() -> JobState {
        JobState::Done {
            finished: engine::view::Finished::default(),
        }
    }

    fn changed(jobs: Vec<JobView>) -> Update {
        Update {
            changed: jobs,
            removed: Vec::new(),
        }
    }

    #[test]
    fn an_end_is_noted_once_and_failures_of_an_earlier_run_are_not() {
        let mut ends = JobEnds::default();
        let first = changed(vec![
            job("a", 1, failed(Code::NotFound)),
            job("b", 2, done()),
            job("c", 3, JobState::Paused),
        ]);
        assert_eq!(ends.apply(first), [(RecordingId(2), SaveEnd::Saved)]);
        let resumed = changed(vec![job("a", 1, JobState::Running), job("b", 2, done())]);
        assert!(ends.apply(resumed).is_empty());
        let busy = SaveEnd::Failed(Code::Busy);
        for expected in [&[(RecordingId(1), busy)][..], &[]] {
            let again = changed(vec![job("a", 1, failed(Code::Busy))]);
            assert_eq!(ends.apply(again), expected);
        }
        let removed = Update {
            changed: Vec::new(),
            removed: vec!["c".to_owned(), "unknown".to_owned()],
        };
        assert_eq!(ends.apply(removed), [(RecordingId(3), SaveEnd::Removed)]);
    }

    #[test]
    fn files_of_this_computer_belong_to_no_channel() {
        let mut movie = job("a", 1, done());
        movie.link = "/films/old.flv".to_owned();
        assert!(JobEnds::default().apply(changed(vec![movie])).is_empty());
    }

    #[test]
    fn a_failed_look_is_not_repeated_at_once_and_is_shown() {
        let data = tempfile::tempdir().unwrap();
        let keeper = ChannelKeeper::in_folder(data.path());
        let new = engine::NewKeptChannel {
            channel: ChannelId(7),
            link: "https://video.ibm.com/channel/id/7".to_owned(),
            title: None,
            page: None,
            saves: true,
            options: engine::SaveOptions {
                folder: "/films/Acme".into(),
                choice: engine::Choice::default(),
                remux: engine::Remuxer::default(),
                template: engine::Template::default(),
                extras: engine::Extras::default(),
                ending: None,
            },
            listed: None,
        };
        keeper.channels().add(new, 1_000).unwrap();
        let [kept] = keeper.channels().list().unwrap().try_into().unwrap();
        assert!(!keeper.has_just_failed(&kept, 1_000));
        let failed = FailedLook {
            code: Code::Offline,
            at_unix_s: 1_000,
        };
        keeper.failures().insert(ChannelId(7), failed);
        assert!(keeper.has_just_failed(&kept, 1_000 + 1_799));
        assert!(!keeper.has_just_failed(&kept, 1_000 + 1_800));
        let view = keeper.view().unwrap();
        assert_eq!(view.channels[0].failed, Some(Code::Offline));
        assert_eq!(view.channels[0].folder, "Acme");
    }
}
