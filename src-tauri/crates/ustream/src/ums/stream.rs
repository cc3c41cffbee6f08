//! Parses the `stream` member of a `moduleInfo`: formats, representations, templates and hashes.
//!
//! All forms are observed or reconstructed from players; the fixtures say which is which.

mod merge;

use std::collections::BTreeMap;

use serde_json::Value;
use url::Url;

use super::message::Site;
use crate::{hosts, lenient_json};

/// Most representations that are read of one format.
const MAX_REPRESENTATIONS: usize = 500;

/// Most alternative paths or URLs that are read; one is usual.
const MAX_PATHS: usize = 16;

/// The state of a stream.
#[derive(Clone, Debug, PartialEq)]
pub enum StreamState {
    /// There is no recording.
    Offline,
    /// The formats are not stated yet; a later message may state them.
    Pending,
    /// The recording is stored.
    Stored(Box<StoredStream>),
}

/// How a recording is stored, as far as the formats are known to this crate.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StoredStream {
    /// The format `flv/segmented`.
    pub flv: Option<StreamFormat>,
    /// The format `mp4/segmented`.
    pub fmp4: Option<StreamFormat>,
    /// Length in milliseconds, stated beside the formats (`videoLength`).
    pub length: Option<u64>,
    /// Whether there are formats of other names.
    pub has_unknown_formats: bool,
    /// URLs of HLS master playlists, the preferred one first. Not checked.
    pub playlists: Vec<String>,
    /// URLs of single files, the preferred one first. Not checked.
    pub files: Vec<String>,
}

/// One format. A member that a message leaves out is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StreamFormat {
    /// Length of a segment in milliseconds.
    pub chunk_time_ms: Option<u64>,
    /// Paths below a server, without leading and trailing slashes; the first is preferred.
    pub paths: Vec<String>,
    /// Its representations.
    pub representations: Vec<Representation>,
    /// The hash of each segment, under the number of the first segment that has it. Empty if it is
    /// listed but not readable.
    pub hashes: BTreeMap<u64, String>,
    /// Length in milliseconds, stated inside the format (`videoLength`; the place is a guess).
    pub length: Option<u64>,
    /// The number of the newest finished segment of a running stream (`chunkId`).
    pub newest: Option<u64>,
}

/// One quality, or one track of it: an item of `streams[]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Representation {
    /// URL template of its segments: the first `%` is the number, the second the hash. Empty if it is
    /// not stated.
    pub segment_url: String,
    /// URL template of its init segment.
    pub init_url: Option<String>,
    /// Stated content: a MIME type or a codec.
    pub content_type: Option<String>,
    /// Video width in pixels.
    pub width: Option<u32>,
    /// Video height in pixels.
    pub height: Option<u32>,
    /// Measured bit rate in kbit/s; changes from message to message.
    pub bitrate_kbps: Option<u32>,
    /// Language code.
    pub language: Option<String>,
    /// Country code; `00` is read as `None`.
    pub country: Option<String>,
    /// Whether it is a default of the service.
    pub is_default: bool,
    /// Whether a video codec is stated.
    pub has_video_codec: bool,
    /// Whether an audio codec is stated.
    pub has_audio_codec: bool,
}

impl StreamFormat {
    /// Returns whether segments can be fetched.
    pub(crate) fn is_usable(&self) -> bool {
        let has_templates = self
            .representations
            .iter()
            .any(|row| !row.segment_url.is_empty());
        has_templates && !self.hashes.is_empty() && !self.paths.is_empty()
    }
}

impl StoredStream {
    /// Returns whether a format is described at all, usable or not.
    pub(crate) fn is_described(&self) -> bool {
        let mut formats = [&self.fmp4, &self.flv].into_iter().flatten();
        formats.any(|format| !format.representations.is_empty() || !format.hashes.is_empty())
    }

    /// Returns the formats whose segments can be fetched.
    pub(crate) fn usable(&self) -> impl Iterator<Item = &StreamFormat> {
        [&self.fmp4, &self.flv]
            .into_iter()
            .flatten()
            .filter(|format| format.is_usable())
    }
}

