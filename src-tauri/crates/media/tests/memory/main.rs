//! How much memory a long film takes, counted by the allocator.
//!
//! One test for each process is what the numbers need: under nextest that is so, and with
//! `cargo test` a lock keeps them apart.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on must say where"
)]

mod boxes;
mod hostile;
mod synthetic;

use std::sync::Mutex;

use media::{MovieSpec, MuxerConfig, OutputFormat, SegmentFormat, Summary, check, muxer};
use peak_alloc::PeakAlloc;

use crate::synthetic::{DiscardingFile, LENGTH_MS, SEGMENT_MS, SyntheticMovie};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;
static ALONE: Mutex<()> = Mutex::new(());

/// What is allocated at most while `work` runs, above what was there before, in bytes.
fn peak<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let done = work();
    (done, MEMORY.peak_usage().saturating_sub(before))
}

/// Makes ten hours and reads them back; answers the summaries and both peaks.
fn make(
    long: SyntheticMovie,
    (source, format): (SegmentFormat, OutputFormat),
) -> [(Summary, usize); 2] {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film");
    let pieces = LENGTH_MS / SEGMENT_MS;
    let film = MovieSpec {
        duration_ms: Some(LENGTH_MS),
        segment_count: u32::try_from(pieces).unwrap() * u32::from(long.tracks()),
        ..MovieSpec::default()
    };
    let making = MuxerConfig {
        segment_format: source,
        output_format: format,
        movie: film,
        journal: &[],
    };
    let made = peak(|| {
        let output = DiscardingFile::create(&path, format == OutputFormat::Flv);
        let mut muxer = muxer(making, output).unwrap();
        let mut fragments = Vec::new();
        let mut data = Vec::new();
        for piece in long.segments(pieces) {
            long.write(piece, &mut data);
            fragments.push(muxer.push(SyntheticMovie::segment(piece, &data)).unwrap());
        }
        muxer.finish(fragments).unwrap()
    });
    let found = peak(|| check(std::fs::File::open(&path).unwrap()).unwrap());
    [made, found]
}

/// Compares both peaks with what they may be, in MiB.
#[track_caller]
fn ten_hours(pair: (SegmentFormat, OutputFormat), size: u64, [to_make, to_check]: [usize; 2]) {
    let _alone = ALONE.lock();
    let [(made, making), (found, checking)] = make(SyntheticMovie::new(pair.0, size), pair);
    assert_eq!(made.size_bytes, found.size_bytes);
    for summary in [&made, &found] {
        assert!(summary.duration_ms.abs_diff(LENGTH_MS) < 200);
        let samples: Vec<_> = summary.tracks.iter().map(|track| track.samples).collect();
        assert_eq!(samples, [10 * 108_000, 10 * 168_750]);
    }
    let mib = |bytes: usize| bytes.div_ceil(1 << 20);
    assert!(
        making <= to_make << 20 && checking <= to_check << 20,
        "{} MiB to make, {} MiB to check",
        mib(making),
        mib(checking)
    );
}

#[test]
fn ten_hours_of_flv_become_an_mp4_in_little_memory() {
    ten_hours((SegmentFormat::Flv, OutputFormat::Mp4), 400, [20, 4]);
}

#[test]
fn ten_hours_of_fragments_become_an_mp4_in_little_memory() {
    ten_hours((SegmentFormat::Fmp4, OutputFormat::Mp4), 400, [20, 4]);
}

#[test]
fn ten_hours_of_flv_become_one_flv_in_little_memory() {
    ten_hours((SegmentFormat::Flv, OutputFormat::Flv), 20, [9, 4]);
}
