//! Jobs of the engine that remux movies with the built-in muxer.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use engine::{
    Config, Engine, JobState, MovieFiles, Mp4Extension, NewRemux, OutputLocation, Overrides,
    Remuxer, view::JobStage, view::JobView,
};

use crate::mock_service::{file_names, wait_for_end, wait_until};
use crate::movies::{assert_same, fixture, packets};

use super::FLV_ROUNDING_US;

/// A movie of ten hours: long enough to be interrupted half-way.
fn long(folder: &Path) -> PathBuf {
    let path = folder.join("film.flv");
    let done = Command::new("ffmpeg")
        .args(["-v", "error", "-stream_loop", "179", "-i"])
        .arg(fixture("film.flv"))
        .args(["-codec", "copy"])
        .arg(&path)
        .status();
    assert!(done.expect("ffmpeg is needed for this test").success());
    path
}

fn engine(data: &Path) -> Engine {
    Engine::open(Config {
        data_dir: Some(data.to_owned()),
        ..Config::default()
    })
    .unwrap()
}

fn remux_request(movie: &Path) -> NewRemux {
    NewRemux {
        films: MovieFiles {
            films: vec![movie.to_owned()],
            ending: Mp4Extension::Mp4,
        },
        remux: Remuxer::Builtin,
        output: OutputLocation {
            folder: movie.parent().unwrap().to_owned(),
            stem: None,
        },
    }
}

fn is_half_way(job: &JobView) -> bool {
    job.progress.as_ref().is_some_and(|progress| {
        let share = progress.fraction.unwrap_or(0.0);
        progress.stage == JobStage::Converting && share > 0.02 && share < 0.9
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_job_stays_paused_after_a_restart_and_its_movie_is_complete() {
    let (data, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let movie = long(folder.path());
    let source = fs::read(&movie).unwrap();
    let before = engine(data.path());
    let id = before.remux(remux_request(&movie)).await.unwrap();
    wait_until(&before, &id, is_half_way).await;
    before.pause(&id).await.unwrap();
    wait_until(&before, &id, |job| job.state == JobState::Paused).await;
    before.resume(&id, Overrides::default()).await.unwrap();
    wait_until(&before, &id, is_half_way).await;
    before.shutdown().await;
    // Reading it again costs less than keeping intermediate files.
    assert_eq!(file_names(folder.path()), ["film.flv"]);

    let after = engine(data.path());
    wait_until(&after, &id, |job| job.state == JobState::Paused).await;
    after.resume(&id, Overrides::default()).await.unwrap();
    assert_eq!(wait_for_end(&after, &id).await.unwrap().file, "film.mp4");
    assert_eq!(file_names(folder.path()), ["film.flv", "film.mp4"]);
    let made = after.path(&id).await.unwrap();
    for stream in ["v:0", "a:0"] {
        let expected = packets(&movie, stream);
        assert_same(&packets(&made, stream), &expected, FLV_ROUNDING_US);
    }
    assert!(fs::read(&movie).unwrap() == source, "the input was changed");
    after.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_removed_half_way_leaves_no_files() {
    let (data, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let movie = long(folder.path());
    let engine = engine(data.path());
    let id = engine.remux(remux_request(&movie)).await.unwrap();
    wait_until(&engine, &id, is_half_way).await;
    engine.remove(&id, false).await.unwrap();
    assert_eq!(file_names(folder.path()), ["film.flv"]);
    engine.shutdown().await;
}
