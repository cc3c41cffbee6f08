//! How the command line writes to a terminal, stops, reads a password, and reports an incomplete
//! movie.

use std::ffi::OsStr;
#[cfg(target_os = "linux")]
use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::path::Path;
#[cfg(unix)]
use std::process::{Command, Stdio};
#[cfg(target_os = "linux")]
use std::time::{Duration, Instant};

#[cfg(unix)]
use fake_ustream::{Fault, Rule};
use serde_json::Value;

use crate::command_line::CliCommand;
#[cfg(target_os = "linux")]
use crate::mock_service::is_unfinished;
use crate::mock_service::{MAIN, MockService, file_names, link};

/// A recording with a password.
const LOCKED: u64 = 134_300_001;
/// A recording with one segment that is permanently unavailable.
const HOLED: u64 = 134_300_016;

/// Clears the screen, sets a title and reverses the line: as C0, C1 and bidi control characters.
const HOSTILE: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}\u{2066}\u{7f}\u{8}";

fn is_harmless(text: &str) -> bool {
    let turns = |c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !text.contains(|c: char| c != '\n' && (c.is_control() || turns(c)))
}

fn lines(out: &str) -> Vec<Value> {
    out.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn control_characters_in_batch_links_do_not_reach_the_terminal() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let batch = folder.path().join("links.txt");
    let lines_of_batch = [
        format!("no link {HOSTILE}"),
        format!("https://www.example.org/{HOSTILE}/a\rb"),
        format!("{}?{HOSTILE}", link(134_300_003)),
    ];
    fs::write(&batch, lines_of_batch.join("\n")).unwrap();
    for verbosity in [&[][..], &["-vv"]] {
        let run = CliCommand::new(&mock).args(verbosity.iter().copied());
        let run = run.arg("--batch").arg(&batch).arg("-o");
        let (code, out, err) = run.arg(folder.path()).finish();
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(is_harmless(&err), "{err:?}");
        assert!(err.contains("no link \\u{1b}[2J"), "{err}");
    }
    let run = CliCommand::new(&mock)
        .arg("--json")
        .arg("--batch")
        .arg(&batch);
    let (_, out, err) = run.arg("-o").arg(folder.path()).finish();
    assert!(is_harmless(&out) && is_harmless(&err), "{out:?} {err:?}");
    let failed = lines(&out);
    assert_eq!(
        failed[0]["link"], lines_of_batch[0],
        "a script reads it as it was"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn control_characters_in_titles_names_and_arguments_do_not_reach_the_terminal() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    // Windows has no names with control characters.
    let name = if cfg!(windows) { "films" } else { HOSTILE };
    let strange = folder.path().join(name);
    // The title of the recording and the name of the folder both hold control characters.
    let run = CliCommand::new(&mock)
        .save(134_300_021)
        .arg("-vv")
        .arg("-o");
    let (code, out, err) = run.arg(strange.join("")).finish();
    assert_eq!(code, 0, "{err}");
    assert!(is_harmless(&err), "{err:?}");
    let path = out.trim_end_matches('\n');
    assert!(
        Path::new(path).starts_with(&strange) && Path::new(path).exists(),
        "a script reads the path as it is: {path:?}"
    );
    for arguments in [
        &["remux", HOSTILE][..],
        &["--quality", HOSTILE, "x"],
        &[HOSTILE, "--batch", HOSTILE],
        &["resolve", HOSTILE],
    ] {
        let (code, out, err) = CliCommand::without_service()
            .args(arguments.iter().copied())
            .finish();
        assert_eq!(code, 2, "{err}");
        assert!(is_harmless(&out) && is_harmless(&err), "{err:?}");
    }
}

/// Runs the command on a recording with a password, with these extra arguments and inputs.
fn unlock(mock: &MockService, more: &[&OsStr], typed: &str, variable: &str) -> (i32, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut run = CliCommand::new(mock).save(LOCKED).arg("-vv");
    for argument in more {
        run = run.arg(argument);
    }
    let run = run.arg("-o").arg(folder.path());
    let mut child = run.env("USTREAM_DL_PASSWORD", variable).spawn_with_stdin();
    let stdin = child.stdin.take();
    stdin.unwrap().write_all(typed.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(!stderr.contains("sesame"), "the log has it: {stderr}");
    let code = output.status.code().unwrap();
    assert_eq!(file_names(folder.path()).len(), usize::from(code == 0));
    (code, stderr)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_may_come_from_a_file_from_stdin_or_from_the_environment() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password.txt");
    fs::write(&file, "open sesame\r\nsecond line\n").unwrap();
    let option = OsStr::new("--password-file");
    let from_file = [option, file.as_os_str()];
    for (more, typed, variable) in [
        (&from_file[..], "", ""),
        (&from_file, "", "another sesame"),
        (&[option, OsStr::new("-")], "open sesame\n", ""),
        (&[], "", "open sesame"),
    ] {
        let (code, stderr) = unlock(&mock, more, typed, variable);
        assert_eq!(code, 0, "{more:?}: {stderr}");
    }
    let (code, stderr) = unlock(&mock, &[], "", "another sesame");
    assert_eq!(code, 4, "{stderr}");
    // Without a terminal there is no prompt.
    let (code, stderr) = unlock(&mock, &[], "open sesame\n", "");
    assert_eq!(code, 4, "{stderr}");
    assert!(stderr.contains("--password-file FILE"), "{stderr}");
    let missing = folder.path().join("nothing there");
    let (code, stderr) = unlock(&mock, &[option, missing.as_os_str()], "", "");
    assert!(code == 2 && stderr.contains("nothing there"), "{stderr}");
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_media_is_reported_as_json_and_as_text() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let save = |more: &[&str]| {
        let run = CliCommand::new(&mock)
            .save(HOLED)
            .args(more.iter().copied());
        run.arg("-o").arg(folder.path()).finish()
    };
    let (code, _, err) = save(&[]);
    assert_eq!(code, 6);
    assert!(
        err.contains("this video is not complete; what is here is kept"),
        "{err}"
    );
    let (code, out, _) = save(&["--json"]);
    let events = lines(&out);
    let failed = events.last().unwrap();
    assert_eq!((code, &failed["event"]), (6, &"failed".into()));
    assert_eq!(failed["missing"][0]["what"], "segments");
    let gap = &failed["gaps"][0];
    assert!(gap["duration_ms"].as_u64().unwrap() > 0, "{failed}");

    let (code, out, err) = save(&["--keep-gaps", "--json"]);
    assert_eq!(code, 0, "{err}");
    let events = lines(&out);
    let saved = events.last().unwrap();
    assert_eq!(saved["event"], "saved");
    assert_eq!(saved["gaps"][0]["start_ms"], gap["start_ms"]);
    assert!(saved["missing"].is_array(), "{saved}");
    let path = saved["path"].as_str().unwrap();
    fs::remove_file(path).unwrap();
    let (code, _, err) = save(&["--keep-gaps"]);
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("missing: 0:"), "{err}");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_second_interrupt_exits_at_once_even_if_the_disk_hangs() {
    for second in ["INT", "TERM"] {
        let mock = MockService::demo().await;
        let folder = tempfile::tempdir().unwrap();
        let tracer = crate::kill::strace("fsync,fdatasync", "delay_enter=8000000");
        let run = CliCommand::under(tracer, &mock).save(MAIN).arg("-o");
        let child = run.arg(folder.path()).spawn();
        let process = traced(child.id()).await;
        while !is_unfinished(folder.path()) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        send(process, "INT");
        // Long enough for the message to be printed, too short for the disk.
        tokio::time::sleep(Duration::from_secs(1)).await;
        let asked_again = Instant::now();
        send(process, second);
        while !has_ended(process) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let took = asked_again.elapsed();
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(130), "{stderr}");
        assert!(took < Duration::from_secs(1), "{took:?}");
        let expected = "Stopping… (press Ctrl-C again to stop at once)\nStopped. What was written";
        assert!(stderr.contains(expected), "{stderr}");
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_while_the_link_is_resolved_exits_at_once() {
    let mock = MockService::demo().await;
    let silent = Fault::Delay(std::time::Duration::from_mins(1));
    let rule = mock.service.faults().add(Rule::new(silent));
    let child = CliCommand::without_service()
        .args(["resolve", &link(MAIN)])
        .with_service(&mock)
        .spawn();
    while mock.service.faults().times_applied(rule) == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    send(child.id(), "INT");
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(stderr.starts_with("Stopped."), "{stderr}");
}

#[cfg(unix)]
fn send(process: u32, signal: &str) {
    let mut kill = Command::new("kill");
    let sent = kill.args([&format!("-{signal}"), &process.to_string()]);
    assert!(sent.stderr(Stdio::null()).status().unwrap().success());
}

/// Returns whether a process has ended. Its tracer, which delays the thread that waits for the
/// disk, has not reaped it yet.
#[cfg(target_os = "linux")]
fn has_ended(process: u32) -> bool {
    fs::read_to_string(format!("/proc/{process}/status"))
        .map_or(true, |status| status.contains("State:\tZ"))
}

/// Returns the process that a tracer runs.
#[cfg(target_os = "linux")]
async fn traced(tracer: u32) -> u32 {
    loop {
        let children = fs::read_to_string(format!("/proc/{tracer}/task/{tracer}/children"));
        if let Some(child) = children.unwrap().split_whitespace().next() {
            let name = fs::read_link(format!("/proc/{child}/exe")).unwrap_or_default();
            if name.file_name() == Some(&OsString::from("ustream-dl-tested")) {
                return child.parse().unwrap();
            }
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_behind_standard_output_is_named() {
    let mock = MockService::demo().await;
    let mut shell = Command::new("sh");
    shell.args(["-c", "exec \"$@\" > /dev/full", "sh"]);
    let run = CliCommand::without_service_under(shell).args(["resolve", &link(MAIN)]);
    let (code, _, stderr) = run.with_service(&mock).finish();
    assert_eq!(code, 7, "{stderr}");
    assert!(stderr.contains("standard output"), "{stderr}");
    assert!(!stderr.contains("report"), "{stderr}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dash_is_no_name_of_a_movie() {
    let mock = MockService::demo().await;
    let (code, _, stderr) = CliCommand::new(&mock).save(MAIN).args(["-o", "-"]).finish();
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("as a file"), "{stderr}");
}
