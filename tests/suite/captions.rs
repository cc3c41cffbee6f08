//! Captions in any form that the service may have them in: converted, or kept as they are and told.

use std::fs::{self, File};
use std::path::Path;

use fake_ustream::World;
use serde_json::{Value, json};

use crate::command_line::CliCommand;
use crate::mock_service::{MAIN, MockService, file_names};

const VTT: &str = "WEBVTT\n\nNOTE not shown\n\n00:01.000 --> 00:02.500 line:0\nHello <i>world</i>\n\n\
                   00:04.000 --> 00:05.000\ntwo\nlines\n";
const SRT: &str = "1\r\n00:00:01,000 --> 00:00:02,500\r\nHello <i>world</i>\r\n\r\n\
                   2\r\n00:00:04,000 --> 00:00:05,000\r\ntwo\r\nlines\r\n\r\n";
const TTML: &str = r#"<?xml version="1.0"?><tt xmlns="http://www.w3.org/ns/ttml" xmlns:tts="http://www.w3.org/ns/ttml#styling">
    <body><div><p begin="1s" end="2.5s">Hello <span tts:fontStyle="italic">world</span></p>
    <p begin="00:00:04" dur="1s">two<br/>lines</p></div></body></tt>"#;
const JSON: &str = r#"{"captions": [
    {"start_sec": 1, "end_sec": 2.5, "caption": "Hello world"},
    {"start_ms": 4000, "end_ms": 5000, "text": "two\nlines"}]}"#;

/// Each cue in the form in which this program writes `WebVTT`.
const WRITTEN_VTT: &str = "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nHello <i>world</i>\n\n\
                           00:00:04.000 --> 00:00:05.000\ntwo\nlines\n";

/// UTF-16 with a byte order mark.
fn utf_16(text: &str) -> Vec<u8> {
    let units = text.encode_utf16();
    let bytes = units.flat_map(u16::to_le_bytes);
    [0xff, 0xfe].into_iter().chain(bytes).collect()
}

async fn with_captions<const N: usize>(captions: [(&str, Vec<u8>); N]) -> MockService {
    MockService::with(World::demo().captions(MAIN, captions)).await
}

/// Saves the recording in a folder, with options; returns stdout and stderr.
fn saved(mock: &MockService, folder: &Path, options: &[&str]) -> (String, String) {
    let run = CliCommand::new(mock).save(MAIN).arg("-o");
    let run = run.arg(folder.join("a.mp4")).args(options.iter().copied());
    let (code, stdout, stderr) = run.finish();
    assert_eq!(code, 0, "{stderr}");
    (stdout, stderr)
}

