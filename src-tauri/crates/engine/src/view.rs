//! Types that the engine sends to the page and prints with `--json`: small, complete snapshots.
//!
//! TypeScript types are generated from them, and a test compares both. The types on disk are in
//! `saved`; the conversions from those are at the end of this file.

mod check;
mod kept;
mod report;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use ustream::{AudioChoice, Container, ContainerChoice, Quality};

pub use self::check::{CheckedTrackView, DamageView, MovieCheckView, ProofView};
pub use self::kept::{KeptChannelView, KeptChannelsView};
pub use self::report::{HostCount, ReportView};

use crate::caption_format::CaptionFormat;
pub use crate::code::Code;
use crate::file_ending::FileEnding;
pub use crate::live_record::LiveEnd;
use crate::remuxer::Remuxer;
use crate::saved;
use crate::time_range::TimeRange;

/// What the user allows a job to go on in spite of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Override {
    /// Segments that could not be downloaded.
    Gaps,
    /// A disk that seems to be too full.
    Space,
    /// A file that did not pass the check.
    Check,
}

/// One field of a sign-up form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FormFieldView {
    /// Name in the request.
    pub name: String,
    /// Label that the user sees.
    pub label: String,
    /// The service refuses the form without it.
    pub required: bool,
}

/// Why a job failed: a code for the screen, and the cause as text for *Details*.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Failure {
    /// Which message the user sees.
    pub code: Code,
    /// The cause, in English, without secrets.
    pub detail: String,
    /// The form's fields, with [`Code::NeedsForm`] and [`Code::FormRefused`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<FormFieldView>>", optional)]
    pub fields: Vec<FormFieldView>,
    /// Time spans that are missing, with [`Code::SegmentsMissing`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<GapView>>", optional)]
    pub gaps: Vec<GapView>,
    /// What else is missing or differs from what was expected, with [`Code::SegmentsMissing`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<MissingView>>", optional)]
    pub missing: Vec<MissingView>,
    /// How much shorter the movie would be than the service states, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "number", optional)]
    pub shorter_than_stated_ms: Option<u64>,
    /// Length of the whole recording, with [`Code::SegmentsMissing`], if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "number", optional)]
    pub whole_ms: Option<u64>,
    /// With [`Code::LowSpace`], [`Code::DiskFull`] and [`Code::FileTooLarge`]: how much room the
    /// movie needs, if it was computed before the disk refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub room: Option<RoomView>,
    /// With [`Code::LowSpace`]: the needed size is an estimate that may be too high, so going on
    /// anyway can help.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub may_fit: bool,
    /// With [`Code::Unsupported`] and a file on this computer: ffmpeg may make an MP4 of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub ffmpeg_may: bool,
}

impl Failure {
    /// Creates a failure that consists of a code and its cause only.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            fields: Vec::new(),
            gaps: Vec::new(),
            missing: Vec::new(),
            shorter_than_stated_ms: None,
            whole_ms: None,
            room: None,
            may_fit: false,
            ffmpeg_may: false,
        }
    }
}

/// How much room a movie needs, where there is too little.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RoomView {
    /// About how large the rest of the movie is, with a reserve for the system.
    #[ts(type = "number")]
    pub needed_bytes: u64,
    /// Free on the disk; with [`Code::FileTooLarge`] the size of the largest file there.
    #[ts(type = "number")]
    pub there_bytes: u64,
}

/// A rendition that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RenditionView {
    /// Id of the rendition.
    pub id: String,
    /// Container of its segments.
    pub container: Container,
    /// Video width in pixels.
    pub width: Option<u32>,
    /// Video height in pixels; `null` for audio only.
    pub height: Option<u32>,
    /// Bit rate in kbit/s.
    pub bitrate_kbps: Option<u32>,
    /// Estimated size.
    #[ts(type = "number | null")]
    pub about_bytes: Option<u64>,
    /// Least number of segments.
    pub segments: u32,
    /// It has no video.
    pub audio_only: bool,
}

