//! Tells a certificate that was refused from all other trouble of a connection.

use std::error::Error as StdError;
use std::io;

use rustls::Error as Tls;

use crate::lenient_json;

/// Returns whether a request failed since the server's certificate is not trusted, has expired or
/// is another's.
///
/// A server that does not speak TLS at all, or breaks off, has shown no certificate.
pub fn refused_certificate(error: &reqwest::Error) -> bool {
    certificate_problem(error).is_some()
}

/// Returns what is wrong with the certificate, where that is why a request failed.
pub(crate) fn certificate_problem(error: &(dyn StdError + 'static)) -> Option<String> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let found = error.downcast_ref().or_else(|| wrapped(error));
        if let Some(tls) = found.filter(|tls| is_refusal(tls)) {
            // Names in it are those of a stranger's certificate.
            return Some(lenient_json::clean_text(&tls.to_string()));
        }
        cause = error.source();
    }
    None
}

/// Returns the TLS error in an I/O error, whose `source` passes it over.
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
    fn a_refused_certificate_is_found_however_deep_it_lies() {
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
    fn other_trouble_with_tls_is_no_refusal() {
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
