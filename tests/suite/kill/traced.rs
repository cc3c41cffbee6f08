//! SIGKILL as a thread enters a certain system call, by `strace`, which only Linux has.

use std::fs;
use std::process::Command;
use std::time::Duration;

use fake_ustream::{Fault, Rule};

use super::{Full, KillHarness, Mp4, Original};
use crate::command_line::CliCommand;

/// A system call on a file of the movie at which the program is killed.
struct KillPoint {
    name: &'static str,
    syscalls: &'static str,
    /// Path within the part folder.
    file: &'static str,
    /// Number of this call within its thread.
    number: u32,
}

const fn kill_point(
    name: &'static str,
    [calls, file]: [&'static str; 2],
    number: u32,
) -> KillPoint {
    KillPoint {
        name,
        syscalls: calls,
        file,
        number,
    }
}

const INDEX_NOT_SYNCED: KillPoint = kill_point("the index is not synced", ["fsync", "film"], 1);

const KILL_POINTS: [KillPoint; 22] = [
    kill_point(
        "the plan is written and not renamed",
        ["renameat,rename", "plan.json"],
        1,
    ),
    kill_point("the plan is not synced", ["fsync", ""], 1),
    kill_point("the output is opened", ["ftruncate", "film"], 1),
    kill_point("the journal is opened", ["ftruncate", "journal"], 1),
    kill_point("before the header is written", ["writev", "film"], 1),
    kill_point("between header and media", ["writev", "film"], 2),
    kill_point("while media is appended", ["writev", "film"], 3),
    kill_point("after some media was appended", ["writev", "film"], 4),
    kill_point("after more media was appended", ["writev", "film"], 5),
    kill_point("after yet more media was appended", ["writev", "film"], 7),
    kill_point("appended and not synced", ["fdatasync", "film"], 1),
    kill_point("synced and not in the journal", ["write", "journal"], 1),
    kill_point(
        "in the journal, which is not synced",
        ["fdatasync", "journal"],
        1,
    ),
    kill_point("as the index begins", ["write", "film"], 1),
    kill_point("in the middle of the index", ["write", "film"], 2),
    kill_point("as the index ends", ["write", "film"], 3),
    INDEX_NOT_SYNCED,
    kill_point(
        "before the movie is renamed",
        ["renameat2,renameat,rename,linkat", "film"],
        1,
    ),
    kill_point(
        "after the movie is renamed",
        ["unlinkat,unlink", "journal"],
        1,
    ),
    kill_point(
        "while the part folder is deleted",
        ["unlinkat,unlink", "lock"],
        1,
    ),
    kill_point("the plan is deleted", ["unlinkat,unlink", "plan.json"], 1),
    kill_point("the part folder is empty", ["unlinkat,unlink,rmdir", ""], 1),
];

/// Kill points of a run that finds all segments on disk.
const FINISH_KILL_POINTS: [KillPoint; 3] = [
    kill_point(
        "the pending rename is written and its plan not renamed",
        ["renameat,rename", "plan.json"],
        1,
    ),
    kill_point("the pending rename is not synced", ["fsync", ""], 1),
    kill_point(
        "the movie is renamed and the folder not synced",
        ["fsync", ".."],
        1,
    ),
];

/// Returns a command that kills the traced program when one of its threads enters the `number`th of
/// these calls on `path`.
pub(crate) fn tracer(calls: &str, number: u32, path: &std::path::Path) -> Command {
    let mut tracer = strace(calls, &format!("signal=SIGKILL:when={number}"));
    tracer.arg("--trace-path").arg(path);
    tracer
}

/// Returns a command that runs a program and tampers with these system calls of it.
pub(crate) fn strace(calls: &str, tampering: &str) -> Command {
    let mut tracer = Command::new("strace");
    tracer
        .args(["--follow-forks", "--quiet=all", "--output=/dev/null"])
        .arg(format!("--trace={calls}"))
        .arg(format!("--inject={calls}:{tampering}"));
    tracer
}

/// Runs until the kill point; returns whether the program was killed there.
fn killed_at(harness: &KillHarness, kill_point: &KillPoint) -> bool {
    let path = match kill_point.file {
        "" => harness.part_folder(),
        ".." => harness.folder.path().to_owned(),
        file => harness.part_folder().join(file),
    };
    // The tracer resolves names before it starts.
    let (folder, name) = (harness.folder.path().canonicalize().unwrap(), path);
    let path = folder.join(name.strip_prefix(harness.folder.path()).unwrap());
    let tracer = tracer(kill_point.syscalls, kill_point.number, &path);
    let output = harness
        .with_case_options(CliCommand::under(tracer, &harness.mock))
        .output();
    !output.status.success()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_any_two_writes_loses_no_durable_segment() {
    for kind in [Mp4, Full, Original] {
        let mut harness = KillHarness::new(kind).await;
        for kill_point in &KILL_POINTS {
            let killed = killed_at(&harness, kill_point);
            // The index of an FLV is one write.
            assert!(
                killed || (kind == Original && kill_point.name.contains("index")),
                "{}: it was not reached",
                kill_point.name
            );
            harness.assert_resumes(&format!("{kind:?}, {}", kill_point.name));
        }
        for kill_point in &FINISH_KILL_POINTS {
            assert!(killed_at(&harness, &INDEX_NOT_SYNCED));
            assert!(
                killed_at(&harness, kill_point),
                "{}: it was not reached",
                kill_point.name
            );
            harness.assert_resumes(&format!("{kind:?}, {}", kill_point.name));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_half_written_journal_record_is_dropped() {
    for kind in [Mp4, Original] {
        let mut harness = KillHarness::new(kind).await;
        let journal_sync = kill_point("in the journal", ["fdatasync", "journal"], 1);
        for cut in [1, 7, 9, 40] {
            assert!(killed_at(&harness, &journal_sync));
            let path = harness.part_folder().join("journal");
            let whole = fs::metadata(&path).unwrap().len();
            assert!(whole > 100);
            let journal = fs::File::options().write(true).open(&path).unwrap();
            journal.set_len(whole - cut).unwrap();
            harness.assert_resumes(&format!("{kind:?}, a journal without its last {cut} bytes"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_half_written_index_is_written_again() {
    let mut harness = KillHarness::new(Mp4).await;
    let index_write = kill_point("as the index ends", ["write", "film"], 3);
    for percent in [10, 50, 90] {
        assert!(killed_at(&harness, &index_write));
        let path = harness.part_folder().join("film");
        let mut movie = fs::read(&path).unwrap();
        let index = movie.windows(4).position(|four| four == b"moov").unwrap() - 4;
        let length = u32::from_be_bytes(movie[index..index + 4].try_into().unwrap());
        let kept = length as usize * percent / 100;
        movie[index + kept..index + length as usize].fill(0);
        fs::write(&path, movie).unwrap();
        harness.assert_resumes(&format!("{percent} % of the index"));
    }
}

/// Segments in the reorder buffer are written when the program is asked to stop.
#[tokio::test(flavor = "multi_thread")]
async fn a_kill_while_segments_are_spooled_loses_no_durable_segment() {
    let mut harness = KillHarness::new(Original).await;
    for (calls, number) in [
        ("write", 2),
        ("write", 4),
        ("fsync", 3),
        ("renameat", 2),
        ("renameat", 3),
        ("renameat", 5),
    ] {
        let first = Rule::new(Fault::Delay(Duration::from_mins(1))).path("*chunk_0_*");
        let first = harness.mock.service.faults().add(first);
        let mut tracer = strace(calls, &format!("signal=SIGKILL:when={number}"));
        // The first segment is delayed; the signal arrives when all others are there.
        tracer.args(["timeout", "--signal=INT", "1.5"]);
        harness
            .with_case_options(CliCommand::under(tracer, &harness.mock))
            .output();
        harness.mock.service.faults().remove(first);
        harness.assert_resumes(&format!("{calls} {number}"));
    }
}
