//! Bytes that nobody vouches for.

use std::io::Cursor;

use kit::{segment::OwnedSegment, ts::PACKET_BYTES};
use media::{
    Error, MovieSpec, MuxerConfig, OutputFormat, SegmentData, SegmentFormat, SegmentKind, check,
    journal, muxer, sniff,
};
use proptest::prelude::*;

use crate::{
    muxing::muxer_job,
    segments::{cut_flv, dash, movie},
    ts_movies::{PLAIN, TsMovie as Stream, chopped},
};

fn finished(source: SegmentFormat, format: OutputFormat, pieces: &[OwnedSegment]) -> Vec<u8> {
    let mut job = muxer_job(source, format, pieces.len());
    job.finish(pieces).unwrap();
    job.bytes()
}

fn flv_segments() -> Vec<OwnedSegment> {
    cut_flv(movie(), 2000, false)
}

/// Cut so that frames lie across them.
fn ts_segments() -> &'static [OwnedSegment] {
    static PIECES: std::sync::OnceLock<Vec<OwnedSegment>> = std::sync::OnceLock::new();
    PIECES.get_or_init(|| {
        let mut pieces = chopped(&Stream::new(PLAIN).bytes(), 401 * PACKET_BYTES);
        pieces.truncate(3);
        pieces
    })
}

/// Pushes and finishes in memory, whatever comes of it.
fn make(source: SegmentFormat, format: OutputFormat, pieces: &[OwnedSegment]) {
    let making = MuxerConfig {
        segment_format: source,
        output_format: format,
        movie: MovieSpec::default(),
        journal: &[],
    };
    let Ok(mut muxer) = muxer(making, Cursor::new(Vec::new())) else {
        return;
    };
    let fragments = pieces
        .iter()
        .filter_map(|piece| muxer.push(piece.as_segment()).ok())
        .collect();
    if let Ok(summary) = muxer.finish(fragments) {
        assert!(summary.size_bytes > 0);
    }
}

#[test]
fn a_cut_file_never_passes() {
    for (source, format, pieces) in [
        (SegmentFormat::Flv, OutputFormat::Mp4, flv_segments()),
        (SegmentFormat::Flv, OutputFormat::Flv, flv_segments()),
        (SegmentFormat::Fmp4, OutputFormat::Mp4, dash().to_vec()),
    ] {
        let whole = finished(source, format, &pieces);
        check(Cursor::new(&whole)).unwrap();
        let steps = (0..whole.len()).step_by(9973);
        let near = whole.len().saturating_sub(300)..whole.len();
        for length in (0..300).chain(steps).chain(near) {
            assert!(
                check(Cursor::new(&whole[..length])).is_err(),
                "{format:?} cut to {length}"
            );
        }
    }
}

#[test]
fn a_cut_between_two_tags_is_found_by_the_metadata() {
    let whole = finished(SegmentFormat::Flv, OutputFormat::Flv, &flv_segments());
    for tag in crate::segments::tags(&whole).iter().rev().take(20) {
        let end = tag.bytes.as_ptr() as usize - whole.as_ptr() as usize;
        assert!(check(Cursor::new(&whole[..end])).is_err(), "cut to {end}");
    }
}

#[test]
fn an_unfinished_film_does_not_pass() {
    for format in [OutputFormat::Mp4, OutputFormat::Flv] {
        let pieces = flv_segments();
        let mut job = muxer_job(SegmentFormat::Flv, format, pieces.len());
        job.attempt(&pieces).unwrap();
        assert!(job.check().is_err(), "{format:?}");
    }
}

#[test]
fn no_media_is_no_film() {
    for (source, format) in [
        (SegmentFormat::Flv, OutputFormat::Mp4),
        (SegmentFormat::Flv, OutputFormat::Flv),
    ] {
        let refused = muxer_job(source, format, 1).finish(&[]);
        assert!(matches!(refused, Err(Error::Empty)));
    }
    let inits: Vec<_> = dash()
        .iter()
        .filter(|piece| piece.kind == SegmentKind::Init)
        .cloned()
        .collect();
    let refused = muxer_job(SegmentFormat::Fmp4, OutputFormat::Mp4, 2).finish(&inits);
    assert!(matches!(refused, Err(Error::Empty)));
}

