//! The one door to the service: from a target to a recording.
//!
//! What is learnt on the way is kept in memory only: cookies, and the answers of sign-up forms.

mod catalog;
mod channel;
mod extras;
mod file;
mod playlists;
mod reach;
mod registration;
mod resolve;
mod strategies;

use std::collections::HashMap;
use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::{Either, select};
use serde::{Deserialize, Serialize};
use url::Url;

use self::strategies::{Strategy, StrategyOutcome};
use crate::api::{self, ApiResponse, Locks, VideoInfo};
use crate::http::{self, BodyLimit};
use crate::page::{self, Page};
use crate::recording::SourceKind;
use crate::ums::ApiLength;
use crate::ums::session::{SessionQuery, StreamInfo};
use crate::{Access, ChannelId, Endpoint, Error, Lock, Recording, RecordingId, SegmentPlan};

pub use catalog::{Catalog, CatalogEntry};
pub use resolve::ResolvedLink;

/// A server that is silent for so long in the middle of an answer has gone.
const READ_TIMEOUT: Duration = Duration::from_secs(20);

/// Title and picture are not worth more waiting once the pieces are known.
const TITLE_TIMEOUT: Duration = Duration::from_secs(5);

const PAGE_LIMIT: BodyLimit = BodyLimit {
    what: "the page",
    bytes: page::MAX_PAGE_BYTES,
};
const API_LIMIT: BodyLimit = BodyLimit {
    what: "the API",
    bytes: api::MAX_ANSWER_BYTES,
};

/// Talks to the service. A clone is another handle to the same client.
#[derive(Clone)]
pub struct Client {
    /// For the website, the API and the forms: it keeps their cookies.
    http: reqwest::Client,
    /// For the control connection and its playlists.
    control: reqwest::Client,
    /// For segments, files and pictures.
    media: reqwest::Client,
    /// For pages of other sites: it takes no cookie of theirs along.
    web: reqwest::Client,
    /// Answers of sign-up forms. Never held across an await.
    hashes: Arc<Mutex<HashMap<ChannelId, String>>>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

/// What a target leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingRef {
    /// The recording.
    pub recording: RecordingId,
    /// The channel it was found through, where it is known.
    pub channel: Option<ChannelId>,
    /// The target was a channel, and this is its newest recording.
    pub newest: bool,
}

impl RecordingRef {
    fn direct(recording: RecordingId) -> Self {
        Self {
            recording,
            channel: None,
            newest: false,
        }
    }
}

/// A page that was read, and where it was found in the end.
struct VisitedPage {
    url: Url,
    page: Page,
}

impl Client {
    /// A client for `endpoint`.
    pub fn new(endpoint: &Endpoint) -> Result<Self, Error> {
        let built = |builder: reqwest::ClientBuilder| {
            let client = builder.read_timeout(READ_TIMEOUT).build();
            client.map_err(http::error)
        };
        Ok(Self {
            http: built(endpoint.service().cookie_store(true))?,
            control: built(endpoint.service())?,
            media: built(endpoint.media())?,
            web: built(endpoint.web())?,
            hashes: Arc::default(),
        })
    }

