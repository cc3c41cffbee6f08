//! Reads every known payload of the service. Each has a test that is named after it and checks the
//! facts that it contains.

#![expect(clippy::unwrap_used, reason = "a panic fails the test")]

mod api;
mod connect;
mod control;
mod fragments;
mod odd;
mod playlists;
mod rewording;
mod stream;
mod website;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use ustream::ums::session::{
    Session, SessionAction, SessionEvent, SessionQuery, StreamInfo, Transport,
};
use ustream::{Error, RecordingId};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/protocol")
}

/// Returns the text of a payload, by its name without extension.
fn text(name: &str) -> String {
    let json = folder().join(format!("{name}.json"));
    let path = if json.exists() {
        json
    } else {
        folder().join(format!("{name}.txt"))
    };
    fs::read_to_string(path).unwrap()
}

fn json(name: &str) -> Value {
    serde_json::from_str(&text(name)).unwrap()
}

fn query() -> SessionQuery {
    SessionQuery {
        media: RecordingId(112_470_631).into(),
        password: None,
        hash: None,
        referrer: None,
    }
}

/// Returns a session over `transport` whose connection has just been opened.
fn opened(transport: Transport) -> Session {
    let mut session = Session::new(query(), transport, 1);
    session.start(Duration::ZERO);
    session.handle(SessionEvent::Opened, Duration::ZERO);
    session
}

/// Passes `frames` to a session and returns its last action.
fn receive(session: &mut Session, frames: &[&str]) -> SessionAction {
    let mut last = SessionAction::Wait;
    for frame in frames {
        assert!(
            matches!(last, SessionAction::Wait),
            "{last:?} before {frame}"
        );
        last = session.handle(SessionEvent::Frame(frame), Duration::ZERO);
    }
    last
}

/// Returns the result of a websocket session that receives `frames` and then nothing.
fn session_result(frames: &[&str]) -> Result<StreamInfo, Error> {
    let mut session = opened(Transport::Socket);
    let mut action = receive(&mut session, frames);
    for _ in 0..10 {
        action = match action {
            SessionAction::Done(info) => return Ok(*info),
            SessionAction::Fail(error) => return Err(error),
            SessionAction::Connect { .. } => {
                session.handle(SessionEvent::Opened, session.deadline())
            }
            SessionAction::Wait | SessionAction::Send(_) => {
                session.handle(SessionEvent::TimedOut, session.deadline())
            }
            other => panic!("{other:?}"),
        };
    }
    panic!("no end: {action:?}")
}

/// Each payload must be named, in quotes, in a test file, and have a test whose name begins with
/// the payload's.
#[test]
fn every_payload_has_a_test_named_after_it() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/payloads");
    let sources: String = fs::read_dir(tests)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        // That file only lists the payloads.
        .filter(|path| !path.ends_with("odd.rs"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let payloads: BTreeSet<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert!(payloads.len() >= 40, "only {} payloads", payloads.len());
    let is_read = |name: &str| {
        let test = name.to_lowercase().replace('-', "_");
        sources.contains(&format!("\"{name}\"")) && sources.contains(&format!("fn {test}_"))
    };
    let unread: Vec<_> = payloads.iter().filter(|name| !is_read(name)).collect();
    assert!(unread.is_empty(), "without a test: {unread:?}");
}
