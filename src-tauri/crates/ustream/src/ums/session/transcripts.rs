//! Ten thousand conversations that went wrong in some way: each must end in time, in a plan
//! without a hole that nobody sees, or in an error.

use std::time::Duration;

use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::*;
use crate::{Presence, Recording, SegmentKind};

const CASES: u64 = 10_000;

/// Longer than any way is given.
const LONGEST: Duration = Duration::from_secs(30);

/// More than any conversation takes: three attempts of seven connections.
const MOST_STEPS: usize = 2_000;

/// What is said on each connection, in its order.
type Script = Vec<Vec<Value>>;

fn fixture(name: &str) -> Value {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../tests/fixtures/protocol"
    );
    let path = std::path::Path::new(folder).join(format!("{name}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn scripts() -> Vec<(Way, Script)> {
    let redirect = json!({"cmd": "reject", "args": [{"cluster": {
        "name": "omega", "host": "r1-1-112470631-recorded-ws-omega.ums.ustream.tv",
    }}]});
    let story = vec![
        fixture("reconstructed-ws-warning"),
        fixture("real-ws-moduleInfo-counters-2019"),
        fixture("reconstructed-ws-moduleInfo-transitional-empty-formats"),
        fixture("reconstructed-ws-moduleInfo-stream-recorded"),
        fixture("reconstructed-ws-moduleInfo-cdnConfig-recorded"),
    ];
    let tracking = fixture("reconstructed-lp-connect-response-tracking");
    let with = |first: &Value, rest: &[Value]| [std::slice::from_ref(first), rest].concat();
    vec![
        (Way::Socket, vec![vec![redirect.clone()], story.clone()]),
        (Way::Socket, vec![story.clone()]),
        (
            Way::Socket,
            vec![
                vec![fixture("reconstructed-ws-reject-locks")],
                story.clone(),
            ],
        ),
        (
            Way::Polling,
            vec![with(&tracking, &[redirect]), with(&tracking, &story)],
        ),
        (
            Way::Playlists,
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

/// What is said, as text: some of it cut.
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
    let mut said: Vec<Vec<String>> = script
        .iter()
        .map(|frames| frames.iter().map(Value::to_string).collect())
        .collect();
    if random.u8(..4) == 0 {
        let connection = random.usize(..said.len());
        if let Some(frame) = random.choice(&mut said[connection]) {
            frame.truncate(random.usize(..=frame.len()));
        }
    }
    said
}

/// Replaces something, deep inside, by something else.
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

/// How a conversation went: what it came to, and when.
fn held(way: Way, said: &[Vec<String>], random: &mut Rng) -> (Request, Duration) {
    let question = Question {
        recording: RecordingId(112_470_631),
        password: None,
        hash: None,
        referrer: None,
    };
    let mut session = Session::new(question, way, random.u64(..));
    let mut now = Duration::ZERO;
    let mut request = session.start(now);
    let mut connections = 0;
    let mut frames = Vec::new().into_iter();
    for _ in 0..MOST_STEPS {
        request = match request {
            Request::Connect { pause, host, .. } => {
                assert!(hosts::is_control(&host), "{host}");
                now += pause + Duration::from_millis(80);
                // The last connection is as all that follow it.
                let script = said.get(connections).or(said.last());
                frames = script.cloned().unwrap_or_default().into_iter();
                connections += 1;
                match random.u8(..20) {
                    0 => session.on(Event::Failed(Error::Silent("x")), now),
                    _ => session.on(Event::Opened, now),
                }
            }
            Request::Listen { ref host, .. } => {
                assert!(hosts::is_control(host), "{host}");
                Request::Wait
            }
            Request::Send(_) => Request::Wait,
            Request::Wait => {
                if let Some(frame) = frames.next() {
                    now += Duration::from_millis(50);
                    session.on(Event::Frame(&frame), now)
                } else if random.bool() {
                    session.on(Event::Closed, now)
                } else {
                    now = session.deadline().max(now);
                    session.on(Event::TimedOut, now)
                }
            }
            end => return (end, now),
        };
    }
    panic!("a conversation without end")
}

/// Every piece from the first to the last that is listed must be in the plan, with an address.
fn assert_no_hidden_hole(info: StreamInfo) -> bool {
    let Ok(recording) = Recording::new(RecordingId(112_470_631), info, None) else {
        return false;
    };
    for rendition in &recording.renditions {
        let plan = recording.plan_of(rendition).unwrap();
        for track in 0..plan.tracks.len() {
            let of_track = plan
                .segments
                .iter()
                .filter(|it| usize::from(it.id.track) == track);
            let mut next = None;
            let mut is_sure = true;
            for segment in of_track {
                let SegmentKind::Media(number) = segment.id.kind else {
                    continue;
                };
                assert!(
                    next.is_none_or(|next| next == number),
                    "{number} follows {next:?}"
                );
                next = number.checked_add(1);
                let sure = segment.presence == Presence::Sure;
                assert!(is_sure || !sure, "{number} is sure behind one that is not");
                is_sure = sure;
                // Of the others the same is true.
                let is_looked_at = sure && number % 16 == 0;
                assert!(!is_looked_at || !recording.locate(&plan, segment.id).urls.is_empty());
            }
            assert!(next.is_some(), "a track without pieces");
        }
    }
    true
}

#[test]
fn conversations_that_go_wrong_end_in_a_plan_or_an_error_and_in_time() {
    let scripts = scripts();
    let (mut plans, mut listed, mut errors) = (0_u64, 0_u64, 0_u64);
    for seed in 0..CASES {
        let mut random = Rng::with_seed(seed);
        let (way, script) = &scripts[random.usize(..scripts.len())];
        let said = mutated(script, &mut random);
        let (end, now) = held(*way, &said, &mut random);
        assert!(now <= LONGEST, "{seed}: {now:?}");
        match end {
            Request::Done(info) if !info.stored.playlists.is_empty() => listed += 1,
            Request::Done(info) => {
                let is_plan = assert_no_hidden_hole(*info);
                plans += u64::from(is_plan);
                errors += u64::from(!is_plan);
            }
            Request::NeedsHash | Request::Fail(_) => errors += 1,
            other => panic!("{seed}: {other:?}"),
        }
    }
    assert_eq!(plans + listed + errors, CASES);
    // Changes that matter and changes that do not are both among them.
    assert!(
        plans > CASES / 10 && listed > CASES / 100 && errors > CASES / 10,
        "{plans} {listed} {errors}"
    );
}