/// Reads the value of `stream`: a word, an object with `streamFormats`, the single format of 2016,
/// or the list for HLS players. Anything else is [`StreamState::Pending`].
pub fn read(stream: &Value) -> StreamState {
    if stream
        .as_str()
        .is_some_and(|word| word.eq_ignore_ascii_case("offline"))
        || lenient_json::member(stream, "contentAvailable")
            .is_some_and(|flag| !lenient_json::is_set(flag))
    {
        return StreamState::Offline;
    }
    let Some(all @ Value::Object(formats)) = stream.get("streamFormats") else {
        return single_format(stream).unwrap_or_else(|| playlists_and_files(stream));
    };
    let mut named = formats.iter().filter(|(_, format)| !format.is_null());
    if named.clone().next().is_none() {
        return StreamState::Pending;
    }
    let known = ["flv/segmented", "mp4/segmented"];
    StreamState::Stored(Box::new(StoredStream {
        flv: lenient_json::member(all, "flv/segmented").map(format),
        fmp4: lenient_json::member(all, "mp4/segmented").map(format),
        length: length_of(stream),
        has_unknown_formats: named.any(|(name, _)| !known.contains(&name.as_str())),
        ..StoredStream::default()
    }))
}

/// Reads a stream of 2016, which has one format: its members are those of the stream itself, and
/// its servers are named together with the path of the segments.
fn single_format(stream: &Value) -> Option<StreamState> {
    let name = lenient_json::text_of(stream, "streamType")?;
    let format = StreamFormat {
        paths: providers(stream)
            .into_iter()
            .map(|site| site.path.trim_matches('/').to_owned())
            .collect(),
        ..format(stream)
    };
    let (flv, fmp4) = match name.as_str() {
        "flv/segmented" => (Some(format), None),
        "mp4/segmented" => (None, Some(format)),
        _ => return None,
    };
    Some(StreamState::Stored(Box::new(StoredStream {
        flv,
        fmp4,
        length: length_of(stream),
        ..StoredStream::default()
    })))
}

/// Returns the servers that a stream names: its providers, and hosts in paths.
pub(crate) fn servers(stream: &Value) -> Vec<Site> {
    let formats = lenient_json::member(stream, "streamFormats").and_then(Value::as_object);
    let formats = formats.into_iter().flat_map(serde_json::Map::values);
    let of_paths = formats.flat_map(paths).filter_map(|path| {
        let url = address(&path)?;
        Some(Site {
            host: url.host_str()?.to_owned(),
            path: String::new(),
        })
    });
    providers(stream)
        .into_iter()
        .chain(of_paths)
        .take(MAX_PATHS)
        .collect()
}

/// Returns the servers that a stream of 2016 names.
fn providers(stream: &Value) -> Vec<Site> {
    let address = |provider, name| Url::parse(&lenient_json::text_of(provider, name)?).ok();
    let site = |url: Url| {
        Some(Site {
            host: url.host_str()?.to_owned(),
            path: url.path().to_owned(),
        })
    };
    lenient_json::items_of(stream, "providers")
        .into_iter()
        .flat_map(|provider| ["url", "varnishUrl"].map(|name| address(provider, name)))
        .flatten()
        .filter_map(site)
        .take(MAX_PATHS)
        .collect()
}

/// Reads the list for HLS players: streams with the URL of a master playlist or, for old
/// recordings, with URLs of files.
fn playlists_and_files(stream: &Value) -> StreamState {
    let mut stored = StoredStream {
        length: length_of(stream),
        ..StoredStream::default()
    };
    for entry in lenient_json::items(stream) {
        let rows = lenient_json::items_of(entry, "streams");
        let of_rows = rows
            .into_iter()
            .filter_map(|row| lenient_json::member(row, "streamName"));
        let named = lenient_json::member(entry, "url")
            .into_iter()
            .chain(of_rows);
        for address in named.flat_map(addresses) {
            let list = if lenient_json::has_extension(&address, "m3u8") {
                &mut stored.playlists
            } else {
                &mut stored.files
            };
            if list.len() < MAX_PATHS && !list.contains(&address) {
                list.push(address);
            }
        }
    }
    if stored.playlists.is_empty() && stored.files.is_empty() {
        return StreamState::Pending;
    }
    StreamState::Stored(Box::new(stored))
}

