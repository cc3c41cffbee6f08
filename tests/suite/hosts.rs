//! Hosts of segments that fail, and segments that are gone: what is missing ends nothing else, a
//! dead host is given up, and nobody is asked more than is useful.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use engine::view::MissingView;
use engine::{Code, Failure, NewJob};
use fake_ustream::{Fault, Rule};

use crate::mock_service::{MAIN, MockService, is_unfinished, job, original};
use crate::movies::assert_whole;

/// Segments of both tracks and their initialisations.
const SEGMENTS: usize = 202;
/// The longest that a dead host is waited for.
const DEAD: Duration = Duration::from_mins(2);

fn requests(practice: &MockService) -> usize {
    let asked = practice.service.requests();
    asked
        .iter()
        .filter(|asked| asked.path.contains("chunk_"))
        .count()
}

/// A fault at every chunk of a hole, for good.
fn hole(practice: &MockService, fault: &Fault, numbers: std::ops::Range<u64>) {
    for number in numbers {
        let rule = Rule::new(fault.clone()).path(&format!("*chunk_{number}_*"));
        practice.service.faults().add(rule);
    }
}

/// Asserts that exactly these chunks of a row were never handed out.
fn assert_only_missing(practice: &MockService, row: &str, hole: std::ops::Range<u64>) {
    let missing = practice.service.missing_segments(MAIN, row).unwrap();
    assert_eq!(missing, hole.collect::<Vec<_>>(), "{row}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hole_of_a_minute_does_not_end_the_rest() {
    for fault in [Fault::Status(StatusCode::NOT_FOUND), Fault::Html] {
        let practice = MockService::demo().await;
        hole(&practice, &fault, 20..40);
        let folder = tempfile::tempdir().unwrap();
        let failure = practice.save(job(MAIN, folder.path())).await.unwrap_err();
        assert_eq!(failure.code, Code::PiecesMissing, "{failure:?}");
        assert!(is_unfinished(folder.path()));
        if matches!(fault, Fault::Status(_)) {
            assert_only_missing(&practice, "2.m4v", 20..40);
        }
        let [gap] = failure.gaps.as_slice() else {
            panic!("{failure:?}");
        };
        assert_eq!(gap.start_ms / 20, gap.duration_ms / 20, "chunks 20 to 39");
        let segments = MissingView::Segments {
            count: 40,
            total: SEGMENTS,
        };
        assert_eq!(failure.missing, [segments]);
        assert!(requests(&practice) <= SEGMENTS * 3 + 200);

        let keep = NewJob {
            overrides: engine::Overrides {
                gaps: true,
                ..engine::Overrides::default()
            },
            ..job(MAIN, folder.path())
        };
        let (_, finished) = practice.save(keep).await.unwrap();
        assert_eq!(finished.gaps, failure.gaps);
        assert_eq!(finished.missing, failure.missing);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn segments_that_come_again_fill_their_holes() {
    let practice = MockService::demo().await;
    let faults = practice.service.faults();
    // Whatever is asked of them at first, all that is asked of them at the end is there.
    let gone = Rule::new(Fault::Status(StatusCode::NOT_FOUND)).path("*chunk_3?_*");
    faults.add(gone.times(12));
    let folder = tempfile::tempdir().unwrap();
    let (path, finished) = practice.save(original(MAIN, folder.path())).await.unwrap();
    assert!(finished.gaps.is_empty());
    assert_whole(&path, "film.flv", "film.flv", 0);
}

/// Saves while a fault strikes at all segments; says how it failed.
async fn fails(rules: Vec<Rule>) -> (Failure, Duration, usize) {
    let practice = MockService::demo().await;
    for rule in rules {
        practice.service.faults().add(rule);
    }
    let folder = tempfile::tempdir().unwrap();
    let start = Instant::now();
    let failure = practice
        .save(original(MAIN, folder.path()))
        .await
        .unwrap_err();
    (failure, start.elapsed(), requests(&practice))
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_that_only_fail_are_given_up_within_two_minutes() {
    let all = |fault| vec![Rule::new(fault).path("*chunk_*")];
    let (html, errors, endless) = tokio::join!(
        fails(all(Fault::Html)),
        fails(all(Fault::StatusWithoutRetryAfter(
            StatusCode::SERVICE_UNAVAILABLE
        ))),
        fails(all(Fault::Reset)),
    );
    let codes = [Code::BadAnswer, Code::SiteDown, Code::SiteDown];
    for ((failure, elapsed, requests), code) in [html, errors, endless].into_iter().zip(codes) {
        assert_eq!(failure.code, code, "{failure:?}");
        assert!(elapsed < DEAD, "{elapsed:?}: {failure:?}");
        assert!(requests < 400, "{requests} requests: {failure:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_certificate_is_final_and_nothing_is_asked_without_tls() {
    let practice = MockService::demo().await;
    for host in ["*akamai*", "vod-cdn.*", "uhs-*"] {
        practice
            .service
            .faults()
            .add(Rule::new(Fault::UntrustedCertificate).host(host));
    }
    let folder = tempfile::tempdir().unwrap();
    let start = Instant::now();
    let failure = practice.save(job(MAIN, folder.path())).await.unwrap_err();
    assert_eq!(failure.code, Code::SiteDown, "{failure:?}");
    assert!(start.elapsed() < Duration::from_mins(1), "{failure:?}");
    assert_eq!(requests(&practice), 0, "nobody was asked without TLS");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_host_is_used_within_seconds_where_the_first_is_silent_or_trickles() {
    for fault in [Fault::Delay(Duration::from_mins(5)), Fault::Throttle(50)] {
        let practice = MockService::demo().await;
        let first = Rule::new(fault.clone()).host("vod-cdn.ustream.tv");
        practice.service.faults().add(first.path("*chunk_*"));
        let folder = tempfile::tempdir().unwrap();
        let start = Instant::now();
        practice.save(job(MAIN, folder.path())).await.unwrap();
        let elapsed = start.elapsed();
        assert!(elapsed < Duration::from_mins(1), "{fault:?}: {elapsed:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_that_never_ends_is_a_hole_like_any_other() {
    let practice = MockService::demo().await;
    hole(&practice, &Fault::Endless, 5..6);
    let folder = tempfile::tempdir().unwrap();
    let failure = practice.save(job(MAIN, folder.path())).await.unwrap_err();
    assert_eq!(failure.code, Code::PiecesMissing, "{failure:?}");
    assert!(failure.detail.contains("too large"), "{failure:?}");
}
