//! The frames that the control connection sends.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::era::Era;
use crate::media::{AudioStream, MockRepresentation, VideoStream};
use crate::service::Service;
use crate::world::{
    FlvRepresentation, HashListMessage, LengthField, PathStyle, Recording, RepresentationOddity,
};

/// Returns all frames for a recording, in order.
pub(super) fn recorded(service: &Service, recording: &Recording) -> Vec<Value> {
    let style = &recording.message_style;
    let mut frames = Vec::new();
    if style.huge_bytes > 0 {
        frames.push(module_info(json!({ "chat": "x".repeat(style.huge_bytes) })));
    }
    if style.warning {
        frames
            .push(json!({ "cmd": "warning", "args": { "code": "slow", "message": "Slow link" } }));
    }
    if style.counters {
        frames.push(counters(7));
    }
    if style.transitional {
        frames.push(module_info(
            json!({ "stream": stream(recording, Map::new()) }),
        ));
    }
    let cdn = (!recording.cdn.is_empty()).then(|| cdn_config(&recording.cdn));
    let (before, after) = if style.cdn_config_first || service.world.era.sends_cdn_config_first() {
        (cdn, None)
    } else {
        (None, cdn)
    };
    frames.extend(before);
    frames.extend(streams(service, recording));
    if style.counters {
        frames.push(counters(8));
    }
    frames.extend(after);
    for frame in &mut frames {
        if style.numbers_as_strings {
            numbers_to_strings(frame);
        }
        if style.lists_as_maps {
            lists_to_maps(frame);
        }
    }
    frames
}

/// Returns the frames that say nothing is available.
pub(super) fn offline() -> Vec<Value> {
    let off_air = json!({ "contentAvailable": false, "streamFormats": {}, "version": 1 });
    vec![module_info(json!({ "stream": off_air }))]
}

/// Returns formats under unknown names.
pub(super) fn unknown_formats() -> Vec<Value> {
    let formats = json!({ "av1/segmented": { "chunkTime": 6000 } });
    let stream = json!({ "streamFormats": formats, "contentAvailable": true, "version": 1 });
    vec![module_info(json!({ "stream": stream }))]
}

/// Returns a frame with the number of viewers.
pub(super) fn counters(viewers: u64) -> Value {
    module_info(
        json!({ "allTimeTotal": 4711 + viewers, "allViewers": viewers, "viewers": viewers }),
    )
}

pub(super) fn module_info(arg: Value) -> Value {
    let mut frame = json!({ "cmd": "moduleInfo" });
    frame["args"] = Value::Array(vec![arg]);
    frame
}

pub(super) fn cdn_config(hosts: &[String]) -> Value {
    let sites: Vec<Value> = hosts
        .iter()
        .map(|host| json!({ "host": host, "path": "/" }))
        .collect();
    let location = json!({ "cdnFallbackEnabled": true, "location": null, "sites": sites });
    module_info(json!({ "cdnConfig": { "protocol": "http", "data": [{ "data": [location] }] } }))
}

pub(super) fn access(path: &str) -> Value {
    let entry = json!({ "data": { "path": path, "protocol": "http" } });
    json!({ "accessList": [entry], "accessMode": "INSERT" })
}

/// Returns the `stream` frames: one with everything, or one per format with the hashes in two
/// halves.
fn streams(service: &Service, recording: &Recording) -> Vec<Value> {
    if let Some(first) = recording.oddities.messages.first() {
        let mut message = hash_list_message(service, recording, first);
        if let Some(arg) = message
            .pointer_mut("/args/0")
            .and_then(Value::as_object_mut)
        {
            arg.insert("meta".to_owned(), meta(service.world.era, recording));
        }
        return vec![message];
    }
    let keys = recording.key_list();
    let (first, second) = keys.split_at(keys.len().div_ceil(2));
    let halves = if recording.message_style.split_stream {
        vec![first, second]
    } else {
        vec![&*keys]
    };
    let mut frames = Vec::new();
    for keys in halves.into_iter().filter(|keys| !keys.is_empty()) {
        let formats = formats(service, recording, keys, None);
        let parts: Vec<Map<String, Value>> = if recording.message_style.split_stream {
            formats
                .into_iter()
                .map(|format| Map::from_iter([format]))
                .collect()
        } else {
            vec![formats]
        };
        for part in parts {
            let mut arg = json!({ "stream": stream(recording, part) });
            if let (true, Some(arg)) = (frames.is_empty(), arg.as_object_mut()) {
                arg.insert("meta".to_owned(), meta(service.world.era, recording));
            }
            frames.push(module_info(arg));
        }
    }
    frames
}

