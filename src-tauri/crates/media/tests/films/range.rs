//! A time range of a recording as a movie of its own: the same frames at the same times as in the
//! whole movie, from the keyframe before on, and an edit list that presents exactly the range.

use kit::segment::OwnedSegment;
use media::{MovieSpec, OutputFormat, SegmentFormat, SegmentKind, Summary, TimeRange};

use crate::{
    muxing::MuxerJob,
    packets::{Packet, Packets, packets, probe_without_warnings, run},
    segments::{cut_flv, dash, movie, shuffled, uneven_movie},
};

/// A movie of a range, or of all segments without one.
fn made(
    format: SegmentFormat,
    segments: &[OwnedSegment],
    range: Option<TimeRange>,
) -> (MuxerJob, Summary) {
    let spec = MovieSpec {
        segment_count: u32::try_from(segments.len()).unwrap(),
        range,
        ..MovieSpec::default()
    };
    let file = kit::assembly::OutputFile::temporary("film.mp4");
    let mut job = MuxerJob::new(format, OutputFormat::Mp4, spec, file);
    let summary = job.finish(&shuffled(segments)).unwrap();
    assert_eq!(job.check().unwrap(), summary.clone().without_facts());
    (job, summary)
}

/// The segments that a download of a range fetches: the init segments, the first of each track, those
/// that hold it, and the next ones if it starts or ends close to them.
fn fetched(segments: &[OwnedSegment], range: TimeRange, segment_ms: u64) -> Vec<OwnedSegment> {
    let holds = |segment: &&OwnedSegment| {
        let is_first = segment.kind == SegmentKind::Init || segment.start_ms == 0;
        let before_end = range
            .to_ms
            .is_none_or(|to_ms| segment.start_ms < to_ms + 500);
        is_first || (before_end && segment.start_ms + segment_ms + 500 > range.from_ms)
    };
    segments.iter().filter(holds).cloned().collect()
}

/// Less than the distance of any two packets, and more than the rounding of their times.
const SLACK: f64 = 0.0006;

/// The packets that are presented in a range, in that order and with times from its start. The first
/// one is on the screen, or sounds, when it starts.
fn presented(all: &Packets, kind: &str, (from, to): (f64, f64)) -> Vec<Packet> {
    let mut packets = all[kind].clone();
    packets.sort_by(|one, other| one.pts.total_cmp(&other.pts));
    packets.retain(|packet| packet.pts < to - SLACK);
    let first = packets.partition_point(|packet| packet.pts < from + SLACK);
    packets.drain(..first.saturating_sub(1));
    for packet in &mut packets {
        packet.pts -= from;
    }
    packets
}

