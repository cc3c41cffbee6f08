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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hls::{self, Playlist};

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn real_playlists_are_named_by_what_does_not_expire() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../tests/fixtures/protocol/real-hls-formats-recorded-134516112-2025.json"
        );
        let formats: Vec<serde_json::Value> =
            serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let names: Vec<_> = formats
            .iter()
            .map(|format| {
                name(
                    RecordingId(134_516_112),
                    &url(format["url"].as_str().unwrap()),
                )
            })
            .collect();
        let versions = ["8", "2", "6", "7", "5", "3", "1"];
        assert_eq!(names, versions.map(|it| format!("{it}/playlist.m3u8")));
        let old = url(
            "http://c742ee30-lp-omega.ums.ustream.tv/playlist/recorded/92527698/1/playlist.m3u8?token=1",
        );
        assert_eq!(name(RecordingId(92_527_698), &old), "1/playlist.m3u8");
    }

    const BASE: &str = "https://x.ums.ustream.tv/playlist/recorded/7/";

    /// What a master playlist leads to, each media playlist as `media` has it.
    fn playlists(master: &str, media: impl Fn(&str) -> Option<String>) -> Playlists {
        let base = url(&format!("{BASE}playlist.m3u8"));
        let Playlist::Master(master) = hls::read(master.as_bytes(), &base).unwrap() else {
            panic!()
        };
        Playlists::new(RecordingId(7), master, |url| {
            let text = media(url.path())?;
            match hls::read(text.as_bytes(), url).unwrap() {
                Playlist::Media(media) => Some(media),
                Playlist::Master(_) => panic!(),
            }
        })
    }

    fn pieces(lengths: &[u32]) -> String {
        let pieces = lengths.iter().zip(0..).map(|(length, number)| {
            format!("#EXTINF:{length},\nhttps://vod-cdn.ustream.tv/a/{number}.ts\n")
        });
        format!("#EXTM3U\n{}#EXT-X-ENDLIST\n", pieces.collect::<String>())
    }

    const MASTER: &str = "#EXTM3U\n\
        #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"fr\",LANGUAGE=\"fr\",URI=\"9/playlist.m3u8\"\n\
        #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"en\",DEFAULT=YES,URI=\"8/playlist.m3u8\"\n\
        #EXT-X-STREAM-INF:BANDWIDTH=100000,RESOLUTION=448x252,AUDIO=\"a\"\n6/playlist.m3u8\n\
        #EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=1920x1080,AUDIO=\"a\"\n1/playlist.m3u8\n";

    #[test]
    fn a_picture_comes_with_the_default_sound_and_each_sound_alone() {
        let found = playlists(MASTER, |_| Some(pieces(&[6, 6])));
        let ids: Vec<_> = found.renditions().into_iter().map(|it| it.id.0).collect();
        let expected = [
            "1/playlist.m3u8 8/playlist.m3u8",
            "6/playlist.m3u8 8/playlist.m3u8",
            "8/playlist.m3u8",
            "9/playlist.m3u8",
        ];
        assert_eq!(ids, expected);
    }

    #[test]
    fn a_picture_whose_sound_is_gone_is_no_silent_film() {
        let found = playlists(MASTER, |path| {
            (!path.contains("/8/") && !path.contains("/9/")).then(|| pieces(&[6]))
        });
        assert!(found.renditions().is_empty());
    }

    #[test]
    fn pieces_of_two_tracks_stand_in_the_order_of_time() {
        let found = playlists(MASTER, |path| {
            let lengths: &[u32] = if path.contains("/8/") {
                &[4, 4, 4]
            } else {
                &[6, 6]
            };
            Some(pieces(lengths))
        });
        let best = found.renditions().remove(0);
        let order: Vec<_> = found
            .segments(&best.tracks)
            .iter()
            .map(|segment| (segment.start_ms, segment.id.track))
            .collect();
        assert_eq!(order, [(0, 0), (0, 1), (4000, 1), (6000, 0), (8000, 1)]);
        let place = found.locate(&best.tracks[0], SegmentKind::Media(1));
        let hosts: Vec<_> = place.urls.iter().filter_map(Url::host_str).collect();
        let expected = [
            "vod-cdn.ustream.tv",
            "uhsakamai-a.akamaihd.net",
            "uhs-akamai.ustream.tv",
        ];
        assert_eq!(
            hosts, expected,
            "the others are asked where the named one fails"
        );
    }

    #[test]
    fn playlists_of_one_name_are_told_apart() {
        let master = "#EXTM3U\n\
            #EXT-X-STREAM-INF:BANDWIDTH=2000\n1/playlist.m3u8?content=a\n\
            #EXT-X-STREAM-INF:BANDWIDTH=1000\n1/playlist.m3u8?content=b\n";
        let found = playlists(master, |_| Some(pieces(&[6])));
        let ids: Vec<_> = found.renditions().into_iter().map(|it| it.id.0).collect();
        assert_eq!(ids, ["1/playlist.m3u8", "1/playlist.m3u8#2"]);
    }
}
