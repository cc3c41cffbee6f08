//! What the program may be started with.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;
use engine::Endpoint;

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
}

/// The practice service cannot be used.
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

/// What browsers and mail programs hand over: `ustream-dl:` before a link.
const SCHEME: &str = "ustream-dl:";

impl Arguments {
    /// The link to begin with.
    pub(crate) fn link(&self) -> Option<&str> {
        self.link.as_deref().map(bare)
    }

    /// Whether a practice service stands in for the real one.
    pub(crate) fn uses_mock_service(&self) -> bool {
        self.practice.is_some()
    }

    /// The real service, or the practice service.
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
}

/// A link without the app's own scheme. Browsers add slashes to what has none.
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

    fn parse(words: &[&str]) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from([&["ustream-downloader"], words].concat())
    }

    #[test]
    fn a_link_may_be_given_and_nothing_need_be() {
        assert_eq!(parse(&[]).unwrap().link(), None);
        let link = "https://video.ibm.com/recorded/112470631";
        assert_eq!(parse(&[link]).unwrap().link(), Some(link));
        for scheme in ["ustream-dl:", "ustream-dl://", "Ustream-DL:"] {
            let handed_over = format!("{scheme}{link}");
            assert_eq!(parse(&[&handed_over]).unwrap().link(), Some(link));
        }
        assert_eq!(bare("ustream"), "ustream");
        assert_eq!(bare("ustréam-dl:x"), "ustréam-dl:x");
    }

    #[test]
    fn practice_needs_its_authority() {
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
