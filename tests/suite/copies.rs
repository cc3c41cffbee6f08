//! What files are called, which folders a template makes, and that nothing is saved twice unless it
//! is asked for.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::command_line::CliCommand;
use crate::mock_service::{MAIN, MockService, file_names};
use crate::movies::{assert_plays, packets, tags};

/// A recording of audio alone.
const AUDIO_ONLY: u64 = 134_300_017;
/// A recording with one segment that is permanently unavailable.
const HOLED: u64 = 134_300_016;
/// A recording with a title of 300 characters.
const LONG_TITLE: u64 = 134_300_023;
/// A recording that the service has as one file.
const SINGLE_FILE: u64 = 134_300_027;

/// How many requests for media the service has answered.
fn media_requests(mock: &MockService, recording: u64) -> u32 {
    let coverage = mock.service.coverage(recording);
    let chunks = coverage.chunks.values();
    chunks.flat_map(|chunks| chunks.values()).sum()
}

/// Saves a recording and returns its path and what was printed on stderr.
fn save(mock: &MockService, recording: u64, output: &Path, more: &[&str]) -> (PathBuf, String) {
    let run = CliCommand::new(mock).save(recording);
    let run = run.args(more.iter().copied()).arg("-o").arg(output);
    let (code, out, err) = run.finish();
    assert_eq!(code, 0, "{more:?}: {err}");
    (PathBuf::from(out.trim_end_matches('\n')), err)
}

fn major_brand(movie: &Path) -> String {
    let bytes = fs::read(movie).unwrap();
    String::from_utf8(bytes[8..12].to_vec()).unwrap()
}

