//! Checks the timestamps of the fetched segments: finds media that is missing inside them, and
//! segments whose content belongs to another place in the recording.
//!
//! Only timestamps that continue over all segments are used. If each segment starts again at its
//! own origin, nothing is reported.

use std::collections::{BTreeMap, HashMap, HashSet};

use media::{SegmentFingerprint, TrackKind};
use ustream::{SegmentId, SegmentKind, SegmentPlan};

use crate::assemble::HeldSegment;
use crate::saved::Gap;
use crate::timing::{ROUNDING_MS, SegmentTiming, is_first_misplaced};

/// Longest gap; after a longer jump the timestamps have another origin.
const MAX_GAP_MS: i64 = 10 * 60 * 1_000;

/// The media of one kind in one segment.
#[derive(Clone, Copy, Debug)]
struct SegmentMedia {
    number: u64,
    timing: SegmentTiming,
    source: SegmentFingerprint,
}

/// Returns the media of each track and kind, in presentation order.
fn tracks(here: &[HeldSegment]) -> BTreeMap<(u8, bool), Vec<SegmentMedia>> {
    let mut tracks: BTreeMap<(u8, bool), Vec<SegmentMedia>> = BTreeMap::new();
    for held in here {
        let SegmentKind::Media(number) = held.id.kind else {
            continue;
        };
        for span in &held.content.spans {
            let key = (held.id.track, span.kind == TrackKind::Audio);
            tracks.entry(key).or_default().push(SegmentMedia {
                number,
                timing: SegmentTiming::of_span(span, held.start_ms),
                source: held.source,
            });
        }
    }
    for media in tracks.values_mut() {
        media.sort_by_key(|segment| segment.number);
        media.dedup_by_key(|segment| segment.number);
    }
    tracks
}

/// Returns time spans without video or audio between fetched segments, some of which hold less than
/// they should.
pub(super) fn gaps(plan: &SegmentPlan, here: &[HeldSegment]) -> Vec<Gap> {
    let ids: HashSet<SegmentId> = here.iter().map(|held| held.id).collect();
    let mut gaps = Vec::new();
    for ((track, _), media) in tracks(here) {
        let is_here = |number| {
            let kind = SegmentKind::Media(number);
            ids.contains(&SegmentId { track, kind })
        };
        for pair in media.windows(2) {
            let [one, next] = pair else { continue };
            // Gaps of missing segments are reported from the plan.
            if next.number - one.number < 1_000
                && (one.number..next.number).all(is_here)
                && let Some(gap) = gap_between(one.timing, next.timing)
            {
                gaps.push(gap);
            }
        }
        gaps.extend(gap_at_the_end(plan, track, here, media.last()));
    }
    gaps
}

fn gap_between(one: SegmentTiming, next: SegmentTiming) -> Option<Gap> {
    let jump = next.first_ms.saturating_sub(one.end_ms);
    let follows_plan = next.offset_ms().abs_diff(one.offset_ms()) <= ROUNDING_MS.unsigned_abs() * 2;
    if !(ROUNDING_MS + 1..=MAX_GAP_MS).contains(&jump) || !follows_plan {
        return None;
    }
    Some(Gap {
        start_ms: one.start_ms.saturating_add_signed(one.length_ms()),
        duration_ms: jump.unsigned_abs(),
    })
}

/// Returns the time span at the end of a track that has no video, or no audio.
fn gap_at_the_end(
    plan: &SegmentPlan,
    track: u8,
    here: &[HeldSegment],
    last: Option<&SegmentMedia>,
) -> Option<Gap> {
    let last = last?;
    let after = here.iter().filter(|held| {
        let is_later = matches!(held.id.kind, SegmentKind::Media(number) if number > last.number);
        held.id.track == track && is_later && held.content.samples > 0
    });
    // The last segment of a recording may hold the rest of one kind only.
    let (first, end) = after.fold((None, 0), |(first, end): (Option<u64>, u64), held| {
        let start = held.start_ms;
        (
            Some(first.map_or(start, |it| it.min(start))),
            end.max(start),
        )
    });
    let start_ms = first.filter(|first| *first < end)?;
    let length = plan.segments.iter().find(|it| it.start_ms == end);
    let end = end.saturating_add(length.map_or(0, |segment| segment.duration_ms));
    Some(Gap {
        start_ms,
        duration_ms: end - start_ms,
    })
}

