//! A recording made of HLS playlists: its renditions, and the URLs of their segments.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use url::Url;

use super::audio::audio_sets;
use super::stated::Lost;
use super::validated_format;
use crate::hls::{AudioRendition, MasterPlaylist, MediaPlaylist, PlaylistSegment, Variant};
use crate::plan::{ByteRange, Presence, Segment, SegmentId, SegmentKind, SegmentLocation};
use crate::{
    Container, Error, HashListing, LostRendition, MediaId, Promises, Rendition, RenditionId,
    RenditionTrack, TrackKind, lenient_json,
};

/// The media playlists that could be fetched.
#[derive(Clone, Debug, Default)]
pub struct Playlists {
    fetched: Arc<Vec<NamedPlaylist>>,
    /// Audio renditions without a playlist: they are muxed into the segments of their variants.
    muxed_audio: Arc<Vec<AudioRendition>>,
    /// All audio groups, fetched or not.
    audio_groups: Arc<HashSet<String>>,
    /// What the master playlist names and could not be fetched.
    lost: Arc<Vec<Lost>>,
}

/// One media playlist, and its [stable name](stable_name).
#[derive(Clone, Debug)]
struct NamedPlaylist {
    name: String,
    kind: PlaylistKind,
    media: Arc<MediaPlaylist>,
}

#[derive(Clone, Debug)]
enum PlaylistKind {
    Variant(Variant),
    Audio(AudioRendition),
}

impl Playlists {
    /// Takes over what `master` names. `fetch` returns the media playlist of a URL, or why it is
    /// missing.
    pub fn new(
        media: impl Into<MediaId>,
        master: MasterPlaylist,
        mut fetch: impl FnMut(&Url) -> Result<Arc<MediaPlaylist>, Arc<Error>>,
    ) -> Self {
        let media = media.into();
        let audio_groups: HashSet<String> = master
            .audio_renditions
            .iter()
            .map(|it| it.group.clone())
            .collect();
        let variants = master
            .variants
            .into_iter()
            .map(|it| (it.url.clone(), PlaylistKind::Variant(it)));
        let (separate, muxed): (Vec<_>, Vec<_>) = master
            .audio_renditions
            .into_iter()
            .partition(|it| it.url.is_some());
        let audio = separate
            .into_iter()
            .filter_map(|it| Some((it.url.clone()?, PlaylistKind::Audio(it))));
        let (mut found, mut lost) = (Vec::new(), Vec::new());
        let mut names = HashSet::new();
        for (url, kind) in variants.chain(audio) {
            // Named before it is fetched, so that the names of others do not depend on the result.
            let mut name = stable_name(media, &url);
            for number in 2.. {
                if names.insert(name.clone()) {
                    break;
                }
                name = format!("{}#{number}", stable_name(media, &url));
            }
            match fetch(&url) {
                Ok(media) => found.push(NamedPlaylist { name, kind, media }),
                Err(error) => lost.push(kind.lost(&name, &error)),
            }
        }
        let mut playlists = Self {
            fetched: Arc::new(found),
            muxed_audio: Arc::new(muxed),
            audio_groups: Arc::new(audio_groups),
            lost: Arc::default(),
        };
        lost.extend(playlists.without_audio(&lost));
        playlists.lost = Arc::new(lost);
        playlists
    }

    /// Returns what the master playlist names and could not be fetched.
    pub(crate) fn lost(&self) -> Vec<Lost> {
        Vec::clone(&self.lost)
    }

    /// Returns variants that were fetched but make no rendition, since none of their audio can be
    /// combined with them.
    fn without_audio(&self, lost: &[Lost]) -> Vec<Lost> {
        let mut silent = Vec::new();
        for playlist in &*self.fetched {
            let PlaylistKind::Variant(variant) = &playlist.kind else {
                continue;
            };
            if variant.is_audio_only || !self.with_audio(playlist, variant).is_empty() {
                continue;
            }
            let lost_audio = lost.iter().filter(|lost| !lost.rendition.has_video);
            let error = lost_audio.map(|lost| Arc::clone(&lost.error)).next();
            let error = error.unwrap_or_else(|| {
                let problem = "video and audio in containers of different kinds";
                Arc::new(Error::Unsupported(problem.to_owned()))
            });
            silent.push(playlist.kind.lost(&playlist.name, &error));
        }
        silent
    }

