//! A limit of the speed: it is obeyed, and no segment is taken for late, slow or stalled because of it.

use std::num::NonZeroU64;
use std::path::Path;
use std::time::{Duration, Instant};

use engine::{Config, Engine};
use fake_ustream::{LARGE, LongRecording, World};

use crate::command_line::CliCommand;
use crate::mock_service::{MAIN, MockService, file_names, job, wait_for_end, wait_until};
use crate::movies::assert_whole;

/// FLV and transport streams store timestamps in milliseconds here.
const ROUNDING_US: i64 = 1_000;
/// Each of its segments takes longer than one that is hedged without a limit, or slow.
const MOVIE: LongRecording = LongRecording {
    chunks: 3,
    chunk_time_ms: 10_000,
    megabytes: 3,
};
const MOVIE_RATE: u64 = 200_000;

fn engine(mock: &MockService, bytes_per_second: u64) -> Engine {
    Engine::open(Config {
        endpoint: mock.endpoint(),
        rate_limit: NonZeroU64::new(bytes_per_second),
        ..Config::default()
    })
    .unwrap()
}

/// Returns the shortest time that a saved file may take under a limit. What the file has beside the
/// segments is less than a twentieth.
fn least_time(file: &Path, bytes_per_second: u64) -> Duration {
    let bytes = std::fs::metadata(file).unwrap().len();
    Duration::from_millis(bytes * 950 / bytes_per_second)
}

fn assert_each_requested_once(mock: &MockService, recording: u64) {
    for representation in ["2.m4v", "1.m4a"] {
        mock.assert_all_requested_once(recording, representation);
    }
    let requests = mock.service.requests().into_iter();
    let mut paths: Vec<_> = requests
        .map(|request| request.path)
        .filter(|path| path.contains("chunk_"))
        .collect();
    let all = paths.len();
    paths.sort();
    paths.dedup();
    assert_eq!(paths.len(), all, "a segment was requested twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_under_a_limit_takes_its_time_and_asks_for_each_segment_once() {
    let mock = MockService::with(World::empty().with_long_recording(&MOVIE)).await;
    let folder = tempfile::tempdir().unwrap();
    let start = Instant::now();
    let rate = MOVIE_RATE.to_string();
    let run = CliCommand::new(&mock).save(LARGE).arg("-o");
    let run = run.arg(folder.path()).args(["--limit-rate", &rate]);
    let output = run.arg("--quiet").spawn().wait_with_output().unwrap();
    let took = start.elapsed();
    assert!(output.status.success(), "{output:?}");
    let path = folder.path().join(&file_names(folder.path())[0]);
    let least = least_time(&path, MOVIE_RATE);
    assert!(least > Duration::from_secs(10), "{least:?}");
    assert!(took >= least, "{took:?} instead of {least:?}");
    assert_each_requested_once(&mock, LARGE);
    let summary = media::check(std::fs::File::open(path).unwrap()).unwrap();
    let expected = MOVIE.chunks * MOVIE.chunk_time_ms;
    assert!(
        summary.duration_ms.abs_diff(expected) < 1_000,
        "{} ms",
        summary.duration_ms
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_jobs_share_a_limit_and_a_change_reaches_them_at_once() {
    const RATE: u64 = 600_000;
    let mock = MockService::with(World::demo().with_long_recording(&MOVIE)).await;
    let folder = tempfile::tempdir().unwrap();
    // At this one, each of the segments would take many minutes.
    let engine = engine(&mock, 1_000);
    let first = engine.download(job(LARGE, folder.path())).await.unwrap();
    let second = engine.download(job(MAIN, folder.path())).await.unwrap();
    let begun = |job: &engine::view::JobView| {
        let progress = job.progress.as_ref();
        progress.is_some_and(|progress| progress.done_bytes > 0)
    };
    wait_until(&engine, &first, begun).await;
    let start = Instant::now();
    engine.limit_rate(NonZeroU64::new(RATE));
    let (one, other) = tokio::join!(
        wait_for_end(&engine, &first),
        wait_for_end(&engine, &second)
    );
    let took = start.elapsed();
    assert!(one.unwrap().gaps.is_empty() && other.unwrap().gaps.is_empty());
    let (one, other) = (engine.path(&first).await, engine.path(&second).await);
    let (one, other) = (one.unwrap(), other.unwrap());
    let least = least_time(&one, RATE) + least_time(&other, RATE);
    assert!(took >= least, "{took:?} instead of {least:?}");
    for recording in [LARGE, MAIN] {
        assert_each_requested_once(&mock, recording);
    }
    assert_whole(&other, "film.flv", "film.flv", ROUNDING_US);
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_makes_no_sense_is_refused_with_an_example() {
    let mock = MockService::demo().await;
    for rate in ["fast", "0", "2", "2MB"] {
        let run = CliCommand::new(&mock).save(MAIN);
        let run = run.args(["--limit-rate", rate]);
        let output = run.spawn().wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(words.contains("500K") || words.contains("1K"), "{words}");
    }
    assert!(mock.service.requests().is_empty());
}