/// What a link leads to, before anything is saved.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and a field of the JSON"
)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Preview {
    /// Id of the recording.
    pub recording: String,
    /// Address of the recording's page.
    pub link: String,
    /// The link was that of a channel, and this is its newest recording.
    pub newest_of_channel: bool,
    /// Title, cleaned of control characters.
    pub title: Option<String>,
    /// Name of the channel or user.
    pub owner: Option<String>,
    /// When it was recorded, in seconds since 1970.
    #[ts(type = "number | null")]
    pub date_unix_s: Option<i64>,
    /// Duration.
    #[ts(type = "number | null")]
    pub duration_ms: Option<u64>,
    /// The renditions, best first.
    pub renditions: Vec<RenditionView>,
    /// Estimated size of the file with the default choice.
    #[ts(type = "number | null")]
    pub about_bytes: Option<u64>,
    /// There is no video.
    pub audio_only: bool,
    /// File name without extension that is valid on every file system. Slashes separate it from
    /// folders.
    pub file_stem: String,
    /// The original is an FLV that can be saved.
    pub has_flv: bool,
    /// Languages of the audio tracks as BCP 47 tags, the default one first. Tracks that state no
    /// language are left out.
    pub languages: Vec<String>,
    /// It has several audio tracks that fit into one MP4.
    pub holds_all_sounds: bool,
    /// Address of the thumbnail on a server of the service. The desktop app replaces it with the
    /// address by which the page loads it.
    pub thumbnail: Option<String>,
}

/// What a link leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum ResolvedLinkView {
    /// One recording.
    One {
        /// The recording.
        preview: Box<Preview>,
    },
    /// The recordings of a channel, or the players that a page embeds.
    Several {
        /// The list.
        catalog: CatalogView,
    },
    /// The stream of a channel: it is on air, or has no recordings.
    Live {
        /// The channel.
        channel: LiveChannelView,
    },
}

/// The first entries of a list of recordings to choose from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CatalogView {
    /// Number of the channel whose recordings these are, newest first; `null` for those that a page
    /// embeds, in the order of the page.
    pub channel: Option<String>,
    /// Length of the whole list, if the service states it.
    pub total: Option<u32>,
    /// The first entries.
    pub entries: Vec<EntryView>,
    /// The page of another site that embeds them, to send as the referrer when one is saved.
    pub page: Option<String>,
}

/// One entry of such a list. Fields that the list does not state are `null`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EntryView {
    /// The link to save it with.
    pub link: String,
    /// Id of the recording; `null` for a channel that a page embeds.
    pub recording: Option<String>,
    /// Title, cleaned of control characters.
    pub title: Option<String>,
    /// When it was recorded, in seconds since 1970.
    #[ts(type = "number | null")]
    pub date_unix_s: Option<i64>,
    /// Duration.
    #[ts(type = "number | null")]
    pub duration_ms: Option<u64>,
    /// About how large the file is, in bytes, as the list states it.
    #[ts(type = "number | null")]
    pub about_bytes: Option<u64>,
    /// Address of the thumbnail on a server of the service. The desktop app replaces it with the
    /// address by which the page loads it.
    pub thumbnail: Option<String>,
}

/// A recording that is saved in a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct SavedRecordingView {
    /// Id of the recording.
    pub recording: String,
    /// When it was saved last, in seconds since 1970; `null` if the disk does not say.
    #[ts(type = "number | null")]
    pub saved_unix_s: Option<i64>,
}

/// Passwords and form answers of the user. Never saved, never printed.
#[derive(Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct AccessView {
    /// Password.
    pub password: Option<String>,
    /// Answers to the sign-up form, by field name.
    #[ts(type = "Record<string, string>")]
    pub form: std::collections::BTreeMap<String, String>,
    /// Address of the page that may embed the recording.
    pub referrer: Option<String>,
}

/// A channel whose stream can be recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LiveChannelView {
    /// Its number.
    pub id: String,
    /// Address of its page, by which its stream is recorded.
    pub link: String,
    /// Its title.
    pub title: Option<String>,
    /// User name of the owner.
    pub owner: Option<String>,
    /// Its picture: an address or, in the window, its name.
    pub thumbnail: Option<String>,
    /// It broadcasts now; if not, its stream is waited for.
    pub is_on_air: bool,
}

/// Where the recording of a running stream begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LiveStart {
    /// With the earliest segment that the service still names.
    Earliest,
    /// With what is sent now.
    Now,
    /// With its start: the channel is off air, and is waited for.
    ItsStart,
}

