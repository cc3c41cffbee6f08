//! A conversation with the service that a browser has recorded: what the control connection said in
//! it is enough to fetch the segments, which need no login.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use har::{Entry, Har};
use reqwest::header::RANGE;
use url::Url;

use super::playlists::{PlaylistBudget, single_variant};
use super::strategies::StrategyOutcome;
use super::{Client, RecordingRef};
use crate::api::{self, ApiResponse, VideoInfo};
use crate::hls::{self, Playlist};
use crate::recording::Playlists;
use crate::ums::message::{self, Command, ModuleInfo};
use crate::ums::session::StreamInfo;
use crate::ums::stream::StreamState;
use crate::{Choice, Error, Recording, RecordingId, SegmentKind, SessionError, Target, hosts};

/// Most hosts that are asked whether the addresses still hold.
const MAX_CHECKED_HOSTS: usize = 4;

/// What a conversation says about one recording.
#[derive(Debug)]
pub(super) struct RecordedSession {
    pub(super) recording: RecordingId,
    stream: StreamInfo,
    video: Option<VideoInfo>,
    /// The playlists that the browser has fetched, by their URLs.
    playlists: HashMap<Url, Vec<u8>>,
}

/// The conversation that was read last.
pub(super) type SessionCache = Mutex<Option<CachedSession>>;

/// A conversation, and the file that it was read from.
#[derive(Clone, Debug)]
pub(super) struct CachedSession {
    path: PathBuf,
    changed: SystemTime,
    session: Arc<RecordedSession>,
}

impl Client {
    /// Reads a file, unless it is known and was not changed since.
    pub(super) async fn session(&self, path: &Path) -> Result<Arc<RecordedSession>, Error> {
        let known = self.sessions().clone();
        let wanted = path.to_owned();
        // A drive of the network may take its time.
        let read = tokio::task::spawn_blocking(move || read_if_changed(&wanted, known));
        // It only fails if reading panics.
        let read = read
            .await
            .map_err(|error| SessionError::Unreadable(error.to_string()))?;
        let session = read?;
        let found = Arc::clone(&session.session);
        *self.sessions() = Some(session);
        Ok(found)
    }

    fn sessions(&self) -> MutexGuard<'_, Option<CachedSession>> {
        self.memory
            .sessions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the description of the recording that a conversation is about.
    ///
    /// Fails with [`SessionError::Expired`] if no server takes its addresses any more.
    pub(super) async fn recording_of_session(
        &self,
        path: &Path,
        found: RecordingRef,
    ) -> Result<Recording, Error> {
        let session = self.session(path).await?;
        if session.recording != found.recording {
            return Err(SessionError::NoRecording.into());
        }
        let video = match &session.video {
            Some(video) => Some(video.clone()),
            // Without it the title may be missing, which is no reason to fail.
            None => match self.video_info(found.recording).await {
                Ok(ApiResponse::Available(video)) => Some(video),
                _ => None,
            },
        };
        let stream = Box::new(session.stream.clone());
        let outcome = if stream.stored.usable().next().is_some() {
            StrategyOutcome::Segments(stream)
        } else if stream.stored.playlists.is_empty() {
            StrategyOutcome::Files(stream)
        } else {
            let playlists = self.playlists_of_session(&session).await?;
            StrategyOutcome::Playlists(stream, playlists)
        };
        let id = found.recording;
        let recording = self.build_recording((id, None), Ok(outcome), video).await?;
        self.check_addresses(&recording).await?;
        Ok(recording)
    }

