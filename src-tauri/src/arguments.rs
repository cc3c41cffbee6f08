//! The command line arguments of the desktop app.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;
use engine::Endpoint;
use tauri::Url;

/// Saves ended Ustream and IBM Video streams as one file.
#[derive(Clone, Debug, Parser)]
#[command(version)]
pub(crate) struct Arguments {
    /// A link to begin with
    link: Option<String>,

    /// Address of a practice service that answers for all hosts
    #[arg(long, value_name = "ADDR", hide = true, requires = "practice_ca")]
    practice: Option<SocketAddr>,

    /// Certificate authority of the practice service
    #[arg(long, value_name = "FILE", hide = true, requires = "practice")]
    practice_ca: Option<PathBuf>,

    /// Where to look for updates, in a test
    #[arg(long, value_name = "URL", hide = true, requires_all = ["practice", "practice_update_key"])]
    practice_updates: Option<Url>,

    /// Public key of these updates
    #[arg(long, value_name = "KEY", hide = true, requires = "practice_updates")]
    practice_update_key: Option<String>,
}

/// Why the mock service cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MockServiceError {
    #[error("{}: {source}", .path.display())]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error(transparent)]
    Endpoint(#[from] engine::EndpointError),
}

/// URL scheme that browsers and mail programs pass on, before a link.
const SCHEME: &str = "ustream-dl:";

impl Arguments {
    /// Returns the link to open at the start.
    pub(crate) fn link(&self) -> Option<&str> {
        self.link.as_deref().map(bare)
    }

    /// Returns whether a mock service replaces the real one.
    pub(crate) fn uses_mock_service(&self) -> bool {
        self.practice.is_some()
    }

    /// Returns the real service, or the mock service.
    pub(crate) fn endpoint(&self) -> Result<Endpoint, MockServiceError> {
        let (Some(address), Some(path)) = (self.practice, &self.practice_ca) else {
            return Ok(Endpoint::default());
        };
        let authority = std::fs::read(path).map_err(|source| MockServiceError::Read {
            path: path.clone(),
            source,
        })?;
        Ok(Endpoint::mock(address, &authority)?)
    }

    /// Returns where a test offers updates, and their public key.
    pub(crate) fn practice_updates(&self) -> Option<(Url, String)> {
        self.practice_updates
            .clone()
            .zip(self.practice_update_key.clone())
    }
}

/// Removes the app's own scheme from a link, and the slashes that browsers add after it.
pub(crate) fn bare(link: &str) -> &str {
    match link.get(..SCHEME.len()) {
        Some(scheme) if scheme.eq_ignore_ascii_case(SCHEME) => {
            link[SCHEME.len()..].trim_start_matches('/')
        }
        _ => link,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from([&["ustream-downloader"], arguments].concat())
    }

    #[test]
    fn the_link_is_optional() {
        assert_eq!(parse(&[]).unwrap().link(), None);
        let link = "https://video.ibm.com/recorded/112470631";
        assert_eq!(parse(&[link]).unwrap().link(), Some(link));
        for scheme in ["ustream-dl:", "ustream-dl://", "Ustream-DL:"] {
            let with_scheme = format!("{scheme}{link}");
            assert_eq!(parse(&[&with_scheme]).unwrap().link(), Some(link));
        }
        assert_eq!(bare("ustream"), "ustream");
        assert_eq!(bare("ustréam-dl:x"), "ustréam-dl:x");
    }

    #[test]
    fn the_mock_service_needs_its_certificate_authority() {
        assert!(parse(&["--practice", "127.0.0.1:1"]).is_err());
        let arguments = parse(&["--practice", "127.0.0.1:1", "--practice-ca", "/nowhere"]);
        let arguments = arguments.unwrap();
        assert!(arguments.uses_mock_service());
        assert!(matches!(
            arguments.endpoint(),
            Err(MockServiceError::Read { .. })
        ));
    }
}
