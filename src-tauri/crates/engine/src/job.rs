//! Types of a job, and the transitions of its state.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use ustream::{Access, Choice, Target};

use crate::extras::Extras;
use crate::file_ending::FileEnding;
use crate::names::Template;
use crate::remuxer::Remuxer;
use crate::saved::{Failure, Finished, JobState};
use crate::time_range::TimeRange;

/// Id of a job: sixteen random hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct JobId(String);

impl JobId {
    pub(crate) fn random() -> Self {
        Self(format!("{:016x}", fastrand::u64(..)))
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is not sixteen hexadecimal digits.
#[derive(Debug, thiserror::Error)]
#[error("that is not the name of a job")]
pub struct InvalidJobId;

impl FromStr for JobId {
    type Err = InvalidJobId;

    fn from_str(text: &str) -> Result<Self, InvalidJobId> {
        // The id becomes a file name, so it must not hold anything else.
        let fits = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        fits.then(|| Self(text.to_ascii_lowercase()))
            .ok_or(InvalidJobId)
    }
}

impl TryFrom<String> for JobId {
    type Error = InvalidJobId;

    fn try_from(text: String) -> Result<Self, InvalidJobId> {
        text.parse()
    }
}

impl From<JobId> for String {
    fn from(id: JobId) -> Self {
        id.0
    }
}

/// Where the file is saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputLocation {
    /// The folder; created if it does not exist.
    pub folder: PathBuf,
    /// File name without extension; `None` to make it from the template or the first input file.
    /// Slashes separate it from folders below the chosen one, if the movie is a recording.
    pub stem: Option<String>,
}

impl OutputLocation {
    /// Returns how many folders there may be between the output folder and the file, at most.
    pub(crate) fn name_depth(&self, template: &Template) -> usize {
        match &self.stem {
            Some(typed) => typed.matches('/').count(),
            None => template.depth(),
        }
    }
}

/// Settings of a job as they are saved: without secrets, and without addresses that expire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobSpec {
    /// What the movie is made of.
    #[serde(flatten)]
    pub source: JobSource,
    /// Who makes the MP4.
    pub remux: Remuxer,
    /// Where the file is saved.
    pub output: OutputLocation,
    /// The title under which the user has seen it, until the run finds it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Address of the thumbnail that the user has seen, until the run finds it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<String>,
}

impl JobSpec {
    /// Returns how many folders there may be between the output folder and the file, at most.
    pub(crate) fn name_depth(&self) -> usize {
        match &self.source {
            JobSource::Files(_) => 0,
            JobSource::Recording(wanted)
            | JobSource::Live(LiveRequest {
                request: wanted, ..
            }) => self.output.name_depth(&wanted.template),
        }
    }
}

/// What a movie is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum JobSource {
    /// A stream that is running.
    Live(LiveRequest),
    /// A recording of the service.
    Recording(DownloadRequest),
    /// Movie files on this computer.
    Files(MovieFiles),
}

impl JobSource {
    /// Returns the address or path that the user knows it by.
    pub(crate) fn label(&self) -> String {
        match self {
            Self::Recording(wanted)
            | Self::Live(LiveRequest {
                request: wanted, ..
            }) => wanted.target.link(),
            Self::Files(MovieFiles { films, .. }) => films
                .first()
                .map(|movie| movie.display().to_string())
                .unwrap_or_default(),
        }
    }
}

/// A recording of the service, and what to download of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DownloadRequest {
    /// What the link points at; the pasted text around it is not kept.
    pub target: Target,
    /// Which rendition and container.
    pub choice: Choice,
    /// Makes the file name if [`OutputLocation::stem`] is `None`.
    #[serde(default)]
    pub template: Template,
    /// What to save besides video and audio.
    #[serde(default)]
    pub extras: Extras,
    /// Extension of the file; `None` for the usual one of what is saved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ending: Option<FileEnding>,
    /// Save it even if it is saved already, under the next free name.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
    /// Only this part of it; `None` for the whole recording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<TimeRange>,
}

