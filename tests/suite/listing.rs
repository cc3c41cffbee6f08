//! Segment lists that come late, in parts or with errors, and renditions that are unavailable: the
//! result is the whole movie or a report of what is missing.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use engine::view::Finished;
use engine::{Choice, Code, ContainerChoice, Failure, NewJob, Quality};
use fake_ustream::{
    Delivery, Fault, HashKeys, LengthSources, MessageStyle, PlaylistLayout, PlaylistOddity,
    Recording, RepresentationOddity, Rule, World,
};
use ustream::{Access, RecordingId, RecordingRef};

use crate::deliveries::mock_service_with;
use crate::mock_service::{MAIN, MockService, job, original};
use crate::movies::{assert_plays, assert_whole, packets};

/// FLV and transport streams store timestamps in milliseconds here.
const ROUNDING_US: i64 = 1_000;

/// The length of the recording is stated nowhere.
const UNSTATED: LengthSources = LengthSources {
    api: false,
    frame: None,
};

/// Only the API states the length of the recording.
const BY_API: LengthSources = LengthSources {
    api: true,
    frame: None,
};

async fn service(recording: Recording) -> MockService {
    MockService::with(World::empty().recording(recording)).await
}

fn recording() -> Recording {
    Recording::new(MAIN, "listed in its own way")
}

async fn saved(mock: &MockService, new_job: NewJob) -> (PathBuf, Finished) {
    mock.save(new_job).await.unwrap()
}

fn assert_movie(path: &Path) {
    assert_whole(path, "film.flv", "film.flv", ROUNDING_US);
    assert_plays(path);
}

/// Returns the recording as the client sees it and how many requests the service got.
async fn recording_and_requests(mock: &MockService) -> (ustream::Recording, usize) {
    let found = RecordingRef {
        recording: RecordingId(MAIN),
        channel: None,
        newest: false,
    };
    let client = mock.client();
    let recording = client.recording(found, &Access::default()).await.unwrap();
    let requests = mock.service.requests();
    let connects = requests
        .iter()
        .filter(|it| it.connect.is_some() && it.host.contains("-omega."));
    (recording, connects.count())
}

