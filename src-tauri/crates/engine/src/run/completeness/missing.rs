//! Decides which of the segments that were not fetched are missing, and which are past the end.

use std::collections::HashSet;

use ustream::{Presence, Segment, SegmentId};

use super::Received;
use crate::saved::Gap;

/// Returns those of the outstanding segments that must exist.
///
/// A tentative segment is past the end if no later segment was fetched and it starts at or after
/// the stated duration; without a stated duration, if it does not exist or holds no media.
pub(super) fn missing_segments(
    segments: &[Segment],
    came: Received<'_>,
    stated_ms: Option<u64>,
) -> Vec<Segment> {
    // While one track continues, the others have not ended either.
    let last = last_start_ms(segments, came.outstanding);
    let is_end = |segment: &Segment| {
        let ends = match stated_ms {
            Some(stated_ms) => segment.start_ms >= stated_ms,
            None => came.absent.contains(&segment.id) || came.empty.contains(&segment.id),
        };
        segment.presence == Presence::Tentative
            && ends
            && last.is_some_and(|last| last < segment.start_ms)
    };
    let lacking = came.outstanding.iter();
    lacking
        .filter(|segment| !is_end(segment))
        .copied()
        .collect()
}

/// Returns when the last fetched segment starts, in milliseconds.
pub(super) fn last_start_ms(segments: &[Segment], lacking: &[Segment]) -> Option<u64> {
    let lacks: HashSet<SegmentId> = lacking.iter().map(|segment| segment.id).collect();
    let here = segments.iter().filter(|it| !lacks.contains(&it.id));
    here.map(|segment| segment.start_ms).max()
}

/// Returns the time span of a missing segment. A tentative one ends with the recording, unless a
/// later segment was fetched.
pub(super) fn missing_span(
    segment: &Segment,
    stated_ms: Option<u64>,
    last_start_ms: Option<u64>,
) -> Option<Gap> {
    let mut end_ms = segment.start_ms.saturating_add(segment.duration_ms);
    if let (Presence::Tentative, Some(stated_ms)) = (segment.presence, stated_ms)
        && stated_ms > segment.start_ms
        && last_start_ms.is_none_or(|last| last < segment.start_ms)
    {
        end_ms = end_ms.min(stated_ms);
    }
    let duration_ms = end_ms.saturating_sub(segment.start_ms);
    (duration_ms > 0).then_some(Gap {
        start_ms: segment.start_ms,
        duration_ms,
    })
}

/// Sorts the time spans and joins those that touch.
pub(in crate::run) fn merged_spans(mut spans: Vec<Gap>) -> Vec<Gap> {
    spans.sort_by_key(|span| span.start_ms);
    spans.dedup_by(|next, span| {
        let touches = next.start_ms <= span.start_ms.saturating_add(span.duration_ms);
        if touches {
            let end = next.start_ms.saturating_add(next.duration_ms);
            span.duration_ms = span.duration_ms.max(end.saturating_sub(span.start_ms));
        }
        touches
    });
    spans
}
