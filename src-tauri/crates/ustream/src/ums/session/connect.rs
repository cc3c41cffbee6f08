//! Builds the `connect` command of a session, and the names of the hosts that it goes to.

use fastrand::Rng;
use serde_json::{Value, json};
use url::Url;

use super::super::route::{application, label_start};
use super::SessionQuery;
use crate::hosts::{ControlDomain, Host};

/// What a session runs over, and what it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// A websocket, for segmented formats.
    Socket,
    /// Long polling, for segmented formats.
    Polling,
    /// Long polling, for HLS playlists.
    Playlists,
}

impl Transport {
    /// Returns `appId` and `appVersion`: they decide which formats the service announces (observed).
    fn app_id(self) -> (u32, u32) {
        match self {
            Self::Socket | Self::Polling => (3, 2),
            Self::Playlists => (11, 2),
        }
    }

    fn host_prefix(self) -> &'static str {
        match self {
            Self::Socket => "ws",
            Self::Polling | Self::Playlists => "lp",
        }
    }

    /// Returns the entry host of an attempt, counted from 1: on the current domain first, then on the
    /// legacy one.
    ///
    /// For long polling the legacy domain is known only without TLS, so a query with secrets never
    /// goes there.
    pub(super) fn entry_host(self, attempt: usize, query: &SessionQuery, host_number: u32) -> Host {
        let is_first = attempt % 2 == 1;
        let (prefix, domain) = match self {
            Self::Socket if is_first => ("ws", ControlDomain::Current),
            Self::Socket => ("wss", ControlDomain::Legacy),
            Self::Polling | Self::Playlists if is_first || query.has_secret() => {
                ("lp", ControlDomain::Current)
            }
            Self::Polling | Self::Playlists => ("lp", ControlDomain::Legacy),
        };
        let start = label_start(query.media, host_number);
        Host::of_control(&format!("{start}{prefix}-live"), domain)
    }

    /// Builds the host name of a cluster. `here` is the host that named the cluster.
    pub(super) fn cluster_host(
        self,
        cluster: &str,
        (query, host_number): (&SessionQuery, u32),
        here: Option<&Host>,
    ) -> Host {
        let domain = match self {
            Self::Polling | Self::Playlists if here.is_some_and(is_legacy) => ControlDomain::Legacy,
            _ => ControlDomain::Current,
        };
        let (start, prefix) = (label_start(query.media, host_number), self.host_prefix());
        let cluster = cluster.to_ascii_lowercase();
        Host::of_control(&format!("{start}{prefix}-{cluster}"), domain)
    }

    /// Returns whether a host is asked over TLS. Plain HTTP is used only for long polling on the
    /// legacy domain, where nothing else is known, and never for a query with secrets.
    pub(super) fn is_secure(self, host: &Host, query: &SessionQuery) -> bool {
        self == Self::Socket || !is_legacy(host) || query.has_secret()
    }

    /// Builds the arguments of `connect`. Their names and forms are observed in players.
    pub(super) fn connect_arguments(
        self,
        query: &SessionQuery,
        context: ConnectContext<'_>,
    ) -> Value {
        let ConnectContext {
            viewer_id,
            referrer,
            is_secure,
            random,
        } = context;
        let connection_id = random.u64(1..10_000_000_000);
        let page_id = random.u64(1..1_000_000_000_000_000);
        let (id, version) = self.app_id();
        let mut arguments = json!({
            "type": "viewer",
            "appId": id,
            "appVersion": version,
            "rsid": format!("{viewer_id:x}:{connection_id:x}"),
            "rpin": format!("_rpin.{page_id}"),
            "referrer": disclosed_referrer(referrer, is_secure),
            "clusterHost":
                "r%rnd%-1-%mediaId%-%mediaType%-%protocolPrefix%-%cluster%.ums.ustream.tv",
            "media": query.media.to_string(),
            "application": application(query.media),
        });
        if let Some(password) = &query.password {
            arguments["password"] = json!(password);
        }
        if let Some(hash) = &query.hash {
            arguments["hash"] = json!(hash);
            if query.media.recording().is_some() {
                // The only form observed to work with a hash is that of a player of an off-air
                // channel.
                arguments["isOffairRecorded"] = json!(true);
            }
        }
        arguments
    }
}

/// The parts of `connect` that do not come from the query.
pub(super) struct ConnectContext<'a> {
    /// The same for all connections of a session.
    pub(super) viewer_id: u64,
    pub(super) referrer: &'a str,
    /// Whether it is sent over TLS.
    pub(super) is_secure: bool,
    pub(super) random: &'a mut Rng,
}

impl SessionQuery {
    /// Returns whether it holds a password or a hash.
    fn has_secret(&self) -> bool {
        self.password.is_some() || self.hash.is_some()
    }
}

fn is_legacy(host: &Host) -> bool {
    matches!(host.control_label(), Some((_, ControlDomain::Legacy)))
}

/// Returns the embedding page's URL without what must not be sent: user name, password, fragment,
/// and over plain HTTP the query, which may hold a session. Returns an empty text for an invalid URL.
fn disclosed_referrer(referrer: &str, is_secure: bool) -> String {
    let Ok(mut url) = Url::parse(referrer) else {
        return String::new();
    };
    let is_unchanged = url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none()
        && (is_secure || url.query().is_none());
    if is_unchanged {
        // Not normalized: owners list their pages as text, and `http://www.a-pac.tv` differs from
        // the same with a slash.
        return referrer.to_owned();
    }
    // Setting these fails only for URLs without a host; then there is nothing to remove.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    if !is_secure {
        url.set_query(None);
    }
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_in_the_embedding_pages_url_are_not_sent() {
        let address = "https://user:pw@www.example.org/intranet?session=SECRET#mine";
        let bare = "https://www.example.org/intranet";
        assert_eq!(
            disclosed_referrer(address, true),
            format!("{bare}?session=SECRET")
        );
        assert_eq!(disclosed_referrer(address, false), bare);
        assert!(!disclosed_referrer("user:pw@www.example.org?SECRET", false).contains("SECRET"));
        assert_eq!(disclosed_referrer("no address", true), "");
    }
}
