//! An engine that is killed as a thread enters a certain system call, which only Linux can do.

use engine::JobId;
use engine::view::JobState;

use super::list;
use crate::command_line::CliCommand;
use crate::kill::tracer;
use crate::mock_service::{MAIN, MockService, file_names, wait_until};
use crate::movies::assert_whole;

/// Kills an engine that persists its jobs as it enters a call on a file in the movie's folder. The
/// next engine must know that the movie is saved, without any request.
async fn is_saved_though_killed_at(calls: &str, at: &str) {
    let mock = MockService::demo().await;
    let (data, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    // The tracer resolves names before it starts.
    let path = folder.path().canonicalize().unwrap().join(at);
    let killed = CliCommand::engine_under(tracer(calls, 1, &path), &mock)
        .save(MAIN)
        .arg("--data")
        .arg(data.path())
        .arg("-o")
        .arg(folder.path())
        .output();
    assert!(!killed.status.success(), "{calls} {at}: {killed:?}");
    assert_eq!(
        file_names(folder.path()).len(),
        2,
        "the movie and its part folder"
    );
    let requests = mock.service.requests().len();

    let after = mock.engine_with_data(data.path());
    let [only] = list(&after).await.try_into().unwrap();
    let id: JobId = only.id.parse().unwrap();
    wait_until(&after, &id, |job| {
        matches!(job.state, JobState::Done { .. })
    })
    .await;
    let movie = after.path(&id).await.unwrap();
    after.shutdown().await;
    assert_whole(&movie, "video.mp4", "audio.mp4", 1_000);
    let name = movie.file_name().unwrap().to_str().unwrap();
    assert_eq!(file_names(folder.path()), [name]);
    assert_eq!(
        mock.service.requests().len(),
        requests,
        "no request is sent"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_movie_is_done_even_if_the_job_file_does_not_say_so() {
    is_saved_though_killed_at("fsync", "").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_a_crash_left_beside_a_finished_movie_are_removed() {
    for left in ["journal", "lock"] {
        let left = format!("The practice film.part/{left}");
        is_saved_though_killed_at("unlinkat,unlink", &left).await;
    }
}
