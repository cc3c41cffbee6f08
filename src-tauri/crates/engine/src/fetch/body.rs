//! Makes one HTTP request and returns its body: limited in size, complete, and valid media.

use media::SegmentKind;
use reqwest::StatusCode;
use tokio::time::Instant;
use url::Url;

use super::byte_range::{self, RangeResponse};
use super::limits::{
    MAX_BYTES_PER_MS, MAX_SEGMENT_LIMIT_BYTES, MIN_SEGMENT_LIMIT_BYTES, STALL_MIN_BYTES,
    STALL_WINDOW,
};
use super::memory::MemoryReservation;
use super::{Fetcher, SegmentRequest};
use crate::error::FetchError;
use crate::progress::{BodyProgress, Meter};

/// The buffer of a body of unknown length grows by this much at a time.
const GROWTH_BYTES: usize = 1 << 20;

/// The bytes of a segment, and its memory reservation.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) bytes: Vec<u8>,
    /// Held until the bytes have been written to disk.
    pub(crate) share: MemoryReservation,
}

/// Fetches `url`. A body that is truncated, of another format or not readable is an error.
pub(super) async fn get(
    fetcher: &Fetcher,
    url: &Url,
    request: SegmentRequest<'_>,
    meter: &Meter,
) -> Result<Body, FetchError> {
    let host = || url.host_str().unwrap_or_default().to_owned();
    let network = |source: reqwest::Error| FetchError::Network {
        host: host(),
        // The URL may contain secrets.
        source: source.without_url(),
    };
    let not_media = |problem: &str| FetchError::NotMedia {
        host: host(),
        problem: problem.to_owned(),
    };
    let mut http = fetcher.http.get(url.clone());
    if let Some(range) = request.byte_range {
        http = byte_range::add_range_headers(http, range);
    }
    let mut response = http.send().await.map_err(network)?;
    check_status(&response, host)?;
    let extent = extent(&response, request, host)?;
    let mut share = fetcher.memory.reserve();
    let mut progress = meter.incoming();
    let read = read(fetcher, &mut response, &extent, &mut share, &mut progress);
    let bytes = read.await.map_err(|error| match error {
        ReadError::Network(error) => network(error),
        ReadError::TooLarge => not_media("it is too large for its length"),
        ReadError::TooSlow => FetchError::TooSlow { host: host() },
    })?;
    if extent.length.is_some_and(|length| length != bytes.len()) {
        return Err(not_media("it breaks off"));
    }
    check_media(request, &bytes, host)?;
    progress.keep();
    Ok(Body { bytes, share })
}

/// Which bytes of a response body to keep.
struct BodyExtent {
    /// Bytes to skip before them.
    skip: u64,
    /// Their number, if it is known.
    length: Option<usize>,
    /// A longer body is an error.
    limit: usize,
    /// Stop reading after them, even if the body goes on.
    ends_early: bool,
}

/// Finds in the response headers which bytes to keep. Fails if they are too many or a wrong range.
fn extent(
    response: &reqwest::Response,
    request: SegmentRequest<'_>,
    host: impl Fn() -> String,
) -> Result<BodyExtent, FetchError> {
    let not_media = |problem: &str| FetchError::NotMedia {
        host: host(),
        problem: problem.to_owned(),
    };
    let limit = usize::try_from(max_bytes(request)).unwrap_or(usize::MAX);
    let fits = |length: u64| {
        let length = usize::try_from(length).ok().filter(|it| *it <= limit);
        length.ok_or_else(|| not_media("it is too large for its length"))
    };
    let Some(range) = request.byte_range else {
        if response.status() != StatusCode::OK {
            return Err(not_media("it is a part"));
        }
        let length = response.content_length().map(fits).transpose()?;
        return Ok(BodyExtent {
            skip: 0,
            length,
            limit,
            ends_early: false,
        });
    };
    let skip = match byte_range::classify_response(response, range) {
        RangeResponse::Range => 0,
        RangeResponse::FullFile(skip) => skip,
        RangeResponse::OtherVersion => return Err(FetchError::Replaced { host: host() }),
        RangeResponse::Invalid(problem) => return Err(not_media(problem)),
    };
    let length = fits(range.bytes.end.saturating_sub(range.bytes.start))?;
    Ok(BodyExtent {
        skip,
        length: Some(length),
        limit,
        ends_early: true,
    })
}

