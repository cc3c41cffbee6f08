//! Excerpts of a log that start and stop inside messages, in the notation of Python.

use serde_json::{Value, json as value};
use ustream::ums::message;
use ustream::ums::stream::{self, StreamFormat, StreamState};
use ustream::{Error, Recording, RecordingId, ums::session::StreamInfo};

use crate::{json, text};

/// Returns the excerpts, converted to JSON.
fn excerpts() -> Vec<String> {
    let text = text("real-fragments-streamlink-2265");
    let parts = text.split("=== fragment").skip(1);
    parts
        .map(|part| {
            let notation = [("'", "\""), ("True", "true"), ("False", "false")];
            let from = part.find('\n').unwrap();
            let mut part = part[from..].trim().replace("<CUT>", "");
            for (python, json) in notation {
                part = part.replace(python, json);
            }
            part
        })
        .collect()
}

/// Returns the value at the start of `text`, if it is complete.
fn first_value(text: &str) -> Option<Value> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter();
    values.next()?.ok()
}

/// Returns the complete representations whose segments have this extension.
fn representations(excerpt: &str, extension: &str) -> Vec<Value> {
    let starts = excerpt.match_indices('{').map(|(at, _)| at);
    let objects = starts.filter_map(|at| first_value(&excerpt[at..]));
    let is_representation = |value: &Value| {
        value["segmentUrl"]
            .as_str()
            .is_some_and(|name| name.ends_with(extension))
    };
    objects.filter(is_representation).collect()
}

/// Returns the first member of this name.
fn member(excerpt: &str, name: &str) -> Value {
    let name = format!("\"{name}\": ");
    let at = excerpt.find(&name).unwrap() + name.len();
    first_value(&excerpt[at..]).unwrap()
}

fn format(name: &str, body: &Value) -> StreamFormat {
    let StreamState::Stored(stored) = stream::read(&value!({"streamFormats": {name: body}})) else {
        panic!("{body}")
    };
    stored.flv.or(stored.fmp4).unwrap()
}

#[test]
fn real_fragments_streamlink_2265_agree_with_the_reconstructed_messages() {
    let excerpts = excerpts();
    let [first, second, update] = excerpts.as_slice() else {
        panic!("{} excerpts", excerpts.len())
    };
    let formats = |name: &str| json(name)["args"][0]["stream"]["streamFormats"].clone();
    let of_a = formats("reconstructed-ws-moduleInfo-stream-channel-2019-a");
    let of_b = formats("reconstructed-ws-moduleInfo-stream-channel-2019-b-update");
    for (excerpt, format_name, extension, whole) in [
        (first, "flv/segmented", ".flv", &of_a),
        (second, "mp4/segmented", ".m4v", &of_a),
        (update, "mp4/segmented", ".m4v", &of_b),
    ] {
        let found = representations(excerpt, extension);
        assert!(found.len() >= 2, "{found:?}");
        let whole = format(format_name, &whole[format_name]);
        let body = value!({
            "chunkTime": member(excerpt, "chunkTime"),
            "contentAccess": member(excerpt, "contentAccess"),
            "streams": found,
        });
        let found = format(format_name, &body);
        assert_eq!(
            found.representations,
            whole.representations[..found.representations.len()]
        );
        assert_eq!(found.paths, whole.paths);
        assert_eq!(found.chunk_time_ms, whole.chunk_time_ms);
        // One excerpt ends before the hashes.
        if excerpt.contains("\"hashes\"") {
            let hashes = format(format_name, &value!({"hashes": member(excerpt, "hashes")}));
            assert_eq!(hashes.hashes, whole.hashes);
        }
    }
}

#[test]
fn a_truncated_message_is_malformed() {
    let excerpts = excerpts();
    let at = excerpts[0].find('{').unwrap();
    let cut = message::parse(&excerpts[0][at..]);
    assert!(matches!(cut, Err(Error::Malformed { .. })), "{cut:?}");
}

#[test]
fn hashes_alone_make_no_recording() {
    let hashes = member(&excerpts()[1], "hashes");
    let flv = format("flv/segmented", &value!({"hashes": hashes}));
    assert_eq!(flv.hashes.len(), 2);
    let mut info = StreamInfo::default();
    info.stored.flv = Some(flv);
    let made = Recording::new(RecordingId(16_551_254), info, None);
    assert!(matches!(made, Err(Error::NoRendition)), "{made:?}");
}
