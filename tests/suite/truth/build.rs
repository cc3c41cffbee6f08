//! Turns a case into a world of the mock service.

use axum::http::StatusCode;
use fake_ustream::{
    AudioStream, ClusterRedirects, Delivery, ExtraRepresentation as Described, FakeUstream, Fault,
    FileContainer, FixtureMovie, FlvRepresentation, HashKeys, HashListMessage, HashStyle,
    LengthSources, MockRepresentation, Oddities, PlaylistLayout, PlaylistOddities, Recording, Rule,
    SegmentFault, VideoStream, World,
};
use serde_json::{Value, json};

use super::case::{Case, ChangeWhilePaused, OfferedFormat, ServerFault, UnusableRepresentation};

/// The only recording of each world.
pub(super) const RECORDING: u64 = 112_470_631;

/// Segment servers, best first.
const HOSTS: [&str; 2] = ["vod-cdn.ustream.tv", "uhsakamai-a.akamaihd.net"];

/// Delay of each segment: slow enough to stop a run half-way.
const SEGMENT_TAKES: std::time::Duration = std::time::Duration::from_millis(150);

impl Case {
    /// Returns the representations that are to be saved.
    pub(super) fn representations(&self) -> Vec<MockRepresentation> {
        let (best, main) = (VideoStream::Best, AudioStream::Main);
        self.representations_with(best, main)
    }

    /// Returns the representations with this video and this audio.
    pub(super) fn representations_with(
        &self,
        video: VideoStream,
        audio: AudioStream,
    ) -> Vec<MockRepresentation> {
        match self.format {
            OfferedFormat::Flv | OfferedFormat::FileFlv => {
                vec![MockRepresentation::Flv(Some(video), audio)]
            }
            OfferedFormat::Both if self.original => {
                vec![MockRepresentation::Flv(Some(video), audio)]
            }
            OfferedFormat::Mp4 | OfferedFormat::Both | OfferedFormat::HlsFmp4 => {
                vec![
                    MockRepresentation::Mp4Video(video),
                    MockRepresentation::Mp4Audio(audio),
                ]
            }
            OfferedFormat::TsMuxed | OfferedFormat::Ranges => {
                vec![MockRepresentation::Ts(Some(video), Some(audio))]
            }
            OfferedFormat::TsSeparate => vec![
                MockRepresentation::Ts(Some(video), None),
                MockRepresentation::Ts(None, Some(audio)),
            ],
            OfferedFormat::Packed => vec![
                MockRepresentation::Ts(Some(video), None),
                MockRepresentation::PackedAudio(audio),
            ],
            OfferedFormat::FileMp4 => vec![MockRepresentation::Mp4Video(video)],
        }
    }

    /// Returns the world before anything is fetched, or after the change `meanwhile`.
    pub(super) fn world(&self, meanwhile: ChangeWhilePaused) -> World {
        let flv = matches!(self.format, OfferedFormat::Flv | OfferedFormat::Both);
        let mp4 = matches!(
            self.format,
            OfferedFormat::Mp4 | OfferedFormat::Both | OfferedFormat::HlsFmp4
        );
        let base = Recording::new(RECORDING, "a random world");
        let clusters = if self.redirected {
            vec!["omega".into()]
        } else {
            vec![]
        };
        let recording = Recording {
            movie: FixtureMovie::looped(self.all_units),
            chunk_time_ms: self.segment_ms(),
            first_chunk: self.first,
            keys: HashKeys::At(self.keys.clone()),
            hash_style: if self.seed & 1 == 0 {
                HashStyle::Decimal
            } else {
                HashStyle::Hex
            },
            flv: if flv {
                FlvRepresentation::product()
            } else {
                Vec::new()
            },
            mp4: if mp4 { base.mp4.clone() } else { Vec::new() },
            clock: self.clock,
            length: LengthSources {
                api: self.api_length.is_some(),
                frame: self.frame_length.map(|(place, _)| place),
            },
            redirects: ClusterRedirects::To(clusters),
            delivery: self.delivery(),
            cdn: HOSTS[..self.mirrors.len()]
                .iter()
                .map(|&host| host.into())
                .collect(),
            oddities: self.oddities(meanwhile),
            ..base
        };
        World::empty().recording(recording)
    }

    fn delivery(&self) -> Delivery {
        match self.format {
            OfferedFormat::Mp4 | OfferedFormat::Flv | OfferedFormat::Both => Delivery {
                playlists: None,
                ..Delivery::default()
            },
            OfferedFormat::TsMuxed => Delivery::playlists(PlaylistLayout::Muxed),
            OfferedFormat::TsSeparate => Delivery::playlists(PlaylistLayout::Separate),
            OfferedFormat::Packed => Delivery::playlists(PlaylistLayout::PackedAudio),
            OfferedFormat::HlsFmp4 => Delivery::playlists(PlaylistLayout::Fmp4),
            OfferedFormat::Ranges => Delivery::playlists(PlaylistLayout::Ranges),
            OfferedFormat::FileFlv => Delivery::file(FileContainer::Flv),
            OfferedFormat::FileMp4 => Delivery::file(FileContainer::Mp4),
        }
    }

