//! One port for everything: TLS and plain HTTP are told apart by their first byte, and a connection
//! can be reset during a request.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::server::Acceptor;

use crate::faults::{Fault, FaultStage};
use crate::link::{self, NetworkLink, RateLimiter};
use crate::service::Service;

/// First byte of a TLS record that opens a handshake (RFC 8446 5.1).
const TLS_HANDSHAKE: u8 = 0x16;

/// Certificates and link of the listener.
#[derive(Clone)]
pub(crate) struct ListenerConfig {
    /// Signed by the authority that clients trust.
    pub(crate) trusted: Arc<ServerConfig>,
    /// Signed by another authority.
    pub(crate) untrusted: Arc<ServerConfig>,
    pub(crate) expired: Arc<ServerConfig>,
    pub(crate) login_page: Arc<ServerConfig>,
    /// `None` means the latency and bandwidth of loopback.
    pub(crate) link: Option<NetworkLink>,
}

/// Resets one connection.
#[derive(Clone, Debug)]
pub(crate) struct ResetHandle(Arc<ResetState>);

#[derive(Debug)]
struct ResetState {
    /// The number of the connection, in the order of opening.
    connection: u64,
    requested: AtomicBool,
    notify: Notify,
}

impl ResetHandle {
    fn new() -> Self {
        static CONNECTIONS: AtomicU64 = AtomicU64::new(0);
        Self(Arc::new(ResetState {
            connection: CONNECTIONS.fetch_add(1, Ordering::Relaxed),
            requested: AtomicBool::new(false),
            notify: Notify::new(),
        }))
    }

    /// Returns the number of the connection.
    pub(crate) fn connection(&self) -> u64 {
        self.0.connection
    }

    /// Resets the connection: the other side sees an error instead of an orderly close.
    pub(crate) fn reset(&self) {
        self.0.requested.store(true, Ordering::Release);
        self.0.notify.notify_one();
    }

    fn is_reset(&self) -> bool {
        self.0.requested.load(Ordering::Acquire)
    }
}

/// A TCP connection that a [`ResetHandle`] can reset.
struct ResettableStream {
    stream: TcpStream,
    reset_handle: ResetHandle,
    rate_limiter: Option<RateLimiter>,
}

impl ResettableStream {
    /// Lets `write` send as many of `bytes` as the link allows now.
    fn write_limited(
        &mut self,
        cx: &mut Context<'_>,
        bytes: usize,
        write: impl FnOnce(Pin<&mut TcpStream>, &mut Context<'_>, usize) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        let Some(pace) = &mut self.rate_limiter else {
            return write(Pin::new(&mut self.stream), cx, bytes);
        };
        let most = ready!(pace.poll(cx, bytes));
        let written = ready!(write(Pin::new(&mut self.stream), cx, most))?;
        pace.record_sent(written);
        Poll::Ready(Ok(written))
    }
}

impl Drop for ResettableStream {
    fn drop(&mut self) {
        if self.reset_handle.is_reset() {
            // Without it the other side would see an orderly close. A socket that refuses the
            // option is closed all the same.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for ResettableStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for ResettableStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.write_limited(cx, buf.len(), |stream, cx, most| {
            stream.poll_write(cx, buf.get(..most).unwrap_or(buf))
        })
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.rate_limiter.is_some() {
            let first = bufs.iter().find(|buf| !buf.is_empty());
            return self.poll_write(cx, first.map_or(&[], |buf| buf));
        }
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// Accepts connections until the future is dropped, which ends them all.
pub(crate) async fn accept(listener: TcpListener, config: ListenerConfig, service: Arc<Service>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let connection = serve(stream, config.clone(), Arc::clone(&service));
                    connections.spawn(async move {
                        // It does not matter how a client disconnects.
                        let _ = connection.await;
                    });
                }
                // Out of file descriptors: they are freed as connections end.
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(
    stream: TcpStream,
    config: ListenerConfig,
    service: Arc<Service>,
) -> anyhow::Result<()> {
    stream.set_nodelay(true)?;
    let mut first = [0];
    stream.peek(&mut first).await?;
    let reset_handle = ResetHandle::new();
    let connection = ResettableStream {
        stream,
        reset_handle: reset_handle.clone(),
        rate_limiter: config.link.map(RateLimiter::new),
    };
    let round_trip = config.link.map(|link| link.round_trip);
    // Opening a connection takes one round trip, TLS another.
    link::wait(round_trip.unwrap_or_default() * 2).await;
    if first != [TLS_HANDSHAKE] {
        return converse(
            connection,
            ConnectionInfo {
                reset_handle,
                tls: false,
                round_trip,
            },
            service,
        )
        .await;
    }
    let handshake = LazyConfigAcceptor::new(Acceptor::default(), connection).await?;
    let host = handshake
        .client_hello()
        .server_name()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let tls = match service.faults.next_fault(FaultStage::Accept, &host, "") {
        None => config.trusted,
        Some(Fault::UntrustedCertificate) => config.untrusted,
        Some(Fault::ExpiredCertificate) => config.expired,
        Some(Fault::CertificateOfLoginPage) => config.login_page,
        Some(_) => return Ok(()),
    };
    let stream = handshake.into_stream(tls).await?;
    converse(
        stream,
        ConnectionInfo {
            reset_handle,
            tls: true,
            round_trip,
        },
        service,
    )
    .await
}

/// Connection data of a request.
#[derive(Clone)]
struct ConnectionInfo {
    reset_handle: ResetHandle,
    tls: bool,
    round_trip: Option<Duration>,
}

async fn converse<S>(stream: S, side: ConnectionInfo, service: Arc<Service>) -> anyhow::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let cut = side.reset_handle.clone();
    let answer = service_fn(move |request: Request<Incoming>| {
        let service = Arc::clone(&service);
        let ConnectionInfo {
            reset_handle,
            tls,
            round_trip,
        } = side.clone();
        async move {
            let round_trip = round_trip.unwrap_or_default();
            link::wait(round_trip).await;
            Ok::<_, io::Error>(
                service
                    .answer(request.map(Body::new), (tls, round_trip), reset_handle)
                    .await,
            )
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), answer)
        .with_upgrades();
    tokio::select! {
        ended = connection => ended?,
        () = cut.0.notify.notified() => {}
    }
    Ok(())
}
