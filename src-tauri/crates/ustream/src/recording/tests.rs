use serde_json::json;

use super::*;
use crate::ums::message::{self, Command, Site};
use crate::ums::stream::{self, StreamState};
use crate::{ContainerChoice, Presence, Quality, RecordingId, SegmentKind};

const PATH: &str =
    "sjc/omega/vod/us1-37ed7ef2-e250-4085-b0e2-9f5bbf7d69e8/10584000/53926414920000/plain/rfc";

fn info(stream: &serde_json::Value) -> StreamInfo {
    let StreamState::Stored(stored) = stream::read(stream) else {
        panic!("{stream}")
    };
    StreamInfo {
        stored: *stored,
        ..StreamInfo::default()
    }
}

/// Returns the stream of a recorded payload, with its server.
fn recorded() -> StreamInfo {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../tests/fixtures/protocol"
    );
    let name = "reconstructed-ws-moduleInfo-stream-recorded.json";
    let text = std::fs::read_to_string(std::path::Path::new(folder).join(name)).unwrap();
    let Command::ModuleInfo(message) = message::parse(&text).unwrap().remove(0) else {
        panic!()
    };
    let Some(StreamState::Stored(stored)) = message.stream else {
        panic!()
    };
    let sites = vec![Site {
        host: "vod-cdn.ustream.tv".into(),
        path: "/".into(),
    }];
    StreamInfo {
        stored: *stored,
        sites,
        ..StreamInfo::default()
    }
}

fn recording() -> Recording {
    Recording::new(RecordingId(112_470_631), recorded(), None).unwrap()
}

fn flv(rows: &serde_json::Value) -> serde_json::Value {
    format("flv/segmented", rows)
}

fn format(name: &str, rows: &serde_json::Value) -> serde_json::Value {
    json!({"streamFormats": {name: {
        "chunkTime": 5000,
        "hashes": {"0": "a", "10": "b"},
        "contentAccess": {"accessList": [{"data": {"path": "x/"}}]},
        "streams": rows,
    }}})
}

fn names(recording: &Recording) -> Vec<&str> {
    recording
        .renditions
        .iter()
        .map(|rendition| rendition.id.0.as_str())
        .collect()
}

fn chosen(recording: &Recording, quality: Quality, keep: ContainerChoice) -> String {
    recording
        .plan(&Choice {
            quality,
            keep,
            ..Choice::default()
        })
        .unwrap()
        .rendition
        .0
}

fn media(track: u8, number: u64) -> SegmentId {
    SegmentId {
        track,
        kind: SegmentKind::Media(number),
    }
}

fn urls(recording: &Recording, plan: &SegmentPlan, id: SegmentId) -> Vec<String> {
    recording
        .locate(plan, id)
        .urls
        .into_iter()
        .map(String::from)
        .collect()
}

#[test]
fn renditions_are_listed_best_first_and_video_before_audio() {
    let recording = recording();
    assert_eq!(recording.duration_ms, Some(277_000));
    let heights: Vec<_> = recording
        .renditions
        .iter()
        .map(|it| (it.container, it.height, it.tracks.len()))
        .collect();
    let expected = [
        (Container::Fmp4, Some(720), 2),
        (Container::Fmp4, Some(360), 2),
        (Container::Fmp4, None, 1),
        (Container::Flv, Some(720), 1),
        (Container::Flv, Some(360), 1),
    ];
    assert_eq!(heights, expected);
}

#[test]
fn a_choice_finds_its_rendition() {
    let recording = recording();
    let rows = [
        (
            Quality::Best,
            ContainerChoice::Mp4,
            "2/chunk_%_%.m4v 1/chunk_%_%.m4a",
        ),
        (
            Quality::Best,
            ContainerChoice::Original,
            "2/1/chunk_%_%.flv",
        ),
        (
            Quality::Smallest,
            ContainerChoice::Mp4,
            "4/chunk_%_%.m4v 1/chunk_%_%.m4a",
        ),
        (
            Quality::Smallest,
            ContainerChoice::Original,
            "4/1/chunk_%_%.flv",
        ),
        (
            Quality::Height(719),
            ContainerChoice::Original,
            "4/1/chunk_%_%.flv",
        ),
        (
            Quality::Height(720),
            ContainerChoice::Original,
            "2/1/chunk_%_%.flv",
        ),
        (
            Quality::Height(100),
            ContainerChoice::Original,
            "4/1/chunk_%_%.flv",
        ),
        (Quality::Audio, ContainerChoice::Mp4, "1/chunk_%_%.m4a"),
        (Quality::Audio, ContainerChoice::Original, "1/chunk_%_%.m4a"),
    ];
    for (quality, keep, name) in rows {
        assert_eq!(
            chosen(&recording, quality, keep),
            name,
            "{quality:?} {keep:?}"
        );
    }
}

