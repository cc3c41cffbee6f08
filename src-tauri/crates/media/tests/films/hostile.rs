//! Damaged and arbitrary bytes: they are accepted or refused, and never panic.

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

fn finished(source: SegmentFormat, format: OutputFormat, segments: &[OwnedSegment]) -> Vec<u8> {
    let mut job = muxer_job(source, format, segments.len());
    job.finish(segments).unwrap();
    job.bytes()
}

fn flv_segments() -> Vec<OwnedSegment> {
    cut_flv(movie(), 2000, false)
}

/// Returns segments that start and end inside frames.
fn ts_segments() -> &'static [OwnedSegment] {
    static SEGMENTS: std::sync::OnceLock<Vec<OwnedSegment>> = std::sync::OnceLock::new();
    SEGMENTS.get_or_init(|| {
        let mut segments = chopped(&Stream::new(PLAIN).bytes(), 401 * PACKET_BYTES);
        segments.truncate(3);
        segments
    })
}

/// Pushes and finishes in memory; refused segments are left out.
fn make(source: SegmentFormat, format: OutputFormat, segments: &[OwnedSegment]) {
    let making = MuxerConfig {
        segment_format: source,
        output_format: format,
        movie: MovieSpec::default(),
        journal: Some(&[]),
    };
    let Ok(mut muxer) = muxer(making, Cursor::new(Vec::new())) else {
        return;
    };
    let fragments = segments
        .iter()
        .filter_map(|segment| muxer.push(segment.as_segment()).ok())
        .collect();
    if let Ok(summary) = muxer.finish(fragments) {
        assert!(summary.size_bytes > 0);
    }
}

#[test]
fn a_cut_file_never_passes() {
    for (source, format, segments) in [
        (SegmentFormat::Flv, OutputFormat::Mp4, flv_segments()),
        (SegmentFormat::Flv, OutputFormat::Flv, flv_segments()),
        (SegmentFormat::Fmp4, OutputFormat::Mp4, dash().to_vec()),
    ] {
        let whole = finished(source, format, &segments);
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
fn an_unfinished_movie_does_not_pass() {
    for format in [OutputFormat::Mp4, OutputFormat::Flv] {
        let segments = flv_segments();
        let mut job = muxer_job(SegmentFormat::Flv, format, segments.len());
        job.attempt(&segments).unwrap();
        assert!(job.check().is_err(), "{format:?}");
    }
}

#[test]
fn segments_without_media_make_no_movie() {
    for (source, format) in [
        (SegmentFormat::Flv, OutputFormat::Mp4),
        (SegmentFormat::Flv, OutputFormat::Flv),
    ] {
        let refused = muxer_job(source, format, 1).finish(&[]);
        assert!(matches!(refused, Err(Error::Empty)));
    }
    let inits: Vec<_> = dash()
        .iter()
        .filter(|segment| segment.kind == SegmentKind::Init)
        .cloned()
        .collect();
    let refused = muxer_job(SegmentFormat::Fmp4, OutputFormat::Mp4, 2).finish(&inits);
    assert!(matches!(refused, Err(Error::Empty)));
}

#[test]
fn media_is_distinguished_from_a_web_page() {
    let page = b"<!DOCTYPE html><html><body>404</body></html>";
    for source in [SegmentFormat::Flv, SegmentFormat::Fmp4] {
        for part in [SegmentKind::Init, SegmentKind::Media(0)] {
            for data in [&page[..], b"", b"\0\0\0", b"{\"error\":404}"] {
                assert!(!sniff(source, part, data));
            }
        }
    }
    for segment in dash() {
        assert!(sniff(SegmentFormat::Fmp4, segment.kind, &segment.data));
    }
    for segment in flv_segments() {
        assert!(sniff(SegmentFormat::Flv, segment.kind, &segment.data));
        assert!(
            sniff(SegmentFormat::Flv, segment.kind, &segment.data[13..]),
            "bare tags"
        );
    }
}

#[test]
fn a_segment_cut_inside_is_malformed() {
    let segment = &flv_segments()[0];
    let making = MuxerConfig {
        segment_format: SegmentFormat::Flv,
        output_format: OutputFormat::Mp4,
        movie: MovieSpec::default(),
        journal: Some(&[]),
    };
    let mut muxer = muxer(making, Cursor::new(Vec::new())).unwrap();
    let data = &segment.data[..segment.data.len() - 30];
    let cut = muxer.push(SegmentData {
        data,
        ..segment.as_segment()
    });
    assert!(
        matches!(cut, Err(Error::Malformed { format: "FLV", .. })),
        "{cut:?}"
    );
}

/// Changes, removes or repeats a few bytes of a valid segment.
fn mutated(segment: &[u8], changes: &[(usize, u8, u8)]) -> Vec<u8> {
    let mut data = segment.to_vec();
    for &(at, what, byte) in changes {
        if data.is_empty() {
            break;
        }
        // Headers matter more than payloads: half of the changes are in the first kilobyte.
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
        let segment = |kind| OwnedSegment { track: 0, kind, start_ms: 0, data: data.clone() };
        let segments = [segment(SegmentKind::Init), segment(SegmentKind::Media(0))];
        make(SegmentFormat::Flv, OutputFormat::Mp4, &segments);
        make(SegmentFormat::Flv, OutputFormat::Flv, &segments);
        make(SegmentFormat::Fmp4, OutputFormat::Mp4, &segments);
        make(SegmentFormat::Ts, OutputFormat::Mp4, &segments);
        let _ = check(Cursor::new(&data));
        let _ = journal::read(&data);
    }

    #[test]
    fn changed_flv_segments_are_taken_or_refused(changes in changes()) {
        let mut segments = flv_segments();
        segments.truncate(3);
        segments[1].data = mutated(&segments[1].data, &changes);
        make(SegmentFormat::Flv, OutputFormat::Mp4, &segments);
        make(SegmentFormat::Flv, OutputFormat::Flv, &segments);
    }

    #[test]
    fn changed_transport_streams_are_taken_or_refused(changes in changes(), which in 0_usize..3) {
        let mut segments = ts_segments().to_vec();
        segments[which].data = mutated(&segments[which].data, &changes);
        make(SegmentFormat::Ts, OutputFormat::Mp4, &segments);
    }

    #[test]
    fn changed_fragments_are_taken_or_refused(changes in changes(), which in 0_usize..4) {
        let of = |track| dash().iter().filter(move |segment| segment.track == track).take(3);
        let mut segments: Vec<_> = of(0).chain(of(1)).cloned().collect();
        segments[which].data = mutated(&segments[which].data, &changes);
        make(SegmentFormat::Fmp4, OutputFormat::Mp4, &segments);
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
