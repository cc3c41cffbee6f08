//! Ten thousand mutated sessions. Each must end in time: in the plan of the undisturbed session, in
//! a plan whose gaps are visible, or in an error.

use std::time::Duration;

use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::*;
use crate::api::VideoInfo;
use crate::{
    AudioChoice, Choice, ContainerChoice, Presence, Quality, Recording, RecordingId, Segment,
    SegmentKind, SegmentPlan,
};

const CASES: u64 = 10_000;

/// Longer than the timeout of any strategy.
const MAX_DURATION: Duration = Duration::from_secs(30);

/// More than any session takes: three attempts of seven connections.
const MAX_STEPS: usize = 2_000;

/// Length of the recording.
const LENGTH_MS: u64 = 277_000;

/// The frames of each connection, in order.
type Script = Vec<Vec<Value>>;

fn fixture(name: &str) -> Value {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../tests/fixtures/protocol"
    );
    let path = std::path::Path::new(folder).join(format!("{name}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Splits the hashes of a message into two messages.
fn halves(whole: &Value) -> [Value; 2] {
    [0, 1].map(|half| {
        let mut part = whole.clone();
        let formats = part.pointer_mut("/args/0/stream/streamFormats").unwrap();
        for format in formats.as_object_mut().unwrap().values_mut() {
            let hashes = format["hashes"].as_object_mut().unwrap();
            hashes.retain(|number, _| (number.parse::<u64>().unwrap() >= 20) == (half == 1));
        }
        part
    })
}

fn scripts() -> Vec<(Transport, Script)> {
    let redirect = json!({"cmd": "reject", "args": [{"cluster": {
        "name": "omega", "host": "r1-1-112470631-recorded-ws-omega.ums.ustream.tv",
    }}]});
    let messages = vec![
        fixture("reconstructed-ws-warning"),
        fixture("real-ws-moduleInfo-counters-2019"),
        fixture("reconstructed-ws-moduleInfo-transitional-empty-formats"),
        fixture("reconstructed-ws-moduleInfo-stream-recorded"),
        fixture("reconstructed-ws-moduleInfo-cdnConfig-recorded"),
    ];
    let [first, second] = halves(&fixture("reconstructed-ws-moduleInfo-stream-recorded"));
    let servers = fixture("reconstructed-ws-moduleInfo-cdnConfig-recorded");
    let in_halves = vec![servers.clone(), first, second];
    let tracking = fixture("reconstructed-lp-connect-response-tracking");
    let with = |first: &Value, rest: &[Value]| [std::slice::from_ref(first), rest].concat();
    vec![
        (
            Transport::Socket,
            vec![vec![redirect.clone()], messages.clone()],
        ),
        (Transport::Socket, vec![messages.clone()]),
        (Transport::Socket, vec![in_halves.clone()]),
        (Transport::Polling, vec![with(&tracking, &in_halves)]),
        (
            Transport::Socket,
            vec![
                vec![fixture("reconstructed-ws-reject-locks")],
                messages.clone(),
            ],
        ),
        (
            Transport::Polling,
            vec![with(&tracking, &[redirect]), with(&tracking, &messages)],
        ),
        (
            Transport::Playlists,
            vec![
                with(
                    &tracking,
                    &[fixture("fixture-lp-poll-reject-referrerLock-2026")],
                ),
                with(
                    &tracking,
                    &[fixture("reconstructed-lp-poll-moduleInfo-hls-recorded")],
                ),
            ],
        ),
    ]
}

/// Returns the frames as text, with random changes.
fn mutated(script: &Script, random: &mut Rng) -> Vec<Vec<String>> {
    let mut script = script.clone();
    for _ in 0..random.usize(1..4) {
        let connection = random.usize(..script.len());
        let frames = &mut script[connection];
        if frames.is_empty() {
            continue;
        }
        let at = random.usize(..frames.len());
        match random.u8(..6) {
            0 => drop(frames.remove(at)),
            1 => frames.insert(at, frames[at].clone()),
            2 => {
                let other = random.usize(..frames.len());
                frames.swap(at, other);
            }
            3 => frames.push(json!([frames[at].clone(), frames[0].clone()])),
            _ => retype(&mut frames[at], random),
        }
    }
    let mut frames: Vec<Vec<String>> = script
        .iter()
        .map(|frames| frames.iter().map(Value::to_string).collect())
        .collect();
    if random.u8(..4) == 0 {
        let connection = random.usize(..frames.len());
        if let Some(frame) = random.choice(&mut frames[connection]) {
            frame.truncate(random.usize(..=frame.len()));
        }
    }
    frames
}

/// Replaces a random nested value by another one.
fn retype(value: &mut Value, random: &mut Rng) {
    let inner = match value {
        Value::Array(items) if !items.is_empty() => random.choice(items),
        Value::Object(members) if !members.is_empty() => random.choice(members.values_mut()),
        _ => None,
    };
    match inner {
        Some(inner) if random.u8(..8) > 0 => retype(inner, random),
        _ => *value = other(value, random),
    }
}

fn other(value: &Value, random: &mut Rng) -> Value {
    match random.u8(..10) {
        0 => Value::Null,
        1 => json!(random.u64(..)),
        2 => json!(-1.5),
        3 => json!(""),
        4 => Value::String(value.to_string()),
        5 => json!([value]),
        6 => json!({"0": value}),
        7 => Value::Object(Map::new()),
        8 => json!("../../%2e%2e//evil.example/%"),
        _ => json!(true),
    }
}

/// Runs a session and returns its last action and its duration.
fn run(
    transport: Transport,
    script: &[Vec<String>],
    random: &mut Rng,
) -> (SessionAction, Duration) {
    let query = SessionQuery {
        media: RecordingId(112_470_631).into(),
        password: None,
        hash: None,
        referrer: None,
    };
    let mut session = Session::new(query, transport, random.u64(..));
    let mut now = Duration::ZERO;
    let mut action = session.start(now);
    let mut connections = 0;
    let mut frames = Vec::new().into_iter();
    for _ in 0..MAX_STEPS {
        action = match action {
            SessionAction::Connect { pause, host, .. } => {
                assert!(host.is_control(), "{host}");
                now += pause + Duration::from_millis(80);
                // The script of the last connection is repeated for further ones.
                let next = script.get(connections).or(script.last());
                frames = next.cloned().unwrap_or_default().into_iter();
                connections += 1;
                match random.u8(..20) {
                    0 => session.handle(SessionEvent::Failed(Error::Timeout("x")), now),
                    _ => session.handle(SessionEvent::Opened, now),
                }
            }
            SessionAction::Listen { ref host, .. } => {
                assert!(host.is_control(), "{host}");
                SessionAction::Wait
            }
            SessionAction::Send(_) => SessionAction::Wait,
            SessionAction::Wait => {
                if let Some(frame) = frames.next() {
                    now += Duration::from_millis(50);
                    session.handle(SessionEvent::Frame(&frame), now)
                } else if random.bool() {
                    session.handle(SessionEvent::Closed, now)
                } else {
                    now = session.deadline().max(now);
                    session.handle(SessionEvent::TimedOut, now)
                }
            }
            end => return (end, now),
        };
    }
    panic!("a conversation without end")
}

/// Prints the seed of the session if the test panics.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the conversation of seed {}", self.0);
        }
    }
}