/// The running stream of a channel, and what to record of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveRequest {
    /// From when to when.
    pub live: LiveOptions,
    /// The file that this one goes on with; `None` for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) follows: Option<EarlierPart>,
    /// The channel, and what to save. Parts, and what is saved already, do not concern a stream.
    #[serde(flatten)]
    pub request: DownloadRequest,
}

impl LiveRequest {
    /// Creates a request for a stream of which nothing is recorded yet.
    pub(crate) fn new(live: LiveOptions, request: DownloadRequest) -> Self {
        Self {
            live,
            follows: None,
            request,
        }
    }

    /// Returns which file of the recording this is, counted from 1.
    pub(crate) fn part(&self) -> u32 {
        self.follows.as_ref().map_or(1, |earlier| earlier.part + 1)
    }
}

/// The file of a recording that another one goes on with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EarlierPart {
    /// Which one it is, counted from 1.
    pub(crate) part: u32,
    /// Its last segment, if the next one comes from the same broadcast.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) last: Option<LastSegment>,
}

/// The last segment of a file, as it is in the plan of its broadcast.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LastSegment {
    pub(crate) number: u64,
    /// Tells a stream that was started again meanwhile; `None` if its segments have no hashes.
    pub(crate) hash: Option<String>,
}

/// From when to when a running stream is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveOptions {
    /// If the channel is off air, wait until it is on air.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waits: bool,
    /// Begin with what is sent now, and not with the earliest segment that the service still names.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub from_now: bool,
    /// Stop and save when this much is recorded, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length_ms: Option<u64>,
    /// Stop and save then, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_unix_s: Option<i64>,
    /// How long a stream is waited for that sends nothing, in milliseconds.
    #[serde(default = "LiveOptions::usual_patience_ms")]
    pub patience_ms: u64,
    /// Go on in a further file when one has grown to this size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_file_bytes: Option<u64>,
}

impl LiveOptions {
    /// Broadcasters pause for some minutes: to change a cable, or between two speakers.
    const USUAL_PATIENCE_MS: u64 = 5 * 60 * 1000;

    fn usual_patience_ms() -> u64 {
        Self::USUAL_PATIENCE_MS
    }

    /// Returns how long a stream may still be recorded; `None` if to its end.
    pub(crate) fn left(&self) -> Option<Duration> {
        let left_s = self
            .until_unix_s?
            .saturating_sub(jiff::Timestamp::now().as_second());
        Some(Duration::from_secs(left_s.max(0).unsigned_abs()))
    }
}

impl Default for LiveOptions {
    fn default() -> Self {
        Self {
            waits: false,
            from_now: false,
            max_length_ms: None,
            until_unix_s: None,
            patience_ms: Self::USUAL_PATIENCE_MS,
            max_file_bytes: None,
        }
    }
}

/// Movie files that become one MP4.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovieFiles {
    /// One file, or the parts of one movie in their order.
    pub films: Vec<PathBuf>,
    /// Extension of the finished file.
    pub ending: Mp4Extension,
}

/// Extension of an MP4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mp4Extension {
    /// `.mp4`, the default.
    #[default]
    Mp4,
    /// `.m4v`, which some programs give to movies.
    M4v,
    /// `.m4a`, which most programs give to audio alone.
    M4a,
}

impl Mp4Extension {
    /// Returns the extension without its dot.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::M4v => "m4v",
            Self::M4a => "m4a",
        }
    }
}

/// A new job that remuxes files on this computer.
#[derive(Clone, Debug)]
pub struct NewRemux {
    /// The files and the extension.
    pub films: MovieFiles,
    /// Who makes the MP4.
    pub remux: Remuxer,
    /// Where the file is saved; without a stem it gets the name of the first input file.
    pub output: OutputLocation,
}

