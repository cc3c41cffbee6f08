//! Where a segment, a file or a thumbnail may be redirected to: the servers of a CDN hand requests on
//! to others, whose names are not known before.
//!
//! Such a request carries no cookie and no referrer, but it must not reach this computer or the local
//! network. The name is checked here; what it resolves to, when the connection is made. A proxy
//! resolves names itself.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::{Action, Attempt, Policy};
use url::{Host, Url};

use crate::{hosts, lenient_json};

/// Most redirects of one request.
const MAX_REDIRECTS: usize = 5;

/// Most hosts that are remembered; a CDN has a few.
const MAX_HOSTS: usize = 256;

/// Names that never leave a computer or a local network (RFC 6761, 6762, 8375, and ICANN's reserved
/// `internal`).
const LOCAL_DOMAINS: [&str; 4] = ["localhost", "local", "home.arpa", "internal"];

/// The hosts that requests were redirected to and that are not the service's.
#[derive(Clone, Debug, Default)]
pub(crate) struct ForeignHosts(Arc<Mutex<HashSet<String>>>);

impl ForeignHosts {
    /// Returns the redirect policy; hosts that it allows must be resolved by [`Self::resolver`].
    pub(crate) fn policy(&self) -> Policy {
        let hosts = self.clone();
        Policy::custom(move |attempt| hosts.follow(attempt))
    }

    /// Returns a resolver that fails for a foreign host with addresses of a local network only.
    /// `mock` is the address of a mock service, which is allowed.
    pub(crate) fn resolver(
        &self,
        inner: Arc<dyn Resolve>,
        mock: Option<IpAddr>,
    ) -> GuardedResolver {
        GuardedResolver {
            inner,
            hosts: self.clone(),
            mock,
        }
    }

    fn follow(&self, attempt: Attempt) -> Action {
        let (from, to) = (attempt.previous().last(), attempt.url());
        let refusal = if attempt.previous().len() > MAX_REDIRECTS {
            Some("it redirects too often".to_owned())
        } else {
            from.and_then(|from| refusal(from, to))
        };
        let is_foreign = !hosts::is_cdn_url(to);
        let host = to.host_str().unwrap_or_default().to_owned();
        match refusal {
            Some(problem) => attempt.error(problem),
            None if is_foreign && !self.insert(host) => {
                attempt.error("it redirects to too many hosts")
            }
            None => attempt.follow(),
        }
    }

