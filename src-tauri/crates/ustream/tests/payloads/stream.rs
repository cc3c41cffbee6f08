//! Payloads that describe how a recording is stored.

use serde_json::{Value, json as value};
use ustream::ums::message::{self, Command, ModuleInfo, Site};
use ustream::ums::session::StreamInfo;
use ustream::ums::stream::{self, Representation, StoredStream, StreamFormat, StreamState};
use ustream::{
    Choice, Container, ContainerChoice, Error, PlanChange, Presence, Quality, Recording,
    RecordingId, SegmentId, SegmentKind, SegmentPlan,
};

use crate::{json, session_result, text};

fn message(name: &str) -> ModuleInfo {
    match message::parse(&text(name)).unwrap().remove(0) {
        Command::ModuleInfo(info) => *info,
        other => panic!("{other:?}"),
    }
}

fn stored(message: &ModuleInfo) -> &StoredStream {
    match &message.stream {
        Some(StreamState::Stored(stored)) => stored,
        other => panic!("{other:?}"),
    }
}

fn formats(message: &ModuleInfo) -> (&StreamFormat, &StreamFormat) {
    let StoredStream { flv, fmp4, .. } = stored(message);
    (flv.as_ref().unwrap(), fmp4.as_ref().unwrap())
}

/// Returns a recording with one format of these representations.
fn recording_of(name: &str, rows: &Value) -> Recording {
    let body = value!({"streamFormats": {name: {
        "chunkTime": 5000,
        "hashes": {"0": "a"},
        "contentAccess": {"accessList": [{"data": {"path": "x/"}}]},
        "streams": rows,
    }}});
    let StreamState::Stored(stored) = stream::read(&body) else {
        panic!("{body}")
    };
    let info = StreamInfo {
        stored: *stored,
        ..StreamInfo::default()
    };
    Recording::new(RecordingId(1), info, None).unwrap()
}

fn numbers(plan: &SegmentPlan, track: u8, presence: Presence) -> Vec<u64> {
    let of_track = plan
        .segments
        .iter()
        .filter(|it| it.id.track == track && it.presence == presence);
    of_track
        .filter_map(|it| match it.id.kind {
            SegmentKind::Media(number) => Some(number),
            SegmentKind::Init => None,
        })
        .collect()
}

fn first_address(recording: &Recording, plan: &SegmentPlan, kind: SegmentKind) -> String {
    let place = recording.locate(plan, SegmentId { track: 0, kind });
    place.urls[0].to_string()
}

/// Returns the members of a representation for comparison.
fn representation(row: &Representation) -> (&str, Option<u32>, Option<u32>, Option<u32>, bool) {
    let Representation {
        segment_url,
        width,
        height,
        bitrate_kbps,
        is_default,
        ..
    } = row;
    (segment_url, *width, *height, *bitrate_kbps, *is_default)
}

