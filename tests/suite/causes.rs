//! Networks that stand between this computer and the service: each is told as what it is.

#[cfg(target_os = "linux")]
use std::fs;
use std::net::SocketAddr;
#[cfg(target_os = "linux")]
use std::process::Command;
use std::time::Duration;

use engine::view::{JobView, WaitReason};
use engine::{Access, Code, Patience};
use fake_ustream::{Fault, Rule};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::command_line::CliCommand;
use crate::mock_service::{MAIN, MockService, file_names, job, wait_for_end, wait_until};
use crate::movies::assert_whole;

/// Starts a proxy that gives each of these answers, one after the other, and then closes the
/// connection.
async fn proxy(answers: &'static [&'static [u8]]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut client, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let mut request = [0; 4096];
                for answer in answers {
                    if client.read(&mut request).await.unwrap_or(0) == 0 {
                        return;
                    }
                    let _ = client.write_all(answer).await;
                }
            });
        }
    });
    address
}

/// Runs the command through a proxy and returns its standard error.
async fn told_through(proxy: String) -> String {
    let folder = tempfile::tempdir().unwrap();
    let run = CliCommand::without_service()
        .env("HTTPS_PROXY", proxy)
        .args(["--wait-online", "0"])
        .save(MAIN)
        .arg("-o")
        .arg(folder.path());
    let (code, _, stderr) = tokio::task::spawn_blocking(move || run.finish())
        .await
        .unwrap();
    assert_eq!(code, 5, "{stderr}");
    assert!(file_names(folder.path()).is_empty());
    assert!(!stderr.contains("site is not answering"), "{stderr}");
    stderr
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_wants_a_login_that_forbids_or_that_is_down_is_named() {
    const LOGIN: &[u8] = b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n";
    const FORBIDDEN: &[u8] = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
    const BAD_GATEWAY: &[u8] = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n";
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed_address = closed.local_addr().unwrap();
    drop(closed);
    for (proxy, words) in [
        (
            format!("http://{}", proxy(&[LOGIN]).await),
            "asks for a name and a password",
        ),
        (
            format!("http://{}", proxy(&[FORBIDDEN]).await),
            "does not allow the video site",
        ),
        (
            format!("http://{}", proxy(&[BAD_GATEWAY]).await),
            "does not allow the video site",
        ),
        (format!("http://{closed_address}"), "proxy is not answering"),
        // SOCKS 5: no method of logging in is acceptable (RFC 1928 3).
        (
            format!("socks5h://{}", proxy(&[b"\x05\xff"]).await),
            "asks for a name and a password",
        ),
        // SOCKS 5: not allowed by the rules (RFC 1928 6).
        (
            format!(
                "socks5h://{}",
                proxy(&[b"\x05\x00", b"\x05\x02\x00\x01\0\0\0\0\0\0"]).await
            ),
            "does not allow the video site",
        ),
        (
            format!("socks5h://{closed_address}"),
            "proxy is not answering",
        ),
    ] {
        let stderr = told_through(proxy.clone()).await;
        assert!(stderr.contains(words), "{proxy}: {stderr}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_issuer_of_an_inspecting_network_is_named() {
    let mock = MockService::demo().await;
    mock.service
        .faults()
        .add(Rule::new(Fault::UntrustedCertificate));
    let (code, _, stderr) = CliCommand::new(&mock).save(MAIN).finish();
    assert_eq!(code, 5, "{stderr}");
    assert!(
        stderr.contains("with a certificate of Ustream practice authority"),
        "{stderr}"
    );
}

/// The clock of a process, set wrong.
#[cfg(target_os = "linux")]
fn at_the_time(offset: &str) -> Command {
    let mut faketime = Command::new("faketime");
    faketime.args(["-f", offset]);
    faketime
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_clock_is_named_and_a_certificate_that_is_really_out_of_date_is_not_blamed_on_it() {
    let mock = MockService::demo().await;
    for offset in ["-54y", "+3000y"] {
        let run = CliCommand::under(at_the_time(offset), &mock);
        let (code, _, stderr) = run.save(MAIN).finish();
        assert_eq!(code, 5, "{stderr}");
        assert!(
            stderr.contains("the clock of this computer is wrong"),
            "{offset}: {stderr}"
        );
    }

    // The clock is right, and the certificate of the service ended in 2001.
    let expired = Rule::new(Fault::ExpiredCertificate);
    mock.service.faults().add(expired);
    let (code, _, stderr) = CliCommand::new(&mock).save(MAIN).finish();
    assert_eq!(code, 5, "{stderr}");
    assert!(stderr.contains("answer makes no sense"), "{stderr}");
    assert!(stderr.contains("expired"), "{stderr}");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn no_route_and_a_failing_name_server_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("hosts"), "").unwrap();
    fs::write(folder.path().join("order"), "hosts: files\n").unwrap();
    let script = "mount --bind $names/hosts /etc/hosts
        mount --bind $names/order /etc/nsswitch.conf
        ${route:-true}
        exec \"$@\"";
    for (options, route, words) in [
        (
            ["--map-root-user", "--mount", "--net"],
            "true",
            "is not connected to the internet",
        ),
        (
            ["--map-root-user", "--mount", "--net"],
            "ip link set lo up && ip route add default dev lo",
            "cannot look up the name of the video site",
        ),
    ] {
        let mut shell = Command::new("unshare");
        shell
            .args(options)
            .args(["sh", "-e", "-c"])
            .arg(script.replace("${route:-true}", route))
            .arg("sh")
            .env("names", folder.path());
        let run = CliCommand::without_service_under(shell);
        let run = run.save(MAIN).args(["--wait-online", "1"]);
        let (code, _, stderr) = run.finish();
        assert_eq!(code, 5, "{stderr}");
        assert!(stderr.contains(words), "{stderr}");
    }
}

/// What a network shows in place of every host until one has logged in.
fn login_pages() -> [Vec<Rule>; 3] {
    let redirect = || Rule::new(Fault::Redirect("http://login.hotel.example/".to_owned()));
    [
        vec![redirect()],
        vec![Rule::new(Fault::Html)],
        // With TLS its own certificate, without TLS a redirect.
        vec![Rule::new(Fault::CertificateOfLoginPage), redirect()],
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_in_page_is_told_while_a_link_is_looked_up() {
    let mock = MockService::demo().await;
    for rules in login_pages() {
        let faults = mock.service.faults();
        let rules: Vec<_> = rules.into_iter().map(|rule| faults.add(rule)).collect();
        let engine = mock.engine_with_patience(Patience::default());
        let access = Access::default();
        for link in [
            "https://video.ibm.com/recorded/112470631",
            "https://www.ustream.tv/channel/7000000",
        ] {
            let failure = engine.resolve_link(link, &access).await.unwrap_err();
            assert_eq!(
                failure.code(),
                Code::WifiLogin,
                "{rules:?} {link} {failure:?}"
            );
        }
        engine.shutdown().await;
        for rule in rules {
            faults.remove(rule);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_in_page_in_the_middle_of_a_movie_is_waited_out() {
    for rules in login_pages() {
        let mock = MockService::demo().await;
        let faults = mock.service.faults();
        let slow = Rule::new(Fault::Delay(Duration::from_millis(100))).path("*chunk_*");
        let slow = faults.add(slow);
        let folder = tempfile::tempdir().unwrap();
        let engine = mock.engine_with_patience(Patience::default());
        let id = engine.download(job(MAIN, folder.path())).await.unwrap();
        let progress = |job: &JobView| job.progress.clone();
        let has_begun = |job: &JobView| progress(job).and_then(|it| it.fraction) > Some(0.1);
        wait_until(&engine, &id, has_begun).await;
        let portal: Vec<_> = rules.into_iter().map(|rule| faults.add(rule)).collect();
        faults.remove(slow);
        // Connections that are open see the certificate only when they are opened again.
        let reset = faults.add(Rule::new(Fault::Reset).times(32));
        wait_until(&engine, &id, |job| {
            progress(job).and_then(|it| it.waiting_for) == Some(WaitReason::LoginPage)
        })
        .await;
        for rule in portal.into_iter().chain([reset]) {
            faults.remove(rule);
        }
        wait_for_end(&engine, &id).await.unwrap();
        let path = engine.path(&id).await.unwrap();
        assert_whole(&path, "video.mp4", "audio.mp4", 1_000);
        engine.shutdown().await;
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_computer_without_certificates_is_told_so() {
    let run = CliCommand::without_service()
        .env("SSL_CERT_FILE", "/dev/null")
        .env("SSL_CERT_DIR", "/nowhere")
        .arg("https://video.ibm.com/recorded/1");
    let (code, _, err) = run.finish();
    assert_eq!(code, 5, "{err}");
    assert!(err.contains("no certificates to check"), "{err}");
    assert!(err.contains("ca-certificates"), "{err}");
}
