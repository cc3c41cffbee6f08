use serde_json::json;

use super::*;

fn payload(name: &str) -> Vec<u8> {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../tests/fixtures/protocol"
    );
    std::fs::read(std::path::Path::new(folder).join(name)).unwrap()
}

/// One of the cases that a fixture keeps under a name each.
fn case(name: &str) -> Vec<u8> {
    let cases: Value = serde_json::from_slice(&payload("fixture-api-errors-2026.json")).unwrap();
    cases[name].to_string().into_bytes()
}

#[test]
fn the_widest_thumbnail_on_a_host_of_the_service_is_taken() {
    let images = json!({
        "default": "https://a.akamaihd.net/d.jpg",
        "image_192x108": "https://a.akamaihd.net/s.jpg",
        "image_1920x1080": "https://a.akamaihd.net/l.jpg",
    });
    assert_eq!(thumbnail(&images).unwrap().path(), "/l.jpg");
    let foreign = json!({"image_9x9": "https://evil.com/x.jpg", "default": "file:///etc/passwd"});
    assert_eq!(thumbnail(&foreign), None);
}

#[test]
fn a_removed_recording_is_told_apart_from_an_unknown_and_a_locked_one() {
    let removed = video(&case("video removed (HTTP 200)")).unwrap();
    assert!(
        matches!(removed, ApiResponse::Removed(words) if words.starts_with("This Pro Broadcaster"))
    );
    let missing = video(&case("video missing (HTTP 404)")).unwrap();
    assert_eq!(missing, ApiResponse::Missing("not_found".into()));
    let locked = channel(&case("channel password locked (HTTP 401)")).unwrap();
    assert!(matches!(locked, ApiResponse::Locked(locks) if locks.password));
    let odd = video(br#"{"error": {"code": 7}}"#).unwrap();
    assert!(matches!(odd, ApiResponse::Missing(_)));
}

#[test]
fn an_empty_set_of_locks_may_be_a_list_and_a_gate_is_recognized() {
    let ApiResponse::Available(open) = channel(&payload("doc-api-channel.json")).unwrap() else {
        panic!()
    };
    assert!(
        open.title.is_some() && open.locks == Locks::default() && !open.is_live,
        "{open:?}"
    );
    let gated = channel(&payload("doc-api-channel-minimal-locks.json")).unwrap();
    let ApiResponse::Available(gated) = gated else {
        panic!()
    };
    assert!(gated.locks.is_registration_gate() && !gated.locks.is_login());
    let sso = json!({"channel": {"status": "live", "locks": {"hash": {"auth_method": "samlsso"}}}});
    let ApiResponse::Available(sso) = channel(sso.to_string().as_bytes()).unwrap() else {
        panic!()
    };
    assert!(sso.is_live && sso.locks.is_login());
}

#[test]
fn items_that_are_not_recordings_are_left_out_of_a_list() {
    let documented = recording_page(&payload("doc-api-channel-videos.json")).unwrap();
    let ApiResponse::Available(documented) = documented else {
        panic!()
    };
    let [listed] = documented.recordings.as_slice() else {
        panic!("{documented:?}")
    };
    assert_eq!(listed.id, RecordingId(111));
    assert_eq!(listed.video.title.as_deref(), Some("Title of video"));
    assert_eq!(listed.video.duration_ms, Some(12_345_123));
    let empty = recording_page(&case("channel videos page (HTTP 200)")).unwrap();
    assert_eq!(
        empty,
        ApiResponse::Available(RecordingPage {
            page_count: Some(0),
            item_count: Some(0),
            ..RecordingPage::default()
        })
    );
}

#[test]
fn a_response_that_is_not_the_expected_json_is_malformed() {
    assert!(matches!(
        video(b"<!DOCTYPE html><html></html>"),
        Err(Error::Malformed { .. })
    ));
    assert!(matches!(video(b"{}"), Err(Error::Malformed { .. })));
    assert!(matches!(
        recording_page(b"[]"),
        Err(Error::Malformed { .. })
    ));
}
