use std::ops::Range;

use fastrand::Rng;

use super::*;

const MASTER: &str = "https://a92ccb29-lp-omega.ums.services.video.ibm.com/playlist/auditorium/recorded/134516112/playlist.m3u8?token=1";

fn base() -> Url {
    Url::parse(MASTER).unwrap()
}

fn media(text: &str) -> Result<MediaPlaylist, Error> {
    match read(text.as_bytes(), &base())? {
        Playlist::Media(media) => Ok(media),
        Playlist::Master(master) => panic!("{master:?}"),
    }
}

#[track_caller]
fn problem(text: &str) -> String {
    read(text.as_bytes(), &base()).unwrap_err().to_string()
}

const SEGMENTS: &str = "#EXTM3U\n#EXT-X-VERSION:4\n#EXT-X-TARGETDURATION:6\n#EXT-X-MEDIA-SEQUENCE:7\n\
    #EXTINF:6.006,a, title\nhttps://uhsakamai-a.akamaihd.net/p/chunk_7_1.ts\n\
    #EXTINF:6.006,\r\n../x/chunk_8_1.ts\r\n\
    # a comment\n#EXT-X-UNHEARD-OF:1\n#EXTINF:2\nchunk_9_1.ts\n#EXT-X-ENDLIST\n";

#[test]
fn segments_have_numbers_times_and_urls() {
    let media = media(SEGMENTS).unwrap();
    let found: Vec<_> = media
        .segments
        .iter()
        .map(|segment| (segment.number, segment.start_ms, segment.duration_ms))
        .collect();
    assert_eq!(found, [(7, 0, 6006), (8, 6006, 6006), (9, 12_012, 2000)]);
    assert_eq!(media.duration_ms, 14_012);
    let address = |number| {
        media
            .url_of(media.segment(number).unwrap().resource.as_ref().unwrap())
            .unwrap()
    };
    assert_eq!(
        address(7).as_str(),
        "https://uhsakamai-a.akamaihd.net/p/chunk_7_1.ts"
    );
    assert!(
        address(8).path().ends_with("/recorded/x/chunk_8_1.ts"),
        "{}",
        address(8)
    );
    assert!(media.segment(6).is_none() && media.segment(10).is_none());
}

#[test]
fn a_discontinuity_leaves_out_a_number() {
    let text = SEGMENTS.replace("# a comment", "#EXT-X-DISCONTINUITY");
    let numbers: Vec<_> = media(&text)
        .unwrap()
        .segments
        .iter()
        .map(|it| it.number)
        .collect();
    assert_eq!(numbers, [7, 8, 10]);
    let later = text.replace("SEQUENCE:7", "SEQUENCE:8\n#EXT-X-DISCONTINUITY-SEQUENCE:3");
    let numbers: Vec<_> = media(&later)
        .unwrap()
        .segments
        .iter()
        .map(|it| it.number)
        .collect();
    assert_eq!(numbers, [11, 12, 14]);
}

#[test]
fn byte_ranges_state_their_start_or_continue() {
    let text = "#EXTM3U\n#EXTINF:2,\n#EXT-X-BYTERANGE:100@50\nall.ts\n#EXTINF:2,\n\
        #EXT-X-BYTERANGE:70\nall.ts\n#EXT-X-ENDLIST\n";
    let ranges: Vec<_> = media(text)
        .unwrap()
        .segments
        .into_iter()
        .map(|it| it.resource.unwrap().range)
        .collect();
    assert_eq!(ranges, [Some(50..150), Some(150..220)]);
    assert!(problem(&text.replace("@50", "")).contains("without a start"));
    assert!(problem(&text.replacen("all.ts", "other.ts", 1)).contains("without a start"));
    assert!(problem(&text.replace("100@", "0@")).contains("absurd"));
    assert!(problem(&text.replace("@50", "@18446744073709551615")).contains("absurd"));
}

#[test]
fn only_mp4_segments_have_an_init_segment() {
    let text = "#EXTM3U\n#EXT-X-MAP:URI=\"init.mp4\",BYTERANGE=\"20@4\"\n#EXTINF:2,\na.m4s\n#EXT-X-ENDLIST\n";
    let init = media(text).unwrap().init.unwrap();
    assert_eq!((&*init.uri, init.range), ("init.mp4", Some(4..24)));
    assert!(media(&text.replace(".m4s", ".ts")).unwrap().init.is_none());
    let again = text.replace(
        "#EXT-X-ENDLIST",
        "#EXT-X-MAP:URI=\"other.mp4\"\n#EXT-X-ENDLIST",
    );
    assert!(matches!(media(&again), Err(Error::Unsupported(_))));
}

