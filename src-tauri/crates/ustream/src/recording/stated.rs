//! What the service promises of a recording: how long it is, what its renditions hold, and which
//! of them cannot be had.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::audio::matches_wanted;
use super::renditions::{kind, language, quality_distance};
use crate::ums::stream::Representation;
use crate::{
    AudioChoice, Choice, Error, Quality, Rendition, RenditionTrack, TrackKind, lenient_json,
};

/// Who states a length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LengthSource {
    /// The API's `length`, in seconds.
    Api,
    /// `videoLength` on the control connection, in milliseconds.
    Control,
    /// The sum of a playlist's segments.
    Playlist,
}

/// A length whose unit is known from where it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatedLength {
    /// Who states it.
    pub source: LengthSource,
    /// The length.
    pub duration_ms: u64,
}

/// What the service states that a rendition holds: by codecs, content types or picture sizes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Promises {
    /// It has video.
    pub video: bool,
    /// It has audio.
    pub audio: bool,
}

/// A rendition, or a track of one, that the service names and that cannot be had.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LostRendition {
    /// `1080p`, or the language of an audio track, else the name of its template or playlist.
    pub name: String,
    /// Picture height, where it is stated.
    pub height: Option<u32>,
    /// It has video; else it is an audio track.
    pub has_video: bool,
    /// Language of an audio track, where it is stated.
    pub language: Option<String>,
    /// The service would play this audio track where nobody chooses.
    pub is_default: bool,
    /// Why it cannot be had, in plain words.
    pub reason: String,
}

/// The length that a person is shown: of several that are stated the one of the source that knows
/// best.
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

/// What is lost, and the error that says why.
#[derive(Clone, Debug)]
pub(crate) struct Lost {
    pub(crate) rendition: LostRendition,
    pub(crate) error: Arc<Error>,
}

impl Lost {
    /// A row of a format; `None` where it does not say what it would be.
    pub(super) fn of_representation(row: &Representation, error: &Arc<Error>) -> Option<Self> {
        let is_flv = lenient_json::ends_with(&row.segment_url, "flv");
        let kind = kind(row).or(is_flv.then_some(TrackKind::Both))?;
        let has_video = kind != TrackKind::Audio;
        let language = language(row);
        let spoken = language.clone().filter(|_| !has_video);
        let name = row.height.map(|height| format!("{height}p")).or(spoken);
        let template = Some(row.segment_url.clone()).filter(|template| !template.is_empty());
        let kind_name = if has_video { "video" } else { "audio" };
        let name = name.or(template).unwrap_or_else(|| kind_name.to_owned());
        Some(Self {
            rendition: LostRendition {
                name: lenient_json::clean_text(&name),
                height: row.height,
                has_video,
                language,
                is_default: row.is_default,
                reason: error.to_string(),
            },
            error: Arc::clone(error),
        })
    }

    /// Whether one of `renditions` is as good: of the same height, or in the same language.
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

/// Of what is lost, the rendition or audio track that would have been chosen instead of `chosen`.
pub(super) fn substituted<'l>(
    lost: &'l [LostRendition],
    choice: &Choice,
    chosen: &Rendition,
) -> Option<&'l LostRendition> {
    let nearness = |height: Option<u32>| quality_distance(height, choice.quality);
    let video = lost
        .iter()
        .filter(|it| it.has_video && choice.quality != Quality::Audio)
        .filter(|it| it.height.is_none() || nearness(it.height) < nearness(chosen.height))
        .min_by_key(|it| nearness(it.height));
    let is_wished = |it: &&LostRendition| match &choice.audio {
        AudioChoice::Usual => it.is_default,
        AudioChoice::All => true,
        AudioChoice::Only(wanted) | AudioChoice::Prefer(wanted) => {
            let language = it.language.as_deref();
            language.is_some_and(|language| matches_wanted(language, wanted))
        }
    };
    video.or_else(|| lost.iter().filter(|it| !it.has_video).find(is_wished))
}
