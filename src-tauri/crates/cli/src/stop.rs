//! Ctrl-C, and the system's polite request to end: the first asks to stop where something is being
//! saved, the next ends the program, whatever the disk does.

use std::future::pending;
use std::io;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use tokio::runtime;
use tokio::sync::watch;

use crate::exit::STOPPED;
use crate::terminal;

/// Longest time that the last words may take: stderr may be a file on the disk that is stuck.
const MESSAGE_TIMEOUT: Duration = Duration::from_millis(300);

/// Whether the program was asked to stop.
pub(crate) struct StopSignal {
    requested: watch::Receiver<bool>,
    /// What is said at the end, if what is being saved must be made safe first; else the first
    /// signal ends the program.
    stop_message: Arc<Mutex<Option<&'static str>>>,
}

impl StopSignal {
    /// Listens on a thread of its own, so that no other work can keep it from ending the program.
    pub(crate) fn listen() -> Self {
        let (ask, asked) = watch::channel(false);
        let saving = Arc::new(Mutex::new(None));
        let stop = Self {
            requested: asked,
            stop_message: Arc::clone(&saving),
        };
        if let Err(error) = listen(ask, saving) {
            // Without a handler the system ends the program itself.
            tracing::debug!(%error, "signals cannot be listened to");
        }
        stop
    }

    /// From now on the first signal only asks; `words` are said when the next ends the program.
    pub(crate) fn graceful(&self, words: &'static str) -> GracefulStop<'_> {
        let mut saving = self
            .stop_message
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        GracefulStop {
            stop: self,
            before: saving.replace(words),
        }
    }

    /// Waits until somebody asks to stop.
    pub(crate) async fn requested(&self) {
        let mut asked = self.requested.clone();
        if asked.wait_for(|asked| *asked).await.is_err() {
            pending::<()>().await;
        }
    }

    #[cfg(test)]
    pub(crate) fn never() -> Self {
        Self {
            requested: watch::channel(false).1,
            stop_message: Arc::default(),
        }
    }
}

/// As long as it lives, the first signal only asks.
pub(crate) struct GracefulStop<'a> {
    stop: &'a StopSignal,
    before: Option<&'static str>,
}

impl Drop for GracefulStop<'_> {
    fn drop(&mut self) {
        let saving = &self.stop.stop_message;
        *saving.lock().unwrap_or_else(PoisonError::into_inner) = self.before;
    }
}

fn listen(ask: watch::Sender<bool>, saving: Arc<Mutex<Option<&'static str>>>) -> io::Result<()> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut signals = {
        let _inside = runtime.enter();
        Signals::new()?
    };
    let obey = async move {
        loop {
            signals.next().await;
            let words = *saving.lock().unwrap_or_else(PoisonError::into_inner);
            match words {
                Some(_) if !*ask.borrow() => drop(ask.send(true)),
                words => exit_now(words.unwrap_or(STOPPED)),
            }
        }
    };
    let name = thread::Builder::new().name("signals".into());
    name.spawn(move || runtime.block_on(obey))?;
    Ok(())
}

#[expect(
    clippy::exit,
    reason = "threads that wait for a disk cannot be stopped, and nothing they hold needs more than a crash would leave"
)]
fn exit_now(words: &'static str) -> ! {
    let (told, wait) = mpsc::channel();
    thread::spawn(move || {
        terminal::print_stderr(words);
        // Nobody waits any more where this took too long.
        let _ = told.send(());
    });
    let _ = wait.recv_timeout(MESSAGE_TIMEOUT);
    std::process::exit(crate::exit::INTERRUPTED.into())
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(windows)]
struct Signals {
    ctrl_c: tokio::signal::windows::CtrlC,
    ctrl_break: tokio::signal::windows::CtrlBreak,
}

#[cfg(windows)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::windows::{ctrl_break, ctrl_c};
        Ok(Self {
            ctrl_c: ctrl_c()?,
            ctrl_break: ctrl_break()?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.ctrl_c.recv() => {}
            _ = self.ctrl_break.recv() => {}
        }
    }
}
