//! One attempt at a job, from the top: start, resume, retry and recovery are this one call.

pub(crate) mod completeness;
pub(crate) mod finish;
mod spot_check;
mod transfer;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use tokio_util::sync::CancellationToken;
use ustream::{Access, Client, PlanChange, Recording, RecordingRef};

use self::completeness::{Expectation, Shortfall};
use self::finish::{finished_view, publish};
use self::transfer::Transfer;
use crate::assemble::{Assembler, OutputKind};
use crate::download_plan::{self, DownloadPlan};
use crate::durable::blocking;
use crate::error::{Error, FetchError};
use crate::extras::{CaptionTexts, MovieMetadata, Sidecars};
use crate::fetch::Fetcher;
use crate::job::{DownloadRequest, JobSource, JobSpec, Overrides};
use crate::outcome::{Outcome, Stopped, unless_cancelled};
use crate::part::{Opened, PartFolder, SavedMovie};
use crate::progress::Meter;
use crate::single_file::{self, FetchedFile};
use crate::view::JobStage;
use crate::{fetch_pass, ffmpeg, names, part, remux};

/// What all runs share.
#[derive(Clone, Debug)]
pub(crate) struct RunContext {
    pub(crate) client: Client,
    pub(crate) fetcher: Arc<Fetcher>,
    pub(crate) ffmpeg: PathBuf,
}

/// One attempt.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub(crate) spec: JobSpec,
    pub(crate) overrides: Overrides,
    pub(crate) context: Arc<RunContext>,
    pub(crate) meter: Arc<Meter>,
    /// What an earlier attempt has found.
    pub(crate) found: Option<RecordingRef>,
    /// What this one finds.
    pub(crate) discovery: Arc<OnceLock<Discovery>>,
    /// Captions that have come for the inside of the film, for the files beside it.
    pub(crate) captions: Arc<OnceLock<CaptionTexts>>,
    pub(crate) cancel: CancellationToken,
}

/// What a run has found out for good: a channel's link stays with the recording it led to.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Discovery {
    /// Which recording; none for films on this computer.
    pub(crate) found: Option<RecordingRef>,
    /// The address a person knows the recording by.
    pub(crate) link: String,
    pub(crate) title: String,
    /// The part folder.
    pub(crate) part: PathBuf,
}

/// Runs until the file is saved or the job cannot go on.
pub(crate) async fn run(attempt: Attempt) -> Outcome<SavedMovie> {
    attempt.meter.enter(JobStage::Resolving);
    match &attempt.spec.source {
        JobSource::Recording(wanted) => download(&attempt, wanted).await,
        JobSource::Files(films) => remux::remux(&attempt, films).await,
    }
}

async fn download(attempt: &Attempt, wanted: &DownloadRequest) -> Outcome<SavedMovie> {
    let (found, recording) = attempt.unless_cancelled(attempt.resolve(wanted)).await??;
    let make = DownloadPlan::of(&attempt.spec, wanted, &recording)?;
    // Checked before the download, which would be in vain.
    if make.convert {
        attempt.find_ffmpeg().await?;
    }
    let part = match make.open(&attempt.spec.output.folder).await? {
        Opened::Finished(saved) => return attempt.write_sidecars(saved, &recording, &make).await,
        Opened::Folder(part) => part,
    };
    attempt.set_discovery(found, &recording, &part);
    let transfer = attempt.transfer((found, recording), &make, &part).await?;
    attempt.meter.enter(JobStage::Finishing);
    // Boxed: this future is large, and every future above would hold it.
    let (saved, recording) = Box::pin(attempt.assemble_movie(part, &make, transfer)).await?;
    attempt.write_sidecars(saved, &recording, &make).await
}

impl Attempt {
    /// Waits for `work` unless the job is cancelled first.
    pub(crate) async fn unless_cancelled<T>(&self, work: impl Future<Output = T>) -> Outcome<T> {
        unless_cancelled(&self.cancel, work).await
    }

    /// Fails if ffmpeg cannot be started.
    pub(crate) async fn find_ffmpeg(&self) -> Outcome<()> {
        let found = ffmpeg::version(&self.context.ffmpeg);
        self.unless_cancelled(found)
            .await?
            .map_err(Error::NoFfmpeg)?;
        Ok(())
    }

    async fn resolve(
        &self,
        wanted: &DownloadRequest,
    ) -> Result<(RecordingRef, Recording), ustream::Error> {
        let access = &self.access();
        let found = match self.found {
            Some(found) => found,
            None => {
                self.context
                    .client
                    .find_recording(&wanted.target, access)
                    .await?
            }
        };
        if let Some(recording) = self.resolve_as_before(found, wanted).await {
            return Ok((found, recording));
        }
        Ok((found, self.context.client.recording(found, access).await?))
    }

    /// What was begun from playlists or a file goes on by that way, where it still leads there:
    /// by another it would begin anew.
    async fn resolve_as_before(
        &self,
        found: RecordingRef,
        wanted: &DownloadRequest,
    ) -> Option<Recording> {
        let folder = self.spec.output.folder.clone();
        let earlier = blocking(move || Ok(part::earlier_plan(&folder, found.recording))).await;
        // A folder that cannot be read is told of when it is written to.
        let earlier = earlier.ok().flatten()?;
        if earlier.has_templates() {
            return None;
        }
        let client = &self.context.client;
        let asked = client.refresh(&earlier, found, &self.access()).await;
        let recording = asked
            .inspect_err(|error| tracing::info!(%error, "not as before"))
            .ok()?;
        let make = DownloadPlan::of(&self.spec, wanted, &recording).ok()?;
        (make.plan.compare(&earlier) != PlanChange::Different).then_some(recording)
    }

