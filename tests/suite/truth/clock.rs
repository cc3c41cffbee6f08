//! A virtual clock: waits of minutes pass in seconds, but only while no other work is pending.

use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;

/// Real time between two steps of the clock.
const PAUSE: Duration = Duration::from_micros(250);
/// Virtual time per step. A busy runtime takes a step late instead of taking a longer one.
const STEP: Duration = Duration::from_millis(20);

/// Builds a single-threaded runtime with a virtual clock.
pub(super) fn runtime() -> Runtime {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    let (ticks, mut due) = mpsc::channel(1);
    // While a blocking task runs, Tokio's paused clock does not advance to the next timer by
    // itself, so sockets and disks get real time.
    runtime.spawn_blocking(move || {
        while ticks.blocking_send(()).is_ok() {
            thread::sleep(PAUSE);
        }
    });
    runtime.spawn(async move {
        while due.recv().await.is_some() {
            tokio::time::advance(STEP).await;
        }
    });
    runtime
}
