//! What the messages of one conversation add up to.

use std::time::Duration;

use super::super::message::{ModuleInfo, Site, WHAT};
use super::super::stream::{StoredStream, StreamState};
use super::super::timeline;
use crate::Error;

/// What the service said about a recording.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StreamInfo {
    /// How it is stored.
    pub stored: StoredStream,
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

    /// Whether a list of hashes covers less than a recording of this length has.
    pub(crate) fn ends_before(&self, length_ms: u64) -> bool {
        let mut formats = self.stored.usable();
        formats.any(|format| timeline::ends_too_early(format, Some(length_ms)))
    }
}

/// What is known so far, and since when.
#[derive(Default)]
pub(super) struct StreamInfoBuilder {
    info: StreamInfo,
    /// The length by the API.
    api_length_ms: Option<u64>,
    /// When segments that can be fetched were told of, or more of them.
    usable_since: Option<Duration>,
    /// Since when there is nothing but formats that cannot be used.
    unusable_since: Option<Duration>,
}

impl StreamInfoBuilder {
    pub(super) fn add(&mut self, news: ModuleInfo, now: Duration) {
        let before = self.known_hashes();
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
        info.length = news.length.max(info.length);
        if !self.is_usable() {
            let StoredStream {
                has_unknown_formats: has_others,
                ..
            } = self.info.stored;
            if has_others || self.info.stored.is_described() {
                self.unusable_since.get_or_insert(now);
            }
        } else if self.usable_since.is_none() || self.known_hashes() > before {
            self.usable_since = Some(now);
        }
    }

    /// The API has said how long the recording is.
    pub(super) fn add_length(&mut self, length_ms: u64) {
        self.api_length_ms = Some(length_ms).max(self.api_length_ms);
    }

    fn known_hashes(&self) -> usize {
        let usable = self.info.stored.usable();
        usable.map(|format| format.hashes.len()).sum()
    }

    fn stated_ms(&self) -> Option<u64> {
        self.info.length_ms().max(self.api_length_ms)
    }

    /// Segments can be fetched, at least from the servers that are known without being named.
    pub(super) fn is_usable(&self) -> bool {
        self.has_playlists_or_files() || self.info.stored.usable().next().is_some()
    }

    /// It is told where playlists or files are, which need nothing more.
    fn has_playlists_or_files(&self) -> bool {
        let StoredStream {
            playlists, files, ..
        } = &self.info.stored;
        !playlists.is_empty() || !files.is_empty()
    }

    /// The hashes can all be read, none seems to be missing, and they reach as far as the
    /// recording is said to last.
    pub(super) fn is_complete(&self) -> bool {
        let stated_ms = self.stated_ms();
        self.info.stored.usable().all(|format| {
            let is_readable = format.hashes.values().all(|hash| !hash.is_empty());
            is_readable
                && !timeline::has_gap(format)
                && !timeline::ends_too_early(format, stated_ms)
        })
    }

    /// There is nothing to wait for. While nobody has said how long the recording is, more hashes
    /// may follow in later messages.
    pub(super) fn is_finished(&self) -> bool {
        let is_covered = || {
            let mut formats = self.info.stored.usable();
            self.stated_ms().is_some() && self.is_complete() && !formats.any(timeline::is_sparse)
        };
        self.has_playlists_or_files()
            || (self.is_usable() && !self.info.sites.is_empty() && is_covered())
    }

    /// When what is known must do.
    pub(super) fn deadline(&self, hashes: Duration, servers: Duration) -> Option<Duration> {
        let wait = if self.info.sites.is_empty() {
            servers
        } else {
            hashes
        };
        let since = self.usable_since.map(|since| since + wait);
        since.or(self.unusable_since.map(|since| since + hashes))
    }

    /// Another attempt has its own time to complete what is known.
    pub(super) fn reset_timers(&mut self) {
        self.usable_since = None;
        self.unusable_since = None;
    }

    pub(super) fn take(&mut self) -> StreamInfo {
        std::mem::take(&mut self.info)
    }

    /// Why nothing can be made of what was said.
    pub(super) fn unusable_reason(&self) -> Option<Error> {
        let StoredStream {
            has_unknown_formats: has_others,
            ..
        } = self.info.stored;
        if self.is_usable() {
            None
        } else if self.info.stored.is_described() {
            Some(Error::Malformed {
                what: WHAT,
                problem: "it names segments, and not where they are".to_owned(),
            })
        } else {
            has_others.then_some(Error::NoRendition)
        }
    }
}
