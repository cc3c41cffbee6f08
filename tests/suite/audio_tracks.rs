//! Recordings with audio tracks in several languages.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use engine::{AudioChoice, Choice, Code, NewJob, Quality};
use fake_ustream::{Delivery, PlaylistLayout};
use serde_json::Value;

use crate::command_line::CliCommand;
use crate::deliveries::mock_service_with;
use crate::mock_service::{MAIN, MockService, job, link};
use crate::movies::{assert_plays, assert_same, fixture, packets};

/// FLV and transport streams store timestamps in milliseconds here.
const ROUNDING_US: i64 = 1_000;

const FRENCH: (&str, &str) = ("fra", "second.flv");
const ENGLISH: (&str, &str) = ("eng", "film.flv");

fn job_with_audio(audio: AudioChoice, folder: &Path) -> NewJob {
    let choice = Choice {
        audio,
        ..Choice::default()
    };
    NewJob {
        choice,
        ..job(MAIN, folder)
    }
}

fn only(language: &str) -> AudioChoice {
    AudioChoice::Only(language.to_owned())
}

/// Returns the language of each audio track and whether the track is the default.
fn audio_tracks(movie: &Path) -> Vec<(String, bool)> {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-of", "json", "-select_streams", "a"])
        .args([
            "-show_entries",
            "stream_tags=language:stream_disposition=default",
        ])
        .arg(movie)
        .output()
        .expect("ffprobe is needed for this test");
    let probe: Value = serde_json::from_slice(&output.stdout).unwrap();
    let streams = probe["streams"].as_array().unwrap();
    streams
        .iter()
        .map(|stream| {
            let language = stream["tags"]["language"].as_str().unwrap_or("und");
            (language.to_owned(), stream["disposition"]["default"] == 1)
        })
        .collect()
}

/// Asserts that the movie has the whole video and exactly these audio tracks, the first as default.
fn assert_languages(movie: &Path, languages: &[(&str, &str)]) {
    let found: Vec<_> = audio_tracks(movie);
    let wanted = languages.iter().zip(0..);
    let wanted: Vec<_> = wanted
        .map(|((language, _), number)| ((*language).to_owned(), number == 0))
        .collect();
    assert_eq!(found, wanted);
    assert_same(
        &packets(movie, "v:0"),
        &packets(&fixture("film.flv"), "v:0"),
        ROUNDING_US,
    );
    for ((_, source), number) in languages.iter().zip(0..) {
        let found = packets(movie, &format!("a:{number}"));
        assert_same(&found, &packets(&fixture(source), "a:0"), ROUNDING_US);
    }
    assert_plays(movie);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_language_becomes_a_track_and_the_services_default_is_the_default() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = mock
        .save(job_with_audio(AudioChoice::All, folder.path()))
        .await
        .unwrap();
    assert_languages(&path, &[ENGLISH, FRENCH]);
    for representation in ["2.m4v", "1.m4a", "3.m4a"] {
        mock.assert_all_requested_once(MAIN, representation);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_selected_language_is_saved_alone() {
    let mock = MockService::demo().await;
    for audio in [
        only("fr"),
        only("FR-fr"),
        AudioChoice::Prefer("fr-CA".into()),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = mock
            .save(job_with_audio(audio, folder.path()))
            .await
            .unwrap();
        assert_languages(&path, &[FRENCH]);
    }
    let representations = mock.service.coverage(MAIN);
    assert!(
        !representations.representations().contains("1.m4a"),
        "{representations:?}"
    );
}

async fn assert_offered(listing: PlaylistLayout, audio: AudioChoice, languages: &[(&str, &str)]) {
    let mock = mock_service_with(Delivery::playlists(listing)).await;
    let folder = tempfile::tempdir().unwrap();
    let new_job = job_with_audio(audio, folder.path());
    let (path, _) = mock.save(new_job).await.unwrap();
    assert_languages(&path, languages);
}

#[tokio::test(flavor = "multi_thread")]
async fn languages_of_playlists_are_selected_the_same_way() {
    for (listing, audio, languages) in [
        (PlaylistLayout::Separate, only("fr"), &[FRENCH][..]),
        (
            PlaylistLayout::Separate,
            AudioChoice::All,
            &[ENGLISH, FRENCH],
        ),
        (
            PlaylistLayout::PackedAudio,
            AudioChoice::All,
            &[ENGLISH, FRENCH],
        ),
        (PlaylistLayout::Fmp4, AudioChoice::All, &[ENGLISH, FRENCH]),
    ] {
        assert_offered(listing, audio, languages).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn audio_muxed_with_the_video_counts_as_a_language() {
    for (audio, languages) in [
        (AudioChoice::Usual, &[ENGLISH][..]),
        (only("fr"), &[FRENCH]),
        (AudioChoice::All, &[ENGLISH, FRENCH]),
    ] {
        assert_offered(PlaylistLayout::AdditionalAudio, audio, languages).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_audio_tracks_are_saved_without_video() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let mut new_job = job_with_audio(AudioChoice::All, folder.path());
    new_job.choice.quality = Quality::Audio;
    let (path, _) = mock.save(new_job).await.unwrap();
    assert_eq!(
        audio_tracks(&path),
        [("eng".into(), true), ("fra".into(), false)]
    );
    assert!(video_packets(&path).is_empty());
}

fn video_packets(movie: &Path) -> Vec<u8> {
    let output = Command::new("ffprobe")
        .args([
            "-v",
            "error",
            "-select_streams",
            "V",
            "-show_entries",
            "stream=index",
            "-of",
            "csv",
        ])
        .arg(movie)
        .output()
        .expect("ffprobe is needed for this test");
    output.stdout
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_language_fails_and_lists_the_available_ones() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let failure = mock
        .save(job_with_audio(only("de"), folder.path()))
        .await
        .unwrap_err();
    assert_eq!(
        (failure.code, &*failure.detail),
        (Code::NoAudio, "en-US, fr-FR")
    );
    let run = CliCommand::new(&mock)
        .arg(link(MAIN))
        .args(["--audio", "de", "-o"]);
    let (code, out, err) = run.arg(folder.path()).finish();
    assert_eq!((code, &*out), (3, ""), "{err}");
    assert!(
        err.contains("sound in en-US, fr-FR only") && err.contains("--audio"),
        "{err}"
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_keeps_all_languages_after_an_interrupted_run() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        let run = CliCommand::new(&mock)
            .arg(link(MAIN))
            .args(["--audio", "all", "-o"]);
        run.arg(folder.path())
    };
    let mut child = run().arg("--parallel").arg("1").spawn();
    while mock
        .service
        .coverage(MAIN)
        .chunks
        .values()
        .map(BTreeMap::len)
        .sum::<usize>()
        < 40
    {
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let (code, out, err) = run().finish();
    assert_eq!(code, 0, "{err}");
    assert_languages(Path::new(out.trim()), &[ENGLISH, FRENCH]);
}
