//! A line with a distance and a width: how much of it is used, and what pieces cost that stall.

use super::fetchers::{Fetcher, curl, ours};
use super::peer::Candidate;
use super::table::report;
use super::{BenchOptions, PARALLEL, build};
use crate::practice::{MockServiceConfig, Practice};
use crate::run::{exists, say};

/// Milliseconds there and back, and Mbit/s for each connection.
const LINE: &str = "50,20";
/// The same in bytes a second.
const CONNECTION: f64 = 20e6 / 8.0;
/// As many as our command line takes by itself.
const MOST: u32 = 16;
/// One in so many chunks of the picture falls silent.
const STALLS: u64 = 50;

/// How much of what its connections can carry comes through.
pub(crate) fn share(options: &BenchOptions) -> anyhow::Result<()> {
    build()?;
    let practice = Practice::start(&MockServiceConfig {
        film: Some(options.film()),
        line: Some(LINE),
        ..MockServiceConfig::default()
    })?;
    let scratch = tempfile::tempdir_in(&options.folder)?;
    let mut peers: Vec<(Candidate, Fetcher<'_>)> = Vec::new();
    for parallel in [PARALLEL, MOST] {
        let carries = f64::from(parallel) * CONNECTION;
        peers.push((
            Candidate::new(format!("ustream-dl, at most {parallel}")).over(carries),
            ours(&practice, "mp4", parallel),
        ));
        if exists("curl", "--version") {
            peers.push((
                Candidate::measure(format!("curl, {parallel} at once")).over(carries),
                curl(&practice, scratch.path(), parallel)?,
            ));
        }
    }
    options.announce(&format!("A line of {LINE} (ms, Mbit/s a connection)"));
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
    for line in [Some(LINE), None] {
        let start = |stall_every| {
            Practice::start(&MockServiceConfig {
                film: Some(options.film()),
                line,
                stall_every,
            })
        };
        let mut undisturbed = Candidate::measure("ustream-dl, undisturbed");
        let mut stalled = Candidate::new("ustream-dl, one in fifty stalls");
        options.announce(&line.map_or("No line".to_owned(), |line| format!("A line of {line}")));
        for _ in 0..options.runs {
            // A piece only stalls the first time that a service is asked for it.
            for (peer, stall_every) in [(&mut undisturbed, None), (&mut stalled, Some(STALLS))] {
                let practice = start(stall_every)?;
                peer.run(scratch.path(), ours(&practice, "mp4", MOST))?;
            }
        }
        say("");
        report(&[undisturbed, stalled]);
    }
    Ok(())
}
