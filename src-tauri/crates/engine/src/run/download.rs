//! Downloads a recording: resolve, plan, transfer, assemble, finish.

use std::sync::Arc;

use ustream::{PlanChange, Recording, RecordingRef};

use super::attempt::{Attempt, Discovery};
use super::completeness::Expectation;
use super::finish::{self, ConvertibleMovie, FinishedMovie, NewNote, publish, summarize};
use super::single_file::{self, FetchedFile};
use super::transfer::{self, Transfer};
use crate::assemble::{Assembler, OutputKind};
use crate::disk::durable::blocking;
use crate::download_plan::DownloadPlan;
use crate::error::{Error, FetchError, RangeProblem};
use crate::extras::{Extras, Sidecars};
use crate::job::DownloadRequest;
use crate::outcome::{Outcome, Stopped};
use crate::part::{Opened, PartFolder, SavedMovie};
use crate::saved::Finished;
use crate::shortfall::Shortfall;
use crate::time_range::TimeRange;
use crate::view::JobStage;
use crate::{fetch_pass, names, part};

/// Downloads and saves the recording that the request names.
pub(super) async fn download(attempt: &Attempt, wanted: &DownloadRequest) -> Outcome<SavedMovie> {
    attempt.check_drive()?;
    let (found, recording) = attempt.unless_cancelled(resolve(attempt, wanted)).await??;
    let limit = attempt.name_limit();
    let download = DownloadPlan::of(&attempt.spec, wanted, &recording, limit)?;
    let chosen = &attempt.spec.output.folder;
    let title = names::display_text(recording.title.as_deref());
    let discovery = |part| Discovery {
        found: Some(found),
        link: recording.link(),
        title: title.unwrap_or_else(|| recording.link()),
        thumbnail: recording.thumbnail.as_ref().map(ToString::to_string),
        part,
    };
    let existing = download.earlier_stem(chosen).await?;
    if !wanted.again && existing.is_none() {
        let search = download.search(chosen, &recording);
        let library = Arc::clone(&attempt.context.library);
        if let Some(mut saved) = blocking(move || Ok(search.run(&library))).await? {
            saved.finished.range = download.range;
            attempt.set_discovery(discovery(download.part_folder(chosen)));
            let extras = Sidecars::lacking(download.extras, &saved.path);
            return write_sidecars(attempt, saved, &recording, (extras, download.range())).await;
        }
    }
    // Check before the download, which would be useless without ffmpeg.
    if let Some(conversion) = download.conversion {
        attempt.find_ffmpeg(conversion).await?;
    }
    let extras = (download.extras, download.range());
    let opened = download.open(chosen, existing, attempt.earlier());
    let part = match opened.await {
        // Moving it was stopped.
        Err(_) if attempt.cancel.is_cancelled() => return Err(Stopped::Cancelled),
        opened => opened?,
    };
    let part = match part {
        Opened::Finished(saved) => {
            return write_sidecars(attempt, *saved, &recording, extras).await;
        }
        Opened::Folder(part) => part,
    };
    attempt.set_discovery(discovery(part.path().to_owned()));
    let transfer = transfer::run(attempt, (found, recording), &download, &part).await?;
    attempt.meter.enter(JobStage::Finishing);
    // Boxed: this future is large, and every future above would hold it.
    let (saved, recording) = Box::pin(assemble_movie(attempt, part, &download, transfer)).await?;
    write_sidecars(attempt, saved, &recording, extras).await
}

async fn resolve(
    attempt: &Attempt,
    wanted: &DownloadRequest,
) -> Result<(RecordingRef, Recording), ustream::Error> {
    let access = &attempt.access();
    let (service, meter) = (&attempt.context.service, &attempt.meter);
    let client = service.client();
    let found = match attempt.found {
        Some(found) => found,
        None => service.for_job(meter).find(&wanted.target, access).await?,
    };
    if let Some(recording) = resolve_as_before(attempt, found, wanted).await {
        return Ok((found, recording));
    }
    let describe = || client.recording(found, access);
    Ok((found, service.for_job(meter).run(describe).await?))
}

/// Resolves the recording from the same source kind as the earlier attempt, if that was playlists
/// or a file and still lists the same segments: with another one the download would start over.
async fn resolve_as_before(
    attempt: &Attempt,
    found: RecordingRef,
    wanted: &DownloadRequest,
) -> Option<Recording> {
    let (folders, depth) = (attempt.part_locations(), attempt.spec.name_depth());
    let find = move || {
        let mut plans = folders.iter();
        Ok(plans.find_map(|folder| part::earlier_plan(folder, found.recording, depth)))
    };
    let earlier = blocking(find).await;
    // If the folder cannot be read, a later write reports why.
    let earlier = earlier.ok().flatten()?;
    if earlier.has_templates() {
        return None;
    }
    let (service, access) = (&attempt.context.service, attempt.access());
    let refresh = || service.client().refresh(&earlier, found, &access);
    let recording = service
        .for_job(&attempt.meter)
        .run(refresh)
        .await
        .inspect_err(|error| tracing::info!(%error, "not as before"))
        .ok()?;
    let limit = attempt.name_limit();
    let download = DownloadPlan::of(&attempt.spec, wanted, &recording, limit).ok()?;
    (download.plan.compare(&earlier) != PlanChange::Different).then_some(recording)
}