fn stream(recording: &Recording, formats: Map<String, Value>) -> Value {
    let mut stream = json!({
        "sourceMedia": recording.id,
        "contentAvailable": true,
        "version": 1,
    });
    stream["streamFormats"] = Value::Object(formats);
    insert_length(recording, LengthField::Stream, &mut stream);
    stream
}

fn meta(era: Era, recording: &Recording) -> Value {
    let mut meta = json!({
        "cluster": "omega",
        "title": recording.title,
        "userName": recording.owner,
        "url": format!("{}/recorded/{}", era.website(), recording.id),
        "streamId": recording.id.to_string(),
        "keywords": [],
        "isReplay": true,
        "ip": "192.0.2.7",
    });
    insert_length(recording, LengthField::Meta, &mut meta);
    meta
}

fn insert_length(recording: &Recording, place: LengthField, object: &mut Value) {
    if let (true, Some(object)) = (
        recording.length.frame == Some(place),
        object.as_object_mut(),
    ) {
        let ms = recording.oddities.frame_length_ms;
        let ms = ms.unwrap_or_else(|| recording.stated_ms());
        object.insert("videoLength".to_owned(), json!(ms));
    }
}

/// Returns the messages after the first, each with the pause before it, if the recording splits its
/// hash list.
pub(super) fn delayed(service: &Service, recording: &Recording) -> Vec<(Duration, Value)> {
    let messages = recording.oddities.messages.iter().skip(1);
    let listed = |message: &HashListMessage| {
        (
            message.after,
            hash_list_message(service, recording, message),
        )
    };
    messages.map(listed).collect()
}

/// Returns one `stream` frame with a part of the hash list.
fn hash_list_message(service: &Service, recording: &Recording, message: &HashListMessage) -> Value {
    let keys = recording.key_list();
    let keys = keys.get(message.keys.clone()).unwrap_or_default();
    let formats = formats(service, recording, keys, Some(message));
    module_info(json!({ "stream": stream(recording, formats) }))
}

/// Returns the segment path as a message writes it.
fn segment_path(path: &str, message: Option<&HashListMessage>) -> Value {
    let Some(message) = message else {
        return access(path);
    };
    let bare = path.trim_matches('/');
    let path = match message.path_style {
        PathStyle::Default | PathStyle::Twice => format!("{bare}/"),
        PathStyle::NoSlash => bare.to_owned(),
        PathStyle::LeadingSlash => format!("/{bare}/"),
    };
    let entry = json!({ "data": { "path": path, "protocol": message.scheme } });
    let entries = match message.path_style {
        PathStyle::Twice => vec![entry.clone(), entry],
        _ => vec![entry],
    };
    json!({ "accessList": entries, "accessMode": "INSERT" })
}

fn formats(
    service: &Service,
    recording: &Recording,
    keys: &[u64],
    message: Option<&HashListMessage>,
) -> Map<String, Value> {
    let kbps = |representation| service.bitrate_kbps(recording, representation);
    let flv: Vec<Value> = recording
        .flv
        .iter()
        .map(|flv| flv_representation(flv, kbps(flv.representation)))
        .collect();
    let mp4: Vec<Value> = recording
        .mp4
        .iter()
        .filter_map(|representation| mp4_representation(*representation, kbps(*representation)))
        .map(|representation| with_oddity(representation, recording.delivery.representation_oddity))
        .collect();
    let hashes: Map<String, Value> = keys
        .iter()
        .map(|key| {
            (
                key.to_string(),
                Value::String(service.hash_of(recording, *key)),
            )
        })
        .collect();
    let mut formats = Map::new();
    for (name, mut representations) in [("flv/segmented", flv), ("mp4/segmented", mp4)] {
        for odd in recording
            .oddities
            .extra_representations
            .iter()
            .filter(|odd| odd.format == name)
        {
            representations.insert(
                if odd.first { 0 } else { representations.len() },
                odd.representation.clone(),
            );
        }
        if representations.is_empty() {
            continue;
        }
        let mut format = json!({
            "chunkTime": recording.chunk_time_ms,
            "contentAccess": segment_path(&service.path_of(recording), message),
            "streams": representations,
            "hashes": hashes,
            "chunkId": 0,
        });
        insert_length(recording, LengthField::Format, &mut format);
        formats.insert(name.to_owned(), format);
    }
    formats
}

