//! How a session introduces itself, and to whom.

use fastrand::Rng;
use serde_json::{Value, json};
use url::Url;

use super::SessionQuery;
use crate::hosts::{ControlDomain, Host};

/// Over what a session runs, and what it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// A websocket, for pieces.
    Socket,
    /// Long polling, for pieces.
    Polling,
    /// Long polling, for HLS playlists.
    Playlists,
}

impl Transport {
    /// `appId` and `appVersion`: what the service takes us for decides what it tells.
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

    /// Returns the entry host of an attempt, counted from 1: today's domain first, then the other.
    ///
    /// Long polling is tried over TLS first, too. Its old domain is known to answer, but without
    /// TLS: nothing that a person keeps to themselves goes there.
    pub(super) fn entry_host(self, attempt: usize, question: &SessionQuery, front: u32) -> Host {
        let is_first = attempt % 2 == 1;
        let (prefix, domain) = match self {
            Self::Socket if is_first => ("ws", ControlDomain::Current),
            Self::Socket => ("wss", ControlDomain::Legacy),
            Self::Polling | Self::Playlists if is_first || question.has_secret() => {
                ("lp", ControlDomain::Current)
            }
            Self::Polling | Self::Playlists => ("lp", ControlDomain::Legacy),
        };
        let id = question.recording;
        Host::of_control(&format!("r{front}-1-{id}-recorded-{prefix}-live"), domain)
    }

    /// Builds the host of a cluster from its name. `here` is the host that named it.
    pub(super) fn cluster_host(
        self,
        cluster: &str,
        (question, front): (&SessionQuery, u32),
        here: Option<&Host>,
    ) -> Host {
        let domain = match self {
            Self::Polling | Self::Playlists if here.is_some_and(is_legacy) => ControlDomain::Legacy,
            _ => ControlDomain::Current,
        };
        let (id, prefix) = (question.recording, self.host_prefix());
        let cluster = cluster.to_ascii_lowercase();
        Host::of_control(
            &format!("r{front}-1-{id}-recorded-{prefix}-{cluster}"),
            domain,
        )
    }

    /// Returns whether a host is asked over TLS. Of long polling on the old domain only plain HTTP
    /// is known; what a person keeps to themselves is never sent over that.
    pub(super) fn is_secure(self, host: &Host, question: &SessionQuery) -> bool {
        self == Self::Socket || !is_legacy(host) || question.has_secret()
    }

    /// The arguments of `connect`.
    pub(super) fn connect_arguments(
        self,
        question: &SessionQuery,
        hello: ConnectContext<'_>,
    ) -> Value {
        let ConnectContext {
            viewer_id: viewer,
            referrer,
            is_secure,
            random,
        } = hello;
        let connection_id = random.u64(1..10_000_000_000);
        let page_id = random.u64(1..1_000_000_000_000_000);
        let (id, version) = self.app_id();
        let mut arguments = json!({
            "type": "viewer",
            "appId": id,
            "appVersion": version,
            "rsid": format!("{viewer:x}:{connection_id:x}"),
            "rpin": format!("_rpin.{page_id}"),
            "referrer": disclosed_referrer(referrer, is_secure),
            "clusterHost":
                "r%rnd%-1-%mediaId%-%mediaType%-%protocolPrefix%-%cluster%.ums.ustream.tv",
            "media": question.recording.to_string(),
            "application": "recorded",
        });
        if let Some(password) = &question.password {
            arguments["password"] = json!(password);
        }
        if let Some(hash) = &question.hash {
            arguments["hash"] = json!(hash);
            // With a hash, the player of a channel that is off air is what has been seen to work.
            arguments["isOffairRecorded"] = json!(true);
        }
        arguments
    }
}

/// Who says it.
pub(super) struct ConnectContext<'a> {
    /// The same for all connections of a session.
    pub(super) viewer_id: u64,
    pub(super) referrer: &'a str,
    /// It is said over TLS.
    pub(super) is_secure: bool,
    pub(super) random: &'a mut Rng,
}

impl SessionQuery {
    /// Something in it is nobody else's business.
    fn has_secret(&self) -> bool {
        self.password.is_some() || self.hash.is_some()
    }
}

fn is_legacy(host: &Host) -> bool {
    matches!(host.control_label(), Some((_, ControlDomain::Legacy)))
}

/// Returns the address of the page that embeds the recording as it may be told: without a login,
/// and over plain HTTP without its query, which may hold a person's session.
fn disclosed_referrer(referrer: &str, is_secure: bool) -> String {
    let Ok(mut url) = Url::parse(referrer) else {
        // What is no address is no page.
        return String::new();
    };
    let is_told_as_it_is = url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none()
        && (is_secure || url.query().is_none());
    if is_told_as_it_is {
        // Owners list their pages as text: `http://www.a-pac.tv` is another than with a slash.
        return referrer.to_owned();
    }
    // An address of the web always has room for both; there is nothing to do where it has not.
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
    fn what_is_secret_in_a_pages_address_is_not_told() {
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
