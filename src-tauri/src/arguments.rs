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
    pub(crate) link: Option<String>,

    /// Address of a practice service that answers for all hosts
    #[arg(long, value_name = "ADDR", hide = true, requires = "practice_ca")]
    practice: Option<SocketAddr>,

    /// Certificate authority of the practice service
    #[arg(long, value_name = "FILE", hide = true, requires = "practice")]
    practice_ca: Option<PathBuf>,
}

/// The practice service cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PracticeError {
    #[error("{}: {source}", .path.display())]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error(transparent)]
    Endpoint(#[from] engine::EndpointError),
}

impl Arguments {
    /// Whether a practice service stands in for the real one.
    pub(crate) fn is_practice(&self) -> bool {
        self.practice.is_some()
    }

    /// The real service, or the practice service.
    pub(crate) fn endpoint(&self) -> Result<Endpoint, PracticeError> {
        let (Some(address), Some(path)) = (self.practice, &self.practice_ca) else {
            return Ok(Endpoint::default());
        };
        let authority = std::fs::read(path).map_err(|source| PracticeError::Read {
            path: path.clone(),
            source,
        })?;
        Ok(Endpoint::practice(address, &authority)?)
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
        assert_eq!(parse(&[]).unwrap().link, None);
        let link = "https://video.ibm.com/recorded/112470631";
        assert_eq!(parse(&[link]).unwrap().link.as_deref(), Some(link));
    }

    #[test]
    fn practice_needs_its_authority() {
        assert!(parse(&["--practice", "127.0.0.1:1"]).is_err());
        let arguments = parse(&["--practice", "127.0.0.1:1", "--practice-ca", "/nowhere"]);
        let arguments = arguments.unwrap();
        assert!(arguments.is_practice());
        assert!(matches!(
            arguments.endpoint(),
            Err(PracticeError::Read { .. })
        ));
    }
}
