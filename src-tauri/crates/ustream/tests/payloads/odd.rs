//! Mutated payloads: other notations of the same content are read in the same way, and invalid
//! content is read without panic.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use serde_json::{Value, json as value};
use ustream::api::{self, ApiResponse};
use ustream::ums::message::{self, Command, ModuleInfo};
use ustream::ums::session::StreamInfo;
use ustream::ums::stream::StreamState;
use ustream::{ChannelId, Choice, Quality, Recording, RecordingId, Target, gate, page};

use crate::json;
use crate::rewording::{Changes, Rewording, corrupted, oddities, reworded, rewordings};

/// Most segments of a plan, besides the last interval.
const MAX_SEGMENTS: usize = 200_000;

/// What a reader understood, as text for comparison.
type Interpretation = String;

/// Reads a payload.
type ReadPayload = fn(&Value) -> Interpretation;

/// Payloads and their readers.
const PAYLOADS: [(&str, ReadPayload); 25] = [
    ("doc-api-video", video),
    ("doc-api-channel", channel),
    ("doc-api-channel-minimal-locks", channel),
    ("doc-api-channel-videos", listing),
    ("doc-api-captions", captions),
    ("doc-api-chapters", chapters),
    ("reconstructed-viewing-experience-content", content),
    ("reconstructed-ws-moduleInfo-stream-recorded", frame),
    ("reconstructed-ws-moduleInfo-stream-channel-2019-a", frame),
    (
        "reconstructed-ws-moduleInfo-stream-channel-2019-b-update",
        frame,
    ),
    ("reconstructed-ws-moduleInfo-first-channel-2019", frame),
    ("reconstructed-ws-moduleInfo-cdnConfig-2019", frame),
    ("reconstructed-ws-moduleInfo-cdnConfig-recorded", frame),
    ("reconstructed-ws-moduleInfo-offline", frame),
    (
        "reconstructed-ws-moduleInfo-transitional-empty-formats",
        frame,
    ),
    ("reconstructed-ws-reject-cluster", frame),
    ("reconstructed-ws-reject-locks", frame),
    ("reconstructed-ws-warning", frame),
    ("reconstructed-lp-connect-response-tracking", frame),
    ("reconstructed-lp-2016-dash-3-1-recorded", frame),
    ("reconstructed-lp-poll-moduleInfo-hls-recorded", frame),
    ("fixture-lp-poll-reject-referrerLock-2026", frame),
    ("real-ws-moduleInfo-counters-2019", frame),
    ("real-lp-moduleInfo-counters-2018", frame),
    ("reconstructed-rtmp-moduleInfo-channel-2015", off_air),
];

