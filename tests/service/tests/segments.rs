//! Segments: wrong requests are refused, and incomplete downloads are detected.

use serde_json::json;

use super::test_client::{ChunkUrls, TestClient};
use crate::World;

const MAIN: u64 = 112_470_631;

async fn chunks(client: &TestClient, id: u64, format: &str, representation: usize) -> ChunkUrls {
    ChunkUrls::of(
        &client.control_frames(id, "omega", json!({})).await,
        format,
        representation,
    )
}

#[tokio::test]
async fn a_chunk_is_served_only_with_the_hash_of_the_greatest_key_below_it() {
    let client = TestClient::connect(World::demo()).await;
    let representation = chunks(&client, MAIN, "flv/segmented", 0).await;
    assert_eq!(client.status(&representation.url(29)).await, 200);
    assert_eq!(
        client.status(&representation.url_with_key(29, 20)).await,
        200
    );
    assert_eq!(
        client.status(&representation.url_with_key(30, 20)).await,
        404
    );
    assert_eq!(
        client.status(&representation.url_with_key(19, 20)).await,
        404
    );
    assert_eq!(client.status(&representation.url(99)).await, 200);
    assert_eq!(client.status(&representation.url(100)).await, 404);
    assert_eq!(
        client
            .status(
                &representation
                    .url(29)
                    .replace("/plain/rfc/", "/plain/rfc//")
            )
            .await,
        200
    );
}

#[tokio::test]
async fn a_hash_is_valid_across_an_irregular_gap_and_from_the_first_key_on() {
    let client = TestClient::connect(World::demo()).await;
    let representation = chunks(&client, 134_300_011, "mp4/segmented", 0).await;
    assert_eq!(
        client.status(&representation.url_with_key(48, 29)).await,
        200
    );
    assert_eq!(
        client.status(&representation.url_with_key(49, 29)).await,
        404
    );
    assert_eq!(client.status(&representation.url_with_key(8, 9)).await, 404);
    assert_eq!(client.status(&representation.url(9)).await, 200);
    assert_eq!(client.status(&representation.url(108)).await, 200);
    assert_eq!(client.status(&representation.url(109)).await, 404);
}

#[tokio::test]
async fn a_client_that_stops_at_the_last_key_is_detected() {
    let client = TestClient::connect(World::demo()).await;
    let representation = chunks(&client, MAIN, "flv/segmented", 0).await;
    for chunk in 0..=representation.last_key() {
        assert_eq!(
            client
                .get(&representation.url(chunk))
                .await
                .unwrap()
                .status(),
            200
        );
    }
    let missing = client.service.missing_segments(MAIN, "2/1.flv").unwrap();
    assert_eq!(missing, (91..100).collect::<Vec<u64>>());
    for chunk in missing {
        client
            .get(&representation.url(chunk))
            .await
            .unwrap()
            .bytes()
            .await
            .unwrap();
    }
    assert_eq!(
        client.service.missing_segments(MAIN, "2/1.flv"),
        Some(Vec::new())
    );
}

#[tokio::test]
async fn a_client_that_mixes_representations_called_original_is_detected() {
    let client = TestClient::connect(World::demo()).await;
    let frames = client.control_frames(MAIN, "omega", json!({})).await;
    let representations =
        &frames[0]["args"][0]["stream"]["streamFormats"]["flv/segmented"]["streams"];
    let original =
        |representation: &usize| representations[*representation]["preset"] == "original";
    let both: Vec<usize> = (0..4).filter(original).collect();
    assert_eq!(both.len(), 2);
    let mut bodies = Vec::new();
    for representation in both {
        let representation = ChunkUrls::of(&frames, "flv/segmented", representation);
        bodies.push(
            client
                .get(&representation.url(3))
                .await
                .unwrap()
                .bytes()
                .await
                .unwrap(),
        );
    }
    assert_ne!(bodies[0], bodies[1]);
    let coverage = client.service.coverage(MAIN);
    assert!(
        coverage
            .representations()
            .into_iter()
            .eq(["2/1.flv", "2/3.flv"])
    );
}

#[tokio::test]
async fn a_missing_chunk_stays_missing_and_its_neighbours_are_served() {
    let client = TestClient::connect(World::demo()).await;
    let representation = chunks(&client, 134_300_016, "flv/segmented", 0).await;
    let mut statuses = Vec::new();
    for chunk in 49..52 {
        statuses.push(client.status(&representation.url(chunk)).await);
    }
    assert_eq!(statuses, [200, 404, 200]);
}

#[tokio::test]
async fn segments_are_served_over_plain_http_on_the_same_port_and_by_every_mirror() {
    let client = TestClient::connect(World::demo()).await;
    let url = chunks(&client, MAIN, "mp4/segmented", 0).await.url(5);
    let over_tls = client.get(&url).await.unwrap().bytes().await.unwrap();
    let mirror = url.replace("vod-cdn.ustream.tv", "uhsakamai-a.akamaihd.net");
    let plain = client
        .get(&mirror.replace("https:", "http:"))
        .await
        .unwrap();
    assert_eq!(plain.content_length(), Some(over_tls.len() as u64));
    assert_eq!(plain.bytes().await.unwrap(), over_tls);
    assert_eq!(
        client
            .status(&url.replace("vod-cdn.ustream.tv", "x.ustream.tv"))
            .await,
        421
    );
}

#[tokio::test]
async fn an_init_segment_is_served_with_the_hash_of_its_chunk() {
    let client = TestClient::connect(World::demo()).await;
    let representation = chunks(&client, MAIN, "mp4/segmented", 0).await;
    let init = client
        .get(&representation.url(0).replace(".m4v", ".m4vh"))
        .await
        .unwrap();
    assert!(
        init.bytes()
            .await
            .unwrap()
            .windows(4)
            .any(|word| word == b"moov")
    );
    assert_eq!(client.service.coverage(MAIN).inits["2.m4v"], 1);
    let wrong = representation.url_with_key(0, 10).replace(".m4v", ".m4vh");
    assert_eq!(client.status(&wrong).await, 404);
}

#[tokio::test]
async fn an_expired_recording_is_served_at_new_addresses_only() {
    let client = TestClient::connect(World::demo()).await;
    let before = chunks(&client, MAIN, "flv/segmented", 0).await;
    client.service.expire(MAIN);
    assert_eq!(client.status(&before.url(7)).await, 404);
    let after = chunks(&client, MAIN, "flv/segmented", 0).await;
    assert_ne!(before.url(7), after.url(7));
    assert_eq!(client.status(&after.url(7)).await, 200);
}