    /// Returns what segments are fetched with: the same trust and proxies, without cookies.
    #[expect(
        clippy::misnamed_getters,
        reason = "outside only segments are fetched; what asks the website keeps its cookies here"
    )]
    pub fn http(&self) -> &reqwest::Client {
        &self.media
    }

    /// Everything about one recording, with the addresses of its pieces as they are now.
    pub async fn recording(
        &self,
        found: RecordingRef,
        access: &Access,
    ) -> Result<Recording, Error> {
        // It is asked for in the midst of runs, whose own state shall stay small.
        Box::pin(self.recording_with(None, found, access)).await
    }

    /// The same by the way that knows the pieces of `plan`, with new addresses for them.
    pub async fn refresh(
        &self,
        plan: &SegmentPlan,
        found: RecordingRef,
        access: &Access,
    ) -> Result<Recording, Error> {
        Box::pin(self.recording_with(Some(Strategy::of_plan(plan)), found, access)).await
    }

    async fn recording_with(
        &self,
        route: Option<Strategy>,
        found: RecordingRef,
        access: &Access,
    ) -> Result<Recording, Error> {
        let id = found.recording;
        let hash = found.channel.and_then(|channel| self.known_hash(channel));
        let asked = session_query(id, hash.clone(), access);
        let (answer, told) = self.ask_api_and_control(asked, route).await;
        let video = match &answer {
            Some(ApiResponse::Removed(words)) => return Err(Error::NotFound(words.clone())),
            Some(ApiResponse::Available(video)) => Some(video.clone()),
            _ => None,
        };
        let told = match told {
            Ok(StrategyOutcome::NeedsHash)
                if locks_of(answer.as_ref()).is_some_and(Locks::is_login) =>
            {
                return Err(Error::Locked(Lock::Login));
            }
            Ok(StrategyOutcome::NeedsHash) => {
                let channel = found
                    .channel
                    .or(video.as_ref().and_then(|video| video.channel));
                let length = video.as_ref().and_then(|video| video.duration_ms);
                let found = RecordingRef { channel, ..found };
                self.ask_with_form((found, hash), (route, length), access)
                    .await
            }
            told => told,
        };
        match self.build_recording((id, route), told, video).await {
            Ok(recording) => Ok(recording),
            Err(error) => Err(final_error(error, id, answer.as_ref(), access)),
        }
    }

    /// Makes a recording of what the control connection told, or of a file where it told nothing
    /// or only has the audio.
    async fn build_recording(
        &self,
        (id, route): (RecordingId, Option<Strategy>),
        told: Result<StrategyOutcome, Error>,
        video: Option<VideoInfo>,
    ) -> Result<Recording, Error> {
        let (stream, problem, audio) = match told {
            Ok(StrategyOutcome::Segments(stream)) => {
                let recording = Recording::new(id, StreamInfo::clone(&stream), video.clone())?;
                (*stream, recording.lost_video(), Some(recording))
            }
            Ok(StrategyOutcome::Playlists(stream, playlists)) => {
                let source = SourceKind::Playlists(playlists);
                let known = StreamInfo::clone(&stream);
                let recording = Recording::from_source(id, known, source, video.clone())?;
                (*stream, recording.lost_video(), Some(recording))
            }
            Err(error) if error.is_final() => return Err(error),
            Ok(StrategyOutcome::Files(stream)) => (*stream, None, None),
            Err(error) => (StreamInfo::default(), Some(error), None),
            Ok(StrategyOutcome::NeedsHash) => {
                return Err(Error::Locked(Lock::Other("hash".to_owned())));
            }
        };
        let of_api = video.iter().flat_map(|video| &video.files);
        let named: Vec<String> = of_api.chain(&stream.stored.files).cloned().collect();
        if let Some(recording) = audio {
            if problem.is_none() || named.is_empty() || route.is_some() {
                return Ok(recording);
            }
            return match self.file(&named).await {
                Ok(file) => Recording::from_source(id, stream, SourceKind::File(file), video),
                Err(_) => Ok(recording),
            };
        }
        if named.is_empty() {
            return Err(problem.unwrap_or(Error::NoRendition));
        }
        let mut file = self.file(&named).await;
        if let Err(Error::Status {
            status: 401 | 403 | 410,
            ..
        }) = file
            && let Ok(ApiResponse::Available(video)) = self.video_info(id).await
        {
            tracing::info!("the address of the file has expired; asking for another");
            file = self.file(&video.files).await;
        }
        let file = file.map_err(|error| match problem {
            // The service names a file, and asking for it again may help: whatever the other ways
            // said is not the reason.
            Some(problem) if !error.is_transient() => strategies::more_specific(problem, error),
            _ => error,
        })?;
        Recording::from_source(id, stream, SourceKind::File(file), video)
    }

    /// The control connection knows the segments, the API the title and the length: both are
    /// asked at once. The API may fail.
    async fn ask_api_and_control(
        &self,
        question: SessionQuery,
        route: Option<Strategy>,
    ) -> (
        Option<ApiResponse<VideoInfo>>,
        Result<StrategyOutcome, Error>,
    ) {
        let id = question.recording;
        let (tell, length) = ApiLength::channel();
        let api = pin!(async {
            let answer = self.video_info(id).await;
            tell.send_replace(api_length(&answer));
            answer
        });
        let control = pin!(self.ask_by_strategies(question.clone(), route, length.clone()));
        let (answer, outcome) = match select(api, control).await {
            Either::Left((answer @ Ok(ApiResponse::Removed(_)), _)) => {
                (answer, Err(Error::NotFound(id.to_string())))
            }
            Either::Left((answer, control)) => (answer, control.await),
            Either::Right((outcome, api)) => {
                let answer = tokio::time::timeout(TITLE_TIMEOUT, api).await;
                let answer = answer.unwrap_or(Err(Error::Timeout("the API")));
                let outcome = match outcome {
                    Ok(told) => Ok(self
                        .complete_segments(told, (question, route), &answer)
                        .await),
                    failed => failed,
                };
                (answer, outcome)
            }
        };
        let answer = answer.inspect_err(|error| tracing::debug!(%error, "the API does not help"));
        (answer.ok(), outcome)
    }

    /// A list that proves to be too short when the length becomes known is asked for once more,
    /// then taken as it is.
    async fn complete_segments(
        &self,
        told: StrategyOutcome,
        (question, route): (SessionQuery, Option<Strategy>),
        answer: &Result<ApiResponse<VideoInfo>, Error>,
    ) -> StrategyOutcome {
        let mut stream = match told {
            StrategyOutcome::Segments(stream) => stream,
            other => return other,
        };
        let Some(length_ms) = api_length(answer) else {
            return StrategyOutcome::Segments(stream);
        };
        if stream.ends_before(length_ms) {
            tracing::info!("the list of segments is too short; asking anew");
            let length = ApiLength::of(Some(length_ms));
            let again = Box::pin(self.ask_by_strategies(question, route, length)).await;
            if let Ok(StrategyOutcome::Segments(later)) = again {
                stream.stored.merge(later.stored);
            }
        }
        StrategyOutcome::Segments(stream)
    }

    /// Fills in the form of the channel and asks once more. The answer to an earlier form opens the
    /// channel's other recordings too, unless it is the one that was tried.
    async fn ask_with_form(
        &self,
        (found, tried): (RecordingRef, Option<String>),
        (route, length_ms): (Option<Strategy>, Option<u64>),
        access: &Access,
    ) -> Result<StrategyOutcome, Error> {
        let (id, known) = (found.recording, found.channel);
        let page = match known {
            Some(channel) => resolve::channel_page_url(channel),
            None => format!("https://video.ibm.com/recorded/{id}"),
        };
        let visited = self.visit(&page).await;
        let named = visited
            .as_ref()
            .ok()
            .and_then(|visited| visited.page.channel);
        let channel = match (known.or(named), &visited) {
            (Some(channel), _) => channel,
            (None, Ok(_)) => return Err(Error::Locked(Lock::Other("hash".to_owned()))),
            (None, Err(_)) => return Err(visited.err().unwrap_or(Error::Timeout(PAGE_LIMIT.what))),
        };
        let visited = visited.ok();
        let earlier = self.known_hash(channel);
        let hash = match earlier.filter(|hash| Some(hash) != tried.as_ref()) {
            Some(hash) => hash,
            None => self.register(channel, visited.as_ref(), access).await?,
        };
        let length = ApiLength::of(length_ms);
        match self
            .ask_by_strategies(session_query(id, Some(hash), access), route, length)
            .await?
        {
            StrategyOutcome::NeedsHash => {
                self.forget_hash(channel);
                let fields = registration::form_fields(visited.as_ref());
                let message = "the form was filled in, yet the recording stays closed".to_owned();
                Err(Error::Locked(Lock::FormRefused { message, fields }))
            }
            told => Ok(told),
        }
    }

    async fn video_info(&self, id: RecordingId) -> Result<ApiResponse<VideoInfo>, Error> {
        self.ask_api(&api::video_url(id), api::video).await
    }

    async fn ask_api<T>(
        &self,
        url: &str,
        read: impl FnOnce(&[u8]) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let answer = http::get(&self.http, url, API_LIMIT).await?;
        read(&answer.body).map_err(|error| {
            if answer.status.is_success() {
                error
            } else {
                status_error(&answer)
            }
        })
    }

    /// Reads a page of the service.
    async fn visit(&self, url: &str) -> Result<VisitedPage, Error> {
        Self::visit_with(&self.http, url).await
    }

    async fn visit_with(http: &reqwest::Client, url: &str) -> Result<VisitedPage, Error> {
        let answer = http::get(http, url, PAGE_LIMIT).await?;
        if matches!(answer.status.as_u16(), 404 | 410) {
            return Err(Error::NotFound(url.to_owned()));
        }
        if !answer.status.is_success() {
            return Err(status_error(&answer));
        }
        if answer.url.path().starts_with("/login") {
            return Err(Error::Locked(Lock::Login));
        }
        let html = String::from_utf8_lossy(&answer.body);
        let page = page::read(&html, &answer.url);
        Ok(VisitedPage {
            url: answer.url,
            page,
        })
    }

    fn known_hash(&self, channel: ChannelId) -> Option<String> {
        self.hashes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&channel)
            .cloned()
    }

    fn keep_hash(&self, channel: ChannelId, hash: &str) {
        let mut hashes = self.hashes.lock().unwrap_or_else(PoisonError::into_inner);
        hashes.insert(channel, hash.to_owned());
    }

    fn forget_hash(&self, channel: ChannelId) {
        self.hashes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&channel);
    }
}