    /// Fetches the playlists of a conversation; if they have expired, those that the browser has
    /// fetched are used.
    async fn playlists_of_session(&self, session: &RecordedSession) -> Result<Playlists, Error> {
        let id = session.recording;
        let problem = match self.fetch_all(id.into(), &session.stream).await {
            Ok(playlists) if !playlists.renditions().is_empty() => return Ok(playlists),
            Ok(_) => Error::NoRendition,
            Err(error) => error,
        };
        let budget = PlaylistBudget::of(id.into());
        let read = |url: &Url| {
            let body = session.playlists.get(url).ok_or(Error::NoRendition)?;
            let playlist = hls::read(body, url)?;
            budget.take(body.len(), &playlist)?;
            Ok(playlist)
        };
        let masters = session.stream.stored.playlists.iter();
        let mut masters = masters.filter_map(|address| address.parse().ok());
        let master = masters.find_map(|url: Url| match read(&url) {
            Ok(Playlist::Master(master)) => Some(master),
            Ok(Playlist::Media(_)) => Some(single_variant(url)),
            Err(_) => None,
        });
        let Some(master) = master else {
            return Err(match problem {
                Error::Status { .. } | Error::NoRendition => SessionError::Expired.into(),
                error => error,
            });
        };
        Ok(Playlists::new(id, master, |url| match read(url) {
            Ok(Playlist::Media(media)) => Ok(Arc::new(media)),
            Ok(Playlist::Master(_)) => Err(Arc::new(Error::NoRendition)),
            Err(error) => Err(Arc::new(error)),
        }))
    }

    /// Asks for the first byte of a segment. Fails only if all servers refuse it: other errors are
    /// those of the network, which a job waits out.
    async fn check_addresses(&self, recording: &Recording) -> Result<(), Error> {
        let plan = recording.plan(&Choice::default())?;
        let mut segments = plan.segments.iter();
        let Some(first) = segments.find(|it| matches!(it.id.kind, SegmentKind::Media(_))) else {
            return Ok(());
        };
        let mut is_refused = false;
        for url in recording
            .locate(&plan, first.id)
            .urls
            .into_iter()
            .take(MAX_CHECKED_HOSTS)
        {
            let request = self.media.get(url).header(RANGE, "bytes=0-0");
            match self.media.send(request).await {
                Ok(response) if response.status().is_success() => return Ok(()),
                Ok(response) if matches!(response.status().as_u16(), 401 | 403 | 404 | 410) => {
                    is_refused = true;
                }
                Ok(_) | Err(_) => {}
            }
        }
        if is_refused {
            return Err(SessionError::Expired.into());
        }
        Ok(())
    }
}

/// Reads a file, unless it is `known` and was not changed since. Only a regular file is read: another one
/// could block.
fn read_if_changed(
    path: &Path,
    known: Option<CachedSession>,
) -> Result<CachedSession, SessionError> {
    let unreadable = |error: std::io::Error| SessionError::Unreadable(error.to_string());
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(SessionError::Unreadable("it is no file".to_owned()));
    }
    let changed = metadata.modified().map_err(unreadable)?;
    if let Some(known) = known
        && known.path == path
        && known.changed == changed
    {
        return Ok(known);
    }
    let file = File::open(path).map_err(unreadable)?;
    let har = Har::read(file).map_err(|error| match error {
        har::ReadError::Io(error) => unreadable(error),
        other => SessionError::NotHar(other.to_string()),
    })?;
    Ok(CachedSession {
        path: path.to_owned(),
        changed,
        session: Arc::new(session_of(&har)?),
    })
}

