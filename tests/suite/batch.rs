//! Many recordings in one command: selected from a channel, read from a file, remembered in an
//! archive.

use std::fs;
use std::path::Path;

use fake_ustream::{Channel, FixtureMovie, GateField, Recording, World};
use serde_json::Value;

use crate::command_line::CliCommand;
use crate::mock_service::{MAIN, MockService, file_names, link};

const CHANNEL: u64 = 7_000_000;
const FIRST: u64 = 200_000_000;
/// 2020-01-01 12:00 UTC: the same date in every time zone.
const NOON_UNIX_S: i64 = 1_577_880_000;

/// A channel with four short recordings of one title, a day apart.
fn channel(gate: Option<Vec<GateField>>) -> World {
    let channel = Channel {
        gate,
        ..Channel::new(CHANNEL, "daily", "four of one name")
    };
    let all = (0..4).map(|number| Recording {
        title: "Daily news".to_owned(),
        channel: Some(CHANNEL),
        created_unix_s: NOON_UNIX_S + number * 86_400,
        movie: FixtureMovie::looped(2),
        ..Recording::new(FIRST + u64::try_from(number).unwrap(), "one of four")
    });
    all.fold(World::empty().channel(channel), World::recording)
}

fn sorted(folder: &Path) -> Vec<String> {
    let mut names = file_names(folder);
    names.sort();
    names
}

/// Saves part of the channel and returns exit code, printed paths and stderr.
fn save(mock: &MockService, folder: &Path, arguments: &[&str]) -> (i32, Vec<String>, String) {
    let run = CliCommand::new(mock).args(arguments.iter().copied());
    let (code, out, err) = run.arg("-o").arg(folder).finish();
    (code, out.lines().map(ToOwned::to_owned).collect(), err)
}

fn saved_recordings(mock: &MockService) -> Vec<u64> {
    let requests = mock.service.requests();
    let mut asked_for: Vec<u64> = requests
        .iter()
        .filter_map(|request| request.connect.as_ref()?["media"].as_str()?.parse().ok())
        .collect();
    asked_for.sort_unstable();
    asked_for.dedup();
    asked_for
}