/// Returns language, country, label and whether the track is the default.
fn audio_labels(audio: AudioStream) -> (&'static str, &'static str, &'static str, bool) {
    match audio {
        AudioStream::Main => ("en", "US", "English (US)", true),
        AudioStream::Second => ("fr", "FR", "French (FR)", false),
    }
}

pub(super) fn flv_representation(flv: &FlvRepresentation, kbps: u64) -> Value {
    let MockRepresentation::Flv(video, audio) = flv.representation else {
        return Value::Null;
    };
    let (language, country, label, default) = audio_labels(audio);
    let mut described = json!({
        "segmentUrl": format!("{}/chunk_%_%.flv", flv.representation.name()),
        "bitrate": kbps,
        "preset": flv.preset,
        "transcoded": video == Some(VideoStream::Small),
        "offset": 0,
        "offsetInMs": 0,
        "language": language,
        "country": country,
        "label": label,
        "default": default,
        "audioCodec": {
            "channels": 1,
            "level": 2,
            "profile": 40,
            "codecName": "AAC",
            "sampleRate": audio.sample_rate(),
            "audioBitrate": 8,
        },
    });
    if let (Some(video), Some(described)) = (video, described.as_object_mut()) {
        let (width, height) = video.size();
        described.insert("sourceStreamVersion".to_owned(), json!(video.version()));
        described.insert(
            "videoCodec".to_owned(),
            json!({
                "videoBitrate": kbps.saturating_sub(8),
                "level": 10,
                "profile": 100,
                "width": width,
                "codecName": "H264",
                "height": height,
            }),
        );
    }
    described
}

pub(super) fn mp4_representation(representation: MockRepresentation, kbps: u64) -> Option<Value> {
    let name = representation.name();
    Some(match representation {
        MockRepresentation::Flv(..)
        | MockRepresentation::Ts(..)
        | MockRepresentation::PackedAudio(_) => return None,
        MockRepresentation::Mp4Video(video) => {
            let (width, height) = video.size();
            json!({
                "codec": "avc1.64000a",
                "contentType": "video/mp4",
                "initUrl": format!("{name}/chunk_%_%.m4vh"),
                "segmentUrl": format!("{name}/chunk_%_%.m4v"),
                "width": width,
                "height": height,
                "bitrate": kbps,
                "sourceStreamVersion": video.version(),
                "transcoded": video == VideoStream::Small,
            })
        }
        MockRepresentation::Mp4Audio(audio) => {
            let (language, country, label, default) = audio_labels(audio);
            json!({
                "codec": "mp4a.40.2",
                "contentType": "audio/mp4",
                "initUrl": format!("{name}/chunk_%_%.m4ah"),
                "segmentUrl": format!("{name}/chunk_%_%.m4a"),
                "bitrate": kbps,
                "sourceStreamVersion": audio.version(),
                "transcoded": false,
                "language": language,
                "country": country,
                "label": label,
                "default": default,
            })
        }
    })
}

/// Applies an oddity to an MP4 representation with video.
fn with_oddity(mut representation: Value, oddity: Option<RepresentationOddity>) -> Value {
    if representation["contentType"] == "video/mp4" {
        match oddity {
            Some(RepresentationOddity::NoSegmentUrl) => representation["segmentUrl"] = Value::Null,
            Some(RepresentationOddity::ParentFolder) => {
                representation["segmentUrl"] = json!("../2/chunk_%_%.m4v");
            }
            None => {}
        }
    }
    representation
}

/// Turns numbers into strings, as older servers write them.
fn numbers_to_strings(value: &mut Value) {
    match value {
        Value::Number(number) => *value = Value::String(number.to_string()),
        Value::Array(items) => items.iter_mut().for_each(numbers_to_strings),
        Value::Object(entries) => entries.values_mut().for_each(numbers_to_strings),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// Turns lists into maps from position to item, as AMF3 arrays arrived. The outermost list, `args`,
/// stays a list.
fn lists_to_maps(frame: &mut Value) {
    fn inner(value: &mut Value) {
        match value {
            Value::Array(items) => {
                items.iter_mut().for_each(inner);
                let numbered = items
                    .drain(..)
                    .enumerate()
                    .map(|(at, item)| (at.to_string(), item));
                *value = Value::Object(numbered.collect());
            }
            Value::Object(entries) => entries.values_mut().for_each(inner),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let args = frame.get_mut("args").and_then(Value::as_array_mut);
    args.into_iter().flatten().for_each(inner);
}
