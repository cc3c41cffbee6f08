//! Disks that are full, cannot be written, or have unusual rules for names.

mod odd;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::command_line::CliCommand;
use crate::mock_service::{MAIN, MockService};
use crate::movies::assert_whole;

/// Exit code for every disk error.
const DISK: i32 = 7;

/// Runs a script in which `"$@"` is the command line, connected to the mock service, and `$disk` is
/// a folder where small disks can be mounted in a private mount namespace.
fn on_a_small_disk(mock: &MockService, folder: &Path, script: &str) -> Output {
    let disk = folder.join("disk");
    fs::create_dir(&disk).unwrap();
    let mut shell = Command::new("unshare");
    shell
        .args(["--map-root-user", "--mount", "sh", "-e", "-c", script, "sh"])
        .env("disk", &disk)
        .env("out", folder);
    CliCommand::under(shell, mock)
        .save(MAIN)
        .args(["-o"])
        .arg(&disk)
        .output()
}

fn stderr_text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn saved(folder: &Path) -> PathBuf {
    let movies = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    movies
        .into_iter()
        .find(|path| path.extension().is_some_and(|ending| ending == "mp4"))
        .expect("the movie was copied out")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_too_small_is_reported_before_anything_is_fetched() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let output = on_a_small_disk(
        &mock,
        folder.path(),
        "mount -t tmpfs -o size=1300k tmpfs $disk; \"$@\"",
    );
    assert_eq!(output.status.code(), Some(DISK), "{}", stderr_text(&output));
    assert!(
        stderr_text(&output).contains("not enough room")
            && stderr_text(&output).contains("--no-space-check"),
        "{}",
        stderr_text(&output)
    );
    let representations = mock.service.coverage(MAIN);
    assert!(
        representations.representations().is_empty(),
        "{representations:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_movie_needs_only_a_small_disk() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let script = "mount -t tmpfs -o size=20m tmpfs $disk; \"$@\"; cp $disk/*.mp4 $out";
    let output = on_a_small_disk(&mock, folder.path(), script);
    assert!(output.status.success(), "{}", stderr_text(&output));
    assert_whole(&saved(folder.path()), "video.mp4", "audio.mp4", 1_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn resuming_is_not_advised_if_nothing_can_be_written() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let script = "mount -t tmpfs -o size=200k tmpfs $disk; \"$@\"";
    let output = on_a_small_disk(&mock, folder.path(), script);
    assert_eq!(output.status.code(), Some(DISK), "{}", stderr_text(&output));
    let stderr = stderr_text(&output);
    assert!(stderr.contains("the disk is full"), "{stderr}");
    assert!(!stderr.contains("--no-space-check"), "{stderr}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fills_up_keeps_its_data_and_the_job_resumes_with_free_space() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let script = "mount -t tmpfs -o size=700k tmpfs $disk
        \"$@\" --no-space-check && exit 99
        test $? = 7
        test -s $disk/*.part/journal
        mount -o remount,size=64m $disk
        \"$@\"
        cp $disk/*.mp4 $out";
    let output = on_a_small_disk(&mock, folder.path(), script);
    assert!(
        output.status.success(),
        "{:?} {}",
        output.status,
        stderr_text(&output)
    );
    assert!(
        stderr_text(&output).contains("the disk is full"),
        "{}",
        stderr_text(&output)
    );
    assert_whole(&saved(folder.path()), "video.mp4", "audio.mp4", 1_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_disk_is_reported() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let output = on_a_small_disk(
        &mock,
        folder.path(),
        "mount -t tmpfs -o ro tmpfs $disk; \"$@\"",
    );
    assert_eq!(output.status.code(), Some(DISK), "{}", stderr_text(&output));
    assert!(
        stderr_text(&output).contains("the disk can only be read"),
        "{}",
        stderr_text(&output)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jump_of_the_system_clock_is_harmless() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let jumps = folder.path().join("clock");
    fs::write(&jumps, "+0").unwrap();
    let mut faketime = Command::new("faketime");
    faketime
        .args(["-f", "+0"])
        .env("FAKETIME_TIMESTAMP_FILE", &jumps);
    faketime
        .env("FAKETIME_NO_CACHE", "1")
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    let slow = fake_ustream::Fault::Delay(std::time::Duration::from_millis(100));
    mock.service
        .faults()
        .add(fake_ustream::Rule::new(slow).path("*chunk_*"));
    let child = CliCommand::under(faketime, &mock)
        .save(MAIN)
        .args(["-o"])
        .arg(folder.path())
        .spawn();
    for jump in ["+400d", "-400d", "+0"] {
        tokio::time::sleep(std::time::Duration::from_millis(400)).await;
        fs::write(&jumps, jump).unwrap();
    }
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", stderr_text(&output));
    assert_whole(&saved(folder.path()), "video.mp4", "audio.mp4", 1_000);
}
