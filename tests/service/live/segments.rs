//! The segments of a live stream on the CDN.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;

use super::{LiveSegment, Timeline};
use crate::cdn::{self, SegmentName};
use crate::service::Service;

/// Answers a request for a path of the CDN, if it is one of a live stream.
pub(crate) fn answer(service: &Arc<Service>, path: &str) -> Option<Response<Body>> {
    let timelines = service.world.channels.values().filter_map(Timeline::now);
    let (timeline, number, name) = timelines.into_iter().find_map(|timeline| {
        let (number, name) =
            timeline
                .broadcasts
                .iter()
                .enumerate()
                .find_map(|(number, known)| {
                    Some((number, path.strip_prefix(&timeline.path_of(known))?))
                })?;
        Some((timeline, number, name))
    })?;
    let channel = timeline.channel.id;
    let broadcast = timeline.broadcasts.get(number)?;
    let Some(name) = SegmentName::read(name, timeline.representations(broadcast)) else {
        service.live_traffic.count_unknown(channel);
        return Some(StatusCode::NOT_FOUND.into_response());
    };
    let segment = LiveSegment {
        broadcast: broadcast.number,
        representation: format!(
            "{}.{}",
            name.representation.name(),
            name.representation.extension()
        ),
        segment: (!name.init).then_some(name.chunk),
    };
    let hash = timeline.hash_of(broadcast, timeline.key_of(name.chunk));
    let is_found = hash == name.hash && timeline.is_served(broadcast, name.chunk, name.init);
    service
        .live_traffic
        .count_request(channel, segment.clone(), is_found);
    if !is_found {
        return Some(StatusCode::NOT_FOUND.into_response());
    }
    let parts = if name.init {
        vec![service.library.init_segment(name.representation)?]
    } else {
        let units = timeline.units(broadcast, name.chunk)?;
        service.library.chunk(name.representation, units)?
    };
    let counted = Arc::clone(service);
    Some(cdn::respond(
        parts,
        cdn::content_type(name.representation),
        move || counted.live_traffic.count_served(channel, segment),
    ))
}
