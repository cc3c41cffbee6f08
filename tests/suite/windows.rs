//! What only Windows does: a file that another program has open cannot be renamed or replaced.

use std::fs::File;
use std::os::windows::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use engine::{Code, Overrides};
use fake_ustream::{Fault, Rule};

use crate::mock_service::{MAIN, MockService, file_names, job, wait_for_end, wait_until};
use crate::movies::assert_whole;

const FILE_SHARE_READ_AND_WRITE: u32 = 3;

/// Opens the unfinished movie in `folder` as a player does, so that nobody can rename it.
fn hold_movie(folder: &Path) -> File {
    let part = folder.join(file_names(folder).pop().unwrap());
    File::options()
        .read(true)
        .share_mode(FILE_SHARE_READ_AND_WRITE)
        .open(part.join("film"))
        .unwrap()
}

/// Saves a recording while another program holds the movie until `hold` after the last segment has
/// arrived.
async fn save_while_held(hold: Duration) -> (MockService, tempfile::TempDir, Result<(), Code>) {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let slow = Rule::new(Fault::Delay(Duration::from_millis(50))).path("*chunk_*");
    mock.service.faults().add(slow);
    let engine = mock.engine();
    let id = engine.download(job(MAIN, folder.path())).await.unwrap();
    wait_until(&engine, &id, |job| {
        job.progress.as_ref().is_some_and(|it| it.done_bytes > 0)
    })
    .await;
    let movie = hold_movie(folder.path());
    let letting_go = tokio::spawn(async move {
        tokio::time::sleep(hold).await;
        drop(movie);
    });
    let ended = wait_for_end(&engine, &id).await;
    letting_go.await.unwrap();
    let result = match ended {
        Ok(_) => Ok(()),
        Err(failure) => {
            assert_eq!(file_names(folder.path()).len(), 1, "only the part folder");
            // Once it is let go, the same job ends well.
            engine.resume(&id, Overrides::default()).await.unwrap();
            wait_for_end(&engine, &id).await.unwrap();
            Err(failure.code)
        }
    };
    assert_whole(
        &engine.path(&id).await.unwrap(),
        "video.mp4",
        "audio.mp4",
        1_000,
    );
    engine.shutdown().await;
    (mock, folder, result)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_movie_that_a_player_holds_for_a_while_is_saved_when_it_lets_go() {
    let (_mock, folder, result) = save_while_held(Duration::from_secs(8)).await;
    assert_eq!(result, Ok(()));
    assert_eq!(file_names(folder.path()).len(), 1, "nothing else is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_movie_that_a_player_holds_on_to_is_reported_and_no_empty_file_is_left() {
    let (_mock, folder, result) = save_while_held(Duration::from_secs(25)).await;
    assert_eq!(result, Err(Code::FileHeld));
    assert_eq!(file_names(folder.path()).len(), 1, "nothing else is left");
}