    /// Remembers a host; returns false if there are too many.
    fn insert(&self, host: String) -> bool {
        let mut hosts = self.lock();
        let has_room = hosts.len() < MAX_HOSTS || hosts.contains(&host);
        if has_room {
            hosts.insert(host);
        }
        has_room
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<String>> {
        // Each statement leaves the set valid, so a poisoned lock can still be used.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns why a redirect must not be followed, in words for an error; `None` if it may be.
fn refusal(from: &Url, to: &Url) -> Option<String> {
    if from.scheme() == "https" && to.scheme() != "https" {
        return Some("it redirects from TLS to plain HTTP".to_owned());
    }
    if hosts::is_cdn_url(to) || is_public_url(to) {
        return None;
    }
    let host = lenient_json::clean_text(to.host_str().unwrap_or("nowhere"));
    Some(format!(
        "it redirects to {host}, which is no server of a CDN"
    ))
}

/// Returns whether a URL names a host that anybody can reach over TLS: no address, port, user name or
/// name of a local network.
fn is_public_url(url: &Url) -> bool {
    let Some(Host::Domain(name)) = url.host() else {
        return false;
    };
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_local = |domain: &str| {
        name.strip_suffix(domain)
            .is_some_and(|sub| sub.is_empty() || sub.ends_with('.'))
    };
    url.scheme() == "https"
        && url.port().is_none()
        && url.username().is_empty()
        && url.password().is_none()
        && name.contains('.')
        && !LOCAL_DOMAINS.iter().any(|domain| is_local(domain))
}

/// Resolves names, and checks the addresses of foreign hosts.
pub(crate) struct GuardedResolver {
    inner: Arc<dyn Resolve>,
    hosts: ForeignHosts,
    mock: Option<IpAddr>,
}

/// A foreign host whose name leads into a local network.
#[derive(Debug, thiserror::Error)]
#[error("its name leads to an address of a local network")]
struct LocalAddress;

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let is_foreign = self.hosts.lock().contains(name.as_str());
        let resolving = self.inner.resolve(name);
        if !is_foreign {
            return resolving;
        }
        let mock = self.mock;
        Box::pin(async move {
            let is_allowed = |address: &SocketAddr| {
                is_public(address.ip()) || mock.is_some_and(|mock| mock == address.ip())
            };
            let public: Vec<SocketAddr> = resolving.await?.filter(is_allowed).collect();
            if public.is_empty() {
                return Err(LocalAddress.into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Asks the system, as reqwest does by itself.
pub(crate) struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // A port of 0 is replaced by that of the URL.
            let addresses: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// Returns whether an address belongs to a host on the internet.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => embedded_v4(address).map_or(is_public_v6(address), is_public_v4),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    let is_special = match (first, second) {
        // This network, shared by carriers (RFC 6598), benchmarks (RFC 2544), reserved.
        (0 | 240.., _) | (100, 64..=127) | (198, 18..=19) => true,
        (192, 0) => third == 0,
        _ => false,
    };
    !is_special
        && !address.is_private()
        && !address.is_loopback()
        && !address.is_link_local()
        && !address.is_multicast()
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let first = address.segments()[0];
    // Only 2000::/3 is in use on the internet (RFC 4291 2.4); Teredo leads to unknown IPv4 addresses.
    first & 0xe000 == 0x2000 && address.segments()[..2] != [0x2001, 0]
}

/// Returns the IPv4 address inside an IPv6 address: mapped, NAT64 (RFC 6052) or 6to4 (RFC 3056).
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let segments = address.segments();
    let of = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match segments {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => Some(of(high, low)),
        _ => address.to_ipv4_mapped(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(from: &str, to: &str) -> Option<String> {
        refusal(&from.parse().unwrap(), &to.parse().unwrap())
    }

    const SEGMENT: &str = "https://vod-cdn.ustream.tv/1.flv";

    #[test]
    fn a_segment_may_be_redirected_to_a_public_host_over_tls() {
        for to in [
            "https://uhsakamai-a.akamaihd.net/1.flv",
            "https://edge-17.cdn.example.net/1.flv?token=x",
            "https://d1234.cloudfront.net:443/1.flv",
        ] {
            assert_eq!(why(SEGMENT, to), None, "{to}");
        }
        let plain = "http://vod-cdn.ustream.tv/1.flv";
        assert_eq!(why(plain, "https://edge.cdn.example.net/1.flv"), None);
        assert_eq!(why(plain, "http://uhs-akamai.ustream.tv/1.flv"), None);
    }

    #[test]
    fn a_redirect_that_could_reach_this_computer_or_its_network_is_refused() {
        for to in [
            "http://vod-cdn.ustream.tv/1.flv",
            "http://edge.cdn.example.net/1.flv",
            "https://user@edge.cdn.example.net/1.flv",
            "https://:word@edge.cdn.example.net/1.flv",
            "https://edge.cdn.example.net:8443/1.flv",
            "https://127.0.0.1/1.flv",
            "https://2130706433/1.flv",
            "https://0x7f.1/1.flv",
            "https://[::1]/1.flv",
            "https://169.254.169.254/latest",
            "https://10.0.0.1/1.flv",
            "https://192.0.2.1/1.flv",
            "https://localhost/1.flv",
            "https://localhost./1.flv",
            "https://router/1.flv",
            "https://nas.local/1.flv",
            "https://fritz.home.arpa/1.flv",
            "https://metadata.google.internal/1.flv",
            "ftp://edge.cdn.example.net/1.flv",
            "file:///etc/passwd",
            "data:text/plain,x",
        ] {
            assert!(why(SEGMENT, to).is_some(), "{to}");
        }
        // Plain HTTP is no reason to leave the service's hosts without TLS.
        let plain = "http://vod-cdn.ustream.tv/1.flv";
        assert!(why(plain, "http://edge.cdn.example.net/1.flv").is_some());
    }

    #[test]
    fn addresses_of_local_networks_are_known() {
        for local in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.8",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "2001::1",
            "2002:7f00:1::",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(local.parse().unwrap()), "{local}");
        }
        for public in [
            "23.45.67.89",
            "100.128.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "2600:1400::1",
            "2a02:26f0::1",
            "64:ff9b::1717:1717",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    /// Resolves every name to the same addresses.
    struct Stub(Vec<SocketAddr>);

    impl Resolve for Stub {
        fn resolve(&self, _: Name) -> Resolving {
            let addresses: Addrs = Box::new(self.0.clone().into_iter());
            Box::pin(std::future::ready(Ok(addresses)))
        }
    }

    #[tokio::test]
    async fn a_foreign_name_that_leads_into_a_local_network_is_not_resolved() {
        let hosts = ForeignHosts::default();
        assert!(hosts.insert("edge.cdn.example.net".to_owned()));
        let resolve = async |addresses: &[&str], mock: Option<IpAddr>, name: &str| {
            let addresses = addresses
                .iter()
                .map(|it| (it.parse::<IpAddr>().unwrap(), 0).into());
            let resolver = hosts.resolver(Arc::new(Stub(addresses.collect())), mock);
            let found = resolver.resolve(name.parse().unwrap()).await;
            found
                .map(Iterator::count)
                .map_err(|error| error.to_string())
        };
        let foreign = "edge.cdn.example.net";
        let mixed = ["10.0.0.1", "23.45.67.89", "fe80::1"];
        assert_eq!(resolve(&mixed, None, foreign).await, Ok(1));
        for local in ["127.0.0.1", "::1", "192.168.0.1"] {
            let error = resolve(&[local], None, foreign).await.unwrap_err();
            assert!(error.contains("local network"), "{error}");
            // A proxy, or a host of the service, may be in the local network.
            assert_eq!(resolve(&[local], None, "proxy.example.org").await, Ok(1));
        }
        let mock = "127.0.0.1".parse().unwrap();
        assert_eq!(resolve(&["127.0.0.1"], Some(mock), foreign).await, Ok(1));
        assert!(resolve(&["127.0.0.2"], Some(mock), foreign).await.is_err());
    }

    #[test]
    fn the_number_of_foreign_hosts_is_bounded() {
        let hosts = ForeignHosts::default();
        let allowed = (0..2 * MAX_HOSTS).filter(|number| hosts.insert(format!("{number}.example")));
        assert_eq!(allowed.count(), MAX_HOSTS);
        assert!(hosts.insert("1.example".to_owned()));
    }
}