/// Assembles the movie of the fetched segments. Fails if more is missing than the user allows.
async fn assemble_movie(
    attempt: &Attempt,
    part: PartFolder,
    download: &DownloadPlan,
    transfer: Transfer,
) -> Outcome<(SavedMovie, Recording)> {
    let outstanding = transfer.assembler.outstanding();
    let expected = Expectation::of(&transfer.recording, download);
    let held = transfer.assembler.held_segments();
    let received = transfer.received(&outstanding, &held);
    let mut shortfall = expected.shortfall(received);
    let checked = check_shortfall(attempt, &shortfall, expected.is_playable(received));
    let Transfer {
        assembler,
        recording,
        reason,
        ..
    } = transfer;
    if let Err(error) = checked {
        let is_empty = assembler.stored().0.is_empty();
        fetch_pass::suspend(assembler).await?;
        // If no segment was fetched, report why rather than list all of them.
        return Err(Stopped::Failed(match (error, reason) {
            (_, Some(reason)) if is_empty => reason.into(),
            (Error::Incomplete { shortfall, .. }, reason) => Error::Incomplete {
                shortfall,
                is_stalled: matches!(reason, Some(FetchError::Stalled { .. })),
                reason: reason.as_ref().map(FetchError::to_string),
            },
            (error, _) => error,
        }));
    }
    let expected = Expectation::of(&recording, download);
    let saved = match download.output_kind {
        OutputKind::SingleFile => {
            finish_single_file(attempt, part, assembler, (expected, download)).await?
        }
        OutputKind::Movie(..) => {
            let movie = part::output(part.path());
            let finished = finish::finish(attempt, assembler, movie.clone()).await;
            let (summary, media) = finished.map_err(|error| match error {
                Error::Media(media::Error::Empty) if download.range.is_some() => {
                    Error::NoRange(RangeProblem::Nothing)
                }
                error => error,
            })?;
            expected.add_summary(&mut shortfall, &summary);
            attempt.accept_shortfall(&shortfall)?;
            let movie = FinishedMovie {
                path: movie,
                finished: Finished {
                    range: download.saved_range(&recording, summary.duration_ms),
                    ..summarize(&summary, shortfall)
                },
                note: NewNote::Of {
                    mark: Some(download.mark.clone()),
                    media,
                },
            };
            if let Some(conversion) = download.conversion {
                let original = ConvertibleMovie {
                    movie,
                    summary: &summary,
                    conversion,
                };
                finish::convert_with_ffmpeg(attempt, part, download, original).await?
            } else {
                publish(attempt, part, movie).await?
            }
        }
    };
    Ok((saved, recording))
}

/// Fails if more is missing than the user allows, or if no movie can be made of the fetched
/// segments.
fn check_shortfall(
    attempt: &Attempt,
    shortfall: &Shortfall,
    can_be_made: bool,
) -> Result<(), Error> {
    if can_be_made {
        return attempt.accept_shortfall(shortfall);
    }
    Err(Error::Incomplete {
        shortfall: Box::new(shortfall.clone()),
        reason: None,
        is_stalled: false,
    })
}

/// Finishes a recording that the service has as one file.
async fn finish_single_file(
    attempt: &Attempt,
    part: PartFolder,
    assembler: Assembler,
    (expected, download): (Expectation<'_>, &DownloadPlan),
) -> Outcome<SavedMovie> {
    let recording = expected.recording;
    let metadata = attempt.fetch_metadata(recording, download).await?;
    let copied = FetchedFile {
        part,
        assembler,
        movie_spec: download.movie_spec(recording, metadata),
        download_plan: download,
        expected,
    };
    single_file::complete(attempt, copied).await
}

/// Writes the files beside a saved movie. The movie stays even if the job is cancelled now.
async fn write_sidecars(
    attempt: &Attempt,
    saved: SavedMovie,
    recording: &Recording,
    extras: (Extras, Option<TimeRange>),
) -> Outcome<SavedMovie> {
    let fetched = (attempt.captions.get(), attempt.thumbnail.get());
    let service = (&attempt.context.service, &*attempt.meter);
    let sidecars = Sidecars::fetch(service, recording, extras, fetched);
    match attempt.cancel.run_until_cancelled(sidecars).await {
        Some(sidecars) => Ok(sidecars.write(saved).await?),
        None => Ok(saved),
    }
}
