//! What leaves the engine for the page and for `--json`: small, complete snapshots.
//!
//! TypeScript types are generated from here; a test compares them. What is written to disk is in
//! `saved`; the conversions are at the end of this file.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use crate::code::Code;
use crate::saved;

/// What a person goes on in spite of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Override {
    /// Pieces that cannot be had.
    Gaps,
    /// A disk that seems to be too full.
    Space,
    /// A file that did not pass the check.
    Check,
}

/// One field of a sign-up form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FormFieldView {
    /// Its name on the wire.
    pub name: String,
    /// Its words.
    pub label: String,
    /// The form is refused without it.
    pub required: bool,
}

/// What went wrong: the consequence as a code, the cause as text for *Details*.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Failure {
    /// What a person can do about it.
    pub code: Code,
    /// The cause, in English, without secrets.
    pub detail: String,
    /// The form's fields, with [`Code::NeedsForm`] and [`Code::FormRefused`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<FormFieldView>>", optional)]
    pub fields: Vec<FormFieldView>,
    /// Time spans that are missing, with [`Code::PiecesMissing`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<GapView>>", optional)]
    pub gaps: Vec<GapView>,
    /// What else is missing or differs from what was expected, with [`Code::PiecesMissing`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<MissingView>>", optional)]
    pub missing: Vec<MissingView>,
    /// How much shorter the movie would be than the service states.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "number", optional)]
    pub shorter_than_stated_ms: Option<u64>,
    /// With [`Code::LowSpace`]: how large it will be is an estimate that may be too high, so going
    /// on in spite of it can help.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub may_fit: bool,
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
            may_fit: false,
        }
    }
}

/// One quality that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RenditionView {
    /// Its name.
    pub id: String,
    /// `flv` or `fmp4`.
    pub container: String,
    /// Picture width in pixels.
    pub width: Option<u32>,
    /// Picture height in pixels; none for sound alone.
    pub height: Option<u32>,
    /// Bit rate in kbit/s.
    pub bitrate_kbps: Option<u32>,
    /// About how large it is.
    #[ts(type = "number | null")]
    pub about_bytes: Option<u64>,
    /// How many pieces it has at least.
    pub segments: u32,
}

/// What a link leads to, before anything is saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Preview {
    /// The recording's number.
    pub recording: String,
    /// The address a person knows it by.
    pub link: String,
    /// The link was a channel's, and this is its newest recording.
    pub newest_of_channel: bool,
    /// Title, cleaned of control characters.
    pub title: Option<String>,
    /// Channel or person.
    pub owner: Option<String>,
    /// When it was made, in seconds since 1970.
    #[ts(type = "number | null")]
    pub date_unix_s: Option<i64>,
    /// Its length.
    #[ts(type = "number | null")]
    pub duration_ms: Option<u64>,
    /// Its qualities, best first.
    pub renditions: Vec<RenditionView>,
    /// About how large the file of the usual choice is.
    #[ts(type = "number | null")]
    pub about_bytes: Option<u64>,
    /// A name for the file that every disk takes, without an ending.
    pub file_stem: String,
    /// An FLV original can be had.
    pub has_flv: bool,
    /// Languages of its sounds, as tags of BCP 47, the one first that plays unasked; what states
    /// none is not among them.
    pub languages: Vec<String>,
    /// It has several sounds that one MP4 can hold.
    pub holds_all_sounds: bool,
    /// Address of a picture of it, on a server of the service; to the page, the name by which the
    /// shell shows it.
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
    /// The recordings of a channel, or the players of a page.
    Several {
        /// Their list.
        catalog: CatalogView,
    },
}

/// The beginning of a list to choose from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CatalogView {
    /// They are of a channel, newest first; else of a page, in its order.
    pub of_channel: bool,
    /// How many there are, where the service says so.
    pub total: Option<u32>,
    /// The first of them.
    pub entries: Vec<EntryView>,
    /// The page of another site that embeds them: the referrer to save them with.
    pub page: Option<String>,
}

/// One of several recordings that a link leads to, as a list shows it. What the list does not tell
/// is absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EntryView {
    /// The address to save it by.
    pub link: String,
    /// The recording's number; none for a channel that a page embeds.
    pub recording: Option<String>,
    /// Title, cleaned of control characters.
    pub title: Option<String>,
    /// When it was made, in seconds since 1970.
    #[ts(type = "number | null")]
    pub date_unix_s: Option<i64>,
    /// Its length.
    #[ts(type = "number | null")]
    pub duration_ms: Option<u64>,
    /// Address of a picture of it, on a server of the service; to the page, the name by which the
    /// shell shows it.
    pub thumbnail: Option<String>,
}

