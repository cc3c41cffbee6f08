//! The control connection: takes a `connect`, sends the client on, refuses it or tells what is
//! there.

mod frames;
pub(crate) mod polling;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Extension, Query, State};
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::{Value, json};

use crate::faults::{Fault, Stage};
use crate::hls;
use crate::log::Asked;
use crate::service::{self, RequestOrigin, Service};
use crate::world::{ClusterRedirects, Lock, Offer, ResponseMode};

/// Cluster that only tells where to go.
const ENTRY: &str = "live";

/// How often the viewers are counted anew.
const COUNTERS: Duration = Duration::from_secs(2);

/// The path of every control connection.
pub(crate) const PATH: &str = "/1/ustream";

/// Any host of the control connection.
pub(crate) fn router(service: Arc<Service>) -> Router {
    Router::new()
        .route(PATH, get(upgrade))
        .merge(hls::routes())
        .with_state(service)
}

/// What the name of a control host says: `r12-1-112470631-recorded-ws-live.ums.ustream.tv`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ControlHost {
    random: String,
    media: u64,
    application: String,
    prefix: Option<String>,
    cluster: String,
    domain: String,
}

impl ControlHost {
    fn of(host: &str) -> Option<Self> {
        let (label, domain) = host.split_once('.')?;
        let mut parts = label.split('-');
        let random = parts.next()?.strip_prefix('r')?.to_owned();
        let (_, media, application) = (parts.next()?, parts.next()?, parts.next()?);
        let last = parts.next()?;
        let (prefix, cluster) = match parts.next() {
            Some(cluster) => (Some(last.to_owned()), cluster),
            None => (None, last),
        };
        parts.next().is_none().then_some(())?;
        Some(Self {
            random,
            media: media.parse().ok()?,
            application: application.to_owned(),
            prefix,
            cluster: cluster.to_owned(),
            domain: domain.to_owned(),
        })
    }

    /// The same station in another cluster.
    fn host_in(&self, cluster: &str) -> String {
        let Self {
            random,
            media,
            application,
            domain,
            ..
        } = self;
        let prefix = self
            .prefix
            .as_ref()
            .map(|prefix| format!("{prefix}-"))
            .unwrap_or_default();
        format!("r{random}-1-{media}-{application}-{prefix}{cluster}.{domain}")
    }
}

async fn upgrade(
    State(service): State<Arc<Service>>,
    Extension(visit): Extension<RequestOrigin>,
    Query(query): Query<BTreeMap<String, String>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response<Body> {
    let Some(station) = ControlHost::of(&visit.host) else {
        return polling::answer(service, visit, query).await;
    };
    let recording = service.world.recordings.get(&station.media);
    if recording.is_some_and(|recording| recording.response_mode == ResponseMode::Html) {
        return service::html_instead();
    }
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(_) if !query.is_empty() => return polling::answer(service, visit, query).await,
        Err(rejection) => return rejection.into_response(),
    };
    let offer = recording.map_or(Offer::Pieces, |recording| recording.delivery.socket);
    if offer == Offer::Refused {
        return StatusCode::FORBIDDEN.into_response();
    }
    upgrade.on_upgrade(async move |socket| {
        let (frames_left, silent) = match service.faults.strike(Stage::Socket, &visit.host, PATH) {
            Some(Fault::CloseSocket(frames)) => (frames, false),
            Some(Fault::SilentSocket) => (usize::MAX, true),
            _ => (usize::MAX, offer == Offer::Silent),
        };
        let talk = ControlConnection {
            service,
            visit,
            station,
            socket,
            frames_left,
            silent,
            offer,
        };
        // The client has gone, or the fault closed the line: either way the talk is over.
        let _ = talk.run().await;
    })
}

/// One control connection.
struct ControlConnection {
    service: Arc<Service>,
    visit: RequestOrigin,
    station: ControlHost,
    socket: WebSocket,
    frames_left: usize,
    silent: bool,
    offer: Offer,
}

/// The line is closed.
struct ConnectionClosed;

impl ControlConnection {
    async fn run(mut self) -> Result<(), ConnectionClosed> {
        let connect = self.connect().await?;
        if self.silent {
            return self.linger(None).await;
        }
        if self.frames_left == 0 {
            return self.hang_up().await;
        }
        match reply(&self.service, &self.station, (&connect, self.offer)) {
            Reply::Reject(reason) => {
                self.say(&json!({ "cmd": "reject", "args": [reason] }))
                    .await?;
                self.hang_up().await
            }
            Reply::Tell {
                story,
                later,
                counters,
            } => {
                for frame in story {
                    self.say(&frame).await?;
                }
                for (pause, frame) in later {
                    tokio::time::sleep(pause).await;
                    self.say(&frame).await?;
                }
                self.linger(counters.then_some(COUNTERS)).await
            }
        }
    }