/// Segments whose content belongs to another place in the recording, by their timestamps or because
/// their bytes equal those of a segment that is nearer to its place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Misplaced {
    pub(crate) certain: HashSet<SegmentId>,
    /// First segments that may instead have timestamps of another origin.
    pub(crate) doubtful: HashSet<SegmentId>,
}

impl Misplaced {
    pub(crate) fn of(plan: &SegmentPlan, here: &[HeldSegment]) -> Self {
        let planned: HashSet<SegmentId> = plan.segments.iter().map(|segment| segment.id).collect();
        let mut found = Self::default();
        let tracks = tracks(here);
        for (key, media) in &tracks {
            let id = |number| SegmentId {
                track: key.0,
                kind: SegmentKind::Media(number),
            };
            let is_planned = |number| planned.contains(&id(number));
            if let [first, second] = &media[..]
                && first.number + 1 == second.number
                && first.timing.is_misplaced(&second.timing)
                && second.timing.is_at_its_place()
            {
                found.doubtful.insert(id(first.number));
            }
            if !has_continuous_clock(media) {
                continue;
            }
            let numbers = stray_segments(media, is_planned).into_iter();
            found
                .certain
                .extend(numbers.chain(duplicates(media)).map(id));
            if let [first, second, third, ..] = &media[..]
                && (first.number..third.number).all(is_planned)
                && is_first_misplaced([first, second, third].map(|segment| &segment.timing))
            {
                // No doubt if another track has that origin from its first segment on.
                let starts_there = |media: &Vec<SegmentMedia>| {
                    let is_near = |it: &SegmentMedia| it.timing.has_same_offset(&second.timing);
                    media.first().is_some_and(is_near)
                };
                let is_sure = tracks.values().any(starts_there);
                let set = if is_sure {
                    &mut found.certain
                } else {
                    &mut found.doubtful
                };
                set.insert(id(first.number));
            }
        }
        found.doubtful.retain(|id| !found.certain.contains(id));
        found
    }

    pub(crate) fn all(&self) -> HashSet<SegmentId> {
        self.certain.union(&self.doubtful).copied().collect()
    }
}

/// Of segments with the same bytes, returns all but the one that is nearest to its place.
fn duplicates(media: &[SegmentMedia]) -> Vec<u64> {
    let mut offsets: Vec<i64> = media
        .iter()
        .map(|segment| segment.timing.offset_ms())
        .collect();
    offsets.sort_unstable();
    let usual = offsets.get(offsets.len() / 2).copied().unwrap_or(0);
    let mut alike: HashMap<SegmentFingerprint, Vec<&SegmentMedia>> = HashMap::new();
    for segment in media {
        alike.entry(segment.source).or_default().push(segment);
    }
    let mut copies = Vec::new();
    for mut group in alike.into_values().filter(|group| group.len() > 1) {
        group.sort_by_key(|segment| segment.timing.offset_ms().abs_diff(usual));
        copies.extend(group.iter().skip(1).map(|segment| segment.number));
    }
    copies
}

/// Returns whether the timestamps continue over most segments: from one to the next, or overall.
fn has_continuous_clock(media: &[SegmentMedia]) -> bool {
    let pairs = media.windows(2);
    let steady = pairs.clone().filter(|pair| match pair {
        [one, next] => one.timing.has_same_offset(&next.timing),
        _ => false,
    });
    let is_steady = steady.count() * 2 > pairs.len();
    let mut sorted: Vec<&SegmentMedia> = media.iter().collect();
    sorted.sort_by_key(|segment| segment.timing.offset_ms());
    let middle = sorted.get(sorted.len() / 2);
    let together = middle.map_or(0, |middle| {
        let near = media
            .iter()
            .filter(|segment| middle.timing.has_same_offset(&segment.timing));
        near.count()
    });
    media.len() >= 3 && (is_steady || together * 2 > media.len())
}

