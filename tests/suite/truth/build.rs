//! Makes a case a world of the practice service.

use axum::http::StatusCode;
use fake_ustream::{
    ClusterRedirects, Delivery, FakeUstream, Fate, Fault, FileKind, Film, FlvRepresentation,
    HashKeys, HashStyle, Length, Listing, Message, OddRow as Described, Oddities, Picture,
    PlaylistOddities, Recording, Row, Rule, Sound, World,
};
use serde_json::{Value, json};

use super::case::{Case, ChangeWhilePaused, Form, OddRow, ServerFault};

/// The one recording of each world.
pub(super) const RECORDING: u64 = 112_470_631;

/// Servers of segments, best first.
const HOSTS: [&str; 2] = ["vod-cdn.ustream.tv", "uhsakamai-a.akamaihd.net"];

/// Slow enough to be stopped half-way.
const SEGMENT_TAKES: std::time::Duration = std::time::Duration::from_millis(150);

impl Case {
    /// The rows that are to be saved.
    pub(super) fn rows(&self) -> Vec<Row> {
        let (best, main) = (Picture::Best, Sound::Main);
        self.rows_with(best, main)
    }

    /// The rows with that picture and that sound.
    pub(super) fn rows_with(&self, picture: Picture, sound: Sound) -> Vec<Row> {
        match self.form {
            Form::Flv | Form::FileFlv => vec![Row::Flv(Some(picture), sound)],
            Form::Both if self.original => vec![Row::Flv(Some(picture), sound)],
            Form::Mp4 | Form::Both | Form::HlsFmp4 => {
                vec![Row::Mp4Picture(picture), Row::Mp4Sound(sound)]
            }
            Form::TsMuxed | Form::Ranges => vec![Row::Ts(Some(picture), Some(sound))],
            Form::TsSeparate => vec![Row::Ts(Some(picture), None), Row::Ts(None, Some(sound))],
            Form::Packed => vec![Row::Ts(Some(picture), None), Row::Packed(sound)],
            Form::FileMp4 => vec![Row::Mp4Picture(picture)],
        }
    }

    /// The world before anything is fetched, or after `meanwhile`.
    pub(super) fn world(&self, meanwhile: ChangeWhilePaused) -> World {
        let flv = matches!(self.form, Form::Flv | Form::Both);
        let mp4 = matches!(self.form, Form::Mp4 | Form::Both | Form::HlsFmp4);
        let usual = Recording::new(RECORDING, "a random world");
        let clusters = if self.redirected {
            vec!["omega".into()]
        } else {
            vec![]
        };
        let recording = Recording {
            movie: Film::looped(self.all_units),
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
            mp4: if mp4 { usual.mp4.clone() } else { Vec::new() },
            clock: self.clock,
            length: Length {
                api: self.api_length.is_some(),
                frame: self.frame_length.map(|(place, _)| place),
            },
            redirects: ClusterRedirects::To(clusters),
            delivery: self.ways(),
            cdn: HOSTS[..self.mirrors.len()]
                .iter()
                .map(|&host| host.into())
                .collect(),
            oddities: self.odd(meanwhile),
            ..usual
        };
        World::empty().recording(recording)
    }

    fn ways(&self) -> Delivery {
        match self.form {
            Form::Mp4 | Form::Flv | Form::Both => Delivery {
                playlists: None,
                ..Delivery::default()
            },
            Form::TsMuxed => Delivery::playlists(Listing::Muxed),
            Form::TsSeparate => Delivery::playlists(Listing::Separate),
            Form::Packed => Delivery::playlists(Listing::Packed),
            Form::HlsFmp4 => Delivery::playlists(Listing::Fmp4),
            Form::Ranges => Delivery::playlists(Listing::Ranges),
            Form::FileFlv => Delivery::file(FileKind::Flv),
            Form::FileMp4 => Delivery::file(FileKind::Mp4),
        }
    }

