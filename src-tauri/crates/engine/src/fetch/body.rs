//! Makes one HTTP request and returns its body: limited in size, complete, and valid media.

use std::io::{self, Read as _};

use media::SegmentKind;
use reqwest::StatusCode;
use url::Url;
use ustream::{MAX_WINDOW_BYTES, OpenResponse};

use super::byte_range;
use super::extent::{BodyExtent, Extent, ExtentError};
use super::memory::MemoryReservation;
use super::speed::SpeedGauge;
use super::{Connection, Fetcher, SegmentRequest};
use crate::error::FetchError;
use crate::progress::{BodyProgress, ExpectedSegment, Meter};

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
    (url, connection): (&Url, Connection),
    request: SegmentRequest<'_>,
    (meter, gauge): (&Meter, &SpeedGauge<'_>),
) -> Result<Body, FetchError> {
    let client = match connection {
        Connection::Pooled => &fetcher.http,
        Connection::New => fetcher.client.http_unpooled(),
    };
    let mut http = client.get(url.clone());
    if let Some(range) = request.byte_range {
        http = byte_range::add_range_headers(http, range);
    }
    let sent = client.send_recorded(http, request.sampler.recorder());
    let mut response = sent.await.map_err(|error| {
        request.sampler.unanswered();
        network_error(url, error)
    })?;
    let body = receive(fetcher, (url, &mut response), request, (meter, gauge)).await;
    match &body {
        Ok(body) => request
            .sampler
            .arrived(request, &body.bytes, response.exchange()),
        Err(error) => request.sampler.failed(request, error, response.exchange()),
    }
    body
}

