//! Network and server faults: each ends in the whole movie, or in its own error with everything
//! fetched so far kept.

use std::path::Path;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use engine::view::WaitReason;
use engine::{Code, JobState, NewJob, Overrides};
use fake_ustream::{Delivery, Fault, PlaylistLayout, Rule, RuleId};
use tokio::sync::OnceCell;
use tokio::task::JoinSet;

use crate::deliveries::mock_service_with;
use crate::mock_service::{
    MAIN, MockService, delete_folder, is_unfinished, job, original, wait_for_end, wait_until,
};
use crate::movies::assert_whole;

/// Segments of both tracks, none adjacent.
const SAMPLED_CHUNKS: [u32; 4] = [3, 20, 57, 98];

/// The original as a run without faults saves it.
static UNDISTURBED: OnceCell<Vec<u8>> = OnceCell::const_new();

async fn undisturbed() -> &'static [u8] {
    let save = || async {
        let mock = MockService::demo().await;
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = mock.save(original(MAIN, folder.path())).await.unwrap();
        std::fs::read(path).unwrap()
    };
    UNDISTURBED.get_or_init(save).await
}

/// Container and transport that the movie is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FaultCase {
    /// MP4 segments.
    Mp4,
    /// FLV segments, saved as the original.
    Original,
    /// Transport streams with separate video and audio, from playlists.
    Playlists,
}

impl FaultCase {
    const ALL: [Self; 3] = [Self::Mp4, Self::Original, Self::Playlists];

    async fn mock_service(self) -> MockService {
        match self {
            Self::Mp4 | Self::Original => MockService::demo().await,
            Self::Playlists => {
                mock_service_with(Delivery::playlists(PlaylistLayout::Separate)).await
            }
        }
    }

    fn download_request(self, folder: &Path) -> NewJob {
        match self {
            Self::Original => original(MAIN, folder),
            Self::Mp4 | Self::Playlists => job(MAIN, folder),
        }
    }

    /// Returns a representation that the movie is made from.
    fn representation(self) -> &'static str {
        match self {
            Self::Mp4 => "2.m4v",
            Self::Original => "2/1.flv",
            Self::Playlists => "improved/2.ts",
        }
    }
}

/// Saves the movie by each transport while a fault applies. The movie must be complete, the
/// original identical byte for byte.
async fn assert_survives(add_faults: impl Fn(&MockService) -> Vec<RuleId>) {
    for case in FaultCase::ALL {
        let mock = case.mock_service().await;
        let rules = add_faults(&mock);
        let folder = tempfile::tempdir().unwrap();
        let new_job = case.download_request(folder.path());
        let (path, finished) = mock.save(new_job).await.unwrap();
        assert!(finished.gaps.is_empty(), "{finished:?}");
        assert_is_whole(&path);
        if case == FaultCase::Original {
            let movie = std::fs::read(&path).unwrap();
            assert!(movie == undisturbed().await, "the same bytes");
        }
        for rule in rules {
            assert!(mock.service.faults().times_applied(rule) > 0, "{rule:?}");
        }
    }
}

fn assert_is_whole(path: &Path) {
    if path.extension().unwrap() == "flv" {
        assert_whole(path, "film.flv", "film.flv", 0);
    } else {
        assert_whole(path, "video.mp4", "audio.mp4", 1_000);
    }
}

/// Applies the fault to some segments, this many times each.
fn add_to_some_segments(mock: &MockService, fault: &Fault, times: u32) -> Vec<RuleId> {
    let faults = mock.service.faults();
    SAMPLED_CHUNKS
        .iter()
        .map(|number| {
            let segment = Rule::new(fault.clone()).path(&format!("*chunk_{number}_*"));
            faults.add(segment.times(times))
        })
        .collect()
}

