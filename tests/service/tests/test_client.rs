//! A plain client of the mock service.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use crate::{FakeUstream, World};

/// Resolves every name to the service.
struct LoopbackResolver(SocketAddr);

impl Resolve for LoopbackResolver {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses: Addrs = Box::new(std::iter::once(self.0));
        Box::pin(std::future::ready(Ok(addresses)))
    }
}

/// A service and an HTTP client for it.
pub(super) struct TestClient {
    pub(super) service: FakeUstream,
    pub(super) http: reqwest::Client,
}

impl TestClient {
    pub(super) async fn connect(world: World) -> Self {
        let service = FakeUstream::start(world).await.unwrap();
        let ca = reqwest::Certificate::from_pem(service.ca_pem().as_bytes()).unwrap();
        ustream::install_cryptography();
        let http = reqwest::Client::builder()
            .no_proxy()
            .tls_certs_only([ca])
            .redirect(reqwest::redirect::Policy::none())
            .dns_resolver(Arc::new(LoopbackResolver(service.address())))
            .build()
            .unwrap();
        Self { service, http }
    }

    pub(super) async fn get(&self, url: &str) -> reqwest::Result<reqwest::Response> {
        self.http.get(url).send().await
    }

    pub(super) async fn text(&self, url: &str) -> String {
        self.get(url).await.unwrap().text().await.unwrap()
    }

    pub(super) async fn json(&self, url: &str) -> Value {
        serde_json::from_str(&self.text(url).await).unwrap()
    }

    pub(super) async fn status(&self, url: &str) -> u16 {
        self.get(url).await.unwrap().status().as_u16()
    }

    /// Fills in the sign-up form and returns the hash.
    pub(super) async fn sign_up(&self) -> Value {
        let form = [
            ("fields[name]", "A Person"),
            ("fields[email]", "a@example.com"),
        ];
        self.register(&form).await["hash"].clone()
    }

    /// Sends these answers to the sign-up form.
    pub(super) async fn register(&self, form: &[(&str, &str)]) -> Value {
        let url =
            "https://video.ibm.com/ajax/viewer-registration/save/17439314/channel/17439314.json";
        let response = self.http.post(url).form(form).send().await.unwrap();
        serde_json::from_str(&response.text().await.unwrap()).unwrap()
    }

    /// Returns the frames of a control connection for a recording, up to the last default one.
    pub(super) async fn control_frames(&self, id: u64, cluster: &str, more: Value) -> Vec<Value> {
        let host = format!("r7-1-{id}-recorded-ws-{cluster}.ums.services.video.ibm.com");
        let mut connect = json!({ "media": id.to_string(), "application": "recorded" });
        let more = more.as_object().cloned().unwrap_or_default();
        connect.as_object_mut().unwrap().extend(more);
        self.control_frames_from(&host, connect).await
    }

    /// Returns the frames of a control connection of any host, with exactly this `connect`.
    pub(super) async fn control_frames_from(&self, host: &str, connect: Value) -> Vec<Value> {
        let last_word = |frame: &Value| {
            let arg = &frame["args"][0];
            arg.get("cdnConfig").is_some() || arg["stream"]["contentAvailable"] == false
        };
        self.listen(host, connect, Duration::from_secs(10), last_word)
            .await
    }

    /// Returns all frames of a control connection for a recording until it has been quiet for a
    /// second.
    pub(super) async fn control_frames_after_redirects(&self, id: u64) -> Vec<Value> {
        let host = format!("r7-1-{id}-recorded-ws-omega.ums.services.video.ibm.com");
        let connect = json!({ "media": id.to_string(), "application": "recorded" });
        self.listen(&host, connect, Duration::from_secs(1), |_| false)
            .await
    }

    async fn listen(
        &self,
        host: &str,
        connect: Value,
        patience: Duration,
        last_word: impl Fn(&Value) -> bool,
    ) -> Vec<Value> {
        let mut socket = self.open_control(host, connect).await;
        let mut frames = Vec::new();
        while let Ok(Some(frame)) = tokio::time::timeout(patience, socket.next()).await {
            frames.push(frame);
            if frames.last().is_some_and(&last_word) {
                break;
            }
        }
        frames
    }

    /// Opens a control connection of any host, with exactly this `connect`.
    pub(super) async fn open_control(&self, host: &str, connect: Value) -> ControlSocket {
        let mut roots = RootCertStore::empty();
        let pem = self.service.ca_pem().as_bytes();
        roots
            .add(CertificateDer::from_pem_slice(pem).unwrap())
            .unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let stream = TcpStream::connect(self.service.address()).await.unwrap();
        let name = ServerName::try_from(host.to_owned()).unwrap();
        let stream = TlsConnector::from(Arc::new(config))
            .connect(name, stream)
            .await
            .unwrap();
        let request = format!("wss://{host}/1/ustream")
            .into_client_request()
            .unwrap();
        let (mut socket, _) = tokio_tungstenite::client_async(request, stream)
            .await
            .unwrap();
        let hello = json!({ "cmd": "connect", "args": [connect] }).to_string();
        socket.send(Message::text(hello)).await.unwrap();
        ControlSocket(socket)
    }
}

/// An open control connection.
pub(super) struct ControlSocket(WebSocketStream<TlsStream<TcpStream>>);

impl ControlSocket {
    /// Returns the next frame, or `None` once the service has closed the connection.
    pub(super) async fn next(&mut self) -> Option<Value> {
        match self.0.next().await {
            Some(Ok(Message::Text(text))) => Some(serde_json::from_str(&text).unwrap()),
            _ => None,
        }
    }
}

/// The chunk addresses of one representation, as a client builds them.
pub(super) struct ChunkUrls {
    base: String,
    template: String,
    keys: Vec<(u64, String)>,
}

impl ChunkUrls {
    /// Reads the representation with this index of a format from the frames of a control connection.
    pub(super) fn of(frames: &[Value], format: &str, index: usize) -> Self {
        let stream = frames
            .iter()
            .find_map(|frame| frame["args"][0].get("stream"))
            .expect("a frame with stream");
        let format = &stream["streamFormats"][format];
        let path = format["contentAccess"]["accessList"][0]["data"]["path"]
            .as_str()
            .unwrap();
        let template = format["streams"][index]["segmentUrl"].as_str().unwrap();
        let hashes = format["hashes"].as_object().unwrap();
        let mut keys: Vec<(u64, String)> = hashes
            .iter()
            .map(|(key, hash)| (key.parse().unwrap(), hash.as_str().unwrap().to_owned()))
            .collect();
        keys.sort();
        Self {
            base: format!("https://vod-cdn.ustream.tv/{path}"),
            template: template.to_owned(),
            keys,
        }
    }

    pub(super) fn last_key(&self) -> u64 {
        self.keys.last().unwrap().0
    }

    /// Returns the address with the hash of the greatest key that is not above the chunk.
    pub(super) fn url(&self, chunk: u64) -> String {
        let known = self.keys.iter().rev().find(|(key, _)| *key <= chunk);
        self.url_with(chunk, &known.unwrap().1)
    }

    /// Returns the address with the hash of this key.
    pub(super) fn url_with_key(&self, chunk: u64, key: u64) -> String {
        let (_, hash) = self.keys.iter().find(|(known, _)| *known == key).unwrap();
        self.url_with(chunk, hash)
    }

    fn url_with(&self, chunk: u64, hash: &str) -> String {
        let name = self
            .template
            .replacen('%', &chunk.to_string(), 1)
            .replacen('%', hash, 1);
        format!("{}{name}", self.base)
    }
}
