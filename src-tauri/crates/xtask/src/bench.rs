//! What a job takes, as ratios in one run: the machine may be busy with other work, so runs are
//! interleaved, and the best of each tells more than the middle.

mod candidate;
mod fetchers;
pub(crate) mod hours;
pub(crate) mod line;
pub(crate) mod looks;
pub(crate) mod remux;
mod table;
pub(crate) mod window;

use std::path::PathBuf;

use self::candidate::Candidate;
use self::fetchers::{FetchCommand, aria2c, curl, ustream_dl};
use self::table::report;
use crate::mock_service::{LargeRecording, MockServiceConfig, MockServiceProcess};
use crate::run::{cargo, exists, say, succeed};

/// As many requests at once as the other downloaders are told.
const PARALLEL: u32 = 8;

/// What is measured, and how often.
pub(crate) struct BenchOptions {
    /// Size of the film.
    pub(crate) megabytes: u64,
    /// Chunks of each of its tracks, where it is not to have as many as such a film has.
    pub(crate) chunks: Option<u64>,
    /// Runs of each.
    pub(crate) runs: usize,
    /// Where films are read and written.
    pub(crate) folder: PathBuf,
}

impl BenchOptions {
    fn large_recording(&self) -> LargeRecording {
        LargeRecording {
            megabytes: self.megabytes,
            chunks: self.chunks,
            chunk_time: None,
        }
    }

    fn announce(&self, what: &str) {
        let Self {
            megabytes, runs, ..
        } = self;
        say(&format!("{what}: {megabytes} MB, {runs} runs of each"));
    }
}

/// The whole job against downloaders that assemble nothing.
pub(crate) fn all(options: &BenchOptions) -> anyhow::Result<()> {
    build()?;
    let practice = MockServiceProcess::start(&MockServiceConfig {
        large_recording: Some(options.large_recording()),
        ..MockServiceConfig::default()
    })?;
    let scratch = tempfile::tempdir_in(&options.folder)?;
    let mut peers: Vec<(Candidate, FetchCommand<'_>)> = vec![
        (
            Candidate::new("ustream-dl, MP4"),
            ustream_dl(&practice, "mp4", PARALLEL),
        ),
        (
            Candidate::new("ustream-dl, FLV original"),
            ustream_dl(&practice, "original", PARALLEL),
        ),
    ];
    if exists("curl", "--version") {
        let fetch = curl(&practice, scratch.path(), PARALLEL)?;
        peers.push((Candidate::baseline("curl, pieces only"), fetch));
    }
    if exists("aria2c", "--version") {
        let fetch = aria2c(&practice, scratch.path(), PARALLEL)?;
        peers.push((Candidate::baseline("aria2c, pieces only"), fetch));
    }
    options.announce("The whole job");
    for _ in 0..options.runs {
        for (peer, fetch) in &mut peers {
            peer.run(scratch.path(), fetch)?;
        }
    }
    report(&peers.into_iter().map(|(peer, _)| peer).collect::<Vec<_>>());
    Ok(())
}

fn build() -> anyhow::Result<()> {
    say("The command line");
    succeed(&mut cargo(&["build", "--release", "--package", "cli"]))
}
