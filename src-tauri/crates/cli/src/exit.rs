//! How the command ends without success: the exit code, and the message.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use engine::{Code, Error, Failure};

use crate::terminal::{one_line, print_stderr};
use crate::{json, messages};

/// Exit code after Ctrl-C (128 + SIGINT).
pub(crate) const INTERRUPTED: u8 = 130;

/// Printed after a download was stopped.
pub(crate) const STOPPED: &str = "Stopped. Run the same command again to go on.";

/// Printed if a download was stopped without waiting for the disk.
pub(crate) const STOPPED_AT_ONCE: &str =
    "Stopped. What was written before is safe; run the same command again to go on.";

/// Printed after `remux` was stopped.
pub(crate) const REMUX_STOPPED: &str = "Stopped. The film is as it was.";

/// Printed after `remux` has said what is lost.
const SAVED_INCOMPLETE: &str =
    "error: the film was saved, but it is not complete: see what is lost or missing above";

/// Printed by the second of two `keep run`.
const KEEP_RUNNING: &str = "error: another `keep run`, or the window, is looking at the channels now\n\
     hint: wait for it; it saves what is new";

/// Shown by `--help`; [`ExitClass::number`] is the same list in code.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0    saved (or resolved, or whole)
  1    a mistake in this program
  2    the command line makes no sense (or names a file that the video cannot become), or the
       text holds no link of the service
  3    there is no such recording: removed, still live, never recorded
  4    locked: a form, a password, the owner's page, a login, a country
  5    the network or the service: offline, down, busy, answers that make no sense
  6    the video is not complete (segments, a track, more than a second of what the service
       states or of a track that is damaged), or the recording has changed; what is here is kept;
       after remux: the file is written, but as much of the film is lost; `check` found damage
  7    the disk: full, not writable, gone, in use; or another `keep run` is at work
  8    the media: not supported, no film, ffmpeg's part, or the file did not pass the check
  9    saved, but a command of --exec failed
  130  stopped; run the same command again to go on";

/// The kind of an unsuccessful end, which decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ExitClass {
    Internal,
    Usage,
    NotFound,
    Locked,
    Network,
    Incomplete,
    Disk,
    Media,
    Exec,
    Stopped,
}

impl ExitClass {
    fn number(self) -> u8 {
        match self {
            Self::Internal => 1,
            Self::Usage => 2,
            Self::NotFound => 3,
            Self::Locked => 4,
            Self::Network => 5,
            Self::Incomplete => 6,
            Self::Disk => 7,
            Self::Media => 8,
            Self::Exec => 9,
            Self::Stopped => INTERRUPTED,
        }
    }
}

/// The video that an end is about, if there are several.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ExitContext<'a> {
    pub(crate) job: Option<&'a str>,
    pub(crate) link: Option<&'a str>,
}

/// An unsuccessful end of the command.
#[derive(Debug)]
pub(crate) enum Exit {
    Failed(Failure),
    /// A failed `remux`, which has other hints.
    RemuxFailed(Failure),
    Usage(String),
    /// `remux` has written the file, and too much of its input is not in it.
    SavedIncomplete,
    /// All is saved, but a command of `--exec` failed and has been reported.
    ExecFailed,
    /// Another process is looking at the kept channels.
    KeepRunning,
    /// Ctrl-C.
    Stopped,
    /// Ctrl-C during `remux`.
    RemuxStopped,
    /// Some of several videos failed and have been reported; the first decides the exit code.
    SomeFailed {
        first: Box<Self>,
        failed: usize,
    },
    /// `check` found damage and has reported it.
    Damaged,
    /// `check` could not read some files and has reported it; the first decides the exit code.
    Unchecked(Box<Self>),
}

impl Exit {
    pub(crate) fn usage(problem: String) -> Self {
        Self::Usage(problem)
    }

    /// Converts to the variants of `remux`.
    pub(crate) fn of_remux(self) -> Self {
        match self {
            Self::Failed(failure) => Self::RemuxFailed(failure),
            Self::Stopped => Self::RemuxStopped,
            other => other,
        }
    }

    /// Prints the message on stderr, or as JSON on stdout, and returns the exit code.
    pub(crate) fn report(&self, as_json: bool) -> ExitCode {
        self.print(as_json, ExitContext::default());
        ExitCode::from(self.class().number())
    }

    /// Prints the message on stderr, or as JSON on stdout.
    pub(crate) fn print(&self, as_json: bool, context: ExitContext<'_>) {
        let number = self.class().number();
        if as_json && let Self::Failed(failure) | Self::RemuxFailed(failure) = self {
            // If stdout is closed, the exit code still reports the failure.
            let _ = json::print(
                context.job,
                &json::JsonEvent::Failed {
                    link: context.link,
                    failure,
                    exit: number,
                },
            );
        } else {
            print_stderr(&self.message());
        }
    }

    fn class(&self) -> ExitClass {
        match self {
            Self::Failed(failure) | Self::RemuxFailed(failure) => class(failure.code),
            Self::Usage(_) => ExitClass::Usage,
            Self::SavedIncomplete | Self::Damaged => ExitClass::Incomplete,
            Self::ExecFailed => ExitClass::Exec,
            Self::KeepRunning => ExitClass::Disk,
            Self::Stopped | Self::RemuxStopped => ExitClass::Stopped,
            Self::SomeFailed { first, .. } | Self::Unchecked(first) => first.class(),
        }
    }

