//! The command line without mock options, with system settings only: a proxy that every connection
//! must use, a certificate authority in `SSL_CERT_FILE`, and names that must not be resolved.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use fake_ustream::{Fault, Rule};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

use crate::command_line::CliCommand;
use crate::mock_service::{MAIN, MockService, file_names};
use crate::movies::assert_whole;

/// An HTTP proxy that connects every host to the mock service.
#[derive(Clone)]
struct Proxy {
    address: SocketAddr,
    /// Hosts that were requested.
    hosts: Arc<Mutex<BTreeSet<String>>>,
    tunnels: Arc<Mutex<Vec<AbortHandle>>>,
}

impl Proxy {
    async fn to(service: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Self {
            address: listener.local_addr().unwrap(),
            hosts: Arc::default(),
            tunnels: Arc::default(),
        };
        let this = proxy.clone();
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let hosts = Arc::clone(&this.hosts);
                let tunnel = tokio::spawn(tunnel(client, service, hosts));
                this.tunnels.lock().unwrap().push(tunnel.abort_handle());
            }
        });
        proxy
    }

    /// Breaks all open connections.
    fn cut(&self) {
        for tunnel in self.tunnels.lock().unwrap().drain(..) {
            tunnel.abort();
        }
    }

    fn was_requested(&self, domain: &str) -> bool {
        let hosts = self.hosts.lock().unwrap();
        hosts.iter().any(|host| host.ends_with(domain))
    }
}

async fn tunnel(
    client: TcpStream,
    service: SocketAddr,
    hosts: Arc<Mutex<BTreeSet<String>>>,
) -> std::io::Result<()> {
    let mut client = tokio::io::BufReader::new(client);
    let mut first = String::new();
    client.read_line(&mut first).await?;
    let host = first
        .strip_prefix("CONNECT ")
        .and_then(|rest| rest.split(':').next())
        .unwrap();
    hosts.lock().unwrap().insert(host.to_owned());
    let mut header = String::new();
    while header != "\r\n" {
        header.clear();
        client.read_line(&mut header).await?;
    }
    client
        .write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
        .await?;
    let mut server = TcpStream::connect(service).await?;
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}

