//! The control connection: accepts a `connect`, then redirects the client, rejects it or sends what
//! it knows of the recording or channel.

mod control_host;
mod live;
mod messages;
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

use self::control_host::ControlHost;
use self::live::{LiveSession, LiveStep};
use crate::faults::{Fault, FaultStage};
use crate::hls;
use crate::link;
use crate::live::Timeline;
use crate::log::LoggedRequest;
use crate::service::{self, RequestOrigin, Service};
use crate::world::{AccessLock, ClusterRedirects, Delivery, ResponseMode, TransportBehavior};

/// The cluster that only redirects.
const ENTRY_CLUSTER: &str = "live";

/// The cluster of channels without a live stream.
const OFF_AIR_CLUSTER: &str = "omega";

/// Interval of the viewer counters.
const COUNTER_INTERVAL: Duration = Duration::from_secs(2);

/// Path of every control connection.
pub(crate) const PATH: &str = "/1/ustream";

/// Builds the router of the control connection's hosts.
pub(crate) fn router(service: Arc<Service>) -> Router {
    Router::new()
        .route(PATH, get(upgrade))
        .merge(hls::routes(service.world.era))
        .with_state(service)
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
    let recording = service.world.published_recording(station.media);
    if recording.is_some_and(|recording| recording.response_mode == ResponseMode::Html) {
        return service::html_response();
    }
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(_) if !query.is_empty() => return polling::answer(service, visit, query).await,
        Err(rejection) => return rejection.into_response(),
    };
    let offer = delivery_of(&service, &station)
        .map_or(TransportBehavior::Segments, |delivery| delivery.websocket);
    if offer == TransportBehavior::Refused {
        return StatusCode::FORBIDDEN.into_response();
    }
    upgrade.on_upgrade(async move |socket| {
        let (frames_left, silent) =
            match service
                .faults
                .next_fault(FaultStage::Socket, &visit.host, PATH)
            {
                Some(Fault::CloseSocket(frames)) => (frames, false),
                Some(Fault::SilentSocket) => (usize::MAX, true),
                _ => (usize::MAX, offer == TransportBehavior::Silent),
            };
        let connection = ControlConnection {
            service,
            visit,
            host: station,
            socket,
            frames_left,
            silent,
            offer,
        };
        // An error means that the client left or a fault closed the connection: nothing is left to
        // do.
        let _ = connection.run().await;
    })
}

/// Returns the transports that offer the recording or live stream of a station.
fn delivery_of<'a>(service: &'a Service, station: &ControlHost) -> Option<&'a Delivery> {
    if station.application == "channel" {
        let channel = service.world.channels.get(&station.media)?;
        return Some(&channel.live.as_ref()?.delivery);
    }
    let recording = service.world.published_recording(station.media)?;
    Some(&recording.delivery)
}

/// One control connection.
struct ControlConnection {
    service: Arc<Service>,
    visit: RequestOrigin,
    host: ControlHost,
    socket: WebSocket,
    frames_left: usize,
    silent: bool,
    offer: TransportBehavior,
}

/// The connection is closed.
struct ConnectionClosed;

impl ControlConnection {
    async fn run(mut self) -> Result<(), ConnectionClosed> {
        let connect = self.connect().await?;
        link::wait(self.visit.round_trip).await;
        if self.silent {
            return self.stay_open(None).await;
        }
        if self.frames_left == 0 {
            return self.close().await;
        }
        match reply(&self.service, &self.host, (&connect, self.offer)) {
            ConnectReply::Reject(reason) => {
                self.send(&json!({ "cmd": "reject", "args": [reason] }))
                    .await?;
                self.close().await
            }
            ConnectReply::Accept {
                messages,
                delayed: later,
                counters,
            } => {
                for frame in messages {
                    self.send(&frame).await?;
                }
                for (pause, frame) in later {
                    tokio::time::sleep(pause).await;
                    self.send(&frame).await?;
                }
                self.stay_open(counters.then_some(COUNTER_INTERVAL)).await
            }
            ConnectReply::Live => self.follow(LiveSession::of_segments(self.host.media)).await,
        }
    }

    /// Sends what happens to a live stream until the client leaves or the connection is closed.
    async fn follow(&mut self, mut session: LiveSession) -> Result<(), ConnectionClosed> {
        let service = Arc::clone(&self.service);
        let Some(clock) = session.clock(&service) else {
            return self.close().await;
        };
        let mut steps = session.open(&service);
        loop {
            for step in steps.drain(..) {
                match step {
                    LiveStep::Send(frame) => self.send(&frame).await?,
                    LiveStep::Redirect(cluster) => {
                        let reason = redirection(&self.host, &cluster);
                        self.send(&json!({ "cmd": "reject", "args": [reason] }))
                            .await?;
                        return self.close().await;
                    }
                    LiveStep::Close => return self.close().await,
                }
            }
            tokio::select! {
                message = self.socket.recv() => match message {
                    None | Some(Err(_) | Ok(Message::Close(_))) => return Ok(()),
                    Some(Ok(_)) => {}
                },
                () = clock.wait_beyond(session.time()) => steps = session.advance(&service),
            }
        }
    }

