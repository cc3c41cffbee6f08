//! The segments of a running stream on the timeline of the movie.
//!
//! A stream that is started again counts its segments and its time anew. In the movie they go on: each
//! broadcast has a distance for its numbers and one for its times. The time between is that on the
//! clock, so that the gap in the movie is as long as the pause of the stream was.

use std::ops::Range;

use ustream::{LivePlan, Presence, Segment, SegmentId, SegmentKind};

use crate::live_record::BroadcastPlace;
use crate::saved::Gap;

/// Which segment of which broadcast a segment of the movie is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SourceSegment {
    pub(super) broadcast: usize,
    pub(super) id: SegmentId,
}

/// All segments that were announced.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    places: Vec<BroadcastPlace>,
    /// The first number of the last broadcast that is recorded.
    first_number: u64,
    segments: Vec<Segment>,
    /// As long as `segments`; `None` for those of an earlier run.
    sources: Vec<Option<SourceSegment>>,
    /// Broadcasts of earlier runs, which are asked for nothing any more.
    earlier: usize,
}

impl Timeline {
    /// Goes on behind what earlier runs have recorded.
    pub(super) fn resume(places: Vec<BroadcastPlace>, segments: Vec<Segment>) -> Self {
        Self {
            earlier: places.len(),
            sources: vec![None; segments.len()],
            places,
            segments,
            first_number: 0,
        }
    }

    /// Starts a broadcast that is recorded from this number on; that segment was sent at this time of the
    /// movie, or when the last one that is here was over, and starts at `skipped_ms` in the plan of the
    /// broadcast. Segments of the broadcast before that were announced for later do not exist.
    pub(super) fn begin(
        &mut self,
        first_number: u64,
        (sent_at_ms, here_until_ms): (u64, u64),
        skipped_ms: u64,
    ) {
        let begin_ms = sent_at_ms.max(here_until_ms);
        let previous_end_ms = self.end_ms().min(begin_ms);
        let free_number = self.last_number().map_or(0, |last| last.saturating_add(2));
        self.places.push(BroadcastPlace {
            first_index: self.segments.len(),
            number_offset: free_number.saturating_sub(first_number),
            start_offset_ms: if self.places.is_empty() { 0 } else { begin_ms },
            skipped_ms,
            previous_end_ms,
        });
        self.first_number = first_number;
    }

    /// Starts the broadcast of this plan behind the one before, of which all was sent until this time of
    /// the movie, which began at `origin_unix_ms`. Its newest segment has just been sent; those that would
    /// have been sent before the other one ended do not exist. Returns when it begins.
    pub(super) fn begin_again(
        &mut self,
        plan: &LivePlan,
        origin_unix_ms: i64,
        sent_until_ms: u64,
    ) -> u64 {
        let (edge, first, length_ms) = (plan.edge(), plan.numbers().start, plan.chunk_time_ms());
        let sent_at_ms = sent_unix_ms(plan, edge).saturating_sub(origin_unix_ms);
        let edge_ms = u64::try_from(sent_at_ms).unwrap_or(0).max(sent_until_ms);
        let room_ms = edge_ms - sent_until_ms;
        let before = room_ms.saturating_add(length_ms / 2) / length_ms.max(1);
        let number = edge.saturating_sub(before).max(first);
        let distance_ms = plan.start_ms(edge).saturating_sub(plan.start_ms(number));
        let begin_ms = edge_ms.saturating_sub(distance_ms).max(sent_until_ms);
        let skipped_ms = plan.start_ms(number);
        self.begin(number, (begin_ms, sent_until_ms), skipped_ms);
        begin_ms
    }

    /// Returns the segments of the last broadcast as they were in its plan, without those that are not
    /// recorded.
    pub(super) fn last_planned(&self) -> Vec<Segment> {
        let Some(place) = self.places.last() else {
            return Vec::new();
        };
        let recorded = self.segments.get(place.first_index..).unwrap_or_default();
        let media = recorded.iter().filter_map(|segment| {
            let SegmentKind::Media(number) = segment.id.kind else {
                return None;
            };
            let kind = SegmentKind::Media(number.saturating_sub(place.number_offset));
            Some(Segment {
                id: SegmentId { kind, ..segment.id },
                start_ms: segment.start_ms.saturating_sub(place.start_offset_ms),
                ..*segment
            })
        });
        media.collect()
    }

