//! What a link resolves to: one recording, or several to choose from.

use ustream::{CatalogEntry, ChannelId, Target};

use crate::error::Error;
use crate::names;
use crate::service::Service;
use crate::view::{EntryView, Preview};

/// What a link resolves to.
#[derive(Debug)]
pub enum ResolvedLink {
    /// One recording.
    Recording(Box<Preview>),
    /// The recordings of a channel, or the players of a page.
    Collection(Box<Catalog>),
}

/// The recordings of a channel, newest first, or the players of a page, in its order.
#[derive(Debug)]
pub struct Catalog {
    entries: Box<ustream::Catalog>,
    link: String,
    page: Option<String>,
    service: Service,
}

impl Catalog {
    pub(crate) fn new(entries: Box<ustream::Catalog>, target: &Target, service: Service) -> Self {
        let page = target.embedding_page().map(ToString::to_string);
        Self {
            entries,
            link: target.link(),
            page,
            service,
        }
    }

    /// Returns the link that led to the list, without the text around it.
    pub fn link(&self) -> &str {
        &self.link
    }

    /// Returns the channel whose recordings these are; `None` for the players of a page.
    pub fn channel(&self) -> Option<ChannelId> {
        self.entries.channel()
    }

    /// Returns the title of that channel, if the service states it. It is only shown, so an error
    /// counts as none.
    pub async fn channel_title(&self) -> Option<String> {
        let title = self.entries.channel_title().await?;
        names::display_text(Some(&title))
    }

    /// Returns the page of another site that embeds them; use it as the referrer when saving.
    pub fn page(&self) -> Option<&str> {
        self.page.as_deref()
    }

    /// Returns the number of entries on all pages, if the service states it.
    pub fn total(&self) -> Option<u32> {
        self.entries.total()
    }

    /// Fetches the next page; `None` after the last. After an error the same page can be retried.
    pub async fn next(&mut self) -> Result<Option<Vec<EntryView>>, Error> {
        // Not `run`: each attempt borrows the entries.
        let mut retry = self.service.for_lookup();
        let page = loop {
            retry.wait_for_pause().await;
            if let Some(page) = retry.settle(self.entries.next().await).await? {
                break page;
            }
        };
        Ok(page.map(|entries| entries.into_iter().map(EntryView::from).collect()))
    }
}

impl From<CatalogEntry> for EntryView {
    fn from(entry: CatalogEntry) -> Self {
        Self {
            link: entry.target.link(),
            recording: match entry.target {
                Target::Recording(id) => Some(id.to_string()),
                _ => None,
            },
            title: names::display_text(entry.title.as_deref()),
            date_unix_s: entry.date_unix_s,
            duration_ms: entry.duration_ms,
            about_bytes: entry.size_bytes,
            thumbnail: entry.thumbnail.map(String::from),
        }
    }
}
