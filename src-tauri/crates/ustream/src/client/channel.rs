//! From a channel to its newest recording: by its form's list, the API's, or its page's.

use futures_util::future::join;
use url::Url;

use super::{Client, Found, Visited, is_numbered};
use crate::api::{self, Answer, Channel, Listing};
use crate::{Access, ChannelId, Error, Lock, RecordingId, Target};

/// The page of a channel by number.
pub(super) fn page_of(channel: ChannelId) -> String {
    format!("https://video.ibm.com/channel/id/{channel}")
}

impl Client {
    /// One page of a channel's recordings, newest first; pages count from 1, and the first that
    /// is empty is past the end.
    pub async fn recordings(&self, channel: ChannelId, page: u32) -> Result<Listing, Error> {
        let answer = self
            .ask_api(&api::listing_url(channel, page), api::listing)
            .await?;
        match answer {
            Answer::Here(listing) => Ok(listing),
            Answer::Missing(_) => Err(Error::NotFound(channel.to_string())),
            Answer::Removed(words) => Err(Error::NotFound(words)),
            Answer::Locked(locks) if locks.password => {
                Err(Error::Locked(Lock::Password { wrong: false }))
            }
            Answer::Locked(locks) if locks.is_login() => Err(Error::Locked(Lock::Login)),
            Answer::Locked(_) => Err(Error::Locked(Lock::Other("list".to_owned()))),
        }
    }

    /// A channel's number; a channel's name may be all digits, too.
    pub(super) async fn find_by_number(
        &self,
        channel: ChannelId,
        access: &Access,
    ) -> Result<Found, Error> {
        let (info, visited) = join(self.channel(channel), self.visit(&page_of(channel))).await;
        let is_unknown = matches!(info, Ok(Answer::Missing(_)));
        if !(is_unknown && matches!(visited, Err(Error::NotFound(_)))) {
            return self.newest(channel, info, visited, access).await;
        }
        let by_name = self.visit_slug(&channel.to_string()).await?;
        match by_name.page.channel {
            Some(_) => self.find_on(by_name, access).await,
            None => Err(Error::NotFound(channel.to_string())),
        }
    }

    /// What a page of the website leads to.
    pub(super) async fn find_on(&self, visited: Visited, access: &Access) -> Result<Found, Error> {
        let pointed_at = visited.page.points_at.clone().filter(is_numbered);
        let (channel, visited) = match (visited.page.channel, pointed_at) {
            (Some(channel), _) => (channel, Ok(visited)),
            (None, Some(Target::Recording(id))) => return Ok(Found::itself(id)),
            (None, Some(Target::Channel(id))) => (id, self.visit(&page_of(id)).await),
            (None, _) => return Err(Error::NotFound(visited.url.to_string())),
        };
        let info = self.channel(channel).await;
        self.newest(channel, info, visited, access).await
    }

    /// The page of a channel by name: below `/channel/`, or, as of old, at the root.
    pub(super) async fn visit_slug(&self, slug: &str) -> Result<Visited, Error> {
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

    async fn channel(&self, id: ChannelId) -> Result<Answer<Channel>, Error> {
        self.ask_api(&api::channel_url(id), api::channel).await
    }

    /// The newest recording, by whichever list has one. The lists may fail one by one.
    async fn newest(
        &self,
        channel: ChannelId,
        info: Result<Answer<Channel>, Error>,
        visited: Result<Visited, Error>,
        access: &Access,
    ) -> Result<Found, Error> {
        let found = |recording| Found {
            recording,
            channel: Some(channel),
            newest: true,
        };
        let mut problem = None;
        let info = match info {
            Ok(Answer::Here(info)) => info,
            Ok(Answer::Locked(locks)) => Channel {
                locks,
                is_live: false,
            },
            Ok(Answer::Missing(_)) => Channel::default(),
            Ok(Answer::Removed(words)) => return Err(Error::NotFound(words)),
            Err(error) => unless_busy(error, &mut problem)?.unwrap_or_default(),
        };
        if info.locks.is_login() {
            return Err(Error::Locked(Lock::Login));
        }
        let visited = match visited {
            Ok(visited) => Some(visited),
            Err(error) => unless_busy(error, &mut problem)?,
        };
        let shows_form = visited
            .as_ref()
            .is_some_and(|visited| visited.page.form.is_some());
        if (info.locks.is_registration_gate() || shows_form)
            && let Some(id) = self
                .newest_past_the_form(channel, visited.as_ref(), access)
                .await?
        {
            return Ok(found(id));
        }
        match self.recordings(channel, 1).await {
            Ok(listing) => {
                if let Some(id) = listing.recordings.first() {
                    return Ok(found(*id));
                }
                problem = None;
            }
            Err(Error::Locked(Lock::Password { .. })) => {
                // The list takes no password: one that was given was of no use here.
                let wrong = access.password.is_some();
                problem = Some(Error::Locked(Lock::Password { wrong }));
            }
            Err(error) => problem = Some(problem.unwrap_or(error)),
        }
        match visited.and_then(|visited| visited.page.off_air.first().copied()) {
            Some(id) => Ok(found(id)),
            None if info.is_live => Err(Error::StillLive),
            None => Err(problem.unwrap_or(Error::NotRecorded)),
        }
    }

    async fn newest_past_the_form(
        &self,
        channel: ChannelId,
        visited: Option<&Visited>,
        access: &Access,
    ) -> Result<Option<RecordingId>, Error> {
        let hash = match self.known_hash(channel) {
            Some(hash) => hash,
            None => self.register(channel, visited, access).await?,
        };
        Ok(self.content(channel, visited, &hash).await.first().copied())
    }
}

/// A list that fails is no matter while others may answer; a request to be left alone is.
fn unless_busy<T>(error: Error, problem: &mut Option<Error>) -> Result<Option<T>, Error> {
    if matches!(error, Error::Busy { .. }) {
        return Err(error);
    }
    problem.get_or_insert(error);
    Ok(None)
}
