//! A log whose excerpts start and stop in the middle of a message, in another language's spelling.

use serde_json::{Value, json as value};
use ustream::ums::message;
use ustream::ums::stream::{self, StreamFormat, StreamState};
use ustream::{Error, Recording, RecordingId, ums::session::StreamInfo};

use crate::{json, text};

/// The excerpts, in JSON as far as they go.
fn excerpts() -> Vec<String> {
    let text = text("real-fragments-streamlink-2265");
    let parts = text.split("=== fragment").skip(1);
    parts
        .map(|part| {
            let spelt = [("'", "\""), ("True", "true"), ("False", "false")];
            let from = part.find('\n').unwrap();
            let mut part = part[from..].trim().replace("<CUT>", "");
            for (theirs, ours) in spelt {
                part = part.replace(theirs, ours);
            }
            part
        })
        .collect()
}

/// The value that begins there, where it is whole.
fn whole(text: &str) -> Option<Value> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter();
    values.next()?.ok()
}

/// Rows whose pieces end like this, as many as are whole.
fn representations(excerpt: &str, ending: &str) -> Vec<Value> {
    let starts = excerpt.match_indices('{').map(|(at, _)| at);
    let objects = starts.filter_map(|at| whole(&excerpt[at..]));
    let is_row = |value: &Value| {
        value["segmentUrl"]
            .as_str()
            .is_some_and(|name| name.ends_with(ending))
    };
    objects.filter(is_row).collect()
}

/// What is said under a name, the first time.
fn said(excerpt: &str, name: &str) -> Value {
    let name = format!("\"{name}\": ");
    let at = excerpt.find(&name).unwrap() + name.len();
    whole(&excerpt[at..]).unwrap()
}

fn format(name: &str, body: &Value) -> StreamFormat {
    let StreamState::Stored(stored) = stream::read(&value!({"streamFormats": {name: body}})) else {
        panic!("{body}")
    };
    stored.flv.or(stored.fmp4).unwrap()
}

#[test]
fn real_fragments_streamlink_2265_say_what_the_whole_messages_made_of_them_say() {
    let excerpts = excerpts();
    let [first, second, update] = excerpts.as_slice() else {
        panic!("{} excerpts", excerpts.len())
    };
    let told = |name: &str| json(name)["args"][0]["stream"]["streamFormats"].clone();
    let of_a = told("reconstructed-ws-moduleInfo-stream-channel-2019-a");
    let of_b = told("reconstructed-ws-moduleInfo-stream-channel-2019-b-update");
    for (excerpt, format_name, ending, whole) in [
        (first, "flv/segmented", ".flv", &of_a),
        (second, "mp4/segmented", ".m4v", &of_a),
        (update, "mp4/segmented", ".m4v", &of_b),
    ] {
        let found = representations(excerpt, ending);
        assert!(found.len() >= 2, "{found:?}");
        let whole = format(format_name, &whole[format_name]);
        let body = value!({
            "chunkTime": said(excerpt, "chunkTime"),
            "contentAccess": said(excerpt, "contentAccess"),
            "streams": found,
        });
        let found = format(format_name, &body);
        assert_eq!(
            found.representations,
            whole.representations[..found.representations.len()]
        );
        assert_eq!(found.paths, whole.paths);
        assert_eq!(found.chunk_time_ms, whole.chunk_time_ms);
        // One excerpt stops before its hashes.
        if excerpt.contains("\"hashes\"") {
            let hashes = format(format_name, &value!({"hashes": said(excerpt, "hashes")}));
            assert_eq!(hashes.hashes, whole.hashes);
        }
    }
}

#[test]
fn a_message_that_stops_in_the_middle_is_none() {
    let excerpts = excerpts();
    let at = excerpts[0].find('{').unwrap();
    let cut = message::parse(&excerpts[0][at..]);
    assert!(matches!(cut, Err(Error::Malformed { .. })), "{cut:?}");
}

#[test]
fn the_hashes_of_an_excerpt_alone_make_no_recording() {
    let hashes = said(&excerpts()[1], "hashes");
    let flv = format("flv/segmented", &value!({"hashes": hashes}));
    assert_eq!(flv.hashes.len(), 2);
    let mut info = StreamInfo::default();
    info.stored.flv = Some(flv);
    let made = Recording::new(RecordingId(16_551_254), info, None);
    assert!(matches!(made, Err(Error::NoRendition)), "{made:?}");
}