#[test]
fn each_video_is_listed_once_before_those_with_other_audio() {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../tests/fixtures/protocol"
    );
    let name = "real-ws-flvsegmented-streams-nasahdtv-2019-trimmed.json";
    let text = std::fs::read_to_string(std::path::Path::new(folder).join(name)).unwrap();
    let stream = flv(&serde_json::from_str(&text).unwrap());
    let recording = Recording::new(RecordingId(1), info(&stream), None).unwrap();
    let versions: Vec<_> = names(&recording).iter().map(|name| &name[..3]).collect();
    assert_eq!(
        versions,
        ["2/4", "5/4", "8/4", "6/4", "2/9", "5/9", "8/9", "6/9"]
    );
    assert_eq!(
        chosen(&recording, Quality::Smallest, ContainerChoice::Mp4),
        "6/4/chunk_%_%.flv"
    );
}

#[test]
fn each_video_comes_with_the_default_audio() {
    let rows = json!([
        {"segmentUrl": "2/chunk_%_%.m4v", "contentType": "video/mp4", "height": 720},
        {"segmentUrl": "1/chunk_%_%.m4a", "contentType": "audio/mp4", "language": "de", "country": "00"},
        {"segmentUrl": "3/chunk_%_%.m4a", "codec": "mp4a.40.2", "language": "en", "country": "US", "default": true},
        {"segmentUrl": "3/chunk_%_%.m4a", "codec": "mp4a.40.2"},
    ]);
    let stream = format("mp4/segmented", &rows);
    let recording = Recording::new(RecordingId(1), info(&stream), None).unwrap();
    let expected = [
        "2/chunk_%_%.m4v 3/chunk_%_%.m4a",
        "3/chunk_%_%.m4a",
        "1/chunk_%_%.m4a",
    ];
    assert_eq!(names(&recording)[..3], expected);
    let languages: Vec<_> = recording
        .default_renditions()
        .map(|it| it.tracks.last().unwrap().language.as_deref())
        .collect();
    assert_eq!(languages, [Some("en-US"), Some("en-US"), Some("de")]);
}

#[test]
fn a_recording_without_video_is_chosen_for_any_quality() {
    let stream = flv(&json!([
        {"segmentUrl": "0/3/chunk_%_%.flv", "audioCodec": {"codecName": "AAC"}},
        {"segmentUrl": "0/1/chunk_%_%.flv", "audioCodec": {"codecName": "AAC"}},
    ]));
    let recording = Recording::new(RecordingId(1), info(&stream), None).unwrap();
    assert!(
        recording
            .renditions
            .iter()
            .all(|it| it.tracks[0].kind == TrackKind::Audio)
    );
    for quality in [Quality::Best, Quality::Audio, Quality::Height(360)] {
        assert_eq!(
            chosen(&recording, quality, ContainerChoice::Mp4),
            "0/1/chunk_%_%.flv",
            "{quality:?}"
        );
    }
}

#[test]
fn the_higher_bit_rate_is_better_at_equal_height() {
    let stream = flv(&json!([
        {"segmentUrl": "5/1/chunk_%_%.flv", "bitrate": 100, "videoCodec": {"height": 252}},
        {"segmentUrl": "7/1/chunk_%_%.flv", "bitrate": "200", "videoCodec": {"height": 252.0}},
        {"segmentUrl": "9/1/chunk_%_%.flv", "bitrate": 900},
    ]));
    let recording = Recording::new(RecordingId(1), info(&stream), None).unwrap();
    let versions: Vec<_> = names(&recording).iter().map(|name| &name[..1]).collect();
    assert_eq!(versions, ["7", "5", "9"], "what has no height comes last");
}

