//! Single files, which the API names for old recordings.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;

use crate::ranges;
use crate::service::Service;
use crate::world::Recording;

/// The host of the files.
pub(crate) const HOST: &str = "tcdn.ustream.tv";

pub(crate) fn router(service: Arc<Service>) -> Router {
    Router::new()
        .route("/video/{file}", get(file))
        .with_state(service)
}

/// Returns the address of a recording's file, if it has one.
pub(crate) fn address(service: &Service, recording: &Recording) -> Option<String> {
    let ending = recording.delivery.file?.extension();
    let generation = service.generation(recording.id);
    Some(format!(
        "http://{HOST}/video/{}.{ending}?e={generation}",
        recording.id
    ))
}

async fn file(
    State(service): State<Arc<Service>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    uri: axum::http::Uri,
) -> Response<Body> {
    let found = name.split_once('.').and_then(|(id, ending)| {
        let recording = service.world.published_recording(id.parse().ok()?)?;
        (recording.delivery.file?.extension() == ending).then_some(recording)
    });
    let Some(recording) = found else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let generation = service.generation(recording.id);
    if uri.query() != Some(&format!("e={generation}")) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let Some(whole) = service.file(recording) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = if recording.delivery.ignores_ranges {
        HeaderMap::new()
    } else {
        headers
    };
    let (range, answer) = ranges::answer(&headers, whole, "\"the only one\"");
    // A probe of the first byte is not logged as a range.
    if range.len() > 1 {
        let at = u64::try_from(range.start).ok();
        service.log.record_segment(
            recording.id,
            name.replacen(|c: char| c.is_ascii_digit(), "", usize::MAX),
            at,
        );
    }
    answer
}