/// Stage of a running job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum JobStage {
    /// Asking the service.
    Resolving,
    /// Downloading segments and adding them to the file.
    Fetching,
    /// The same with a stream that is running: its end is not known.
    Recording,
    /// Writing the index, verifying, renaming.
    Finishing,
    /// Making an MP4 of files on this computer or of a finished download, with or without ffmpeg.
    Converting,
    /// Encoding the audio of a finished download again, as MP3.
    Encoding,
    /// Moving what an earlier attempt has fetched to another folder.
    Moving,
}

/// Progress of a job: all figures of one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ProgressView {
    /// The current stage.
    pub stage: JobStage,
    /// Progress of this stage, from 0 to 1; `null` if it cannot be estimated.
    pub fraction: Option<f64>,
    /// Bytes that have been downloaded, over all attempts.
    #[ts(type = "number")]
    pub done_bytes: u64,
    /// What is recorded of a running stream; absent in other stages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub live: Option<LiveProgressView>,
    /// Size of the download. An estimate moves only if it is off by more than a tenth.
    #[ts(type = "number | null")]
    pub total_bytes: Option<u64>,
    /// The size is not an estimate.
    pub total_is_exact: bool,
    /// Smoothed download rate; `null` if no data comes, or this stage counts no bytes.
    #[ts(type = "number | null")]
    pub bytes_per_second: Option<u64>,
    /// Estimated seconds left in this stage, at most a day; `null` while the speed is not steady.
    #[ts(type = "number | null")]
    pub seconds_left: Option<u64>,
    /// Nothing can be fetched at present; requests are retried automatically.
    pub waiting: bool,
    /// Why; `null` if the job does not wait.
    pub waiting_for: Option<WaitReason>,
    /// Nothing has come of it for a while, and it is not known what it waits for.
    pub stalled: bool,
    /// For how long no data has come, from five seconds on and until it is known what the job waits
    /// for.
    #[ts(type = "number | null")]
    pub silent_seconds: Option<u64>,
}

/// What is recorded of a running stream so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LiveProgressView {
    /// How long the movie is, in milliseconds.
    #[ts(type = "number")]
    pub recorded_ms: u64,
    /// When the start of the movie was sent, in seconds since 1970.
    #[ts(type = "number")]
    pub since_unix_s: i64,
    /// How often the stream was started again meanwhile.
    pub restarts: u32,
    /// How much was sent and did not come, in milliseconds.
    #[ts(type = "number")]
    pub missing_ms: u64,
}

/// What a running job waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WaitReason {
    /// The internet.
    Network,
    /// The person, who has to log in on a page of the network first.
    LoginPage,
    /// The service: it does not answer, or has asked for a pause.
    Service,
    /// The servers of the segments: the service answers, and they do not.
    Mirror,
    /// Segments that the servers do not have, or send damaged. They are asked for again.
    Segments,
    /// The stream: it has paused, or its end was not announced.
    Stream,
    /// The start of the stream: the channel is off air.
    StreamStart,
}

/// A time span that is missing from a saved file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct GapView {
    /// Its start, from the start of the recording.
    #[ts(type = "number")]
    pub start_ms: u64,
    /// Duration.
    #[ts(type = "number")]
    pub duration_ms: u64,
}

/// One way in which a movie differs from what was expected of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum MissingView {
    /// Segments that could not be downloaded; the gaps state their times.
    Segments {
        /// Number of such segments.
        count: usize,
        /// Number of all segments.
        total: usize,
    },
    /// Segments that were downloaded but hold no media.
    EmptySegments {
        /// Number of such segments.
        count: usize,
    },
    /// Segments whose timestamps belong to another place of the recording.
    MisplacedSegments {
        /// Number of such segments.
        count: usize,
    },
    /// A track that the rendition states but the movie does not have.
    Track {
        /// Whether it is the video or the audio.
        kind: TrackKindView,
        /// Its language, a BCP 47 tag.
        language: Option<String>,
    },
    /// Another rendition was saved because the chosen one could not be fetched.
    Rendition {
        /// Name of the chosen one, such as `1080p`.
        wished: String,
        /// Why it could not be fetched.
        reason: String,
    },
}

