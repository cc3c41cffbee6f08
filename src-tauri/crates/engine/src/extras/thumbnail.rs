//! The thumbnail of a recording: the cover of an MP4, and a file beside the movie.

use media::{Cover, ImageKind};
use ustream::Recording;

use super::in_time;
use super::sidecars::Sidecar;
use crate::progress::Meter;
use crate::service::Service;

/// An image file of a known kind, of at most 8 MiB.
#[derive(Debug)]
pub(crate) struct Thumbnail {
    kind: ImageKind,
    data: Vec<u8>,
}

impl Thumbnail {
    /// Fetches the thumbnail. Returns `None` if there is none, or if it is of an unknown kind, whatever
    /// the server says it is. Fails if it does not arrive within [`super::METADATA_TIMEOUT`].
    pub(super) async fn fetch(
        (service, meter): (&Service, &Meter),
        recording: &Recording,
    ) -> Result<Option<Self>, ustream::Error> {
        let Some(url) = &recording.thumbnail else {
            tracing::info!("the recording has no picture");
            return Ok(None);
        };
        let fetch = || in_time(service.client().thumbnail(url), "the picture");
        let data = service.for_extra(meter).run(fetch).await?;
        let kind = ImageKind::of(&data);
        if kind.is_none() {
            tracing::warn!("the picture is of an unknown kind and is left out");
        }
        Ok(kind.map(|kind| Self { kind, data }))
    }

    /// Returns it as the cover of an MP4, or `None` if no MP4 can hold this kind.
    pub(super) fn cover(&self) -> Option<Cover> {
        Cover::new(&*self.data)
    }

    /// Returns the extension of such files.
    pub(super) fn extension(&self) -> &'static str {
        self.kind.extension()
    }

    /// Returns it as a file beside the movie.
    pub(super) fn file(&self) -> Sidecar {
        Sidecar::new(self.extension(), self.data.clone())
    }
}
