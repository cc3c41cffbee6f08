//! Collects the information in the messages of one session, and decides when it is complete.

use std::time::Duration;

use super::super::message::{ModuleInfo, Site, WHAT};
use super::super::stream::{StoredStream, StreamState};
use super::super::timeline;
use crate::Error;

/// All that the control connection says about a recording.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StreamInfo {
    /// How the recording is stored.
    pub stored: StoredStream,
    /// Servers of its segments, the preferred one first. Not checked.
    pub sites: Vec<Site>,
    /// Title.
    pub title: Option<String>,
    /// User name of the owner.
    pub owner: Option<String>,
    /// Length in milliseconds, stated outside the stream.
    pub length: Option<u64>,
}

impl StreamInfo {
    /// Merges the messages of a conversation that has ended.
    pub(crate) fn of_messages(messages: impl IntoIterator<Item = ModuleInfo>) -> Self {
        let mut builder = StreamInfoBuilder::default();
        for message in messages {
            builder.add(message, Duration::ZERO);
        }
        builder.take()
    }

    /// Returns the longest stated length in milliseconds.
    pub(crate) fn length_ms(&self) -> Option<u64> {
        let formats = [&self.stored.fmp4, &self.stored.flv].into_iter().flatten();
        formats
            .filter_map(|format| format.length)
            .chain(self.stored.length)
            .chain(self.length)
            .max()
    }

    /// Returns whether a list of hashes covers less than a recording of this length.
    pub(crate) fn ends_before(&self, length_ms: u64) -> bool {
        let mut formats = self.stored.usable();
        formats.any(|format| timeline::ends_too_early(format, Some(length_ms)))
    }
}

/// The information so far, and since when it is usable.
#[derive(Default)]
pub(super) struct StreamInfoBuilder {
    info: StreamInfo,
    /// Length by the API.
    api_length_ms: Option<u64>,
    /// When the last usable segments became known.
    usable_since: Option<Duration>,
    /// Since when only unusable formats are known.
    unusable_since: Option<Duration>,
}

impl StreamInfoBuilder {
    /// Merges one message.
    pub(super) fn add(&mut self, message: ModuleInfo, now: Duration) {
        let before = self.known_hashes();
        let info = &mut self.info;
        if let Some(StreamState::Stored(stored)) = message.stream {
            info.stored.merge(*stored);
        }
        for site in message.sites {
            if !info.sites.contains(&site) {
                info.sites.push(site);
            }
        }
        info.title = message.title.or(info.title.take());
        info.owner = message.owner.or(info.owner.take());
        info.length = message.length.max(info.length);
        if !self.is_usable() {
            let stored = &self.info.stored;
            if stored.has_unknown_formats || stored.is_described() {
                self.unusable_since.get_or_insert(now);
            }
        } else if self.usable_since.is_none() || self.known_hashes() > before {
            self.usable_since = Some(now);
        }
    }

    /// Adds the length that the API states.
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

    /// Returns whether media can be fetched, at least from the servers known in advance.
    pub(super) fn is_usable(&self) -> bool {
        self.has_playlists_or_files() || self.info.stored.usable().next().is_some()
    }

    /// Returns whether URLs of playlists or files are known, which need nothing more.
    fn has_playlists_or_files(&self) -> bool {
        let StoredStream {
            playlists, files, ..
        } = &self.info.stored;
        !playlists.is_empty() || !files.is_empty()
    }

    /// Returns whether all hashes are readable, none seems to be missing, and they cover the
    /// stated length.
    pub(super) fn is_complete(&self) -> bool {
        let stated_ms = self.stated_ms();
        self.info.stored.usable().all(|format| {
            let is_readable = format.hashes.values().all(|hash| !hash.is_empty());
            is_readable
                && !timeline::has_gap(format)
                && !timeline::ends_too_early(format, stated_ms)
        })
    }

    /// Returns whether nothing more is expected. While the length is unknown, later messages may add
    /// hashes.
    pub(super) fn is_finished(&self) -> bool {
        let is_covered = || {
            let mut formats = self.info.stored.usable();
            self.stated_ms().is_some() && self.is_complete() && !formats.any(timeline::is_sparse)
        };
        self.has_playlists_or_files()
            || (self.is_usable() && !self.info.sites.is_empty() && is_covered())
    }

    /// Returns when to stop waiting: `hashes` or `servers` after the last news; `None` if nothing
    /// is known yet.
    pub(super) fn deadline(&self, hashes: Duration, servers: Duration) -> Option<Duration> {
        let wait = if self.info.sites.is_empty() {
            servers
        } else {
            hashes
        };
        let since = self.usable_since.map(|since| since + wait);
        since.or(self.unusable_since.map(|since| since + hashes))
    }

    /// Restarts the waiting times for another attempt.
    pub(super) fn reset_timers(&mut self) {
        self.usable_since = None;
        self.unusable_since = None;
    }

    /// Returns the information and resets it.
    pub(super) fn take(&mut self) -> StreamInfo {
        std::mem::take(&mut self.info)
    }

    /// Returns why the information is unusable; `None` if it is usable or still missing.
    pub(super) fn unusable_reason(&self) -> Option<Error> {
        let stored = &self.info.stored;
        if self.is_usable() {
            None
        } else if stored.is_described() {
            Some(Error::Malformed {
                what: WHAT,
                problem: "it names segments, and not where they are".to_owned(),
            })
        } else {
            stored.has_unknown_formats.then_some(Error::NoRendition)
        }
    }
}