    /// Waits for the first message, which must be a `connect`.
    async fn connect(&mut self) -> Result<Value, ConnectionClosed> {
        let text = loop {
            match self.socket.recv().await {
                Some(Ok(Message::Text(text))) => break text,
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                _ => return Err(ConnectionClosed),
            }
        };
        let message: Value = serde_json::from_str(&text).unwrap_or_default();
        let args = message.get("args").and_then(|args| args.get(0)).cloned();
        self.service.log.asked(Asked {
            host: self.visit.host.clone(),
            method: "CONNECT".to_owned(),
            path: PATH.to_owned(),
            tls: self.visit.tls,
            status: None,
            connect: Some(args.clone().unwrap_or_default()),
            cookie: None,
            referer: None,
        });
        let is_connect = message.get("cmd").and_then(Value::as_str) == Some("connect");
        match args {
            Some(args) if is_connect => Ok(args),
            // The service does not talk to those who do not say hello.
            _ => self.hang_up().await.and(Err(ConnectionClosed)),
        }
    }

    async fn say(&mut self, frame: &Value) -> Result<(), ConnectionClosed> {
        self.socket
            .send(Message::text(self.spelled(frame)))
            .await
            .map_err(|_| ConnectionClosed)?;
        self.frames_left -= 1;
        if self.frames_left == 0 {
            self.hang_up().await.and(Err(ConnectionClosed))
        } else {
            Ok(())
        }
    }

    /// A frame as text.
    fn spelled(&self, frame: &Value) -> String {
        let text = frame.to_string();
        let recording = self.service.world.recordings.get(&self.station.media);
        match recording.and_then(|it| Some((it, it.message_style.raw_title.as_ref()?))) {
            Some((recording, raw)) => {
                let title = Value::from(recording.title.as_str()).to_string();
                text.replace(&title, &format!("\"{raw}\""))
            }
            None => text,
        }
    }

    /// Keeps the line open until the client leaves, counting viewers if asked to.
    async fn linger(&mut self, counters: Option<Duration>) -> Result<(), ConnectionClosed> {
        let mut viewers = 7;
        loop {
            tokio::select! {
                message = self.socket.recv() => match message {
                    None | Some(Err(_) | Ok(Message::Close(_))) => return Ok(()),
                    Some(Ok(_)) => {}
                },
                () = pause(counters) => {
                    viewers += 1;
                    self.say(&frames::counters(viewers)).await?;
                }
            }
        }
    }

    async fn hang_up(&mut self) -> Result<(), ConnectionClosed> {
        self.socket
            .send(Message::Close(None))
            .await
            .map_err(|_| ConnectionClosed)
    }
}

/// So long, or for ever.
async fn pause(length: Option<Duration>) {
    match length {
        Some(length) => tokio::time::sleep(length).await,
        None => std::future::pending().await,
    }
}

/// What a `connect` is answered with.
enum Reply {
    /// One `reject`, then the line is closed.
    Reject(Value),
    /// These frames, others after a pause each, then perhaps counters for ever.
    Tell {
        story: Vec<Value>,
        later: Vec<(Duration, Value)>,
        counters: bool,
    },
}

/// What a `connect` at a station is answered with, where pieces are offered like that.
fn reply(service: &Service, station: &ControlHost, (connect, offer): (&Value, Offer)) -> Reply {
    let nonexistent = Reply::Reject(json!({ "nonexistent": true }));
    // The id is a string on the wire; anything else is a client's mistake.
    let media = connect.get("media").and_then(Value::as_str);
    let application = connect.get("application").and_then(Value::as_str);
    if media != Some(&station.media.to_string()) || application != Some(&station.application) {
        return nonexistent;
    }
    if station.application == "channel" {
        return channel_reply(service, station, nonexistent);
    }
    let Some(recording) = service.world.recordings.get(&station.media) else {
        return nonexistent;
    };
    if let Some(next) = next_host(&recording.redirects, station) {
        return Reply::Reject(json!({ "cluster": next }));
    }
    if let Some(lock) = service.world.lock_of(recording)
        && let Some(reason) = refusal(service, &lock, connect)
    {
        return Reply::Reject(reason);
    }
    if recording.response_mode == ResponseMode::Silent {
        return Reply::Tell {
            story: Vec::new(),
            later: Vec::new(),
            counters: false,
        };
    }
    Reply::Tell {
        story: match offer {
            Offer::Foreign => frames::foreign(),
            Offer::Offline => frames::offline(),
            Offer::Pieces | Offer::Refused | Offer::Silent => frames::recorded(service, recording),
        },
        later: match offer {
            Offer::Foreign | Offer::Offline => Vec::new(),
            Offer::Pieces | Offer::Refused | Offer::Silent => frames::later(service, recording),
        },
        counters: recording.message_style.counters,
    }
}

