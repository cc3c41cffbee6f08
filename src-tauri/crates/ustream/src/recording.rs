//! What a recording is and where its pieces lie today.

mod audio;
pub(crate) mod file;
mod playlists;
mod renditions;
mod stated;
mod validated_format;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use url::Url;

pub use self::file::{FileKind, SingleFile};
pub use self::playlists::Playlists;
use self::stated::Lost;
pub use self::stated::{LengthSource, LostRendition, Promises, StatedLength};
use self::validated_format::ValidatedFormat;
use crate::api::VideoInfo;
use crate::ums::session::StreamInfo;
use crate::ums::stream::StreamFormat;
use crate::{
    AudioChoice, Choice, Error, Quality, RecordingId, SegmentId, SegmentLocation, SegmentPlan, plan,
};

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
pub struct RenditionTrack {
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
    pub tracks: Vec<RenditionTrack>,
    /// What the service states that it holds; no part of what tells renditions apart.
    #[serde(default)]
    pub promises: Promises,
}

/// A recording as the service shows it now. Never saved: its addresses expire.
#[derive(Clone, Debug)]
pub struct Recording {
    /// Its number.
    pub id: RecordingId,
    /// Its title, as the service has it: clean it before it meets a disk.
    pub title: Option<String>,
    /// What its owner says of it, in lines.
    pub description: Option<String>,
    /// The channel or person it belongs to.
    pub owner: Option<String>,
    /// When it was made, in seconds since 1970.
    pub date_unix_s: Option<i64>,
    /// Its length, from the sources whose unit is known.
    pub duration_ms: Option<u64>,
    /// The lengths that are stated, each with its source.
    pub stated_lengths: Vec<StatedLength>,
    /// Renditions and tracks that are named and cannot be had.
    pub lost_renditions: Vec<LostRendition>,
    /// A picture of it.
    pub thumbnail: Option<Url>,
    /// Its qualities, best first, those of one container together; what differs only in its sound
    /// from one before stands behind all that do not.
    pub renditions: Vec<Rendition>,
    /// Why each of [`Self::lost`] cannot be had.
    lost_errors: Vec<Arc<Error>>,
    sources: Sources,
}

/// Where the pieces lie today.
#[derive(Clone, Debug)]
struct Sources {
    flv: Option<ValidatedFormat>,
    fmp4: Option<ValidatedFormat>,
    /// Where no format has pieces of its own.
    playlists: Option<Playlists>,
    /// Where there is nothing else.
    file: Option<SingleFile>,
    /// Servers, best first.
    base_urls: Vec<String>,
}

impl Sources {
    fn of(&self, container: Container) -> Option<&ValidatedFormat> {
        match container {
            Container::Flv => self.flv.as_ref(),
            Container::Fmp4 => self.fmp4.as_ref(),
            Container::Ts | Container::File => None,
        }
    }
}

/// What a recording is without pieces in a format of their own.
#[derive(Clone, Debug)]
pub enum SourceKind {
    /// Pieces that playlists name.
    Playlists(Playlists),
    /// One finished file.
    File(SingleFile),
}

impl Recording {
    /// A recording of what the control connection and, where it answered, the API say of it.
    ///
    /// A format that cannot be used is left out; fails with its problem where none is left.
    pub fn new(
        id: RecordingId,
        stream: StreamInfo,
        video: Option<VideoInfo>,
    ) -> Result<Self, Error> {
        let stored = &stream.stored;
        let mut lost: Vec<Lost> = Vec::new();
        let mut problem = None;
        let mut check = |format: &Option<StreamFormat>| {
            let format = format.as_ref().filter(|format| format.is_usable())?;
            match ValidatedFormat::new(format) {
                Ok(source) => {
                    lost.extend(source.lost.iter().cloned());
                    Some(source)
                }
                Err(error) => {
                    let error = Arc::new(error);
                    let rows = format.representations.iter();
                    lost.extend(rows.filter_map(|row| Lost::of_representation(row, &error)));
                    problem.get_or_insert(error);
                    None
                }
            }
        };
        let (fmp4, flv) = (check(&stored.fmp4), check(&stored.flv));
        let of_fmp4: Vec<Rendition> = fmp4.iter().flat_map(renditions::of_fmp4).collect();
        if let Some(source) = fmp4.as_ref().filter(|_| of_fmp4.is_empty()) {
            lost.extend(renditions::lost_for_lack_of_audio(source));
        }
        let of_flv = flv.iter().flat_map(renditions::of_flv);
        let renditions: Vec<Rendition> = of_fmp4.into_iter().chain(of_flv).collect();
        if renditions.is_empty() {
            let problem = problem.or(lost.into_iter().next().map(|lost| lost.error));
            return Err(problem.map_or(Error::NoRendition, |error| error.duplicate()));
        }
        let (lost, problems) = split_lost(lost, &renditions);
        let stated = stated_lengths(&stream, video.as_ref(), None);
        let video = video.unwrap_or_default();
        Ok(Self {
            id,
            title: video.title.or(stream.title),
            description: video.description,
            owner: video.owner.or(stream.owner),
            date_unix_s: video.date_unix_s,
            duration_ms: stated::preferred_length_ms(&stated),
            stated_lengths: stated,
            lost_renditions: lost,
            lost_errors: problems,
            thumbnail: video.thumbnail,
            renditions,
            sources: Sources {
                flv,
                fmp4,
                playlists: None,
                file: None,
                base_urls: validated_format::base_urls(&stream.sites),
            },
        })
    }

