//! The website, the sign-up form and the API.

use serde_json::{Value, json};

use super::test_client::TestClient;
use crate::World;

#[tokio::test]
async fn a_page_has_its_channel_number_in_either_attribute_order() {
    let client = TestClient::connect(World::demo()).await;
    let page = client.text("https://video.ibm.com/channel/practice").await;
    assert!(page.contains(r#"<meta content="6540154" name="ustream:channel_id">"#));
    assert!(page.contains(r#"offAirContentVideoIds=["112470631","112470621""#));
    let gated = client
        .text("https://video.ibm.com/channel/curJSsZFUUu")
        .await;
    assert!(gated.contains("<meta name='ustream:channel_id' content='17439314' />"));
    assert!(gated.contains(r#"name="fields[email]" required"#));
    assert!(gated.contains(r#"name="fields[phone]">"#));
    assert_eq!(
        client.status("https://video.ibm.com/channel/nobody").await,
        404
    );
}

#[tokio::test]
async fn the_old_domain_redirects_a_post_as_a_get() {
    let client = TestClient::connect(World::demo()).await;
    let path = "/ajax/viewer-registration/save/17439314/channel/17439314.json";
    let old = client
        .http
        .post(format!("https://www.ustream.tv{path}"))
        .send()
        .await
        .unwrap();
    assert_eq!(old.status(), 301);
    assert_eq!(
        old.headers()["location"],
        format!("https://video.ibm.com{path}")
    );
    assert_eq!(
        client.status(&format!("https://video.ibm.com{path}")).await,
        405
    );
    assert_eq!(
        client
            .status("http://video.ibm.com/recorded/112470631")
            .await,
        301
    );
    assert_eq!(client.status("http://ustre.am/main").await, 301);
}

#[tokio::test]
async fn a_form_without_a_required_field_is_refused_and_names_it() {
    let client = TestClient::connect(World::demo()).await;
    let form = [("fields[name]", "A Person"), ("fields[phone]", "1")];
    let response = client.register(&form).await;
    assert_eq!(response.get("hash"), None);
    assert_eq!(
        response["errors"],
        json!({ "email": "This field is required." })
    );
}

#[tokio::test]
async fn the_form_lists_recordings_only_for_an_issued_hash() {
    let client = TestClient::connect(World::demo()).await;
    let url = "https://video.ibm.com/ajax/viewing-experience/channel/17439314/content.json";
    let list = async |hash: String| {
        client
            .http
            .post(url)
            .form(&[("hash", hash)])
            .send()
            .await
            .unwrap()
    };
    let hash = client.sign_up().await;
    assert!(
        hash.as_array()
            .unwrap()
            .iter()
            .all(|pair| pair.as_object().unwrap().len() == 1)
    );

    let response = list(hash.to_string()).await.text().await.unwrap();
    let response: Value = serde_json::from_str(&response).unwrap();
    assert_eq!(
        response["exposedVariables"]["videosData"]["videos"][0]["id"],
        "112470632"
    );

    let mut turned = hash.as_array().unwrap().clone();
    turned.reverse();
    assert_eq!(list(Value::Array(turned).to_string()).await.status(), 401);
    client.service.forget_visitors();
    assert_eq!(list(hash.to_string()).await.status(), 401);
}

#[tokio::test]
async fn the_api_states_the_length_as_text_and_pages_its_lists() {
    let client = TestClient::connect(World::demo()).await;
    let video = client
        .json("https://api.video.ibm.com/videos/112470631.json")
        .await;
    assert_eq!(video["video"]["length"], "200.000000");
    let without = client
        .json("https://api.ustream.tv/videos/134300013.json")
        .await;
    assert_eq!(without["video"].get("length"), None);

    let list = "https://api.video.ibm.com/channels/6540154/videos.json?pagesize=3";
    let first = client.json(list).await;
    assert_eq!(first["videos"].as_array().unwrap().len(), 3);
    let second = client.json(first["paging"]["next"].as_str().unwrap()).await;
    assert_eq!(second["videos"][0]["id"], "112470601");
    assert_eq!(second["paging"].get("next"), None);
}

#[tokio::test]
async fn the_api_names_the_lock_that_keeps_a_recording_closed() {
    let client = TestClient::connect(World::demo()).await;
    let url = |id: u64| format!("https://api.video.ibm.com/videos/{id}.json");
    let password = client.get(&url(134_300_001)).await.unwrap();
    assert_eq!(password.status(), 401);
    assert_eq!(
        password.text().await.unwrap(),
        r#"{"locks":{"password":[]}}"#
    );
    let gated = client
        .json(&format!("{}?detail_level=minimal", url(112_470_632)))
        .await;
    assert_eq!(
        gated["video"]["locks"]["hash"]["auth_method"],
        "registration_gate"
    );
    assert_eq!(gated["video"]["links"]["channel"]["id"], "17439314");
    let removed = client.json(&url(134_300_003)).await;
    assert!(
        removed["error"]
            .as_str()
            .unwrap()
            .contains("chosen to remove this video")
    );
    assert_eq!(client.status(&url(1)).await, 404);
    assert!(
        client
            .text(&url(134_300_006))
            .await
            .starts_with("<!DOCTYPE html>")
    );
}

#[tokio::test]
async fn every_request_is_logged_with_its_status() {
    let client = TestClient::connect(World::demo()).await;
    client
        .text("https://api.video.ibm.com/videos/1.json?detail_level=minimal")
        .await;
    let requests = client.service.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(
        (&*requests[0].host, &*requests[0].method),
        ("api.video.ibm.com", "GET")
    );
    assert_eq!(
        (&*requests[0].path, requests[0].status),
        ("/videos/1.json?detail_level=minimal", Some(404))
    );
    assert!(requests[0].tls);
}
