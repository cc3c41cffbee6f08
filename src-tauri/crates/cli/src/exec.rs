//! `--exec`: the command that is run with each saved file. No shell reads it, so that no character of a
//! title can become a part of the command.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf, is_separator};
use std::process::{Child, Command, Stdio};
use std::str::FromStr;

use crate::terminal::{one_line, print_stderr};

/// What stands for the path of the file.
const PLACEHOLDER: &str = "{}";

/// A program and its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExecCommand {
    program: String,
    arguments: Vec<String>,
}

impl FromStr for ExecCommand {
    type Err = String;

    /// Splits a text into words like a Unix shell: at spaces, except between quotes. Where backslashes
    /// separate folders, they quote nothing.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = if is_separator('\\') {
            text.replace('\\', r"\\")
        } else {
            text.to_owned()
        };
        let words = shlex::split(&text).ok_or("a quote is not closed")?;
        let mut words = words.into_iter();
        let program = words.next().filter(|program| !program.is_empty());
        let program = program.ok_or("write a program and its arguments, for example 'vlc {}'")?;
        let mut arguments: Vec<_> = words.collect();
        if !arguments.iter().any(|word| word.contains(PLACEHOLDER)) {
            arguments.push(PLACEHOLDER.to_owned());
        }
        Ok(Self { program, arguments })
    }
}

impl ExecCommand {
    /// Starts it with a file. What it prints goes to stderr, because stdout lists the saved files.
    fn start(&self, file: &Path) -> io::Result<Child> {
        Command::new(&self.program)
            .args(self.arguments.iter().map(|word| filled_in(word, file)))
            .stdin(Stdio::null())
            .stdout(io::stderr())
            .spawn()
    }
}

/// Returns a word with the path in the place of `{}`.
fn filled_in(word: &str, file: &Path) -> OsString {
    let mut parts = word.split(PLACEHOLDER);
    let mut filled = OsString::from(parts.next().unwrap_or_default());
    for part in parts {
        filled.push(file);
        filled.push(part);
    }
    filled
}

/// The commands that were started.
#[derive(Debug)]
pub(crate) struct Executions<'a> {
    command: Option<&'a ExecCommand>,
    running: Vec<(PathBuf, Child)>,
    failed: usize,
}

impl<'a> Executions<'a> {
    pub(crate) fn of(command: Option<&'a ExecCommand>) -> Self {
        Self {
            command,
            running: Vec::new(),
            failed: 0,
        }
    }

    /// Starts the command with a file, if there is one.
    pub(crate) fn start(&mut self, file: &Path) {
        let Some(command) = self.command else {
            return;
        };
        match command.start(file) {
            Ok(child) => self.running.push((file.to_owned(), child)),
            Err(error) => self.fail(file, &format!("{}: {error}", command.program)),
        }
    }

    /// Waits until all have ended, and returns how many have failed.
    pub(crate) fn wait(mut self) -> usize {
        for (file, mut child) in std::mem::take(&mut self.running) {
            match child.wait() {
                Ok(status) if status.success() => {}
                Ok(status) => self.fail(&file, &status.to_string()),
                Err(error) => self.fail(&file, &error.to_string()),
            }
        }
        self.failed
    }

    fn fail(&mut self, file: &Path, problem: &str) {
        self.failed += 1;
        let problem = format!("--exec with {}: {problem}", file.display());
        print_stderr(&one_line(&problem));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<OsString> {
        let command: ExecCommand = text.parse().unwrap();
        let file = Path::new("a b; rm -rf $HOME.mp4");
        let arguments = command.arguments.iter().map(|word| filled_in(word, file));
        std::iter::once(command.program.clone().into())
            .chain(arguments)
            .collect()
    }

    #[test]
    fn a_path_is_one_argument_whatever_is_in_it() {
        let file = "a b; rm -rf $HOME.mp4";
        assert_eq!(words("vlc"), ["vlc", file]);
        assert_eq!(words("vlc {} --fullscreen"), ["vlc", file, "--fullscreen"]);
        let pair = format!("--file={file}:{file}");
        assert_eq!(words("'my player' --file={}:{}"), ["my player", &pair]);
    }

    #[test]
    fn a_command_without_a_program_is_refused() {
        for text in ["", "  ", "''", "'vlc"] {
            assert!(text.parse::<ExecCommand>().is_err(), "{text:?}");
        }
    }
}
