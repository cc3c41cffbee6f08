use super::*;
use crate::Target;

fn after(error: Error, answer: &ApiResponse<VideoInfo>) -> Error {
    final_error(
        error,
        RecordingId(7).into(),
        Some(answer),
        &Access::default(),
    )
}

#[test]
fn a_lock_by_the_control_connection_overrides_the_api() {
    let missing = ApiResponse::Missing("not_found".into());
    assert!(matches!(
        after(Error::Locked(Lock::Region), &missing),
        Error::Locked(Lock::Region)
    ));
    assert!(matches!(after(Error::Timeout("x"), &missing), Error::NotFound(id) if id == "7"));
    assert!(matches!(
        after(Error::NotRecorded, &missing),
        Error::NotFound(_)
    ));
}

#[test]
fn the_apis_locks_explain_a_timeout_of_the_control_connection() {
    let password = ApiResponse::Locked(Locks {
        password: true,
        auth_method: None,
    });
    assert!(matches!(
        after(Error::Timeout("x"), &password),
        Error::Locked(Lock::Password { wrong: false })
    ));
    let login = Locks {
        password: false,
        auth_method: Some("samlsso".into()),
    };
    assert!(matches!(
        after(
            Error::Timeout("x"),
            &ApiResponse::Available(VideoInfo {
                locks: login,
                ..VideoInfo::default()
            })
        ),
        Error::Locked(Lock::Login)
    ));
    let open = ApiResponse::Available(VideoInfo::default());
    assert!(matches!(
        after(Error::Timeout("x"), &open),
        Error::Timeout(_)
    ));
}

#[test]
fn an_unknown_format_does_not_hide_that_another_transport_has_failed() {
    let more_specific = strategies::more_specific;
    let failed = || Error::Timeout("x");
    for (first, later) in [
        (Error::NoRendition, failed()),
        (failed(), Error::NoRendition),
    ] {
        assert!(matches!(more_specific(first, later), Error::Timeout(_)));
    }
    let refused = Error::Status {
        host: "x".to_owned(),
        status: 403,
    };
    assert!(matches!(
        more_specific(refused, Error::NoRendition),
        Error::NoRendition
    ));
    assert!(matches!(
        more_specific(failed(), Error::NotRecorded),
        Error::NotRecorded
    ));
}

#[tokio::test]
async fn a_recordings_url_needs_no_request() {
    let client = Client::new(&Endpoint::default()).unwrap();
    let target = Target::Recording(RecordingId(7));
    let found = client
        .find_recording(&target, &Access::default())
        .await
        .unwrap();
    assert_eq!(
        found,
        RecordingRef {
            recording: RecordingId(7),
            channel: None,
            newest: false
        }
    );
}

#[test]
fn a_client_does_not_print_what_it_knows() {
    let client = Client::new(&Endpoint::default()).unwrap();
    client.keep_hash(ChannelId(1), "secret");
    assert!(!format!("{client:?}").contains("secret"));
    assert_eq!(client.known_hash(ChannelId(1)).as_deref(), Some("secret"));
    client.forget_hash(ChannelId(1));
    assert_eq!(client.known_hash(ChannelId(1)), None);
}
