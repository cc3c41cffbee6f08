//! Finds out which bytes of a response are the segment.

use reqwest::{Response, StatusCode};
use ustream::{ContentCoding, ContentRange};

use super::SegmentRequest;
use super::byte_range::{self, MAX_SKIPPED_BYTES, RangeResponse};
use super::limits::{MAX_BYTES_PER_MS, MAX_SEGMENT_LIMIT_BYTES, MIN_SEGMENT_LIMIT_BYTES};
use crate::error::FetchError;

/// Which bytes of a response body to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BodyExtent {
    /// Bytes to skip before them.
    pub(super) skip: u64,
    /// Their number, if it is known.
    pub(super) length: Option<usize>,
    /// A longer body is an error.
    pub(super) limit: usize,
    /// Stop reading after them, even if the body goes on.
    pub(super) ends_early: bool,
}

/// How a response holds the segment.
pub(super) struct Extent {
    /// The segment in the decoded body.
    pub(super) decoded: BodyExtent,
    /// How the body is encoded, in the order of decoding.
    pub(super) codings: Vec<ContentCoding>,
    /// The size of the whole body, if the server states it.
    stated_bytes: Option<u64>,
    /// The number of bytes that are sent, if the server states it.
    sent_bytes: Option<u64>,
}

/// What is wrong with a body.
#[derive(Debug)]
pub(super) enum ExtentError {
    TooLarge,
    BreaksOff,
    /// It is of another file than the one that is being fetched.
    OtherVersion,
    /// It is not what was asked for, with the reason as text.
    Wrong(&'static str),
}

impl ExtentError {
    pub(super) fn into_fetch_error(self, host: String) -> FetchError {
        let problem = match self {
            Self::OtherVersion => return FetchError::Replaced { host },
            Self::TooLarge => "it is too large for its length",
            Self::BreaksOff => "it breaks off",
            Self::Wrong(problem) => problem,
        };
        let problem = problem.to_owned();
        FetchError::NotMedia { host, problem }
    }
}

impl Extent {
    /// Reads the response headers. Fails if the segment would have too many bytes, or if this is
    /// another range or a part.
    pub(super) fn of(
        response: &Response,
        request: SegmentRequest<'_>,
    ) -> Result<Self, ExtentError> {
        let codings = ContentCoding::of(response.headers());
        let is_encoded = !codings.is_empty();
        let limit = usize::try_from(max_bytes(request)).unwrap_or(usize::MAX);
        let fits = |length: u64| {
            let length = usize::try_from(length).ok().filter(|it| *it <= limit);
            length.ok_or(ExtentError::TooLarge)
        };
        let sent_bytes = response.content_length();
        let part = match response.status() {
            StatusCode::PARTIAL_CONTENT => ContentRange::of(response.headers()),
            _ => None,
        };
        let (skip, length, stated_bytes) = if let Some(range) = request.byte_range {
            let skip = match byte_range::classify_response(response, range, is_encoded) {
                RangeResponse::Part(skip) | RangeResponse::FullFile(skip) => skip,
                RangeResponse::OtherVersion => return Err(ExtentError::OtherVersion),
                RangeResponse::Invalid(problem) => return Err(ExtentError::Wrong(problem)),
            };
            let length = fits(range.bytes.end.saturating_sub(range.bytes.start))?;
            let part = part.map(|part| part.bytes.end - part.bytes.start);
            (skip, Some(length), part.or(range.total_bytes))
        } else {
            let is_part = response.status() == StatusCode::PARTIAL_CONTENT;
            let whole = part
                .filter(ContentRange::is_whole)
                .map(|part| part.bytes.end);
            let is_cut =
                !is_encoded && sent_bytes.is_some() && whole.is_some() && sent_bytes != whole;
            if is_part && whole.is_none() || is_cut {
                return Err(ExtentError::Wrong("it is a part"));
            }
            let length = sent_bytes.or(whole).filter(|_| !is_encoded);
            (0, length.map(fits).transpose()?, whole)
        };
        let decoded = BodyExtent {
            skip,
            length,
            limit,
            ends_early: request.byte_range.is_some(),
        };
        Ok(Self {
            decoded,
            codings,
            stated_bytes,
            sent_bytes,
        })
    }

    /// Returns which bytes to read: all of an encoded body, since its parts mean nothing.
    pub(super) fn received(&self) -> Result<BodyExtent, ExtentError> {
        if self.codings.is_empty() {
            return Ok(self.decoded.clone());
        }
        let limit = self.decoding_limit();
        let length = self.sent_bytes.map(usize::try_from).transpose();
        let length = length.map_err(|_| ExtentError::TooLarge)?;
        if length.is_some_and(|length| length > limit) {
            return Err(ExtentError::TooLarge);
        }
        Ok(BodyExtent {
            skip: 0,
            length,
            limit,
            ends_early: false,
        })
    }

    /// Returns the most bytes that an encoded body may have, as it is sent and decoded.
    pub(super) fn decoding_limit(&self) -> usize {
        if self.decoded.ends_early {
            usize::try_from(MAX_SKIPPED_BYTES).unwrap_or(usize::MAX)
        } else {
            self.decoded.limit
        }
    }

    /// Cuts the segment out of a decoded body, which came as this many bytes.
    pub(super) fn cut(&self, mut body: Vec<u8>, received: usize) -> Result<Vec<u8>, ExtentError> {
        // Proxies that encode a body leave the size of the original.
        let is_size = |size: u64| size == body.len() as u64 || size == received as u64;
        if !self.stated_bytes.is_none_or(is_size) {
            return Err(if self.decoded.ends_early {
                ExtentError::OtherVersion
            } else {
                ExtentError::BreaksOff
            });
        }
        let start = usize::try_from(self.decoded.skip).unwrap_or(usize::MAX);
        let end = self
            .decoded
            .length
            .map_or(body.len(), |length| start.saturating_add(length));
        if end > body.len() || start > end {
            return Err(ExtentError::BreaksOff);
        }
        body.truncate(end);
        body.drain(..start);
        Ok(body)
    }
}

/// Returns the size limit of a segment, from its duration and the highest plausible bit rate.
fn max_bytes(request: SegmentRequest<'_>) -> u64 {
    let by_duration = request.duration_ms.saturating_mul(MAX_BYTES_PER_MS);
    by_duration.clamp(MIN_SEGMENT_LIMIT_BYTES, MAX_SEGMENT_LIMIT_BYTES)
}
