//! What the service states about a recording: its length, the content of its renditions, and the
//! renditions that are named but cannot be fetched.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::audio::matches_wanted;
use super::renditions::{kind, language, quality_distance};
use crate::ums::stream::Representation;
use crate::{
    AudioChoice, Choice, Error, Quality, Rendition, RenditionTrack, TrackKind, lenient_json,
};

/// The source of a stated length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LengthSource {
    /// `length` of the API, in seconds (documented).
    Api,
    /// `videoLength` of the control connection, in milliseconds (known from published clients).
    Control,
    /// The sum of the segment lengths of a playlist.
    Playlist,
}

/// A length with its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatedLength {
    /// Its source.
    pub source: LengthSource,
    /// Length in milliseconds.
    pub duration_ms: u64,
}

/// What the service states that a rendition holds, by codecs, content types or video sizes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Promises {
    /// Whether video is stated.
    pub video: bool,
    /// Whether audio is stated.
    pub audio: bool,
}

/// A rendition, or an audio track of one, that the service names but that cannot be fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LostRendition {
    /// `1080p`, or the language of an audio track, else its template or the name of its playlist.
    pub name: String,
    /// Video height in pixels, if stated.
    pub height: Option<u32>,
    /// Whether it has video; otherwise it is an audio track.
    pub has_video: bool,
    /// Language of an audio track, if stated.
    pub language: Option<String>,
    /// Whether it is the default audio track of the service.
    pub is_default: bool,
    /// Why it cannot be fetched, in words.
    pub reason: String,
}

/// Returns the length for display: that of the most reliable source.
pub(super) fn preferred_length_ms(stated: &[StatedLength]) -> Option<u64> {
    let of = |source| stated.iter().find(|it| it.source == source);
    [
        LengthSource::Control,
        LengthSource::Api,
        LengthSource::Playlist,
    ]
    .into_iter()
    .find_map(of)
    .map(|it| it.duration_ms)
}

/// A lost rendition, and the error that says why.
#[derive(Clone, Debug)]
pub(crate) struct Lost {
    pub(crate) rendition: LostRendition,
    pub(crate) error: Arc<Error>,
}

impl Lost {
    /// Describes a lost representation; `None` if it does not state what it holds.
    pub(super) fn of_representation(
        representation: &Representation,
        error: &Arc<Error>,
    ) -> Option<Self> {
        let is_flv = lenient_json::has_extension(&representation.segment_url, "flv");
        let kind = kind(representation).or(is_flv.then_some(TrackKind::Both))?;
        let has_video = kind != TrackKind::Audio;
        let language = language(representation);
        let spoken = language.clone().filter(|_| !has_video);
        let name = representation
            .height
            .map(|height| format!("{height}p"))
            .or(spoken);
        let template =
            Some(representation.segment_url.clone()).filter(|template| !template.is_empty());
        let kind_name = if has_video { "video" } else { "audio" };
        let name = name.or(template).unwrap_or_else(|| kind_name.to_owned());
        Some(Self {
            rendition: LostRendition {
                name: lenient_json::clean_text(&name),
                height: representation.height,
                has_video,
                language,
                is_default: representation.is_default,
                reason: error.to_string(),
            },
            error: Arc::clone(error),
        })
    }

    /// Returns whether one of `renditions` replaces it: video of the same height, or audio in the
    /// same language.
    pub(super) fn has_substitute(&self, renditions: &[Rendition]) -> bool {
        let lost = &self.rendition;
        let speaks = |track: &RenditionTrack| {
            track.kind != TrackKind::Video
                && track.language.as_deref().map(str::to_ascii_lowercase)
                    == lost.language.as_deref().map(str::to_ascii_lowercase)
        };
        renditions.iter().any(|one| {
            if lost.has_video {
                lost.height.is_some() && one.height == lost.height && has_video(one)
            } else {
                one.tracks.iter().any(speaks)
            }
        })
    }
}

pub(super) fn has_video(rendition: &Rendition) -> bool {
    let mut tracks = rendition.tracks.iter();
    tracks.any(|track| track.kind != TrackKind::Audio)
}

/// Returns the lost rendition or audio track that would have been chosen instead of `chosen`.
pub(super) fn substituted<'l>(
    lost: &'l [LostRendition],
    choice: &Choice,
    chosen: &Rendition,
) -> Option<&'l LostRendition> {
    let distance = |height: Option<u32>| quality_distance(height, choice.quality);
    let video = lost
        .iter()
        .filter(|it| it.has_video && choice.quality != Quality::Audio)
        .filter(|it| it.height.is_none() || distance(it.height) < distance(chosen.height))
        .min_by_key(|it| distance(it.height));
    let is_requested = |it: &&LostRendition| match &choice.audio {
        AudioChoice::Usual => it.is_default,
        AudioChoice::All => true,
        AudioChoice::Only(wanted) | AudioChoice::Prefer(wanted) => {
            let language = it.language.as_deref();
            language.is_some_and(|language| matches_wanted(language, wanted))
        }
    };
    video.or_else(|| lost.iter().filter(|it| !it.has_video).find(is_requested))
}
