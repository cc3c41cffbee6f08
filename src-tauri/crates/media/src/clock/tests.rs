use proptest::prelude::*;

use super::*;
use crate::timestamps;

fn span(key: u8, first_ms: i64, end_ms: i64) -> Span {
    Span {
        key,
        first: first_ms * MILLISECOND,
        end: end_ms * MILLISECOND,
        frame_duration: 40 * MILLISECOND,
    }
}

fn place(clock: &mut MovieClock, number: u64, spans: &[Span]) -> i64 {
    let planned = |span: &Span| PlannedSpan {
        span: *span,
        first_pts: span.first,
        start_ms: number * 2000,
    };
    let spans: Vec<_> = spans.iter().map(planned).collect();
    let part = SegmentKind::Media(number);
    clock.place(&SegmentGroup {
        kind: part,
        spans: &spans,
    }) / MILLISECOND
}

#[test]
fn a_clock_that_goes_on_is_left_alone_over_gaps_too() {
    let mut clock = MovieClock::new(None);
    assert_eq!(place(&mut clock, 0, &[span(0, 90_000, 92_000)]), 0);
    assert_eq!(place(&mut clock, 1, &[span(0, 92_000, 94_000)]), 0);
    assert_eq!(place(&mut clock, 9, &[span(0, 108_000, 110_000)]), 0);
}

