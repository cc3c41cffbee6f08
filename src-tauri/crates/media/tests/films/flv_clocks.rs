//! FLV files whose clocks restart, fall or jump, of both tracks or of one.

use kit::segment::OwnedSegment;
use media::{FactKind, OutputFormat, SegmentFormat, SegmentKind, Summary, TrackKind};
use proptest::prelude::*;

use crate::{
    muxing::{MuxerJob, muxer_job},
    packets::{Packets, packets, probe_without_warnings},
    segments::{movie, set_time, tags},
};

const FORMATS: [OutputFormat; 2] = [OutputFormat::Mp4, OutputFormat::Flv];
const HOUR_MS: i64 = 3_600_000;
/// Video frames of the movie are this long.
const FRAME_MS: f64 = 40.0;

/// A change of the clock: what is added to the times of frames from `from_ms` on.
#[derive(Clone, Copy, Debug)]
struct ClockChange {
    from_ms: i64,
    /// 8 for audio, 9 for video, `None` for both.
    kind: Option<u8>,
    added_ms: i64,
}

fn both(from_ms: i64, added_ms: i64) -> ClockChange {
    ClockChange {
        from_ms,
        kind: None,
        added_ms,
    }
}

fn video(from_ms: i64, added_ms: i64) -> ClockChange {
    ClockChange {
        kind: Some(9),
        ..both(from_ms, added_ms)
    }
}

fn audio(from_ms: i64, added_ms: i64) -> ClockChange {
    ClockChange {
        kind: Some(8),
        ..both(from_ms, added_ms)
    }
}

/// Returns the movie with changed clocks, in this many segments.
fn changed(changes: &[ClockChange], segments: usize) -> Vec<OwnedSegment> {
    let file = movie();
    let tags = tags(file);
    let length = tags.len().div_ceil(segments);
    let parts = tags.chunks(length).zip(0..);
    let segment = |(part, number): (&[crate::segments::FlvTag<'_>], u64)| {
        let mut data = file[..13].to_vec();
        for tag in part {
            let at = data.len();
            data.extend_from_slice(tag.bytes);
            let is_frame = tag.kind != 18 && tag.bytes[12] == 1;
            let time = i64::from(tag.time);
            let added = changes.iter().filter(|change| {
                change.kind.is_none_or(|kind| kind == tag.kind) && time >= change.from_ms
            });
            if is_frame {
                let time = time + added.map(|change| change.added_ms).sum::<i64>();
                set_time(
                    &mut data[at..],
                    i32::try_from(time).unwrap().cast_unsigned(),
                );
            }
        }
        OwnedSegment {
            track: 0,
            kind: SegmentKind::Media(number),
            start_ms: number * 12_000 / segments as u64,
            data,
        }
    };
    parts.map(segment).collect()
}

/// Makes a movie of the segments and verifies it.
fn made(format: OutputFormat, segments: &[OwnedSegment]) -> (MuxerJob, Summary) {
    let mut job = muxer_job(SegmentFormat::Flv, format, segments.len());
    let summary = job.finish(segments).unwrap();
    let checked = job.check().unwrap();
    let samples = |summary: &Summary| -> Vec<_> {
        let tracks = summary.tracks.iter();
        tracks.map(|track| (track.samples, track.digest)).collect()
    };
    assert_eq!(samples(&checked), samples(&summary), "{format:?}");
    assert!(checked.duration_ms.abs_diff(summary.duration_ms) < 5);
    (job, summary)
}

fn source() -> &'static Packets {
    static SOURCE: std::sync::OnceLock<Packets> = std::sync::OnceLock::new();
    SOURCE.get_or_init(|| {
        let (job, _) = made(OutputFormat::Mp4, &changed(&[], 1));
        packets(&job.path())
    })
}

/// Asserts that every frame of the movie is there once and in order, and that video and audio are
/// as far apart as in the movie, to within a frame. Returns the packets.
fn assert_in_step(job: &MuxerJob) -> Packets {
    assert_apart_by(job, FRAME_MS + 10.0)
}

