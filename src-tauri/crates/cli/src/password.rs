//! Passwords: read from a file or the environment, or asked for at the terminal; also the name and
//! the password that a proxy wants.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{self, IsTerminal as _};
use std::path::Path;

use console::Term;
use engine::{Access, Code, Engine, Error, Failure};

use crate::exit::{Exit, STOPPED};
use crate::input;
use crate::platform::EchoGuard;
use crate::stop::StopSignal;
use crate::terminal;

/// Name of the environment variable.
pub(crate) const VARIABLE: &str = "USTREAM_DL_PASSWORD";

/// How often the user is asked for the password of one video, or for the login of the proxy.
const ATTEMPTS: usize = 3;

/// Largest password file.
const MAX_FILE_BYTES: u64 = 64 << 10;

/// Reads the first line of a file; `-` reads stdin.
pub(crate) fn of_file(path: &Path) -> Result<String, Exit> {
    let bytes = input::read(path, MAX_FILE_BYTES);
    let line = bytes.and_then(|bytes| first_line(&bytes));
    line.map_err(|error| Exit::usage(format!("--password-file {}: {error}", path.display())))
}

fn first_line(text: &[u8]) -> io::Result<String> {
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match std::str::from_utf8(line) {
        Ok("") => Err(io::Error::other("its first line is empty")),
        Ok(line) => Ok(line.to_owned()),
        Err(_) => Err(io::Error::other("its first line is not UTF-8")),
    }
}

/// Reads the value of [`VARIABLE`]; an empty one counts as none.
pub(crate) fn of_variable(value: Option<OsString>) -> Result<Option<String>, Exit> {
    let value = value.filter(|value| !value.is_empty());
    let text = value.map(OsString::into_string).transpose();
    text.map_err(|_| Exit::usage(format!("{VARIABLE} is not UTF-8")))
}

/// Asks for passwords at the terminal, if there is one.
pub(crate) struct Prompt<'a> {
    stop: &'a StopSignal,
    may_ask: bool,
    /// How often each video was asked for.
    asked: HashMap<String, usize>,
    proxy: ProxyLogins,
}

/// The logins of the proxy that were typed. One of them serves all videos.
#[derive(Default)]
struct ProxyLogins {
    typed: usize,
    /// How many had been typed when each video was tried again for the last time.
    tried: HashMap<String, usize>,
    /// Whether the user has typed nothing.
    is_refused: bool,
}

impl ProxyLogins {
    /// Returns whether another login was typed since the video `name` was tried.
    fn has_new(&self, name: &str) -> bool {
        self.tried.get(name).copied().unwrap_or(0) < self.typed
    }

    fn can_help(&self, name: &str) -> bool {
        !self.is_refused && (self.has_new(name) || self.typed < ATTEMPTS)
    }
}

impl<'a> Prompt<'a> {
    /// `silent` is true for `--json` and `--quiet`: never ask.
    pub(crate) fn new(stop: &'a StopSignal, silent: bool) -> Self {
        let is_interactive = || io::stdin().is_terminal() && io::stderr().is_terminal();
        Self {
            stop,
            may_ask: !silent && is_interactive(),
            asked: HashMap::new(),
            proxy: ProxyLogins::default(),
        }
    }

    /// Returns whether asking can help after a failure of the video `name`. If the password of a
    /// video was given with the command, it is not asked for again.
    pub(crate) fn can_help(&self, name: &str, failure: &Failure) -> bool {
        let asked = self.asked.get(name).copied().unwrap_or(0);
        self.may_ask
            && match failure.code {
                Code::NeedsPassword => asked == 0,
                Code::WrongPassword => (1..ATTEMPTS).contains(&asked),
                Code::ProxyLogin => self.proxy.can_help(name),
                _ => false,
            }
    }

    /// Asks for what the video `name` has failed for, the password for `access` or the login of the
    /// proxy for `engine`. Returns whether the user has typed it.
    pub(crate) async fn help(
        &mut self,
        engine: &Engine,
        (name, access): (&str, &mut Access),
        failure: &Failure,
    ) -> Result<bool, Exit> {
        if failure.code == Code::ProxyLogin {
            return self.ask_for_proxy(engine, name).await;
        }
        let password = self.ask_for_video(name).await?;
        let is_typed = password.is_some();
        access.password = password.or(access.password.take());
        Ok(is_typed)
    }

    /// Asks for the password of the video `name`; after an empty one it is not asked for again.
    async fn ask_for_video(&mut self, name: &str) -> Result<Option<String>, Exit> {
        let asked = self.asked.entry(name.to_owned()).or_default();
        *asked += 1;
        terminal::print_stderr(&match asked {
            1 => format!("{} has a password.", terminal::one_line(name)),
            _ => "That password did not work.".to_owned(),
        });
        let typed = read(self.stop, "Password: ", Term::read_secure_line).await?;
        if typed.is_empty() {
            *asked = ATTEMPTS;
        }
        Ok(Some(typed).filter(|typed| !typed.is_empty()))
    }

