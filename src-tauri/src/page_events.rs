//! What happens, on its way to the page: the jobs as they change, and what else the shell hears.

use std::sync::{Mutex, PoisonError};

use engine::JobStream;
use engine::view::AppEvent;
use tauri::async_runtime::{self, JoinHandle};
use tauri::ipc::Channel;

/// The one reader of the one page.
#[derive(Default)]
pub(crate) struct PageEvents {
    subscription: Mutex<Option<PageSubscription>>,
}

struct PageSubscription {
    channel: Channel<AppEvent>,
    task: JoinHandle<()>,
}

impl PageEvents {
    /// Sends every update of `feed` to the page. A page that was loaded anew asks again, and its
    /// old reader ends.
    pub(crate) fn watch(&self, mut feed: JobStream, channel: Channel<AppEvent>) {
        let page = channel.clone();
        let task = async_runtime::spawn(async move {
            while let Some(update) = feed.next().await {
                // The page is gone, and so is whoever read this.
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

    /// Tells the page something else; whether there is a page that hears it.
    pub(crate) fn send(&self, news: AppEvent) -> bool {
        let reader = self.subscription();
        reader
            .as_ref()
            .is_some_and(|reader| reader.channel.send(news).is_ok())
    }

    /// The page has come up: it has asked for the jobs.
    pub(crate) fn is_watched(&self) -> bool {
        self.subscription().is_some()
    }

    /// Ends the reader, and waits for that.
    pub(crate) async fn close(&self) {
        let reader = self.subscription().take();
        if let Some(PageSubscription { task, .. }) = reader {
            task.abort();
            // An aborted reader answers with an error; there is nothing in it.
            let _ = task.await;
        }
    }

    fn subscription(&self) -> std::sync::MutexGuard<'_, Option<PageSubscription>> {
        self.subscription
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