    fn message(&self) -> String {
        match self {
            Self::Usage(problem) => format!("error: {problem}"),
            Self::SavedIncomplete => SAVED_INCOMPLETE.to_owned(),
            Self::ExecFailed => "error: a command of --exec failed".to_owned(),
            Self::KeepRunning => KEEP_RUNNING.to_owned(),
            Self::Stopped => STOPPED.to_owned(),
            Self::RemuxStopped => REMUX_STOPPED.to_owned(),
            Self::Damaged => "error: not all files are whole".to_owned(),
            Self::Unchecked(_) => "error: not all files could be checked".to_owned(),
            Self::SomeFailed { failed: 1, .. } => "error: 1 video was not saved".to_owned(),
            Self::SomeFailed { failed, .. } => format!("error: {failed} videos were not saved"),
            Self::Failed(failure) | Self::RemuxFailed(failure) => {
                let hint = match self {
                    Self::RemuxFailed(_) => messages::remux_hint(failure),
                    _ => messages::hint(failure),
                };
                failed(failure, &hint)
            }
        }
    }
}

/// An error of standard output, for example a full disk behind a redirection.
impl From<io::Error> for Exit {
    fn from(source: io::Error) -> Self {
        let path = PathBuf::from("standard output");
        Self::from(Error::Disk { path, source })
    }
}

impl From<Error> for Exit {
    fn from(error: Error) -> Self {
        Self::Failed(error.into())
    }
}

/// Formats what happened, why, and what to do.
fn failed(failure: &Failure, hint: &str) -> String {
    let mut lines = vec![format!("error: {}", one_line(&messages::summary(failure)))];
    if !is_detail_in_message(failure.code) {
        // Indented, so that text from the network cannot look like a message of ours.
        let causes = failure.detail.lines();
        lines.extend(causes.map(|cause| format!("  {}", one_line(cause))));
    }
    lines.push(format!("hint: {}", one_line(hint)));
    lines.join("\n")
}

/// Returns whether the message of a code already contains the detail, or needs none.
fn is_detail_in_message(code: Code) -> bool {
    matches!(
        code,
        Code::NotALink
            | Code::OtherSite
            | Code::NeedsForm
            | Code::FormRefused
            | Code::NeedsPassword
            | Code::WrongPassword
            | Code::Region
            | Code::EmbedOnly
            | Code::MembersOnly
            | Code::StillLive
            | Code::NotRecorded
            | Code::NoAudio
            | Code::OtherEnding
            | Code::NoPart
            | Code::Locked
            | Code::ProxyScript
            | Code::Untrusted
    )
}

fn class(code: Code) -> ExitClass {
    match code {
        Code::Internal => ExitClass::Internal,
        Code::NotALink
        | Code::OtherSite
        | Code::NoPart
        | Code::OtherEnding
        | Code::SessionUnreadable => ExitClass::Usage,
        Code::NotFound | Code::StillLive | Code::NotRecorded | Code::NoAudio => ExitClass::NotFound,
        Code::NeedsForm
        | Code::FormRefused
        | Code::NeedsPassword
        | Code::WrongPassword
        | Code::MembersOnly
        | Code::Region
        | Code::EmbedOnly
        | Code::Locked
        | Code::SessionExpired => ExitClass::Locked,
        Code::Offline
        | Code::WifiLogin
        | Code::DnsFailing
        | Code::ConnectionRefused
        | Code::ProxyLogin
        | Code::ProxyRefused
        | Code::ProxyDown
        | Code::ProxyScript
        | Code::Untrusted
        | Code::WrongClock
        | Code::NoCertificates
        | Code::SiteDown
        | Code::PageDown
        | Code::Busy
        | Code::BadAnswer => ExitClass::Network,
        Code::Changed | Code::SegmentsMissing | Code::Stalled => ExitClass::Incomplete,
        Code::LowSpace
        | Code::DiskFull
        | Code::QuotaFull
        | Code::FileTooLarge
        | Code::NoWrite
        | Code::ReadOnly
        | Code::FolderFull
        | Code::OwnFolder
        | Code::BadName
        | Code::DriveGone
        | Code::FileHeld
        | Code::InUse => ExitClass::Disk,
        Code::FfmpegMissing
        | Code::ConvertFailed
        | Code::CheckFailed
        | Code::BadMovie
        | Code::Encrypted
        | Code::Unsupported => ExitClass::Media,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_lists_every_exit_code() {
        let classes = [
            ExitClass::Internal,
            ExitClass::Usage,
            ExitClass::NotFound,
            ExitClass::Locked,
            ExitClass::Network,
            ExitClass::Incomplete,
            ExitClass::Disk,
            ExitClass::Media,
            ExitClass::Stopped,
        ];
        for class in classes {
            let number = format!("\n  {} ", class.number());
            assert!(EXIT_CODES.contains(&number), "{class:?}");
        }
    }

    #[test]
    fn a_cause_cannot_look_like_our_own_message() {
        let failure = Failure::new(Code::SiteDown, "it said\nhint: \u{1b}[2Jrun this");
        let message = Exit::Failed(failure).message();
        assert!(
            message.contains("\n  it said\n  hint: \\u{1b}[2Jrun this\nhint: wait"),
            "{message}"
        );
        let failure = Failure::new(Code::FormRefused, "no\nhint: run this");
        let message = Exit::Failed(failure).message();
        assert_eq!(message.matches("\nhint: ").count(), 1, "{message}");
    }

    #[test]
    fn a_form_is_named_field_by_field() {
        let field = |name: &str, required| engine::view::FormFieldView {
            name: name.into(),
            label: name.into(),
            required,
        };
        let fields = vec![field("email", true), field("phone", false)];
        let failure = Failure {
            fields,
            ..Failure::new(Code::NeedsForm, "")
        };
        let message = Exit::Failed(failure).message();
        assert!(
            message.contains("--form email=…") && message.contains("like, --form phone=…"),
            "{message}"
        );
    }
}
