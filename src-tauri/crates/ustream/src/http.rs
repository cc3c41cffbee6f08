//! Sends HTTP requests: bounded responses, one retry, checked redirects, errors as [`Error`].

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use reqwest::header::{self, HeaderName, LOCATION, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use url::Url;

use crate::causes::causes;
use crate::content_coding::{self, DecodeError};
use crate::endpoint::{self, MAX_REDIRECTS};
use crate::http_client::{HttpClient, OpenResponse};
use crate::proxy_failure::{ProxyFailure, proxy_failure};
use crate::redacted::RedactedUrl;
use crate::{ContentCoding, ContentRange, Error, hosts, trust};

/// Timeout for a whole response; pages usually arrive within a second.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(30);

/// Pause before the retry.
const RETRY_PAUSE: Duration = Duration::from_millis(500);

/// Headers of responses that are logged.
const LOGGED_HEADERS: [HeaderName; 12] = [
    header::ACCEPT_RANGES,
    header::AGE,
    header::CACHE_CONTROL,
    header::CONTENT_ENCODING,
    header::CONTENT_LENGTH,
    header::CONTENT_RANGE,
    header::CONTENT_TYPE,
    header::DATE,
    header::RETRY_AFTER,
    header::SERVER,
    header::UPGRADE,
    header::VIA,
];

/// A response of any status.
#[derive(Debug)]
pub(crate) struct HttpResponse {
    pub(crate) status: StatusCode,
    /// The URL after all redirects.
    pub(crate) url: Url,
    pub(crate) body: Vec<u8>,
}

/// The size limit of a response, and the response's name in errors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BodyLimit {
    pub(crate) what: &'static str,
    pub(crate) bytes: usize,
}

/// Sends one GET request without a timeout of its own. A redirect is returned like any response.
pub(crate) async fn get_once(
    http: &HttpClient,
    url: &Url,
    limit: BodyLimit,
) -> Result<HttpResponse, Error> {
    let response = http.send(http.get(url.clone())).await.map_err(error)?;
    read(response, limit).await
}

/// Fetches `url`, following redirects on the website's hosts. Retries once after a connection error
/// or a server error.
pub(crate) async fn get(
    http: &HttpClient,
    url: &str,
    limit: BodyLimit,
) -> Result<HttpResponse, Error> {
    let url = Url::parse(url).map_err(|error| Error::Malformed {
        what: limit.what,
        problem: format!("an address that is none: {error}"),
    })?;
    match follow(http, url.clone(), limit).await {
        Err(error) if is_retryable(&error) => {
            tokio::time::sleep(RETRY_PAUSE).await;
            follow(http, url, limit).await
        }
        answer => answer,
    }
}

/// Follows redirects from one host of the website to another.
async fn follow(http: &HttpClient, mut url: Url, limit: BodyLimit) -> Result<HttpResponse, Error> {
    let started = Instant::now();
    for _ in 0..=MAX_REDIRECTS {
        let time_left = RESPONSE_TIMEOUT.saturating_sub(started.elapsed());
        let asked = http.send(http.get(url.clone()).timeout(time_left));
        let response = asked.await.map_err(error)?;
        let Some(next) = redirect(&response) else {
            return read(response, limit).await;
        };
        let next =
            next.map_err(|error| Error::Misdirected(format!("it redirects nowhere: {error}")))?;
        if let Some(problem) = endpoint::redirect_refusal(response.url(), &next, hosts::is_site_url)
        {
            return Err(Error::Misdirected(problem));
        }
        tracing::info!("{} redirects to {}", RedactedUrl(&url), RedactedUrl(&next));
        url = next;
    }
    Err(Error::Misdirected("it redirects in circles".to_owned()))
}

/// Returns the target of a redirect (RFC 9110 15.4); `None` if the response is not one.
pub(crate) fn redirect(response: &Response) -> Option<Result<Url, url::ParseError>> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = response.headers().get(LOCATION)?;
    let location = String::from_utf8_lossy(location.as_bytes());
    Some(response.url().join(&location))
}

/// Returns whether a retry may help. A timeout is not retried: the user has waited long enough.
fn is_retryable(error: &Error) -> bool {
    match error {
        Error::Network(cause) => !cause.is_timeout(),
        Error::Status { status, .. } => *status >= 500,
        _ => false,
    }
}

/// Posts a form once: the effect of a second post is not known. Redirects are not followed.
pub(crate) async fn post(
    http: &HttpClient,
    url: &str,
    form: &[(String, String)],
    limit: BodyLimit,
) -> Result<HttpResponse, Error> {
    let request = http.post(url).form(form).timeout(RESPONSE_TIMEOUT);
    read(http.send(request).await.map_err(error)?, limit).await
}