    /// Returns the length of the longest playlist. That of a running stream is only a part.
    pub(crate) fn duration_ms(&self) -> Option<u64> {
        let ended = self.fetched.iter().filter(|it| it.media.is_ended);
        ended.map(|it| it.media.duration_ms).max()
    }

    /// Returns the length of the longest playlist whose segment lengths are not rounded to whole
    /// seconds.
    pub(crate) fn stated_ms(&self) -> Option<u64> {
        let ended = self.fetched.iter().filter(|it| it.media.is_ended);
        let exact = ended.filter(|it| it.media.is_exact);
        exact.map(|it| it.media.duration_ms).max()
    }

    /// Returns digests of the segments' paths and byte ranges, which identify this version of the
    /// recording. Host and query are left out: they change with every request.
    pub(crate) fn hash_listing(&self, tracks: &[RenditionTrack]) -> HashListing {
        let mut digests: BTreeMap<u64, Fnv1a> = BTreeMap::new();
        for NamedPlaylist { media, .. } in tracks.iter().filter_map(|track| self.playlist(track)) {
            for segment in &media.segments {
                digests
                    .entry(segment.number)
                    .or_default()
                    .add_segment(media, segment);
            }
        }
        let hashes = digests.into_iter().map(|(number, it)| (number, it.hex()));
        HashListing {
            paths: Vec::new(),
            hashes: hashes.collect(),
        }
    }

    /// Returns each video with its default audio, then each audio alone, then each video with other
    /// audio.
    pub(crate) fn renditions(&self) -> Vec<Rendition> {
        let mut variants: Vec<(&NamedPlaylist, &Variant)> = self
            .fetched
            .iter()
            .filter_map(|playlist| match &playlist.kind {
                PlaylistKind::Variant(variant) => Some((playlist, variant)),
                PlaylistKind::Audio(_) => None,
            })
            .collect();
        variants.sort_by_key(|(_, it)| (Reverse(it.height), Reverse(it.bitrate_kbps)));
        let (audio_only, videos): (Vec<_>, Vec<_>) = variants
            .into_iter()
            .partition(|(_, variant)| variant.is_audio_only);
        let (mut default, mut others) = (Vec::new(), Vec::new());
        for (playlist, variant) in videos {
            let mut with_audio = self.with_audio(playlist, variant).into_iter();
            default.extend(with_audio.next());
            others.extend(with_audio);
        }
        let audio_only = audio_only.into_iter().map(|(playlist, variant)| Rendition {
            bitrate_kbps: variant.bitrate_kbps,
            promises: variant.promises,
            ..rendition(
                playlist.container(),
                vec![playlist.track(TrackKind::Audio, None)],
            )
        });
        let separate: Vec<RenditionTrack> = self
            .audio_renditions()
            .map(|(playlist, audio)| playlist.audio_track(audio))
            .collect();
        let together = audio_sets(&separate, |track| track.language.as_deref());
        let together = together.into_iter().filter(|set| set.len() > 1);
        let separate = separate.iter().map(|track| vec![track.clone()]);
        let of_audio = |tracks: Vec<RenditionTrack>| {
            let promises = Promises {
                video: false,
                audio: true,
            };
            Some(Rendition {
                promises,
                ..rendition(self.container(&tracks)?, tracks)
            })
        };
        let mut seen = HashSet::new();
        default
            .into_iter()
            .chain(audio_only)
            .chain(separate.filter_map(of_audio))
            .chain(others)
            .chain(together.filter_map(of_audio))
            .filter(|rendition| seen.insert(rendition.id.clone()))
            .collect()
    }

    /// Returns the container of `tracks`; `None` if they differ, since they cannot be combined.
    fn container(&self, tracks: &[RenditionTrack]) -> Option<Container> {
        let mut kinds = tracks
            .iter()
            .map(|track| self.playlist(track).map(NamedPlaylist::container));
        let first = kinds.next()??;
        kinds.all(|kind| kind == Some(first)).then_some(first)
    }

    fn audio_renditions(&self) -> impl Iterator<Item = (&NamedPlaylist, &AudioRendition)> {
        let mut audio: Vec<_> = self
            .fetched
            .iter()
            .filter_map(|playlist| match &playlist.kind {
                PlaylistKind::Audio(audio) => Some((playlist, audio)),
                PlaylistKind::Variant(_) => None,
            })
            .collect();
        audio.sort_by_key(|(_, audio)| !audio.is_default);
        audio.into_iter()
    }

