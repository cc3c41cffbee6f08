//! How a session introduces itself, and to whom.

use fastrand::Rng;
use serde_json::{Value, json};

use super::Question;

/// Domain of the control connection since 2021. Its certificates reach one label deep.
const DOMAIN: &str = "ums.services.video.ibm.com";

/// Its domain until then: long polling is known from there, without TLS.
const OLD_DOMAIN: &str = "ums.ustream.tv";

/// Over what a session runs, and what it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// A websocket, for pieces.
    Socket,
    /// Long polling, for pieces.
    Polling,
    /// Long polling, for HLS playlists.
    Playlists,
}

impl Way {
    /// `appId` and `appVersion`: what the service takes us for decides what it tells.
    fn player(self) -> (u32, u32) {
        match self {
            Self::Socket | Self::Polling => (3, 2),
            Self::Playlists => (11, 2),
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::Socket => "ws",
            Self::Polling | Self::Playlists => "lp",
        }
    }

    /// The entry host of an attempt, counted from 1: the likelier first, then the other domain.
    pub(super) fn entry(self, attempt: usize, question: &Question, front: u32) -> String {
        let is_first = attempt % 2 == 1;
        let (prefix, domain) = match self {
            Self::Socket if is_first => ("ws", DOMAIN),
            Self::Socket => ("wss", OLD_DOMAIN),
            Self::Polling | Self::Playlists if is_first && !question.has_secret() => {
                ("lp", OLD_DOMAIN)
            }
            Self::Polling | Self::Playlists => ("lp", DOMAIN),
        };
        let id = question.recording;
        format!("r{front}-1-{id}-recorded-{prefix}-live.{domain}")
    }

    /// The host of a cluster, made from its name. `here` is the host that named it.
    pub(super) fn host_of(
        self,
        cluster: &str,
        (question, front): (&Question, u32),
        here: &str,
    ) -> String {
        let domain = match self {
            Self::Polling | Self::Playlists if is_old(here) => OLD_DOMAIN,
            _ => DOMAIN,
        };
        let (id, prefix) = (question.recording, self.prefix());
        format!("r{front}-1-{id}-recorded-{prefix}-{cluster}.{domain}")
    }

    /// Whether a host is asked over TLS. Of long polling on the old domain only plain HTTP is
    /// known; what a person keeps to themselves is never sent over that.
    pub(super) fn is_secure(self, host: &str, question: &Question) -> bool {
        self == Self::Socket || !is_old(host) || question.has_secret()
    }

    /// The arguments of `connect`.
    pub(super) fn arguments(self, question: &Question, hello: Hello<'_>) -> Value {
        let Hello {
            viewer,
            referrer,
            random,
        } = hello;
        let connection_id = random.u64(1..10_000_000_000);
        let page_id = random.u64(1..1_000_000_000_000_000);
        let (id, version) = self.player();
        let mut arguments = json!({
            "type": "viewer",
            "appId": id,
            "appVersion": version,
            "rsid": format!("{viewer:x}:{connection_id:x}"),
            "rpin": format!("_rpin.{page_id}"),
            "referrer": referrer,
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
pub(super) struct Hello<'a> {
    /// The same for all connections of a session.
    pub(super) viewer: u64,
    pub(super) referrer: &'a str,
    pub(super) random: &'a mut Rng,
}

impl Question {
    /// Something in it is nobody else's business.
    fn has_secret(&self) -> bool {
        self.password.is_some() || self.hash.is_some()
    }
}

fn is_old(host: &str) -> bool {
    host.ends_with(OLD_DOMAIN)
}
