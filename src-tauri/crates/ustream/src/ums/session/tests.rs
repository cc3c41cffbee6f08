//! The rules of a session: events and the actions that follow.

use serde_json::{Value, json};

use super::*;
use crate::RecordingId;

fn query() -> SessionQuery {
    SessionQuery {
        media: RecordingId(112_470_631).into(),
        password: None,
        hash: None,
        referrer: None,
    }
}

fn started(query: SessionQuery) -> Session {
    let mut session = Session::new(query, Transport::Socket, 7);
    assert!(host_of(session.start(Duration::ZERO)).contains("-ws-live.ums.services."));
    session
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[track_caller]
fn host_of(action: SessionAction) -> String {
    match action {
        SessionAction::Connect {
            host,
            path: "/1/ustream",
            ..
        } => host.to_string(),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn error_of(action: SessionAction) -> Error {
    match action {
        SessionAction::Fail(error) => error,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn done(action: SessionAction) -> StreamInfo {
    match action {
        SessionAction::Done(info) => *info,
        other => panic!("{other:?}"),
    }
}

/// Opens the connection and returns the arguments of `connect`.
fn connect_arguments(session: &mut Session) -> Value {
    match session.handle(SessionEvent::Opened, Duration::ZERO) {
        SessionAction::Send(arguments) => arguments,
        other => panic!("{other:?}"),
    }
}

fn frame(session: &mut Session, value: &Value, at: Duration) -> SessionAction {
    session.handle(SessionEvent::Frame(&value.to_string()), at)
}

fn reject(session: &mut Session, reasons: &Value) -> SessionAction {
    frame(
        session,
        &json!({"cmd": "reject", "args": [reasons]}),
        Duration::ZERO,
    )
}

fn module_info(body: &Value) -> Value {
    json!({"cmd": "moduleInfo", "args": [body]})
}

fn stream(length: Option<u64>) -> Value {
    module_info(
        &json!({"stream": {"contentAvailable": true, "streamFormats": {"flv/segmented": {
            "chunkTime": 6000,
            "contentAccess": {"accessList": [{"data": {"path": "x/"}}]},
            "streams": [{"segmentUrl": "2/1/chunk_%_%.flv"}],
            "hashes": {"0": "1", "10": "2"},
            "videoLength": length,
        }}}}),
    )
}

fn servers() -> Value {
    module_info(&json!({"cdnConfig": {"data": [{"data": [{"sites": [
        {"host": "vod-cdn.ustream.tv", "path": "/"},
    ]}]}]}}))
}

#[test]
fn connect_has_the_arguments_of_a_player() {
    let connect = connect_arguments(&mut started(query()));
    assert_eq!(connect["media"], "112470631", "ids are text here");
    assert_eq!(
        (&connect["appId"], &connect["appVersion"]),
        (&json!(3), &json!(2))
    );
    assert_eq!(connect["application"], "recorded");
    assert_eq!(
        connect["referrer"],
        "https://video.ibm.com/recorded/112470631"
    );
    assert!(connect["rsid"].as_str().unwrap().contains(':'));
    for secret in ["password", "hash", "isOffairRecorded"] {
        assert!(connect.get(secret).is_none(), "{secret}");
    }
}

#[test]
fn credentials_are_passed_on() {
    let connect = connect_arguments(&mut started(SessionQuery {
        password: Some("secret".into()),
        hash: Some(r#"[{"hash":"0"}]"#.into()),
        referrer: Some("https://example.org/".into()),
        ..query()
    }));
    assert_eq!(connect["password"], "secret");
    assert_eq!(
        connect["hash"], r#"[{"hash":"0"}]"#,
        "the text, not the object"
    );
    assert_eq!(connect["referrer"], "https://example.org/");
}

#[test]
fn a_usual_session_is_redirected_once_and_completes() {
    let mut session = started(query());
    connect_arguments(&mut session);
    let host = "r1-1-112470631-recorded-ws-omega.ums.ustream.tv";
    let action = reject(
        &mut session,
        &json!({"cluster": {"name": "omega", "host": host}}),
    );
    assert_eq!(host_of(action), host);
    connect_arguments(&mut session);
    let counters = module_info(&json!({"allViewers": 3}));
    assert!(matches!(
        frame(&mut session, &counters, seconds(1)),
        SessionAction::Wait
    ));
    assert!(matches!(
        frame(&mut session, &stream(Some(100_000)), seconds(1)),
        SessionAction::Wait
    ));
    let info = done(frame(&mut session, &servers(), seconds(1)));
    assert_eq!(info.stored.flv.unwrap().hashes.len(), 2);
    assert_eq!(info.sites[0].host, "vod-cdn.ustream.tv");
}

#[test]
fn servers_may_come_first_or_in_the_same_frame() {
    let mut session = started(query());
    assert!(matches!(
        frame(&mut session, &servers(), seconds(1)),
        SessionAction::Wait
    ));
    done(frame(&mut session, &stream(Some(100_000)), seconds(1)));

    let mut session = started(query());
    let both = json!([stream(Some(100_000)), {"cmd": "warning", "args": {"code": 1}}, servers()]);
    done(frame(&mut session, &both, seconds(1)));
}

#[test]
fn missing_servers_are_waited_for_five_seconds() {
    let mut session = started(query());
    frame(&mut session, &stream(None), seconds(2));
    assert_eq!(session.deadline(), seconds(7));
    assert!(matches!(
        session.handle(SessionEvent::TimedOut, seconds(6)),
        SessionAction::Wait
    ));
    let info = done(session.handle(SessionEvent::TimedOut, seconds(7)));
    assert!(info.sites.is_empty());
}

#[test]
fn a_connection_closed_after_the_stream_is_complete() {
    let mut session = started(query());
    frame(&mut session, &stream(None), seconds(1));
    done(session.handle(SessionEvent::Closed, seconds(1)));
}

#[test]
fn a_short_list_is_waited_for_and_requested_again_once() {
    let too_long = stream(Some(600_000));
    let rest: serde_json::Map<_, _> = (2..10)
        .map(|key| ((key * 10).to_string(), json!("9")))
        .collect();
    let rest = more(&Value::Object(rest));

    let mut session = started(query());
    frame(&mut session, &servers(), seconds(1));
    frame(&mut session, &too_long, seconds(1));
    assert_eq!(session.deadline(), seconds(4));
    let info = done(frame(&mut session, &rest, seconds(2)));
    assert_eq!(
        info.stored.flv.unwrap().hashes.len(),
        10,
        "lists are joined"
    );

    let mut session = started(query());
    frame(&mut session, &servers(), seconds(1));
    frame(&mut session, &too_long, seconds(1));
    assert!(
        host_of(session.handle(SessionEvent::TimedOut, seconds(4))).ends_with(".ums.ustream.tv")
    );
    frame(&mut session, &too_long, seconds(5));
    done(session.handle(SessionEvent::TimedOut, seconds(8)));
}

/// Returns a later message that has only these hashes.
fn more(hashes: &Value) -> Value {
    module_info(&json!({"stream": {"streamFormats": {"flv/segmented": {"hashes": hashes}}}}))
}

#[test]
fn a_list_of_unknown_length_is_waited_for_while_it_grows() {
    let mut session = started(query());
    frame(&mut session, &servers(), seconds(1));
    frame(&mut session, &stream(None), seconds(1));
    assert_eq!(session.deadline(), seconds(4));
    frame(&mut session, &more(&json!({"20": "3"})), seconds(3));
    assert_eq!(session.deadline(), seconds(6));
    frame(&mut session, &more(&json!({})), seconds(4));
    assert_eq!(session.deadline(), seconds(6), "nothing new");
    let info = done(session.handle(SessionEvent::TimedOut, seconds(6)));
    assert_eq!(
        info.stored.flv.unwrap().hashes.len(),
        3,
        "no reconnect without need"
    );
}

#[test]
fn the_length_by_the_api_ends_the_wait_for_more_hashes() {
    let mut session = started(query());
    frame(&mut session, &stream(None), seconds(1));
    frame(&mut session, &servers(), seconds(1));
    done(session.handle(SessionEvent::Length(110_000), seconds(1)));

    let mut session = started(query());
    assert!(matches!(
        session.handle(SessionEvent::Length(110_000), seconds(0)),
        SessionAction::Wait
    ));
    frame(&mut session, &stream(None), seconds(1));
    done(frame(&mut session, &servers(), seconds(1)));

    let mut session = started(query());
    frame(&mut session, &servers(), seconds(1));
    frame(&mut session, &stream(None), seconds(1));
    let action = session.handle(SessionEvent::Length(250_000), seconds(1));
    assert!(
        matches!(action, SessionAction::Wait),
        "the list is too short"
    );
    frame(&mut session, &more(&json!({"20": "3"})), seconds(2));
    done(frame(
        &mut session,
        &more(&json!({"40": "5", "30": "4"})),
        seconds(3),
    ));
}

#[test]
fn a_list_with_a_gap_is_requested_again_once() {
    let mut session = started(query());
    frame(&mut session, &servers(), seconds(1));
    frame(&mut session, &stream(Some(290_000)), seconds(1));
    frame(
        &mut session,
        &more(&json!({"20": "3", "40": "5"})),
        seconds(1),
    );
    host_of(session.handle(SessionEvent::TimedOut, seconds(4)));
    done(frame(&mut session, &more(&json!({"30": "4"})), seconds(5)));
}

#[test]
fn a_later_offline_does_not_discard_a_known_stream() {
    let mut session = started(query());
    frame(&mut session, &stream(None), seconds(1));
    let offline = module_info(&json!({"stream": "offline"}));
    assert!(matches!(
        frame(&mut session, &offline, seconds(2)),
        SessionAction::Wait
    ));
    done(session.handle(SessionEvent::TimedOut, seconds(6)));
}

#[test]
fn representations_without_templates_are_malformed_and_not_a_timeout() {
    let mut session = started(query());
    let nameless = module_info(&json!({"stream": {"streamFormats": {"flv/segmented": {
        "chunkTime": 6000, "streams": [{"bitrate": 1}], "hashes": {"0": "1"},
    }}}}));
    frame(&mut session, &nameless, seconds(1));
    let error = error_of(session.handle(SessionEvent::TimedOut, seconds(4)));
    assert!(matches!(error, Error::Malformed { .. }), "{error:?}");
}

#[test]
fn pending_formats_are_waited_for() {
    let mut session = started(query());
    let pending = module_info(&json!({"stream": {"contentAvailable": true, "streamFormats": {}}}));
    assert!(matches!(
        frame(&mut session, &pending, seconds(1)),
        SessionAction::Wait
    ));
    assert_eq!(session.deadline(), seconds(12));
}

#[test]
fn an_offline_stream_is_not_recorded() {
    for body in [
        json!("offline"),
        json!({"contentAvailable": false, "streamFormats": {}}),
    ] {
        let mut session = started(query());
        let action = frame(
            &mut session,
            &module_info(&json!({"stream": body})),
            seconds(1),
        );
        assert!(matches!(error_of(action), Error::NotRecorded));
    }
}

#[test]
fn a_silent_service_is_tried_once_on_each_domain() {
    let mut session = started(query());
    let second = host_of(session.handle(SessionEvent::TimedOut, seconds(12)));
    assert!(
        second.ends_with("-recorded-wss-live.ums.ustream.tv"),
        "{second}"
    );
    assert!(session.deadline() < seconds(25), "other ways are waiting");
    let error = error_of(session.handle(SessionEvent::TimedOut, seconds(25)));
    assert!(matches!(error, Error::Timeout(_)));
}

#[test]
fn the_last_error_is_reported_after_three_attempts() {
    let mut session = started(query());
    let failed = || {
        SessionEvent::Failed(Error::Status {
            host: "h".into(),
            status: 502,
        })
    };
    host_of(session.handle(failed(), seconds(1)));
    host_of(session.handle(failed(), seconds(2)));
    assert!(matches!(
        error_of(session.handle(failed(), seconds(3))),
        Error::Status { status: 502, .. }
    ));
}

#[test]
fn a_busy_service_is_not_asked_again() {
    let mut session = started(query());
    let busy = SessionEvent::Failed(Error::Busy { retry_after: None });
    assert!(matches!(
        error_of(session.handle(busy, seconds(1))),
        Error::Busy { .. }
    ));
}

#[test]
fn a_malformed_frame_is_skipped_and_a_too_large_one_is_final() {
    let mut session = started(query());
    assert!(matches!(
        session.handle(SessionEvent::Frame("<html>"), seconds(1)),
        SessionAction::Wait
    ));
    let flood = SessionEvent::LimitExceeded(Error::TooLarge {
        what: "x",
        limit_bytes: 1,
    });
    assert!(matches!(
        error_of(session.handle(flood, seconds(1))),
        Error::TooLarge { .. }
    ));
}

#[test]
fn a_cluster_with_a_foreign_host_is_reached_by_its_name() {
    let mut session = started(query());
    let foreign = json!({"cluster": {"name": "omega", "host": "ums.ustream.tv.evil.com"}});
    let host = host_of(reject(&mut session, &foreign));
    assert!(
        host.contains("-112470631-recorded-ws-omega.ums.services.video.ibm.com"),
        "{host}"
    );
}

#[test]
fn an_unreachable_host_is_replaced_by_the_clusters_name() {
    let mut session = started(query());
    let named = json!({"cluster": {"name": "beta", "host": "r1-1-1-x.ums.ustream.tv"}});
    assert_eq!(
        host_of(reject(&mut session, &named)),
        "r1-1-1-x.ums.ustream.tv"
    );
    let failed = SessionEvent::Failed(Error::Status {
        host: "h".into(),
        status: 500,
    });
    assert!(host_of(session.handle(failed, seconds(1))).contains("-ws-beta.ums.services."));
}

#[test]
fn redirects_to_foreign_or_invalid_hosts_are_refused() {
    let clusters = [
        json!({"host": "evil.com"}),
        json!({"name": "x.evil.com/", "host": "evil.com"}),
        json!({"name": "a".repeat(64)}),
        json!({}),
        json!({"name": "live"}),
    ];
    for cluster in clusters {
        let mut session = started(query());
        let action = reject(&mut session, &json!({"cluster": cluster}));
        assert!(
            matches!(error_of(action), Error::Misdirected(_)),
            "{cluster}"
        );
    }
}

#[test]
fn at_most_five_redirects_are_followed_and_none_twice() {
    let mut session = started(query());
    for number in 0..5 {
        let host = format!("r{number}.ums.ustream.tv");
        assert_eq!(
            host_of(reject(&mut session, &json!({"cluster": {"host": host}}))),
            host
        );
    }
    let sixth = reject(
        &mut session,
        &json!({"cluster": {"host": "r6.ums.ustream.tv"}}),
    );
    assert!(matches!(error_of(sixth), Error::Misdirected(_)));

    let mut session = started(query());
    let again = json!({"cluster": {"host": "r1.ums.ustream.tv"}});
    host_of(reject(&mut session, &again));
    assert!(matches!(
        error_of(reject(&mut session, &again)),
        Error::Misdirected(_)
    ));
}

#[test]
fn a_required_referrer_is_sent_at_most_twice() {
    let mut session = started(query());
    let lock = |page: &str| json!({"referrerLock": {"redirectUrl": page}});
    let first = host_of(reject(&mut session, &lock("http://www.a-pac.tv")));
    assert_eq!(
        connect_arguments(&mut session)["referrer"],
        "http://www.a-pac.tv"
    );
    let second = host_of(reject(&mut session, &lock("http://www.a-pac.tv/live")));
    assert_eq!(first, second);
    assert_eq!(
        connect_arguments(&mut session)["referrer"],
        "http://www.a-pac.tv/live"
    );
    let third = reject(&mut session, &lock("http://www.a-pac.tv/more"));
    assert!(matches!(error_of(third), Error::Locked(Lock::Embed)));
}

#[test]
fn an_invalid_or_useless_referrer_is_an_embed_lock() {
    let own = "https://video.ibm.com/recorded/112470631";
    for page in [json!(null), json!("javascript:x"), json!(own)] {
        let mut session = started(query());
        let action = reject(
            &mut session,
            &json!({"referrerLock": {"redirectUrl": page}}),
        );
        assert!(
            matches!(error_of(action), Error::Locked(Lock::Embed)),
            "{page}"
        );
    }
}

#[test]
fn each_lock_has_its_own_error() {
    let lock =
        |reasons: Value, query: SessionQuery| match error_of(reject(&mut started(query), &reasons))
        {
            Error::Locked(lock) => lock,
            other => panic!("{other:?}"),
        };
    assert_eq!(lock(json!({"geoLock": true}), query()), Lock::Region);
    assert_eq!(lock(json!({"ssoLock": {}}), query()), Lock::Login);
    assert_eq!(
        lock(json!({"ageLock": 1}), query()),
        Lock::Other("ageLock".into())
    );
    assert_eq!(
        lock(json!({"passwordLock": []}), query()),
        Lock::Password { wrong: false }
    );
    let with_password = SessionQuery {
        password: Some("x".into()),
        ..query()
    };
    assert_eq!(
        lock(json!({"passwordLock": []}), with_password),
        Lock::Password { wrong: true }
    );
}

#[test]
fn a_nonexistent_recording_is_not_found() {
    let action = reject(&mut started(query()), &json!({"nonexistent": true}));
    assert!(matches!(error_of(action), Error::NotFound(_)));
}

#[test]
fn a_hash_lock_needs_a_hash() {
    let action = reject(&mut started(query()), &json!({"hashLock": true}));
    assert!(matches!(action, SessionAction::NeedsHash));
}

#[test]
fn unknown_formats_are_no_rendition() {
    let mut session = started(query());
    let other = module_info(&json!({"stream": {"streamFormats": {"av1/segmented": {}}}}));
    frame(&mut session, &other, seconds(1));
    // Known formats may follow; a new connection would not help.
    assert_eq!(session.deadline(), seconds(4));
    assert!(matches!(
        error_of(session.handle(SessionEvent::TimedOut, seconds(4))),
        Error::NoRendition
    ));
}

fn polling(query: SessionQuery, transport: Transport) -> (Session, SessionAction) {
    let mut session = Session::new(query, transport, 7);
    let action = session.start(Duration::ZERO);
    (session, action)
}

/// Returns a session of long polling on the legacy domain, without TLS.
fn without_tls(query: SessionQuery) -> Session {
    let (mut session, _) = polling(query, Transport::Polling);
    let failed = SessionEvent::Failed(Error::Timeout("x"));
    match session.handle(failed, seconds(1)) {
        SessionAction::Connect { secure: false, .. } => session,
        other => panic!("{other:?}"),
    }
}

#[test]
fn long_polling_tries_tls_first_and_then_the_legacy_domain() {
    let (mut session, action) = polling(query(), Transport::Polling);
    let SessionAction::Connect { secure, host, .. } = action else {
        panic!("{action:?}")
    };
    let entry = "-recorded-lp-live.ums.services.video.ibm.com";
    assert!(secure && host.as_str().ends_with(entry), "{host}");
    let failed = SessionEvent::Failed(Error::Timeout("x"));
    let SessionAction::Connect { secure, host, .. } = session.handle(failed, seconds(1)) else {
        panic!()
    };
    let entry = "-recorded-lp-live.ums.ustream.tv";
    assert!(!secure && host.as_str().ends_with(entry), "{host}");
}

#[test]
fn a_refused_certificate_ends_long_polling_and_remains_the_error_of_a_websocket() {
    let refused = || {
        SessionEvent::Failed(Error::Untrusted {
            host: "h".into(),
            certificate: Box::new(crate::RefusedCertificate::of_unknown_issuer()),
        })
    };
    for transport in [Transport::Polling, Transport::Playlists] {
        let (mut session, _) = polling(query(), transport);
        let action = session.handle(refused(), seconds(1));
        assert!(matches!(error_of(action), Error::Untrusted { .. }));
    }
    // Over a websocket the next host is asked over TLS as well.
    let mut session = started(query());
    let SessionAction::Connect { secure: true, .. } = session.handle(refused(), seconds(1)) else {
        panic!()
    };
    host_of(session.handle(SessionEvent::Failed(Error::Timeout("x")), seconds(2)));
    let action = session.handle(SessionEvent::Closed, seconds(3));
    assert!(matches!(error_of(action), Error::Untrusted { .. }));
}

#[test]
fn over_plain_http_only_regular_host_names_are_followed() {
    let named = [
        "printer.ums.ustream.tv",
        "r1-1-8-recorded-lp-omega.ums.ustream.tv",
        "deeper.a92ccb29-lp-omega.ums.ustream.tv",
        "x.ums.services.video.ibm.com",
        "127.0.0.66/apply.cgi?reboot=1&x=.ums.ustream.tv",
        "evil.example#.ums.ustream.tv",
    ];
    for host in named {
        let mut session = without_tls(query());
        let tracking = json!([{"cmd": "tracking", "args": [{"host": host, "connectionId": "d"}]}]);
        let action = frame(&mut session, &tracking, seconds(1));
        assert!(matches!(error_of(action), Error::Misdirected(_)), "{host}");

        let mut session = without_tls(query());
        let action = reject(&mut session, &json!({"cluster": {"host": host}}));
        assert!(matches!(error_of(action), Error::Misdirected(_)), "{host}");

        let mut session = without_tls(query());
        let action = reject(
            &mut session,
            &json!({"cluster": {"host": host, "name": "omega"}}),
        );
        let made = "-1-112470631-recorded-lp-omega.ums.ustream.tv";
        assert!(host_of(action).ends_with(made), "{host}");
    }
    let mut session = without_tls(query());
    let own = "r1-1-112470631-recorded-lp-omega.ums.ustream.tv";
    let action = reject(&mut session, &json!({"cluster": {"host": own}}));
    assert_eq!(host_of(action), own);
}

#[test]
fn a_host_that_imitates_the_service_is_refused() {
    for host in [
        "evil.example#.ums.ustream.tv",
        "evil.example/.ums.ustream.tv",
        "user@evil.example/.ums.ustream.tv",
        "evil.example:443#.ums.services.video.ibm.com",
    ] {
        let action = reject(&mut started(query()), &json!({"cluster": {"host": host}}));
        assert!(matches!(error_of(action), Error::Misdirected(_)), "{host}");
    }
}

#[test]
fn the_referrer_has_no_query_over_plain_http() {
    let embedded = || SessionQuery {
        referrer: Some("https://user:pw@www.example.org/x?session=SECRET#me".into()),
        ..query()
    };
    let mut session = without_tls(embedded());
    assert_eq!(
        connect_arguments(&mut session)["referrer"],
        "https://www.example.org/x"
    );
    let (mut session, _) = polling(embedded(), Transport::Polling);
    assert_eq!(
        connect_arguments(&mut session)["referrer"],
        "https://www.example.org/x?session=SECRET"
    );
}

#[test]
fn secrets_are_sent_over_tls_only() {
    let secrets = [
        SessionQuery {
            password: Some("secret".into()),
            ..query()
        },
        SessionQuery {
            hash: Some("[]".into()),
            ..query()
        },
    ];
    for query in secrets {
        let (mut session, mut action) = polling(query, Transport::Playlists);
        for at in 1..5 {
            match action {
                SessionAction::Connect { secure, .. } => assert!(secure),
                SessionAction::Fail(_) => break,
                other => panic!("{other:?}"),
            }
            let old = json!({"cluster": {"host": "c1-lp-omega.ums.ustream.tv"}});
            match reject(&mut session, &old) {
                SessionAction::Connect { secure, .. } => assert!(secure),
                other => panic!("{other:?}"),
            }
            action = session.handle(SessionEvent::Closed, seconds(at));
        }
    }
}

#[test]
fn long_polling_sends_the_app_id_of_the_requested_player() {
    for (transport, id) in [(Transport::Polling, 3), (Transport::Playlists, 11)] {
        let (mut session, _) = polling(query(), transport);
        let connect = connect_arguments(&mut session);
        assert_eq!(
            (&connect["appId"], &connect["appVersion"]),
            (&json!(id), &json!(2))
        );
    }
}

#[test]
fn long_polling_continues_on_the_named_host() {
    let tracking =
        |host: &str| json!([{"cmd": "tracking", "args": [{"host": host, "connectionId": "d-7"}]}]);
    let mut session = without_tls(query());
    let action = frame(
        &mut session,
        &tracking("c742ecf6-lp-omega.ums.ustream.tv"),
        seconds(1),
    );
    let SessionAction::Listen {
        secure: false,
        host,
        connection,
        ..
    } = action
    else {
        panic!("{action:?}")
    };
    assert_eq!(
        (host.as_str(), connection.as_str()),
        ("c742ecf6-lp-omega.ums.ustream.tv", "d-7")
    );
    let (mut session, _) = polling(query(), Transport::Polling);
    let action = frame(
        &mut session,
        &tracking("ums.ustream.tv.evil.com"),
        seconds(1),
    );
    assert!(matches!(error_of(action), Error::Misdirected(_)));
}

#[test]
fn all_information_may_come_in_the_first_response() {
    let (mut session, _) = polling(query(), Transport::Polling);
    let tracking = json!({"cmd": "tracking", "args": [{"connectionId": "d-7"}]});
    let all = json!([tracking, stream(Some(100_000)), servers()]);
    done(frame(&mut session, &all, seconds(1)));
}

#[test]
fn the_hls_player_gets_playlists() {
    let (mut session, _) = polling(query(), Transport::Playlists);
    let list = json!([{"name": "uhls", "url": "https://x.ums.ustream.tv/playlist.m3u8?a=1"}]);
    let info = done(frame(
        &mut session,
        &module_info(&json!({"stream": list})),
        seconds(1),
    ));
    assert_eq!(
        info.stored.playlists,
        ["https://x.ums.ustream.tv/playlist.m3u8?a=1"]
    );
}

#[test]
fn old_recordings_name_one_or_several_files() {
    for name in [
        json!("http://tcdn.ustream.tv/video/7.mp4"),
        json!(["http://tcdn.ustream.tv/video/7.mp4"]),
    ] {
        let (mut session, _) = polling(query(), Transport::Playlists);
        let list = json!([{"name": "ustream", "streams": [{"streamName": name}]}]);
        let info = done(frame(
            &mut session,
            &module_info(&json!({"stream": list})),
            seconds(1),
        ));
        assert_eq!(info.stored.files, ["http://tcdn.ustream.tv/video/7.mp4"]);
    }
}

#[test]
fn a_reject_counts_even_if_the_connection_closes_behind_it() {
    let (mut session, _) = polling(query(), Transport::Playlists);
    let page = "https://video.ibm.com/channel/K27Pj3GwLNz";
    let frames = json!([
        {"cmd": "reject", "args": [{"referrerLock": {"redirectUrl": page}}]},
        {"cmd": "close", "args": []},
    ]);
    host_of(frame(&mut session, &frames, seconds(1)));
    assert_eq!(connect_arguments(&mut session)["referrer"], page);
    let close = json!({"cmd": "close", "args": []});
    host_of(frame(&mut session, &close, seconds(2)));
}

/// Returns the host to connect to, and the one to connect to at the same time.
#[track_caller]
fn hosts_of(action: SessionAction) -> (String, Option<String>) {
    match action {
        SessionAction::Connect { host, ahead, .. } => {
            (host.to_string(), ahead.map(|host| host.to_string()))
        }
        other => panic!("{other:?}"),
    }
}

fn routed(transport: Transport, route: &str) -> Session {
    let session = Session::new(query(), transport, 7);
    session.with_route(Some(route.parse().unwrap()))
}

const OMEGA: &str = "ws-omega.ums.services.video.ibm.com";

#[test]
fn the_host_of_the_last_session_is_connected_to_once_and_at_the_same_time_as_the_entry() {
    let mut session = routed(Transport::Socket, OMEGA);
    let (entry, ahead) = hosts_of(session.start(Duration::ZERO));
    let ahead = ahead.unwrap();
    assert_eq!(entry.replace("-live.", "-omega."), ahead);
    assert_eq!(session.route(), None, "the entry is no route");
    connect_arguments(&mut session);
    let redirect = json!({"cluster": {"name": "omega", "host": ahead}});
    assert_eq!(hosts_of(reject(&mut session, &redirect)), (ahead, None));
    assert_eq!(session.route().unwrap().to_string(), OMEGA);
    // The second attempt enters at the legacy domain, with another number.
    let again = session.handle(SessionEvent::Closed, seconds(1));
    let (entry, ahead) = hosts_of(again);
    assert!(entry.contains("-wss-live.ums.ustream.tv"), "{entry}");
    assert_eq!(ahead, None);
}

#[test]
fn only_a_websocket_is_opened_ahead_and_not_to_the_entry() {
    for (transport, route) in [
        (Transport::Polling, OMEGA),
        (Transport::Playlists, OMEGA),
        (Transport::Socket, "ws-live.ums.services.video.ibm.com"),
    ] {
        let mut session = routed(transport, route);
        assert_eq!(hosts_of(session.start(Duration::ZERO)).1, None, "{route}");
    }
}

#[test]
fn a_host_with_another_number_is_no_route() {
    let mut session = started(query());
    connect_arguments(&mut session);
    let host = "r1-1-112470631-recorded-ws-omega.ums.ustream.tv";
    let redirect = json!({"cluster": {"name": "omega", "host": host}});
    assert_eq!(host_of(reject(&mut session, &redirect)), host);
    assert_eq!(session.route(), None);
}
