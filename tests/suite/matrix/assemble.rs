//! Our film of the pieces.

use std::{
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
};

use kit::segment::shuffled;
use media::{MovieSpec, MuxerConfig, OutputFormat, Summary, check, journal, muxer};

use super::segmenter::SegmentedMovie;

/// A finished film.
pub(super) struct AssembledMovie {
    pub(super) path: PathBuf,
    pub(super) format: OutputFormat,
    pub(super) summary: Summary,
}

/// Puts the pieces together; for an MP4 in an order that has nothing to do with theirs, and with
/// a new start in the middle.
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
    let mut records = Vec::new();
    let half = segments.len() / 2;
    for segments in [&segments[..half], &segments[half..]] {
        let (fragments, _) = journal::read(&records);
        let mut muxer = muxer(muxer_config(cutting, format, &fragments), open(&path)).unwrap();
        for segment in segments {
            let fragment = muxer.push(segment.as_segment()).unwrap();
            records.extend(journal::record(&fragment));
        }
    }
    let (fragments, _) = journal::read(&records);
    let muxer = muxer(muxer_config(cutting, format, &fragments), open(&path)).unwrap();
    let summary = muxer.finish(fragments.clone()).unwrap();
    let checked = check(File::open(&path).unwrap()).unwrap();
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

fn muxer_config<'f>(
    cutting: &SegmentedMovie,
    format: OutputFormat,
    journal: &'f [media::TableFragment],
) -> MuxerConfig<'f> {
    MuxerConfig {
        segment_format: cutting.source,
        output_format: format,
        movie: MovieSpec {
            segment_count: u32::try_from(cutting.segments.len()).unwrap(),
            ..MovieSpec::default()
        },
        journal,
    }
}

fn open(path: &Path) -> File {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(path)
        .unwrap()
}
