//! The captions of a recording: tracks of an MP4, and files beside the movie.

use std::time::Duration;

use media::{CaptionFile, CaptionFormat, Captions};
use ustream::Recording;

use super::sidecars::Sidecar;
use crate::progress::Meter;
use crate::service::Service;
use crate::time_range::TimeRange;

/// Longest wait for captions, with pauses that the service asks for; longer than for the cover,
/// because the user asked for them.
const CAPTIONS_TIMEOUT: Duration = Duration::from_mins(2);

/// Most captions that are fetched of one recording; more than any real recording has.
const MAX_CAPTIONS: usize = 64;
/// Most bytes of captions in all languages: they stay in memory while the movie is assembled.
const MAX_CAPTION_BYTES: usize = 32 << 20;

/// Captions of a recording, as the service sends them.
#[derive(Debug)]
pub(crate) struct FetchedCaptions {
    /// Language tag and file, the default captions first.
    all: Vec<(String, CaptionFile)>,
    /// No request failed.
    pub(super) is_complete: bool,
}

impl FetchedCaptions {
    /// Fetches all captions of the recording that can be fetched.
    ///
    /// `range` is the part of the recording that is saved.
    pub(super) async fn fetch(
        (service, meter): (&Service, &Meter),
        recording: &Recording,
        range: Option<TimeRange>,
    ) -> Self {
        let range = range.map(media::TimeRange::from);
        let client = service.client();
        let mut fetched = Self {
            all: Vec::new(),
            is_complete: true,
        };
        let list = || client.captions(recording.id);
        let ready = match service.for_extra(meter).run(list).await {
            Ok(ready) => ready,
            Err(error) => {
                tracing::warn!(%error, "no captions");
                fetched.is_complete = false;
                return fetched;
            }
        };
        if ready.is_empty() {
            tracing::info!("the recording has no captions");
        }
        let mut left = MAX_CAPTION_BYTES;
        for caption in ready.iter().take(MAX_CAPTIONS) {
            let language = caption.tag();
            let fetch = || client.caption_file(recording.id, caption);
            match service.for_extra(meter).run(fetch).await {
                Ok(bytes) if bytes.len() <= left => {
                    left -= bytes.len();
                    let file = CaptionFile::read(bytes);
                    let file = match range {
                        Some(range) => file.cut(range),
                        None => file,
                    };
                    fetched.all.push((language.to_owned(), file));
                }
                Ok(_) => tracing::warn!(language, "more captions than any film has"),
                Err(error) => {
                    tracing::warn!(language, %error, "no captions");
                    fetched.is_complete = false;
                }
            }
        }
        fetched
    }

    /// Fetches the captions. Returns `None` if that takes too long.
    pub(crate) async fn fetch_with_timeout(
        service: (&Service, &Meter),
        recording: &Recording,
        range: Option<TimeRange>,
    ) -> Option<Self> {
        let fetched = Self::fetch(service, recording, range);
        let fetched = tokio::time::timeout(CAPTIONS_TIMEOUT, fetched).await;
        fetched
            .inspect_err(|_| tracing::warn!("the captions do not come in time for the MP4"))
            .ok()
    }

    /// Returns the caption tracks of an MP4.
    pub(crate) fn tracks(&self) -> Vec<Captions> {
        let track = |(language, file): &(String, CaptionFile)| {
            let captions = file.captions(language);
            if captions.is_none() {
                tracing::info!(language, "captions without text that can be read");
            }
            captions
        };
        self.all.iter().filter_map(track).collect()
    }

    /// Returns the files beside the movie. Captions that cannot be converted as a whole are there
    /// as they came, too.
    pub(super) fn files(&self, format: CaptionFormat) -> Vec<Sidecar> {
        let files = |(language, file): &(String, CaptionFile)| {
            let ending = |extension: &str| format!("{language}.{extension}");
            let converted = file.to_format(format);
            let left_out = match &converted {
                Some(_) => file.left_out(format),
                None => 0,
            };
            let original = (converted.is_none() || left_out > 0).then(|| Sidecar {
                ending: ending(file.extension()),
                bytes: file.bytes().to_vec(),
                left_out: Some(left_out),
            });
            let converted =
                converted.map(|text| Sidecar::new(ending(format.extension()), text.into_bytes()));
            converted.into_iter().chain(original)
        };
        self.all.iter().flat_map(files).collect()
    }
}
