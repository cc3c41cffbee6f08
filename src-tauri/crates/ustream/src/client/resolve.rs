//! From a target to what it leads to: one recording, or several to choose from.

use futures_util::future::join;
use url::Url;

use super::catalog::Catalog;
use super::channel::ChannelProbe;
use super::{Client, RecordingRef, VisitedPage};
use crate::api::{self, ApiResponse, ChannelInfo};
use crate::{Access, ChannelId, Error, Target, TargetError, hosts};

/// A page may embed a channel; nothing the service has leads further.
const MAX_HOPS: usize = 3;

/// What a target leads to.
#[derive(Debug)]
pub enum ResolvedLink {
    /// One recording.
    Recording(RecordingRef),
    /// The recordings of a channel, or the players of a page.
    Collection(Box<Catalog>),
}

/// The page of a channel by number.
pub(super) fn channel_page_url(channel: ChannelId) -> String {
    format!("https://video.ibm.com/channel/id/{channel}")
}

impl VisitedPage {
    /// The recording or channel that it is about, by its address, its own words or its player.
    fn linked_target(&self) -> Option<Target> {
        let of_page = [Target::of_url(&self.url), self.page.canonical.clone()];
        let players = self.page.players.iter().cloned();
        let mut all = of_page.into_iter().flatten().chain(players);
        all.find(|target| matches!(target, Target::Recording(_) | Target::Channel(_)))
    }
}

impl Client {
    /// Follows a target to one recording: of a channel the newest, of a page the first player's.
    pub async fn find_recording(
        &self,
        target: &Target,
        access: &Access,
    ) -> Result<RecordingRef, Error> {
        let mut target = target.clone();
        for _ in 0..MAX_HOPS {
            let mut catalog = match self.resolve(&target, access).await? {
                ResolvedLink::Recording(found) => return Ok(found),
                ResolvedLink::Collection(catalog) => catalog,
            };
            let first = catalog
                .next()
                .await?
                .and_then(|page| page.into_iter().next());
            match first.ok_or(Error::NotRecorded)?.target {
                Target::Recording(recording) => {
                    return Ok(RecordingRef {
                        recording,
                        channel: catalog.channel(),
                        newest: catalog.channel().is_some(),
                    });
                }
                other => target = other,
            }
        }
        Err(Error::NotRecorded)
    }

    /// Says what a target leads to.
    pub async fn resolve(&self, target: &Target, access: &Access) -> Result<ResolvedLink, Error> {
        match target {
            Target::Recording(id) => Ok(ResolvedLink::Recording(RecordingRef::direct(*id))),
            Target::Channel(id) => self.resolve_channel(*id, access).await,
            Target::Slug(slug) => {
                let visited = self.visit_slug(slug).await?;
                self.resolve_channel_page(visited, access).await
            }
            Target::Page(url) if target.embedding_page().is_some() => {
                self.resolve_embedding_page(url, access).await
            }
            Target::Page(url) => {
                let visited = self.visit(url.as_str()).await?;
                self.resolve_page(visited, access).await
            }
        }
    }

    /// A channel's number; a channel's name may be all digits, too.
    async fn resolve_channel(
        &self,
        channel: ChannelId,
        access: &Access,
    ) -> Result<ResolvedLink, Error> {
        // An open channel is answered by its list alone.
        let listed = self.recordings(channel, 1).await;
        if listed
            .as_ref()
            .is_ok_and(|listing| !listing.recordings.is_empty())
        {
            let catalog = Catalog::from_recording_page(self, channel, listed?);
            return Ok(ResolvedLink::Collection(Box::new(catalog)));
        }
        let (info, visited) = join(
            self.channel_info(channel),
            self.visit(&channel_page_url(channel)),
        )
        .await;
        let is_unknown = matches!(info, Ok(ApiResponse::Missing(_)));
        if is_unknown && matches!(visited, Err(Error::NotFound(_))) {
            let by_name = self.visit_slug(&channel.to_string()).await?;
            return match by_name.page.channel {
                Some(_) => self.resolve_channel_page(by_name, access).await,
                None => Err(Error::NotFound(channel.to_string())),
            };
        }
        let listed = Some(listed);
        let door = ChannelProbe {
            channel,
            info,
            visited,
            listed,
        };
        self.open_channel(door, access).await
    }

