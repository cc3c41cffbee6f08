//! Sends events to the page: job updates, and events of the shell.

use std::sync::{Mutex, PoisonError};

use engine::JobStream;
use engine::view::AppEvent;
use tauri::async_runtime::{self, JoinHandle};
use tauri::ipc::Channel;

/// The event subscription of the page, if it has one.
#[derive(Default)]
pub(crate) struct PageEvents {
    subscription: Mutex<Option<PageSubscription>>,
}

struct PageSubscription {
    channel: Channel<AppEvent>,
    task: JoinHandle<()>,
}

impl PageEvents {
    /// Sends every update of `updates` to the page. A reloaded page subscribes again, which ends its
    /// old subscription.
    pub(crate) fn watch(&self, mut updates: JobStream, channel: Channel<AppEvent>) {
        let page = channel.clone();
        let task = async_runtime::spawn(async move {
            while let Some(update) = updates.next().await {
                // The page is gone.
                if page.send(AppEvent::Jobs { update }).is_err() {
                    break;
                }
            }
        });
        if let Some(old) = self
            .subscription()
            .replace(PageSubscription { channel, task })
        {
            old.task.abort();
        }
    }

    /// Sends another event to the page. Returns whether there is a page to receive it.
    pub(crate) fn send(&self, event: AppEvent) -> bool {
        let subscription = self.subscription();
        subscription
            .as_ref()
            .is_some_and(|subscription| subscription.channel.send(event).is_ok())
    }

    /// Returns whether the page has loaded and subscribed.
    pub(crate) fn is_watched(&self) -> bool {
        self.subscription().is_some()
    }

    /// Ends the subscription, and waits until its task has ended.
    pub(crate) async fn close(&self) {
        let subscription = self.subscription().take();
        if let Some(PageSubscription { task, .. }) = subscription {
            task.abort();
            // Joining an aborted task returns an error; ignore it.
            let _ = task.await;
        }
    }

    fn subscription(&self) -> std::sync::MutexGuard<'_, Option<PageSubscription>> {
        self.subscription
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
