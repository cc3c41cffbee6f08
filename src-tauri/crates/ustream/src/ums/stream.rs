//! The `stream` of a `moduleInfo`: formats, quality rows, templates and hashes.

mod merge;

use std::collections::BTreeMap;

use serde_json::Value;
use url::Url;

use super::message::Site;
use crate::{hosts, lenient_json};

/// More rows than qualities × languages of any recording.
const MAX_REPRESENTATIONS: usize = 500;

/// Alternatives of the path; one has been seen.
const MAX_PATHS: usize = 16;

/// What the service says about the stream.
#[derive(Clone, Debug, PartialEq)]
pub enum StreamState {
    /// There is none.
    Offline,
    /// There will be one.
    Pending,
    /// It is stored like this.
    Stored(Box<StoredStream>),
}

/// The formats that are known here.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StoredStream {
    /// `flv/segmented`
    pub flv: Option<StreamFormat>,
    /// `mp4/segmented`
    pub fmp4: Option<StreamFormat>,
    /// A length that is said beside the formats.
    pub length: Option<u64>,
    /// There are formats of other names.
    pub has_unknown_formats: bool,
    /// Addresses of HLS master playlists, best first, unchecked.
    pub playlists: Vec<String>,
    /// Addresses of whole files, best first, unchecked.
    pub files: Vec<String>,
}

/// One format; what an update leaves out is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StreamFormat {
    /// Length of a piece in milliseconds.
    pub chunk_time_ms: Option<u64>,
    /// Paths below a server, without slashes at their ends; the first is meant, the others are
    /// alternatives.
    pub paths: Vec<String>,
    /// Its rows.
    pub representations: Vec<Representation>,
    /// The hash of each piece, under the number of the first piece that has it; empty where it
    /// is listed and cannot be read.
    pub hashes: BTreeMap<u64, String>,
    /// A length that is said inside the format.
    pub length: Option<u64>,
}

/// A quality, or a track of one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Representation {
    /// Template of its segments; empty where the service does not say it.
    pub segment_url: String,
    /// Template of its initialisation piece.
    pub init_url: Option<String>,
    /// What it holds by its own words: a MIME type or a codec.
    pub content_type: Option<String>,
    /// Picture width.
    pub width: Option<u32>,
    /// Picture height.
    pub height: Option<u32>,
    /// Measured bit rate in kbit/s: changes from message to message.
    pub bitrate_kbps: Option<u32>,
    /// Language.
    pub language: Option<String>,
    /// Country; `00` is none.
    pub country: Option<String>,
    /// The service would choose it.
    pub is_default: bool,
    /// It states a picture codec.
    pub has_video_codec: bool,
    /// It states a sound codec.
    pub has_audio_codec: bool,
}

impl StreamFormat {
    /// Whether there is enough to fetch segments.
    pub(crate) fn is_usable(&self) -> bool {
        let has_rows = self
            .representations
            .iter()
            .any(|row| !row.segment_url.is_empty());
        has_rows && !self.hashes.is_empty() && !self.paths.is_empty()
    }
}

impl StoredStream {
    /// A format is told of, though not in a way that segments could be fetched.
    pub(crate) fn is_described(&self) -> bool {
        let mut formats = [&self.fmp4, &self.flv].into_iter().flatten();
        formats.any(|format| !format.representations.is_empty() || !format.hashes.is_empty())
    }

    /// Its formats that pieces can be fetched of.
    pub(crate) fn usable(&self) -> impl Iterator<Item = &StreamFormat> {
        [&self.fmp4, &self.flv]
            .into_iter()
            .flatten()
            .filter(|format| format.is_usable())
    }
}

/// Reads the value of `stream`.
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

/// The one format that a stream of 2016 has: what is said of it stands in the stream itself, and
/// its servers are named with the path of the pieces.
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

/// The servers that a stream names: as its providers, or at the front of a path.
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

/// The servers that a stream of 2016 names.
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

/// What the player for HLS is told: a list of streams with the address of a master playlist, or,
/// of old recordings, with the addresses of files.
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
            let list = if lenient_json::ends_with(&address, "m3u8") {
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

/// One address, or a list of them; a name without a host is for a protocol of the past.
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

/// The length in milliseconds. `duration` and `length` are seen here too, but nobody knows in
/// which unit.
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
    }
}

/// The paths of a format as they are told.
fn paths(format: &Value) -> Vec<String> {
    lenient_json::member(format, "contentAccess")
        .map(|access| lenient_json::items_of(access, "accessList"))
        .unwrap_or_default()
        .into_iter()
        .filter_map(|entry| lenient_json::text_of(lenient_json::member(entry, "data")?, "path"))
        .take(MAX_PATHS)
        .collect()
}

/// The address that a path is where it begins with a scheme or a server.
fn address(path: &str) -> Option<Url> {
    let url = if path.starts_with("//") {
        Url::parse(&format!("https:{path}"))
    } else {
        Url::parse(path)
    };
    url.ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
}

/// The part of a path that lies below a server, in the one form in which paths are compared. What
/// names a server that is not the service's stays as it is, and is refused later.
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

/// A map by numbers; as a list where the numbers are 0, 1, 2, …, since that is how PHP writes
/// such a map.
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
    let picture = lenient_json::member(value, "videoCodec");
    let in_picture = |name| lenient_json::u32_of(picture?, name);
    value.is_object().then(|| Representation {
        segment_url: lenient_json::text_of(value, "segmentUrl").unwrap_or_default(),
        init_url: lenient_json::text_of(value, "initUrl"),
        content_type: lenient_json::text_of(value, "contentType")
            .or_else(|| lenient_json::text_of(value, "codec")),
        width: lenient_json::u32_of(value, "width").or_else(|| in_picture("width")),
        height: lenient_json::u32_of(value, "height").or_else(|| in_picture("height")),
        bitrate_kbps: lenient_json::u32_of(value, "bitrate"),
        language: lenient_json::text_of(value, "language"),
        country: lenient_json::text_of(value, "country").filter(|country| country != "00"),
        is_default: lenient_json::member(value, "default").is_some_and(lenient_json::is_set),
        has_video_codec: picture.is_some(),
        has_audio_codec: lenient_json::member(value, "audioCodec").is_some(),
    })
}

#[cfg(test)]
mod tests;
