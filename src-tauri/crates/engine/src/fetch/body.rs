//! One request, one body: bounded, whole, and readable as the segment it is meant to be.

use std::time::{Duration, SystemTime};

use media::Part;
use reqwest::StatusCode;
use reqwest::header::RETRY_AFTER;
use tokio::time::Instant;
use url::Url;

use super::limits::{
    BYTES_PER_MS, LEAST_BYTES, LEAST_SEGMENT_LIMIT, MOST_SEGMENT_LIMIT, TOO_SLOW_FOR,
};
use super::memory::Share;
use super::stretch::{self, Holds};
use super::{Fetcher, SegmentRequest};
use crate::error::FetchError;
use crate::progress::{Incoming, Meter};

/// A body of unknown length grows by this much at a time.
const STEP_BYTES: usize = 1 << 20;

/// The bytes of a segment, and the memory that they take.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) bytes: Vec<u8>,
    /// Held until the bytes have been written.
    pub(crate) share: Share,
}

/// Fetches `url` whole. What breaks off, is something else or cannot be read is an error.
pub(super) async fn get(
    fetcher: &Fetcher,
    url: &Url,
    wanted: SegmentRequest<'_>,
    meter: &Meter,
) -> Result<Body, FetchError> {
    let host = || url.host_str().unwrap_or_default().to_owned();
    let network = |source: reqwest::Error| FetchError::Network {
        host: host(),
        // An address may hold what nobody else should see.
        source: source.without_url(),
    };
    let not_media = |problem: &str| FetchError::NotMedia {
        host: host(),
        problem: problem.to_owned(),
    };
    let mut request = fetcher.http.get(url.clone());
    if let Some(stretch) = wanted.stretch {
        request = stretch::ask(request, stretch);
    }
    let mut response = request.send().await.map_err(network)?;
    refuse_errors(&response, host)?;
    let extent = extent(&response, wanted, host)?;
    let mut share = fetcher.memory.share();
    let mut incoming = meter.incoming();
    let read = read(fetcher, &mut response, &extent, &mut share, &mut incoming);
    let bytes = read.await.map_err(|error| match error {
        Stop::Network(error) => network(error),
        Stop::TooLarge => not_media("it is too large for its length"),
        Stop::TooSlow => FetchError::TooSlow { host: host() },
    })?;
    if extent.length.is_some_and(|length| length != bytes.len()) {
        return Err(not_media("it breaks off"));
    }
    check(wanted, &bytes, host)?;
    incoming.keep();
    Ok(Body { bytes, share })
}

/// Which bytes of an answer are wanted.
struct Extent {
    /// Bytes before them.
    skip: u64,
    /// How many they are, where that is known.
    length: Option<usize>,
    /// More than this are refused.
    limit: usize,
    /// What comes behind them is left unread.
    ends_early: bool,
}

/// Reads from the head of an answer what it holds. Fails where that is too large or another part.
fn extent(
    response: &reqwest::Response,
    wanted: SegmentRequest<'_>,
    host: impl Fn() -> String,
) -> Result<Extent, FetchError> {
    let not_media = |problem: &str| FetchError::NotMedia {
        host: host(),
        problem: problem.to_owned(),
    };
    let limit = usize::try_from(limit_bytes(wanted)).unwrap_or(usize::MAX);
    let fits = |length: u64| {
        let length = usize::try_from(length).ok().filter(|it| *it <= limit);
        length.ok_or_else(|| not_media("it is too large for its length"))
    };
    let Some(stretch) = wanted.stretch else {
        if response.status() != StatusCode::OK {
            return Err(not_media("it is a part"));
        }
        let length = response.content_length().map(fits).transpose()?;
        return Ok(Extent {
            skip: 0,
            length,
            limit,
            ends_early: false,
        });
    };
    let skip = match stretch::holds(response, stretch) {
        Holds::Stretch => 0,
        Holds::Whole(skip) => skip,
        Holds::Another => return Err(FetchError::Replaced { host: host() }),
        Holds::Nothing(problem) => return Err(not_media(problem)),
    };
    let length = fits(stretch.bytes.end.saturating_sub(stretch.bytes.start))?;
    Ok(Extent {
        skip,
        length: Some(length),
        limit,
        ends_early: true,
    })
}