#[test]
fn reconstructed_ws_moduleinfo_stream_recorded_is_a_whole_plan() {
    let server = text("reconstructed-ws-moduleInfo-cdnConfig-recorded");
    let frame = text("reconstructed-ws-moduleInfo-stream-recorded");
    let info = session_result(&[&frame, &server]).unwrap();
    let recording = Recording::new(RecordingId(112_470_631), info, None).unwrap();
    assert_eq!(recording.duration_ms, Some(277_000));
    let actual: Vec<_> = recording
        .renditions
        .iter()
        .map(|it| (it.id.0.as_str(), it.width, it.height, it.bitrate_kbps))
        .collect();
    let expected = [
        (
            "2/chunk_%_%.m4v 1/chunk_%_%.m4a",
            Some(1280),
            Some(720),
            Some(1648),
        ),
        (
            "4/chunk_%_%.m4v 1/chunk_%_%.m4a",
            Some(640),
            Some(360),
            Some(500),
        ),
        ("1/chunk_%_%.m4a", None, None, Some(148)),
        ("2/1/chunk_%_%.flv", Some(1280), Some(720), Some(1648)),
        ("4/1/chunk_%_%.flv", Some(640), Some(360), Some(500)),
    ];
    assert_eq!(actual, expected);

    let plan = recording.plan(&Choice::default()).unwrap();
    assert_eq!(plan.container, Container::Fmp4);
    for track in 0..2 {
        let sure: Vec<u64> = (0..=45).collect();
        assert_eq!(numbers(&plan, track, Presence::Sure), sure);
        let tentative: Vec<u64> = (46..50).collect();
        assert_eq!(numbers(&plan, track, Presence::Tentative), tentative);
    }
    let last = plan.segments.last().unwrap();
    assert_eq!((last.start_ms, last.duration_ms), (49 * 6000, 6000));

    let folder = "https://vod-cdn.ustream.tv/sjc/omega/vod/\
        us1-37ed7ef2-e250-4085-b0e2-9f5bbf7d69e8/10584000/53926414920000/plain/rfc";
    let assert_segment = |number, hash: &str| {
        let address = first_address(&recording, &plan, SegmentKind::Media(number));
        assert_eq!(address, format!("{folder}/2/chunk_{number}_{hash}.m4v"));
    };
    assert_segment(0, "1870599898");
    assert_segment(9, "1870599898");
    assert_segment(10, "2071551290");
    assert_segment(29, "318871520");
    assert_segment(30, "2904611835");
    assert_segment(49, "77410263");
    assert_eq!(
        first_address(&recording, &plan, SegmentKind::Init),
        format!("{folder}/2/chunk_0_1870599898.m4vh")
    );
}

#[test]
fn reconstructed_ws_moduleinfo_stream_channel_2019_a_says_rows_hashes_and_path() {
    let message = message("reconstructed-ws-moduleInfo-stream-channel-2019-a");
    let (flv, fmp4) = formats(&message);
    for format in [flv, fmp4] {
        assert_eq!(format.chunk_time_ms, Some(5000));
        assert_eq!(
            format.paths,
            ["sea01/sea01-uhs-omega01/live/16551254/1548435618580/plain/uhs"]
        );
        let hashes: Vec<_> = format
            .hashes
            .iter()
            .map(|(n, it)| (*n, it.as_str()))
            .collect();
        let expected = [(1_548_448_530, "f68e3bc267"), (1_548_448_540, "b69cf12a48")];
        assert_eq!(hashes, expected);
        assert_eq!(format.length, None, "it still runs");
    }
    let rows: Vec<_> = flv.representations.iter().map(representation).collect();
    let expected = [
        ("2/1/chunk_%_%.flv", Some(1280), Some(720), Some(1025), true),
        ("2/3/chunk_%_%.flv", Some(1280), Some(720), Some(923), true),
    ];
    assert_eq!(rows, expected);
    assert!(
        flv.representations
            .iter()
            .all(|row| row.has_video_codec && row.has_audio_codec)
    );
    let rows: Vec<_> = fmp4.representations.iter().map(representation).collect();
    let expected = [
        ("2/chunk_%_%.m4v", Some(1280), Some(720), Some(909), false),
        ("7/chunk_%_%.m4v", Some(864), Some(486), Some(229), false),
        ("4/chunk_%_%.m4v", Some(640), Some(360), Some(169), false),
        ("8/chunk_%_%.m4v", Some(448), Some(252), Some(109), false),
        ("1/chunk_%_%.m4a", None, None, Some(188), true),
    ];
    assert_eq!(rows, expected);
    for row in &fmp4.representations {
        let init = row.segment_url.clone() + "h";
        assert_eq!(row.init_url, Some(init));
    }
    let audio = fmp4.representations.last().unwrap();
    assert_eq!(audio.content_type.as_deref(), Some("audio/mp4"));
    assert_eq!(
        (audio.language.as_deref(), audio.country.as_deref()),
        (Some("en"), Some("US"))
    );
}

