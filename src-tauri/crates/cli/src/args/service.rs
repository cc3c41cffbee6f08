//! Arguments for access to locked recordings, and for the service to talk to.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use engine::{Access, Config, Endpoint, Patience};

use crate::exit::Exit;
use crate::password;

/// How long a script waits for the internet.
const UNATTENDED_OFFLINE: Duration = Duration::from_mins(10);

/// Folder of both programs among the caches of the system.
const CACHE_FOLDER: &str = "io.github.ustream-dl";

/// What opens locks, and which service is meant.
#[derive(Debug, clap::Args)]
pub(crate) struct ServiceArgs {
    /// Password of the recording; other users of this computer can see it, unlike that of a file,
    /// of the variable `USTREAM_DL_PASSWORD`, or typed when it is asked for
    #[arg(long, conflicts_with = "password_file")]
    password: Option<String>,

    /// Password of the recording: the first line of this file; - reads it from stdin
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,

    /// An answer to the sign-up form; may be given several times
    #[arg(long = "form", value_name = "FIELD=ANSWER", value_parser = answer)]
    form: Vec<(String, String)>,

    /// Fill the sign-up form's other fields with neutral placeholders
    #[arg(long)]
    form_defaults: bool,

    /// Address of the page on which the video is embedded
    #[arg(long, value_name = "URL")]
    referrer: Option<String>,

    /// Without an internet connection, wait this long for it [default: as long as it takes if
    /// someone watches on a terminal, else 600]. Less than 90 also limits the wait for a service
    /// that does not answer
    #[arg(long, value_name = "SECONDS")]
    wait_online: Option<u64>,

    /// Address of a practice service that answers for all hosts
    #[arg(long, value_name = "ADDR", hide = true, requires = "practice_ca")]
    practice: Option<SocketAddr>,

    /// Certificate authority of the practice service
    #[arg(long, value_name = "FILE", hide = true, requires = "practice")]
    practice_ca: Option<PathBuf>,

    /// Where it is remembered how the service was reached [default: the system's folder for that,
    /// and nowhere for a practice service]
    #[arg(long, value_name = "FOLDER", hide = true)]
    cache_folder: Option<PathBuf>,
}

impl ServiceArgs {
    /// Whether the password comes from stdin.
    pub(super) fn reads_stdin(&self) -> bool {
        self.password_file.as_deref() == Some(Path::new("-"))
    }

    pub(crate) fn access(&self) -> Result<Access, Exit> {
        let password = match (&self.password, &self.password_file) {
            (Some(password), _) => Some(password.clone()),
            (None, Some(path)) => Some(password::of_file(path)?),
            (None, None) => password::of_variable(std::env::var_os(password::VARIABLE))?,
        };
        Ok(Access {
            password,
            form: self.form.iter().cloned().collect::<BTreeMap<_, _>>(),
            form_defaults: self.form_defaults,
            referrer: self.referrer.clone(),
            session: None,
        })
    }

    /// Returns how long to wait. Looking a link up waits too: nobody presses a button to try again.
    fn patience(&self) -> Patience {
        let is_watched = io::stderr().is_terminal();
        let unattended = (!is_watched).then_some(UNATTENDED_OFFLINE);
        let limit = self.wait_online.map(Duration::from_secs);
        let Patience { down, .. } = Patience::default();
        Patience {
            offline: limit.or(unattended),
            down: limit.map_or(down, |limit| limit.min(down)),
            for_lookups: true,
        }
    }

    pub(crate) fn config(&self) -> Result<Config, Exit> {
        let endpoint = match (self.practice, &self.practice_ca) {
            (Some(address), Some(path)) => {
                let authority = std::fs::read(path)
                    .map_err(|error| Exit::usage(format!("{}: {error}", path.display())))?;
                Endpoint::mock(address, &authority)
                    .map_err(|error| Exit::usage(format!("{}: {error}", path.display())))?
            }
            _ => Endpoint::default(),
        };
        let usual = || Some(dirs::cache_dir()?.join(CACHE_FOLDER));
        let folder = self.cache_folder.clone();
        Ok(Config {
            endpoint,
            cache_dir: folder.or_else(|| usual().filter(|_| self.practice.is_none())),
            patience: self.patience(),
            ..Config::default()
        })
    }
}

fn answer(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((field, answer)) if !field.trim().is_empty() => {
            Ok((field.trim().to_owned(), answer.to_owned()))
        }
        _ => Err("write it as FIELD=ANSWER, for example email=me@example.com".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_may_hold_an_equals_sign() {
        assert_eq!(answer("company=A=B"), Ok(("company".into(), "A=B".into())));
        assert!(answer("=x").is_err() && answer("email").is_err());
    }
}
