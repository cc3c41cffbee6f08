//! A channel that is going to be kept: what it has already.

use ustream::{Access, ChannelId, Target};

use crate::catalog::{Catalog, ResolvedLink};
use crate::code::Code;
use crate::engine::{Engine, read_link};
use crate::error::Error;
use crate::view::{EntryView, Failure};

/// A channel as it is now.
#[derive(Clone, Debug)]
pub struct FoundChannel {
    /// Its number.
    pub channel: ChannelId,
    /// The link by which the user has found it.
    pub link: String,
    /// Its title, if the service states it.
    pub title: Option<String>,
    /// The page of another site that embeds it.
    pub page: Option<String>,
    /// Every recording in its list.
    pub listed: Vec<EntryView>,
    /// Whether its stream runs.
    pub is_on_air: bool,
}

impl FoundChannel {
    /// Reads the whole list of the channel that a link leads to, which may be empty, and asks for its
    /// stream. Returns `None` if the link leads to anything else.
    pub async fn read(engine: &Engine, link: &str, access: &Access) -> Result<Option<Self>, Error> {
        match engine.resolve_link(link, access).await {
            Ok(ResolvedLink::Recording(_)) => Ok(None),
            Ok(ResolvedLink::Collection(catalog)) => Self::of_list(engine, *catalog, access).await,
            Err(error) if is_without_recordings(&error) => {
                Self::without_recordings(engine, link, access).await
            }
            Err(error) => Err(error),
        }
    }

    async fn of_list(
        engine: &Engine,
        mut catalog: Catalog,
        access: &Access,
    ) -> Result<Option<Self>, Error> {
        let Some(channel) = catalog.channel() else {
            return Ok(None);
        };
        let title = catalog.channel_title().await;
        let mut listed = Vec::new();
        while let Some(page) = catalog.next().await? {
            listed.extend(page);
        }
        let stream = engine
            .live_channel(&Target::Channel(channel).link())
            .await?;
        let page = catalog.page().map(ToOwned::to_owned);
        Ok(Some(Self {
            channel,
            link: catalog.link().to_owned(),
            title,
            page: access.referrer.clone().or(page),
            listed,
            is_on_air: stream.is_some_and(|stream| stream.is_on_air),
        }))
    }

    async fn without_recordings(
        engine: &Engine,
        link: &str,
        access: &Access,
    ) -> Result<Option<Self>, Error> {
        let Some(stream) = engine.live_channel(link).await? else {
            return Ok(None);
        };
        let Target::Channel(channel) = read_link(&stream.link)? else {
            return Ok(None);
        };
        Ok(Some(Self {
            channel,
            link: read_link(link)?.link(),
            title: stream.title,
            page: access.referrer.clone(),
            listed: Vec::new(),
            is_on_air: stream.is_on_air,
        }))
    }
}

/// Returns whether the channel is there and has no recording at the moment.
pub(super) fn is_without_recordings(error: &Error) -> bool {
    matches!(
        Failure::from(error).code,
        Code::NotRecorded | Code::StillLive
    )
}
