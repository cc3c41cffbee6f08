//! Measures whether a limit of the speed is obeyed: by what the program has read, and by what its
//! connections have carried, which comes in bursts as far as the system's receive buffers take it.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};

use super::build;
use crate::mock_service::{LARGE_LINK, LargeRecording, MockServiceConfig, MockServiceProcess};
use crate::run::{built, command, exists, output, print, say};

/// The limit as the command line has it, and the same in Mbit/s.
const LIMIT: &str = "2.5M";
const LIMIT_MBIT: f64 = 20.0;
/// About a minute under that limit.
const MEGABYTES: u64 = 150;
/// Round trip in ms, and Mbit/s for each connection.
const LINK_SPEC: &str = "50,20";
/// How often it is looked at what the connections have carried.
const SAMPLE_INTERVAL: Duration = Duration::from_millis(100);
/// Less has come before the first segment.
const SEGMENTS_FROM_BYTES: u64 = 100_000;

/// The mean and the fastest second of what is read must lie within these, in Mbit/s.
const MEAN: [f64; 2] = [0.95 * LIMIT_MBIT, LIMIT_MBIT];
const MAX_SECOND: f64 = 1.2 * LIMIT_MBIT;

/// When so many bytes had come in all.
type Sample = (Instant, u64);

/// Downloads over loopback, then over a link.
pub(crate) fn all(folder: &Path) -> anyhow::Result<()> {
    // Only the system knows what is in the buffers.
    ensure!(exists("ss", "--version"), "`ss` of iproute2 is needed");
    build()?;
    let scratch = tempfile::tempdir_in(folder)?;
    for link in [None, Some(LINK_SPEC)] {
        let service = MockServiceProcess::start(&MockServiceConfig {
            large_recording: Some(LargeRecording {
                megabytes: MEGABYTES,
                chunks: None,
                chunk_time: None,
            }),
            link,
            ..MockServiceConfig::default()
        })?;
        let line = link.map_or("no link".to_owned(), |link| format!("a link of {link}"));
        say(&format!("{MEGABYTES} MB at {LIMIT_MBIT} Mbit/s, {line}"));
        let movie = tempfile::tempdir_in(scratch.path())?;
        let mut save = command(built("release", "ustream-dl"));
        save.args(["--json", "--limit-rate", LIMIT]);
        service.add_service_args(&mut save).arg("--output");
        save.arg(movie.path()).arg(LARGE_LINK);
        let (read, carried) = sampled(save, service.address())?;
        for (what, samples) in [("read", &read), ("carried, with TLS", &carried)] {
            let (mean, highest) = (mean_mbit(samples)?, highest_second_mbit(samples));
            print(&format!(
                "{line}, {what}: mean {mean:.2} Mbit/s, highest second {highest:.2} Mbit/s"
            ));
        }
        let (mean, highest) = (mean_mbit(&read)?, highest_second_mbit(&read));
        if !(MEAN[0]..=MEAN[1]).contains(&mean) || highest > MAX_SECOND {
            bail!("the limit is not obeyed");
        }
    }
    Ok(())
}

/// Runs the program and returns what it had read, and what its connections to this address had
/// carried, at each moment.
fn sampled(mut save: Command, address: &str) -> anyhow::Result<(Vec<Sample>, Vec<Sample>)> {
    let mut child = save.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let stdout = child.stdout.take().context("no output")?;
    let (read, carried) = std::thread::scope(|scope| {
        let read = scope.spawn(|| progress(stdout));
        let carried = watch(&mut child, address);
        if carried.is_err() {
            // It may have ended by itself.
            let _ = child.kill();
        }
        (read.join().unwrap_or_default(), carried)
    });
    let status = child.wait()?;
    let carried = carried?;
    if !status.success() {
        bail!("the download ended with {status}");
    }
    Ok((read, carried))
}

/// Reads how many bytes the program says are here, to its end.
fn progress(json: impl Read) -> Vec<Sample> {
    let lines = BufReader::new(json).lines().map_while(Result::ok);
    let samples = lines.filter_map(|line| {
        let now = Instant::now();
        let event: serde_json::Value = serde_json::from_str(&line).ok()?;
        let is_fetching = event["event"] == "progress" && event["stage"] == "fetching";
        let bytes = event["done_bytes"].as_u64().filter(|_| is_fetching)?;
        Some((now, bytes))
    });
    samples.collect()
}

fn watch(child: &mut Child, address: &str) -> anyhow::Result<Vec<Sample>> {
    // The last known count of each connection, by its own address: one that has ended is not listed.
    let mut connections = BTreeMap::new();
    let mut samples = Vec::new();
    while child.try_wait()?.is_none() {
        let list = output(command("ss").args(["-tinOH", "dst", address]))?;
        let now = Instant::now();
        connections.extend(list.lines().filter_map(received));
        samples.push((now, connections.values().sum()));
        std::thread::sleep(SAMPLE_INTERVAL);
    }
    Ok(samples)
}

/// Reads one line of `ss`: the connection's own address, and what it has received.
fn received(line: &str) -> Option<(String, u64)> {
    let mut words = line.split_whitespace();
    let own = words.nth(3)?.to_owned();
    let bytes = words.find_map(|word| word.strip_prefix("bytes_received:"))?;
    Some((own, bytes.parse().ok()?))
}

/// Returns the mean from the first segment to the last.
fn mean_mbit(samples: &[Sample]) -> anyhow::Result<f64> {
    let all = samples.last().map_or(0, |(_, bytes)| *bytes);
    let first = samples
        .iter()
        .rfind(|(_, bytes)| *bytes < SEGMENTS_FROM_BYTES);
    let last = samples.iter().find(|(_, bytes)| *bytes == all);
    let ((start, before), (end, _)) = first.zip(last).context("nothing was measured")?;
    Ok(mbit(all - before, *end - *start))
}

/// Returns the most that came within a second.
fn highest_second_mbit(samples: &[Sample]) -> f64 {
    let seconds = samples
        .iter()
        .enumerate()
        .filter_map(|(index, (start, before))| {
            let is_over = |(at, _): &&Sample| *at - *start >= Duration::from_secs(1);
            let (end, after) = samples.get(index..)?.iter().find(is_over)?;
            // Samples are taken a little late, so the span is a little longer.
            Some(mbit(after - before, *end - *start))
        });
    seconds.fold(0.0, f64::max)
}

#[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
fn mbit(bytes: u64, time: Duration) -> f64 {
    bytes as f64 * 8.0 / 1e6 / time.as_secs_f64()
}
