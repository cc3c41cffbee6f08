//! Compares `connect` as observed in players with that of this crate.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;
use ustream::ums::message::{self, Command};
use ustream::ums::session::{Session, SessionAction, SessionEvent, SessionQuery, Transport};

use crate::{json, query, text};

/// Returns the observed arguments of a player.
fn observed(name: &str) -> Value {
    let connect = json(name);
    assert_eq!(connect["cmd"], "connect");
    connect["args"][0].clone()
}

/// Returns the arguments of this crate.
fn ours(query: SessionQuery) -> Value {
    let mut session = Session::new(query, Transport::Socket, 1);
    session.start(Duration::ZERO);
    match session.handle(SessionEvent::Opened, Duration::ZERO) {
        SessionAction::Send(arguments) => arguments,
        other => panic!("{other:?}"),
    }
}

fn names(arguments: &Value) -> BTreeSet<&str> {
    let members = arguments.as_object().unwrap();
    let set = members.iter().filter(|(_, value)| !value.is_null());
    set.map(|(name, _)| name.as_str()).collect()
}

/// Asserts that ours has all observed names but `left_out`, and the same kind of player.
fn assert_is_like(ours: &Value, observed: &Value, left_out: &[&str]) {
    let missing: Vec<_> = names(observed).difference(&names(ours)).copied().collect();
    assert_eq!(missing, left_out);
    for name in ["type", "appId", "appVersion"] {
        assert_eq!(ours[name], observed[name], "{name}");
    }
    for name in ["media", "referrer"] {
        assert!(
            ours[name].is_string() && observed[name].is_string(),
            "{name}"
        );
    }
}

#[test]
fn real_ws_connect_channel_2019_names_nothing_that_we_do_not() {
    let (ours, observed) = (ours(query()), observed("real-ws-connect-channel-2019"));
    assert_is_like(&ours, &observed, &[]);
    assert_eq!(names(&ours), names(&observed));
    assert_eq!(ours["clusterHost"], observed["clusterHost"]);
    for arguments in [&ours, &observed] {
        let (viewer, page) = (arguments["rsid"].as_str(), arguments["rpin"].as_str());
        let (one, other) = viewer.unwrap().split_once(':').unwrap();
        assert!(u64::from_str_radix(one, 16).is_ok() && u64::from_str_radix(other, 16).is_ok());
        let number = page.unwrap().strip_prefix("_rpin.").unwrap();
        assert!(number.parse::<u64>().is_ok(), "{number}");
    }
}

#[test]
fn real_ws_connect_channel_2020_parliament_sa_adds_only_the_version_of_a_program() {
    let observed = observed("real-ws-connect-channel-2020-parliament-sa");
    assert_is_like(&ours(query()), &observed, &["buildNumber"]);
    // The observed page is one of another site; ours is named in the same way.
    let embedded = SessionQuery {
        referrer: observed["referrer"].as_str().map(str::to_owned),
        ..query()
    };
    assert_eq!(ours(embedded)["referrer"], observed["referrer"]);
}

#[test]
fn real_ws_connect_channel_2025_leaves_a_password_that_is_not_there_empty() {
    let observed = observed("real-ws-connect-channel-2025");
    assert_eq!(observed["password"], Value::Null);
    assert_is_like(&ours(query()), &observed, &["buildNumber"]);
}

#[test]
fn seed_connect_recorded_2017_sends_the_hash_as_text() {
    let observed = observed("seed-connect-recorded-2017");
    let hash = r#"[{"hash":"0"}]"#;
    let ours = ours(SessionQuery {
        hash: Some(hash.into()),
        ..query()
    });
    assert_is_like(&ours, &observed, &[]);
    assert_eq!(ours["application"], observed["application"]);
    assert_eq!(ours["isOffairRecorded"], observed["isOffairRecorded"]);
    assert!(observed["hash"].is_string());
    assert_eq!(ours["hash"], hash);
}

#[test]
fn real_ws_playing_command_2025_means_nothing_here() {
    let commands = message::parse(&text("real-ws-playing-command-2025")).unwrap();
    assert_eq!(commands, [Command::Other("playing".into())]);
}
