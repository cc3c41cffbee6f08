//! The half for Windows.

use std::io;
use std::path::Path;

use tokio::signal::windows::{
    CtrlBreak, CtrlC, CtrlClose, CtrlLogoff, CtrlShutdown, ctrl_break, ctrl_c, ctrl_close,
    ctrl_logoff, ctrl_shutdown,
};

/// The ways in which the system asks a program to stop. After the last three it ends the program
/// within some seconds, whatever that does.
pub(crate) struct Signals {
    interrupt: CtrlC,
    ctrl_break: CtrlBreak,
    close: CtrlClose,
    logoff: CtrlLogoff,
    shutdown: CtrlShutdown,
}

impl Signals {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: ctrl_c()?,
            ctrl_break: ctrl_break()?,
            close: ctrl_close()?,
            logoff: ctrl_logoff()?,
            shutdown: ctrl_shutdown()?,
        })
    }

    /// Waits for the next request to stop.
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.ctrl_break.recv() => {}
            _ = self.close.recv() => {}
            _ = self.logoff.recv() => {}
            _ = self.shutdown.recv() => {}
        }
    }
}

/// Restores the echo of the terminal. Here a prompt reads keys and never switches the echo off.
pub(crate) struct EchoGuard;

impl EchoGuard {
    pub(crate) fn save() -> Self {
        Self
    }
}

/// Returns what is wrong with a path as the shell has passed it on: after `"C:\films\"` the
/// backslash escapes the quote, so that the path swallows the rest of the line.
pub(crate) fn path_problem(path: &Path) -> Option<&'static str> {
    let has_quote = path.as_os_str().as_encoded_bytes().contains(&b'"');
    has_quote.then_some(
        r#"there is a quote in it: leave out the last backslash ("C:\films"), or write two ("C:\films\\")"#,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_has_swallowed_the_link_is_explained() {
        let swallowed = Path::new(r#"C:\films" https://video.ibm.com/recorded/1"#);
        assert!(path_problem(swallowed).unwrap().contains("backslash"));
        assert_eq!(path_problem(Path::new(r"C:\films\")), None);
    }
}
