//! Jobs and half-saved movies of earlier versions can still be read.
//!
//! `fixtures/versions/VERSION` holds `data`, the jobs as that version saved them, and one folder
//! for each job with what it had saved of the movie. Run the ignored test to add a version.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use engine::view::JobView;
use engine::{
    Code, Engine, JobState, MovieFiles, Mp4Extension, NewRemux, OutputLocation, Overrides, Remuxer,
};
use fake_ustream::{Fault, Rule};

use crate::mock_service::{MAIN, MockService, file_names, job, original, wait_for_end, wait_until};
use crate::movies::{assert_whole, fixture};
use crate::workspace;

/// Placeholder in the saved jobs for the output folder.
const FOLDER: &str = "/FOLDER";
/// Left out of the fixtures: it is a copy of the movie that all tests share.
const SOURCE: &str = "source.flv";
const PASSWORD: u64 = 134_300_001;
const SHORT: u64 = 134_300_012;

fn versions() -> PathBuf {
    workspace().join("tests/fixtures/versions")
}

/// Copies a folder, and replaces `from` by `to` in the jobs.
fn copy(source: &Path, target: &Path, (from, to): (&str, &str)) {
    fs::create_dir_all(target).unwrap();
    for entry in fs::read_dir(source).unwrap() {
        let path = entry.unwrap().path();
        let target = target.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target, (from, to));
        } else if path.parent().is_some_and(|folder| folder.ends_with("jobs")) {
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.contains(from), "{text}");
            fs::write(&target, text.replace(from, to)).unwrap();
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// Returns the job whose movie goes to the folder of this name.
async fn find(engine: &Engine, folder: &str) -> JobView {
    let jobs = engine.job_stream().next().await.unwrap().changed;
    let found = jobs.iter().find(|job| job.folder == folder);
    found
        .unwrap_or_else(|| panic!("{folder}: {jobs:?}"))
        .clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_and_half_saved_movies_of_every_version_are_read() {
    let mut read = 0;
    for version in file_names(&versions()) {
        let mock = MockService::demo().await;
        let folder = tempfile::tempdir().unwrap();
        // A backslash would have to be escaped in JSON.
        let place = folder.path().to_str().unwrap().replace('\\', "/");
        copy(&versions().join(&version), folder.path(), (FOLDER, &place));
        let source = folder.path().join("remux").join(SOURCE);
        fs::create_dir_all(source.parent().unwrap()).unwrap();
        fs::copy(fixture("film.flv"), source).unwrap();
        let engine = mock.engine_with_data(&folder.path().join("data"));
        assert_eq!(engine.unreadable_jobs_count().await, 0, "{version}");

        for (name, representation, tracks) in [
            ("half-mp4", "2.m4v", ("video.mp4", "audio.mp4")),
            ("half-flv", "2/1.flv", ("film.flv", "film.flv")),
        ] {
            let found = find(&engine, name).await;
            assert_eq!(found.state, JobState::Paused, "{version} {name}");
            let id = found.id.parse().unwrap();
            engine.resume(&id, Overrides::default()).await.unwrap();
            wait_for_end(&engine, &id).await.unwrap();
            let movie = engine.path(&id).await.unwrap();
            assert_whole(&movie, tracks.0, tracks.1, 1_000);
            // A resumed run fetches two saved segments again to compare them.
            let kept = mock
                .service
                .missing_segments(MAIN, representation)
                .unwrap()
                .len();
            assert!(kept >= 8, "{version} {name}: {kept} not requested again");
        }

        let done = find(&engine, "done").await;
        let JobState::Done { finished } = done.state else {
            panic!("{version}: {done:?}");
        };
        assert_eq!(finished.duration_ms, 14_200, "{version}");
        let path = engine.path(&done.id.parse().unwrap()).await.unwrap();
        assert_eq!(path.file_name().unwrap(), finished.file.as_str());

        let failed = find(&engine, "failed").await;
        let JobState::Failed { failure } = failed.state else {
            panic!("{version}: {failed:?}");
        };
        assert_eq!(failure.code, Code::NeedsPassword, "{version}");

        let remux = find(&engine, "remux").await;
        assert_eq!(remux.state, JobState::Paused, "{version}");
        let id = remux.id.parse().unwrap();
        engine.resume(&id, Overrides::default()).await.unwrap();
        let finished = wait_for_end(&engine, &id).await.unwrap();
        assert_eq!(finished.duration_ms, 200_200, "{version}");
        engine.shutdown().await;
        read += 1;
    }
    assert!(read > 0, "there are no fixtures");
}

/// Writes the fixture of this version. Run it once per release, and whenever the saved format
/// changes.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it writes into the repository"]
async fn write_the_fixture_of_this_version() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let data = place("data");
    let engine = mock.engine_with_data(&data);
    let finish = async |new_job| {
        let id = engine.download(new_job).await.unwrap();
        let over = |job: &JobView| !matches!(job.state, JobState::Queued | JobState::Running);
        wait_until(&engine, &id, over).await;
    };
    finish(job(SHORT, &place("done"))).await;
    finish(job(PASSWORD, &place("failed"))).await;

    let slow = Fault::Delay(Duration::from_millis(200));
    mock.service.faults().add(Rule::new(slow).path("*chunk_*"));
    for new_job in [
        job(MAIN, &place("half-mp4")),
        original(MAIN, &place("half-flv")),
    ] {
        let id = engine.download(new_job).await.unwrap();
        let half = |job: &JobView| {
            let progress = job.progress.as_ref();
            progress.and_then(|progress| progress.fraction) > Some(0.3)
        };
        wait_until(&engine, &id, half).await;
        engine.pause(&id).await.unwrap();
        wait_until(&engine, &id, |job| job.state == JobState::Paused).await;
    }

    fs::create_dir_all(place("remux")).unwrap();
    let source = place("remux").join(SOURCE);
    fs::copy(fixture("film.flv"), &source).unwrap();
    let remux = NewRemux {
        films: MovieFiles {
            films: vec![source.clone()],
            ending: Mp4Extension::Mp4,
        },
        remux: Remuxer::Builtin,
        output: OutputLocation {
            folder: place("remux"),
            stem: None,
        },
    };
    let id = engine.remux(remux).await.unwrap();
    let _ = engine.pause(&id).await;
    wait_until(&engine, &id, |job| job.state == JobState::Paused).await;
    engine.shutdown().await;
    fs::remove_file(source).unwrap();

    let target = versions().join(env!("CARGO_PKG_VERSION"));
    let place = folder.path().to_str().unwrap();
    copy(folder.path(), &target, (place, FOLDER));
}