#[test]
fn media_is_told_from_a_web_page() {
    let page = b"<!DOCTYPE html><html><body>404</body></html>";
    for source in [SegmentFormat::Flv, SegmentFormat::Fmp4] {
        for part in [SegmentKind::Init, SegmentKind::Media(0)] {
            for data in [&page[..], b"", b"\0\0\0", b"{\"error\":404}"] {
                assert!(!sniff(source, part, data));
            }
        }
    }
    for piece in dash() {
        assert!(sniff(SegmentFormat::Fmp4, piece.kind, &piece.data));
    }
    for piece in flv_segments() {
        assert!(sniff(SegmentFormat::Flv, piece.kind, &piece.data));
        assert!(
            sniff(SegmentFormat::Flv, piece.kind, &piece.data[13..]),
            "bare tags"
        );
    }
}

#[test]
fn a_piece_cut_inside_is_malformed() {
    let piece = &flv_segments()[0];
    let making = MuxerConfig {
        segment_format: SegmentFormat::Flv,
        output_format: OutputFormat::Mp4,
        movie: MovieSpec::default(),
        journal: &[],
    };
    let mut muxer = muxer(making, Cursor::new(Vec::new())).unwrap();
    let data = &piece.data[..piece.data.len() - 30];
    let cut = muxer.push(SegmentData {
        data,
        ..piece.as_segment()
    });
    assert!(
        matches!(cut, Err(Error::Malformed { format: "FLV", .. })),
        "{cut:?}"
    );
}

/// A few bytes of a valid piece, changed, cut out, or repeated.
fn mutated(piece: &[u8], changes: &[(usize, u8, u8)]) -> Vec<u8> {
    let mut data = piece.to_vec();
    for &(at, what, byte) in changes {
        if data.is_empty() {
            break;
        }
        // Headers are more telling than payloads: half of the changes go to the first kilobyte.
        let reach = if what % 2 == 0 {
            data.len().min(1024)
        } else {
            data.len()
        };
        let at = at % reach;
        match what % 5 {
            0..=2 => data[at] = byte,
            3 => data.truncate(at),
            _ => {
                let end = (at + usize::from(byte)).min(data.len());
                let again = data[at..end].to_vec();
                data.splice(at..at, again);
            }
        }
    }
    data
}

fn changes() -> impl Strategy<Value = Vec<(usize, u8, u8)>> {
    proptest::collection::vec((any::<usize>(), any::<u8>(), any::<u8>()), 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_bytes_are_taken_or_refused(data in proptest::collection::vec(any::<u8>(), 0..600)) {
        let piece = |kind| OwnedSegment { track: 0, kind, start_ms: 0, data: data.clone() };
        let pieces = [piece(SegmentKind::Init), piece(SegmentKind::Media(0))];
        make(SegmentFormat::Flv, OutputFormat::Mp4, &pieces);
        make(SegmentFormat::Flv, OutputFormat::Flv, &pieces);
        make(SegmentFormat::Fmp4, OutputFormat::Mp4, &pieces);
        make(SegmentFormat::Ts, OutputFormat::Mp4, &pieces);
        let _ = check(Cursor::new(&data));
        let _ = journal::read(&data);
    }

    #[test]
    fn changed_flv_pieces_are_taken_or_refused(changes in changes()) {
        let mut pieces = flv_segments();
        pieces.truncate(3);
        pieces[1].data = mutated(&pieces[1].data, &changes);
        make(SegmentFormat::Flv, OutputFormat::Mp4, &pieces);
        make(SegmentFormat::Flv, OutputFormat::Flv, &pieces);
    }

    #[test]
    fn changed_transport_streams_are_taken_or_refused(changes in changes(), which in 0_usize..3) {
        let mut pieces = ts_segments().to_vec();
        pieces[which].data = mutated(&pieces[which].data, &changes);
        make(SegmentFormat::Ts, OutputFormat::Mp4, &pieces);
    }

    #[test]
    fn changed_fragments_are_taken_or_refused(changes in changes(), which in 0_usize..4) {
        let of = |track| dash().iter().filter(move |piece| piece.track == track).take(3);
        let mut pieces: Vec<_> = of(0).chain(of(1)).cloned().collect();
        pieces[which].data = mutated(&pieces[which].data, &changes);
        make(SegmentFormat::Fmp4, OutputFormat::Mp4, &pieces);
    }

    #[test]
    fn changed_files_are_checked_without_a_panic(changes in changes(), flv in any::<bool>()) {
        static FILES: std::sync::OnceLock<[Vec<u8>; 2]> = std::sync::OnceLock::new();
        let [mp4, film] = FILES.get_or_init(|| [
            finished(SegmentFormat::Flv, OutputFormat::Mp4, &flv_segments()),
            finished(SegmentFormat::Flv, OutputFormat::Flv, &flv_segments()),
        ]);
        let _ = check(Cursor::new(mutated(if flv { film } else { mp4 }, &changes)));
    }
}
