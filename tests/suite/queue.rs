//! Several jobs: how many run, in which order, and what is known of them after a crash.

#[cfg(target_os = "linux")]
mod traced;

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;

use axum::http::StatusCode;
use engine::view::JobView;
use engine::{Code, Engine, JobId, JobState, Overrides};
use fake_ustream::{Fault, Rule, RuleId};
use serde_json::Value;

use crate::mock_service::{
    MAIN, MockService, delete_folder, file_names, job, wait_for_end, wait_until,
};
use crate::movies::assert_first;

/// A recording of seven chunks.
const SHORT: u64 = 134_300_012;

/// Chunks of both tracks of the main recording: 200 s.
const MAIN_CHUNKS: usize = 200;

fn slow_segments(mock: &MockService, milliseconds: u64) -> RuleId {
    let delay = Fault::Delay(Duration::from_millis(milliseconds));
    let slow = Rule::new(delay).path("*chunk_*");
    mock.service.faults().add(slow)
}

/// Adds jobs of one recording, each in its own folder.
async fn add(engine: &Engine, recording: u64, folder: &Path, jobs: usize) -> Vec<JobId> {
    let mut ids = Vec::new();
    for number in 0..jobs {
        let new_job = job(recording, &folder.join(number.to_string()));
        ids.push(engine.download(new_job).await.unwrap());
    }
    ids
}

/// Returns all jobs as they are now, in the order of the list.
async fn list(engine: &Engine) -> Vec<JobView> {
    engine.job_stream().next().await.unwrap().changed
}

/// Waits until the jobs of the list are in these states.
async fn wait_for_states(engine: &Engine, wanted: &[JobState]) {
    let mut states = Vec::new();
    for _ in 0..600 {
        states = list(engine)
            .await
            .into_iter()
            .map(|job| job.state)
            .collect();
        if states == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{states:?}, not {wanted:?}");
}

/// Asserts that the jobs are in these states and stay so for a while.
async fn assert_states_stay(engine: &Engine, wanted: &[JobState]) {
    wait_for_states(engine, wanted).await;
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let states: Vec<_> = list(engine)
            .await
            .into_iter()
            .map(|job| job.state)
            .collect();
        assert_eq!(states, wanted);
    }
}

fn jobs(number: usize) -> NonZeroUsize {
    NonZeroUsize::new(number).unwrap()
}

use JobState::{Paused, Queued, Running};