#[test]
fn reconstructed_ws_moduleinfo_stream_channel_2019_b_update_adds_hashes_to_the_same_rows() {
    let info = session_result(&[
        &text("reconstructed-ws-moduleInfo-stream-channel-2019-a"),
        &text("reconstructed-ws-moduleInfo-stream-channel-2019-b-update"),
        &text("reconstructed-ws-moduleInfo-cdnConfig-2019"),
    ])
    .unwrap();
    let fmp4 = info.stored.fmp4.as_ref().unwrap();
    let hashes: Vec<_> = fmp4
        .hashes
        .iter()
        .map(|(n, it)| (*n, it.as_str()))
        .collect();
    let expected = [
        (1_548_448_530, "f68e3bc267"),
        (1_548_448_540, "b69cf12a48"),
        (1_548_448_550, "ee06b3c929"),
        (1_548_448_560, "d4e3aa5a6e"),
    ];
    assert_eq!(hashes, expected);
    // The bit rate of a video doubles within two minutes: it cannot identify a representation.
    assert_eq!(fmp4.representations[0].bitrate_kbps, Some(1927));
    let id = RecordingId(16_551_254);
    let before = message("reconstructed-ws-moduleInfo-stream-channel-2019-a");
    let earlier = StreamInfo {
        stored: stored(&before).clone(),
        ..StreamInfo::default()
    };
    let plan = |info| {
        let recording = Recording::new(id, info, None).unwrap();
        recording.plan(&Choice::default()).unwrap()
    };
    let (earlier, later) = (plan(earlier), plan(info));
    assert_eq!(later.compare(&earlier), PlanChange::Same);
    let first = numbers(&later, 0, Presence::Sure)[0];
    assert_eq!(first, 1_548_448_530);
}

#[test]
fn reconstructed_ws_moduleinfo_first_channel_2019_holds_stream_and_title_in_one() {
    let message = message("reconstructed-ws-moduleInfo-first-channel-2019");
    assert_eq!(message.title.as_deref(), Some("CreativeLive broadcast12"));
    assert_eq!(message.owner.as_deref(), Some("CreativeLive"));
    let (flv, fmp4) = formats(&message);
    let names = |format: &StreamFormat| -> Vec<String> {
        let rows = format.representations.iter();
        rows.map(|row| row.segment_url.replace("/chunk_%_%", ""))
            .collect()
    };
    assert_eq!(names(flv), ["4/8.flv", "4/2.flv", "6/8.flv", "6/2.flv"]);
    assert_eq!(names(fmp4), ["5.m4v", "7.m4v", "8.m4a", "2.m4a"]);
    let info = StreamInfo {
        stored: stored(&message).clone(),
        ..StreamInfo::default()
    };
    let recording = Recording::new(RecordingId(1), info, None).unwrap();
    let chosen = |choice: Choice| recording.plan(&choice).unwrap().rendition.0;
    // Both videos have 252 lines, and both audio tracks are the default.
    assert_eq!(chosen(Choice::default()), "5/chunk_%_%.m4v 2/chunk_%_%.m4a");
    let small = Choice {
        quality: Quality::Height(360),
        keep: ContainerChoice::Original,
        ..Choice::default()
    };
    assert_eq!(chosen(small), "6/2/chunk_%_%.flv");
}

#[test]
fn real_ws_flvsegmented_streams_nasahdtv_2019_trimmed_are_eight_though_six_have_one_preset() {
    let rows = json("real-ws-flvsegmented-streams-nasahdtv-2019-trimmed");
    let recording = recording_of("flv/segmented", &rows);
    let actual: Vec<_> = recording
        .renditions
        .iter()
        .map(|it| (&it.id.0[..3], it.height.unwrap(), it.bitrate_kbps.unwrap()))
        .collect();
    let expected = [
        ("2/4", 720, 2561),
        ("5/4", 486, 312),
        ("8/4", 360, 243),
        ("6/4", 252, 186),
        ("2/9", 720, 2556),
        ("5/9", 486, 307),
        ("8/9", 360, 238),
        ("6/9", 252, 181),
    ];
    assert_eq!(actual, expected);
}

