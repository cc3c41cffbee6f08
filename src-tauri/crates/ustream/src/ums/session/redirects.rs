//! Checks and follows redirects of the control connection.
//!
//! Over TLS the service may name any host of its control domains. Over plain HTTP the response may
//! be forged: a host is then followed only if its name is one that this client could have built, or
//! has the form of the servers that long polling is known to be handed to.

use std::time::Duration;

use super::super::message::Tracking;
use super::super::route::{application, is_cluster_name};
use super::{Session, SessionAction, misdirected};
use crate::hosts::{self, Host};
use crate::{Error, Lock, MediaId, lenient_json};

/// Path of every control connection (observed).
const PATH: &str = "/1/ustream";

/// Longest connection id that is accepted.
const MAX_CONNECTION_ID_BYTES: usize = 256;

/// Most redirects of one attempt; one is usual.
const MAX_REDIRECTS: usize = 5;

/// Most requests for another embedding page; two have been observed.
const MAX_REFERRERS: usize = 2;

impl Session {
    /// Continues long polling on the named host, or on the one that was asked if none is named.
    pub(super) fn on_tracking(&mut self, tracking: Tracking) -> SessionAction {
        let Tracking { host, connection } = tracking;
        let host = match host {
            Some(named) => control_host(&named).filter(|host| self.may_follow(host)),
            None => self.host.clone(),
        };
        let Some(host) = host.filter(|_| connection.len() <= MAX_CONNECTION_ID_BYTES) else {
            return misdirected("its connection goes on elsewhere");
        };
        SessionAction::Listen {
            secure: self.transport.is_secure(&host, &self.query),
            host,
            path: PATH,
            connection,
        }
    }

    /// Connects to the named host if it may be followed. Otherwise, or if it cannot be reached,
    /// connects to the host whose name is built from the cluster's.
    pub(super) fn on_cluster(&mut self, name: Option<String>, host: Option<&str>) -> SessionAction {
        self.redirects += 1;
        if self.redirects > MAX_REDIRECTS {
            return misdirected("it was sent on too often");
        }
        let built = name
            .filter(|name| is_cluster_name(name))
            .map(|name| self.cluster_host(&name));
        let named = host.and_then(control_host);
        match (named.filter(|host| self.may_follow(host)), built) {
            (Some(named), built) => {
                self.fallback_host = built.filter(|built| *built != named);
                self.go_to(named)
            }
            (None, Some(built)) => self.go_to(built),
            (None, None) => misdirected(&format!(
                "it was sent on to {}",
                lenient_json::clean_text(host.unwrap_or("nowhere"))
            )),
        }
    }

    /// Connects again with the page that the service accepts as the referrer. It is never fetched.
    pub(super) fn on_referrer(&mut self, redirect_url: Option<String>) -> SessionAction {
        const MAX_BYTES: usize = 2048;
        self.referrers += 1;
        let page = redirect_url.filter(|page| {
            page.len() <= MAX_BYTES && (page.starts_with("http://") || page.starts_with("https://"))
        });
        match (page, self.host.clone()) {
            (Some(page), Some(host))
                if self.referrers <= MAX_REFERRERS && page != self.referrer =>
            {
                self.referrer = page;
                self.go_to(host)
            }
            _ => SessionAction::Fail(Error::Locked(Lock::Embed)),
        }
    }

    /// Connects to `host`; fails if it was tried before with the same referrer.
    pub(super) fn go_to(&mut self, host: Host) -> SessionAction {
        let visit = (host.clone(), self.referrer.clone());
        if self.visited.contains(&visit) {
            return misdirected("it was sent in a circle");
        }
        self.visited.push(visit);
        self.host = Some(host.clone());
        SessionAction::Connect {
            secure: self.transport.is_secure(&host, &self.query),
            host,
            path: PATH,
            pause: Duration::ZERO,
            ahead: None,
        }
    }

    /// Returns whether the current host is asked over TLS.
    pub(super) fn is_secure(&self) -> bool {
        let here = self.host.as_ref();
        here.is_none_or(|host| self.transport.is_secure(host, &self.query))
    }

    fn cluster_host(&self, cluster: &str) -> Host {
        let parts = (&self.query, self.host_number);
        self.transport
            .cluster_host(cluster, parts, self.host.as_ref())
    }