#[tokio::test(flavor = "multi_thread")]
async fn two_jobs_run_at_once_and_the_others_wait_in_order() {
    let mock = MockService::demo().await;
    slow_segments(&mock, 100);
    let folder = tempfile::tempdir().unwrap();
    let engine = mock.engine();
    let mut feed = engine.job_stream();
    let ids = add(&engine, SHORT, folder.path(), 4).await;
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let (mut started, mut running, mut done) = (Vec::new(), Vec::new(), 0);
    while done < ids.len() {
        for job in feed.next().await.unwrap().changed {
            running.retain(|id| *id != job.id);
            match &job.state {
                Running => {
                    if !started.contains(&job.id) {
                        started.push(job.id.clone());
                    }
                    running.push(job.id);
                }
                JobState::Done { .. } => done += 1,
                Queued => {}
                other => panic!("{other:?}"),
            }
        }
        assert!(running.len() <= 2, "{running:?}");
    }
    assert_eq!(started, ids);
    engine.shutdown().await;
    for number in 0..ids.len() {
        let folder = folder.path().join(number.to_string());
        let movie = folder.join(&file_names(&folder)[0]);
        assert_first(&movie, "video.mp4", "audio.mp4", 7, 1_000);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_job_gets_its_place_in_the_queue_back() {
    let mock = MockService::demo().await;
    slow_segments(&mock, 1_000);
    let folder = tempfile::tempdir().unwrap();
    let engine = mock.engine();
    let ids = add(&engine, MAIN, folder.path(), 4).await;
    wait_for_states(&engine, &[Running, Running, Queued, Queued]).await;
    engine.pause(&ids[0]).await.unwrap();
    wait_for_states(&engine, &[Paused, Running, Running, Queued]).await;
    engine.resume(&ids[0], Overrides::default()).await.unwrap();
    assert_states_stay(&engine, &[Queued, Running, Running, Queued]).await;
    // It was added before the fourth.
    engine.pause(&ids[2]).await.unwrap();
    wait_for_states(&engine, &[Running, Running, Paused, Queued]).await;
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changing_the_number_of_parallel_jobs_stops_none() {
    let mock = MockService::demo().await;
    slow_segments(&mock, 1_000);
    let folder = tempfile::tempdir().unwrap();
    let engine = mock.engine();
    let ids = add(&engine, MAIN, folder.path(), 4).await;
    wait_for_states(&engine, &[Running, Running, Queued, Queued]).await;
    engine.run_at_once(jobs(3)).await.unwrap();
    wait_for_states(&engine, &[Running, Running, Running, Queued]).await;
    engine.run_at_once(jobs(1)).await.unwrap();
    assert_states_stay(&engine, &[Running, Running, Running, Queued]).await;
    for id in &ids[..2] {
        engine.pause(id).await.unwrap();
    }
    assert_states_stay(&engine, &[Paused, Paused, Running, Queued]).await;
    engine.pause(&ids[2]).await.unwrap();
    wait_for_states(&engine, &[Paused, Paused, Paused, Running]).await;
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_keeps_its_order_after_the_clock_was_set_back() {
    let mock = MockService::demo().await;
    slow_segments(&mock, 1_000);
    let (data, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let before = mock.engine_with_data(data.path());
    let first = add(&before, MAIN, folder.path(), 1).await.remove(0);
    before.shutdown().await;
    // Simulates that the clock was a year ahead when the job was added.
    let path = data.path().join(format!("jobs/{first}.json"));
    let mut record: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let added_ms = record["added_ms"].as_i64().unwrap();
    record["added_ms"] = (added_ms + 365 * 24 * 3_600_000).into();
    fs::write(&path, record.to_string()).unwrap();
    let between = mock.engine_with_data(data.path());
    let more = add(&between, MAIN, folder.path(), 3).await;
    between.shutdown().await;
    let after = mock.engine_with_data(data.path());
    let found: Vec<String> = list(&after).await.into_iter().map(|job| job.id).collect();
    let expected: Vec<String> = std::iter::once(&first)
        .chain(&more)
        .map(ToString::to_string)
        .collect();
    assert_eq!(found, expected);
    after.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_jobs_of_an_earlier_run_are_read_when_they_are_asked_for() {
    let mock = MockService::demo().await;
    let (data, output) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let before = mock.engine_with_data(data.path());
    let id = before.download(job(SHORT, output.path())).await.unwrap();
    wait_for_end(&before, &id).await.unwrap();
    before.shutdown().await;
    // A file that is not read now shows when the others are read.
    let deferring = mock.engine_that_defers_jobs(data.path());
    let jobs = data.path().join("jobs").join(format!("{id}.json"));
    let record = fs::read(&jobs).unwrap();
    fs::write(&jobs, b"{").unwrap();
    deferring.read_jobs();
    assert_eq!(deferring.unreadable_jobs_count().await, 1);
    deferring.shutdown().await;
    fs::write(&jobs, record).unwrap();
    // Nobody asks for them, and a command does not wait for long.
    let deferring = mock.engine_that_defers_jobs(data.path());
    assert!(deferring.path(&id).await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_job_can_move_to_another_folder_and_leaves_nothing_in_the_first() {
    let mock = MockService::demo().await;
    let engine = mock.engine();
    let gone = Rule::new(Fault::Status(StatusCode::NOT_FOUND)).path("*chunk_3_*");
    let gone = mock.service.faults().add(gone);
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let id = engine.download(job(SHORT, first.path())).await.unwrap();
    let failed = |job: &JobView| matches!(job.state, JobState::Failed { .. });
    wait_until(&engine, &id, failed).await;
    mock.service.faults().remove(gone);
    assert_eq!(file_names(first.path()).len(), 1, "a part folder");

    let new_folder = second.path().to_owned();
    let relocated = engine.relocate(&id, new_folder, Overrides::default());
    relocated.await.unwrap();
    let done = |job: &JobView| matches!(job.state, JobState::Done { .. });
    let job = wait_until(&engine, &id, done).await;
    let name = second.path().file_name().unwrap();
    assert_eq!(job.folder, name.to_string_lossy());
    let file = engine.path(&id).await.unwrap();
    assert_eq!(file.parent(), Some(second.path()));
    assert_eq!(file_names(second.path()).len(), 1);
    assert_eq!(file_names(first.path()), [""; 0]);
    // What was here has moved along; two segments are compared with the server's.
    let served = mock.service.coverage(SHORT);
    let times = served.chunks.values().flat_map(|chunks| chunks.values());
    let twice = times.filter(|times| **times > 1);
    assert!(twice.count() <= 2, "{served:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_folder_is_gone_does_not_make_it_anew() {
    let mock = MockService::demo().await;
    let engine = mock.engine();
    let gone = Rule::new(Fault::Status(StatusCode::NOT_FOUND)).path("*chunk_3_*");
    mock.service.faults().add(gone);
    let drive = tempfile::tempdir().unwrap();
    let folder = drive.path().join("films");
    let id = engine.download(job(SHORT, &folder)).await.unwrap();
    let failed = |job: &JobView| matches!(job.state, JobState::Failed { .. });
    wait_until(&engine, &id, failed).await;
    // The drive is pulled out.
    fs::rename(&folder, drive.path().join("elsewhere")).unwrap();
    engine.resume(&id, Overrides::default()).await.unwrap();
    let drive_gone = |job: &JobView| match &job.state {
        JobState::Failed { failure } => failure.code == Code::DriveGone,
        _ => false,
    };
    wait_until(&engine, &id, drive_gone).await;
    assert!(!folder.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_deleted_ends_the_download_at_once() {
    let mock = MockService::demo().await;
    let engine = mock.engine();
    slow_segments(&mock, 1000);
    let drive = tempfile::tempdir().unwrap();
    let folder = drive.path().join("films");
    let id = engine.download(job(MAIN, &folder)).await.unwrap();
    let arrived = |job: &JobView| job.progress.as_ref().is_some_and(|it| it.done_bytes > 0);
    wait_until(&engine, &id, arrived).await;
    delete_folder(&folder);
    let failed = |job: &JobView| matches!(job.state, JobState::Failed { .. });
    let job = wait_until(&engine, &id, failed).await;
    let JobState::Failed { failure } = &job.state else {
        unreachable!("it has failed");
    };
    assert_eq!(failure.code, Code::DriveGone, "{failure:?}");
    assert!(!folder.exists());
    let served = mock.service.coverage(MAIN).chunks;
    let served: usize = served.values().map(BTreeMap::len).sum();
    assert!(
        served < MAIN_CHUNKS,
        "{served} segments were fetched before"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_somebody_else_in_the_part_folder_is_left_alone() {
    let mock = MockService::demo().await;
    let engine = mock.engine();
    let gone = Rule::new(Fault::Status(StatusCode::NOT_FOUND)).path("*chunk_3_*");
    let gone = mock.service.faults().add(gone);
    let folder = tempfile::tempdir().unwrap();
    let ids = add(&engine, SHORT, folder.path(), 2).await;
    let failed = |job: &JobView| matches!(job.state, JobState::Failed { .. });
    let mut notes = Vec::new();
    for (number, id) in ids.iter().enumerate() {
        wait_until(&engine, id, failed).await;
        let part = folder.path().join(number.to_string());
        let part = part.join(&file_names(&part)[0]);
        notes.push(part.join("early-notes.txt"));
        fs::write(&notes[number], "mine").unwrap();
    }
    mock.service.faults().remove(gone);
    // One is removed, the other one finishes.
    engine.remove(&ids[0], false).await.unwrap();
    engine.resume(&ids[1], Overrides::default()).await.unwrap();
    let done = |job: &JobView| matches!(job.state, JobState::Done { .. });
    wait_until(&engine, &ids[1], done).await;
    engine.shutdown().await;
    for note in notes {
        assert_eq!(fs::read_to_string(&note).unwrap(), "mine");
        assert_eq!(file_names(note.parent().unwrap()), ["early-notes.txt"]);
    }
}
