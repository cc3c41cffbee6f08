//! Playlists (RFC 8216): a master playlist and one for each representation, valid for a limited
//! time and for a polling client only.

mod live;

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{Response, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use serde::Deserialize;

use crate::era::Era;
use crate::media::{AudioStream, MockRepresentation, UNIT_MS};
use crate::service::Service;
use crate::world::{PlaylistLayout, PlaylistOddity, Recording};

/// The playlist routes on the hosts of the control connection.
pub(crate) fn routes(era: Era) -> Router<Arc<Service>> {
    let folder = era.playlist_folder();
    Router::new()
        .route(
            &format!("{folder}/{{id}}/playlist.m3u8"),
            get(master_playlist_route),
        )
        .route(
            &format!("{folder}/{{id}}/{{version}}/playlist.m3u8"),
            get(media_playlist_route),
        )
        .merge(live::routes(era))
}

/// Returns the address of the master playlist of a recording or channel for one polling session, in
/// this folder of the host.
pub(crate) fn address((folder, host): (&str, &str), id: u64, token: &str) -> String {
    format!(
        "https://{host}{folder}/{id}/playlist.m3u8?token={token}&appType=11&appVersion=2&chunkingType=improved&cdnHost=uhsakamai-a.akamaihd.net/"
    )
}

#[derive(Deserialize)]
struct TokenQuery {
    #[serde(default)]
    token: String,
}

async fn master_playlist_route(
    State(service): State<Arc<Service>>,
    Path(id): Path<u64>,
    Query(signed): Query<TokenQuery>,
) -> Response<Body> {
    let Some((recording, listing)) = authorized(&service, id, &signed) else {
        return StatusCode::FORBIDDEN.into_response();
    };
    let rate = |representation| service.bitrate_kbps(recording, representation);
    playlist(master_playlist(listing, &signed.token, rate))
}

/// Returns a master playlist; `kbps` returns the bit rate of a representation.
fn master_playlist(
    listing: PlaylistLayout,
    token: &str,
    kbps: impl Fn(MockRepresentation) -> u64,
) -> String {
    let (videos, audio_tracks) = listing.representations();
    let mut text = "#EXTM3U\n#EXT-X-VERSION:4\n".to_owned();
    if listing == PlaylistLayout::AdditionalAudio {
        text += "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sounds\",NAME=\"English (US)\",LANGUAGE=\"en-US\",DEFAULT=YES\n";
    }
    for (version, representation) in (1..).zip(videos.iter().chain(&audio_tracks)) {
        let url =
            format!("{version}/playlist.m3u8?token={token}&segmentType=ts&content=audiovideo");
        let rate = kbps(*representation) * 1000;
        let tag = if let Some(video) = representation.video() {
            let (width, height) = video.size();
            let group = if audio_tracks.is_empty() {
                ""
            } else {
                ",AUDIO=\"sounds\""
            };
            format!(
                "#EXT-X-STREAM-INF:PROGRAM-ID=1,BANDWIDTH={rate},RESOLUTION={width}x{height},CODECS=\"avc1.64000a,mp4a.40.2\"{group}\n{url}"
            )
        } else {
            let main = matches!(
                representation,
                MockRepresentation::Ts(_, Some(AudioStream::Main))
                    | MockRepresentation::PackedAudio(AudioStream::Main)
                    | MockRepresentation::Mp4Audio(AudioStream::Main)
            );
            let (name, language, is_default) = if main {
                ("English (US)", "en-US", "YES")
            } else {
                ("French (FR)", "fr-FR", "NO")
            };
            format!(
                "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sounds\",NAME=\"{name}\",LANGUAGE=\"{language}\",DEFAULT={is_default},URI=\"{url}\""
            )
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{tag}");
    }
    text
}

async fn media_playlist_route(
    State(service): State<Arc<Service>>,
    Path((id, version)): Path<(u64, usize)>,
    Query(signed): Query<TokenQuery>,
) -> Response<Body> {
    let Some((recording, listing)) = authorized(&service, id, &signed) else {
        return StatusCode::FORBIDDEN.into_response();
    };
    let (videos, audio_tracks) = listing.representations();
    let representation = version
        .checked_sub(1)
        .and_then(|at| videos.iter().chain(&audio_tracks).nth(at));
    match representation.and_then(|representation| {
        media_playlist(&service, recording, (*representation, version), listing)
    }) {
        Some(text) => playlist(text),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Returns the recording if it has playlists and the token is still valid.
fn authorized<'a>(
    service: &'a Service,
    id: u64,
    signed: &TokenQuery,
) -> Option<(&'a Recording, PlaylistLayout)> {
    let recording = service.world.published_recording(id)?;
    let holds = service
        .polling_sessions
        .is_current(&signed.token, service.generation(id));
    holds.then_some((recording, recording.delivery.playlists?))
}

fn media_playlist(
    service: &Service,
    recording: &Recording,
    (representation, version): (MockRepresentation, usize),
    listing: PlaylistLayout,
) -> Option<String> {
    let oddity = recording.delivery.playlist_oddity.filter(|_| version == 1);
    let odd = &recording.oddities.playlists;
    let mut addresses = service.addresses(recording, representation).into_iter();
    let first = recording.first_chunk;
    let mut text = format!(
        "#EXTM3U\n#EXT-X-VERSION:4\n#EXT-X-TARGETDURATION:{}\n#EXT-X-MEDIA-SEQUENCE:{first}\n",
        recording.chunk_time_ms.div_ceil(1000)
    );
    if oddity != Some(PlaylistOddity::Growing) {
        text.push_str("#EXT-X-PLAYLIST-TYPE:VOD\n");
    }
    if listing == PlaylistLayout::Fmp4 {
        let init = addresses.next()?;
        if oddity != Some(PlaylistOddity::NoInitSegment) && !odd.no_map.contains(&version) {
            // Writing to a string cannot fail, here and below.
            let _ = writeln!(text, "#EXT-X-MAP:URI=\"{init}\"");
        }
    }
    let is_encrypted =
        oddity == Some(PlaylistOddity::Encrypted) || odd.encrypted.contains(&version);
    if listing == PlaylistLayout::Encrypted || is_encrypted {
        text.push_str("#EXT-X-KEY:METHOD=AES-128,URI=\"key\"\n");
    }
    let mut left_ms = recording.movie.duration_ms();
    for (chunk, address) in (first..).zip(addresses) {
        let length_ms = recording.chunk_time_ms.max(UNIT_MS).min(left_ms);
        left_ms -= length_ms;
        let _ = writeln!(
            text,
            "#EXTINF:{}.{:03},",
            length_ms / 1000,
            length_ms % 1000
        );
        if odd.no_address.contains(&chunk) {
            continue;
        }
        if listing == PlaylistLayout::Ranges {
            let parts = service.chunk(recording, representation, chunk)?;
            let size: usize = parts.iter().map(bytes::Bytes::len).sum();
            // Later ranges continue where the one before ended.
            let start = if chunk == first { "@0" } else { "" };
            let _ = writeln!(text, "#EXT-X-BYTERANGE:{size}{start}");
            let hash = service.hash_at(recording, first)?;
            let host = recording.cdn.first()?;
            let path = service.path_of(recording);
            let _ = writeln!(
                text,
                "https://{host}/{path}{}/all_{hash}.ts",
                representation.name()
            );
        } else if oddity == Some(PlaylistOddity::Gap(chunk)) {
            let _ = writeln!(text, "#EXT-X-GAP\n{address}");
        } else if oddity != Some(PlaylistOddity::NoAddress(chunk)) {
            let _ = writeln!(text, "{address}");
        }
    }
    if !matches!(
        oddity,
        Some(PlaylistOddity::Growing | PlaylistOddity::NoEnd)
    ) {
        text.push_str("#EXT-X-ENDLIST\n");
    }
    Some(text)
}

fn playlist(text: String) -> Response<Body> {
    let headers = [(header::CONTENT_TYPE, "application/vnd.apple.mpegurl")];
    (headers, text).into_response()
}
