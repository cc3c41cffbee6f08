//! Resolves the links of a command to the recordings to save.

use std::collections::HashSet;

use engine::{Access, Catalog, Engine, ResolvedLink, Target, read_link};

use crate::archive::Archive;
use crate::exit::Exit;
use crate::filter::{EntryFilter, IndexFilter};
use crate::link_list::RequestedLink;
use crate::password::Prompt;

/// One recording to save.
#[derive(Debug)]
pub(crate) struct SelectedRecording {
    pub(crate) link: String,
    pub(crate) access: Access,
}

/// The recordings that the links lead to.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    pub(crate) list: Vec<SelectedRecording>,
    /// Number of recordings that were saved before.
    pub(crate) already_saved: usize,
    /// Links that could not be resolved.
    pub(crate) failed: Vec<(RequestedLink, Exit)>,
    seen: HashSet<String>,
}

/// Resolves links.
pub(crate) struct LinkResolver<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) access: Access,
    pub(crate) prompt: Prompt<'a>,
    pub(crate) filter: EntryFilter,
    /// Recordings to leave out.
    pub(crate) archive: Option<&'a Archive>,
}

impl LinkResolver<'_> {
    /// Resolves all links in order. A link that fails does not stop the others.
    pub(crate) async fn resolve(&mut self, links: Vec<RequestedLink>) -> Selection {
        let mut selection = Selection::default();
        for link in links {
            if let Err(exit) = self.resolve_one(&link.text, &mut selection).await {
                selection.failed.push((link, exit));
            }
        }
        selection
    }

    async fn resolve_one(&mut self, link: &str, selection: &mut Selection) -> Result<(), Exit> {
        let mut access = self.access.clone();
        if let Target::Recording(id) = read_link(link)? {
            self.add(selection, link.to_owned(), Some(&id.to_string()), access);
            return Ok(());
        }
        let newest_of_any_day =
            self.filter.index == IndexFilter::Newest && self.filter.since.is_none();
        if newest_of_any_day && self.archive.is_none() {
            // The engine takes the newest by itself.
            self.add(selection, link.to_owned(), None, access);
            return Ok(());
        }
        let engine = self.engine;
        let resolve = async |access: &Access| engine.resolve_link(link, access).await;
        match self
            .prompt
            .unlock(engine, (link, &mut access), resolve)
            .await?
        {
            ResolvedLink::Recording(preview) => {
                self.add(selection, link.to_owned(), Some(&preview.recording), access);
            }
            ResolvedLink::Collection(catalog) => self.add_filtered(*catalog, selection).await?,
        }
        Ok(())
    }

    async fn add_filtered(
        &self,
        mut catalog: Catalog,
        selection: &mut Selection,
    ) -> Result<(), Exit> {
        let access = Access {
            referrer: self
                .access
                .referrer
                .clone()
                .or_else(|| catalog.page().map(ToOwned::to_owned)),
            ..self.access.clone()
        };
        let (mut number, mut taken) = (0, 0);
        while let Some(page) = catalog.next().await? {
            for entry in page {
                number += 1;
                if self.filter.matches(number, &entry) {
                    taken += 1;
                    let recording = entry.recording.as_deref();
                    self.add(selection, entry.link.clone(), recording, access.clone());
                }
                if self.filter.is_exhausted(number, taken, &entry) {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn add(
        &self,
        selection: &mut Selection,
        link: String,
        recording: Option<&str>,
        access: Access,
    ) {
        let name = recording.unwrap_or(&link).to_owned();
        if !selection.seen.insert(name) {
            return;
        }
        let is_known = |archive: &Archive| recording.is_some_and(|id| archive.contains(id));
        if self.archive.is_some_and(is_known) {
            selection.already_saved += 1;
        } else {
            selection.list.push(SelectedRecording { link, access });
        }
    }
}