/// Returns the size limit of a segment, from its duration and the highest plausible bit rate.
fn max_bytes(request: SegmentRequest<'_>) -> u64 {
    let by_duration = request.duration_ms.saturating_mul(MAX_BYTES_PER_MS);
    by_duration.clamp(MIN_SEGMENT_LIMIT_BYTES, MAX_SEGMENT_LIMIT_BYTES)
}

/// Why reading stops before the end.
enum ReadError {
    Network(reqwest::Error),
    TooLarge,
    TooSlow,
}

async fn read(
    fetcher: &Fetcher,
    response: &mut reqwest::Response,
    extent: &BodyExtent,
    share: &mut MemoryReservation,
    progress: &mut BodyProgress<'_>,
) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    let end = extent.length.unwrap_or(extent.limit);
    if let Some(length) = extent.length {
        share.grow_to(length as u64).await;
        bytes.reserve_exact(length);
    }
    let mut skip = extent.skip;
    let mut stall_window = (Instant::now(), 0);
    while !(extent.ends_early && bytes.len() >= end) {
        let Some(chunk) = response.chunk().await.map_err(ReadError::Network)? else {
            break;
        };
        stall_window.1 += chunk.len() as u64;
        if stall_window.0.elapsed() >= STALL_WINDOW {
            if stall_window.1 < STALL_MIN_BYTES {
                return Err(ReadError::TooSlow);
            }
            stall_window = (Instant::now(), 0);
        }
        let skipped = skip.min(chunk.len() as u64);
        skip -= skipped;
        let rest = chunk.get(usize::try_from(skipped).unwrap_or(usize::MAX)..);
        let mut rest = rest.unwrap_or_default();
        if extent.ends_early {
            rest = &rest[..rest.len().min(end - bytes.len())];
        }
        if bytes.len() + rest.len() > end {
            return Err(ReadError::TooLarge);
        }
        if bytes.len() + rest.len() > bytes.capacity() {
            let capacity = (bytes.len() + rest.len()).next_multiple_of(GROWTH_BYTES);
            share.grow_to(capacity as u64).await;
            bytes.reserve_exact(capacity - bytes.len());
        }
        progress.add(rest.len() as u64);
        fetcher.concurrency.add_bytes(rest.len() as u64);
        bytes.extend_from_slice(rest);
    }
    Ok(bytes)
}

fn check_media(
    request: SegmentRequest<'_>,
    body: &[u8],
    host: impl Fn() -> String,
) -> Result<(), FetchError> {
    let Some(source) = request.format else {
        return Ok(());
    };
    let not_media = |problem: String| FetchError::NotMedia {
        host: host(),
        problem,
    };
    if !media::sniff(source, request.kind, body) {
        return Err(not_media("it is something else".to_owned()));
    }
    match media::probe(source, request.kind, body) {
        Ok(content) if request.kind != SegmentKind::Init && content.is_empty() => {
            Err(FetchError::NoMedia { host: host() })
        }
        // Unsupported media is not the host's fault; the muxer reports it.
        Ok(_) | Err(media::Error::Unsupported(_) | media::Error::Encrypted) => Ok(()),
        Err(problem) => Err(not_media(problem.to_string())),
    }
}

fn check_status(response: &reqwest::Response, host: impl Fn() -> String) -> Result<(), FetchError> {
    let status = response.status();
    let retry_after = ustream::retry_after(response);
    match status {
        StatusCode::OK | StatusCode::PARTIAL_CONTENT => Ok(()),
        StatusCode::TOO_MANY_REQUESTS => Err(FetchError::Busy {
            host: host(),
            retry_after,
        }),
        StatusCode::SERVICE_UNAVAILABLE if retry_after.is_some() => Err(FetchError::Busy {
            host: host(),
            retry_after,
        }),
        _ => Err(FetchError::Status {
            host: host(),
            status: status.as_u16(),
        }),
    }
}