#[test]
fn a_restarted_piece_follows_the_one_before() {
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
fn a_frame_alone_in_its_piece_is_as_long_as_those_before_or_behind_it() {
    let alone = |key, at_ms| Span::new(key, [at_ms; 2], 1, 0, 1000).expect("in range");
    let frames = |key, count: i64| {
        let samples = usize::try_from(count).expect("small");
        Span::new(key, [0, (count - 1) * 40], samples, 0, 1000).expect("in range")
    };
    let mut clock = MovieClock::new(Some(timestamps::FLV));
    place(&mut clock, 0, &[frames(0, 50), frames(1, 50)]);
    assert_eq!(place(&mut clock, 1, &[alone(0, 0), alone(1, 0)]), 2000);
    assert_eq!(place(&mut clock, 2, &[frames(0, 50), frames(1, 50)]), 2040);

    let mut clock = MovieClock::new(Some(timestamps::FLV));
    place(&mut clock, 0, &[alone(0, 5000), alone(1, 5000)]);
    assert_eq!(place(&mut clock, 1, &[frames(0, 50), frames(1, 50)]), 5040);

    let mut clock = MovieClock::new(Some(timestamps::FLV));
    place(&mut clock, 0, &[alone(0, 5000), alone(1, 5000)]);
    assert_eq!(place(&mut clock, 1, &[alone(0, 0), alone(1, 0)]), 5001);
}

#[test]
fn what_is_missing_before_a_restarted_piece_stays_a_gap() {
    let mut clock = MovieClock::new(None);
    place(&mut clock, 0, &[span(0, 0, 2000)]);
    assert_eq!(place(&mut clock, 3, &[span(0, 0, 2000)]), 6000);
}

#[test]
fn a_track_that_was_missing_for_long_comes_back_in_its_place() {
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
fn a_wrap_between_pieces_is_no_restart() {
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

/// A piece of a made-up film.
#[derive(Clone, Debug)]
struct GeneratedSegment {
    /// Pieces that are missing before it.
    missing: u64,
    /// Both clocks start again here, at these times in milliseconds.
    restart: Option<[i64; 2]>,
    /// Which of the tracks are there.
    tracks: [bool; 2],
}

const SEGMENT_MS: i64 = 2000;
/// Time that the sound of the made-up film lies behind its pictures.
const AUDIO_DELAY_MS: i64 = 35;

fn generated_segment() -> impl Strategy<Value = GeneratedSegment> {
    let restart = proptest::option::weighted(0.3, 0_i64..900);
    (0_u64..3, restart, 0..6_u8).prop_map(|(missing, restart, tracks)| GeneratedSegment {
        missing,
        restart: restart.map(|base| [base; 2]),
        tracks: [tracks != 1, tracks != 2],
    })
}

/// Puts a film on a clock; answers true and placed starts of its stretches, by track.
fn placed(
    film: &[GeneratedSegment],
    bases: [i64; 2],
    mut clock: MovieClock,
) -> [Vec<(i64, i64)>; 2] {
    let mut placed = [Vec::new(), Vec::new()];
    let mut number = 0;
    // What the source's clocks show at the true time 0.
    let mut zeros = bases;
    for made in film {
        number += made.missing;
        let start = i64::try_from(number).expect("small") * SEGMENT_MS;
        if let Some(restart) = made.restart {
            zeros = restart.map(|base| base - start);
        }
        let mut spans = Vec::new();
        for (key, (zero, there)) in (0..).zip(zeros.iter().zip(made.tracks)) {
            let first = start + zero + i64::from(key) * AUDIO_DELAY_MS;
            if there {
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

    /// Restarts at which the clock falls, gaps in both tracks or in one: the film keeps its time.
    #[test]
    fn whatever_the_clock_does_the_film_keeps_its_time(
        film in proptest::collection::vec(generated_segment(), 1..30),
        base in 100_000_000_i64..1_000_000_000,
        separate in any::<bool>(),
    ) {
        let clock = if separate { MovieClock::for_separate_tracks() } else { MovieClock::new(None) };
        let placed = placed(&film, [base; 2], clock);
        let all = || placed.iter().flatten();
        let distance = |(truth, time): &(i64, i64)| time - truth;
        let first = all().next().map_or(0, distance);
        for (track, times) in placed.iter().enumerate() {
            for pair in times.windows(2) {
                // Times never fall, and a gap is as long as what is missing.
                prop_assert!(pair[1].1 >= pair[0].1 + SEGMENT_MS - AUDIO_DELAY_MS, "{track} {pair:?}");
            }
        }
        // Each restart may be off by the distance of the tracks where one of them is not there.
        let restarts = film.iter().filter(|made| made.restart.is_some()).count();
        let slack = AUDIO_DELAY_MS * i64::try_from(restarts).expect("few");
        for found in all() {
            prop_assert!((distance(found) - first).abs() <= slack, "{found:?} of {first}");
        }
        // Where both are there they keep their distance to the tick.
        for (truth, time) in &placed[0] {
            for (other, beside) in &placed[1] {
                if other - truth == AUDIO_DELAY_MS {
                    prop_assert_eq!(beside - time, AUDIO_DELAY_MS);
                }
            }
        }
    }

    /// Clocks of their own, far apart, that both start again now and then.
    #[test]
    fn tracks_with_clocks_of_their_own_stay_side_by_side(
        film in proptest::collection::vec(generated_segment(), 1..30),
        bases in [100_000_000_i64..1_000_000_000, 2_000_000_000_i64..3_000_000_000],
        apart in 100_000_i64..1_000_000,
    ) {
        let mut film = film;
        film[0].tracks = [true; 2];
        for made in &mut film {
            if let Some([_, sound]) = &mut made.restart {
                // Both are there: one alone cannot say that the other has started again.
                made.tracks = [true; 2];
                *sound += apart;
            }
        }
        let placed = placed(&film, bases, MovieClock::for_separate_tracks());
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

    /// Any stretches at all: the tracks of a segment go on behind what they had.
    #[test]
    fn no_clock_makes_time_fall(
        times in proptest::collection::vec((any::<u8>(), any::<i64>(), 0_u32.., 0_u64..9), 1..40),
    ) {
        for separate in [false, true] {
            let mut clock = if separate { MovieClock::for_separate_tracks() } else { MovieClock::new(Some(timestamps::FLV)) };
            let mut number = 0;
            let mut ends = std::collections::BTreeMap::new();
            for (key, first, length, missing) in &times {
                number += 1 + missing;
                let key = key % 3;
                // Some 35 years each way: farther off, sums of times are cut at 292 years.
                let first = first % (1 << 40);
                let stretch = span(key, first, first + i64::from(*length));
                place(&mut clock, number, &[stretch]);
                let offset = clock.offset_of(key);
                let start = stretch.first + offset;
                if let Some(end) = ends.insert(key, stretch.end + offset) {
                    prop_assert!(start >= end - MAX_OVERLAP, "{start} after {end}");
                }
            }
        }
    }
}

#[test]
fn a_track_that_starts_again_alone_goes_on_beside_the_other() {
    let mut clock = MovieClock::for_separate_tracks();
    place(&mut clock, 0, &[span(0, 0, 2000), span(1, 30, 2030)]);
    for number in 1..5 {
        let sound = i64::try_from(number).expect("small") * 2000 + 30;
        let picture = 900_000 + sound;
        let spans = [
            span(0, picture, picture + 2000),
            span(1, sound, sound + 2000),
        ];
        assert_eq!(place(&mut clock, number, &spans), 0);
        let start = picture * MILLISECOND + clock.offset_of(0);
        assert_eq!(start / MILLISECOND, sound - 30);
        assert_eq!(clock.offset_of(1), 0);
    }
}

#[test]
fn tracks_that_are_not_cut_at_the_same_times_go_by_what_the_plan_says_of_each() {
    let stretch = |key, first_ms: u64| {
        let first = i64::try_from(first_ms).expect("small");
        let span = span(key, first, first + 10_000);
        PlannedSpan {
            span,
            first_pts: span.first,
            start_ms: first_ms,
        }
    };
    // All pictures lie before all sound; or the sound is cut into far longer pieces.
    let behind = (0..20).map(|number| stretch(u8::from(number >= 10), number % 10 * 10_000));
    let mut clock = MovieClock::for_separate_tracks();
    for (number, stretch) in (0..).zip(behind) {
        let part = SegmentKind::Media(number);
        let spans = [stretch];
        clock.place(&SegmentGroup {
            kind: part,
            spans: &spans,
        });
        assert_eq!(clock.offset_of(stretch.span.key), 0, "{number}");
    }
    let mut clock = MovieClock::for_separate_tracks();
    for number in 0..10 {
        let part = SegmentKind::Media(number);
        let spans = [stretch(0, number * 10_000), stretch(1, number * 120_000)];
        clock.place(&SegmentGroup {
            kind: part,
            spans: &spans,
        });
        assert_eq!([0, 1].map(|key| clock.offset_of(key)), [0, 0], "{number}");
    }
}

#[test]
fn a_wrap_of_33_bits_is_no_restart_to_the_tick() {
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
        assert_eq!(ticks(offset, 90_000), ticks_expected, "piece {number}");
    }
}
