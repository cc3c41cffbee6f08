//! Collections of recordings, fetched page by page.

use std::collections::HashSet;

use futures_util::future::join_all;
use url::Url;

use super::Client;
use crate::api::{ApiResponse, ListedRecording, RecordingPage, SocialStreamPage, VideoInfo};
use crate::{ChannelId, Error, Target};

/// A list ends after this many entries, many times the longest known list.
const MAX_ENTRIES: usize = 50_000;

/// One recording, or one player of a page. Members that the list does not state are `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogEntry {
    /// What it leads to.
    pub target: Target,
    /// Title.
    pub title: Option<String>,
    /// Creation time, in seconds since 1970 UTC.
    pub date_unix_s: Option<i64>,
    /// Length in milliseconds.
    pub duration_ms: Option<u64>,
    /// Size of the stored file in bytes.
    pub size_bytes: Option<u64>,
    /// URL of a thumbnail.
    pub thumbnail: Option<Url>,
}

impl From<ListedRecording> for CatalogEntry {
    fn from(ListedRecording { id, video }: ListedRecording) -> Self {
        Self::new(Target::Recording(id), video)
    }
}

impl CatalogEntry {
    fn new(target: Target, video: VideoInfo) -> Self {
        Self {
            target,
            title: video.title,
            date_unix_s: video.date_unix_s,
            duration_ms: video.duration_ms,
            size_bytes: video.size_bytes,
            thumbnail: video.thumbnail,
        }
    }
}

/// The recordings of a channel, newest first, or the players of a page, in its order. The first
/// page is fetched when the catalog is created, the others by [`Self::next`].
#[derive(Debug)]
pub struct Catalog {
    client: Client,
    channel: Option<ChannelId>,
    total: Option<u32>,
    first_page: Option<Vec<CatalogEntry>>,
    next_page: NextPage,
    seen: HashSet<Target>,
}

/// Where the next page comes from.
#[derive(Debug)]
enum NextPage {
    /// Page number `page` of the API's list, counted from 1, and the number of pages if stated.
    Api {
        page: u32,
        page_count: Option<u32>,
    },
    /// The path of a page of the website's list.
    SocialStream(String),
    End,
}

impl Catalog {
    /// Creates a catalog from the first page of the API's list.
    pub(super) fn from_recording_page(
        client: &Client,
        channel: ChannelId,
        listing: RecordingPage,
    ) -> Self {
        let total = listing.item_count;
        let next_page = NextPage::after(1, &listing);
        let entries = listing.recordings;
        Self {
            total,
            next_page,
            ..Self::from_recordings(client, channel, entries)
        }
    }

    /// Creates a catalog from the first page of the website's list.
    pub(super) fn from_social_stream(
        client: &Client,
        channel: ChannelId,
        page: SocialStreamPage,
    ) -> Self {
        let next_page = page.next.map_or(NextPage::End, NextPage::SocialStream);
        let total = None;
        Self {
            total,
            next_page,
            ..Self::from_recordings(client, channel, page.recordings)
        }
    }

    /// Creates a catalog from a list that has one page.
    pub(super) fn from_recordings(
        client: &Client,
        channel: ChannelId,
        listed: Vec<ListedRecording>,
    ) -> Self {
        let entries: Vec<CatalogEntry> = listed.into_iter().map(CatalogEntry::from).collect();
        Self {
            channel: Some(channel),
            ..Self::from_entries(client, entries)
        }
    }

    /// Creates a catalog of the players of a page, and asks the API about all of them concurrently.
    pub(super) async fn from_players(client: &Client, players: Vec<Target>) -> Self {
        let entries = players.into_iter().map(|target| client.entry(target));
        Self::from_entries(client, join_all(entries).await)
    }

    fn from_entries(client: &Client, entries: Vec<CatalogEntry>) -> Self {
        Self {
            client: client.clone(),
            channel: None,
            total: u32::try_from(entries.len()).ok(),
            first_page: Some(entries),
            next_page: NextPage::End,
            seen: HashSet::new(),
        }
    }

    /// Returns the channel whose recordings these are; `None` for the players of a page.
    pub fn channel(&self) -> Option<ChannelId> {
        self.channel
    }

    /// Returns the title of the channel; `None` if the API does not state it.
    pub async fn channel_title(&self) -> Option<String> {
        match self.client.channel_info(self.channel?).await {
            Ok(ApiResponse::Available(channel)) => channel.title,
            _ => None,
        }
    }

    /// Returns the number of entries on all pages, if the service states it.
    pub fn total(&self) -> Option<u32> {
        self.total
    }

    /// Returns the next page; `None` after the last.
    ///
    /// Each recording is returned once, even if the list grows in the meantime. After an error the
    /// same page can be requested again.
    pub async fn next(&mut self) -> Result<Option<Vec<CatalogEntry>>, Error> {
        loop {
            let page = match self.first_page.take() {
                Some(first) => first,
                None => match self.fetch().await? {
                    Some(entries) => entries,
                    None => return Ok(None),
                },
            };
            let mut page = page;
            page.retain(|entry| self.seen.insert(entry.target.clone()));
            if self.seen.len() >= MAX_ENTRIES {
                self.next_page = NextPage::End;
            }
            if !page.is_empty() {
                return Ok(Some(page));
            }
            // A page with nothing new is past the end, whatever it says about further pages.
            self.next_page = NextPage::End;
        }
    }

    async fn fetch(&mut self) -> Result<Option<Vec<CatalogEntry>>, Error> {
        let listed = match (&self.next_page, self.channel) {
            (NextPage::Api { page, page_count }, Some(channel)) => {
                let (page, page_count) = (*page, *page_count);
                let mut listing = self.client.recordings(channel, page).await?;
                listing.page_count = listing.page_count.or(page_count);
                self.next_page = NextPage::after(page, &listing);
                listing.recordings
            }
            (NextPage::SocialStream(path), _) => {
                let page = self.client.social_stream(path).await?;
                self.next_page = page.next.map_or(NextPage::End, NextPage::SocialStream);
                page.recordings
            }
            _ => return Ok(None),
        };
        Ok(Some(listed.into_iter().map(CatalogEntry::from).collect()))
    }
}

impl NextPage {
    /// Returns what follows page `page` of the API's list.
    fn after(page: u32, listing: &RecordingPage) -> Self {
        let is_last = listing.page_count.is_some_and(|count| page >= count);
        if is_last || listing.recordings.is_empty() {
            return Self::End;
        }
        Self::Api {
            page: page.saturating_add(1),
            page_count: listing.page_count,
        }
    }
}

impl Client {
    /// Describes a player by what the API says. Errors are ignored: the target alone is enough.
    async fn entry(&self, target: Target) -> CatalogEntry {
        let video = match &target {
            Target::Recording(id) => match self.video_info(*id).await {
                Ok(ApiResponse::Available(video)) => video,
                _ => VideoInfo::default(),
            },
            Target::Channel(id) => match self.channel_info(*id).await {
                Ok(ApiResponse::Available(channel)) => VideoInfo {
                    title: channel.title,
                    ..VideoInfo::default()
                },
                _ => VideoInfo::default(),
            },
            Target::Slug(_) | Target::Page(_) | Target::Session(_) => VideoInfo::default(),
        };
        CatalogEntry::new(target, video)
    }
}
