//! Tests of the movie clock, with made-up recordings.

use proptest::prelude::*;

use super::*;
use crate::timestamps;

fn span(key: u8, first_ms: i64, end_ms: i64) -> Span {
    Span {
        key,
        first: first_ms * MILLISECOND,
        end: end_ms * MILLISECOND,
        frame_duration: 40 * MILLISECOND,
        inner_shift: 0,
    }
}

fn place(clock: &mut MovieClock, number: u64, spans: &[Span]) -> i64 {
    let planned = |span: &Span| PlannedSpan {
        span: *span,
        first_pts: span.first,
        start_ms: number * 2000,
    };
    let spans: Vec<_> = spans.iter().map(planned).collect();
    let kind = SegmentKind::Media(number);
    clock.place(&SegmentGroup {
        kind,
        spans: &spans,
    }) / MILLISECOND
}

#[test]
fn a_continuous_clock_is_unchanged_even_over_gaps() {
    let mut clock = MovieClock::new(None);
    assert_eq!(place(&mut clock, 0, &[span(0, 90_000, 92_000)]), 0);
    assert_eq!(place(&mut clock, 1, &[span(0, 92_000, 94_000)]), 0);
    assert_eq!(place(&mut clock, 9, &[span(0, 108_000, 110_000)]), 0);
}

#[test]
fn a_segment_with_a_restarted_clock_follows_the_one_before() {
    let mut clock = MovieClock::new(None);
    place(&mut clock, 0, &[span(0, 0, 2000), span(1, 5, 2010)]);
    assert_eq!(
        place(&mut clock, 1, &[span(0, 0, 2000), span(1, 5, 2010)]),
        2000
    );
    assert_eq!(
        place(&mut clock, 2, &[span(0, 0, 2000), span(1, 5, 2010)]),
        4000
    );
}

#[test]
fn tracks_that_end_far_apart_do_not_overlap_after_a_restart() {
    let mut clock = MovieClock::new(None);
    place(&mut clock, 0, &[span(0, 0, 2000), span(1, 0, 2500)]);
    assert_eq!(
        place(&mut clock, 1, &[span(0, 0, 2000), span(1, 0, 2000)]),
        2500
    );
}

#[test]
fn a_single_frame_in_a_segment_is_as_long_as_those_before_or_after_it() {
    let single = |key, at_ms| Span::new(key, [at_ms; 2], 1, 0, 1000).expect("in range");
    let frames = |key, count: i64| {
        let samples = usize::try_from(count).expect("small");
        Span::new(key, [0, (count - 1) * 40], samples, 0, 1000).expect("in range")
    };
    let mut clock = MovieClock::new(Some(timestamps::FLV));
    place(&mut clock, 0, &[frames(0, 50), frames(1, 50)]);
    assert_eq!(place(&mut clock, 1, &[single(0, 0), single(1, 0)]), 2000);
    assert_eq!(place(&mut clock, 2, &[frames(0, 50), frames(1, 50)]), 2040);

    let mut clock = MovieClock::new(Some(timestamps::FLV));
    place(&mut clock, 0, &[single(0, 5000), single(1, 5000)]);
    assert_eq!(place(&mut clock, 1, &[frames(0, 50), frames(1, 50)]), 5040);

    let mut clock = MovieClock::new(Some(timestamps::FLV));
    place(&mut clock, 0, &[single(0, 5000), single(1, 5000)]);
    assert_eq!(place(&mut clock, 1, &[single(0, 0), single(1, 0)]), 5001);
}

#[test]
fn missing_segments_before_a_restarted_clock_stay_a_gap() {
    let mut clock = MovieClock::new(None);
    place(&mut clock, 0, &[span(0, 0, 2000)]);
    assert_eq!(place(&mut clock, 3, &[span(0, 0, 2000)]), 6000);
}

#[test]
fn a_track_that_was_missing_for_long_returns_at_its_time() {
    let mut clock = MovieClock::new(None);
    place(&mut clock, 0, &[span(0, 0, 2000), span(1, 0, 2000)]);
    for number in 1..1000 {
        let start = i64::try_from(number).expect("small") * 2000;
        assert_eq!(
            place(&mut clock, number, &[span(0, start, start + 2000)]),
            0
        );
    }
    let both = [span(0, 2_000_000, 2_002_000), span(1, 2_000_000, 2_002_000)];
    assert_eq!(place(&mut clock, 1000, &both), 0);
}

#[test]
fn a_wrap_between_segments_is_not_a_restart() {
    let top = 1 << 24;
    let mut clock = MovieClock::new(Some(timestamps::FLV));
    place(&mut clock, 0, &[span(0, top - 2000, top)]);
    assert_eq!(place(&mut clock, 1, &[span(0, 10, 2010)]), top);
    assert_eq!(place(&mut clock, 2, &[span(0, 2010, 4010)]), top);
}