/// Returns a recording with two videos and audio in two languages, separate and muxed.
fn of_two_languages() -> Recording {
    let rows = json!([
        {"segmentUrl": "5/chunk_%_%.m4v", "contentType": "video/mp4", "height": 720},
        {"segmentUrl": "3/chunk_%_%.m4v", "contentType": "video/mp4", "height": 360},
        {"segmentUrl": "4/chunk_%_%.m4a", "contentType": "audio/mp4", "language": "fr", "country": "CA"},
        {"segmentUrl": "2/chunk_%_%.m4a", "contentType": "audio/mp4", "language": "en", "default": true},
    ]);
    let mut stream = info(&format("mp4/segmented", &rows));
    let together = flv(&json!([
        {"segmentUrl": "5/2/chunk_%_%.flv", "height": 720, "language": "en", "default": true},
        {"segmentUrl": "5/4/chunk_%_%.flv", "height": 720, "language": "fr"},
    ]));
    stream.stored.flv = info(&together).stored.flv;
    Recording::new(RecordingId(1), stream, None).unwrap()
}

#[test]
fn audio_is_chosen_by_language() {
    let recording = of_two_languages();
    assert_eq!(recording.languages(), ["en", "fr-CA", "fr"]);
    let only = |language: &str| AudioChoice::Only(language.to_owned());
    let prefer = |language: &str| AudioChoice::Prefer(language.to_owned());
    let audio_only = (Quality::Audio, ContainerChoice::Mp4);
    let small = (Quality::Height(360), ContainerChoice::Mp4);
    let original = (Quality::Best, ContainerChoice::Original);
    for ((quality, keep), audio, expected) in [
        (small, AudioChoice::Usual, "3.v 2.a"),
        (small, only("fr"), "3.v 4.a"),
        (small, only("fr-FR"), "3.v 4.a"),
        (small, prefer("de"), "3.v 2.a"),
        (small, AudioChoice::All, "3.v 2.a 4.a"),
        (audio_only, only("fr-CA"), "4.a"),
        (audio_only, AudioChoice::All, "2.a 4.a"),
        (original, AudioChoice::Usual, "5/2.flv"),
        (original, prefer("fr-FR"), "5/4.flv"),
        (original, AudioChoice::All, "5/2.flv"),
    ] {
        let choice = Choice {
            quality,
            keep,
            audio,
        };
        let plan = recording.plan(&choice).unwrap();
        let name = plan
            .rendition
            .0
            .replace("/chunk_%_%.m4", ".")
            .replace("/chunk_%_%", "");
        assert_eq!(name, expected, "{choice:?}");
        let last = u8::try_from(plan.tracks.len() - 1).unwrap();
        assert!(
            !urls(&recording, &plan, media(last, 3)).is_empty(),
            "{choice:?}"
        );
    }
    let defaults: Vec<_> = recording
        .default_renditions()
        .map(|it| it.tracks.len())
        .collect();
    assert_eq!(defaults, [2, 2, 1, 1, 1], "each quality once");
}

#[test]
fn a_missing_language_is_an_error_that_names_the_others() {
    let choice = Choice {
        audio: AudioChoice::Only("de".into()),
        ..Choice::default()
    };
    let Err(Error::NoAudio { wanted, there }) = of_two_languages().plan(&choice) else {
        panic!()
    };
    assert_eq!(
        (&*wanted, &*there),
        ("de", &["en", "fr-CA", "fr"].map(str::to_owned)[..])
    );
}

#[test]
fn a_segment_has_the_hash_of_its_interval_on_each_server_https_first() {
    let recording = recording();
    let choice = Choice {
        keep: ContainerChoice::Original,
        ..Choice::default()
    };
    let plan = recording.plan(&choice).unwrap();
    let name = format!("{PATH}/2/1/chunk_19_2071551290.flv");
    assert_eq!(
        urls(&recording, &plan, media(0, 19)),
        [
            format!("https://vod-cdn.ustream.tv/{name}"),
            format!("http://vod-cdn.ustream.tv/{name}"),
            format!("https://uhsakamai-a.akamaihd.net/{name}"),
            format!("http://uhs-akamai.ustream.tv/{name}"),
        ]
    );
    let last = urls(&recording, &plan, media(0, 49));
    assert!(
        last[0].ends_with("/chunk_49_77410263.flv"),
        "the last hash serves what may follow"
    );
    assert!(
        plan.segments
            .iter()
            .any(|s| s.id == media(0, 49) && s.presence == Presence::Tentative)
    );
}

