//! Whether a film of ten hours takes more memory than one of ten minutes.

use super::candidate::Candidate;
use super::fetchers::ustream_dl;
use super::table::report;
use super::{BenchOptions, PARALLEL, build};
use crate::mock_service::{LargeRecording, MockServiceConfig, MockServiceProcess};

/// Seconds of a chunk, as recordings have them.
const CHUNK_TIME: u64 = 6;
/// Chunks of ten hours.
const CHUNKS: u64 = 6000;
/// So many times ten minutes are ten hours.
const TIMES: u64 = 60;

/// Both as MP4 and as the original, whose chunks weigh the same.
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
    let mut peers = Vec::new();
    for (name, film) in [("ten minutes", short), ("ten hours", long)] {
        let practice = MockServiceProcess::start(&MockServiceConfig {
            large_recording: Some(film),
            ..MockServiceConfig::default()
        })?;
        options.announce(name);
        for format in ["mp4", "original"] {
            let mut peer = Candidate::new(format!("{name}, {format}"));
            for _ in 0..options.runs {
                peer.run(scratch.path(), ustream_dl(&practice, format, PARALLEL))?;
            }
            peers.push(peer);
        }
    }
    report(&peers);
    Ok(())
}
