use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::ums::stream::StreamFormat;
use crate::ums::timeline::{ends_too_early, has_gap, is_sparse};
use crate::{RecordingId, TrackKind};

fn format(keys: &[u64], chunk_time_ms: u64) -> StreamFormat {
    let hashes: BTreeMap<u64, String> = keys.iter().map(|key| (*key, "1".to_owned())).collect();
    StreamFormat {
        chunk_time_ms: Some(chunk_time_ms),
        hashes,
        ..StreamFormat::default()
    }
}

fn track(kind: TrackKind, template: &str, init: Option<&str>) -> RenditionTrack {
    RenditionTrack {
        kind,
        template: template.to_owned(),
        init_template: init.map(str::to_owned),
        language: None,
    }
}

fn both() -> Vec<RenditionTrack> {
    vec![track(TrackKind::Both, "2/1/chunk_%_%.flv", None)]
}

/// Returns the numbers of the sure and of the tentative segments.
fn numbers(keys: &[u64], length_ms: Option<u64>) -> (Vec<u64>, Vec<u64>) {
    let timeline = SegmentTimeline::of_format(&format(keys, 6000)).unwrap();
    let mut found = (Vec::new(), Vec::new());
    for segment in segments(&timeline, &both(), length_ms) {
        let SegmentKind::Media(number) = segment.id.kind else {
            panic!()
        };
        match segment.presence {
            Presence::Sure => found.0.push(number),
            Presence::Tentative => found.1.push(number),
        }
    }
    found
}

#[test]
fn segments_up_to_the_last_listed_one_are_sure_and_the_rest_of_its_interval_is_tentative() {
    let expected = ((0..=40).collect(), (41..50).collect());
    assert_eq!(numbers(&[0, 10, 20, 30, 40], None), expected);
}

#[test]
fn segments_that_begin_within_the_stated_length_are_sure() {
    let keys = [0, 10, 20, 30, 40];
    let expected = ((0..=45).collect(), (46..50).collect());
    assert_eq!(numbers(&keys, Some(277_000)), expected);
    let (sure, _) = numbers(&keys, Some(277_001));
    assert_eq!(sure.last(), Some(&46), "more than a second of it");
    let (sure, maybe) = numbers(&keys, Some(60_000));
    assert_eq!(
        (sure.last(), maybe.last()),
        (Some(&40), Some(&49)),
        "all that is listed"
    );
}

#[test]
fn a_length_just_below_the_last_listed_segment_changes_nothing() {
    let keys: Vec<u64> = (0..191).step_by(10).collect();
    for length_ms in [1, 60_000, 1_139_500, 1_140_000, 1_140_001, u64::MAX] {
        let (sure, maybe) = numbers(&keys, Some(length_ms));
        assert_eq!((sure[0], sure.len() + maybe.len()), (0, 200), "{length_ms}");
    }
    let (sure, maybe) = numbers(&[0, 2], Some(11_900));
    assert_eq!((sure, maybe), (vec![0, 1, 2], vec![3]));
}

#[test]
fn a_trimmed_recording_starts_at_its_first_listed_segment() {
    assert_eq!(
        numbers(&[30, 40], None),
        ((30..=40).collect(), (41..50).collect())
    );
    let timeline = SegmentTimeline::of_format(&format(&[30, 40], 6000)).unwrap();
    let plan = segments(&timeline, &both(), None);
    assert_eq!(
        (plan[0].start_ms, plan[1].start_ms, plan[1].duration_ms),
        (0, 6000, 6000)
    );
}

#[test]
fn a_list_without_its_beginning_leaves_a_gap_at_the_start() {
    let expected = ((0..=45).collect(), (46..50).collect());
    assert_eq!(numbers(&[20, 30, 40], Some(277_000)), expected);
    let (sure, _) = numbers(&[20, 30, 40], Some(170_000));
    assert_eq!(sure[0], 20, "as long as what is listed: trimmed");
    let (sure, maybe) = numbers(&[100, 110, 120], Some(277_000));
    assert_eq!(
        (sure[0], sure.last()),
        (100, Some(&129)),
        "the end is lacking"
    );
    assert!(maybe.is_empty());
}

#[test]
fn numbers_that_end_in_nine_keep_their_own_interval() {
    let (sure, maybe) = numbers(&[1_443_585_699, 1_443_585_709], None);
    assert_eq!((sure[0], sure.len()), (1_443_585_699, 11));
    assert_eq!(maybe, (1_443_585_710..1_443_585_719).collect::<Vec<_>>());
}