/// Finds the recording that a conversation is about: of several, the last one whose segments are known.
fn session_of(har: &Har) -> Result<RecordedSession, SessionError> {
    let mut conversations: HashMap<RecordingId, Conversation> = HashMap::new();
    let mut videos = HashMap::new();
    let mut last_file = None;
    let mut playlists = HashMap::new();
    // Polls go to hosts that do not always name the recording.
    let mut current = None;
    let (mut is_of_channel, mut lacks_messages) = (false, false);
    for (place, entry) in har.log.entries.iter().enumerate() {
        let Some(url) = url_of(entry) else { continue };
        let Some(host) = hosts::of_url(&url) else {
            continue;
        };
        if host.is_control() {
            match Target::of_url(&url) {
                Some(Target::Recording(id)) => current = Some(id),
                Some(Target::Channel(_)) => {
                    is_of_channel = true;
                    current = None;
                    continue;
                }
                _ => {}
            }
            if let Some(body) = playlist_body(&url, entry) {
                playlists.insert(url, body);
                continue;
            }
            lacks_messages |= entry.response.status == 101 && entry.web_socket_messages.is_none();
            let Some(id) = current else { continue };
            let infos: Vec<_> = frames(entry)
                .iter()
                .flat_map(|frame| module_infos(frame))
                .collect();
            let conversation = conversations.entry(id).or_default();
            conversation.last_entry = place;
            conversation.infos.extend(infos);
        } else if let Some(Target::Recording(id)) = Target::of_url(&url)
            && url.path() == format!("/videos/{id}.json")
            && let Some(body) = entry.response.content.bytes()
            && let Ok(ApiResponse::Available(video)) = api::video(&body)
        {
            if !video.files.is_empty() {
                last_file = Some(id);
            }
            videos.insert(id, video);
        } else if let Some(body) = playlist_body(&url, entry) {
            playlists.insert(url, body);
        }
    }
    let mut known: Vec<_> = conversations.into_iter().collect();
    known.sort_by_key(|(_, conversation)| conversation.last_entry);
    let known = known
        .into_iter()
        .map(|(id, conversation)| (id, StreamInfo::of_messages(conversation.infos)));
    let has_media = |stream: &StreamInfo| {
        let stored = &stream.stored;
        stored.usable().next().is_some() || !stored.playlists.is_empty() || !stored.files.is_empty()
    };
    let found = known.rev().find(|(_, stream)| has_media(stream));
    // The API may name a file where the control connection names nothing.
    let found = found.or_else(|| last_file.map(|id| (id, StreamInfo::default())));
    match found {
        Some((recording, stream)) => Ok(RecordedSession {
            recording,
            stream,
            video: videos.remove(&recording),
            playlists,
        }),
        None if is_of_channel => Err(SessionError::OfChannel),
        None if lacks_messages => Err(SessionError::NoMessages),
        None => Err(SessionError::NoRecording),
    }
}

/// What the service said about one recording.
#[derive(Debug, Default)]
struct Conversation {
    /// The last entry that belongs to it.
    last_entry: usize,
    infos: Vec<ModuleInfo>,
}

/// Returns the URL of a request, that of a websocket as one of HTTP.
fn url_of(entry: &Entry) -> Option<Url> {
    let url = &entry.request.url;
    let http = url
        .strip_prefix("wss://")
        .map(|rest| format!("https://{rest}"))
        .or_else(|| {
            url.strip_prefix("ws://")
                .map(|rest| format!("http://{rest}"))
        });
    Url::parse(http.as_deref().unwrap_or(url)).ok()
}

/// Returns the body of a playlist; `None` if the entry is something else.
fn playlist_body(url: &Url, entry: &Entry) -> Option<Vec<u8>> {
    let ending = Path::new(url.path()).extension();
    if !ending.is_some_and(|it| it.eq_ignore_ascii_case("m3u8")) {
        return None;
    }
    let body = entry.response.content.bytes();
    body.filter(|body| !body.is_empty())
}

/// Returns what the service said on a control connection.
fn frames(entry: &Entry) -> Vec<String> {
    if let Some(messages) = &entry.web_socket_messages {
        let received = messages.iter();
        return received
            .filter_map(har::WebSocketMessage::received_text)
            .collect();
    }
    let body = entry.response.content.bytes();
    let text = body.map(|body| String::from_utf8_lossy(&body).into_owned());
    text.into_iter().collect()
}

fn module_infos(frame: &str) -> Vec<ModuleInfo> {
    // A frame that makes no sense is skipped, as in a session of our own.
    let commands = message::parse(frame).unwrap_or_default().into_iter();
    let infos = commands.filter_map(|command| match command {
        Command::ModuleInfo(info) if info.stream != Some(StreamState::Offline) => Some(*info),
        _ => None,
    });
    infos.collect()
}
