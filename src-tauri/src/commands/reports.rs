//! Commands for reports of problems, and for sessions that a browser has recorded.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use engine::view::{AccessView, ReportView};
use engine::{Access, Code, Engine, Failure, Report};
use tauri::ipc::{InvokeBody, Request};
use tauri::{State, WebviewWindow};
use tokio::sync::Mutex;

use super::{CommandResult, blocking, dialog_path, file_dialog, internal_error, parse_job_id};

/// The report that was prepared last, until it is saved.
#[derive(Default)]
pub(crate) struct PreparedReport(Mutex<Option<(u32, Report)>>);

/// Where sessions are kept that were dropped on the window.
pub(crate) struct SessionFolder(pub(crate) PathBuf);

/// The addresses in a session expire within hours, so older files are of no use.
const MAX_SESSION_AGE: Duration = Duration::from_hours(30 * 24);

/// The name that is proposed for a report.
const REPORT_NAME: &str = "ustream-dl-report.har";

/// What the name of a session or report ends in.
const ENDING: [&str; 1] = ["har"];

/// Looks up a link and prepares a report about that.
#[tauri::command]
pub(crate) async fn prepare_report(
    engine: State<'_, Engine>,
    prepared: State<'_, PreparedReport>,
    link: String,
    access: AccessView,
    hide_titles: bool,
) -> CommandResult<ReportView> {
    let report = engine
        .report(&link, &Access::from(access), hide_titles)
        .await;
    Ok(keep(&prepared, report).await)
}

/// Prepares a report about the last attempt at a job.
#[tauri::command]
pub(crate) async fn prepare_job_report(
    engine: State<'_, Engine>,
    prepared: State<'_, PreparedReport>,
    id: String,
    hide_titles: bool,
) -> CommandResult<ReportView> {
    let report = engine.job_report(&parse_job_id(&id)?, hide_titles).await?;
    Ok(keep(&prepared, report).await)
}

async fn keep(prepared: &PreparedReport, report: Report) -> ReportView {
    let mut prepared = prepared.0.lock().await;
    let id = prepared.as_ref().map_or(0, |(id, _)| id.wrapping_add(1));
    let view = ReportView {
        id,
        ..report.view()
    };
    *prepared = Some((id, report));
    view
}

/// Lets the user choose where the report with this id is saved. Returns `false` if they cancel, fails if
/// another one was prepared meanwhile.
#[tauri::command]
pub(crate) async fn save_report(
    window: WebviewWindow,
    prepared: State<'_, PreparedReport>,
    id: u32,
) -> CommandResult<bool> {
    let dialog = file_dialog(&window, "report")
        .set_file_name(REPORT_NAME)
        .add_filter("HAR", &ENDING);
    let Some(path) = dialog_path(|then| dialog.save_file(then)).await? else {
        return Ok(false);
    };
    let prepared = prepared.0.lock().await;
    let report = prepared.as_ref().filter(|(known, _)| *known == id);
    let Some(text) = report.map(|(_, report)| report.to_json()) else {
        return Err(internal_error("another report was prepared meanwhile"));
    };
    let written = blocking(move || engine::replace_file(&path, text.as_bytes())).await?;
    written.map_err(|error| Failure::new(Code::NoWrite, error.to_string()))?;
    Ok(true)
}

/// Lets the user choose the file of a session. Its path is resolved like a link.
#[tauri::command]
pub(crate) async fn pick_session(window: WebviewWindow) -> CommandResult<Option<String>> {
    let dialog = file_dialog(&window, "help-session.open").add_filter("HAR", &ENDING);
    let path = dialog_path(|then| dialog.pick_file(then)).await?;
    Ok(path.map(|path| path.to_string_lossy().into_owned()))
}

/// Keeps the content of a session that was dropped on the window: the page gets no path for it, and a
/// job must be able to read it again after a restart.
#[tauri::command]
pub(crate) async fn keep_session(
    folder: State<'_, SessionFolder>,
    request: Request<'_>,
) -> CommandResult<String> {
    let InvokeBody::Raw(content) = request.body() else {
        return Err(internal_error("a session is sent as bytes"));
    };
    let (folder, content) = (folder.0.clone(), content.clone());
    let kept = blocking(move || write_session(&folder, &content)).await?;
    let path = kept.map_err(|error| Failure::new(Code::OwnFolder, error.to_string()))?;
    Ok(path.to_string_lossy().into_owned())
}

fn write_session(folder: &Path, content: &[u8]) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    remove_old(folder)?;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let name = format!("session-{}.har", now.unwrap_or_default().as_millis());
    let path = folder.join(name);
    engine::replace_file(&path, content)?;
    Ok(path)
}

fn remove_old(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let age = entry.metadata()?.modified()?.elapsed();
        if age.is_ok_and(|age| age > MAX_SESSION_AGE) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_session_is_kept_and_an_old_one_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let sessions = folder.path().join("sessions");
        let old = write_session(&sessions, b"old").unwrap();
        let long_ago = SystemTime::now() - MAX_SESSION_AGE - Duration::from_mins(1);
        let file = fs::File::options().write(true).open(&old).unwrap();
        file.set_modified(long_ago).unwrap();
        let new = write_session(&sessions, b"new").unwrap();
        assert_eq!(fs::read(&new).unwrap(), b"new");
        assert!(!old.exists() || old == new);
        assert_eq!(fs::read_dir(&sessions).unwrap().count(), 1);
    }
}
