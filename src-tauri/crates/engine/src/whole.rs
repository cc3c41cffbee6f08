//! A recording that came as one finished file: kept as it is, or made an MP4 as films on this
//! computer are.

use std::path::Path;

use media::{Film, Split};

use crate::assemble::Assembly;
use crate::durable::blocking;
use crate::error::Error;
use crate::make::Make;
use crate::part::files::{self, Access};
use crate::part::{self, Part, Saved};
use crate::remux;
use crate::run::Attempt;
use crate::run::account::{Expected, Shortfall};
use crate::run::finish::{keep_original, publish};
use crate::view::Finished;

/// All its stretches, in one file of the part folder.
pub(crate) struct Copied<'a> {
    pub(crate) part: Part,
    pub(crate) assembly: Assembly,
    pub(crate) known: Film,
    pub(crate) make: &'a Make,
    pub(crate) expected: Expected<'a>,
}

/// Gives the file its name, or that of the MP4 which is made of it. `None` is a stop.
pub(crate) async fn complete(
    attempt: &Attempt,
    copied: Copied<'_>,
) -> Result<Option<Saved>, Error> {
    let Copied {
        part,
        assembly,
        known,
        make,
        expected,
    } = copied;
    let copy = part::output(part.path());
    blocking(move || assembly.finish()).await?;
    let path = copy.clone();
    let kept = blocking(move || look_at(&path)).await?;
    let kept = judged(attempt, expected, kept)?;
    if make.original {
        return publish(part, copy, kept).await.map(Some);
    }
    let source = remux::Copy {
        path: copy.clone(),
        known,
        convert: make.convert,
    };
    let failed = match attempt.remux_copy(source, &part).await {
        Ok(None) => return Ok(None),
        Ok(Some((film, finished))) => {
            let finished = judged(attempt, expected, finished)?;
            return publish(part, film, finished).await.map(Some);
        }
        Err(error @ (Error::Film { .. } | Error::Convert { .. })) => error,
        Err(error) => return Err(error),
    };
    // What came is a film all the same: it is there for other programs.
    let path = keep_original(part.retarget(&make.endings.written), copy, kept).await?;
    Err(match failed {
        Error::Film { problem, .. } => Error::Film { path, problem },
        Error::Convert { problem, .. } => Error::Convert {
            problem,
            original: path,
        },
        other => other,
    })
}

/// Compares its duration with the stated one; nothing is said where it does not tell its own.
fn judged(
    attempt: &Attempt,
    expected: Expected<'_>,
    finished: Finished,
) -> Result<Finished, Error> {
    let mut shortfall = Shortfall::default();
    if finished.duration_ms > 0 {
        expected.add_duration(&mut shortfall, finished.duration_ms);
    }
    attempt.allow(&shortfall)?;
    Ok(finished.lacking(shortfall))
}

/// Whether it is a film at all. Others made it: it is read, not held against our rules.
fn look_at(path: &Path) -> Result<Finished, Error> {
    let film = files::open(path, Access::Read).map_err(Error::disk(path))?;
    film.sync_all().map_err(Error::disk(path))?;
    let mut split = Split::open(film)?;
    let size_bytes = split.whole().size_bytes;
    // What its head claims may be more than it holds.
    let film = files::open(path, Access::Read).map_err(Error::disk(path))?;
    let duration_ms = match media::check(std::io::BufReader::new(film)) {
        Ok(summary) => summary.duration_ms,
        // Others made it, by other rules.
        Err(_) => media::measure(&mut split).unwrap_or(0),
    };
    Ok(Finished {
        size_bytes,
        duration_ms,
        ..Finished::default()
    })
}
