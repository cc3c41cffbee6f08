//! The jobs as they change, on their way to the page.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use engine::Feed;
use engine::view::Update;
use tauri::async_runtime::{self, JoinHandle};
use tauri::ipc::Channel;

/// One reader of the jobs for each web view.
#[derive(Default)]
pub(crate) struct Feeds {
    readers: Mutex<HashMap<String, JoinHandle<()>>>,
}

impl Feeds {
    /// Sends every update of `feed` to the web view. A page that was loaded anew asks again, and
    /// its old reader ends.
    pub(crate) fn watch(&self, view: &str, mut feed: Feed, channel: Channel<Update>) {
        let reader = async_runtime::spawn(async move {
            while let Some(update) = feed.next().await {
                // The page is gone, and so is whoever read this.
                if channel.send(update).is_err() {
                    break;
                }
            }
        });
        if let Some(old) = self.readers().insert(view.to_owned(), reader) {
            old.abort();
        }
    }

    /// Ends all readers, and waits for that.
    pub(crate) async fn close(&self) {
        let readers: Vec<_> = self.readers().drain().collect();
        for (_, reader) in readers {
            reader.abort();
            // An aborted reader answers with an error; there is nothing in it.
            let _ = reader.await;
        }
    }

    fn readers(&self) -> std::sync::MutexGuard<'_, HashMap<String, JoinHandle<()>>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
