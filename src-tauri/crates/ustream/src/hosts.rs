//! The hosts of the service. Other hosts that the service names are never asked; only a segment may be
//! redirected to one, by the rules of `media_redirects`.
//!
//! A [`Host`] cannot be created from unchecked text, and URLs of hosts that the service names are
//! built only from a [`Host`].

use std::fmt;

use url::Url;

/// Domains of the website and everything around it.
const SITES: [&str; 3] = ["ustream.tv", "video.ibm.com", "ustre.am"];

/// Domains of the control connection.
const CONTROL: [&str; 2] = ["ums.ustream.tv", "ums.services.video.ibm.com"];

/// Domains that serve segments and thumbnails. `akamaihd.net` is shared with other customers of the
/// CDN: it is asked only for media and thumbnails, without cookies and without a referrer.
const CDN: [&str; 3] = ["ustream.tv", "video.ibm.com", "akamaihd.net"];

/// The name of a host below one of the service's domains, in lower case, without a port.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Host(String);

impl Host {
    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether it serves pages, the API or short links.
    pub(crate) fn is_site(&self) -> bool {
        is_under(&self.0, &SITES)
    }

    /// Returns whether it is a server of the control connection.
    pub fn is_control(&self) -> bool {
        is_under(&self.0, &CONTROL)
    }

    /// Returns whether it serves segments or thumbnails.
    pub(crate) fn is_cdn(&self) -> bool {
        is_under(&self.0, &CDN)
    }

    /// Builds a host of the control connection. `label` must be a valid host label.
    pub(crate) fn of_control(label: &str, domain: ControlDomain) -> Self {
        let name = format!("{label}.{}", domain.name());
        debug_assert!(parse(&name).is_some(), "{name}");
        Self(name)
    }