    /// Returns whether a host that the service names may be followed.
    fn may_follow(&self, host: &Host) -> bool {
        let stays_secure = self.is_secure() && self.transport.is_secure(host, &self.query);
        stays_secure
            || Some(host) == self.host.as_ref()
            || follows_naming_rule(host, self.query.media)
    }
}

/// Parses the name of a control host. A port is ignored: until 2021 some were named with `:1935`
/// (observed).
fn control_host(named: &str) -> Option<Host> {
    const MAX_PORT_DIGITS: usize = 5;
    let is_port = |port: &str| {
        (1..=MAX_PORT_DIGITS).contains(&port.len())
            && port.bytes().all(|byte| byte.is_ascii_digit())
    };
    let name = match named.rsplit_once(':') {
        Some((name, port)) if is_port(port) => name,
        _ => named,
    };
    hosts::parse(name).filter(Host::is_control)
}

/// Returns whether a host name follows the service's naming rule (observed): entry hosts and hosts
/// of clusters are `r12345678-1-7-recorded-lp-omega`, for a running stream with `channel` in place of
/// `recorded`, and in 2016 without `-lp`; servers that a
/// connection is handed to are named by their IP address in hexadecimal, `a92ccb29-lp-omega`.
fn follows_naming_rule(host: &Host, media: MediaId) -> bool {
    let Some((label, _)) = host.control_label() else {
        return false;
    };
    let of_media = || {
        let (number, rest) = label.strip_prefix('r')?.split_once("-1-")?;
        let cluster = rest.strip_prefix(&format!("{media}-{}-", application(media)))?;
        let cluster = cluster.strip_prefix("lp-").unwrap_or(cluster);
        Some(is_number(number) && is_cluster_name(cluster))
    };
    let of_server = || {
        let (address, cluster) = label.split_once("-lp-")?;
        let is_address = address.len() == 8 && address.bytes().all(|it| it.is_ascii_hexdigit());
        Some(is_address && is_cluster_name(cluster))
    };
    of_media() == Some(true) || of_server() == Some(true)
}

fn is_number(digits: &str) -> bool {
    const MAX_DIGITS: usize = 8;
    (1..=MAX_DIGITS).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ChannelId, RecordingId};

    #[test]
    fn over_plain_http_only_hosts_with_regular_names_are_followed() {
        let is_followed_for = |media: MediaId, label: &str| {
            let host = hosts::parse(&format!("{label}.ums.ustream.tv"));
            host.is_some_and(|host| follows_naming_rule(&host, media))
        };
        let is_followed = |label: &str| is_followed_for(RecordingId(7).into(), label);
        let channel = ChannelId(7).into();
        assert!(is_followed_for(channel, "r1-1-7-channel-lp-omega"));
        assert!(!is_followed_for(channel, "r1-1-7-recorded-lp-omega"));
        for own in [
            "a92ccb29-lp-omega",
            "C742ECF6-lp-beta",
            "r12345678-1-7-recorded-lp-omega",
            "r1-1-7-recorded-lp-live",
            "r1-1-7-recorded-omega",
        ] {
            assert!(is_followed(own), "{own}");
        }
        for other in [
            "printer",
            "a92ccb2-lp-omega",
            "a92ccb29-lp-",
            "a92ccb29-lp-omega.x",
            "a92ccbzz-lp-omega",
            "r1-1-8-recorded-lp-omega",
            "r1-1-7-channel-lp-omega",
            "r-1-7-recorded-lp-omega",
            "rx-1-7-recorded-lp-omega",
            "r1-1-7-recorded-lp-a-cluster-of-a-long-name",
            "a92ccb29-lp-omega.evil",
        ] {
            assert!(!is_followed(other), "{other}");
        }
    }

    #[test]
    fn a_port_is_ignored_and_anything_else_after_a_name_is_refused() {
        let name = "a92ccb29-lp-omega.ums.ustream.tv";
        assert_eq!(
            control_host(&format!("{name}:1935")).unwrap().as_str(),
            name
        );
        for odd in [":", ":x", ":123456", ":80:80", ":80/x", "#:80", ":-1"] {
            assert_eq!(control_host(&format!("{name}{odd}")), None, "{odd}");
        }
        assert_eq!(control_host("video.ibm.com"), None);
    }

    #[test]
    fn the_longest_parts_still_make_a_valid_host() {
        let label = format!("r99999999-1-{}-recorded-ws-{}", u64::MAX, "a".repeat(16));
        assert!(hosts::parse(&format!("{label}.ums.ustream.tv")).is_some());
    }
}
