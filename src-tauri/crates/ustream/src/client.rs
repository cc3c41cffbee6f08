//! The client of the service: from a target to a recording.
//!
//! Cookies and the hashes of sign-up forms are kept in memory only.

mod catalog;
mod channel;
mod extras;
mod file;
mod live;
mod live_channel;
mod playlists;
mod reach;
mod recorded_session;
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
use tokio::time::Instant;
use url::Url;

use self::recorded_session::SessionCache;
use self::strategies::{Strategy, StrategyOutcome};
use crate::api::{self, ApiResponse, Locks, VideoInfo};
use crate::http::{self, BodyLimit};
use crate::http_client::HttpClient;
use crate::page::{self, Page};
use crate::recording::SourceKind;
use crate::traffic::TrafficRecorder;
use crate::trust::Validity;
use crate::ums::ApiLength;
use crate::ums::route::{ClusterRoute, RouteMemory};
use crate::ums::session::{SessionQuery, StreamInfo};
use crate::{
    Access, ChannelId, Endpoint, Error, Lock, MediaId, Recording, RecordingId, SegmentPlan, Target,
};

pub use catalog::{Catalog, CatalogEntry};
pub use live::{LiveEvent, LiveStream};
pub use live_channel::LiveChannel;
pub use reach::Reach;
pub use resolve::ResolvedLink;

/// Timeout between two reads of a response body.
const READ_TIMEOUT: Duration = Duration::from_secs(20);

/// Longest wait for the API (title, thumbnail) once the segments are known; it is asked twice.
const TITLE_TIMEOUT: Duration = Duration::from_secs(5);

const PAGE_LIMIT: BodyLimit = BodyLimit {
    what: "the page",
    bytes: page::MAX_PAGE_BYTES,
};
const API_LIMIT: BodyLimit = BodyLimit {
    what: "the API",
    bytes: api::MAX_ANSWER_BYTES,
};

/// Talks to the service. Cloning is cheap: a clone is another handle to the same client.
#[derive(Clone)]
pub struct Client {
    /// For the website, the API and the forms; keeps their cookies.
    http: HttpClient,
    /// For the control connection and its playlists.
    control: HttpClient,
    /// For checks of the network; makes each request on a new connection.
    probe: HttpClient,
    /// For segments, files and thumbnails.
    media: HttpClient,
    /// The same without a pool of connections.
    unpooled: HttpClient,
    /// For pages of other sites; keeps no cookies.
    web: HttpClient,
    /// What it has learnt.
    memory: Arc<Memory>,
    /// For a client that is needed only after a failure.
    endpoint: Endpoint,
}

/// What a client has learnt of the service. Never locked across an await.
#[derive(Default)]
struct Memory {
    /// Hashes of sign-up forms, by channel.
    hashes: Mutex<HashMap<ChannelId, String>>,
    /// Recorded conversations that were read.
    sessions: SessionCache,
    /// Where the last session of the control connection has ended.
    routes: RouteMemory,
    started: Started,
}

/// When a client was created.
struct Started(Instant);

impl Default for Started {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

/// A recording that a target leads to, and how it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingRef {
    /// The recording.
    pub recording: RecordingId,
    /// The channel that it was found through, if known.
    pub channel: Option<ChannelId>,
    /// Whether the target was a channel and this is its newest recording.
    pub newest: bool,
}

impl RecordingRef {
    /// Returns the recording that a target names itself, so that finding it needs no request.
    pub fn named_by(target: &Target) -> Option<Self> {
        match target {
            Target::Recording(recording) => Some(Self::direct(*recording)),
            _ => None,
        }
    }

    fn direct(recording: RecordingId) -> Self {
        Self {
            recording,
            channel: None,
            newest: false,
        }
    }
}

/// A page that was read, and its URL after redirects.
struct VisitedPage {
    url: Url,
    page: Page,
}

