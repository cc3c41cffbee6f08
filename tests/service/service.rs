//! Dispatches requests by host and applies faults.

mod fault_responses;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, Response, StatusCode, header};
use axum::response::{Html, IntoResponse};
use bytes::Bytes;
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;

use crate::era::Era;
use crate::faults::{Fault, FaultStage, Faults};
use crate::gate::Gate;
use crate::live::TrafficLog;
use crate::log::{Log, LoggedRequest};
use crate::media::{FixtureFrame, MediaLibrary, MockRepresentation, UnitRange};
use crate::replay::Replay;
use crate::substitutes::SubstituteCounts;
use crate::ums::polling::PollingSessions;
use crate::wire::ResetHandle;
use crate::world::{HashStyle, Recording, World};
use crate::{api, cdn, files, page, ums};

/// Domain of the control connection.
const UMS_DOMAIN: &str = ".ums.ustream.tv";

/// Its second domain.
const IBM_UMS_DOMAIN: &str = ".ums.services.video.ibm.com";

/// Servers of a CDN that the service does not name, which redirects may lead to.
const EDGE_DOMAIN: &str = ".cdn.example.net";

/// State that all hosts of the service share.
pub(crate) struct Service {
    pub(crate) world: World,
    pub(crate) library: Arc<MediaLibrary>,
    pub(crate) faults: Faults,
    pub(crate) log: Log,
    pub(crate) live_traffic: TrafficLog,
    pub(crate) gate: Gate,
    pub(crate) polling_sessions: PollingSessions,
    pub(crate) substitute_counts: SubstituteCounts,
    /// The recorded conversation that is served in place of the world.
    pub(crate) replay: Option<Arc<Replay>>,
    /// How often the addresses of a recording have expired.
    address_generations: Mutex<BTreeMap<u64, u64>>,
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").finish_non_exhaustive()
    }
}

/// How a request arrived.
#[derive(Clone, Debug)]
pub(crate) struct RequestOrigin {
    /// The requested host, in lower case and without its port.
    pub(crate) host: String,
    /// Whether it came over TLS.
    pub(crate) tls: bool,
    /// The number of its connection.
    pub(crate) connection: u64,
    /// How long each message of a websocket takes to be answered.
    pub(crate) round_trip: Duration,
}

/// The role of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HostRole {
    /// The website at its current address.
    Page,
    /// The website's old address, which redirects to the new one.
    OldDomain,
    /// The short links.
    ShortLink,
    /// The JSON API.
    Api,
    /// The control connection.
    Ums,
    /// The segments.
    Cdn,
    /// The covers.
    Covers,
    /// Pages of other sites.
    OtherSites,
    /// Single files.
    Files,
}

impl HostRole {
    fn of(host: &str, era: Era) -> Option<Self> {
        let has_ibm_hosts = era.has_ibm_hosts();
        Some(match host {
            ums if ums.ends_with(UMS_DOMAIN) => Self::Ums,
            ums if ums.ends_with(IBM_UMS_DOMAIN) && has_ibm_hosts => Self::Ums,
            "video.ibm.com" | "www.video.ibm.com" if has_ibm_hosts => Self::Page,
            "www.ustream.tv" | "ustream.tv" if has_ibm_hosts => Self::OldDomain,
            "www.ustream.tv" | "ustream.tv" => Self::Page,
            "ustre.am" | "www.ustre.am" => Self::ShortLink,
            "api.video.ibm.com" if has_ibm_hosts => Self::Api,
            "api.ustream.tv" => Self::Api,
            "vod-cdn.ustream.tv" | "uhs-akamai.ustream.tv" | "uhsakamai-a.akamaihd.net" => {
                Self::Cdn
            }
            "ustvstaticcdn1-a.akamaihd.net" => Self::Covers,
            files::HOST => Self::Files,
            edge if edge.ends_with(EDGE_DOMAIN) => Self::Cdn,
            _ => return None,
        })
    }

    fn router(self, service: Arc<Service>) -> Router {
        match self {
            Self::Page => page::router(service),
            Self::OldDomain => page::old_address(service.world.era),
            Self::ShortLink => page::short_links(service),
            Self::Api => api::router(service),
            Self::Ums => ums::router(service),
            Self::Cdn => cdn::router(service),
            Self::Covers => page::covers(service),
            Self::OtherSites => page::other_sites(service),
            Self::Files => files::router(service),
        }
    }
}