    /// Goes on with the last broadcast of an earlier run, by a plan that goes on with
    /// [`Self::last_planned`]. What is not here yet can be asked for again.
    pub(super) fn go_on(&mut self) {
        let planned = self.last_planned();
        let Some(place) = self.places.last_mut() else {
            return;
        };
        place.skipped_ms = 0;
        let first_index = place.first_index;
        let broadcast = self.places.len() - 1;
        let sources = self.sources.get_mut(first_index..).unwrap_or_default();
        let segments = self.segments.get(first_index..).unwrap_or_default();
        let media = segments.iter().zip(sources);
        let media = media.filter(|(segment, _)| segment.id.kind != SegmentKind::Init);
        for ((_, source), planned) in media.zip(&planned) {
            let id = planned.id;
            *source = Some(SourceSegment { broadcast, id });
        }
        let last = planned.iter().map(|segment| segment.id.kind).max();
        self.first_number = match last {
            Some(SegmentKind::Media(number)) => number.saturating_add(1),
            _ => 0,
        };
    }

    /// Adds segments of the last broadcast, as its plan has them. Returns their places in the list of
    /// all.
    pub(super) fn extend(&mut self, planned: &[Segment]) -> Range<usize> {
        let start = self.segments.len();
        let Some(place) = self.places.last().copied() else {
            return start..start;
        };
        let broadcast = self.places.len() - 1;
        for segment in planned {
            let is_wanted = match segment.id.kind {
                // The movie has one init segment for each track; the others go before their media.
                SegmentKind::Init => broadcast == 0,
                SegmentKind::Media(number) => number >= self.first_number,
            };
            if !is_wanted {
                continue;
            }
            let start_ms = segment.start_ms.saturating_sub(place.skipped_ms);
            self.segments.push(Segment {
                id: movie_id(&place, segment.id),
                start_ms: start_ms.saturating_add(place.start_offset_ms),
                ..*segment
            });
            self.sources.push(Some(SourceSegment {
                broadcast,
                id: segment.id,
            }));
        }
        start..self.segments.len()
    }

    pub(super) fn segments(&self) -> &[Segment] {
        &self.segments
    }

    pub(super) fn places(&self) -> &[BroadcastPlace] {
        &self.places
    }

    /// Returns where a segment of the movie comes from.
    pub(super) fn source(&self, index: usize) -> Option<SourceSegment> {
        self.sources.get(index).copied().flatten()
    }

    /// Returns whether the last broadcast is the first of all, whose init segments are the movie's.
    pub(super) fn is_first_broadcast(&self) -> bool {
        self.places.len() <= 1 && self.earlier == 0
    }

    /// Returns the segment of the last broadcast with the largest number up to this one.
    pub(super) fn last_up_to(&self, number: u64) -> Option<usize> {
        let last = self.places.len().checked_sub(1)?;
        let is_wanted = |source: &Option<SourceSegment>| {
            source.is_some_and(|source| {
                let is_sent = matches!(source.id.kind, SegmentKind::Media(it) if it <= number);
                source.broadcast == last && is_sent
            })
        };
        self.sources.iter().rposition(is_wanted)
    }

    /// Returns the end of the last segment that was known to have been sent.
    pub(super) fn sent_until_ms(&self) -> u64 {
        let sure = self.segments.iter();
        let sure = sure.filter(|segment| segment.presence == Presence::Sure);
        let ends = sure.map(|segment| segment.start_ms.saturating_add(segment.duration_ms));
        ends.max().unwrap_or(0)
    }

