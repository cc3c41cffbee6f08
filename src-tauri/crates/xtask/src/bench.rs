//! Measures whole jobs and compares them within one run. The machine may be busy with other work, so
//! the runs of all candidates are interleaved, and the best run says more than the median.

mod candidate;
mod fetchers;
pub(crate) mod hours;
pub(crate) mod limit;
pub(crate) mod line;
pub(crate) mod live;
pub(crate) mod looks;
pub(crate) mod ready;
pub(crate) mod remux;
mod table;
pub(crate) mod window;

use std::path::PathBuf;

use self::candidate::Candidate;
use self::fetchers::{FetchCommand, aria2c, curl, ustream_dl};
use self::table::report;
use crate::mock_service::{LargeRecording, MockServiceConfig, MockServiceProcess};
use crate::run::{cargo, exists, say, succeed};

/// Concurrent requests of each downloader.
const PARALLEL: u32 = 8;

/// What is measured, and how many times.
pub(crate) struct BenchOptions {
    /// Size of the recording.
    pub(crate) megabytes: u64,
    /// Segments of each of its tracks; `None`: as many as its size needs.
    pub(crate) chunks: Option<u64>,
    /// Runs of each candidate.
    pub(crate) runs: usize,
    /// Where movies are read and written.
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

/// Compares the whole job with downloaders that only fetch the segments.
pub(crate) fn all(options: &BenchOptions) -> anyhow::Result<()> {
    build()?;
    let service = MockServiceProcess::start(&MockServiceConfig {
        large_recording: Some(options.large_recording()),
        ..MockServiceConfig::default()
    })?;
    let scratch = tempfile::tempdir_in(&options.folder)?;
    let mut candidates: Vec<(Candidate, FetchCommand<'_>)> = vec![
        (
            Candidate::new("ustream-dl, MP4"),
            ustream_dl(&service, "mp4", PARALLEL),
        ),
        (
            Candidate::new("ustream-dl, FLV original"),
            ustream_dl(&service, "original", PARALLEL),
        ),
    ];
    if exists("curl", "--version") {
        let fetch = curl(&service, scratch.path(), PARALLEL)?;
        candidates.push((Candidate::baseline("curl, segments only"), fetch));
    }
    if exists("aria2c", "--version") {
        let fetch = aria2c(&service, scratch.path(), PARALLEL)?;
        candidates.push((Candidate::baseline("aria2c, segments only"), fetch));
    }
    options.announce("The whole job");
    for _ in 0..options.runs {
        for (candidate, fetch) in &mut candidates {
            candidate.run(scratch.path(), fetch)?;
        }
    }
    let candidates: Vec<_> = candidates.into_iter().map(|(it, _)| it).collect();
    report(&candidates);
    Ok(())
}

fn build() -> anyhow::Result<()> {
    say("The command line");
    succeed(&mut cargo(&["build", "--release", "--package", "cli"]))
}
