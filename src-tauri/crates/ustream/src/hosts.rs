//! Which hosts are the service's own: nothing else it names is ever asked.

/// Domains of the website and everything around it.
const SITES: [&str; 3] = ["ustream.tv", "video.ibm.com", "ustre.am"];

/// Domains of the control connection.
const CONTROL: [&str; 2] = ["ums.ustream.tv", "ums.services.video.ibm.com"];

/// Domains that hold pieces and pictures. `akamaihd.net` is shared with others, but serves files
/// only, and the service has kept its pieces there since 2017.
const CDN: [&str; 3] = ["ustream.tv", "video.ibm.com", "akamaihd.net"];

/// A page, an API or the short links of the service.
pub(crate) fn is_site(host: &str) -> bool {
    is_under(host, &SITES)
}

/// A server of the control connection.
pub(crate) fn is_control(host: &str) -> bool {
    is_under(host, &CONTROL)
}

/// A server of pieces or pictures.
pub(crate) fn is_cdn(host: &str) -> bool {
    is_under(host, &CDN)
}

/// Any of them: where a redirect may lead.
pub(crate) fn is_known(host: &str) -> bool {
    is_site(host) || is_cdn(host)
}

fn is_under(host: &str, domains: &[&str]) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    domains.iter().any(|domain| {
        host.strip_suffix(domain)
            .is_some_and(|sub| sub.is_empty() || sub.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_known_by_its_domain_and_not_by_its_looks() {
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
        ] {
            assert!(!is_known(other), "{other}");
        }
        assert!(is_control(
            "r1-1-2-recorded-ws-live.ums.services.video.ibm.com"
        ));
        assert!(!is_control("video.ibm.com"));
        assert!(is_cdn("uhsakamai-a.akamaihd.net"));
        assert!(!is_cdn("akamaihd.net.evil.com"));
    }
}