    /// Returns the label in front of a control domain; `None` unless there is exactly one.
    pub(crate) fn control_label(&self) -> Option<(&str, ControlDomain)> {
        let (label, domain) = self.0.split_once('.')?;
        ControlDomain::ALL
            .into_iter()
            .find(|known| known.name() == domain)
            .map(|domain| (label, domain))
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A domain of the control connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ControlDomain {
    /// The domain since 2021 (observed). Its certificates cover one label.
    Current,
    /// The domain before. Long polling is known to work there only without TLS.
    Legacy,
}

impl ControlDomain {
    const ALL: [Self; 2] = [Self::Current, Self::Legacy];

    fn name(self) -> &'static str {
        match self {
            Self::Current => "ums.services.video.ibm.com",
            Self::Legacy => "ums.ustream.tv",
        }
    }
}

impl fmt::Display for ControlDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Parses the name of a host and accepts only hosts of the service.
///
/// Refuses everything that a URL parser could read as something else than the host: ports, paths,
/// queries, fragments, user names, percent encoding, non-ASCII letters and their encoded form. IP
/// addresses are refused because they are under no domain.
pub fn parse(text: &str) -> Option<Host> {
    const MAX_BYTES: usize = 253;
    let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
    if name.len() > MAX_BYTES || !name.split('.').all(is_label) {
        return None;
    }
    let is_own = is_under(&name, &SITES) || is_under(&name, &CDN);
    is_own.then_some(Host(name))
}

/// Returns the host of a URL if it is a host of the service; `None` for other hosts, and for URLs
/// with a port, a user name or another scheme than HTTP.
pub fn of_url(url: &Url) -> Option<Host> {
    let is_plain = matches!(url.scheme(), "http" | "https")
        && url.port().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if is_plain {
        parse(url.host_str()?)
    } else {
        None
    }
}

/// Returns whether a URL may be asked for segments or thumbnails.
pub(crate) fn is_cdn_url(url: &Url) -> bool {
    of_url(url).is_some_and(|host| host.is_cdn())
}

/// Returns whether a URL may be asked for pages, playlists or by the API's client.
pub(crate) fn is_site_url(url: &Url) -> bool {
    of_url(url).is_some_and(|host| host.is_site())
}

/// Returns whether a host serves pages, the API or short links.
pub(crate) fn is_site(host: &str) -> bool {
    parse(host).is_some_and(|host| host.is_site())
}

/// Returns whether a host is a server of the control connection.
pub(crate) fn is_control(host: &str) -> bool {
    parse(host).is_some_and(|host| host.is_control())
}

/// Returns whether a host label has only letters, digits and inner hyphens (RFC 1123 2.1). Encoded
/// labels (`xn--`) are refused: the service has none, so they would be an imitation.
fn is_label(label: &str) -> bool {
    const MAX_BYTES: usize = 63;
    (1..=MAX_BYTES).contains(&label.len())
        && label
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
        && !label.starts_with("xn--")
}

fn is_under(host: &str, domains: &[&str]) -> bool {
    domains.iter().any(|domain| {
        host.strip_suffix(domain)
            .is_some_and(|sub| sub.is_empty() || sub.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_recognized_by_its_domain() {
        for own in [
            "ustream.tv",
            "WWW.Ustream.TV",
            "api.video.ibm.com.",
            "ustre.am",
        ] {
            assert!(is_site(own), "{own}");
        }
        for other in [
            "ustream.tv.evil.com",
            "evilustream.tv",
            "xvideo.ibm.com",
            "ibm.com",
            "",
            ".",
        ] {
            assert_eq!(parse(other), None, "{other}");
        }
        assert!(is_control(
            "r1-1-2-recorded-ws-live.ums.services.video.ibm.com"
        ));
        assert!(!is_control("video.ibm.com"));
        assert!(!is_site("uhsakamai-a.akamaihd.net"));
        assert!(parse("uhsakamai-a.akamaihd.net").unwrap().is_cdn());
        assert_eq!(parse("akamaihd.net.evil.com"), None);
    }

    #[test]
    fn text_that_a_url_parser_reads_as_another_host_is_refused() {
        for trick in [
            "evil.example#.ums.ustream.tv",
            "evil.example/.ums.ustream.tv",
            "evil.example?x=.ums.ustream.tv",
            "evil.example\\.ums.ustream.tv",
            "user@evil.example/.ums.ustream.tv",
            "evil.example:80#.ums.ustream.tv",
            "evil.example:.ums.ustream.tv",
            "x.ums.ustream.tv:25",
            "x.ums.ustream.tv@evil.example",
            "evil.example%2f.ums.ustream.tv",
            "evil.example%00.ums.ustream.tv",
            "evil.example\t.ums.ustream.tv",
            "evil.example\n.ums.ustream.tv",
            " ums.ustream.tv",
            "x..ums.ustream.tv",
            ".ums.ustream.tv",
            "ums.ustream.tv..",
            "-x.ums.ustream.tv",
            "\u{445}.ustream.tv",
            "\u{ff55}stream.tv",
            "ustream\u{3002}tv",
            "ums\u{ff0e}ustream.tv",
            "\u{202e}ustream.tv",
            "xn--strem-zra.ustream.tv",
            "[::1].ustream.tv",
            "127.0.0.1",
            "0x7f000001",
            "2130706433",
            "[::1]",
        ] {
            assert_eq!(parse(trick), None, "{trick:?}");
        }
        let long = format!("{}.ustream.tv", "a".repeat(64));
        assert_eq!(parse(&long), None);
    }

    #[test]
    fn a_url_with_a_user_name_a_port_or_another_scheme_is_refused() {
        let host = |address: &str| of_url(&Url::parse(address).unwrap());
        assert_eq!(
            host("https://VIDEO.ibm.com:443/x").unwrap().as_str(),
            "video.ibm.com"
        );
        for odd in [
            "https://video.ibm.com:22/x",
            "http://video.ibm.com:443/x",
            "https://user@video.ibm.com/",
            "https://:pw@video.ibm.com/",
            "ftp://video.ibm.com/",
            "file://video.ibm.com/etc/passwd",
            "https://192.168.1.1/",
            "https://evil.example\\@video.ibm.com/",
            "https://vide\u{43e}.ibm.com/",
        ] {
            assert_eq!(host(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_control_host_is_parsed_into_the_parts_it_was_built_from() {
        let built = Host::of_control("a92ccb29-lp-omega", ControlDomain::Legacy);
        assert_eq!(parse(built.as_str()), Some(built.clone()));
        assert_eq!(
            built.control_label(),
            Some(("a92ccb29-lp-omega", ControlDomain::Legacy))
        );
        let deeper = parse("a.b.ums.ustream.tv").unwrap();
        assert_eq!(deeper.control_label(), None);
        assert_eq!(parse("ums.ustream.tv").unwrap().control_label(), None);
    }
}