/// The most bytes that a segment may have: by its duration and the highest plausible bit rate.
fn limit_bytes(wanted: SegmentRequest<'_>) -> u64 {
    let by_duration = wanted.duration_ms.saturating_mul(BYTES_PER_MS);
    by_duration.clamp(LEAST_SEGMENT_LIMIT, MOST_SEGMENT_LIMIT)
}

/// Why reading stops before the end.
enum Stop {
    Network(reqwest::Error),
    TooLarge,
    TooSlow,
}

async fn read(
    fetcher: &Fetcher,
    response: &mut reqwest::Response,
    extent: &Extent,
    share: &mut Share,
    incoming: &mut Incoming<'_>,
) -> Result<Vec<u8>, Stop> {
    let mut bytes = Vec::new();
    let end = extent.length.unwrap_or(extent.limit);
    if let Some(length) = extent.length {
        share.grow_to(length as u64).await;
        bytes.reserve_exact(length);
    }
    let mut skip = extent.skip;
    let mut pace = (Instant::now(), 0);
    while !(extent.ends_early && bytes.len() >= end) {
        let Some(chunk) = response.chunk().await.map_err(Stop::Network)? else {
            break;
        };
        pace.1 += chunk.len() as u64;
        if pace.0.elapsed() >= TOO_SLOW_FOR {
            if pace.1 < LEAST_BYTES {
                return Err(Stop::TooSlow);
            }
            pace = (Instant::now(), 0);
        }
        let passed = skip.min(chunk.len() as u64);
        skip -= passed;
        let rest = chunk.get(usize::try_from(passed).unwrap_or(usize::MAX)..);
        let mut rest = rest.unwrap_or_default();
        if extent.ends_early {
            rest = &rest[..rest.len().min(end - bytes.len())];
        }
        if bytes.len() + rest.len() > end {
            return Err(Stop::TooLarge);
        }
        if bytes.len() + rest.len() > bytes.capacity() {
            let room = (bytes.len() + rest.len()).next_multiple_of(STEP_BYTES);
            share.grow_to(room as u64).await;
            bytes.reserve_exact(room - bytes.len());
        }
        incoming.add(rest.len() as u64);
        fetcher.width.flowed(rest.len() as u64);
        bytes.extend_from_slice(rest);
    }
    Ok(bytes)
}

fn check(
    wanted: SegmentRequest<'_>,
    body: &[u8],
    host: impl Fn() -> String,
) -> Result<(), FetchError> {
    let Some(source) = wanted.source else {
        return Ok(());
    };
    let not_media = |problem: String| FetchError::NotMedia {
        host: host(),
        problem,
    };
    if !media::looks_like(source, wanted.part, body) {
        return Err(not_media("it is something else".to_owned()));
    }
    match media::probe(source, wanted.part, body) {
        Ok(content) if wanted.part != Part::Init && content.is_empty() => {
            Err(FetchError::NoMedia { host: host() })
        }
        // What is not supported is no host's fault: the muxer says so.
        Ok(_) | Err(media::Error::Unsupported(_) | media::Error::Encrypted) => Ok(()),
        Err(problem) => Err(not_media(problem.to_string())),
    }
}

fn refuse_errors(
    response: &reqwest::Response,
    host: impl Fn() -> String,
) -> Result<(), FetchError> {
    let status = response.status();
    let retry_after = retry_after(response);
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

/// Seconds or a date (RFC 9110 10.2.3).
fn retry_after(response: &reqwest::Response) -> Option<Duration> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(text).ok()?;
    let wait = SystemTime::from(date.timestamp()).duration_since(SystemTime::now());
    // A date that has passed means "now".
    Some(wait.unwrap_or(Duration::ZERO))
}
