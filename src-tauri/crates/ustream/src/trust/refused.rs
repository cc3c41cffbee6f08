//! Why a certificate was refused, and finding that in the error of a request.

use std::error::Error as StdError;
use std::time::Duration;
use std::{fmt, io};

use rustls::client::verify_server_name;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, Error as Tls};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::causes::causes;
use crate::lenient_json;

/// Longest name of an issuer, in characters.
const MAX_ISSUER: usize = 100;

/// A certificate that a server showed and that is not trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedCertificate {
    /// What is wrong with it.
    pub problem: CertificateProblem,
    /// Who issued it. Empty if it names nobody.
    issuer: String,
    /// The words of the verifier.
    reason: String,
}

/// What is wrong with a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateProblem {
    /// It is for another host.
    OtherHost,
    /// It is not valid yet, or no longer, at the time that the clock of this computer shows.
    OutOfDate,
    /// Its issuer is not trusted.
    UnknownIssuer,
    /// Something else.
    Other,
}

impl CertificateProblem {
    /// Returns whether a log-in page of the network may have shown the certificate.
    pub fn is_of_login_page(self) -> bool {
        matches!(self, Self::OtherHost)
    }
}

impl RefusedCertificate {
    /// Returns who issued it, as the certificate says: an organisation or a name.
    pub fn issuer(&self) -> String {
        match self.issuer.as_str() {
            "" => "?".to_owned(),
            issuer => issuer.to_owned(),
        }
    }

    /// `now` counts from the start of 1970.
    pub(super) fn new(
        problem: &CertificateError,
        certificate: &CertificateDer<'_>,
        host: &ServerName<'_>,
        now: Duration,
    ) -> Self {
        let is_for_host = ParsedCertificate::try_from(certificate)
            .is_ok_and(|certificate| verify_server_name(&certificate, host).is_ok());
        let parsed = parse(certificate);
        let is_out_of_date = parsed.as_ref().is_some_and(|certificate| {
            let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
            let validity = certificate.validity();
            now < validity.not_before.timestamp() || now > validity.not_after.timestamp()
        });
        let problem_kind = match problem {
            // A log-in page shows its own certificate, which may have other faults too.
            _ if !is_for_host => CertificateProblem::OtherHost,
            // Another issuer of the same name has another key.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                CertificateProblem::UnknownIssuer
            }
            _ if is_out_of_date => CertificateProblem::OutOfDate,
            _ => CertificateProblem::Other,
        };
        Self {
            problem: problem_kind,
            issuer: parsed.as_ref().map(issuer).unwrap_or_default(),
            reason: lenient_json::clean_text(&problem.to_string()),
        }
    }
}

#[cfg(test)]
impl RefusedCertificate {
    /// Creates one for tests of what follows from it.
    pub(crate) fn of_unknown_issuer() -> Self {
        Self {
            problem: CertificateProblem::UnknownIssuer,
            issuer: "Inspector Ltd".to_owned(),
            reason: "UnknownIssuer".to_owned(),
        }
    }
}

impl fmt::Display for RefusedCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { issuer, reason, .. } = self;
        match issuer.as_str() {
            "" => f.write_str(reason),
            issuer => write!(f, "{reason} (issued by {issuer})"),
        }
    }
}

impl StdError for RefusedCertificate {}

/// Returns the certificate that a request failed for; `None` if it failed for another reason, such
/// as a server that does not speak TLS.
pub(crate) fn find(error: &(dyn StdError + 'static)) -> Option<RefusedCertificate> {
    causes(error)
        .find_map(|cause| cause.downcast_ref().or_else(|| wrapped(cause)))
        .and_then(refusal)
}

/// Returns the TLS error inside an I/O error; `source` of an I/O error skips it.
fn wrapped<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a Tls> {
    let inner = error.downcast_ref::<io::Error>()?.get_ref()?;
    inner.downcast_ref().or_else(|| wrapped(inner))
}

fn refusal(error: &Tls) -> Option<RefusedCertificate> {
    match error {
        Tls::InvalidCertificate(CertificateError::Other(other)) => {
            let refused = other.0.downcast_ref::<RefusedCertificate>();
            Some(refused.cloned().unwrap_or_else(|| unexplained(error)))
        }
        Tls::InvalidCertificate(_)
        | Tls::NoCertificatesPresented
        | Tls::UnsupportedNameType
        | Tls::InvalidCertRevocationList(_) => Some(unexplained(error)),
        _ => None,
    }
}

fn unexplained(error: &Tls) -> RefusedCertificate {
    RefusedCertificate {
        problem: CertificateProblem::Other,
        issuer: String::new(),
        reason: lenient_json::clean_text(&error.to_string()),
    }
}

/// Returns a time at which the certificate is valid; `None` if it cannot be read.
pub(super) fn middle_of_validity(certificate: &CertificateDer<'_>) -> Option<UnixTime> {
    let certificate = parse(certificate)?;
    let validity = certificate.validity();
    let middle = validity
        .not_before
        .timestamp()
        .midpoint(validity.not_after.timestamp());
    let seconds = u64::try_from(middle).ok()?;
    Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
}

fn parse<'a>(certificate: &'a CertificateDer<'_>) -> Option<X509Certificate<'a>> {
    let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
    Some(certificate)
}

/// Returns the organisation that issued the certificate, else the name.
fn issuer(certificate: &X509Certificate<'_>) -> String {
    let issuer = certificate.issuer();
    let organisation = issuer.iter_organization();
    let name = organisation
        .chain(issuer.iter_common_name())
        .filter_map(|attribute| attribute.as_str().ok())
        .find(|name| !name.trim().is_empty())
        .unwrap_or_default();
    let shortened: String = name.chars().take(MAX_ISSUER).collect();
    lenient_json::clean_text(shortened.trim())
}
