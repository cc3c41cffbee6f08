//! Where names lead and whom TLS trusts: the one seam between the real service and practice.

use std::net::SocketAddr;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::{Attempt, Policy};

use crate::hosts;

/// The website answers programs that do not name a browser differently.
const USER_AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 \
    (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36";

/// A host that has not let us in by then is down; the other mirrors are waiting.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// As many as browsers' forerunners followed; the service needs two.
const MOST_REDIRECTS: usize = 10;

/// The real service, or a practice service that answers for all its hosts.
#[derive(Clone, Debug, Default)]
pub struct Endpoint {
    practice: Option<Practice>,
}

#[derive(Clone, Debug)]
struct Practice {
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
    pub fn practice(address: SocketAddr, ca_pem: &[u8]) -> Result<Self, EndpointError> {
        let authority = reqwest::Certificate::from_pem(ca_pem).map_err(EndpointError::Authority)?;
        let endpoint = Self {
            practice: Some(Practice { address, authority }),
        };
        // A certificate is only read when a client is built with it.
        endpoint.http().build().map_err(EndpointError::Authority)?;
        Ok(endpoint)
    }

    /// A client that reaches this endpoint, with the system's certificates and proxies.
    ///
    /// It follows redirects to the service's own hosts only.
    pub(crate) fn http(&self) -> reqwest::ClientBuilder {
        self.builder()
            .redirect(Policy::custom(follow_within_the_service))
    }

    /// The same for other people's pages, which may lead anywhere.
    pub(crate) fn web(&self) -> reqwest::ClientBuilder {
        self.builder().redirect(Policy::limited(MOST_REDIRECTS))
    }

    /// HTTP/1.1 only, which the upgrade to a websocket needs.
    fn builder(&self) -> reqwest::ClientBuilder {
        let builder = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(CONNECT_TIMEOUT)
            .http1_only();
        match &self.practice {
            None => builder,
            // A proxy would look the names up itself, and find the real service.
            Some(practice) => builder
                .no_proxy()
                .dns_resolver(OneAddress(practice.address))
                .tls_certs_merge([practice.authority.clone()]),
        }
    }
}

fn follow_within_the_service(attempt: Attempt) -> reqwest::redirect::Action {
    let to = attempt.url();
    let is_web = matches!(to.scheme(), "http" | "https");
    if !is_web || !to.host_str().is_some_and(hosts::is_known) {
        let host = to.host_str().unwrap_or("nowhere").to_owned();
        return attempt.error(format!("it redirects to {host}, which is not its own"));
    }
    if attempt.previous().len() > MOST_REDIRECTS {
        return attempt.error("it redirects in circles");
    }
    attempt.follow()
}

/// Answers every name with one address. Its port holds wherever a URL names none.
struct OneAddress(SocketAddr);

impl Resolve for OneAddress {
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
        assert!(Endpoint::practice(address, broken).is_err());
    }
}
