use std::sync::Arc;
use std::{error, io};

use rustls::{AlertDescription, CertificateError, Error as Tls, InvalidMessage, OtherError};

use super::refused::find;
use super::*;

/// A certificate for `video.example` of the organisation "Inspector Ltd", valid in the year 2001.
const CERTIFICATE: &[u8] = include_bytes!("certificate-of-2001.der");
const DURING_2001: Duration = Duration::from_hours(275_000);

fn refused(problem: &CertificateError, host: &str, now: Duration) -> RefusedCertificate {
    let host = ServerName::try_from(host.to_owned()).unwrap();
    RefusedCertificate::new(problem, &CertificateDer::from(CERTIFICATE), &host, now)
}

#[test]
fn the_problem_of_a_certificate_and_its_issuer_are_named() {
    use CertificateProblem as Problem;
    for (problem, host, now, expected) in [
        (
            CertificateError::UnknownIssuer,
            "video.example",
            DURING_2001,
            Problem::UnknownIssuer,
        ),
        (
            CertificateError::UnknownIssuer,
            "login.example",
            DURING_2001,
            Problem::OtherHost,
        ),
        (
            CertificateError::NotValidForName,
            "login.example",
            Duration::ZERO,
            Problem::OtherHost,
        ),
        (
            CertificateError::Expired,
            "video.example",
            DURING_2001 * 2,
            Problem::OutOfDate,
        ),
        (
            CertificateError::NotValidYet,
            "video.example",
            Duration::ZERO,
            Problem::OutOfDate,
        ),
        (
            CertificateError::Revoked,
            "video.example",
            DURING_2001,
            Problem::Other,
        ),
    ] {
        let refused = refused(&problem, host, now);
        assert_eq!(refused.problem, expected, "{problem:?} {host}");
        assert_eq!(refused.issuer(), "Inspector Ltd");
        assert!(refused.to_string().ends_with("(issued by Inspector Ltd)"));
    }
}

#[test]
fn bytes_that_are_no_certificate_name_no_issuer() {
    let host = ServerName::try_from("video.example").unwrap();
    for bytes in [&b""[..], b"\x30\x03\x02\x01\x01", &CERTIFICATE[..100]] {
        let bytes = CertificateDer::from(bytes);
        let refused =
            RefusedCertificate::new(&CertificateError::BadEncoding, &bytes, &host, DURING_2001);
        assert_eq!(refused.problem, CertificateProblem::OtherHost);
        assert_eq!(refused.issuer(), "?");
        assert_eq!(refused::middle_of_validity(&bytes), None);
    }
}

#[test]
fn the_middle_of_the_validity_lies_in_it() {
    let middle = refused::middle_of_validity(&CertificateDer::from(CERTIFICATE)).unwrap();
    let year = 978_307_200..1_009_843_200;
    assert!(year.contains(&middle.as_secs()), "{middle:?}");
}

#[test]
fn a_refused_certificate_is_found_at_any_depth() {
    let refusal = refused(
        &CertificateError::UnknownIssuer,
        "video.example",
        DURING_2001,
    );
    let explained = OtherError(Arc::new(refusal.clone()));
    let explained = || Tls::InvalidCertificate(CertificateError::Other(explained.clone()));
    let once = io::Error::new(io::ErrorKind::InvalidData, explained());
    assert_eq!(find(&once), Some(refusal.clone()));
    let twice = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, explained()));
    assert_eq!(find(&twice), Some(refusal.clone()));
    assert_eq!(find(&explained()), Some(refusal));
    let plain = Tls::InvalidCertificate(CertificateError::UnknownIssuer);
    let found = find(&plain).unwrap();
    assert_eq!(found.problem, CertificateProblem::Other);
    assert!(found.to_string().contains("UnknownIssuer"), "{found}");
}

#[test]
fn other_tls_errors_are_not_refused_certificates() {
    let no_tls = Tls::InvalidMessage(InvalidMessage::InvalidContentType);
    let alert = Tls::AlertReceived(AlertDescription::InternalError);
    for other in [no_tls, alert, Tls::HandshakeNotComplete] {
        let error: Box<dyn error::Error> =
            Box::new(io::Error::new(io::ErrorKind::InvalidData, other));
        assert_eq!(find(&*error), None);
    }
    assert_eq!(find(&io::Error::from(io::ErrorKind::ConnectionReset)), None);
}