    /// Waits for the first message, which must be a `connect`.
    async fn connect(&mut self) -> Result<Value, ConnectionClosed> {
        let text = loop {
            match self.socket.recv().await {
                Some(Ok(Message::Text(text))) => break text,
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                _ => {
                    self.log("CLOSE", None);
                    return Err(ConnectionClosed);
                }
            }
        };
        let message: Value = serde_json::from_str(&text).unwrap_or_default();
        let args = message.get("args").and_then(|args| args.get(0)).cloned();
        self.log("CONNECT", Some(args.clone().unwrap_or_default()));
        let is_connect = message.get("cmd").and_then(Value::as_str) == Some("connect");
        match args {
            Some(args) if is_connect => Ok(args),
            // The service closes connections whose first message is no `connect`.
            _ => self.close().await.and(Err(ConnectionClosed)),
        }
    }

    fn log(&self, method: &str, connect: Option<Value>) {
        self.service.log.record_request(LoggedRequest {
            host: self.visit.host.clone(),
            method: method.to_owned(),
            path: PATH.to_owned(),
            tls: self.visit.tls,
            connection: self.visit.connection,
            status: None,
            connect,
            cookie: None,
            referer: None,
            accept_encoding: None,
        });
    }

    async fn send(&mut self, frame: &Value) -> Result<(), ConnectionClosed> {
        self.socket
            .send(Message::text(self.encode(frame)))
            .await
            .map_err(|_| ConnectionClosed)?;
        self.frames_left -= 1;
        if self.frames_left == 0 {
            self.close().await.and(Err(ConnectionClosed))
        } else {
            Ok(())
        }
    }

    /// Encodes a frame as text.
    fn encode(&self, frame: &Value) -> String {
        let text = frame.to_string();
        let recording = self.service.world.recordings.get(&self.host.media);
        match recording.and_then(|it| Some((it, it.message_style.raw_title.as_ref()?))) {
            Some((recording, raw)) => {
                let title = Value::from(recording.title.as_str()).to_string();
                text.replace(&title, &format!("\"{raw}\""))
            }
            None => text,
        }
    }

    /// Keeps the connection open until the client leaves, sending viewer counters if configured.
    async fn stay_open(&mut self, counters: Option<Duration>) -> Result<(), ConnectionClosed> {
        let mut viewers = 7;
        loop {
            tokio::select! {
                message = self.socket.recv() => match message {
                    None | Some(Err(_) | Ok(Message::Close(_))) => return Ok(()),
                    Some(Ok(_)) => {}
                },
                () = sleep_or_forever(counters) => {
                    viewers += 1;
                    self.send(&messages::counters(viewers)).await?;
                }
            }
        }
    }

    async fn close(&mut self) -> Result<(), ConnectionClosed> {
        self.socket
            .send(Message::Close(None))
            .await
            .map_err(|_| ConnectionClosed)
    }
}

/// Sleeps this long, or forever without a length.
async fn sleep_or_forever(length: Option<Duration>) {
    match length {
        Some(length) => tokio::time::sleep(length).await,
        None => std::future::pending().await,
    }
}

/// The reply to a `connect`.
enum ConnectReply {
    /// One `reject`; then the connection is closed.
    Reject(Value),
    /// These frames, then delayed ones with a pause before each, then perhaps counters until the
    /// end.
    Accept {
        messages: Vec<Value>,
        delayed: Vec<(Duration, Value)>,
        counters: bool,
    },
    /// What happens to the channel's live stream.
    Live,
}

