//! Requests to stop: Ctrl-C, SIGTERM, a closed console. While something is being saved, the first signal asks to stop and the second
//! ends the program at once, even if the disk hangs.

use std::future::pending;
use std::io;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use tokio::runtime;
use tokio::sync::watch;

use crate::exit::STOPPED;
use crate::platform::Signals;
use crate::terminal;

/// Longest time to print the last message: stderr may be a file on the disk that hangs.
const MESSAGE_TIMEOUT: Duration = Duration::from_millis(300);

/// Tells whether the user asked to stop.
pub(crate) struct StopSignal {
    requested: watch::Receiver<bool>,
    /// Printed when the second signal ends the program. `None` if nothing is being saved; then the
    /// first signal ends it.
    stop_message: Arc<Mutex<Option<&'static str>>>,
}

impl StopSignal {
    /// Listens on a thread of its own, so that no other work can delay the end of the program.
    pub(crate) fn listen() -> Self {
        let (request, requested) = watch::channel(false);
        let stop_message = Arc::new(Mutex::new(None));
        let stop = Self {
            requested,
            stop_message: Arc::clone(&stop_message),
        };
        if let Err(error) = listen(request, stop_message) {
            // Without a handler the system ends the program at the first signal.
            tracing::debug!(%error, "signals cannot be listened to");
        }
        stop
    }

    /// From now on the first signal only asks; `message` is printed when the second ends the program.
    pub(crate) fn graceful(&self, message: &'static str) -> GracefulStop<'_> {
        let mut stop_message = self
            .stop_message
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        GracefulStop {
            stop: self,
            before: stop_message.replace(message),
        }
    }

    /// Waits until the user asks to stop.
    pub(crate) async fn requested(&self) {
        let mut requested = self.requested.clone();
        if requested.wait_for(|requested| *requested).await.is_err() {
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

/// While this exists, the first signal only asks.
pub(crate) struct GracefulStop<'a> {
    stop: &'a StopSignal,
    before: Option<&'static str>,
}

impl Drop for GracefulStop<'_> {
    fn drop(&mut self) {
        let stop_message = &self.stop.stop_message;
        *stop_message.lock().unwrap_or_else(PoisonError::into_inner) = self.before;
    }
}

fn listen(
    request: watch::Sender<bool>,
    stop_message: Arc<Mutex<Option<&'static str>>>,
) -> io::Result<()> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut signals = {
        let _inside = runtime.enter();
        Signals::new()?
    };
    let handle_signals = async move {
        loop {
            signals.next().await;
            let message = *stop_message.lock().unwrap_or_else(PoisonError::into_inner);
            match message {
                Some(_) if !*request.borrow() => drop(request.send(true)),
                message => exit_now(message.unwrap_or(STOPPED)),
            }
        }
    };
    let name = thread::Builder::new().name("signals".into());
    name.spawn(move || runtime.block_on(handle_signals))?;
    Ok(())
}

#[expect(
    clippy::exit,
    reason = "threads that wait for a disk cannot be stopped, and nothing they hold needs more than a crash would leave"
)]
fn exit_now(message: &'static str) -> ! {
    let (printed, wait) = mpsc::channel();
    thread::spawn(move || {
        terminal::print_stderr(message);
        // The receiver is gone if this took too long.
        let _ = printed.send(());
    });
    let _ = wait.recv_timeout(MESSAGE_TIMEOUT);
    std::process::exit(crate::exit::INTERRUPTED.into())
}