/// Fails if the status means that the body is not worth reading: a pause is asked for (429, or 503
/// with `Retry-After`), the proxy asks for a login, or a server error.
pub(crate) fn check(response: &Response) -> Result<(), Error> {
    let status = response.status();
    let retry_after = retry_after(response);
    let asks_for_a_pause = status == StatusCode::SERVICE_UNAVAILABLE && retry_after.is_some();
    if status == StatusCode::TOO_MANY_REQUESTS || asks_for_a_pause {
        return Err(Error::Busy { retry_after });
    }
    if status == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
        return Err(Error::Proxy(ProxyFailure::Login));
    }
    if status.is_server_error() {
        let host = response.url().host_str().unwrap_or_default().to_owned();
        return Err(Error::Status {
            host,
            status: status.as_u16(),
        });
    }
    Ok(())
}

/// Converts an error of the HTTP client: a refused certificate, a failed proxy, a refused redirect,
/// or else a network error.
pub(crate) fn error(error: reqwest::Error) -> Error {
    if let Some(url) = error.url() {
        let cause = causes(&error).last().map(ToString::to_string);
        tracing::info!(
            "no answer from {}: {}",
            RedactedUrl(url),
            cause.unwrap_or_default()
        );
    }
    if let Some(certificate) = trust::find_refused(&error) {
        let host = error.url().and_then(Url::host_str).unwrap_or_default();
        return Error::Untrusted {
            host: host.to_owned(),
            certificate: Box::new(certificate),
        };
    }
    if let Some(failure) = proxy_failure(&error) {
        return Error::Proxy(failure);
    }
    if error.is_redirect() {
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        return Error::Misdirected(cause.unwrap_or_else(|| error.to_string()));
    }
    // The URL may hold a secret.
    Error::Network(Arc::new(error.without_url()))
}

/// Reads and decodes the body; fails if it exceeds `limit`, is only a part, or [`check`] refuses the
/// status.
pub(crate) async fn read(
    mut response: OpenResponse,
    limit: BodyLimit,
) -> Result<HttpResponse, Error> {
    log_answer(&response);
    if let Err(error) = check(&response) {
        response.record_beginning().await;
        return Err(error);
    }
    let too_large = || Error::TooLarge {
        what: limit.what,
        limit_bytes: limit.bytes,
    };
    let max_bytes = u64::try_from(limit.bytes).unwrap_or(u64::MAX);
    if response
        .content_length()
        .is_some_and(|length| length > max_bytes)
    {
        return Err(too_large());
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(error)? {
        if body.len() + chunk.len() > limit.bytes {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    let decoded = whole_body(&response, body, limit);
    match &decoded {
        Ok(body) => response.exchange().body(body, body.len()),
        Err(error) => response.exchange().comment(error),
    }
    Ok(HttpResponse {
        status: response.status(),
        url: response.url().clone(),
        body: decoded?,
    })
}

/// Logs the status of a response, and the headers that tell how it came. Others may hold a secret.
pub(crate) fn log_answer(response: &Response) {
    let url = RedactedUrl(response.url());
    tracing::info!("{} from {url}", response.status());
    let shown = response
        .headers()
        .iter()
        .filter(|(name, _)| LOGGED_HEADERS.contains(name));
    let shown: Vec<_> = shown
        .map(|(name, value)| format!("{name}: {value:?}"))
        .collect();
    let host = response.url().host_str().unwrap_or_default();
    tracing::debug!("headers from {host}: {}", shown.join(", "));
}

/// Returns the decoded body; fails if it is only a part of the response.
fn whole_body(response: &Response, body: Vec<u8>, limit: BodyLimit) -> Result<Vec<u8>, Error> {
    let malformed = |problem: String| Error::Malformed {
        what: limit.what,
        problem,
    };
    let received = body.len() as u64;
    let codings = ContentCoding::of(response.headers());
    let body =
        content_coding::decode(&codings, body, limit.bytes).map_err(|error| match error {
            DecodeError::TooLarge => Error::TooLarge {
                what: limit.what,
                limit_bytes: limit.bytes,
            },
            DecodeError::Damaged(error) => malformed(format!("it cannot be decoded: {error}")),
        })?;
    if response.status() == StatusCode::PARTIAL_CONTENT {
        let range = ContentRange::of(response.headers()).filter(ContentRange::is_whole);
        // Proxies that encode a body leave the size of the original.
        let is_size = |size: u64| size == received || size == body.len() as u64;
        if !range.is_some_and(|range| is_size(range.bytes.end)) {
            return Err(malformed("only a part of it came".to_owned()));
        }
    }
    Ok(body)
}

/// Reads `Retry-After`: seconds or a date (RFC 9110 10.2.3). A date in the past means "now".
pub fn retry_after(response: &Response) -> Option<Duration> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}