    /// Returns the end of the last segment, in milliseconds from the start of the movie.
    pub(super) fn end_ms(&self) -> u64 {
        let ends = self.segments.iter();
        let ends = ends.map(|segment| segment.start_ms.saturating_add(segment.duration_ms));
        ends.max().unwrap_or(0)
    }

    fn last_media(&self) -> Option<Segment> {
        let media = self.segments.iter();
        let media = media.filter(|segment| segment.id.kind != SegmentKind::Init);
        media.max_by_key(|segment| segment.id.kind).copied()
    }

    fn last_number(&self) -> Option<u64> {
        match self.last_media()?.id.kind {
            SegmentKind::Media(number) => Some(number),
            SegmentKind::Init => None,
        }
    }

    /// Returns the times between broadcasts in which nothing was sent, or nothing was recorded.
    pub(super) fn pauses(places: &[BroadcastPlace]) -> impl Iterator<Item = Gap> {
        let later = places.iter().skip(1);
        let gaps = later.map(|place| Gap {
            start_ms: place.previous_end_ms,
            duration_ms: place.start_offset_ms.saturating_sub(place.previous_end_ms),
        });
        gaps.filter(|gap| gap.duration_ms > 0)
    }
}

/// Returns when a segment of a plan began to be sent, in milliseconds since 1970, if its newest one has
/// just been sent.
pub(super) fn sent_unix_ms(plan: &LivePlan, number: u64) -> i64 {
    let edge = plan.edge();
    let distance_ms = plan.start_ms(edge).saturating_sub(plan.start_ms(number));
    let age_ms = distance_ms.saturating_add(plan.chunk_time_ms());
    let now_ms = jiff::Timestamp::now().as_millisecond();
    now_ms.saturating_sub_unsigned(age_ms)
}

