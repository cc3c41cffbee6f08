//! Cover, chapters, captions and metadata of a movie.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use axum::http::StatusCode;
use engine::{Extras, NewJob};
use fake_ustream::{Fault, Rule, World};
use serde_json::Value;

use crate::command_line::CliCommand;
use crate::mock_service::{MAIN, MockService, file_names, job, original};
use crate::movies::packets;

#[tokio::test(flavor = "multi_thread")]
async fn an_mp4_has_the_cover_unless_it_is_turned_off() {
    let mock = MockService::demo().await;
    for wanted in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let extras = Extras {
            cover: wanted,
            ..Extras::default()
        };
        let new_job = NewJob {
            extras,
            ..job(MAIN, folder.path())
        };
        let (path, _) = mock.save(new_job).await.unwrap();
        let tags = media::Tags::read(File::open(&path).unwrap()).unwrap();
        let expected = fs::read("fixtures/film/picture.jpg").unwrap();
        let carried = tags.cover.as_ref().map(media::Cover::data);
        assert_eq!(carried, wanted.then_some(expected.as_slice()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_mp4_has_the_chapters() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = mock.save(job(MAIN, folder.path())).await.unwrap();
    let tags = media::Tags::read(File::open(&path).unwrap()).unwrap();
    let chapters = tags.chapters.iter();
    let found: Vec<_> = chapters
        .map(|one| (one.start_ms, one.title.as_str()))
        .collect();
    assert_eq!(
        found,
        [(0, "Welcome"), (60_000, "Launch"), (150_000, "Questions")]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cover_that_no_mp4_can_hold_is_kept_beside_it() {
    let pictures: [(&str, &[u8], &str); 3] = [
        ("image/webp", b"RIFF\x08\0\0\0WEBPVP8 ", "webp"),
        // The type that a server states may be wrong.
        ("image/jpeg", b"\0\0\0\x1cftypavif\0\0\0\0", "avif"),
        ("image/gif", b"GIF89a\x01\0\x01\0", "gif"),
    ];
    for (media_type, picture, extension) in pictures {
        let mock = MockService::with(World::demo().cover(media_type, picture)).await;
        let folder = tempfile::tempdir().unwrap();
        let run = CliCommand::new(&mock).save(MAIN).arg("-o");
        let (code, _, stderr) = run.arg(folder.path().join("a.mp4")).finish();
        assert_eq!(code, 0, "{stderr}");
        let beside = folder.path().join("a").with_extension(extension);
        assert_eq!(fs::read(beside).unwrap(), picture);
        assert!(stderr.contains("kept beside the film"), "{stderr}");
    }
    let mock = MockService::with(World::demo().cover("image/jpeg", b"no picture")).await;
    let folder = tempfile::tempdir().unwrap();
    let run = CliCommand::new(&mock).save(MAIN).arg("-o");
    let (code, _, stderr) = run.arg(folder.path().join("a.mp4")).finish();
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(file_names(folder.path()), ["a.mp4"]);
    assert!(stderr.contains("unknown kind"), "{stderr}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_thumbnail_becomes_a_file_on_demand() {
    let mock = MockService::demo().await;
    let expected = fs::read("fixtures/film/picture.jpg").unwrap();
    for (name, options, has_cover) in [
        ("a.mp4", &["--thumbnail"][..], true),
        ("a.mp4", &["--thumbnail", "--no-cover"], false),
        // An FLV has no cover.
        ("a.flv", &["--thumbnail"], false),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        let run = CliCommand::new(&mock).save(MAIN).arg("-o").arg(&path);
        let (code, _, stderr) = run.args(options.iter().copied()).finish();
        assert_eq!(code, 0, "{stderr}");
        assert_eq!(fs::read(path.with_extension("jpg")).unwrap(), expected);
        assert_eq!(file_names(folder.path()).len(), 2);
        if name == "a.mp4" {
            let tags = media::Tags::read(File::open(&path).unwrap()).unwrap();
            assert_eq!(tags.cover.is_some(), has_cover);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thumbnail_that_cannot_be_kept_is_told_and_fails_nothing() {
    let not_found = Rule::new(Fault::Status(StatusCode::NOT_FOUND));
    for (picture, rule, told) in [
        (&b"<svg onload='alert(1)'/>"[..], None, "unknown kind"),
        (
            b"\x89PNG\r\n\x1a\n",
            Some(not_found),
            "could not be fetched",
        ),
    ] {
        let mock = MockService::with(World::demo().cover("image/jpeg", picture)).await;
        if let Some(rule) = rule {
            let host = "ustvstaticcdn1-a.akamaihd.net";
            mock.service.faults().add(rule.host(host));
        }
        let folder = tempfile::tempdir().unwrap();
        let run = CliCommand::new(&mock)
            .save(MAIN)
            .arg("--thumbnail")
            .arg("-o");
        let (code, _, stderr) = run.arg(folder.path().join("a.mp4")).finish();
        assert_eq!(code, 0, "{stderr}");
        assert!(stderr.contains(told), "{stderr}");
        assert_eq!(file_names(folder.path()), ["a.mp4"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn captions_and_thumbnail_of_a_saved_movie_are_fetched_without_the_movie() {
    // The type that a server states may be wrong.
    let picture = b"\x89PNG\r\n\x1a\n";
    let mock = MockService::with(World::demo().cover("image/jpeg", picture)).await;
    let folder = tempfile::tempdir().unwrap();
    let save = |options: &[&str]| {
        let run = CliCommand::new(&mock).save(MAIN).arg("-o");
        let run = run.arg(folder.path().join("a.mp4"));
        let (code, _, stderr) = run.args(options.iter().copied()).finish();
        assert_eq!(code, 0, "{stderr}");
        let mut names = file_names(folder.path());
        names.sort();
        names
    };
    assert_eq!(save(&["--captions"]), ["a.de-DE.vtt", "a.en.vtt", "a.mp4"]);
    let segments = mock.service.coverage(MAIN);
    let all = [
        "a.de-DE.srt",
        "a.de-DE.vtt",
        "a.en.srt",
        "a.en.vtt",
        "a.mp4",
        "a.png",
    ];
    for _ in 0..2 {
        assert_eq!(save(&["--captions=srt", "--thumbnail"]), all);
    }
    assert_eq!(mock.service.coverage(MAIN), segments);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_cover_does_not_fail_the_movie() {
    let mock = MockService::demo().await;
    let whole = tempfile::tempdir().unwrap();
    let (reference, _) = mock.save(job(MAIN, whole.path())).await.unwrap();
    mock.service
        .faults()
        .add(Rule::new(Fault::Status(StatusCode::NOT_FOUND)).host("ustvstaticcdn1-a.akamaihd.net"));
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = mock.save(job(MAIN, folder.path())).await.unwrap();
    let tags = media::Tags::read(File::open(&path).unwrap()).unwrap();
    assert_eq!(tags.cover, None);
    for track in ["v:0", "a:0"] {
        assert_eq!(packets(&path, track), packets(&reference, track));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn captions_are_saved_beside_the_movie_one_file_per_language() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let extras = Extras {
        captions: true,
        ..Extras::default()
    };
    let new_job = NewJob {
        extras,
        ..original(MAIN, folder.path())
    };
    let (_, finished) = mock.save(new_job).await.unwrap();
    let beside = ["The practice film.en.vtt", "The practice film.de-DE.vtt"];
    assert_eq!(finished.beside, beside);
    let mut found = file_names(folder.path());
    found.sort();
    assert_eq!(
        found,
        [
            "The practice film.de-DE.vtt",
            "The practice film.en.vtt",
            "The practice film.flv"
        ]
    );
    let text = fs::read_to_string(folder.path().join(beside[0])).unwrap();
    assert!(text.starts_with("WEBVTT\n\n00:00:01.000"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_mp4_has_the_captions_of_every_language_and_the_caption_files_match() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let extras = Extras {
        captions: true,
        ..Extras::default()
    };
    let new_job = NewJob {
        extras,
        ..job(MAIN, folder.path())
    };
    let (path, finished) = mock.save(new_job).await.unwrap();
    let beside = ["The practice film.en.vtt", "The practice film.de-DE.vtt"];
    assert_eq!(finished.beside, beside);
    let requests = mock.service.requests();
    let texts = requests.iter().filter(|one| one.path.ends_with("/vtt"));
    assert_eq!(texts.count(), 2, "each is fetched once");

    let movie = media::check(File::open(&path).unwrap()).unwrap();
    let inside: Vec<_> = movie
        .captions
        .iter()
        .map(|one| (one.language.as_str(), one.samples))
        .collect();
    // Pause, caption, pause, caption, pause.
    assert_eq!(inside, [("eng", 5), ("deu", 5)]);
    for (track, language) in [("0:s:0", "en-00"), ("0:s:1", "de-DE")] {
        let expected = format!(
            "1\n00:00:01,000 --> 00:00:02,500\n{language} 1\n\n\
             2\n00:00:04,000 --> 00:00:05,500\n{language} 4\n"
        );
        assert_eq!(decoded_captions(&path, track).trim(), expected.trim());
    }
    let tags = media::Tags::read(File::open(&path).unwrap()).unwrap();
    assert!(tags.cover.is_some() && !tags.chapters.is_empty());
}

/// Returns a caption track as ffmpeg converts it.
fn decoded_captions(movie: &Path, track: &str) -> String {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(movie)
        .args(["-map", track, "-c:s", "text", "-f", "srt", "-"])
        .output()
        .expect("install ffmpeg to run this test");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn the_files_beside_a_movie_can_be_read_by_whoever_can_read_the_movie() {
    use std::os::unix::fs::PermissionsExt as _;
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let new_job = NewJob {
        extras: Extras {
            captions: true,
            info: true,
            ..Extras::default()
        },
        ..job(MAIN, folder.path())
    };
    mock.save(new_job).await.unwrap();
    let modes: Vec<(String, u32)> = file_names(folder.path())
        .into_iter()
        .map(|name| {
            let mode = fs::metadata(folder.path().join(&name)).unwrap();
            (name, mode.permissions().mode() & 0o777)
        })
        .collect();
    let usual = fs::File::create(folder.path().join("usual")).unwrap();
    let usual = usual.metadata().unwrap().permissions().mode() & 0o777;
    assert!(modes.len() > 2, "{modes:?}");
    assert!(modes.iter().all(|(_, mode)| *mode == usual), "{modes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn failing_captions_do_not_fail_the_movie() {
    let mock = MockService::demo().await;
    mock.service
        .faults()
        .add(Rule::new(Fault::Status(StatusCode::INTERNAL_SERVER_ERROR)).path("*/vtt"));
    let folder = tempfile::tempdir().unwrap();
    let extras = Extras {
        captions: true,
        ..Extras::default()
    };
    let new_job = NewJob {
        extras,
        ..job(MAIN, folder.path())
    };
    let (path, finished) = mock.save(new_job).await.unwrap();
    assert!(path.is_file() && finished.beside.is_empty());
    let movie = media::check(File::open(&path).unwrap()).unwrap();
    assert_eq!(movie.captions, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn metadata_is_saved_under_the_documented_names() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let run = CliCommand::new(&mock)
        .save(MAIN)
        .args(["--info-json", "--captions"]);
    let (code, _, err) = run.arg("-o").arg(folder.path()).finish();
    assert_eq!(code, 0, "{err}");
    let text = fs::read_to_string(folder.path().join("The practice film.info.json")).unwrap();
    let info: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(info["id"], MAIN.to_string());
    assert_eq!(
        (&info["extractor"], &info["upload_date"]),
        (&"ustream".into(), &"20180101".into())
    );
    assert_eq!(info["duration"], 200.0);
    let last = &info["chapters"][2];
    assert_eq!(
        (&last["title"], &last["start_time"], &last["end_time"]),
        (&"Questions".into(), &150.0.into(), &200.0.into())
    );
    assert_eq!(info["captions"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_existing_file_is_never_replaced() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let existing = folder.path().join("The practice film.info.json");
    fs::write(&existing, "mine").unwrap();
    let new_job = NewJob {
        extras: Extras {
            info: true,
            ..Extras::default()
        },
        ..job(MAIN, folder.path())
    };
    let (_, finished) = mock.save(new_job).await.unwrap();
    assert!(finished.beside.is_empty());
    assert_eq!(fs::read_to_string(&existing).unwrap(), "mine");
}
