//! One way to do the work, and what its runs took.

use std::fs::Metadata;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use wait4::Wait4 as _;

/// What our program says when nothing more is on its way to it.
const LAST_SEGMENT_MESSAGE: &str = "the last piece is here";
/// How often the disk is looked at.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// One way to do the work, and what its runs took.
pub(super) struct Candidate {
    name: String,
    /// The others are compared with the best of these.
    is_baseline: bool,
    /// What its connections can carry, in bytes a second.
    link_bytes_per_second: Option<f64>,
    runs: Vec<Measurement>,
}

#[derive(Clone, Copy, Debug)]
struct Measurement {
    wall: Duration,
    processor: Duration,
    peak_memory: u64,
    /// Bytes given to the system to write, where it counts them.
    written: Option<u64>,
    peak_disk: u64,
    output: u64,
    /// From the last byte to the end, where it says so.
    finish: Option<Duration>,
}

impl Candidate {
    pub(super) fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            is_baseline: false,
            link_bytes_per_second: None,
            runs: Vec::new(),
        }
    }

    /// One with which the others are compared.
    pub(super) fn baseline(name: impl Into<String>) -> Self {
        Self {
            is_baseline: true,
            ..Self::new(name)
        }
    }

    /// Its connections carry so many bytes a second together.
    pub(super) fn with_link_capacity(self, bytes_per_second: f64) -> Self {
        Self {
            link_bytes_per_second: Some(bytes_per_second),
            ..self
        }
    }

    /// Runs it once in a folder of its own, which is empty before and gone afterwards.
    pub(super) fn run(
        &mut self,
        scratch: &Path,
        command: impl FnOnce(&Path) -> Command,
    ) -> anyhow::Result<()> {
        let folder = tempfile::tempdir_in(scratch)?;
        let run = measure(command(folder.path()), folder.path());
        self.runs.push(run.with_context(|| self.name.clone())?);
        Ok(())
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn is_baseline(&self) -> bool {
        self.is_baseline
    }

    pub(super) fn link_bytes_per_second(&self) -> Option<f64> {
        self.link_bytes_per_second
    }

    pub(super) fn wall(&self) -> Option<Spread> {
        Spread::of(self.runs.iter().map(|run| run.wall.as_secs_f64()))
    }

    /// Seconds of processor.
    pub(super) fn processor(&self) -> Option<Spread> {
        Spread::of(self.runs.iter().map(|run| run.processor.as_secs_f64()))
    }

    pub(super) fn finish(&self) -> Option<Spread> {
        let finishes = self.runs.iter().filter_map(|run| run.finish);
        Spread::of(finishes.map(|finish| finish.as_secs_f64()))
    }

    pub(super) fn peak_memory(&self) -> Option<u64> {
        self.runs.iter().map(|run| run.peak_memory).max()
    }

    pub(super) fn written(&self) -> Option<u64> {
        self.runs.iter().filter_map(|run| run.written).max()
    }

    pub(super) fn peak_disk(&self) -> Option<u64> {
        self.runs.iter().map(|run| run.peak_disk).max()
    }

    /// What a run made of it.
    pub(super) fn output(&self) -> Option<u64> {
        self.runs.last().map(|run| run.output)
    }
}

/// What several runs took.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spread {
    pub(super) best: f64,
    pub(super) median: f64,
}

impl Spread {
    pub(super) fn of(all: impl Iterator<Item = f64>) -> Option<Self> {
        let mut all: Vec<_> = all.collect();
        all.sort_by(f64::total_cmp);
        Some(Self {
            best: *all.first()?,
            median: *all.get(all.len() / 2)?,
        })
    }
}

fn measure(mut command: Command, folder: &Path) -> anyhow::Result<Measurement> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let before = written();
    let start = Instant::now();
    let mut child = command.spawn()?;
    let stderr = child.stderr.take();
    let ended = AtomicBool::new(false);
    let (used, wall, last_piece, peak_disk) = std::thread::scope(|scope| {
        let said =
            scope.spawn(|| stderr.and_then(|stderr| last_segment_time(BufReader::new(stderr))));
        let disk = scope.spawn(|| watch_disk(folder, &ended));
        let used = child.wait4();
        let wall = start.elapsed();
        ended.store(true, Ordering::Relaxed);
        (used, wall, said.join(), disk.join())
    });
    let used = used?;
    if !used.status.success() {
        bail!("it ended with {}", used.status);
    }
    let last_piece = last_piece.unwrap_or_default();
    Ok(Measurement {
        wall,
        processor: used.rusage.utime + used.rusage.stime,
        peak_memory: used.rusage.maxrss,
        written: written()
            .zip(before)
            .map(|(after, before)| after.saturating_sub(before)),
        peak_disk: peak_disk.unwrap_or_default(),
        output: size(folder, Metadata::len),
        finish: last_piece.map(|at| wall.saturating_sub(at - start)),
    })
}

/// When a program said that the last piece is here. Reads to the end, so that it may go on talking.
fn last_segment_time(said: impl BufRead) -> Option<Instant> {
    let told = said.lines().map_while(Result::ok).filter_map(|line| {
        let now = Instant::now();
        line.contains(LAST_SEGMENT_MESSAGE).then_some(now)
    });
    told.last()
}

/// The most that a folder ever held.
fn watch_disk(folder: &Path, ended: &AtomicBool) -> u64 {
    let mut most = 0;
    while !ended.load(Ordering::Relaxed) {
        most = most.max(size(folder, on_disk));
        std::thread::sleep(POLL_INTERVAL);
    }
    most
}

/// What the files below a folder come to. Those that go meanwhile count nothing.
fn size(folder: &Path, of: fn(&Metadata) -> u64) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let metadata = entry.metadata().ok()?;
            Some(if metadata.is_dir() {
                size(&entry.path(), of)
            } else {
                of(&metadata)
            })
        })
        .sum()
}

/// What a file takes: room that is kept and never written counts only where it is taken.
#[cfg(unix)]
fn on_disk(metadata: &Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    // In units of 512 bytes, whatever the disk's own are.
    metadata.blocks() * 512
}

#[cfg(not(unix))]
fn on_disk(metadata: &Metadata) -> u64 {
    metadata.len()
}

/// What this process and the children that it waited for have written, where the system says so.
fn written() -> Option<u64> {
    let counters = std::fs::read_to_string("/proc/self/io").ok()?;
    let line = counters
        .lines()
        .find_map(|line| line.strip_prefix("wchar: "));
    line?.parse().ok()
}
