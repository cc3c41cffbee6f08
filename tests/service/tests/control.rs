//! The control connection.

use serde_json::{Value, json};

use super::test_client::TestClient;
use crate::{ClusterRedirects, Recording, World};

/// Returns the keys of each frame's first argument.
fn keys(frames: &[Value]) -> Vec<String> {
    let keys = |frame: &Value| {
        let arg = frame["args"].get(0).and_then(Value::as_object);
        arg.into_iter()
            .flatten()
            .map(|(key, _)| key.clone())
            .collect::<Vec<_>>()
            .join("+")
    };
    frames.iter().map(keys).collect()
}

#[tokio::test]
async fn a_client_is_redirected_to_the_cluster_and_gets_everything_there() {
    let client = TestClient::connect(World::demo()).await;
    let sent_on = client.control_frames(112_470_631, "live", json!({})).await;
    assert_eq!(sent_on.len(), 1);
    assert_eq!(sent_on[0]["cmd"], "reject");
    let cluster = &sent_on[0]["args"][0]["cluster"];
    assert_eq!(cluster["name"], "omega");
    let host = cluster["host"].as_str().unwrap();
    let connect = json!({ "media": "112470631", "application": "recorded" });
    let frames = client.control_frames_from(host, connect).await;
    assert_eq!(keys(&frames), ["meta+stream", "cdnConfig"]);
    let stream = &frames[0]["args"][0]["stream"]["streamFormats"];
    assert_eq!(
        stream["flv/segmented"]["hashes"].as_object().unwrap().len(),
        10
    );
    assert_eq!(stream["mp4/segmented"]["videoLength"], 200_000);
    let connects = client
        .service
        .requests()
        .into_iter()
        .filter_map(|request| request.connect);
    assert!(
        connects
            .map(|connect| connect["media"].clone())
            .eq(["112470631", "112470631"])
    );
}

#[tokio::test]
async fn a_client_that_sends_the_hash_as_an_object_is_refused() {
    let client = TestClient::connect(World::demo()).await;
    let hash = client.sign_up().await;
    let locked = [json!({ "hashLock": true })];
    let control = async |more| client.control_frames(112_470_632, "omega", more).await;
    assert_eq!(
        control(json!({ "hash": hash })).await[0]["args"],
        json!(locked)
    );
    assert_eq!(control(json!({})).await[0]["args"], json!(locked));
    assert_eq!(
        control(json!({ "hash": "[]" })).await[0]["args"],
        json!(locked)
    );
    let frames = control(json!({ "hash": hash.to_string() })).await;
    assert_eq!(keys(&frames), ["meta+stream", "cdnConfig"]);
}

#[tokio::test]
async fn each_lock_has_its_own_rejection_and_opens_with_its_key() {
    let client = TestClient::connect(World::demo()).await;
    let reason =
        async |id, more| client.control_frames(id, "omega", more).await[0]["args"][0].clone();
    let open = json!({ "password": "open sesame" });
    assert_eq!(
        reason(134_300_001, json!({})).await,
        json!({ "passwordLock": true })
    );
    assert!(reason(134_300_001, open).await.get("stream").is_some());
    assert_eq!(
        reason(134_300_002, json!({})).await,
        json!({ "geoLock": true })
    );
    assert_eq!(
        reason(134_300_003, json!({})).await,
        json!({ "nonexistent": true })
    );
    assert_eq!(reason(5, json!({})).await, json!({ "nonexistent": true }));
    assert!(
        reason(134_300_010, json!({}))
            .await
            .get("tenantLock")
            .is_some()
    );
    let embed = json!({ "referrerLock": { "redirectUrl": "http://www.a-pac.tv" } });
    let from = json!({ "referrer": "http://www.a-pac.tv" });
    assert_eq!(reason(134_300_004, json!({})).await, embed);
    assert!(reason(134_300_004, from).await.get("stream").is_some());
}

#[tokio::test]
async fn an_id_that_is_a_number_is_rejected() {
    let client = TestClient::connect(World::demo()).await;
    let frames = client
        .control_frames(112_470_631, "omega", json!({ "media": 112_470_631 }))
        .await;
    assert_eq!(frames[0]["args"][0], json!({ "nonexistent": true }));
}

#[tokio::test]
async fn a_silent_connection_is_accepted_and_sends_nothing() {
    let client = TestClient::connect(World::demo()).await;
    assert!(
        client
            .control_frames_after_redirects(134_300_005)
            .await
            .is_empty()
    );
    let requests = client.service.requests();
    assert!(requests.iter().any(|request| request.connect.is_some()));
}

#[tokio::test]
async fn odd_frames_have_the_same_content_in_other_forms() {
    let client = TestClient::connect(World::demo()).await;
    let frames = client.control_frames_after_redirects(134_300_014).await;
    let keys_of_frames = keys(&frames);
    let at = |key: &str| {
        keys_of_frames
            .iter()
            .position(|keys| keys.contains(key))
            .unwrap()
    };
    assert_eq!(frames[0]["cmd"], "warning");
    assert!(at("cdnConfig") < at("meta"));
    assert_eq!(
        keys_of_frames
            .iter()
            .filter(|keys| keys.contains("stream"))
            .count(),
        3
    );
    let with_rows = &frames[at("meta")]["args"][0]["stream"]["streamFormats"]["mp4/segmented"];
    assert_eq!(with_rows["chunkTime"], "6000");
    assert!(with_rows["streams"]["0"]["segmentUrl"].is_string());
    assert_eq!(with_rows["hashes"].as_object().unwrap().len(), 2);
}

#[tokio::test]
async fn a_frame_of_ten_megabytes_arrives_completely() {
    let client = TestClient::connect(World::demo()).await;
    let frames = client.control_frames(134_300_007, "omega", json!({})).await;
    assert_eq!(
        frames[0]["args"][0]["chat"].as_str().unwrap().len(),
        10_000_000
    );
}

#[tokio::test]
async fn redirects_loop_or_lead_to_another_host_if_configured() {
    let circles = Recording {
        redirects: ClusterRedirects::Endless,
        ..Recording::new(77, "goes in circles")
    };
    let client = TestClient::connect(World::demo().recording(circles)).await;
    let next = async |id, cluster| {
        client.control_frames(id, cluster, json!({})).await[0]["args"][0]["cluster"].clone()
    };
    assert_eq!(next(77, "live").await["name"], "omega");
    assert_eq!(next(77, "omega").await["name"], "beta");
    assert_eq!(next(77, "beta").await["name"], "omega");
    assert_eq!(next(134_300_019, "live").await["host"], "ums.example.com");
}

#[tokio::test]
async fn a_channel_is_offline_or_announces_the_live_stream() {
    let client = TestClient::connect(World::demo()).await;
    let channel = async |id: u64| {
        let host = format!("r7-1-{id}-channel-ws-omega.ums.ustream.tv");
        let connect = json!({ "media": id.to_string(), "application": "channel" });
        client.control_frames_from(&host, connect).await
    };
    let off_air = channel(6_540_154).await;
    assert_eq!(off_air[0]["args"][0]["stream"]["contentAvailable"], false);
    let on_air = channel(6_540_155).await;
    assert_eq!(keys(&on_air)[..2], ["meta+stream", "cdnConfig"]);
    let format = &on_air[0]["args"][0]["stream"]["streamFormats"]["flv/segmented"];
    assert_eq!(format["hashes"].as_object().unwrap().len(), 2);
}
