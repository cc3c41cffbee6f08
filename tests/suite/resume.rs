//! Stopping and resuming.

use std::fs;
use std::path::Path;
use std::time::Duration;

use engine::view::JobStage;
use engine::{Code, JobState, NewJob, Overrides};
use fake_ustream::{Fault, Rule};

use crate::command_line::CliCommand;
use crate::mock_service::{
    MAIN, MockService, PARALLEL, file_names, is_unfinished, job, original, wait_for_end, wait_until,
};
use crate::movies::assert_whole;

/// Slows the segments down so that a run can be stopped half-way at any speed of the machine.
fn slow_segments(mock: &MockService) -> fake_ustream::RuleId {
    mock.service
        .faults()
        .add(Rule::new(Fault::Delay(Duration::from_millis(200))).path("*chunk_*"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_job_resumes_and_requests_no_saved_segment_again() {
    for (new_job, representation) in [
        (job(MAIN, Path::new("")), "2.m4v"),
        (original(MAIN, Path::new("")), "2/1.flv"),
    ] {
        let mock = MockService::demo().await;
        let slow = slow_segments(&mock);
        let folder = tempfile::tempdir().unwrap();
        let output = engine::OutputLocation {
            folder: folder.path().to_owned(),
            stem: None,
        };
        let engine = mock.engine();
        let id = engine.download(NewJob { output, ..new_job }).await.unwrap();
        let half = |job: &engine::view::JobView| {
            job.progress.as_ref().and_then(|progress| progress.fraction) > Some(0.3)
        };
        wait_until(&engine, &id, half).await;
        engine.pause(&id).await.unwrap();
        wait_until(&engine, &id, |job| job.state == JobState::Paused).await;
        assert!(is_unfinished(folder.path()), "nothing is finished yet");
        mock.service.faults().remove(slow);
        engine.resume(&id, Overrides::default()).await.unwrap();
        wait_for_end(&engine, &id).await.unwrap();
        let path = engine.path(&id).await.unwrap();
        engine.shutdown().await;
        let (video, audio) = if representation.ends_with("flv") {
            ("film.flv", "film.flv")
        } else {
            ("video.mp4", "audio.mp4")
        };
        assert_whole(&path, video, audio, 1_000);
        mock.assert_all_requested(MAIN, representation, PARALLEL);
        assert_eq!(file_names(folder.path()).len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_job_leaves_nothing_or_the_files_to_keep() {
    let mock = MockService::demo().await;
    slow_segments(&mock);
    let engine = mock.engine();
    for keep in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let id = engine.download(job(MAIN, folder.path())).await.unwrap();
        wait_until(&engine, &id, |job| {
            job.progress.as_ref().is_some_and(|it| it.done_bytes > 0)
        })
        .await;
        engine.remove(&id, keep).await.unwrap();
        assert_eq!(file_names(folder.path()).len(), usize::from(keep));
    }
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_are_listed_after_a_restart_and_stay_paused_until_resumed() {
    let mock = MockService::demo().await;
    let slow = slow_segments(&mock);
    let (data, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let before = mock.engine_with_data(data.path());
    let id = before.download(job(MAIN, folder.path())).await.unwrap();
    wait_until(&before, &id, |job| {
        job.progress
            .as_ref()
            .is_some_and(|it| it.fraction > Some(0.2))
    })
    .await;
    before.shutdown().await;
    mock.service.faults().remove(slow);

    let after = mock.engine_with_data(data.path());
    let paused = wait_until(&after, &id, |job| job.state == JobState::Paused).await;
    let here = |job: &engine::view::JobView| {
        let progress = job.progress.clone().unwrap();
        (progress.fraction.unwrap(), progress.done_bytes)
    };
    let before = here(&paused);
    assert!(before.0 > 0.2 && before.1 > 0, "{paused:?}");
    let slow = slow_segments(&mock);
    after.resume(&id, Overrides::default()).await.unwrap();
    // From the first moment on, also while the service is being asked.
    wait_until(&after, &id, |job| {
        let progress = job.progress.as_ref().unwrap();
        assert!(here(job) >= before, "{job:?}");
        progress.stage == JobStage::Fetching && job.state == JobState::Running
    })
    .await;
    mock.service.faults().remove(slow);
    wait_for_end(&after, &id).await.unwrap();
    assert_whole(
        &after.path(&id).await.unwrap(),
        "video.mp4",
        "audio.mp4",
        1_000,
    );
    mock.assert_all_requested(MAIN, "2.m4v", PARALLEL);
    after.shutdown().await;
}

/// The number of whole records of a journal, each of which begins with the length of its body and a
/// checksum.
fn records(journal: &[u8]) -> usize {
    let mut rest = journal;
    std::iter::from_fn(|| {
        let (length, body) = rest.split_first_chunk()?;
        rest = body.get(4 + u32::from_be_bytes(*length) as usize..)?;
        Some(())
    })
    .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_program_resumes_where_it_was() {
    for format in ["mp4", "original"] {
        let mock = MockService::demo().await;
        let slow = slow_segments(&mock);
        let folder = tempfile::tempdir().unwrap();
        let run = |mock: &MockService| {
            CliCommand::new(mock)
                .save(MAIN)
                .args(["--format", format, "-o"])
                .arg(folder.path())
        };
        let mut first = run(&mock).spawn();
        let saved = || {
            let parts = fs::read_dir(folder.path()).unwrap();
            let journals = parts.map(|part| part.unwrap().path().join("journal"));
            journals
                .map(|journal| records(&fs::read(journal).unwrap_or_default()))
                .sum::<usize>()
        };
        // More than the run after it requests twice: those in flight, two that it compares, late ones.
        while saved() < 2 * PARALLEL {
            assert!(
                first.try_wait().unwrap().is_none(),
                "it was too fast to be killed"
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        first.kill().unwrap();
        first.wait().unwrap();
        assert!(is_unfinished(folder.path()));
        let before = mock.service.coverage(MAIN);
        mock.service.faults().remove(slow);

        let output = run(&mock).output();
        assert!(output.status.success(), "{output:?}");
        let path = String::from_utf8(output.stdout).unwrap();
        let (video, audio) = if format == "mp4" {
            ("video.mp4", "audio.mp4")
        } else {
            ("film.flv", "film.flv")
        };
        assert_whole(Path::new(path.trim_end()), video, audio, 1_000);
        let after = mock.service.coverage(MAIN);
        let total: usize = before
            .chunks
            .values()
            .map(std::collections::BTreeMap::len)
            .sum();
        let again: usize = after
            .chunks
            .values()
            .flat_map(|representation| representation.values())
            .filter(|times| **times > 1)
            .count();
        assert!(
            again < total,
            "of {total} segments {again} were requested again"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_attempt_fetches_the_missing_segments() {
    for new_job in [job, original] {
        let mock = MockService::demo().await;
        let gone = mock
            .service
            .faults()
            .add(Rule::new(Fault::Status(axum::http::StatusCode::NOT_FOUND)).path("*chunk_57_*"));
        let folder = tempfile::tempdir().unwrap();
        let engine = mock.engine();
        let id = engine.download(new_job(MAIN, folder.path())).await.unwrap();
        let failure = wait_for_end(&engine, &id).await.unwrap_err();
        assert_eq!(failure.code, Code::SegmentsMissing);
        assert!(failure.detail.contains("0:01:54"), "{}", failure.detail);
        mock.service.faults().remove(gone);
        engine.resume(&id, Overrides::default()).await.unwrap();
        let finished = wait_for_end(&engine, &id).await.unwrap();
        assert!(finished.gaps.is_empty());
        let path = engine.path(&id).await.unwrap();
        engine.shutdown().await;
        let movie = if path.extension().unwrap() == "flv" {
            ("film.flv", "film.flv")
        } else {
            ("video.mp4", "audio.mp4")
        };
        assert_whole(&path, movie.0, movie.1, 1_000);
    }
}
