//! Segments: wrong requests are refused, and incomplete downloads are detected.

use serde_json::json;

use super::test_client::{ChunkUrls, TestClient};
use crate::World;

const MAIN: u64 = 112_470_631;

async fn chunks(visitor: &TestClient, id: u64, format: &str, row: usize) -> ChunkUrls {
    ChunkUrls::of(
        &visitor.control_frames(id, "omega", json!({})).await,
        format,
        row,
    )
}

#[tokio::test]
async fn a_chunk_is_served_only_with_the_hash_of_the_greatest_key_below_it() {
    let visitor = TestClient::connect(World::demo()).await;
    let row = chunks(&visitor, MAIN, "flv/segmented", 0).await;
    assert_eq!(visitor.status(&row.url(29)).await, 200);
    assert_eq!(visitor.status(&row.url_with_key(29, 20)).await, 200);
    assert_eq!(visitor.status(&row.url_with_key(30, 20)).await, 404);
    assert_eq!(visitor.status(&row.url_with_key(19, 20)).await, 404);
    assert_eq!(visitor.status(&row.url(99)).await, 200);
    assert_eq!(visitor.status(&row.url(100)).await, 404);
    assert_eq!(
        visitor
            .status(&row.url(29).replace("/plain/rfc/", "/plain/rfc//"))
            .await,
        200
    );
}

#[tokio::test]
async fn a_hash_is_valid_across_an_irregular_gap_and_from_the_first_key_on() {
    let visitor = TestClient::connect(World::demo()).await;
    let row = chunks(&visitor, 134_300_011, "mp4/segmented", 0).await;
    assert_eq!(visitor.status(&row.url_with_key(48, 29)).await, 200);
    assert_eq!(visitor.status(&row.url_with_key(49, 29)).await, 404);
    assert_eq!(visitor.status(&row.url_with_key(8, 9)).await, 404);
    assert_eq!(visitor.status(&row.url(9)).await, 200);
    assert_eq!(visitor.status(&row.url(108)).await, 200);
    assert_eq!(visitor.status(&row.url(109)).await, 404);
}

#[tokio::test]
async fn a_client_that_stops_at_the_last_key_is_detected() {
    let visitor = TestClient::connect(World::demo()).await;
    let row = chunks(&visitor, MAIN, "flv/segmented", 0).await;
    for chunk in 0..=row.last_key() {
        assert_eq!(visitor.get(&row.url(chunk)).await.unwrap().status(), 200);
    }
    let missing = visitor.service.missing_segments(MAIN, "2/1.flv").unwrap();
    assert_eq!(missing, (91..100).collect::<Vec<u64>>());
    for chunk in missing {
        visitor
            .get(&row.url(chunk))
            .await
            .unwrap()
            .bytes()
            .await
            .unwrap();
    }
    assert_eq!(
        visitor.service.missing_segments(MAIN, "2/1.flv"),
        Some(Vec::new())
    );
}

#[tokio::test]
async fn a_client_that_mixes_representations_called_original_is_detected() {
    let visitor = TestClient::connect(World::demo()).await;
    let story = visitor.control_frames(MAIN, "omega", json!({})).await;
    let rows = &story[0]["args"][0]["stream"]["streamFormats"]["flv/segmented"]["streams"];
    let original = |row: &usize| rows[*row]["preset"] == "original";
    let both: Vec<usize> = (0..4).filter(original).collect();
    assert_eq!(both.len(), 2);
    let mut bodies = Vec::new();
    for row in both {
        let row = ChunkUrls::of(&story, "flv/segmented", row);
        bodies.push(
            visitor
                .get(&row.url(3))
                .await
                .unwrap()
                .bytes()
                .await
                .unwrap(),
        );
    }
    assert_ne!(bodies[0], bodies[1]);
    let coverage = visitor.service.coverage(MAIN);
    assert!(
        coverage
            .representations()
            .into_iter()
            .eq(["2/1.flv", "2/3.flv"])
    );
}

#[tokio::test]
async fn a_missing_chunk_stays_missing_and_its_neighbours_are_served() {
    let visitor = TestClient::connect(World::demo()).await;
    let row = chunks(&visitor, 134_300_016, "flv/segmented", 0).await;
    let mut statuses = Vec::new();
    for chunk in 49..52 {
        statuses.push(visitor.status(&row.url(chunk)).await);
    }
    assert_eq!(statuses, [200, 404, 200]);
}

#[tokio::test]
async fn segments_are_served_over_plain_http_on_the_same_port_and_by_every_mirror() {
    let visitor = TestClient::connect(World::demo()).await;
    let url = chunks(&visitor, MAIN, "mp4/segmented", 0).await.url(5);
    let over_tls = visitor.get(&url).await.unwrap().bytes().await.unwrap();
    let mirror = url.replace("vod-cdn.ustream.tv", "uhsakamai-a.akamaihd.net");
    let plain = visitor
        .get(&mirror.replace("https:", "http:"))
        .await
        .unwrap();
    assert_eq!(plain.content_length(), Some(over_tls.len() as u64));
    assert_eq!(plain.bytes().await.unwrap(), over_tls);
    assert_eq!(
        visitor
            .status(&url.replace("vod-cdn.ustream.tv", "x.ustream.tv"))
            .await,
        421
    );
}

#[tokio::test]
async fn an_init_segment_is_served_with_the_hash_of_its_chunk() {
    let visitor = TestClient::connect(World::demo()).await;
    let row = chunks(&visitor, MAIN, "mp4/segmented", 0).await;
    let init = visitor
        .get(&row.url(0).replace(".m4v", ".m4vh"))
        .await
        .unwrap();
    assert!(
        init.bytes()
            .await
            .unwrap()
            .windows(4)
            .any(|word| word == b"moov")
    );
    assert_eq!(visitor.service.coverage(MAIN).inits["2.m4v"], 1);
    let wrong = row.url_with_key(0, 10).replace(".m4v", ".m4vh");
    assert_eq!(visitor.status(&wrong).await, 404);
}

#[tokio::test]
async fn an_expired_recording_is_served_at_new_addresses_only() {
    let visitor = TestClient::connect(World::demo()).await;
    let before = chunks(&visitor, MAIN, "flv/segmented", 0).await;
    visitor.service.expire(MAIN);
    assert_eq!(visitor.status(&before.url(7)).await, 404);
    let after = chunks(&visitor, MAIN, "flv/segmented", 0).await;
    assert_ne!(before.url(7), after.url(7));
    assert_eq!(visitor.status(&after.url(7)).await, 200);
}
