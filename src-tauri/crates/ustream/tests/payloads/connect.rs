//! What players were seen to say, against what we say.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;
use ustream::ums::message::{self, Command};
use ustream::ums::session::{Session, SessionAction, SessionEvent, SessionQuery, Transport};

use crate::{json, question, text};

/// The arguments that a player was seen to connect with.
fn seen(name: &str) -> Value {
    let connect = json(name);
    assert_eq!(connect["cmd"], "connect");
    connect["args"][0].clone()
}

/// The arguments that we connect with.
fn ours(question: SessionQuery) -> Value {
    let mut session = Session::new(question, Transport::Socket, 1);
    session.start(Duration::ZERO);
    match session.handle(SessionEvent::Opened, Duration::ZERO) {
        SessionAction::Send(arguments) => arguments,
        other => panic!("{other:?}"),
    }
}

fn names(arguments: &Value) -> BTreeSet<&str> {
    let members = arguments.as_object().unwrap();
    let said = members.iter().filter(|(_, value)| !value.is_null());
    said.map(|(name, _)| name.as_str()).collect()
}

/// Ours names all that was seen but `left_out`, and takes itself for the same kind of player.
fn assert_is_like(ours: &Value, seen: &Value, left_out: &[&str]) {
    let missing: Vec<_> = names(seen).difference(&names(ours)).copied().collect();
    assert_eq!(missing, left_out);
    for name in ["type", "appId", "appVersion"] {
        assert_eq!(ours[name], seen[name], "{name}");
    }
    for name in ["media", "referrer"] {
        assert!(ours[name].is_string() && seen[name].is_string(), "{name}");
    }
}

#[test]
fn real_ws_connect_channel_2019_names_nothing_that_we_do_not() {
    let (ours, seen) = (ours(question()), seen("real-ws-connect-channel-2019"));
    assert_is_like(&ours, &seen, &[]);
    assert_eq!(names(&ours), names(&seen));
    assert_eq!(ours["clusterHost"], seen["clusterHost"]);
    for arguments in [&ours, &seen] {
        let (viewer, page) = (arguments["rsid"].as_str(), arguments["rpin"].as_str());
        let (one, other) = viewer.unwrap().split_once(':').unwrap();
        assert!(u64::from_str_radix(one, 16).is_ok() && u64::from_str_radix(other, 16).is_ok());
        let number = page.unwrap().strip_prefix("_rpin.").unwrap();
        assert!(number.parse::<u64>().is_ok(), "{number}");
    }
}

#[test]
fn real_ws_connect_channel_2020_parliament_sa_adds_only_the_version_of_a_program() {
    let seen = seen("real-ws-connect-channel-2020-parliament-sa");
    assert_is_like(&ours(question()), &seen, &["buildNumber"]);
    // Another site's page was named, as is ours where a person gives one.
    let embedded = SessionQuery {
        referrer: seen["referrer"].as_str().map(str::to_owned),
        ..question()
    };
    assert_eq!(ours(embedded)["referrer"], seen["referrer"]);
}

#[test]
fn real_ws_connect_channel_2025_leaves_a_password_that_is_not_there_empty() {
    let seen = seen("real-ws-connect-channel-2025");
    assert_eq!(seen["password"], Value::Null);
    assert_is_like(&ours(question()), &seen, &["buildNumber"]);
}

#[test]
fn seed_connect_recorded_2017_sends_the_hash_as_text() {
    let seen = seen("seed-connect-recorded-2017");
    let hash = r#"[{"hash":"0"}]"#;
    let ours = ours(SessionQuery {
        hash: Some(hash.into()),
        ..question()
    });
    assert_is_like(&ours, &seen, &[]);
    assert_eq!(ours["application"], seen["application"]);
    assert_eq!(ours["isOffairRecorded"], seen["isOffairRecorded"]);
    assert!(seen["hash"].is_string());
    assert_eq!(ours["hash"], hash);
}

#[test]
fn real_ws_playing_command_2025_means_nothing_here() {
    let commands = message::parse(&text("real-ws-playing-command-2025")).unwrap();
    assert_eq!(commands, [Command::Other("playing".into())]);
}
