//! Movies whose tracks start at different timestamps, and movies without their first segments.

use kit::segment::OwnedSegment;
use media::{OutputFormat, SegmentFormat, SegmentKind};

use crate::{
    multi_track::{EXACT, TICK, cut, mp4_of},
    muxing::muxer_job,
    packets::{Packets, assert_same, packets, probe_without_warnings},
    segments::{cut_flv, dash, made_by_ffmpeg, movie, shuffled},
};

/// Adds to the decode time of every fragment (version 1 of `tfdt`).
fn later(segment: &mut OwnedSegment, ticks: u64) {
    let data = &mut segment.data;
    for at in 0..data.len().saturating_sub(16) {
        if &data[at..at + 5] == b"tfdt\x01" {
            let time: [u8; 8] = data[at + 8..at + 16].try_into().unwrap();
            let time = u64::from_be_bytes(time).checked_add(ticks).unwrap();
            data[at + 8..at + 16].copy_from_slice(&time.to_be_bytes());
        }
    }
}

/// Returns the movie with tracks that start at these ticks.
fn clocks(ticks: [u64; 2]) -> Vec<OwnedSegment> {
    let mut segments = dash().to_vec();
    for segment in &mut segments {
        later(segment, ticks[usize::from(segment.track)]);
    }
    segments
}

#[test]
fn tracks_whose_clocks_start_far_apart_are_put_side_by_side() {
    let expected = packets(&mp4_of(dash()).path());
    for ticks in [
        [1_000_000_000, 0],
        [0, 1_000_000_000_000],
        [1_700_000_000 * 12_800, 400_000_000 * 44_100],
    ] {
        let segments = clocks(ticks);
        let moved = |(one, other): (&OwnedSegment, &OwnedSegment)| one.data != other.data;
        assert!(segments.iter().zip(dash()).any(moved), "{ticks:?}");
        let job = mp4_of(&shuffled(&segments));
        let made = packets(&job.path());
        // Both tracks start where the plan starts: each keeps its own times, and the distance
        // between the tracks is that of the movie, to within an audio frame.
        for kind in ["video", "audio"] {
            let only = |packets: &Packets| {
                let mut packets = packets.clone();
                packets.retain(|key, _| key == kind);
                packets
            };
            assert_same(only(&made), only(&expected), EXACT);
            let [made, expected] = [&made, &expected].map(|packets| packets[kind][0].pts);
            assert!(
                (made - expected).abs() < 0.05,
                "{kind} at {made} of {expected}"
            );
        }
        probe_without_warnings(&job.path());
    }
}

#[test]
fn the_priming_of_a_track_that_is_moved_stays_cut_off() {
    let file = made_by_ffmpeg(
        "film.mp4",
        &[
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=96x54:rate=25:duration=6",
            "-f",
            "lavfi",
            "-i",
            "sine=sample_rate=48000:duration=6",
            "-g",
            "25",
            "-c:a",
            "aac",
            "-movflags",
            "frag_keyframe+delay_moov+default_base_moof",
        ],
    );
    let segments = cut(&file);
    let expected = packets(&mp4_of(&segments).path());
    assert!((expected["audio"][0].pts + 1024.0 / 48_000.0).abs() < EXACT);
    for moved in 0..2 {
        let mut segments = segments.clone();
        let of = |segment: &&mut OwnedSegment| {
            segment.track == moved && segment.kind != SegmentKind::Init
        };
        for segment in segments.iter_mut().filter(of) {
            later(segment, 1_000_000_000);
        }
        let made = packets(&mp4_of(&shuffled(&segments)).path());
        // With distant timestamps, the priming that the edit list of the audio removes is not
        // there.
        let cut_off = if moved == 0 { -1024.0 / 48_000.0 } else { 0.0 };
        let first = made["audio"][0].pts;
        assert!((first - cut_off).abs() < TICK, "{moved}: {first}");
        let [made, expected] = [&made, &expected].map(|film| film["video"].len());
        assert_eq!(made, expected);
    }
}

#[test]
fn a_small_distance_of_the_tracks_is_kept_to_the_tick() {
    for (video, audio) in [(0, 3 * 44_100 + 7), (5 * 12_800 + 1, 0)] {
        let timescales = init_timescales();
        assert_eq!(timescales, [12_800, 44_100]);
        let job = mp4_of(&shuffled(&clocks([video, audio])));
        let mut expected = packets(&mp4_of(dash()).path());
        for (kind, ticks, scale) in [("video", video, 12_800.0), ("audio", audio, 44_100.0)] {
            for packet in expected.get_mut(kind).unwrap() {
                let ticks = f64::from(u32::try_from(ticks).unwrap());
                packet.dts += ticks / scale;
                packet.pts += ticks / scale;
            }
        }
        assert_same(packets(&job.path()), expected, TICK);
    }
}

fn init_timescales() -> [u32; 2] {
    [0, 1].map(|track| {
        let of =
            |segment: &&OwnedSegment| (segment.track, segment.kind) == (track, SegmentKind::Init);
        let data = &dash().iter().find(of).unwrap().data;
        let at = data
            .windows(4)
            .position(|window| window == b"mdhd")
            .unwrap();
        u32::from_be_bytes(data[at + 16..at + 20].try_into().unwrap())
    })
}

#[test]
fn segments_missing_at_the_start_of_a_movie_stay_a_gap() {
    let left = |segments: &[OwnedSegment]| -> Vec<_> {
        let missing = [SegmentKind::Media(0), SegmentKind::Media(1)];
        let left = segments
            .iter()
            .filter(|segment| !missing.contains(&segment.kind));
        left.cloned().collect()
    };
    for segments in [left(dash()), left(&clocks([1_000_000_000, 0]))] {
        let job = mp4_of(&shuffled(&segments));
        let made = packets(&job.path());
        assert!(
            (made["video"][0].pts - 4.0).abs() < 0.1,
            "{:?}",
            made["video"][0]
        );
        assert!(
            (made["audio"][0].pts - 4.0).abs() < 0.1,
            "{:?}",
            made["audio"][0]
        );
        let length = job.check().unwrap().duration_ms;
        assert!(length.abs_diff(12_000) < 150, "{length}");
        probe_without_warnings(&job.path());
    }
    for format in [OutputFormat::Mp4, OutputFormat::Flv] {
        for restart in [false, true] {
            let segments = left(&cut_flv(movie(), 2000, restart));
            let mut job = muxer_job(SegmentFormat::Flv, format, segments.len());
            let summary = job.finish(&segments).unwrap();
            assert_eq!(job.check().unwrap().duration_ms, summary.duration_ms);
            let made = packets(&job.path());
            let first = made["video"][0].pts.min(made["audio"][0].pts);
            assert!((first - 4.0).abs() < 0.1, "{format:?}: {first}");
            assert!(summary.duration_ms.abs_diff(12_000) < 150, "{summary:?}");
        }
    }
}

#[test]
fn a_track_that_lacks_its_first_segments_starts_later_on_the_common_clock() {
    let mut segments = dash().to_vec();
    segments.retain(|segment| (segment.track, segment.kind) != (1, SegmentKind::Media(0)));
    let whole = packets(&mp4_of(dash()).path());
    let mut expected = whole.clone();
    let left = packets(&mp4_of(&shuffled(&segments)).path());
    let gone = whole["audio"].len() - left["audio"].len();
    assert!(gone > 80, "{gone}");
    expected.get_mut("audio").unwrap().drain(..gone);
    assert_same(left, expected, TICK);
}
