//! The proxies that the person has set on this computer, as they were at one moment.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use proxy_watch::pac::{PacRequirement, requirement};
use proxy_watch::{ProxyConfig, resolve};
use url::Url;

use super::{first, system};
use crate::lenient_json::clean_text;

/// How long the answer of a PAC file for one host is used: it may depend on the network.
const ANSWER_LIFETIME: Duration = Duration::from_mins(5);

/// How long it is not asked again after a failure.
const FAILURE_LIFETIME: Duration = Duration::from_mins(1);

/// Most hosts of which the answer is known.
const MAX_ANSWERS: usize = 1_000;

/// The settings of the desktop.
pub(super) struct Desktop {
    settings: ProxyConfig,
    /// What the PAC file says, by scheme and host.
    answers: Mutex<HashMap<String, Answer>>,
}

/// What the PAC file says about one host.
struct Answer {
    until: Instant,
    /// `Err` if it could not be evaluated; the connection is direct then.
    proxy: Result<Option<Url>, ()>,
}

impl Desktop {
    /// Reads the settings. May block for seconds.
    pub(super) fn read() -> Self {
        Self::of(system::read_settings())
    }

    pub(super) fn of(settings: ProxyConfig) -> Self {
        Self {
            settings,
            answers: Mutex::default(),
        }
    }

    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.settings == other.settings
    }

    /// Returns the proxy for `url`; `None` for a direct connection.
    pub(super) fn proxy_for(&self, url: &Url) -> Option<Url> {
        if self.script().is_none() {
            return first(resolve(&self.settings, url)).ok().flatten();
        }
        let key = format!("{}://{}", url.scheme(), url.host_str().unwrap_or_default());
        if let Some(answer) = self.answers().get(&key)
            && Instant::now() < answer.until
        {
            return answer.proxy.clone().ok().flatten();
        }
        // Not locked meanwhile: the system may have to fetch the file.
        let proxy = first(system::evaluate_script(&self.settings, url)).map_err(|_| ());
        let lifetime = match proxy {
            Ok(_) => ANSWER_LIFETIME,
            Err(()) => FAILURE_LIFETIME,
        };
        let mut answers = self.answers();
        if answers.len() >= MAX_ANSWERS {
            answers.clear();
        }
        let until = Instant::now() + lifetime;
        let answer = Answer {
            until,
            proxy: proxy.clone(),
        };
        answers.insert(key, answer);
        proxy.ok().flatten()
    }

    /// Returns the PAC file that was asked for a proxy in vain, in a form that can be shown.
    pub(super) fn unread_script(&self) -> Option<String> {
        let has_failed = self.answers().values().any(|answer| answer.proxy.is_err());
        self.script().filter(|_| has_failed)
    }

    /// Returns the PAC file that decides, if one is set.
    fn script(&self) -> Option<String> {
        match requirement(&self.settings.effective) {
            PacRequirement::NotNeeded => None,
            PacRequirement::Fetch(url) => {
                let mut shown = url.clone();
                // Fails for files, which have neither.
                let _ = shown.set_username("");
                let _ = shown.set_password(None);
                Some(clean_text(shown.as_str()))
            }
            // The name under which networks offer theirs.
            _ => Some("wpad.dat".to_owned()),
        }
    }

    fn answers(&self) -> std::sync::MutexGuard<'_, HashMap<String, Answer>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