fn session_query(recording: RecordingId, hash: Option<String>, access: &Access) -> SessionQuery {
    let Access {
        password, referrer, ..
    } = access;
    SessionQuery {
        recording,
        password: password.clone(),
        hash,
        referrer: referrer.clone(),
    }
}

fn status_error(answer: &http::HttpResponse) -> Error {
    let host = answer.url.host_str().unwrap_or_default().to_owned();
    Error::Status {
        host,
        status: answer.status.as_u16(),
    }
}

fn locks_of(answer: Option<&ApiResponse<VideoInfo>>) -> Option<&Locks> {
    match answer? {
        ApiResponse::Locked(locks) | ApiResponse::Available(VideoInfo { locks, .. }) => Some(locks),
        ApiResponse::Removed(_) | ApiResponse::Missing(_) => None,
    }
}

fn api_length(answer: &Result<ApiResponse<VideoInfo>, Error>) -> Option<u64> {
    match answer {
        Ok(ApiResponse::Available(video)) => video.duration_ms,
        _ => None,
    }
}

/// What the control connection says counts; where it says nothing of use, the API may know why.
fn final_error(
    error: Error,
    id: RecordingId,
    answer: Option<&ApiResponse<VideoInfo>>,
    access: &Access,
) -> Error {
    if matches!(
        error,
        Error::Locked(_) | Error::Busy { .. } | Error::NotFound(_) | Error::Untrusted { .. }
    ) {
        return error;
    }
    if matches!(answer, Some(ApiResponse::Missing(_))) {
        return Error::NotFound(id.to_string());
    }
    let Some(locks) = locks_of(answer) else {
        return error;
    };
    if locks.is_login() {
        return Error::Locked(Lock::Login);
    }
    if locks.password && access.password.is_none() {
        return Error::Locked(Lock::Password { wrong: false });
    }
    error
}

#[cfg(test)]
mod tests;
