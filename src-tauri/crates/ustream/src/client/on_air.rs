//! Finds the channel of a target that is on air.

use url::Url;

use super::{Client, VisitedPage};
use crate::api::ApiResponse;
use crate::{ChannelId, Error, Target};

/// A channel that is on air.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnAirChannel {
    /// The channel.
    pub channel: ChannelId,
    /// Its title in the service's words.
    pub title: Option<String>,
    /// User name of the owner.
    pub owner: Option<String>,
    /// Address of its picture.
    pub thumbnail: Option<Url>,
}

impl Client {
    /// Returns the channel that a target leads to, if it is on air. Asks for the page of a channel that is
    /// given by name, and then the API.
    pub async fn on_air(&self, target: &Target) -> Result<Option<OnAirChannel>, Error> {
        let Some(channel) = self.channel_of(target).await? else {
            return Ok(None);
        };
        Ok(match self.channel_info(channel).await? {
            ApiResponse::Available(info) if info.is_live => Some(OnAirChannel {
                channel,
                title: info.title,
                owner: info.owner,
                thumbnail: info.thumbnail,
            }),
            _ => None,
        })
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
