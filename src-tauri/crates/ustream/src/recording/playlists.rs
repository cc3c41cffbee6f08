//! The renditions of a recording's playlists, and where their pieces lie.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use url::Url;

use super::audio::audio_sets;
use super::stated::Lost;
use super::validated_format;
use crate::hls::{AudioRendition, MasterPlaylist, MediaPlaylist, PlaylistSegment, Variant};
use crate::plan::{ByteRange, Presence, Segment, SegmentId, SegmentKind, SegmentLocation};
use crate::{
    Container, Error, HashListing, LostRendition, Promises, RecordingId, Rendition, RenditionId,
    RenditionTrack, TrackKind, lenient_json,
};

/// The media playlists that could be had, by what a plan calls them.
#[derive(Clone, Debug, Default)]
pub struct Playlists {
    playlists: Arc<Vec<NamedPlaylist>>,
    /// Sounds that lie in the pieces of their streams.
    muxed_audio: Arc<Vec<AudioRendition>>,
    /// Groups of sounds, be they here or not.
    audio_groups: Arc<HashSet<String>>,
    /// What was named and could not be had.
    lost: Arc<Vec<Lost>>,
}

/// One media playlist.
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
    /// Takes over what `master` names, as far as it could be fetched.
    pub fn new(
        recording: RecordingId,
        master: MasterPlaylist,
        mut fetch: impl FnMut(&Url) -> Result<Arc<MediaPlaylist>, Arc<Error>>,
    ) -> Self {
        let groups: HashSet<String> = master
            .audio_renditions
            .iter()
            .map(|it| it.group.clone())
            .collect();
        let streams = master
            .variants
            .into_iter()
            .map(|it| (it.url.clone(), PlaylistKind::Variant(it)));
        let (apart, mixed): (Vec<_>, Vec<_>) = master
            .audio_renditions
            .into_iter()
            .partition(|it| it.url.is_some());
        let sounds = apart
            .into_iter()
            .filter_map(|it| Some((it.url.clone()?, PlaylistKind::Audio(it))));
        let (mut rows, mut lost) = (Vec::new(), Vec::new());
        let mut names = HashSet::new();
        for (url, what) in streams.chain(sounds) {
            // Named before it is known to be there: others keep their names where one is gone.
            let mut name = stable_name(recording, &url);
            for number in 2.. {
                if names.insert(name.clone()) {
                    break;
                }
                name = format!("{}#{number}", self::stable_name(recording, &url));
            }
            match fetch(&url) {
                Ok(media) => rows.push(NamedPlaylist {
                    name,
                    kind: what,
                    media,
                }),
                Err(error) => lost.push(what.lost(&name, &error)),
            }
        }
        let mut playlists = Self {
            playlists: Arc::new(rows),
            muxed_audio: Arc::new(mixed),
            audio_groups: Arc::new(groups),
            lost: Arc::default(),
        };
        lost.extend(playlists.without_audio(&lost));
        playlists.lost = Arc::new(lost);
        playlists
    }

    /// What was named and could not be had.
    pub(crate) fn lost(&self) -> Vec<Lost> {
        Vec::clone(&self.lost)
    }

    /// Streams that are here and make no rendition, since none of their sounds can be had with
    /// them.
    fn without_audio(&self, lost: &[Lost]) -> Vec<Lost> {
        let mut silent = Vec::new();
        for row in &*self.playlists {
            let PlaylistKind::Variant(stream) = &row.kind else {
                continue;
            };
            if stream.is_audio_only || !self.with_audio(row, stream).is_empty() {
                continue;
            }
            let of_sounds = lost.iter().filter(|lost| !lost.rendition.has_video);
            let error = of_sounds.map(|lost| Arc::clone(&lost.error)).next();
            let error = error.unwrap_or_else(|| {
                let problem = "video and audio in containers of different kinds";
                Arc::new(Error::Unsupported(problem.to_owned()))
            });
            silent.push(row.kind.lost(&row.name, &error));
        }
        silent
    }

    /// The length of the longest.
    pub(crate) fn duration_ms(&self) -> Option<u64> {
        self.playlists.iter().map(|row| row.media.duration_ms).max()
    }

    /// The length of the longest, where its segments' lengths are not rounded to whole seconds.
    pub(crate) fn stated_ms(&self) -> Option<u64> {
        let exact = self.playlists.iter().filter(|row| row.media.is_exact);
        exact.map(|row| row.media.duration_ms).max()
    }

    /// What tells this version of the recording from another: the names of the segments without
    /// host and query, which change with every look, as digests.
    pub(crate) fn hash_listing(&self, tracks: &[RenditionTrack]) -> HashListing {
        let mut digests: BTreeMap<u64, Fnv1a> = BTreeMap::new();
        for NamedPlaylist { media, .. } in tracks.iter().filter_map(|track| self.playlist(track)) {
            for piece in &media.segments {
                digests
                    .entry(piece.number)
                    .or_default()
                    .add_segment(media, piece);
            }
        }
        let hashes = digests.into_iter().map(|(number, it)| (number, it.hex()));
        HashListing {
            paths: Vec::new(),
            hashes: hashes.collect(),
        }
    }

    /// Each picture with the sound that the service would choose, then each sound alone, then each
    /// picture with other sounds.
    pub(crate) fn renditions(&self) -> Vec<Rendition> {
        let mut streams: Vec<(&NamedPlaylist, &Variant)> = self
            .playlists
            .iter()
            .filter_map(|row| match &row.kind {
                PlaylistKind::Variant(variant) => Some((row, variant)),
                PlaylistKind::Audio(_) => None,
            })
            .collect();
        streams.sort_by_key(|(_, stream)| (Reverse(stream.height), Reverse(stream.bitrate_kbps)));
        let (sounds, pictures): (Vec<_>, Vec<_>) = streams
            .into_iter()
            .partition(|(_, stream)| stream.is_audio_only);
        let (mut usual, mut others) = (Vec::new(), Vec::new());
        for (row, stream) in pictures {
            let mut with_sounds = self.with_audio(row, stream).into_iter();
            usual.extend(with_sounds.next());
            others.extend(with_sounds);
        }
        let sounds = sounds.into_iter().map(|(row, stream)| Rendition {
            bitrate_kbps: stream.bitrate_kbps,
            promises: stream.promises,
            ..rendition(row.container(), vec![row.track(TrackKind::Audio, None)])
        });
        let beside: Vec<RenditionTrack> = self
            .audio_renditions()
            .map(|(row, sound)| row.audio_track(sound))
            .collect();
        let together = audio_sets(&beside, |track| track.language.as_deref());
        let together = together.into_iter().filter(|set| set.len() > 1);
        let beside = beside.iter().map(|track| vec![track.clone()]);
        let of_sounds = |tracks: Vec<RenditionTrack>| {
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
        usual
            .into_iter()
            .chain(sounds)
            .chain(beside.filter_map(of_sounds))
            .chain(others)
            .chain(together.filter_map(of_sounds))
            .filter(|rendition| seen.insert(rendition.id.clone()))
            .collect()
    }

    /// What the pieces of all these are, where they are of one kind: others are no film together.
    fn container(&self, tracks: &[RenditionTrack]) -> Option<Container> {
        let mut kinds = tracks
            .iter()
            .map(|track| self.playlist(track).map(NamedPlaylist::container));
        let first = kinds.next()??;
        kinds.all(|kind| kind == Some(first)).then_some(first)
    }

    fn audio_renditions(&self) -> impl Iterator<Item = (&NamedPlaylist, &AudioRendition)> {
        let mut sounds: Vec<_> = self
            .playlists
            .iter()
            .filter_map(|row| match &row.kind {
                PlaylistKind::Audio(sound) => Some((row, sound)),
                PlaylistKind::Variant(_) => None,
            })
            .collect();
        sounds.sort_by_key(|(_, sound)| !sound.is_default);
        sounds.into_iter()
    }

    /// A stream with its sounds, the usual one first. One whose sounds could not be had is left
    /// out: it would be silent.
    fn with_audio(&self, row: &NamedPlaylist, stream: &Variant) -> Vec<Rendition> {
        let group = stream.audio_group.as_deref();
        let of_group = |sound: &AudioRendition| Some(sound.group.as_str()) == group;
        let both = |sound: &AudioRendition| {
            let track = row.track(TrackKind::Both, sound.language.clone());
            (sound.is_default, track)
        };
        let mixed = self
            .muxed_audio
            .iter()
            .filter(|sound| of_group(sound))
            .map(both);
        let apart = self.audio_renditions().filter(|(_, sound)| of_group(sound));
        let apart = apart.map(|(row, sound)| (sound.is_default, row.audio_track(sound)));
        let mut sounds: Vec<_> = mixed.chain(apart).collect();
        sounds.sort_by_key(|(is_default, _)| !is_default);
        if !group.is_some_and(|group| self.audio_groups.contains(group)) {
            sounds.push((true, row.track(TrackKind::Both, None)));
        }
        audio_sets(&sounds, |(_, track)| track.language.as_deref())
            .into_iter()
            .filter_map(|set| {
                let sounds = set.into_iter().map(|(_, track)| track);
                let (both, apart): (Vec<_>, Vec<_>) =
                    sounds.partition(|track| track.kind == TrackKind::Both);
                let picture = both.into_iter().next();
                let picture = picture.unwrap_or_else(|| row.track(TrackKind::Video, None));
                let promises = Promises {
                    audio: stream.promises.audio || !apart.is_empty(),
                    ..stream.promises
                };
                let tracks: Vec<_> = std::iter::once(picture).chain(apart).collect();
                Some(Rendition {
                    promises,
                    width: stream.width,
                    height: stream.height,
                    bitrate_kbps: stream.bitrate_kbps,
                    ..rendition(self.container(&tracks)?, tracks)
                })
            })
            .collect()
    }

    /// The pieces of `tracks`, those that start together side by side, initialisation in front.
    pub(crate) fn segments(&self, tracks: &[RenditionTrack]) -> Vec<Segment> {
        let mut segments = Vec::new();
        for (track, row) in (0_u8..).zip(tracks.iter().map(|track| self.playlist(track))) {
            let Some(NamedPlaylist { media, .. }) = row else {
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
            segments.extend(media.segments.iter().map(|piece| {
                let kind = SegmentKind::Media(piece.number);
                segment(kind, piece.start_ms, piece.duration_ms)
            }));
        }
        segments.sort_by_key(|it| (it.id.kind != SegmentKind::Init, it.start_ms, it.id.track));
        segments
    }

    /// Where a piece lies today.
    pub(crate) fn locate(&self, track: &RenditionTrack, kind: SegmentKind) -> SegmentLocation {
        let found = self
            .playlist(track)
            .and_then(|NamedPlaylist { media, .. }| {
                let bytes = match kind {
                    SegmentKind::Init => media.init.as_ref()?,
                    SegmentKind::Media(number) => media.segment(number)?.resource.as_ref()?,
                };
                Some(SegmentLocation {
                    urls: validated_format::mirrors(media.url_of(bytes)?),
                    byte_range: bytes.range.clone().map(ByteRange::new),
                })
            });
        found.unwrap_or_default()
    }

    fn playlist(&self, track: &RenditionTrack) -> Option<&NamedPlaylist> {
        self.playlists.iter().find(|row| row.name == track.template)
    }
}

impl PlaylistKind {
    fn lost(&self, name: &str, error: &Arc<Error>) -> Lost {
        let named = |text: Option<String>| {
            lenient_json::clean_text(&text.unwrap_or_else(|| name.to_owned()))
        };
        let rendition = match self {
            Self::Variant(stream) => LostRendition {
                name: named(stream.height.map(|height| format!("{height}p"))),
                height: stream.height,
                has_video: !stream.is_audio_only,
                reason: error.to_string(),
                ..LostRendition::default()
            },
            Self::Audio(sound) => LostRendition {
                name: named(sound.language.clone()),
                language: sound.language.clone(),
                is_default: sound.is_default,
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

/// FNV-1a: tells names apart, not more.
struct Fnv1a(u64);

impl Default for Fnv1a {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv1a {
    fn add_segment(&mut self, media: &MediaPlaylist, piece: &PlaylistSegment) {
        let Some(bytes) = &piece.resource else {
            return;
        };
        let Some(url) = media.url_of(bytes) else {
            return;
        };
        let range = bytes.range.clone().unwrap_or_default();
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
            // Its address expires with the playlist's; that there is one does not.
            init_template: self.media.init.as_ref().map(|_| self.name.clone()),
            language,
        }
    }

    fn audio_track(&self, sound: &AudioRendition) -> RenditionTrack {
        self.track(TrackKind::Audio, sound.language.clone())
    }
}

fn rendition(container: Container, tracks: Vec<RenditionTrack>) -> Rendition {
    let names: Vec<&str> = tracks.iter().map(|track| track.template.as_str()).collect();
    // The same pieces with the sound in the first of them are another film.
    let is_mixed = |track: &RenditionTrack| track.kind == TrackKind::Both;
    let between = if tracks.first().is_some_and(is_mixed) {
        " + "
    } else {
        " "
    };
    Rendition {
        id: RenditionId(names.join(between)),
        container,
        width: None,
        height: None,
        bitrate_kbps: None,
        tracks,
        promises: Promises::default(),
    }
}

/// What stays of a playlist's address when host, token and signature are others: the path behind
/// the recording's number, `8/playlist.m3u8`.
fn stable_name(recording: RecordingId, url: &Url) -> String {
    let path = url.path();
    let number = format!("/{recording}/");
    let tail = path.split_once(&number).map_or(path, |(_, tail)| tail);
    tail.trim_start_matches('/').to_owned()
}

#[cfg(test)]
mod tests;
