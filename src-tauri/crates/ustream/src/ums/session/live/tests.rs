use serde_json::{Value, json};

use super::*;
use crate::ums::session::{SessionEvent, SessionQuery, Transport};
use crate::{ChannelId, Lock};

fn query() -> SessionQuery {
    SessionQuery {
        media: ChannelId(7).into(),
        password: None,
        hash: None,
        referrer: None,
    }
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[track_caller]
fn connection_of(action: SessionAction) -> (String, Duration) {
    match action {
        SessionAction::Connect { host, pause, .. } => (host.to_string(), pause),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn lost(action: SessionAction) -> Error {
    match action {
        SessionAction::News(LiveNews::Lost(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn update(action: SessionAction) -> ModuleInfo {
    match action {
        SessionAction::News(LiveNews::Update(info)) => *info,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn waits(action: SessionAction) {
    match action {
        SessionAction::Wait => {}
        other => panic!("{other:?}"),
    }
}

fn frame(session: &mut Session, value: &Value, at: Duration) -> SessionAction {
    session.handle(SessionEvent::Frame(&value.to_string()), at)
}

fn taken(session: &mut Session, at: Duration) -> SessionAction {
    session.handle(SessionEvent::Taken, at)
}

fn module_info(body: &Value) -> Value {
    json!({"cmd": "moduleInfo", "args": [body]})
}

fn reject(body: &Value) -> Value {
    json!({"cmd": "reject", "args": [body]})
}

fn counters() -> Value {
    module_info(&json!({"allViewers": 3}))
}

fn offline() -> Value {
    module_info(&json!({"stream": {"contentAvailable": false}}))
}

/// Returns a message with the hashes of segments 10 to 29.
fn stream() -> Value {
    module_info(
        &json!({"stream": {"contentAvailable": true, "streamFormats": {"flv/segmented": {
            "chunkTime": 5000,
            "contentAccess": {"accessList": [{"data": {"path": "live/7/1/"}}]},
            "streams": [{"segmentUrl": "2/1/chunk_%_%.flv"}],
            "hashes": {"10": "a", "20": "b"},
            "chunkId": 12,
        }}}}),
    )
}

const OMEGA: &str = "r1-1-7-channel-ws-omega.ums.services.video.ibm.com";

/// Starts a session that was redirected to omega, and has connected there.
fn redirected(transport: Transport) -> Session {
    let mut session = Session::new(query(), transport, 7);
    session.start(Duration::ZERO);
    let action = frame(
        &mut session,
        &reject(&json!({"cluster": {"name": "omega", "host": OMEGA}})),
        Duration::ZERO,
    );
    assert_eq!(connection_of(action).0, OMEGA);
    session.handle(SessionEvent::Opened, Duration::ZERO);
    session
}

/// Starts a session to which the stream was described after a second.
fn following() -> Session {
    let mut session = redirected(Transport::Socket);
    update(frame(&mut session, &stream(), seconds(1)));
    waits(taken(&mut session, seconds(1)));
    session
}

#[test]
fn a_channel_is_asked_for_in_names_and_arguments() {
    for transport in [Transport::Socket, Transport::Polling, Transport::Playlists] {
        let mut session = Session::new(query(), transport, 7);
        let (host, _) = connection_of(session.start(Duration::ZERO));
        assert!(host.contains("-1-7-channel-"), "{host}");
        let arguments = match session.handle(SessionEvent::Opened, Duration::ZERO) {
            SessionAction::Send(arguments) => arguments,
            other => panic!("{other:?}"),
        };
        assert_eq!(arguments["application"], "channel");
        assert_eq!(arguments["media"], "7");
        assert_eq!(arguments["referrer"], "https://video.ibm.com/channel/id/7");
    }
    let mut built = Session::new(query(), Transport::Socket, 7);
    built.start(Duration::ZERO);
    let action = frame(
        &mut built,
        &reject(&json!({"cluster": {"name": "beta"}})),
        Duration::ZERO,
    );
    let (host, _) = connection_of(action);
    assert!(host.contains("-1-7-channel-ws-beta."), "{host}");
}

#[test]
fn a_hash_is_that_of_a_channel_and_not_of_a_recording_in_it() {
    let with_hash = SessionQuery {
        hash: Some("[1]".to_owned()),
        ..query()
    };
    let mut session = Session::new(with_hash, Transport::Socket, 7);
    session.start(Duration::ZERO);
    match session.handle(SessionEvent::Opened, Duration::ZERO) {
        SessionAction::Send(arguments) => {
            assert_eq!(arguments["hash"], "[1]");
            assert!(arguments.get("isOffairRecorded").is_none());
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_message_is_handed_on_and_the_session_goes_on() {
    let mut session = redirected(Transport::Socket);
    let meta = module_info(&json!({"meta": {"title": "Now"}}));
    let first = update(frame(&mut session, &meta, seconds(1)));
    assert_eq!(first.title.as_deref(), Some("Now"));
    waits(taken(&mut session, seconds(1)));
    for at in [2, 60, 120] {
        let info = update(frame(&mut session, &stream(), seconds(at)));
        assert!(matches!(info.stream, Some(StreamState::Stored(_))));
        waits(taken(&mut session, seconds(at)));
        waits(frame(&mut session, &counters(), seconds(at)));
    }
}

#[test]
fn all_messages_of_a_frame_are_handed_on_in_order_and_what_follows_comes_last() {
    let mut session = redirected(Transport::Polling);
    let title = |title: &str| module_info(&json!({"meta": {"title": title}}));
    let next = reject(&json!({"cluster": {"name": "beta"}}));
    let all = json!([title("a"), stream(), title("b"), next, {"cmd": "close", "args": []}]);
    let a = update(frame(&mut session, &all, seconds(1)));
    assert_eq!(a.title.as_deref(), Some("a"));
    assert!(update(taken(&mut session, seconds(1))).stream.is_some());
    let b = update(taken(&mut session, seconds(1)));
    assert_eq!(b.title.as_deref(), Some("b"));
    let (host, pause) = connection_of(taken(&mut session, seconds(1)));
    assert!(host.contains("-channel-lp-beta."), "{host}");
    assert_eq!(pause, Duration::ZERO);
}

#[test]
fn an_off_air_channel_is_an_error_at_first_and_news_later() {
    for off_air in [offline(), module_info(&json!({"stream": "offline"}))] {
        let mut session = redirected(Transport::Socket);
        let action = frame(&mut session, &off_air, seconds(1));
        assert!(
            matches!(action, SessionAction::Fail(Error::OffAir)),
            "{action:?}"
        );

        let mut session = following();
        let action = frame(&mut session, &off_air, seconds(2));
        assert!(
            matches!(action, SessionAction::News(LiveNews::OffAir)),
            "{action:?}"
        );
        waits(taken(&mut session, seconds(2)));
        waits(frame(&mut session, &off_air, seconds(3)));
        update(frame(&mut session, &stream(), seconds(4)));
        waits(taken(&mut session, seconds(4)));
        let again = frame(&mut session, &off_air, seconds(5));
        assert!(
            matches!(again, SessionAction::News(LiveNews::OffAir)),
            "{again:?}"
        );
    }
}

#[test]
fn a_stream_that_is_never_described_fails_as_a_recording_does() {
    let mut session = redirected(Transport::Socket);
    let pending = module_info(&json!({"stream": {"streamFormats": {}}}));
    update(frame(&mut session, &pending, seconds(1)));
    waits(taken(&mut session, seconds(1)));
    assert_eq!(session.deadline(), seconds(12));
    let mut now = seconds(12);
    let mut attempts = 1;
    let error = loop {
        match session.handle(SessionEvent::TimedOut, now) {
            SessionAction::Connect { .. } => attempts += 1,
            SessionAction::Fail(error) => break error,
            other => panic!("{other:?}"),
        }
        now = session.deadline();
    };
    assert!(matches!(error, Error::Timeout(_)), "{error}");
    assert!(now < seconds(40) && attempts == 2, "{now:?} {attempts}");
}

#[test]
fn a_silent_connection_is_lost_after_two_minutes() {
    let mut session = following();
    assert_eq!(session.deadline(), seconds(121));
    waits(frame(&mut session, &counters(), seconds(100)));
    assert_eq!(session.deadline(), seconds(220));
    waits(session.handle(SessionEvent::TimedOut, seconds(219)));
    let error = lost(session.handle(SessionEvent::TimedOut, seconds(220)));
    assert!(matches!(error, Error::Timeout(_)), "{error}");
    let (host, pause) = connection_of(taken(&mut session, seconds(220)));
    assert_eq!(host, OMEGA, "the same host first");
    assert!(pause <= FIRST_PAUSE, "{pause:?}");
    assert_eq!(session.deadline(), seconds(220) + pause + ATTEMPT_TIMEOUT);
}

#[test]
fn a_lost_connection_is_made_again_without_end_and_ever_more_slowly() {
    let mut session = following();
    let mut now = seconds(30);
    let mut pauses = Vec::new();
    for number in 0..100_u32 {
        lost(session.handle(SessionEvent::Closed, now));
        let (host, pause) = connection_of(taken(&mut session, now));
        assert_eq!(host == OMEGA, number == 0, "{number}: {host}");
        assert!(number == 0 || host.contains("-channel-ws-live."), "{host}");
        pauses.push(pause);
        now += pause + seconds(1);
    }
    for (number, pause) in (0..).zip(&pauses) {
        let longest = FIRST_PAUSE
            .saturating_mul(1 << number.min(20))
            .min(MAX_PAUSE);
        assert!(
            *pause <= longest && *pause >= longest / 2,
            "{number}: {pause:?}"
        );
    }
    assert!(
        pauses[90..].windows(2).any(|pair| pair[0] != pair[1]),
        "jitter"
    );
    // The entry sends it on, and the stream is described again.
    let to_omega = reject(&json!({"cluster": {"name": "omega", "host": OMEGA}}));
    assert_eq!(connection_of(frame(&mut session, &to_omega, now)).0, OMEGA);
    let back = frame(&mut session, &stream(), now);
    assert!(
        matches!(back, SessionAction::News(LiveNews::Back)),
        "{back:?}"
    );
    update(taken(&mut session, now));
    waits(taken(&mut session, now));
    // After a while, the pauses start from the shortest again.
    now += STABLE;
    lost(session.handle(SessionEvent::Closed, now));
    let (host, pause) = connection_of(taken(&mut session, now));
    assert!(host == OMEGA && pause <= FIRST_PAUSE, "{host} {pause:?}");
}

#[test]
fn a_server_that_closes_each_connection_at_once_is_not_hurried() {
    let mut session = following();
    let mut now = seconds(30);
    let mut pause = Duration::ZERO;
    for _ in 0..20 {
        lost(session.handle(SessionEvent::Closed, now));
        (_, pause) = connection_of(taken(&mut session, now));
        now += pause;
        frame(&mut session, &stream(), now);
        while !matches!(taken(&mut session, now), SessionAction::Wait) {}
    }
    assert!(pause >= MAX_PAUSE / 2, "{pause:?}");
}

#[test]
fn a_pause_that_the_service_asks_for_is_kept_within_limits() {
    for (asked, least, most) in [(60, 60, 60), (86_400, 300, 300), (0, 0, 1)] {
        let mut session = following();
        let busy = Error::Busy {
            retry_after: Some(seconds(asked)),
        };
        lost(session.handle(SessionEvent::Failed(busy), seconds(2)));
        let (_, pause) = connection_of(taken(&mut session, seconds(2)));
        assert!(
            pause >= seconds(least) && pause <= seconds(most),
            "{pause:?}"
        );
    }
}

#[test]
fn errors_that_end_a_recordings_session_only_interrupt_a_stream() {
    let too_large = || Error::TooLarge {
        what: WHAT,
        limit_bytes: 1,
    };
    let mut session = following();
    lost(session.handle(SessionEvent::LimitExceeded(too_large()), seconds(2)));
    connection_of(taken(&mut session, seconds(2)));
    lost(session.handle(SessionEvent::Failed(too_large()), seconds(3)));
    connection_of(taken(&mut session, seconds(3)));
    let frame_too_large = " ".repeat(crate::ums::message::MAX_FRAME_BYTES + 1);
    lost(session.handle(SessionEvent::Frame(&frame_too_large), seconds(4)));
    connection_of(taken(&mut session, seconds(4)));
    let astray = reject(&json!({"cluster": {"host": "example.com"}}));
    let error = lost(frame(&mut session, &astray, seconds(5)));
    assert!(matches!(error, Error::Misdirected(_)), "{error}");
    connection_of(taken(&mut session, seconds(5)));
    waits(frame(&mut session, &json!("nonsense"), seconds(6)));
}

#[test]
fn a_refusal_of_the_service_is_final() {
    for (reason, is_expected) in [
        (
            json!({"geoLock": true}),
            (|error| matches!(error, Error::Locked(Lock::Region))) as fn(&Error) -> bool,
        ),
        (
            json!({"nonexistent": true}),
            |error| matches!(error, Error::NotFound(id) if id == "7"),
        ),
        (json!({"ssoLogin": true}), |error| {
            matches!(error, Error::Locked(Lock::Login))
        }),
        (json!({"passwordLock": true}), |error| {
            matches!(error, Error::Locked(Lock::Password { wrong: false }))
        }),
    ] {
        for mut session in [redirected(Transport::Socket), following()] {
            match frame(&mut session, &reject(&reason), seconds(2)) {
                SessionAction::Fail(error) => assert!(is_expected(&error), "{reason}: {error}"),
                other => panic!("{reason}: {other:?}"),
            }
        }
    }
    let hash = reject(&json!({"hashLock": true}));
    let action = frame(&mut following(), &hash, seconds(2));
    assert!(matches!(action, SessionAction::NeedsHash), "{action:?}");
}

#[test]
fn a_stream_may_move_to_another_cluster_again_and_again_but_not_in_a_circle_at_once() {
    let to = |name: &str| reject(&json!({"cluster": {"name": name}}));
    let mut session = following();
    let mut now = seconds(100);
    for number in 0..20 {
        let cluster = if number % 2 == 0 { "beta" } else { "omega" };
        let (host, pause) = connection_of(frame(&mut session, &to(cluster), now));
        assert!(host.contains(cluster), "{host}");
        assert_eq!(pause, Duration::ZERO);
        assert_eq!(session.deadline(), now + ATTEMPT_TIMEOUT);
        update(frame(&mut session, &stream(), now));
        waits(taken(&mut session, now));
        now += seconds(60);
    }
    connection_of(frame(&mut session, &to("beta"), now));
    update(frame(&mut session, &stream(), now));
    waits(taken(&mut session, now));
    connection_of(frame(&mut session, &to("omega"), now));
    let error = lost(frame(&mut session, &to("beta"), now));
    assert!(matches!(error, Error::Misdirected(_)), "{error}");
}

#[test]
fn long_polling_goes_on_after_each_answer_and_connects_again_when_it_is_closed() {
    let mut session = redirected(Transport::Polling);
    let tracking = json!([{"cmd": "tracking", "args": [{
        "host": "a92ccb29-lp-omega.ums.services.video.ibm.com", "connectionId": "x",
    }]}]);
    let action = frame(&mut session, &tracking, seconds(1));
    assert!(matches!(action, SessionAction::Listen { .. }), "{action:?}");
    update(frame(&mut session, &json!([stream()]), seconds(1)));
    waits(taken(&mut session, seconds(1)));
    waits(frame(&mut session, &json!([]), seconds(11)));
    assert_eq!(session.deadline(), seconds(11) + MAX_SILENCE);
    let close = json!([{"cmd": "close", "args": []}]);
    lost(frame(&mut session, &close, seconds(12)));
    connection_of(taken(&mut session, seconds(12)));
}