/// Which container a person wants to keep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ContainerChoiceView {
    /// One MP4.
    #[default]
    Mp4,
    /// What the service stores.
    Original,
}

/// How good a picture is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum QualityView {
    /// The best there is.
    #[default]
    Best,
    /// The smallest picture there is.
    Smallest,
    /// The best that is not higher than this many lines.
    Height(u32),
    /// Sound only.
    Audio,
}

/// Which sound is wanted, of a video that has several.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AudioView {
    /// The one that plays unasked.
    #[default]
    Usual,
    /// This language, a tag of BCP 47, where it is there.
    Prefer(String),
    /// All that one file can hold.
    All,
}

/// What a person brings to open a lock. Never saved, never printed.
#[derive(Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct AccessView {
    /// Password.
    pub password: Option<String>,
    /// Answers to the sign-up form, by field name.
    #[ts(type = "Record<string, string>")]
    pub form: std::collections::BTreeMap<String, String>,
    /// Address of the owner's page.
    pub referrer: Option<String>,
}

/// What a job is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum JobStage {
    /// Asking the service.
    Resolving,
    /// Fetching pieces and putting them into the file.
    Fetching,
    /// Writing the index, checking, renaming.
    Finishing,
    /// Making the MP4 of a film that is here: by this program, or by ffmpeg.
    Converting,
}

/// How far a running job is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ProgressView {
    /// What it is at.
    pub stage: JobStage,
    /// How much of this stage is done, 0 to 1; none where it cannot be told.
    pub fraction: Option<f64>,
    /// Bytes that have come, over all attempts.
    #[ts(type = "number")]
    pub done_bytes: u64,
    /// About how many there will be.
    #[ts(type = "number | null")]
    pub total_bytes: Option<u64>,
    /// Smoothed speed.
    #[ts(type = "number | null")]
    pub bytes_per_second: Option<u64>,
    /// Seconds left in this stage, after five seconds of data.
    #[ts(type = "number | null")]
    pub seconds_left: Option<u64>,
    /// The network is away, or the site is busy; it is asked again by itself for a while.
    pub waiting: bool,
}

/// A stretch that is missing from a saved file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct GapView {
    /// Where it starts, from the start of the recording.
    #[ts(type = "number")]
    pub start_ms: u64,
    /// How long it lasts.
    #[ts(type = "number")]
    pub duration_ms: u64,
}

/// One way in which a movie differs from what was expected of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum MissingView {
    /// Segments that could not be downloaded; the gaps say when in the movie.
    Segments {
        /// How many of them.
        count: usize,
        /// Out of how many.
        total: usize,
    },
    /// Segments that were downloaded and hold no media.
    EmptySegments {
        /// How many of them.
        count: usize,
    },
    /// Segments whose timestamps belong to another place of the recording.
    MisplacedSegments {
        /// How many of them.
        count: usize,
    },
    /// A track that the rendition promises and that did not come.
    Track {
        /// Whether it is the video or the audio.
        kind: TrackKindView,
        /// Its language, as a tag of BCP 47.
        language: Option<String>,
    },
    /// Another rendition was saved, since the wished one could not be had.
    Rendition {
        /// Name of the wished one, such as `1080p`.
        wished: String,
        /// Why it could not be had.
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
    /// Name of the file.
    pub file: String,
    /// Its size.
    #[ts(type = "number")]
    pub size_bytes: u64,
    /// Its length.
    #[ts(type = "number")]
    pub duration_ms: u64,
    /// Time spans that are missing.
    #[serde(default)]
    pub gaps: Vec<GapView>,
    /// What else is missing or differs from what was expected.
    #[serde(default)]
    pub missing: Vec<MissingView>,
    /// How much shorter it is than the service states.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "number", optional)]
    pub shorter_than_stated_ms: Option<u64>,
    /// When it was saved, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "number", optional)]
    pub saved_unix_s: Option<i64>,
    /// Names of the files that were written beside it: captions, what is known of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<String>>", optional)]
    pub beside: Vec<String>,
    /// What of a film on this computer did not come over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub lost: Option<LossView>,
}

/// What of a film on this computer did not come over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LossView {
    /// How much of it could not be read as media: its end is cut off, or it is damaged.
    #[ts(type = "number")]
    pub bytes: u64,
    /// What it holds beside picture and sound, by its short names: subtitles, time codes.
    pub left_out: Vec<String>,
}

