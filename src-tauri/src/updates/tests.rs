//! Updates from a server of the test, signed with a key of the test.

use std::fs;
use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use axum::Json;
use axum::body::{Body, Bytes};
use axum::response::IntoResponse;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::stream;
use minisign::KeyPair;
use serde_json::{Value, json};
use tauri::App;
use tauri::test::{MockRuntime, mock_builder, mock_context, noop_assets};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::*;

/// What a release of the test is.
struct Offer {
    version: &'static str,
    /// Version in the signature.
    signed_version: &'static str,
    /// The file that is signed.
    signed: &'static [u8],
    /// The file that the server sends.
    sent: Sent,
    /// Whether another key signs.
    is_foreign: bool,
}

#[derive(Clone, Copy)]
enum Sent {
    Bytes(&'static [u8]),
    /// Half of the signed file, then the connection breaks off.
    BrokenOff,
    /// A stated length above the limit.
    Huge,
}

/// A file that begins as a Linux program does, which is what an `AppImage` is.
const NEW_PROGRAM: &[u8] =
    b"\x7fELF\x02\x01\x01\x00 the new program, which is longer than a header";

/// The version of the app of these tests.
const THIS_VERSION: &str = "0.1.0";

const NO_PROGRAM: &[u8] = b"<!doctype html><title>Log in to the network of the hotel</title>";

impl Default for Offer {
    fn default() -> Self {
        Self {
            version: "99.0.0",
            signed_version: "99.0.0",
            signed: NEW_PROGRAM,
            sent: Sent::Bytes(NEW_PROGRAM),
            is_foreign: false,
        }
    }
}

/// An installed app, and the server that it asks.
struct Installed {
    app: App<MockRuntime>,
    updates: Updates,
    folder: TempDir,
    server: JoinHandle<()>,
    requests: Arc<AtomicUsize>,
}

/// Encodes a key or a signature as the list of releases holds it.
fn encoded(text: &str) -> String {
    STANDARD.encode(text)
}

fn app() -> App<MockRuntime> {
    let config: Value = serde_json::from_str(include_str!("../../tauri.conf.json")).unwrap();
    let mut context = mock_context(noop_assets());
    let updater = config["plugins"]["updater"].clone();
    context
        .config_mut()
        .plugins
        .0
        .insert("updater".to_owned(), updater);
    mock_builder()
        .plugin(tauri_plugin_updater::Builder::new().build())
        .build(context)
        .unwrap()
}

async fn installed(offer: Offer) -> Installed {
    let key = KeyPair::generate_unencrypted_keypair().unwrap();
    let other = KeyPair::generate_unencrypted_keypair().unwrap();
    let signer = if offer.is_foreign { &other } else { &key };
    let comment = format!("timestamp:1\tfile:app\tversion:{}", offer.signed_version);
    let content = Cursor::new(offer.signed);
    let signature = minisign::sign(None, &signer.sk, content, Some(&comment), None).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let file = json!({ "url": format!("http://{address}/file"), "signature": encoded(&signature.into_string()) });
    let list = json!({
        "version": offer.version,
        "notes": "- Faster.\n- \u{1b}[31mRed.",
        "pub_date": "2026-11-29T00:00:00Z",
        "platforms": { "linux-x86_64": file, "windows-x86_64": file, "darwin-aarch64": file },
    });
    let requests = Arc::new(AtomicUsize::new(0));
    let sent = offer.sent;
    let router = axum::Router::new()
        .route("/latest.json", get(async || Json(list)))
        .route("/file", get(async move || file_response(sent)))
        .layer(axum::middleware::from_fn({
            let requests = Arc::clone(&requests);
            move |request, next: axum::middleware::Next| {
                requests.fetch_add(1, Ordering::Relaxed);
                next.run(request)
            }
        }));
    let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("app.AppImage"), "the old program").unwrap();
    let source = UpdateSource {
        endpoint: format!("http://{address}/latest.json").parse().unwrap(),
        public_key: encoded(&key.pk.to_box().unwrap().to_string()),
    };
    let app = app();
    let updates = Updates {
        source: Some(source),
        program: Some(folder.path().join("app.AppImage")),
        found: Mutex::default(),
    };
    Installed {
        app,
        updates,
        folder,
        server,
        requests,
    }
}

fn file_response(sent: Sent) -> impl IntoResponse {
    match sent {
        Sent::Bytes(bytes) => Body::from(bytes).into_response(),
        Sent::BrokenOff => {
            let half = Bytes::from_static(&NEW_PROGRAM[..NEW_PROGRAM.len() / 2]);
            let chunks = [Ok(half), Err(std::io::Error::other("broken off"))];
            Body::from_stream(stream::iter(chunks)).into_response()
        }
        Sent::Huge => {
            let length = (MAX_BYTES + 1).to_string();
            let chunk =
                std::iter::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[0; 4096])));
            (
                [("content-length", length)],
                Body::from_stream(stream::iter(chunk)),
            )
                .into_response()
        }
    }
}

