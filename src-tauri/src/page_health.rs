//! Brings the page back after its process has ended, and notices a page that does not answer.

use std::time::Duration;

use tauri::{AppHandle, Manager as _, async_runtime};
use tokio::sync::mpsc;

use crate::desktop::{DesktopIntegration, WINDOW};
use crate::messages::Messages;
use crate::page_events::PageEvents;

/// If the page has not loaded after this time, show an error: some drivers leave a web view blank.
const START_TIMEOUT: Duration = Duration::from_secs(20);
/// The same for a page that is loaded again.
const RETURN_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest wait for an answer of the page.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(3);

/// Is true while our page is shown, and not an error page of the web view.
const IS_SHOWN: &str = "document.querySelector('main') !== null";

/// Waits for the page after the start of the app.
pub(crate) fn expect_page(app: &AppHandle) {
    async_runtime::spawn(complain_without_page(app.clone(), START_TIMEOUT));
}

/// Loads the page again after its process has ended; the jobs go on meanwhile.
pub(crate) fn reload(app: &AppHandle) {
    let was_shown = app.state::<PageEvents>().forget_page();
    tracing::warn!(was_shown, "the process of the page has ended");
    // One that ends before it shows anything would do so again: the message is on its way.
    if was_shown {
        load(app);
    }
}

fn load(app: &AppHandle) {
    let reloaded = app
        .get_webview_window(WINDOW)
        .is_some_and(|window| window.reload().is_ok());
    let timeout = if reloaded {
        RETURN_TIMEOUT
    } else {
        Duration::ZERO
    };
    async_runtime::spawn(complain_without_page(app.clone(), timeout));
}

/// Shows an error if no page has loaded in time, because the user would see a blank window.
async fn complain_without_page(app: AppHandle, timeout: Duration) {
    tokio::time::sleep(timeout).await;
    if app.state::<PageEvents>().is_watched() || app.get_webview_window(WINDOW).is_none() {
        return;
    }
    let handle = app.clone();
    let then = move |tries_again| {
        if tries_again {
            load(&handle);
        } else {
            close_now(&handle);
        }
    };
    let messages = app.state::<Messages>();
    messages.ask(&app, "shell-no_page", "do-again", then);
}

/// Closes the window without a question if its page does not answer.
pub(crate) fn close_unless_answered(app: &AppHandle) {
    let app = app.clone();
    async_runtime::spawn(async move {
        if !answers(&app).await {
            tracing::warn!("the page does not answer, so the window closes without a question");
            close_now(&app);
        }
    });
}

fn close_now(app: &AppHandle) {
    app.state::<DesktopIntegration>().allow_close();
    if let Some(window) = app.get_webview_window(WINDOW)
        && let Err(error) = window.close()
    {
        tracing::warn!(%error, "the window cannot be closed");
        app.exit(1);
    }
}

/// Returns whether our page is shown and answers in time.
pub(crate) async fn answers(app: &AppHandle) -> bool {
    let Some(window) = app.get_webview_window(WINDOW) else {
        return false;
    };
    let (tell, mut told) = mpsc::channel(1);
    let asked = window.eval_with_callback(IS_SHOWN, move |answer| {
        // Fails if the answer comes too late.
        let _ = tell.try_send(answer == "true");
    });
    let told = tokio::time::timeout(ANSWER_TIMEOUT, told.recv()).await;
    asked.is_ok() && told == Ok(Some(true))
}
