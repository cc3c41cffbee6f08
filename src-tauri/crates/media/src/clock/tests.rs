use super::*;

fn span(key: u8, first_ms: i64, end_ms: i64) -> Span {
    Span {
        key,
        first: first_ms * MILLISECOND,
        end: end_ms * MILLISECOND,
        frame: 40 * MILLISECOND,
    }
}

fn place(clock: &mut Clock, number: u64, spans: &[Span]) -> i64 {
    let planned = |span: &Span| Planned {
        span: *span,
        shown: span.first,
        start_ms: number * 2000,
    };
    let spans: Vec<_> = spans.iter().map(planned).collect();
    let part = Part::Media(number);
    clock.place(&Segment {
        part,
        spans: &spans,
    }) / MILLISECOND
}

#[test]
fn a_clock_that_goes_on_is_left_alone_over_gaps_too() {
    let mut clock = Clock::new(false);
    assert_eq!(place(&mut clock, 0, &[span(0, 90_000, 92_000)]), 0);
    assert_eq!(place(&mut clock, 1, &[span(0, 92_000, 94_000)]), 0);
    assert_eq!(place(&mut clock, 9, &[span(0, 108_000, 110_000)]), 0);
}

#[test]
fn a_restarted_piece_follows_the_one_before() {
    let mut clock = Clock::new(false);
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
    let mut clock = Clock::new(false);
    place(&mut clock, 0, &[span(0, 0, 2000), span(1, 0, 2500)]);
    assert_eq!(
        place(&mut clock, 1, &[span(0, 0, 2000), span(1, 0, 2000)]),
        2500
    );
}

#[test]
fn what_is_missing_before_a_restarted_piece_stays_a_gap() {
    let mut clock = Clock::new(false);
    place(&mut clock, 0, &[span(0, 0, 2000)]);
    assert_eq!(place(&mut clock, 3, &[span(0, 0, 2000)]), 6000);
}

#[test]
fn a_track_that_was_missing_for_long_comes_back_in_its_place() {
    let mut clock = Clock::new(false);
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
    let mut clock = Clock::new(true);
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
