//! Context of one attempt at a job, which all its steps share.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio_util::sync::CancellationToken;
use ustream::{Access, LivePlan, LiveStream, Recording, RecordingRef};

use crate::download_plan::{Conversion, DownloadPlan};
use crate::error::Error;
use crate::extras::{FetchedCaptions, MovieMetadata, Thumbnail};
use crate::fetch::{Fetcher, SegmentSampler};
use crate::ffmpeg;
use crate::job::{JobSource, JobSpec, LiveRequest, Overrides};
use crate::library::Library;
use crate::names::NameLimit;
use crate::outcome::{Outcome, unless_cancelled};
use crate::part::EarlierAttempt;
use crate::progress::Meter;
use crate::service::Service;
use crate::shortfall::Shortfall;

/// What all runs share.
#[derive(Clone, Debug)]
pub(crate) struct RunContext {
    pub(crate) service: Service,
    pub(crate) fetcher: Arc<Fetcher>,
    pub(crate) library: Arc<Library>,
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
    /// Where an earlier attempt began, if that is not the output folder; whether another job goes on
    /// there.
    pub(crate) moves_from: Option<(PathBuf, bool)>,
    /// Set once by this attempt.
    pub(crate) discovery: Arc<OnceLock<Discovery>>,
    /// Captions that were fetched for the MP4; also used for the files beside it.
    pub(crate) captions: Arc<OnceLock<FetchedCaptions>>,
    /// The user kept a movie that did not pass the check.
    pub(crate) unverified: Arc<AtomicBool>,
    /// The thumbnail that was fetched for the MP4, if it is to be kept beside it.
    pub(crate) thumbnail: Arc<OnceLock<Thumbnail>>,
    /// Chooses the segments that a report shows.
    pub(crate) sampler: Arc<SegmentSampler>,
    pub(crate) cancel: CancellationToken,
    /// Ends the recording of a running stream, which is then saved.
    pub(crate) stop: CancellationToken,
    /// The stream that the file before has left open, until it is taken.
    pub(crate) open_stream: Arc<Mutex<Option<OpenStream>>>,
}

/// A running stream that one file after the other is recorded of: it may end, and be named no more, while
/// the first is finished.
#[derive(Debug)]
pub(crate) struct OpenStream {
    pub(crate) stream: LiveStream,
    /// Its plan so far; `None` if it was started again.
    pub(crate) plan: Option<LivePlan>,
    /// It has said that it has ended, and says it no second time.
    pub(crate) has_ended: bool,
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
    /// Address of the thumbnail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) thumbnail: Option<String>,
    /// The part folder.
    pub(crate) part: PathBuf,
}

impl Attempt {
    /// Takes the stream that the file before has left open.
    pub(super) fn take_open_stream(&self) -> Option<OpenStream> {
        // Taking leaves the state valid, so a poisoned lock can still be used.
        let mut open = self
            .open_stream
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        open.take()
    }

    /// Waits for `work` unless the job is cancelled first.
    pub(crate) fn unless_cancelled<T>(
        &self,
        work: impl Future<Output = T>,
    ) -> impl Future<Output = Outcome<T>> {
        unless_cancelled(&self.cancel, work)
    }

    /// Fails if the folder in which an earlier attempt began is gone. It must not be made anew where its
    /// drive was mounted.
    pub(super) fn check_drive(&self) -> Result<(), Error> {
        let folder = &self.spec.output.folder;
        if self.found.is_none() || self.moves_from.is_some() || folder.is_dir() {
            return Ok(());
        }
        Err(Error::disk(folder)(io::ErrorKind::NotFound.into()))
    }

    /// Returns what an earlier attempt has fetched in another folder.
    pub(super) fn earlier(&self) -> Option<EarlierAttempt> {
        let (folder, is_shared) = self.moves_from.clone()?;
        Some(EarlierAttempt {
            folder,
            depth: self.spec.name_depth(),
            is_shared,
            meter: Arc::clone(&self.meter),
            cancel: self.cancel.clone(),
        })
    }

    /// Returns the folders where a part folder of the movie may be.
    pub(super) fn part_locations(&self) -> Vec<PathBuf> {
        let earlier = self.moves_from.iter().map(|(folder, _)| folder);
        let folders = std::iter::once(&self.spec.output.folder).chain(earlier);
        folders.cloned().collect()
    }

    pub(super) fn set_discovery(&self, discovery: Discovery) {
        // Cannot fail: an attempt sets it only once.
        let _ = self.discovery.set(discovery);
    }

    /// Fails if ffmpeg cannot be started, or cannot make this.
    pub(crate) async fn find_ffmpeg(&self, conversion: Conversion) -> Outcome<()> {
        let program = &self.context.ffmpeg;
        let found = async {
            match conversion {
                Conversion::Mp4 => ffmpeg::version(program).await.map(drop),
                Conversion::Mp3 => ffmpeg::find_mp3_encoder(program).await,
            }
        };
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
        let captions = async {
            if download.extras.captions {
                FetchedCaptions::fetch_with_timeout(service, recording, download.range()).await
            } else {
                None
            }
        };
        let wanted = (download.extras, download.range());
        let metadata = MovieMetadata::fetch(service, recording, wanted);
        // Boxed: this future is large, and every future above would hold it.
        let both = Box::pin(async { tokio::join!(metadata, captions) });
        let (mut metadata, captions) = self.unless_cancelled(both).await?;
        if let Some(thumbnail) = metadata.thumbnail.take() {
            // Cannot fail: an attempt fetches it only once.
            let _ = self.thumbnail.set(thumbnail);
        }
        if let Some(captions) = captions {
            metadata.captions = captions.tracks();
            // Cannot fail: an attempt fetches them only once.
            let _ = self.captions.set(captions);
        }
        Ok(metadata)
    }

    /// Returns how long the names of files may be in the output folder.
    pub(crate) fn name_limit(&self) -> NameLimit {
        NameLimit::of(&self.spec.output.folder)
    }

    /// Returns the password, the form answers, and as referrer the page that embeds the recording.
    pub(super) fn access(&self) -> Access {
        match &self.spec.source {
            JobSource::Recording(wanted)
            | JobSource::Live(LiveRequest {
                request: wanted, ..
            }) => self.overrides.access.for_target(&wanted.target),
            JobSource::Files(_) => self.overrides.access.clone(),
        }
    }
}