impl Service {
    pub(crate) fn new(world: World, library: Arc<MediaLibrary>) -> Self {
        Self {
            world,
            library,
            faults: Faults::default(),
            log: Log::default(),
            live_traffic: TrafficLog::default(),
            gate: Gate::default(),
            polling_sessions: PollingSessions::default(),
            substitute_counts: SubstituteCounts::default(),
            replay: None,
            address_generations: Mutex::default(),
        }
    }

    /// Answers one request.
    pub(crate) async fn answer(
        self: &Arc<Self>,
        mut request: Request<Body>,
        (tls, round_trip): (bool, Duration),
        reset_handle: ResetHandle,
    ) -> Response<Body> {
        let host = host_of(request.headers());
        let path = request
            .uri()
            .path_and_query()
            .map_or("/", |path| path.as_str())
            .to_owned();
        let number = self.log.record_request(LoggedRequest {
            host: host.clone(),
            method: request.method().to_string(),
            path: path.clone(),
            tls,
            connection: reset_handle.connection(),
            status: None,
            connect: None,
            cookie: header_of(request.headers(), header::COOKIE),
            referer: header_of(request.headers(), header::REFERER),
            accept_encoding: header_of(request.headers(), header::ACCEPT_ENCODING),
        });
        if let Some(replay) = &self.replay {
            let response = replay.answer(&host, request, &reset_handle).await;
            self.log.record_status(number, response.status().as_u16());
            return response;
        }
        if !tls
            && self
                .faults
                .next_fault(FaultStage::Accept, &host, "")
                .is_some_and(|fault| fault != Fault::CertificateOfLoginPage)
        {
            reset_handle.reset();
            std::future::pending::<()>().await;
        }
        let fault = self.faults.next_fault(FaultStage::Request, &host, &path);
        request.extensions_mut().insert(RequestOrigin {
            host: host.clone(),
            tls,
            connection: reset_handle.connection(),
            round_trip,
        });
        let answer = self.route(&host, request);
        let response = match fault {
            None => answer.await,
            Some(fault) => {
                fault_responses::apply_fault(self, fault, (&host, &path), reset_handle, answer)
                    .await
            }
        };
        self.log.record_status(number, response.status().as_u16());
        response
    }

    async fn route(self: &Arc<Self>, host: &str, request: Request<Body>) -> Response<Body> {
        let elsewhere = || {
            self.world
                .is_other_site(host)
                .then_some(HostRole::OtherSites)
        };
        let Some(face) = HostRole::of(host, self.world.era).or_else(elsewhere) else {
            // As a server that does not serve the requested host (RFC 9110 15.5.20).
            return (StatusCode::MISDIRECTED_REQUEST, "no such host here").into_response();
        };
        let router = TowerToHyperService::new(face.router(Arc::clone(self)));
        match router.call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }

    /// Returns the current path of a recording's chunks on the CDN.
    pub(crate) fn path_of(&self, recording: &Recording) -> String {
        let generation = self.generation(recording.id) + recording.oddities.path_version;
        format!(
            "sjc/omega/vod/us1-37ed7ef2-e250-4085-b0e2-{:012}/10584000/{}/plain/rfc/",
            recording.id,
            53_926_414_920_000 + generation
        )
    }

    /// Returns the current hash that is valid from chunk `key` on.
    pub(crate) fn hash_of(&self, recording: &Recording, key: u64) -> String {
        let version = self.generation(recording.id) + recording.oddities.hash_version;
        let seed = recording.id ^ (version << 40) ^ (key << 20);
        hash_text(recording.hash_style, seed)
    }

    /// Returns the hash of a chunk: that of the greatest key that is not above it.
    pub(crate) fn hash_at(&self, recording: &Recording, chunk: u64) -> Option<String> {
        let key = recording
            .key_list()
            .into_iter()
            .filter(|key| *key <= chunk)
            .max()?;
        Some(self.hash_of(recording, key))
    }

    /// Returns the current addresses of all segments of a representation, on the first host of the
    /// CDN.
    pub(crate) fn addresses(
        &self,
        recording: &Recording,
        representation: MockRepresentation,
    ) -> Vec<String> {
        let host = recording
            .cdn
            .first()
            .map_or("vod-cdn.ustream.tv", String::as_str);
        let base = format!(
            "https://{host}/{}{}",
            self.path_of(recording),
            representation.name()
        );
        let address = |chunk, ending: &str| {
            let hash = self.hash_at(recording, chunk)?;
            Some(format!(
                "{base}/chunk_{chunk}_{hash}.{}{ending}",
                representation.extension()
            ))
        };
        let first = recording.first_chunk;
        let init = self
            .library
            .init_segment(representation)
            .and_then(|_| address(first, "h"));
        let chunks = first..first.saturating_add(recording.chunk_count());
        init.into_iter()
            .chain(chunks.filter_map(|chunk| address(chunk, "")))
            .collect()
    }

