//! Assembles the segments to a movie with `media`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use kit::{
    assembly::{Assembly, OutputFile},
    segment::shuffled,
};
use media::{MovieSpec, OutputFormat, Summary};

use super::segmenter::SegmentedMovie;

/// An assembled movie.
pub(super) struct AssembledMovie {
    pub(super) path: PathBuf,
    pub(super) format: OutputFormat,
    pub(super) summary: Summary,
}

/// Assembles the segments, with a restart in the middle and one before the end; for an MP4, in
/// random order.
pub(super) fn assemble(
    cutting: &SegmentedMovie,
    format: OutputFormat,
    folder: &Path,
) -> AssembledMovie {
    let path = folder.join(match format {
        OutputFormat::Mp4 => "made.mp4",
        OutputFormat::Flv => "made.flv",
    });
    drop(fs::remove_file(&path));
    let segments = match format {
        OutputFormat::Mp4 => shuffled(&cutting.segments, 7),
        OutputFormat::Flv => cutting.segments.clone(),
    };
    let movie = MovieSpec {
        segment_count: u32::try_from(segments.len()).unwrap(),
        ..MovieSpec::default()
    };
    let output = OutputFile::new(path.clone());
    let mut assembly = Assembly::new(cutting.source, format, movie, output);
    let (first, second) = segments.split_at(segments.len() / 2);
    assembly.attempt(first).unwrap();
    assembly.attempt(second).unwrap();
    let summary = assembly.finish(&[]).unwrap();
    let checked = assembly.check().unwrap();
    let counts = |summary: &Summary| -> Vec<_> {
        let tracks = summary.tracks.iter();
        tracks.map(|track| (track.kind, track.samples)).collect()
    };
    assert_eq!(counts(&checked), counts(&summary));
    assert_eq!(checked.size_bytes, summary.size_bytes);
    let (told, found) = (summary.duration_ms, checked.duration_ms);
    assert!(told.abs_diff(found) <= 2, "{told} ms told, {found} found");
    AssembledMovie {
        path,
        format,
        summary,
    }
}