/// Saves while a permanent fault applies: the missing segments are reported and everything else is
/// kept.
async fn assert_missing(rule: impl Fn() -> Rule) {
    for case in [FaultCase::Mp4, FaultCase::Playlists] {
        let mock = case.mock_service().await;
        mock.service.faults().add(rule());
        let folder = tempfile::tempdir().unwrap();
        let new_job = || case.download_request(folder.path());
        let failure = mock.save(new_job()).await.unwrap_err();
        assert_eq!(failure.code, Code::SegmentsMissing, "{case:?}: {failure:?}");
        assert!(
            is_unfinished(folder.path()),
            "the fetched segments are kept"
        );
        mock.service.faults().clear();
        let (path, _) = mock.save(new_job()).await.unwrap();
        assert_is_whole(&path);
        mock.assert_all_requested(MAIN, case.representation(), 16);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_reset_before_the_response_only_delay() {
    assert_survives(|mock| add_to_some_segments(mock, &Fault::Reset, 2)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_reset_in_the_middle_are_fetched_again() {
    assert_survives(|mock| add_to_some_segments(mock, &Fault::Truncate(500), 2)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn truncated_bodies_are_not_taken_for_complete() {
    assert_survives(|mock| add_to_some_segments(mock, &Fault::ShortBody(700), 2)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_with_damaged_structure_are_fetched_again() {
    assert_survives(|mock| {
        // Large enough to hit a header anywhere in the segment.
        add_to_some_segments(mock, &Fault::ZeroMiddle(1_000_000), 1)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn empty_responses_and_web_pages_are_not_taken_for_segments() {
    assert_survives(|mock| {
        let mut rules = add_to_some_segments(mock, &Fault::Empty, 1);
        let segment = Rule::new(Fault::Html).path("*chunk_40_*");
        rules.push(mock.service.faults().add(segment.times(2)));
        rules
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn server_errors_are_retried() {
    for status in [
        StatusCode::INTERNAL_SERVER_ERROR,
        StatusCode::BAD_GATEWAY,
        StatusCode::SERVICE_UNAVAILABLE,
    ] {
        assert_survives(|mock| {
            add_to_some_segments(mock, &Fault::StatusWithoutRetryAfter(status), 2)
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_of_errors_for_all_segments_is_survived() {
    assert_survives(|mock| {
        let burst =
            Rule::new(Fault::StatusWithoutRetryAfter(StatusCode::BAD_GATEWAY)).path("*chunk_*");
        vec![mock.service.faults().add(burst.skip(30).times(40))]
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_asks_to_slow_down_gets_fewer_requests() {
    assert_survives(|mock| {
        let faults = mock.service.faults();
        let with_retry_after =
            Rule::new(Fault::Status(StatusCode::TOO_MANY_REQUESTS)).path("*chunk_*");
        let without_retry_after = Rule::new(Fault::StatusWithoutRetryAfter(
            StatusCode::TOO_MANY_REQUESTS,
        ))
        .path("*chunk_*");
        vec![
            faults.add(with_retry_after.skip(20).times(12)),
            faults.add(without_retry_after.skip(60).times(12)),
        ]
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_refused_once_is_retried() {
    for status in [
        StatusCode::FORBIDDEN,
        StatusCode::NOT_FOUND,
        StatusCode::GONE,
    ] {
        assert_survives(|mock| add_to_some_segments(mock, &Fault::Status(status), 1)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_that_stalls_before_the_response_is_hedged() {
    let start = Instant::now();
    assert_survives(|mock| add_to_some_segments(mock, &Fault::Delay(Duration::from_mins(2)), 1))
        .await;
    assert!(
        start.elapsed() < Duration::from_mins(2),
        "the download did not wait for it"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_that_stalls_in_its_body_is_hedged() {
    assert_survives(|mock| add_to_some_segments(mock, &Fault::Stall(300), 1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trickling_segment_is_hedged() {
    let start = Instant::now();
    assert_survives(|mock| add_to_some_segments(mock, &Fault::Throttle(40), 1)).await;
    assert!(
        start.elapsed() < Duration::from_mins(2),
        "the download did not wait for it"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_mirror_is_replaced_by_a_fast_one() {
    assert_survives(|mock| {
        let slow = Rule::new(Fault::Throttle(2_000))
            .host("vod-cdn.ustream.tv")
            .path("*chunk_7*");
        vec![mock.service.faults().add(slow.times(6))]
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_with_an_untrusted_certificate_is_skipped() {
    assert_survives(|mock| {
        let untrusted = Rule::new(Fault::UntrustedCertificate).host("vod-cdn.ustream.tv");
        vec![mock.service.faults().add(untrusted)]
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_with_a_redirect_loop_is_skipped() {
    assert_survives(|mock| {
        let circle = Rule::new(Fault::RedirectToSelf)
            .host("vod-cdn.ustream.tv")
            .path("*chunk_1*");
        vec![mock.service.faults().add(circle.times(5))]
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_minute_without_any_mirror_is_survived() {
    let mock = MockService::demo().await;
    let faults = mock.service.faults();
    let slow = faults.add(Rule::new(Fault::Delay(Duration::from_millis(100))).path("*chunk_*"));
    let folder = tempfile::tempdir().unwrap();
    let engine = mock.engine();
    let id = engine.download(job(MAIN, folder.path())).await.unwrap();
    let some = |job: &engine::view::JobView| {
        job.progress.as_ref().and_then(|progress| progress.fraction) > Some(0.1)
    };
    wait_until(&engine, &id, some).await;
    faults.remove(slow);
    let down = ["*cdn*", "uhs*"].map(|host| faults.add(Rule::new(Fault::HostDown).host(host)));
    // Open connections break too.
    let broken = faults.add(Rule::new(Fault::Reset).path("*chunk_*"));
    wait_until(&engine, &id, |job| {
        job.progress
            .as_ref()
            .is_some_and(|progress| progress.waiting)
    })
    .await;
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert!(down.iter().any(|rule| faults.times_applied(*rule) > 0));
    for rule in down.into_iter().chain([broken]) {
        faults.remove(rule);
    }
    wait_for_end(&engine, &id).await.unwrap();
    let path = engine.path(&id).await.unwrap();
    engine.shutdown().await;
    assert_is_whole(&path);
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_expire_during_a_run_are_renewed() {
    assert_survives(|mock| {
        let faults = mock.service.faults();
        let slow = Rule::new(Fault::Delay(Duration::from_millis(20))).path("*chunk_*");
        let expire = Rule::new(Fault::ExpireAddresses).path("*chunk_50_*");
        let rules = vec![faults.add(expire.times(1))];
        faults.add(slow);
        rules
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_may_expire_several_times() {
    assert_survives(|mock| {
        let faults = mock.service.faults();
        [10, 40, 70]
            .map(|number| {
                let expire = Rule::new(Fault::ExpireAddresses).path(&format!("*chunk_{number}_*"));
                faults.add(expire.times(1))
            })
            .to_vec()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_control_connection_closed_while_addresses_expire_is_retried() {
    assert_survives(|mock| {
        let faults = mock.service.faults();
        let expire = Rule::new(Fault::ExpireAddresses).path("*chunk_30_*");
        let closed = Rule::new(Fault::CloseSocket(1)).host("*.ums.*");
        vec![
            faults.add(expire.times(1)),
            // The first connection is that of the start.
            faults.add(closed.skip(2).times(1)),
        ]
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_control_connection_closed_at_any_step_is_reopened() {
    // All at the same time: they mostly wait.
    let mut runs = JoinSet::new();
    for (case, hosts) in [
        (FaultCase::Mp4, "*.ums.*"),
        (FaultCase::Playlists, "*-lp-*"),
    ] {
        for frames in 0..5 {
            runs.spawn(async move {
                let mock = case.mock_service().await;
                let closed = Rule::new(Fault::CloseSocket(frames)).host(hosts);
                mock.service.faults().add(closed.times(1));
                let folder = tempfile::tempdir().unwrap();
                let new_job = case.download_request(folder.path());
                let (path, _) = mock.save(new_job).await.unwrap();
                assert_is_whole(&path);
            });
        }
    }
    while let Some(run) = runs.join_next().await {
        run.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permanently_missing_segment_is_reported_and_the_others_are_kept() {
    for status in [
        StatusCode::FORBIDDEN,
        StatusCode::NOT_FOUND,
        StatusCode::GONE,
    ] {
        assert_missing(|| Rule::new(Fault::Status(status)).path("*chunk_57_*")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permanently_damaged_segment_is_reported_and_the_others_are_kept() {
    assert_missing(|| Rule::new(Fault::ShortBody(900)).path("*chunk_12_*")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permanent_refusal_of_all_segments_fails_soon_and_keeps_the_data() {
    let all = || Rule::new(Fault::Status(StatusCode::FORBIDDEN)).path("*chunk_*");
    assert_missing(|| all().skip(60)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_vanishes_during_a_run_is_reported() {
    let mock = MockService::demo().await;
    let faults = mock.service.faults();
    let slow = faults.add(Rule::new(Fault::Delay(Duration::from_millis(200))).path("*chunk_*"));
    let folder = tempfile::tempdir().unwrap();
    let engine = mock.engine();
    let id = engine.download(job(MAIN, folder.path())).await.unwrap();
    wait_until(&engine, &id, |job| {
        job.progress.as_ref().is_some_and(|it| it.done_bytes > 0)
    })
    .await;
    delete_folder(folder.path());
    faults.remove(slow);
    let failure = wait_for_end(&engine, &id).await.unwrap_err();
    assert_eq!(failure.code, Code::DriveGone, "{failure:?}");
    // The same job succeeds when the folder is back.
    std::fs::create_dir(folder.path()).unwrap();
    engine.resume(&id, Overrides::default()).await.unwrap();
    wait_for_end(&engine, &id).await.unwrap();
    assert_is_whole(&engine.path(&id).await.unwrap());
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_that_is_not_there_is_never_a_wait_for_the_internet() {
    let mock = MockService::demo().await;
    let gone = Rule::new(Fault::Status(StatusCode::NOT_FOUND)).path("*chunk_57_*");
    mock.service.faults().add(gone);
    let folder = tempfile::tempdir().unwrap();
    let engine = mock.engine();
    let id = engine.download(job(MAIN, folder.path())).await.unwrap();
    let failed = wait_until(&engine, &id, |job| {
        let waits = job
            .progress
            .as_ref()
            .and_then(|progress| progress.waiting_for);
        assert!(
            matches!(waits, None | Some(WaitReason::Segments)),
            "{job:?}"
        );
        matches!(job.state, JobState::Failed { .. })
    });
    let JobState::Failed { failure } = failed.await.state else {
        unreachable!("it was waited for");
    };
    assert_eq!(failure.code, Code::SegmentsMissing, "{failure:?}");
    engine.shutdown().await;
}