/// Reads and checks the body of a response.
async fn receive(
    fetcher: &Fetcher,
    (url, response): (&Url, &mut OpenResponse),
    request: SegmentRequest<'_>,
    (meter, gauge): (&Meter, &SpeedGauge<'_>),
) -> Result<Body, FetchError> {
    let host = || host_of(url);
    let not_media = |problem: &str| FetchError::NotMedia {
        host: host(),
        problem: problem.to_owned(),
    };
    if let Err(error) = check_status(response, host) {
        if !request.is_tentative {
            response.record_beginning().await;
        }
        return Err(error);
    }
    let wrong = |error: ExtentError| error.into_fetch_error(host());
    let extent = Extent::of(response, request).map_err(wrong)?;
    let received = extent.received().map_err(wrong)?;
    let mut share = fetcher.memory.reserve();
    let mut progress = meter.incoming((!request.is_comparison).then(|| ExpectedSegment {
        id: request.id,
        duration_ms: request.duration_ms,
        length: received.length.map(|length| length as u64),
    }));
    let buffer = (&mut share, &mut progress);
    let read = read((fetcher, gauge), response, &received, buffer);
    let mut bytes = read.await.map_err(|error| match error {
        ReadError::Network(error) => network_error(url, error),
        ReadError::TooLarge => wrong(ExtentError::TooLarge),
        ReadError::Stalled => FetchError::Stalled { host: host() },
    })?;
    if received.length.is_some_and(|length| length != bytes.len()) {
        return Err(wrong(ExtentError::BreaksOff));
    }
    if !extent.codings.is_empty() {
        let sent = bytes.len();
        let decoded = decode(&extent, bytes, &mut share).await;
        let decoded = decoded.map_err(|error| match error {
            DecodeError::TooLarge => wrong(ExtentError::TooLarge),
            DecodeError::Damaged(error) => not_media(&format!("it cannot be decoded: {error}")),
        })?;
        bytes = extent.cut(decoded, sent).map_err(wrong)?;
        share.shrink_to(bytes.capacity() as u64);
    }
    check_media(request, &bytes, host)?;
    progress.keep();
    gauge.finish();
    Ok(Body { bytes, share })
}

fn network_error(url: &Url, source: reqwest::Error) -> FetchError {
    let host = host_of(url);
    if source.is_timeout() && !source.is_connect() {
        return FetchError::Stalled { host };
    }
    // The URL may contain secrets.
    let source = source.without_url();
    FetchError::Network { host, source }
}

fn host_of(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

/// Why reading stops before the end.
enum ReadError {
    Network(reqwest::Error),
    TooLarge,
    Stalled,
}

async fn read(
    (fetcher, gauge): (&Fetcher, &SpeedGauge<'_>),
    response: &mut OpenResponse,
    extent: &BodyExtent,
    (share, progress): (&mut MemoryReservation, &mut BodyProgress<'_>),
) -> Result<Vec<u8>, ReadError> {
    let mut buffer = BodyBuffer {
        bytes: Vec::new(),
        extent,
        skip: extent.skip,
        share,
    };
    if let Some(length) = extent.length {
        buffer.reserve(length, gauge).await;
    }
    while !buffer.is_complete() {
        let Some(chunk) = response.chunk().await.map_err(ReadError::Network)? else {
            break;
        };
        gauge.add(chunk.len() as u64);
        if gauge.is_stalled(buffer.left()) {
            return Err(ReadError::Stalled);
        }
        let mut chunk: &[u8] = &chunk;
        // What is not taken yet is not read on, so the server has to wait, too.
        while !chunk.is_empty() {
            let wait = gauge.wait_for_limit();
            let taken = fetcher.rate_limiter.take(chunk.len()).await;
            drop(wait);
            let (slice, later) = chunk.split_at(taken.min(chunk.len()));
            chunk = later;
            let added = buffer.push(slice, gauge).await?;
            progress.add(added);
            fetcher.concurrency.add_bytes(added);
        }
    }
    Ok(buffer.bytes)
}

/// A body that is being received.
struct BodyBuffer<'a> {
    bytes: Vec<u8>,
    extent: &'a BodyExtent,
    /// Bytes that are still to be skipped.
    skip: u64,
    share: &'a mut MemoryReservation,
}

impl BodyBuffer<'_> {
    fn end(&self) -> usize {
        self.extent.length.unwrap_or(self.extent.limit)
    }

    /// Returns whether all is here and the rest of the response is of no use.
    fn is_complete(&self) -> bool {
        self.extent.ends_early && self.bytes.len() >= self.end()
    }

    /// Returns how many bytes are still to come, if that is known.
    fn left(&self) -> Option<u64> {
        let length = self.extent.length?;
        Some(self.skip + length.saturating_sub(self.bytes.len()) as u64)
    }

    /// Appends what belongs to the body, and returns how many bytes that are.
    async fn push(&mut self, slice: &[u8], gauge: &SpeedGauge<'_>) -> Result<u64, ReadError> {
        let skipped = self.skip.min(slice.len() as u64);
        self.skip -= skipped;
        let rest = slice.get(usize::try_from(skipped).unwrap_or(usize::MAX)..);
        let mut rest = rest.unwrap_or_default();
        if self.extent.ends_early {
            rest = &rest[..rest.len().min(self.end() - self.bytes.len())];
        }
        let length = self.bytes.len() + rest.len();
        if length > self.end() {
            return Err(ReadError::TooLarge);
        }
        if length > self.bytes.capacity() {
            self.reserve(length.next_multiple_of(GROWTH_BYTES), gauge)
                .await;
        }
        self.bytes.extend_from_slice(rest);
        Ok(rest.len() as u64)
    }

    /// Waits until the body may hold `capacity` bytes.
    async fn reserve(&mut self, capacity: usize, gauge: &SpeedGauge<'_>) {
        self.share.grow_to(capacity as u64).await;
        self.bytes.reserve_exact(capacity - self.bytes.len());
        gauge.restart();
    }
}

enum DecodeError {
    TooLarge,
    Damaged(io::Error),
}

/// Decodes a body in steps, so that a few bytes cannot decode to more than the memory allows.
async fn decode(
    extent: &Extent,
    mut body: Vec<u8>,
    share: &mut MemoryReservation,
) -> Result<Vec<u8>, DecodeError> {
    let limit = extent.decoding_limit();
    for coding in &extent.codings {
        let encoded_bytes = body.len();
        let mut reader = coding.reader(body);
        body = Vec::new();
        loop {
            let capacity = body.len() + GROWTH_BYTES;
            let memory = encoded_bytes + capacity + MAX_WINDOW_BYTES;
            share.grow_to(memory as u64).await;
            body.reserve_exact(GROWTH_BYTES);
            let step = reader.by_ref().take(GROWTH_BYTES as u64);
            let read = { step }.read_to_end(&mut body);
            if read.map_err(DecodeError::Damaged)? == 0 {
                break;
            }
            if body.len() > limit {
                return Err(DecodeError::TooLarge);
            }
        }
    }
    body.shrink_to_fit();
    Ok(body)
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
