//! From the last piece to a film that has its name: index, check, name.

use std::fs::File;
use std::path::{Path, PathBuf};

use media::Summary;
use ustream::Recording;

use super::Attempt;
use crate::assemble::Assembly;
use crate::durable::blocking;
use crate::error::Error;
use crate::part::{Part, Saved};
use crate::view::{Finished, GapView, Stage};
use crate::{ffmpeg, part};

impl Attempt {
    /// Lets ffmpeg make the MP4 of the original, and keeps the original where it cannot.
    pub(super) async fn convert(
        &self,
        part: Part,
        summary: Summary,
        gaps: Vec<GapView>,
        original: &str,
    ) -> Result<Option<Saved>, Error> {
        self.meter.enter(Stage::Converting);
        let (film, converted) = (part::output(part.path()), part::converted(part.path()));
        let work = ffmpeg::Work {
            program: &self.means.ffmpeg,
            input: &film,
            output: &converted,
            duration_ms: Some(summary.duration_ms),
        };
        let remuxed = match ffmpeg::remux(work, &self.meter, &self.cancel).await {
            Ok(None) => return Ok(None),
            Ok(Some(said)) => {
                self.meter.enter(Stage::Finishing);
                let (path, original) = (converted.clone(), summary.clone());
                let compared = blocking(move || Ok(compare(&path, &original))).await?;
                compared.map_err(|problem| said.explain(problem))
            }
            Err(problem) => Err(problem),
        };
        match remuxed {
            Ok(summary) => publish(part, converted, finished(&summary, gaps))
                .await
                .map(Some),
            Err(problem) => {
                let saved =
                    publish(part.retarget(original), film, finished(&summary, gaps)).await?;
                let original = saved.path.clone();
                // The job has failed and will begin anew: nothing of this attempt is of use then.
                blocking(move || {
                    saved.tidy();
                    Ok(())
                })
                .await?;
                Err(Error::Convert { problem, original })
            }
        }
    }
}

/// ffmpeg may stop early and still say that all went well.
fn compare(converted: &Path, original: &Summary) -> Result<Summary, String> {
    const ROUNDING_MS: u64 = 1_000;
    let summary = check(converted).map_err(|error| error.to_string())?;
    let kinds = |summary: &Summary| {
        let mut kinds: Vec<_> = summary.tracks.iter().map(|track| track.kind).collect();
        kinds.sort_unstable();
        kinds
    };
    let short = original.duration_ms.abs_diff(summary.duration_ms) > ROUNDING_MS;
    if short || kinds(&summary) != kinds(original) {
        return Err("what it made is not the whole film".to_owned());
    }
    Ok(summary)
}

/// Writes the index and reads the whole back before anybody calls it saved.
pub(super) async fn finish(assembly: Assembly, film: PathBuf) -> Result<Summary, Error> {
    blocking(move || {
        let made = assembly.finish()?;
        check_against(&film, &made)
    })
    .await
}

/// Reads a film back and compares it with what its muxer says of it.
pub(crate) fn check_against(film: &Path, made: &Summary) -> Result<Summary, Error> {
    let found = check(film)?;
    let told = |summary: &Summary| {
        summary
            .tracks
            .iter()
            .map(|track| (track.kind, track.samples, track.digest))
            .collect::<Vec<_>>()
    };
    if told(made) != told(&found) {
        return Err(Error::Check(format!(
            "it holds {:?}, not {:?}",
            told(&found),
            told(made)
        )));
    }
    Ok(found)
}

/// Reads a film as a player does, and makes it last.
pub(crate) fn check(film: &Path) -> Result<Summary, Error> {
    let finished = File::open(film).map_err(Error::disk(film))?;
    let summary = media::check(std::io::BufReader::new(&finished))?;
    finished.sync_all().map_err(Error::disk(film))?;
    Ok(summary)
}

/// What is said of a finished film; its name is settled when it is taken.
pub(crate) fn finished(summary: &Summary, gaps: Vec<GapView>) -> Finished {
    Finished {
        size_bytes: summary.size_bytes,
        duration_ms: summary.duration_ms,
        gaps,
        ..Finished::default()
    }
}

/// Gives a finished film its name.
pub(crate) async fn publish(part: Part, film: PathBuf, finished: Finished) -> Result<Saved, Error> {
    let finished = Finished {
        saved_unix_s: Some(jiff::Timestamp::now().as_second()),
        ..finished
    };
    blocking(move || part.finish(&film, finished)).await
}

/// A film that is shorter than the service says is kept, but not silently.
pub(super) fn warn_if_short(summary: &Summary, recording: &Recording) {
    // Stated lengths are rounded, and the last frames of a broadcast are often not stored.
    const ROUNDING_MS: u64 = 2_000;
    if let Some(stated) = recording.duration_ms
        && summary.duration_ms + ROUNDING_MS < stated
    {
        tracing::warn!(
            saved_ms = summary.duration_ms,
            stated_ms = stated,
            "the film is shorter than the service says"
        );
    }
}