    /// Makes the movie of the segments that came. Fails if more is missing than the user allows.
    async fn assemble_movie(
        &self,
        part: PartFolder,
        make: &DownloadPlan,
        transfer: Transfer,
    ) -> Outcome<(SavedMovie, Recording)> {
        let lacking = transfer.assembler.outstanding();
        let expected = Expectation::of(&transfer.recording, make);
        let here = transfer.assembler.held_segments();
        let came = transfer.received(&lacking, &here);
        let mut shortfall = expected.shortfall(came);
        let judged = self.check_shortfall(&shortfall, expected.is_playable(came));
        let Transfer {
            assembler: assembly,
            recording,
            reason,
            ..
        } = transfer;
        if let Err(error) = judged {
            let is_empty = assembly.stored().0.is_empty();
            fetch_pass::suspend(assembly).await?;
            // If nothing came, report why rather than list every segment.
            return Err(Stopped::Failed(match (error, reason) {
                (_, Some(reason)) if is_empty => reason.into(),
                (Error::Incomplete { shortfall, .. }, reason) => Error::Incomplete {
                    shortfall,
                    reason: reason.as_ref().map(FetchError::to_string),
                },
                (error, _) => error,
            }));
        }
        let expected = Expectation::of(&recording, make);
        let saved = match make.output_kind {
            OutputKind::SingleFile => {
                self.finish_single_file(part, assembly, (expected, make))
                    .await?
            }
            OutputKind::Movie(..) => {
                let film = part::output(part.path());
                let summary = self.finish(assembly, film.clone()).await?;
                expected.add_summary(&mut shortfall, &summary);
                self.accept_shortfall(&shortfall)?;
                if make.convert {
                    let original = &make.extensions.written;
                    self.convert_with_ffmpeg(part, summary, shortfall, original)
                        .await?
                } else {
                    publish(part, film, finished_view(&summary, shortfall)).await?
                }
            }
        };
        Ok((saved, recording))
    }

    /// Fails where more is missing than the person allows, and where nothing can be made of what
    /// came.
    fn check_shortfall(&self, shortfall: &Shortfall, can_be_made: bool) -> Result<(), Error> {
        if can_be_made {
            return self.accept_shortfall(shortfall);
        }
        Err(Error::Incomplete {
            shortfall: Box::new(shortfall.clone()),
            reason: None,
        })
    }

    /// Fails where more is missing than the person allows.
    pub(crate) fn accept_shortfall(&self, shortfall: &Shortfall) -> Result<(), Error> {
        if self.overrides.gaps || shortfall.is_acceptable() {
            return Ok(());
        }
        Err(Error::Incomplete {
            shortfall: Box::new(shortfall.clone()),
            reason: None,
        })
    }

    /// Finishes a recording that the service has as one file.
    async fn finish_single_file(
        &self,
        part: PartFolder,
        assembly: Assembler,
        (expected, make): (Expectation<'_>, &DownloadPlan),
    ) -> Outcome<SavedMovie> {
        let recording = expected.recording;
        let marks = self.fetch_metadata(recording, make).await?;
        let copied = FetchedFile {
            part,
            assembler: assembly,
            movie_spec: download_plan::movie_spec(recording, marks),
            download_plan: make,
            expected,
        };
        single_file::complete(self, copied).await
    }

    /// Fetches what players show besides the video, if the file has a place for it.
    async fn fetch_metadata(
        &self,
        recording: &Recording,
        make: &DownloadPlan,
    ) -> Outcome<MovieMetadata> {
        if !make.holds_metadata() {
            return Ok(MovieMetadata::default());
        }
        let client = &self.context.client;
        let texts = async {
            if make.extras.captions {
                CaptionTexts::fetch_with_timeout(client, recording).await
            } else {
                None
            }
        };
        let marks = MovieMetadata::fetch(client, recording, make.extras);
        // Boxed: this future is large, and every future above would hold it.
        let both = Box::pin(async { tokio::join!(marks, texts) });
        let (mut marks, texts) = self.unless_cancelled(both).await?;
        if let Some(texts) = texts {
            marks.captions = texts.tracks();
            // An attempt fetches them once.
            let _ = self.captions.set(texts);
        }
        Ok(marks)
    }

    /// Writes the files beside a saved movie. The movie stays even if the job is cancelled now.
    async fn write_sidecars(
        &self,
        saved: SavedMovie,
        recording: &Recording,
        make: &DownloadPlan,
    ) -> Outcome<SavedMovie> {
        let texts = self.captions.get();
        let sidecars = Sidecars::fetch(&self.context.client, recording, make.extras, texts);
        match self.cancel.run_until_cancelled(sidecars).await {
            Some(sidecars) => Ok(sidecars.write(saved).await?),
            None => Ok(saved),
        }
    }

    /// What opens locks: the page that embeds the recording, too.
    fn access(&self) -> Access {
        match &self.spec.source {
            JobSource::Recording(wanted) => self.overrides.access.on_the_page_of(&wanted.target),
            JobSource::Files(_) => self.overrides.access.clone(),
        }
    }

    fn set_discovery(&self, found: RecordingRef, recording: &Recording, part: &PartFolder) {
        // An attempt finds out once.
        let _ = self.discovery.set(Discovery {
            found: Some(found),
            link: recording.link(),
            title: names::display_text(recording.title.as_deref())
                .unwrap_or_else(|| recording.link()),
            part: part.path().to_owned(),
        });
    }
}
