//! The renditions of a recording's playlists, and where their pieces lie.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::sync::Arc;

use url::Url;

use super::source;
use crate::hls::{Master, Media, Sound, Variant};
use crate::plan::{Place, Presence, Segment, SegmentId, SegmentKind, Stretch};
use crate::{Container, RecordingId, Rendition, RenditionId, Track, TrackKind};

/// The media playlists that could be had, by what a plan calls them.
#[derive(Clone, Debug, Default)]
pub struct Playlists {
    rows: Arc<Vec<Row>>,
    /// Groups of sounds that come in pieces of their own, be they here or not.
    groups: Arc<HashSet<String>>,
}

/// One media playlist.
#[derive(Clone, Debug)]
struct Row {
    name: String,
    what: What,
    media: Media,
}

#[derive(Clone, Debug)]
enum What {
    Stream(Variant),
    Sound(Sound),
}

impl Playlists {
    /// Takes over what `master` names, as far as it could be fetched.
    pub fn new(
        recording: RecordingId,
        master: Master,
        mut fetch: impl FnMut(&Url) -> Option<Media>,
    ) -> Self {
        let groups = master.sounds.iter().map(|it| it.group.clone()).collect();
        let streams = master
            .variants
            .into_iter()
            .map(|it| (it.url.clone(), What::Stream(it)));
        let sounds = master
            .sounds
            .into_iter()
            .map(|it| (it.url.clone(), What::Sound(it)));
        let mut rows = Vec::new();
        let mut names = HashSet::new();
        for (url, what) in streams.chain(sounds) {
            // Named before it is known to be there: others keep their names where one is gone.
            let mut name = name(recording, &url);
            for number in 2.. {
                if names.insert(name.clone()) {
                    break;
                }
                name = format!("{}#{number}", self::name(recording, &url));
            }
            if let Some(media) = fetch(&url) {
                rows.push(Row { name, what, media });
            }
        }
        Self {
            rows: Arc::new(rows),
            groups: Arc::new(groups),
        }
    }

    /// The length of the longest.
    pub(crate) fn duration_ms(&self) -> Option<u64> {
        self.rows.iter().map(|row| row.media.duration_ms).max()
    }

    /// Each picture with the sound that the service would choose, then each sound alone.
    pub(crate) fn renditions(&self) -> Vec<Rendition> {
        let mut streams: Vec<(&Row, &Variant)> = self
            .rows
            .iter()
            .filter_map(|row| match &row.what {
                What::Stream(variant) => Some((row, variant)),
                What::Sound(_) => None,
            })
            .collect();
        streams.sort_by_key(|(_, stream)| (Reverse(stream.height), Reverse(stream.bitrate_kbps)));
        let (sounds, pictures): (Vec<_>, Vec<_>) =
            streams.into_iter().partition(|(_, stream)| stream.is_sound);
        let pictures = pictures
            .into_iter()
            .filter_map(|(row, stream)| self.with_sound(row, stream));
        let sounds = sounds.into_iter().map(|(row, stream)| {
            let rendition = rendition(&[(row, TrackKind::Audio)]);
            let bitrate_kbps = stream.bitrate_kbps;
            Rendition {
                bitrate_kbps,
                ..rendition
            }
        });
        let beside = self
            .sounds()
            .map(|(row, _)| rendition(&[(row, TrackKind::Audio)]));
        let mut seen = HashSet::new();
        pictures
            .chain(sounds)
            .chain(beside)
            .filter(|rendition| seen.insert(rendition.id.clone()))
            .collect()
    }

    fn sounds(&self) -> impl Iterator<Item = (&Row, &Sound)> {
        let mut sounds: Vec<_> = self
            .rows
            .iter()
            .filter_map(|row| match &row.what {
                What::Sound(sound) => Some((row, sound)),
                What::Stream(_) => None,
            })
            .collect();
        sounds.sort_by_key(|(_, sound)| !sound.is_default);
        sounds.into_iter()
    }

    /// A stream whose sound could not be had is left out: it would be silent.
    fn with_sound(&self, row: &Row, stream: &Variant) -> Option<Rendition> {
        let group = stream.sounds.as_deref();
        let has_group = group.is_some_and(|group| self.groups.contains(group));
        let whole = if has_group {
            let mut sounds = self.sounds();
            let (sound, _) = sounds.find(|(_, sound)| Some(sound.group.as_str()) == group)?;
            // Pieces of two kinds in one film are not taken.
            (sound.container() == row.container())
                .then(|| rendition(&[(row, TrackKind::Video), (sound, TrackKind::Audio)]))?
        } else {
            rendition(&[(row, TrackKind::Both)])
        };
        Some(Rendition {
            width: stream.width,
            height: stream.height,
            bitrate_kbps: stream.bitrate_kbps,
            ..whole
        })
    }

    /// The pieces of `tracks`, those that start together side by side, initialisation in front.
    pub(crate) fn segments(&self, tracks: &[Track]) -> Vec<Segment> {
        let mut segments = Vec::new();
        for (track, row) in (0_u8..).zip(tracks.iter().map(|track| self.row(track))) {
            let Some(Row { media, .. }) = row else {
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
            segments.extend(media.pieces.iter().map(|piece| {
                let kind = SegmentKind::Media(piece.number);
                segment(kind, piece.start_ms, piece.duration_ms)
            }));
        }
        segments.sort_by_key(|it| (it.id.kind != SegmentKind::Init, it.start_ms, it.id.track));
        segments
    }

    /// Where a piece lies today.
    pub(crate) fn locate(&self, track: &Track, kind: SegmentKind) -> Place {
        let found = self.row(track).and_then(|Row { media, .. }| {
            let bytes = match kind {
                SegmentKind::Init => media.init.as_ref()?,
                SegmentKind::Media(number) => &media.piece(number)?.bytes,
            };
            Some(Place {
                urls: source::mirrors(media.address(bytes)?),
                stretch: bytes.range.clone().map(Stretch::new),
            })
        });
        found.unwrap_or_default()
    }

    fn row(&self, track: &Track) -> Option<&Row> {
        self.rows.iter().find(|row| row.name == track.template)
    }
}

impl Row {
    fn container(&self) -> Container {
        match self.media.init {
            Some(_) => Container::Fmp4,
            None => Container::Ts,
        }
    }

    fn language(&self) -> Option<String> {
        match &self.what {
            What::Sound(sound) => sound.language.clone(),
            What::Stream(_) => None,
        }
    }
}

fn rendition(rows: &[(&Row, TrackKind)]) -> Rendition {
    let tracks: Vec<Track> = rows
        .iter()
        .map(|(row, kind)| Track {
            kind: *kind,
            template: row.name.clone(),
            // Its address expires with the playlist's; that there is one does not.
            init_template: row.media.init.as_ref().map(|_| row.name.clone()),
            language: row.language(),
        })
        .collect();
    let names: Vec<&str> = tracks.iter().map(|track| track.template.as_str()).collect();
    Rendition {
        id: RenditionId(names.join(" ")),
        container: rows
            .first()
            .map_or(Container::Ts, |(row, _)| row.container()),
        width: None,
        height: None,
        bitrate_kbps: None,
        tracks,
    }
}

/// What stays of a playlist's address when host, token and signature are others: the path behind
/// the recording's number, `8/playlist.m3u8`.
fn name(recording: RecordingId, url: &Url) -> String {
    let path = url.path();
    let number = format!("/{recording}/");
    let tail = path.split_once(&number).map_or(path, |(_, tail)| tail);
    tail.trim_start_matches('/').to_owned()
}