#[test]
fn encrypted_segments_are_refused() {
    let key = |key: &str| SEGMENTS.replacen("#EXTINF", &format!("{key}\n#EXTINF"), 1);
    for method in ["AES-128", "SAMPLE-AES", "NEW"] {
        let text = key(&format!("#EXT-X-KEY:METHOD={method},URI=\"k\""));
        assert!(matches!(media(&text), Err(Error::Encrypted)), "{method}");
    }
    assert!(media(&key("#EXT-X-KEY:METHOD=NONE")).is_ok());
    for odd in [
        "NOTHING",
        "URI=\"k\"",
        " METHOD=AES-128",
        "METHOD=\"AES-128\",URI=k",
    ] {
        let text = key(&format!("#EXT-X-KEY:{odd}"));
        assert!(matches!(media(&text), Err(Error::Encrypted)), "{odd}");
    }
}

#[test]
fn a_truncated_playlist_is_never_complete() {
    for end in 0..SEGMENTS.len() - 1 {
        let Some(text) = SEGMENTS.get(..end) else {
            continue;
        };
        assert!(read(text.as_bytes(), &base()).is_err(), "{text}");
    }
}

#[test]
fn a_segment_without_an_address_keeps_its_place_in_time() {
    let second = "#EXTINF:6.006,\r\n../x/chunk_8_1.ts\r\n";
    assert!(SEGMENTS.contains(second));
    let twice = SEGMENTS.replace(second, "#EXTINF:6.006,\n");
    let gap = SEGMENTS.replace(second, "#EXT-X-GAP\n#EXTINF:6.006,\nx.ts\n");
    for text in [&twice, &gap] {
        let media = media(text).unwrap();
        let found: Vec<_> = media
            .segments
            .iter()
            .map(|it| (it.number, it.start_ms, it.resource.is_some()))
            .collect();
        let expected = [(7, 0, true), (8, 6006, false), (9, 12_012, true)];
        assert_eq!(found, expected, "{text}");
        assert_eq!(media.duration_ms, 14_012);
    }
    let last = SEGMENTS.replace("chunk_9_1.ts\n", "");
    assert!(media(&last).unwrap().segments[2].resource.is_none());
    let none = "#EXTM3U\n#EXTINF:6,\n#EXTINF:6,\n#EXT-X-ENDLIST\n";
    assert!(problem(none).contains("address"));
}

#[test]
fn a_playlist_without_an_end_is_live_or_truncated() {
    let open = SEGMENTS.replace("#EXT-X-ENDLIST\n", "");
    assert!(matches!(media(&open), Err(Error::StillLive)));
    let kind = |kind: &str| {
        let tag = format!("#EXTM3U\n#EXT-X-PLAYLIST-TYPE:{kind}");
        open.replace("#EXTM3U", &tag)
    };
    assert!(matches!(media(&kind("EVENT")), Err(Error::StillLive)));
    assert!(problem(&kind("VOD")).contains("cut"));
}

#[test]
fn mp4_segments_without_an_init_segment_are_refused() {
    let text = "#EXTM3U\n#EXTINF:2,\na.m4s?x=1\n#EXT-X-ENDLIST\n";
    assert!(problem(text).contains("initialisation"));
}

#[test]
fn lengths_in_whole_seconds_count_as_rounded() {
    let text = "#EXTM3U\n#EXTINF:6,\na.ts\n#EXTINF:2,\nb.ts\n#EXT-X-ENDLIST\n";
    assert!(!media(text).unwrap().is_exact);
    assert!(media(&text.replace("2,", "2.5,")).unwrap().is_exact);
}

#[test]
fn a_long_playlist_takes_little_memory() {
    let address = "https://vod-cdn.ustream.tv/a/12345678.ts";
    let entries = format!("#EXTINF:6.006,\n{address}\n").repeat(50_000);
    let media = media(&format!("#EXTM3U\n{entries}#EXT-X-ENDLIST\n")).unwrap();
    let names: usize = media
        .segments
        .iter()
        .filter_map(|it| Some(it.resource.as_ref()?.uri.len()))
        .sum();
    let bytes = media.segments.len() * size_of::<PlaylistSegment>() + names;
    assert!(bytes < 10 << 20, "{bytes}");
}

