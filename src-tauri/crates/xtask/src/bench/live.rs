//! Measures the recording of a running stream: its CPU time at the pace of a stream, and memory and last
//! steps after ten hours, which are sent in minutes.

use super::candidate::Candidate;
use super::fetchers::record;
use super::table::report;
use super::{BenchOptions, build};
use crate::mock_service::{LiveBroadcast, MockServiceConfig, MockServiceProcess};
use crate::run::say;

/// Segments of two seconds.
const MINUTE: u64 = 30;
const TEN_MINUTES: u64 = 300;
const TEN_HOURS: u64 = 18_000;

/// How much faster than a real one the long streams are sent.
const SPEED: u32 = 150;

/// Measures a minute in real time, and ten minutes and ten hours at high speed.
pub(crate) fn all(options: &BenchOptions) -> anyhow::Result<()> {
    build()?;
    let scratch = tempfile::tempdir_in(&options.folder)?;
    let runs = options.runs;
    say(&format!("A running stream: {runs} runs of each"));
    let mut candidates = Vec::new();
    for (name, speed, segments) in [
        ("a minute in real time", 1, MINUTE),
        ("ten minutes, fast", SPEED, TEN_MINUTES),
        ("ten hours, fast", SPEED, TEN_HOURS),
    ] {
        let mut candidate = Candidate::new(name);
        for _ in 0..runs {
            // The stream starts with its first client, so each run needs a service of its own.
            let service = MockServiceProcess::start(&MockServiceConfig {
                live: Some(LiveBroadcast { speed, segments }),
                ..MockServiceConfig::default()
            })?;
            candidate.run(scratch.path(), record(&service))?;
        }
        candidates.push(candidate);
    }
    report(&candidates);
    Ok(())
}
