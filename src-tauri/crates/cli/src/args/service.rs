//! Arguments for access to locked recordings, and for the service to talk to.

use std::io::{self, IsTerminal as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use engine::{Access, Config, Endpoint, Patience};

use crate::exit::Exit;
use crate::input;
use crate::password;

/// How long a script waits for the internet.
const UNATTENDED_OFFLINE: Duration = Duration::from_mins(10);

/// Largest file of answers to a form.
const MAX_FORM_BYTES: u64 = 64 << 10;

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

    /// An answer to the sign-up form; may be given several times. Other users of this computer can
    /// see it, unlike those of a file
    #[arg(long = "form", value_name = "FIELD=ANSWER", value_parser = answer)]
    form: Vec<(String, String)>,

    /// Answers to the sign-up form, a line each: FIELD=ANSWER; - reads them from stdin
    #[arg(long, value_name = "FILE")]
    form_file: Option<PathBuf>,

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
    /// Returns the arguments that read stdin.
    pub(super) fn that_read_stdin(&self) -> impl Iterator<Item = &'static str> {
        let files = [
            ("--password-file", &self.password_file),
            ("--form-file", &self.form_file),
        ];
        let reads_stdin = |file: &Option<PathBuf>| file.as_deref().is_some_and(input::is_stdin);
        let of_stdin = files.map(|(name, file)| reads_stdin(file).then_some(name));
        of_stdin.into_iter().flatten()
    }

    pub(crate) fn access(&self) -> Result<Access, Exit> {
        one_reader(self.that_read_stdin())?;
        let password = match (&self.password, &self.password_file) {
            (Some(password), _) => Some(password.clone()),
            (None, Some(path)) => Some(password::of_file(path)?),
            (None, None) => password::of_variable(std::env::var_os(password::VARIABLE))?,
        };
        let answers = self.form_file.as_deref().map(answers).transpose()?;
        let answers = answers.into_iter().flatten();
        Ok(Access {
            password,
            form: answers.chain(self.form.iter().cloned()).collect(),
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
        let usual = Patience::default();
        Patience {
            offline: limit.or(unattended),
            down: limit.map_or(usual.down, |limit| limit.min(usual.down)),
            for_lookups: true,
            ..usual
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

/// Fails if several arguments read stdin.
pub(super) fn one_reader(arguments: impl Iterator<Item = &'static str>) -> Result<(), Exit> {
    match arguments.collect::<Vec<_>>()[..] {
        [one, other, ..] => Err(Exit::usage(format!(
            "only one of {one} and {other} can be read from stdin"
        ))),
        _ => Ok(()),
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

/// Reads the answers of a file; empty lines and those that begin with `#` are left out.
fn answers(path: &Path) -> Result<Vec<(String, String)>, Exit> {
    let problem = |error: &str| Exit::usage(format!("--form-file {}: {error}", path.display()));
    let bytes = input::read(path, MAX_FORM_BYTES).map_err(|error| problem(&error.to_string()))?;
    let text = input::decode(&bytes);
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let lines = lines.filter(|line| !line.starts_with('#'));
    lines
        .map(answer)
        .collect::<Result<_, _>>()
        .map_err(|error| problem(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_line_by_line() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, "# mine\r\nname=Ada\r\n\r\n email =a@b.example\r\n").unwrap();
        let expected = [("name", "Ada"), ("email", "a@b.example")];
        let expected = expected.map(|(field, answer)| (field.to_owned(), answer.to_owned()));
        assert_eq!(answers(file.path()).ok(), Some(expected.to_vec()));
        std::fs::write(&file, "Ada\n").unwrap();
        let Err(Exit::Usage(problem)) = answers(file.path()) else {
            panic!("it is no answer");
        };
        assert!(
            problem.contains("--form-file") && !problem.contains("Ada"),
            "{problem}"
        );
    }

    #[test]
    fn an_answer_may_hold_an_equals_sign() {
        assert_eq!(answer("company=A=B"), Ok(("company".into(), "A=B".into())));
        assert!(answer("=x").is_err() && answer("email").is_err());
    }
}
