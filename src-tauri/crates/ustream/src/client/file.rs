//! Probes a recording that the service keeps as one finished file: its size, and whether the server
//! serves byte ranges of it.

use std::time::Duration;

use reqwest::header::{ETAG, HeaderMap, LAST_MODIFIED, RANGE};
use reqwest::{Response, StatusCode};
use url::Url;

use super::Client;
use crate::http::{self, BodyLimit};
use crate::http_client::OpenResponse;
use crate::recording::SingleFile;
use crate::recording::file::own_files;
use crate::{ContentCoding, ContentRange, Error};

/// Timeout for the response headers; they usually arrive within a second.
const PROBE_TIMEOUT: Duration = Duration::from_secs(10);

/// Timeout for a whole file whose size is not known otherwise.
const WHOLE_FILE_TIMEOUT: Duration = Duration::from_mins(1);

/// Pause before the second probe after an error that may pass.
const RETRY_PAUSE: Duration = Duration::from_millis(500);

/// Largest file accepted from a server without range support: such a server sends the whole file
/// again for each range.
const MAX_BYTES_WITHOUT_RANGES: u64 = 64 << 20;

impl Client {
    /// Returns the first of these files that can be fetched, else the error of the first.
    pub(super) async fn file(&self, named: &[String]) -> Result<SingleFile, Error> {
        let mut problem = None;
        for url in own_files(named) {
            match retry_once(|| self.probe(url.clone())).await {
                Ok(file) => return Ok(file),
                Err(error) => {
                    tracing::info!(%error, "a file cannot be had");
                    self.note(format_args!("a file cannot be had: {error}"));
                    problem.get_or_insert(error);
                }
            }
        }
        Err(problem.unwrap_or(Error::NoRendition))
    }

    /// Asks for the first byte of a file (RFC 9110 14.2).
    async fn probe(&self, url: Url) -> Result<SingleFile, Error> {
        let request = self.media.get(url.clone()).header(RANGE, "bytes=0-0");
        let response = tokio::time::timeout(PROBE_TIMEOUT, self.media.send(request))
            .await
            .map_err(|_| Error::Timeout("the file's server"))?
            .map_err(http::error)?;
        http::log_answer(&response);
        http::check(&response)?;
        let validator = validator(response.headers());
        let part = ContentRange::of(response.headers());
        let size = match response.status() {
            StatusCode::PARTIAL_CONTENT => part.and_then(|part| size_of_file(&part)),
            StatusCode::OK if !ContentCoding::of(response.headers()).is_empty() => {
                Some(decoded_size(response).await?)
            }
            StatusCode::OK => response
                .content_length()
                .filter(|size| *size <= MAX_BYTES_WITHOUT_RANGES),
            _ => return Err(status_error(&response)),
        };
        size.and_then(|size| SingleFile::new(url, size, validator))
            .ok_or_else(|| Error::Unsupported("a file that cannot be had in parts".to_owned()))
    }
}

/// Calls `probe`, and once more after a pause if the first error may pass.
async fn retry_once<T, F>(mut probe: impl FnMut() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    match probe().await {
        Err(error) if error.is_transient() => {
            tokio::time::sleep(RETRY_PAUSE).await;
            probe().await
        }
        result => result,
    }
}

fn status_error(response: &Response) -> Error {
    Error::Status {
        host: response.url().host_str().unwrap_or_default().to_owned(),
        status: response.status().as_u16(),
    }
}

/// Returns the size of the whole file; `None` for a large one whose server sends all of it although
/// one byte was asked for.
fn size_of_file(part: &ContentRange) -> Option<u64> {
    let ignores_range = part.is_whole() && part.bytes.end > MAX_BYTES_WITHOUT_RANGES;
    part.total_bytes.filter(|_| !ignores_range)
}

/// Reads the whole file to find out its size: an encoded body states only the size of what is sent.
async fn decoded_size(response: OpenResponse) -> Result<u64, Error> {
    let limit = BodyLimit {
        what: "the file",
        bytes: usize::try_from(MAX_BYTES_WITHOUT_RANGES).unwrap_or(usize::MAX),
    };
    let read = tokio::time::timeout(WHOLE_FILE_TIMEOUT, http::read(response, limit)).await;
    let whole = read.map_err(|_| Error::Timeout(limit.what))??;
    Ok(whole.body.len() as u64)
}

/// Returns the strong entity tag, else the modification date; both are valid in `If-Range`
/// (RFC 9110 13.1.5).
fn validator(headers: &HeaderMap) -> Option<String> {
    const MAX_VALIDATOR_BYTES: usize = 256;
    let text = |name| headers.get(name)?.to_str().ok().map(str::to_owned);
    text(ETAG)
        .filter(|tag| tag.starts_with('"'))
        .or_else(|| text(LAST_MODIFIED))
        .filter(|text| text.len() <= MAX_VALIDATOR_BYTES)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn only_an_error_that_may_pass_is_retried_and_only_once() {
        let status = |status| Error::Status {
            host: "tcdn.ustream.tv".to_owned(),
            status,
        };
        for (error, expected) in [
            (status(503), 2),
            (Error::Timeout("x"), 2),
            (Error::Busy { retry_after: None }, 2),
            (status(404), 1),
            (status(410), 1),
            (Error::Unsupported("x".to_owned()), 1),
        ] {
            let probes = Cell::new(0);
            let result: Result<(), Error> = retry_once(|| {
                probes.set(probes.get() + 1);
                std::future::ready(Err(error.duplicate()))
            })
            .await;
            assert!(result.is_err());
            assert_eq!(probes.get(), expected, "{error}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_second_probe_counts() {
        let probes = Cell::new(0);
        let result = retry_once(|| {
            probes.set(probes.get() + 1);
            std::future::ready(match probes.get() {
                1 => Err(Error::Timeout("x")),
                _ => Ok(7),
            })
        })
        .await;
        assert_eq!(result.unwrap(), 7);
    }
}
