//! Starts the service and controls it while it runs.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use har::Har;
use rcgen::KeyPair;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::live::{self, LiveTraffic};
use crate::live_clock::LiveClock;
use crate::media::{FixtureFrame, MediaLibrary, MockRepresentation};
use crate::replay::Replay;
use crate::service::Service;
use crate::{Coverage, Faults, LoggedRequest, NetworkLink, World, tls, wire};

/// Shared by several services: the media and the certificate authority, which take longer to make
/// than a service takes to start.
#[derive(Clone)]
pub struct SharedAssets {
    library: Arc<MediaLibrary>,
    trusted: Arc<tls::Identity>,
    untrusted: Arc<tls::Identity>,
    login_page: Arc<tls::Identity>,
}

impl std::fmt::Debug for SharedAssets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SharedAssets").finish_non_exhaustive()
    }
}

impl SharedAssets {
    /// Reads the media and creates an authority.
    pub fn new() -> anyhow::Result<Self> {
        Self::with_authority_key(KeyPair::generate()?)
    }

    /// Reads the media and creates an authority with this key.
    pub fn with_authority_key(key: KeyPair) -> anyhow::Result<Self> {
        Ok(Self {
            library: Arc::new(MediaLibrary::load()?),
            trusted: Arc::new(tls::identity_with_key(&tls::NAMES, key)?),
            untrusted: Arc::new(tls::identity(&tls::NAMES)?),
            login_page: Arc::new(tls::identity(&["login.hotel.example"])?),
        })
    }

    /// Starts a service on a free port of the loopback address.
    pub async fn start(&self, world: World) -> anyhow::Result<FakeUstream> {
        let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
        self.start_at(anywhere, world, None).await
    }

    /// Starts a service on this address, with the latency and bandwidth of `link` if given.
    pub async fn start_at(
        &self,
        address: SocketAddr,
        world: World,
        link: Option<NetworkLink>,
    ) -> anyhow::Result<FakeUstream> {
        let service = Service::new(world, Arc::clone(&self.library));
        self.serve(address, service, link).await
    }

    /// Starts a service on this address that gives the answers of a recorded conversation, whose
    /// waits are multiplied by `pace`.
    pub async fn replay(
        &self,
        address: SocketAddr,
        har: Har,
        pace: f64,
    ) -> anyhow::Result<FakeUstream> {
        let mut service = Service::new(World::empty(), Arc::clone(&self.library));
        let hosts = Replay::hosts(&har);
        let names = tls::NAMES
            .into_iter()
            .chain(hosts.iter().map(String::as_str));
        let names: Vec<_> = names.collect();
        service.replay = Some(Arc::new(Replay::new(har, pace)));
        let assets = Self {
            trusted: Arc::new(tls::identity(&names)?),
            ..self.clone()
        };
        assets.serve(address, service, None).await
    }

    async fn serve(
        &self,
        address: SocketAddr,
        service: Service,
        link: Option<NetworkLink>,
    ) -> anyhow::Result<FakeUstream> {
        let listener = TcpListener::bind(address)
            .await
            .with_context(|| format!("listening on {address}"))?;
        let address = listener.local_addr()?;
        let service = Arc::new(service);
        let task = tokio::spawn(wire::accept(
            listener,
            wire::ListenerConfig {
                trusted: Arc::clone(&self.trusted.config),
                untrusted: Arc::clone(&self.untrusted.config),
                expired: Arc::clone(&self.trusted.expired),
                login_page: Arc::clone(&self.login_page.config),
                link,
            },
            Arc::clone(&service),
        ));
        Ok(FakeUstream {
            address,
            ca_pem: self.trusted.ca_pem.clone(),
            service,
            task,
        })
    }
}

/// A mock service that runs until it is dropped.
#[derive(Debug)]
pub struct FakeUstream {
    address: SocketAddr,
    ca_pem: String,
    service: Arc<Service>,
    task: JoinHandle<()>,
}

