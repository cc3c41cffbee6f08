//! What happens, on its way to the page: the jobs as they change, and what else the shell hears.

use std::sync::{Mutex, PoisonError};

use engine::Feed;
use engine::view::News;
use tauri::async_runtime::{self, JoinHandle};
use tauri::ipc::Channel;

/// The one reader of the one page.
#[derive(Default)]
pub(crate) struct Feeds {
    reader: Mutex<Option<Reader>>,
}

struct Reader {
    channel: Channel<News>,
    task: JoinHandle<()>,
}

impl Feeds {
    /// Sends every update of `feed` to the page. A page that was loaded anew asks again, and its
    /// old reader ends.
    pub(crate) fn watch(&self, mut feed: Feed, channel: Channel<News>) {
        let page = channel.clone();
        let task = async_runtime::spawn(async move {
            while let Some(update) = feed.next().await {
                // The page is gone, and so is whoever read this.
                if page.send(News::Jobs { update }).is_err() {
                    break;
                }
            }
        });
        if let Some(old) = self.reader().replace(Reader { channel, task }) {
            old.task.abort();
        }
    }

    /// Tells the page something else; whether there is a page that hears it.
    pub(crate) fn tell(&self, news: News) -> bool {
        let reader = self.reader();
        reader
            .as_ref()
            .is_some_and(|reader| reader.channel.send(news).is_ok())
    }

    /// The page has come up: it has asked for the jobs.
    pub(crate) fn is_watched(&self) -> bool {
        self.reader().is_some()
    }

    /// Ends the reader, and waits for that.
    pub(crate) async fn close(&self) {
        let reader = self.reader().take();
        if let Some(Reader { task, .. }) = reader {
            task.abort();
            // An aborted reader answers with an error; there is nothing in it.
            let _ = task.await;
        }
    }

    fn reader(&self) -> std::sync::MutexGuard<'_, Option<Reader>> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
