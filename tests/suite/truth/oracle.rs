//! Tests of the oracle itself: it detects the mistakes that it exists for.

use engine::Code;
use engine::view::{GapView, MissingView};

use super::expected::{ExpectedOutcome, ExpectedSegment, Requirement, TrackSet};
use super::reader::{MoviePacket, MoviePackets};
use super::verdict::{JobEnding, Reported, judge};

const SEGMENT_MS: u64 = 2000;

fn packet(number: u64, time_us: i64) -> MoviePacket {
    MoviePacket {
        dts_us: time_us,
        pts_us: time_us,
        hash: number,
    }
}

/// Returns four segments of two frames and one packet of audio each.
fn slots() -> Vec<ExpectedSegment> {
    (0..4)
        .map(|place: u64| {
            let start = (place * SEGMENT_MS).cast_signed() * 1000;
            ExpectedSegment {
                video: vec![
                    packet(place * 10, start),
                    packet(place * 10 + 1, start + 1_000_000),
                ],
                audio: vec![packet(place * 10 + 5, start)],
                foreign: None,
                requirement: Requirement::Must,
                is_listed: true,
                is_empty: false,
                is_cut: false,
            }
        })
        .collect()
}

fn expected(slots: Vec<ExpectedSegment>) -> ExpectedOutcome {
    let tracks = TrackSet {
        tracks: vec![slots],
        is_substitute: false,
        lacks_audio: false,
    };
    ExpectedOutcome {
        segment_ms: SEGMENT_MS,
        first: 0,
        stated_ms: Some(8000),
        all_stated_ms: vec![8000],
        length_ms: 8000,
        reach: 0,
        may_lack_beginning: false,
        track_sets: vec![tracks],
        must_tell_rendition: false,
        may_tell_rendition: false,
        is_hopeless: false,
        is_damaged: false,
        is_replaced: false,
        is_file: false,
        is_unsupported: false,
        tolerance_us: 1000,
        allows_gaps: true,
        planned: 4,
    }
}

/// Returns the movie of these segments, `later_us` later than they state.
fn movie(slots: &[ExpectedSegment], later_us: i64) -> MoviePackets {
    let shifted = |packet: &MoviePacket| MoviePacket {
        dts_us: packet.dts_us + later_us,
        pts_us: packet.pts_us + later_us,
        ..*packet
    };
    MoviePackets {
        video: slots
            .iter()
            .flat_map(|slot| &slot.video)
            .map(shifted)
            .collect(),
        audio: slots
            .iter()
            .flat_map(|slot| &slot.audio)
            .map(shifted)
            .collect(),
    }
}

fn gap(place: u64) -> GapView {
    GapView {
        start_ms: place * SEGMENT_MS,
        duration_ms: SEGMENT_MS,
    }
}

/// Returns the kind of mistake that is found, or `None`.
fn mistake_kind(
    expected: &ExpectedOutcome,
    movie: MoviePackets,
    reported: &Reported,
) -> Option<&'static str> {
    judge(expected, &JobEnding::Done(movie), reported)
        .err()
        .map(|wrong| wrong.kind)
}

/// Returns four segments of which one is unavailable, and the movie of the others.
fn with_a_hole() -> (ExpectedOutcome, MoviePackets) {
    let mut slots = slots();
    let rest = [&slots[..2], &slots[3..]].concat();
    slots[2].requirement = Requirement::Not;
    (expected(slots), movie(&rest, 0))
}

#[test]
fn a_complete_movie_passes_with_any_start_time() {
    for later_us in [0, 10_000_000, -400_000] {
        let movie = movie(&slots(), later_us);
        assert_eq!(
            mistake_kind(&expected(slots()), movie, &Reported::default()),
            None
        );
    }
}

#[test]
fn a_missing_packet_is_detected_at_any_position() {
    for at in 0..8 {
        let mut movie = movie(&slots(), 0);
        movie.video.remove(at);
        let kind = mistake_kind(&expected(slots()), movie, &Reported::default());
        assert_eq!(kind, Some("a segment is only in part in the movie"), "{at}");
    }
}

#[test]
fn swapped_and_additional_packets_are_detected() {
    let mut swapped = movie(&slots(), 0);
    swapped.video.swap(2, 3);
    assert!(mistake_kind(&expected(slots()), swapped, &Reported::default()).is_some());
    let mut twice = movie(&slots(), 0);
    twice.audio.push(twice.audio[3]);
    let kind = mistake_kind(&expected(slots()), twice, &Reported::default());
    assert_eq!(kind, Some("packets of no expected segment"));
}

#[test]
fn a_wrong_timestamp_is_detected_in_either_track() {
    let mut late = movie(&slots(), 0);
    late.video[5].pts_us += 40_000;
    let kind = mistake_kind(&expected(slots()), late, &Reported::default());
    assert_eq!(kind, Some("a packet at a wrong time"));
    let mut shifted_audio = movie(&slots(), 0);
    shifted_audio
        .audio
        .iter_mut()
        .for_each(|packet| packet.dts_us += 80_000);
    let kind = mistake_kind(&expected(slots()), shifted_audio, &Reported::default());
    assert_eq!(kind, Some("a packet at a wrong time"));
}

