//! The steps of the script that this project grew from (SEED in `src-tauri/docs/protocol.md`): what it
//! asked the service of November 2017 for, and in which order. A mock service that answers these
//! steps to the end is as that service was.
//!
//! It signs up at the form of a channel, and saves the channel's newest recording as FLV. As then, it
//! knows `www.ustream.tv` only, follows one redirect of the control connection, by host, and asks for
//! no segment behind the first one of the last hash.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use bytes::Bytes;
use clap::Parser;
use futures_util::{SinkExt as _, StreamExt as _, TryStreamExt as _, stream};
use reqwest::{Certificate, Client, Proxy};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

/// The website.
const WEBSITE: &str = "https://www.ustream.tv";

/// The only server of segments, whatever the service names.
const SEGMENTS: &str = "https://vod-cdn.ustream.tv/";

/// The only format.
const FORMAT: &str = "flv/segmented";

/// Answers to the sign-up form. Every channel is given all of them.
const FORM: [(&str, &str); 5] = [
    ("fields[name]", "test"),
    ("fields[email]", "test@example.com"),
    ("fields[company]", "test"),
    ("fields[role]", "test"),
    ("fields[phone]", "0123456789"),
];

/// Segments that are downloaded at the same time.
const PARALLEL: usize = 4;

/// Header of an FLV file and the size of the tag before the first (Adobe FLV 10.1, E.2 and E.3).
const FLV_HEADER_BYTES: usize = 13;

#[derive(Debug, Parser)]
struct Args {
    /// Page of the channel
    link: String,
    /// HTTP proxy that leads to the service
    #[arg(long)]
    proxy: SocketAddr,
    /// Certificate authority of the service
    #[arg(long)]
    ca: PathBuf,
    /// Where to write the movie
    #[arg(long)]
    output: PathBuf,
}

/// What every request needs.
struct Connection {
    http: Client,
    proxy: SocketAddr,
    tls: TlsConnector,
}

/// An answer of the control connection.
enum Answer {
    /// The host to connect to instead.
    Redirect(String),
    /// The description of [`FORMAT`].
    Format(Value),
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let connection = Connection::new(&args)?;
    let http = &connection.http;

    let page = http.get(&args.link).send().await?.error_for_status()?;
    let mut cookies = cookies(&page);
    let page = page.text().await?;
    let channel = channel_number(&page).context("the page names no channel")?;

    let form = format!("{WEBSITE}/ajax/viewer-registration/save/{channel}/channel/{channel}.json");
    let signed_up = http.post(form).form(&FORM).send().await?;
    let signed_up = signed_up.error_for_status()?;
    cookies.extend(self::cookies(&signed_up));
    let hash = json_of(signed_up).await?["hash"].take();
    ensure!(!hash.is_null(), "the form gave no hash");
    // The hash is sent as text in both places.
    let hash = hash.to_string();

    let list = format!("{WEBSITE}/ajax/viewing-experience/channel/{channel}/content.json");
    let list = http.post(list).form(&[("hash", &hash)]).send().await?;
    let list = json_of(list.error_for_status()?).await?;
    let newest = &list["exposedVariables"]["videosData"]["videos"][0]["id"];
    let recording = newest.as_str().context("the channel has no recording")?;

    let connect = json!({ "cmd": "connect", "args": [{
        "type": "viewer",
        "appId": 3,
        "appVersion": 2,
        "isOffairRecorded": true,
        "referrer": args.link,
        "media": recording,
        "application": "recorded",
        "hash": hash,
    }] });
    let random = fastrand::u32(10_000_000..100_000_000);
    let entry = format!("r{random}-1-{recording}-recorded-wss-live.ums.ustream.tv");
    let cookies = cookies.join("; ");
    let Answer::Redirect(host) = connection.ask(&entry, &cookies, &connect).await? else {
        bail!("the entry does not redirect");
    };
    let Answer::Format(format) = connection.ask(&host, &cookies, &connect).await? else {
        bail!("{host} redirects once more");
    };

    let segments = connection.download(addresses(&format)?).await?;
    std::fs::write(&args.output, concatenated(&segments)?)?;
    Ok(())
}