impl Client {
    /// Creates a client for `endpoint`. Fails if the TLS setup fails.
    pub fn new(endpoint: &Endpoint) -> Result<Self, Error> {
        let tls = endpoint.tls(Validity::Now)?;
        let tls = || tls.clone();
        let built = |builder: reqwest::ClientBuilder| {
            let client = builder.read_timeout(READ_TIMEOUT).build();
            client.map(HttpClient::new).map_err(http::error)
        };
        Ok(Self {
            http: built(endpoint.service(tls()).cookie_store(true))?,
            control: built(endpoint.service(tls()))?,
            probe: built(endpoint.service(tls()).pool_max_idle_per_host(0))?,
            media: built(endpoint.media(tls()))?,
            web: built(endpoint.web(tls()))?,
            unpooled: built(endpoint.media(tls()).pool_max_idle_per_host(0))?,
            memory: Arc::default(),
            endpoint: endpoint.clone(),
        })
    }

    /// Returns the same client, whose requests `recorder` records. Segments are recorded only on
    /// demand, by [`HttpClient::send_recorded`].
    #[must_use]
    pub fn recorded_by(&self, recorder: &TrafficRecorder) -> Self {
        Self {
            http: self.http.recorded_by(recorder),
            control: self.control.recorded_by(recorder),
            probe: self.probe.recorded_by(recorder),
            media: self.media.recorded_by(recorder),
            unpooled: self.unpooled.clone(),
            web: self.web.recorded_by(recorder),
            memory: Arc::clone(&self.memory),
            endpoint: self.endpoint.clone(),
        }
    }

    /// Records a decision, if this client is recorded.
    fn note(&self, text: impl fmt::Display) {
        if let Some(recorder) = self.http.recorder() {
            recorder.note(text);
        }
    }

    /// Returns the time since this client was created, on a clock that never goes back. The times of
    /// [`crate::LiveUpdate`] are of this clock.
    pub fn clock(&self) -> Duration {
        self.memory.started.0.elapsed()
    }

    /// Returns the PAC file that names the proxy but could not be evaluated, if there is one.
    pub fn unread_proxy_script(&self) -> Option<String> {
        self.endpoint.proxies().unread_script()
    }

    /// Returns where the last session of the control connection has ended: the next one connects to
    /// it at the same time as to the entry. `None` if it does not.
    pub fn control_route(&self) -> Option<ClusterRoute> {
        self.memory.routes.route()
    }

    /// Sets what [`Self::control_route`] returns, from an earlier start of the program.
    pub fn set_control_route(&self, route: Option<ClusterRoute>) {
        self.memory.routes.set(route);
    }

