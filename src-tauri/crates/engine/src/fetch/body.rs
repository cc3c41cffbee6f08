//! One request, one body: bounded, whole, and readable as the piece it is meant to be.

use std::time::{Duration, SystemTime};

use reqwest::StatusCode;
use reqwest::header::RETRY_AFTER;
use url::Url;

use super::stretch::{self, Holds};
use super::{Fetcher, Wanted};
use crate::error::FetchError;
use crate::progress::{Incoming, Meter};

/// The largest honest piece: six seconds at 160 Mbit/s.
const MAX_PIECE_BYTES: usize = 128 << 20;
/// Room taken on a host's word before its bytes are here.
const MAX_TRUST_BYTES: usize = 16 << 20;

/// Fetches `url` whole. What breaks off, is something else or cannot be read is an error.
pub(super) async fn get(
    fetcher: &Fetcher,
    url: &Url,
    wanted: Wanted<'_>,
    meter: &Meter,
) -> Result<Vec<u8>, FetchError> {
    let host = || url.host_str().unwrap_or_default().to_owned();
    let network = |source| FetchError::Network {
        host: host(),
        source,
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
    if let Some(stretch) = wanted.stretch {
        let skip = match stretch::holds(&response, stretch) {
            Holds::Stretch => 0,
            Holds::Whole(skip) => skip,
            Holds::Another => return Err(FetchError::Replaced { host: host() }),
            Holds::Nothing(problem) => return Err(not_media(problem)),
        };
        let length = stretch.bytes.end.saturating_sub(stretch.bytes.start);
        let mut incoming = meter.incoming();
        let body = cut_out(&mut response, (skip, length), &mut incoming);
        let body = body.await.map_err(network)?;
        if body.len() as u64 != length {
            return Err(not_media("it breaks off"));
        }
        check(wanted, &body, not_media)?;
        incoming.keep();
        return Ok(body);
    }
    if response.status() != StatusCode::OK {
        return Err(not_media("it is a part"));
    }
    let stated = response
        .content_length()
        .and_then(|length| usize::try_from(length).ok());
    let mut body = Vec::with_capacity(stated.unwrap_or(0).min(MAX_TRUST_BYTES));
    let mut incoming = meter.incoming();
    while let Some(chunk) = response.chunk().await.map_err(network)? {
        if body.len() + chunk.len() > MAX_PIECE_BYTES {
            return Err(not_media("it is too large"));
        }
        incoming.add(chunk.len() as u64);
        fetcher.width.flowed(chunk.len() as u64);
        body.extend_from_slice(&chunk);
    }
    if stated.is_some_and(|stated| stated != body.len()) {
        return Err(not_media("it breaks off"));
    }
    check(wanted, &body, not_media)?;
    incoming.keep();
    Ok(body)
}

/// The bytes of a body behind the first `skip`; no more of it is read than is needed.
async fn cut_out(
    response: &mut reqwest::Response,
    (mut skip, length): (u64, u64),
    incoming: &mut Incoming<'_>,
) -> Result<Vec<u8>, reqwest::Error> {
    let length = usize::try_from(length)
        .unwrap_or(usize::MAX)
        .min(MAX_PIECE_BYTES);
    let mut body = Vec::with_capacity(length.min(MAX_TRUST_BYTES));
    while body.len() < length {
        let Some(chunk) = response.chunk().await? else {
            break;
        };
        let passed = skip.min(chunk.len() as u64);
        skip -= passed;
        let wanted = chunk.get(usize::try_from(passed).unwrap_or(usize::MAX)..);
        let wanted = wanted.unwrap_or_default();
        let wanted = &wanted[..wanted.len().min(length - body.len())];
        incoming.add(wanted.len() as u64);
        body.extend_from_slice(wanted);
    }
    Ok(body)
}

fn check(
    wanted: Wanted<'_>,
    body: &[u8],
    not_media: impl Fn(&str) -> FetchError,
) -> Result<(), FetchError> {
    let Some(source) = wanted.source else {
        return Ok(());
    };
    if !media::looks_like(source, wanted.part, body) {
        return Err(not_media("it is something else"));
    }
    match media::probe(source, wanted.part, body) {
        // What is not supported is no mirror's fault: the muxer says so.
        Ok(_) | Err(media::Error::Unsupported(_) | media::Error::Encrypted) => Ok(()),
        Err(problem) => Err(not_media(&problem.to_string())),
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
