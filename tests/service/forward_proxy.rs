//! An HTTP proxy that leads every host to the mock service, for clients of other makers: they cannot
//! be told its address.

use std::io;
use std::net::SocketAddr;

use tokio::io::{
    AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, copy_bidirectional,
};
use tokio::net::{TcpListener, TcpStream};

/// Largest request to the proxy itself.
const MAX_HEAD_BYTES: u64 = 16 << 10;

/// Starts a proxy to the service at this address, and returns its own. It runs as long as the runtime.
///
/// # Errors
///
/// If no port can be listened on.
pub async fn start_proxy(service: SocketAddr) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(forward(client, service));
        }
    });
    Ok(address)
}

/// Forwards one connection. Requests without a tunnel name their host themselves, which the service
/// understands.
async fn forward(client: TcpStream, service: SocketAddr) -> io::Result<()> {
    let mut client = BufReader::new(client);
    let mut server = TcpStream::connect(service).await?;
    if client.fill_buf().await?.starts_with(b"CONNECT ") {
        let mut head = (&mut client).take(MAX_HEAD_BYTES);
        let mut line = String::new();
        while !matches!(line.as_str(), "\r\n" | "\n") {
            line.clear();
            if head.read_line(&mut line).await? == 0 {
                return Ok(());
            }
        }
        client
            .write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
            .await?;
    }
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}
