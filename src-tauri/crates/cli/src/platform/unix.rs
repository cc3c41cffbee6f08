//! The half for Linux and macOS.

use std::io;
use std::path::Path;

use rustix::process;
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The ways in which the system asks a program to stop.
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    pub(crate) fn new() -> io::Result<Self> {
        // A file that grows beyond `ulimit -f` would end the program; with a handler, the write fails.
        drop(signal(SignalKind::from_raw(
            process::Signal::XFSZ.as_raw(),
        ))?);
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for the next request to stop.
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Restores the echo of the terminal, which an interrupted prompt does not.
pub(crate) struct EchoGuard {
    settings: Option<Termios>,
}

impl EchoGuard {
    pub(crate) fn save() -> Self {
        Self {
            settings: tcgetattr(io::stdin()).ok(),
        }
    }
}

impl Drop for EchoGuard {
    fn drop(&mut self) {
        if let Some(settings) = &self.settings {
            // Ignore errors: the terminal may be gone.
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, settings);
        }
    }
}

/// Returns what is wrong with a path as the shell has passed it on; every text is a path here.
pub(crate) fn path_problem(_: &Path) -> Option<&'static str> {
    None
}