fn channel_reply(service: &Service, station: &ControlHost, nonexistent: Reply) -> Reply {
    let Some(channel) = service.world.channels.get(&station.media) else {
        return nonexistent;
    };
    let usual = ClusterRedirects::To(vec!["omega".to_owned()]);
    match next_host(&usual, station) {
        Some(next) => Reply::Reject(json!({ "cluster": next })),
        None => Reply::Tell {
            story: frames::channel(channel),
            later: Vec::new(),
            counters: channel.live,
        },
    }
}

/// Where a client is sent from that station; none where it has arrived.
fn next_host(redirects: &ClusterRedirects, station: &ControlHost) -> Option<Value> {
    let named = |name: &str| json!({ "name": name, "host": station.host_in(name) });
    match redirects {
        ClusterRedirects::To(clusters) => {
            let here = clusters
                .iter()
                .position(|cluster| *cluster == station.cluster);
            let next = here.map_or(0, |here| here + 1);
            (here.is_some() || station.cluster == ENTRY)
                .then(|| clusters.get(next).map(|name| named(name)))
                .flatten()
        }
        ClusterRedirects::Endless if station.cluster == "omega" => Some(named("beta")),
        ClusterRedirects::Endless => Some(named("omega")),
        ClusterRedirects::OtherHost(host) if station.cluster == ENTRY => {
            Some(json!({ "name": "omega", "host": host }))
        }
        ClusterRedirects::OtherHost(_) => None,
    }
}

/// Why a lock does not open for that `connect`; none where it does.
fn refusal(service: &Service, lock: &Lock, connect: &Value) -> Option<Value> {
    let said = |key: &str| connect.get(key).and_then(Value::as_str);
    match lock {
        Lock::Password(password) => {
            (said("password") != Some(password)).then(|| json!({ "passwordLock": true }))
        }
        Lock::Referrer(pages) => {
            let from = said("referrer").unwrap_or_default();
            let round = pages
                .iter()
                .position(|page| from.trim_end_matches('/') == page);
            let next = pages.get(round.map_or(0, |round| round + 1))?;
            Some(json!({ "referrerLock": { "redirectUrl": next } }))
        }
        Lock::Geo => Some(json!({ "geoLock": true })),
        Lock::Removed | Lock::Nonexistent => Some(json!({ "nonexistent": true })),
        Lock::Unknown(name) => Some(json!({ name: { "code": 1 } })),
        Lock::Login => Some(json!({ "hashLock": true })),
        Lock::Gate { channel } => {
            // Sent as an object instead of a string it does not count.
            let opened = said("hash").is_some_and(|hash| service.gate.opens(*channel, hash));
            (!opened).then(|| json!({ "hashLock": true }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_name_says_what_is_meant_and_where() {
        let host = "r7-1-112470631-recorded-ws-live.ums.services.video.ibm.com";
        let station = ControlHost::of(host).unwrap();
        assert_eq!(
            (station.media, &*station.application),
            (112_470_631, "recorded")
        );
        assert_eq!(
            station.host_in("omega"),
            "r7-1-112470631-recorded-ws-omega.ums.services.video.ibm.com"
        );
        assert_eq!(station.host_in("live"), host);
        let bare = ControlHost::of("r7-1-5-channel-live.ums.ustream.tv").unwrap();
        assert_eq!(bare.host_in("beta"), "r7-1-5-channel-beta.ums.ustream.tv");
        assert_eq!(ControlHost::of("www.ustream.tv"), None);
    }

    #[test]
    fn a_chain_of_redirects_ends_at_its_last_cluster() {
        let chain = ClusterRedirects::To(vec!["beta".to_owned(), "omega".to_owned()]);
        let at = |cluster: &str| {
            let host = format!("r7-1-5-recorded-ws-{cluster}.ums.ustream.tv");
            let next = next_host(&chain, &ControlHost::of(&host).unwrap())?;
            Some(next["name"].as_str().unwrap().to_owned())
        };
        assert_eq!(at("live").as_deref(), Some("beta"));
        assert_eq!(at("beta").as_deref(), Some("omega"));
        assert_eq!(at("omega"), None);
    }
}