    /// Asks for name and password of the proxy, unless they were typed for another video meanwhile;
    /// after an empty name they are not asked for again.
    async fn ask_for_proxy(&mut self, engine: &Engine, name: &str) -> Result<bool, Exit> {
        if !self.proxy.has_new(name) {
            terminal::print_stderr(match self.proxy.typed {
                0 => "The proxy of this network wants a name and a password.",
                _ => "The proxy did not accept them.",
            });
            let user = read(self.stop, "Name: ", Term::read_line).await?;
            if user.is_empty() {
                self.proxy.is_refused = true;
                return Ok(false);
            }
            let password = read(self.stop, "Password: ", Term::read_secure_line).await?;
            engine.log_in_to_proxy(&user, &password);
            self.proxy.typed += 1;
        }
        self.proxy.tried.insert(name.to_owned(), self.proxy.typed);
        Ok(true)
    }

    /// Runs `attempt`, and repeats it with a password if one is needed.
    pub(crate) async fn unlock<T>(
        &mut self,
        engine: &Engine,
        (name, access): (&str, &mut Access),
        attempt: impl AsyncFn(&Access) -> Result<T, Error>,
    ) -> Result<T, Exit> {
        loop {
            let failure = match attempt(access).await {
                Ok(done) => return Ok(done),
                Err(error) => Failure::from(error),
            };
            let is_helped = self.can_help(name, &failure)
                && self.help(engine, (name, access), &failure).await?;
            if !is_helped {
                return Err(Exit::Failed(failure));
            }
        }
    }
}

/// Reads a line from the terminal by `read_line`, which may hide it.
async fn read(
    stop: &StopSignal,
    prompt: &'static str,
    read_line: fn(&Term) -> io::Result<String>,
) -> Result<String, Exit> {
    // The echo of the terminal must be restored before the program ends.
    let _graceful = stop.graceful(STOPPED);
    let _echo = EchoGuard::save();
    let typing = tokio::task::spawn_blocking(move || {
        let terminal = Term::stderr();
        terminal.write_str(prompt)?;
        read_line(&terminal)
    });
    tokio::select! {
        typed = typing => Ok(typed.map_err(io::Error::other)??),
        () = stop.requested() => {
            // Ends the line of the prompt.
            terminal::print_stderr("");
            Err(Exit::Stopped)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(code: Code) -> Failure {
        Failure::new(code, "")
    }

    #[test]
    fn the_first_line_of_a_file_is_the_password() {
        for text in ["se same\nnext", "se same\r\n", "se same"] {
            assert_eq!(first_line(text.as_bytes()).unwrap(), "se same");
        }
        assert_eq!(first_line(b" spaces stay \n").unwrap(), " spaces stay ");
        assert!(first_line(b"\n").is_err() && first_line(b"\xff\n").is_err());
    }

    #[test]
    fn a_missing_password_file_is_a_usage_error() {
        let missing = of_file(Path::new("no such file"));
        assert!(matches!(missing, Err(Exit::Usage(message)) if message.contains("no such file")));
    }

    #[test]
    fn an_empty_variable_is_no_password() {
        assert!(matches!(of_variable(Some("".into())), Ok(None)));
        let value = of_variable(Some("sesame".into()));
        assert!(matches!(value, Ok(Some(value)) if value == "sesame"));
    }

    #[test]
    fn a_user_is_asked_three_times_at_most_and_a_script_never() {
        let stop = StopSignal::never();
        let mut prompt = Prompt::new(&stop, true);
        let (needed, wrong) = (failure(Code::NeedsPassword), failure(Code::WrongPassword));
        assert!(!prompt.can_help("a", &needed));
        prompt.may_ask = true;
        assert!(prompt.can_help("a", &needed));
        assert!(!prompt.can_help("a", &wrong), "it was given, not typed");
        assert!(!prompt.can_help("a", &failure(Code::NeedsForm)));
        for (asked, again) in [(1, true), (2, true), (3, false)] {
            prompt.asked.insert("a".into(), asked);
            assert_eq!(prompt.can_help("a", &wrong), again, "{asked}");
            assert!(!prompt.can_help("a", &needed), "{asked}");
        }
        assert!(prompt.can_help("b", &needed), "another video");
    }

    #[test]
    fn a_login_of_the_proxy_that_was_typed_for_one_video_serves_all() {
        let stop = StopSignal::never();
        let mut prompt = Prompt::new(&stop, true);
        let wanted = failure(Code::ProxyLogin);
        assert!(!prompt.can_help("a", &wanted));
        prompt.may_ask = true;
        assert!(prompt.can_help("a", &wanted) && !prompt.proxy.has_new("a"));
        prompt.proxy.typed = ATTEMPTS;
        prompt.proxy.tried.insert("a".into(), ATTEMPTS);
        assert!(!prompt.can_help("a", &wanted));
        assert!(prompt.can_help("b", &wanted) && prompt.proxy.has_new("b"));
        prompt.proxy.is_refused = true;
        assert!(!prompt.can_help("b", &wanted));
    }
}