fn assert_apart_by(job: &MuxerJob, most_ms: f64) -> Packets {
    let made = packets(&job.path());
    for kind in ["video", "audio"] {
        let hashes = |packets: &Packets| -> Vec<_> {
            let packets = packets[kind].iter();
            packets.map(|packet| packet.hash.clone()).collect()
        };
        assert!(hashes(&made) == hashes(source()), "{kind}: other frames");
        let falls = |pair: &[crate::packets::Packet]| pair[1].dts < pair[0].dts;
        assert!(!made[kind].windows(2).any(falls), "{kind} falls");
    }
    let moved = |kind: &str, at: usize| made[kind][at].dts - source()[kind][at].dts;
    let sounds = &source()["audio"];
    for (number, picture) in source()["video"].iter().enumerate() {
        let at = sounds.partition_point(|sound| sound.dts < picture.dts);
        let near = [at.saturating_sub(1), at.min(sounds.len() - 1)];
        let distances = near.map(|at| (moved("video", number) - moved("audio", at)).abs());
        let distance = distances[0].min(distances[1]);
        assert!(
            distance * 1000.0 <= most_ms,
            "{distance} s apart at {} s",
            picture.dts
        );
    }
    made
}

fn length_s(packets: &Packets) -> f64 {
    let times = packets.values().flatten().map(|packet| packet.pts);
    times.clone().fold(f64::MIN, f64::max) - times.fold(f64::MAX, f64::min)
}

#[test]
fn a_track_whose_clock_changes_is_moved_alone() {
    for changes in [
        vec![video(6000, -6000)],
        vec![audio(6000, -6000)],
        vec![video(6000, -400)],
        vec![audio(6000, -400)],
        vec![video(6000, 5000)],
        vec![audio(4000, -3000), audio(8000, -3000)],
        vec![video(4000, -4000), video(8000, 4000)],
        vec![video(4000, -4000), audio(8000, -8000), video(8000, -4000)],
        vec![audio(2000, HOUR_MS), video(9000, -9000)],
    ] {
        for count in [1, 2, 5] {
            let segments = changed(&changes, count);
            for format in [OutputFormat::Mp4, OutputFormat::Flv] {
                let (job, summary) = made(format, &segments);
                let made = assert_in_step(&job);
                let length = length_s(&made);
                assert!((length - 12.0).abs() < 0.3, "{changes:?} {count} {length}");
                let longest = summary.duration_ms;
                assert!(longest.abs_diff(12_000) < 300, "{changes:?}: {longest}");
                if count == 1 {
                    let moved = summary.facts.iter();
                    let moved = moved.filter(|fact| fact.kind == FactKind::Moved);
                    assert!(moved.count() >= changes.len() - 1, "{summary:?}");
                }
            }
        }
    }
}

#[test]
fn a_move_is_said_with_its_track_time_and_length() {
    // Inside a segment, and at the border of two.
    for (count, format) in (1..=12).flat_map(|count| FORMATS.map(|format| (count, format))) {
        for (change, track) in [
            (video(6000, -6000), Some(TrackKind::Video)),
            (audio(6000, -6000), Some(TrackKind::Audio)),
            (both(6000, -6000), None),
        ] {
            let (_, summary) = made(format, &changed(&[change], count));
            let [fact] = summary.facts.as_slice() else {
                panic!("{count} {change:?}: {:?}", summary.facts);
            };
            assert_eq!((&fact.kind, fact.track), (&FactKind::Moved, track));
            assert!(fact.at_ms.abs_diff(5960) < 150, "{count} {fact:?}");
            assert!(fact.duration_ms.abs_diff(6000) < 100, "{count} {fact:?}");
        }
    }
}

