//! State of a job as it is saved in job files, and of a finished movie in `plan.json`.
//!
//! Later versions must read it: a new field needs `#[serde(default)]`; any other change needs a
//! higher schema number and code that still reads the old form. `tests/fixtures/versions` holds
//! files of each version. The types that the page gets are in `view` and are made from these.

use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::live_record::LiveEnd;
use crate::time_range::TimeRange;

/// Version of the job files.
pub(crate) const JOB_SCHEMA: u32 = 1;
/// Version of `plan.json`.
pub(crate) const PLAN_SCHEMA: u32 = 1;

/// State of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub(crate) enum JobState {
    Queued,
    Running,
    Paused,
    Failed { failure: Failure },
    Done { finished: Finished },
}

/// How much of a job has been downloaded, for the time until it runs again.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// From 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) fraction: Option<f64>,
    pub(crate) done_bytes: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) total_bytes: Option<u64>,
}

/// Why a job failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failure {
    pub(crate) code: Code,
    /// The cause, in English, without secrets.
    pub(crate) detail: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) fields: Vec<FormField>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) gaps: Vec<Gap>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) missing: Vec<Missing>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) shorter_than_stated_ms: Option<u64>,
    /// Length of the whole recording, if something of it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) whole_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) room: Option<Room>,
    /// The disk may be large enough after all: the size is an estimate.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) may_fit: bool,
    /// ffmpeg may make an MP4 of the file on this computer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) ffmpeg_may: bool,
}

/// How much room a movie needs, where there is too little.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Room {
    pub(crate) needed_bytes: u64,
    /// Free on the disk, or what one file may hold.
    pub(crate) there_bytes: u64,
}

/// One field of a sign-up form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FormField {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) required: bool,
}

/// A saved movie.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Finished {
    /// File name without its folder.
    pub(crate) file: String,
    pub(crate) size_bytes: u64,
    pub(crate) duration_ms: u64,
    #[serde(default)]
    pub(crate) gaps: Vec<Gap>,
    #[serde(default)]
    pub(crate) missing: Vec<Missing>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) shorter_than_stated_ms: Option<u64>,
    /// Seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) saved_unix_s: Option<i64>,
    /// Names of the caption, metadata and picture files beside it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) beside: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) unconverted: Vec<UnconvertedCaptions>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) lost: Option<Loss>,
    /// What was lost, left out or changed, in the order of time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) facts: Vec<Fact>,
    /// Folders between the chosen one and the file, separated by `/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) subfolder: Option<String>,
    /// It was there already: nothing was fetched.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) saved_before: bool,
    /// The part of the recording that it is; `None` for all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) range: Option<SavedRange>,
    /// Why the recording of a running stream has ended; `None` for anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) live_end: Option<LiveEnd>,
    /// The job that records the stream further, in another file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) continued_by: Option<String>,
}

/// The part of a recording that was saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SavedRange {
    #[serde(flatten)]
    pub(crate) range: TimeRange,
    /// More was asked for than the recording has.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_clamped: bool,
    /// It may be longer than what was asked for: an FLV begins and ends with whole segments.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_widened: bool,
}

/// Captions beside a movie as the service has them, because they could not be converted as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UnconvertedCaptions {
    /// File name without its folder.
    pub(crate) file: String,
    /// How many of its cues the converted file lacks; 0 if nothing was converted.
    pub(crate) left_out: usize,
}

/// A time span without media, from the start of the recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    pub(crate) start_ms: u64,
    pub(crate) duration_ms: u64,
}

/// One way in which a movie differs from what was expected of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Missing {
    Segments {
        count: usize,
        total: usize,
    },
    EmptySegments {
        count: usize,
    },
    MisplacedSegments {
        count: usize,
    },
    Track {
        kind: TrackKind,
        language: Option<String>,
    },
    Rendition {
        wished: String,
        reason: String,
    },
}

/// Kind of a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrackKind {
    Video,
    Audio,
}

impl From<media::TrackKind> for TrackKind {
    fn from(kind: media::TrackKind) -> Self {
        match kind {
            media::TrackKind::Video => Self::Video,
            media::TrackKind::Audio => Self::Audio,
        }
    }
}

