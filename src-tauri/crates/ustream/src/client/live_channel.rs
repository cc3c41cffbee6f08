//! Finds the channel of a target, and whether it is on air.

use url::Url;

use super::{Client, VisitedPage};
use crate::api::ApiResponse;
use crate::{ChannelId, Error, Target};

/// A channel whose stream can be recorded, now or when it is on air.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveChannel {
    /// The channel.
    pub channel: ChannelId,
    /// Its title in the service's words.
    pub title: Option<String>,
    /// User name of the owner.
    pub owner: Option<String>,
    /// Address of its picture.
    pub thumbnail: Option<Url>,
    /// Whether it broadcasts now; `None` if the API does not say.
    pub is_on_air: Option<bool>,
}

impl Client {
    /// Returns the channel that a target leads to, if it leads to one. Asks for the page of a channel
    /// that is given by name, and then the API.
    ///
    /// Fails with [`Error::NotFound`] if the channel does not exist.
    pub async fn live_channel(&self, target: &Target) -> Result<Option<LiveChannel>, Error> {
        let Some(channel) = self.channel_of(target).await? else {
            return Ok(None);
        };
        let unknown = LiveChannel {
            channel,
            title: None,
            owner: None,
            thumbnail: None,
            is_on_air: None,
        };
        Ok(Some(match self.channel_info(channel).await? {
            ApiResponse::Available(info) => LiveChannel {
                title: info.title,
                owner: info.owner,
                thumbnail: info.thumbnail,
                is_on_air: Some(info.is_live),
                ..unknown
            },
            ApiResponse::Locked(_) => unknown,
            ApiResponse::Removed(words) => return Err(Error::NotFound(words)),
            ApiResponse::Missing(_) => return Err(Error::NotFound(channel.to_string())),
        }))
    }

    async fn channel_of(&self, target: &Target) -> Result<Option<ChannelId>, Error> {
        let visited = match target {
            Target::Channel(channel) => return Ok(Some(*channel)),
            Target::Recording(_) | Target::Session(_) => return Ok(None),
            Target::Slug(slug) => self.visit_slug(slug).await?,
            // It may have several players; its list is shown as for recordings.
            Target::Page(_) if target.embedding_page().is_some() => return Ok(None),
            Target::Page(url) => self.visit(url.as_str()).await?,
        };
        Ok(channel_of_page(&visited))
    }
}

fn channel_of_page(visited: &VisitedPage) -> Option<ChannelId> {
    match visited.linked_target() {
        Some(Target::Channel(channel)) => Some(channel),
        // A page about a recording names its channel too.
        Some(Target::Recording(_)) => None,
        _ => visited.page.channel,
    }
}
