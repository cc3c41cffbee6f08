//! Builds the HTTP clients: which address host names resolve to, which certificates are trusted and
//! which redirects are followed. The only place that tells the real service from a mock service.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use url::Url;

use crate::media_redirects::{ForeignHosts, SystemResolver};
use crate::trust::Validity;
use crate::{ProxySettings, lenient_json, trust};

/// The website answers differently to programs that do not name a browser (observed).
const USER_AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 \
    (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36";

/// Timeout for opening a connection; a slower host counts as down, and the next mirror is tried.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// Longest chain of redirects; the service needs two.
pub(crate) const MAX_REDIRECTS: usize = 10;

/// The real service, a mock service that answers for all its hosts, or none.
#[derive(Clone, Debug, Default)]
pub struct Endpoint {
    kind: EndpointKind,
    proxies: ProxySettings,
}

#[derive(Clone, Debug, Default)]
enum EndpointKind {
    #[default]
    Real,
    Mock(MockEndpoint),
    /// None is reached.
    Offline,
}

#[derive(Clone, Debug)]
struct MockEndpoint {
    address: SocketAddr,
    authority: CertificateDer<'static>,
}

/// Why an endpoint cannot be created.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// The certificate authority is not a PEM certificate.
    #[error("that is not a certificate authority: {0}")]
    Authority(String),
}

impl Endpoint {
    /// Creates a mock endpoint: every host name resolves to `address`, and the certificate
    /// authority `ca_pem` (PEM) is trusted besides those of the system. URLs, host checks, redirects
    /// and TLS work as with the real service.
    ///
    /// Fails if `ca_pem` is not a certificate.
    pub fn mock(address: SocketAddr, ca_pem: &[u8]) -> Result<Self, EndpointError> {
        let authority = CertificateDer::from_pem_slice(ca_pem)
            .map_err(|error| EndpointError::Authority(error.to_string()))?;
        let endpoint = Self {
            kind: EndpointKind::Mock(MockEndpoint { address, authority }),
            ..Self::default()
        };
        // The certificate is read only when a client is configured with it.
        endpoint
            .tls(Validity::Now)
            .map_err(|error| EndpointError::Authority(error.to_string()))?;
        Ok(endpoint)
    }

    /// Creates an endpoint for work on local files: it trusts no certificate, so that the hundreds of
    /// the system are not read.
    pub fn offline() -> Self {
        Self {
            kind: EndpointKind::Offline,
            ..Self::default()
        }
    }

    /// Returns the TLS configuration that all clients share. Fails if the system has no usable
    /// certificate store.
    pub(crate) fn tls(&self, validity: Validity) -> Result<ClientConfig, rustls::Error> {
        if matches!(self.kind, EndpointKind::Offline) {
            return trust::nobody();
        }
        let mut authorities = certificates_of_environment();
        authorities.extend(self.mocked().map(|mock| mock.authority.clone()));
        trust::client_config(authorities, validity)
    }

    fn mocked(&self) -> Option<&MockEndpoint> {
        match &self.kind {
            EndpointKind::Mock(mock) => Some(mock),
            EndpointKind::Real | EndpointKind::Offline => None,
        }
    }

    /// Returns the proxies of the clients; a mock endpoint uses none.
    pub fn proxies(&self) -> &ProxySettings {
        &self.proxies
    }

    /// Configures a client for the website, the API and the control connection.
    ///
    /// The client follows no redirect itself. `http::get` checks and follows those of the website;
    /// all others are refused, since the request may hold a password or the answers of a form.
    pub(crate) fn service(&self, tls: ClientConfig) -> reqwest::ClientBuilder {
        self.builder(tls).redirect(Policy::none())
    }

