//! Payloads of the JSON API.

use serde_json::{Value, json as value};
use ustream::api::{self, ApiResponse, Caption, ChannelInfo, Locks, RecordingPage, VideoInfo};
use ustream::ums::session::StreamInfo;
use ustream::ums::stream::{self, StreamState};
use ustream::{ChannelId, Recording, RecordingId};

use crate::{json, text};

fn available<T: std::fmt::Debug>(response: ApiResponse<T>) -> T {
    match response {
        ApiResponse::Available(value) => value,
        other => panic!("{other:?}"),
    }
}

fn video(body: &str) -> VideoInfo {
    available(api::video(body.as_bytes()).unwrap())
}

fn channel(body: &str) -> ChannelInfo {
    available(api::channel(body.as_bytes()).unwrap())
}

#[test]
fn doc_api_video_has_its_numbers_in_strings_and_its_channel_in_a_link() {
    let video = video(&text("doc-api-video"));
    assert_eq!(video.title.as_deref(), Some("Title of video"));
    assert_eq!(video.description.as_deref(), Some("Description of video"));
    assert_eq!(video.owner, None);
    assert_eq!(video.date_unix_s, Some(1_399_388_736));
    assert_eq!(video.duration_ms, Some(12_345_123));
    assert_eq!(video.channel, Some(ChannelId(1)));
    assert_eq!(
        video.thumbnail.unwrap().as_str(),
        "https://ustvstaticcdn1-a.akamaihd.net/111.jpg"
    );
    assert_eq!(video.files, ["http://tcdn.ustream.tv/video/111"]);
    assert_eq!(video.locks, Locks::default());
}

#[test]
fn doc_api_channel_is_off_air_and_open_though_its_locks_are_a_list() {
    let channel = channel(&text("doc-api-channel"));
    assert_eq!(channel.title.as_deref(), Some("Channel title"));
    assert!(!channel.is_live);
    assert_eq!(channel.locks, Locks::default());
}

#[test]
fn doc_api_channel_minimal_locks_name_the_registration_gate() {
    let channel = channel(&text("doc-api-channel-minimal-locks"));
    assert_eq!(channel.title.as_deref(), Some("Channel title"));
    let method = channel.locks.auth_method.as_deref();
    assert_eq!(method, Some("registration_gate"));
    assert!(channel.locks.is_registration_gate());
    assert!(!channel.locks.is_login() && !channel.locks.password);
}

#[test]
fn doc_api_hashlock_without_a_method_is_the_owners_own_login() {
    let lock = json("doc-api-hashlock")["hashlock"].clone();
    let body = value!({"channel": {"locks": {"hash": lock}}});
    let locks = channel(&body.to_string()).locks;
    assert!(locks.is_login() && !locks.is_registration_gate());
}

#[test]
fn doc_api_channel_videos_lists_the_recording_and_passes_over_the_rest() {
    let listing =
        available(api::recording_page(text("doc-api-channel-videos").as_bytes()).unwrap());
    let [listed] = listing.recordings.as_slice() else {
        panic!("{listing:?}")
    };
    assert_eq!(listed.id, RecordingId(111));
    let video = &listed.video;
    assert_eq!(video.title.as_deref(), Some("Title of video"));
    assert_eq!(video.description.as_deref(), Some("Description of video"));
    assert_eq!(video.duration_ms, Some(12_345_123));
    assert_eq!(video.date_unix_s, Some(1_399_388_736));
    assert_eq!(video.channel, Some(ChannelId(1)), "by its address alone");
    assert_eq!(video.files, ["http://tcdn.ustream.tv/video/111"]);
    assert_eq!(video.thumbnail.as_ref().unwrap().path(), "/111.jpg");
    // The number of pages is not stated: the list ends at the first empty page.
    assert_eq!((listing.page_count, listing.item_count), (None, None));
}

