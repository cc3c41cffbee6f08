//! Fetches what belongs to a recording besides its media: captions, chapters, thumbnail.

use url::Url;

use super::Client;
use crate::api::{self, ApiResponse, Caption, Chapter};
use crate::http::{self, BodyLimit};
use crate::{Error, MediaId, hosts, lenient_json};

const CAPTIONS_LIMIT: BodyLimit = BodyLimit {
    what: "the captions",
    bytes: api::MAX_CAPTIONS_BYTES,
};

/// Largest thumbnail that is read; those of the service have at most half a megabyte.
const THUMBNAIL_LIMIT: BodyLimit = BodyLimit {
    what: "the picture",
    bytes: 8 << 20,
};

impl Client {
    /// Returns the captions of a recording, the default ones first; none if it is locked or removed.
    /// A running stream has none.
    pub async fn captions(&self, id: MediaId) -> Result<Vec<Caption>, Error> {
        let Some(id) = id.recording() else {
            return Ok(Vec::new());
        };
        let answer = self.ask_api(&api::captions_url(id), api::captions).await?;
        Ok(available_or_empty(answer))
    }

    /// Fetches a file of captions of at most 8 MiB. It is asked for as `WebVTT`; the content is not
    /// checked.
    pub async fn caption_file(&self, id: MediaId, caption: &Caption) -> Result<Vec<u8>, Error> {
        let id = id.recording().ok_or(Error::NotRecorded)?;
        let url = api::caption_file_url(id, caption);
        let answer = http::get(&self.http, &url, CAPTIONS_LIMIT).await?;
        if answer.status.is_success() {
            Ok(answer.body)
        } else {
            Err(super::status_error(&answer))
        }
    }

    /// Returns the chapters of a recording by their start; none if it is locked or removed. A running
    /// stream has none.
    pub async fn chapters(&self, id: MediaId) -> Result<Vec<Chapter>, Error> {
        let Some(id) = id.recording() else {
            return Ok(Vec::new());
        };
        let answer = self.ask_api(&api::chapters_url(id), api::chapters).await?;
        Ok(available_or_empty(answer))
    }

    /// Fetches a thumbnail like [`Self::thumbnail`], by its URL as text.
    pub async fn thumbnail_at(&self, address: &str) -> Result<Vec<u8>, Error> {
        let url = address
            .parse()
            .map_err(|_| Error::Misdirected(lenient_json::clean_text(address)))?;
        self.thumbnail(&url).await
    }

    /// Fetches a thumbnail of at most 8 MiB from a media host of the service. The content is not
    /// checked.
    pub async fn thumbnail(&self, url: &Url) -> Result<Vec<u8>, Error> {
        if !hosts::is_cdn_url(url) {
            let host = lenient_json::clean_text(url.host_str().unwrap_or("nowhere"));
            return Err(Error::Misdirected(format!("a picture on {host}")));
        }
        let answer = http::get(&self.media, url.as_str(), THUMBNAIL_LIMIT).await?;
        if answer.status.is_success() {
            Ok(answer.body)
        } else {
            Err(super::status_error(&answer))
        }
    }
}

/// Returns the items of a list; none if the recording is locked or removed.
fn available_or_empty<T>(answer: ApiResponse<Vec<T>>) -> Vec<T> {
    match answer {
        ApiResponse::Available(items) => items,
        ApiResponse::Locked(_) | ApiResponse::Removed(_) | ApiResponse::Missing(_) => Vec::new(),
    }
}
