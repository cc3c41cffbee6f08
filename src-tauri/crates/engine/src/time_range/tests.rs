use ustream::{Presence, SegmentId};

use super::*;

const HOUR: u64 = 3_600_000;

fn range(from: &str, to: &str) -> TimeRange {
    TimeRange::parse(Some(from), Some(to)).unwrap().unwrap()
}

#[test]
fn times_are_read_as_a_person_writes_them() {
    for (text, time) in [
        ("90", Some(90_000)),
        ("1:30", Some(90_000)),
        ("1:02:00", Some(3_720_000)),
        ("62:00", Some(3_720_000)),
        ("0:00:00.5", Some(500)),
        ("7.25", Some(7250)),
        ("7.250", Some(7250)),
        ("7.2500", None),
        ("7.", None),
        (".5", None),
        ("1:60", None),
        ("1:2:3:4", None),
        ("1:-2", None),
        ("-5", None),
        ("+5", None),
        ("1:002", None),
        ("١", None),
        ("12345678", None),
        ("", None),
        ("a", None),
    ] {
        assert_eq!(time_ms(text), time, "{text}");
    }
}

#[test]
fn what_is_not_given_is_the_start_or_the_end() {
    assert_eq!(TimeRange::parse(None, None), Ok(None));
    assert_eq!(TimeRange::parse(Some("0"), Some(" ")), Ok(None));
    let tail = TimeRange::parse(Some("5"), None).unwrap().unwrap();
    assert_eq!((tail.from_ms(), tail.to_ms()), (5000, None));
    let head = TimeRange::parse(None, Some("5")).unwrap().unwrap();
    assert_eq!((head.from_ms(), head.to_ms()), (0, Some(5000)));
    for (from, to) in [("5", "5"), ("1:00", "59")] {
        let empty = TimeRange::parse(Some(from), Some(to));
        assert_eq!(empty, Err(TimeRangeError::Empty));
    }
    let wrong = TimeRange::parse(Some("soon"), None);
    assert_eq!(wrong, Err(TimeRangeError::NotATime("soon".to_owned())));
}

