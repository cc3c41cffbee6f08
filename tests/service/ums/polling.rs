//! Long polling: the control connection for those who cannot open a websocket.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Json;
use axum::body::Body;
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};

use super::{ControlHost, PATH, Reply, frames, reply};
use crate::faults::{Fault, Stage};
use crate::hls;
use crate::log::Asked;
use crate::service::{RequestOrigin, Service};
use crate::world::{Offer, Recording};

/// A poll without news is answered after this long.
const LONGEST_POLL: Duration = Duration::from_secs(5);

/// A connection that is not polled for so long is forgotten, and its playlists with it.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(30);

/// Where polling goes on.
const STATION: &str = "a92ccb29-lp-omega";

/// The connections that are being polled.
#[derive(Debug, Default)]
pub(crate) struct PollingSessions(Mutex<BTreeMap<String, PollingSession>>);

#[derive(Debug)]
struct PollingSession {
    news: VecDeque<Vec<Value>>,
    polled: Instant,
    /// Of the recording's addresses.
    generation: u64,
    /// Answers after which it breaks off.
    left: usize,
    silent: bool,
}

impl PollingSessions {
    /// Whether playlists that were told of on that connection still hold.
    pub(crate) fn holds(&self, name: &str, generation: u64) -> bool {
        self.lines().get(name).is_some_and(|line| {
            line.generation == generation && line.polled.elapsed() < FORGOTTEN_AFTER
        })
    }

    fn open(&self, line: PollingSession) -> String {
        let mut lines = self.lines();
        let name = format!("deokpsq1d6ii90a805gh7tt3jc-{}", lines.len());
        lines.insert(name.clone(), line);
        name
    }

    fn lines(&self) -> MutexGuard<'_, BTreeMap<String, PollingSession>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers a `connect`, or a poll of a connection.
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
    service.log.asked(Asked {
        host: visit.host.clone(),
        method: "CONNECT".to_owned(),
        path: PATH.to_owned(),
        tls: visit.tls,
        status: None,
        connect: Some(arguments.clone()),
        cookie: None,
        referer: None,
    });
    let recording = service.world.recordings.get(&station.media);
    let offer = match (recording, app.as_str()) {
        (Some(recording), "3") => recording.delivery.polling,
        (Some(recording), "11") if recording.delivery.playlists.is_none() => Offer::Offline,
        _ => Offer::Pieces,
    };
    if offer == Offer::Refused {
        return StatusCode::FORBIDDEN.into_response();
    }
    let (left, silent) = match service.faults.strike(Stage::Socket, &visit.host, PATH) {
        Some(Fault::CloseSocket(answers)) => (answers, false),
        Some(Fault::SilentSocket) => (usize::MAX, true),
        _ => (usize::MAX, offer == Offer::Silent),
    };
    let line = PollingSession {
        news: VecDeque::new(),
        polled: Instant::now(),
        generation: service.generation(station.media),
        left,
        silent,
    };
    let name = service.lines.open(line);
    let host = format!("{STATION}.{}", station.domain);
    let news = match (reply(service, station, (&arguments, offer)), recording) {
        (Reply::Reject(reason), _) => vec![vec![
            json!({ "cmd": "reject", "args": [reason] }),
            json!({ "cmd": "close", "args": [] }),
        ]],
        (Reply::Tell { story, .. }, Some(recording))
            if app == "11" && offer == Offer::Pieces && !story.is_empty() =>
        {
            told(recording, &host, &name)
        }
        // Now and then each frame comes in an answer of its own.
        (Reply::Tell { story, .. }, Some(recording)) if recording.message_style.transitional => {
            story.into_iter().map(|frame| vec![frame]).collect()
        }
        (Reply::Tell { story, later, .. }, _) => {
            let later = later.into_iter().map(|(_, frame)| vec![frame]);
            std::iter::once(story).chain(later).collect()
        }
    };
    if let Some(line) = service.lines.lines().get_mut(&name) {
        line.news = news.into();
    }
    let tracking = json!({ "host": host, "connectionId": name });
    Json(json!([{ "cmd": "tracking", "args": [tracking] }])).into_response()
}

/// What the player for HLS is told.
fn told(recording: &Recording, host: &str, token: &str) -> Vec<Vec<Value>> {
    let host = format!(
        "{STATION}.{}",
        host.split_once('.').map_or("", |(_, domain)| domain)
    );
    // Playlists are told of on the new domain.
    let host = host.replace(".ums.ustream.tv", ".ums.services.video.ibm.com");
    let url = hls::address(&host, recording.id, token);
    let stream = json!([{ "name": "uhls", "url": url }]);
    vec![
        vec![frames::counters(7)],
        vec![frames::module_info(json!({ "stream": stream }))],
    ]
}

async fn poll(service: &Service, name: &str) -> Response<Body> {
    let news = {
        let mut lines = service.lines.lines();
        let Some(line) = lines.get_mut(name) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        line.polled = Instant::now();
        if line.left == 0 {
            lines.remove(name);
            return StatusCode::NOT_FOUND.into_response();
        }
        line.left -= 1;
        if line.silent {
            None
        } else {
            line.news.pop_front()
        }
    };
    if news.is_none() {
        tokio::time::sleep(LONGEST_POLL).await;
    }
    Json(Value::Array(news.unwrap_or_default())).into_response()
}
