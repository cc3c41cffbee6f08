//! HTTP range requests (RFC 9110 section 14).

use reqwest::header::{ETAG, HeaderMap, IF_RANGE, LAST_MODIFIED, RANGE};
use reqwest::{RequestBuilder, Response, StatusCode};
use ustream::{ByteRange, ContentRange};

/// If a server ignores `Range`, skip at most this many bytes of the whole file.
pub(super) const MAX_SKIPPED_BYTES: u64 = 64 << 20;

/// How a response relates to the requested byte range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RangeResponse {
    /// A part of the file that holds the requested range after this many other bytes.
    Part(u64),
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

/// Classifies a successful response by its status and headers. The length of an encoded body says
/// nothing about the size of the file.
pub(super) fn classify_response(
    response: &Response,
    range: &ByteRange,
    is_encoded: bool,
) -> RangeResponse {
    let is_other_size = |total| response.content_length() != Some(total) && !is_encoded;
    match response.status() {
        StatusCode::PARTIAL_CONTENT => classify_partial(response.headers(), range),
        _ if range.total_bytes.is_some_and(is_other_size) => RangeResponse::OtherVersion,
        _ if is_other_version(response.headers(), range) => RangeResponse::OtherVersion,
        _ if range.bytes.end > MAX_SKIPPED_BYTES => {
            RangeResponse::Invalid("it sends the whole file where a part is wanted")
        }
        _ => RangeResponse::FullFile(range.bytes.start),
    }
}

/// Compares `Content-Range` with the requested range. A server may send more than was asked for, also
/// the whole file (RFC 9110 15.3.7).
fn classify_partial(headers: &HeaderMap, range: &ByteRange) -> RangeResponse {
    const OTHER: RangeResponse = RangeResponse::Invalid("it sends another part than is wanted");
    let Some(sent) = ContentRange::of(headers) else {
        return OTHER;
    };
    if let (Some(size), Some(total)) = (sent.total_bytes, range.total_bytes)
        && size != total
    {
        return RangeResponse::OtherVersion;
    }
    let skip = range.bytes.start.checked_sub(sent.bytes.start);
    match skip.filter(|_| range.bytes.end <= sent.bytes.end) {
        Some(skip) if skip == 0 || range.bytes.end - sent.bytes.start <= MAX_SKIPPED_BYTES => {
            RangeResponse::Part(skip)
        }
        _ => OTHER,
    }
}

fn is_other_version(headers: &HeaderMap, range: &ByteRange) -> bool {
    range.validator.as_ref().is_some_and(|validator| {
        [ETAG, LAST_MODIFIED]
            .iter()
            .all(|name| headers.get(name).is_none_or(|value| value != validator))
    })
}

#[cfg(test)]
mod tests {
    use reqwest::header::CONTENT_RANGE;

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
    fn only_a_part_of_the_same_file_that_holds_the_range_is_accepted() {
        for (sent, total, skip) in [
            ("bytes 10-19/100", Some(100), 0),
            ("bytes 10-19/*", Some(100), 0),
            ("bytes 10-19/100", None, 0),
            ("bytes 0-99/100", Some(100), 10),
            ("bytes 9-19/100", Some(100), 1),
        ] {
            let expected = RangeResponse::Part(skip);
            assert_eq!(classify(sent, total), expected, "{sent}");
        }
        assert_eq!(
            classify("bytes 10-19/101", Some(100)),
            RangeResponse::OtherVersion
        );
        for other in [
            "bytes 10-18/100",
            "bytes 11-30/100",
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
