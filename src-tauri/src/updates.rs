//! Updates of the app itself: finds a newer version, and installs it when the user asks for it.
//!
//! The list of releases comes over TLS but is not signed; the file is signed, together with its
//! version. A file is installed only if its signature fits the key that is built into the app.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use engine::view::{ReleaseView, UpdateOutcome};
use reqwest::ClientBuilder;
use tauri::{AppHandle, Runtime, Url, async_runtime};
use tauri_plugin_updater::{Error, Update, UpdaterExt as _};

use crate::{desktop, platform};

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

impl From<(Url, String)> for UpdateSource {
    fn from((endpoint, public_key): (Url, String)) -> Self {
        Self {
            endpoint,
            public_key,
        }
    }
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
        let (Some(update), Some(source)) = (found, self.source.as_ref()) else {
            return UpdateOutcome::Unreachable;
        };
        if is_busy() {
            return UpdateOutcome::Busy;
        }
        let file = match download(&update, source).await {
            Ok(file) => file,
            Err(error) => return outcome(&error),
        };
        // Saving a video may have begun in the meantime.
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
        .configure_client(secured(source))
        // The plugin ends the process on Windows without the events of a usual end.
        .on_before_exit(move || {
            desktop::shut_down(&ending);
            ending.cleanup_before_exit();
        })
        .build()?;
    updater.check().await
}

/// Downloads the file. Fails if it is larger than [`MAX_BYTES`], which the plugin would accept.
async fn download(update: &Update, source: &UpdateSource) -> Result<Vec<u8>, Error> {
    let client = ClientBuilder::new().timeout(DOWNLOAD_TIMEOUT);
    let client = secured(source)(client).build()?;
    let request = client.get(update.download_url.clone()).send();
    let mut response = request.await?.error_for_status()?;
    let mut file = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if file.len() + chunk.len() > MAX_BYTES {
            return Err(Error::Network("the file is too large".to_owned()));
        }
        file.extend_from_slice(&chunk);
    }
    Ok(file)
}

/// Returns what makes a client refuse servers without TLS, also after a redirect. Only tests have a
/// source without it.
fn secured(source: &UpdateSource) -> impl Fn(ClientBuilder) -> ClientBuilder + use<> {
    engine::install_cryptography();
    let is_secure = source.endpoint.scheme() == "https";
    move |client| client.https_only(is_secure)
}

/// Returns what to tell the user about an error; the rest is logged.
fn outcome(error: &Error) -> UpdateOutcome {
    tracing::warn!(%error, "the update is not installed");
    match error {
        Error::Reqwest(_) | Error::Network(_) => UpdateOutcome::Unreachable,
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

// They install what is an `AppImage`.
#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;