/// Something that was lost, left out or changed between the segments and the movie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fact {
    #[serde(flatten)]
    pub(crate) kind: FactKind,
    /// Absent if it concerns all tracks or none of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) track: Option<TrackKind>,
    /// 0 if the number is not known.
    #[serde(default)]
    pub(crate) samples: u64,
    /// From the start of the movie.
    pub(crate) at_ms: u64,
    #[serde(default)]
    pub(crate) duration_ms: u64,
}

/// What happened to the samples of a [`Fact`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub(crate) enum FactKind {
    SamplesLost,
    LeftOut { name: String },
    GapShortened,
    Moved,
    Repeated,
    ConfigurationMissing,
    Damaged,
}

impl FactKind {
    /// As [`media::FactKind::is_damage`].
    pub(crate) fn is_damage(&self) -> bool {
        match self {
            Self::SamplesLost | Self::Damaged | Self::ConfigurationMissing => true,
            Self::LeftOut { .. } | Self::GapShortened | Self::Moved | Self::Repeated => false,
        }
    }
}

impl From<&media::Fact> for Fact {
    fn from(fact: &media::Fact) -> Self {
        Self {
            kind: match &fact.kind {
                media::FactKind::SamplesLost => FactKind::SamplesLost,
                media::FactKind::LeftOut(name) => FactKind::LeftOut { name: name.clone() },
                media::FactKind::GapShortened => FactKind::GapShortened,
                media::FactKind::Moved => FactKind::Moved,
                media::FactKind::Repeated => FactKind::Repeated,
                media::FactKind::ConfigurationMissing => FactKind::ConfigurationMissing,
                media::FactKind::Damaged => FactKind::Damaged,
            },
            track: fact.track.map(Into::into),
            samples: fact.samples,
            at_ms: fact.at_ms,
            duration_ms: fact.duration_ms,
        }
    }
}

/// What of an input file on this computer is not in the MP4.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Loss {
    /// Bytes that could not be read as media.
    pub(crate) bytes: u64,
    /// Short names of other tracks: subtitles, time codes.
    pub(crate) left_out: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view;

    const FAILED: &str = concat!(
        r#"{"is":"failed","failure":{"code":"pieces_missing","detail":"why","#,
        r#""fields":[{"name":"n","label":"l","required":true}],"#,
        r#""gaps":[{"start_ms":1,"duration_ms":2}],"missing":["#,
        r#"{"what":"segments","count":1,"total":9},{"what":"empty_segments","count":2},"#,
        r#"{"what":"misplaced_segments","count":3},"#,
        r#"{"what":"track","kind":"audio","language":"en"},"#,
        r#"{"what":"rendition","wished":"1080p","reason":"r"}],"#,
        r#""shorter_than_stated_ms":5,"may_fit":true,"ffmpeg_may":true}}"#
    );
    const DONE: &str = concat!(
        r#"{"is":"done","finished":{"file":"a.mp4","size_bytes":1,"duration_ms":2,"#,
        r#""gaps":[],"missing":[{"what":"track","kind":"video","language":null}],"#,
        r#""shorter_than_stated_ms":3,"saved_unix_s":4,"beside":["a.en.vtt"],"#,
        r#""lost":{"bytes":5,"left_out":["tx3g"]},"#,
        r#""facts":[{"what":"samples_lost","track":"audio","samples":12,"at_ms":9,"duration_ms":260},"#,
        r#"{"what":"left_out","name":"MP2 audio","samples":0,"at_ms":0,"duration_ms":0},"#,
        r#"{"what":"gap_shortened","samples":0,"at_ms":1,"duration_ms":2},"#,
        r#"{"what":"moved","track":"video","samples":0,"at_ms":1,"duration_ms":2},"#,
        r#"{"what":"repeated","samples":1,"at_ms":1,"duration_ms":2},"#,
        r#"{"what":"configuration_missing","samples":1,"at_ms":1,"duration_ms":2}],"#,
        r#""subfolder":"a/b","saved_before":true}}"#
    );

    #[test]
    fn a_job_state_is_the_same_on_disk_and_on_the_page() {
        let states = [
            r#"{"is":"queued"}"#,
            r#"{"is":"running"}"#,
            r#"{"is":"paused"}"#,
            r#"{"is":"failed","failure":{"code":"offline","detail":""}}"#,
            FAILED,
            DONE,
        ];
        for text in states {
            let state: JobState = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&state).unwrap(), text);
            let view = view::JobState::from(state);
            assert_eq!(serde_json::to_string(&view).unwrap(), text);
        }
    }
}