fn body(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

fn video(value: &Value) -> Interpretation {
    format!("{:?}", api::video(&body(value)))
}

fn channel(value: &Value) -> Interpretation {
    format!("{:?}", api::channel(&body(value)))
}

fn listing(value: &Value) -> Interpretation {
    format!("{:?}", api::recording_page(&body(value)))
}

fn captions(value: &Value) -> Interpretation {
    format!("{:?}", api::captions(&body(value)))
}

fn chapters(value: &Value) -> Interpretation {
    format!("{:?}", api::chapters(&body(value)))
}

fn content(value: &Value) -> Interpretation {
    format!("{:?}", gate::content(&body(value)))
}

fn frame(value: &Value) -> Interpretation {
    format!("{:?}", message::parse(&value.to_string()))
}

/// Reads any JSON as a variable in the script of a page.
fn off_air(value: &Value) -> Interpretation {
    let html = format!("<script>ustream.vars.offAirContentVideoIds={value};</script>");
    let base = "https://video.ibm.com/embed/1".parse().unwrap();
    format!("{:?}", page::read(&html, &base))
}

fn any_payload() -> impl Strategy<Value = (&'static str, ReadPayload)> {
    prop::sample::select(PAYLOADS.as_slice())
}

/// Reads a reworded list of off-air recordings.
fn off_air_ids(changes: &Changes<Rewording>) -> Vec<RecordingId> {
    let ids = reworded(value!(["11", 22, "33"]), changes);
    let html = format!("<script>x={{}};ustream.vars.offAirContentVideoIds={ids};</script>");
    let base = "https://video.ibm.com/embed/1".parse().unwrap();
    page::read(&html, &base).off_air
}

/// Asserts that all lists of a message and of its recording are bounded.
fn assert_is_bounded(message: ModuleInfo) {
    assert!(message.sites.len() <= 16);
    let Some(StreamState::Stored(stored)) = message.stream else {
        return;
    };
    assert!(stored.playlists.len() <= 16 && stored.files.len() <= 16);
    for format in [&stored.flv, &stored.fmp4].into_iter().flatten() {
        assert!(format.representations.len() <= 500 && format.paths.len() <= 16);
    }
    let info = StreamInfo {
        stored: *stored,
        sites: message.sites,
        ..StreamInfo::default()
    };
    let Ok(recording) = Recording::new(RecordingId(1), info, None) else {
        return;
    };
    let smallest = Choice {
        quality: Quality::Smallest,
        ..Choice::default()
    };
    let audio = Choice {
        quality: Quality::Audio,
        ..Choice::default()
    };
    // If the video is lost, audio only can still be planned.
    let plan = recording.plan(&smallest);
    let plan = plan.or_else(|_| recording.plan(&audio)).unwrap();
    assert!(!plan.segments.is_empty());
    assert!(plan.segments.len() <= plan.tracks.len() * (MAX_SEGMENTS + 1));
    for segment in plan.segments.iter().step_by(1 + plan.segments.len() / 8) {
        for url in recording.locate(&plan, segment.id).urls {
            let host = url.host_str().unwrap();
            let is_own = [".ustream.tv", ".ibm.com", ".akamaihd.net"];
            assert!(is_own.iter().any(|own| host.ends_with(own)), "{url}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn other_notations_are_read_in_the_same_way(
        (name, read) in any_payload(),
        changes in rewordings(),
    ) {
        let plain = json(name);
        prop_assert_eq!(read(&plain), read(&reworded(plain, &changes)), "{}", name);
    }

    #[test]
    fn off_air_recordings_are_read_in_any_notation(changes in rewordings()) {
        prop_assert_eq!(off_air_ids(&changes), [11, 22, 33].map(RecordingId));
    }

    #[test]
    fn lists_of_a_message_are_bounded((name, _) in any_payload(), changes in oddities()) {
        let odd = corrupted(json(name), &changes);
        for command in message::parse(&odd.to_string()).into_iter().flatten() {
            if let Command::ModuleInfo(message) = command {
            assert_is_bounded(*message);
            }
        }
    }
}

proptest! {
    // Fewer cases, since long lists and all readers take time.
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn invalid_content_is_read_without_panic((name, read) in any_payload(), changes in oddities()) {
        let odd = corrupted(json(name), &changes);
        drop(read(&odd));
        // Passed to all other readers, too: a response may not be the expected one.
        for (_, read) in PAYLOADS {
            read(&odd);
        }
        drop(gate::reply(&body(&odd)));
        drop(api::social_stream(&body(&odd)));
    }

    #[test]
    fn lists_of_the_api_are_bounded(count in 0..1500_usize) {
        let captions = vec![value!({"language": "en"}); count];
        let list = api::captions(&body(&value!({"captions": captions}))).unwrap();
        prop_assert!(matches!(list, ApiResponse::Available(list) if list.len() == count.min(1000)));
        let chapters = vec![value!({"position": "1"}); count];
        let list = api::chapters(&body(&value!({"chapters": chapters}))).unwrap();
        prop_assert!(matches!(list, ApiResponse::Available(list) if list.len() == count.min(1000)));
        let ids = vec![value!(1); count];
        let html = format!("offAirContentVideoIds={}", value!(ids));
        let page = page::read(&html, &"https://video.ibm.com/".parse().unwrap());
        prop_assert_eq!(page.off_air.len(), count.min(500));
    }

    #[test]
    fn a_form_has_bounded_fields_and_labels(
        names in prop::collection::vec("[a-z\\]\\[\"<>]{0,8}", 0..70),
        label in "[ -~]{0,500}",
        depth in 0..300_usize,
    ) {
        let fields: Vec<String> = names
            .iter()
            .map(|name| format!("<label>{label}<input name='fields[{name}]'></label>"))
            .collect();
        let html = "<div>".repeat(depth) + &fields.concat();
        let page = page::read(&html, &"https://video.ibm.com/".parse().unwrap());
        let form = page.form.unwrap_or_default();
        prop_assert!(form.len() <= 50);
        for field in form {
            prop_assert!(field.label.chars().count() <= 300 && field.name.len() <= 200);
        }
    }
}

#[test]
fn a_deeply_nested_page_is_read_to_its_end() {
    let inputs = "<input name='fields[a]'><iframe src='/embed/7'></iframe>".repeat(200);
    let html = format!("{}{inputs}", "<div>".repeat(2_000));
    let page = page::read(&html, &"https://video.ibm.com/".parse().unwrap());
    assert_eq!(page.form.unwrap().len(), 1);
    assert_eq!(page.players.len(), 1);
}

#[test]
fn a_page_that_takes_too_long_is_read_partly() {
    let base = "https://video.ibm.com/".parse().unwrap();
    let nested = "<div>".repeat(200_000);
    let names: Vec<String> = (0..400_000).map(|number| format!(" a{number}")).collect();
    let crowded = format!("<div {}>", names.concat());
    for trap in [nested, crowded] {
        let html = format!("<iframe src='/embed/7'></iframe>{trap}<iframe src='/embed/8'>");
        let started = Instant::now();
        let players = page::read(&html, &base).players;
        // Far above the limit of the parser, for busy machines.
        assert!(started.elapsed() < Duration::from_secs(30));
        assert_eq!(players.first(), Some(&Target::Channel(ChannelId(7))));
    }
}
