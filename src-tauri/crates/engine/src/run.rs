//! Runs one attempt at a job. Start, resume, retry and recovery after a crash are all this one
//! call.
//!
//! `download` saves a recording: `transfer` fetches its segments, `spot_check` compares those of an
//! earlier attempt with the server's, `completeness` decides whether enough arrived, and
//! `single_file` handles a recording that the service has as one file. `remux` makes an MP4 of
//! files on this computer. Both end in `finish`.

mod attempt;
mod completeness;
mod download;
mod finish;
mod live;
mod remux;
mod single_file;
mod spot_check;
mod transfer;

use std::io;

pub(crate) use self::attempt::{Attempt, Discovery, OpenStream, RunContext};
use crate::code::Code;
use crate::disk::space;
use crate::error::Error;
use crate::job::{JobSource, LiveRequest};
use crate::outcome::{Outcome, Stopped};
use crate::part::{self, SavedMovie};
use crate::view::JobStage;

/// What a run ends with.
#[derive(Debug)]
pub(crate) struct RunEnd {
    pub(crate) saved: SavedMovie,
    /// The stream goes on in a further file, which another job is to record.
    pub(crate) goes_on: Option<Continuation>,
}

/// What records a stream further, in another file.
#[derive(Debug)]
pub(crate) struct Continuation {
    pub(crate) request: LiveRequest,
    pub(crate) open: OpenStream,
}

impl From<SavedMovie> for RunEnd {
    fn from(saved: SavedMovie) -> Self {
        Self {
            saved,
            goes_on: None,
        }
    }
}

/// Runs until the file is saved or the job cannot go on.
pub(crate) async fn run(attempt: Attempt) -> Outcome<RunEnd> {
    attempt.meter.enter(JobStage::Resolving);
    let outcome = match &attempt.spec.source {
        JobSource::Live(request) => live::record(&attempt, request).await,
        JobSource::Recording(request) => {
            download::download(&attempt, request).await.map(Into::into)
        }
        JobSource::Files(files) => remux::remux(&attempt, files).await.map(Into::into),
    };
    outcome.map_err(|stopped| match stopped {
        Stopped::Failed(error) => Stopped::Failed(explain(&attempt, error)),
        Stopped::Cancelled => Stopped::Cancelled,
    })
}

/// Tells a disk that is full from one that takes no larger file.
fn explain(attempt: &Attempt, error: Error) -> Error {
    match attempt.discovery.get() {
        Some(known) if error.code() == Code::DiskFull => {
            let movie = part::output(&known.part);
            if space::is_largest_file(&movie) {
                Error::disk(&movie)(io::ErrorKind::FileTooLarge.into())
            } else {
                error
            }
        }
        _ => error,
    }
}
