//! Faults apply where they are configured.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use serde_json::json;

use super::test_client::{ChunkUrls, TestClient};
use crate::{Fault, Rule, World};

const MAIN: u64 = 112_470_631;

/// Returns a client and the address of a chunk.
async fn client_and_chunk_url() -> (TestClient, String) {
    let client = TestClient::connect(World::demo()).await;
    let frames = client.control_frames(MAIN, "omega", json!({})).await;
    let url = ChunkUrls::of(&frames, "flv/segmented", 0).url(7);
    (client, url)
}

fn on_chunks(fault: Fault) -> Rule {
    Rule::new(fault).path("*/chunk_*")
}

#[tokio::test]
async fn a_status_is_returned_as_often_as_configured_and_the_segment_is_not_counted() {
    let (client, url) = client_and_chunk_url().await;
    let faults = client.service.faults();
    let rule = faults.add(on_chunks(Fault::Status(StatusCode::TOO_MANY_REQUESTS)).times(2));
    let busy = client.get(&url).await.unwrap();
    assert_eq!(
        (busy.status().as_u16(), &busy.headers()["retry-after"]),
        (429, &"1".parse().unwrap())
    );
    assert_eq!(client.status(&url).await, 429);
    assert!(client.service.coverage(MAIN).chunks.is_empty());
    assert_eq!(client.status(&url).await, 200);
    assert_eq!(faults.times_applied(rule), 2);
}

#[tokio::test]
async fn a_truncated_body_promises_more_than_it_sends() {
    let (client, url) = client_and_chunk_url().await;
    client.service.faults().add(on_chunks(Fault::Truncate(100)));
    let mut response = client.get(&url).await.unwrap();
    assert!(response.content_length().unwrap() > 1000);
    let mut received = 0;
    let failed = loop {
        match response.chunk().await {
            Ok(Some(part)) => received += part.len(),
            Ok(None) => break false,
            Err(_) => break true,
        }
    };
    assert_eq!((received, failed), (100, true));
}

#[tokio::test]
async fn a_stalled_body_stops() {
    let (client, url) = client_and_chunk_url().await;
    client.service.faults().add(on_chunks(Fault::Stall(10)));
    let response = client.get(&url).await.unwrap();
    let rest = tokio::time::timeout(Duration::from_millis(300), response.bytes()).await;
    assert!(rest.is_err());
}

#[tokio::test]
async fn a_throttled_body_is_slow_and_complete() {
    let (client, url) = client_and_chunk_url().await;
    let size = client.get(&url).await.unwrap().bytes().await.unwrap().len();
    client
        .service
        .faults()
        .add(on_chunks(Fault::Throttle(size as u64 * 2)));
    let start = Instant::now();
    assert_eq!(
        client.get(&url).await.unwrap().bytes().await.unwrap().len(),
        size
    );
    assert!(start.elapsed() > Duration::from_millis(400));
}

#[tokio::test]
async fn empty_and_web_page_responses_look_like_success() {
    let (client, url) = client_and_chunk_url().await;
    let faults = client.service.faults();
    let empty = faults.add(on_chunks(Fault::Empty));
    assert_eq!(client.text(&url).await, "");
    faults.remove(empty);
    faults.add(on_chunks(Fault::Html));
    let page = client.get(&url).await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().starts_with("<!DOCTYPE html>"));
}

#[tokio::test]
async fn a_reset_breaks_the_connection_before_any_response() {
    let (client, url) = client_and_chunk_url().await;
    let faults = client.service.faults();
    let rule = faults.add(on_chunks(Fault::Reset));
    assert!(client.get(&url).await.is_err());
    assert!(faults.times_applied(rule) >= 1);
    faults.clear();
    assert_eq!(client.status(&url).await, 200);
}

#[tokio::test]
async fn a_host_that_is_down_refuses_connections_and_the_mirror_accepts_them() {
    let (client, url) = client_and_chunk_url().await;
    client
        .service
        .faults()
        .add(Rule::new(Fault::HostDown).host("vod-cdn.ustream.tv"));
    assert!(client.get(&url).await.is_err());
    assert!(client.get(&url.replace("https:", "http:")).await.is_err());
    let mirror = url.replace("vod-cdn.ustream.tv", "uhsakamai-a.akamaihd.net");
    assert_eq!(client.status(&mirror).await, 200);
}

#[tokio::test]
async fn addresses_expire_in_the_middle_of_a_download() {
    let (client, url) = client_and_chunk_url().await;
    client
        .service
        .faults()
        .add(on_chunks(Fault::ExpireAddresses).skip(2).times(1));
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(client.status(&url).await);
    }
    assert_eq!(statuses, [200, 200, 404, 404]);
}

#[tokio::test]
async fn a_control_connection_closes_after_a_number_of_frames_or_is_silent() {
    let (client, _) = client_and_chunk_url().await;
    let faults = client.service.faults();
    faults.add(
        Rule::new(Fault::CloseSocket(1))
            .host("*-recorded-*")
            .times(1),
    );
    faults.add(Rule::new(Fault::SilentSocket).recording(MAIN).times(1));
    let mut frames = Vec::new();
    for _ in 0..3 {
        frames.push(client.control_frames_after_redirects(MAIN).await.len());
    }
    assert_eq!(frames, [1, 0, 2]);
}

#[tokio::test]
async fn a_delay_holds_the_response_back() {
    let (client, url) = client_and_chunk_url().await;
    client
        .service
        .faults()
        .add(on_chunks(Fault::Delay(Duration::from_millis(200))));
    let start = Instant::now();
    assert_eq!(client.status(&url).await, 200);
    assert!(start.elapsed() >= Duration::from_millis(200));
}