/// Returns the id in the movie of a segment of a broadcast.
fn movie_id(place: &BroadcastPlace, id: SegmentId) -> SegmentId {
    let kind = match id.kind {
        SegmentKind::Init => SegmentKind::Init,
        SegmentKind::Media(number) => {
            SegmentKind::Media(number.saturating_add(place.number_offset))
        }
    };
    SegmentId { kind, ..id }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(kind: SegmentKind, start_ms: u64) -> Segment {
        Segment {
            id: SegmentId { track: 0, kind },
            start_ms,
            duration_ms: if kind == SegmentKind::Init { 0 } else { 5000 },
            presence: Presence::Tentative,
        }
    }

    fn planned(numbers: Range<u64>) -> Vec<Segment> {
        let first = numbers.start;
        let media =
            numbers.map(|number| segment(SegmentKind::Media(number), (number - first) * 5000));
        std::iter::once(segment(SegmentKind::Init, 0))
            .chain(media)
            .collect()
    }

    fn numbers(timeline: &Timeline) -> Vec<u64> {
        timeline
            .segments()
            .iter()
            .filter_map(|it| match it.id.kind {
                SegmentKind::Media(number) => Some(number),
                SegmentKind::Init => None,
            })
            .collect()
    }

    #[test]
    fn a_stream_that_starts_again_goes_on_in_the_movie_after_its_pause() {
        let mut timeline = Timeline::default();
        timeline.begin(100, (0, 0), 0);
        assert_eq!(timeline.extend(&planned(100..103)), 0..4);
        assert!(timeline.is_first_broadcast());
        // Its numbers begin below those of before.
        timeline.begin(7, (21_000, 15_000), 0);
        assert_eq!(timeline.extend(&planned(7..9)), 4..6);
        assert!(!timeline.is_first_broadcast());
        assert_eq!(numbers(&timeline), [100, 101, 102, 104, 105]);
        let starts: Vec<_> = timeline.segments().iter().map(|it| it.start_ms).collect();
        assert_eq!(starts, [0, 0, 5000, 10_000, 21_000, 26_000]);
        let source = timeline.source(5).unwrap();
        assert_eq!(
            (source.broadcast, source.id.kind),
            (1, SegmentKind::Media(8))
        );
        let pauses: Vec<_> = Timeline::pauses(timeline.places()).collect();
        let expected = Gap {
            start_ms: 15_000,
            duration_ms: 6000,
        };
        assert_eq!(pauses, [expected]);
    }

    #[test]
    fn a_clock_that_was_set_back_makes_no_overlap() {
        let mut timeline = Timeline::default();
        timeline.begin(0, (0, 0), 0);
        timeline.extend(&planned(0..3));
        timeline.begin(500, (1000, 15_000), 0);
        timeline.extend(&planned(500..501));
        assert_eq!(timeline.segments().last().unwrap().start_ms, 15_000);
        assert_eq!(numbers(&timeline), [0, 1, 2, 500]);
        assert_eq!(Timeline::pauses(timeline.places()).count(), 0);
    }

    #[test]
    fn what_an_earlier_run_has_recorded_is_asked_for_no_more() {
        let mut before = Timeline::default();
        before.begin(100, (0, 0), 0);
        before.extend(&planned(100..103));
        let (places, segments) = (before.places().to_vec(), before.segments().to_vec());
        let mut timeline = Timeline::resume(places, segments);
        assert_eq!(timeline.source(1), None);
        timeline.begin(110, (60_000, 15_000), 0);
        let added = timeline.extend(&planned(110..112));
        assert_eq!(added, 4..6, "its own init segment is not the movie's");
        assert!(!timeline.is_first_broadcast());
        assert_eq!(timeline.end_ms(), 70_000);
    }

    #[test]
    fn what_was_sent_before_is_left_out_if_it_is_not_wanted() {
        let mut timeline = Timeline::default();
        timeline.begin(102, (0, 0), 10_000);
        timeline.extend(&planned(100..104));
        assert_eq!(numbers(&timeline), [102, 103]);
        let starts: Vec<_> = timeline.segments().iter().map(|it| it.start_ms).collect();
        assert_eq!(starts, [0, 0, 5000], "the init segment, too");
    }

    #[test]
    fn a_broadcast_goes_on_in_a_later_run_without_a_segment_twice() {
        let mut before = Timeline::default();
        before.begin(90, (0, 0), 0);
        before.extend(&planned(90..92));
        before.begin(20, (30_000, 10_000), 10_000);
        let mut plan = planned(18..24);
        before.extend(&plan);
        let (places, segments) = (before.places().to_vec(), before.segments().to_vec());
        let mut timeline = Timeline::resume(places, segments);
        assert_eq!(timeline.last_planned(), planned(20..24)[1..]);
        timeline.go_on();
        // The plan goes on with the segments that are recorded, and counts from the first of them.
        plan = planned(20..26);
        let new = timeline.extend(&plan);
        assert_eq!(numbers(&timeline), [90, 91, 93, 94, 95, 96, 97, 98]);
        assert_eq!(new.len(), 2);
        let starts: Vec<_> = timeline.segments().iter().map(|it| it.start_ms).collect();
        assert_eq!(
            starts[3..],
            [30_000, 35_000, 40_000, 45_000, 50_000, 55_000]
        );
        let sources = (0..9).filter_map(|index| timeline.source(index));
        let sources: Vec<_> = sources.map(|it| (it.broadcast, it.id.kind)).collect();
        let expected: Vec<_> = (20..26).map(|it| (1, SegmentKind::Media(it))).collect();
        assert_eq!(sources, expected);
    }

    #[test]
    fn what_was_announced_beyond_the_end_of_a_broadcast_takes_no_time() {
        let mut timeline = Timeline::default();
        timeline.begin(100, (0, 0), 0);
        timeline.extend(&planned(100..110));
        // It began again when four segments had been sent.
        timeline.begin(500, (20_000, 15_000), 0);
        timeline.extend(&planned(500..502));
        assert_eq!(timeline.segments()[11].start_ms, 20_000);
        assert_eq!(Timeline::pauses(timeline.places()).count(), 0);
        assert_eq!(timeline.last_up_to(500), Some(11));
        assert_eq!(timeline.last_up_to(499), None);
    }
}
