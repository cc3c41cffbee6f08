//! Merging several messages about a stream.

use serde_json::json;

use super::*;

const PATH: &str = "sea01/x/vod/plain/rfc";

fn stored(format: &Value) -> StoredStream {
    stored_formats(&json!({ "flv/segmented": format }))
}

fn stored_formats(formats: &Value) -> StoredStream {
    match read(&json!({ "contentAvailable": true, "streamFormats": formats })) {
        StreamState::Stored(stored) => *stored,
        other => panic!("{other:?}"),
    }
}

fn full_format(path: &str, hashes: &Value) -> Value {
    json!({
        "chunkTime": 6000,
        "contentAccess": {"accessList": [{"data": {"path": path, "protocol": "http"}}]},
        "streams": [{"segmentUrl": "2/1/chunk_%_%.flv", "bitrate": 100, "height": 720}],
        "hashes": hashes,
    })
}

/// Returns the format after two messages.
fn after(first: &Value, later: &Value) -> StreamFormat {
    let mut known = stored(first);
    known.merge(stored(later));
    known.flv.unwrap()
}

fn keys(format: &StreamFormat) -> Vec<u64> {
    format.hashes.keys().copied().collect()
}

#[test]
fn the_same_path_is_recognized_in_every_form() {
    let first = full_format(&format!("{PATH}/"), &json!({"0": "a", "10": "b"}));
    for path in [
        PATH.to_owned(),
        format!("/{PATH}/"),
        format!("//vod-cdn.ustream.tv/{PATH}"),
        format!("http://vod-cdn.ustream.tv/{PATH}/"),
        format!("https://uhsakamai-a.akamaihd.net/{PATH}"),
    ] {
        let format = after(&first, &full_format(&path, &json!({"20": "c", "10": "B"})));
        assert_eq!(format.paths, [PATH], "{path}");
        assert_eq!(keys(&format), [0, 10, 20], "{path}");
        assert_eq!(format.hashes[&10], "b", "the first one stays");
    }
}

#[test]
fn a_repeated_path_is_kept_once_and_its_server_is_known() {
    let twice = json!({"contentAccess": {"accessList": [
        {"data": {"path": format!("http://vod-cdn.ustream.tv/{PATH}/")}},
        {"data": {"path": format!("{PATH}/")}},
    ]}});
    assert_eq!(stored(&twice).flv.unwrap().paths, [PATH]);
    let stream = json!({"streamFormats": {"flv/segmented": twice}});
    let servers: Vec<_> = servers(&stream).into_iter().map(|site| site.host).collect();
    assert_eq!(servers, ["vod-cdn.ustream.tv"]);
}

#[test]
fn a_path_on_a_foreign_server_is_kept_for_validation_to_refuse() {
    for path in [
        "https://evil.example/x",
        "//evil.example/x",
        "http://ustream.tv.evil.example/x",
    ] {
        let format = stored(&full_format(path, &json!({"0": "a"}))).flv.unwrap();
        assert_eq!(format.paths, [path]);
    }
}

#[test]
fn a_later_message_adds_and_never_drops() {
    let first = full_format(PATH, &json!({"0": "a", "10": "b"}));
    for later in [
        json!({}),
        json!({"hashes": {}}),
        json!({"hashes": [], "streams": []}),
        json!({"contentAccess": {"accessList": []}, "chunkTime": 0}),
        json!({"contentAccess": {"accessList": [{"data": {"path": "other/"}}]}}),
        json!({"streams": [{"bitrate": 7}, {}, null, "x"]}),
        json!({"hashes": {"20": ""}}),
    ] {
        let format = after(&first, &later);
        assert!(format.is_usable(), "{later}");
        assert_eq!(format.paths[0], PATH, "{later}");
        assert_eq!(keys(&format)[..2], [0, 10], "{later}");
        assert_eq!(
            format.representations[0].segment_url, "2/1/chunk_%_%.flv",
            "{later}"
        );
        assert_eq!(format.chunk_time_ms, Some(6000), "{later}");
    }
}

#[test]
fn another_path_is_an_alternative_if_the_hashes_agree_and_else_a_replacement() {
    let first = full_format(PATH, &json!({"0": "a", "10": "b"}));
    let format = after(
        &first,
        &full_format("other/", &json!({"10": "b", "20": "c"})),
    );
    assert_eq!((format.paths.len(), keys(&format).len()), (2, 3));
    let format = after(
        &first,
        &full_format("other/", &json!({"10": "x", "20": "c"})),
    );
    assert_eq!(
        (&*format.paths, &*keys(&format)),
        (&["other".to_owned()][..], &[10, 20][..])
    );
}

#[test]
fn representations_are_merged_by_template() {
    let first = full_format(PATH, &json!({"0": "a"}));
    let later = json!({"streams": [
        {"segmentUrl": "4/1/chunk_%_%.flv", "height": 360},
        {"segmentUrl": "2/1/chunk_%_%.flv", "bitrate": 900},
    ]});
    let rows = after(&first, &later).representations;
    let actual: Vec<_> = rows
        .iter()
        .map(|row| (row.height, row.bitrate_kbps))
        .collect();
    assert_eq!(actual, [(Some(720), Some(900)), (Some(360), None)]);
}

#[test]
fn a_representation_may_get_its_template_later() {
    let row = |url: Value| json!([{"segmentUrl": url, "contentType": "video/mp4", "height": 720}]);
    let mut first = full_format(PATH, &json!({"0": "a"}));
    first["streams"] = row(Value::Null);
    assert!(!stored(&first).flv.unwrap().is_usable());
    let format = after(&first, &json!({"streams": row(json!("2/chunk_%_%.m4v"))}));
    assert_eq!(format.representations.len(), 1);
    assert!(format.is_usable());
}

#[test]
fn hashes_are_shared_between_formats_in_the_same_folder() {
    let mut known =
        stored_formats(&json!({"flv/segmented": full_format(PATH, &json!({"0": "a", "10": "b"}))}));
    known.merge(stored_formats(
        &json!({"mp4/segmented": full_format(PATH, &json!({"20": "c"}))}),
    ));
    for format in known.usable() {
        assert_eq!(keys(format), [0, 10, 20]);
    }
    assert_eq!(known.usable().count(), 2);
    let mut known =
        stored_formats(&json!({"flv/segmented": full_format(PATH, &json!({"0": "a", "10": "b"}))}));
    known.merge(stored_formats(
        &json!({"mp4/segmented": full_format("other/", &json!({"20": "c"}))}),
    ));
    assert_eq!(keys(&known.flv.unwrap()), [0, 10], "another folder");
}

#[test]
fn only_a_length_of_known_unit_is_read() {
    assert_eq!(length_of(&json!({"videoLength": "277000"})), Some(277_000));
    assert_eq!(length_of(&json!({"videoLength": 0})), None);
    assert_eq!(
        length_of(&json!({"duration": 277, "length": 277_000})),
        None
    );
}

#[test]
fn later_playlist_urls_come_first_and_earlier_ones_remain() {
    let list = |name: &str| {
        let url = format!("https://x.ums.ustream.tv/{name}.m3u8");
        let StreamState::Stored(stored) = read(&json!([{ "url": url }])) else {
            panic!()
        };
        *stored
    };
    let mut known = list("a");
    known.merge(list("b"));
    known.merge(StoredStream::default());
    let names: Vec<_> = known
        .playlists
        .iter()
        .map(|url| &url[url.len() - 6..])
        .collect();
    assert_eq!(names, ["b.m3u8", "a.m3u8"]);
}
