//! Lists of segments that come late, in parts or with mistakes, and renditions that cannot be had:
//! a person gets the whole movie, or hears what is missing of it.

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

/// FLV and transport streams tell time in milliseconds here.
const ROUNDING_US: i64 = 1_000;

/// Nobody says how long the recording is.
const UNSTATED: LengthSources = LengthSources {
    api: false,
    frame: None,
};

/// Only the API says how long the recording is.
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

async fn saved(practice: &MockService, order: NewJob) -> (PathBuf, Finished) {
    practice.save(order).await.unwrap()
}

fn assert_movie(path: &Path) {
    assert_whole(path, "film.flv", "film.flv", ROUNDING_US);
    assert_plays(path);
}

/// The recording as the client sees it, and how often the service was asked about it.
async fn seen(practice: &MockService) -> (ustream::Recording, usize) {
    let found = RecordingRef {
        recording: RecordingId(MAIN),
        channel: None,
        newest: false,
    };
    let client = practice.client();
    let recording = client.recording(found, &Access::default()).await.unwrap();
    let asked = practice.service.requests();
    let told = asked
        .iter()
        .filter(|it| it.connect.is_some() && it.host.contains("-omega."));
    (recording, told.count())
}

async fn failure(practice: &MockService, order: impl FnOnce(u64, &Path) -> NewJob) -> Failure {
    let folder = tempfile::tempdir().unwrap();
    practice.save(order(MAIN, folder.path())).await.unwrap_err()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_in_several_messages_is_one_list_though_nobody_says_how_long_it_is() {
    let frames = MessageStyle {
        split_stream: true,
        cdn_config_first: true,
        ..MessageStyle::default()
    };
    for order in [job, original] {
        let practice = service(Recording {
            message_style: frames.clone(),
            length: UNSTATED,
            ..recording()
        })
        .await;
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = saved(&practice, order(MAIN, folder.path())).await;
        assert_movie(&path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_covers_the_length_by_the_api_is_not_waited_for() {
    let practice = service(Recording {
        length: BY_API,
        ..recording()
    })
    .await;
    let started = Instant::now();
    let (recording, asked) = seen(&practice).await;
    assert!(
        started.elapsed() < Duration::from_millis(2500),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(asked, 1);
    assert_eq!(recording.stated_ms(), Some(200_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_ends_before_the_stated_length_is_asked_for_twice_and_then_taken() {
    for length in [BY_API, recording().length] {
        let practice = service(Recording {
            keys: HashKeys::At((0..50).step_by(10).collect()),
            length,
            ..recording()
        })
        .await;
        let (recording, asked) = seen(&practice).await;
        assert_eq!(asked, 2, "{length:?}");
        let plan = recording.plan(&Choice::default()).unwrap();
        let end_ms = plan
            .segments
            .iter()
            .map(|it| it.start_ms + it.duration_ms)
            .max();
        assert_eq!(
            (end_ms, plan.stated_ms),
            (Some(100_000), Some(200_000)),
            "told to whoever asks"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_length_a_little_below_the_last_listed_segment_asks_for_no_more_segments() {
    for (length, keep) in [
        (BY_API, ContainerChoice::Mp4),
        (recording().length, ContainerChoice::Original),
    ] {
        for told_ms in [179_500, 60_000, 189] {
            let practice = service(Recording {
                length,
                stated_ms: Some(told_ms),
                ..recording()
            })
            .await;
            let folder = tempfile::tempdir().unwrap();
            let order = if keep == ContainerChoice::Mp4 {
                job
            } else {
                original
            };
            let (path, _) = saved(&practice, order(MAIN, folder.path())).await;
            assert_movie(&path);
            let asked = practice.service.requests().len();
            assert!(asked < 400, "{asked} requests");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_rows_of_the_video_cannot_be_used_it_is_taken_from_elsewhere() {
    for oddity in [
        RepresentationOddity::NoSegmentUrl,
        RepresentationOddity::ParentFolder,
    ] {
        let ways = |playlists| Delivery {
            representation_oddity: Some(oddity),
            playlists,
            ..Delivery::default()
        };
        // The same quality as FLV.
        let practice = mock_service_with(ways(None)).await;
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = saved(&practice, job(MAIN, folder.path())).await;
        assert_movie(&path);
        practice.assert_all_requested_once(MAIN, "2/1.flv");

        // From playlists.
        let practice = service(Recording {
            flv: Vec::new(),
            delivery: ways(Some(PlaylistLayout::Muxed)),
            ..recording()
        })
        .await;
        let (path, _) = saved(&practice, job(MAIN, &folder.path().join("playlists"))).await;
        assert_movie(&path);

        // Nowhere.
        let practice = service(Recording {
            flv: Vec::new(),
            delivery: ways(None),
            ..recording()
        })
        .await;
        let failed = failure(&practice, job).await;
        assert_eq!(failed.code, Code::BadAnswer, "{failed:?}");
        let choice = Choice {
            quality: Quality::Audio,
            ..Choice::default()
        };
        let order = NewJob {
            choice,
            ..job(MAIN, &folder.path().join("audio"))
        };
        let (path, _) = saved(&practice, order).await;
        assert!(
            !packets(&path, "a:0").is_empty(),
            "who wants only audio has it"
        );
    }
}

/// Saves, and asserts that the smaller picture was taken, with its audio.
async fn assert_smaller(practice: &MockService, rows: [&str; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = saved(practice, job(MAIN, folder.path())).await;
    assert_plays(&path);
    for row in rows {
        assert_eq!(
            practice.service.missing_segments(MAIN, row),
            Some(vec![]),
            "{row}"
        );
    }
    assert!(!packets(&path, "v:0").is_empty() && !packets(&path, "a:0").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_playlist_that_cannot_be_had_is_replaced_by_another_with_video() {
    let practice = mock_service_with(Delivery::playlists(PlaylistLayout::Separate)).await;
    let refused = Rule::new(Fault::StatusWithoutRetryAfter(
        StatusCode::SERVICE_UNAVAILABLE,
    ));
    let faults = practice.service.faults();
    faults.add(refused.clone().path("*/1/playlist.m3u8*"));
    assert_smaller(&practice, ["improved/4.ts", "improved/1.ts"]).await;

    faults.add(refused.path("*/2/playlist.m3u8*"));
    let failed = failure(&practice, job).await;
    assert_eq!(
        failed.code,
        Code::SiteDown,
        "audio alone is no movie: {failed:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_playlist_whose_server_stumbles_is_asked_for_again() {
    let practice = mock_service_with(Delivery::playlists(PlaylistLayout::Separate)).await;
    let busy = |status| {
        Rule::new(Fault::Status(status))
            .path("*/1/playlist.m3u8*")
            .times(1)
    };
    let faults = practice.service.faults();
    faults.add(busy(StatusCode::SERVICE_UNAVAILABLE));
    faults.add(busy(StatusCode::TOO_MANY_REQUESTS));
    faults.add(busy(StatusCode::BAD_GATEWAY));
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = saved(&practice, job(MAIN, folder.path())).await;
    assert_movie(&path);
    let masters = practice.service.requests();
    let is_master = |path: &str| path.contains(&format!("/{MAIN}/playlist.m3u8"));
    let masters = masters.iter().filter(|it| is_master(&it.path)).count();
    assert_eq!(masters, 1, "no new handshake for it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_best_picture_of_no_use_is_replaced_by_another() {
    for (listing, oddity, rows) in [
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
        let practice = mock_service_with(Delivery {
            playlist_oddity: Some(oddity),
            ..Delivery::playlists(listing)
        })
        .await;
        assert_smaller(&practice, rows).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn playlists_of_no_use_end_with_their_own_reason() {
    for (oddity, code) in [
        (PlaylistOddity::Growing, Code::StillLive),
        (PlaylistOddity::NoEnd, Code::BadAnswer),
        (PlaylistOddity::Encrypted, Code::Unsupported),
        (PlaylistOddity::NoInitSegment, Code::BadAnswer),
    ] {
        // The other ways cannot be reached: that is not what a person must hear.
        let mut ways = Delivery::polling();
        ways.polling = fake_ustream::TransportBehavior::Refused;
        ways.playlists = Some(PlaylistLayout::Fmp4);
        ways.playlist_oddity = Some(oddity);
        let practice = mock_service_with(ways).await;
        let gone = Rule::new(Fault::StatusWithoutRetryAfter(StatusCode::NOT_FOUND))
            .path("*/2/playlist.m3u8*");
        practice.service.faults().add(gone);
        let failed = failure(&practice, job).await;
        assert_eq!(failed.code, code, "{oddity:?}: {failed:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_that_a_playlist_gives_no_address_is_a_hole_that_is_told() {
    for oddity in [PlaylistOddity::NoAddress(50), PlaylistOddity::Gap(99)] {
        let practice = mock_service_with(Delivery {
            playlist_oddity: Some(oddity),
            ..Delivery::playlists(PlaylistLayout::Muxed)
        })
        .await;
        let failed = failure(&practice, job).await;
        assert_eq!(failed.code, Code::PiecesMissing, "{oddity:?}: {failed:?}");
        let folder = tempfile::tempdir().unwrap();
        let order = NewJob {
            overrides: engine::Overrides {
                gaps: true,
                ..engine::Overrides::default()
            },
            ..job(MAIN, folder.path())
        };
        let (_, finished) = saved(&practice, order).await;
        assert_eq!(finished.gaps.len(), 1, "{oddity:?}: {finished:?}");
    }
}