    fn oddities(&self, meanwhile: ChangeWhilePaused) -> Oddities {
        let (path, hash, shifted) = match meanwhile {
            ChangeWhilePaused::Nothing => (0, 0, 0),
            ChangeWhilePaused::Renewed => (1, 1, 0),
            ChangeWhilePaused::Replaced => (1, 1, 37),
            ChangeWhilePaused::Rehashed => (0, 1, 37),
        };
        let parts = self.parts.iter().map(|part| HashListMessage {
            keys: part.keys.clone(),
            after: part.after,
            path_style: part.path,
            scheme: part.scheme,
        });
        let mut messages: Vec<HashListMessage> = parts.collect();
        if messages.is_empty() && self.listed < self.keys.len() {
            messages.push(HashListMessage {
                keys: 0..self.listed,
                after: std::time::Duration::ZERO,
                path_style: fake_ustream::PathStyle::Default,
                scheme: "http",
            });
        }
        let representations = self.representations();
        let named = |representation: &MockRepresentation| {
            format!("{}.{}", representation.name(), representation.extension())
        };
        let segment_faults = self.flaws.iter().map(|flaw| SegmentFault {
            representation: flaw
                .representation
                .map(|at| named(&representations[at % representations.len()])),
            chunk: flaw.index.map(|index| self.first + index),
            substitute: flaw.substitute,
            times: flaw.times,
        });
        let odd_representation = self
            .odd_representation
            .map(|(odd, format, first)| Described {
                format,
                representation: representation_json(odd, format),
                first,
            });
        Oddities {
            api_length: self.api_length.clone(),
            frame_length_ms: self.frame_length.map(|(_, ms)| ms),
            messages,
            extra_representations: odd_representation.into_iter().collect(),
            segment_faults: segment_faults.collect(),
            playlists: PlaylistOddities {
                no_address: self
                    .playlists
                    .no_address
                    .iter()
                    .map(|index| self.first + index)
                    .collect(),
                encrypted: self.playlists.encrypted.iter().copied().collect(),
                no_map: self.playlists.no_map.into_iter().collect(),
            },
            file_units: self.file_units,
            shifted_units: shifted,
            path_version: path,
            hash_version: hash,
        }
    }

    /// Adds the server faults of this world; returns the rules that refuse connections.
    pub(super) fn disturb(&self, service: &FakeUstream) -> Vec<fake_ustream::RuleId> {
        let faults = service.faults();
        let mut down = Vec::new();
        for (host, mirror) in HOSTS.iter().zip(&self.mirrors) {
            let fault = match mirror.fault {
                ServerFault::Fine => continue,
                ServerFault::Down => Fault::HostDown,
                ServerFault::Untrusted => Fault::UntrustedCertificate,
                ServerFault::Status(status) => Fault::StatusWithoutRetryAfter(status),
                ServerFault::Html => Fault::Html,
                ServerFault::Trickle => Fault::Throttle(40),
                ServerFault::Stall => Fault::Stall(100),
            };
            let refuses = matches!(fault, Fault::HostDown | Fault::UntrustedCertificate);
            // Open connections would survive the fault.
            let after = if refuses { 0 } else { mirror.after };
            let rule = faults.add(Rule::new(fault).host(host).skip(after));
            if refuses {
                down.push(rule);
            }
        }
        if let Some((number, times)) = self.playlists.refused {
            let refused = Rule::new(Fault::StatusWithoutRetryAfter(
                StatusCode::SERVICE_UNAVAILABLE,
            ))
            .path(&format!("*/{number}/playlist.m3u8*"));
            faults.add(match times {
                Some(times) => refused.times(times),
                None => refused,
            });
        }
        if self.interruption.is_some() {
            for path in ["*chunk_*", "/video/*", "*/all_*"] {
                faults.add(Rule::new(Fault::Delay(SEGMENT_TAKES)).path(path));
            }
        }
        down
    }
}

/// Returns a representation that would be the best if it could be used.
fn representation_json(odd: UnusableRepresentation, format: &str) -> Value {
    let is_flv = format == "flv/segmented";
    let mut representation = if is_flv {
        json!({
            "bitrate": 4000,
            "preset": "original",
            "videoCodec": { "codecName": "H264", "width": 1920, "height": 1080 },
            "audioCodec": { "codecName": "AAC" },
            "default": true,
        })
    } else {
        json!({
            "codec": "avc1.640028",
            "contentType": "video/mp4",
            "initUrl": "9/chunk_%_%.m4vh",
            "width": 1920,
            "height": 1080,
            "bitrate": 4000,
        })
    };
    let ending = if is_flv { "flv" } else { "m4v" };
    match odd {
        UnusableRepresentation::NoAddress => {}
        UnusableRepresentation::ParentFolder => {
            representation["segmentUrl"] = json!(format!("../9/chunk_%_%.{ending}"));
        }
        UnusableRepresentation::NoPlaceholder => {
            representation["segmentUrl"] = json!(format!("9/chunk.{ending}"));
        }
        UnusableRepresentation::Text => {
            return json!({
                "codec": "stpp",
                "contentType": "application/mp4",
                "initUrl": "11/chunk_%_%.mp4h",
                "segmentUrl": "11/chunk_%_%.mp4",
                "bitrate": 2,
            });
        }
    }
    representation
}
