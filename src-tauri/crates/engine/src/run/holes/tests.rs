use super::*;

fn segment(track: u8, number: u64, presence: Presence) -> Segment {
    Segment {
        id: SegmentId {
            track,
            kind: SegmentKind::Media(number),
        },
        start_ms: number * 6000,
        duration_ms: 6000,
        presence,
    }
}

#[test]
fn what_is_absent_past_the_last_piece_is_the_end_and_nothing_else_is() {
    use Presence::{Sure, Tentative};
    let all: Vec<Segment> = (0..3)
        .map(|n| segment(0, n, Sure))
        .chain((3..8).map(|n| segment(0, n, Tentative)))
        .collect();
    let lacking: Vec<Segment> = [1, 4, 6, 7].iter().map(|n| all[*n]).collect();
    let absent = [1, 4, 7].iter().map(|n| all[*n].id).collect();
    let holes: Vec<u64> = holes(&all, &lacking, &absent, 0)
        .iter()
        .map(|hole| hole.start_ms / 6000)
        .collect();
    // 1 is listed, 4 comes before 5, 6 failed for another reason; 7 is the end.
    assert_eq!(holes, [1, 4, 6]);
}

#[test]
fn an_end_that_comes_long_before_the_stated_length_is_a_hole() {
    let all: Vec<Segment> = (0..20)
        .map(|n| segment(0, n, Presence::Tentative))
        .collect();
    let absent: HashSet<SegmentId> = all[5..].iter().map(|segment| segment.id).collect();
    let stated_ms = 20 * 6000;
    let found = holes(&all, &all[5..], &absent, stated_ms - 10 * 6000);
    assert_eq!(
        found,
        all[5..10],
        "the last ten may be the rounding of the length"
    );
}

#[test]
fn gaps_of_both_tracks_and_of_neighbours_are_one() {
    let holes = [
        segment(0, 1, Presence::Sure),
        segment(1, 1, Presence::Sure),
        segment(1, 2, Presence::Sure),
        segment(0, 9, Presence::Sure),
    ];
    let expected = [(6000, 12000), (54000, 6000)];
    let found: Vec<_> = spans(&holes)
        .iter()
        .map(|gap| (gap.start_ms, gap.duration_ms))
        .collect();
    assert_eq!(found, expected);
}
