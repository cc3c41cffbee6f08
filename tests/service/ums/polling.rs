//! Long polling: the control connection for clients that cannot open a websocket.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Json;
use axum::body::Body;
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};

use super::live::{LiveSession, LiveStep};
use super::{
    ConnectReply, ControlHost, ENTRY_CLUSTER, PATH, delivery_of, messages, redirection, reply,
};
use crate::faults::{Fault, FaultStage};
use crate::hls;
use crate::log::LoggedRequest;
use crate::service::{RequestOrigin, Service};
use crate::world::{Recording, TransportBehavior};

/// A poll without news is answered after this time.
const MAX_POLL_DURATION: Duration = Duration::from_secs(5);

/// A session without polls for this long is removed, and its playlists with it.
const SESSION_TIMEOUT: Duration = Duration::from_secs(30);

/// Prefix of the host where polling continues.
const POLLING_HOST_PREFIX: &str = "a92ccb29-lp-omega";

/// The cluster of that host.
const POLLING_CLUSTER: &str = "omega";

/// The active polling sessions.
#[derive(Debug, Default)]
pub(crate) struct PollingSessions {
    sessions: Mutex<BTreeMap<String, PollingSession>>,
    /// Sessions ever opened: the name of a closed one is never used again.
    opened: AtomicUsize,
    /// Sessions that were told of playlists, by recording.
    of_players: Mutex<BTreeMap<u64, usize>>,
}

#[derive(Debug)]
struct PollingSession {
    queue: VecDeque<Vec<Value>>,
    last_polled: Instant,
    /// Generation of the recording's addresses.
    generation: u64,
    /// Number of responses before the session breaks off.
    answers_left: usize,
    silent: bool,
    /// The live stream that it is told of, and the station that it was opened at.
    live: Option<(LiveSession, ControlHost)>,
}

impl PollingSessions {
    /// Returns whether playlists that were announced in this session are still valid.
    pub(crate) fn is_current(&self, name: &str, generation: u64) -> bool {
        self.sessions().get(name).is_some_and(|session| {
            session.generation == generation && session.last_polled.elapsed() < SESSION_TIMEOUT
        })
    }

    fn open(&self, session: PollingSession) -> String {
        let number = self.opened.fetch_add(1, Relaxed);
        let name = format!("deokpsq1d6ii90a805gh7tt3jc-{number}");
        self.sessions().insert(name.clone(), session);
        name
    }

    /// Counts a session of an HLS player, and returns how many there were for this recording before.
    fn count_player(&self, recording: u64) -> usize {
        let mut of_players = self
            .of_players
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let count = of_players.entry(recording).or_default();
        *count += 1;
        *count - 1
    }