/// Sets the environment variables that a system sets.
fn with_system_certificates(run: CliCommand, mock: &MockService, folder: &Path) -> CliCommand {
    run.env("SSL_CERT_FILE", mock.ca_path())
        .env("SSL_CERT_DIR", folder)
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn system_proxy_and_certificates_apply_to_pages_websockets_and_segments() {
    let mock = MockService::demo().await;
    let proxy = Proxy::to(mock.service.address()).await;
    let folder = tempfile::tempdir().unwrap();
    let run = with_system_certificates(CliCommand::without_service(), &mock, folder.path())
        .env("HTTPS_PROXY", format!("http://{}", proxy.address));
    let output = run.save(MAIN).arg("-o").arg(folder.path()).output();
    assert!(output.status.success(), "{output:?}");
    let path = String::from_utf8(output.stdout).unwrap();
    assert_whole(path.trim_end().as_ref(), "video.mp4", "audio.mp4", 1_000);
    for part in [
        "api.video.ibm.com",
        ".ums.services.video.ibm.com",
        "vod-cdn.ustream.tv",
    ] {
        assert!(
            proxy.was_requested(part),
            "{part} is not in {:?}",
            proxy.hosts
        );
    }
}

/// A system that resolves names from a single file, which the test may change.
#[cfg(target_os = "linux")]
struct HostsFile {
    folder: tempfile::TempDir,
}

#[cfg(target_os = "linux")]
impl HostsFile {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("order"), "hosts: files\n").unwrap();
        let names = Self { folder };
        names.set("");
        names
    }

    fn set(&self, hosts: &str) {
        fs::write(self.folder.path().join("hosts"), hosts).unwrap();
    }

    fn run(&self) -> CliCommand {
        let mut shell = Command::new("unshare");
        let script = "mount --bind $names/hosts /etc/hosts
            mount --bind $names/order /etc/nsswitch.conf
            exec \"$@\"";
        shell
            .args(["--map-root-user", "--mount", "sh", "-e", "-c", script, "sh"])
            .env("names", self.folder.path());
        CliCommand::without_service_under(shell)
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn if_no_name_resolves_the_computer_is_reported_as_offline_after_the_wait() {
    let mock = MockService::demo().await;
    let (system, folder) = (HostsFile::new(), tempfile::tempdir().unwrap());
    let run = with_system_certificates(system.run(), &mock, folder.path());
    let run = run.save(MAIN).args(["--wait-online", "3"]);
    let start = Instant::now();
    let (code, _, stderr) = run.arg("-o").arg(folder.path()).finish();
    assert_eq!(code, 5, "{stderr}");
    assert!(stderr.contains("not connected"), "{stderr}");
    assert!(start.elapsed() >= Duration::from_secs(3));
    assert!(file_names(folder.path()).is_empty());
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_begun_offline_is_saved_when_the_network_comes() {
    let mock = MockService::demo().await;
    let proxy = Proxy::to(mock.service.address()).await;
    let (system, folder) = (HostsFile::new(), tempfile::tempdir().unwrap());
    let port = proxy.address.port();
    let run = with_system_certificates(system.run(), &mock, folder.path())
        .env("HTTPS_PROXY", format!("http://proxy.invalid:{port}"));
    let saved = tempfile::tempdir().unwrap();
    let run = run.save(MAIN).save(134_300_012).arg("-o").arg(saved.path());
    let running = tokio::task::spawn_blocking(move || run.finish());
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert!(file_names(saved.path()).is_empty());
    system.set(&format!("{} proxy.invalid\n", proxy.address.ip()));
    let (code, _, stderr) = running.await.unwrap();
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(file_names(saved.path()).len(), 2);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_whose_name_does_not_resolve_is_skipped() {
    let mock = MockService::demo().await;
    let proxy = Proxy::to(mock.service.address()).await;
    let (system, folder) = (HostsFile::new(), tempfile::tempdir().unwrap());
    let run = with_system_certificates(system.run(), &mock, folder.path())
        .env("HTTPS_PROXY", format!("http://{}", proxy.address))
        .env("NO_PROXY", "vod-cdn.ustream.tv");
    let output = run.save(MAIN).arg("-o").arg(folder.path()).output();
    assert!(output.status.success(), "{output:?}");
    let path = String::from_utf8(output.stdout).unwrap();
    assert_whole(path.trim_end().as_ref(), "video.mp4", "audio.mp4", 1_000);
    assert!(!proxy.was_requested("vod-cdn.ustream.tv"));
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_loss_of_name_resolution_during_a_run_is_waited_out() {
    let mock = MockService::demo().await;
    let slow = Rule::new(Fault::Delay(Duration::from_millis(100))).path("*chunk_*");
    let slow = mock.service.faults().add(slow);
    let proxy = Proxy::to(mock.service.address()).await;
    let (system, folder) = (HostsFile::new(), tempfile::tempdir().unwrap());
    let known = format!("{} proxy.invalid\n", proxy.address.ip());
    system.set(&known);
    let port = proxy.address.port();
    let run = with_system_certificates(system.run(), &mock, folder.path())
        .env("HTTPS_PROXY", format!("http://proxy.invalid:{port}"));
    let mut child = run
        .save(MAIN)
        .args(["--json", "-o"])
        .arg(folder.path())
        .spawn();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut until = |word: &str| {
        let matching = lines.find(|line| line.as_ref().unwrap().contains(word));
        matching.unwrap_or_else(|| panic!("it never said {word}"))
    };
    until("\"fraction\":0.1").unwrap();
    mock.service.faults().remove(slow);
    system.set("");
    proxy.cut();
    until("\"waiting\":true").unwrap();
    // Longer than the retry pauses of a segment that fails for any other reason.
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert!(child.try_wait().unwrap().is_none(), "it did not wait");
    system.set(&known);
    until("\"saved\"").unwrap();
    assert!(child.wait().unwrap().success());
    let movie = folder.path().join(&file_names(folder.path())[0]);
    assert_whole(&movie, "video.mp4", "audio.mp4", 1_000);
}
