//! Where names lead and whom TLS trusts: the one seam between the real service and practice.

use std::net::SocketAddr;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::{Action, Attempt, Policy};
use url::Url;

use crate::{hosts, lenient_json};

/// The website answers programs that do not name a browser differently.
const USER_AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 \
    (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36";

/// A host that has not let us in by then is down; the other mirrors are waiting.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// As many as browsers' forerunners followed; the service needs two.
pub(crate) const MOST_REDIRECTS: usize = 10;

/// The real service, or a practice service that answers for all its hosts.
#[derive(Clone, Debug, Default)]
pub struct Endpoint {
    mock: Option<MockEndpoint>,
}

#[derive(Clone, Debug)]
struct MockEndpoint {
    address: SocketAddr,
    authority: reqwest::Certificate,
}

/// Why an endpoint cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// The certificate authority is not a PEM certificate.
    #[error("that is not a certificate authority: {0}")]
    Authority(#[source] reqwest::Error),
}

impl Endpoint {
    /// Every host leads to `address`, and the authority of `ca_pem` is trusted besides the
    /// system's. Addresses, host checks, redirects and TLS run as in earnest.
    pub fn mock(address: SocketAddr, ca_pem: &[u8]) -> Result<Self, EndpointError> {
        let authority = reqwest::Certificate::from_pem(ca_pem).map_err(EndpointError::Authority)?;
        let endpoint = Self {
            mock: Some(MockEndpoint { address, authority }),
        };
        // A certificate is only read when a client is built with it.
        endpoint
            .service()
            .build()
            .map_err(EndpointError::Authority)?;
        Ok(endpoint)
    }

    /// Builds what asks the website, the API and the control connection.
    ///
    /// It follows no redirect by itself: a redirect of the website is followed by
    /// [`crate::http::get`], which looks at each; all others are refused, since what is asked there
    /// may hold a password or the answers of a form.
    pub(crate) fn service(&self) -> reqwest::ClientBuilder {
        self.builder().redirect(Policy::none())
    }

    /// Builds what fetches segments and pictures: it keeps no cookie, and follows redirects among
    /// the servers of segments only.
    pub(crate) fn media(&self) -> reqwest::ClientBuilder {
        self.builder()
            .redirect(Policy::custom(follow_media_redirect))
    }

    /// Builds what reads other people's pages, which may lead anywhere.
    pub(crate) fn web(&self) -> reqwest::ClientBuilder {
        self.builder().redirect(Policy::limited(MOST_REDIRECTS))
    }

    /// HTTP/1.1 only, which the upgrade to a websocket needs. No request says which address led to
    /// it: the query of one may hold a secret.
    fn builder(&self) -> reqwest::ClientBuilder {
        let builder = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(CONNECT_TIMEOUT)
            .referer(false)
            .http1_only();
        match &self.mock {
            None => builder,
            // A proxy would look the names up itself, and find the real service.
            Some(practice) => builder
                .no_proxy()
                .dns_resolver(FixedResolver(practice.address))
                .tls_certs_merge([practice.authority.clone()]),
        }
    }
}

fn follow_media_redirect(attempt: Attempt) -> Action {
    let from = attempt.previous().last();
    let refusal = match from {
        Some(from) => redirect_refusal(from, attempt.url(), hosts::is_cdn_url),
        None => None,
    };
    if let Some(problem) = refusal {
        return attempt.error(problem);
    }
    if attempt.previous().len() > MOST_REDIRECTS {
        return attempt.error("it redirects in circles");
    }
    attempt.follow()
}

/// Says why a redirect is not followed.
///
/// From TLS none leads back to plain HTTP. Nothing of the service needs it: where plain HTTP is all
/// that a server may know, its address is tried on its own.
pub(crate) fn redirect_refusal(
    from: &Url,
    to: &Url,
    is_own: impl Fn(&Url) -> bool,
) -> Option<String> {
    if !is_own(to) {
        let host = lenient_json::clean_text(to.host_str().unwrap_or("nowhere"));
        return Some(format!("it redirects to {host}, which is not its own"));
    }
    let is_worse = from.scheme() == "https" && to.scheme() != "https";
    is_worse.then(|| "it redirects from TLS to plain HTTP".to_owned())
}

/// Answers every name with one address. Its port holds wherever a URL names none.
struct FixedResolver(SocketAddr);

impl Resolve for FixedResolver {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses: Addrs = Box::new(std::iter::once(self.0));
        Box::pin(std::future::ready(Ok(addresses)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_must_be_a_certificate() {
        let address = SocketAddr::from(([127, 0, 0, 1], 1));
        let broken = b"-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n";
        assert!(Endpoint::mock(address, broken).is_err());
    }

    #[test]
    fn redirects_stay_on_own_hosts_and_never_leave_tls() {
        let why = |from: &str, to: &str, is_own: fn(&Url) -> bool| {
            redirect_refusal(&from.parse().unwrap(), &to.parse().unwrap(), is_own)
        };
        let (page, old) = ("https://video.ibm.com/x", "http://www.ustream.tv/x");
        assert_eq!(why(old, page, hosts::is_site_url), None);
        assert!(why(page, old, hosts::is_site_url).unwrap().contains("TLS"));
        for foreign in [
            "https://somebody-else.akamaihd.net/x",
            "https://evil.example/",
            "https://user@video.ibm.com/",
            "https://video.ibm.com:8443/",
            "ftp://video.ibm.com/",
            "http://127.0.0.1/",
        ] {
            assert!(
                why(page, foreign, hosts::is_site_url).is_some(),
                "{foreign}"
            );
        }
        let segment = "https://vod-cdn.ustream.tv/1.flv";
        let mirror = "https://uhsakamai-a.akamaihd.net/1.flv";
        assert_eq!(why(segment, mirror, hosts::is_cdn_url), None);
        assert!(
            why(
                segment,
                "http://vod-cdn.ustream.tv/1.flv",
                hosts::is_cdn_url
            )
            .is_some()
        );
    }
}
