//! Our film of the pieces.

use std::{
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
};

use media::{Film, Format, MuxerConfig, Part, Piece, Summary, check, journal, muxer};

use super::cut::SegmentedMovie;

/// A finished film.
pub(super) struct Made {
    pub(super) path: PathBuf,
    pub(super) format: Format,
    pub(super) summary: Summary,
}

/// Puts the pieces together; for an MP4 in an order that has nothing to do with theirs, and with
/// a new start in the middle.
pub(super) fn film(cutting: &SegmentedMovie, format: Format, folder: &Path) -> Made {
    let path = folder.join(match format {
        Format::Mp4 => "made.mp4",
        Format::Flv => "made.flv",
    });
    drop(fs::remove_file(&path));
    let mut pieces: Vec<_> = cutting.pieces.iter().collect();
    if format == Format::Mp4 {
        fastrand::Rng::with_seed(7).shuffle(&mut pieces);
        pieces.sort_by_key(|piece| piece.part != Part::Init);
    }
    let mut records = Vec::new();
    let half = pieces.len() / 2;
    for pieces in [&pieces[..half], &pieces[half..]] {
        let (fragments, _) = journal::read(&records);
        let mut muxer = muxer(making(cutting, format, &fragments), open(&path)).unwrap();
        for piece in pieces {
            let piece = Piece {
                track: piece.track,
                kind: piece.part,
                start_ms: piece.start_ms,
                data: &piece.data,
            };
            records.extend(journal::record(&muxer.push(piece).unwrap()));
        }
    }
    let (fragments, _) = journal::read(&records);
    let muxer = muxer(making(cutting, format, &fragments), open(&path)).unwrap();
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
    Made {
        path,
        format,
        summary,
    }
}

fn making<'f>(
    cutting: &SegmentedMovie,
    format: Format,
    journal: &'f [media::TableFragment],
) -> MuxerConfig<'f> {
    MuxerConfig {
        segment_format: cutting.source,
        output_format: format,
        movie: Film {
            segment_count: u32::try_from(cutting.pieces.len()).unwrap(),
            ..Film::default()
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