impl Connection {
    fn new(args: &Args) -> anyhow::Result<Self> {
        let ca = std::fs::read(&args.ca)?;
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(&ca)?)?;
        let provider = Arc::new(ring::default_provider());
        let tls = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        // The one of this process, which the HTTP client uses; there is no other yet.
        let _ = ring::default_provider().install_default();
        let http = Client::builder()
            .proxy(Proxy::all(format!("http://{}", args.proxy))?)
            .tls_certs_only([Certificate::from_pem(&ca)?])
            .cookie_store(true)
            .build()?;
        Ok(Self {
            http,
            proxy: args.proxy,
            tls: TlsConnector::from(Arc::new(tls)),
        })
    }

    /// Sends a `connect` to a host of the control connection, and reads up to a redirect or the
    /// format.
    async fn ask(&self, host: &str, cookies: &str, connect: &Value) -> anyhow::Result<Answer> {
        let mut request = format!("wss://{host}/1/ustream").into_client_request()?;
        // Not `Cookie`: the control connection needs none.
        let headers = request.headers_mut();
        headers.insert("Cookies", cookies.parse()?);
        let stream = self.tunnel(host).await?;
        let (mut socket, _) = tokio_tungstenite::client_async(request, stream).await?;
        socket.send(Message::text(connect.to_string())).await?;
        while let Some(message) = socket.try_next().await? {
            let Message::Text(text) = message else {
                continue;
            };
            let frame: Value = serde_json::from_str(&text)?;
            let said = &frame["args"][0];
            if frame["cmd"] == "reject" {
                let host = said["cluster"]["host"].as_str();
                let host = host.with_context(|| format!("rejected: {said}"))?;
                return Ok(Answer::Redirect(host.to_owned()));
            }
            let format = &said["stream"]["streamFormats"][FORMAT];
            if !format.is_null() {
                return Ok(Answer::Format(format.clone()));
            }
        }
        bail!("{host} closed the connection before the stream")
    }

    /// Opens a TLS connection to a host through the proxy.
    async fn tunnel(&self, host: &str) -> anyhow::Result<TlsStream<BufReader<TcpStream>>> {
        let mut stream = BufReader::new(TcpStream::connect(self.proxy).await?);
        let request = format!("CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            let read = stream.read_line(&mut line).await?;
            ensure!(read > 0, "the proxy closed the connection");
        }
        let name = ServerName::try_from(host.to_owned())?;
        Ok(self.tls.connect(name, stream).await?)
    }

    /// Downloads segments, in order.
    async fn download(&self, addresses: Vec<String>) -> anyhow::Result<Vec<Bytes>> {
        let segment = async |address: String| -> anyhow::Result<Bytes> {
            let response = self.http.get(address).send().await?;
            Ok(response.error_for_status()?.bytes().await?)
        };
        let downloads = stream::iter(addresses).map(segment).buffered(PARALLEL);
        downloads.try_collect().await
    }
}

/// Returns the cookies that a response sets, as `name=value`.
fn cookies(response: &reqwest::Response) -> Vec<String> {
    response
        .cookies()
        .map(|cookie| format!("{}={}", cookie.name(), cookie.value()))
        .collect()
}

async fn json_of(response: reqwest::Response) -> anyhow::Result<Value> {
    Ok(serde_json::from_str(&response.text().await?)?)
}

/// Returns the number of the channel whose page this is.
fn channel_number(page: &str) -> Option<&str> {
    let tags = page.split("<meta ").skip(1);
    let mut tags = tags.filter_map(|rest| Some(rest.split_once('>')?.0));
    let tag = tags.find(|tag| tag.contains("ustream:channel_id"))?;
    let (_, content) = tag.split_once("content=")?;
    let quote = content.chars().next()?;
    content.get(1..)?.split(quote).next()
}

/// Returns the addresses of all segments of the original representation: each hash reaches to the
/// segment before the next hash, and the last one is for one segment.
fn addresses(format: &Value) -> anyhow::Result<Vec<String>> {
    let path = format["contentAccess"]["accessList"][0]["data"]["path"]
        .as_str()
        .context("no path")?;
    let hashes = format["hashes"].as_object().context("no hashes")?;
    let mut hashes: Vec<(u64, &str)> = hashes
        .iter()
        .filter_map(|(first, hash)| Some((first.parse().ok()?, hash.as_str()?)))
        .collect();
    hashes.sort_unstable();
    let representations = format["streams"].as_array().context("no streams")?;
    let mut addresses = Vec::new();
    for representation in representations {
        if representation["preset"] != "original" {
            continue;
        }
        let template = representation["segmentUrl"].as_str();
        let template = template.context("no address of the segments")?;
        for (at, (first, hash)) in hashes.iter().enumerate() {
            let end = hashes.get(at + 1).map_or(first + 1, |(next, _)| *next);
            addresses.extend((*first..end).map(|number| {
                let number = number.to_string();
                let name = template.replacen('%', &number, 1).replacen('%', hash, 1);
                format!("{SEGMENTS}{path}{name}")
            }));
        }
    }
    Ok(addresses)
}

/// Returns the first segment followed by the tags of all others.
fn concatenated(segments: &[Bytes]) -> anyhow::Result<Vec<u8>> {
    let (first, others) = segments.split_first().context("there are no segments")?;
    let mut movie = first.to_vec();
    for segment in others {
        let tags = segment.get(FLV_HEADER_BYTES..);
        movie.extend_from_slice(tags.context("a segment has no FLV header")?);
    }
    Ok(movie)
}
