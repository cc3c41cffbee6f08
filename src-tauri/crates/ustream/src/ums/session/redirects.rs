//! Where a session goes when the service sends it on, and where it does not.
//!
//! Over TLS the service may name any host of its control connection. Over plain HTTP anybody on
//! the line may have written the answer: a host is then only followed if its name is one that we
//! could have built ourselves, or has the form of the servers that long polling is known to be
//! handed to.

use std::time::Duration;

use super::super::message::Tracking;
use super::{Session, SessionAction, misdirected};
use crate::hosts::{self, Host};
use crate::{Error, Lock, RecordingId, lenient_json};

/// The path of every control connection.
const PATH: &str = "/1/ustream";

/// No name of a connection comes near it.
const MAX_CONNECTION_ID_BYTES: usize = 256;

/// Hosts in a row that send us on; one is usual.
const MAX_REDIRECTS: usize = 5;

/// Pages that may be asked for in a row; two have been seen.
const MAX_REFERRERS: usize = 2;

impl Session {
    /// Continues long polling at the host that is named, else at the one that was asked.
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

    /// Goes to the host that is named, where it may be followed; else, or where it cannot be
    /// reached, to the one whose name is made of the cluster's.
    pub(super) fn on_cluster(&mut self, name: Option<String>, host: Option<&str>) -> SessionAction {
        self.redirects += 1;
        if self.redirects > MAX_REDIRECTS {
            return misdirected("it was sent on too often");
        }
        let made = name
            .filter(|name| is_cluster_name(name))
            .map(|name| self.cluster_host(&name));
        let named = host.and_then(control_host);
        match (named.filter(|host| self.may_follow(host)), made) {
            (Some(named), made) => {
                self.fallback_host = made.filter(|made| *made != named);
                self.go_to(named)
            }
            (None, Some(made)) => self.go_to(made),
            (None, None) => misdirected(&format!(
                "it was sent on to {}",
                lenient_json::clean_text(host.unwrap_or("nowhere"))
            )),
        }
    }

    /// Names the page that is wanted as the one that embeds the recording. It is never fetched.
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
        }
    }

    /// Returns whether the host that is asked at the moment is asked over TLS.
    pub(super) fn is_secure(&self) -> bool {
        let here = self.host.as_ref();
        here.is_none_or(|host| self.transport.is_secure(host, &self.query))
    }

    fn cluster_host(&self, cluster: &str) -> Host {
        let made_of = (&self.query, self.host_number);
        self.transport
            .cluster_host(cluster, made_of, self.host.as_ref())
    }

    /// Returns whether a host that the service names may be asked.
    fn may_follow(&self, host: &Host) -> bool {
        let stays_secure = self.is_secure() && self.transport.is_secure(host, &self.query);
        stays_secure
            || Some(host) == self.host.as_ref()
            || follows_naming_rule(host, self.query.recording)
    }
}

/// Returns the host of the control connection that is named. Its port is not used: until 2021 some
/// were named with `:1935`.
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

/// Returns whether a host is called as the rule of the service has it: the entry hosts and those
/// of clusters `r12345678-1-7-recorded-lp-omega`, in 2016 without `-lp`, and the servers that a
/// connection is handed to, by their address in hexadecimal digits, `a92ccb29-lp-omega`.
fn follows_naming_rule(host: &Host, recording: RecordingId) -> bool {
    let Some((label, _)) = host.control_label() else {
        return false;
    };
    let of_recording = || {
        let (front, rest) = label.strip_prefix('r')?.split_once("-1-")?;
        let cluster = rest.strip_prefix(&format!("{recording}-recorded-"))?;
        let cluster = cluster.strip_prefix("lp-").unwrap_or(cluster);
        Some(is_number(front) && is_cluster_name(cluster))
    };
    let of_server = || {
        let (address, cluster) = label.split_once("-lp-")?;
        let is_address = address.len() == 8 && address.bytes().all(|it| it.is_ascii_hexdigit());
        Some(is_address && is_cluster_name(cluster))
    };
    of_recording() == Some(true) || of_server() == Some(true)
}

fn is_number(digits: &str) -> bool {
    const MAX_BYTES: usize = 8;
    (1..=MAX_BYTES).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns whether a cluster's name fits into one label of a host name beside the rest.
fn is_cluster_name(name: &str) -> bool {
    const MAX_BYTES: usize = 16;
    (1..=MAX_BYTES).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_plain_http_only_hosts_that_are_called_by_rule_are_followed() {
        let is_followed = |label: &str| {
            let host = hosts::parse(&format!("{label}.ums.ustream.tv"));
            host.is_some_and(|host| follows_naming_rule(&host, RecordingId(7)))
        };
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
            "r-1-7-recorded-lp-omega",
            "rx-1-7-recorded-lp-omega",
            "r1-1-7-recorded-lp-a-cluster-of-a-long-name",
            "a92ccb29-lp-omega.evil",
        ] {
            assert!(!is_followed(other), "{other}");
        }
    }

    #[test]
    fn a_port_is_not_used_and_nothing_else_may_stand_behind_a_name() {
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
    fn the_longest_names_still_make_a_host() {
        let label = format!("r99999999-1-{}-recorded-ws-{}", u64::MAX, "a".repeat(16));
        assert!(hosts::parse(&format!("{label}.ums.ustream.tv")).is_some());
    }
}
