//! A clock that runs ahead of the real one: waits of minutes pass in seconds, and no faster than
//! the work between them gets done.

use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;

/// Real time between two steps.
const PAUSE: Duration = Duration::from_micros(250);
/// How far a step goes. Where the runtime has much to do, it takes a step late, not a longer one.
const STEP: Duration = Duration::from_millis(20);

/// A runtime of one thread with such a clock.
pub(super) fn runtime() -> Runtime {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    let (ticks, mut due) = mpsc::channel(1);
    // As long as a blocking task runs, the clock does not jump to the next timer by itself: sockets
    // and disks get their time.
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