    /// Configures a client for segments, files and thumbnails. It keeps no cookies, follows redirects
    /// to any public host, and asks for bytes as they are stored: a range of an encoded file would be
    /// of no use.
    pub(crate) fn media(&self, tls: ClientConfig) -> reqwest::ClientBuilder {
        let foreign = ForeignHosts::default();
        let (resolver, mock): (Arc<dyn Resolve>, _) = match self.mocked() {
            None => (Arc::new(SystemResolver), None),
            Some(mock) => (
                Arc::new(FixedResolver(mock.address)),
                Some(mock.address.ip()),
            ),
        };
        let plain = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static("identity"))]);
        self.builder(tls)
            .default_headers(plain)
            .dns_resolver(foreign.resolver(resolver, mock))
            .redirect(foreign.policy())
    }

    /// Configures a client for pages of other sites, whose redirects may lead anywhere.
    pub(crate) fn web(&self, tls: ClientConfig) -> reqwest::ClientBuilder {
        self.builder(tls).redirect(Policy::limited(MAX_REDIRECTS))
    }

    /// Configures what all clients share: HTTP/1.1 only, since the upgrade to a websocket needs it,
    /// and no `Referer`, since the query of a URL may hold a secret.
    fn builder(&self, tls: ClientConfig) -> reqwest::ClientBuilder {
        let builder = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(CONNECT_TIMEOUT)
            .referer(false)
            .http1_only()
            .tls_backend_preconfigured(tls);
        match self.mocked() {
            None => builder.proxy(self.proxies.to_client()),
            // A proxy would resolve the names itself and reach the real service.
            Some(mock) => builder.no_proxy().dns_resolver(FixedResolver(mock.address)),
        }
    }
}

/// Returns the certificate authorities of `SSL_CERT_FILE`, which the verifier of the system reads by
/// itself on Linux only.
fn certificates_of_environment() -> Vec<CertificateDer<'static>> {
    match std::env::var_os("SSL_CERT_FILE") {
        Some(path) if !cfg!(target_os = "linux") => certificates(Path::new(&path)),
        _ => Vec::new(),
    }
}

/// Reads a PEM file of certificates; none if that fails, since those of the system still hold.
fn certificates(path: &Path) -> Vec<CertificateDer<'static>> {
    let certificates = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    certificates.unwrap_or_else(|problem| {
        tracing::warn!(path = %path.display(), %problem, "SSL_CERT_FILE cannot be used");
        Vec::new()
    })
}

/// Returns why a redirect must not be followed, in words for an error; `None` if it may be.
///
/// Refuses hosts that are not `is_own`, and redirects from TLS to plain HTTP. The service needs no
/// such downgrade: if a server may know only plain HTTP, its `http` URL is tried separately.
pub(crate) fn redirect_refusal(
    from: &Url,
    to: &Url,
    is_own: impl Fn(&Url) -> bool,
) -> Option<String> {
    if !is_own(to) {
        let host = lenient_json::clean_text(to.host_str().unwrap_or("nowhere"));
        return Some(format!("it redirects to {host}, which is not its own"));
    }
    let is_downgrade = from.scheme() == "https" && to.scheme() != "https";
    is_downgrade.then(|| "it redirects from TLS to plain HTTP".to_owned())
}

/// Resolves every name to one address. Its port is used for URLs that name none.
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
    use crate::hosts;

    #[test]
    fn a_mock_endpoint_requires_a_valid_certificate() {
        let address = SocketAddr::from(([127, 0, 0, 1], 1));
        let broken = b"-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n";
        assert!(Endpoint::mock(address, broken).is_err());
    }

    #[test]
    fn redirects_stay_on_own_hosts_and_never_leave_tls() {
        let why = |from: &str, to: &str, is_own: fn(&Url) -> bool| {
            redirect_refusal(&from.parse().unwrap(), &to.parse().unwrap(), is_own)
        };
        let (page, legacy) = ("https://video.ibm.com/x", "http://www.ustream.tv/x");
        assert_eq!(why(legacy, page, hosts::is_site_url), None);
        assert!(
            why(page, legacy, hosts::is_site_url)
                .unwrap()
                .contains("TLS")
        );
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
    }
}
