//! The service as it was at other times.

use serde_json::Value;

use super::test_client::TestClient;
use crate::{Era, World};

/// Returns the commands of the first long-polling answer to an HLS player.
async fn first_poll(client: &TestClient) -> Value {
    let host = "r7-1-134300026-recorded-lp-live.ums.ustream.tv";
    let query = "type=viewer&appId=11&appVersion=2&media=134300026&application=recorded";
    let opened = client
        .json(&format!("http://{host}/1/ustream?{query}"))
        .await;
    let tracking = &opened[0]["args"][0];
    let (host, id) = (&tracking["host"], &tracking["connectionId"]);
    let (host, id) = (host.as_str().unwrap(), id.as_str().unwrap());
    client
        .json(&format!("http://{host}/1/ustream?connectionId={id}"))
        .await
}

/// Returns the address of the playlists in the place where a program that reads one answer looks.
fn playlist(answer: &Value) -> Option<&str> {
    answer[0]["args"][0]["stream"][0]["url"].as_str()
}

#[tokio::test]
async fn in_2017_everything_is_on_the_first_domain() {
    let client = TestClient::connect(World::demo().at(Era::Y2017)).await;
    for address in [
        "https://www.ustream.tv/channel/practice",
        "http://www.ustream.tv/channel/practice",
        "https://api.ustream.tv/videos/112470631.json",
    ] {
        assert_eq!(client.status(address).await, 200, "{address}");
    }
    for address in [
        "https://video.ibm.com/channel/practice",
        "https://api.video.ibm.com/videos/112470631.json",
        "https://r7-1-112470631-recorded-ws-live.ums.services.video.ibm.com/1/ustream",
    ] {
        assert_eq!(client.status(address).await, 421, "{address}");
    }
    let path = "/ajax/viewer-registration/save/17439314/channel/17439314.json";
    let form = [("fields[name]", "A"), ("fields[email]", "a@example.com")];
    let sent = client
        .http
        .post(format!("https://www.ustream.tv{path}"))
        .form(&form)
        .send()
        .await
        .unwrap();
    assert!(sent.text().await.unwrap().starts_with(r#"{"hash":"#));
}

#[tokio::test]
async fn in_2017_the_first_poll_has_the_stream() {
    let client = TestClient::connect(World::demo().at(Era::Y2017)).await;
    let answer = first_poll(&client).await;
    let playlists = playlist(&answer).unwrap();
    let folder = "https://a92ccb29-lp-omega.ums.ustream.tv/playlist/recorded/134300026/";
    assert!(playlists.starts_with(folder), "{playlists}");
    assert_eq!(client.status(playlists).await, 200);
}

#[tokio::test]
async fn in_2021_the_first_poll_of_each_third_session_has_the_stream() {
    let client = TestClient::connect(World::demo().at(Era::Y2021)).await;
    for has_stream in [false, false, true, false] {
        let answer = first_poll(&client).await;
        assert_eq!(playlist(&answer).is_some(), has_stream, "{answer}");
    }
}

#[tokio::test]
async fn in_2021_the_old_domain_redirects_and_the_control_connection_has_two() {
    let client = TestClient::connect(World::demo().at(Era::Y2021)).await;
    assert_eq!(
        client
            .status("https://www.ustream.tv/channel/practice")
            .await,
        301
    );
    for domain in ["ums.ustream.tv", "ums.services.video.ibm.com"] {
        let host = format!("r7-1-112470631-recorded-ws-omega.{domain}");
        let connect = serde_json::json!({ "media": "112470631", "application": "recorded" });
        let frames = client.control_frames_from(&host, connect).await;
        assert!(frames[0]["args"][0].get("cdnConfig").is_some(), "{domain}");
    }
}

#[tokio::test]
async fn today_the_entry_cluster_redirects_long_polling_too() {
    let client = TestClient::connect(World::demo()).await;
    assert_eq!(first_poll(&client).await[0]["cmd"], "reject");
}
