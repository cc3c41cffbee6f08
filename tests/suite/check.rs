//! `ustream-dl check`: is a film that was saved still whole?

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::command_line::CliCommand;
use crate::mock_service::{MAIN, MockService, file_names};
use crate::movies::fixture;

/// A recording with one segment that is permanently unavailable.
const HOLED: u64 = 134_300_016;
/// A recording that the service has as one file.
const DIRECT: u64 = 134_300_027;

/// Saves a recording and returns the path of the file.
fn saved(mock: &MockService, recording: u64, folder: &Path, options: &[&str]) -> PathBuf {
    let run = CliCommand::new(mock).save(recording);
    let run = run.args(options.iter().copied()).arg("-o").arg(folder);
    let (code, out, err) = run.finish();
    assert_eq!(code, 0, "{err}");
    PathBuf::from(out.trim_end())
}

fn check(paths: &[&Path], options: &[&str]) -> (i32, String, String) {
    let run = CliCommand::without_service().arg("check");
    let run = run.args(options.iter().copied());
    paths.iter().fold(run, CliCommand::arg).finish()
}

/// Returns the events that a check of one file or folder prints with `--json`.
fn events(path: &Path) -> Vec<Value> {
    let (_, out, err) = check(&[path], &["--json", "--recursive"]);
    let events = out.lines().map(|line| serde_json::from_str(line).unwrap());
    let events: Vec<_> = events.collect();
    assert!(!events.is_empty(), "{err}");
    events
}

fn change_a_byte(path: &Path, position: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[position] ^= 0x10;
    fs::write(path, bytes).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_saved_file_is_whole_until_a_single_bit_changes() {
    let mock = MockService::demo().await;
    for (recording, options, proof) in [
        (MAIN, &[][..], "checksum"),
        (MAIN, &["--format", "original"], "checksum"),
        (MAIN, &["--quality", "audio"], "checksum"),
        // What is missing was accepted; it is still what was saved.
        (HOLED, &["--keep-gaps"], "checksum"),
        (DIRECT, &[], "checksum"),
        // Kept byte by byte, so nothing is noted in it.
        (DIRECT, &["--format", "original"], "frames"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = saved(&mock, recording, folder.path(), options);
        let event = &events(&path)[0];
        assert_eq!(event["event"], "checked", "{options:?}");
        assert_eq!(
            (&event["whole"], &event["proof"]),
            (&json!(true), &json!(proof)),
            "{event}"
        );
        assert_eq!(event["damage"], json!([]));
        if proof == "checksum" {
            let length = fs::metadata(&path).unwrap().len();
            change_a_byte(&path, usize::try_from(length / 2).unwrap());
            let event = &events(&path)[0];
            assert_eq!(event["whole"], false, "{event}");
            assert_eq!(event["damage"][0]["damage"], "changed");
        }
    }
}

#[test]
fn a_film_made_of_files_on_this_computer_has_a_checksum_too() {
    let folder = tempfile::tempdir().unwrap();
    let film = folder.path().join("film.mp4");
    let run = CliCommand::without_service().arg("remux");
    let (code, _, err) = run.arg(fixture("film.flv")).arg(&film).finish();
    assert_eq!(code, 0, "{err}");
    let (code, out, err) = check(&[&film], &[]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(
        out.starts_with("whole: ") && out.contains("every byte is as it was saved"),
        "{out}"
    );

    let mut bytes = fs::read(&film).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 9000].fill(0);
    fs::write(&film, bytes).unwrap();
    let (code, out, err) = check(&[&film], &[]);
    assert_eq!(
        (code, err.as_str()),
        (6, "error: not all files are whole\n")
    );
    let lines: Vec<_> = out.lines().collect();
    assert_eq!(lines[0], format!("damaged: {}", film.display()));
    assert_eq!(
        lines[1],
        "  changed: its bytes are not those that were saved"
    );
    assert!(
        lines[2].contains(" frames of ") && lines[2].contains(" at 0:0"),
        "{out}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_is_checked_with_what_should_be_beside_each_film() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("archive");
    let (talks, other) = (archive.join("talks"), archive.join("other"));
    fs::create_dir_all(&talks).unwrap();
    let film = saved(&mock, MAIN, &talks, &["--captions", "--info-json"]);
    let captions = file_names(&talks);
    let captions = captions
        .iter()
        .find(|name| Path::new(name).extension().is_some_and(|it| it == "vtt"))
        .expect("captions");
    // A film of another program, an unfinished download, and what is no film.
    fs::create_dir_all(other.join("film.part")).unwrap();
    fs::copy(fixture("film.flv"), other.join("foreign.FLV")).unwrap();
    fs::write(other.join("film.part/output.mp4"), "unfinished").unwrap();
    fs::write(other.join("notes.txt"), "no film").unwrap();

    let (code, out, err) = check(&[&archive], &["-r"]);
    assert_eq!(code, 0, "{out}{err}");
    assert_eq!(err, "2 files: 2 whole, 0 damaged\n");
    assert!(
        out.contains("foreign.FLV") && out.contains("no checksum"),
        "{out}"
    );

    fs::remove_file(talks.join(captions)).unwrap();
    fs::write(other.join("broken.mp4"), "no film").unwrap();
    let (code, out, err) = check(&[&archive], &["-r"]);
    assert_eq!(code, 6);
    assert!(
        out.contains(&format!("damaged: {}", film.display())),
        "{out}"
    );
    assert!(
        out.contains(&format!("  missing: the captions {captions}")),
        "{out}"
    );
    assert!(
        err.contains("3 files: 1 whole, 1 damaged, 1 not checked"),
        "{err}"
    );
}

#[test]
fn what_cannot_be_checked_is_told_and_decides_the_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let diary = folder.path().join("diary.mp4");
    fs::write(&diary, "dear diary, this is no film at all").unwrap();
    let whole = fixture("small.mp4");
    let (code, out, err) = check(&[&diary, &whole], &[]);
    assert_eq!(code, 8, "{err}");
    assert!(
        out.starts_with("whole: "),
        "the others are checked all the same: {out}"
    );
    assert!(
        err.contains("not checked: ") && err.contains("diary.mp4"),
        "{err}"
    );
    let (code, _, err) = check(&[&folder.path().join("nothing.mp4")], &[]);
    assert_eq!(code, 8, "{err}");
    let (code, _, err) = check(&[folder.path()], &[]);
    assert!(code == 2 && err.contains("--recursive"), "{err}");
    let empty = tempfile::tempdir().unwrap();
    let (code, _, err) = check(&[empty.path()], &["--recursive"]);
    assert!(code == 2 && err.contains("there is no film in"), "{err}");
}