/// Returns runs of segments whose timestamps jump away from those before and back again after them.
/// At a discontinuity of the playlist, such a jump is expected.
fn stray_segments(media: &[SegmentMedia], is_planned: impl Fn(u64) -> bool) -> HashSet<u64> {
    let mut strays = HashSet::new();
    let mut at = 0;
    while let Some(before) = media.get(at) {
        let rest = media.get(at + 1..).unwrap_or_default();
        let back = rest
            .iter()
            .position(|segment| before.timing.has_same_offset(&segment.timing));
        match back.and_then(|back| rest.split_at_checked(back)) {
            Some((run, [after, ..])) => {
                if (before.number..after.number).all(&is_planned) {
                    let is_stray =
                        |segment: &&SegmentMedia| segment.timing.is_misplaced(&before.timing);
                    strays.extend(run.iter().filter(is_stray).map(|segment| segment.number));
                }
                at += run.len() + 1;
            }
            // The timestamps have started again, or the first segments are misplaced.
            _ => at += 1,
        }
    }
    strays
}

#[cfg(test)]
mod tests {
    use media::{Content, ContentSpan};
    use ustream::{Container, Presence, RecordingId, RenditionId, Segment};

    use super::*;

    const NOTHING: [u64; 0] = [];

    fn plan(segments: u64) -> SegmentPlan {
        let segments = (0..segments).map(|number| Segment {
            id: SegmentId {
                track: 0,
                kind: SegmentKind::Media(number),
            },
            start_ms: number * 6000,
            duration_ms: 6000,
            presence: Presence::Sure,
        });
        SegmentPlan {
            media: RecordingId(7).into(),
            rendition: RenditionId("1".to_owned()),
            container: Container::Flv,
            tracks: Vec::new(),
            segments: segments.collect(),
            listing: None,
            stated_ms: None,
        }
    }

    /// Makes a segment that holds media of these times in milliseconds.
    fn fragment(number: u64, times: &[(TrackKind, i64, i64)]) -> HeldSegment {
        let spans = times.iter().map(|(kind, first_ms, end_ms)| ContentSpan {
            kind: *kind,
            first_ms: *first_ms,
            end_ms: *end_ms,
        });
        let kind = SegmentKind::Media(number);
        HeldSegment {
            id: SegmentId { track: 0, kind },
            start_ms: number * 6000,
            content: Content {
                samples: times.len() as u64,
                spans: spans.collect(),
                partial: false,
            },
            source: SegmentFingerprint::of(number.to_string().as_bytes()),
        }
    }

    /// Makes segments of video only that start at these times, in milliseconds after 1000.
    fn starting_at(starts: &[i64]) -> Vec<HeldSegment> {
        let starts = (0..).zip(starts);
        starts
            .map(|(number, start)| {
                let start = 1000 + start;
                fragment(number, &[(TrackKind::Video, start, start + 6000)])
            })
            .collect()
    }

    fn numbers(found: &HashSet<SegmentId>) -> Vec<u64> {
        let mut numbers: Vec<u64> = found
            .iter()
            .filter_map(|id| match id.kind {
                SegmentKind::Media(number) => Some(number),
                SegmentKind::Init => None,
            })
            .collect();
        numbers.sort_unstable();
        numbers
    }

    fn misplaced_of(starts: &[i64]) -> Vec<u64> {
        let plan = plan(starts.len() as u64);
        numbers(&Misplaced::of(&plan, &starting_at(starts)).all())
    }

    /// Like `misplaced_of`, but segment `copy` has the bytes of segment `of`.
    fn misplaced_with(starts: &[i64], copy: usize, of: usize) -> Vec<u64> {
        let plan = plan(starts.len() as u64);
        let mut fragments = starting_at(starts);
        fragments[copy].source = fragments[of].source;
        numbers(&Misplaced::of(&plan, &fragments).all())
    }

    #[test]
    fn a_segment_with_the_times_of_another_is_misplaced() {
        assert_eq!(misplaced_of(&[0, 6000, 0, 18_000, 24_000]), [2]);
        let first = [24_000, 6000, 12_000, 18_000, 24_000];
        assert_eq!(misplaced_with(&first, 0, 4), [0]);
        let last = [0, 6000, 12_000, 18_000, 6000];
        assert_eq!(misplaced_with(&last, 4, 1), [4]);
        assert_eq!(misplaced_of(&[0, 18_000, 12_000, 6000, 24_000]), [1, 3]);
        assert_eq!(misplaced_of(&[60_000, 6000, 12_000, 18_000]), [0]);
    }