impl Installed {
    async fn find(&self) -> Option<ReleaseView> {
        self.updates.find(self.app.handle()).await
    }

    async fn install(&self) -> UpdateOutcome {
        self.updates.install(|| false).await
    }

    fn program(&self) -> Vec<u8> {
        fs::read(self.folder.path().join("app.AppImage")).unwrap()
    }

    /// Checks that an update ends in this way, that the old program is still there, and that nothing
    /// is left beside it.
    async fn assert_changes_nothing(&self, expected: UpdateOutcome) {
        assert!(self.find().await.is_some());
        assert_eq!(self.install().await, expected);
        assert_eq!(self.program(), b"the old program");
        assert_eq!(fs::read_dir(self.folder.path()).unwrap().count(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_version_with_the_right_signature_is_installed() {
    let installed = installed(Offer::default()).await;
    let release = installed.find().await.unwrap();
    assert_eq!(release.version, "99.0.0");
    assert_eq!(release.notes, "- Faster.\n- [31mRed.");
    assert_eq!(installed.install().await, UpdateOutcome::Installed);
    assert_eq!(installed.program(), NEW_PROGRAM);
    assert_eq!(fs::read_dir(installed.folder.path()).unwrap().count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_is_not_newer_is_not_offered() {
    for version in ["0.0.1", THIS_VERSION] {
        let installed = installed(Offer {
            version,
            ..Offer::default()
        })
        .await;
        assert_eq!(
            installed.app.package_info().version.to_string(),
            THIS_VERSION
        );
        assert_eq!(installed.find().await, None, "{version}");
        assert_eq!(installed.requests.load(Ordering::Relaxed), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_what_was_signed_is_refused() {
    let damaged: &[u8] = &NEW_PROGRAM[..NEW_PROGRAM.len() - 1];
    for offer in [
        Offer {
            is_foreign: true,
            ..Offer::default()
        },
        Offer {
            sent: Sent::Bytes(damaged),
            ..Offer::default()
        },
        Offer {
            sent: Sent::Bytes(b""),
            ..Offer::default()
        },
        Offer {
            sent: Sent::Bytes(NO_PROGRAM),
            ..Offer::default()
        },
        // An older file under the name of a newer version.
        Offer {
            signed_version: "0.0.1",
            ..Offer::default()
        },
    ] {
        let installed = installed(offer).await;
        installed
            .assert_changes_nothing(UpdateOutcome::Refused)
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_file_that_is_no_program_is_refused() {
    let offer = Offer {
        signed: NO_PROGRAM,
        sent: Sent::Bytes(NO_PROGRAM),
        ..Offer::default()
    };
    installed(offer)
        .await
        .assert_changes_nothing(UpdateOutcome::Refused)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_that_breaks_off_or_is_too_large_changes_nothing() {
    for sent in [Sent::BrokenOff, Sent::Huge] {
        let installed = installed(Offer {
            sent,
            ..Offer::default()
        })
        .await;
        installed
            .assert_changes_nothing(UpdateOutcome::Unreachable)
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_down_changes_nothing() {
    let installed = installed(Offer::default()).await;
    assert!(installed.find().await.is_some());
    installed.server.abort();
    assert!(installed.server.await.unwrap_err().is_cancelled());
    let outcome = installed.updates.install(|| false).await;
    assert_eq!(outcome, UpdateOutcome::Unreachable);
    assert_eq!(installed.updates.find(installed.app.handle()).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_gone_is_a_failure() {
    let installed = installed(Offer::default()).await;
    assert!(installed.find().await.is_some());
    fs::remove_file(installed.folder.path().join("app.AppImage")).unwrap();
    assert_eq!(installed.install().await, UpdateOutcome::Failed);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_changes_while_a_video_is_being_saved() {
    let installed = installed(Offer::default()).await;
    assert!(installed.find().await.is_some());
    let asked = installed.requests.load(Ordering::Relaxed);
    assert_eq!(
        installed.updates.install(|| true).await,
        UpdateOutcome::Busy
    );
    assert_eq!(installed.requests.load(Ordering::Relaxed), asked);
    // A job that begins during the download.
    let was_idle = AtomicBool::new(false);
    let is_busy = || was_idle.swap(true, Ordering::Relaxed);
    assert_eq!(
        installed.updates.install(is_busy).await,
        UpdateOutcome::Busy
    );
    assert_eq!(installed.program(), b"the old program");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_of_a_package_manager_asks_nobody() {
    let mut installed = installed(Offer::default()).await;
    installed.updates.program = None;
    assert!(!installed.updates.are_possible());
    assert_eq!(installed.find().await, None);
    installed.updates.source = None;
    assert_eq!(installed.find().await, None);
    assert_eq!(installed.requests.load(Ordering::Relaxed), 0);
}
