//! Looks at a finished file: how large it is, and whether it can be had in parts.

use std::time::Duration;

use reqwest::header::{CONTENT_RANGE, ETAG, HeaderMap, LAST_MODIFIED, RANGE};
use reqwest::{Response, StatusCode};
use url::Url;

use super::Client;
use crate::recording::SingleFile;
use crate::recording::file::own_files;
use crate::{Error, http};

/// Headers come in a second.
const PROBE_TIMEOUT: Duration = Duration::from_secs(10);

/// Pause before a file that could not be looked at is looked at once more.
const RETRY_PAUSE: Duration = Duration::from_millis(500);

/// A server that gives a file only as a whole gives its beginning again with each part: that is
/// borne for small files.
const LARGEST_WITHOUT_RANGES: u64 = 64 << 20;

impl Client {
    /// The first of these files that is there.
    pub(super) async fn file(&self, named: &[String]) -> Result<SingleFile, Error> {
        let mut problem = None;
        for url in own_files(named) {
            let mut head = self.probe(url.clone()).await;
            // The service has just named it: one bad answer is no reason to give up.
            if head.is_err() {
                tokio::time::sleep(RETRY_PAUSE).await;
                head = self.probe(url).await;
            }
            match head {
                Ok(file) => return Ok(file),
                Err(error) => {
                    tracing::info!(%error, "a file cannot be had");
                    problem.get_or_insert(error);
                }
            }
        }
        Err(problem.unwrap_or(Error::NoRendition))
    }

    async fn probe(&self, url: Url) -> Result<SingleFile, Error> {
        let asked = self
            .media
            .get(url.clone())
            .header(RANGE, "bytes=0-0")
            .send();
        let response = tokio::time::timeout(PROBE_TIMEOUT, asked)
            .await
            .map_err(|_| Error::Timeout("the file's server"))?
            .map_err(http::error)?;
        http::check(&response)?;
        let size = match response.status() {
            StatusCode::PARTIAL_CONTENT => total_bytes(response.headers()),
            StatusCode::OK => response
                .content_length()
                .filter(|size| *size <= LARGEST_WITHOUT_RANGES),
            _ => return Err(status_error(&response)),
        };
        let validator = validator(response.headers());
        size.and_then(|size| SingleFile::new(url, size, validator))
            .ok_or_else(|| Error::Unsupported("a file that cannot be had in parts".to_owned()))
    }
}

fn status_error(response: &Response) -> Error {
    Error::Status {
        host: response.url().host_str().unwrap_or_default().to_owned(),
        status: response.status().as_u16(),
    }
}

/// `bytes 0-0/SIZE` (RFC 9110 14.4).
fn total_bytes(headers: &HeaderMap) -> Option<u64> {
    let range = headers.get(CONTENT_RANGE)?.to_str().ok()?;
    let (_, size) = range.strip_prefix("bytes ")?.split_once('/')?;
    size.trim().parse().ok()
}

/// A strong tag, else the date: both may stand in `If-Range` (RFC 9110 13.1.5).
fn validator(headers: &HeaderMap) -> Option<String> {
    const LONGEST: usize = 256;
    let text = |name| headers.get(name)?.to_str().ok().map(str::to_owned);
    text(ETAG)
        .filter(|tag| tag.starts_with('"'))
        .or_else(|| text(LAST_MODIFIED))
        .filter(|text| text.len() <= LONGEST)
}
