//! Sends events to the page: job updates, and events of the shell.

use std::sync::{Mutex, PoisonError};

use engine::JobStream;
use engine::view::{AppEvent, Update};
use tauri::async_runtime::{self, JoinHandle};
use tauri::ipc::Channel;

/// The event subscription of the page, if it has one.
#[derive(Default)]
pub(crate) struct PageEvents {
    subscription: Mutex<Option<PageSubscription>>,
    /// A link that was opened before the page subscribed.
    pending_link: Mutex<Option<String>>,
}

struct PageSubscription {
    channel: Channel<AppEvent>,
    task: JoinHandle<()>,
}

impl PageEvents {
    /// Sends every update of `updates` to the page, as `prepare` changes it. A reloaded page
    /// subscribes again, which ends its old subscription.
    pub(crate) fn watch(
        &self,
        mut updates: JobStream,
        prepare: impl Fn(Update) -> Update + Send + 'static,
        channel: Channel<AppEvent>,
    ) {
        let page = channel.clone();
        let task = async_runtime::spawn(async move {
            while let Some(update) = updates.next().await {
                let update = prepare(update);
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
        let pending = self.pending_link().take();
        if let Some(link) = pending {
            self.open_link(link);
        }
    }

    /// Sends a link to the page, now or when it has loaded: macOS sends the link that starts the app
    /// long before.
    pub(crate) fn open_link(&self, link: String) {
        let event = AppEvent::Link { link: link.clone() };
        if !self.send(event) {
            *self.pending_link() = Some(link);
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

    /// Ends the subscription of a page that is gone. Returns whether there was one.
    pub(crate) fn forget_page(&self) -> bool {
        let subscription = self.subscription().take();
        subscription.is_some_and(|PageSubscription { task, .. }| {
            task.abort();
            true
        })
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

    fn pending_link(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.pending_link
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn subscription(&self) -> std::sync::MutexGuard<'_, Option<PageSubscription>> {
        self.subscription
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tauri::ipc::InvokeResponseBody;

    use super::*;

    /// Subscribes a page, and returns what it is sent.
    fn subscribe(events: &PageEvents) -> Arc<Mutex<Vec<String>>> {
        let received = Arc::new(Mutex::new(Vec::new()));
        let page = Arc::clone(&received);
        let channel = Channel::new(move |body| {
            if let InvokeResponseBody::Json(json) = body {
                page.lock().unwrap().push(json);
            }
            Ok(())
        });
        let engine = engine::Engine::open(engine::Config::default()).unwrap();
        events.watch(engine.job_stream(), |update| update, channel);
        received
    }

    #[tokio::test]
    async fn a_link_that_comes_before_the_page_is_sent_once_it_listens() {
        let events = PageEvents::default();
        events.open_link("https://video.ibm.com/recorded/1".to_owned());
        let links = |received: &Mutex<Vec<String>>| {
            let received = received.lock().unwrap();
            let is_link = |json: &&String| json.contains("recorded/1");
            received.iter().filter(is_link).count()
        };
        assert_eq!(links(&subscribe(&events)), 1);
        // A reloaded page does not get it again.
        assert_eq!(links(&subscribe(&events)), 0);
    }
}
