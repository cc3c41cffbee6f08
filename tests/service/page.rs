//! The website: pages of channels and recordings, old addresses and short links.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Extension, Path, Request, State};
use axum::http::{Response, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use serde_json::json;

use crate::era::Era;
use crate::gate;
use crate::service::{RequestOrigin, Service};
use crate::world::{AccessLock, Channel, Recording};

/// Builds the router of the website.
pub(crate) fn router(service: Arc<Service>) -> Router {
    let posts = gate::router(Arc::clone(&service));
    let era = service.world.era;
    let website = Router::new()
        .route("/recorded/{id}", get(recording))
        .route("/embed/recorded/{id}", get(recording))
        .route("/channel/{slug}", get(channel))
        .route("/channel/{slug}/pop-out", get(channel))
        .route("/channel/id/{slug}", get(channel))
        .route("/embed/{slug}", get(channel))
        .route("/combined-embed/{slug}", get(channel))
        .route("/login", get(login))
        .route("/player.js", get(player))
        .route("/{slug}", get(channel))
        .route("/ajax/socialstream/videos/{id}/{page}", get(stream))
        .with_state(service)
        .merge(posts);
    if era == Era::Y2017 {
        // Clients of that time ask for pages with and without TLS.
        return website;
    }
    website.layer(middleware::from_fn_with_state(era, over_tls))
}

/// The player of the pages: it only fetches, so that a browser can record what a player asks for.
const PLAYER: &str = include_str!("player.js");

async fn player() -> Response<Body> {
    ([(header::CONTENT_TYPE, "text/javascript")], PLAYER).into_response()
}

/// Redirects plain HTTP to TLS.
async fn over_tls(
    State(era): State<Era>,
    Extension(visit): Extension<RequestOrigin>,
    request: Request,
    next: Next,
) -> Response<Body> {
    if visit.tls {
        next.run(request).await
    } else {
        redirect_home(era, request.uri())
    }
}

/// Builds the router of the website's old domain: every request is redirected to the new one, a
/// POST too, which most clients then turn into a GET.
pub(crate) fn old_address(era: Era) -> Router {
    Router::new().fallback(async move |uri: Uri| redirect_home(era, &uri))
}

fn redirect_home(era: Era, uri: &Uri) -> Response<Body> {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    redirect_permanently(format!("{}{path}", era.website()))
}

/// Builds the router of the short links.
pub(crate) fn short_links(service: Arc<Service>) -> Router {
    Router::new()
        .route("/{code}", get(short_link))
        .with_state(service)
}

async fn short_link(
    State(service): State<Arc<Service>>,
    Path(code): Path<String>,
) -> Response<Body> {
    match service.world.short_links.get(&code) {
        Some(address) => redirect_permanently(address.clone()),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// A test card, served as every cover unless the world has another.
pub(crate) const COVER: &[u8] = include_bytes!("../fixtures/film/picture.jpg");

/// Builds the router of the covers.
pub(crate) fn covers(service: Arc<Service>) -> Router {
    Router::new()
        .fallback(async |State(service): State<Arc<Service>>| {
            let other = service.world.cover.clone();
            let usual = || ("image/jpeg".to_owned(), COVER.to_owned());
            let (media_type, picture) = other.unwrap_or_else(usual);
            ([(header::CONTENT_TYPE, media_type)], picture)
        })
        .with_state(service)
}

/// Builds the router of other sites' pages.
pub(crate) fn other_sites(service: Arc<Service>) -> Router {
    Router::new()
        .fallback(
            async |State(service): State<Arc<Service>>,
                   Extension(visit): Extension<RequestOrigin>,
                   uri: Uri| {
                let address = format!("{}{}", visit.host, uri.path());
                match service.world.pages.get(&address) {
                    Some(html) => Html(html.clone()).into_response(),
                    None => not_found(),
                }
            },
        )
        .with_state(service)
}

fn redirect_permanently(address: String) -> Response<Body> {
    (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, address)]).into_response()
}

async fn recording(State(service): State<Arc<Service>>, Path(id): Path<String>) -> Response<Body> {
    let known = id
        .parse()
        .ok()
        .and_then(|id: u64| service.world.published_recording(id));
    let public_recording = known.filter(|known| {
        !matches!(
            known.lock,
            Some(AccessLock::Nonexistent | AccessLock::Removed)
        )
    });
    match public_recording {
        Some(recording) => Html(recording_page(&service, recording)).into_response(),
        None => not_found(),
    }
}

async fn channel(State(service): State<Arc<Service>>, Path(slug): Path<String>) -> Response<Body> {
    let named = |channel: &&Channel| channel.slug == slug || channel.id.to_string() == slug;
    match service.world.channels.values().find(named) {
        Some(channel) => Html(channel_page(&service, channel)).into_response(),
        None => not_found(),
    }
}

async fn login() -> Html<String> {
    let form = "<form method=post><input name=username><input name=password type=password></form>";
    Html(document("Log in", "", form))
}

fn not_found() -> Response<Body> {
    let body = "<h1>This page is not available</h1>";
    (StatusCode::NOT_FOUND, Html(document("Not found", "", body))).into_response()
}

fn recording_page(service: &Service, recording: &Recording) -> String {
    let channel = service.world.channel_of(recording);
    let mut head = String::new();
    if let Some(channel) = channel {
        head.push_str(&channel_meta(channel));
    }
    let title = escaped(&recording.title);
    // Writing to a string cannot fail.
    let _ = write!(
        head,
        "<meta property=\"og:title\" content=\"{title}\">\n\
         <meta property=\"og:url\" content=\"{}/recorded/{}\">\n",
        service.world.era.website(),
        recording.id
    );
    let mut body = format!("<h1>{title}</h1>\n<div id=\"Player\"></div>\n");
    if let Some(channel) = channel.filter(|channel| channel.gate.is_some()) {
        body.push_str(&form(channel));
    }
    body.push_str(&script_variables(&[
        ("contentId", json!(recording.id.to_string())),
        ("channelId", json!(channel.map(|channel| channel.id))),
    ]));
    document(&recording.title, &head, &body)
}

/// Serves the list for the website's own scripts: HTML snippets, a page at a time.
async fn stream(
    State(service): State<Arc<Service>>,
    Path((id, page)): Path<(u64, String)>,
) -> Response<Body> {
    const LENGTH: usize = 12;
    let channel = service.world.channels.get(&id);
    let page: Option<usize> = page
        .strip_suffix(".json")
        .and_then(|page| page.parse().ok());
    let (Some(channel), Some(page @ 1..)) = (
        channel.filter(|known| known.listing_sources.website && known.gate.is_none()),
        page,
    ) else {
        return not_found();
    };
    let all = gate::newest_first(&service, channel);
    let page_of_recordings = all
        .iter()
        .skip(LENGTH.saturating_mul(page - 1))
        .take(LENGTH);
    let mut html = String::new();
    for recording in page_of_recordings {
        let (id, length_s) = (recording.id, recording.movie.duration_ms() / 1000);
        // Writing to a string cannot fail.
        let _ = writeln!(
            html,
            "<li class=\"content{id} video\" data-content-id=\"{id}\" data-length=\"{length_s}\" \
             data-href=\"/recorded/{id}\" data-og-url=\"/recorded/{id}\"></li>"
        );
    }
    let next = (page * LENGTH < all.len())
        .then(|| format!("/ajax/socialstream/videos/{id}/{}.json", page + 1));
    axum::Json(json!({ "data": html, "nextUrl": next })).into_response()
}

fn channel_page(service: &Service, channel: &Channel) -> String {
    let title = escaped(&channel.title);
    let mut head = channel_meta(channel);
    // Writing to a string cannot fail.
    let _ = writeln!(head, "<meta property=\"og:title\" content=\"{title}\">");
    let mut body = format!("<h1>{title}</h1>\n<div id=\"Player\"></div>\n");
    let off_air: Vec<String> = match channel.gate {
        Some(_) => {
            body.push_str(&form(channel));
            Vec::new()
        }
        None if !channel.listing_sources.off_air => Vec::new(),
        None => gate::newest_first(service, channel)
            .iter()
            .map(|recording| recording.id.to_string())
            .collect(),
    };
    body.push_str(&script_variables(&[
        // A parser that stops at the first semicolon fails here: it is inside a string.
        (
            "channelTitle",
            json!(format!("{}; official", channel.title)),
        ),
        ("channelId", json!(channel.id)),
        ("offAirContentVideoIds", json!(off_air)),
    ]));
    document(&channel.title, &head, &body)
}

/// Returns the tag with the number of a channel; its attributes differ in order and quotes from
/// channel to channel: the service has both kinds.
fn channel_meta(channel: &Channel) -> String {
    let id = channel.id;
    if channel.slug.len().is_multiple_of(2) {
        format!("<meta content=\"{id}\" name=\"ustream:channel_id\">\n")
    } else {
        format!("<meta name='ustream:channel_id' content='{id}' />\n")
    }
}

fn form(channel: &Channel) -> String {
    let id = channel.id;
    let mut form = format!(
        "<form id=\"viewer-registration\" class=\"registration-gate\" method=\"post\" \
         action=\"/ajax/viewer-registration/save/{id}/channel/{id}.json\">\n"
    );
    for field in channel.gate.iter().flatten() {
        let (name, label) = (escaped(&field.name), escaped(&field.label));
        let required = if field.required { " required" } else { "" };
        let kind = if field.name == "email" {
            "email"
        } else {
            "text"
        };
        // Writing to a string cannot fail.
        let _ = write!(
            form,
            "<label for=\"field-{name}\">{label}</label>\n\
             <input id=\"field-{name}\" type=\"{kind}\" name=\"fields[{name}]\"{required}>\n"
        );
    }
    form.push_str("<button type=\"submit\">Watch now</button>\n</form>\n");
    form
}

fn script_variables(variables: &[(&str, serde_json::Value)]) -> String {
    let mut script = "<script id=\"UstreamExposedVariables\">".to_owned();
    for (name, value) in variables {
        // Writing to a string cannot fail.
        let _ = write!(script, ";ustream.vars.{name}={value};");
    }
    script.push_str("</script>\n");
    script
}

fn document(title: &str, head: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <title>{} - IBM Video Streaming</title>\n{head}\
         <script src=\"/player.js\" defer></script>\n</head>\n<body>\n{body}</body>\n</html>\n",
        escaped(title)
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