#[test]
fn ticks_and_nanoseconds_agree() {
    for timescale in [1, 1000, 12_800, 44_100, 90_000, 705_600] {
        for count in [0, 1, 1023, 44_101, 1 << 32] {
            let time = nanoseconds(count, timescale).expect("within 146 years");
            assert_eq!(ticks(time, timescale), count, "{count} of {timescale}");
        }
    }
    assert_eq!(nanoseconds(i64::MAX, 90_000), None);
}

/// A segment of a made-up recording.
#[derive(Clone, Debug)]
struct GeneratedSegment {
    /// Number of missing segments before it.
    missing: u64,
    /// Both clocks restart here, at these times in milliseconds.
    restart: Option<[i64; 2]>,
    /// Whether it has video and audio.
    tracks: [bool; 2],
}

const SEGMENT_MS: i64 = 2000;
/// How much later the audio of the made-up recording starts than its video.
const AUDIO_DELAY_MS: i64 = 35;

fn generated_segment() -> impl Strategy<Value = GeneratedSegment> {
    let restart = proptest::option::weighted(0.3, 0_i64..900);
    (0_u64..3, restart, 0..6_u8).prop_map(|(missing, restart, tracks)| GeneratedSegment {
        missing,
        restart: restart.map(|base| [base; 2]),
        tracks: [tracks != 1, tracks != 2],
    })
}

/// Places a recording on a clock; returns the true and the placed starts of its spans, by track.
fn placed(
    recording: &[GeneratedSegment],
    bases: [i64; 2],
    mut clock: MovieClock,
) -> [Vec<(i64, i64)>; 2] {
    let mut placed = [Vec::new(), Vec::new()];
    let mut number = 0;
    // The times of the source clocks at the true time 0.
    let mut origins = bases;
    for segment in recording {
        number += segment.missing;
        let start = i64::try_from(number).expect("small") * SEGMENT_MS;
        if let Some(restart) = segment.restart {
            origins = restart.map(|base| base - start);
        }
        let mut spans = Vec::new();
        for (key, (origin, present)) in (0..).zip(origins.iter().zip(segment.tracks)) {
            let first = start + origin + i64::from(key) * AUDIO_DELAY_MS;
            if present {
                spans.push(span(key, first, first + SEGMENT_MS));
            }
        }
        place(&mut clock, number, &spans);
        for span in &spans {
            let key = usize::from(span.key);
            let time = span.first + clock.offset_of(span.key);
            let truth = start + i64::from(span.key) * AUDIO_DELAY_MS;
            placed[key].push((truth, time / MILLISECOND));
        }
        number += 1;
    }
    placed
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// The clock restarts at lower times, and one or both tracks have gaps.
    #[test]
    fn restarts_and_gaps_do_not_shift_the_movie(
        recording in proptest::collection::vec(generated_segment(), 1..30),
        base in 100_000_000_i64..1_000_000_000,
        separate in any::<bool>(),
    ) {
        let clock = if separate { MovieClock::for_separate_tracks() } else { MovieClock::new(None) };
        let placed = placed(&recording, [base; 2], clock);
        let all = || placed.iter().flatten();
        let distance = |(truth, time): &(i64, i64)| time - truth;
        let first = all().next().map_or(0, distance);
        for (track, times) in placed.iter().enumerate() {
            for pair in times.windows(2) {
                // Times never fall, and a gap is as long as the missing segments.
                prop_assert!(pair[1].1 >= pair[0].1 + SEGMENT_MS - AUDIO_DELAY_MS, "{track} {pair:?}");
            }
        }
        // Each restart may be off by the distance of the tracks if one of them is missing.
        let restarts = recording.iter().filter(|segment| segment.restart.is_some()).count();
        let slack = AUDIO_DELAY_MS * i64::try_from(restarts).expect("few");
        for found in all() {
            prop_assert!((distance(found) - first).abs() <= slack, "{found:?} of {first}");
        }
        // Where both are present, they keep their distance exactly.
        for (truth, time) in &placed[0] {
            for (other, beside) in &placed[1] {
                if other - truth == AUDIO_DELAY_MS {
                    prop_assert_eq!(beside - time, AUDIO_DELAY_MS);
                }
            }
        }
    }

    /// The tracks have clocks that are far apart, and both restart now and then.
    #[test]
    fn tracks_with_separate_clocks_stay_in_sync(
        recording in proptest::collection::vec(generated_segment(), 1..30),
        bases in [100_000_000_i64..1_000_000_000, 2_000_000_000_i64..3_000_000_000],
        apart in 100_000_i64..1_000_000,
    ) {
        let mut recording = recording;
        recording[0].tracks = [true; 2];
        for segment in &mut recording {
            if let Some([_, audio]) = &mut segment.restart {
                // One track alone cannot show that the clock of the other has restarted.
                segment.tracks = [true; 2];
                *audio += apart;
            }
        }
        let placed = placed(&recording, bases, MovieClock::for_separate_tracks());
        for pair in placed.iter().flat_map(|times| times.windows(2)) {
            prop_assert!(pair[1].1 >= pair[0].1 + SEGMENT_MS - AUDIO_DELAY_MS, "{pair:?}");
        }
        for (truth, time) in &placed[0] {
            for (other, beside) in &placed[1] {
                if other - truth == AUDIO_DELAY_MS {
                    prop_assert!((beside - time).abs() <= AUDIO_DELAY_MS, "{truth}: {time} {beside}");
                }
            }
        }
    }

    /// With arbitrary spans, each track still continues after its last segment.
    #[test]
    fn times_never_fall_on_any_clock(
        times in proptest::collection::vec((any::<u8>(), any::<i64>(), 0_u32.., 0_u64..9), 1..40),
    ) {
        for separate in [false, true] {
            let mut clock = if separate { MovieClock::for_separate_tracks() } else { MovieClock::new(Some(timestamps::FLV)) };
            let mut number = 0;
            let mut ends = std::collections::BTreeMap::new();
            for (key, first, length, missing) in &times {
                number += 1 + missing;
                let key = key % 3;
                // About 35 years each way: beyond, sums of times saturate at 292 years.
                let first = first % (1 << 40);
                let span = span(key, first, first + i64::from(*length));
                place(&mut clock, number, &[span]);
                let offset = clock.offset_of(key);
                let start = span.first + offset;
                if let Some(end) = ends.insert(key, span.end + offset) {
                    prop_assert!(start >= end - MAX_OVERLAP, "{start} after {end}");
                }
            }
        }
    }
}