/// Hashes of the decoded frames that a player shows.
fn frames(job: &MuxerJob) -> Vec<String> {
    let path = job.path();
    let input = ["-i", path.to_str().unwrap()];
    let output = [
        "-map",
        "0:v",
        "-fps_mode",
        "passthrough",
        "-f",
        "framemd5",
        "-",
    ];
    let output = run("ffmpeg", &[&input[..], &output[..]].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let hash = |line: &str| line.rsplit(',').next().unwrap().trim().to_owned();
    lines.map(hash).collect()
}

/// Asserts that the movie of a range shows what the whole movie shows then, at most a millisecond
/// apart.
fn assert_shows(
    format: SegmentFormat,
    segments: &[OwnedSegment],
    segment_ms: u64,
    (from_ms, to_ms): (u64, u64),
) {
    let range = TimeRange {
        from_ms,
        to_ms: Some(to_ms),
    };
    let (whole, _) = made(format, segments, None);
    let (part, summary) = made(format, &fetched(segments, range, segment_ms), Some(range));
    probe_without_warnings(&part.path());
    assert_eq!(summary.tracks.len(), 2);
    assert!(
        summary.duration_ms.abs_diff(to_ms - from_ms) <= 1,
        "{summary:?}"
    );
    let [from, to] = [from_ms, to_ms].map(|ms| f64::from(u32::try_from(ms).unwrap()) / 1000.0);
    let (source, made) = (packets(&whole.path()), packets(&part.path()));
    for kind in ["video", "audio"] {
        let expected = presented(&source, kind, (from, to));
        let shown = presented(&made, kind, (0.0, to - from));
        assert_eq!(shown.len(), expected.len(), "{kind} of {range:?}");
        for (shown, expected) in shown.iter().zip(&expected) {
            assert_eq!(
                shown.hash, expected.hash,
                "{kind} {shown:?} {expected:?} of {range:?}"
            );
            // The frame that is on the screen at the start is shown from the start.
            let time = if kind == "video" {
                expected.pts.max(0.0)
            } else {
                expected.pts
            };
            let distance = shown.pts - time;
            assert!(distance.abs() <= 0.001, "{kind} {distance} of {range:?}");
        }
    }
    let all = presented(&source, "video", (0.0, to));
    let count = presented(&source, "video", (from, to)).len();
    let expected = frames(&whole)[all.len() - count..all.len()].to_vec();
    assert!(frames(&part) == expected, "decoded frames of {range:?}");
}

const RANGES: [(u64, u64); 5] = [
    (5000, 9000),
    (4480, 8520),
    (6003, 6987),
    (1, 11_000),
    (7960, 8040),
];

#[test]
fn a_range_of_flv_segments_shows_what_the_whole_movie_shows_then() {
    for range in RANGES {
        assert_shows(
            SegmentFormat::Flv,
            &cut_flv(movie(), 2000, false),
            2000,
            range,
        );
    }
    let uneven = cut_flv(uneven_movie(), 2000, false);
    assert_shows(SegmentFormat::Flv, &uneven, 3000, (6013, 9987));
}

#[test]
fn a_range_of_separate_tracks_shows_what_the_whole_movie_shows_then() {
    for range in RANGES {
        assert_shows(SegmentFormat::Fmp4, dash(), 2000, range);
    }
}

#[test]
fn a_range_goes_to_the_end_and_no_further() {
    let segments = cut_flv(movie(), 2000, false);
    let (_, whole) = made(SegmentFormat::Flv, &segments, None);
    for to_ms in [None, Some(60_000)] {
        let range = TimeRange {
            from_ms: 7000,
            to_ms,
        };
        let segments = fetched(&segments, range, 2000);
        let (_, part) = made(SegmentFormat::Flv, &segments, Some(range));
        assert!(part.duration_ms.abs_diff(whole.duration_ms - 7000) <= 1);
    }
}

#[test]
fn without_the_first_segment_the_plan_tells_where_a_range_starts() {
    let range = TimeRange {
        from_ms: 5000,
        to_ms: Some(7000),
    };
    let mut segments = fetched(dash(), range, 2000);
    segments.retain(|segment| segment.kind == SegmentKind::Init || segment.start_ms > 0);
    let (_, part) = made(SegmentFormat::Fmp4, &segments, Some(range));
    assert!(part.duration_ms.abs_diff(2000) <= 1, "{part:?}");
    // A frame of the picture.
    let rounding = 40;
    assert!(
        part.tracks
            .iter()
            .all(|track| track.duration_ms + rounding >= 2000)
    );
}

#[test]
fn a_range_without_media_is_no_movie() {
    let range = TimeRange {
        from_ms: 60_000,
        to_ms: None,
    };
    let spec = MovieSpec {
        range: Some(range),
        ..MovieSpec::default()
    };
    let file = kit::assembly::OutputFile::temporary("film.mp4");
    let mut job = MuxerJob::new(SegmentFormat::Fmp4, OutputFormat::Mp4, spec, file);
    let refused = job.finish(&shuffled(dash()));
    assert!(matches!(refused, Err(media::Error::Empty)), "{refused:?}");
}
