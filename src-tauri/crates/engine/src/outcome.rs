//! How a run or a step of it ends: done, cancelled or failed.

use tokio_util::sync::CancellationToken;

use crate::error::Error;

/// `Ok` is done; `?` passes on both a cancellation and a failure.
pub(crate) type Outcome<T, E = Error> = Result<T, Stopped<E>>;

/// Why a run did not get to its end.
#[derive(Debug)]
pub(crate) enum Stopped<E = Error> {
    /// The user paused or removed the job, or the program is closing.
    Cancelled,
    Failed(E),
}

impl<E: Into<Error>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Waits for `work` unless the job is cancelled first.
pub(crate) fn unless_cancelled<T, E>(
    cancel: &CancellationToken,
    work: impl Future<Output = T>,
) -> impl Future<Output = Outcome<T, E>> {
    // Boxed, or each wrapper around the work would hold all of its state once more.
    let work = Box::pin(work);
    async move {
        let done = cancel.run_until_cancelled(work).await;
        done.ok_or(Stopped::Cancelled)
    }
}
