//! Responses to range requests (RFC 9110 14).

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;

/// Returns the requested byte range, or the whole file; states which bytes it is.
pub(crate) fn answer(
    headers: &HeaderMap,
    file: Vec<u8>,
    tag: &str,
) -> (std::ops::Range<usize>, Response<Body>) {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let is_same = text(header::IF_RANGE).is_none_or(|known| known == tag);
    let size = file.len();
    let wanted = text(header::RANGE).filter(|_| is_same).and_then(|range| {
        let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
        let end = last.parse::<usize>().ok()?.checked_add(1)?.min(size);
        Some(first.parse().ok()?..end)
    });
    let Some(range) = wanted else {
        return (
            0..size,
            ([(header::ETAG, tag.to_owned())], file).into_response(),
        );
    };
    let Some(part) = file.get(range.clone()).filter(|part| !part.is_empty()) else {
        return (0..0, StatusCode::RANGE_NOT_SATISFIABLE.into_response());
    };
    let content_range = format!("bytes {}-{}/{size}", range.start, range.end - 1);
    let headers = [
        (header::ETAG, tag.to_owned()),
        (header::CONTENT_RANGE, content_range),
    ];
    let answer = (StatusCode::PARTIAL_CONTENT, headers, part.to_vec()).into_response();
    (range, answer)
}
