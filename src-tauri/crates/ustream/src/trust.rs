//! The TLS of all connections: the cryptography, which certificates are trusted, and what is wrong
//! with those that are not.

mod refused;

use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, OtherError, RootCertStore,
    SignatureScheme,
};
use rustls_platform_verifier::Verifier;

pub(crate) use refused::find as find_refused;
pub use refused::{CertificateProblem, RefusedCertificate};

/// Returns the certificate that a request failed for, if it failed because the server's certificate
/// is not trusted.
pub fn refused_certificate(error: &reqwest::Error) -> Option<RefusedCertificate> {
    find_refused(error)
}

/// Makes `ring` the cryptography library of the process, for clients that are built elsewhere:
/// `reqwest` has none of its own and panics without one. Further calls change nothing.
pub fn install_cryptography() {
    // An error means that a library is already installed.
    let _ = ring::default_provider().install_default();
}

/// Whether a certificate must be valid now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Validity {
    /// It must be valid at the time that the clock of this computer shows.
    Now,
    /// It must have been valid at some time. Only to ask a server for the time.
    AnyTime,
}

/// Returns the TLS configuration of a client: certificates of the system's authorities and of
/// `extra` are trusted. Fails if the system has no usable certificate store.
pub(crate) fn client_config(
    extra: Vec<CertificateDer<'static>>,
    validity: Validity,
) -> Result<ClientConfig, Error> {
    let cryptography = Arc::new(ring::default_provider());
    let verifier = ExplainingVerifier {
        inner: system_verifier(extra, Arc::clone(&cryptography))?,
        validity,
    };
    let mut config = ClientConfig::builder_with_provider(cryptography)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// Returns the TLS configuration of a client that trusts no certificate.
pub(crate) fn nobody() -> Result<ClientConfig, Error> {
    let cryptography = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(cryptography)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    Ok(config)
}

fn system_verifier(
    extra: Vec<CertificateDer<'static>>,
    cryptography: Arc<CryptoProvider>,
) -> Result<Verifier, Error> {
    if extra.is_empty() {
        Verifier::new(cryptography)
    } else {
        Verifier::new_with_extra_roots(extra, cryptography)
    }
}

/// The verifier of the system. Its errors become [`RefusedCertificate`], which names the issuer.
#[derive(Debug)]
struct ExplainingVerifier {
    inner: Verifier,
    validity: Validity,
}

impl ServerCertVerifier for ExplainingVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let time = match self.validity {
            Validity::Now => now,
            Validity::AnyTime => refused::middle_of_validity(end_entity).unwrap_or(now),
        };
        let verified = self.inner.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            time,
        );
        verified.map_err(|error| match error {
            Error::InvalidCertificate(problem) => {
                let since_epoch = Duration::from_secs(now.as_secs());
                let refused =
                    RefusedCertificate::new(&problem, end_entity, server_name, since_epoch);
                Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(refused))))
            }
            error => error,
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

#[cfg(test)]
mod tests;
