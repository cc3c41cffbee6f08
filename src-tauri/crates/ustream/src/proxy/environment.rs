//! The proxies in the environment: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in upper or
//! lower case.

use std::borrow::Cow;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use proxy_watch::{BypassRules, EnvPrecedence, ProxyConfig, ProxyEnv};

/// What the environment says about proxies.
pub(super) struct Environment {
    /// Hosts that are reached without any proxy, also without that of the desktop.
    pub(super) bypass: BypassRules,
    /// The proxies; `None` if none is named. Then those of the desktop hold.
    pub(super) proxies: Option<ProxyConfig>,
}

impl Default for Environment {
    /// Reads the environment of this process.
    fn default() -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self::of(std::env::vars_os().filter_map(text).collect())
    }
}

impl Environment {
    pub(super) fn of(variables: Vec<(String, String)>) -> Self {
        let mut variables: Vec<(String, String)> = variables
            .into_iter()
            .map(|(name, value)| {
                let is_proxy = is_named(&name, "_proxy") && !is_named(&name, "no_proxy");
                let escaped = is_proxy.then(|| escape_login(&value).into_owned());
                (name, escaped.unwrap_or(value))
            })
            .collect();
        let known = ProxyEnv::from_vars(variables.iter().cloned()).or_else(|error| {
            // As a CGI program: a request's header `Proxy` becomes `HTTP_PROXY`.
            tracing::warn!(%error, "HTTP_PROXY is not used");
            variables.retain(|(name, _)| !is_named(name, "http_proxy"));
            ProxyEnv::from_vars(variables)
        });
        let Ok(known) = known else {
            return Self {
                bypass: BypassRules::new(),
                proxies: None,
            };
        };
        for value in known.rejected() {
            tracing::warn!(?value, "a proxy in the environment cannot be used");
        }
        let has_proxy = !known.per_scheme().is_empty() || !known.rejected().is_empty();
        Self {
            bypass: known.bypass().clone(),
            proxies: has_proxy
                .then(|| ProxyConfig::direct().with_env(&known, EnvPrecedence::BeforeSystem)),
        }
    }
}

/// Returns whether the name of a variable ends like this, in upper or lower case.
fn is_named(name: &str, end: &str) -> bool {
    let start = name.len().saturating_sub(end.len());
    name.get(start..)
        .is_some_and(|found| found.eq_ignore_ascii_case(end))
}

/// Escapes name and password in the address of a proxy, which people write as they are: whatever is
/// before the last `@` belongs to them.
fn escape_login(address: &str) -> Cow<'_, str> {
    let is_scheme = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric());
    let (scheme, rest) = match address.trim().split_once("://") {
        Some((scheme, rest)) if is_scheme(scheme) => (scheme, rest),
        _ => ("http", address.trim()),
    };
    let Some((login, host)) = rest.rsplit_once('@') else {
        return Cow::Borrowed(address);
    };
    // What is escaped already stays so.
    let escaped = |text| {
        let bytes: Vec<u8> = percent_decode_str(text).collect();
        percent_encode(&bytes, NON_ALPHANUMERIC).to_string()
    };
    Cow::Owned(match login.split_once(':') {
        Some((name, password)) => {
            format!("{scheme}://{}:{}@{host}", escaped(name), escaped(password))
        }
        None => format!("{scheme}://{}@{host}", escaped(login)),
    })
}
