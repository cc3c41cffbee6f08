//! Compares the memory for a recording of ten hours with that for one of ten minutes.

use super::candidate::Candidate;
use super::fetchers::ustream_dl;
use super::table::report;
use super::{BenchOptions, PARALLEL, build};
use crate::mock_service::{LargeRecording, MockServiceConfig, MockServiceProcess};

/// Seconds of a segment, as in real recordings.
const CHUNK_TIME: u64 = 6;
/// Segments of ten hours.
const CHUNKS: u64 = 6000;
/// Ten hours divided by ten minutes.
const TIMES: u64 = 60;

/// Measures both as MP4 and as the original. The segments of both lengths have the same size.
pub(crate) fn all(options: &BenchOptions) -> anyhow::Result<()> {
    build()?;
    let scratch = tempfile::tempdir_in(&options.folder)?;
    let long = LargeRecording {
        megabytes: options.megabytes,
        chunks: Some(CHUNKS),
        chunk_time: Some(CHUNK_TIME),
    };
    let short = LargeRecording {
        megabytes: long.megabytes / TIMES,
        chunks: Some(CHUNKS / TIMES),
        ..long
    };
    let mut candidates = Vec::new();
    for (name, recording) in [("ten minutes", short), ("ten hours", long)] {
        let service = MockServiceProcess::start(&MockServiceConfig {
            large_recording: Some(recording),
            ..MockServiceConfig::default()
        })?;
        options.announce(name);
        for format in ["mp4", "original"] {
            let mut candidate = Candidate::new(format!("{name}, {format}"));
            for _ in 0..options.runs {
                candidate.run(scratch.path(), ustream_dl(&service, format, PARALLEL))?;
            }
            candidates.push(candidate);
        }
    }
    report(&candidates);
    Ok(())
}