#[test]
fn an_init_segment_has_the_number_of_the_first_segment_or_zero() {
    let mut stream = recorded();
    let fmp4 = stream.stored.fmp4.as_mut().unwrap();
    fmp4.hashes.remove(&0);
    let recording = Recording::new(RecordingId(1), stream, None).unwrap();
    let plan = recording.plan(&Choice::default()).unwrap();
    let init = SegmentId {
        track: 0,
        kind: SegmentKind::Init,
    };
    let names: Vec<String> = urls(&recording, &plan, init)
        .iter()
        .map(|url| url.rsplit('/').next().unwrap().to_owned())
        .collect();
    assert_eq!(names[0], "chunk_10_2071551290.m4vh");
    assert!(names.contains(&"chunk_0_2071551290.m4vh".to_owned()));
    assert_eq!(
        urls(&recording, &plan, media(0, 9)),
        Vec::<String>::new(),
        "before the first"
    );
}

#[test]
fn a_plan_of_another_recording_or_rendition_is_not_located() {
    let recording = recording();
    let plan = recording.plan(&Choice::default()).unwrap();
    assert!(!recording.locate(&plan, media(0, 0)).urls.is_empty());
    assert!(recording.locate(&plan, media(2, 0)).urls.is_empty());
    let mut other = plan.clone();
    other.rendition = RenditionId("9/chunk_%_%.m4v".into());
    assert!(recording.locate(&other, media(0, 0)).urls.is_empty());
    let mut other = plan;
    other.media = RecordingId(1).into();
    assert!(recording.locate(&other, media(0, 0)).urls.is_empty());
}

#[test]
fn parts_of_a_url_are_joined_by_one_slash() {
    for (site, path) in [("/", "a/%2F/b/"), ("", "/a/%2F/b"), ("/", "a/%2F/b")] {
        let mut stream = info(&flv(&json!([{"segmentUrl": "/2/1/chunk_%_%.flv"}])));
        stream.stored.flv.as_mut().unwrap().paths = vec![path.into()];
        stream.sites = vec![Site {
            host: "Vod-CDN.ustream.tv".into(),
            path: site.into(),
        }];
        let recording = Recording::new(RecordingId(1), stream, None).unwrap();
        let plan = recording.plan(&Choice::default()).unwrap();
        assert_eq!(
            urls(&recording, &plan, media(0, 3))[0],
            "https://vod-cdn.ustream.tv/a/%2F/b/2/1/chunk_3_a.flv"
        );
    }
}

#[test]
fn foreign_servers_are_never_used() {
    for host in [
        "evil.com",
        "vod-cdn.ustream.tv.evil.com",
        "a@evil.com",
        "vod-cdn.ustream.tv:81",
        "",
    ] {
        let mut stream = recorded();
        stream.sites = vec![Site {
            host: host.into(),
            path: "/".into(),
        }];
        let recording = Recording::new(RecordingId(1), stream, None).unwrap();
        let plan = recording.plan(&Choice::default()).unwrap();
        let found = urls(&recording, &plan, media(0, 0));
        assert_eq!(found.len(), 3, "{host}: {found:?}");
    }
}

