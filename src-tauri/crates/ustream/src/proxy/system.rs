//! What systems do differently: where the settings are, and who evaluates a PAC file.

#[cfg(target_os = "linux")]
pub(super) mod kde;

use proxy_watch::{Error, ProxyConfig, ProxyStep};
use url::Url;

/// Reads the settings of this computer; none if they cannot be read.
#[cfg(target_os = "linux")]
pub(super) fn read_settings() -> ProxyConfig {
    let is_kde = std::env::var("XDG_CURRENT_DESKTOP").is_ok_and(|desktops| {
        desktops
            .split(':')
            .any(|name| name.eq_ignore_ascii_case("kde"))
    });
    let of_gnome = || {
        let settings = known(proxy_watch::read());
        (!settings.sources.is_empty()).then_some(settings)
    };
    let settings = if is_kde {
        kde::read().or_else(of_gnome)
    } else {
        of_gnome().or_else(kde::read)
    };
    settings.unwrap_or_default()
}

/// Reads the settings of this computer; none if they cannot be read.
#[cfg(not(target_os = "linux"))]
pub(super) fn read_settings() -> ProxyConfig {
    known(proxy_watch::read())
}

fn known(read: Result<ProxyConfig, Error>) -> ProxyConfig {
    read.unwrap_or_else(|error| {
        tracing::debug!(%error, "the desktop has no proxy settings");
        ProxyConfig::direct()
    })
}

/// Asks the system for the proxies that the PAC file of `settings` names for `url`, best first. The
/// system fetches and evaluates it.
#[cfg(any(windows, target_os = "macos"))]
pub(super) fn evaluate_script(settings: &ProxyConfig, url: &Url) -> Result<Vec<ProxyStep>, Error> {
    use std::time::Duration;

    use proxy_watch::pac::NativePacResolver;

    const TIMEOUT: Duration = Duration::from_secs(5);

    // The network is asked for a file only if the person has set that.
    NativePacResolver::with_timeout(TIMEOUT)?
        .with_wpad(true)
        .resolve_config(settings, url)
}

/// Fails: this system has nothing that evaluates a PAC file, and a JavaScript engine would add 0.9 MB
/// to each program.
#[cfg(not(any(windows, target_os = "macos")))]
pub(super) fn evaluate_script(_: &ProxyConfig, _: &Url) -> Result<Vec<ProxyStep>, Error> {
    Err(Error::PacEngineUnavailable)
}
