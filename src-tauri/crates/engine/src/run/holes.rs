//! What is missing of a film, told from its end.

use std::collections::{HashMap, HashSet};

use ustream::{Presence, Recording, Segment, SegmentId, SegmentKind};

use crate::view::GapView;

/// Which of the lacking segments must exist: those that are listed, those that others of their
/// track follow, those that end before the film can have ended, and those of which nobody says
/// that they do not exist.
pub(super) fn holes(
    segments: &[Segment],
    lacking: &[Segment],
    absent: &HashSet<SegmentId>,
    least_ms: u64,
) -> Vec<Segment> {
    let lacks: HashSet<SegmentId> = lacking.iter().map(|segment| segment.id).collect();
    let mut last: HashMap<u8, SegmentKind> = HashMap::new();
    for segment in segments
        .iter()
        .filter(|segment| !lacks.contains(&segment.id))
    {
        let last = last.entry(segment.id.track).or_insert(segment.id.kind);
        *last = segment.id.kind.max(*last);
    }
    let is_end = |segment: &Segment| {
        segment.presence == Presence::Tentative
            && absent.contains(&segment.id)
            && segment.start_ms.saturating_add(segment.duration_ms) > least_ms
            && last
                .get(&segment.id.track)
                .is_some_and(|last| *last < segment.id.kind)
    };
    lacking
        .iter()
        .filter(|segment| !is_end(segment))
        .copied()
        .collect()
}

/// The stretches of time that segments cover, joined where they touch.
pub(super) fn spans(segments: &[Segment]) -> Vec<GapView> {
    let mut spans: Vec<GapView> = segments
        .iter()
        .filter(|segment| segment.duration_ms > 0)
        .map(|segment| GapView {
            start_ms: segment.start_ms,
            duration_ms: segment.duration_ms,
        })
        .collect();
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

/// What a film must at least be long, by its stated length. Stated lengths are rounded and the last
/// frames of a broadcast are often not stored; but more than the pieces of one hash, which are the
/// most that the list of a whole recording leaves open, are not lost without a word.
pub(super) fn least_ms(recording: &Recording, segments: &[Segment]) -> u64 {
    const PIECES_OF_A_HASH: u64 = 10;
    let longest = segments
        .iter()
        .map(|segment| segment.duration_ms)
        .max()
        .unwrap_or(0);
    let open = longest.saturating_mul(PIECES_OF_A_HASH);
    recording
        .duration_ms
        .map_or(0, |stated| stated.saturating_sub(open))
}

#[cfg(test)]
mod tests;
