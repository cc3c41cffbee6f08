//! The segments: plain files at paths that cannot be guessed, on several hosts.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode, Uri, header};
use axum::response::IntoResponse;
use axum::routing::get;
use bytes::Bytes;
use futures_util::stream;

use crate::live;
use crate::media::MockRepresentation;
use crate::ranges;
use crate::service::{Service, chunk_units};
use crate::substitutes;
use crate::world::{PlaylistLayout, Recording};

/// Builds the router of a CDN host; all hosts serve the same files.
pub(crate) fn router(service: Arc<Service>) -> Router {
    Router::new().fallback(get(segment)).with_state(service)
}

/// The parts of a segment's file name.
pub(crate) struct SegmentName<'a> {
    pub(crate) representation: MockRepresentation,
    pub(crate) chunk: u64,
    pub(crate) hash: &'a str,
    pub(crate) init: bool,
}

impl<'a> SegmentName<'a> {
    /// Parses `2/1/chunk_7_1870599898.flv`, or `2/chunk_0_1870599898.m4vh`.
    pub(crate) fn read(
        name: &'a str,
        mut known: impl Iterator<Item = MockRepresentation>,
    ) -> Option<Self> {
        let (folder, file) = name.rsplit_once("/chunk_")?;
        let (stem, extension) = file.rsplit_once('.')?;
        let (chunk, hash) = stem.split_once('_')?;
        let (extension, init) = match extension.strip_suffix('h') {
            Some(extension) => (extension, true),
            None => (extension, false),
        };
        let representation =
            known.find(|known| known.name() == folder && known.extension() == extension)?;
        let has_init = matches!(
            representation,
            MockRepresentation::Mp4Video(_) | MockRepresentation::Mp4Audio(_)
        );
        (has_init || !init).then_some(Self {
            representation,
            chunk: chunk.parse().ok()?,
            hash,
            init,
        })
    }
}

async fn segment(
    State(service): State<Arc<Service>>,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    // The CDN treats two slashes as one.
    let path = uri.path().replace("//", "/");
    let path = path.trim_start_matches('/');
    let found = service
        .world
        .recordings
        .values()
        .filter(|recording| service.world.is_published(recording))
        .find_map(|recording| Some((recording, path.strip_prefix(&service.path_of(recording))?)));
    let Some((recording, name)) = found else {
        return live::answer(&service, path)
            .unwrap_or_else(|| StatusCode::NOT_FOUND.into_response());
    };
    if let Some(answer) = ranged(&service, recording, name, &headers) {
        return answer;
    }
    segment_response(&service, recording, name).unwrap_or_else(|| recording.refusal.into_response())
}

/// Serves byte ranges of a representation that is a single file, `2/1/all_1870599898.ts`.
fn ranged(
    service: &Arc<Service>,
    recording: &Recording,
    name: &str,
    headers: &HeaderMap,
) -> Option<Response<Body>> {
    if recording.delivery.playlists != Some(PlaylistLayout::Ranges) {
        return None;
    }
    let (name, hash) = name.strip_suffix(".ts")?.split_once("/all_")?;
    let representation = recording
        .representations()
        .find(|representation| representation.name() == name)?;
    if service.hash_at(recording, recording.first_chunk)? != hash {
        return None;
    }
    let whole = service.representation_bytes(recording, representation)?;
    let (range, answer) = ranges::answer(headers, whole, "\"row\"");
    let at = u64::try_from(range.start).ok();
    service
        .log
        .record_segment(recording.id, format!("{name}.all"), at);
    Some(answer)
}

/// Returns the segment of this name, if it exists.
fn segment_response(
    service: &Arc<Service>,
    recording: &Recording,
    name: &str,
) -> Option<Response<Body>> {
    let name = SegmentName::read(name, recording.representations())?;
    let gone = !name.init && recording.missing_chunks.contains(&name.chunk);
    if gone || service.hash_at(recording, name.chunk)? != name.hash {
        return None;
    }
    // A chunk that does not exist has no init segment either.
    let range = chunk_units(recording, name.chunk)?;
    let chunk = (!name.init).then_some(name.chunk);
    if let Some(other) =
        substitutes::substitute_response(service, recording, (name.representation, chunk))
    {
        return Some(other);
    }
    let segments = if name.init {
        vec![service.library.init_segment(name.representation)?]
    } else {
        service.library.chunk(name.representation, range)?
    };
    let representation = format!(
        "{}.{}",
        name.representation.name(),
        name.representation.extension()
    );
    let (service, id) = (Arc::clone(service), recording.id);
    Some(respond(
        segments,
        content_type(name.representation),
        move || service.log.record_segment(id, representation, chunk),
    ))
}

/// Returns the media type of the segments of a representation.
pub(crate) fn content_type(representation: MockRepresentation) -> &'static str {
    match representation {
        MockRepresentation::Flv(..) => "video/x-flv",
        MockRepresentation::Mp4Video(_) => "video/mp4",
        MockRepresentation::Mp4Audio(_) => "audio/mp4",
        MockRepresentation::Ts(..) => "video/mp2t",
        MockRepresentation::PackedAudio(_) => "audio/aac",
    }
}

/// Sends the parts without copying them, and calls `log_served` with the last one.
pub(crate) fn respond(
    parts: Vec<Bytes>,
    content_type: &'static str,
    log_served: impl FnOnce() + Send + 'static,
) -> Response<Body> {
    let length: usize = parts.iter().map(Bytes::len).sum();
    let last = parts.len().saturating_sub(1);
    let mut log_served = Some(log_served);
    let body = stream::iter(parts.into_iter().enumerate().map(move |(at, part)| {
        if at == last
            && let Some(log_served) = log_served.take()
        {
            log_served();
        }
        Ok::<_, Infallible>(part)
    }));
    let headers = [
        (header::CONTENT_TYPE, content_type.to_owned()),
        (header::CONTENT_LENGTH, length.to_string()),
        (header::CACHE_CONTROL, "max-age=604800".to_owned()),
    ];
    (headers, Body::from_stream(body)).into_response()
}
