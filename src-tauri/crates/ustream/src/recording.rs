//! A recording as the service describes it now: renditions, stated lengths, URLs of segments. And the
//! plan of a stream that is still running.

mod audio;
pub(crate) mod file;
mod live;
mod playlists;
mod renditions;
mod stated;
mod validated_format;

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use url::Url;

pub use self::file::{FileKind, SingleFile};
pub use self::live::{LiveChange, LivePlan, LiveUpdate};
pub use self::playlists::Playlists;
use self::stated::Lost;
pub use self::stated::{LengthSource, LostRendition, Promises, StatedLength};
use self::validated_format::ValidatedFormat;
use crate::api::VideoInfo;
use crate::ums::session::StreamInfo;
use crate::ums::stream::StreamFormat;
use crate::{
    AudioChoice, Choice, Error, MediaId, Quality, SegmentId, SegmentLocation, SegmentPlan, plan,
};

/// The container in which the service stores a rendition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Container {
    /// FLV segments (`flv/segmented`), audio and video in one.
    Flv,
    /// Fragmented MP4 segments (`mp4/segmented` or HLS), each track separate.
    Fmp4,
    /// MPEG-TS segments of HLS playlists.
    Ts,
    /// One finished file.
    File,
}

impl fmt::Display for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Flv => "flv",
            Self::Fmp4 => "fmp4",
            Self::Ts => "ts",
            Self::File => "file",
        })
    }
}

/// What the segments of a track hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrackKind {
    /// Audio and video in one segment.
    Both,
    /// Video.
    Video,
    /// Audio.
    Audio,
}

/// One track of a rendition, as the service stores it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RenditionTrack {
    /// What its segments hold.
    pub kind: TrackKind,
    /// Identifies the track: the URL template of its segments, or the name of its playlist or file.
    pub template: String,
    /// The same for its init segment, if it has one.
    pub init_template: Option<String>,
    /// Language and country, such as `en-US`, if stated.
    pub language: Option<String>,
}

/// Identifies a rendition by the templates of its tracks, which are stable, unlike bit rates.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RenditionId(pub String);

/// One quality of a recording, in one container.
///
/// `None` means that the service does not state the value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendition {
    /// Its id.
    pub id: RenditionId,
    /// Its container.
    pub container: Container,
    /// Video width in pixels.
    pub width: Option<u32>,
    /// Video height in pixels.
    pub height: Option<u32>,
    /// Bit rate of all tracks together, in kbit/s, as measured by the service.
    pub bitrate_kbps: Option<u32>,
    /// Its tracks.
    pub tracks: Vec<RenditionTrack>,
    /// What the service states that it holds. Not part of its identity.
    #[serde(default)]
    pub promises: Promises,
}

impl Rendition {
    /// Returns whether it has no track with video.
    pub fn is_audio_only(&self) -> bool {
        plan::are_audio(&self.tracks)
    }
}

/// A recording, or the running stream of a channel, as the service describes it now. Never saved: its
/// URLs expire.
#[derive(Clone, Debug)]
pub struct Recording {
    /// Its number, or that of the channel whose running stream it is.
    pub id: MediaId,
    /// Title in the service's words. Not safe as a file name.
    pub title: Option<String>,
    /// The owner's description; may have several lines.
    pub description: Option<String>,
    /// User name of the owner.
    pub owner: Option<String>,
    /// Creation time, in seconds since 1970 UTC.
    pub date_unix_s: Option<i64>,
    /// Length in milliseconds for display, from the most reliable source.
    pub duration_ms: Option<u64>,
    /// All stated lengths, each with its source.
    pub stated_lengths: Vec<StatedLength>,
    /// Renditions and tracks that the service names but that cannot be fetched.
    pub lost_renditions: Vec<LostRendition>,
    /// URL of a thumbnail.
    pub thumbnail: Option<Url>,
    /// Its renditions: by container, best first; those that differ from an earlier one only in
    /// audio come last.
    pub renditions: Vec<Rendition>,
    /// The errors of [`Self::lost_renditions`], in the same order.
    lost_errors: Vec<Arc<Error>>,
    sources: Sources,
}

