//! What a recording is and where its pieces lie today.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::{Choice, Error, RecordingId, SegmentId, SegmentPlan};

/// How the service stores a rendition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Container {
    /// Small FLV files, both tracks in one.
    Flv,
    /// Fragmented MP4, each track on its own.
    Fmp4,
    /// MPEG-TS pieces of a playlist.
    Ts,
    /// One whole file.
    File,
}

/// Picture or sound, or both in one piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrackKind {
    /// Picture and sound in one piece.
    Both,
    /// Picture.
    Video,
    /// Sound.
    Audio,
}

/// One row of pieces of a rendition.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Track {
    /// What its pieces hold.
    pub kind: TrackKind,
    /// The service's template of its pieces' addresses: its name, since bit rates change.
    pub template: String,
    /// The template of the initialisation piece, where there is one.
    pub init_template: Option<String>,
    /// Language and country, as `en-US`, where stated.
    pub language: Option<String>,
}

/// Name of a rendition: the templates of its tracks, which do not change while bit rates do.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RenditionId(pub String);

/// One quality of a recording, in one container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendition {
    /// Its name.
    pub id: RenditionId,
    /// How it is stored.
    pub container: Container,
    /// Picture width in pixels.
    pub width: Option<u32>,
    /// Picture height in pixels.
    pub height: Option<u32>,
    /// Measured bit rate of all tracks, in kbit/s.
    pub bitrate_kbps: Option<u32>,
    /// Its rows of pieces.
    pub tracks: Vec<Track>,
}

/// A recording as the service shows it now. Never saved: its addresses expire.
#[derive(Clone, Debug)]
pub struct Recording {
    /// Its number.
    pub id: RecordingId,
    /// Its title, as the service has it: clean it before it meets a disk.
    pub title: Option<String>,
    /// The channel or person it belongs to.
    pub owner: Option<String>,
    /// When it was made, in seconds since 1970.
    pub date_unix_s: Option<i64>,
    /// Its length.
    pub duration_ms: Option<u64>,
    /// A picture of it.
    pub thumbnail: Option<Url>,
    /// Its qualities, best first; those of one container together.
    pub renditions: Vec<Rendition>,
}

impl Recording {
    /// Chooses a rendition and lists its pieces. Pure.
    ///
    /// Fails with [`Error::NoRendition`] where nothing fits the choice.
    pub fn plan(&self, choice: &Choice) -> Result<SegmentPlan, Error> {
        let _ = choice;
        Err(Error::NoRendition)
    }

    /// Where a piece of `plan` lies today, best first. Empty where the service no longer lists it.
    pub fn locate(&self, plan: &SegmentPlan, segment: SegmentId) -> Vec<Url> {
        let _ = (plan, segment);
        Vec::new()
    }

    /// About how large `rendition` is, from its bit rate and the length.
    pub fn about_bytes(&self, rendition: &Rendition) -> Option<u64> {
        Some(u64::from(rendition.bitrate_kbps?) * self.duration_ms? / 8)
    }

    /// The address a person knows it by.
    pub fn link(&self) -> String {
        format!("https://video.ibm.com/recorded/{}", self.id)
    }
}
