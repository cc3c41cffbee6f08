//! The sign-up form in front of a channel: two POST requests that return a hash and a list of
//! videos.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::Router;
use axum::body::Body;
use axum::extract::{Form, Path, State};
use axum::http::{Response, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::post;
use serde_json::{Value, json};

use crate::service::Service;
use crate::world::{Channel, Recording};

/// Visitors who have filled in a form: channel and hash.
#[derive(Debug, Default)]
pub(crate) struct Gate(Mutex<Vec<(u64, Value)>>);

impl Gate {
    /// Returns whether the text is the JSON of a hash that was issued for this channel.
    pub(crate) fn opens(&self, channel: u64, hash: &str) -> bool {
        let Ok(hash) = serde_json::from_str::<Value>(hash) else {
            return false;
        };
        self.visitors()
            .iter()
            .any(|(to, known)| *to == channel && *known == hash)
    }

    /// Forgets all visitors.
    pub(crate) fn forget(&self) {
        self.visitors().clear();
    }

    /// Issues a new hash: an array of single pairs whose order is part of it, as in the documented
    /// viewer authentication.
    fn admit(&self, channel: u64, user: &str) -> Value {
        let mut visitors = self.visitors();
        let number = visitors.len();
        let hash = json!([
            { "user": user },
            { "hashExpire": 1_893_456_000 },
            { "hash": format!("{:032x}", u128::from(channel) << 64 | number as u128) },
        ]);
        visitors.push((channel, hash.clone()));
        hash
    }

    fn visitors(&self) -> MutexGuard<'_, Vec<(u64, Value)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The routes of the two POST requests, as part of the website. Other methods are refused.
pub(crate) fn router(service: Arc<Service>) -> Router {
    Router::new()
        .route(
            "/ajax/viewer-registration/save/{channel}/{kind}/{content}",
            post(save),
        )
        .route(
            "/ajax/viewing-experience/channel/{channel}/content.json",
            post(content),
        )
        .with_state(service)
}

async fn save(
    State(service): State<Arc<Service>>,
    Path((channel, kind, content)): Path<(u64, String, String)>,
    Form(form): Form<BTreeMap<String, String>>,
) -> Response<Body> {
    let gated = service
        .world
        .channels
        .get(&channel)
        .and_then(|known| known.gate.as_ref());
    let (Some(fields), "channel", true) =
        (gated, kind.as_str(), content == format!("{channel}.json"))
    else {
        return (StatusCode::NOT_FOUND, Json(json!({ "error": "not_found" }))).into_response();
    };
    let answer = |name: &str| {
        form.get(&format!("fields[{name}]"))
            .map(|value| value.trim())
            .unwrap_or_default()
    };
    let empty: BTreeMap<&str, &str> = fields
        .iter()
        .filter(|field| field.required && answer(&field.name).is_empty())
        .map(|field| (field.name.as_str(), "This field is required."))
        .collect();
    if !empty.is_empty() {
        return Json(json!({ "success": false, "errors": empty })).into_response();
    }
    if !answer("email").contains('@') {
        let wrong = json!({ "email": "Please enter a valid e-mail address." });
        return Json(json!({ "success": false, "errors": wrong })).into_response();
    }
    let hash = service.gate.admit(channel, answer("email"));
    let cookie = format!("viewer_registration_{channel}=1; Path=/; Secure; HttpOnly");
    (
        [(header::SET_COOKIE, cookie)],
        Json(json!({ "hash": hash })),
    )
        .into_response()
}

async fn content(
    State(service): State<Arc<Service>>,
    Path(channel): Path<u64>,
    Form(form): Form<BTreeMap<String, String>>,
) -> Response<Body> {
    let Some(known) = service.world.channels.get(&channel) else {
        return (StatusCode::NOT_FOUND, Json(json!({ "error": "not_found" }))).into_response();
    };
    let opened = form
        .get("hash")
        .is_some_and(|hash| service.gate.opens(channel, hash));
    if known.gate.is_some() && !opened {
        return (
            StatusCode::UNAUTHORIZED,
            Json(json!({ "error": "invalid_hash" })),
        )
            .into_response();
    }
    let videos: Vec<Value> = newest_first(&service, known)
        .into_iter()
        .map(|recording| json!({ "id": recording.id.to_string(), "title": recording.title }))
        .collect();
    Json(json!({ "exposedVariables": { "videosData": { "videos": videos } } })).into_response()
}

/// Returns the recordings of a channel, newest first.
pub(crate) fn newest_first<'a>(service: &'a Service, channel: &Channel) -> Vec<&'a Recording> {
    let recordings = service.world.recordings.values();
    let mut of_channel: Vec<&Recording> = recordings
        .filter(|recording| recording.channel == Some(channel.id))
        .filter(|recording| service.world.is_published(recording))
        .collect();
    of_channel.sort_by_key(|recording| std::cmp::Reverse(recording.created_unix_s));
    of_channel
}
