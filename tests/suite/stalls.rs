//! Segments that come slowly, stop on the way or never begin: they are asked for again on a new
//! connection, and given up as stalled. What counts is the number of requests, never the time.

use std::path::Path;
use std::time::Duration;

use axum::http::StatusCode;
use engine::view::WaitReason;
use engine::{Code, Failure, JobState, NewJob, Overrides};
use fake_ustream::{Delivery, Fault, LoggedRequest, PlaylistLayout, Rule};

use crate::deliveries::mock_service_with;
use crate::mock_service::{MAIN, MockService, is_unfinished, job, original, wait_until};
use crate::movies::assert_whole;

/// FLV and transport streams store timestamps in milliseconds here.
const ROUNDING_US: i64 = 1_000;

const CHUNK: &str = "*chunk_57_*";

/// What names the segments, which decides how their hosts are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Listing {
    /// A playlist: its own host is asked first, and then the two that are known to have the same.
    Playlist,
    /// Lists of hashes: all hosts are alike.
    Hashes,
}

impl Listing {
    async fn mock_service(self) -> MockService {
        match self {
            Self::Playlist => mock_service_with(Delivery::playlists(PlaylistLayout::Muxed)).await,
            Self::Hashes => MockService::demo().await,
        }
    }

    fn job(self, folder: &Path) -> NewJob {
        match self {
            Self::Playlist => job(MAIN, folder),
            Self::Hashes => original(MAIN, folder),
        }
    }
}

/// A response that brings nothing or next to nothing: in the head, at the first byte, in the middle,
/// at the last byte, and slowly.
fn stalls(last: usize) -> [Fault; 4] {
    [
        Fault::Delay(Duration::from_mins(10)),
        Fault::Stall(300),
        Fault::Stall(last),
        Fault::Throttle(100),
    ]
}

fn requests_for_chunk(mock: &MockService) -> Vec<LoggedRequest> {
    let mut requests = mock.service.requests();
    requests.retain(|request| request.path.contains("chunk_57_"));
    requests
}

/// Returns the size of the segment that stalls.
async fn segment_bytes(listing: Listing) -> usize {
    let mock = listing.mock_service().await;
    let folder = tempfile::tempdir().unwrap();
    mock.save(listing.job(folder.path())).await.unwrap();
    let request = requests_for_chunk(&mock).remove(0);
    let url = format!("https://{}{}", request.host, request.path);
    let client = mock.client();
    let response = client.http().get(url).send().await.unwrap();
    response.bytes().await.unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_that_stalls_once_is_fetched_on_a_new_connection() {
    for listing in [Listing::Playlist, Listing::Hashes] {
        let last = segment_bytes(listing).await - 1;
        for fault in stalls(last) {
            let mock = listing.mock_service().await;
            let rule = Rule::new(fault.clone()).path(CHUNK).times(1);
            let rule = mock.service.faults().add(rule);
            let folder = tempfile::tempdir().unwrap();
            let (path, finished) = mock.save(listing.job(folder.path())).await.unwrap();
            assert!(finished.gaps.is_empty());
            assert_whole(&path, "film.flv", "film.flv", ROUNDING_US);
            assert_eq!(mock.service.faults().times_applied(rule), 1);
            let requests = requests_for_chunk(&mock);
            let [first, second] = requests.as_slice() else {
                panic!("{fault:?}: {requests:?}");
            };
            assert_ne!(first.connection, second.connection, "{fault:?}");
            if listing == Listing::Playlist {
                // No request for another segment has used the connection before.
                let all = mock.service.requests();
                let used = all.iter().position(|it| it.connection == second.connection);
                assert_eq!(all[used.unwrap()].path, second.path, "{fault:?}");
            }
        }
    }
}

/// Saves while a segment stalls again and again.
async fn save_stalled(listing: Listing, rule: Rule) -> (MockService, Failure, tempfile::TempDir) {
    let mock = listing.mock_service().await;
    mock.service.faults().add(rule);
    let folder = tempfile::tempdir().unwrap();
    let failure = mock.save(listing.job(folder.path())).await.unwrap_err();
    (mock, failure, folder)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_that_always_stalls_is_given_up_and_the_others_are_kept() {
    let stalled = Rule::new(Fault::Stall(300)).path(CHUNK);
    let (mock, failure, folder) = save_stalled(Listing::Playlist, stalled).await;
    assert_eq!(failure.code, Code::Stalled, "{failure:?}");
    assert_eq!(failure.gaps.len(), 1, "{failure:?}");
    assert!(is_unfinished(folder.path()));
    let requests = requests_for_chunk(&mock).len();
    // Three mirror passes. Each asks the first host, the second one beside it when that is late, and
    // the third one twice.
    assert!((6..=12).contains(&requests), "{requests} requests");
    // The person may keep what is here.
    let keep = NewJob {
        overrides: Overrides {
            gaps: true,
            ..Overrides::default()
        },
        ..Listing::Playlist.job(folder.path())
    };
    mock.service.faults().clear();
    let gone = Rule::new(Fault::Status(StatusCode::NOT_FOUND)).path(CHUNK);
    mock.service.faults().add(gone);
    let (_, finished) = mock.save(keep).await.unwrap();
    assert_eq!(finished.gaps, failure.gaps);
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_all_fall_silent_are_stalled_and_not_down() {
    let silent = Rule::new(Fault::Stall(0)).path("*chunk_*").skip(20);
    let (_, failure, folder) = save_stalled(Listing::Hashes, silent).await;
    assert_eq!(failure.code, Code::Stalled, "{failure:?}");
    assert!(is_unfinished(folder.path()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_without_progress_says_so() {
    let mock = MockService::demo().await;
    let silent = Rule::new(Fault::Stall(0)).path("*chunk_*").skip(20);
    mock.service.faults().add(silent);
    let folder = tempfile::tempdir().unwrap();
    let engine = mock.engine();
    let id = engine.download(original(MAIN, folder.path())).await;
    let id = id.unwrap();
    let silent = wait_until(&engine, &id, |job| {
        let progress = job.progress.as_ref();
        progress.is_some_and(|progress| progress.silent_seconds.is_some())
    });
    let silent = silent.await.progress.unwrap();
    assert!(silent.silent_seconds >= Some(5));
    assert_eq!((silent.bytes_per_second, silent.seconds_left), (None, None));
    // The service answers, so it is neither the line nor the site.
    wait_until(&engine, &id, |job| {
        let progress = job.progress.as_ref();
        progress.is_some_and(|progress| progress.waiting_for == Some(WaitReason::Mirror))
    })
    .await;
    mock.service.faults().clear();
    wait_until(&engine, &id, |job| {
        matches!(job.state, JobState::Done { .. })
    })
    .await;
    engine.shutdown().await;
}