/// Where a job stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum JobState {
    /// Waits for its turn.
    Queued,
    /// Is at work.
    Running,
    /// Rests until a person goes on.
    Paused,
    /// Could not go on; what it has is kept.
    Failed {
        /// Why.
        failure: Failure,
    },
    /// The file is there.
    Done {
        /// The file.
        finished: Finished,
    },
}

/// One job, whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct JobView {
    /// Its name.
    pub id: String,
    /// The address a person knows the recording by.
    pub link: String,
    /// Title, or the file's stem.
    pub title: String,
    /// The link was a channel's, and this is its newest recording.
    pub newest_of_channel: bool,
    /// Name of the folder it saves to, for people.
    pub folder: String,
    /// Where it stands.
    pub state: JobState,
    /// How far it is, while it runs and while it rests.
    pub progress: Option<ProgressView>,
}

/// What changed since the last update; the first holds everything.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct Update {
    /// Jobs that are new or different, each whole.
    pub changed: Vec<JobView>,
    /// Jobs that are gone.
    pub removed: Vec<String>,
}

/// A folder to save to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FolderView {
    /// What the page sends back to name it.
    pub id: String,
    /// Its name, for people.
    pub name: String,
    /// Free space.
    #[ts(type = "number | null")]
    pub free_bytes: Option<u64>,
}

/// What else happens while the window is open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum AppEvent {
    /// The jobs changed.
    Jobs {
        /// How.
        update: Update,
    },
    /// The app was started once more, with a link.
    Link {
        /// The link.
        link: String,
    },
    /// The window was asked to close while a video is being saved.
    Closing,
}

/// Who makes an MP4 of an original.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RemuxerView {
    /// This program.
    #[default]
    Builtin,
    /// ffmpeg.
    Ffmpeg,
}

/// What a person has set, once for all videos.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct SettingsView {
    /// Which container.
    pub keep: ContainerChoiceView,
    /// Which picture.
    pub quality: QualityView,
    /// Which sound.
    pub audio: AudioView,
    /// What files are called: text with `{title}`, `{owner}`, `{date}`, `{id}` and `{quality}`.
    pub template: String,
    /// Save captions beside the film.
    pub captions: bool,
    /// Who makes the MP4.
    pub maker: RemuxerView,
    /// How many videos are saved at once.
    pub jobs_at_once: u8,
    /// The language of the window, as its catalogue is called; the system's where it is none.
    pub language: Option<String>,
    /// Keep the answers to sign-up forms in the system's keychain.
    pub remember_form: bool,
}

impl Default for SettingsView {
    fn default() -> Self {
        Self {
            keep: ContainerChoiceView::default(),
            quality: QualityView::default(),
            audio: AudioView::default(),
            template: "{title}".to_owned(),
            captions: false,
            maker: RemuxerView::default(),
            jobs_at_once: 2,
            language: None,
            remember_form: false,
        }
    }
}

/// What the window opens with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StartView {
    /// A link the app was started with.
    pub link: Option<String>,
    /// Where videos are saved.
    pub folder: FolderView,
    /// Name of the folder that was chosen and is not there any more; [`Self::folder`] is another.
    pub lost_folder: Option<String>,
    /// What is set.
    pub settings: SettingsView,
    /// How many videos of the list could not be read; what was saved of them is untouched.
    pub lost_jobs: usize,
    /// The app's version.
    pub version: String,
}

/// What the page asks for when a person says *Save video*.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct SaveRequest {
    /// The link, as pasted.
    pub link: String,
    /// [`FolderView::id`].
    pub folder: String,
    /// Name of the file without its ending; none where the template of the settings names it.
    pub file_stem: Option<String>,
    /// Which container.
    pub keep: ContainerChoiceView,
    /// Which picture.
    #[serde(default)]
    pub quality: QualityView,
    /// Which sound.
    #[serde(default)]
    pub audio: AudioView,
    /// What opens a lock.
    #[serde(default)]
    pub access: AccessView,
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
            may_fit: failure.may_fit,
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
            lost: finished.lost.map(Into::into),
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
                kind: match kind {
                    saved::MissingTrack::Video => TrackKindView::Video,
                    saved::MissingTrack::Audio => TrackKindView::Audio,
                },
                language,
            },
            saved::Missing::Rendition { wished, reason } => Self::Rendition { wished, reason },
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