#[test]
fn both_clocks_that_fall_are_moved_together_and_no_frame_is_crushed() {
    for fall in [60, 120, 300, 900, 4000] {
        for changes in [
            vec![both(6000, -fall)],
            vec![both(4000, -fall), both(8000, -fall)],
        ] {
            // At the border of two segments, a fall of a few frames is not spread.
            let counts: &[usize] = if fall > 120 { &[1, 3] } else { &[1] };
            for &count in counts {
                for format in [OutputFormat::Mp4, OutputFormat::Flv] {
                    let (job, _) = made(format, &changed(&changes, count));
                    // Where a fall is spread, the frames are apart by as much.
                    let made = assert_apart_by(&job, if fall > 120 { 50.0 } else { 80.0 });
                    // A fall of less than three frames is spread over those around it.
                    let shortest = if fall < 120 { 0.009 } else { 0.018 };
                    for kind in ["video", "audio"] {
                        let short = made[kind]
                            .windows(2)
                            .position(|pair| pair[1].dts - pair[0].dts < shortest);
                        assert_eq!(short, None, "{kind} {changes:?} {count} {format:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_gap_of_both_tracks_stays_and_one_that_is_too_long_is_closed_and_said() {
    for (jump, left) in [
        (5000, 5000),
        (HOUR_MS / 12, HOUR_MS / 12),
        (20 * HOUR_MS, 0),
        (300 * HOUR_MS, 0),
    ] {
        let segments = changed(&[both(6000, jump)], 1);
        for format in [OutputFormat::Mp4, OutputFormat::Flv] {
            let (job, summary) = made(format, &segments);
            assert_in_step(&job);
            let expected = u64::try_from(12_000 + left).unwrap();
            assert!(summary.duration_ms.abs_diff(expected) < 150, "{summary:?}");
            let said = summary.facts.iter();
            let said: Vec<_> = said.map(|fact| (&fact.kind, fact.track)).collect();
            let expected = [(&FactKind::GapShortened, None)];
            assert_eq!(said, expected[..usize::from(left == 0)], "{format:?}");
        }
    }
}

#[test]
fn frames_with_time_0_before_a_live_stream_are_no_long_frames() {
    // The first frame of video alone, of audio alone, and of both.
    for changes in [
        vec![video(1, 5 * HOUR_MS), audio(0, 5 * HOUR_MS)],
        vec![video(0, 5 * HOUR_MS), audio(60, 5 * HOUR_MS)],
        vec![video(1, 5 * HOUR_MS), audio(60, 5 * HOUR_MS)],
        vec![both(200, 5 * HOUR_MS)],
    ] {
        for format in [OutputFormat::Mp4, OutputFormat::Flv] {
            let (job, summary) = made(format, &changed(&changes, 1));
            assert_in_step(&job);
            assert!(summary.duration_ms.abs_diff(12_000) < 150, "{summary:?}");
            let (job, summary) = made(format, &changed(&changes, 4));
            assert_in_step(&job);
            assert!(summary.duration_ms.abs_diff(12_000) < 200, "{summary:?}");
        }
    }
}

#[test]
fn a_gap_makes_no_last_frame_longer() {
    let segments = changed(&[both(6000, HOUR_MS)], 1);
    for format in [OutputFormat::Mp4, OutputFormat::Flv] {
        let (job, summary) = made(format, &segments);
        for track in &summary.tracks {
            assert!(track.duration_ms.abs_diff(3_612_000) < 150, "{summary:?}");
        }
        probe_without_warnings(&job.path());
    }
}

fn any_change() -> impl Strategy<Value = (Option<u8>, i64)> {
    let kinds = prop_oneof![Just(None), Just(Some(8)), Just(Some(9))];
    let added = prop_oneof![
        -20_000..-1500_i64,
        -1000..-300_i64,
        2000..20_000_i64,
        Just(20 * HOUR_MS),
    ];
    (kinds, added)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_clocks_do_every_frame_is_there_once_in_order_and_in_step(
        changes in proptest::collection::vec(any_change(), 1..4),
        count in 1_usize..4,
        first in 1500_i64..4000,
    ) {
        let changes: Vec<_> = changes
            .into_iter()
            .zip(0..)
            .map(|((kind, added_ms), number)| ClockChange {
                from_ms: first + number * 2700,
                kind,
                added_ms,
            })
            .collect();
        // A fall of one track by less than a second is known only within its segment.
        let is_known = |change: &ClockChange| {
            change.kind.is_none() || !(-1000..0).contains(&change.added_ms)
        };
        // Two that are of about the same size, one of each track, are not told from one of both.
        prop_assume!(changes.iter().filter(|change| change.kind.is_some()).count() <= 1);
        let count = if changes.iter().all(is_known) { count } else { 1 };
        let segments = changed(&changes, count);
        for format in [OutputFormat::Mp4, OutputFormat::Flv] {
            let (job, _) = made(format, &segments);
            assert_in_step(&job);
        }
    }
}
