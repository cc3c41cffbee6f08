//! Updates of the app itself: finds a newer version, and installs it when the user asks for it.
//!
//! The list of releases comes over TLS but is not signed; the file is signed, together with its
//! version. A file is installed only if its signature fits the key that is built into the app.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use engine::view::{ReleaseView, UpdateOutcome};
use tauri::{AppHandle, Runtime, Url, async_runtime};
use tauri_plugin_updater::{Error, Update, UpdaterExt as _};
use tokio::sync::Notify;

use crate::{platform, shell};

/// Timeout of the question whether there is a newer version.
const FIND_TIMEOUT: Duration = Duration::from_secs(30);

/// Timeout of the download.
const DOWNLOAD_TIMEOUT: Duration = Duration::from_mins(30);

/// Largest file that is installed.
const MAX_BYTES: usize = 200 << 20;

/// Longest text about what has changed, in characters.
const MAX_NOTES: usize = 4_000;

/// Where to look for a newer version.
#[derive(Clone, Debug)]
pub(crate) struct UpdateSource {
    /// URL of the list of releases.
    pub(crate) endpoint: Url,
    /// The public key of its files, as `tauri signer generate` prints it.
    pub(crate) public_key: String,
}

impl UpdateSource {
    /// Returns the source that this build was made with; `None` if it has none.
    pub(crate) fn of_build() -> Option<Self> {
        let (endpoint, public_key) = (
            option_env!("USTREAM_UPDATE_ENDPOINT")?,
            option_env!("USTREAM_UPDATE_PUBLIC_KEY")?,
        );
        // The release workflow sets an empty key if the project has none.
        (!public_key.is_empty()).then_some(())?;
        Some(Self {
            endpoint: endpoint.parse().ok()?,
            public_key: public_key.to_owned(),
        })
    }
}

/// The newer version that was found last.
pub(crate) struct Updates {
    source: Option<UpdateSource>,
    /// The program that is replaced; `None` if that is the matter of a package manager.
    program: Option<PathBuf>,
    found: Mutex<Option<Update>>,
}

impl Updates {
    /// Takes updates from `source`, if this app may replace its own program.
    pub(crate) fn new<R: Runtime>(app: &AppHandle<R>, source: Option<UpdateSource>) -> Self {
        Self {
            source,
            program: platform::replaceable_program(app),
            found: Mutex::default(),
        }
    }

    /// Returns whether this app can update itself.
    pub(crate) fn are_possible(&self) -> bool {
        self.source.is_some() && self.program.is_some()
    }

    /// Returns the newer version, if there is one. An error counts as none: the user has not asked.
    pub(crate) async fn find<R: Runtime>(&self, app: &AppHandle<R>) -> Option<ReleaseView> {
        let (source, program) = (self.source.as_ref()?, self.program.as_ref()?);
        let update = match ask(app, source, program).await {
            Ok(update) => update?,
            Err(error) => {
                tracing::info!(%error, "no answer about a newer version");
                return None;
            }
        };
        let release = ReleaseView {
            version: update.version.clone(),
            notes: clean_notes(update.body.as_deref().unwrap_or_default()),
        };
        *self.found() = Some(update);
        Some(release)
    }

    /// Downloads and installs the version that was found. While `is_busy`, nothing is changed.
    ///
    /// On Windows the installer ends the app and starts it again; on the others the caller restarts
    /// it.
    pub(crate) async fn install(&self, is_busy: impl Fn() -> bool) -> UpdateOutcome {
        let found = self.found().clone();
        let Some(update) = found else {
            return UpdateOutcome::Unreachable;
        };
        if is_busy() {
            return UpdateOutcome::Busy;
        }
        let file = match download(&update).await {
            Ok(file) => file,
            Err(error) => return outcome(&error),
        };
        // A download may have begun in the meantime.
        if is_busy() {
            return UpdateOutcome::Busy;
        }
        let installed = async_runtime::spawn_blocking(move || update.install(file)).await;
        match installed {
            Ok(Ok(())) => UpdateOutcome::Installed,
            Ok(Err(error)) => outcome(&error),
            Err(_) => UpdateOutcome::Failed,
        }
    }

    fn found(&self) -> MutexGuard<'_, Option<Update>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks for the newer version.
async fn ask<R: Runtime>(
    app: &AppHandle<R>,
    source: &UpdateSource,
    program: &Path,
) -> Result<Option<Update>, Error> {
    let ending = app.clone();
    let updater = app
        .updater_builder()
        .endpoints(vec![source.endpoint.clone()])?
        .pubkey(&source.public_key)
        .executable_path(program)
        .timeout(FIND_TIMEOUT)
        // The plugin ends the process on Windows without the events of a usual end.
        .on_before_exit(move || {
            shell::shut_down(&ending);
            ending.cleanup_before_exit();
        })
        .build()?;
    let Some(mut update) = updater.check().await? else {
        return Ok(None);
    };
    // Only a test has a list without TLS.
    if ![source.endpoint.scheme(), "https"].contains(&update.download_url.scheme()) {
        return Err(Error::InsecureTransportProtocol);
    }
    update.timeout = Some(DOWNLOAD_TIMEOUT);
    Ok(Some(update))
}

/// Downloads the file and verifies its signature. Fails if it is larger than [`MAX_BYTES`].
async fn download(update: &Update) -> Result<Vec<u8>, Error> {
    let too_large = Notify::new();
    let mut bytes = 0_usize;
    let count = |chunk: usize, stated: Option<u64>| {
        bytes = bytes.saturating_add(chunk);
        if bytes > MAX_BYTES || stated.is_some_and(|stated| stated > MAX_BYTES as u64) {
            too_large.notify_one();
        }
    };
    tokio::select! {
        biased;
        () = too_large.notified() => Err(Error::Network("the file is too large".to_owned())),
        file = update.download(count, || {}) => file,
    }
}

/// Returns what to tell the user about an error; the rest is logged.
fn outcome(error: &Error) -> UpdateOutcome {
    tracing::warn!(%error, "the update is not installed");
    match error {
        Error::Reqwest(_) | Error::Network(_) | Error::InsecureTransportProtocol => {
            UpdateOutcome::Unreachable
        }
        Error::Minisign(_)
        | Error::Base64(_)
        | Error::SignatureUtf8(_)
        | Error::SignedVersionMismatch { .. }
        | Error::MissingSignedVersion
        | Error::InvalidUpdaterFormat => UpdateOutcome::Refused,
        _ => UpdateOutcome::Failed,
    }
}

/// Removes control characters from the text about what has changed, and shortens it.
fn clean_notes(notes: &str) -> String {
    let is_shown = |letter: &char| *letter == '\n' || !letter.is_control();
    notes.chars().filter(is_shown).take(MAX_NOTES).collect()
}

#[cfg(test)]
mod tests;
