//! Bad input and failing services: each has its own error code and message and leaves no files.

use engine::view::GapView;
use engine::{Access, Code, Failure, NewJob};
use fake_ustream::{Fault, Rule};

use crate::mock_service::{MAIN, MockService, file_names, is_unfinished, job};
use crate::movies::packets;

async fn failure(mock: &MockService, job: NewJob) -> Failure {
    mock.save(job).await.expect_err("it must not be saved")
}

#[tokio::test(flavor = "multi_thread")]
async fn each_bad_link_is_refused_with_its_own_code_and_leaves_no_files() {
    let mock = MockService::demo().await;
    for (recording, code) in [
        (134_300_001, Code::NeedsPassword),
        (134_300_002, Code::Region),
        (134_300_003, Code::NotFound),
        (134_300_006, Code::BadAnswer),
        (134_300_007, Code::BadAnswer),
        (134_300_010, Code::Locked),
        (134_300_018, Code::MembersOnly),
        (999_999_999, Code::NotFound),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let failure = failure(&mock, job(recording, folder.path())).await;
        assert_eq!(failure.code, code, "{recording}: {failure:?}");
        assert!(file_names(folder.path()).is_empty(), "{recording}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_to_a_foreign_host_is_not_followed() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    // The cluster's name redirects; the host named after it is not the service's.
    mock.save(job(134_300_019, folder.path())).await.unwrap();
    let requests = mock.service.requests();
    assert!(
        requests
            .iter()
            .any(|request| request.host.contains("omega"))
    );
    assert!(
        !requests
            .iter()
            .any(|request| request.host.contains("example.com")),
        "{requests:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_without_a_link_and_a_page_without_a_player_have_different_codes() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let new_job = |link: &str| NewJob {
        link: link.into(),
        ..job(MAIN, folder.path())
    };
    assert_eq!(
        failure(&mock, new_job("my holiday film")).await.code,
        Code::NotALink
    );
    assert!(mock.service.requests().is_empty(), "no request is sent");
    let other = failure(&mock, new_job("https://www.example.org/holiday")).await;
    assert_eq!(
        (other.code, other.detail.as_str()),
        (Code::OtherSite, "www.example.org")
    );
    let requests = mock.service.requests();
    assert_eq!(
        requests.len(),
        1,
        "the service gets no request: {requests:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_service_times_out() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let silent = failure(&mock, job(134_300_005, folder.path())).await;
    assert_eq!(silent.code, Code::SiteDown, "{silent:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_wrong_and_right_passwords_are_distinguished() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let new_job = |password: &str| NewJob {
        overrides: engine::Overrides {
            access: Access {
                password: Some(password.into()),
                ..Access::default()
            },
            ..engine::Overrides::default()
        },
        ..job(134_300_001, folder.path())
    };
    assert_eq!(
        failure(&mock, new_job("sesame")).await.code,
        Code::WrongPassword
    );
    mock.save(new_job("open sesame")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_channel_has_nothing_to_save_yet() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let link = "https://video.ibm.com/channel/id/6540155".to_owned();
    let live = failure(
        &mock,
        NewJob {
            link,
            ..job(MAIN, folder.path())
        },
    )
    .await;
    assert_eq!(live.code, Code::StillLive);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_segment_is_reported_and_the_rest_can_be_kept() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let id = 134_300_016;
    let missing = failure(&mock, job(id, folder.path())).await;
    assert_eq!(missing.code, Code::SegmentsMissing, "{missing:?}");
    assert!(is_unfinished(folder.path()), "what is here is kept");
    let new_job = NewJob {
        overrides: engine::Overrides {
            gaps: true,
            ..engine::Overrides::default()
        },
        ..job(id, folder.path())
    };
    let (path, finished) = mock.save(new_job).await.unwrap();
    let gone = *mock
        .service
        .world()
        .find_recording(id)
        .unwrap()
        .missing_chunks
        .first()
        .unwrap();
    assert_eq!(
        finished.gaps,
        [GapView {
            start_ms: gone * 2000,
            duration_ms: 2000
        }]
    );
    // Media after the gap keeps its timestamps.
    let end = packets(&path, "v:0").last().unwrap().pts_us;
    let whole = packets(&crate::movies::fixture("video.mp4"), "v:0");
    let expected = whole.last().unwrap().pts_us - whole[0].pts_us;
    let start = packets(&path, "v:0")[0].pts_us;
    assert!(
        (end - start - expected).abs() <= 1_000,
        "{} is not {expected}",
        end - start
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn temporary_faults_only_delay() {
    use axum::http::StatusCode;
    let mock = MockService::demo().await;
    let faults = mock.service.faults();
    let segment = |fault, number: u32| {
        Rule::new(fault)
            .path(&format!("*chunk_{number}_*"))
            .times(1)
    };
    let rules = [
        faults.add(segment(Fault::Status(StatusCode::SERVICE_UNAVAILABLE), 3)),
        faults.add(segment(Fault::Status(StatusCode::NOT_FOUND), 14)),
        faults.add(segment(Fault::Truncate(100), 25)),
        faults.add(segment(Fault::Empty, 36)),
        faults.add(segment(Fault::Html, 47)),
        faults.add(segment(Fault::Reset, 58)),
        faults.add(segment(Fault::Status(StatusCode::TOO_MANY_REQUESTS), 69)),
        // A missing last segment would look like the end of the recording.
        faults.add(segment(Fault::Status(StatusCode::NOT_FOUND), 99)),
    ];
    let folder = tempfile::tempdir().unwrap();
    let (path, finished) = mock.save(job(MAIN, folder.path())).await.unwrap();
    crate::movies::assert_whole(&path, "video.mp4", "audio.mp4", 1_000);
    assert!(finished.gaps.is_empty());
    for rule in rules {
        assert_eq!(mock.service.faults().times_applied(rule), 1, "{rule:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_that_is_down_is_skipped() {
    let mock = MockService::demo().await;
    mock.service
        .faults()
        .add(Rule::new(Fault::HostDown).host("vod-cdn.ustream.tv"));
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = mock.save(job(MAIN, folder.path())).await.unwrap();
    crate::movies::assert_whole(&path, "video.mp4", "audio.mp4", 1_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unwritable_folder_is_named() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a file");
    std::fs::write(&file, "not a folder").unwrap();
    let refused = failure(&mock, job(MAIN, &file)).await;
    assert!(
        matches!(refused.code, Code::NoWrite | Code::DriveGone),
        "{refused:?}"
    );
    assert!(refused.detail.contains("a file"), "{refused:?}");
}
