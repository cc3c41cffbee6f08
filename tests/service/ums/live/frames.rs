//! The frames that describe a live stream to a client that plays its segments.

use serde_json::{Map, Value, json};

use crate::live::{Broadcast, Timeline};
use crate::service::Service;
use crate::ums::messages;

/// Returns the frames that are sent first: all but the counters.
pub(super) fn first(service: &Service, timeline: &Timeline<'_>) -> Vec<Value> {
    let channel = timeline.channel;
    let meta = json!({
        "cluster": timeline.cluster,
        "title": channel.title,
        "userName": channel.owner,
        "url": format!("{}/channel/{}", service.world.era.website(), channel.slug),
        "streamId": channel.id.to_string(),
        "keywords": [],
        "isReplay": false,
        "ip": "192.0.2.7",
    });
    let hosts = &timeline.stream.cdn;
    let stream = stream(service, timeline);
    let mut frames = vec![messages::module_info(
        json!({ "stream": stream, "meta": meta }),
    )];
    frames.extend((!hosts.is_empty()).then(|| messages::cdn_config(hosts)));
    if service.world.era.sends_cdn_config_first() {
        frames.reverse();
    }
    frames
}

/// Returns the frame with new hashes.
pub(super) fn update(service: &Service, timeline: &Timeline<'_>) -> Value {
    messages::module_info(json!({ "stream": stream(service, timeline) }))
}

/// Returns the description of the newest broadcast. Without a segment yet, it has no formats.
fn stream(service: &Service, timeline: &Timeline<'_>) -> Value {
    let broadcast = timeline.current();
    let formats = match broadcast.edge() {
        Some(edge) => formats(service, timeline, (broadcast, edge)),
        None => Map::new(),
    };
    json!({
        "sourceMedia": timeline.channel.id,
        "streamFormats": formats,
        "contentAvailable": true,
        "version": 1,
    })
}

fn formats(
    service: &Service,
    timeline: &Timeline<'_>,
    (broadcast, edge): (&Broadcast, u64),
) -> Map<String, Value> {
    let stream = timeline.stream;
    let announced = edge
        .saturating_sub(stream.announced_lag)
        .max(broadcast.first_segment);
    let kbps = |representation| timeline.bitrate_kbps(&service.library, representation);
    let flv: Vec<Value> = stream
        .flv
        .iter()
        .filter(|flv| broadcast.offers(flv.representation))
        .map(|flv| messages::flv_representation(flv, kbps(flv.representation)))
        .collect();
    let mp4: Vec<Value> = stream
        .mp4
        .iter()
        .filter(|representation| broadcast.offers(**representation))
        .filter_map(|it| messages::mp4_representation(*it, kbps(*it)))
        .collect();
    let hashes = hashes(timeline, broadcast, announced);
    let mut formats = Map::new();
    for (name, representations) in [("flv/segmented", flv), ("mp4/segmented", mp4)] {
        if representations.is_empty() {
            continue;
        }
        let format = json!({
            "chunkTime": stream.segment_time_ms,
            "contentAccess": messages::access(&timeline.path_of(broadcast)),
            "streams": representations,
            "hashes": hashes,
            "chunkId": announced,
        });
        formats.insert(name.to_owned(), format);
    }
    formats
}

/// Returns the hash of the announced segment, the next one and so many earlier ones.
fn hashes(timeline: &Timeline<'_>, broadcast: &Broadcast, announced: u64) -> Map<String, Value> {
    let interval = timeline.stream.hash_interval.max(1);
    let key = timeline.key_of(announced);
    let first = key.saturating_sub(timeline.stream.earlier_hashes * interval);
    let keys = (first..=key + interval).step_by(usize::try_from(interval).unwrap_or(usize::MAX));
    keys.map(|key| {
        let hash = timeline.hash_of(broadcast, key);
        (key.to_string(), Value::String(hash))
    })
    .collect()
}
