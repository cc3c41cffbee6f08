//! The commands that the page may invoke. Each reads its arguments, calls the engine once and
//! returns a value or a [`Failure`]. The parameter names are part of the interface to the page.
//!
//! 1. `links`: resolve links.
//! 2. `jobs`: start and control jobs; `kept`: channels whose recordings become jobs by themselves.
//! 3. `preferences`: folders and settings.
//! 4. `reports`: reports of problems, and sessions that a browser has recorded.
//! 5. `system`: open files and links in other programs; close, restart and update the app.
//!    `clipboard`: what the page may read of it and write to it.
#![expect(
    clippy::needless_pass_by_value,
    reason = "Tauri passes its state by value, and `map_err` the error"
)]

pub(crate) mod clipboard;
pub(crate) mod jobs;
pub(crate) mod kept;
pub(crate) mod links;
pub(crate) mod preferences;
pub(crate) mod reports;
pub(crate) mod system;

use std::path::PathBuf;

use engine::{Code, Failure, JobId};
use tauri::{Manager as _, WebviewWindow, Wry, async_runtime};
use tauri_plugin_dialog::{DialogExt as _, FileDialogBuilder, FilePath};
use tokio::sync::oneshot;

use crate::messages::Messages;

type CommandResult<T> = Result<T, Failure>;

fn parse_job_id(id: &str) -> CommandResult<JobId> {
    id.parse().map_err(internal_error)
}

/// Creates the failure for a bug of this program, or a problem with the desktop.
fn internal_error(cause: impl ToString) -> Failure {
    Failure::new(Code::Internal, cause.to_string())
}

/// Runs work that may block on the disk or the desktop on a thread of its own.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> CommandResult<T> {
    async_runtime::spawn_blocking(work)
        .await
        .map_err(internal_error)
}

/// Returns a file dialog over the window. Its title is the message with this id: the rest of its words
/// are the system's.
fn file_dialog(window: &WebviewWindow, title: &str) -> FileDialogBuilder<Wry> {
    let title = window.state::<Messages>().text(title, []);
    let dialog = window.dialog().file().set_parent(window);
    dialog.set_title(title)
}

/// Returns the path that the user picks in the dialog that `open` opens; `None` if they cancel.
async fn dialog_path(
    open: impl FnOnce(Box<dyn FnOnce(Option<FilePath>) + Send>),
) -> CommandResult<Option<PathBuf>> {
    let (sender, picked) = oneshot::channel();
    open(Box::new(move |path| {
        // The receiver is gone if the window has been closed.
        let _ = sender.send(path);
    }));
    let path = picked.await.ok().flatten();
    path.map(|path| path.into_path().map_err(internal_error))
        .transpose()
}