    /// The longest of the lengths that are stated.
    pub fn stated_ms(&self) -> Option<u64> {
        self.stated_lengths.iter().map(|it| it.duration_ms).max()
    }

    /// The rendition of that name, where it is listed.
    pub fn rendition(&self, id: &RenditionId) -> Option<&Rendition> {
        self.renditions.iter().find(|rendition| rendition.id == *id)
    }

    /// A recording that has no pieces in a format of their own. `stream` is what else is said.
    pub fn from_source(
        id: RecordingId,
        stream: StreamInfo,
        source: SourceKind,
        video: Option<VideoInfo>,
    ) -> Result<Self, Error> {
        let (playlists, file) = match source {
            SourceKind::Playlists(playlists) => (Some(playlists), None),
            SourceKind::File(file) => (None, Some(file)),
        };
        let listed = playlists.as_ref().and_then(Playlists::duration_ms);
        let exact = playlists.as_ref().and_then(Playlists::stated_ms);
        let stated = stated_lengths(&stream, video.as_ref(), exact);
        let duration_ms = stated::preferred_length_ms(&stated).or(listed);
        let video = video.unwrap_or_default();
        let renditions = match (&playlists, &file) {
            (Some(playlists), _) => playlists.renditions(),
            (None, Some(file)) => vec![file.rendition(duration_ms)],
            (None, None) => Vec::new(),
        };
        let lost = playlists.as_ref().map(Playlists::lost).unwrap_or_default();
        if renditions.is_empty() {
            let error = lost.iter().max_by_key(|lost| lost.error.precedence());
            return Err(error.map_or(Error::NoRendition, |lost| lost.error.duplicate()));
        }
        let (lost, problems) = split_lost(lost, &renditions);
        Ok(Self {
            id,
            title: video.title.or(stream.title),
            description: video.description,
            owner: video.owner.or(stream.owner),
            date_unix_s: video.date_unix_s,
            duration_ms,
            stated_lengths: stated,
            lost_renditions: lost,
            lost_errors: problems,
            thumbnail: video.thumbnail,
            renditions,
            sources: Sources {
                flv: None,
                fmp4: None,
                playlists,
                file,
                base_urls: Vec::new(),
            },
        })
    }

    /// Chooses a rendition and lists its segments. Pure.
    ///
    /// Fails with [`Error::NoSound`] where its sounds are in other languages, with the reason why
    /// a rendition is [lost](Self::lost) where only that one would fit, and with
    /// [`Error::NoRendition`] where nothing else fits the choice. Audio alone is never taken for
    /// a recording that has video.
    pub fn plan(&self, choice: &Choice) -> Result<SegmentPlan, Error> {
        if choice.quality != Quality::Audio
            && let Some(problem) = self.lost_video()
        {
            return Err(problem);
        }
        let chosen = renditions::choose(&self.renditions, choice, &self.lost_renditions);
        let plan = chosen.and_then(|rendition| self.plan_of(rendition));
        plan.ok_or_else(|| match &choice.audio {
            AudioChoice::Only(wanted) => {
                self.lost_audio(wanted).unwrap_or_else(|| Error::NoAudio {
                    wanted: wanted.clone(),
                    there: self.languages().into_iter().map(str::to_owned).collect(),
                })
            }
            AudioChoice::Usual | AudioChoice::Prefer(_) | AudioChoice::All => Error::NoRendition,
        })
    }

    /// The rendition or audio track that would have been chosen, had it not been lost; `None`
    /// where `plan` is what was wished.
    pub fn substituted(&self, choice: &Choice, plan: &SegmentPlan) -> Option<&LostRendition> {
        let chosen = self.rendition(&plan.rendition)?;
        stated::substituted(&self.lost_renditions, choice, chosen)
    }

    /// Why its video cannot be had, where it has some and none of it can.
    pub(crate) fn lost_video(&self) -> Option<Error> {
        if self.renditions.iter().any(stated::has_video) {
            return None;
        }
        self.most_specific_loss(|lost| lost.has_video)
    }