/// Kind of a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TrackKindView {
    /// Video.
    Video,
    /// Audio.
    Audio,
}

/// A saved file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Finished {
    /// File name without its folder.
    pub file: String,
    /// Size.
    #[ts(type = "number")]
    pub size_bytes: u64,
    /// Duration.
    #[ts(type = "number")]
    pub duration_ms: u64,
    /// Time spans that are missing.
    #[serde(default)]
    pub gaps: Vec<GapView>,
    /// What else is missing or differs from what was expected.
    #[serde(default)]
    pub missing: Vec<MissingView>,
    /// How much shorter it is than the service states, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "number", optional)]
    pub shorter_than_stated_ms: Option<u64>,
    /// When it was saved, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "number", optional)]
    pub saved_unix_s: Option<i64>,
    /// Names of the caption, metadata and picture files that were written beside it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<String>>", optional)]
    pub beside: Vec<String>,
    /// Captions among these that could not be converted as a whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<UnconvertedView>>", optional)]
    pub unconverted: Vec<UnconvertedView>,
    /// What of a file on this computer is not in the MP4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub lost: Option<LossView>,
    /// What was lost, left out or changed on the way into the file, in the order of time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<FactView>>", optional)]
    pub facts: Vec<FactView>,
    /// Folders between the chosen one and the file, separated by `/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub subfolder: Option<String>,
    /// It was there already: nothing was fetched.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub saved_before: bool,
    /// The part of the recording that it is; absent for all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub range: Option<RangeView>,
    /// Why the recording of a running stream has ended; absent for anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub live_end: Option<LiveEnd>,
    /// Id of the job that records the stream further, in another file; absent if none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub continued_by: Option<String>,
}

/// The part of a recording that was saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RangeView {
    /// Where it starts, from the start of the recording.
    #[ts(type = "number")]
    pub from_ms: u64,
    /// Where it ends; `null` for the end of the recording.
    #[ts(type = "number | null")]
    pub to_ms: Option<u64>,
    /// More was asked for than the recording has.
    pub is_clamped: bool,
    /// It may be longer than what was asked for: an FLV begins and ends with whole segments.
    pub is_widened: bool,
}

/// Captions beside a movie as the service has them, because they could not be converted as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UnconvertedView {
    /// File name without its folder.
    pub file: String,
    /// How many of its cues the converted file beside it lacks; 0 if nothing was converted.
    pub left_out: usize,
}

/// Something that was lost, left out or changed between the segments and the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FactView {
    /// What happened.
    #[serde(flatten)]
    #[ts(flatten)]
    pub kind: FactKindView,
    /// The track; absent if it concerns all of them or none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub track: Option<TrackKindView>,
    /// Number of frames; 0 if it is not known.
    #[serde(default)]
    #[ts(type = "number")]
    pub samples: u64,
    /// When, from the start of the file.
    #[ts(type = "number")]
    pub at_ms: u64,
    /// How much media; 0 if it is not known.
    #[serde(default)]
    #[ts(type = "number")]
    pub duration_ms: u64,
}

/// What happened to the frames of a [`FactView`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum FactKindView {
    /// They are damaged or missing in the input.
    SamplesLost,
    /// They belong to something that the file does not take.
    LeftOut {
        /// What it is, in English: `MP2 audio`.
        name: String,
    },
    /// A pause before them was too long for a file, and was shortened.
    GapShortened,
    /// Their clock started again or jumped, and they were moved behind those before them.
    Moved,
    /// They came twice and are there once.
    Repeated,
    /// They could not be kept, because the input does not say how they are coded.
    ConfigurationMissing,
    /// They are damaged in the input, and are in the file as they are.
    Damaged,
}

impl FactKindView {
    /// As [`media::FactKind::is_damage`].
    pub(crate) fn is_damage(&self) -> bool {
        match self {
            Self::SamplesLost | Self::Damaged | Self::ConfigurationMissing => true,
            Self::LeftOut { .. } | Self::GapShortened | Self::Moved | Self::Repeated => false,
        }
    }
}