    /// Combines a variant with its audio, the default first. Returns nothing if the audio could not
    /// be fetched: the movie would be silent.
    fn with_audio(&self, playlist: &NamedPlaylist, variant: &Variant) -> Vec<Rendition> {
        let group = variant.audio_group.as_deref();
        let of_group = |audio: &AudioRendition| Some(audio.group.as_str()) == group;
        let both = |audio: &AudioRendition| {
            let track = playlist.track(TrackKind::Both, audio.language.clone());
            (audio.is_default, track)
        };
        let muxed = self
            .muxed_audio
            .iter()
            .filter(|audio| of_group(audio))
            .map(both);
        let separate = self.audio_renditions().filter(|(_, audio)| of_group(audio));
        let separate = separate.map(|(from, audio)| (audio.is_default, from.audio_track(audio)));
        let mut audio: Vec<_> = muxed.chain(separate).collect();
        audio.sort_by_key(|(is_default, _)| !is_default);
        if !group.is_some_and(|group| self.audio_groups.contains(group)) {
            audio.push((true, playlist.track(TrackKind::Both, None)));
        }
        audio_sets(&audio, |(_, track)| track.language.as_deref())
            .into_iter()
            .filter_map(|set| {
                let tracks = set.into_iter().map(|(_, track)| track);
                let (both, separate): (Vec<_>, Vec<_>) =
                    tracks.partition(|track| track.kind == TrackKind::Both);
                let video = both.into_iter().next();
                let video = video.unwrap_or_else(|| playlist.track(TrackKind::Video, None));
                let promises = Promises {
                    audio: variant.promises.audio || !separate.is_empty(),
                    ..variant.promises
                };
                let tracks: Vec<_> = std::iter::once(video).chain(separate).collect();
                Some(Rendition {
                    promises,
                    width: variant.width,
                    height: variant.height,
                    bitrate_kbps: variant.bitrate_kbps,
                    ..rendition(self.container(&tracks)?, tracks)
                })
            })
            .collect()
    }

    /// Lists the segments of `tracks`: init segments first, then media segments by time.
    pub(crate) fn segments(&self, tracks: &[RenditionTrack]) -> Vec<Segment> {
        let mut segments = Vec::new();
        for (track, playlist) in (0_u8..).zip(tracks.iter().map(|track| self.playlist(track))) {
            let Some(NamedPlaylist { media, .. }) = playlist else {
                continue;
            };
            let segment = |kind, start_ms, duration_ms| Segment {
                id: SegmentId { track, kind },
                start_ms,
                duration_ms,
                presence: Presence::Sure,
            };
            segments.extend(
                media
                    .init
                    .as_ref()
                    .map(|_| segment(SegmentKind::Init, 0, 0)),
            );
            segments.extend(media.segments.iter().map(|it| {
                let kind = SegmentKind::Media(it.number);
                segment(kind, it.start_ms, it.duration_ms)
            }));
        }
        segments.sort_by_key(|it| (it.id.kind != SegmentKind::Init, it.start_ms, it.id.track));
        segments
    }

    /// Returns where a segment is now; without URLs if the playlists do not have it.
    pub(crate) fn locate(&self, track: &RenditionTrack, kind: SegmentKind) -> SegmentLocation {
        let found = self
            .playlist(track)
            .and_then(|NamedPlaylist { media, .. }| {
                let resource = match kind {
                    SegmentKind::Init => media.init.as_ref()?,
                    SegmentKind::Media(number) => media.segment(number)?.resource.as_ref()?,
                };
                Some(SegmentLocation {
                    urls: validated_format::mirrors(media.url_of(resource)?),
                    byte_range: resource.range.clone().map(ByteRange::new),
                })
            });
        found.unwrap_or_default()
    }

    /// Returns the media playlist of this name.
    pub(crate) fn media(&self, name: &str) -> Option<&MediaPlaylist> {
        let named = self.fetched.iter().find(|it| it.name == name);
        named.map(|it| &*it.media)
    }

