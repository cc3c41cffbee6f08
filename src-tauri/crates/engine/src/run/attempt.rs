//! Context of one attempt at a job, which all its steps share.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use tokio_util::sync::CancellationToken;
use ustream::{Access, Recording, RecordingRef};

use crate::download_plan::DownloadPlan;
use crate::error::Error;
use crate::extras::{CaptionTexts, MovieMetadata};
use crate::fetch::Fetcher;
use crate::ffmpeg;
use crate::job::{JobSource, JobSpec, Overrides};
use crate::outcome::{Outcome, unless_cancelled};
use crate::progress::Meter;
use crate::service::Service;
use crate::shortfall::Shortfall;

/// What all runs share.
#[derive(Clone, Debug)]
pub(crate) struct RunContext {
    pub(crate) service: Service,
    pub(crate) fetcher: Arc<Fetcher>,
    pub(crate) ffmpeg: PathBuf,
}

/// One attempt: its inputs, and what it finds out.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub(crate) spec: JobSpec,
    pub(crate) overrides: Overrides,
    pub(crate) context: Arc<RunContext>,
    pub(crate) meter: Arc<Meter>,
    /// The recording that an earlier attempt has found.
    pub(crate) found: Option<RecordingRef>,
    /// Set once by this attempt.
    pub(crate) discovery: Arc<OnceLock<Discovery>>,
    /// Captions that were fetched for the MP4; also used for the files beside it.
    pub(crate) captions: Arc<OnceLock<CaptionTexts>>,
    pub(crate) cancel: CancellationToken,
}

/// What a run has found out and its job saves. A channel's link thus stays with the recording that
/// it led to at first.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Discovery {
    /// Which recording; `None` for files on this computer.
    pub(crate) found: Option<RecordingRef>,
    /// Address of the recording's page.
    pub(crate) link: String,
    pub(crate) title: String,
    /// The part folder.
    pub(crate) part: PathBuf,
}

impl Attempt {
    /// Waits for `work` unless the job is cancelled first.
    pub(crate) fn unless_cancelled<T>(
        &self,
        work: impl Future<Output = T>,
    ) -> impl Future<Output = Outcome<T>> {
        unless_cancelled(&self.cancel, work)
    }

    pub(super) fn set_discovery(&self, discovery: Discovery) {
        // Cannot fail: an attempt sets it only once.
        let _ = self.discovery.set(discovery);
    }

    /// Fails if ffmpeg cannot be started.
    pub(crate) async fn find_ffmpeg(&self) -> Outcome<()> {
        let found = ffmpeg::version(&self.context.ffmpeg);
        self.unless_cancelled(found)
            .await?
            .map_err(Error::NoFfmpeg)?;
        Ok(())
    }

    /// Fails if more is missing than the user allows.
    pub(crate) fn accept_shortfall(&self, shortfall: &Shortfall) -> Result<(), Error> {
        if self.overrides.gaps || shortfall.is_acceptable() {
            return Ok(());
        }
        Err(Error::Incomplete {
            shortfall: Box::new(shortfall.clone()),
            reason: None,
            is_stalled: false,
        })
    }

    /// Fetches cover, chapters and captions, if the container can hold them.
    pub(super) async fn fetch_metadata(
        &self,
        recording: &Recording,
        download: &DownloadPlan,
    ) -> Outcome<MovieMetadata> {
        if !download.holds_metadata() {
            return Ok(MovieMetadata::default());
        }
        let service = (&self.context.service, &*self.meter);
        let texts = async {
            if download.extras.captions {
                CaptionTexts::fetch_with_timeout(service, recording).await
            } else {
                None
            }
        };
        let metadata = MovieMetadata::fetch(service, recording, download.extras);
        // Boxed: this future is large, and every future above would hold it.
        let both = Box::pin(async { tokio::join!(metadata, texts) });
        let (mut metadata, texts) = self.unless_cancelled(both).await?;
        if let Some(texts) = texts {
            metadata.captions = texts.tracks();
            // Cannot fail: an attempt fetches them only once.
            let _ = self.captions.set(texts);
        }
        Ok(metadata)
    }

    /// Returns the password, the form answers, and as referrer the page that embeds the recording.
    pub(super) fn access(&self) -> Access {
        match &self.spec.source {
            JobSource::Recording(wanted) => self.overrides.access.on_the_page_of(&wanted.target),
            JobSource::Files(_) => self.overrides.access.clone(),
        }
    }
}
