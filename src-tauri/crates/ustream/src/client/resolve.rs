//! Resolves a target to one recording or to a collection.

use futures_util::future::join;
use url::Url;

use super::catalog::Catalog;
use super::channel::ChannelProbe;
use super::{Client, RecordingRef, VisitedPage};
use crate::api::{self, ApiResponse, ChannelInfo};
use crate::{Access, ChannelId, Error, Target, TargetError, hosts};

/// Longest chain from a target to a recording: a page may embed a channel, which has recordings.
const MAX_HOPS: usize = 3;

/// What a target leads to.
#[derive(Debug)]
pub enum ResolvedLink {
    /// One recording.
    Recording(RecordingRef),
    /// The recordings of a channel, or the players of a page.
    Collection(Box<Catalog>),
}

/// Returns the URL of a channel's page.
pub(super) fn channel_page_url(channel: ChannelId) -> String {
    format!("https://video.ibm.com/channel/id/{channel}")
}

impl VisitedPage {
    /// Returns the recording or channel that the page is about: by its URL, its canonical URL or its
    /// first player.
    pub(super) fn linked_target(&self) -> Option<Target> {
        let of_page = [Target::of_url(&self.url), self.page.canonical.clone()];
        let players = self.page.players.iter().cloned();
        let mut all = of_page.into_iter().flatten().chain(players);
        all.find(|target| matches!(target, Target::Recording(_) | Target::Channel(_)))
    }
}

impl Client {
    /// Resolves a target to one recording: the newest of a channel, the first player of a page.
    ///
    /// Fails with [`Error::NotRecorded`] if there is none.
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

    /// Resolves a target to one recording or to a collection.
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
            Target::Session(path) => {
                let session = self.session(path).await?;
                Ok(ResolvedLink::Recording(RecordingRef::direct(
                    session.recording,
                )))
            }
            Target::Page(url) => {
                let visited = self.visit(url.as_str()).await?;
                self.resolve_page(visited, access).await
            }
        }
    }

    /// Resolves a channel by its number; a number that is unknown may be a channel's name.
    async fn resolve_channel(
        &self,
        channel: ChannelId,
        access: &Access,
    ) -> Result<ResolvedLink, Error> {
        // The list of an open channel is enough.
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
        let probe = ChannelProbe {
            channel,
            info,
            visited,
            listed,
        };
        self.open_channel(probe, access).await
    }

    /// Resolves a page of the service: it may be about a recording, else about a channel.
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

    /// Resolves a page of the website to the channel that it belongs to, else to what it is about.
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
        // The API list of a channel behind a form is of no use.
        if visited.page.form.is_none() {
            match self.recordings(channel, 1).await {
                Ok(listing) if !listing.recordings.is_empty() => {
                    let catalog = Catalog::from_recording_page(self, channel, listing);
                    return Ok(ResolvedLink::Collection(Box::new(catalog)));
                }
                other => listed = Some(other),
            }
        }
        let (info, visited) = (self.channel_info(channel).await, Ok(visited));
        let probe = ChannelProbe {
            channel,
            info,
            visited,
            listed,
        };
        self.open_channel(probe, access).await
    }

    /// Resolves a page of another site by its players. A single player is resolved itself.
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
            // Too large for a page: taken as a page without a player.
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
            [player] => Box::pin(self.resolve(player, access)).await,
            _ => Ok(ResolvedLink::Collection(Box::new(
                Catalog::from_players(self, players).await,
            ))),
        }
    }

    /// Fetches the page of a channel by name: below `/channel/`, else at the root, its older place.
    pub(super) async fn visit_slug(&self, slug: &str) -> Result<VisitedPage, Error> {
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