#[test]
fn absurd_and_foreign_playlists_are_refused() {
    for (from, to) in [
        ("6.006", "-1"),
        ("6.006", "nan"),
        ("6.006", "1e9"),
        ("#EXTINF:2\n", ""),
        ("SEQUENCE:7", "SEQUENCE:18446744073709551615"),
        ("SEQUENCE:7", "SEQUENCE:x"),
        ("uhsakamai-a.akamaihd.net", "evil.example"),
        ("https://uhsakamai-a", "file:///x"),
        ("chunk_9_1.ts", "{$name}.ts"),
        ("#EXTM3U", "<html>"),
    ] {
        let text = SEGMENTS.replace(from, to);
        assert!(read(text.as_bytes(), &base()).is_err(), "{from} -> {to}");
    }
    assert!(read(&[0xff; 20], &base()).is_err());
    assert!(matches!(
        read(&vec![b'#'; MAX_PLAYLIST_BYTES + 1], &base()),
        Err(Error::TooLarge { .. })
    ));
    let endless = format!("#EXTM3U\n{}", "#EXTINF:1,\na\n".repeat(60_000));
    assert!(problem(&endless).contains("endless"));
}

const STREAMS: &str = "#EXTM3U\n\
        #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"English (US)\",LANGUAGE=\"en-US\",DEFAULT=YES,URI=\"8/playlist.m3u8?token=2\"\n\
        #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"inside\",NAME=\"English\"\n\
        #EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"s\",NAME=\"English\",URI=\"s.m3u8\"\n\
        #EXT-X-STREAM-INF:BANDWIDTH=2625536,RESOLUTION=1920x1080,CODECS=\"avc1.640028,mp4a.40.2\",AUDIO=\"audio\"\n\
        1/playlist.m3u8?token=2\n\
        #EXT-X-STREAM-INF:BANDWIDTH=64000,CODECS=\"mp4a.40.2\"\n9/playlist.m3u8\n";

#[test]
fn a_master_playlist_names_variants_and_audio_renditions() {
    let text = STREAMS;
    let Playlist::Master(master) = read(text.as_bytes(), &base()).unwrap() else {
        panic!()
    };
    let [variant, audio] = master.variants.as_slice() else {
        panic!("{master:?}")
    };
    assert_eq!(
        (variant.height, variant.bitrate_kbps),
        (Some(1080), Some(2625))
    );
    assert_eq!(variant.audio_group.as_deref(), Some("audio"));
    assert!(!variant.is_audio_only && audio.is_audio_only);
    let [beside, inside] = master.audio_renditions.as_slice() else {
        panic!("{master:?}")
    };
    assert!(
        beside.is_default
            && beside
                .url
                .as_ref()
                .unwrap()
                .path()
                .ends_with("/134516112/8/playlist.m3u8")
    );
    assert_eq!(inside.url, None);
    let foreign = text.replace("1/playlist", "https://evil.example/playlist");
    assert!(matches!(
        read(foreign.as_bytes(), &base()),
        Err(Error::Misdirected(_))
    ));
    let broken = text.replace("BANDWIDTH=64000,", "");
    assert!(read(broken.as_bytes(), &base()).is_err());
}

/// Lines and attributes in any order, cut, repeated and with other characters in them.
fn changed(text: &str, random: &mut Rng) -> String {
    let mut lines: Vec<Vec<char>> = text.lines().map(|line| line.chars().collect()).collect();
    for _ in 0..random.usize(1..6) {
        let at = random.usize(..lines.len());
        let other = random.usize(..lines.len());
        match random.u8(..5) {
            0 => lines.swap(at, other),
            1 => lines.insert(at, lines[other].clone()),
            2 if lines.len() > 1 => drop(lines.remove(at)),
            3 => {
                let length = lines[at].len();
                lines[at].truncate(random.usize(..=length));
            }
            _ => {
                let place = random.usize(..=lines[at].len());
                let odd = [
                    '"',
                    ',',
                    ':',
                    '=',
                    '@',
                    '#',
                    '-',
                    '.',
                    '9',
                    '\u{e9}',
                    '\u{1f3ac}',
                    '\0',
                ];
                lines[at].insert(place, odd[random.usize(..odd.len())]);
            }
        }
    }
    let lines: Vec<String> = lines.into_iter().map(String::from_iter).collect();
    lines.join(if random.bool() { "\n" } else { "\r\n" })
}