#[test]
fn a_stored_range_is_not_empty() {
    let read = |text| serde_json::from_str::<TimeRange>(text);
    let stored = r#"{"from_ms":1000,"to_ms":2000}"#;
    assert_eq!(
        serde_json::to_string(&read(stored).unwrap()).unwrap(),
        stored
    );
    assert!(read(r#"{"from_ms":1000,"to_ms":1000}"#).is_err());
    assert!(read(r#"{"from_ms":1000}"#).is_ok());
}

#[test]
fn a_label_is_a_name_on_every_disk() {
    assert_eq!(range("1:02:00", "1:40:00").label(), "1.02.00–1.40.00");
    assert_eq!(range("7.25", "8").label(), "0.00.07.250–0.00.08");
    let tail = TimeRange::parse(Some("36:00:01"), None).unwrap().unwrap();
    assert_eq!(tail.label(), "36.00.01–");
}

#[test]
fn a_range_beyond_the_end_is_shortened_or_nothing() {
    let asked = range("10", "20");
    assert_eq!(asked.within(Some(15_000)).unwrap().to_ms(), None);
    assert_eq!(asked.within(Some(20_001)), Some(asked));
    assert_eq!(asked.within(Some(10_000)), None);
    assert_eq!(asked.within(None), Some(asked));
}

#[test]
fn time_spans_are_those_of_the_range_and_count_from_its_start() {
    let asked = range("10", "20");
    assert_eq!(asked.clipped_ms(12_000, 13_000), Some((2000, 1000)));
    assert_eq!(asked.clipped_ms(0, 11_000), Some((0, 1000)));
    assert_eq!(asked.clipped_ms(19_000, 24_000), Some((9000, 1000)));
    assert_eq!(asked.clipped_ms(20_000, 25_000), None);
    assert_eq!(asked.clipped_ms(0, 10_000), None);
}

fn segments(count: u64) -> Vec<Segment> {
    let segment = |track, kind, start_ms, duration_ms| Segment {
        id: SegmentId { track, kind },
        start_ms,
        duration_ms,
        presence: Presence::Sure,
    };
    let inits = [0, 1].map(|track| segment(track, SegmentKind::Init, 0, 0));
    let media = (0..count).flat_map(|number| {
        [0, 1].map(|track| segment(track, SegmentKind::Media(number), number * 6000, 6000))
    });
    inits.into_iter().chain(media).collect()
}

/// Returns the numbers of the segments of the second track that are fetched of three hours.
fn selected(from_ms: u64, to_ms: Option<u64>) -> Vec<u64> {
    let mut segments = segments(3 * HOUR / 6000);
    TimeRange { from_ms, to_ms }.select(&mut segments);
    let is_init = |segment: &Segment| segment.id.kind == SegmentKind::Init;
    assert!(segments.is_sorted_by_key(|segment| (!is_init(segment), segment.start_ms)));
    assert_eq!(segments.iter().filter(|it| is_init(it)).count(), 2);
    let numbers = segments.iter().filter_map(|segment| match segment.id {
        SegmentId {
            track: 1,
            kind: SegmentKind::Media(number),
        } => Some(number),
        _ => None,
    });
    numbers.collect()
}

#[test]
fn no_more_is_fetched_than_the_range_and_two_segments_of_each_track() {
    for from_ms in (0..20 * 6000).step_by(250).map(|more| HOUR + more) {
        let (to_ms, numbers) = (
            from_ms + 600_000,
            selected(from_ms, Some(from_ms + 600_000)),
        );
        assert!(numbers.len() <= 102, "{} at {from_ms}", numbers.len());
        let held = |number: u64| numbers.contains(&number);
        assert!((from_ms / 6000..to_ms.div_ceil(6000)).all(held));
        assert!(held(0), "the start of the recording");
    }
}

#[test]
fn a_neighbour_is_taken_where_the_range_comes_close_to_it() {
    let close = [vec![0], (599..700).collect()].concat();
    assert_eq!(selected(HOUR, Some(HOUR + 600_000)), close);
    let ends_close = [vec![0], (600..701).collect()].concat();
    assert_eq!(selected(HOUR + 3000, Some(HOUR + 599_900)), ends_close);
    let inside = [vec![0], (600..603).collect()].concat();
    assert_eq!(selected(HOUR + 1000, Some(HOUR + 13_000)), inside);
    assert_eq!(selected(0, Some(7000)), [0, 1]);
    assert_eq!(selected(3 * HOUR - 3000, None), [0, 1799]);
    assert_eq!(selected(4 * HOUR, None), [0; 0]);
}

/// Returns the range of whole segments that hold another one, and the numbers of these segments.
fn whole_segments(from_ms: u64, to_ms: Option<u64>) -> Option<(TimeRange, Vec<u64>)> {
    let all = segments(3 * HOUR / 6000).into_iter();
    let mut segments: Vec<Segment> = all
        .filter(|it| it.id.track == 0 && it.id.kind != SegmentKind::Init)
        .collect();
    let range = TimeRange { from_ms, to_ms }.select_whole(&mut segments)?;
    let numbers = segments.iter().filter_map(|segment| match segment.id.kind {
        SegmentKind::Media(number) => Some(number),
        SegmentKind::Init => None,
    });
    Some((range, numbers.collect()))
}

#[test]
fn whole_segments_hold_the_range_and_say_where_they_begin_and_end() {
    let range = |from_ms, to_ms| TimeRange { from_ms, to_ms };
    let (whole, numbers) = whole_segments(HOUR + 1000, Some(HOUR + 13_000)).unwrap();
    assert_eq!(numbers, [600, 601, 602]);
    assert_eq!(whole, range(HOUR, Some(HOUR + 18_000)));
    let (whole, numbers) = whole_segments(HOUR + 100, Some(HOUR + 11_900)).unwrap();
    assert_eq!(numbers, [599, 600, 601, 602], "neighbours that are close");
    assert_eq!(whole, range(HOUR - 6000, Some(HOUR + 18_000)));
    let (whole, numbers) = whole_segments(3 * HOUR - 3000, None).unwrap();
    assert_eq!(numbers, [1799]);
    assert_eq!(whole, range(3 * HOUR - 6000, None));
    let (whole, _) = whole_segments(3 * HOUR - 9000, Some(3 * HOUR - 1)).unwrap();
    assert_eq!(whole.to_ms(), None, "up to the last segment");
    assert_eq!(whole_segments(4 * HOUR, None), None);
}
