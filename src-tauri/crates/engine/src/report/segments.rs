//! Fetches the first segments of a recording for a report.

use media::SegmentFormat;
use ustream::{Container, Recording, Segment, SegmentKind, SegmentPlan};

use crate::assemble::media_kind;
use crate::error::FetchError;
use crate::fetch::retry::Effort;
use crate::fetch::{Fetcher, RequestBudget, SegmentRequest, SegmentSampler};
use crate::progress::Meter;

/// Media segments of each track that are fetched.
const MEDIA_SEGMENTS: usize = 2;

/// Fetches the init segment and the first media segments of each track. Returns the first error.
pub(crate) async fn sample(
    fetcher: &Fetcher,
    (recording, plan): (&Recording, &SegmentPlan),
    sampler: &SegmentSampler,
) -> Result<(), FetchError> {
    let (budget, meter) = (RequestBudget::default(), Meter::new(None));
    let mut outcome = Ok(());
    for segment in first_segments(plan) {
        let location = recording.locate(plan, segment.id);
        let request = SegmentRequest {
            id: segment.id,
            urls: &location.urls,
            byte_range: location.byte_range.as_ref(),
            format: format(plan.container),
            kind: media_kind(segment.id.kind),
            duration_ms: segment.duration_ms,
            not_found_confirmations: 2,
            is_tentative: false,
            is_end_probe: false,
            is_comparison: true,
            sampler,
        };
        let body = fetcher
            .fetch(request, Effort::First, (&budget, &meter))
            .await;
        outcome = outcome.and(body.map(drop));
    }
    outcome
}

fn format(container: Container) -> Option<SegmentFormat> {
    match container {
        Container::Flv => Some(SegmentFormat::Flv),
        Container::Fmp4 => Some(SegmentFormat::Fmp4),
        Container::Ts => Some(SegmentFormat::Ts),
        Container::File => None,
    }
}

fn first_segments(plan: &SegmentPlan) -> impl Iterator<Item = &Segment> {
    (0..plan.tracks.len()).flat_map(|track| {
        let of_track = move |it: &&Segment| usize::from(it.id.track) == track;
        let is_init = |it: &&Segment| it.id.kind == SegmentKind::Init;
        let inits = plan.segments.iter().filter(of_track).filter(is_init);
        let media = plan.segments.iter().filter(of_track);
        let media = media.filter(move |it| !is_init(it)).take(MEDIA_SEGMENTS);
        inits.chain(media)
    })
}
