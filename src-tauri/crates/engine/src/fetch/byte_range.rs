//! HTTP range requests (RFC 9110 section 14).

use reqwest::header::{CONTENT_RANGE, ETAG, HeaderMap, IF_RANGE, LAST_MODIFIED, RANGE};
use reqwest::{RequestBuilder, Response, StatusCode};
use ustream::ByteRange;

/// If a server ignores `Range`, skip at most this many bytes of the whole file.
const MAX_SKIPPED_BYTES: u64 = 64 << 20;

/// How a response relates to the requested byte range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RangeResponse {
    /// Exactly the requested range.
    Range,
    /// The whole file; the requested range starts after this many bytes.
    FullFile(u64),
    /// The file has changed since the plan was made.
    OtherVersion,
    /// Anything else, with the reason as text.
    Invalid(&'static str),
}

/// Adds `Range` and, if a validator is known, `If-Range`.
pub(super) fn add_range_headers(request: RequestBuilder, range: &ByteRange) -> RequestBuilder {
    let last = range.bytes.end.saturating_sub(1);
    let request = request.header(RANGE, format!("bytes={}-{last}", range.bytes.start));
    match &range.validator {
        Some(validator) => request.header(IF_RANGE, validator),
        None => request,
    }
}

/// Classifies a successful response by its status and headers.
pub(super) fn classify_response(response: &Response, range: &ByteRange) -> RangeResponse {
    let length = response.content_length();
    match response.status() {
        StatusCode::PARTIAL_CONTENT => classify_partial(response.headers(), range),
        _ if is_other_version(response.headers(), length, range) => RangeResponse::OtherVersion,
        _ if range.bytes.end > MAX_SKIPPED_BYTES => {
            RangeResponse::Invalid("it sends the whole file where a part is wanted")
        }
        _ => RangeResponse::FullFile(range.bytes.start),
    }
}

/// Compares `Content-Range: bytes FIRST-LAST/SIZE` (RFC 9110 14.4) with the requested range.
fn classify_partial(headers: &HeaderMap, range: &ByteRange) -> RangeResponse {
    const OTHER: RangeResponse = RangeResponse::Invalid("it sends another part than is wanted");
    let content_range = headers
        .get(CONTENT_RANGE)
        .and_then(|range| range.to_str().ok()?.strip_prefix("bytes "));
    let Some((span, size)) = content_range.and_then(|value| value.split_once('/')) else {
        return OTHER;
    };
    let size = size.trim().parse::<u64>().ok();
    if let (Some(size), Some(total)) = (size, range.total_bytes)
        && size != total
    {
        return RangeResponse::OtherVersion;
    }
    let ends = span.split_once('-').and_then(|(first, last)| {
        let number = |text: &str| text.trim().parse::<u64>().ok();
        Some((number(first)?, number(last)?))
    });
    match ends {
        Some((first, last))
            if first == range.bytes.start && last.checked_add(1) == Some(range.bytes.end) =>
        {
            RangeResponse::Range
        }
        _ => OTHER,
    }
}

fn is_other_version(headers: &HeaderMap, length: Option<u64>, range: &ByteRange) -> bool {
    let is_other_size = range.total_bytes.is_some_and(|total| length != Some(total));
    let is_other_version = range.validator.as_ref().is_some_and(|validator| {
        [ETAG, LAST_MODIFIED]
            .iter()
            .all(|name| headers.get(name).is_none_or(|value| value != validator))
    });
    is_other_size || is_other_version
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classify(content_range: &str, total: Option<u64>) -> RangeResponse {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_RANGE, content_range.parse().expect("a header"));
        let range = ByteRange {
            bytes: 10..20,
            total_bytes: total,
            validator: None,
        };
        classify_partial(&headers, &range)
    }

    #[test]
    fn only_the_requested_range_of_the_same_file_is_accepted() {
        assert_eq!(classify("bytes 10-19/100", Some(100)), RangeResponse::Range);
        assert_eq!(classify("bytes 10-19/*", Some(100)), RangeResponse::Range);
        assert_eq!(classify("bytes 10-19/100", None), RangeResponse::Range);
        assert_eq!(
            classify("bytes 10-19/101", Some(100)),
            RangeResponse::OtherVersion
        );
        for other in [
            "bytes 10-18/100",
            "bytes 9-19/100",
            "bytes */100",
            "items 10-19/100",
            "bytes 10-18446744073709551615/100",
            "",
        ] {
            assert!(
                matches!(classify(other, Some(100)), RangeResponse::Invalid(_)),
                "{other}"
            );
        }
    }
}