/// A new download job.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// A link, or any text that holds one.
    pub link: String,
    /// Which rendition and container.
    pub choice: Choice,
    /// Who makes the MP4.
    pub remux: Remuxer,
    /// Where the file is saved.
    pub output: OutputLocation,
    /// Makes the file name if the output has no stem.
    pub template: Template,
    /// What to save besides video and audio.
    pub extras: Extras,
    /// Extension of the file; `None` for the usual one of what is saved.
    pub ending: Option<FileEnding>,
    /// Save it even if it is saved already, under the next free name.
    pub again: bool,
    /// Only this part of it; `None` for the whole recording.
    pub range: Option<TimeRange>,
    /// Record the running stream of the channel; `None` for a recording.
    pub live: Option<LiveOptions>,
    /// The title under which the user has seen it.
    pub title: Option<String>,
    /// Address of the thumbnail with which the user has seen it.
    pub thumbnail: Option<String>,
    /// What the user allows from the start.
    pub overrides: Overrides,
}

/// What the user allows a job to do, with its password and form answers. Never saved.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// Password, form answers, referrer.
    pub access: Access,
    /// Save the movie even if segments or tracks are missing.
    pub gaps: bool,
    /// Begin even if the disk seems to be too full: sizes are estimates.
    pub space: bool,
    /// Keep the file even if it does not pass the check.
    pub unchecked: bool,
    /// The folder where an earlier attempt began: what it has fetched is moved from there.
    pub continue_from: Option<PathBuf>,
}

/// Something that happens to a job.
#[derive(Clone, Debug)]
pub(crate) enum JobEvent {
    Start,
    Pause,
    Resume,
    Fail(Failure),
    Finish(Finished),
}

impl JobState {
    /// Returns the state after `event`, or `None` if the event comes too late to count.
    pub(crate) fn on(&self, event: JobEvent) -> Option<Self> {
        match (self, event) {
            (Self::Queued, JobEvent::Start) => Some(Self::Running),
            (Self::Queued | Self::Running, JobEvent::Pause) => Some(Self::Paused),
            (Self::Paused | Self::Failed { .. }, JobEvent::Resume) => Some(Self::Queued),
            (Self::Running, JobEvent::Fail(failure)) => Some(Self::Failed { failure }),
            // A saved file stays saved.
            (Self::Done { .. }, JobEvent::Finish(_)) => None,
            (_, JobEvent::Finish(finished)) => Some(Self::Done { finished }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure() -> Failure {
        Failure::from(&crate::Error::from(ustream::Error::Busy {
            retry_after: None,
        }))
    }

    fn finished() -> Finished {
        Finished {
            file: "a.mp4".into(),
            size_bytes: 1,
            duration_ms: 1,
            ..Finished::default()
        }
    }

    #[test]
    fn a_finish_counts_even_after_a_pause() {
        let done = JobState::Paused.on(JobEvent::Finish(finished()));
        assert_eq!(
            done,
            Some(JobState::Done {
                finished: finished()
            })
        );
    }

    #[test]
    fn a_late_failure_does_not_undo_a_pause_or_a_finish() {
        assert_eq!(JobState::Paused.on(JobEvent::Fail(failure())), None);
        let done = JobState::Done {
            finished: finished(),
        };
        assert_eq!(done.on(JobEvent::Fail(failure())), None);
        assert_eq!(done.on(JobEvent::Resume), None);
    }

    #[test]
    fn only_a_waiting_job_starts_and_only_a_resting_one_goes_on() {
        assert_eq!(
            JobState::Queued.on(JobEvent::Start),
            Some(JobState::Running)
        );
        assert_eq!(JobState::Paused.on(JobEvent::Start), None);
        assert_eq!(JobState::Running.on(JobEvent::Resume), None);
        let failed = JobState::Failed { failure: failure() };
        assert_eq!(failed.on(JobEvent::Resume), Some(JobState::Queued));
    }

    #[test]
    fn a_job_id_is_a_safe_file_name_or_nothing() {
        assert!("../../../../etc/a".parse::<JobId>().is_err());
        assert!("".parse::<JobId>().is_err());
        let id = JobId::random();
        assert_eq!(id.to_string().parse::<JobId>().unwrap(), id);
    }
}