async fn failure(mock: &MockService, new_job: impl FnOnce(u64, &Path) -> NewJob) -> Failure {
    let folder = tempfile::tempdir().unwrap();
    mock.save(new_job(MAIN, folder.path())).await.unwrap_err()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_in_several_messages_is_joined_without_a_stated_length() {
    let frames = MessageStyle {
        split_stream: true,
        cdn_config_first: true,
        ..MessageStyle::default()
    };
    for new_job in [job, original] {
        let mock = service(Recording {
            message_style: frames.clone(),
            length: UNSTATED,
            ..recording()
        })
        .await;
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = saved(&mock, new_job(MAIN, folder.path())).await;
        assert_movie(&path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_covers_the_api_length_ends_the_wait() {
    let mock = service(Recording {
        length: BY_API,
        ..recording()
    })
    .await;
    let started = Instant::now();
    let (recording, requests) = recording_and_requests(&mock).await;
    assert!(
        started.elapsed() < Duration::from_millis(2500),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(requests, 1);
    assert_eq!(recording.stated_ms(), Some(200_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_shorter_than_the_stated_length_is_requested_twice_and_then_accepted() {
    for length in [BY_API, recording().length] {
        let mock = service(Recording {
            keys: HashKeys::At((0..50).step_by(10).collect()),
            length,
            ..recording()
        })
        .await;
        let (recording, requests) = recording_and_requests(&mock).await;
        assert_eq!(requests, 2, "{length:?}");
        let plan = recording.plan(&Choice::default()).unwrap();
        let end_ms = plan
            .segments
            .iter()
            .map(|it| it.start_ms + it.duration_ms)
            .max();
        assert_eq!(
            (end_ms, plan.stated_ms),
            (Some(100_000), Some(200_000)),
            "stated in the recording"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_length_slightly_below_the_last_listed_segment_requests_no_more_segments() {
    for (length, keep) in [
        (BY_API, ContainerChoice::Mp4),
        (recording().length, ContainerChoice::Original),
    ] {
        for stated_ms in [179_500, 60_000, 189] {
            let mock = service(Recording {
                length,
                stated_ms: Some(stated_ms),
                ..recording()
            })
            .await;
            let folder = tempfile::tempdir().unwrap();
            let new_job = if keep == ContainerChoice::Mp4 {
                job
            } else {
                original
            };
            let (path, _) = saved(&mock, new_job(MAIN, folder.path())).await;
            assert_movie(&path);
            let requests = mock.service.requests().len();
            assert!(requests < 400, "{requests} requests");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unusable_video_representations_are_replaced_by_another_transport() {
    for oddity in [
        RepresentationOddity::NoSegmentUrl,
        RepresentationOddity::ParentFolder,
    ] {
        let delivery = |playlists| Delivery {
            representation_oddity: Some(oddity),
            playlists,
            ..Delivery::default()
        };
        // The same quality as FLV.
        let mock = mock_service_with(delivery(None)).await;
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = saved(&mock, job(MAIN, folder.path())).await;
        assert_movie(&path);
        mock.assert_all_requested_once(MAIN, "2/1.flv");

        // From playlists.
        let mock = service(Recording {
            flv: Vec::new(),
            delivery: delivery(Some(PlaylistLayout::Muxed)),
            ..recording()
        })
        .await;
        let (path, _) = saved(&mock, job(MAIN, &folder.path().join("playlists"))).await;
        assert_movie(&path);

        // Not available at all.
        let mock = service(Recording {
            flv: Vec::new(),
            delivery: delivery(None),
            ..recording()
        })
        .await;
        let failed = failure(&mock, job).await;
        assert_eq!(failed.code, Code::BadAnswer, "{failed:?}");
        let choice = Choice {
            quality: Quality::Audio,
            ..Choice::default()
        };
        let new_job = NewJob {
            choice,
            ..job(MAIN, &folder.path().join("audio"))
        };
        let (path, _) = saved(&mock, new_job).await;
        assert!(
            !packets(&path, "a:0").is_empty(),
            "who wants only audio has it"
        );
    }
}

/// Saves, and asserts that the smaller video was taken, with its audio.
async fn assert_smaller(mock: &MockService, representations: [&str; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = saved(mock, job(MAIN, folder.path())).await;
    assert_plays(&path);
    for representation in representations {
        assert_eq!(
            mock.service.missing_segments(MAIN, representation),
            Some(vec![]),
            "{representation}"
        );
    }
    assert!(!packets(&path, "v:0").is_empty() && !packets(&path, "a:0").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unavailable_playlist_is_replaced_by_another_with_video() {
    let mock = mock_service_with(Delivery::playlists(PlaylistLayout::Separate)).await;
    let refused = Rule::new(Fault::StatusWithoutRetryAfter(
        StatusCode::SERVICE_UNAVAILABLE,
    ));
    let faults = mock.service.faults();
    faults.add(refused.clone().path("*/1/playlist.m3u8*"));
    assert_smaller(&mock, ["improved/4.ts", "improved/1.ts"]).await;

    faults.add(refused.path("*/2/playlist.m3u8*"));
    let failed = failure(&mock, job).await;
    assert_eq!(
        failed.code,
        Code::SiteDown,
        "audio alone is no movie: {failed:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_playlist_with_a_server_error_is_requested_again() {
    let mock = mock_service_with(Delivery::playlists(PlaylistLayout::Separate)).await;
    let busy = |status| {
        Rule::new(Fault::Status(status))
            .path("*/1/playlist.m3u8*")
            .times(1)
    };
    let faults = mock.service.faults();
    faults.add(busy(StatusCode::SERVICE_UNAVAILABLE));
    faults.add(busy(StatusCode::TOO_MANY_REQUESTS));
    faults.add(busy(StatusCode::BAD_GATEWAY));
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = saved(&mock, job(MAIN, folder.path())).await;
    assert_movie(&path);
    let masters = mock.service.requests();
    let is_master = |path: &str| path.contains(&format!("/{MAIN}/playlist.m3u8"));
    let masters = masters.iter().filter(|it| is_master(&it.path)).count();
    assert_eq!(masters, 1, "no new handshake for it");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unusable_best_video_is_replaced_by_another() {
    for (listing, oddity, representations) in [
        (
            PlaylistLayout::Separate,
            PlaylistOddity::Encrypted,
            ["improved/4.ts", "improved/1.ts"],
        ),
        (
            PlaylistLayout::Fmp4,
            PlaylistOddity::NoInitSegment,
            ["4.m4v", "1.m4a"],
        ),
        (
            PlaylistLayout::Fmp4,
            PlaylistOddity::Growing,
            ["4.m4v", "1.m4a"],
        ),
        (
            PlaylistLayout::Separate,
            PlaylistOddity::NoEnd,
            ["improved/4.ts", "improved/1.ts"],
        ),
    ] {
        let mock = mock_service_with(Delivery {
            playlist_oddity: Some(oddity),
            ..Delivery::playlists(listing)
        })
        .await;
        assert_smaller(&mock, representations).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unusable_playlists_fail_with_their_own_reason() {
    for (oddity, code) in [
        (PlaylistOddity::Growing, Code::StillLive),
        (PlaylistOddity::NoEnd, Code::BadAnswer),
        (PlaylistOddity::Encrypted, Code::Encrypted),
        (PlaylistOddity::NoInitSegment, Code::BadAnswer),
    ] {
        // The other transports are unreachable; the reported error must not be theirs.
        let mut delivery = Delivery::polling();
        delivery.polling = fake_ustream::TransportBehavior::Refused;
        delivery.playlists = Some(PlaylistLayout::Fmp4);
        delivery.playlist_oddity = Some(oddity);
        let mock = mock_service_with(delivery).await;
        let gone = Rule::new(Fault::StatusWithoutRetryAfter(StatusCode::NOT_FOUND))
            .path("*/2/playlist.m3u8*");
        mock.service.faults().add(gone);
        let failed = failure(&mock, job).await;
        assert_eq!(failed.code, code, "{oddity:?}: {failed:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_without_an_address_in_the_playlist_is_a_reported_gap() {
    for oddity in [PlaylistOddity::NoAddress(50), PlaylistOddity::Gap(99)] {
        let mock = mock_service_with(Delivery {
            playlist_oddity: Some(oddity),
            ..Delivery::playlists(PlaylistLayout::Muxed)
        })
        .await;
        let failed = failure(&mock, job).await;
        assert_eq!(failed.code, Code::SegmentsMissing, "{oddity:?}: {failed:?}");
        let folder = tempfile::tempdir().unwrap();
        let new_job = NewJob {
            overrides: engine::Overrides {
                gaps: true,
                ..engine::Overrides::default()
            },
            ..job(MAIN, folder.path())
        };
        let (_, finished) = saved(&mock, new_job).await;
        assert_eq!(finished.gaps.len(), 1, "{oddity:?}: {finished:?}");
    }
}