    fn sessions(&self) -> MutexGuard<'_, BTreeMap<String, PollingSession>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers a `connect`, or a poll of a session.
pub(super) async fn answer(
    service: Arc<Service>,
    visit: RequestOrigin,
    query: BTreeMap<String, String>,
) -> Response<Body> {
    if let Some(name) = query.get("connectionId") {
        return poll(&service, name).await;
    }
    match ControlHost::of(&visit.host) {
        Some(station)
            if station
                .prefix
                .as_deref()
                .is_none_or(|prefix| prefix == "lp") =>
        {
            connect(&service, &visit, &station, query)
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn connect(
    service: &Arc<Service>,
    visit: &RequestOrigin,
    station: &ControlHost,
    query: BTreeMap<String, String>,
) -> Response<Body> {
    let app = query.get("appId").cloned().unwrap_or_default();
    let arguments: Map<String, Value> = query
        .into_iter()
        .map(|(name, value)| (name, Value::String(value)))
        .collect();
    let arguments = Value::Object(arguments);
    log_connect(service, visit, &arguments);
    let recording = service.world.published_recording(station.media);
    let offer = match (delivery_of(service, station), app.as_str()) {
        (Some(delivery), "3") => delivery.polling,
        (Some(delivery), "11") if delivery.playlists.is_none() => TransportBehavior::Offline,
        _ => TransportBehavior::Segments,
    };
    if offer == TransportBehavior::Refused {
        return StatusCode::FORBIDDEN.into_response();
    }
    let (left, silent) = match service
        .faults
        .next_fault(FaultStage::Socket, &visit.host, PATH)
    {
        Some(Fault::CloseSocket(answers)) => (answers, false),
        Some(Fault::SilentSocket) => (usize::MAX, true),
        _ => (usize::MAX, offer == TransportBehavior::Silent),
    };
    let session = PollingSession {
        queue: VecDeque::new(),
        last_polled: Instant::now(),
        generation: service.generation(station.media),
        answers_left: left,
        silent,
        live: None,
    };
    let name = service.polling_sessions.open(session);
    let host = format!("{POLLING_HOST_PREFIX}.{}", station.domain);
    let mut station = station.clone();
    if station.cluster == ENTRY_CLUSTER && !service.world.era.redirects_polling_clients() {
        POLLING_CLUSTER.clone_into(&mut station.cluster);
    }
    let reply = reply(service, &station, (&arguments, offer));
    let mut live = None;
    let news = match (reply, recording) {
        (ConnectReply::Live, _) => {
            let (session, news) = live_messages(service, &station, (&name, &app));
            live = Some((session, station));
            news
        }
        (ConnectReply::Accept { messages, .. }, Some(recording))
            if app == "11" && offer == TransportBehavior::Segments && !messages.is_empty() =>
        {
            playlist_messages(service, recording, &name)
        }
        (reply, recording) => segment_messages(reply, recording),
    };
    if let Some(session) = service.polling_sessions.sessions().get_mut(&name) {
        session.queue = news.into();
        session.live = live;
    }
    tracking(&host, &name)
}

/// Logs a `connect` as the websocket does.
fn log_connect(service: &Service, visit: &RequestOrigin, arguments: &Value) {
    service.log.record_request(LoggedRequest {
        host: visit.host.clone(),
        method: "CONNECT".to_owned(),
        path: PATH.to_owned(),
        tls: visit.tls,
        connection: visit.connection,
        status: None,
        connect: Some(arguments.clone()),
        cookie: None,
        referer: None,
        accept_encoding: None,
    });
}

/// Returns the answer to a `connect`: where to poll.
fn tracking(host: &str, name: &str) -> Response<Body> {
    let tracking = json!({ "host": host, "connectionId": name });
    Json(json!([{ "cmd": "tracking", "args": [tracking] }])).into_response()
}

/// Returns a session that is told what happens to a live stream, and its first messages.
fn live_messages(
    service: &Service,
    station: &ControlHost,
    (name, app): (&str, &str),
) -> (LiveSession, Vec<Vec<Value>>) {
    let era = service.world.era;
    let mut live = if app == "11" {
        let host = format!("{POLLING_HOST_PREFIX}.{}", era.playlist_domain());
        let folder = era.live_playlist_folder();
        let url = hls::address((folder, &host), station.media, name);
        LiveSession::of_playlists(station.media, url)
    } else {
        LiveSession::of_segments(station.media)
    };
    let (commands, _) = live_answer(station, live.open(service));
    if app != "11" {
        let news = (!commands.is_empty()).then_some(commands);
        return (live, news.into_iter().collect());
    }
    let session = service.polling_sessions.count_player(station.media);
    let mut news = if era.first_poll_has_stream(session) {
        vec![commands]
    } else {
        // The counters first.
        commands
            .into_iter()
            .rev()
            .map(|command| vec![command])
            .collect()
    };
    news.retain(|commands| !commands.is_empty());
    (live, news)
}

/// Returns the commands of these steps, and whether the session ends with them.
fn live_answer(station: &ControlHost, steps: Vec<LiveStep>) -> (Vec<Value>, bool) {
    let mut commands = Vec::new();
    for step in steps {
        match step {
            LiveStep::Send(command) => commands.push(command),
            LiveStep::Redirect(cluster) => {
                let reason = redirection(station, &cluster);
                commands.push(json!({ "cmd": "reject", "args": [reason] }));
                commands.push(json!({ "cmd": "close", "args": [] }));
                return (commands, true);
            }
            LiveStep::Close => return (commands, true),
        }
    }
    (commands, false)
}

/// Returns the messages for a player of segments.
fn segment_messages(reply: ConnectReply, recording: Option<&Recording>) -> Vec<Vec<Value>> {
    match reply {
        ConnectReply::Live => Vec::new(),
        ConnectReply::Reject(reason) => vec![vec![
            json!({ "cmd": "reject", "args": [reason] }),
            json!({ "cmd": "close", "args": [] }),
        ]],
        // Sometimes each frame is sent in its own response.
        ConnectReply::Accept { messages, .. }
            if recording.is_some_and(|recording| recording.message_style.transitional) =>
        {
            messages.into_iter().map(|frame| vec![frame]).collect()
        }
        ConnectReply::Accept {
            messages, delayed, ..
        } => {
            let delayed = delayed.into_iter().map(|(_, frame)| vec![frame]);
            std::iter::once(messages).chain(delayed).collect()
        }
    }
}

/// Returns the messages for the HLS player.
fn playlist_messages(service: &Service, recording: &Recording, token: &str) -> Vec<Vec<Value>> {
    let era = service.world.era;
    let host = format!("{POLLING_HOST_PREFIX}.{}", era.playlist_domain());
    let url = hls::address((era.playlist_folder(), &host), recording.id, token);
    let stream = messages::module_info(json!({ "stream": [{ "name": "uhls", "url": url }] }));
    let counters = messages::counters(7);
    let session = service.polling_sessions.count_player(recording.id);
    if era.first_poll_has_stream(session) {
        vec![vec![stream, counters]]
    } else {
        vec![vec![counters], vec![stream]]
    }
}

async fn poll(service: &Service, name: &str) -> Response<Body> {
    let (news, live) = {
        let mut sessions = service.polling_sessions.sessions();
        let Some(session) = sessions.get_mut(name) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        session.last_polled = Instant::now();
        if session.answers_left == 0 {
            sessions.remove(name);
            return StatusCode::NOT_FOUND.into_response();
        }
        session.answers_left -= 1;
        if session.silent {
            (None, None)
        } else {
            (session.queue.pop_front(), session.live.clone())
        }
    };
    match (news, live) {
        (Some(news), _) => Json(Value::Array(news)).into_response(),
        (None, Some(live)) => poll_live(service, name, live).await,
        (None, None) => {
            tokio::time::sleep(MAX_POLL_DURATION).await;
            Json(json!([])).into_response()
        }
    }
}

/// Answers with what happens next to a live stream, or with nothing after a time.
async fn poll_live(
    service: &Service,
    name: &str,
    (mut live, station): (LiveSession, ControlHost),
) -> Response<Body> {
    let deadline = tokio::time::Instant::now() + MAX_POLL_DURATION;
    let mut steps = Vec::new();
    while let (true, Some(clock)) = (steps.is_empty(), live.clock(service)) {
        tokio::select! {
            () = clock.wait_beyond(live.time()) => steps = live.advance(service),
            () = tokio::time::sleep_until(deadline) => break,
        }
    }
    let (commands, ends) = live_answer(&station, steps);
    let mut sessions = service.polling_sessions.sessions();
    if ends {
        sessions.remove(name);
    } else if let Some(session) = sessions.get_mut(name) {
        session.live = Some((live, station));
    }
    if ends && commands.is_empty() {
        return StatusCode::NOT_FOUND.into_response();
    }
    Json(Value::Array(commands)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_closed_session_is_not_used_again() {
        let session = || PollingSession {
            queue: VecDeque::new(),
            last_polled: Instant::now(),
            generation: 0,
            answers_left: 1,
            silent: false,
            live: None,
        };
        let all = PollingSessions::default();
        let (closed, open) = (all.open(session()), all.open(session()));
        all.sessions().remove(&closed);
        assert_ne!(all.open(session()), open);
    }
}
