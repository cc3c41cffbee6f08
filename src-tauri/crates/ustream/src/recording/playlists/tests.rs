use super::*;
use crate::RecordingId;
use crate::hls::{self, Playlist};

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

#[test]
fn playlists_are_named_by_the_stable_part_of_their_url() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../tests/fixtures/protocol/real-hls-formats-recorded-134516112-2025.json"
    );
    let formats: Vec<serde_json::Value> =
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let names: Vec<_> = formats
        .iter()
        .map(|format| {
            stable_name(
                RecordingId(134_516_112).into(),
                &url(format["url"].as_str().unwrap()),
            )
        })
        .collect();
    let versions = ["8", "2", "6", "7", "5", "3", "1"];
    assert_eq!(names, versions.map(|it| format!("{it}/playlist.m3u8")));
    let old = url(
        "http://c742ee30-lp-omega.ums.ustream.tv/playlist/recorded/92527698/1/playlist.m3u8?token=1",
    );
    assert_eq!(
        stable_name(RecordingId(92_527_698).into(), &old),
        "1/playlist.m3u8"
    );
}

const BASE: &str = "https://x.ums.ustream.tv/playlist/recorded/7/";

/// What a master playlist leads to, each media playlist as `media` has it.
fn playlists(master: &str, media: impl Fn(&str) -> Option<String>) -> Playlists {
    let base = url(&format!("{BASE}playlist.m3u8"));
    let Playlist::Master(master) = hls::read(master.as_bytes(), &base).unwrap() else {
        panic!()
    };
    Playlists::new(RecordingId(7), master, |url| {
        let text = media(url.path()).ok_or(Error::Timeout("a playlist"))?;
        match hls::read(text.as_bytes(), url)? {
            Playlist::Media(media) => Ok(Arc::new(media)),
            Playlist::Master(_) => panic!(),
        }
    })
}

fn segments(lengths: &[u32]) -> String {
    let segments = lengths.iter().zip(0..).map(|(length, number)| {
        format!("#EXTINF:{length},\nhttps://vod-cdn.ustream.tv/a/{number}.ts\n")
    });
    format!("#EXTM3U\n{}#EXT-X-ENDLIST\n", segments.collect::<String>())
}

const MASTER: &str = "#EXTM3U\n\
    #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"fr\",LANGUAGE=\"fr\",URI=\"9/playlist.m3u8\"\n\
    #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"en\",DEFAULT=YES,URI=\"8/playlist.m3u8\"\n\
    #EXT-X-STREAM-INF:BANDWIDTH=100000,RESOLUTION=448x252,AUDIO=\"a\"\n6/playlist.m3u8\n\
    #EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=1920x1080,AUDIO=\"a\"\n1/playlist.m3u8\n";

#[test]
fn each_video_comes_with_its_default_audio_and_each_audio_alone() {
    let found = playlists(MASTER, |_| Some(segments(&[6, 6])));
    let ids: Vec<_> = found.renditions().into_iter().map(|it| it.id.0).collect();
    let expected = [
        "1/playlist.m3u8 8/playlist.m3u8",
        "6/playlist.m3u8 8/playlist.m3u8",
        "8/playlist.m3u8",
        "9/playlist.m3u8",
        "1/playlist.m3u8 9/playlist.m3u8",
        "1/playlist.m3u8 8/playlist.m3u8 9/playlist.m3u8",
        "6/playlist.m3u8 9/playlist.m3u8",
        "6/playlist.m3u8 8/playlist.m3u8 9/playlist.m3u8",
        "8/playlist.m3u8 9/playlist.m3u8",
    ];
    assert_eq!(ids, expected);
}

#[test]
fn muxed_and_separate_audio_are_combined() {
    let master = "#EXTM3U\n\
        #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"en\",LANGUAGE=\"en\",DEFAULT=YES\n\
        #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"fr\",LANGUAGE=\"fr\",URI=\"9/playlist.m3u8\"\n\
        #EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=1920x1080,AUDIO=\"a\"\n1/playlist.m3u8\n";
    let found = playlists(master, |_| Some(segments(&[6])));
    let tracks = |rendition: Rendition| {
        let tracks = rendition.tracks.into_iter();
        let tracks = tracks.map(|track| (track.kind, track.language.unwrap_or_default()));
        tracks.collect::<Vec<_>>()
    };
    let renditions: Vec<_> = found.renditions().into_iter().map(tracks).collect();
    let [en, fr] = ["en", "fr"].map(str::to_owned);
    let expected = [
        vec![(TrackKind::Both, en.clone())],
        vec![(TrackKind::Audio, fr.clone())],
        vec![
            (TrackKind::Video, String::new()),
            (TrackKind::Audio, fr.clone()),
        ],
        vec![(TrackKind::Both, en), (TrackKind::Audio, fr)],
    ];
    assert_eq!(renditions, expected);
}