    /// Returns the parts of a chunk, if it exists.
    pub(crate) fn chunk(
        &self,
        recording: &Recording,
        representation: MockRepresentation,
        chunk: u64,
    ) -> Option<Vec<Bytes>> {
        self.library
            .chunk(representation, chunk_units(recording, chunk)?)
    }

    /// Returns the chunk with headers but no media.
    pub(crate) fn chunk_without_media(
        &self,
        recording: &Recording,
        representation: MockRepresentation,
        chunk: u64,
    ) -> Option<Vec<Bytes>> {
        self.library
            .segment_without_media(representation, chunk_units(recording, chunk)?)
    }

    /// Returns the coded frames of a chunk without faults or oddities.
    pub(crate) fn frames(
        &self,
        recording: &Recording,
        representation: MockRepresentation,
        chunk: u64,
    ) -> Option<Vec<FixtureFrame>> {
        self.library
            .frames(representation, chunk_units(recording, chunk)?)
    }

    /// Returns all chunks of a representation, concatenated.
    pub(crate) fn representation_bytes(
        &self,
        recording: &Recording,
        representation: MockRepresentation,
    ) -> Option<Vec<u8>> {
        let first = recording.first_chunk;
        let mut whole = Vec::new();
        for chunk in first..first.saturating_add(recording.chunk_count()) {
            for part in self.chunk(recording, representation, chunk)? {
                whole.extend_from_slice(&part);
            }
        }
        Some(whole)
    }

    /// Returns the single file of a recording.
    pub(crate) fn file(&self, recording: &Recording) -> Option<Vec<u8>> {
        let representation = recording.delivery.file?.representation();
        let mut all = UnitRange::of(&recording.movie, u64::MAX, 0, recording.clock)?;
        all.end = all
            .end
            .min(recording.oddities.file_units.unwrap_or(u64::MAX));
        all.shift_units = recording.oddities.shifted_units;
        let init = self.library.init_segment(representation);
        let parts = self.library.chunk(representation, all)?;
        Some(init.into_iter().chain(parts).flatten().collect())
    }

    /// Returns the mean bit rate of a representation, in kbit/s.
    pub(crate) fn bitrate_kbps(
        &self,
        recording: &Recording,
        representation: MockRepresentation,
    ) -> u64 {
        self.library.bitrate_kbps(representation, &recording.movie)
    }

    /// Gives a recording new paths and hashes.
    pub(crate) fn expire(&self, recording: u64) {
        let mut expired = self
            .address_generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *expired.entry(recording).or_default() += 1;
    }

    pub(crate) fn generation(&self, recording: u64) -> u64 {
        let expired = self
            .address_generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        expired.get(&recording).copied().unwrap_or(0)
    }
}

/// Returns the units of the movie that a chunk covers.
pub(crate) fn chunk_units(recording: &Recording, chunk: u64) -> Option<UnitRange<'_>> {
    let index = chunk.checked_sub(recording.first_chunk)?;
    let time_ms = recording.chunk_time_ms;
    let range = UnitRange::of(&recording.movie, time_ms, index, recording.clock)?;
    let shifted = recording.oddities.shifted_units;
    Some(UnitRange {
        shift_units: shifted,
        ..range
    })
}

/// Returns the hash that is made of this number.
pub(crate) fn hash_text(style: HashStyle, seed: u64) -> String {
    let hash = splitmix(seed);
    match style {
        HashStyle::Decimal => (1_000_000_000 + hash % 1_000_000_000).to_string(),
        HashStyle::Hex => format!("{:010x}", hash >> 24),
    }
}

/// Returns a pseudo-random number, the same each time (the finalizer of `SplitMix64`).
pub(crate) fn splitmix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn host_of(headers: &HeaderMap) -> String {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    host.split(':')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase()
}

fn header_of(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    let value = headers.get(name)?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// Returns the web page that is served in place of the expected response.
pub(crate) fn html_response() -> Response<Body> {
    Html("<!DOCTYPE html><html><head><title>IBM Video Streaming</title></head><body><h1>We'll be right back</h1></body></html>").into_response()
}
