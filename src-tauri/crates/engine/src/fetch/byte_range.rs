//! Some bytes of a file instead of all of it (RFC 9110 14).

use reqwest::header::{CONTENT_RANGE, ETAG, HeaderMap, IF_RANGE, LAST_MODIFIED, RANGE};
use reqwest::{RequestBuilder, Response, StatusCode};
use ustream::ByteRange;

/// A server that sends the whole file where a part is wanted is borne that far into it.
const MAX_SKIPPED_BYTES: u64 = 64 << 20;

/// What an answer holds of what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RangeResponse {
    /// Exactly the stretch.
    Range,
    /// The whole file; the stretch lies behind so many bytes of it.
    FullFile(u64),
    /// Another file than the one that was looked at.
    OtherVersion,
    /// Something else, in words.
    Invalid(&'static str),
}

/// Asks for these bytes, of this version of the file.
pub(super) fn add_range_headers(request: RequestBuilder, stretch: &ByteRange) -> RequestBuilder {
    let last = stretch.bytes.end.saturating_sub(1);
    let request = request.header(RANGE, format!("bytes={}-{last}", stretch.bytes.start));
    match &stretch.validator {
        Some(validator) => request.header(IF_RANGE, validator),
        None => request,
    }
}

/// Reads the head of an answer that is no error.
pub(super) fn classify_response(response: &Response, stretch: &ByteRange) -> RangeResponse {
    let length = response.content_length();
    match response.status() {
        StatusCode::PARTIAL_CONTENT => classify_partial(response.headers(), stretch),
        _ if is_other_version(response.headers(), length, stretch) => RangeResponse::OtherVersion,
        _ if stretch.bytes.end > MAX_SKIPPED_BYTES => {
            RangeResponse::Invalid("it sends the whole file where a part is wanted")
        }
        _ => RangeResponse::FullFile(stretch.bytes.start),
    }
}

/// `bytes FIRST-LAST/SIZE` (RFC 9110 14.4).
fn classify_partial(headers: &HeaderMap, stretch: &ByteRange) -> RangeResponse {
    const OTHER: RangeResponse = RangeResponse::Invalid("it sends another part than is wanted");
    let range = headers
        .get(CONTENT_RANGE)
        .and_then(|range| range.to_str().ok()?.strip_prefix("bytes "));
    let Some((range, size)) = range.and_then(|range| range.split_once('/')) else {
        return OTHER;
    };
    let size = size.trim().parse::<u64>().ok();
    if let (Some(size), Some(whole)) = (size, stretch.total_bytes)
        && size != whole
    {
        return RangeResponse::OtherVersion;
    }
    let ends = range.split_once('-').and_then(|(first, last)| {
        let number = |text: &str| text.trim().parse::<u64>().ok();
        Some((number(first)?, number(last)?))
    });
    match ends {
        Some((first, last))
            if first == stretch.bytes.start && last.checked_add(1) == Some(stretch.bytes.end) =>
        {
            RangeResponse::Range
        }
        _ => OTHER,
    }
}

fn is_other_version(headers: &HeaderMap, length: Option<u64>, stretch: &ByteRange) -> bool {
    let is_other_size = stretch
        .total_bytes
        .is_some_and(|whole| length != Some(whole));
    let is_other_version = stretch.validator.as_ref().is_some_and(|validator| {
        [ETAG, LAST_MODIFIED]
            .iter()
            .all(|name| headers.get(name).is_none_or(|value| value != validator))
    });
    is_other_size || is_other_version
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(range: &str, whole: Option<u64>) -> RangeResponse {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_RANGE, range.parse().expect("a header"));
        let stretch = ByteRange {
            bytes: 10..20,
            total_bytes: whole,
            validator: None,
        };
        classify_partial(&headers, &stretch)
    }

    #[test]
    fn only_the_part_that_was_asked_for_of_the_same_file_is_taken() {
        assert_eq!(found("bytes 10-19/100", Some(100)), RangeResponse::Range);
        assert_eq!(found("bytes 10-19/*", Some(100)), RangeResponse::Range);
        assert_eq!(found("bytes 10-19/100", None), RangeResponse::Range);
        assert_eq!(
            found("bytes 10-19/101", Some(100)),
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
                matches!(found(other, Some(100)), RangeResponse::Invalid(_)),
                "{other}"
            );
        }
    }
}
