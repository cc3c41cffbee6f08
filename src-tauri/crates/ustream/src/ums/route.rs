//! What is remembered of the server that a session ended at, so that the next one can open a
//! connection to it before the service names it.
//!
//! It is a guess and no more: the host is built by the rules of [`crate::hosts`], and a connection to
//! it is used only if the service then names exactly that host.

use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use crate::hosts::{self, ControlDomain, Host};
use crate::{MediaId, RecordingId};

/// Prefixes of websocket hosts; those of long polling are not connected to ahead.
const PREFIXES: [&str; 2] = ["ws", "wss"];

/// A cluster of the control connection, and how it is reached over a websocket: the name of its host
/// without the numbers of one session, such as `ws-omega.ums.services.video.ibm.com`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterRoute {
    prefix: &'static str,
    cluster: String,
    domain: ControlDomain,
}

/// The text is not that of a route.
#[derive(Debug, thiserror::Error)]
#[error("not a host of the control connection")]
pub struct RouteError;

impl ClusterRoute {
    /// Returns the route that all recent evidence names (protocol.md 4.1), for a first session.
    pub fn usual() -> Self {
        Self {
            prefix: "ws",
            cluster: "omega".to_owned(),
            domain: ControlDomain::Current,
        }
    }

    /// Returns the route of a host that was built for these media with this number; `None` if its
    /// name has another form, so that it could not be built again.
    pub(super) fn of_host(host: &Host, media: MediaId, number: u32) -> Option<Self> {
        let (label, domain) = host.control_label()?;
        let rest = label.strip_prefix(&label_start(media, number))?;
        let (prefix, cluster) = rest.split_once('-')?;
        Some(Self {
            prefix: PREFIXES.into_iter().find(|known| *known == prefix)?,
            cluster: Some(cluster)
                .filter(|name| is_cluster_name(name))?
                .to_owned(),
            domain,
        })
    }

    /// Builds the host for a recording or stream, with the number of the session's attempt.
    pub(super) fn host(&self, media: MediaId, number: u32) -> Host {
        let Self {
            prefix,
            cluster,
            domain,
        } = self;
        let start = label_start(media, number);
        Host::of_control(&format!("{start}{prefix}-{cluster}"), *domain)
    }
}

impl fmt::Display for ClusterRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            prefix,
            cluster,
            domain,
        } = self;
        write!(f, "{prefix}-{cluster}.{domain}")
    }
}

impl FromStr for ClusterRoute {
    type Err = RouteError;

    fn from_str(text: &str) -> Result<Self, RouteError> {
        let (media, number) = (MediaId::Recording(RecordingId(0)), 0);
        let host = hosts::parse(&format!("{}{text}", label_start(media, number)));
        host.and_then(|host| Self::of_host(&host, media, number))
            .ok_or(RouteError)
    }
}

/// Returns the name of the kind of media in host names and in `connect` (observed).
pub(super) fn application(media: MediaId) -> &'static str {
    match media {
        MediaId::Recording(_) => "recorded",
        MediaId::Channel(_) => "channel",
    }
}

/// Returns what the label of a host begins with.
pub(super) fn label_start(media: MediaId, number: u32) -> String {
    format!("r{number}-1-{media}-{}-", application(media))
}

/// Returns whether a cluster's name is valid inside a host label, next to the rest of it.
pub(super) fn is_cluster_name(name: &str) -> bool {
    const MAX_BYTES: usize = 16;
    (1..=MAX_BYTES).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-')
}

/// The route of the last session, for all sessions of a client.
#[derive(Debug, Default)]
pub(crate) struct RouteMemory(Mutex<Option<ClusterRoute>>);

impl RouteMemory {
    /// Returns the route; `None` if no connection shall be opened ahead.
    pub(crate) fn route(&self) -> Option<ClusterRoute> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Replaces the route.
    pub(crate) fn set(&self, route: Option<ClusterRoute>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = route;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDING: MediaId = MediaId::Recording(RecordingId(7));

    #[test]
    fn a_route_is_that_of_the_host_it_builds() {
        for name in [
            "r12-1-7-recorded-ws-omega.ums.services.video.ibm.com",
            "r12-1-7-recorded-wss-beta-2.ums.ustream.tv",
        ] {
            let host = hosts::parse(name).unwrap();
            let route = ClusterRoute::of_host(&host, RECORDING, 12).unwrap();
            assert_eq!(route.host(RECORDING, 12), host);
            assert_eq!(route.to_string().parse::<ClusterRoute>().unwrap(), route);
        }
    }

    #[test]
    fn a_host_that_cannot_be_built_again_is_not_remembered() {
        for name in [
            "r13-1-7-recorded-ws-omega.ums.ustream.tv",
            "r12-1-8-recorded-ws-omega.ums.ustream.tv",
            "r12-1-7-recorded-lp-omega.ums.ustream.tv",
            "r12-1-7-recorded-omega.ums.ustream.tv",
            "r12-1-7-recorded-ws-a-cluster-of-a-long-name.ums.ustream.tv",
            "a92ccb29-lp-omega.ums.ustream.tv",
            "x.r12-1-7-recorded-ws-omega.ums.ustream.tv",
            "video.ibm.com",
        ] {
            let host = hosts::parse(name).unwrap();
            assert_eq!(ClusterRoute::of_host(&host, RECORDING, 12), None, "{name}");
        }
    }

    #[test]
    fn a_remembered_text_leads_to_no_other_host() {
        for text in [
            "",
            "ws-omega",
            "ws-omega.example.com",
            "ws-.ums.ustream.tv",
            "omega.ums.ustream.tv",
            "ws-omega.ums.ustream.tv:80",
            "ws-omega.ums.ustream.tv/x",
            "ws-x@evil.example/.ums.ustream.tv",
            "ws-omega.x.ums.ustream.tv",
            "ws-omega.ums.ustream.tv\nws-beta.ums.ustream.tv",
        ] {
            assert!(text.parse::<ClusterRoute>().is_err(), "{text:?}");
        }
        let usual = ClusterRoute::usual();
        assert_eq!(usual.to_string(), "ws-omega.ums.services.video.ibm.com");
    }
}