#[test]
fn a_single_number_covers_the_default_interval() {
    assert_eq!(numbers(&[0], None), (vec![0], (1..10).collect()));
    assert_eq!(numbers(&[9], None), (vec![9], (10..19).collect()));
}

#[test]
fn irregular_gaps_are_filled_and_do_not_extend_the_end() {
    let (sure, maybe) = numbers(&[0, 10, 20, 45, 55], None);
    assert_eq!(sure, (0..=55).collect::<Vec<_>>());
    assert_eq!(maybe, (56..65).collect::<Vec<_>>());
}

#[test]
fn a_plan_never_extends_beyond_the_last_interval() {
    let (sure, maybe) = numbers(&[0, 10], Some(150_500));
    assert_eq!((sure, maybe), ((0..20).collect(), vec![]));
    assert!(ends_too_early(&format(&[0, 10], 6000), Some(150_500)));
    assert!(!ends_too_early(&format(&[0, 10], 6000), Some(120_000)));
    assert!(
        !ends_too_early(&format(&[0, 10], 6000), Some(120_900)),
        "rounded"
    );
    assert!(!ends_too_early(&format(&[0, 10], 6000), None));
}

#[test]
fn a_hash_missing_inside_the_list_is_detected() {
    for (keys, gap, sparse) in [
        (&[0, 10, 20, 30][..], false, false),
        (&[0, 10, 30, 40], true, true),
        (&[0, 20, 40], false, true),
        (&[0, 2, 4], false, false),
        (&[7], false, false),
    ] {
        let format = format(keys, 6000);
        assert_eq!(
            (has_gap(&format), is_sparse(&format)),
            (gap, sparse),
            "{keys:?}"
        );
    }
}

#[test]
fn absurd_lists_and_segment_lengths_are_refused() {
    for keys in [&[1, 1_000_000_000_000][..], &[0, u64::MAX], &[]] {
        assert!(matches!(
            SegmentTimeline::of_format(&format(keys, 6000)),
            Err(crate::Error::Malformed { .. })
        ));
    }
    for chunk_time in [0, u64::MAX] {
        assert!(SegmentTimeline::of_format(&format(&[0, 10], chunk_time)).is_err());
    }
}

#[test]
fn the_largest_numbers_do_not_overflow() {
    let (sure, maybe) = numbers(&[1 << 63], None);
    assert_eq!((sure, maybe.len()), (vec![1 << 63], 9));
    let (sure, maybe) = numbers(&[u64::MAX], Some(u64::MAX));
    assert_eq!((sure, maybe), (vec![u64::MAX], vec![]));
}

#[test]
fn tracks_are_interleaved_behind_their_init_segments() {
    use SegmentKind::{Init, Media};

    let tracks = [
        track(
            TrackKind::Video,
            "2/chunk_%_%.m4v",
            Some("2/chunk_%_%.m4vh"),
        ),
        track(
            TrackKind::Audio,
            "1/chunk_%_%.m4a",
            Some("1/chunk_%_%.m4ah"),
        ),
    ];
    let timeline = SegmentTimeline::of_format(&format(&[5], 6000)).unwrap();
    let order: Vec<_> = segments(&timeline, &tracks, None)
        .iter()
        .take(6)
        .map(|segment| (segment.id.track, segment.id.kind))
        .collect();
    let expected = [
        (0, Init),
        (1, Init),
        (0, Media(5)),
        (1, Media(5)),
        (0, Media(6)),
        (1, Media(6)),
    ];
    assert_eq!(order, expected);
}

fn plan(keys: &[u64], stated_ms: Option<u64>) -> SegmentPlan {
    let format = format(keys, 6000);
    let timeline = SegmentTimeline::of_format(&format).unwrap();
    SegmentPlan {
        media: RecordingId(1).into(),
        rendition: RenditionId("2/1".into()),
        container: Container::Flv,
        tracks: both(),
        segments: segments(&timeline, &both(), stated_ms),
        listing: Some(HashListing {
            paths: vec!["a".into()],
            hashes: format.hashes,
        }),
        stated_ms,
    }
}

#[test]
fn a_plan_is_the_same_if_no_sure_segment_has_changed() {
    use PlanChange::{Different, Same};

    let plan = |keys: &[u64]| super::tests::plan(keys, None);
    let old = plan(&[0, 10, 20]);
    assert_eq!(old.compare(&old), Same);
    assert_eq!(plan(&[0, 10, 20, 30]).compare(&old), Same, "it has grown");
    assert_eq!(plan(&[0, 10]).compare(&old), Different, "the end is gone");
    let later = plan(&[10, 20]).compare(&old);
    assert_eq!(
        later, Different,
        "the start is gone, so everything has moved"
    );
    let mut other = old.clone();
    other.tracks[0].template = "4/1/chunk_%_%.flv".into();
    assert_eq!(other.compare(&old), Different, "another video");
    let mut other = old.clone();
    other.media = RecordingId(2).into();
    assert_eq!(other.compare(&old), Different, "another recording");
}

