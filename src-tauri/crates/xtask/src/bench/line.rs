//! A line with a distance and a width: how much of it is used, and what pieces cost that stall.

use super::candidate::Candidate;
use super::fetchers::{FetchCommand, curl, ustream_dl};
use super::table::report;
use super::{BenchOptions, PARALLEL, build};
use crate::mock_service::{MockServiceConfig, MockServiceProcess};
use crate::run::{exists, say};

/// Milliseconds there and back, and Mbit/s for each connection.
const LINK_SPEC: &str = "50,20";
/// The same in bytes a second.
const CONNECTION_BYTES_PER_SECOND: f64 = 20e6 / 8.0;
/// As many as our command line takes by itself.
const MAX_PARALLEL: u32 = 16;
/// One in so many chunks of the picture falls silent.
const STALL_EVERY: u64 = 50;

/// How much of what its connections can carry comes through.
pub(crate) fn link_share(options: &BenchOptions) -> anyhow::Result<()> {
    build()?;
    let practice = MockServiceProcess::start(&MockServiceConfig {
        large_recording: Some(options.large_recording()),
        link: Some(LINK_SPEC),
        ..MockServiceConfig::default()
    })?;
    let scratch = tempfile::tempdir_in(&options.folder)?;
    let mut peers: Vec<(Candidate, FetchCommand<'_>)> = Vec::new();
    for parallel in [PARALLEL, MAX_PARALLEL] {
        let carries = f64::from(parallel) * CONNECTION_BYTES_PER_SECOND;
        peers.push((
            Candidate::new(format!("ustream-dl, at most {parallel}")).with_link_capacity(carries),
            ustream_dl(&practice, "mp4", parallel),
        ));
        if exists("curl", "--version") {
            peers.push((
                Candidate::baseline(format!("curl, {parallel} at once"))
                    .with_link_capacity(carries),
                curl(&practice, scratch.path(), parallel)?,
            ));
        }
    }
    options.announce(&format!("A line of {LINK_SPEC} (ms, Mbit/s a connection)"));
    for _ in 0..options.runs {
        for (peer, fetch) in &mut peers {
            peer.run(scratch.path(), fetch)?;
        }
    }
    // With each number of connections on its own: eight are not to be compared with sixteen.
    let peers: Vec<Candidate> = peers.into_iter().map(|(peer, _)| peer).collect();
    for pair in peers.chunks(peers.len().div_ceil(2)) {
        report(pair);
    }
    Ok(())
}

/// What it costs that one piece in fifty stalls for twenty seconds, near and far.
pub(crate) fn stall(options: &BenchOptions) -> anyhow::Result<()> {
    build()?;
    let scratch = tempfile::tempdir_in(&options.folder)?;
    for line in [Some(LINK_SPEC), None] {
        let start = |stall_every| {
            MockServiceProcess::start(&MockServiceConfig {
                large_recording: Some(options.large_recording()),
                link: line,
                stall_every,
            })
        };
        let mut undisturbed = Candidate::baseline("ustream-dl, undisturbed");
        let mut stalled = Candidate::new("ustream-dl, one in fifty stalls");
        options.announce(&line.map_or("No line".to_owned(), |line| format!("A line of {line}")));
        for _ in 0..options.runs {
            // A piece only stalls the first time that a service is asked for it.
            for (peer, stall_every) in [(&mut undisturbed, None), (&mut stalled, Some(STALL_EVERY))]
            {
                let practice = start(stall_every)?;
                peer.run(scratch.path(), ustream_dl(&practice, "mp4", MAX_PARALLEL))?;
            }
        }
        say("");
        report(&[undisturbed, stalled]);
    }
    Ok(())
}
