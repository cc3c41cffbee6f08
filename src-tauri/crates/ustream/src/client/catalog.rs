//! Several recordings to choose from, page by page.

use std::collections::HashSet;

use futures_util::future::join_all;
use url::Url;

use super::Client;
use crate::api::{ApiResponse, ListedRecording, RecordingPage, SocialStreamPage, VideoInfo};
use crate::{ChannelId, Error, Target};

/// Many times the longest list that is known; a list without end has one here.
const MAX_ENTRIES: usize = 50_000;

/// One recording, or one player of a page, as a list shows it. What the list does not tell is
/// absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogEntry {
    /// What it leads to.
    pub target: Target,
    /// Its title.
    pub title: Option<String>,
    /// When it was made, in seconds since 1970.
    pub date_unix_s: Option<i64>,
    /// Its length.
    pub duration_ms: Option<u64>,
    /// A picture of it.
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
            thumbnail: video.thumbnail,
        }
    }
}

/// The recordings of a channel, newest first, or the players of a page, in its order. The first
/// page is there from the start; the others are fetched when they are asked for.
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
    /// This page of the API's list, of so many where it says so.
    Api {
        page: u32,
        page_count: Option<u32>,
    },
    /// This path of the website's list.
    SocialStream(String),
    End,
}

impl Catalog {
    /// The API's list, from its first page on.
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

    /// The website's list, from its first page on.
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

    /// A list that came in one.
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

    /// The players of a page; what the API knows of each is asked at once.
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

    /// The channel whose list it is; none for the players of a page.
    pub fn channel(&self) -> Option<ChannelId> {
        self.channel
    }

    /// How many entries there are on all pages, where the service says so.
    pub fn total(&self) -> Option<u32> {
        self.total
    }

    /// The next page; nothing after the last. After a failure the same page can be asked for
    /// again. A recording that comes twice, since the list grew meanwhile, is given once.
    pub async fn next(&mut self) -> Result<Option<Vec<CatalogEntry>>, Error> {
        loop {
            let page = match self.first_page.take() {
                Some(first) => first,
                None => match self.fetch().await? {
                    Some(entries) => entries,
                    None => return Ok(None),
                },
            };
            let mut new = page;
            new.retain(|entry| self.seen.insert(entry.target.clone()));
            if self.seen.len() >= MAX_ENTRIES {
                self.next_page = NextPage::End;
            }
            if !new.is_empty() {
                return Ok(Some(new));
            }
            // A page without anything new is past the end, whatever it says of more.
            self.next_page = NextPage::End;
        }
    }

    async fn fetch(&mut self) -> Result<Option<Vec<CatalogEntry>>, Error> {
        let listed = match (&self.next_page, self.channel) {
            (
                NextPage::Api {
                    page,
                    page_count: of,
                },
                Some(channel),
            ) => {
                let (page, of) = (*page, *of);
                let mut listing = self.client.recordings(channel, page).await?;
                listing.page_count = listing.page_count.or(of);
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
    /// What follows page `page` of the API's list.
    fn after(page: u32, listing: &RecordingPage) -> Self {
        let is_last = listing.page_count.is_some_and(|of| page >= of);
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
    /// What the API says of a player. It may fail: the address is enough to go on.
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
            Target::Slug(_) | Target::Page(_) => VideoInfo::default(),
        };
        CatalogEntry::new(target, video)
    }
}