/// Builds the recording with a length by the API, which is nearly always available.
fn recorded(info: StreamInfo) -> Option<Recording> {
    let video = VideoInfo {
        duration_ms: Some(LENGTH_MS),
        ..VideoInfo::default()
    };
    Recording::new(RecordingId(112_470_631), info, Some(video)).ok()
}

fn media(plan: &SegmentPlan, track: u8) -> impl Iterator<Item = (u64, &Segment)> {
    let of_track = plan.segments.iter().filter(move |it| it.id.track == track);
    of_track.filter_map(|it| match it.id.kind {
        SegmentKind::Media(number) => Some((number, it)),
        SegmentKind::Init => None,
    })
}

/// Asserts that every segment of `whole` is in `plan` at its time, or that a comparison with the
/// stated length shows that it is missing. Only segments before the first listed one may have no
/// URL: fetching them makes a visible gap.
fn assert_no_hidden_gap(recording: &Recording, plan: &SegmentPlan, whole: &SegmentPlan) {
    let longest = recording.duration_ms.unwrap();
    assert!(longest >= LENGTH_MS, "{longest}");
    for track in (0..).take(plan.tracks.len()) {
        let mut segments = media(plan, track).peekable();
        for (number, known) in media(whole, 0).filter(|(_, it)| it.start_ms < LENGTH_MS) {
            let Some((found, segment)) = segments.next() else {
                // Behind the end of the list: the stated length shows that it is missing.
                assert!(recording.stated_ms() > Some(known.start_ms));
                break;
            };
            assert_eq!(found, number);
            assert_eq!(
                (segment.start_ms, segment.duration_ms),
                (known.start_ms, known.duration_ms)
            );
        }
        let mut is_sure = true;
        let mut has_url = false;
        for (number, segment) in media(plan, track) {
            let sure = segment.presence == Presence::Sure;
            assert!(is_sure || !sure, "{number} is sure behind one that is not");
            is_sure = sure;
            // A sample is enough.
            if sure && number % 8 == 0 {
                let is_found = !recording.locate(plan, segment.id).urls.is_empty();
                assert!(is_found || !has_url, "{number} has no address");
                has_url |= is_found;
            }
        }
        assert!(has_url, "no segment has an address");
    }
}

