//! The JSON API: metadata of recordings and channels, and the locks that it names.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{Response, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::era::Era;
use crate::live::Timeline;
use crate::service::{self, Service};
use crate::world::{AccessLock, Channel, Recording, ResponseMode};
use crate::{files, gate};

/// Maximum number of items on one page of a list.
const MAX_PAGE_ITEMS: usize = 50;

/// The service's message for a video that its owner removed.
const REMOVED: &str =
    "This Pro Broadcaster has chosen to remove this video from the ustream.tv site.";

/// Builds the API's router. A number that ends in `.json` is one path segment to the router.
pub(crate) fn router(service: Arc<Service>) -> Router {
    Router::new()
        .route("/videos/{file}", get(video))
        .route("/videos/{id}/captions.json", get(captions))
        .route("/videos/{id}/captions/{language}/vtt", get(caption_file))
        .route("/videos/{id}/chapters.json", get(chapters))
        .route("/channels/{id}", get(channel))
        .route("/channels/{id}/videos.json", get(videos))
        .with_state(service)
}

#[derive(Deserialize)]
struct DetailQuery {
    detail_level: Option<String>,
}

impl DetailQuery {
    fn is_minimal(&self) -> bool {
        self.detail_level.as_deref() == Some("minimal")
    }
}

async fn video(
    State(service): State<Arc<Service>>,
    Path(file): Path<String>,
    Query(detail): Query<DetailQuery>,
) -> Response<Body> {
    let Some(recording) = numbered(&file).and_then(|id| service.world.published_recording(id))
    else {
        return not_found();
    };
    if recording.response_mode == ResponseMode::Html {
        return service::html_response();
    }
    let lock = service.world.lock_of(recording);
    match lock {
        Some(AccessLock::Nonexistent) => return not_found(),
        Some(AccessLock::Removed) => return Json(json!({ "error": REMOVED })).into_response(),
        _ => {}
    }
    let locks = lock.as_ref().map_or(json!([]), locks);
    let closed = locks.get("password").is_some() || locks.get("hash").is_some();
    if detail.is_minimal() {
        return Json(json!({ "video": minimal_video(service.world.era, recording, &locks) }))
            .into_response();
    }
    if closed {
        return (StatusCode::UNAUTHORIZED, Json(json!({ "locks": locks }))).into_response();
    }
    Json(json!({ "video": full_video(&service, recording, &locks) })).into_response()
}

async fn captions(State(service): State<Arc<Service>>, Path(id): Path<u64>) -> Response<Body> {
    let Some(recording) = service.world.published_recording(id) else {
        return not_found();
    };
    let ready = recording.captions.keys().map(|language| {
        json!({
            "is_default": language.starts_with("en"),
            "is_visible": false,
            "language": language,
            "status": "active",
            "video_id": id.to_string(),
        })
    });
    // Captions that are still being recognised are not available.
    let coming = json!({ "is_default": false, "language": "xx-00", "status": "processing" });
    let all: Vec<Value> = ready.chain([coming]).collect();
    Json(json!({ "captions": all })).into_response()
}

async fn caption_file(
    State(service): State<Arc<Service>>,
    Path((id, language)): Path<(u64, String)>,
) -> Response<Body> {
    let recording = service.world.published_recording(id);
    match recording.and_then(|recording| recording.captions.get(&language)) {
        // Whatever it is: the address asks for WebVTT.
        Some(file) => ([(header::CONTENT_TYPE, "text/vtt")], file.clone()).into_response(),
        None => not_found(),
    }
}

async fn chapters(State(service): State<Arc<Service>>, Path(id): Path<u64>) -> Response<Body> {
    let Some(recording) = service.world.published_recording(id) else {
        return not_found();
    };
    let chapter = |(number, (second, title)): (usize, (&u64, &String))| json!({ "id": (17_878 + number).to_string(), "title": title, "position": second });
    let all: Vec<Value> = recording.chapters.iter().enumerate().map(chapter).collect();
    Json(json!({ "chapters": all })).into_response()
}

/// Returns the locks that the API names; the others appear on the control connection only.
fn locks(lock: &AccessLock) -> Value {
    match lock {
        AccessLock::Password(_) => json!({ "password": [] }),
        AccessLock::Gate { .. } => json!({
            "hash": { "type": "advanced", "auth_method": "registration_gate" },
        }),
        AccessLock::Login => json!({ "hash": { "type": "advanced", "auth_method": "samlsso" } }),
        AccessLock::Referrer(pages) => json!({ "embed": { "whitelist": pages } }),
        AccessLock::Geo
        | AccessLock::Removed
        | AccessLock::Nonexistent
        | AccessLock::Unknown(_) => json!([]),
    }
}

fn owner(name: &str) -> Value {
    json!({
        "id": "1234",
        "username": name,
        "picture": "https://ustvstaticcdn1-a.akamaihd.net/images/defaults/user_48x48:1.png",
    })
}

fn minimal_video(era: Era, recording: &Recording, locks: &Value) -> Value {
    json!({
        "id": recording.id.to_string(),
        "title": recording.title,
        "owner": owner(&recording.owner),
        "picture": { "90x90": "https://ustvstaticcdn1-a.akamaihd.net/images/defaults/video.png" },
        "links": channel_link(era, recording),
        "locks": locks,
    })
}

