//! What the messages of one conversation add up to.

use std::time::Duration;

use super::super::message::{ModuleInfo, Site};
use super::super::stream::{Stored, StreamState};
use crate::Error;
use crate::plan::timeline;

/// What the service said about a recording.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StreamInfo {
    /// How it is stored.
    pub stored: Stored,
    /// Servers of its pieces, best first.
    pub sites: Vec<Site>,
    /// Its title.
    pub title: Option<String>,
    /// Who made it.
    pub owner: Option<String>,
    /// A length that is said beside the stream.
    pub length: Option<u64>,
}

impl StreamInfo {
    /// The longest length that is said, of those whose unit is known.
    pub(crate) fn length_ms(&self) -> Option<u64> {
        let formats = [&self.stored.fmp4, &self.stored.flv].into_iter().flatten();
        formats
            .filter_map(|format| format.length)
            .chain(self.stored.length)
            .chain(self.length)
            .max()
    }
}

/// What is known so far, and since when.
#[derive(Default)]
pub(super) struct Gathered {
    info: StreamInfo,
    usable_since: Option<Duration>,
    /// Since when there is nothing but formats that are not known here.
    foreign_since: Option<Duration>,
}

impl Gathered {
    pub(super) fn add(&mut self, news: ModuleInfo, now: Duration) {
        let info = &mut self.info;
        if let Some(StreamState::Stored(stored)) = news.stream {
            info.stored.merge(*stored);
        }
        for site in news.sites {
            if !info.sites.contains(&site) {
                info.sites.push(site);
            }
        }
        info.title = news.title.or(info.title.take());
        info.owner = news.owner.or(info.owner.take());
        info.length = news.length.or(info.length);
        if self.is_usable() {
            self.usable_since.get_or_insert(now);
        } else if self.info.stored.has_others {
            self.foreign_since.get_or_insert(now);
        }
    }

    /// Pieces can be fetched, at least from the servers that are known without being named.
    pub(super) fn is_usable(&self) -> bool {
        self.is_elsewhere() || self.info.stored.usable().next().is_some()
    }

    /// It is told where playlists or files are, which need nothing more.
    fn is_elsewhere(&self) -> bool {
        let Stored {
            playlists, files, ..
        } = &self.info.stored;
        !playlists.is_empty() || !files.is_empty()
    }

    /// The hashes can all be read, and reach as far as the recording is said to last.
    pub(super) fn is_complete(&self) -> bool {
        let Stored { length, .. } = self.info.stored;
        self.info.stored.usable().all(|format| {
            let length = format.length.or(length).or(self.info.length);
            let is_readable = format.hashes.values().all(|hash| !hash.is_empty());
            is_readable && !timeline::ends_too_early(format, length)
        })
    }

    /// There is nothing to wait for.
    pub(super) fn is_whole(&self) -> bool {
        let has_all = !self.info.sites.is_empty() && self.is_complete();
        self.is_elsewhere() || (self.is_usable() && has_all)
    }

    /// When what is known must do.
    pub(super) fn settles_at(&self, hashes: Duration, servers: Duration) -> Option<Duration> {
        let wait = if self.info.sites.is_empty() {
            servers
        } else {
            hashes
        };
        let since = self.usable_since.map(|since| since + wait);
        since.or(self.foreign_since.map(|since| since + hashes))
    }

    /// Another attempt has its own time to complete what is known.
    pub(super) fn forget_time(&mut self) {
        self.usable_since = None;
        self.foreign_since = None;
    }

    pub(super) fn take(&mut self) -> StreamInfo {
        std::mem::take(&mut self.info)
    }

    /// Why nothing can be made of what was said.
    pub(super) fn refusal(&self) -> Option<Error> {
        let is_refused = self.info.stored.has_others && !self.is_usable();
        is_refused.then_some(Error::NoRendition)
    }
}
