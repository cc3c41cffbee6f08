//! Payloads of the website: pages, lists, the form.

use serde_json::{Value, json as value};
use ustream::gate::{self, FormReply};
use ustream::{ChannelId, RecordingId, api, page};

use crate::{json, text};

#[test]
fn real_page_meta_channel_id_names_the_channel() {
    let meta = json("real-page-meta-channel_id");
    let base = "https://video.ibm.com/nasahdtv".parse().unwrap();
    let html = format!("<html><head>{}</head>", meta["html"].as_str().unwrap());
    assert_eq!(
        page::read(&html, &base).channel,
        Some(ChannelId(17_439_314))
    );
}

#[test]
fn real_socialstream_li_says_number_and_length() {
    let item = json("real-socialstream-li");
    let keys: Vec<_> = item["json_keys"].as_array().unwrap().iter().collect();
    let next = "/ajax/socialstream/videos/7/2.json";
    let body: Value = keys
        .into_iter()
        .map(|key| key.as_str().unwrap().to_owned())
        .zip([item["html"].clone(), value!(next)])
        .collect();
    let page = api::social_stream(body.to_string().as_bytes());
    let [listed] = page.recordings.as_slice() else {
        panic!("{page:?}")
    };
    assert_eq!(listed.id, RecordingId(123));
    assert_eq!(listed.video.duration_ms, Some(1_452_000));
    assert_eq!(page.next.as_deref(), Some(next));
}

/// Returns the hash of the form, as it is passed on.
fn hash_in(body: &str) -> Value {
    match gate::reply(body.as_bytes()).unwrap() {
        FormReply::Hash(hash) => serde_json::from_str(&hash).unwrap(),
        refused @ FormReply::Refused(_) => panic!("{refused:?}"),
    }
}

#[test]
fn reconstructed_viewer_registration_save_gives_the_hash_as_it_stands() {
    let body = text("reconstructed-viewer-registration-save");
    let whole: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(hash_in(&body), whole["hash"]);
}

#[test]
fn doc_hash_object_viewer_auth_v1_is_passed_on_pair_by_pair() {
    let hash = text("doc-hash-object-viewer-auth-v1");
    let body = format!("{{\"hash\": {hash}}}");
    let FormReply::Hash(passed) = gate::reply(body.as_bytes()).unwrap() else {
        panic!("{body}")
    };
    assert_eq!(passed, hash.trim(), "to the letter: the pairs are signed");
    assert_eq!(hash_in(&body).as_array().unwrap().len(), 4);
}

#[test]
fn reconstructed_viewing_experience_content_lists_the_recording_behind_the_form() {
    let listed = gate::content(text("reconstructed-viewing-experience-content").as_bytes());
    let ids: Vec<_> = listed.iter().map(|listed| listed.id).collect();
    assert_eq!(ids, [RecordingId(112_470_631)]);
}