/// Returns the reply to a `connect` at a station whose transport behaves like this.
fn reply(
    service: &Service,
    station: &ControlHost,
    (connect, offer): (&Value, TransportBehavior),
) -> ConnectReply {
    let nonexistent = ConnectReply::Reject(json!({ "nonexistent": true }));
    // The id is a string on the wire; anything else is a mistake of the client.
    let media = connect.get("media").and_then(Value::as_str);
    let application = connect.get("application").and_then(Value::as_str);
    if media != Some(&station.media.to_string()) || application != Some(&station.application) {
        return nonexistent;
    }
    if station.application == "channel" {
        return channel_reply(service, station, (connect, offer));
    }
    let Some(recording) = service.world.published_recording(station.media) else {
        return nonexistent;
    };
    if let Some(next) = next_host(&recording.redirects, station) {
        return ConnectReply::Reject(json!({ "cluster": next }));
    }
    if let Some(lock) = service.world.lock_of(recording)
        && let Some(reason) = lock_rejection(service, &lock, connect)
    {
        return ConnectReply::Reject(reason);
    }
    if recording.response_mode == ResponseMode::Silent {
        return ConnectReply::Accept {
            messages: Vec::new(),
            delayed: Vec::new(),
            counters: false,
        };
    }
    ConnectReply::Accept {
        messages: match offer {
            TransportBehavior::UnknownFormats => messages::unknown_formats(),
            TransportBehavior::Offline => messages::offline(),
            TransportBehavior::Segments
            | TransportBehavior::Refused
            | TransportBehavior::Silent => messages::recorded(service, recording),
        },
        delayed: match offer {
            TransportBehavior::UnknownFormats | TransportBehavior::Offline => Vec::new(),
            TransportBehavior::Segments
            | TransportBehavior::Refused
            | TransportBehavior::Silent => messages::delayed(service, recording),
        },
        counters: recording.message_style.counters,
    }
}

fn channel_reply(
    service: &Service,
    station: &ControlHost,
    (connect, offer): (&Value, TransportBehavior),
) -> ConnectReply {
    let Some(channel) = service.world.channels.get(&station.media) else {
        return ConnectReply::Reject(json!({ "nonexistent": true }));
    };
    let timeline = Timeline::now(channel);
    let cluster = timeline
        .as_ref()
        .map_or(OFF_AIR_CLUSTER, |timeline| timeline.cluster);
    // A cluster that the stream has left redirects as the entry does.
    if station.cluster != cluster {
        return ConnectReply::Reject(redirection(station, cluster));
    }
    if timeline.is_some()
        && channel.gate.is_some()
        && let Some(reason) = lock_rejection(
            service,
            &AccessLock::Gate {
                channel: channel.id,
            },
            connect,
        )
    {
        return ConnectReply::Reject(reason);
    }
    let messages = match offer {
        TransportBehavior::UnknownFormats => messages::unknown_formats(),
        TransportBehavior::Segments if timeline.is_some() => return ConnectReply::Live,
        _ => messages::offline(),
    };
    ConnectReply::Accept {
        messages,
        delayed: Vec::new(),
        counters: false,
    }
}

/// Returns the body of a rejection that sends the client of this station to another cluster.
fn redirection(station: &ControlHost, cluster: &str) -> Value {
    json!({ "cluster": { "name": cluster, "host": station.host_in(cluster) } })
}

/// Returns where a client is redirected from this station, or `None` if it has arrived.
fn next_host(redirects: &ClusterRedirects, station: &ControlHost) -> Option<Value> {
    let named = |name: &str| json!({ "name": name, "host": station.host_in(name) });
    match redirects {
        ClusterRedirects::To(clusters) => {
            let here = clusters
                .iter()
                .position(|cluster| *cluster == station.cluster);
            let next = here.map_or(0, |here| here + 1);
            (here.is_some() || station.cluster == ENTRY_CLUSTER)
                .then(|| clusters.get(next).map(|name| named(name)))
                .flatten()
        }
        ClusterRedirects::Endless if station.cluster == "omega" => Some(named("beta")),
        ClusterRedirects::Endless => Some(named("omega")),
        ClusterRedirects::OtherHost(host) if station.cluster == ENTRY_CLUSTER => {
            Some(json!({ "name": "omega", "host": host }))
        }
        ClusterRedirects::OtherHost(_) => None,
    }
}

/// Returns why a lock rejects this `connect`, or `None` if it opens.
fn lock_rejection(service: &Service, lock: &AccessLock, connect: &Value) -> Option<Value> {
    let field = |key: &str| connect.get(key).and_then(Value::as_str);
    match lock {
        AccessLock::Password(password) => {
            (field("password") != Some(password)).then(|| json!({ "passwordLock": true }))
        }
        AccessLock::Referrer(pages) => {
            let from = field("referrer").unwrap_or_default();
            let round = pages
                .iter()
                .position(|page| from.trim_end_matches('/') == page);
            let next = pages.get(round.map_or(0, |round| round + 1))?;
            Some(json!({ "referrerLock": { "redirectUrl": next } }))
        }
        AccessLock::Geo => Some(json!({ "geoLock": true })),
        AccessLock::Removed | AccessLock::Nonexistent => Some(json!({ "nonexistent": true })),
        AccessLock::Unknown(name) => Some(json!({ name: { "code": 1 } })),
        AccessLock::Login => Some(json!({ "hashLock": true })),
        AccessLock::Gate { channel } => {
            // A hash that is sent as an object instead of a string does not count.
            let opened = field("hash").is_some_and(|hash| service.gate.opens(*channel, hash));
            (!opened).then(|| json!({ "hashLock": true }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
