//! Disks that are not as ours: short names, few letters, small files, errors of every kind. They are
//! made by a library that changes what the system says; see `odd_disk.c`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::command_line::CliCommand;
use crate::disk::DISK;
use crate::mock_service::{MAIN, MockService, file_names};
use crate::movies::assert_whole;

/// A recording whose title is as long as the service allows.
const LONG_TITLE: u64 = 134_300_023;

/// Returns the library that lays an odd disk over the real one.
fn odd_disk() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        // Tests may run in several processes, which all compile it.
        let new = folder.join(format!("odd_disk-{}.so", std::process::id()));
        let compiled = Command::new("cc")
            .args(["-shared", "-fPIC", "-Wall", "-Werror", "-o"])
            .arg(&new)
            .args(["suite/disk/odd_disk.c", "-ldl"])
            .status()
            .unwrap();
        assert!(compiled.success());
        let library = folder.join("odd_disk.so");
        fs::rename(&new, &library).unwrap();
        library
    })
}

/// Saves a recording on a disk with these rules; returns exit code and stderr.
fn save_on(
    mock: &MockService,
    (recording, output): (u64, &Path),
    rules: &[(&str, i32)],
) -> (i32, String) {
    let mut command = CliCommand::new(mock)
        .save(recording)
        .arg("-o")
        .arg(output)
        .env("LD_PRELOAD", odd_disk());
    for (rule, value) in rules {
        command = command.env(rule, value.to_string());
    }
    let (code, _, stderr) = command.finish();
    (code, stderr)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_as_short_as_the_disk_wants_it() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    // eCryptfs and encrypted shares of a Synology; then a disk that takes still less.
    for longest in [143, 100] {
        let output = folder.path().join(longest.to_string());
        fs::create_dir(&output).unwrap();
        let rules = [("ODD_NAME_MAX", longest)];
        let (code, stderr) = save_on(&mock, (LONG_TITLE, &output), &rules);
        assert_eq!(code, 0, "{stderr}");
        let names = file_names(&output);
        assert_eq!(names.len(), 1, "{names:?}");
        let length = i32::try_from(names[0].len()).unwrap();
        assert!((longest / 2..=longest).contains(&length), "{names:?}");
    }
    // A name that the person gave is cut too, between two letters.
    let given = folder.path().join(format!("{}.mp4", "会".repeat(59)));
    let (code, stderr) = save_on(&mock, (MAIN, &given), &[("ODD_NAME_MAX", 143)]);
    assert_eq!(code, 0, "{stderr}");
    let cut = folder.path().join(format!("{}.mp4", "会".repeat(37)));
    assert!(cut.exists(), "{:?}", file_names(folder.path()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_refuses_letters_gets_a_plain_name() {
    let mock = MockService::demo().await;
    // EINVAL (exFAT, NTFS), EILSEQ (ZFS), ENOENT (SMB).
    for errno in [22, 84, 2] {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("Año Nuevo 🎆.mp4");
        let (code, stderr) = save_on(&mock, (MAIN, &output), &[("ODD_NAMES", errno)]);
        assert_eq!(code, 0, "{errno}: {stderr}");
        assert_eq!(file_names(folder.path()), ["Ano Nuevo.mp4"], "{errno}");
    }
    let folder = tempfile::tempdir().unwrap();
    let (code, stderr) = save_on(&mock, (MAIN, folder.path()), &[("ODD_MKDIR", 22)]);
    assert_eq!(code, DISK);
    assert!(stderr.contains("does not take that name"), "{stderr}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_cause_has_its_own_words() {
    let mock = MockService::demo().await;
    let gone = "the folder is not there";
    let causes = [
        (30, "the disk can only be read"),
        (122, "your share of the disk is used up"),
        (31, "holds as many folders as its disk allows"),
        (36, "does not take that name"),
        (13, "the folder or file cannot be written"),
        // EIO, ENXIO, ENODEV, ENOTCONN, ESTALE
        (5, gone),
        (6, gone),
        (19, gone),
        (107, gone),
        (116, gone),
    ];
    for (errno, words) in causes {
        let folder = tempfile::tempdir().unwrap();
        let (code, stderr) = save_on(&mock, (MAIN, folder.path()), &[("ODD_MKDIR", errno)]);
        assert_eq!(code, DISK, "{errno}: {stderr}");
        assert!(stderr.contains(words), "{errno}: {stderr}");
    }
    let causes = [
        (27, "larger than a file may be on that disk"),
        (28, "the disk is full"),
        (30, "the disk can only be read"),
        (122, "your share of the disk is used up"),
        (5, gone),
        (19, gone),
    ];
    for (errno, words) in causes {
        let folder = tempfile::tempdir().unwrap();
        let rules = [("ODD_WRITE", errno), ("ODD_AFTER", 60_000)];
        let (code, stderr) = save_on(&mock, (MAIN, folder.path()), &rules);
        assert_eq!(code, DISK, "{errno}: {stderr}");
        assert!(stderr.contains(words), "{errno}: {stderr}");
    }
}

/// Returns how many media segments were served, repeated ones included.
fn served(mock: &MockService) -> usize {
    let chunks = mock.service.coverage(MAIN).chunks;
    let times = chunks.values().flat_map(BTreeMap::values);
    times.map(|times| *times as usize).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_disk_took_of_a_large_movie_goes_on_on_another() {
    let mock = MockService::demo().await;
    let (small, large) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let rules = [("ODD_WRITE", 27), ("ODD_AFTER", 300_000)];
    let (code, stderr) = save_on(&mock, (MAIN, small.path()), &rules);
    assert_eq!(code, DISK, "{stderr}");
    assert!(stderr.contains("--continue-from"), "{stderr}");
    let served_before = served(&mock);

    let (code, _, stderr) = CliCommand::new(&mock)
        .save(MAIN)
        .arg("-o")
        .arg(large.path())
        .arg("--continue-from")
        .arg(small.path())
        .finish();
    assert_eq!(code, 0, "{stderr}");
    let names = file_names(large.path());
    assert_whole(
        &large.path().join(&names[0]),
        "video.mp4",
        "audio.mp4",
        1_000,
    );
    assert_eq!(file_names(small.path()), [""; 0]);
    let distinct: usize = mock
        .service
        .coverage(MAIN)
        .chunks
        .values()
        .map(BTreeMap::len)
        .sum();
    let twice = served(&mock) - distinct;
    // Those that were on their way when the disk refused them; everything before is kept.
    assert!(twice < served_before / 2, "{twice} of {served_before}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_movie_larger_than_a_file_may_be_is_reported_before_anything_is_fetched() {
    let mock = MockService::demo().await;
    let (small, large) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let limited = |arguments: &[&str]| {
        let mut shell = Command::new("sh");
        // Blocks of 512 bytes.
        shell.args(["-c", "ulimit -f 500; exec \"$@\"", "sh"]);
        let run = CliCommand::under(shell, &mock).save(MAIN).arg("-o");
        run.arg(small.path())
            .args(arguments.iter().copied())
            .finish()
    };
    let (code, _, stderr) = limited(&[]);
    assert_eq!(code, DISK, "{stderr}");
    assert!(stderr.contains("larger than a file may be"), "{stderr}");
    assert!(mock.service.coverage(MAIN).representations().is_empty());

    // The person insists: the limit is met on the way, and does not end the program.
    let (code, _, stderr) = limited(&["--no-space-check"]);
    assert_eq!(code, DISK, "{stderr}");
    assert!(stderr.contains("larger than a file may be"), "{stderr}");

    let run = CliCommand::new(&mock).save(MAIN).arg("-o");
    let run = run
        .arg(large.path())
        .arg("--continue-from")
        .arg(small.path());
    let (code, _, stderr) = run.finish();
    assert_eq!(code, 0, "{stderr}");
    let names = file_names(large.path());
    assert_whole(
        &large.path().join(&names[0]),
        "video.mp4",
        "audio.mp4",
        1_000,
    );
}
