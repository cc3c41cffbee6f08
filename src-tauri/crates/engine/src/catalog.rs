//! What a link leads to: one recording, or several to choose from.

use ustream::{CatalogEntry, Target};

use crate::error::Error;
use crate::names;
use crate::view::{EntryView, Preview};

/// What a link leads to.
#[derive(Debug)]
pub enum ResolvedLink {
    /// One recording.
    Recording(Box<Preview>),
    /// The recordings of a channel, or the players of a page.
    Collection(Catalog),
}

/// The recordings of a channel, newest first, or the players of a page, in its order.
#[derive(Debug)]
pub struct Catalog {
    entries: ustream::Catalog,
    page: Option<String>,
}

impl Catalog {
    pub(crate) fn new(entries: ustream::Catalog, target: &Target) -> Self {
        let page = target.embedding_page().map(ToString::to_string);
        Self { entries, page }
    }

    /// These are the recordings of a channel.
    pub fn is_of_channel(&self) -> bool {
        self.entries.channel().is_some()
    }

    /// The page of another site that embeds them: the referrer to save them with.
    pub fn page(&self) -> Option<&str> {
        self.page.as_deref()
    }

    /// How many there are on all pages, where the service says so.
    pub fn total(&self) -> Option<u32> {
        self.entries.total()
    }

    /// The next page; nothing after the last. After a failure the same page can be asked for again.
    pub async fn next(&mut self) -> Result<Option<Vec<EntryView>>, Error> {
        let page = self.entries.next().await?;
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
            thumbnail: entry.thumbnail.map(String::from),
        }
    }
}
