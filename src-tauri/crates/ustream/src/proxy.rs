//! Chooses the proxy of each connection: that of the environment, else that of the desktop.
//!
//! 1. `environment`: `HTTPS_PROXY` and the like.
//! 2. `desktop`: what the person has set on this computer; `system` reads it, and asks the system
//!    where a PAC file decides; `system/kde` reads the file of KDE.
//! 3. [`ProxySettings`]: both of them, and the names and passwords that a person has typed.

mod desktop;
mod environment;
mod system;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proxy_watch::{ProxyStep, resolve};
use serde::{Deserialize, Serialize};
use url::Url;

use self::desktop::Desktop;
use self::environment::Environment;

/// Longest wait for the desktop's settings; they are read on a thread of their own.
const READ_TIMEOUT: Duration = Duration::from_secs(3);

/// Settings that are older are read again at the next connection, which does not wait for them.
const REREAD_AFTER: Duration = Duration::from_secs(5);

/// The name and password for one proxy.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProxyLogin {
    /// Host and port of the proxy. It is sent to no other one, which a hostile network could name.
    pub proxy: String,
    /// The name.
    pub name: String,
    /// The password.
    pub password: String,
}

impl fmt::Debug for ProxyLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxyLogin")
            .field("proxy", &self.proxy)
            .finish_non_exhaustive()
    }
}

/// The proxies of this computer. A clone is another handle to the same settings.
#[derive(Clone, Default)]
pub struct ProxySettings(Arc<Shared>);

impl fmt::Debug for ProxySettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxySettings").finish_non_exhaustive()
    }
}

#[derive(Default)]
struct Shared {
    environment: Environment,
    state: Mutex<State>,
    /// Notified when the desktop's settings have been read.
    has_read: Condvar,
}

#[derive(Default)]
struct State {
    desktop: Option<Arc<Desktop>>,
    /// When the last reading was begun.
    asked_at: Option<Instant>,
    is_reading: bool,
    /// Name and password, by host and port of the proxy.
    logins: HashMap<String, (String, String)>,
    /// Host and port of the proxy that was used last.
    last: Option<String>,
}

impl ProxySettings {
    /// Returns the proxies as the HTTP client takes them: it asks for each new connection.
    pub(crate) fn to_client(&self) -> reqwest::Proxy {
        let settings = self.clone();
        reqwest::Proxy::custom(move |url| settings.proxy_for(url))
    }

    /// Returns the proxy for `url`, with its name and password; `None` for a direct connection.
    /// May block: for the desktop's settings, and for the system that evaluates a PAC file.
    fn proxy_for(&self, url: &Url) -> Option<Url> {
        let mut proxy = self.configured(url)?;
        let address = address(&proxy);
        let mut state = self.state();
        if let Some((name, password)) = state.logins.get(&address) {
            set_login(&mut proxy, name, password);
        } else if proxy.password().is_none() {
            // A name alone would count as a failed login.
            let _ = proxy.set_username("");
        }
        state.last = Some(address);
        Some(proxy)
    }

    fn configured(&self, url: &Url) -> Option<Url> {
        let environment = &self.0.environment;
        if environment.bypass.matches_url(url) {
            return None;
        }
        match &environment.proxies {
            Some(proxies) => first(resolve(proxies, url)).ok().flatten(),
            None => self.desktop()?.proxy_for(url),
        }
    }

    /// Sets name and password for the proxy that was used last, from its next connection on.
    /// Returns what may be kept for the next start; `None` if no proxy has been used.
    pub fn log_in(&self, name: &str, password: &str) -> Option<ProxyLogin> {
        let login = ProxyLogin {
            proxy: self.state().last.clone()?,
            name: name.to_owned(),
            password: password.to_owned(),
        };
        self.restore(login.clone());
        Some(login)
    }

    /// Uses name and password again that [`Self::log_in`] returned.
    pub fn restore(&self, login: ProxyLogin) {
        let ProxyLogin {
            proxy,
            name,
            password,
        } = login;
        self.state().logins.insert(proxy, (name, password));
    }

    /// Returns the PAC file that decides over the proxies but could not be evaluated, in a form that
    /// can be shown.
    pub fn unread_script(&self) -> Option<String> {
        if self.0.environment.proxies.is_some() {
            return None;
        }
        let desktop = self.state().desktop.clone();
        desktop.and_then(|desktop| desktop.unread_script())
    }

    /// Returns the desktop's settings; `None` if they cannot be read in time.
    fn desktop(&self) -> Option<Arc<Desktop>> {
        let state = self.begin_reading();
        let passed = state.asked_at.map(|asked| asked.elapsed());
        let remaining = READ_TIMEOUT.saturating_sub(passed.unwrap_or_default());
        let is_missing = |state: &mut State| state.desktop.is_none() && state.is_reading;
        let waited = &self.0.has_read;
        let waited = waited.wait_timeout_while(state, remaining, is_missing);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.desktop.clone()
    }

    /// Reads the desktop's settings on a thread of its own, if they are not known or old.
    fn begin_reading(&self) -> MutexGuard<'_, State> {
        let mut state = self.state();
        let is_due = state
            .asked_at
            .is_none_or(|asked| asked.elapsed() >= REREAD_AFTER);
        if !is_due || state.is_reading || self.0.environment.proxies.is_some() {
            return state;
        }
        let shared = Arc::clone(&self.0);
        let reading = std::thread::Builder::new().name("proxy settings".to_owned());
        state.asked_at = Some(Instant::now());
        state.is_reading = reading.spawn(move || shared.read()).is_ok();
        state
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state()
    }
}

impl Shared {
    fn read(&self) {
        let new = Desktop::read();
        let mut state = self.state();
        state.is_reading = false;
        let is_same = state.desktop.as_ref().is_some_and(|old| old.is_like(&new));
        if !is_same {
            state.desktop = Some(Arc::new(new));
        }
        self.has_read.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the first of the ways to connect; `None` for a direct connection.
fn first(
    steps: Result<Vec<ProxyStep>, proxy_watch::Error>,
) -> Result<Option<Url>, proxy_watch::Error> {
    let steps = steps.inspect_err(|error| tracing::info!(%error, "no proxy could be chosen"))?;
    Ok(steps.first().and_then(ProxyStep::to_url))
}

/// Returns host and port of a proxy.
fn address(proxy: &Url) -> String {
    let host = proxy.host_str().unwrap_or_default();
    match proxy.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// Puts name and password into the URL of a proxy. The client decodes every escape, so all but
/// letters and digits are escaped.
fn set_login(proxy: &mut Url, name: &str, password: &str) {
    let escaped = |text| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    // Fails only for URLs without a host, which no proxy has.
    let _ = proxy.set_username(&escaped(name));
    let _ = proxy.set_password(Some(&escaped(password)));
}

#[cfg(test)]
mod tests;
