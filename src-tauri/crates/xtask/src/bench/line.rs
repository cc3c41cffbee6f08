//! Measures downloads over a simulated network link: the share of it that is used, and the cost of
//! segments that stall.

use super::candidate::Candidate;
use super::fetchers::{FetchCommand, curl, ustream_dl};
use super::table::report;
use super::{BenchOptions, PARALLEL, build};
use crate::mock_service::{MockServiceConfig, MockServiceProcess};
use crate::run::{exists, say};

/// Round trip in ms, and Mbit/s for each connection.
const LINK_SPEC: &str = "50,20";
/// The same rate in bytes per second.
const CONNECTION_BYTES_PER_SECOND: f64 = 20e6 / 8.0;
/// The largest number of requests that our command line uses by default.
const MAX_PARALLEL: u32 = 16;
/// Every n-th video segment stalls.
const STALL_EVERY: u64 = 50;

/// Measures how much of the capacity of the connections is used.
pub(crate) fn link_share(options: &BenchOptions) -> anyhow::Result<()> {
    build()?;
    let service = MockServiceProcess::start(&MockServiceConfig {
        large_recording: Some(options.large_recording()),
        link: Some(LINK_SPEC),
        ..MockServiceConfig::default()
    })?;
    let scratch = tempfile::tempdir_in(&options.folder)?;
    let mut candidates: Vec<(Candidate, FetchCommand<'_>)> = Vec::new();
    for parallel in [PARALLEL, MAX_PARALLEL] {
        let capacity = f64::from(parallel) * CONNECTION_BYTES_PER_SECOND;
        candidates.push((
            Candidate::new(format!("ustream-dl, at most {parallel}")).with_link_capacity(capacity),
            ustream_dl(&service, "mp4", parallel),
        ));
        if exists("curl", "--version") {
            candidates.push((
                Candidate::baseline(format!("curl, {parallel} at once"))
                    .with_link_capacity(capacity),
                curl(&service, scratch.path(), parallel)?,
            ));
        }
    }
    options.announce(&format!("A link of {LINK_SPEC} (ms, Mbit/s a connection)"));
    for _ in 0..options.runs {
        for (candidate, fetch) in &mut candidates {
            candidate.run(scratch.path(), fetch)?;
        }
    }
    // Compares only candidates with the same number of connections.
    let candidates: Vec<Candidate> = candidates
        .into_iter()
        .map(|(candidate, _)| candidate)
        .collect();
    for pair in candidates.chunks(candidates.len().div_ceil(2)) {
        report(pair);
    }
    Ok(())
}

/// Measures the cost of one segment in fifty that stalls for 20 s, with and without a slow link.
pub(crate) fn stall(options: &BenchOptions) -> anyhow::Result<()> {
    build()?;
    let scratch = tempfile::tempdir_in(&options.folder)?;
    for link in [Some(LINK_SPEC), None] {
        let start = |stall_every| {
            MockServiceProcess::start(&MockServiceConfig {
                large_recording: Some(options.large_recording()),
                link,
                stall_every,
                ..MockServiceConfig::default()
            })
        };
        let mut undisturbed = Candidate::baseline("ustream-dl, undisturbed");
        let mut stalled = Candidate::new("ustream-dl, one in fifty stalls");
        options.announce(&link.map_or("No link".to_owned(), |link| format!("A link of {link}")));
        for _ in 0..options.runs {
            // A segment stalls only at the first request for it, so each run has a new service.
            let both = [(&mut undisturbed, None), (&mut stalled, Some(STALL_EVERY))];
            for (candidate, stall_every) in both {
                let service = start(stall_every)?;
                candidate.run(scratch.path(), ustream_dl(&service, "mp4", MAX_PARALLEL))?;
            }
        }
        say("");
        report(&[undisturbed, stalled]);
    }
    Ok(())
}