#[test]
fn paths_and_templates_outside_the_folder_are_refused() {
    let templates = [
        "2/1/chunk.flv",
        "2/1/chunk_%.flv",
        "../chunk_%_%.flv",
        "2/%2e%2E/chunk_%_%.flv",
        "https://evil.com/chunk_%_%.flv",
        "//evil.com/chunk_%_%.flv",
        "2\\chunk_%_%.flv",
        "2/chunk_%_%.flv#",
        "2/ch unk_%_%.flv",
    ];
    for template in templates {
        let stream = flv(&json!([{"segmentUrl": template}]));
        let made = Recording::new(RecordingId(1), info(&stream), None);
        assert!(matches!(made, Err(Error::Malformed { .. })), "{template}");
    }
    for path in [
        "../x/",
        "x/../../",
        "https://evil.com/",
        "//evil.com/",
        "x?y",
    ] {
        let mut stream = info(&flv(&json!([{"segmentUrl": "2/1/chunk_%_%.flv"}])));
        stream.stored.flv.as_mut().unwrap().paths = vec![path.into()];
        let made = Recording::new(RecordingId(1), stream, None);
        assert!(matches!(made, Err(Error::Malformed { .. })), "{path}");
    }
    let mut stream = info(&flv(&json!([{"segmentUrl": "2/1/chunk_%_%.flv"}])));
    stream
        .stored
        .flv
        .as_mut()
        .unwrap()
        .hashes
        .insert(5, "../../x".into());
    assert!(matches!(
        Recording::new(RecordingId(1), stream, None),
        Err(Error::Malformed { .. })
    ));
}

#[test]
fn an_invalid_format_does_not_affect_the_other() {
    let mut stream = recorded();
    stream.stored.fmp4.as_mut().unwrap().chunk_time_ms = Some(0);
    let recording = Recording::new(RecordingId(1), stream, None).unwrap();
    assert!(
        recording
            .renditions
            .iter()
            .all(|rendition| rendition.container == Container::Flv)
    );
}

#[test]
fn the_description_by_the_api_takes_precedence() {
    let mut stream = recorded();
    stream.title = Some("of the stream".into());
    stream.owner = Some("someone".into());
    let video = VideoInfo {
        title: Some("of the API".into()),
        ..VideoInfo::default()
    };
    let recording = Recording::new(RecordingId(1), stream, Some(video)).unwrap();
    assert_eq!(recording.title.as_deref(), Some("of the API"));
    assert_eq!(recording.owner.as_deref(), Some("someone"));
}

/// Returns the two representations of `mp4/segmented`, with a change of the video.
fn with_video(change: impl Fn(&mut serde_json::Value)) -> serde_json::Value {
    let mut video = json!({
        "segmentUrl": "2/chunk_%_%.m4v", "contentType": "video/mp4", "height": 720,
    });
    change(&mut video);
    let audio = json!({
        "segmentUrl": "1/chunk_%_%.m4a", "contentType": "audio/mp4",
        "language": "en", "default": true,
    });
    json!([video, audio])
}

fn without_template(row: &mut serde_json::Value) {
    row["segmentUrl"].take();
}

fn choice(quality: Quality) -> Choice {
    Choice {
        quality,
        ..Choice::default()
    }
}

#[test]
fn audio_alone_is_not_chosen_if_the_video_is_lost() {
    let changes: [fn(&mut serde_json::Value); 4] = [
        without_template,
        |row| row["segmentUrl"] = json!("../2/chunk_%_%.m4v"),
        |row| row["segmentUrl"] = json!("2/chunk_%.m4v"),
        |row| row["initUrl"] = json!("//evil.example/%_%"),
    ];
    for change in changes {
        let stream = format("mp4/segmented", &with_video(change));
        let recording = Recording::new(RecordingId(1), info(&stream), None).unwrap();
        for quality in [Quality::Best, Quality::Smallest, Quality::Height(360)] {
            let refused = recording.plan(&choice(quality));
            assert!(
                matches!(refused, Err(Error::Malformed { .. })),
                "{refused:?}"
            );
        }
        let [lost] = recording.lost_renditions.as_slice() else {
            panic!("{:?}", recording.lost_renditions)
        };
        assert_eq!((&*lost.name, lost.has_video), ("720p", true));
        assert!(lost.reason.contains("segments"), "{}", lost.reason);
        let audio = recording.plan(&choice(Quality::Audio)).unwrap();
        assert_eq!(
            audio.rendition.0, "1/chunk_%_%.m4a",
            "who wants only that has it"
        );
    }
}