    #[test]
    fn of_two_segments_the_first_is_misplaced_if_the_second_is_at_its_place() {
        let of_two = |first_ms: i64, second_ms: i64| {
            let held = [(0, first_ms), (1, second_ms)].map(|(number, start_ms)| {
                fragment(number, &[(TrackKind::Video, start_ms, start_ms + 6000)])
            });
            numbers(&Misplaced::of(&plan(2), &held).doubtful)
        };
        assert_eq!(of_two(48_000, 6000), [0]);
        assert_eq!(of_two(0, 6000), NOTHING);
        assert_eq!(of_two(48_000, 0), NOTHING, "the clock starts again");
        assert_eq!(of_two(48_000, 54_000), NOTHING);
    }

    #[test]
    fn a_clock_that_starts_again_or_drifts_misplaces_nothing() {
        assert_eq!(misplaced_of(&[0, 6000, 12_000, 0, 6000, 12_000]), NOTHING);
        assert_eq!(misplaced_of(&[0, 0, 0, 0]), NOTHING);
        assert_eq!(misplaced_of(&[0, 6500, 13_000, 19_500, 26_000]), NOTHING);
        assert_eq!(misplaced_of(&[0, 6000, 12_000, 100_000, 106_000]), NOTHING);
    }

    #[test]
    fn another_clock_between_two_discontinuities_is_expected() {
        let mut plan = plan(7);
        // A discontinuity counts as a number of its own.
        plan.segments
            .retain(|it| it.id.kind != SegmentKind::Media(2));
        let mut fragments = starting_at(&[0, 6000, 0, 900_000, 906_000, 24_000, 30_000]);
        fragments.remove(2);
        assert_eq!(numbers(&Misplaced::of(&plan, &fragments).all()), NOTHING);
    }

    #[test]
    fn a_first_segment_off_the_clock_of_another_track_is_misplaced_for_sure() {
        use TrackKind::{Audio, Video};
        let mut plan = plan(3);
        let mut second_track = plan.segments.clone();
        for segment in &mut second_track {
            segment.id.track = 1;
        }
        plan.segments.extend(second_track);
        let times = |kind, starts: [i64; 3], track| {
            let starts = (0..).zip(starts);
            starts.map(move |(number, start)| {
                let mut held = fragment(number, &[(kind, start, start + 6000)]);
                held.id.track = track;
                held.source = SegmentFingerprint::of(&[u8::try_from(number).unwrap(), track]);
                held
            })
        };
        let audio = times(Audio, [60_000, 6000, 12_000], 1);
        let alone: Vec<_> = audio.clone().collect();
        assert_eq!(numbers(&Misplaced::of(&plan, &alone).doubtful), [0]);
        let both: Vec<_> = times(Video, [0, 6000, 12_000], 0).chain(audio).collect();
        let found = Misplaced::of(&plan, &both);
        assert_eq!(
            (numbers(&found.certain), found.doubtful.len()),
            (vec![0], 0)
        );
    }

    const NO_GAPS: [(u64, u64); 0] = [];

    fn gaps_of(fragments: &[HeldSegment]) -> Vec<(u64, u64)> {
        let plan = plan(fragments.len() as u64);
        let gaps = gaps(&plan, fragments).into_iter();
        gaps.map(|gap| (gap.start_ms, gap.duration_ms)).collect()
    }

    #[test]
    fn media_that_ends_early_in_a_segment_is_a_gap() {
        use TrackKind::{Audio, Video};
        let whole = |number: u64| {
            let start = i64::try_from(number).unwrap() * 6000;
            fragment(
                number,
                &[(Video, start, start + 6000), (Audio, start, start + 6000)],
            )
        };
        let mut fragments: Vec<_> = (0..5).map(whole).collect();
        assert_eq!(gaps_of(&fragments), NO_GAPS);
        fragments[1] = fragment(1, &[(Video, 6000, 8000), (Audio, 6000, 12_000)]);
        assert_eq!(gaps_of(&fragments), [(8000, 4000)]);
        fragments[1] = fragment(1, &[(Audio, 6000, 12_000)]);
        assert_eq!(gaps_of(&fragments), [(6000, 6000)], "one without video");
        fragments[1] = whole(1);
        fragments[3] = fragment(3, &[(Video, 18_000, 24_000)]);
        fragments[4] = fragment(4, &[(Video, 24_000, 30_000)]);
        assert_eq!(gaps_of(&fragments), [(18_000, 12_000)], "silent to the end");
        fragments.truncate(4);
        assert_eq!(
            gaps_of(&fragments),
            NO_GAPS,
            "a last rest of one kind is usual"
        );
    }
}
