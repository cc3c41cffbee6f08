//! Each rule of the conversation as a story: what is said, and what follows.

use serde_json::{Value, json};

use super::*;

fn question() -> SessionQuery {
    SessionQuery {
        recording: RecordingId(112_470_631),
        password: None,
        hash: None,
        referrer: None,
    }
}

fn started(question: SessionQuery) -> Session {
    let mut session = Session::new(question, Transport::Socket, 7);
    assert!(host_of(session.start(Duration::ZERO)).contains("-ws-live.ums.services."));
    session
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[track_caller]
fn host_of(request: SessionAction) -> String {
    match request {
        SessionAction::Connect {
            host,
            path: "/1/ustream",
            ..
        } => host.to_string(),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn error_of(request: SessionAction) -> Error {
    match request {
        SessionAction::Fail(error) => error,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn done(request: SessionAction) -> StreamInfo {
    match request {
        SessionAction::Done(info) => *info,
        other => panic!("{other:?}"),
    }
}

/// What the session says when the connection opens.
fn said(session: &mut Session) -> Value {
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
fn it_introduces_itself_as_the_player_does() {
    let said = said(&mut started(question()));
    assert_eq!(said["media"], "112470631", "ids are text here");
    assert_eq!(
        (&said["appId"], &said["appVersion"]),
        (&json!(3), &json!(2))
    );
    assert_eq!(said["application"], "recorded");
    assert_eq!(said["referrer"], "https://video.ibm.com/recorded/112470631");
    assert!(said["rsid"].as_str().unwrap().contains(':'));
    for secret in ["password", "hash", "isOffairRecorded"] {
        assert!(said.get(secret).is_none(), "{secret}");
    }
}

#[test]
fn what_the_person_brings_is_passed_on() {
    let said = said(&mut started(SessionQuery {
        password: Some("secret".into()),
        hash: Some(r#"[{"hash":"0"}]"#.into()),
        referrer: Some("https://example.org/".into()),
        ..question()
    }));
    assert_eq!(said["password"], "secret");
    assert_eq!(
        said["hash"], r#"[{"hash":"0"}]"#,
        "the text, not the object"
    );
    assert_eq!(said["referrer"], "https://example.org/");
}

#[test]
fn the_usual_conversation_is_sent_on_once_and_then_hears_everything() {
    let mut session = started(question());
    said(&mut session);
    let host = "r1-1-112470631-recorded-ws-omega.ums.ustream.tv";
    let request = reject(
        &mut session,
        &json!({"cluster": {"name": "omega", "host": host}}),
    );
    assert_eq!(host_of(request), host);
    said(&mut session);
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
fn servers_may_be_named_before_the_stream_and_all_in_one_frame() {
    let mut session = started(question());
    assert!(matches!(
        frame(&mut session, &servers(), seconds(1)),
        SessionAction::Wait
    ));
    done(frame(&mut session, &stream(Some(100_000)), seconds(1)));

    let mut session = started(question());
    let both = json!([stream(Some(100_000)), {"cmd": "warning", "args": {"code": 1}}, servers()]);
    done(frame(&mut session, &both, seconds(1)));
}

#[test]
fn servers_that_are_not_named_are_waited_for_five_seconds() {
    let mut session = started(question());
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
fn a_connection_that_closes_after_the_stream_has_said_enough() {
    let mut session = started(question());
    frame(&mut session, &stream(None), seconds(1));
    done(session.handle(SessionEvent::Closed, seconds(1)));
}

#[test]
fn a_list_that_ends_too_early_is_waited_for_and_asked_for_once_more() {
    let too_long = stream(Some(600_000));
    let rest: serde_json::Map<_, _> = (2..10)
        .map(|key| ((key * 10).to_string(), json!("9")))
        .collect();
    let rest = more(&Value::Object(rest));

    let mut session = started(question());
    frame(&mut session, &servers(), seconds(1));
    frame(&mut session, &too_long, seconds(1));
    assert_eq!(session.deadline(), seconds(4));
    let info = done(frame(&mut session, &rest, seconds(2)));
    assert_eq!(
        info.stored.flv.unwrap().hashes.len(),
        10,
        "lists are joined"
    );

    let mut session = started(question());
    frame(&mut session, &servers(), seconds(1));
    frame(&mut session, &too_long, seconds(1));
    assert!(
        host_of(session.handle(SessionEvent::TimedOut, seconds(4))).ends_with(".ums.ustream.tv")
    );
    frame(&mut session, &too_long, seconds(5));
    done(session.handle(SessionEvent::TimedOut, seconds(8)));
}

/// A later message with only these hashes.
fn more(hashes: &Value) -> Value {
    module_info(&json!({"stream": {"streamFormats": {"flv/segmented": {"hashes": hashes}}}}))
}

#[test]
fn a_list_of_unknown_length_is_waited_for_as_long_as_it_grows() {
    let mut session = started(question());
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
fn the_length_by_the_api_ends_the_wait_for_more_of_the_list() {
    let mut session = started(question());
    frame(&mut session, &stream(None), seconds(1));
    frame(&mut session, &servers(), seconds(1));
    done(session.handle(SessionEvent::Length(110_000), seconds(1)));

    let mut session = started(question());
    assert!(matches!(
        session.handle(SessionEvent::Length(110_000), seconds(0)),
        SessionAction::Wait
    ));
    frame(&mut session, &stream(None), seconds(1));
    done(frame(&mut session, &servers(), seconds(1)));

    let mut session = started(question());
    frame(&mut session, &servers(), seconds(1));
    frame(&mut session, &stream(None), seconds(1));
    let request = session.handle(SessionEvent::Length(250_000), seconds(1));
    assert!(
        matches!(request, SessionAction::Wait),
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
fn a_list_with_a_gap_is_asked_for_once_more() {
    let mut session = started(question());
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
fn what_is_known_of_a_stream_is_not_lost_by_a_later_offline() {
    let mut session = started(question());
    frame(&mut session, &stream(None), seconds(1));
    let offline = module_info(&json!({"stream": "offline"}));
    assert!(matches!(
        frame(&mut session, &offline, seconds(2)),
        SessionAction::Wait
    ));
    done(session.handle(SessionEvent::TimedOut, seconds(6)));
}

#[test]
fn rows_without_a_name_are_an_answer_without_sense_and_no_silence() {
    let mut session = started(question());
    let nameless = module_info(&json!({"stream": {"streamFormats": {"flv/segmented": {
        "chunkTime": 6000, "streams": [{"bitrate": 1}], "hashes": {"0": "1"},
    }}}}));
    frame(&mut session, &nameless, seconds(1));
    let error = error_of(session.handle(SessionEvent::TimedOut, seconds(4)));
    assert!(matches!(error, Error::Malformed { .. }), "{error:?}");
}

#[test]
fn formats_that_are_still_to_come_are_waited_for() {
    let mut session = started(question());
    let pending = module_info(&json!({"stream": {"contentAvailable": true, "streamFormats": {}}}));
    assert!(matches!(
        frame(&mut session, &pending, seconds(1)),
        SessionAction::Wait
    ));
    assert_eq!(session.deadline(), seconds(12));
}

#[test]
fn a_stream_that_is_not_there_was_not_recorded() {
    for body in [
        json!("offline"),
        json!({"contentAvailable": false, "streamFormats": {}}),
    ] {
        let mut session = started(question());
        let request = frame(
            &mut session,
            &module_info(&json!({"stream": body})),
            seconds(1),
        );
        assert!(matches!(error_of(request), Error::NotRecorded));
    }
}

#[test]
fn silence_is_met_with_an_attempt_at_each_domain_and_then_given_up() {
    let mut session = started(question());
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
fn the_last_real_error_comes_out_after_three_attempts() {
    let mut session = started(question());
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
fn a_service_that_asks_to_be_left_alone_is_left_alone() {
    let mut session = started(question());
    let busy = SessionEvent::Failed(Error::Busy { retry_after: None });
    assert!(matches!(
        error_of(session.handle(busy, seconds(1))),
        Error::Busy { .. }
    ));
}

#[test]
fn a_frame_without_sense_is_skipped_and_one_too_large_is_final() {
    let mut session = started(question());
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
fn a_cluster_without_an_own_host_is_reached_by_its_name() {
    let mut session = started(question());
    let foreign = json!({"cluster": {"name": "omega", "host": "ums.ustream.tv.evil.com"}});
    let host = host_of(reject(&mut session, &foreign));
    assert!(
        host.contains("-112470631-recorded-ws-omega.ums.services.video.ibm.com"),
        "{host}"
    );
}

#[test]
fn a_named_host_that_cannot_be_reached_is_tried_by_the_clusters_name() {
    let mut session = started(question());
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
fn it_is_not_led_astray() {
    let clusters = [
        json!({"host": "evil.com"}),
        json!({"name": "x.evil.com/", "host": "evil.com"}),
        json!({"name": "a".repeat(64)}),
        json!({}),
        json!({"name": "live"}),
    ];
    for cluster in clusters {
        let mut session = started(question());
        let request = reject(&mut session, &json!({"cluster": cluster}));
        assert!(
            matches!(error_of(request), Error::Misdirected(_)),
            "{cluster}"
        );
    }
}

#[test]
fn it_follows_five_hosts_and_no_more_and_none_twice() {
    let mut session = started(question());
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

    let mut session = started(question());
    let again = json!({"cluster": {"host": "r1.ums.ustream.tv"}});
    host_of(reject(&mut session, &again));
    assert!(matches!(
        error_of(reject(&mut session, &again)),
        Error::Misdirected(_)
    ));
}

#[test]
fn the_page_that_is_asked_for_is_named_twice_at_most() {
    let mut session = started(question());
    let lock = |page: &str| json!({"referrerLock": {"redirectUrl": page}});
    let first = host_of(reject(&mut session, &lock("http://www.a-pac.tv")));
    assert_eq!(said(&mut session)["referrer"], "http://www.a-pac.tv");
    let second = host_of(reject(&mut session, &lock("http://www.a-pac.tv/live")));
    assert_eq!(first, second);
    assert_eq!(said(&mut session)["referrer"], "http://www.a-pac.tv/live");
    let third = reject(&mut session, &lock("http://www.a-pac.tv/more"));
    assert!(matches!(error_of(third), Error::Locked(Lock::Embed)));
}

#[test]
fn a_page_that_is_none_or_does_not_help_is_the_end() {
    let own = "https://video.ibm.com/recorded/112470631";
    for page in [json!(null), json!("javascript:x"), json!(own)] {
        let mut session = started(question());
        let request = reject(
            &mut session,
            &json!({"referrerLock": {"redirectUrl": page}}),
        );
        assert!(
            matches!(error_of(request), Error::Locked(Lock::Embed)),
            "{page}"
        );
    }
}

#[test]
fn each_lock_is_told_by_its_own_name() {
    let lock = |reasons: Value, question: SessionQuery| match error_of(reject(
        &mut started(question),
        &reasons,
    )) {
        Error::Locked(lock) => lock,
        other => panic!("{other:?}"),
    };
    assert_eq!(lock(json!({"geoLock": true}), question()), Lock::Region);
    assert_eq!(lock(json!({"ssoLock": {}}), question()), Lock::Login);
    assert_eq!(
        lock(json!({"ageLock": 1}), question()),
        Lock::Other("ageLock".into())
    );
    assert_eq!(
        lock(json!({"passwordLock": []}), question()),
        Lock::Password { wrong: false }
    );
    let with_password = SessionQuery {
        password: Some("x".into()),
        ..question()
    };
    assert_eq!(
        lock(json!({"passwordLock": []}), with_password),
        Lock::Password { wrong: true }
    );
}

#[test]
fn a_recording_that_does_not_exist_is_not_found() {
    let request = reject(&mut started(question()), &json!({"nonexistent": true}));
    assert!(matches!(error_of(request), Error::NotFound(_)));
}

#[test]
fn a_missing_answer_of_the_form_is_asked_for() {
    let request = reject(&mut started(question()), &json!({"hashLock": true}));
    assert!(matches!(request, SessionAction::NeedsHash));
}

#[test]
fn formats_that_are_not_known_here_are_no_rendition() {
    let mut session = started(question());
    let other = module_info(&json!({"stream": {"streamFormats": {"av1/segmented": {}}}}));
    frame(&mut session, &other, seconds(1));
    // Those that are known may follow; a new connection would tell the same.
    assert_eq!(session.deadline(), seconds(4));
    assert!(matches!(
        error_of(session.handle(SessionEvent::TimedOut, seconds(4))),
        Error::NoRendition
    ));
}

fn polling(question: SessionQuery, way: Transport) -> (Session, SessionAction) {
    let mut session = Session::new(question, way, 7);
    let request = session.start(Duration::ZERO);
    (session, request)
}

/// A session of long polling that has come to the old domain, where there is no TLS.
fn in_the_clear(question: SessionQuery) -> Session {
    let (mut session, _) = polling(question, Transport::Polling);
    let failed = SessionEvent::Failed(Error::Timeout("x"));
    match session.handle(failed, seconds(1)) {
        SessionAction::Connect { secure: false, .. } => session,
        other => panic!("{other:?}"),
    }
}

#[test]
fn long_polling_goes_over_tls_first_and_then_where_it_is_known_to_be() {
    let (mut session, request) = polling(question(), Transport::Polling);
    let SessionAction::Connect { secure, host, .. } = request else {
        panic!("{request:?}")
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
fn a_refused_certificate_ends_long_polling_and_stays_the_reason_over_a_websocket() {
    let refused = || {
        SessionEvent::Failed(Error::Untrusted {
            host: "h".into(),
            problem: "UnknownIssuer".into(),
        })
    };
    for way in [Transport::Polling, Transport::Playlists] {
        let (mut session, _) = polling(question(), way);
        let request = session.handle(refused(), seconds(1));
        assert!(matches!(error_of(request), Error::Untrusted { .. }));
    }
    // Another host is asked over TLS as well.
    let mut session = started(question());
    let SessionAction::Connect { secure: true, .. } = session.handle(refused(), seconds(1)) else {
        panic!()
    };
    host_of(session.handle(SessionEvent::Failed(Error::Timeout("x")), seconds(2)));
    let request = session.handle(SessionEvent::Closed, seconds(3));
    assert!(matches!(error_of(request), Error::Untrusted { .. }));
}

#[test]
fn over_plain_http_nobody_is_followed_who_is_not_called_by_rule() {
    let named = [
        "printer.ums.ustream.tv",
        "r1-1-8-recorded-lp-omega.ums.ustream.tv",
        "deeper.a92ccb29-lp-omega.ums.ustream.tv",
        "x.ums.services.video.ibm.com",
        "127.0.0.66/apply.cgi?reboot=1&x=.ums.ustream.tv",
        "evil.example#.ums.ustream.tv",
    ];
    for host in named {
        let mut session = in_the_clear(question());
        let tracking = json!([{"cmd": "tracking", "args": [{"host": host, "connectionId": "d"}]}]);
        let request = frame(&mut session, &tracking, seconds(1));
        assert!(matches!(error_of(request), Error::Misdirected(_)), "{host}");

        let mut session = in_the_clear(question());
        let request = reject(&mut session, &json!({"cluster": {"host": host}}));
        assert!(matches!(error_of(request), Error::Misdirected(_)), "{host}");

        let mut session = in_the_clear(question());
        let request = reject(
            &mut session,
            &json!({"cluster": {"host": host, "name": "omega"}}),
        );
        let made = "-1-112470631-recorded-lp-omega.ums.ustream.tv";
        assert!(host_of(request).ends_with(made), "{host}");
    }
    let mut session = in_the_clear(question());
    let own = "r1-1-112470631-recorded-lp-omega.ums.ustream.tv";
    let request = reject(&mut session, &json!({"cluster": {"host": own}}));
    assert_eq!(host_of(request), own);
}

#[test]
fn a_host_that_only_looks_like_the_services_is_told_nothing() {
    for host in [
        "evil.example#.ums.ustream.tv",
        "evil.example/.ums.ustream.tv",
        "user@evil.example/.ums.ustream.tv",
        "evil.example:443#.ums.services.video.ibm.com",
    ] {
        let request = reject(
            &mut started(question()),
            &json!({"cluster": {"host": host}}),
        );
        assert!(matches!(error_of(request), Error::Misdirected(_)), "{host}");
    }
}

#[test]
fn the_page_is_told_without_its_query_where_anybody_can_read_along() {
    let embedded = || SessionQuery {
        referrer: Some("https://user:pw@www.example.org/x?session=SECRET#me".into()),
        ..question()
    };
    let mut session = in_the_clear(embedded());
    assert_eq!(said(&mut session)["referrer"], "https://www.example.org/x");
    let (mut session, _) = polling(embedded(), Transport::Polling);
    assert_eq!(
        said(&mut session)["referrer"],
        "https://www.example.org/x?session=SECRET"
    );
}

#[test]
fn what_a_person_keeps_to_themselves_goes_over_tls_only() {
    let secrets = [
        SessionQuery {
            password: Some("secret".into()),
            ..question()
        },
        SessionQuery {
            hash: Some("[]".into()),
            ..question()
        },
    ];
    for question in secrets {
        let (mut session, mut request) = polling(question, Transport::Playlists);
        for at in 1..5 {
            match request {
                SessionAction::Connect { secure, .. } => assert!(secure),
                SessionAction::Fail(_) => break,
                other => panic!("{other:?}"),
            }
            let old = json!({"cluster": {"host": "c1-lp-omega.ums.ustream.tv"}});
            match reject(&mut session, &old) {
                SessionAction::Connect { secure, .. } => assert!(secure),
                other => panic!("{other:?}"),
            }
            request = session.handle(SessionEvent::Closed, seconds(at));
        }
    }
}

#[test]
fn long_polling_takes_us_for_the_player_that_is_wanted() {
    for (way, id) in [(Transport::Polling, 3), (Transport::Playlists, 11)] {
        let (mut session, _) = polling(question(), way);
        let said = said(&mut session);
        assert_eq!(
            (&said["appId"], &said["appVersion"]),
            (&json!(id), &json!(2))
        );
    }
}

#[test]
fn long_polling_goes_on_where_it_is_told_to() {
    let tracking =
        |host: &str| json!([{"cmd": "tracking", "args": [{"host": host, "connectionId": "d-7"}]}]);
    let mut session = in_the_clear(question());
    let request = frame(
        &mut session,
        &tracking("c742ecf6-lp-omega.ums.ustream.tv"),
        seconds(1),
    );
    let SessionAction::Listen {
        secure: false,
        host,
        connection,
        ..
    } = request
    else {
        panic!("{request:?}")
    };
    assert_eq!(
        (host.as_str(), connection.as_str()),
        ("c742ecf6-lp-omega.ums.ustream.tv", "d-7")
    );
    let (mut session, _) = polling(question(), Transport::Polling);
    let request = frame(
        &mut session,
        &tracking("ums.ustream.tv.evil.com"),
        seconds(1),
    );
    assert!(matches!(error_of(request), Error::Misdirected(_)));
}

#[test]
fn everything_may_come_in_the_first_answer() {
    let (mut session, _) = polling(question(), Transport::Polling);
    let tracking = json!({"cmd": "tracking", "args": [{"connectionId": "d-7"}]});
    let all = json!([tracking, stream(Some(100_000)), servers()]);
    done(frame(&mut session, &all, seconds(1)));
}

#[test]
fn playlists_are_all_that_the_other_player_is_told() {
    let (mut session, _) = polling(question(), Transport::Playlists);
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
fn old_recordings_name_files_one_or_several() {
    for name in [
        json!("http://tcdn.ustream.tv/video/7.mp4"),
        json!(["http://tcdn.ustream.tv/video/7.mp4"]),
    ] {
        let (mut session, _) = polling(question(), Transport::Playlists);
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
fn a_reject_over_long_polling_counts_though_the_line_is_closed_behind_it() {
    let (mut session, _) = polling(question(), Transport::Playlists);
    let page = "https://video.ibm.com/channel/K27Pj3GwLNz";
    let frames = json!([
        {"cmd": "reject", "args": [{"referrerLock": {"redirectUrl": page}}]},
        {"cmd": "close", "args": []},
    ]);
    host_of(frame(&mut session, &frames, seconds(1)));
    assert_eq!(said(&mut session)["referrer"], page);
    let close = json!({"cmd": "close", "args": []});
    host_of(frame(&mut session, &close, seconds(2)));
}
