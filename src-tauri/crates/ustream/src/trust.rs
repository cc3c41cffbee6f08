//! The cryptography of TLS connections; tells a refused certificate from other connection errors.

use std::error::Error as StdError;
use std::io;

use rustls::Error as Tls;

use crate::lenient_json;

/// Makes `ring` the cryptography library of the process; `reqwest` has none of its own and panics
/// if a client is built before this. Further calls change nothing.
pub fn install_cryptography() {
    // An error means that a library is already installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Returns whether a request failed because the server's certificate is not trusted, has expired or
/// belongs to another host.
///
/// Returns `false` for other TLS errors, such as a server that does not speak TLS.
pub fn refused_certificate(error: &reqwest::Error) -> bool {
    certificate_problem(error).is_some()
}

/// Returns what is wrong with the certificate; `None` if the request failed for another reason.
pub(crate) fn certificate_problem(error: &(dyn StdError + 'static)) -> Option<String> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let found = error.downcast_ref().or_else(|| wrapped(error));
        if let Some(tls) = found.filter(|tls| is_refusal(tls)) {
            // The text may hold names from an untrusted certificate.
            return Some(lenient_json::clean_text(&tls.to_string()));
        }
        cause = error.source();
    }
    None
}

/// Returns the TLS error inside an I/O error; `source` of an I/O error skips it.
fn wrapped<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a Tls> {
    let inner = error.downcast_ref::<io::Error>()?.get_ref()?;
    inner.downcast_ref().or_else(|| wrapped(inner))
}

fn is_refusal(error: &Tls) -> bool {
    matches!(
        error,
        Tls::InvalidCertificate(_)
            | Tls::NoCertificatesPresented
            | Tls::UnsupportedNameType
            | Tls::InvalidCertRevocationList(_)
    )
}

#[cfg(test)]
mod tests {
    use rustls::{AlertDescription, CertificateError, InvalidMessage};

    use super::*;

    #[test]
    fn a_refused_certificate_is_found_at_any_depth() {
        let refused = || Tls::InvalidCertificate(CertificateError::UnknownIssuer);
        let once = io::Error::new(io::ErrorKind::InvalidData, refused());
        assert!(
            certificate_problem(&once)
                .unwrap()
                .contains("UnknownIssuer")
        );
        let twice = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, refused()));
        assert!(certificate_problem(&twice).is_some());
        assert!(certificate_problem(&refused()).is_some());
    }

    #[test]
    fn other_tls_errors_are_not_refused_certificates() {
        let no_tls = Tls::InvalidMessage(InvalidMessage::InvalidContentType);
        let alert = Tls::AlertReceived(AlertDescription::InternalError);
        for other in [no_tls, alert, Tls::HandshakeNotComplete] {
            assert_eq!(
                certificate_problem(&io::Error::new(io::ErrorKind::InvalidData, other)),
                None
            );
        }
        assert_eq!(
            certificate_problem(&io::Error::from(io::ErrorKind::ConnectionReset)),
            None
        );
    }
}
