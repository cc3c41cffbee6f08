//! Bad input and bad days: each a typed failure, its own words, and nothing left behind.

use engine::view::GapView;
use engine::{Access, Code, Failure, NewJob};
use fake_ustream::{Fault, Rule};

use crate::mock_service::{MAIN, MockService, file_names, is_unfinished, job};
use crate::movies::packets;

async fn failure(practice: &MockService, job: NewJob) -> Failure {
    practice.save(job).await.expect_err("it must not be saved")
}

#[tokio::test(flavor = "multi_thread")]
async fn each_bad_link_is_refused_with_its_own_code_and_leaves_nothing() {
    let practice = MockService::demo().await;
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
        let failure = failure(&practice, job(recording, folder.path())).await;
        assert_eq!(failure.code, code, "{recording}: {failure:?}");
        assert!(file_names(folder.path()).is_empty(), "{recording}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_to_a_host_that_is_not_the_services_is_not_followed() {
    let practice = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    // Its cluster's name leads on, its host does not.
    practice
        .save(job(134_300_019, folder.path()))
        .await
        .unwrap();
    let asked = practice.service.requests();
    assert!(asked.iter().any(|asked| asked.host.contains("omega")));
    assert!(
        !asked.iter().any(|asked| asked.host.contains("example.com")),
        "{asked:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_without_a_link_and_a_page_without_a_player_are_told_apart() {
    let practice = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let order = |link: &str| NewJob {
        link: link.into(),
        ..job(MAIN, folder.path())
    };
    assert_eq!(
        failure(&practice, order("my holiday film")).await.code,
        Code::NotALink
    );
    assert!(
        practice.service.requests().is_empty(),
        "nobody is asked about it"
    );
    let other = failure(&practice, order("https://www.example.org/holiday")).await;
    assert_eq!(
        (other.code, other.detail.as_str()),
        (Code::OtherSite, "www.example.org")
    );
    let elsewhere = practice.service.requests();
    assert_eq!(
        elsewhere.len(),
        1,
        "the service is not asked: {elsewhere:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_service_is_given_up_in_time() {
    let practice = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let silent = failure(&practice, job(134_300_005, folder.path())).await;
    assert_eq!(silent.code, Code::SiteDown, "{silent:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_told_from_none_and_the_right_one_opens() {
    let practice = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let order = |password: &str| NewJob {
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
        failure(&practice, order("sesame")).await.code,
        Code::WrongPassword
    );
    practice.save(order("open sesame")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_is_on_air_has_nothing_to_save_yet() {
    let practice = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let link = "https://video.ibm.com/channel/id/6540155".to_owned();
    let live = failure(
        &practice,
        NewJob {
            link,
            ..job(MAIN, folder.path())
        },
    )
    .await;
    assert_eq!(live.code, Code::StillLive);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_piece_that_is_gone_is_named_and_the_rest_can_be_kept() {
    let practice = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let id = 134_300_016;
    let missing = failure(&practice, job(id, folder.path())).await;
    assert_eq!(missing.code, Code::PiecesMissing, "{missing:?}");
    assert!(is_unfinished(folder.path()), "what is here is kept");
    let order = NewJob {
        overrides: engine::Overrides {
            gaps: true,
            ..engine::Overrides::default()
        },
        ..job(id, folder.path())
    };
    let (path, finished) = practice.save(order).await.unwrap();
    let gone = *practice
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
    // What follows the gap is where it was.
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
async fn passing_trouble_costs_nothing_but_time() {
    use axum::http::StatusCode;
    let practice = MockService::demo().await;
    let faults = practice.service.faults();
    let piece = |fault, number: u32| {
        Rule::new(fault)
            .path(&format!("*chunk_{number}_*"))
            .times(1)
    };
    let struck = [
        faults.add(piece(Fault::Status(StatusCode::SERVICE_UNAVAILABLE), 3)),
        faults.add(piece(Fault::Status(StatusCode::NOT_FOUND), 14)),
        faults.add(piece(Fault::Truncate(100), 25)),
        faults.add(piece(Fault::Empty, 36)),
        faults.add(piece(Fault::Html, 47)),
        faults.add(piece(Fault::Reset, 58)),
        faults.add(piece(Fault::Status(StatusCode::TOO_MANY_REQUESTS), 69)),
        // The very last: its absence would pass for the end.
        faults.add(piece(Fault::Status(StatusCode::NOT_FOUND), 99)),
    ];
    let folder = tempfile::tempdir().unwrap();
    let (path, finished) = practice.save(job(MAIN, folder.path())).await.unwrap();
    crate::movies::assert_whole(&path, "video.mp4", "audio.mp4", 1_000);
    assert!(finished.gaps.is_empty());
    for rule in struck {
        assert_eq!(practice.service.faults().times_applied(rule), 1, "{rule:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_that_is_down_is_passed_by() {
    let practice = MockService::demo().await;
    practice
        .service
        .faults()
        .add(Rule::new(Fault::HostDown).host("vod-cdn.ustream.tv"));
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = practice.save(job(MAIN, folder.path())).await.unwrap();
    crate::movies::assert_whole(&path, "video.mp4", "audio.mp4", 1_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_written_is_named() {
    let practice = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a file");
    std::fs::write(&file, "not a folder").unwrap();
    let refused = failure(&practice, job(MAIN, &file)).await;
    assert!(
        matches!(refused.code, Code::NoWrite | Code::DriveGone),
        "{refused:?}"
    );
    assert!(refused.detail.contains("a file"), "{refused:?}");
}
