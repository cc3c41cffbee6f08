//! The clipboard, which the page may not read or write itself.

use std::sync::{Arc, Mutex, PoisonError};

use super::{CommandResult, blocking, internal_error};

/// The clipboard of the desktop.
#[derive(Clone, Default)]
pub(crate) struct Clipboard {
    /// Kept open once something was copied: on Linux the text is gone with the program that offers
    /// it.
    offer: Arc<Mutex<Option<arboard::Clipboard>>>,
}

impl Clipboard {
    /// Returns the text on the clipboard, if there is any.
    pub(crate) async fn text(&self) -> CommandResult<Option<String>> {
        let text = blocking(|| arboard::Clipboard::new()?.get_text()).await?;
        match text {
            Ok(text) => Ok(Some(text)),
            // The clipboard is empty, or holds no text.
            Err(arboard::Error::ContentNotAvailable) => Ok(None),
            Err(error) => Err(internal_error(error)),
        }
    }

    /// Replaces what is on the clipboard.
    pub(crate) async fn put(&self, text: String) -> CommandResult<()> {
        let offer = Arc::clone(&self.offer);
        let put = blocking(move || {
            let mut clipboard = arboard::Clipboard::new()?;
            clipboard.set_text(text)?;
            *offer.lock().unwrap_or_else(PoisonError::into_inner) = Some(clipboard);
            Ok(())
        });
        put.await?
            .map_err(|error: arboard::Error| internal_error(error))
    }
}
