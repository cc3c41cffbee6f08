//! What the page may ask for. Each command reads its arguments, asks the engine once and answers
//! with a value or a [`Failure`].
//!
//! 1. `looking`: where a link leads.
//! 2. `saving`: the jobs.
//! 3. `setting`: folders, and what else a person sets.
//! 4. `leaving`: what is handed over to the desktop, and the way out.
#![expect(
    clippy::needless_pass_by_value,
    reason = "Tauri hands its state over by value, and `map_err` its error"
)]

pub(crate) mod jobs;
pub(crate) mod links;
pub(crate) mod preferences;
pub(crate) mod system;

use std::path::PathBuf;

use engine::{Code, Failure, JobId};
use tauri::async_runtime;
use tauri_plugin_dialog::FilePath;
use tokio::sync::oneshot;

type CommandResult<T> = Result<T, Failure>;

fn parse_job_id(id: &str) -> CommandResult<JobId> {
    id.parse().map_err(internal_error)
}

/// A mistake of this program, or of the desktop around it.
fn internal_error(cause: impl ToString) -> Failure {
    Failure::new(Code::Internal, cause.to_string())
}

/// Work that may wait for the disk or the desktop has a thread of its own.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> CommandResult<T> {
    async_runtime::spawn_blocking(work)
        .await
        .map_err(internal_error)
}

/// What a person picks in a dialog that `open` opens; nothing where they pick none.
async fn dialog_path(
    open: impl FnOnce(Box<dyn FnOnce(Option<FilePath>) + Send>),
) -> CommandResult<Option<PathBuf>> {
    let (answer, picked) = oneshot::channel();
    open(Box::new(move |path| {
        // Nobody waits any more where the window has gone.
        let _ = answer.send(path);
    }));
    let path = picked.await.ok().flatten();
    path.map(|path| path.into_path().map_err(internal_error))
        .transpose()
}