fn lost(found: &Playlists) -> Vec<(String, bool)> {
    let lost = found.lost().into_iter();
    lost.map(|it| (it.rendition.name, it.rendition.has_video))
        .collect()
}

#[test]
fn a_video_whose_audio_is_lost_makes_no_silent_movie() {
    let found = playlists(MASTER, |path| {
        (!path.contains("/8/") && !path.contains("/9/")).then(|| segments(&[6]))
    });
    assert!(found.renditions().is_empty());
    let lost = lost(&found);
    let videos: Vec<_> = lost.iter().filter(|(_, has_video)| *has_video).collect();
    assert_eq!((lost.len(), videos.len()), (4, 2), "{lost:?}");
}

#[test]
fn lost_renditions_are_reported_and_the_best_remaining_one_is_chosen() {
    let encrypted = segments(&[6]).replace("#EXTINF", "#EXT-X-KEY:METHOD=AES-128\n#EXTINF");
    let found = playlists(MASTER, |path| {
        let text = if path.contains("/1/") {
            &encrypted
        } else {
            &segments(&[6])
        };
        Some(text.clone())
    });
    assert_eq!(lost(&found), [("1080p".to_owned(), true)]);
    let source = crate::recording::SourceKind::Playlists(found);
    let info = crate::ums::session::StreamInfo::default();
    let recording = crate::Recording::from_source(RecordingId(7), info, source, None).unwrap();
    let choice = crate::Choice::default();
    let plan = recording.plan(&choice).unwrap();
    assert_eq!(plan.rendition.0, "6/playlist.m3u8 8/playlist.m3u8");
    let lost = recording.substituted(&choice, &plan).unwrap();
    assert!(lost.reason.contains("encrypted"), "{}", lost.reason);
}

#[test]
fn audio_alone_does_not_replace_lost_video() {
    let found = playlists(MASTER, |path| {
        let is_audio = path.contains("/8/") || path.contains("/9/");
        is_audio.then(|| segments(&[6]))
    });
    let source = crate::recording::SourceKind::Playlists(found);
    let info = crate::ums::session::StreamInfo::default();
    let recording = crate::Recording::from_source(RecordingId(7), info, source, None).unwrap();
    let refused = recording.plan(&crate::Choice::default());
    assert!(matches!(refused, Err(Error::Timeout(_))), "{refused:?}");
    let audio = crate::Choice {
        quality: crate::Quality::Audio,
        ..crate::Choice::default()
    };
    assert!(recording.plan(&audio).is_ok());
}

#[test]
fn a_replaced_recording_has_other_segment_digests() {
    let listing = |text: &str| {
        let found = playlists(MASTER, |_| Some(text.to_owned()));
        let best = found.renditions().remove(0);
        found.hash_listing(&best.tracks)
    };
    let text = segments(&[6, 6]);
    let renewed = text
        .replace("vod-cdn.ustream.tv", "uhsakamai-a.akamaihd.net")
        .replace(".ts", ".ts?token=2");
    assert_eq!(listing(&text), listing(&renewed));
    assert_ne!(listing(&text), listing(&text.replace("/a/", "/b/")));
}

#[test]
fn segments_of_two_tracks_are_sorted_by_time() {
    let found = playlists(MASTER, |path| {
        let lengths: &[u32] = if path.contains("/8/") {
            &[4, 4, 4]
        } else {
            &[6, 6]
        };
        Some(segments(lengths))
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
fn playlists_with_equal_names_are_numbered() {
    let master = "#EXTM3U\n\
        #EXT-X-STREAM-INF:BANDWIDTH=2000\n1/playlist.m3u8?content=a\n\
        #EXT-X-STREAM-INF:BANDWIDTH=1000\n1/playlist.m3u8?content=b\n";
    let found = playlists(master, |_| Some(segments(&[6])));
    let ids: Vec<_> = found.renditions().into_iter().map(|it| it.id.0).collect();
    assert_eq!(ids, ["1/playlist.m3u8", "1/playlist.m3u8#2"]);
}