#[test]
fn a_lost_video_is_replaced_by_the_other_format_or_reported() {
    let rows = |change: fn(&mut serde_json::Value)| format("mp4/segmented", &with_video(change));
    let mut stream = info(&rows(without_template));
    let other = |height: u32| {
        let row = json!([{"segmentUrl": "2/1/chunk_%_%.flv", "height": height, "language": "en"}]);
        info(&flv(&row)).stored.flv
    };
    stream.stored.flv = other(720);
    let recording = Recording::new(RecordingId(1), stream.clone(), None).unwrap();
    let plan = recording.plan(&Choice::default()).unwrap();
    assert_eq!(plan.rendition.0, "2/1/chunk_%_%.flv");
    assert_eq!(
        recording.lost_renditions,
        [],
        "it is there, only in another container"
    );

    stream.stored.flv = other(360);
    let recording = Recording::new(RecordingId(1), stream, None).unwrap();
    let plan = recording.plan(&Choice::default()).unwrap();
    assert_eq!(plan.rendition.0, "2/1/chunk_%_%.flv");
    let actual = recording.substituted(&Choice::default(), &plan).unwrap();
    assert_eq!(actual.name, "720p");
    let small = choice(Quality::Height(360));
    assert!(
        recording.substituted(&small, &plan).is_none(),
        "exactly what was requested"
    );
}

#[test]
fn the_best_remaining_video_is_chosen_from_all_formats() {
    let mut rows = with_video(without_template);
    rows.as_array_mut().unwrap().push(json!({
        "segmentUrl": "4/chunk_%_%.m4v", "contentType": "video/mp4", "height": 252,
    }));
    let mut stream = info(&format("mp4/segmented", &rows));
    let other = json!([{"segmentUrl": "3/1/chunk_%_%.flv", "height": 486}]);
    stream.stored.flv = info(&flv(&other)).stored.flv;
    let recording = Recording::new(RecordingId(1), stream, None).unwrap();
    assert_eq!(
        chosen(&recording, Quality::Best, ContainerChoice::Mp4),
        "3/1/chunk_%_%.flv"
    );
    let small = chosen(&recording, Quality::Smallest, ContainerChoice::Original);
    assert_eq!(small, "4/chunk_%_%.m4v 1/chunk_%_%.m4a");
}

#[test]
fn a_video_whose_audio_is_lost_makes_no_silent_movie() {
    let mut rows = with_video(|_| ());
    without_template(&mut rows[1]);
    let stream = info(&format("mp4/segmented", &rows));
    let refused = Recording::new(RecordingId(1), stream.clone(), None);
    assert!(
        matches!(refused, Err(Error::Malformed { .. })),
        "{refused:?}"
    );

    let mut with_other = stream;
    let other = json!([{"segmentUrl": "2/1/chunk_%_%.flv", "height": 360}]);
    with_other.stored.flv = info(&flv(&other)).stored.flv;
    let recording = Recording::new(RecordingId(1), with_other, None).unwrap();
    let plan = recording.plan(&Choice::default()).unwrap();
    assert_eq!(plan.container, Container::Flv);
    let actual = recording.substituted(&Choice::default(), &plan).unwrap();
    assert_eq!(actual.name, "720p");
}

#[test]
fn a_replaced_language_is_reported() {
    let mut rows = with_video(|_| ());
    without_template(&mut rows[1]);
    rows.as_array_mut().unwrap().push(json!({
        "segmentUrl": "3/chunk_%_%.m4a", "contentType": "audio/mp4", "language": "fr",
    }));
    let stream = info(&format("mp4/segmented", &rows));
    let recording = Recording::new(RecordingId(1), stream, None).unwrap();
    let spoken = |audio: AudioChoice| Choice {
        audio,
        ..Choice::default()
    };
    let only = recording.plan(&spoken(AudioChoice::Only("en".into())));
    assert!(matches!(only, Err(Error::Malformed { .. })), "{only:?}");
    let none = recording.plan(&spoken(AudioChoice::Only("de".into())));
    assert!(matches!(none, Err(Error::NoAudio { .. })), "{none:?}");
    for audio in [
        AudioChoice::Usual,
        AudioChoice::Prefer("en-US".into()),
        AudioChoice::All,
    ] {
        let choice = spoken(audio);
        let plan = recording.plan(&choice).unwrap();
        let actual = recording.substituted(&choice, &plan).unwrap();
        assert_eq!((&*actual.name, actual.has_video), ("en", false));
    }
    let french = spoken(AudioChoice::Only("fr".into()));
    let plan = recording.plan(&french).unwrap();
    assert!(recording.substituted(&french, &plan).is_none());
}