fn text_of(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

/// Returns language and number of samples of each caption track.
fn tracks(folder: &Path) -> Vec<(String, u64)> {
    let movie = media::check(File::open(folder.join("a.mp4")).unwrap()).unwrap();
    let tracks = movie.captions.iter();
    tracks
        .map(|track| (track.language.as_str().to_owned(), track.samples))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn captions_of_any_form_become_the_wanted_one() {
    let mock = with_captions([
        ("en-00", VTT.into()),
        ("de-DE", utf_16(SRT)),
        ("fr-00", TTML.into()),
        ("it-00", JSON.into()),
    ])
    .await;
    let plain = |text: &str| text.replace("<i>", "").replace("</i>", "");
    for (option, extension, own, other) in [
        ("--captions=srt", "srt", ("de-DE", SRT), SRT),
        ("--captions", "vtt", ("en", VTT), WRITTEN_VTT),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (_, stderr) = saved(&mock, folder.path(), &[option]);
        assert!(!stderr.contains("captions"), "{stderr}");
        for language in ["en", "de-DE", "fr", "it"] {
            let expected = match language {
                // Unchanged, with its notes and positions.
                language if language == own.0 => own.1.to_owned(),
                // It has no styles.
                "it" => plain(other),
                _ => other.to_owned(),
            };
            let file = format!("a.{language}.{extension}");
            assert_eq!(text_of(folder.path(), &file), expected, "{file}");
        }
        assert_eq!(file_names(folder.path()).len(), 5);
        // Pause, caption, pause, caption, pause.
        let languages = ["eng", "deu", "fra", "ita"];
        assert_eq!(
            tracks(folder.path()),
            languages.map(|language| (language.to_owned(), 5))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn captions_that_cannot_be_converted_are_kept_as_they_came_and_told() {
    let binary = b"850STL25.01\x01\0\xff".to_vec();
    let not_text = b"WEBVTT\n\n00:01.000 --> 00:02.000\n\xe4\n".to_vec();
    let cut = TTML.split_at(TTML.find("two").unwrap()).0.as_bytes();
    let mock = with_captions([
        ("en-00", binary.clone()),
        ("de-DE", not_text.clone()),
        ("fr-00", cut.into()),
    ])
    .await;
    let folder = tempfile::tempdir().unwrap();
    let options = ["--captions", "--info-json", "--json"];
    let (stdout, _) = saved(&mock, folder.path(), &options);
    let last: Value = serde_json::from_str(stdout.lines().last().unwrap()).unwrap();
    assert_eq!(
        last["unconverted"],
        json!([
            { "file": "a.en.stl", "left_out": 0 },
            { "file": "a.de-DE.vtt", "left_out": 0 },
            { "file": "a.fr.ttml", "left_out": 1 },
        ])
    );
    for (name, bytes) in [
        ("a.en.stl", &*binary),
        ("a.de-DE.vtt", &*not_text),
        ("a.fr.ttml", cut),
    ] {
        assert_eq!(fs::read(folder.path().join(name)).unwrap(), bytes, "{name}");
    }
    let read = WRITTEN_VTT
        .split_at(WRITTEN_VTT.find("\n\n00:00:04").unwrap())
        .0;
    assert_eq!(text_of(folder.path(), "a.fr.vtt").trim(), read);
    assert_eq!(tracks(folder.path()), [("fra".to_owned(), 3)]);
    let info: Value = serde_json::from_str(&text_of(folder.path(), "a.info.json")).unwrap();
    let endings = json!(["en.stl", "de-DE.vtt", "fr.vtt", "fr.ttml"]);
    assert_eq!(info["captions"], endings);

    let folder = tempfile::tempdir().unwrap();
    let (stdout, stderr) = saved(&mock, folder.path(), &["--captions"]);
    assert_eq!(stdout.lines().count(), 1, "{stdout}");
    for line in [
        "captions: not converted, but kept as the service has them: a.en.stl",
        "captions: not converted, but kept as the service has them: a.de-DE.vtt",
        "captions: 1 cue could not be converted; all are kept as the service has them: a.fr.ttml",
    ] {
        assert!(stderr.lines().any(|told| told == line), "{stderr}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_captions_harm_neither_the_movie_nor_the_files() {
    let hostile = "\u{feff}WEBVTT\r\n\r\n00:01.000 --> 00:09.000\r\n<script>alert(1)</script>&lt;b\u{1b}[31m\0\r\n\r\n\
        00:02.000 --> 00:03.000\r\nover\u{202e}lapping\r\n\r\n\
        00:05.000 --> 99:00:00.000\r\nlonger than the recording\r\n\r\n\
        90:00:00.000 --> 99:00:00.000\r\nbehind its end\r\n";
    let cue = "00:01.000 --> 00:02.000\nx\n\n";
    let many = format!("WEBVTT\n\n{}", cue.repeat(50_010));
    let huge = format!(
        "WEBVTT\n\n00:01.000 --> 00:02.000\n{}\n",
        "x".repeat(9 << 20)
    );
    let mock = with_captions([
        ("en-00", hostile.into()),
        ("de-DE", many.clone().into()),
        ("fr-00", huge.into()),
    ])
    .await;
    let folder = tempfile::tempdir().unwrap();
    let (_, stderr) = saved(&mock, folder.path(), &["--captions=srt"]);
    let text = text_of(folder.path(), "a.en.srt");
    assert!(
        text.starts_with("1\r\n00:00:01,000 --> 00:00:09,000\r\nalert(1)<b[31m\r\n\r\n2\r\n"),
        "{text}"
    );
    assert!(text.contains("3\r\n00:00:05,000 --> 99:00:00,000\r\nlonger"));
    assert!(text.contains("4\r\n90:00:00,000 --> 99:00:00,000\r\nbehind"));
    let is_allowed = |character: char| !character.is_control() || "\r\n".contains(character);
    assert!(text.chars().all(is_allowed), "{text:?}");
    // The file is too large to be fetched.
    assert!(
        stderr.contains("no captions") && stderr.contains("fr"),
        "{stderr}"
    );
    assert!(
        stderr.contains("captions: 10 cues could not be converted"),
        "{stderr}"
    );
    assert_eq!(text_of(folder.path(), "a.de-DE.vtt"), many);
    let mut names = file_names(folder.path());
    names.sort();
    assert_eq!(names, ["a.de-DE.srt", "a.de-DE.vtt", "a.en.srt", "a.mp4"]);
    let tracks = tracks(folder.path());
    assert_eq!(tracks[0], ("eng".to_owned(), 6));
    assert_eq!(tracks.len(), 2);
}