    /// A short link may have led to a recording, and a page may be about one.
    async fn resolve_page(
        &self,
        visited: VisitedPage,
        access: &Access,
    ) -> Result<ResolvedLink, Error> {
        match visited.linked_target() {
            Some(Target::Recording(id)) => Ok(ResolvedLink::Recording(RecordingRef::direct(id))),
            _ => self.resolve_channel_page(visited, access).await,
        }
    }

    /// What a page of the website leads to: the channel it belongs to, else what it is about.
    async fn resolve_channel_page(
        &self,
        visited: VisitedPage,
        access: &Access,
    ) -> Result<ResolvedLink, Error> {
        let channel = match (visited.page.channel, visited.linked_target()) {
            (Some(channel), _) => channel,
            (None, Some(Target::Recording(id))) => {
                return Ok(ResolvedLink::Recording(RecordingRef::direct(id)));
            }
            (None, Some(Target::Channel(id))) => {
                return Box::pin(self.resolve_channel(id, access)).await;
            }
            (None, _) => return Err(Error::NotFound(visited.url.to_string())),
        };
        let mut listed = None;
        // The list of a channel behind a form says nothing that helps.
        if visited.page.form.is_none() {
            match self.recordings(channel, 1).await {
                Ok(listing) if !listing.recordings.is_empty() => {
                    let catalog = Catalog::from_recording_page(self, channel, listing);
                    return Ok(ResolvedLink::Collection(Box::new(catalog)));
                }
                nothing => listed = Some(nothing),
            }
        }
        let (info, visited) = (self.channel_info(channel).await, Ok(visited));
        let door = ChannelProbe {
            channel,
            info,
            visited,
            listed,
        };
        self.open_channel(door, access).await
    }

    /// What another site's page plays. A player alone on its page needs no choice.
    async fn resolve_embedding_page(
        &self,
        url: &Url,
        access: &Access,
    ) -> Result<ResolvedLink, Error> {
        let other_site = |url: &Url| {
            let host = url.host_str().unwrap_or_default().to_owned();
            Error::Target(TargetError::OtherSite { host })
        };
        let visited = match Self::visit_with(&self.web, url.as_str()).await {
            // What is larger than any page is none.
            Err(Error::NotFound(_) | Error::TooLarge { .. }) => return Err(other_site(url)),
            Err(problem @ (Error::Busy { .. } | Error::Locked(_))) => return Err(problem),
            Err(problem) => {
                return Err(Error::Page {
                    host: url.host_str().unwrap_or_default().to_owned(),
                    source: Box::new(problem),
                });
            }
            Ok(visited) => visited,
        };
        if visited.url.host_str().is_some_and(hosts::is_site) {
            return Box::pin(self.resolve_page(visited, access)).await;
        }
        let players = visited.page.players;
        match players.as_slice() {
            [] => Err(other_site(url)),
            [alone] => Box::pin(self.resolve(alone, access)).await,
            _ => Ok(ResolvedLink::Collection(Box::new(
                Catalog::from_players(self, players).await,
            ))),
        }
    }

    /// The page of a channel by name: below `/channel/`, or, as of old, at the root.
    async fn visit_slug(&self, slug: &str) -> Result<VisitedPage, Error> {
        let address = |path: &[&str]| {
            let mut url = Url::parse("https://video.ibm.com").ok()?;
            url.path_segments_mut().ok()?.clear().extend(path);
            Some(String::from(url))
        };
        let not_found = || Error::NotFound(slug.to_owned());
        let below = address(&["channel", slug]).ok_or_else(not_found)?;
        match self.visit(&below).await {
            Err(Error::NotFound(_)) => {}
            visited => return visited,
        }
        let root = address(&[slug]).ok_or_else(not_found)?;
        self.visit(&root).await.map_err(|error| match error {
            Error::NotFound(_) => not_found(),
            other => other,
        })
    }

    pub(super) async fn channel_info(
        &self,
        id: ChannelId,
    ) -> Result<ApiResponse<ChannelInfo>, Error> {
        self.ask_api(&api::channel_url(id), api::channel).await
    }
}