#[test]
fn renditions_promise_what_their_representations_state() {
    let stream = flv(&json!([
        {"segmentUrl": "1/1/chunk_%_%.flv", "height": 720, "audioCodec": {}},
        {"segmentUrl": "2/1/chunk_%_%.flv", "videoCodec": {"height": 360}},
        {"segmentUrl": "0/1/chunk_%_%.flv", "audioCodec": {"codecName": "AAC"}},
        {"segmentUrl": "9/1/chunk_%_%.flv"},
    ]));
    let recording = Recording::new(RecordingId(1), info(&stream), None).unwrap();
    let promised = |name: &str| {
        let mut renditions = recording.renditions.iter();
        let promises = renditions
            .find(|it| it.id.0.starts_with(name))
            .unwrap()
            .promises;
        (promises.video, promises.audio)
    };
    assert_eq!(promised("1/"), (true, true));
    assert_eq!(promised("2/"), (true, false));
    assert_eq!(promised("0/"), (false, true));
    assert_eq!(promised("9/"), (false, false));
    let fragments = recording_of_fragments();
    assert!(fragments.promises.video && fragments.promises.audio);
}

fn recording_of_fragments() -> Rendition {
    let stream = info(&format("mp4/segmented", &with_video(|_| ())));
    Recording::new(RecordingId(1), stream, None)
        .unwrap()
        .renditions
        .remove(0)
}

#[test]
fn stated_lengths_have_sources_and_the_longest_counts() {
    let mut stream = recorded();
    stream.length = Some(280_000);
    let video = VideoInfo {
        duration_ms: Some(190_000),
        ..VideoInfo::default()
    };
    let recording = Recording::new(RecordingId(1), stream, Some(video)).unwrap();
    let actual: Vec<_> = recording
        .stated_lengths
        .iter()
        .map(|it| (it.source, it.duration_ms))
        .collect();
    let expected = [
        (LengthSource::Control, 280_000),
        (LengthSource::Api, 190_000),
    ];
    assert_eq!(actual, expected);
    assert_eq!(recording.stated_ms(), Some(280_000));
    let plan = recording.plan(&Choice::default()).unwrap();
    assert_eq!(plan.stated_ms, Some(280_000));
    let listing = plan.listing.unwrap();
    assert_eq!(
        (&*listing.paths, listing.hashes.len()),
        (&[PATH.to_owned()][..], 5)
    );
}

#[test]
fn a_single_file_has_the_length_by_the_api() {
    let url = Url::parse("https://tcdn.ustream.tv/1.mp4").unwrap();
    let file = SingleFile::new(url, 1_000_000, None).unwrap();
    let video = VideoInfo {
        duration_ms: Some(190_000),
        ..VideoInfo::default()
    };
    let source = SourceKind::File(file);
    let recording =
        Recording::from_source(RecordingId(1), StreamInfo::default(), source, Some(video)).unwrap();
    assert_eq!(recording.stated_ms(), Some(190_000));
    let plan = recording.plan(&Choice::default()).unwrap();
    assert_eq!((plan.listing, plan.stated_ms), (None, Some(190_000)));
}

#[test]
fn known_servers_are_used_by_http_only_if_the_service_names_them() {
    let bases = validated_format::base_urls(&[]);
    let plain: Vec<_> = bases
        .iter()
        .filter(|base| base.starts_with("http://"))
        .collect();
    assert_eq!(
        plain,
        ["http://uhs-akamai.ustream.tv"],
        "it has nothing else"
    );
    let named = [Site {
        host: "uhsakamai-a.akamaihd.net".into(),
        path: "/".into(),
    }];
    let bases = validated_format::base_urls(&named);
    let expected = [
        "https://uhsakamai-a.akamaihd.net",
        "http://uhsakamai-a.akamaihd.net",
        "https://vod-cdn.ustream.tv",
        "http://uhs-akamai.ustream.tv",
    ];
    assert_eq!(bases, expected);
}