/// Reads one URL or a list of them. Names without a host belong to RTMP and are left out.
fn addresses(value: &Value) -> Vec<String> {
    let list = match value {
        Value::String(_) => vec![value],
        other => lenient_json::items(other),
    };
    list.into_iter()
        .filter_map(lenient_json::text)
        .filter(|address| address.starts_with("http://") || address.starts_with("https://"))
        .collect()
}

/// Reads `videoLength` in milliseconds. The name and unit are known from published clients of
/// `appVersion` 1; whether version 2 sends it inside a format is a guess. `duration` and `length`
/// are observed here too, but their unit is not known.
pub(crate) fn length_of(value: &Value) -> Option<u64> {
    lenient_json::unsigned_of(value, "videoLength").filter(|length| *length > 0)
}

fn format(value: &Value) -> StreamFormat {
    let mut known = Vec::new();
    for path in paths(value).into_iter().map(|path| below_server(&path)) {
        if !known.contains(&path) {
            known.push(path);
        }
    }
    StreamFormat {
        chunk_time_ms: lenient_json::unsigned_of(value, "chunkTime"),
        paths: known,
        representations: lenient_json::items_of(value, "streams")
            .into_iter()
            .filter_map(representation)
            .take(MAX_REPRESENTATIONS)
            .collect(),
        hashes: lenient_json::member(value, "hashes")
            .map(hashes)
            .unwrap_or_default(),
        length: length_of(value),
        newest: lenient_json::unsigned_of(value, "chunkId"),
    }
}

/// Returns the paths of a format as stated.
fn paths(format: &Value) -> Vec<String> {
    lenient_json::member(format, "contentAccess")
        .map(|access| lenient_json::items_of(access, "accessList"))
        .unwrap_or_default()
        .into_iter()
        .filter_map(|entry| lenient_json::text_of(lenient_json::member(entry, "data")?, "path"))
        .take(MAX_PATHS)
        .collect()
}

/// Parses a path that begins with a scheme or a host; `None` for other paths.
fn address(path: &str) -> Option<Url> {
    let url = if path.starts_with("//") {
        Url::parse(&format!("https:{path}"))
    } else {
        Url::parse(path)
    };
    url.ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
}

/// Returns the part of a path below the server, in a form that can be compared. A path that names a
/// foreign server is returned as it is and refused later.
fn below_server(path: &str) -> String {
    let own = address(path).filter(|url| {
        let is_plain = url.query().is_none() && url.fragment().is_none();
        is_plain && hosts::is_cdn_url(url)
    });
    match own {
        Some(url) => url.path().trim_matches('/').to_owned(),
        None if path.starts_with("//") => path.to_owned(),
        None => path.trim_matches('/').to_owned(),
    }
}

/// Reads the map of hashes. PHP writes a map with the keys 0, 1, 2, … as a list.
fn hashes(value: &Value) -> BTreeMap<u64, String> {
    let hash = |value| lenient_json::text(value).unwrap_or_default();
    match value {
        Value::Object(map) => map
            .iter()
            .filter_map(|(key, value)| {
                let number = lenient_json::unsigned(&Value::String(key.clone()))?;
                Some((number, hash(value)))
            })
            .collect(),
        Value::Array(list) => (0..).zip(list.iter().map(hash)).collect(),
        _ => BTreeMap::new(),
    }
}

fn representation(value: &Value) -> Option<Representation> {
    let video = lenient_json::member(value, "videoCodec");
    let of_codec = |name| lenient_json::u32_of(video?, name);
    value.is_object().then(|| Representation {
        segment_url: lenient_json::text_of(value, "segmentUrl").unwrap_or_default(),
        init_url: lenient_json::text_of(value, "initUrl"),
        content_type: lenient_json::text_of(value, "contentType")
            .or_else(|| lenient_json::text_of(value, "codec")),
        width: lenient_json::u32_of(value, "width").or_else(|| of_codec("width")),
        height: lenient_json::u32_of(value, "height").or_else(|| of_codec("height")),
        bitrate_kbps: lenient_json::u32_of(value, "bitrate"),
        language: lenient_json::text_of(value, "language"),
        country: lenient_json::text_of(value, "country").filter(|country| country != "00"),
        is_default: lenient_json::member(value, "default").is_some_and(lenient_json::is_set),
        has_video_codec: video.is_some(),
        has_audio_codec: lenient_json::member(value, "audioCodec").is_some(),
    })
}

#[cfg(test)]
mod tests;