#[test]
fn a_track_whose_clock_restarts_alone_stays_in_sync_with_the_other() {
    let mut clock = MovieClock::for_separate_tracks();
    place(&mut clock, 0, &[span(0, 0, 2000), span(1, 30, 2030)]);
    for number in 1..5 {
        let audio = i64::try_from(number).expect("small") * 2000 + 30;
        let video = 900_000 + audio;
        let spans = [span(0, video, video + 2000), span(1, audio, audio + 2000)];
        assert_eq!(place(&mut clock, number, &spans), 0);
        let start = video * MILLISECOND + clock.offset_of(0);
        assert_eq!(start / MILLISECOND, audio - 30);
        assert_eq!(clock.offset_of(1), 0);
    }
}

#[test]
fn tracks_with_different_segment_durations_follow_their_planned_starts() {
    let planned = |key, first_ms: u64| {
        let first = i64::try_from(first_ms).expect("small");
        let span = span(key, first, first + 10_000);
        PlannedSpan {
            span,
            first_pts: span.first,
            start_ms: first_ms,
        }
    };
    // All video segments come before all audio segments.
    let sequential = (0..20).map(|number| planned(u8::from(number >= 10), number % 10 * 10_000));
    let mut clock = MovieClock::for_separate_tracks();
    for (number, span) in (0..).zip(sequential) {
        clock.place(&SegmentGroup {
            kind: SegmentKind::Media(number),
            spans: &[span],
        });
        assert_eq!(clock.offset_of(span.span.key), 0, "{number}");
    }
    // The audio segments are far longer than the video segments.
    let mut clock = MovieClock::for_separate_tracks();
    for number in 0..10 {
        clock.place(&SegmentGroup {
            kind: SegmentKind::Media(number),
            spans: &[planned(0, number * 10_000), planned(1, number * 120_000)],
        });
        assert_eq!([0, 1].map(|key| clock.offset_of(key)), [0, 0], "{number}");
    }
}

#[test]
fn a_33_bit_wrap_is_unwrapped_exactly() {
    let top = nanoseconds(1 << 33, 90_000).expect("a day");
    let top_ms = top / MILLISECOND;
    let mut clock = MovieClock::new(Some(timestamps::TS));
    let before = Span {
        end: top,
        ..span(0, top_ms - 2000, top_ms)
    };
    let planned = |span, start_ms| PlannedSpan {
        span,
        first_pts: span.first,
        start_ms,
    };
    for (number, span, ticks_expected) in [(0, before, 0), (1, span(0, 0, 2000), 1 << 33)] {
        let offset = clock.place(&SegmentGroup {
            kind: SegmentKind::Media(number),
            spans: &[planned(span, number * 2000)],
        });
        assert_eq!(ticks(offset, 90_000), ticks_expected, "segment {number}");
    }
}