#[test]
fn a_gap_must_be_reported_at_its_position() {
    let reported = |places: &[u64]| Reported {
        gaps: places.iter().map(|place| gap(*place)).collect(),
        ..Reported::default()
    };
    let (expected, movie) = with_a_hole();
    assert_eq!(
        mistake_kind(&expected, movie.clone(), &reported(&[2])),
        None
    );
    let kind = mistake_kind(&expected, movie.clone(), &reported(&[]));
    assert_eq!(kind, Some("an unreported gap"));
    for places in [&[1][..], &[2, 3]] {
        let kind = mistake_kind(&expected, movie.clone(), &reported(places));
        assert_eq!(kind, Some("reported as missing, but present"), "{places:?}");
    }
    let refused = ExpectedOutcome {
        allows_gaps: false,
        ..expected
    };
    let kind = mistake_kind(&refused, movie, &reported(&[2]));
    assert_eq!(kind, Some("saved with gaps that were not allowed"));
}

#[test]
fn an_available_segment_must_be_saved_even_if_its_gap_is_reported() {
    let (_, movie) = with_a_hole();
    let reported = Reported {
        gaps: vec![gap(2)],
        ..Reported::default()
    };
    let kind = mistake_kind(&expected(slots()), movie, &reported);
    assert_eq!(kind, Some("an available segment is not in the movie"));
}

#[test]
fn a_movie_shorter_than_stated_must_report_the_missing_length() {
    let long = || ExpectedOutcome {
        stated_ms: Some(12_000),
        all_stated_ms: vec![12_000],
        ..expected(slots())
    };
    let shorter = |ms| Reported {
        shorter_ms: Some(ms),
        ..Reported::default()
    };
    let whole = || movie(&slots(), 0);
    let kind = mistake_kind(&long(), whole(), &Reported::default());
    assert_eq!(kind, Some("shorter than stated without a report"));
    let kind = mistake_kind(&long(), whole(), &shorter(1000));
    assert_eq!(kind, Some("shorter by a wrong length"));
    assert_eq!(mistake_kind(&long(), whole(), &shorter(4000)), None);
    let kind = mistake_kind(
        &ExpectedOutcome {
            allows_gaps: false,
            ..long()
        },
        whole(),
        &shorter(4000),
    );
    assert_eq!(kind, Some("saved with gaps that were not allowed"));
}

#[test]
fn media_of_another_position_must_be_reported() {
    let mut slots = slots();
    slots[1].requirement = Requirement::May;
    slots[1].foreign = Some((slots[3].video.clone(), slots[3].audio.clone()));
    let mixed = [&slots[..1], &slots[3..], &slots[2..]].concat();
    let (expected, movie) = (expected(slots), movie(&mixed, 0));
    assert!(mistake_kind(&expected, movie.clone(), &Reported::default()).is_some());
    let missing = vec![MissingView::MisplacedSegments { count: 1 }];
    let reported = Reported {
        missing,
        gaps: vec![gap(1)],
        ..Reported::default()
    };
    assert_eq!(mistake_kind(&expected, movie, &reported), None);
}

#[test]
fn a_later_segment_is_not_taken_for_media_of_another_position() {
    for later in [2, 3] {
        let mut slots = slots();
        slots[1].requirement = Requirement::May;
        slots[1].foreign = Some((slots[later].video.clone(), slots[later].audio.clone()));
        slots[2].requirement = Requirement::May;
        let rest = [&slots[..1], &slots[later..]].concat();
        let (expected, movie) = (expected(slots), movie(&rest, 0));
        let reported = Reported {
            gaps: (1..later as u64).map(gap).collect(),
            ..Reported::default()
        };
        assert_eq!(mistake_kind(&expected, movie, &reported), None);
    }
}

#[test]
fn a_failure_must_have_a_reason_and_name_it() {
    let missing = |reported: &Reported, expected: &ExpectedOutcome| {
        let ending = JobEnding::Failed(Code::SegmentsMissing, String::new());
        judge(expected, &ending, reported)
            .err()
            .map(|wrong| wrong.kind)
    };
    let whole = expected(slots());
    let kind = missing(&Reported::default(), &whole);
    assert_eq!(kind, Some("a failure of the wrong kind"));
    let (hole, _) = with_a_hole();
    let hole = ExpectedOutcome {
        allows_gaps: false,
        ..hole
    };
    assert_eq!(
        missing(&Reported::default(), &hole),
        Some("a failure does not name a gap")
    );
    let reported = Reported {
        gaps: vec![gap(2)],
        ..Reported::default()
    };
    assert_eq!(missing(&reported, &hole), None);
    for code in [
        Code::Internal,
        Code::CheckFailed,
        Code::Changed,
        Code::NotFound,
    ] {
        let ending = JobEnding::Failed(code, String::new());
        assert!(judge(&hole, &ending, &reported).is_err(), "{code:?}");
    }
}
