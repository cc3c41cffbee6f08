//! Playlists of live streams (RFC 8216 6.2.2): a window that slides with the clock.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;

use super::{TokenQuery, master_playlist, playlist};
use crate::era::Era;
use crate::live::{self, Broadcast, Timeline};
use crate::media::MockRepresentation;
use crate::service::Service;
use crate::world::{EndMessage, PlaylistLayout};

/// The playlist routes of live streams.
pub(super) fn routes(era: Era) -> Router<Arc<Service>> {
    let folder = era.live_playlist_folder();
    Router::new()
        .route(&format!("{folder}/{{id}}/playlist.m3u8"), get(master))
        .route(
            &format!("{folder}/{{id}}/{{version}}/playlist.m3u8"),
            get(media),
        )
}

async fn master(
    State(service): State<Arc<Service>>,
    Path(id): Path<u64>,
    Query(signed): Query<TokenQuery>,
) -> Response<Body> {
    let Some((timeline, layout)) = authorized(&service, id, &signed) else {
        return StatusCode::FORBIDDEN.into_response();
    };
    let kbps = |representation| timeline.bitrate_kbps(&service.library, representation);
    playlist(master_playlist(layout, &signed.token, kbps))
}

async fn media(
    State(service): State<Arc<Service>>,
    Path((id, version)): Path<(u64, usize)>,
    Query(signed): Query<TokenQuery>,
) -> Response<Body> {
    let Some((timeline, layout)) = authorized(&service, id, &signed) else {
        return StatusCode::FORBIDDEN.into_response();
    };
    let (videos, audio_tracks) = layout.representations();
    let mut all = videos.into_iter().chain(audio_tracks);
    let representation = version.checked_sub(1).and_then(|at| all.nth(at));
    match representation.and_then(|it| media_playlist(&timeline, it)) {
        Some(text) => playlist(text),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Returns the live stream if it has playlists and the token is still valid.
fn authorized<'a>(
    service: &'a Service,
    id: u64,
    signed: &TokenQuery,
) -> Option<(Timeline<'a>, PlaylistLayout)> {
    let timeline = live::timeline(service, id)?;
    let sessions = &service.polling_sessions;
    let holds = sessions.is_current(&signed.token, service.generation(id));
    let layout = timeline.stream.delivery.playlists?;
    holds.then_some((timeline, layout))
}

/// Returns the window of a representation, or `None` before its first segment.
fn media_playlist(timeline: &Timeline<'_>, representation: MockRepresentation) -> Option<String> {
    let stream = timeline.stream;
    let broadcasts: Vec<&Broadcast> = timeline
        .broadcasts
        .iter()
        .filter(|broadcast| broadcast.edge().is_some() && broadcast.offers(representation))
        .collect();
    let all: Vec<(usize, u64)> = (0..)
        .zip(&broadcasts)
        .flat_map(|(at, broadcast)| broadcast.segments().map(move |segment| (at, segment)))
        .collect();
    let skipped = all.len().saturating_sub(stream.playlist_segments);
    let window = all.get(skipped..)?;
    let (first_broadcast, _) = *window.first()?;
    // Numbers of the playlist go on where those of the segments start again.
    let sequence = stream.first_segment + u64::try_from(skipped).ok()?;
    let (seconds, milliseconds) = (stream.segment_time_ms / 1000, stream.segment_time_ms % 1000);
    let mut text = format!(
        "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:{}\n#EXT-X-MEDIA-SEQUENCE:{sequence}\n\
         #EXT-X-DISCONTINUITY-SEQUENCE:{first_broadcast}\n",
        stream.segment_time_ms.div_ceil(1000)
    );
    let mut listed = None;
    for (at, segment) in window {
        let broadcast = *broadcasts.get(*at)?;
        if listed != Some(at) {
            if listed.is_some() {
                text.push_str("#EXT-X-DISCONTINUITY\n");
            }
            if has_init(representation) {
                let init = timeline.address(broadcast, representation, (*segment, true));
                // Writing to a string cannot fail, here and below.
                let _ = writeln!(text, "#EXT-X-MAP:URI=\"{init}\"");
            }
            listed = Some(at);
        }
        let address = timeline.address(broadcast, representation, (*segment, false));
        let _ = writeln!(text, "#EXTINF:{seconds}.{milliseconds:03},\n{address}");
    }
    if matches!(
        timeline.end,
        Some(EndMessage::NotAvailable | EndMessage::Offline)
    ) {
        text.push_str("#EXT-X-ENDLIST\n");
    }
    Some(text)
}

fn has_init(representation: MockRepresentation) -> bool {
    matches!(
        representation,
        MockRepresentation::Mp4Video(_) | MockRepresentation::Mp4Audio(_)
    )
}
