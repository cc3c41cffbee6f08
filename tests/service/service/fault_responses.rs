//! Applies a fault to a response.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};

use super::{Service, html_response};
use crate::codings::gzip_bomb;
use crate::faults::Fault;
use crate::wire::ResetHandle;

/// How long a body that will be cut waits, so that the bytes before are sent.
const DELAY_BEFORE_RESET: Duration = Duration::from_millis(50);

/// Steps per second in which a throttled body is sent.
const THROTTLE_STEPS: u64 = 20;

/// Returns the response, changed by the fault.
pub(super) async fn apply_fault(
    service: &Arc<Service>,
    fault: Fault,
    (host, path): (&str, &str),
    reset_handle: ResetHandle,
    answer: impl Future<Output = Response<Body>>,
) -> Response<Body> {
    match fault {
        Fault::Status(status) => status_response(status),
        Fault::StatusWithoutRetryAfter(status) => status.into_response(),
        Fault::RedirectToSelf => {
            (StatusCode::FOUND, [(header::LOCATION, path.to_owned())]).into_response()
        }
        Fault::Redirect(to) => {
            let to = to.replace("{host}", host).replace("{path}", path);
            (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, to)]).into_response()
        }
        Fault::Cookie(cookie) => {
            let mut response = answer.await;
            if let Ok(cookie) = HeaderValue::from_str(&cookie) {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            response
        }
        Fault::Delay(delay) => {
            tokio::time::sleep(delay).await;
            answer.await
        }
        Fault::Stall(bytes) => cut_body(answer.await, bytes, stream::pending()),
        Fault::Truncate(bytes) => cut_body(answer.await, bytes, stream::once(reset_body())),
        Fault::ShortBody(bytes) => {
            with_changed_body(answer.await, |body| body.truncate(bytes)).await
        }
        Fault::ZeroMiddle(bytes) => {
            with_changed_body(answer.await, |body| zero_middle(body, bytes)).await
        }
        Fault::Empty => StatusCode::OK.into_response(),
        Fault::Endless => endless(answer.await),
        Fault::Partial(more) => partial(answer.await, more).await,
        Fault::Encoded(coding) => match answer.await {
            upgrade if upgrade.status() == StatusCode::SWITCHING_PROTOCOLS => upgrade,
            response => {
                let changed = with_changed_body(response, |body| *body = coding.encode(body));
                encoded(changed.await, coding.name())
            }
        },
        Fault::Bomb => encoded(gzip_bomb().into_response(), "gzip"),
        Fault::Html => html_response(),
        Fault::Throttle(bytes_per_second) => throttled(answer.await, bytes_per_second),
        Fault::ExpireAddresses => {
            for id in service.world.recordings.keys() {
                if path.contains(&id.to_string()) {
                    service.expire(*id);
                }
            }
            answer.await
        }
        Fault::Reset
        | Fault::HostDown
        | Fault::UntrustedCertificate
        | Fault::ExpiredCertificate
        | Fault::CertificateOfLoginPage
        | Fault::CloseSocket(_)
        | Fault::SilentSocket => {
            reset_handle.reset();
            std::future::pending().await
        }
    }
}

fn status_response(status: StatusCode) -> Response<Body> {
    let mut response = (status, status.canonical_reason().unwrap_or("refused")).into_response();
    if matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    ) {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

/// Returns a response with a changed body.
async fn with_changed_body(
    response: Response<Body>,
    change: impl FnOnce(&mut Vec<u8>),
) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    // Our own bodies neither fail nor exceed the memory.
    let whole = axum::body::to_bytes(body, usize::MAX)
        .await
        .unwrap_or_default();
    let mut whole = Vec::from(whole);
    change(&mut whole);
    parts
        .headers
        .insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len()));
    Response::from_parts(parts, Body::from(whole))
}

/// Returns the body as the beginning of a file that has this many bytes more. A response that is a
/// part already stays one.
async fn partial(response: Response<Body>, more: u64) -> Response<Body> {
    if response.status() != StatusCode::OK {
        return response;
    }
    let mut size = 0;
    let mut response = with_changed_body(response, |body| size = body.len() as u64).await;
    if size > 0 {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let range = format!("bytes 0-{}/{}", size - 1, size + more);
        if let Ok(range) = HeaderValue::from_str(&range) {
            response.headers_mut().insert(header::CONTENT_RANGE, range);
        }
    }
    response
}

fn encoded(mut response: Response<Body>, coding: &'static str) -> Response<Body> {
    let coding = HeaderValue::from_static(coding);
    response
        .headers_mut()
        .insert(header::CONTENT_ENCODING, coding);
    response
}

/// Returns a body of unknown length that never ends.
fn endless(response: Response<Body>) -> Response<Body> {
    const ZEROS: Bytes = Bytes::from_static(&[0; 64 << 10]);
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    let zeros = stream::repeat(ZEROS).map(Ok);
    let body = body.into_data_stream().chain(zeros);
    Response::from_parts(parts, Body::from_stream(body))
}

/// Sets bytes in the middle to zero.
fn zero_middle(body: &mut [u8], bytes: usize) {
    let start = body.len().saturating_sub(bytes) / 2;
    body.iter_mut()
        .skip(start)
        .take(bytes)
        .for_each(|byte| *byte = 0);
}

/// Ends a body with an error.
async fn reset_body() -> io::Result<Bytes> {
    tokio::time::sleep(DELAY_BEFORE_RESET).await;
    Err(io::Error::from(io::ErrorKind::ConnectionReset))
}

/// Returns the first bytes of a body, with the length of the whole, then another ending.
fn cut_body(
    response: Response<Body>,
    bytes: usize,
    then: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
) -> Response<Body> {
    let mut left = bytes;
    fixed_size_parts(response, |body| {
        body.map(move |part| {
            let kept = part.slice(..part.len().min(left));
            left -= kept.len();
            kept
        })
        .take_while(|part| std::future::ready(!part.is_empty()))
        .map(Ok)
        .chain(then)
    })
}

fn throttled(response: Response<Body>, bytes_per_second: u64) -> Response<Body> {
    let step = usize::try_from(bytes_per_second / THROTTLE_STEPS)
        .unwrap_or(usize::MAX)
        .max(1);
    fixed_size_parts(response, move |body| {
        body.flat_map(move |whole| stream::iter(split_bytes(whole, step)))
            .then(|part| async {
                tokio::time::sleep(Duration::from_millis(1000 / THROTTLE_STEPS)).await;
                Ok(part)
            })
    })
}

fn split_bytes(mut part: Bytes, step: usize) -> Vec<Bytes> {
    let mut parts = Vec::with_capacity(part.len() / step + 1);
    while !part.is_empty() {
        parts.push(part.split_to(step.min(part.len())));
    }
    parts
}

/// Returns the response with its body transformed part by part.
fn fixed_size_parts<S>(
    response: Response<Body>,
    rework: impl FnOnce(stream::BoxStream<'static, Bytes>) -> S,
) -> Response<Body>
where
    S: Stream<Item = io::Result<Bytes>> + Send + 'static,
{
    let (parts, body) = response.into_parts();
    // Our own bodies do not fail.
    let whole = body
        .into_data_stream()
        .filter_map(|part| async { part.ok() })
        .boxed();
    Response::from_parts(parts, Body::from_stream(rework(whole)))
}