#[test]
fn mutated_sessions_end_in_time_with_a_plan_or_an_error() {
    let scripts = scripts();
    let well = |(transport, script): &(Transport, Script)| {
        let frames: Vec<Vec<String>> = script
            .iter()
            .map(|frames| frames.iter().map(Value::to_string).collect())
            .collect();
        // The seed decides whether the first connection fails.
        (0..).find_map(
            |seed| match run(*transport, &frames, &mut Rng::with_seed(seed)).0 {
                SessionAction::Done(info) => Some(*info),
                _ => None,
            },
        )
    };
    let undisturbed: Vec<StreamInfo> = scripts.iter().filter_map(well).collect();
    assert_eq!(undisturbed.len(), scripts.len());
    let whole = recorded(undisturbed[0].clone()).unwrap();
    let whole = whole.plan(&Choice::default()).unwrap();
    assert_eq!(media(&whole, 0).count(), 50);

    let (mut plans, mut listed, mut errors) = (0_u64, 0_u64, 0_u64);
    for seed in 0..CASES {
        let _seed = Seed(seed);
        let mut random = Rng::with_seed(seed);
        let index = random.usize(..scripts.len());
        let (transport, script) = &scripts[index];
        let frames = mutated(script, &mut random);
        let (end, now) = run(*transport, &frames, &mut random);
        assert!(now <= MAX_DURATION, "{now:?}");
        match end {
            SessionAction::Done(info) if !info.stored.playlists.is_empty() => {
                assert_eq!(info.stored.playlists, undisturbed[index].stored.playlists);
                listed += 1;
            }
            SessionAction::Done(info) => {
                let Some(recording) = recorded(*info) else {
                    errors += 1;
                    continue;
                };
                // All renditions of one container have the same segments.
                let choice = Choice {
                    quality: Quality::Best,
                    keep: [ContainerChoice::Mp4, ContainerChoice::Original]
                        [usize::from(random.bool())],
                    audio: [AudioChoice::Usual, AudioChoice::All][usize::from(random.bool())]
                        .clone(),
                };
                let plan = recording.plan(&choice).unwrap();
                assert_no_hidden_gap(&recording, &plan, &whole);
                plans += 1;
            }
            SessionAction::NeedsHash | SessionAction::Fail(_) => errors += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(plans + listed + errors, CASES);
    // The mutations must cover both harmful and harmless changes.
    assert!(
        plans > CASES / 10 && listed > CASES / 100 && errors > CASES / 10,
        "{plans} {listed} {errors}"
    );
}