#[tokio::test(flavor = "multi_thread")]
async fn all_recordings_of_a_channel_are_saved_under_different_names() {
    let mock = MockService::with(channel(None)).await;
    let folder = tempfile::tempdir().unwrap();
    let (code, paths, err) = save(&mock, folder.path(), &["ustream.tv/daily", "--pick", "all"]);
    assert_eq!(code, 0, "{err}");
    let expected = [
        "Daily news (2).mp4",
        "Daily news (3).mp4",
        "Daily news (4).mp4",
        "Daily news.mp4",
    ];
    assert_eq!(sorted(folder.path()), expected);
    assert_eq!(paths.len(), 4, "{paths:?}");
    assert!(
        paths.iter().all(|path| Path::new(path).is_file()),
        "{paths:?}"
    );
    let announced = err
        .lines()
        .find(|line| line.starts_with("Saving 4 videos, "));
    let announced = announced.unwrap_or_else(|| panic!("{err}"));
    assert!(announced.contains(", about ") && announced.contains(" is free in "));
    assert!(err.ends_with("Saved 4 videos.\n"), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn item_numbers_select_and_a_template_names_the_files() {
    let mock = MockService::with(channel(None)).await;
    let folder = tempfile::tempdir().unwrap();
    let arguments = [
        "ustream.tv/daily",
        "--pick",
        "1,3-9",
        "--template",
        "{id} {quality}",
    ];
    let (code, _, err) = save(&mock, folder.path(), &arguments);
    assert_eq!(code, 0, "{err}");
    assert_eq!(
        sorted(folder.path()),
        [
            "200000000 54p.mp4",
            "200000001 54p.mp4",
            "200000003 54p.mp4"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_date_selects_recordings_that_are_not_older() {
    let mock = MockService::with(channel(None)).await;
    let folder = tempfile::tempdir().unwrap();
    let arguments = [
        "ustream.tv/daily",
        "--since",
        "2020-01-03",
        "--template",
        "{date} {id}",
    ];
    let (code, _, err) = save(&mock, folder.path(), &arguments);
    assert_eq!(code, 0, "{err}");
    assert_eq!(
        sorted(folder.path()),
        ["2020-01-03 200000002.mp4", "2020-01-04 200000003.mp4"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn recordings_in_the_archive_are_not_fetched_again() {
    let mock = MockService::with(channel(None)).await;
    let folder = tempfile::tempdir().unwrap();
    let movies = folder.path().join("films");
    fs::create_dir(&movies).unwrap();
    let archive = folder.path().join("archive.txt");
    fs::write(&archive, format!("youtube abc\nustream {}\n", FIRST + 3)).unwrap();
    let path = archive.to_str().unwrap();
    let arguments = ["ustream.tv/daily", "--pick", "1-2", "--archive", path];
    let (code, paths, err) = save(&mock, &movies, &arguments);
    assert_eq!((code, paths.len()), (0, 1), "{err}");
    assert!(
        err.ends_with("Saved 1 video; 1 video saved before.\n"),
        "{err}"
    );
    assert_eq!(saved_recordings(&mock), [FIRST + 2]);
    let lines = fs::read_to_string(&archive).unwrap();
    assert_eq!(
        lines,
        format!(
            "youtube abc\nustream {}\nustream {}\n",
            FIRST + 3,
            FIRST + 2
        )
    );
    let (code, paths, _) = save(&mock, &movies, &arguments);
    assert_eq!((code, paths.len()), (0, 0));
    assert_eq!(
        saved_recordings(&mock),
        [FIRST + 2],
        "it is not requested again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_link_in_a_batch_does_not_stop_the_others() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let movies = folder.path().join("films");
    fs::create_dir(&movies).unwrap();
    let batch = folder.path().join("links.txt");
    let removed = link(134_300_003);
    let again = format!("https://www.ustream.tv/recorded/{MAIN}?again");
    let lines = [
        "# mine",
        &removed,
        &link(MAIN),
        "",
        "no link",
        &link(112_470_601),
        &again,
    ];
    fs::write(&batch, lines.join("\r\n")).unwrap();
    let arguments = ["--batch", batch.to_str().unwrap()];
    let (code, paths, err) = save(&mock, &movies, &arguments);
    assert_eq!(paths.len(), 2, "{err}");
    assert_eq!(sorted(&movies).len(), 2);
    assert!(
        err.contains("no link\nerror: there is no link in that text"),
        "{err}"
    );
    assert!(
        err.contains(&removed) && err.contains("error: there is no such video"),
        "{err}"
    );
    assert!(
        err.ends_with("Saved 2 videos.\nerror: 2 videos were not saved\n"),
        "{err}"
    );
    assert_eq!(code, 2, "the first that failed says the code");
}

#[tokio::test(flavor = "multi_thread")]
async fn json_lines_of_a_batch_name_their_link() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let links = [link(112_470_601), link(134_300_003)];
    let arguments = [links[0].as_str(), &links[1], "--json"];
    let (code, printed, err) = save(&mock, folder.path(), &arguments);
    assert_eq!(code, 3, "{err}");
    let events: Vec<Value> = printed
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let of = |event: &str| events.iter().find(|line| line["event"] == event).unwrap();
    let jobs = |event: &str| of(event)["job"].as_str().unwrap();
    assert_ne!(jobs("saved"), jobs("failed"));
    assert_eq!(of("failed")["link"], links[1]);
    let found = events
        .iter()
        .find(|line| line["job"] == jobs("saved"))
        .unwrap();
    assert_eq!(
        (&found["event"], &found["link"]),
        (&"found".into(), &links[0].as_str().into())
    );
    let summary = of("summary");
    assert_eq!(
        (&summary["saved"], &summary["failed"]),
        (&1.into(), &1.into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_sign_up_opens_all_recordings_of_a_channel() {
    let gate = vec![GateField::new("email", "E-mail", true)];
    let mock = MockService::with(channel(Some(gate))).await;
    let folder = tempfile::tempdir().unwrap();
    let arguments = [
        "ustream.tv/daily",
        "--pick",
        "all",
        "--form",
        "email=ada@example.com",
    ];
    let (code, paths, err) = save(&mock, folder.path(), &arguments);
    assert_eq!((code, paths.len()), (0, 4), "{err}");
    let requests = mock.service.requests();
    let forms = requests
        .iter()
        .filter(|request| request.path.contains("/viewer-registration/save/"));
    assert_eq!(forms.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_videos_cannot_share_one_output_name() {
    let mock = MockService::with(channel(None)).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("film.mp4");
    let (code, _, err) = save(&mock, &file, &["ustream.tv/daily", "--pick", "all"]);
    assert_eq!(code, 2);
    assert!(
        err.contains("film is one file; 4 videos need a folder"),
        "{err}"
    );
    assert!(file_names(folder.path()).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_a_channel_shows_the_item_numbers_for_selection() {
    let mock = MockService::with(channel(None)).await;
    let list = |more: &[&str]| {
        CliCommand::without_service()
            .args(["list", "ustream.tv/daily"])
            .with_service(&mock)
            .args(more.iter().copied())
            .finish()
    };
    let (code, out, err) = list(&[]);
    assert_eq!(code, 0, "{err}");
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.len(), 4);
    let words: Vec<&str> = lines[0].split_whitespace().collect();
    let newest = link(FIRST + 3);
    assert_eq!(words[..2], ["1", "2020-01-04"]);
    assert_eq!(words[3..], ["Daily", "news", &newest]);
    let (_, out, _) = list(&["--json"]);
    let first: Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    assert_eq!(
        (&first["event"], &first["number"]),
        (&"listed".into(), &1.into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_link_of_a_list_is_saved_or_named_with_its_line() {
    let mock = MockService::with(channel(None)).await;
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("links.txt");
    let text = format!(
        "Übersicht der Filme\r{} {}\r\"{}\",\rhttps://www.example.org/none\r",
        link(FIRST),
        link(FIRST + 1),
        link(FIRST + 2)
    );
    let latin1: Vec<u8> = text
        .chars()
        .map(|letter| u8::try_from(letter).unwrap())
        .collect();
    fs::write(&list, latin1).unwrap();
    let saved = tempfile::tempdir().unwrap();
    let run = CliCommand::new(&mock).args(["--batch"]).arg(&list);
    let (code, out, err) = run.arg("-o").arg(saved.path()).finish();
    assert_eq!(out.lines().count(), 3, "{err}");
    assert_ne!(code, 0);
    assert!(err.contains("line 1: Übersicht der Filme"), "{err}");
    assert!(err.contains("https://www.example.org/none"), "{err}");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn without_a_desktop_the_downloads_folder_is_used_if_there_is_one() {
    let mock = MockService::with(channel(None)).await;
    for has_downloads in [true, false] {
        let home = tempfile::tempdir().unwrap();
        let downloads = home.path().join("Downloads");
        if has_downloads {
            fs::create_dir(&downloads).unwrap();
        }
        let run = CliCommand::new(&mock)
            .env("HOME", home.path())
            .env("XDG_CONFIG_HOME", home.path().join("config"));
        let (code, out, err) = run.save(FIRST).finish();
        assert_eq!(code, 0, "{err}");
        let folder = Path::new(out.trim_end()).parent().unwrap();
        let expected = if has_downloads {
            &downloads
        } else {
            home.path()
        };
        assert_eq!(folder, expected);
    }
}
