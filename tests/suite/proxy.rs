//! The command line in earnest: no practice options, only what a system sets: a proxy that every
//! connection must take, and a certificate authority in `SSL_CERT_FILE`.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use crate::command_line::Run;
use crate::films::assert_whole;
use crate::practice::{MAIN, Practice};

/// An HTTP proxy that leads every host to the practice service and notes which were asked for.
async fn proxy(service: SocketAddr) -> (SocketAddr, Arc<Mutex<BTreeSet<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let hosts = Arc::new(Mutex::new(BTreeSet::new()));
    let noted = Arc::clone(&hosts);
    tokio::spawn(async move {
        loop {
            let (client, _) = listener.accept().await.unwrap();
            let noted = Arc::clone(&noted);
            tokio::spawn(async move { tunnel(client, service, &noted).await });
        }
    });
    (address, hosts)
}

async fn tunnel(
    client: TcpStream,
    service: SocketAddr,
    hosts: &Mutex<BTreeSet<String>>,
) -> std::io::Result<()> {
    let mut client = BufReader::new(client);
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

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn the_systems_proxy_and_certificates_hold_for_pages_sockets_and_pieces() {
    let practice = Practice::demo().await;
    let (proxy, hosts) = proxy(practice.service.address()).await;
    let folder = tempfile::tempdir().unwrap();
    let run = Run::alone()
        .env("HTTPS_PROXY", format!("http://{proxy}"))
        .env("SSL_CERT_FILE", practice.authority())
        .env("SSL_CERT_DIR", folder.path());
    let output = run.save(MAIN).arg("-o").arg(folder.path()).output();
    assert!(output.status.success(), "{output:?}");
    let path = String::from_utf8(output.stdout).unwrap();
    assert_whole(path.trim_end().as_ref(), "video.mp4", "audio.mp4", 1_000);
    let hosts = hosts.lock().unwrap();
    for part in [
        "api.video.ibm.com",
        ".ums.services.video.ibm.com",
        "vod-cdn.ustream.tv",
    ] {
        assert!(
            hosts.iter().any(|host| host.ends_with(part)),
            "{part} is not in {hosts:?}"
        );
    }
}