/// Where the segments are now.
#[derive(Clone, Debug, Default)]
struct Sources {
    flv: Option<ValidatedFormat>,
    fmp4: Option<ValidatedFormat>,
    /// Set if there is no segmented format.
    playlists: Option<Playlists>,
    /// Set if there is nothing else.
    file: Option<SingleFile>,
    /// URLs of servers, the preferred one first.
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

/// The source of a recording that has no segmented format.
#[derive(Clone, Debug)]
pub enum SourceKind {
    /// Segments of HLS playlists.
    Playlists(Playlists),
    /// One finished file.
    File(SingleFile),
}

impl Recording {
    /// Creates a recording with segmented formats from the information of the control connection
    /// and, if available, of the API.
    ///
    /// Unusable formats are left out; fails with the problem of the first if none is left.
    pub fn new(
        id: impl Into<MediaId>,
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
                    let all = format.representations.iter();
                    lost.extend(all.filter_map(|it| Lost::of_representation(it, &error)));
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
        let sources = Sources {
            flv,
            fmp4,
            base_urls: validated_format::base_urls(&stream.sites),
            ..Sources::default()
        };
        Ok(Self::assemble(
            id.into(),
            (stream, video),
            (renditions, lost),
            sources,
        ))
    }

    /// Returns the longest stated length in milliseconds.
    pub fn stated_ms(&self) -> Option<u64> {
        self.stated_lengths.iter().map(|it| it.duration_ms).max()
    }

    /// Returns the rendition with this id.
    pub fn rendition(&self, id: &RenditionId) -> Option<&Rendition> {
        self.renditions.iter().find(|rendition| rendition.id == *id)
    }

    /// Creates a recording without segmented formats. `stream` holds the rest of the information.
    ///
    /// Fails with the most specific error of its lost renditions if it has no rendition.
    pub fn from_source(
        id: impl Into<MediaId>,
        stream: StreamInfo,
        source: SourceKind,
        video: Option<VideoInfo>,
    ) -> Result<Self, Error> {
        let (renditions, lost, sources) = match source {
            SourceKind::Playlists(playlists) => (
                playlists.renditions(),
                playlists.lost(),
                Sources {
                    playlists: Some(playlists),
                    ..Sources::default()
                },
            ),
            SourceKind::File(file) => {
                let stated = stated_lengths(&stream, video.as_ref(), None);
                let rendition = file.rendition(stated::preferred_length_ms(&stated));
                let sources = Sources {
                    file: Some(file),
                    ..Sources::default()
                };
                (vec![rendition], Vec::new(), sources)
            }
        };
        if renditions.is_empty() {
            let error = lost.iter().max_by_key(|lost| lost.error.precedence());
            return Err(error.map_or(Error::NoRendition, |lost| lost.error.duplicate()));
        }
        Ok(Self::assemble(
            id.into(),
            (stream, video),
            (renditions, lost),
            sources,
        ))
    }

    fn assemble(
        id: MediaId,
        (stream, video): (StreamInfo, Option<VideoInfo>),
        (renditions, lost): (Vec<Rendition>, Vec<Lost>),
        sources: Sources,
    ) -> Self {
        let playlists = sources.playlists.as_ref();
        let exact_ms = playlists.and_then(Playlists::stated_ms);
        let stated_lengths = stated_lengths(&stream, video.as_ref(), exact_ms);
        let duration_ms = stated::preferred_length_ms(&stated_lengths)
            .or_else(|| playlists.and_then(Playlists::duration_ms));
        let (lost_renditions, lost_errors) = split_lost(lost, &renditions);
        let video = video.unwrap_or_default();
        Self {
            id,
            title: video.title.or(stream.title),
            description: video.description,
            owner: video.owner.or(stream.owner),
            date_unix_s: video.date_unix_s,
            duration_ms,
            stated_lengths,
            lost_renditions,
            lost_errors,
            thumbnail: video.thumbnail,
            renditions,
            sources,
        }
    }