    fn lost_audio(&self, wanted: &str) -> Option<Error> {
        self.most_specific_loss(|lost| {
            let language = lost.language.as_deref();
            !lost.has_video && language.is_some_and(|it| audio::matches_wanted(it, wanted))
        })
    }

    fn most_specific_loss(&self, is_meant: impl Fn(&LostRendition) -> bool) -> Option<Error> {
        let meant = self.lost_renditions.iter().zip(&self.lost_errors);
        let meant = meant.filter(|(lost, _)| is_meant(lost));
        let (_, problem) = meant.max_by_key(|(_, problem)| problem.precedence())?;
        Some(problem.duplicate())
    }

    /// The languages of its sounds as far as they are stated, the one first that plays unasked.
    pub fn languages(&self) -> Vec<&str> {
        audio::languages(&self.renditions)
    }

    /// [`Self::renditions`] without those that differ only in their sound from one before.
    pub fn default_renditions(&self) -> impl Iterator<Item = &Rendition> {
        renditions::default_renditions(&self.renditions)
    }

    /// Lists the pieces of one of [`Self::renditions`]; `None` for another recording's.
    pub fn plan_of(&self, rendition: &Rendition) -> Option<SegmentPlan> {
        let rendition = self.renditions.iter().find(|mine| {
            (&mine.id, mine.container) == (&rendition.id, rendition.container)
                && mine.tracks == rendition.tracks
        })?;
        let tracks = &rendition.tracks;
        let (segments, listing) = match (&self.sources.playlists, &self.sources.file) {
            (Some(playlists), _) => (
                playlists.segments(tracks),
                Some(playlists.hash_listing(tracks)),
            ),
            (None, Some(file)) => (file.segments(self.duration_ms), None),
            (None, None) => {
                let source = self.sources.of(rendition.container)?;
                let segments = plan::segments(&source.timeline, tracks, self.stated_ms());
                (segments, Some(source.hash_listing()))
            }
        };
        Some(SegmentPlan {
            recording: self.id,
            rendition: rendition.id.clone(),
            container: rendition.container,
            tracks: rendition.tracks.clone(),
            segments,
            listing,
            stated_ms: self.stated_ms(),
        })
    }

    /// Where a piece of `plan` lies today. Nowhere, where the service no longer lists it.
    pub fn locate(&self, plan: &SegmentPlan, segment: SegmentId) -> SegmentLocation {
        let is_listed = plan.recording == self.id
            && self
                .renditions
                .iter()
                .any(|mine| mine.id == plan.rendition && mine.container == plan.container);
        let track = plan.tracks.get(usize::from(segment.track));
        let Some(track) = track.filter(|_| is_listed) else {
            return SegmentLocation::default();
        };
        if let Some(playlists) = &self.sources.playlists {
            return playlists.locate(track, segment.kind);
        }
        if let Some(file) = &self.sources.file {
            return file.locate(segment.kind);
        }
        let source = self.sources.of(plan.container);
        let urls = source.map(|source| source.locate(&self.sources.base_urls, track, segment.kind));
        SegmentLocation {
            urls: urls.unwrap_or_default(),
            byte_range: None,
        }
    }

    /// About how large `rendition` is, from its bit rate and the length.
    pub fn estimated_bytes(&self, rendition: &Rendition) -> Option<u64> {
        if let Some(file) = &self.sources.file {
            return Some(file.size_bytes());
        }
        Some(u64::from(rendition.bitrate_kbps?) * self.duration_ms? / 8)
    }

    /// The address a person knows it by.
    pub fn link(&self) -> String {
        format!("https://video.ibm.com/recorded/{}", self.id)
    }
}

/// What is lost, without what `renditions` have as well, and why.
fn split_lost(lost: Vec<Lost>, renditions: &[Rendition]) -> (Vec<LostRendition>, Vec<Arc<Error>>) {
    lost.into_iter()
        .filter(|lost| !lost.has_substitute(renditions))
        .map(|lost| (lost.rendition, lost.error))
        .unzip()
}

/// All lengths whose unit is known: what the control connection and the API say, and the sum of
/// the segments where playlists list them.
fn stated_lengths(
    stream: &StreamInfo,
    video: Option<&VideoInfo>,
    playlist_ms: Option<u64>,
) -> Vec<StatedLength> {
    let of = |source, length: Option<u64>| {
        length.map(|duration_ms| StatedLength {
            source,
            duration_ms,
        })
    };
    let api = video.and_then(|video| video.duration_ms);
    [
        of(LengthSource::Control, stream.length_ms()),
        of(LengthSource::Api, api),
        of(LengthSource::Playlist, playlist_ms),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests;
