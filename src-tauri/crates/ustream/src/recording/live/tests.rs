use std::collections::HashMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::ums::message::{self, Command, Site};
use crate::ums::timeline;
use crate::{Container, MediaId, Presence, Quality, SegmentKind};

const CHANNEL: ChannelId = ChannelId(16_551_254);

/// The folder of the broadcast in the tests.
const PATH: &str = "live/7/1/plain";

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Returns the stream of a frame as the first message about it.
fn update(frame: &Value, at: Duration) -> LiveUpdate {
    later(&LiveUpdate::new(CHANNEL), frame, at)
}

/// Returns an update with a later message taken over.
fn later(known: &LiveUpdate, frame: &Value, at: Duration) -> LiveUpdate {
    let mut update = known.clone();
    for command in message::parse(&frame.to_string()).unwrap() {
        let Command::ModuleInfo(info) = command else {
            panic!("{command:?}")
        };
        update.take(*info, at);
    }
    update
}

fn payload(name: &str) -> Value {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../tests/fixtures/protocol"
    );
    let text = std::fs::read_to_string(format!("{folder}/{name}.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Returns a message about a stream with one video and one audio.
fn frame(path: &str, hashes: &Value, newest: Option<u64>) -> Value {
    let format = json!({
        "chunkTime": 5000,
        "contentAccess": {"accessList": [{"data": {"path": path}}]},
        "streams": [
            {"segmentUrl": "2/chunk_%_%.m4v", "initUrl": "2/chunk_%_%.m4vh",
             "contentType": "video/mp4", "height": 720},
            {"segmentUrl": "1/chunk_%_%.m4a", "initUrl": "1/chunk_%_%.m4ah",
             "contentType": "audio/mp4"},
        ],
        "hashes": hashes,
        "chunkId": newest,
    });
    stream(&json!({"mp4/segmented": format}))
}

fn stream(formats: &Value) -> Value {
    json!({"cmd": "moduleInfo", "args": [{"stream": {
        "contentAvailable": true, "streamFormats": formats,
    }}]})
}

/// Returns a plan of the segments 100 to 119, of which 103 is the newest.
fn started() -> (LivePlan, LiveUpdate) {
    let first = frame(PATH, &json!({"100": "a", "110": "b"}), Some(103));
    let first = update(&first, seconds(10));
    (LivePlan::new(&first, &Choice::default()).unwrap(), first)
}

fn id(track: u8, number: u64) -> SegmentId {
    SegmentId {
        track,
        kind: SegmentKind::Media(number),
    }
}

/// Returns the numbers of media segments, each for all tracks.
fn numbers(segments: &[Segment]) -> Vec<u64> {
    let mut numbers = Vec::new();
    for segment in segments {
        if let SegmentKind::Media(number) = segment.id.kind
            && numbers.last() != Some(&number)
        {
            numbers.push(number);
        }
    }
    numbers
}

#[track_caller]
fn appended(change: LiveChange) -> Vec<u64> {
    match change {
        LiveChange::Appended(segments) => numbers(&segments),
        other => panic!("{other:?}"),
    }
}

/// Returns the path of the first URL.
fn path(plan: &LivePlan, segment: SegmentId) -> Option<String> {
    let urls = plan.locate(segment).urls;
    Some(urls.first()?.path().to_owned())
}

#[test]
fn the_recorded_messages_of_a_stream_make_a_plan_that_grows() {
    let first = payload("reconstructed-ws-moduleInfo-stream-channel-2019-a");
    let second = payload("reconstructed-ws-moduleInfo-stream-channel-2019-b-update");
    let mut first = update(&first, seconds(10));
    first.stream.sites = vec![Site {
        host: "uhs-akamai.ustream.tv".to_owned(),
        path: "/".to_owned(),
    }];
    let mut plan = LivePlan::new(&first, &Choice::default()).unwrap();
    assert_eq!(plan.rendition().height, Some(720));
    assert_eq!(plan.chunk_time_ms(), 5000);
    assert_eq!(plan.numbers(), 1_548_448_530..1_548_448_550);
    assert_eq!(plan.edge(), 1_548_448_531);
    let (edge, now) = (1_548_448_531, seconds(11));
    assert_eq!(plan.due_in(edge, now), Duration::ZERO);
    assert_eq!(plan.due_in(edge + 1, now), seconds(4));
    assert_eq!(plan.due_in(edge + 18, now), seconds(89));
    assert_eq!(plan.due_in(edge + 18, seconds(100)), Duration::ZERO);

    let second = later(&first, &second, seconds(105));
    let added = appended(plan.extend(&second));
    assert_eq!(added, (1_548_448_550..1_548_448_570).collect::<Vec<_>>());
    assert_eq!(plan.edge(), 1_548_448_550);
    assert_eq!(plan.due_in(1_548_448_551, seconds(105)), seconds(5));
    let url = &plan.locate(id(0, 1_548_448_559)).urls[0];
    assert_eq!(
        url.as_str(),
        "https://uhs-akamai.ustream.tv/sea01/sea01-uhs-omega01/live/16551254/1548435618580/plain/\
         uhs/2/chunk_1548448559_ee06b3c929.m4v"
    );
    assert_eq!(plan.extend(&second), LiveChange::Unchanged);
}

#[test]
fn the_first_message_with_all_that_belongs_to_it_makes_a_plan() {
    let first = payload("reconstructed-ws-moduleInfo-first-channel-2019");
    let first = update(&first, Duration::ZERO);
    let plan = LivePlan::new(&first, &Choice::default()).unwrap();
    assert_eq!(plan.numbers(), 1_548_355_610..1_548_355_630);
    assert_eq!(plan.edge(), 1_548_355_618);
    let choice = Choice {
        quality: Quality::Audio,
        ..Choice::default()
    };
    let audio = LivePlan::new(&first, &choice).unwrap();
    assert!(audio.rendition().is_audio_only());
    let original = Choice {
        keep: crate::ContainerChoice::Original,
        ..Choice::default()
    };
    let flv = LivePlan::new(&first, &original).unwrap();
    assert_eq!(flv.rendition().container, Container::Flv);
    assert_eq!(flv.numbers(), plan.numbers());
}

#[test]
fn a_plan_is_a_segment_plan_of_its_channel() {
    let (mut plan, first) = started();
    let whole = plan.segment_plan();
    assert_eq!(whole.media, MediaId::Channel(CHANNEL));
    assert_eq!(whole.tracks.len(), 2);
    let kinds: Vec<_> = whole.segments.iter().take(5).map(|it| it.id).collect();
    let init = |track| SegmentId {
        track,
        kind: SegmentKind::Init,
    };
    let expected = [init(0), init(1), id(0, 100), id(1, 100), id(0, 101)];
    assert_eq!(kinds, expected);
    assert_eq!(numbers(&whole.segments), (100..120).collect::<Vec<_>>());
    let of = |plan: &SegmentPlan, number| {
        let found = plan.segments.iter().find(|it| it.id == id(1, number));
        *found.unwrap()
    };
    assert_eq!(of(&whole, 104).start_ms, 20_000);
    assert_eq!(of(&whole, 104).duration_ms, 5000);
    let presences = [102, 103, 104].map(|number| of(&whole, number).presence);
    let expected = [Presence::Tentative, Presence::Sure, Presence::Tentative];
    assert_eq!(presences, expected);
    let listing = whole.listing.unwrap();
    assert_eq!(listing.paths, [PATH]);
    assert_eq!(
        listing.hashes,
        [(100, "a".to_owned()), (110, "b".to_owned())].into()
    );
    let next = frame(PATH, &json!({"110": "b", "120": "c"}), Some(110));
    plan.extend(&later(&first, &next, seconds(60)));
    let whole = plan.segment_plan();
    assert_eq!(of(&whole, 110).presence, Presence::Sure);
    assert_eq!(of(&whole, 111).presence, Presence::Tentative);
    assert_eq!(numbers(&whole.segments), (100..130).collect::<Vec<_>>());
}

#[test]
fn a_hash_that_is_planned_never_changes() {
    let (mut plan, first) = started();
    let before = path(&plan, id(0, 115));
    assert!(before.as_deref().unwrap().ends_with("/2/chunk_115_b.m4v"));
    let other = frame(
        PATH,
        &json!({"110": "x", "115": "y", "120": "c"}),
        Some(111),
    );
    let added = appended(plan.extend(&later(&first, &other, seconds(60))));
    assert_eq!(
        added,
        (120..125).collect::<Vec<_>>(),
        "as far as the rest is apart"
    );
    assert_eq!(path(&plan, id(0, 115)), before);
    assert!(path(&plan, id(0, 120)).unwrap().ends_with("_c.m4v"));
}

#[test]
fn what_was_missed_is_planned_without_an_address_until_its_hash_is_named() {
    let (mut plan, first) = started();
    let much_later = frame(PATH, &json!({"140": "e", "150": "f"}), Some(145));
    let much_later = later(&first, &much_later, seconds(300));
    let added = appended(plan.extend(&much_later));
    assert_eq!(added, (120..160).collect::<Vec<_>>());
    for lost in [120, 130, 139] {
        assert_eq!(path(&plan, id(0, lost)), None, "{lost}");
    }
    assert!(path(&plan, id(0, 140)).unwrap().ends_with("_e.m4v"));
    // Earlier hashes may be named, too.
    let all = json!({"120": "c", "130": "d", "140": "e", "150": "f"});
    let all = later(&much_later, &frame(PATH, &all, Some(146)), seconds(305));
    assert_eq!(plan.extend(&all), LiveChange::Unchanged);
    assert!(path(&plan, id(0, 129)).unwrap().ends_with("_c.m4v"));
    assert!(path(&plan, id(0, 139)).unwrap().ends_with("_d.m4v"));
}

#[test]
fn an_init_segment_is_asked_for_by_the_newest_number() {
    let (mut plan, first) = started();
    let init = SegmentId {
        track: 0,
        kind: SegmentKind::Init,
    };
    let names = |plan: &LivePlan| {
        let urls = plan.locate(init).urls;
        let mut names: Vec<String> = urls
            .iter()
            .map(|url| url.path().rsplit('/').next().unwrap().to_owned())
            .collect();
        names.dedup();
        names
    };
    assert_eq!(names(&plan), ["chunk_103_a.m4vh", "chunk_100_a.m4vh"]);
    let next = frame(PATH, &json!({"120": "c", "130": "d"}), Some(121));
    plan.extend(&later(&first, &next, seconds(60)));
    assert_eq!(names(&plan)[0], "chunk_121_c.m4vh");
}

#[test]
fn another_broadcast_is_a_restart_and_leaves_the_plan_as_it_is() {
    let other_template = {
        let mut it = frame(PATH, &json!({"110": "b", "120": "c"}), Some(111));
        let rows = &mut it["args"][0]["stream"]["streamFormats"]["mp4/segmented"]["streams"];
        rows[0]["segmentUrl"] = json!("4/chunk_%_%.m4v");
        it
    };
    let other_length = {
        let mut it = frame(PATH, &json!({"110": "b", "120": "c"}), Some(111));
        it["args"][0]["stream"]["streamFormats"]["mp4/segmented"]["chunkTime"] = json!(6000);
        it
    };
    let flv_only = stream(&json!({"flv/segmented": {
        "chunkTime": 5000,
        "contentAccess": {"accessList": [{"data": {"path": "live/7/2/plain"}}]},
        "streams": [{"segmentUrl": "2/1/chunk_%_%.flv"}],
        "hashes": {"10": "p"}, "chunkId": 11,
    }}));
    for (name, restart) in [
        (
            "other numbers",
            frame("live/7/2", &json!({"500": "p"}), Some(501)),
        ),
        (
            "same numbers",
            frame("live/7/2", &json!({"110": "p"}), Some(111)),
        ),
        (
            "one other hash",
            frame(
                "live/7/2",
                &json!({"100": "a", "110": "p", "120": "q"}),
                Some(111),
            ),
        ),
        (
            "older numbers",
            frame(PATH, &json!({"10": "p", "20": "q"}), Some(11)),
        ),
        (
            "too many",
            frame(PATH, &json!({"200100": "p"}), Some(200_100)),
        ),
        ("other templates", other_template),
        ("another length", other_length),
        ("another format", flv_only),
    ] {
        let (mut plan, first) = started();
        let before = plan.segment_plan();
        let update = later(&first, &restart, seconds(60));
        assert_eq!(plan.extend(&update), LiveChange::Restarted, "{name}");
        assert_eq!(plan.segment_plan(), before, "{name}");
        assert_eq!(plan.edge(), 103, "{name}");
        let next = LivePlan::new(&update, &Choice::default()).unwrap();
        assert_ne!(next.numbers(), before_numbers(&before), "{name}");
        assert_eq!(
            plan.clone().extend(&update),
            LiveChange::Restarted,
            "{name}"
        );
        assert_eq!(
            next.clone().extend(&update),
            LiveChange::Unchanged,
            "{name}"
        );
    }
}

fn before_numbers(plan: &SegmentPlan) -> Range<u64> {
    let all = numbers(&plan.segments);
    all[0]..all[all.len() - 1] + 1
}

#[test]
fn the_same_broadcast_may_have_another_folder() {
    let (mut plan, first) = started();
    let moved = frame(
        "mirror/live/7/1",
        &json!({"110": "b", "120": "c"}),
        Some(111),
    );
    let added = appended(plan.extend(&later(&first, &moved, seconds(60))));
    assert_eq!(added, (120..130).collect::<Vec<_>>());
    let urls = plan.locate(id(0, 120)).urls;
    for path in [PATH, "mirror/live/7/1"] {
        assert!(urls.iter().any(|url| url.path().contains(path)), "{path}");
    }
}

#[test]
fn a_message_with_only_a_part_of_the_description_is_enough() {
    let (mut plan, first) = started();
    let hashes = |format: &str| stream(&json!({format: {"hashes": {"120": "c"}, "chunkId": 115}}));
    let second = later(&first, &hashes("mp4/segmented"), seconds(60));
    assert_eq!(
        appended(plan.extend(&second)),
        (120..130).collect::<Vec<_>>()
    );
    assert_eq!(plan.edge(), 115);
    let silent = later(&second, &stream(&json!({})), seconds(70));
    assert_eq!(plan.extend(&silent), LiveChange::Unchanged);
}

#[test]
fn a_saved_plan_goes_on_with_the_same_broadcast_only() {
    let (mut plan, first) = started();
    let next = frame(PATH, &json!({"110": "b", "120": "c"}), Some(112));
    let next = later(&first, &next, seconds(60));
    plan.extend(&next);
    let saved = serde_json::to_string(&plan.segment_plan()).unwrap();
    let saved: SegmentPlan = serde_json::from_str(&saved).unwrap();

    let again = LivePlan::continued(&saved, &next).unwrap();
    assert_eq!(again.segment_plan(), plan.segment_plan());

    // As if the program had just been started.
    let much_later = frame(PATH, &json!({"150": "f", "160": "g"}), Some(155));
    let much_later = update(&much_later, seconds(5));
    let plan = LivePlan::continued(&saved, &much_later).unwrap();
    assert_eq!(plan.numbers(), 100..170);
    assert_eq!(
        (plan.edge(), plan.due_in(156, seconds(5))),
        (155, seconds(5))
    );
    assert!(
        path(&plan, id(1, 129))
            .unwrap()
            .ends_with("/1/chunk_129_c.m4a")
    );
    assert_eq!(path(&plan, id(1, 130)), None);
    assert!(path(&plan, id(1, 150)).unwrap().ends_with("_f.m4a"));
    let whole = plan.segment_plan();
    assert_eq!(&whole.segments[..3], &saved.segments[..3]);
    let sure = whole
        .segments
        .iter()
        .filter(|it| it.presence == Presence::Sure);
    let sure: Vec<Segment> = sure.copied().collect();
    assert_eq!(numbers(&sure), (103..=155).collect::<Vec<_>>());

    // Whoever can write to the folder of a download cannot lead elsewhere.
    let mut forged = saved.clone();
    let listing = forged.listing.as_mut().unwrap();
    listing.paths.insert(0, "../../other".to_owned());
    listing.hashes.insert(110, "../../x".to_owned());
    let plan = LivePlan::continued(&forged, &much_later).unwrap();
    for number in plan.numbers() {
        let urls = plan.locate(id(0, number)).urls;
        assert!(urls.iter().all(|url| url.path().contains(PATH)), "{urls:?}");
    }
    assert_eq!(path(&plan, id(0, 110)), None);

    let restarted = frame("live/7/2", &json!({"150": "f"}), Some(155));
    let restarted = update(&restarted, seconds(5));
    assert!(LivePlan::continued(&saved, &restarted).is_none());
    let other_channel = LiveUpdate {
        channel: ChannelId(8),
        ..much_later
    };
    assert!(LivePlan::continued(&saved, &other_channel).is_none());
}

#[test]
fn an_edge_that_is_not_stated_is_before_the_last_hash() {
    let first = frame(PATH, &json!({"100": "a", "110": "b"}), None);
    let first = update(&first, seconds(10));
    let plan = LivePlan::new(&first, &Choice::default()).unwrap();
    assert_eq!(plan.edge(), 100);
    let absurd = frame(PATH, &json!({"100": "a", "110": "b"}), Some(u64::MAX));
    let absurd = update(&absurd, seconds(10));
    let plan = LivePlan::new(&absurd, &Choice::default()).unwrap();
    assert_eq!(plan.edge(), 119, "no segment without a hash is there");
    assert_eq!(plan.due_in(u64::MAX, Duration::MAX), Duration::ZERO);
    assert!(plan.due_in(u64::MAX, Duration::ZERO) > seconds(1 << 40));
}

#[test]
fn an_older_message_does_not_move_the_edge_back() {
    let (mut plan, first) = started();
    let older = frame(PATH, &json!({"100": "a", "110": "b"}), Some(101));
    assert_eq!(
        plan.extend(&later(&first, &older, seconds(30))),
        LiveChange::Unchanged
    );
    assert_eq!(plan.edge(), 103);
    assert_eq!(plan.due_in(104, seconds(10)), seconds(5));
    // The same edge, told later: the stream pauses.
    let paused = frame(PATH, &json!({"100": "a", "110": "b"}), Some(103));
    plan.extend(&later(&first, &paused, seconds(90)));
    assert_eq!(plan.due_in(104, seconds(90)), seconds(5));
}

#[test]
fn a_malformed_hash_is_left_out() {
    let (mut plan, first) = started();
    let odd = frame(PATH, &json!({"120": "../x", "130": "d"}), Some(121));
    let added = appended(plan.extend(&later(&first, &odd, seconds(60))));
    assert_eq!(added, (120..140).collect::<Vec<_>>());
    assert_eq!(path(&plan, id(0, 125)), None);
    assert!(path(&plan, id(0, 135)).is_some());
}

/// One message of a series.
fn any_message() -> impl Strategy<Value = Value> {
    let near = prop::collection::btree_map(0..400_u64, "[ab.]{0,2}", 0..5);
    let far = prop::collection::btree_map(any::<u64>(), "[a-c]", 0..3);
    let hashes = prop_oneof![8 => near, 1 => far];
    let path =
        prop_oneof![6 => Just(PATH), 1 => Just("live/7/2"), 1 => Just("../x"), 1 => Just("")];
    let newest = prop::option::of(prop_oneof![0..400_u64, any::<u64>()]);
    (path, hashes, newest).prop_map(|(path, hashes, newest)| {
        let hashes: HashMap<String, String> = hashes
            .into_iter()
            .map(|(number, hash)| (number.to_string(), hash))
            .collect();
        frame(path, &json!(hashes), newest)
    })
}

proptest! {
    #[test]
    fn no_series_of_messages_changes_what_is_planned(
        messages in prop::collection::vec((any_message(), 0..200_u64), 1..25),
    ) {
        let (mut plan, mut known) = started();
        let mut at = known.at;
        for (message, pause) in messages {
            at += seconds(pause);
            let before = plan.segment_plan();
            let edge = plan.edge();
            known = later(&known, &message, at);
            let change = plan.extend(&known);
            let after = plan.segment_plan();
            let (mine, old) = (&after.segments, &before.segments);
            // What was planned is there, at the same time.
            let identity = |it: &Segment| (it.id, it.start_ms, it.duration_ms);
            prop_assert!(mine.len() >= old.len());
            prop_assert!(old.iter().zip(mine).all(|(old, new)| identity(old) == identity(new)));
            // Nothing but the appended segments is new.
            let added: Vec<_> = mine[old.len()..].iter().map(identity).collect();
            match &change {
                LiveChange::Appended(told) => {
                    prop_assert!(!told.is_empty());
                    prop_assert_eq!(told.iter().map(identity).collect::<Vec<_>>(), added);
                }
                _ => prop_assert!(added.is_empty()),
            }
            if change == LiveChange::Restarted {
                prop_assert_eq!(&after, &before);
            }
            // In order, without gaps, and bounded.
            let all = numbers(mine);
            prop_assert!(all.windows(2).all(|pair| pair[1] == pair[0] + 1));
            prop_assert!(all.len() as u64 <= timeline::MAX_SEGMENTS);
            prop_assert_eq!(all[0], 100);
            prop_assert!(plan.edge() >= edge && plan.numbers().contains(&plan.edge()));
            // No known hash has changed.
            let hash = |plan: &SegmentPlan, number: u64| {
                let hashes = plan.listing.as_ref().map(|it| it.hashes.clone()).unwrap_or_default();
                hashes.range(..=number).next_back().map(|(_, hash)| hash.clone())
            };
            if let Some(last) = before_known(&before) {
                prop_assert_eq!(hash(&before, last), hash(&after, last));
            }
        }
    }

    #[test]
    fn a_hash_that_is_known_stays(
        messages in prop::collection::vec((any_message(), 0..200_u64), 1..10),
    ) {
        let (mut plan, mut known) = started();
        let mut hashes: HashMap<u64, String> = HashMap::new();
        for (message, pause) in messages {
            let at = known.at + seconds(pause);
            known = later(&known, &message, at);
            plan.extend(&known);
            for number in plan.numbers().take(600) {
                let Some(hash) = plan.hash(number) else {
                    prop_assert!(!hashes.contains_key(&number), "{} is lost", number);
                    continue;
                };
                let first = hashes.entry(number).or_insert_with(|| hash.clone());
                prop_assert_eq!(&*first, &hash);
            }
            // What is due has been announced or its time has come, and later ones come later.
            let dues: Vec<_> = plan.numbers().take(50).map(|it| plan.due_in(it, at)).collect();
            prop_assert!(dues.is_sorted());
            prop_assert_eq!(plan.due_in(plan.edge(), at), Duration::ZERO);
        }
    }
}

/// Returns the last number of which a plan lists the hash itself.
fn before_known(plan: &SegmentPlan) -> Option<u64> {
    let listing = plan.listing.as_ref()?;
    listing.hashes.keys().next_back().copied()
}