impl FakeUstream {
    /// Starts it on a free port of the loopback address.
    pub async fn start(world: World) -> anyhow::Result<Self> {
        SharedAssets::new()?.start(world).await
    }

    /// Returns the address where it listens for every host of the service.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the certificate authority to trust, as PEM.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// Returns the recordings and channels on it.
    pub fn world(&self) -> &World {
        &self.service.world
    }

    /// Returns all requests so far, in order.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.service.log.requests()
    }

    /// Returns which segments of a recording were served completely.
    pub fn coverage(&self, recording: u64) -> Coverage {
        self.service.log.coverage(recording)
    }

    /// Returns the chunks of one representation (`2/1.flv`, `2.m4v`) that were never served
    /// completely, or `None` if there is no such recording.
    pub fn missing_segments(&self, recording: u64, representation: &str) -> Option<Vec<u64>> {
        let known = self.world().recordings.get(&recording)?;
        Some(self.coverage(recording).missing(
            representation,
            known.first_chunk,
            known.chunk_count(),
        ))
    }

    /// Returns the addresses of all segments of some representations, for a downloader that only
    /// fetches.
    pub fn segment_addresses(
        &self,
        recording: u64,
        representations: &[MockRepresentation],
    ) -> Vec<String> {
        let known = self.world().find_recording(recording);
        let representation = |representation: &MockRepresentation| {
            known.map(|known| self.service.addresses(known, *representation))
        };
        representations
            .iter()
            .filter_map(representation)
            .flatten()
            .collect()
    }

    /// Returns the coded frames of a chunk unchanged, whatever is served in its place, or `None` if
    /// there is no such chunk. Does not support movies with filler.
    pub fn fixture_frames(
        &self,
        recording: u64,
        representation: MockRepresentation,
        chunk: u64,
    ) -> Option<Vec<FixtureFrame>> {
        let known = self.world().find_recording(recording)?;
        self.service.frames(known, representation, chunk)
    }

    /// Returns the clock of a channel's live stream.
    pub fn live_clock(&self, channel: u64) -> Option<&LiveClock> {
        let channel = self.world().channels.get(&channel)?;
        Some(&channel.live.as_ref()?.clock)
    }

    /// Returns the newest segment of a channel's live stream: the broadcast, from 0, and the number.
    /// `None` if the newest broadcast has no segment yet.
    pub fn live_edge(&self, channel: u64) -> Option<(u64, u64)> {
        let timeline = live::timeline(&self.service, channel)?;
        let broadcast = timeline.current();
        Some((broadcast.number, broadcast.edge()?))
    }

    /// Returns the requests for the segments of a channel's live stream.
    pub fn live_traffic(&self, channel: u64) -> LiveTraffic {
        self.service.live_traffic.of(channel)
    }

    /// Returns the coded frames of a segment of a channel's live stream, as
    /// [`Self::fixture_frames`] does for a recording. Their times start with the broadcast.
    pub fn live_fixture_frames(
        &self,
        channel: u64,
        broadcast: u64,
        representation: MockRepresentation,
        segment: u64,
    ) -> Option<Vec<FixtureFrame>> {
        live::frames(&self.service, channel, (broadcast, representation, segment))
    }

    /// Returns the finished file of a recording, as its server has it.
    pub fn file(&self, recording: u64) -> Option<Vec<u8>> {
        self.service.file(self.world().find_recording(recording)?)
    }

    /// Returns the switchable faults.
    pub fn faults(&self) -> &Faults {
        &self.service.faults
    }

    /// Gives a recording new paths and hashes: addresses from before are refused.
    pub fn expire(&self, recording: u64) {
        self.service.expire(recording);
    }

    /// Forgets who filled in sign-up forms: their hashes are refused.
    pub fn forget_visitors(&self) {
        self.service.gate.forget();
    }

    /// Stops the service and waits until it has ended.
    pub async fn stop(mut self) {
        self.task.abort();
        // Always a cancellation error here.
        let _ = (&mut self.task).await;
    }
}

impl Drop for FakeUstream {
    fn drop(&mut self) {
        self.task.abort();
    }
}
