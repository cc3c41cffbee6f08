//! Failing segment hosts and missing segments: a hole does not end the download, a dead host is
//! given up, and no server gets more requests than useful.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use engine::view::MissingView;
use engine::{Code, Failure, NewJob};
use fake_ustream::{Fault, Rule};

use crate::mock_service::{MAIN, MockService, is_unfinished, job, original};
use crate::movies::assert_whole;

/// Segments of both tracks, including the init segments.
const SEGMENTS: usize = 202;
/// Longest time to wait for a dead host.
const DEAD: Duration = Duration::from_mins(2);

fn requests(mock: &MockService) -> usize {
    let log = mock.service.requests();
    log.iter()
        .filter(|request| request.path.contains("chunk_"))
        .count()
}

/// Applies a permanent fault to every chunk of a hole.
fn add_hole(mock: &MockService, fault: &Fault, numbers: std::ops::Range<u64>) {
    for number in numbers {
        let rule = Rule::new(fault.clone()).path(&format!("*chunk_{number}_*"));
        mock.service.faults().add(rule);
    }
}

/// Asserts that exactly these chunks of a representation were never served.
fn assert_only_missing(mock: &MockService, representation: &str, hole: std::ops::Range<u64>) {
    let missing = mock.service.missing_segments(MAIN, representation).unwrap();
    assert_eq!(missing, hole.collect::<Vec<_>>(), "{representation}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hole_of_a_minute_does_not_end_the_download() {
    for fault in [Fault::Status(StatusCode::NOT_FOUND), Fault::Html] {
        let mock = MockService::demo().await;
        add_hole(&mock, &fault, 20..40);
        let folder = tempfile::tempdir().unwrap();
        let failure = mock.save(job(MAIN, folder.path())).await.unwrap_err();
        assert_eq!(failure.code, Code::SegmentsMissing, "{failure:?}");
        assert!(is_unfinished(folder.path()));
        if matches!(fault, Fault::Status(_)) {
            assert_only_missing(&mock, "2.m4v", 20..40);
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
        assert!(requests(&mock) <= SEGMENTS * 3 + 200);

        let keep = NewJob {
            overrides: engine::Overrides {
                gaps: true,
                ..engine::Overrides::default()
            },
            ..job(MAIN, folder.path())
        };
        let (_, finished) = mock.save(keep).await.unwrap();
        assert_eq!(finished.gaps, failure.gaps);
        assert_eq!(finished.missing, failure.missing);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn segments_that_become_available_again_fill_their_holes() {
    let mock = MockService::demo().await;
    let faults = mock.service.faults();
    // Earlier requests fail; the requests of the final pass succeed.
    let gone = Rule::new(Fault::Status(StatusCode::NOT_FOUND)).path("*chunk_3?_*");
    faults.add(gone.times(12));
    let folder = tempfile::tempdir().unwrap();
    let (path, finished) = mock.save(original(MAIN, folder.path())).await.unwrap();
    assert!(finished.gaps.is_empty());
    assert_whole(&path, "film.flv", "film.flv", 0);
}

/// Saves while a fault applies to all segments; returns the error, the time and the number of
/// requests.
async fn save_failing(rules: Vec<Rule>) -> (Failure, Duration, usize) {
    let mock = MockService::demo().await;
    for rule in rules {
        mock.service.faults().add(rule);
    }
    let folder = tempfile::tempdir().unwrap();
    let start = Instant::now();
    let failure = mock.save(original(MAIN, folder.path())).await.unwrap_err();
    (failure, start.elapsed(), requests(&mock))
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_that_only_fail_are_given_up_within_two_minutes() {
    let all = |fault| vec![Rule::new(fault).path("*chunk_*")];
    let (html, errors, endless) = tokio::join!(
        save_failing(all(Fault::Html)),
        save_failing(all(Fault::StatusWithoutRetryAfter(
            StatusCode::SERVICE_UNAVAILABLE
        ))),
        save_failing(all(Fault::Reset)),
    );
    let codes = [Code::BadAnswer, Code::SiteDown, Code::SiteDown];
    for ((failure, elapsed, requests), code) in [html, errors, endless].into_iter().zip(codes) {
        assert_eq!(failure.code, code, "{failure:?}");
        assert!(elapsed < DEAD, "{elapsed:?}: {failure:?}");
        assert!(requests < 400, "{requests} requests: {failure:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_untrusted_certificate_is_final_and_plain_http_is_not_tried() {
    let mock = MockService::demo().await;
    for host in ["*akamai*", "vod-cdn.*", "uhs-*"] {
        mock.service
            .faults()
            .add(Rule::new(Fault::UntrustedCertificate).host(host));
    }
    let folder = tempfile::tempdir().unwrap();
    let start = Instant::now();
    let failure = mock.save(job(MAIN, folder.path())).await.unwrap_err();
    assert_eq!(failure.code, Code::Untrusted, "{failure:?}");
    assert!(start.elapsed() < Duration::from_mins(1), "{failure:?}");
    assert_eq!(requests(&mock), 0, "no request without TLS");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_host_is_used_within_seconds_if_the_first_is_silent_or_trickles() {
    for fault in [Fault::Delay(Duration::from_mins(5)), Fault::Throttle(50)] {
        let mock = MockService::demo().await;
        let first = Rule::new(fault.clone()).host("vod-cdn.ustream.tv");
        mock.service.faults().add(first.path("*chunk_*"));
        let folder = tempfile::tempdir().unwrap();
        let start = Instant::now();
        mock.save(job(MAIN, folder.path())).await.unwrap();
        let elapsed = start.elapsed();
        assert!(elapsed < Duration::from_mins(1), "{fault:?}: {elapsed:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endless_segment_is_a_hole_like_any_other() {
    let mock = MockService::demo().await;
    add_hole(&mock, &Fault::Endless, 5..6);
    let folder = tempfile::tempdir().unwrap();
    let failure = mock.save(job(MAIN, folder.path())).await.unwrap_err();
    assert_eq!(failure.code, Code::SegmentsMissing, "{failure:?}");
    assert!(failure.detail.contains("too large"), "{failure:?}");
}