#[test]
fn a_mutated_playlist_makes_a_valid_list_or_an_error() {
    let ranges = "#EXTM3U\n#EXT-X-MAP:URI=\"init.mp4\",BYTERANGE=\"20@4\"\n#EXTINF:2,\n\
        #EXT-X-BYTERANGE:100@50\nall.ts\n#EXT-X-KEY:METHOD=NONE\n#EXTINF:2,\n\
        #EXT-X-BYTERANGE:70\nall.ts\n#EXT-X-DATERANGE:ID=\"a\",START-DATE=\"2026-01-01\"\n\
        #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z\n#EXT-X-ENDLIST\n";
    let mut read_well = 0;
    for seed in 0..20_000 {
        let mut random = Rng::with_seed(seed);
        let text = changed([SEGMENTS, ranges, STREAMS][random.usize(..3)], &mut random);
        let body = text.as_bytes();
        let playlist = if seed % 2 == 0 {
            read(body, &base())
        } else {
            read_running(body, &base())
        };
        let Ok(playlist) = playlist else {
            continue;
        };
        read_well += 1;
        let Playlist::Media(media) = playlist else {
            continue;
        };
        let mut end_ms = 0;
        for pair in media.segments.windows(2) {
            assert!(pair[0].number < pair[1].number, "{text}");
        }
        for segment in &media.segments {
            assert_eq!(segment.start_ms, end_ms, "{text}");
            end_ms += segment.duration_ms;
            let Some(resource) = &segment.resource else {
                continue;
            };
            assert!(media.url_of(resource).is_some(), "{text}");
            let is_empty = resource.range.as_ref().is_some_and(Range::is_empty);
            assert!(!is_empty, "{text}");
        }
        assert_eq!(end_ms, media.duration_ms);
        assert!(media.init_start <= media.segments.len(), "{text}");
        for index in 0..=media.segments.len() {
            media.unix_ms(index);
        }
    }
    assert!(read_well > 2_000, "{read_well}");
}

#[test]
fn the_playlist_of_a_running_stream_says_what_comes_next() {
    let text = "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXT-X-MEDIA-SEQUENCE:41\n\
        #EXT-X-DISCONTINUITY-SEQUENCE:2\n#EXT-X-PROGRAM-DATE-TIME:2026-11-30T20:00:00.500+01:00\n\
        #EXTINF:5.9991,\na.ts\n#EXTINF:6.0001,\nb.ts\n#EXT-X-DISCONTINUITY\n#EXTINF:4,\n\
        #EXT-X-PROGRAM-DATE-TIME:2026-11-30T19:01:00Z\nc.ts\n";
    assert!(matches!(
        read(text.as_bytes(), &base()),
        Err(Error::StillLive)
    ));
    let Playlist::Media(media) = read_running(text.as_bytes(), &base()).unwrap() else {
        panic!()
    };
    assert_eq!((media.first_sequence, media.target_ms), (41, 6000));
    assert!(!media.is_ended);
    let numbers: Vec<_> = media.segments.iter().map(|it| it.number).collect();
    assert_eq!(numbers, [43, 44, 46]);
    let lengths: Vec<_> = media.segments.iter().map(|it| it.length_us).collect();
    assert_eq!(lengths, [5_999_100, 6_000_100, 4_000_000]);
    // 2026-11-30T19:00:00.5Z
    let start = 1_796_065_200_500;
    let times: Vec<_> = (0..3).map(|index| media.unix_ms(index).unwrap()).collect();
    assert_eq!(times, [start, start + 5999, start + 59_500]);
    let ended = format!("{text}#EXT-X-ENDLIST\n");
    let Playlist::Media(media) = read_running(ended.as_bytes(), &base()).unwrap() else {
        panic!()
    };
    assert!(media.is_ended);
}

#[test]
fn the_init_segment_of_a_running_stream_may_change() {
    let text = "#EXTM3U\n#EXT-X-MAP:URI=\"1.mp4\"\n#EXTINF:2,\na.m4s\n#EXT-X-DISCONTINUITY\n\
        #EXT-X-MAP:URI=\"2.mp4\"\n#EXTINF:2,\nb.m4s\n#EXTINF:2,\nc.m4s\n";
    let Playlist::Media(media) = read_running(text.as_bytes(), &base()).unwrap() else {
        panic!()
    };
    assert_eq!(media.init_start, 1);
    assert_eq!(media.init.as_ref().map(|it| &*it.uri), Some("2.mp4"));
    let ended = format!("{text}#EXT-X-ENDLIST\n");
    assert!(matches!(
        read(ended.as_bytes(), &base()),
        Err(Error::Unsupported(_))
    ));
}