    fn odd(&self, meanwhile: ChangeWhilePaused) -> Oddities {
        let (path, hash, shifted) = match meanwhile {
            ChangeWhilePaused::Nothing => (0, 0, 0),
            ChangeWhilePaused::Renewed => (1, 1, 0),
            ChangeWhilePaused::Replaced => (1, 1, 37),
            ChangeWhilePaused::Rehashed => (0, 1, 37),
        };
        let parts = self.parts.iter().map(|part| Message {
            keys: part.keys.clone(),
            after: part.after,
            path: part.path,
            scheme: part.scheme,
        });
        let mut messages: Vec<Message> = parts.collect();
        if messages.is_empty() && self.listed < self.keys.len() {
            messages.push(Message {
                keys: 0..self.listed,
                after: std::time::Duration::ZERO,
                path: fake_ustream::PathStyle::Default,
                scheme: "http",
            });
        }
        let rows = self.rows();
        let named = |row: &Row| format!("{}.{}", row.name(), row.extension());
        let fates = self.flaws.iter().map(|flaw| Fate {
            row: flaw.row.map(|at| named(&rows[at % rows.len()])),
            chunk: flaw.index.map(|index| self.first + index),
            comes: flaw.comes,
            times: flaw.times,
        });
        let odd_row = self.odd_row.map(|(odd, format, first)| Described {
            format,
            row: described(odd, format),
            first,
        });
        Oddities {
            api_length: self.api_length.clone(),
            frame_length_ms: self.frame_length.map(|(_, ms)| ms),
            messages,
            extra_representations: odd_row.into_iter().collect(),
            segment_faults: fates.collect(),
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

    /// Lets the servers fail as they do in this world; the numbers of rules that refuse connections.
    pub(super) fn disturb(&self, service: &FakeUstream) -> Vec<fake_ustream::RuleId> {
        let faults = service.faults();
        let mut down = Vec::new();
        for (host, mirror) in HOSTS.iter().zip(&self.mirrors) {
            let fault = match mirror.server {
                ServerFault::Fine => continue,
                ServerFault::Down => Fault::HostDown,
                ServerFault::Untrusted => Fault::Untrusted,
                ServerFault::Status(status) => Fault::Bare(status),
                ServerFault::Html => Fault::Html,
                ServerFault::Trickle => Fault::Slow(40),
                ServerFault::Stall => Fault::Stall(100),
            };
            let refuses = matches!(fault, Fault::HostDown | Fault::Untrusted);
            // Connections that are open would outlive it.
            let after = if refuses { 0 } else { mirror.after };
            let rule = faults.add(Rule::new(fault).host(host).skip(after));
            if refuses {
                down.push(rule);
            }
        }
        if let Some((number, times)) = self.playlists.refused {
            let refused = Rule::new(Fault::Bare(StatusCode::SERVICE_UNAVAILABLE))
                .path(&format!("*/{number}/playlist.m3u8*"));
            faults.add(match times {
                Some(times) => refused.times(times),
                None => refused,
            });
        }
        if self.interrupted.is_some() {
            for path in ["*chunk_*", "/video/*", "*/all_*"] {
                faults.add(Rule::new(Fault::Delay(SEGMENT_TAKES)).path(path));
            }
        }
        down
    }
}

/// A row that would be the best if it could be used.
fn described(odd: OddRow, format: &str) -> Value {
    let is_flv = format == "flv/segmented";
    let mut row = if is_flv {
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
        OddRow::NoAddress => {}
        OddRow::ParentFolder => row["segmentUrl"] = json!(format!("../9/chunk_%_%.{ending}")),
        OddRow::NoPlaceholder => row["segmentUrl"] = json!(format!("9/chunk.{ending}")),
        OddRow::Text => {
            return json!({
                "codec": "stpp",
                "contentType": "application/mp4",
                "initUrl": "11/chunk_%_%.mp4h",
                "segmentUrl": "11/chunk_%_%.mp4",
                "bitrate": 2,
            });
        }
    }
    row
}