/// What of a file on this computer is not in the MP4.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LossView {
    /// Bytes that could not be read as media, because the file is truncated or damaged.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Short names of tracks other than video and audio, such as subtitles and time codes.
    pub left_out: Vec<String>,
}

/// State of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum JobState {
    /// Waits for its turn.
    Queued,
    /// Runs.
    Running,
    /// Paused until the user resumes it.
    Paused,
    /// Failed; what was downloaded is kept.
    Failed {
        /// Why it failed.
        failure: Failure,
    },
    /// The file is saved.
    Done {
        /// The saved file.
        finished: Finished,
    },
}

/// All that is shown of one job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct JobView {
    /// Id of the job.
    pub id: String,
    /// Address of the recording's page.
    pub link: String,
    /// Title of the recording, or the file name without extension. Until it is known, what the user
    /// has seen; without that the link.
    pub title: String,
    /// Address of the thumbnail on a server of the service, as soon as it is known. The desktop app
    /// replaces it with the name under which the page requests it.
    pub thumbnail: Option<String>,
    /// The link was that of a channel, and this is its newest recording.
    pub newest_of_channel: bool,
    /// Name of the target folder, for display.
    pub folder: String,
    /// State.
    pub state: JobState,
    /// Progress, until the job is done.
    pub progress: Option<ProgressView>,
}

/// What changed since the last update; the first update holds all jobs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct Update {
    /// Jobs that are new or have changed, each with all its fields.
    pub changed: Vec<JobView>,
    /// Ids of jobs that were removed.
    pub removed: Vec<String>,
}

/// A folder to save to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FolderView {
    /// Id by which the page refers to it.
    pub id: String,
    /// Name for display.
    pub name: String,
    /// Free disk space.
    #[ts(type = "number | null")]
    pub free_bytes: Option<u64>,
    /// Size of the largest file that its file system takes; `null` if there is no known limit.
    #[ts(type = "number | null")]
    pub largest_file_bytes: Option<u64>,
}

/// An event for the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum AppEvent {
    /// Jobs have changed.
    Jobs {
        /// The changes.
        update: Update,
    },
    /// Job files could not be read at the start; they are kept under other names.
    LostJobs {
        /// How many.
        count: usize,
    },
    /// The app was started again, with a link.
    Link {
        /// The link.
        link: String,
    },
    /// The user asked for the settings in the menu bar.
    Settings,
    /// The user is closing the window while jobs are running.
    Closing,
    /// Everything is saved, and the computer sleeps or shuts down soon.
    Countdown {
        /// What the computer does then.
        action: AfterSaving,
        /// How long the user can cancel that.
        seconds: u32,
    },
    /// The countdown has ended.
    CountdownEnded {
        /// What is done the next time when everything is saved.
        after_saving: AfterSaving,
        /// Why the computer could not do it; `null` if it did, or if it was cancelled.
        failure: Option<Failure>,
    },
}

/// The user's settings, for all jobs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the settings"
)]
#[serde(default)]
pub struct SettingsView {
    /// Container of the saved file.
    pub keep: ContainerChoice,
    /// Quality of the video.
    pub quality: Quality,
    /// Which audio track.
    pub audio: AudioChoice,
    /// Template of the file name: text with `{title}`, `{owner}`, `{date}`, `{id}` and `{quality}`.
    pub template: String,
    /// Save captions beside the movie.
    pub captions: bool,
    /// Format of the caption files.
    pub caption_format: CaptionFormat,
    /// Save the thumbnail as a file beside the movie.
    pub thumbnail: bool,
    /// Which program makes the MP4.
    pub maker: Remuxer,
    /// Most jobs that run at once.
    pub jobs_at_once: u8,
    /// Most bytes per second of all jobs together; `null` for no limit.
    pub rate_limit: Option<u32>,
    /// Language of the window, as its message catalogue is named; `null` for that of the system.
    pub language: Option<String>,
    /// Keep the answers to sign-up forms in the system's keychain.
    pub remember_form: bool,
    /// Keep name and password of a proxy in the system's keychain.
    pub remember_proxy: bool,
    /// Look for a new version of the app when it starts.
    pub find_updates: bool,
    /// What is done when everything is saved.
    pub after_saving: AfterSaving,
    /// Size of all text in percent of the usual one.
    pub zoom_percent: u16,
}

