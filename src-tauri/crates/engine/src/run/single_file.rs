//! Saves a recording that the service has as one file: as it is, or remuxed to MP4 like a file on
//! this computer.

use std::path::Path;

use media::{MovieSpec, MovieSplitter};

use super::attempt::Attempt;
use super::completeness::Expectation;
use super::finish::{FinishedMovie, NewNote, keep_original, publish};
use super::remux;
use crate::assemble::Assembler;
use crate::disk::durable::{self, blocking};
use crate::disk::guarded::{self, OpenMode};
use crate::download_plan::DownloadPlan;
use crate::error::Error;
use crate::outcome::{Outcome, Stopped};
use crate::part::{self, PartFolder, SavedMovie};
use crate::saved::Finished;
use crate::shortfall::Shortfall;

/// The downloaded recording, as one file in the part folder.
pub(super) struct FetchedFile<'a> {
    pub(super) part: PartFolder,
    pub(super) assembler: Assembler,
    pub(super) movie_spec: MovieSpec,
    pub(super) download_plan: &'a DownloadPlan,
    pub(super) expected: Expectation<'a>,
}

/// Saves the file as it is, or the MP4 that is made of it.
pub(super) async fn complete(attempt: &Attempt, file: FetchedFile<'_>) -> Outcome<SavedMovie> {
    let FetchedFile {
        part,
        assembler,
        movie_spec,
        download_plan: download,
        expected,
    } = file;
    let original = part::output(part.path());
    blocking(move || assembler.finish()).await?;
    let path = original.clone();
    let kept = blocking(move || inspect(&path)).await?;
    let kept = with_checked_duration(attempt, expected, kept)?;
    if download.keep_original {
        let movie = FinishedMovie {
            path: original,
            finished: kept,
            note: NewNote::None,
        };
        return Ok(publish(attempt, part, movie).await?);
    }
    let source = remux::FileRemux {
        path: original.clone(),
        movie_spec,
        convert: download.conversion.is_some(),
    };
    let failed = match remux::remux_single_file(attempt, source, &part).await {
        Ok(mut remuxed) => {
            remuxed.finished = with_checked_duration(attempt, expected, remuxed.finished)?;
            let movie = remuxed.noted(Some(download.mark.clone()));
            return Ok(publish(attempt, part, movie).await?);
        }
        Err(Stopped::Failed(error @ (Error::InputFile { .. } | Error::Convert { .. }))) => error,
        Err(stopped) => return Err(stopped),
    };
    // The downloaded file is saved: other programs may play it.
    let part = part.with_extension(&download.extensions.written);
    let movie = FinishedMovie {
        path: original,
        finished: kept,
        note: NewNote::None,
    };
    let path = keep_original(attempt, part, movie).await?;
    Err(Stopped::Failed(match failed {
        Error::InputFile { problem, .. } => Error::InputFile { path, problem },
        Error::Convert { problem, .. } => Error::Convert {
            problem,
            original: path,
        },
        other => other,
    }))
}

/// Compares the duration with the stated one, if the file states its own, and counts lost frames.
fn with_checked_duration(
    attempt: &Attempt,
    expected: Expectation<'_>,
    finished: Finished,
) -> Result<Finished, Error> {
    let known = finished.shortfall();
    let mut shortfall = Shortfall {
        lost: known.lost,
        ..Shortfall::default()
    };
    if finished.duration_ms > 0 {
        expected.add_duration(&mut shortfall, finished.duration_ms);
    }
    attempt.accept_shortfall(&shortfall)?;
    // A track that was lost whole is told; the service does not promise it.
    shortfall.missing = known.missing;
    Ok(finished.with_shortfall(shortfall))
}

/// Describes the file. Fails if it is not a movie; reads it leniently, since another program made
/// it.
fn inspect(path: &Path) -> Result<Finished, Error> {
    let movie = guarded::open(path, OpenMode::Read).map_err(Error::disk(path))?;
    durable::sync_file(path).map_err(Error::disk(path))?;
    let mut split = MovieSplitter::open(movie)?;
    let size_bytes = split.info().size_bytes;
    // The header may state a longer duration than the file has.
    let movie = guarded::open(path, OpenMode::Read).map_err(Error::disk(path))?;
    let duration_ms = match media::check(std::io::BufReader::new(movie)) {
        Ok(summary) => summary.duration_ms,
        // The strict check refuses files that players accept.
        Err(_) => media::measure(&mut split).unwrap_or(0),
    };
    Ok(Finished {
        size_bytes,
        duration_ms,
        ..Finished::default()
    })
}