/// Saves twice, and asserts that the second run finds what the first one has saved.
fn assert_known(mock: &MockService, recording: u64, output: &Path, more: &[&str]) {
    let (path, _) = save(mock, recording, output, more);
    let before = media_requests(mock, recording);
    let (again, err) = save(mock, recording, output, more);
    assert_eq!(again, path, "{more:?}");
    assert!(err.contains("Saved already"), "{more:?}: {err}");
    assert_eq!(media_requests(mock, recording), before, "{more:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_command_again_fetches_nothing_and_says_where_the_file_is() {
    let mock = MockService::demo().await;
    for more in [
        &[][..],
        &["--quality", "smallest"],
        &["--quality", "audio"],
        &["--format", "original"],
        &["--remux", "ffmpeg"],
        &["--template", "{owner}/{title} [{id}]"],
    ] {
        let folder = tempfile::tempdir().unwrap();
        assert_known(&mock, MAIN, folder.path(), more);
        assert_eq!(file_names(folder.path()).len(), 1, "{more:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    assert_known(&mock, MAIN, &folder.path().join("talk.mp4"), &[]);
    assert_eq!(file_names(folder.path()), ["talk.mp4"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_file_is_known_again_remuxed_or_as_it_is() {
    let mock = MockService::demo().await;
    for more in [&[][..], &["--format", "original"]] {
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = save(&mock, SINGLE_FILE, folder.path(), more);
        let before = media_requests(&mock, SINGLE_FILE);
        let (again, err) = save(&mock, SINGLE_FILE, folder.path(), more);
        assert_eq!(again, path);
        assert!(err.contains("Saved already"), "{err}");
        let later = media_requests(&mock, SINGLE_FILE) - before;
        assert!(
            later <= 1,
            "only its size is asked for, and not {later} parts"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_hears_that_a_video_is_saved_already() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = save(&mock, MAIN, folder.path(), &[]);
    let run = CliCommand::new(&mock).save(MAIN).arg("--json").arg("-o");
    let (code, out, err) = run.arg(folder.path()).finish();
    assert_eq!((code, err.as_str()), (0, ""));
    let last: Value = serde_json::from_str(out.lines().last().unwrap()).unwrap();
    assert_eq!(last["event"], "saved");
    assert_eq!(last["saved_before"], true);
    assert_eq!(last["path"], path.to_str().unwrap());
    assert_eq!(last["size_bytes"], fs::metadata(&path).unwrap().len());
    assert!(last["duration_ms"].as_u64() > Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn again_saves_it_once_more() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("archive.txt");
    let archive = ["--archive", archive.to_str().unwrap()];
    let movies = folder.path().join("movies/");
    let (first, _) = save(&mock, MAIN, &movies, &archive);
    let (again, _) = save(&mock, MAIN, &movies, &[&archive[..], &["--again"]].concat());
    assert_ne!(again, first);
    assert_eq!(file_names(&movies).len(), 2);
    assert_plays(&again);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_file_is_known_and_another_quality_or_a_damaged_file_is_not() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = save(&mock, MAIN, folder.path(), &[]);
    let renamed = folder.path().join("My talk.mp4");
    fs::rename(&path, &renamed).unwrap();
    assert_eq!(save(&mock, MAIN, folder.path(), &[]).0, renamed);

    let (small, _) = save(&mock, MAIN, folder.path(), &["--quality", "smallest"]);
    assert_eq!(small, path, "another quality is another video");
    fs::remove_file(&small).unwrap();

    let bytes = fs::read(&renamed).unwrap();
    fs::write(&renamed, &bytes[..bytes.len() - 9]).unwrap();
    let (whole, _) = save(&mock, MAIN, folder.path(), &[]);
    assert_eq!(whole, path, "a file that was cut off is not whole");
    assert_plays(&whole);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_moved_to_a_folder_below_is_known_and_marked_in_the_list() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = save(
        &mock,
        MAIN,
        folder.path(),
        &["--template", "{date} {title}"],
    );
    let moved = folder.path().join("talks/first.mp4");
    fs::create_dir(folder.path().join("talks")).unwrap();
    fs::rename(&path, &moved).unwrap();
    let before = media_requests(&mock, MAIN);
    for template in ["{date} {title}", "{owner}/{title}", "{id}"] {
        let (again, err) = save(&mock, MAIN, folder.path(), &["--template", template]);
        assert_eq!(again, moved, "{template}: {err}");
    }
    assert_eq!(media_requests(&mock, MAIN), before);

    let list = |more: &[&str]| {
        let run = CliCommand::without_service();
        let run = run.args(["list", "https://video.ibm.com/channel/practice"]);
        let run = run.with_service(&mock);
        let (code, out, err) = run
            .args(more.iter().copied())
            .arg("-o")
            .arg(folder.path())
            .finish();
        assert_eq!(code, 0, "{err}");
        out
    };
    let text = list(&[]);
    let marked: Vec<_> = text
        .lines()
        .filter(|line| line.contains(" saved  "))
        .collect();
    assert!(
        matches!(marked[..], [line] if line.ends_with(&MAIN.to_string())),
        "{text}"
    );
    let json = list(&["--json"]);
    let entries = json
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let saved = entries.filter(|entry| entry["saved"] == true);
    let saved: Vec<_> = saved.map(|entry| entry["recording"].clone()).collect();
    assert_eq!(saved, [MAIN.to_string()]);
    assert!(json.lines().count() > 1);

    // Who types a name wants that file.
    let (typed, _) = save(&mock, MAIN, &folder.path().join("second.mp4"), &[]);
    assert_plays(&typed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_movie_with_gaps_is_fetched_again() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let (first, _) = save(&mock, HOLED, folder.path(), &["--keep-gaps"]);
    let (second, err) = save(&mock, HOLED, folder.path(), &["--keep-gaps"]);
    assert_ne!(first, second, "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_counts_what_is_saved_already() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    save(&mock, MAIN, folder.path(), &[]);
    let run = CliCommand::new(&mock).save(MAIN).save(AUDIO_ONLY).arg("-o");
    let (code, out, err) = run.arg(folder.path()).finish();
    assert_eq!(code, 0, "{err}");
    assert_eq!(out.lines().count(), 2);
    assert!(
        err.ends_with("Saved 1 video; 1 video saved before.\n"),
        "{err}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_gets_a_page_and_a_list_of_its_movies() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let template = ["--template", "{owner}/{title}", "--info-json", "--captions"];
    let (path, _) = save(&mock, MAIN, folder.path(), &template);
    save(&mock, AUDIO_ONLY, folder.path(), &template);
    let run = CliCommand::without_service()
        .arg("index")
        .arg(folder.path());
    let (code, out, err) = run.finish();
    assert_eq!((code, err.as_str()), (0, "2 films.\n"));
    let page = fs::read_to_string(out.trim_end()).unwrap();
    assert!(page.contains("<video") && page.contains("<audio"));
    assert!(page.contains("data:image/jpeg;base64,"));

    let json = fs::read(folder.path().join("videos.json")).unwrap();
    let list: Value = serde_json::from_slice(&json).unwrap();
    let (videos, id) = (list["videos"].as_array().unwrap(), MAIN.to_string());
    let video = videos
        .iter()
        .find(|video| video["recording"] == id.as_str());
    let video = video.unwrap();
    let file = folder.path().join(video["file"].as_str().unwrap());
    assert_eq!(file, path);
    let tags = tags(&path);
    for field in ["title", "date"] {
        assert!(
            tags.contains(video[field].as_str().unwrap()),
            "{field}: {tags}"
        );
    }
    assert_eq!(
        video["link"],
        format!("https://video.ibm.com/recorded/{MAIN}")
    );
    assert!(video["duration_ms"].as_u64() > Some(1_000));
    let captions = video["captions"].as_array().unwrap();
    assert!(!captions.is_empty());
    for captions in captions {
        assert!(
            folder
                .path()
                .join(captions["file"].as_str().unwrap())
                .is_file()
        );
        let link = captions["file"].as_str().unwrap().replace(' ', "%20");
        assert!(page.contains(&link), "{link}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_runs_with_each_file_that_was_saved() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let program = env!("CARGO_BIN_EXE_ustream-dl-tested");
    let run = |more: &str| {
        let run = CliCommand::new(&mock).save(MAIN).save(AUDIO_ONLY);
        let run = run.args(["--template", "a  b; {title}", "--exec"]);
        let run = run.arg(format!("\"{program}\" check {{}} {more}"));
        run.arg("-o").arg(folder.path()).finish()
    };
    let (code, out, err) = run("");
    assert_eq!(code, 0, "{err}");
    assert_eq!(out.lines().count(), 2, "only the paths: {out}");
    assert_eq!(err.matches("whole: ").count(), 2, "{err}");

    let (code, _, err) = run("--nonsense");
    assert_eq!(code, 0, "nothing was saved, so nothing runs: {err}");
    for name in file_names(folder.path()) {
        fs::remove_file(folder.path().join(name)).unwrap();
    }
    let (code, out, err) = run("--nonsense");
    assert_eq!((code, out.lines().count()), (9, 2), "{err}");
    assert_eq!(err.matches("--exec with ").count(), 2, "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slash_in_a_template_makes_a_folder_in_which_a_download_resumes() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let template = ["--template", "{owner}/{date}/../{title}"];
    let recording = mock.service.world().find_recording(HOLED).unwrap();
    let (owner, title) = (recording.owner.clone(), recording.title.clone());
    let run = CliCommand::new(&mock).save(HOLED).args(template).arg("-o");
    let (code, _, err) = run.arg(folder.path()).finish();
    assert_eq!(code, 6, "{err}");
    assert_eq!(file_names(folder.path()), [owner.as_str()]);
    let day = folder.path().join(&owner).join("2018-01-01");
    assert_eq!(file_names(&day), [format!("{title}.part")]);

    let more = [&template[..], &["--keep-gaps"]].concat();
    let (path, _) = save(&mock, HOLED, folder.path(), &more);
    assert_eq!(path, day.join(format!("{title}.mp4")));
    assert_eq!(file_names(&day), [format!("{title}.mp4")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_title_leaves_the_other_fields_in_the_name() {
    let mock = MockService::demo().await;
    for (template, end) in [
        ("{title} [{id}]", format!(" [{LONG_TITLE}].mp4")),
        ("{title} {date} {quality}", " 2018-01-01 54p.mp4".to_owned()),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = save(&mock, LONG_TITLE, folder.path(), &["--template", template]);
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(
            name.starts_with("Long Long") && name.ends_with(&end),
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_has_one_day_in_every_time_zone() {
    let mock = MockService::demo().await;
    for zone in ["America/Los_Angeles", "Pacific/Kiritimati", "UTC"] {
        let folder = tempfile::tempdir().unwrap();
        let run = CliCommand::new(&mock).save(MAIN).env("TZ", zone);
        let run = run.args(["--info-json", "--template", "{date} {id}", "-o"]);
        let (code, out, err) = run.arg(folder.path()).finish();
        assert_eq!(code, 0, "{err}");
        let path = Path::new(out.trim_end());
        let name = format!("2018-01-01 {MAIN}.mp4");
        assert_eq!(path, folder.path().join(name), "{zone}");
        assert!(tags(path).contains("TAG:date=2018-01-01"));
        let info = fs::read_to_string(path.with_extension("info.json")).unwrap();
        let info: Value = serde_json::from_str(&info).unwrap();
        assert_eq!(info["upload_date"], "20180101");

        let resolve = CliCommand::without_service().arg("resolve");
        let resolve = resolve.with_service(&mock).save(MAIN).env("TZ", zone);
        let (_, out, _) = resolve.finish();
        assert!(out.contains("2018-01-01"), "{zone}: {out}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn audio_alone_is_an_m4a_with_its_brand() {
    let mock = MockService::demo().await;
    for (recording, more) in [
        (AUDIO_ONLY, &[][..]),
        (MAIN, &["--quality", "audio"]),
        (MAIN, &["--quality", "audio", "--remux", "ffmpeg"]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = save(&mock, recording, folder.path(), more);
        assert!(
            path.extension().is_some_and(|found| found == "m4a"),
            "{path:?}"
        );
        assert_eq!(major_brand(&path), "M4A ", "{more:?}");
        assert!(!packets(&path, "a:0").is_empty());
    }
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = save(&mock, MAIN, folder.path(), &[]);
    assert_eq!(major_brand(&path), "isom");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_extension_that_is_named_is_kept() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for (name, more, brand) in [
        ("one.m4a", &[][..], "M4A "),
        ("two.m4a", &["--quality", "audio"], "M4A "),
        ("three.mp4", &["--quality", "audio"], "isom"),
        ("four.m4v", &[], "isom"),
    ] {
        let (path, _) = save(&mock, MAIN, &at(name), more);
        assert_eq!(path, at(name));
        assert_eq!(major_brand(&path), brand, "{name}");
    }
    let (path, _) = save(&mock, MAIN, &at("five.flv"), &[]);
    assert_eq!(path, at("five.flv"));
    assert_plays(&path);
    assert!(fs::read(&path).unwrap().starts_with(b"FLV"));
    let (path, _) = save(&mock, AUDIO_ONLY, &at("Talk 2.0"), &[]);
    assert_eq!(path, at("Talk 2.0.m4a"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_extension_that_is_not_possible_is_refused_before_anything_is_fetched() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    for (name, more, word) in [
        ("talk.mkv", &[][..], ".mp4"),
        ("talk.mov", &[], ".mp4"),
        ("talk.ogg", &["--quality", "audio"], ".mp3"),
        ("talk.mp3", &["--quality", "720"], ".mp4"),
        ("talk.m4a", &["--quality", "720"], ".mp4"),
        ("talk.flv", &["--format", "mp4"], ".mp4"),
        // Known only when the service has been asked.
        ("talk.mp4", &["--format", "original"], ".flv"),
    ] {
        let run = CliCommand::new(&mock).save(MAIN).args(more.iter().copied());
        let (code, out, err) = run.arg("-o").arg(folder.path().join(name)).finish();
        assert_eq!((code, out.as_str()), (2, ""), "{name}: {err}");
        assert!(err.contains(word), "{name}: {err}");
    }
    assert_eq!(file_names(folder.path()), [] as [&str; 0]);
    assert_eq!(media_requests(&mock, MAIN), 0);
}
