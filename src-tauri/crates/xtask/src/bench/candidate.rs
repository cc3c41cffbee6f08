//! Runs one program several times and measures time, memory, disk use and output.

use std::fs::Metadata;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use wait4::Wait4 as _;

/// Log message of the engine when the last segment has arrived. This must be the same text.
const LAST_SEGMENT_MESSAGE: &str = "the last segment is here";
/// How often disk use is measured.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// What candidates are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    Wall,
    Processor,
}

/// A program under measurement, with the results of its runs.
pub(super) struct Candidate {
    name: String,
    /// What the ratios of all candidates refer to it for, if it is the best of those.
    baseline_of: &'static [Measure],
    /// Bytes per second that its connections can carry together.
    link_bytes_per_second: Option<f64>,
    runs: Vec<Measurement>,
}

#[derive(Clone, Copy, Debug)]
struct Measurement {
    wall: Duration,
    /// CPU time of the program itself and of the system on its behalf.
    processor: Duration,
    /// The latter alone.
    system: Duration,
    peak_memory: u64,
    /// Bytes passed to `write` calls; `None` if the system does not count them.
    written: Option<u64>,
    peak_disk: u64,
    output: u64,
    /// From the last segment to the end; `None` if the program does not log the former.
    finish: Option<Duration>,
}

impl Candidate {
    pub(super) fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            baseline_of: &[],
            link_bytes_per_second: None,
            runs: Vec::new(),
        }
    }

    /// Returns a candidate with which the others are compared.
    pub(super) fn baseline(name: impl Into<String>) -> Self {
        Self::baseline_of(name, &[Measure::Wall, Measure::Processor])
    }

    /// Returns a candidate with which the others are compared by some measures only.
    pub(super) fn baseline_of(name: impl Into<String>, baseline_of: &'static [Measure]) -> Self {
        Self {
            baseline_of,
            ..Self::new(name)
        }
    }

    /// Sets how much its connections can carry together.
    pub(super) fn with_link_capacity(self, bytes_per_second: f64) -> Self {
        Self {
            link_bytes_per_second: Some(bytes_per_second),
            ..self
        }
    }

    /// Runs it once in an empty folder, which is removed afterwards.
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

    pub(super) fn is_baseline_of(&self, measure: Measure) -> bool {
        self.baseline_of.contains(&measure)
    }

    pub(super) fn link_bytes_per_second(&self) -> Option<f64> {
        self.link_bytes_per_second
    }

    pub(super) fn wall(&self) -> Option<Spread> {
        Spread::of(self.runs.iter().map(|run| run.wall.as_secs_f64()))
    }

    /// Returns seconds of CPU time.
    pub(super) fn processor(&self) -> Option<Spread> {
        Spread::of(self.runs.iter().map(|run| run.processor.as_secs_f64()))
    }

    /// Returns seconds of CPU time in the system.
    pub(super) fn system(&self) -> Option<Spread> {
        Spread::of(self.runs.iter().map(|run| run.system.as_secs_f64()))
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

    /// Returns the bytes that the last run left in its folder.
    pub(super) fn output(&self) -> Option<u64> {
        self.runs.last().map(|run| run.output)
    }
}

/// Best and median of several runs.
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
    let (usage, wall, last_segment, peak_disk) = std::thread::scope(|scope| {
        let log =
            scope.spawn(|| stderr.and_then(|stderr| last_segment_time(BufReader::new(stderr))));
        let disk = scope.spawn(|| watch_disk(folder, &ended));
        let usage = child.wait4();
        let wall = start.elapsed();
        ended.store(true, Ordering::Relaxed);
        (usage, wall, log.join(), disk.join())
    });
    let usage = usage?;
    if !usage.status.success() {
        bail!("it ended with {}", usage.status);
    }
    let last_segment = last_segment.unwrap_or_default();
    Ok(Measurement {
        wall,
        processor: usage.rusage.utime + usage.rusage.stime,
        system: usage.rusage.stime,
        peak_memory: usage.rusage.maxrss,
        written: written()
            .zip(before)
            .map(|(after, before)| after.saturating_sub(before)),
        peak_disk: peak_disk.unwrap_or_default(),
        output: size(folder, Metadata::len),
        finish: last_segment.map(|at| wall.saturating_sub(at - start)),
    })
}

/// Returns when a program last logged [`LAST_SEGMENT_MESSAGE`]. Reads to the end, so that the program
/// never blocks on a full pipe.
fn last_segment_time(log: impl BufRead) -> Option<Instant> {
    let times = log.lines().map_while(Result::ok).filter_map(|line| {
        let now = Instant::now();
        line.contains(LAST_SEGMENT_MESSAGE).then_some(now)
    });
    times.last()
}

/// Returns the largest disk use of a folder until `ended` is set.
fn watch_disk(folder: &Path, ended: &AtomicBool) -> u64 {
    let mut peak = 0;
    while !ended.load(Ordering::Relaxed) {
        peak = peak.max(size(folder, on_disk));
        std::thread::sleep(POLL_INTERVAL);
    }
    peak
}

/// Sums up the files below a folder. Files that disappear meanwhile do not count.
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

/// Returns the disk space that a file uses: holes of a sparse file do not count.
#[cfg(unix)]
fn on_disk(metadata: &Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    // `st_blocks` counts units of 512 bytes, whatever the block size of the file system.
    metadata.blocks() * 512
}

#[cfg(not(unix))]
fn on_disk(metadata: &Metadata) -> u64 {
    metadata.len()
}

/// Returns the bytes that this process and the children that it waited for have written, or `None`
/// if the system does not count them.
fn written() -> Option<u64> {
    let counters = std::fs::read_to_string("/proc/self/io").ok()?;
    let line = counters
        .lines()
        .find_map(|line| line.strip_prefix("wchar: "));
    line?.parse().ok()
}