/// What is done when everything is saved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AfterSaving {
    /// Nothing.
    #[default]
    Nothing,
    /// The file that was saved last is shown in its folder.
    ShowFolder,
    /// The computer goes to sleep.
    Sleep,
    /// The computer shuts down.
    ShutDown,
}

impl Default for SettingsView {
    fn default() -> Self {
        Self {
            keep: ContainerChoice::default(),
            quality: Quality::default(),
            audio: AudioChoice::default(),
            template: "{title}".to_owned(),
            captions: false,
            caption_format: CaptionFormat::default(),
            thumbnail: false,
            maker: Remuxer::default(),
            jobs_at_once: 2,
            rate_limit: None,
            language: None,
            remember_form: false,
            remember_proxy: false,
            find_updates: true,
            after_saving: AfterSaving::default(),
            zoom_percent: 100,
        }
    }
}

/// What the page needs when the window opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StartView {
    /// The link that the app was started with.
    pub link: Option<String>,
    /// Folder that movies are saved to.
    pub folder: FolderView,
    /// Name of the chosen folder if it no longer exists; [`Self::folder`] is then another.
    pub lost_folder: Option<String>,
    /// The user's settings.
    pub settings: SettingsView,
    /// Version of the app.
    pub version: String,
    /// Whether this app can update itself; a package manager may do that instead.
    pub can_update: bool,
}

/// A newer version of the app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReleaseView {
    /// Its version.
    pub version: String,
    /// What has changed, as plain text; may be empty.
    pub notes: String,
}

/// How the installation of a newer version has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum UpdateOutcome {
    /// It is installed; the app must restart.
    Installed,
    /// A video is being saved: nothing was changed.
    Busy,
    /// It could not be downloaded.
    Unreachable,
    /// The file is damaged, or not signed by the makers of the app.
    Refused,
    /// The files of the app could not be replaced.
    Failed,
}

/// A new job, as the page asks for it.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct SaveRequest {
    /// The link, as it was pasted.
    pub link: String,
    /// [`FolderView::id`].
    pub folder: String,
    /// File name without extension; slashes separate it from folders. `null` to make it from the
    /// template of the settings.
    pub file_stem: Option<String>,
    /// Container of the saved file.
    pub keep: ContainerChoice,
    /// Quality of the video.
    #[serde(default)]
    pub quality: Quality,
    /// Which audio track.
    #[serde(default)]
    pub audio: AudioChoice,
    /// Password, form answers, referrer.
    #[serde(default)]
    pub access: AccessView,
    /// The title that the page shows, until the job finds it out.
    #[serde(default)]
    pub title: Option<String>,
    /// The name of the thumbnail that the page shows, until the job finds it out.
    #[serde(default)]
    #[ts(as = "Option<String>", optional)]
    pub thumbnail: Option<String>,
    /// Save it even if it is saved already.
    #[serde(default)]
    #[ts(as = "Option<bool>", optional)]
    pub again: bool,
    /// Extension of the file; absent for the usual one of what is saved.
    #[serde(default)]
    #[ts(optional)]
    pub ending: Option<FileEnding>,
    /// Only this part of it, in milliseconds from its start.
    #[serde(default)]
    #[ts(type = "{ from_ms: number, to_ms?: number }", optional)]
    pub range: Option<TimeRange>,
    /// Record the running stream of the channel.
    #[serde(default)]
    #[ts(as = "Option<LiveStart>", optional)]
    pub live: Option<LiveStart>,
}

impl From<saved::JobState> for JobState {
    fn from(state: saved::JobState) -> Self {
        match state {
            saved::JobState::Queued => Self::Queued,
            saved::JobState::Running => Self::Running,
            saved::JobState::Paused => Self::Paused,
            saved::JobState::Failed { failure } => Self::Failed {
                failure: failure.into(),
            },
            saved::JobState::Done { finished } => Self::Done {
                finished: finished.into(),
            },
        }
    }
}

