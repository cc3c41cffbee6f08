//! Ten-hour recordings: memory use does not grow with the length of the recording.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Child;
use std::time::Duration;

use fake_ustream::{LARGE, LongRecording, World};

use crate::command_line::CliCommand;
use crate::mock_service::{MockService, PARALLEL, file_names};

/// Most memory that any download may use, in KiB.
const MAX_KIB: u64 = 64 << 10;

/// Short against the time that building the index of ten hours takes.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// Returns the peak memory of a program so far, in KiB (`proc_pid_status(5)`). What the parent gets
/// after the exit (`wait4`) would include the parent's own peak.
fn peak_kib(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line?.split_whitespace().next()?.parse().ok()
}

/// Waits for a program to end and returns its peak memory, in KiB.
fn wait_with_peak_kib(child: &mut Child) -> io::Result<u64> {
    let mut most = 0;
    while child.try_wait()?.is_none() {
        most = most.max(peak_kib(child.id()).unwrap_or(0));
        std::thread::sleep(POLL_INTERVAL);
    }
    Ok(most)
}

/// Saves the recording and returns the peak memory; asserts that every segment was requested.
async fn saved(movie: &LongRecording, folder: &Path) -> u64 {
    let mock = MockService::with(World::empty().with_long_recording(movie)).await;
    let run = CliCommand::new(&mock).save(LARGE).arg("-o").arg(folder);
    let mut child = run
        .args(["--quiet", "--parallel", &PARALLEL.to_string()])
        .spawn();
    let most = wait_with_peak_kib(&mut child).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for representation in ["2.m4v", "1.m4a"] {
        assert_eq!(
            mock.service.missing_segments(LARGE, representation),
            Some(vec![]),
            "{representation}"
        );
    }
    most
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_of_ten_hours_is_saved_within_64_mib_of_memory() {
    let folder = tempfile::tempdir().unwrap();
    let movie = LongRecording::ten_hours(100);
    let most = saved(&movie, folder.path()).await;
    assert!(most > 0, "memory was measured");
    assert!(most <= MAX_KIB, "{most} KiB");

    let path = folder.path().join(&file_names(folder.path())[0]);
    let summary = media::check(fs::File::open(path).unwrap()).unwrap();
    let hours = movie.chunks * movie.chunk_time_ms;
    assert!(
        summary.duration_ms.abs_diff(hours) < 1_000,
        "{} ms",
        summary.duration_ms
    );
}
