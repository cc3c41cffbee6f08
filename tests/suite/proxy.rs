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
    /// The credentials that it wants, as `Proxy-Authorization: Basic` has them.
    credentials: Option<&'static str>,
    /// Hosts that were requested.
    hosts: Arc<Mutex<BTreeSet<String>>>,
    tunnels: Arc<Mutex<Vec<AbortHandle>>>,
}

impl Proxy {
    async fn to(service: SocketAddr) -> Self {
        Self::with_credentials(service, None).await
    }

    async fn with_credentials(service: SocketAddr, credentials: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Self {
            address: listener.local_addr().unwrap(),
            credentials,
            hosts: Arc::default(),
            tunnels: Arc::default(),
        };
        let this = proxy.clone();
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let tunnel = tokio::spawn(tunnel(client, service, this.clone()));
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

async fn tunnel(client: TcpStream, service: SocketAddr, proxy: Proxy) -> std::io::Result<()> {
    let mut client = tokio::io::BufReader::new(client);
    let mut first = String::new();
    client.read_line(&mut first).await?;
    let host = first
        .strip_prefix("CONNECT ")
        .and_then(|rest| rest.split(':').next())
        .unwrap();
    let host = host.to_owned();
    let mut headers = String::new();
    while !headers.ends_with("\r\n\r\n") && headers != "\r\n" {
        client.read_line(&mut headers).await?;
    }
    if let Some(credentials) = proxy.credentials {
        let expected = format!("basic {credentials}");
        let is_expected = |line: &str| {
            line.split_once(": ").is_some_and(|(name, value)| {
                name.eq_ignore_ascii_case("proxy-authorization")
                    && value.replacen("Basic", "basic", 1) == expected
            })
        };
        if !headers.lines().any(is_expected) {
            return client
                .write_all(
                    b"HTTP/1.1 407 Proxy Authentication Required\r\n\
                    Proxy-Authenticate: Basic realm=\"office\"\r\nContent-Length: 0\r\n\r\n",
                )
                .await;
        }
    }
    proxy.hosts.lock().unwrap().insert(host);
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

/// Where a desktop says which proxy to use.
struct DesktopSettings(tempfile::TempDir);

impl DesktopSettings {
    /// Those of GNOME: its own library reads them, from a file in place of the person's database.
    fn gnome(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("glib-2.0/settings/keyfile");
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, settings).unwrap();
        Self(folder)
    }

    /// Those of KDE.
    fn kde(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("kioslaverc"), settings).unwrap();
        Self(folder)
    }

    fn apply(&self, desktop: &str, run: CliCommand) -> CliCommand {
        run.env("XDG_CURRENT_DESKTOP", desktop)
            .env("XDG_CONFIG_HOME", self.0.path())
            .env("XDG_CONFIG_DIRS", self.0.path())
            .env("GSETTINGS_BACKEND", "keyfile")
    }
}

/// Saves the main recording with the settings of a desktop and returns the exit code and stderr.
fn save_on(desktop: &str, settings: &DesktopSettings, mock: &MockService) -> (i32, String) {
    let folder = tempfile::tempdir().unwrap();
    let run = CliCommand::without_service();
    let run = settings.apply(desktop, with_system_certificates(run, mock, folder.path()));
    let run = run.save(MAIN).args(["--wait-online", "1", "-o"]);
    let (code, out, stderr) = run.arg(folder.path()).finish();
    if code == 0 {
        assert_whole(out.trim_end().as_ref(), "video.mp4", "audio.mp4", 1_000);
    }
    (code, stderr)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_is_set_in_gnome_is_used_with_its_exceptions() {
    let mock = MockService::demo().await;
    let proxy = Proxy::to(mock.service.address()).await;
    let settings = |exceptions: &str| {
        DesktopSettings::gnome(&format!(
            "[system/proxy]\nmode='manual'\nignore-hosts={exceptions}\n\
            [system/proxy/https]\nhost='127.0.0.1'\nport={}\n",
            proxy.address.port()
        ))
    };
    let usual = settings("['localhost', '127.0.0.0/8', '::1', 'vod-cdn.ustream.tv']");
    let (code, stderr) = save_on("ubuntu:GNOME", &usual, &mock);
    assert_eq!(code, 0, "{stderr}");
    assert!(proxy.was_requested("api.video.ibm.com"));
    assert!(!proxy.was_requested("vod-cdn.ustream.tv"), "an exception");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_is_set_in_kde_is_used_with_its_exceptions() {
    let mock = MockService::demo().await;
    let proxy = Proxy::to(mock.service.address()).await;
    let settings = DesktopSettings::kde(&format!(
        "[Proxy Settings]\nNoProxyFor=vod-cdn.ustream.tv\nProxyType=1\n\
        httpsProxy=http://127.0.0.1 {}\n",
        proxy.address.port()
    ));
    let (code, stderr) = save_on("KDE", &settings, &mock);
    assert_eq!(code, 0, "{stderr}");
    assert!(proxy.was_requested("api.video.ibm.com"));
    assert!(!proxy.was_requested("vod-cdn.ustream.tv"), "an exception");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_gets_name_and_password_as_they_are_written() {
    let mock = MockService::demo().await;
    for (login, credentials) in [
        ("ada:secret", "YWRhOnNlY3JldA=="),
        ("ada:p@ss", "YWRhOnBAc3M="),
        ("ada:p%40ss", "YWRhOnBAc3M="),
        ("CORP\\ada:a/b#c?", "Q09SUFxhZGE6YS9iI2M/"),
    ] {
        let proxy = Proxy::with_credentials(mock.service.address(), Some(credentials)).await;
        let folder = tempfile::tempdir().unwrap();
        let run = CliCommand::without_service();
        let run = with_system_certificates(run, &mock, folder.path())
            .env("HTTPS_PROXY", format!("http://{login}@{}", proxy.address));
        let (code, _, stderr) = run.save(MAIN).arg("-o").arg(folder.path()).finish();
        assert_eq!(code, 0, "{login}: {stderr}");
        assert!(proxy.was_requested("vod-cdn.ustream.tv"), "{login}");
    }
}

/// A system that resolves names from a single file, which the test may change.
struct HostsFile {
    folder: tempfile::TempDir,
}

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

#[tokio::test(flavor = "multi_thread")]
async fn if_no_name_resolves_the_network_is_blamed_after_the_wait() {
    let mock = MockService::demo().await;
    let (system, folder) = (HostsFile::new(), tempfile::tempdir().unwrap());
    let run = with_system_certificates(system.run(), &mock, folder.path());
    let run = run.save(MAIN).args(["--wait-online", "3"]);
    let start = Instant::now();
    let (code, _, stderr) = run.arg("-o").arg(folder.path()).finish();
    assert_eq!(code, 5, "{stderr}");
    assert!(stderr.contains("cannot look up the name"), "{stderr}");
    assert!(start.elapsed() >= Duration::from_secs(3));
    assert!(file_names(folder.path()).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pac_file_is_named_if_the_service_cannot_be_reached_without_it() {
    let mock = MockService::demo().await;
    let settings = DesktopSettings::gnome(
        "[system/proxy]\nmode='auto'\nautoconfig-url='http://config.example/proxy.pac'\n",
    );
    // A firewall in place of the website.
    let system = HostsFile::new();
    system.set("127.0.0.1 video.ibm.com\n");
    let folder = tempfile::tempdir().unwrap();
    let run = with_system_certificates(system.run(), &mock, folder.path());
    let run = settings.apply("GNOME", run);
    let link = "https://video.ibm.com/channel/some-channel";
    let (code, _, stderr) = run.args(["list", link]).finish();
    assert_eq!(code, 5, "{stderr}");
    assert!(stderr.contains("chosen by a script"), "{stderr}");
    assert!(
        stderr.contains("http://config.example/proxy.pac"),
        "{stderr}"
    );
}

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
