//! Peak memory of long movies, counted by the allocator. Uses an output of its own that keeps no data.
//!
//! The numbers need one test at a time: nextest runs each in a process, and with `cargo test` a lock
//! separates them.
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

/// Returns the peak of allocated bytes while `work` runs, above what was allocated before.
fn peak<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let done = work();
    (done, MEMORY.peak_usage().saturating_sub(before))
}

/// Assembles and verifies ten hours; returns both summaries and both peaks in bytes.
fn make(
    long: SyntheticMovie,
    (source, format): (SegmentFormat, OutputFormat),
) -> [(Summary, usize); 2] {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film");
    let segments = LENGTH_MS / SEGMENT_MS;
    let film = MovieSpec {
        duration_ms: Some(LENGTH_MS),
        segment_count: u32::try_from(segments).unwrap() * u32::from(long.tracks()),
        ..MovieSpec::default()
    };
    let making = MuxerConfig {
        segment_format: source,
        output_format: format,
        movie: film,
        journal: Some(&[]),
    };
    let made = peak(|| {
        let output = DiscardingFile::create(&path, format == OutputFormat::Flv);
        let mut muxer = muxer(making, output).unwrap();
        let mut fragments = Vec::new();
        let mut data = Vec::new();
        for segment in long.segments(segments) {
            long.write(segment, &mut data);
            fragments.push(muxer.push(SyntheticMovie::segment(segment, &data)).unwrap());
        }
        muxer.finish(fragments).unwrap()
    });
    let found = peak(|| check(std::fs::File::open(&path).unwrap()).unwrap());
    [made, found]
}

/// Asserts that both peaks are within these bounds in MiB.
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