    /// Chooses a rendition and lists its segments. Pure.
    ///
    /// Fails with [`Error::NoAudio`] if only other languages are available, with the error of a
    /// [lost](Self::lost_renditions) rendition if only that one would fit, else with
    /// [`Error::NoRendition`]. Audio alone is never chosen for a recording that has video, unless
    /// the choice asks for it.
    pub fn plan(&self, choice: &Choice) -> Result<SegmentPlan, Error> {
        let plan = self.plan_of(self.choose(choice)?);
        let plan = plan.ok_or(Error::NoRendition)?;
        tracing::info!(
            "chosen of {} renditions: {} as {:?}, {} segments",
            self.renditions.len(),
            plan.rendition.0,
            plan.container,
            plan.segments.len(),
        );
        Ok(plan)
    }

    /// Chooses a rendition; fails like [`Self::plan`].
    fn choose(&self, choice: &Choice) -> Result<&Rendition, Error> {
        if choice.quality != Quality::Audio
            && let Some(problem) = self.lost_video()
        {
            return Err(problem);
        }
        let chosen = renditions::choose(&self.renditions, choice, &self.lost_renditions);
        chosen.ok_or_else(|| match &choice.audio {
            AudioChoice::Only(wanted) => {
                self.lost_audio(wanted).unwrap_or_else(|| Error::NoAudio {
                    wanted: wanted.clone(),
                    there: self.languages().into_iter().map(str::to_owned).collect(),
                })
            }
            AudioChoice::Usual | AudioChoice::Prefer(_) | AudioChoice::All => Error::NoRendition,
        })
    }

    /// Returns the format of a rendition that has segments of its own.
    fn format_of(&self, rendition: &Rendition) -> Option<&ValidatedFormat> {
        self.sources.of(rendition.container)
    }

    /// Returns the lost rendition or audio track that would have been chosen instead of `plan`;
    /// `None` if `plan` is exactly what was chosen.
    pub fn substituted(&self, choice: &Choice, plan: &SegmentPlan) -> Option<&LostRendition> {
        let chosen = self.rendition(&plan.rendition)?;
        stated::substituted(&self.lost_renditions, choice, chosen)
    }

    /// Returns why the video is lost, if there is some and none of it can be fetched.
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

    /// Returns the stated languages of its audio, the default one first.
    pub fn languages(&self) -> Vec<&str> {
        audio::languages(&self.renditions)
    }

    /// Returns [`Self::renditions`] without those that differ from an earlier one only in audio.
    pub fn default_renditions(&self) -> impl Iterator<Item = &Rendition> {
        renditions::default_renditions(&self.renditions)
    }

    /// Lists the segments of one of [`Self::renditions`]; `None` for a foreign rendition.
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
            media: self.id,
            rendition: rendition.id.clone(),
            container: rendition.container,
            tracks: rendition.tracks.clone(),
            segments,
            listing,
            stated_ms: self.stated_ms(),
        })
    }

    /// Returns where a segment of `plan` is now. The URLs are empty if the service no longer lists
    /// it.
    pub fn locate(&self, plan: &SegmentPlan, segment: SegmentId) -> SegmentLocation {
        let is_listed = plan.media == self.id
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

    /// Estimates the size of `rendition` in bytes from bit rate and length; exact for a single file.
    pub fn estimated_bytes(&self, rendition: &Rendition) -> Option<u64> {
        if let Some(file) = &self.sources.file {
            return Some(file.size_bytes());
        }
        Some(u64::from(rendition.bitrate_kbps?) * self.duration_ms? / 8)
    }

    /// Returns the public URL.
    pub fn link(&self) -> String {
        self.id.link()
    }
}

/// Splits lost renditions from their errors, without those that `renditions` can replace.
fn split_lost(lost: Vec<Lost>, renditions: &[Rendition]) -> (Vec<LostRendition>, Vec<Arc<Error>>) {
    lost.into_iter()
        .filter(|lost| !lost.has_substitute(renditions))
        .map(|lost| (lost.rendition, lost.error))
        .unzip()
}

/// Collects the stated lengths whose unit is known: control connection, API, playlists.
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