#[test]
fn a_replaced_recording_is_unverified() {
    use PlanChange::{Same, Unverified};

    let old = plan(&[0, 10, 20], Some(150_000));
    let changed = |change: fn(&mut SegmentPlan)| {
        let mut later = old.clone();
        change(&mut later);
        later.compare(&old)
    };
    let hash = |plan: &mut SegmentPlan, number, hash: &str| {
        let listing = plan.listing.as_mut().unwrap();
        listing.hashes.insert(number, hash.to_owned());
    };
    assert_eq!(
        changed(|it| it.listing.as_mut().unwrap().paths = vec!["b".into()]),
        Unverified
    );
    let mut later = old.clone();
    hash(&mut later, 10, "2");
    assert_eq!(later.compare(&old), Unverified, "another hash");
    let mut later = old.clone();
    hash(&mut later, 15, "2");
    assert_eq!(
        later.compare(&old),
        Unverified,
        "another hash for some of an interval"
    );
    let mut later = old.clone();
    hash(&mut later, 15, "1");
    assert_eq!(later.compare(&old), Same, "the same hash, listed twice");
    assert_eq!(changed(|it| it.stated_ms = Some(151_001)), Unverified);
    assert_eq!(changed(|it| it.stated_ms = Some(151_000)), Same, "rounded");
    assert_eq!(
        changed(|it| it.stated_ms = None),
        Same,
        "the API was silent"
    );
    assert_eq!(
        changed(|it| it.listing = None),
        Same,
        "planned by an earlier version"
    );
    let grown = plan(&[0, 10, 20, 30], Some(210_000));
    assert_eq!(grown.compare(&old), Same, "longer, since it has grown");
}

proptest! {
    #[test]
    fn any_list_makes_a_plan_without_gaps_or_an_error(
        keys in prop::collection::btree_set(any::<u64>(), 0..20),
        near in prop::collection::btree_set(0..3000_u64, 0..20),
        offset in any::<u64>(),
        chunk_time in prop_oneof![any::<u64>(), 1..10_000_u64],
        length in prop::option::of(any::<u64>()),
    ) {
        let near = near.into_iter().map(|key| key.saturating_add(offset)).collect::<Vec<_>>();
        for keys in [keys.into_iter().collect(), near] {
            let Ok(timeline) = SegmentTimeline::of_format(&format(&keys, chunk_time)) else { continue };
            let plan = segments(&timeline, &both(), length);
            let numbers: Vec<u64> = plan.iter().map(|segment| match segment.id.kind {
                SegmentKind::Media(number) => number,
                SegmentKind::Init => unreachable!(),
            }).collect();
            prop_assert_eq!(numbers[0], keys[0]);
            prop_assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1));
            prop_assert!(keys.iter().all(|key| numbers.contains(key)));
            let sure = plan.iter().filter(|s| s.presence == Presence::Sure).count();
            prop_assert!(sure as u64 > keys[keys.len() - 1] - keys[0]);
            let widest = keys.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(10);
            prop_assert!(plan.len() as u64 <= keys[keys.len() - 1] - keys[0] + widest);
        }
    }
}

#[test]
fn a_plan_names_its_recording_as_earlier_versions_did_and_a_channel_in_its_own_way() {
    let old = r#"{"recording":7,"rendition":"2/1","container":"flv","tracks":[],"segments":[],"listing":{"paths":["a"],"hashes":[[0,"x"]]},"stated_ms":60000}"#;
    let read: SegmentPlan = serde_json::from_str(old).unwrap();
    assert_eq!(read.media, RecordingId(7).into());
    assert_eq!(serde_json::to_string(&read).unwrap(), old);
    let of_channel = old.replace("recording", "channel");
    let read: SegmentPlan = serde_json::from_str(&of_channel).unwrap();
    assert_eq!(read.media, crate::ChannelId(7).into());
    assert_eq!(serde_json::to_string(&read).unwrap(), of_channel);
    let nameless = old.replace("\"recording\":7,", "");
    assert!(serde_json::from_str::<SegmentPlan>(&nameless).is_err());
}
