//! Looks for new recordings of the kept channels when the app starts and every few hours while it is
//! open, and every few minutes whether a stream has started. What is new goes to the queue, or the user is
//! told of it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use engine::view::{JobState, JobView, KeptChannelView, KeptChannelsView, Update};
use engine::{
    Access, ChannelId, Code, Engine, Error, Failure, JobStream, KeptChannel, KeptChannels,
    LOOK_INTERVAL, MIN_LOOK_INTERVAL, Overrides, PendingRecording, RecordingId, SaveEnd, StreamEnd,
    Target, look_interval, now_unix_s, pause_between_channels, read_link,
};
use tauri::{AppHandle, Manager as _, async_runtime};

use crate::folders;
use crate::notifications;

/// How often the clock is read, since a computer that was asleep looks soon after it wakes, and how often
/// each channel is asked for its stream.
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
    /// The lists of some were read.
    Looked,
    NothingDue,
    /// Another process is looking.
    Elsewhere,
}

/// How the job of something that a kept channel may want has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum JobEnd {
    Recording(RecordingId, SaveEnd),
    Stream(ChannelId, StreamEnd),
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

    /// Looks at the lists of the channels that are due and at the streams of all, one channel after the
    /// other.
    async fn look_at_all(&self, app: &AppHandle, interval: Duration) -> Result<Round, Error> {
        let kept = self.on_disk(KeptChannels::list).await?;
        if kept.is_empty() {
            return Ok(Round::NothingDue);
        }
        let Some(_run) = self.on_disk(KeptChannels::start_run).await? else {
            return Ok(Round::Elsewhere);
        };
        let mut round = Round::NothingDue;
        for (number, kept) in kept.iter().enumerate() {
            if number > 0 {
                tokio::time::sleep(pause_between_channels()).await;
            }
            let now = now_unix_s();
            if kept.is_due(now, interval) && !self.has_just_failed(kept, now) {
                round = Round::Looked;
                self.look_at(app, kept).await?;
            }
            self.look_for_stream(app, kept).await?;
        }
        Ok(round)
    }

    /// Looks at the list of one channel. Fails only if the engine or the list of channels does.
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

    /// Looks whether the stream of one channel has started. Fails only if the engine does.
    async fn look_for_stream(&self, app: &AppHandle, kept: &KeptChannel) -> Result<(), Error> {
        let engine = app.state::<Engine>();
        let stream = match self.channels.look_for_stream(&engine, kept).await {
            Ok(Some(stream)) => stream,
            Ok(None) => return Ok(()),
            Err(Error::Closed) => return Err(Error::Closed),
            Err(error) => {
                tracing::info!(%error, link = kept.link, "not known whether it is on air");
                return Ok(());
            }
        };
        if !kept.saves {
            notifications::show_on_air(app, kept);
            return Ok(());
        }
        let overrides = overrides(kept);
        let job = kept.stream_job(stream, overrides.clone());
        // One that is done has recorded an earlier stream.
        let is_of_stream = |job: &JobView| {
            stream_of(job) == Some(kept.channel) && !matches!(job.state, JobState::Done { .. })
        };
        match jobs(&engine).await?.into_iter().find(is_of_stream) {
            Some(earlier) => resume_failed(&engine, &earlier, overrides).await,
            None => engine.download(job).await.map(drop),
        }
    }

    /// Adds a job for each recording, or resumes the one that has failed.
    async fn save(
        &self,
        engine: &Engine,
        kept: &KeptChannel,
        found: Vec<PendingRecording>,
    ) -> Result<(), Error> {
        let jobs = jobs(engine).await?.into_iter();
        let jobs: HashMap<_, _> = jobs
            .filter_map(|job| Some((recording_of(&job)?, job)))
            .collect();
        let overrides = overrides(kept);
        for found in found {
            match jobs.get(&found.recording) {
                None => {
                    engine.download(kept.job(&found, overrides.clone())).await?;
                }
                // The user has saved it already.
                Some(JobView {
                    state: JobState::Done { .. },
                    ..
                }) => {
                    self.note_end(JobEnd::Recording(found.recording, SaveEnd::Saved))
                        .await;
                }
                Some(earlier) => resume_failed(engine, earlier, overrides.clone()).await?,
            }
        }
        Ok(())
    }

    /// Notes how the jobs end, whoever has added them.
    async fn note_ends(self, mut updates: JobStream) {
        let mut jobs = JobEnds::default();
        while let Some(update) = updates.next().await {
            for end in jobs.apply(update) {
                self.note_end(end).await;
            }
        }
    }

    async fn note_end(&self, end: JobEnd) {
        let noted = self.on_disk(move |channels| match end {
            JobEnd::Recording(recording, end) => channels.note_end(recording, end),
            JobEnd::Stream(channel, end) => channels.note_stream_end(channel, end),
        });
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

impl JobEnd {
    /// Returns whether it changes nothing if it was noted before: failures are counted, and a channel may
    /// send its next stream.
    fn may_be_noted_again(self) -> bool {
        matches!(self, Self::Recording(_, SaveEnd::Saved))
    }
}

/// Finds out which jobs have just ended.
#[derive(Debug, Default)]
struct JobEnds {
    /// `None` before the first update, whose ends were noted by an earlier run of the app, if it was not
    /// killed.
    jobs: Option<HashMap<String, JobView>>,
}

impl JobEnds {
    /// Returns the ends of the jobs that have ended with an update.
    fn apply(&mut self, update: Update) -> Vec<JobEnd> {
        let is_first = self.jobs.is_none();
        let jobs = self.jobs.get_or_insert_default();
        let mut ends = Vec::new();
        for job in update.changed {
            let before = jobs.get(&job.id);
            let is_new = before.is_none_or(|before| before.state != job.state);
            let end = end_of(&job).filter(|_| is_new);
            ends.extend(end.filter(|end| !is_first || end.may_be_noted_again()));
            jobs.insert(job.id.clone(), job);
        }
        let removed = update.removed.iter().filter_map(|id| jobs.remove(id));
        ends.extend(removed.filter_map(|job| removal_of(&job)));
        ends
    }
}

/// Returns how a job has ended, if it has and is that of a recording or a stream.
fn end_of(job: &JobView) -> Option<JobEnd> {
    let (saved, stream) = match &job.state {
        JobState::Done { finished } => (SaveEnd::Saved, StreamEnd::of(finished)),
        JobState::Failed { failure } => (
            SaveEnd::Failed(failure.code),
            Some(StreamEnd::Failed(failure.code)),
        ),
        JobState::Queued | JobState::Running | JobState::Paused => return None,
    };
    if let Some(recording) = recording_of(job) {
        return Some(JobEnd::Recording(recording, saved));
    }
    Some(JobEnd::Stream(stream_of(job)?, stream?))
}

/// Returns what it means that the user has removed a job from the list.
fn removal_of(job: &JobView) -> Option<JobEnd> {
    if let Some(recording) = recording_of(job) {
        return Some(JobEnd::Recording(recording, SaveEnd::Removed));
    }
    // The end of one that is done was noted.
    let is_done = matches!(job.state, JobState::Done { .. });
    let channel = stream_of(job).filter(|_| !is_done)?;
    Some(JobEnd::Stream(channel, StreamEnd::Unwanted))
}

/// Returns what the jobs of a kept channel need besides their specification.
fn overrides(kept: &KeptChannel) -> Overrides {
    Overrides {
        access: kept.access(&Access::default()),
        ..Overrides::default()
    }
}

async fn jobs(engine: &Engine) -> Result<Vec<JobView>, Error> {
    let all = engine.job_stream().next().await.ok_or(Error::Closed)?;
    Ok(all.changed)
}

/// Resumes a job if it has failed.
async fn resume_failed(engine: &Engine, job: &JobView, overrides: Overrides) -> Result<(), Error> {
    if let JobState::Failed { .. } = job.state
        && let Ok(id) = job.id.parse()
    {
        engine.resume(&id, overrides).await?;
    }
    Ok(())
}

/// Returns the channel whose stream a job records.
fn stream_of(job: &JobView) -> Option<ChannelId> {
    match read_link(&job.link) {
        Ok(Target::Channel(channel)) => Some(channel),
        _ => None,
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
    use engine::view::LiveEnd;

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
        let saved = JobEnd::Recording(RecordingId(2), SaveEnd::Saved);
        assert_eq!(ends.apply(first), [saved]);
        let resumed = changed(vec![job("a", 1, JobState::Running), job("b", 2, done())]);
        assert!(ends.apply(resumed).is_empty());
        let busy = JobEnd::Recording(RecordingId(1), SaveEnd::Failed(Code::Busy));
        for expected in [&[busy][..], &[]] {
            let again = changed(vec![job("a", 1, failed(Code::Busy))]);
            assert_eq!(ends.apply(again), expected);
        }
        let removed = Update {
            changed: Vec::new(),
            removed: vec!["c".to_owned(), "unknown".to_owned()],
        };
        let removal = JobEnd::Recording(RecordingId(3), SaveEnd::Removed);
        assert_eq!(ends.apply(removed), [removal]);
    }

    fn stream(id: &str, state: JobState) -> JobView {
        JobView {
            link: "https://video.ibm.com/channel/id/7".to_owned(),
            ..job(id, 0, state)
        }
    }

    fn recorded(live_end: LiveEnd, continued_by: Option<&str>) -> JobState {
        JobState::Done {
            finished: engine::view::Finished {
                live_end: Some(live_end),
                continued_by: continued_by.map(ToOwned::to_owned),
                ..engine::view::Finished::default()
            },
        }
    }

    #[test]
    fn the_end_of_a_stream_is_that_of_its_last_file() {
        let mut ends = JobEnds::default();
        let earlier = stream("earlier", recorded(LiveEnd::Ended, None));
        let running = changed(vec![earlier, stream("a", JobState::Running)]);
        assert!(ends.apply(running).is_empty());
        let full = stream("a", recorded(LiveEnd::FileFull, Some("b")));
        let next = stream("b", JobState::Running);
        assert!(ends.apply(changed(vec![full, next])).is_empty());
        let last = stream("b", recorded(LiveEnd::Ended, None));
        let over = JobEnd::Stream(ChannelId(7), StreamEnd::Over);
        assert_eq!(ends.apply(changed(vec![last])), [over]);
        // Taking it off the list says nothing of the stream that runs by then.
        let removed = Update {
            changed: Vec::new(),
            removed: vec!["b".to_owned()],
        };
        assert!(ends.apply(removed).is_empty());
    }

    #[test]
    fn a_stream_whose_job_is_removed_is_not_wanted() {
        let mut ends = JobEnds::default();
        ends.apply(changed(vec![stream("a", JobState::Paused)]));
        let removed = Update {
            changed: Vec::new(),
            removed: vec!["a".to_owned()],
        };
        let unwanted = JobEnd::Stream(ChannelId(7), StreamEnd::Unwanted);
        assert_eq!(ends.apply(removed), [unwanted]);
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
            found: engine::FoundChannel {
                channel: ChannelId(7),
                link: "https://video.ibm.com/channel/id/7".to_owned(),
                title: None,
                page: None,
                listed: Vec::new(),
                is_on_air: false,
            },
            wants_all: true,
            saves: true,
            options: engine::SaveOptions {
                folder: "/films/Acme".into(),
                choice: engine::Choice::default(),
                remux: engine::Remuxer::default(),
                template: engine::Template::default(),
                extras: engine::Extras::default(),
                ending: None,
            },
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