    /// Returns the HTTP client for segments: the same trust and proxies, without cookies.
    #[expect(
        clippy::misnamed_getters,
        reason = "outside only segments are fetched; what asks the website keeps its cookies here"
    )]
    pub fn http(&self) -> &HttpClient {
        &self.media
    }

    /// Returns a client as [`Self::http`] does, which makes each request on a new connection.
    pub fn http_unpooled(&self) -> &HttpClient {
        &self.unpooled
    }

    /// Returns the description of one recording, with the URLs of its segments as they are now.
    ///
    /// Fails with [`Error::Locked`] if `access` does not open its lock, with [`Error::NotFound`] if it
    /// does not exist, else with the most specific error of all strategies.
    pub async fn recording(
        &self,
        found: RecordingRef,
        access: &Access,
    ) -> Result<Recording, Error> {
        // Boxed to keep the future of the calling job small.
        Box::pin(self.recording_with(None, found, access)).await
    }

    /// Returns the description again by the strategy that `plan` came from, with new URLs for its
    /// segments. Fails like [`Self::recording`].
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
        strategy: Option<Strategy>,
        found: RecordingRef,
        access: &Access,
    ) -> Result<Recording, Error> {
        let id = found.recording;
        if let Some(path) = &access.session {
            return self.recording_of_session(path, found).await;
        }
        let hash = found.channel.and_then(|channel| self.known_hash(channel));
        let asked = session_query(id, hash.clone(), access);
        let (answer, outcome) = self.ask_api_and_control(id, (asked, strategy)).await?;
        let video = match &answer {
            Some(ApiResponse::Removed(words)) => return Err(Error::NotFound(words.clone())),
            Some(ApiResponse::Available(video)) => Some(video.clone()),
            _ => None,
        };
        let outcome = match outcome {
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
                self.ask_with_form((found, hash), (strategy, length), access)
                    .await
            }
            outcome => outcome,
        };
        match self.build_recording((id, strategy), outcome, video).await {
            Ok(recording) => Ok(recording),
            Err(error) => Err(final_error(error, id.into(), answer.as_ref(), access)),
        }
    }

    /// Builds a recording from the outcome of the control connection, or from a single file if the
    /// outcome is an error or has audio only.
    async fn build_recording(
        &self,
        (id, strategy): (RecordingId, Option<Strategy>),
        outcome: Result<StrategyOutcome, Error>,
        video: Option<VideoInfo>,
    ) -> Result<Recording, Error> {
        let (stream, problem, known) = match outcome {
            Ok(StrategyOutcome::Segments(stream)) => {
                let recording = Recording::new(id, StreamInfo::clone(&stream), video.clone())?;
                (*stream, recording.lost_video(), Some(recording))
            }
            Ok(StrategyOutcome::Playlists(stream, playlists)) => {
                let source = SourceKind::Playlists(playlists);
                let info = StreamInfo::clone(&stream);
                let recording = Recording::from_source(id, info, source, video.clone())?;
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
        if let Some(recording) = known {
            if problem.is_none() || named.is_empty() || strategy.is_some() {
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
            self.note("the address of the file has expired; asking for another");
            file = self.file(&video.files).await;
        }
        let file = file.map_err(|error| match problem {
            // The service names a file, and fetching it again may help: the errors of the other
            // strategies are not the reason.
            Some(problem) if !error.is_transient() => strategies::more_specific(problem, error),
            _ => error,
        })?;
        Recording::from_source(id, stream, SourceKind::File(file), video)
    }

    /// Asks the API (title, length) and the control connection (segments) concurrently. The API may
    /// fail, unless it asks for a pause: after that it answers, and without it the title is lost.
    async fn ask_api_and_control(
        &self,
        id: RecordingId,
        (query, strategy): (SessionQuery, Option<Strategy>),
    ) -> Result<
        (
            Option<ApiResponse<VideoInfo>>,
            Result<StrategyOutcome, Error>,
        ),
        Error,
    > {
        let (tell, length) = ApiLength::channel();
        let api = pin!(async {
            let answer = self.video_info(id).await;
            tell.send_replace(api_length(&answer));
            answer
        });
        let control = pin!(self.ask_by_strategies(query.clone(), strategy, length.clone()));
        let (answer, outcome) = match select(api, control).await {
            Either::Left((answer @ Ok(ApiResponse::Removed(_)), _)) => {
                (answer, Err(Error::NotFound(id.to_string())))
            }
            Either::Left((answer, control)) => (answer, control.await),
            Either::Right((outcome, api)) => {
                let answer = match tokio::time::timeout(TITLE_TIMEOUT, api).await {
                    Ok(answer) => answer,
                    // The request may hang where a new one does not.
                    Err(_) => tokio::time::timeout(TITLE_TIMEOUT, self.video_info(id))
                        .await
                        .unwrap_or(Err(Error::Timeout("the API"))),
                };
                let outcome = match outcome {
                    Ok(outcome) => Ok(self
                        .complete_segments(outcome, (query, strategy), &answer)
                        .await),
                    failed => failed,
                };
                (answer, outcome)
            }
        };
        match answer {
            Ok(answer) => Ok((Some(answer), outcome)),
            Err(busy @ Error::Busy { .. }) if outcome.is_ok() => Err(busy),
            Err(error) => {
                tracing::debug!(%error, "the API does not help");
                self.note(format_args!("the API does not help: {error}"));
                Ok((None, outcome))
            }
        }
    }

    /// Asks again, once, if the list of segments is shorter than the length that the API states. The
    /// result is then used as it is.
    async fn complete_segments(
        &self,
        outcome: StrategyOutcome,
        (query, strategy): (SessionQuery, Option<Strategy>),
        answer: &Result<ApiResponse<VideoInfo>, Error>,
    ) -> StrategyOutcome {
        let mut stream = match outcome {
            StrategyOutcome::Segments(stream) => stream,
            other => return other,
        };
        let Some(length_ms) = api_length(answer) else {
            return StrategyOutcome::Segments(stream);
        };
        if stream.ends_before(length_ms) {
            tracing::info!("the list of segments is too short; asking anew");
            self.note("the list of segments is too short; asking anew");
            let length = ApiLength::of(Some(length_ms));
            let again = Box::pin(self.ask_by_strategies(query, strategy, length)).await;
            if let Ok(StrategyOutcome::Segments(later)) = again {
                stream.stored.merge(later.stored);
            }
        }
        StrategyOutcome::Segments(stream)
    }

    /// Fills in the form of the channel and asks again with its hash.
    ///
    /// A hash that the channel gave earlier opens its other recordings too; it is used unless it is
    /// `tried`, the one that was just refused.
    async fn ask_with_form(
        &self,
        (found, tried): (RecordingRef, Option<String>),
        (strategy, length_ms): (Option<Strategy>, Option<u64>),
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
        let hash = self
            .other_hash(channel, (visited.as_ref(), tried), access)
            .await?;
        let length = ApiLength::of(length_ms);
        match self
            .ask_by_strategies(session_query(id, Some(hash), access), strategy, length)
            .await?
        {
            StrategyOutcome::NeedsHash => Err(self.form_is_refused(channel, visited.as_ref())),
            outcome => Ok(outcome),
        }
    }

    async fn video_info(&self, id: RecordingId) -> Result<ApiResponse<VideoInfo>, Error> {
        self.ask_api(&api::video_url(id), api::video).await
    }

    /// Asks the API. An answer that makes no sense, as proxies and overloaded servers give it, is
    /// asked for once more.
    async fn ask_api<T>(
        &self,
        url: &str,
        read: impl Fn(&[u8]) -> Result<T, Error>,
    ) -> Result<T, Error> {
        match self.ask_api_once(url, &read).await {
            Err(Error::Malformed { problem, .. }) => {
                tracing::debug!(problem, "the API makes no sense; asking once more");
                self.ask_api_once(url, &read).await
            }
            answer => answer,
        }
    }

    async fn ask_api_once<T>(
        &self,
        url: &str,
        read: impl Fn(&[u8]) -> Result<T, Error>,
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

    /// Fetches and reads a page of the service.
    async fn visit(&self, url: &str) -> Result<VisitedPage, Error> {
        Self::visit_with(&self.http, url).await
    }

    async fn visit_with(http: &HttpClient, url: &str) -> Result<VisitedPage, Error> {
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
        self.memory
            .hashes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&channel)
            .cloned()
    }

    fn keep_hash(&self, channel: ChannelId, hash: &str) {
        let mut hashes = self
            .memory
            .hashes
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        hashes.insert(channel, hash.to_owned());
    }

    fn forget_hash(&self, channel: ChannelId) {
        self.memory
            .hashes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&channel);
    }
}

fn session_query(media: impl Into<MediaId>, hash: Option<String>, access: &Access) -> SessionQuery {
    let Access {
        password, referrer, ..
    } = access;
    SessionQuery {
        media: media.into(),
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

/// Returns the error to report: that of the control connection, unless the response of the API
/// explains it better.
fn final_error(
    error: Error,
    id: MediaId,
    answer: Option<&ApiResponse<VideoInfo>>,
    access: &Access,
) -> Error {
    if matches!(
        error,
        Error::Locked(_)
            | Error::Busy { .. }
            | Error::NotFound(_)
            | Error::Untrusted { .. }
            | Error::Proxy(_)
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