    /// Returns the names of the media playlists, and their URLs as the master playlist has them.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = (&str, &Url)> {
        self.fetched.iter().filter_map(|it| {
            let url = match &it.kind {
                PlaylistKind::Variant(variant) => &variant.url,
                PlaylistKind::Audio(audio) => audio.url.as_ref()?,
            };
            Some((it.name.as_str(), url))
        })
    }

    /// Replaces the media playlist of this name by a later one. Returns whether that is another.
    pub(crate) fn replace(&mut self, name: &str, media: MediaPlaylist) -> bool {
        let is_another = self.media(name).is_some_and(|known| *known != media);
        if is_another
            && let Some(named) = Arc::make_mut(&mut self.fetched)
                .iter_mut()
                .find(|it| it.name == name)
        {
            named.media = Arc::new(media);
        }
        is_another
    }

    fn playlist(&self, track: &RenditionTrack) -> Option<&NamedPlaylist> {
        self.fetched.iter().find(|it| it.name == track.template)
    }
}

impl PlaylistKind {
    fn lost(&self, name: &str, error: &Arc<Error>) -> Lost {
        let named = |text: Option<String>| {
            lenient_json::clean_text(&text.unwrap_or_else(|| name.to_owned()))
        };
        let rendition = match self {
            Self::Variant(variant) => LostRendition {
                name: named(variant.height.map(|height| format!("{height}p"))),
                height: variant.height,
                has_video: !variant.is_audio_only,
                reason: error.to_string(),
                ..LostRendition::default()
            },
            Self::Audio(audio) => LostRendition {
                name: named(audio.language.clone()),
                language: audio.language.clone(),
                is_default: audio.is_default,
                reason: error.to_string(),
                ..LostRendition::default()
            },
        };
        Lost {
            rendition,
            error: Arc::clone(error),
        }
    }
}

/// FNV-1a hash with 64 bits. Tells names apart; not cryptographic.
struct Fnv1a(u64);

impl Default for Fnv1a {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv1a {
    fn add_segment(&mut self, media: &MediaPlaylist, segment: &PlaylistSegment) {
        let Some(resource) = &segment.resource else {
            return;
        };
        let Some(url) = media.url_of(resource) else {
            return;
        };
        let range = resource.range.clone().unwrap_or_default();
        self.update(url.path().as_bytes());
        self.update(&range.start.to_be_bytes());
        self.update(&range.end.to_be_bytes());
    }

    fn update(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn hex(&self) -> String {
        format!("{:016x}", self.0)
    }
}

/// Returns a digest of a segment's file name and byte range. Host, folders and query are left out: they
/// may change while the stream runs, with a server or a signature.
pub(super) fn name_digest(url: &Url, range: Option<&Range<u64>>) -> u64 {
    let mut digest = Fnv1a::default();
    let name = url.path().rsplit('/').next().unwrap_or_default();
    digest.update(name.as_bytes());
    if let Some(range) = range {
        digest.update(&range.start.to_be_bytes());
        digest.update(&range.end.to_be_bytes());
    }
    digest.0
}

impl NamedPlaylist {
    fn container(&self) -> Container {
        match self.media.init {
            Some(_) => Container::Fmp4,
            None => Container::Ts,
        }
    }

    fn track(&self, kind: TrackKind, language: Option<String>) -> RenditionTrack {
        RenditionTrack {
            kind,
            template: self.name.clone(),
            // Not the URL, which expires: this only says that there is an init segment.
            init_template: self.media.init.as_ref().map(|_| self.name.clone()),
            language,
        }
    }

    fn audio_track(&self, audio: &AudioRendition) -> RenditionTrack {
        self.track(TrackKind::Audio, audio.language.clone())
    }
}

fn rendition(container: Container, tracks: Vec<RenditionTrack>) -> Rendition {
    let names: Vec<&str> = tracks.iter().map(|track| track.template.as_str()).collect();
    // With muxed audio in the first track the same playlists make another rendition.
    let is_muxed = |track: &RenditionTrack| track.kind == TrackKind::Both;
    let separator = if tracks.first().is_some_and(is_muxed) {
        " + "
    } else {
        " "
    };
    Rendition {
        id: RenditionId(names.join(separator)),
        container,
        width: None,
        height: None,
        bitrate_kbps: None,
        tracks,
        promises: Promises::default(),
    }
}

/// Returns the part of a playlist's URL that does not change with host, token and signature: the
/// path behind the number of the recording or channel, `8/playlist.m3u8`.
fn stable_name(media: MediaId, url: &Url) -> String {
    let path = url.path();
    let number = format!("/{media}/");
    let tail = path.split_once(&number).map_or(path, |(_, tail)| tail);
    tail.trim_start_matches('/').to_owned()
}

#[cfg(test)]
mod tests;