#[test]
fn doc_api_captions_give_the_language_that_is_ready() {
    let ready = available(api::captions(text("doc-api-captions").as_bytes()).unwrap());
    let languages: Vec<_> = ready.iter().map(|it| it.language.as_str()).collect();
    assert_eq!(languages, ["en-00"], "the other is still processing");
    assert_eq!(ready.first().map(Caption::tag), Some("en"));
}

#[test]
fn doc_api_chapters_start_at_their_seconds() {
    let chapters = available(api::chapters(text("doc-api-chapters").as_bytes()).unwrap());
    let actual: Vec<_> = chapters
        .iter()
        .map(|chapter| (chapter.title.as_str(), chapter.start_ms))
        .collect();
    let expected = [("First chapter", 10_000), ("Second chapter", 60_000)];
    assert_eq!(actual, expected);
}

#[test]
fn doc_api_audio_tracks_name_languages_as_rows_of_sound_do() {
    let tracks = json("doc-api-audio-tracks")["tracks"].take();
    let rows: Vec<Value> = tracks
        .as_array()
        .unwrap()
        .iter()
        .map(|track| {
            let mut row = track.clone();
            row["segmentUrl"] = value!(format!("{}/chunk_%_%.m4a", track["streamId"]));
            row
        })
        .collect();
    let body = value!({"streamFormats": {"mp4/segmented": {
        "chunkTime": 5000,
        "hashes": {"0": "a"},
        "contentAccess": {"accessList": [{"data": {"path": "x/"}}]},
        "streams": rows,
    }}});
    let StreamState::Stored(stored) = stream::read(&body) else {
        panic!("{body}")
    };
    let info = StreamInfo {
        stored: *stored,
        ..StreamInfo::default()
    };
    let recording = Recording::new(RecordingId(1), info, None).unwrap();
    let languages: Vec<_> = recording
        .default_renditions()
        .map(|rendition| rendition.tracks[0].language.as_deref().unwrap())
        .collect();
    // The default first, then by number; "00" means no country.
    assert_eq!(languages, ["nl", "en-US", "fr", "es"]);
}

/// Returns one of the named cases in the payload.
fn case(name: &str) -> String {
    json("fixture-api-errors-2026")[name].to_string()
}

#[test]
fn fixture_api_errors_2026_are_told_apart_whatever_their_status() {
    let locked = api::channel(case("channel password locked (HTTP 401)").as_bytes()).unwrap();
    let password = Locks {
        password: true,
        auth_method: None,
    };
    assert_eq!(locked, ApiResponse::Locked(password));
    let missing = api::video(case("video missing (HTTP 404)").as_bytes()).unwrap();
    assert_eq!(missing, ApiResponse::Missing("not_found".into()));
    let removed = api::video(case("video removed (HTTP 200)").as_bytes()).unwrap();
    let words =
        "This Pro Broadcaster has chosen to remove this video from the ustream.tv site.".into();
    assert_eq!(removed, ApiResponse::Removed(words));
    let video = video(&case("video with no direct files (HTTP 200)"));
    assert_eq!(video.title.as_deref(), Some("Earn It"));
    assert!(video.files.is_empty() && video.locks == Locks::default());
    let channel = channel(&case("channel off air (HTTP 200)"));
    assert_eq!(channel.title.as_deref(), Some("NASA CSBF"));
    assert!(!channel.is_live && channel.locks == Locks::default());
    let page =
        available(api::recording_page(case("channel videos page (HTTP 200)").as_bytes()).unwrap());
    let empty = RecordingPage {
        recordings: Vec::new(),
        page_count: Some(0),
        item_count: Some(0),
    };
    assert_eq!(page, empty);
}

#[test]
fn real_api_9407_media_urls_null_leads_to_no_file() {
    let mut video_of = value!({"id": "86423931"});
    video_of["media_urls"] = json("real-api-9407-media_urls-null")["media_urls"].clone();
    let body = value!({"video": video_of}).to_string();
    assert_eq!(video(&body), VideoInfo::default());
}
