//! One attempt at a job, from the top: start, resume, retry and recovery are this one call.
//!
//! `download` is the way of a recording (`transfer` fetches its segments, `spot_check` compares
//! those of an earlier attempt, `completeness` judges what came, `single_file` is for a recording
//! that is one file), `remux` that of files on this computer. Both end in `finish`.

mod attempt;
mod completeness;
mod download;
mod finish;
mod remux;
mod single_file;
mod spot_check;
mod transfer;

pub(crate) use self::attempt::{Attempt, Discovery, RunContext};
use crate::job::JobSource;
use crate::outcome::Outcome;
use crate::part::SavedMovie;
use crate::view::JobStage;

/// Runs until the file is saved or the job cannot go on.
pub(crate) async fn run(attempt: Attempt) -> Outcome<SavedMovie> {
    attempt.meter.enter(JobStage::Resolving);
    match &attempt.spec.source {
        JobSource::Recording(request) => download::download(&attempt, request).await,
        JobSource::Files(files) => remux::remux(&attempt, files).await,
    }
}