fn channel_link(era: Era, recording: &Recording) -> Value {
    match recording.channel {
        None => json!({}),
        Some(channel) => json!({
            "channel": {
                "href": format!("{}/channels/{channel}.json", era.api()),
                "id": channel.to_string(),
            },
        }),
    }
}

fn full_video(service: &Service, recording: &Recording, locks: &Value) -> Value {
    let id = recording.id;
    let cover = format!("https://ustvstaticcdn1-a.akamaihd.net/{id}.jpg");
    let duration_ms = recording.movie.duration_ms();
    let kbps = recording
        .representations()
        .map(|representation| service.bitrate_kbps(recording, representation))
        .max();
    let mut video = json!({
        "id": id.to_string(),
        "title": recording.title,
        "description": recording.purpose,
        "url": format!("{}/recorded/{id}", service.world.era.website()),
        "created_at": recording.created_unix_s,
        "added_at": recording.created_unix_s,
        "file_size": (kbps.unwrap_or(0) * duration_ms / 8).to_string(),
        "views": 7,
        "thumbnail": { "default": cover, "image_640x360": cover },
        "media_urls": media_urls(service, recording),
        "owner": owner(&recording.owner),
        "links": channel_link(service.world.era, recording),
        "locks": locks,
    });
    if recording.length.api {
        let stated_ms = recording.stated_ms();
        let length = recording
            .oddities
            .api_length
            .clone()
            .unwrap_or_else(|| format!("{}.{:03}000", stated_ms / 1000, stated_ms % 1000));
        if let Some(video) = video.as_object_mut() {
            video.insert("length".to_owned(), Value::String(length));
        }
    }
    video
}

fn media_urls(service: &Service, recording: &Recording) -> Value {
    let mut urls = json!({ "flv": null, "mp4": null });
    if let Some(kind) = recording.delivery.file {
        urls[kind.extension()] = json!(files::address(service, recording));
    }
    urls
}

async fn channel(
    State(service): State<Arc<Service>>,
    Path(file): Path<String>,
    Query(detail): Query<DetailQuery>,
) -> Response<Body> {
    let Some(channel) = numbered(&file).and_then(|id| service.world.channels.get(&id)) else {
        return not_found();
    };
    let locks = channel_locks(channel);
    if channel.gate.is_some() && !detail.is_minimal() {
        return (StatusCode::UNAUTHORIZED, Json(json!({ "locks": locks }))).into_response();
    }
    let mut body = json!({
        "id": channel.id.to_string(),
        "title": channel.title,
        "owner": owner(&channel.owner),
        "picture": { "90x90": "https://ustvstaticcdn1-a.akamaihd.net/images/defaults/channel.png" },
        "locks": locks,
    });
    if let (false, Some(body)) = (detail.is_minimal(), body.as_object_mut()) {
        let on_air = Timeline::now(channel).is_some_and(|timeline| timeline.end.is_none());
        let status = if on_air { "live" } else { "offair" };
        body.insert("description".to_owned(), json!(channel.purpose));
        body.insert("tags".to_owned(), json!([]));
        body.insert("url".to_owned(), json!(channel.slug));
        body.insert("status".to_owned(), json!(status));
        body.insert("last_broadcast_at".to_owned(), json!(1_514_764_800));
    }
    Json(json!({ "channel": body })).into_response()
}

fn channel_locks(channel: &Channel) -> Value {
    channel.gate.as_ref().map_or(json!([]), |_| {
        locks(&AccessLock::Gate {
            channel: channel.id,
        })
    })
}

#[derive(Deserialize)]
struct PagingQuery {
    page: Option<usize>,
    pagesize: Option<usize>,
}

async fn videos(
    State(service): State<Arc<Service>>,
    Path(id): Path<u64>,
    Query(paging): Query<PagingQuery>,
) -> Response<Body> {
    let Some(channel) = service.world.channels.get(&id) else {
        return not_found();
    };
    if channel.gate.is_some() {
        let locks = channel_locks(channel);
        return (StatusCode::UNAUTHORIZED, Json(json!({ "locks": locks }))).into_response();
    }
    if !channel.listing_sources.api {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let all = gate::newest_first(&service, channel);
    let size = paging
        .pagesize
        .unwrap_or(MAX_PAGE_ITEMS)
        .clamp(1, MAX_PAGE_ITEMS);
    let page = paging.page.unwrap_or(1).max(1);
    let pages = all.len().div_ceil(size);
    let shown: Vec<Value> = all
        .iter()
        .skip(size.saturating_mul(page - 1))
        .take(size)
        .map(|recording| full_video(&service, recording, &json!([])))
        .collect();
    let api = service.world.era.api();
    let at = |page: usize| format!("{api}/channels/{id}/videos.json?pagesize={size}&page={page}");
    let mut links = json!({ "page_count": pages, "item_count": all.len() });
    if let Some(links) = links.as_object_mut() {
        if page > 1 {
            links.insert("previous".to_owned(), json!(at(page - 1)));
        }
        if page < pages {
            links.insert("next".to_owned(), json!(at(page + 1)));
        }
    }
    Json(json!({ "videos": shown, "paging": links })).into_response()
}

fn numbered(file: &str) -> Option<u64> {
    file.strip_suffix(".json")?.parse().ok()
}

fn not_found() -> Response<Body> {
    (StatusCode::NOT_FOUND, Json(json!({ "error": "not_found" }))).into_response()
}
