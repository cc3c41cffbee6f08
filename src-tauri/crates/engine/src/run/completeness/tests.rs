use ustream::{Presence, SegmentKind};

use super::*;

const NONE: &[HeldSegment] = &[];
const NOTHING: [u64; 0] = [];

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

/// Returns the numbers of the missing segments.
fn missing(
    all: &[Segment],
    lacking: &[Segment],
    absent: &[u64],
    stated_ms: Option<u64>,
) -> Vec<u64> {
    let absent = all
        .iter()
        .filter(|it| absent.contains(&(it.start_ms / 6000)));
    let absent: HashSet<SegmentId> = absent.map(|segment| segment.id).collect();
    let nothing = HashSet::new();
    let came = Received {
        outstanding: lacking,
        absent: &absent,
        empty: &nothing,
        misplaced: &nothing,
        held: NONE,
    };
    let holes = missing_segments(all, came, stated_ms);
    holes.iter().map(|hole| hole.start_ms / 6000).collect()
}

fn list() -> Vec<Segment> {
    let sure = (0..3).map(|number| segment(0, number, Presence::Sure));
    sure.chain((3..8).map(|number| segment(0, number, Presence::Tentative)))
        .collect()
}

#[test]
fn what_does_not_exist_behind_the_last_segment_is_the_end_and_nothing_else_is() {
    let all = list();
    let lacking: Vec<Segment> = [1, 4, 6, 7].map(|number: usize| all[number]).to_vec();
    // 1 is listed, 5 was fetched after 4, 6 failed for another reason; 7 is past the end.
    assert_eq!(missing(&all, &lacking, &[1, 4, 7], None), [1, 4, 6]);
}

#[test]
fn the_stated_length_decides_where_the_recording_ends() {
    let all = list();
    let tail = &all[4..];
    assert_eq!(missing(&all, tail, &[4, 5, 6, 7], None), NOTHING);
    assert_eq!(missing(&all, tail, &[4, 5, 6, 7], Some(24_000)), NOTHING);
    assert_eq!(missing(&all, tail, &[4, 5, 6, 7], Some(30_001)), [4, 5]);
    // Segments past the end are not missing even if the service never said that they do not exist.
    assert_eq!(missing(&all, tail, &[], Some(24_000)), NOTHING);
}

#[test]
fn the_last_segment_is_missing_as_far_as_the_recording_goes() {
    let last = segment(0, 7, Presence::Tentative);
    let length = |stated| missing_span(&last, stated, None).map(|gap| gap.duration_ms);
    assert_eq!(length(Some(42_500)), Some(500));
    assert_eq!(length(None), Some(6000));
    let goes_on = missing_span(&last, Some(42_500), Some(48_000));
    assert_eq!(goes_on.map(|gap| gap.duration_ms), Some(6000));
    let listed = segment(0, 7, Presence::Sure);
    let gap = missing_span(&listed, Some(10), None).map(|gap| gap.duration_ms);
    assert_eq!(gap, Some(6000), "it is listed, whatever the length says");
}

#[test]
fn gaps_of_both_tracks_and_of_neighbours_are_one() {
    let holes = [(0, 1), (1, 1), (1, 2), (0, 9)];
    let spans = holes.map(|(track, number)| segment(track, number, Presence::Sure));
    let spans = spans
        .iter()
        .filter_map(|segment| missing_span(segment, None, None));
    let found: Vec<_> = merged_spans(spans.collect())
        .iter()
        .map(|gap| (gap.start_ms, gap.duration_ms))
        .collect();
    assert_eq!(found, [(6000, 12_000), (54_000, 6000)]);
}

#[test]
fn a_second_is_accepted_and_a_track_is_not() {
    let gap = |duration_ms| Gap {
        start_ms: 0,
        duration_ms,
    };
    let lacks = |gaps: Vec<Gap>| Shortfall {
        gaps,
        ..Shortfall::default()
    };
    assert!(lacks(vec![gap(400), gap(600)]).is_acceptable());
    assert!(!lacks(vec![gap(400), gap(601)]).is_acceptable());
    let shorter = Shortfall {
        shorter_than_stated_ms: Some(1001),
        ..Shortfall::default()
    };
    assert!(!shorter.is_acceptable());
    let silent = Shortfall {
        missing: vec![Missing::Track {
            kind: TrackKind::Audio.into(),
            language: None,
        }],
        ..Shortfall::default()
    };
    assert!(!silent.is_acceptable());
    assert_eq!(shorter.description(), "2 s shorter than the service states");
}
