//! Messages of the control connection other than the stream.

use ustream::ums::message::{self, Command, ModuleInfo, Reject, Site};
use ustream::ums::session::{SessionAction, Transport};
use ustream::ums::stream::StreamState;
use ustream::{Error, Lock};

use crate::{json, opened, receive, session_result, text};

fn commands(name: &str) -> Vec<Command> {
    message::parse(&text(name)).unwrap()
}

fn messages(name: &str) -> Vec<ModuleInfo> {
    commands(name)
        .into_iter()
        .map(|command| match command {
            Command::ModuleInfo(info) => *info,
            other => panic!("{other:?}"),
        })
        .collect()
}

/// Returns the action that follows one frame.
fn action_after(transport: Transport, frame: &str) -> SessionAction {
    receive(&mut opened(transport), &[frame])
}

#[test]
fn reconstructed_ws_reject_cluster_sends_on_to_the_host_it_names() {
    let name = "reconstructed-ws-reject-cluster";
    let named = json(name)["args"][0]["cluster"]["host"].clone();
    let cluster = Reject::Cluster {
        name: Some("omega".into()),
        host: named.as_str().map(str::to_owned),
    };
    assert_eq!(commands(name), [Command::Reject(vec![cluster])]);
    match action_after(Transport::Socket, &text(name)) {
        SessionAction::Connect { host, secure, .. } => {
            assert_eq!((named == host.as_str(), secure), (true, true));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn reconstructed_ws_reject_locks_are_told_apart() {
    let name = "reconstructed-ws-reject-locks";
    let reasons: Vec<_> = commands(name)
        .into_iter()
        .map(|command| match command {
            Command::Reject(mut reasons) if reasons.len() == 1 => reasons.remove(0),
            other => panic!("{other:?}"),
        })
        .collect();
    let referrer = Reject::Referrer {
        redirect_url: Some("http://www.a-pac.tv".into()),
    };
    assert_eq!(reasons, [referrer, Reject::Nonexistent, Reject::Region]);
    let frames = json(name);
    let action = |index: usize| action_after(Transport::Socket, &frames[index].to_string());
    // The referrer is sent to the same host again.
    assert!(matches!(action(0), SessionAction::Connect { .. }));
    assert!(matches!(action(1), SessionAction::Fail(Error::NotFound(_))));
    assert!(matches!(
        action(2),
        SessionAction::Fail(Error::Locked(Lock::Region))
    ));
}

#[test]
fn fixture_lp_poll_reject_referrerlock_2026_names_the_page_before_it_closes() {
    let name = "fixture-lp-poll-reject-referrerLock-2026";
    let referrer = Reject::Referrer {
        redirect_url: Some("https://video.ibm.com/channel/K27Pj3GwLNz".into()),
    };
    let expected = [Command::Reject(vec![referrer]), Command::Close];
    assert_eq!(commands(name), expected);
    let reconnect = action_after(Transport::Playlists, &text(name));
    assert!(matches!(reconnect, SessionAction::Connect { .. }));
}

#[test]
fn reconstructed_ws_warning_stops_nothing() {
    let name = "reconstructed-ws-warning";
    assert_eq!(commands(name), [Command::Other("warning".into())]);
    assert!(matches!(
        action_after(Transport::Socket, &text(name)),
        SessionAction::Wait
    ));
}

#[test]
fn real_ws_moduleinfo_counters_2019_say_nothing_of_the_recording() {
    let name = "real-ws-moduleInfo-counters-2019";
    assert_eq!(messages(name), [ModuleInfo::default()]);
}

#[test]
fn real_lp_moduleinfo_counters_2018_are_two_answers_without_news() {
    let name = "real-lp-moduleInfo-counters-2018";
    assert_eq!(
        messages(name),
        [ModuleInfo::default(), ModuleInfo::default()]
    );
    assert!(matches!(
        action_after(Transport::Polling, &text(name)),
        SessionAction::Wait
    ));
}

fn server(host: &str) -> Site {
    Site {
        host: host.into(),
        path: "/".into(),
    }
}

#[test]
fn reconstructed_ws_moduleinfo_cdnconfig_2019_names_the_server_of_then() {
    let messages = messages("reconstructed-ws-moduleInfo-cdnConfig-2019");
    let sites = vec![server("uhs-akamai.ustream.tv")];
    let only_sites = ModuleInfo {
        sites,
        ..ModuleInfo::default()
    };
    assert_eq!(messages, [only_sites]);
}

#[test]
fn reconstructed_ws_moduleinfo_cdnconfig_recorded_names_the_server_of_recordings() {
    let messages = messages("reconstructed-ws-moduleInfo-cdnConfig-recorded");
    assert_eq!(messages[0].sites, [server("vod-cdn.ustream.tv")]);
}

#[test]
fn reconstructed_ws_moduleinfo_offline_is_final_in_both_forms() {
    let name = "reconstructed-ws-moduleInfo-offline";
    let states: Vec<_> = messages(name)
        .into_iter()
        .map(|messages| messages.stream)
        .collect();
    assert_eq!(states, [const { Some(StreamState::Offline) }; 2]);
    for frame in json(name).as_array().unwrap() {
        let ended = action_after(Transport::Socket, &frame.to_string());
        assert!(matches!(ended, SessionAction::Fail(Error::NotRecorded)));
    }
}

#[test]
fn reconstructed_ws_moduleinfo_transitional_empty_formats_are_waited_out() {
    let name = "reconstructed-ws-moduleInfo-transitional-empty-formats";
    assert_eq!(messages(name)[0].stream, Some(StreamState::Pending));
    assert!(matches!(
        action_after(Transport::Socket, &text(name)),
        SessionAction::Wait
    ));
    assert!(matches!(
        session_result(&[&text(name)]),
        Err(Error::Timeout(_))
    ));
}
