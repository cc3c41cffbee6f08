//! Resolves the links of a command to the recordings to save.

use std::collections::HashSet;

use engine::view::{EntryView, LiveChannelView};
use engine::{Access, Catalog, Engine, OutputLocation, ResolvedLink, Target, Template, read_link};

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
    /// The channel, if its stream is recorded.
    pub(crate) live: Option<LiveChannelView>,
    stated: StatedAmount,
}

/// What a list states of a recording.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct StatedAmount {
    pub(crate) duration_ms: Option<u64>,
    pub(crate) bytes: Option<u64>,
}

impl From<&EntryView> for StatedAmount {
    fn from(entry: &EntryView) -> Self {
        Self {
            duration_ms: entry.duration_ms,
            bytes: entry.about_bytes,
        }
    }
}

impl StatedAmount {
    /// Returns about how much all are together. Those whose size is not stated count by their
    /// duration, as the others do.
    fn of_all(all: &[Self]) -> Self {
        let sum = |amounts: &mut dyn Iterator<Item = Option<u64>>| {
            let known = amounts.flatten();
            known.reduce(u64::saturating_add)
        };
        let duration_ms = sum(&mut all.iter().map(|it| it.duration_ms));
        let (sized, unsized_): (Vec<Self>, Vec<Self>) =
            all.iter().partition(|it| it.bytes.is_some());
        let bytes = sum(&mut sized.iter().map(|it| it.bytes)).map(|bytes| {
            let timed = sized.iter().filter(|it| it.duration_ms.is_some());
            let timed_bytes = sum(&mut timed.clone().map(|it| it.bytes)).unwrap_or(0);
            let timed_ms = sum(&mut timed.map(|it| it.duration_ms)).unwrap_or(0);
            let unsized_ms = sum(&mut unsized_.iter().map(|it| it.duration_ms)).unwrap_or(0);
            let more =
                u128::from(timed_bytes) * u128::from(unsized_ms) / u128::from(timed_ms).max(1);
            bytes.saturating_add(u64::try_from(more).unwrap_or(u64::MAX))
        });
        Self { duration_ms, bytes }
    }
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
    /// The stream of a channel that is on air is recorded.
    pub(crate) records_live: bool,
    /// So is that of one that is off air, as soon as it is on air.
    pub(crate) waits_for_live: bool,
    /// Where it is saved, and how the name is made.
    pub(crate) output: &'a OutputLocation,
    pub(crate) template: &'a Template,
}

impl Selection {
    /// Returns about how much all recordings are together, as far as lists state it.
    pub(crate) fn stated(&self) -> StatedAmount {
        let all: Vec<_> = self.list.iter().map(|selected| selected.stated).collect();
        StatedAmount::of_all(&all)
    }
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
            let name = id.to_string();
            self.add(
                selection,
                (link, Some(&name)),
                access,
                StatedAmount::default(),
            );
            return Ok(());
        }
        let newest_of_any_day =
            self.filter.index == IndexFilter::Newest && self.filter.since.is_none();
        if newest_of_any_day
            && self.records_live
            && let Some(channel) = self.live_channel(link).await
            && self.records(&channel).await?
        {
            selection.list.push(SelectedRecording {
                link: channel.link.clone(),
                access,
                live: Some(channel),
                stated: StatedAmount::default(),
            });
            return Ok(());
        }
        if newest_of_any_day && self.archive.is_none() {
            // The engine takes the newest by itself.
            self.add(selection, (link, None), access, StatedAmount::default());
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
                let stated = StatedAmount {
                    duration_ms: preview.duration_ms,
                    bytes: preview.about_bytes,
                };
                self.add(selection, (link, Some(&preview.recording)), access, stated);
            }
            ResolvedLink::Collection(catalog) => self.add_filtered(*catalog, selection).await?,
        }
        Ok(())
    }

    /// Returns whether the stream of a channel is recorded: it runs, it is waited for, or an earlier run has
    /// left some of it that is to be saved.
    async fn records(&self, channel: &LiveChannelView) -> Result<bool, Exit> {
        let (output, template) = (self.output, self.template);
        let engine = self.engine;
        Ok(channel.is_on_air
            || self.waits_for_live
            || engine
                .has_unfinished_stream(&channel.link, output, template)
                .await?)
    }

    /// Returns the channel of a link. If that can't be found out, its recordings are looked for, and that
    /// says why.
    async fn live_channel(&self, link: &str) -> Option<LiveChannelView> {
        let asked = self.engine.live_channel(link).await;
        asked
            .inspect_err(|error| tracing::info!(%error, "not known whether it is on air"))
            .ok()
            .flatten()
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
                    let stated = StatedAmount::from(&entry);
                    self.add(selection, (&entry.link, recording), access.clone(), stated);
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
        (link, recording): (&str, Option<&str>),
        access: Access,
        stated: StatedAmount,
    ) {
        let name = recording.unwrap_or(link).to_owned();
        if !selection.seen.insert(name) {
            return;
        }
        let is_known = |archive: &Archive| recording.is_some_and(|id| archive.contains(id));
        if self.archive.is_some_and(is_known) {
            selection.already_saved += 1;
        } else {
            selection.list.push(SelectedRecording {
                link: link.to_owned(),
                access,
                live: None,
                stated,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_without_a_stated_size_counts_as_the_others_do() {
        let all = |stated: &[(Option<u64>, Option<u64>)]| {
            let stated = stated.iter();
            let all: Vec<_> = stated
                .map(|&(duration_ms, bytes)| StatedAmount { duration_ms, bytes })
                .collect();
            let StatedAmount { duration_ms, bytes } = StatedAmount::of_all(&all);
            (duration_ms, bytes)
        };
        assert_eq!(all(&[]), (None, None));
        assert_eq!(all(&[(Some(10), None), (None, None)]), (Some(10), None));
        assert_eq!(
            all(&[(None, Some(7)), (Some(10), None)]),
            (Some(10), Some(7))
        );
        let stated = [(Some(10), Some(50)), (Some(30), None), (None, Some(7))];
        assert_eq!(all(&stated), (Some(40), Some(50 + 150 + 7)));
        assert_eq!(all(&[(Some(0), Some(5)), (Some(1), None)]).1, Some(10));
    }
}