#[test]
fn real_ws_mp4segmented_audio_stream_without_language_recorded_is_a_sound_all_the_same() {
    let row = json("real-ws-mp4segmented-audio-stream-without-language-recorded");
    let recording = recording_of("mp4/segmented", &value!([row]));
    let [audio] = recording.renditions.as_slice() else {
        panic!("{recording:?}")
    };
    assert_eq!(audio.bitrate_kbps, Some(148));
    let [track] = audio.tracks.as_slice() else {
        panic!("{audio:?}")
    };
    assert_eq!(track.template, "1/chunk_%_%.m4a");
    assert_eq!(track.init_template.as_deref(), Some("1/chunk_%_%.m4ah"));
    assert_eq!(track.language, None);
}

#[test]
fn reconstructed_lp_2016_dash_3_1_recorded_stands_in_the_stream_itself() {
    let info = session_result(&[&text("reconstructed-lp-2016-dash-3-1-recorded")]).unwrap();
    let site = Site {
        host: "uhs-akamai.ustream.tv".into(),
        path: String::new(),
    };
    assert_eq!(info.sites, [site]);
    let recording = Recording::new(RecordingId(1), info, None).unwrap();
    assert_eq!(recording.duration_ms, Some(3_600_000));
    let plan = recording.plan(&Choice::default()).unwrap();
    assert_eq!(plan.rendition.0, "2/chunk_%_%.m4v 1/chunk_%_%.m4a");
    // The payload has only the first two hashes of an hour: later segments are missing.
    assert_eq!(plan.segments.len(), 2 + 2 * 20);
    assert_eq!(plan.stated_ms, Some(3_600_000));
    assert_eq!(
        first_address(&recording, &plan, SegmentKind::Media(11)),
        "https://uhs-akamai.ustream.tv/PATH/2/chunk_11_222.m4v"
    );
}

#[test]
fn reconstructed_rtmp_moduleinfo_channel_2015_has_hashes_that_begin_at_nine() {
    let name = "reconstructed-rtmp-moduleInfo-channel-2015";
    let mut body = json(name)["stream"].take();
    // Its streams are for RTMP: nothing of it may be read as segments.
    let frame = value!({"cmd": "moduleInfo", "args": [{"stream": body}]}).to_string();
    assert!(matches!(session_result(&[&frame]), Err(Error::Timeout(_))));

    let mut recording = recording_of(
        "flv/segmented",
        &value!([{"segmentUrl": "1/chunk_%_%.flv"}]),
    );
    let format = value!({"streamFormats": {"flv/segmented": {
        "chunkTime": body["streams"][0]["chunkTime"],
        "hashes": body["hashes"][0].take(),
        "contentAccess": {"accessList": [{"data": {"path": "x/"}}]},
        "streams": [{"segmentUrl": body["streams"][0]["streamName"][0]}],
    }}});
    if let StreamState::Stored(stored) = stream::read(&format) {
        let info = StreamInfo {
            stored: *stored,
            ..StreamInfo::default()
        };
        recording = Recording::new(RecordingId(6_540_154), info, None).unwrap();
    }
    let plan = recording.plan(&Choice::default()).unwrap();
    let sure: Vec<u64> = (1_443_585_699..=1_443_585_709).collect();
    assert_eq!(numbers(&plan, 0, Presence::Sure), sure);
    assert_eq!(plan.segments[0].duration_ms, 5000, "stated as 5000.0");
    for (number, hash) in [
        (1_443_585_699, "53131993"),
        (1_443_585_708, "53131993"),
        (1_443_585_709, "1617250300"),
    ] {
        let address = first_address(&recording, &plan, SegmentKind::Media(number));
        let name = format!("/streams/live_1_{number}_{hash}.flv");
        assert!(address.ends_with(&name), "{address}");
    }
}

#[test]
fn thirdparty_doc_ums_moduleinfo_2025_simplified_is_not_taken_for_a_stream() {
    // A sketch that contradicts its own program: representations and hashes without a path.
    let frame = text("thirdparty-doc-ums-moduleInfo-2025-SIMPLIFIED");
    assert!(matches!(session_result(&[&frame]), Err(Error::Timeout(_))));
}
