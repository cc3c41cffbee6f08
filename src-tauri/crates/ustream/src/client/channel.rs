//! Finds the recordings of a channel whose API list is empty or fails: behind its form, in the
//! website's list, or on its page.

use super::catalog::Catalog;
use super::{Client, ResolvedLink, VisitedPage};
use crate::api::{
    self, ApiResponse, ChannelInfo, ListedRecording, RecordingPage, SocialStreamPage,
};
use crate::http::{self, BodyLimit};
use crate::{Access, ChannelId, Error, Lock};

const SOCIAL_STREAM_LIMIT: BodyLimit = BodyLimit {
    what: "the list of the website",
    bytes: api::MAX_ANSWER_BYTES,
};

/// The responses about a channel so far.
pub(super) struct ChannelProbe {
    pub(super) channel: ChannelId,
    pub(super) info: Result<ApiResponse<ChannelInfo>, Error>,
    pub(super) visited: Result<VisitedPage, Error>,
    /// The first page of its API list, if it was requested: empty, or an error.
    pub(super) listed: Option<Result<RecordingPage, Error>>,
}

impl Client {
    /// Fetches one page of a channel's recordings, newest first. Pages are counted from 1; the first
    /// empty page is past the end.
    pub(super) async fn recordings(
        &self,
        channel: ChannelId,
        page: u32,
    ) -> Result<RecordingPage, Error> {
        let answer = self
            .ask_api(&api::recording_page_url(channel, page), api::recording_page)
            .await?;
        match answer {
            ApiResponse::Available(listing) => Ok(listing),
            ApiResponse::Missing(_) => Err(Error::NotFound(channel.to_string())),
            ApiResponse::Removed(words) => Err(Error::NotFound(words)),
            ApiResponse::Locked(locks) if locks.password => {
                Err(Error::Locked(Lock::Password { wrong: false }))
            }
            ApiResponse::Locked(locks) if locks.is_login() => Err(Error::Locked(Lock::Login)),
            ApiResponse::Locked(_) => Err(Error::Locked(Lock::Other("list".to_owned()))),
        }
    }

    /// Tries every other list of the channel. Errors of single lists are ignored while another may
    /// succeed.
    pub(super) async fn open_channel(
        &self,
        probe: ChannelProbe,
        access: &Access,
    ) -> Result<ResolvedLink, Error> {
        let ChannelProbe {
            channel,
            info,
            visited,
            listed,
        } = probe;
        let mut problem = None;
        let info = match info {
            Ok(ApiResponse::Available(info)) => info,
            Ok(ApiResponse::Locked(locks)) => ChannelInfo {
                locks,
                ..ChannelInfo::default()
            },
            Ok(ApiResponse::Missing(_)) => ChannelInfo::default(),
            Ok(ApiResponse::Removed(words)) => return Err(Error::NotFound(words)),
            Err(error) => fail_if_busy(error, &mut problem)?.unwrap_or_default(),
        };
        if info.locks.is_login() {
            return Err(Error::Locked(Lock::Login));
        }
        let visited = match visited {
            Ok(visited) => Some(visited),
            Err(error) => fail_if_busy(error, &mut problem)?,
        };
        let collection = |catalog| Ok(ResolvedLink::Collection(Box::new(catalog)));
        let shows_form = visited
            .as_ref()
            .is_some_and(|visited| visited.page.form.is_some());
        if info.locks.is_registration_gate() || shows_form {
            let listed = self
                .list_with_form(channel, visited.as_ref(), access)
                .await?;
            if !listed.is_empty() {
                return collection(Catalog::from_recordings(self, channel, listed));
            }
        }
        let listed = match listed {
            Some(listed) => listed,
            None => self.recordings(channel, 1).await,
        };
        match listed {
            Ok(listing) if !listing.recordings.is_empty() => {
                return collection(Catalog::from_recording_page(self, channel, listing));
            }
            Ok(_) => problem = None,
            Err(Error::Locked(Lock::Password { .. })) => {
                // The list takes no password: a given one cannot open it.
                let wrong = access.password.is_some();
                problem = Some(Error::Locked(Lock::Password { wrong }));
            }
            Err(error) => {
                fail_if_busy::<()>(error, &mut problem)?;
            }
        }
        let stream = self.social_stream(&api::social_stream_path(channel)).await;
        if let Ok(page) = stream
            && !page.recordings.is_empty()
        {
            return collection(Catalog::from_social_stream(self, channel, page));
        }
        let off_air = visited.map(|visited| visited.page.off_air);
        match off_air.filter(|ids| !ids.is_empty()) {
            Some(ids) => {
                let listed = ids.into_iter().map(ListedRecording::of_id).collect();
                collection(Catalog::from_recordings(self, channel, listed))
            }
            None if info.is_live => Err(Error::StillLive),
            None => Err(problem.unwrap_or(Error::NotRecorded)),
        }
    }

    async fn list_with_form(
        &self,
        channel: ChannelId,
        visited: Option<&VisitedPage>,
        access: &Access,
    ) -> Result<Vec<ListedRecording>, Error> {
        let hash = match self.known_hash(channel) {
            Some(hash) => hash,
            None => self.register(channel, visited, access).await?,
        };
        Ok(self.list_behind_form(channel, visited, &hash).await)
    }

    /// Fetches one page of the website's list by its path.
    pub(super) async fn social_stream(&self, path: &str) -> Result<SocialStreamPage, Error> {
        let url = format!("https://video.ibm.com{path}");
        let answer = http::get(&self.http, &url, SOCIAL_STREAM_LIMIT).await?;
        Ok(api::social_stream(&answer.body))
    }
}

/// Keeps the first error in `problem` and returns `None`, since other lists may still succeed. Fails
/// if the service asks for a pause.
fn fail_if_busy<T>(error: Error, problem: &mut Option<Error>) -> Result<Option<T>, Error> {
    if matches!(error, Error::Busy { .. }) {
        return Err(error);
    }
    problem.get_or_insert(error);
    Ok(None)
}
