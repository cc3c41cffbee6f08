//! What belongs to a recording beside the film. None of it is worth failing for.

use url::Url;

use super::Client;
use crate::api::{self, ApiResponse, Caption, Chapter};
use crate::http::{self, BodyLimit};
use crate::{Error, RecordingId, hosts, lenient_json};

const CAPTIONS_LIMIT: BodyLimit = BodyLimit {
    what: "the captions",
    bytes: api::MAX_CAPTIONS_BYTES,
};

/// Previews of the service have at most half a megabyte.
const THUMBNAIL_LIMIT: BodyLimit = BodyLimit {
    what: "the picture",
    bytes: 8 << 20,
};

impl Client {
    /// The captions there are, the default ones first.
    pub async fn captions(&self, id: RecordingId) -> Result<Vec<Caption>, Error> {
        let answer = self.ask_api(&api::captions_url(id), api::captions).await?;
        Ok(available_or_empty(answer))
    }

    /// The text of captions, as `WebVTT`.
    pub async fn caption_text(&self, id: RecordingId, caption: &Caption) -> Result<String, Error> {
        let url = api::caption_text_url(id, caption);
        let answer = http::get(&self.http, &url, CAPTIONS_LIMIT).await?;
        if !answer.status.is_success() {
            return Err(super::status_error(&answer));
        }
        api::caption_text(answer.body).ok_or_else(|| Error::Malformed {
            what: CAPTIONS_LIMIT.what,
            problem: "not WebVTT".to_owned(),
        })
    }

    /// The chapters there are, in their order.
    pub async fn chapters(&self, id: RecordingId) -> Result<Vec<Chapter>, Error> {
        let answer = self.ask_api(&api::chapters_url(id), api::chapters).await?;
        Ok(available_or_empty(answer))
    }

    /// The same by its address as text.
    pub async fn thumbnail_at(&self, address: &str) -> Result<Vec<u8>, Error> {
        let url = address
            .parse()
            .map_err(|_| Error::Misdirected(lenient_json::clean_text(address)))?;
        self.thumbnail(&url).await
    }

    /// A picture from a server of the service, of at most 8 MiB. What it holds is not looked at.
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

/// What is locked or gone has no extras.
fn available_or_empty<T>(answer: ApiResponse<Vec<T>>) -> Vec<T> {
    match answer {
        ApiResponse::Available(items) => items,
        ApiResponse::Locked(_) | ApiResponse::Removed(_) | ApiResponse::Missing(_) => Vec::new(),
    }
}