impl From<saved::Failure> for Failure {
    fn from(failure: saved::Failure) -> Self {
        Self {
            code: failure.code,
            detail: failure.detail,
            fields: all(failure.fields),
            gaps: all(failure.gaps),
            missing: all(failure.missing),
            shorter_than_stated_ms: failure.shorter_than_stated_ms,
            whole_ms: failure.whole_ms,
            room: failure.room.map(Into::into),
            may_fit: failure.may_fit,
            ffmpeg_may: failure.ffmpeg_may,
        }
    }
}

impl From<saved::Room> for RoomView {
    fn from(room: saved::Room) -> Self {
        Self {
            needed_bytes: room.needed_bytes,
            there_bytes: room.there_bytes,
        }
    }
}

impl From<saved::FormField> for FormFieldView {
    fn from(field: saved::FormField) -> Self {
        Self {
            name: field.name,
            label: field.label,
            required: field.required,
        }
    }
}

impl From<saved::Finished> for Finished {
    fn from(finished: saved::Finished) -> Self {
        Self {
            file: finished.file,
            size_bytes: finished.size_bytes,
            duration_ms: finished.duration_ms,
            gaps: all(finished.gaps),
            missing: all(finished.missing),
            shorter_than_stated_ms: finished.shorter_than_stated_ms,
            saved_unix_s: finished.saved_unix_s,
            beside: finished.beside,
            unconverted: all(finished.unconverted),
            lost: finished.lost.map(Into::into),
            facts: all(finished.facts),
            subfolder: finished.subfolder,
            saved_before: finished.saved_before,
            range: finished.range.map(Into::into),
            live_end: finished.live_end,
            continued_by: finished.continued_by,
        }
    }
}

impl From<saved::SavedRange> for RangeView {
    fn from(saved: saved::SavedRange) -> Self {
        Self {
            from_ms: saved.range.from_ms(),
            to_ms: saved.range.to_ms(),
            is_clamped: saved.is_clamped,
            is_widened: saved.is_widened,
        }
    }
}

impl From<saved::UnconvertedCaptions> for UnconvertedView {
    fn from(captions: saved::UnconvertedCaptions) -> Self {
        Self {
            file: captions.file,
            left_out: captions.left_out,
        }
    }
}

impl From<saved::Gap> for GapView {
    fn from(gap: saved::Gap) -> Self {
        Self {
            start_ms: gap.start_ms,
            duration_ms: gap.duration_ms,
        }
    }
}

impl From<saved::Missing> for MissingView {
    fn from(missing: saved::Missing) -> Self {
        match missing {
            saved::Missing::Segments { count, total } => Self::Segments { count, total },
            saved::Missing::EmptySegments { count } => Self::EmptySegments { count },
            saved::Missing::MisplacedSegments { count } => Self::MisplacedSegments { count },
            saved::Missing::Track { kind, language } => Self::Track {
                kind: kind.into(),
                language,
            },
            saved::Missing::Rendition { wished, reason } => Self::Rendition { wished, reason },
        }
    }
}

impl From<saved::TrackKind> for TrackKindView {
    fn from(kind: saved::TrackKind) -> Self {
        match kind {
            saved::TrackKind::Video => Self::Video,
            saved::TrackKind::Audio => Self::Audio,
        }
    }
}

impl From<saved::Fact> for FactView {
    fn from(fact: saved::Fact) -> Self {
        Self {
            kind: match fact.kind {
                saved::FactKind::SamplesLost => FactKindView::SamplesLost,
                saved::FactKind::LeftOut { name } => FactKindView::LeftOut { name },
                saved::FactKind::GapShortened => FactKindView::GapShortened,
                saved::FactKind::Moved => FactKindView::Moved,
                saved::FactKind::Repeated => FactKindView::Repeated,
                saved::FactKind::ConfigurationMissing => FactKindView::ConfigurationMissing,
                saved::FactKind::Damaged => FactKindView::Damaged,
            },
            track: fact.track.map(Into::into),
            samples: fact.samples,
            at_ms: fact.at_ms,
            duration_ms: fact.duration_ms,
        }
    }
}

impl From<saved::Loss> for LossView {
    fn from(loss: saved::Loss) -> Self {
        Self {
            bytes: loss.bytes,
            left_out: loss.left_out,
        }
    }
}

fn all<T, V: From<T>>(saved: Vec<T>) -> Vec<V> {
    saved.into_iter().map(V::from).collect()
}
